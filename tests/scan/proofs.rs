//! What fits what: tokens and what signed them, passphrases and keys, passwords and hashes, both halves of a key.

use aes::Aes256;
use aes::cipher::{KeyIvInit, StreamCipher};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Sha256, Sha512};

use crate::folder::{Folder, Run};
use crate::made::{LETTERS, bytes, login, made, weak};

/// The finding at a file, by what its rule begins with; there must be one.
fn at(run: &Run, origin: &str, rule: &str) -> Value {
    let report = run.json();
    let found = report["findings"].as_array().unwrap().iter().find(|finding| {
        finding["places"][0]["origin"] == origin && finding["rule"].as_str().unwrap().contains(rule)
    });
    found.unwrap_or_else(|| panic!("no {rule} in {origin}: {report:#}")).clone()
}

fn assert_proven(finding: &Value, by: &str) {
    assert_eq!(finding["secret"]["verdict"], "proven", "{finding:#}");
    assert_eq!(finding["confidence"], "very-high");
    assert_eq!(finding["secret"]["facts"]["proven by"], by);
    assert!(finding["message"].as_str().unwrap().contains(by), "{}", finding["message"]);
}

fn token<M: Mac + KeyInit>(algorithm: &str, key: &[u8]) -> String {
    let part = |json: String| URL_SAFE_NO_PAD.encode(json);
    let header = part(format!("{{\"alg\":\"{algorithm}\",\"typ\":\"JWT\"}}"));
    let signed = format!("{header}.{}", part("{\"sub\":\"4711\",\"name\":\"a\"}".into()));
    let mac = <M as KeyInit>::new_from_slice(key).unwrap().chain_update(&signed).finalize();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.into_bytes()))
}

#[test]
fn a_token_is_signed_by_a_secret() {
    let key = made(32, LETTERS, 10);
    let raw = bytes(32, 11);
    let encoded = STANDARD.encode(&raw);
    for (secret, jwt) in [
        (&key, token::<Hmac<Sha256>>("HS256", key.as_bytes())),
        (&key, token::<Hmac<Sha512>>("HS512", key.as_bytes())),
        (&encoded, token::<Hmac<Sha256>>("HS256", &raw)),
    ] {
        let folder = Folder::new();
        folder.write("app.env", format!("JWT_SECRET={secret}\n"));
        folder.write("call.http", format!("GET /\nX-Token: {jwt}\n"));
        folder.write(
            "far/call.http",
            format!("X-Token: {}\n", token::<Hmac<Sha256>>("HS256", b"other")),
        );
        let run = folder.scan(&["--min-confidence", "low"]);
        assert_proven(&at(&run, "app.env", ""), "call.http:2");
        assert_proven(&at(&run, "call.http", "token"), "app.env:1");
        let other = at(&run, &format!("far{}call.http", std::path::MAIN_SEPARATOR), "token");
        assert_eq!(other["secret"]["verdict"], "structure-valid", "another secret signed it");
        assert!(!run.text().contains(secret.as_str()) && !run.err.contains(secret.as_str()));
    }
}

/// DER of a tag and a content.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x82][..], &length, content].concat()
}

fn armour(label: &str, headers: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let lines: Vec<&str> =
        body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{headers}{}\n-----END {label}-----\n", lines.join("\n"))
}

const RSA: &[u8] = &[0x30, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 5, 0];

/// Modulus and exponent; nothing here computes with them.
fn public(seed: u64) -> [Vec<u8>; 2] {
    [der(2, &[&[0x4B][..], &bytes(255, seed)].concat()), der(2, &[1, 0, 1])]
}

fn rsa_private(seed: u64) -> Vec<u8> {
    let rest: Vec<u8> =
        (1..7).flat_map(|number| der(2, &bytes(128, 100 * seed + number))).collect();
    der(0x30, &[der(2, &[0]), public(seed).concat(), rest].concat())
}

fn spki(seed: u64) -> Vec<u8> {
    let key = [vec![0], der(0x30, &public(seed).concat())].concat();
    der(0x30, &[RSA.to_vec(), der(3, &key)].concat())
}

