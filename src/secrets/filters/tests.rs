//! Every filter with a line whose value it drops and a neighbour that it keeps.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use super::super::{RuleSet, Scratch};
use super::FILTERS;
use crate::blob::{Blob, Content, Origin};

/// A filter, the name of a file, a line with a value that the filter drops, and one with a value that no filter drops.
/// Names and values are in parts, so that no scanner takes them for credentials.
const EXAMPLES: &[(&str, &str, &[&str], &[&str])] = &[
    ("too-short", "a.ini", &["pa", "ssword = \"ab\""], &["pa", "ssword = \"q", "x7\""]),
    ("constant", "a.ini", &["pa", "ssword = undefined"], &["pa", "ssword = unde", "fin3d7q"]),
    ("number", "a.ini", &["to", "ken = 2024-11-05"], &["to", "ken = 2024-", "11-05kqzv"]),
    ("number", "a.ini", &["pa", "ssword = 80917"], &["pa", "ssword = 8091", "7425"]),
    ("number", "a.ini", &["au", "th_k", "ey = 0x00FF17A0"], &["au", "th_k", "ey = 0xG", "0FF17A0"]),
    ("number", "a.ini", &["sec", "ret = 4096kb"], &["sec", "ret = 4096", "kbqz"]),
    ("number", "a.ini", &["to", "ken = 2030-01-01T00:00:00Z"], &["to", "ken = 2030-01-01TkqzvZ"]),
    ("constant", "a.php", &["pa", "ssword = ?string"], &["pa", "ssword = ?str1ngkq", "z7"]),
    (
        "test-result",
        "a.log",
        &["PA", "SS: ld-x86/ifunc-8kq7\nPASS: x32 size 1\n"],
        &["PA", "SS: ld-x86/ifunc-8kq7\nUSER: x32 size 1\n"],
    ),
    (
        "change-log",
        "ChangeLog",
        &["\t* lib/a.c (get_pa", "sswo", "rd): kq7z", "vR9x!"],
        &["  (get_pa", "sswo", "rd): kq7z", "vR9x!"],
    ),
    (
        "change-log",
        "ChangeLog",
        &["\t* a/pa", "sswo", "rd.1.xml: kq7z", "vR9x!"],
        &["a/pa", "sswo", "rd.xml: kq7z", "vR9x!"],
    ),
    ("member", "a.txt", &["use pw", "d->pw_kq7zvR9"], &["use pw", "d-> pw_kq7zvR9"]),
    (
        "version",
        "a.yaml",
        &["acme-sec", "ret: v2.10.0-rc1"],
        &["acme-sec", "ret: v2.10-kqz7", "vR9x"],
    ),
    (
        "version",
        "a.json",
        &["\"pa", "ssword\": \"^6.4|^7.0\""],
        &["\"pa", "ssword\": \"^6.4|kqz7", "vR9x\""],
    ),
    (
        "joined",
        "a.go",
        &["dial(`pa", "ssword=`+expected7+`", "`)"],
        &["dial(`pa", "ssword=kqz7+expected", "`)"],
    ),
    (
        "reference",
        "a.cs",
        &["pa", "ssword = \"db:{user.word}\""],
        &["pa", "ssword = \"db:{7user!kqz", "vR9x\""],
    ),
    (
        "repetition",
        "a.ini",
        &["pa", "ssword = \"kkkkkkkk", "kkkk\""],
        &["pa", "ssword = \"kkkqqqzz", "vv77\""],
    ),
    (
        "kinds",
        "a.ini",
        &["aws: 084aa219dd739b0", "16bfacff9594029f53f0894f7"],
        &["aws: 084Aa219dd739b0", "16bfacff9594029f53f0894f7"],
    ),
    ("expression", "a.py", &["pa", "ssword = read_line"], &["pa", "ssword = kvq7xz", "w2mb"]),
    (
        "expression",
        "a.ini",
        &["pa", "ssword = user.secret.value"],
        &["pa", "ssword = user.kvq7xz", "w2mb"],
    ),
    ("expression", "a.rs", &["pa", "ssword: Config::read"], &["pa", "ssword: Config:r3a", "dkvq7"]),
    ("expression", "a.go", &["to", "ken = r.s[r.si-1 : end]"], &["to", "ken = r.s9qz7vKx"]),
    ("expression", "a.cs", &["pa", "ssword = x.u && true"], &["pa", "ssword = x.u7qz9vKx"]),
    (
        "file-name",
        "index.json",
        &["{\"lib/pass", "word.js\": \"4f1d9", "c7ab2e8\"}"],
        &["{\"lib/pass", "word.txt\": \"4f1d9", "c7ab2e8\"}"],
    ),
    ("locale", "a.php", &["en_P", "W => 'Beurla (Palabh)'"], &["eng_P", "W => 'Beurla (Palabh)'"]),
    (
        "expression",
        "a.js",
        &["pa", "ssword = lookup(\"kvqxzw\")"],
        &["pa", "ssword = String(\"kvq7xz", "w2mb\")"],
    ),
    (
        "not-random",
        "a.ini",
        &["civo_key = ", "CreateTheTokenOfTheAppli", "cationIn2026ForUserNumber1"],
        &["civo_key = ", "q7Zr1VxK9sBd3WmEt5LpHc8N", "fYg2JuRa4TkDv6XnQw0MbSz7Gh"],
    ),
    (
        "unnamed",
        "a.ini",
        &["blazemeter = 2f164b2d-c1d7-4e05-9a3b", "-5d80e7a94c12"],
        &["blazemeter_k", "ey = 2f164b2d-c1d7-4e05-9a3b", "-5d80e7a94c12"],
    ),
    (
        "unnamed",
        "a.ini",
        &["axonaut_k", "ey_id = 6dc0b7a1f25e48", "93b7f01c9ad42e8563"],
        &["axonaut_id_k", "ey = 6dc0b7a1f25e48", "93b7f01c9ad42e8563"],
    ),
    (
        "reference",
        "a.ini",
        &["pa", "ssword = \"${DB_PASSWORD}\""],
        &["pa", "ssword = \"{kq$Vz7", "!mx2R\""],
    ),
    (
        "reference",
        "a.ini",
        &["pa", "ssword = \"%DB_PASSWORD%\""],
        &["pa", "ssword = \"%kqVz7", "!mx2R%\""],
    ),
    (
        "reference",
        "a.py",
        &["x = \"arn:aws:secretsmanager:us-east-1:111122223333:sec", "ret:kqVz7", "mx2R/wYp\""],
        &["x = \"arn-less:sec", "ret:kqVz7", "mx2R/wYp\""],
    ),
    (
        "reference",
        "a.yaml",
        &["x: '{{resolve:secretsmanager:db:Secret", "String:kqVz7", "mx2R/wYp}}'"],
        &["x: '{{resolve}} db:Secret", "String:kqVz7", "mx2R/wYp'"],
    ),
    (
        "placeholder",
        "a.ini",
        &["pa", "ssword = \"changeme\""],
        &["pa", "ssword = \"chan", "qzme7\""],
    ),
    (
        "placeholder",
        "a.ini",
        &["pa", "ssword = \"abcdefgh12345\""],
        &["pa", "ssword = \"ahcqegb", "f13z4\""],
    ),
    (
        "placeholder",
        "a.ini",
        &["pa", "ssword = \"kqz***w7", "Rm\""],
        &["pa", "ssword = \"kqz**w7", "Rm\""],
    ),
    (
        "not-random",
        "a.ini",
        &["razorpay: MyFirst", "AccountsLongName7"],
        &["razorpay: YKyV8X", "uSiLEYCbvBCteA0YLG"],
    ),
    (
        "prose",
        "a.ini",
        &["pa", "ssword = \"has to be set\""],
        &["pa", "ssword = \"kv9 xq2", "!Zm\""],
    ),
    (
        "path",
        "a.ini",
        &["au", "th_k", "ey = \"/etc/ssl/server.pem\""],
        &["au", "th_k", "ey = \"/Zk7+xW9", "/b3mR1tQ8v\""],
    ),
    ("format", "a.ini", &["to", "ken = \"%s:%d-x\""], &["to", "ken = \"%zq8!k", "d7R:%9m\""]),
    (
        "format",
        "a.ini",
        &["pa", "ssword = \"[A-Za-z0-9]+\""],
        &["pa", "ssword = \"[A9Zqz", "07+\""],
    ),
    (
        "escapes",
        "a.ini",
        &["pa", r#"ssword = "\r\n\t""#],
        &["pa", "ssword = \"", r"\r\nkv9x", "q2Zm\""],
    ),
    (
        "option",
        "a.sh",
        &["mysql --pa", "ssword --host db"],
        &["mysql --pa", "ssword kvq7xz", "w2mb"],
    ),
    (
        "url",
        "a.ini",
        &["to", "ken = \"https://h7qz.intern.org/kvq7xzw2", "mb9fd4\""],
        &["to", "ken = \"https:h7qz9kvq7xzw2", "mb9fd4\""],
    ),
    (
        "uuid",
        "a.ini",
        &["sa", "lt = \"3f2b8c1e-9d4a-4b7c", "-8e6f-1a2b3c9d5e7f\""],
        &["sa", "lt = \"3f2b8c1e-9d4a-4b7c", "-8e6f-1a2b3c9d5e7z\""],
    ),
    (
        "ciphertext",
        "a.ini",
        &["pa", "ssword = \"ENC(kvq7xz", "w2mb9fd4)\""],
        &["pa", "ssword = \"EN(kvq7xz", "w2mb9fd4)\""],
    ),
    (
        "ciphertext",
        "a.ini",
        &["encrypted_pa", "ssword = \"kvq7xz", "w2mb9fd4pzQ\""],
        &["enclosed_pa", "ssword = \"kvq7xz", "w2mb9fd4pzQ\""],
    ),
    (
        "password-hash",
        "a.ini",
        &["pa", "ssword = \"$2b$12$kvq7xz", "w2mb9fd4pzQ\""],
        &["pa", "ssword = \"$2q$12$kvq7xz", "w2mb9fd4pzQ\""],
    ),
    (
        "digest",
        "a.ini",
        &["au", "th_k", "ey = \"sha256:kvq7xz", "w2mb9fd4pzQ\""],
        &["au", "th_k", "ey = \"sah256:kvq7xz", "w2mb9fd4pzQ\""],
    ),
    (
        "digest",
        "go.sum",
        &["unseal_key v1.2 h1:xeWdI1Tu65bJFq8Zk2", "mRv9NcQy3LtHs7Po4Ag0KiU5Y="],
        &["unseal_key v1.2 k1:xeWdI1Tu65bJFq8Zk2", "mRv9NcQy3LtHs7Po4Ag0KiU5Y="],
    ),
    (
        "digest",
        "a.ini",
        &["commit: au", "th_k", "ey = \"8110287947deaccd", "83371538273efcca\""],
        &["connect: au", "th_k", "ey = \"8110287947deaccd", "83371538273efcca\""],
    ),
    (
        "public-key",
        "a.ini",
        &["au", "th_k", "ey = \"ssh-rsa kvq7xzw2", "mb9fd4pzQ\""],
        &["au", "th_k", "ey = \"ssh-r5a kvq7xzw2", "mb9fd4pzQ\""],
    ),
    (
        "public-key",
        "a.ini",
        &["public_to", "ken = \"kvq7xzw2", "mb9fd4pzQ\""],
        &["other_to", "ken = \"kvq7xzw2", "mb9fd4pzQ\""],
    ),
    (
        "name-again",
        "a.ini",
        &["client_sec", "ret = \"ClientSecretKey\""],
        &["client_sec", "ret = \"ClientS3cr", "7tKqz\""],
    ),
];

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::built_in);

