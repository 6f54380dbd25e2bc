//! Secrets and policies to hide. The secrets are made up, and made when a test runs: none stands in a file.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Bytes that look random and are always the same.
pub(crate) fn noise(seed: &str, count: usize) -> Vec<u8> {
    let block = |number: usize| Sha256::digest(format!("{seed} {number}").as_bytes()).to_vec();
    (0..count.div_ceil(32)).flat_map(block).take(count).collect()
}

/// The synthetic GitHub token of this number, with a checksum that is right.
pub(crate) fn token(number: usize) -> String {
    let digit = |value: u32| char::from(BASE62[(value % 62) as usize]);
    let body = noise(&format!("token {number}"), 30);
    let body: String = body.into_iter().map(|byte| digit(byte.into())).collect();
    let sum = crc32fast::hash(body.as_bytes());
    let tail: String = (0..6).rev().map(|place| digit(sum / 62_u32.pow(place))).collect();
    format!("gh{}{body}{tail}", "p_")
}

/// A private key of several lines, without a line feed at its end.
pub(crate) fn private_key(number: usize) -> String {
    let text = STANDARD.encode(noise(&format!("key {number}"), 432));
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let kind = ["PRIVATE", "KEY-----"].join(" ");
    format!("-----BEGIN {kind}\n{}\n-----END {kind}", lines.join("\n"))
}

/// A policy in which this check finds something, from the fixtures.
pub(crate) fn policy(check: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/policy").join(check);
    fs::read_to_string(path.join("bad.json")).unwrap()
}

/// Lines that differ and hold nothing to find.
pub(crate) fn lines(count: usize) -> String {
    let lines: Vec<String> =
        (0..count).map(|number| format!("plain text, line {number}\n")).collect();
    lines.concat()
}