fn certificate(seed: u64) -> Vec<u8> {
    let empty = || der(0x30, &[]);
    let version = der(0xA0, &der(2, &[2]));
    let fields = [version, der(2, &[9]), empty(), empty(), empty(), empty(), spki(seed)].concat();
    der(0x30, &[der(0x30, &fields), empty(), der(3, &[0, 7, 7])].concat())
}

fn private_label(kind: &str) -> String {
    format!("{kind}PRIVATE{}KEY", ' ')
}

#[test]
fn a_private_key_has_a_public_half() {
    let pkcs8 = der(0x30, &[der(2, &[0]), RSA.to_vec(), der(4, &rsa_private(21))].concat());
    let keys = [
        armour(&private_label("RSA "), "", &rsa_private(21)),
        armour(&private_label(""), "", &pkcs8),
    ];
    let halves = [
        armour("CERTIFICATE", "", &certificate(21)),
        armour("PUBLIC KEY", "", &spki(21)),
        armour("RSA PUBLIC KEY", "", &der(0x30, &public(21).concat())),
        ssh_rsa(21),
        format!(
            "{{\"ca\": \"{}\"}}",
            armour("CERTIFICATE", "", &certificate(21)).replace('\n', "\\n")
        ),
    ];
    for key in &keys {
        for half in &halves {
            let folder = Folder::new();
            folder.write("server.key", key);
            folder.write("server.pub", half);
            let line = if half.contains("-----\n") { 2 } else { 1 };
            let run = folder.scan(&[]);
            assert_proven(&at(&run, "server.key", "private-key"), &format!("server.pub:{line}"));
            assert_eq!(
                run.json()["findings"].as_array().unwrap().len(),
                1,
                "a public key is no finding"
            );
        }
    }
    let folder = Folder::new();
    folder.write("server.key", &keys[0]);
    folder.write("server.crt", armour("CERTIFICATE", "", &certificate(22)));
    folder.write("far/server.crt", &halves[0]);
    let found = at(&folder.scan(&[]), "server.key", "private-key");
    assert_ne!(found["secret"]["verdict"], "proven", "of another key, or far away");
}