/// The rule and the filter of every candidate of a line.
fn candidates(file: &str, parts: &[&str]) -> Vec<(String, Option<&'static str>)> {
    let origin = Arc::new(Origin::File { path: PathBuf::from(file) });
    let text = format!("{}\n", parts.concat());
    let blob = Blob::whole(&origin, text.as_bytes(), Content::Text);
    let explained = RULES.explain(&blob, 0, &mut Scratch::default());
    explained.into_iter().map(|found| (found.rule, found.filter)).collect()
}

#[test]
fn every_filter_drops_its_example_and_keeps_the_neighbour() {
    for (name, file, dropped, kept) in EXAMPLES {
        let by_filter = candidates(file, dropped);
        let rule = by_filter.iter().find(|(_, filter)| *filter == Some(name));
        let (rule, _) = rule.unwrap_or_else(|| panic!("{name} of {dropped:?}: {by_filter:?}"));
        let by_none = candidates(file, kept);
        assert!(by_none.contains(&(rule.clone(), None)), "{name} of {kept:?}: {by_none:?}");
    }
}

#[test]
fn no_filter_is_without_an_example() {
    for filter in FILTERS {
        let has_example = EXAMPLES.iter().any(|(name, ..)| *name == filter.name);
        assert!(has_example, "`{}` has no example: add a row", filter.name);
    }
    for (name, ..) in EXAMPLES {
        assert!(FILTERS.iter().any(|filter| filter.name == *name), "there is no filter `{name}`");
    }
}
