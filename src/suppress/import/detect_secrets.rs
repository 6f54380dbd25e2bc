//! `.secrets.baseline` of detect-secrets, which holds the SHA-1 of each secret.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Error;
use sha1::{Digest, Sha1};

use super::{Claim, Told};

/// Of a private key, the first line is hashed, not the key.
/// <https://github.com/Yelp/detect-secrets/blob/master/detect_secrets/plugins/private_key.py>
const KEYS: &[&str] = &["DSA ", "EC ", "OPENSSH ", "", "RSA ", "SSH2 ENCRYPTED "];

#[derive(Deserialize)]
struct Baseline {
    results: BTreeMap<String, Vec<Row>>,
}

#[derive(Deserialize)]
struct Row {
    hashed_secret: String,
    #[serde(default)]
    line_number: u64,
    is_secret: Option<bool>,
}

pub(super) fn read(text: &str) -> Result<Vec<Claim>, Error> {
    let baseline: Baseline = serde_json::from_str(text)?;
    let keys = hashes_of_keys();
    let of_file = |(file, rows): (String, Vec<Row>)| {
        let claims: Vec<Claim> = rows.into_iter().map(|row| claim(&file, &row, &keys)).collect();
        claims
    };
    Ok(baseline.results.into_iter().flat_map(of_file).collect())
}

fn claim(file: &str, row: &Row, keys: &[[u8; 20]]) -> Claim {
    let told = match hash(&row.hashed_secret) {
        Some(hash) if keys.contains(&hash) => Told::PrivateKey,
        Some(hash) => Told::Sha1(hash),
        None => Told::Place,
    };
    Claim { is_secret: row.is_secret, ..Claim::new(told, file, row.line_number) }
}

fn hashes_of_keys() -> Vec<[u8; 20]> {
    let begin = |kind: &str| format!("BEGIN {kind}{} {}", "PRIVATE", "KEY");
    let lines = KEYS.iter().map(|kind| begin(kind));
    let others = [format!("{} BLOCK", begin("PGP ")), "PuTTY-User-Key-File-2".to_owned()];
    lines.chain(others).map(|line| Sha1::digest(line).into()).collect()
}

/// The bytes of 40 hex digits.
fn hash(hex: &str) -> Option<[u8; 20]> {
    let mut bytes = [0; 20];
    if hex.len() != 40 || !hex.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}