fn field(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

fn ssh_rsa(seed: u64) -> String {
    let number = [&[0x4B][..], &bytes(255, seed)].concat();
    let blob = [field(b"ssh-rsa"), field(&[1, 0, 1]), field(&number)].concat();
    format!("ssh-rsa {} me@host\n", STANDARD.encode(blob))
}

/// A key of OpenSSH under a passphrase.
fn openssh(passphrase: &str, rounds: u32) -> String {
    let salt = bytes(16, 31);
    let mut key = [0; 48];
    bcrypt_pbkdf::bcrypt_pbkdf(passphrase.as_bytes(), &salt, rounds.min(4), &mut key).unwrap();
    let mut private =
        [field(b"ssh-ed25519"), field(&bytes(32, 32)), field(&bytes(64, 33)), field(b"")].concat();
    private.splice(0..0, [7, 8, 9, 10, 7, 8, 9, 10]);
    private.extend((1..).take((16 - private.len() % 16) % 16));
    ctr::Ctr128BE::<Aes256>::new_from_slices(&key[..32], &key[32..])
        .unwrap()
        .apply_keystream(&mut private);
    let public = [field(b"ssh-ed25519"), field(&bytes(32, 32))].concat();
    let options = [field(&salt), rounds.to_be_bytes().to_vec()].concat();
    let fields = [
        b"openssh-key-v1\0".to_vec(),
        field(b"aes256-ctr"),
        field(b"bcrypt"),
        field(&options),
        vec![0, 0, 0, 1],
        field(&public),
        field(&private),
    ];
    armour(&private_label("OPENSSH "), "", &fields.concat())
}

#[test]
fn a_passphrase_opens_a_key() {
    let folder = Folder::new();
    folder.write("id_test", openssh(&weak('b'), 4));
    let key = |folder: &Folder| at(&folder.scan(&[]), "id_test", "private-key");
    let alone = key(&folder);
    assert_eq!(
        (&alone["severity"], &alone["secret"]["verdict"]),
        (&"low".into(), &"encrypted-key".into())
    );
    folder.write("deploy.ini", login(&weak('c')));
    assert_eq!(key(&folder)["secret"]["verdict"], "encrypted-key", "another passphrase");
    folder.write("deploy.ini", format!("x = 1\n{}", login(&weak('b'))));
    let run = folder.scan(&[]);
    let opened = at(&run, "id_test", "private-key");
    assert_proven(&opened, "deploy.ini:2");
    assert_eq!(opened["severity"], "critical", "it can be opened");
    assert_proven(&at(&run, "deploy.ini", "password"), "id_test:1");
}

#[test]
fn a_password_has_a_hash() {
    let hash = bcrypt::hash_with_salt(weak('b'), 4, [9; 16]).unwrap().to_string();
    let apr1 = ["$apr1$", "Zt2Wmkq7$", "wJ0CUvhiYaSRF/JLvPUHg0"].concat();
    for (hash, is_its) in [(&hash, true), (&hash.replace("$04$", "$05$"), false), (&apr1, false)] {
        let folder = Folder::new();
        folder.write("users.txt", format!("a\nalice:{hash}\n"));
        folder.write("login.ini", login(&weak('b')));
        let found = at(&folder.scan(&[]), "login.ini", "password");
        if is_its {
            assert_proven(&found, "users.txt:2");
        } else {
            assert_eq!(found["secret"]["verdict"], "shape-only");
        }
    }
}

#[test]
fn what_is_not_tried_is_named() {
    let notes = |folder: &Folder| folder.scan(&[]).json()["notes"].to_string();
    let folder = Folder::new();
    // More rounds than anybody waits for.
    folder.write("id_test", openssh(&weak('b'), 1_000_000));
    folder.write("deploy.ini", login(&weak('c')));
    assert!(notes(&folder).contains("directory: 1 of the signed tokens"), "{}", notes(&folder));
    folder.write("id_test", "");
    assert_eq!(notes(&folder), "[]");
    // Three tokens and 600 secrets: the third is not tried with all of them.
    let secrets =
        (0..600).map(|number| format!("JWT_SECRET={}\n", made(32, LETTERS, 1000 + number)));
    folder.write("all.env", secrets.collect::<String>());
    let tokens = [b"1", b"2", b"3"].map(|key| token::<Hmac<Sha256>>("HS256", key));
    folder.write("calls.http", tokens.map(|token| format!("X-Token: {token}\n")).concat());
    assert!(notes(&folder).contains("directory: 2 of the signed tokens"), "{}", notes(&folder));
    assert!(notes(&folder).contains("at most 1000 quick"), "{}", notes(&folder));
}

#[test]
fn threads_do_not_change_what_is_proven() {
    let folder = Folder::new();
    for number in 0..12 {
        let key = made(32, LETTERS, 50 + number);
        let name = format!("{}/app{number}", number % 3);
        folder.write(format!("{name}.env"), format!("JWT_SECRET={key}\npassword = {key}\n"));
        let jwt = token::<Hmac<Sha256>>("HS256", key.as_bytes());
        folder.write(format!("{name}.http"), format!("X-Token: {jwt}\n"));
        folder
            .write(format!("{name}.key"), armour(&private_label("RSA "), "", &rsa_private(number)));
        folder.write(format!("{name}.crt"), armour("CERTIFICATE", "", &certificate(number)));
    }
    for format in ["json", "sarif", "text"] {
        let run =
            |threads: &str| folder.run(&["scan", "--format", format, "--threads", threads]).out;
        let one = run("1");
        assert!(String::from_utf8_lossy(&one).contains("proven"), "there is something to compare");
        for threads in ["2", "8", "8"] {
            assert!(run(threads) == one, "{format} with {threads} threads");
        }
    }
}
