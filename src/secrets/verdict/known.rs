//! Values that documentation and emulators publish: credentials of nobody.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use sha2::{Digest, Sha256};

/// The length of each value, and the start of its SHA-256 in hex.
static PUBLIC: LazyLock<BTreeSet<(usize, &str)>> = LazyLock::new(|| {
    const VALUES: &str = include_str!("../../../rules/secrets/public-values.txt");
    let lines = VALUES.lines().filter(|line| !line.starts_with('#'));
    let fields = lines.map(|line| line.split(' ').collect::<Vec<_>>());
    fields.filter_map(|fields| Some((fields.first()?.parse().ok()?, *fields.get(1)?))).collect()
});

/// The lengths that published values have; the last one stands for all that are longer.
static LENGTHS: LazyLock<[bool; 256]> = LazyLock::new(|| {
    let mut lengths = [false; 256];
    for (length, _) in PUBLIC.iter() {
        if let Some(is_there) = lengths.get_mut((*length).min(255)) {
            *is_there = true;
        }
    }
    lengths
});

/// Whether a value is published, or says of itself that it is an example.
pub(crate) fn is_public(secret: &[u8]) -> bool {
    let says_so =
        secret.len() >= 16 && (secret.ends_with(b"EXAMPLE") || secret.ends_with(b"EXAMPLEKEY"));
    let length_fits = LENGTHS.get(secret.len().min(255)) == Some(&true);
    says_so || length_fits && PUBLIC.contains(&(secret.len(), hash(secret).as_str()))
}

fn hash(secret: &[u8]) -> String {
    Sha256::digest(secret).iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_documentation() {
        assert!(is_public(&[b"AKIA".as_slice(), b"IOSFODNN7", b"EXAMPLE"].concat()));
        assert!(is_public(&[b"sk_test_".as_slice(), b"4eC39HqLyjWDarjtT1zdp7dc"].concat()));
        assert!(is_public(&[b"test ".repeat(11), b"junk".to_vec()].concat()), "Hardhat");
        let vagrant = [b"SHA256:1M4RzhMyWuFS/86u".as_slice(), b"PY/ce2prh/dVTHW7iD2RhpquOZA"];
        assert!(is_public(&vagrant.concat()), "the fingerprint of a key");
        assert!(!is_public(b"anything else"));
        assert!(PUBLIC.len() >= 100 && PUBLIC.iter().all(|(_, hash)| hash.len() == 32));
    }
}
