//! Names as UUIDs, version 5. <https://www.rfc-editor.org/rfc/rfc9562#section-5.5>

use std::fmt::Write as _;

use sha1::{Digest, Sha1};

/// The namespace of addresses: 6ba7b811-9dad-11d1-80b4-00c04fd430c8.
const ADDRESSES: [u8; 16] = [
    0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
];

/// The UUID of a name of ours.
pub(super) fn of(name: &str) -> String {
    of_address(&format!("{}/{name}", env!("CARGO_PKG_REPOSITORY")))
}

fn of_address(address: &str) -> String {
    let digest = Sha1::new().chain_update(ADDRESSES).chain_update(address).finalize();
    let mut uuid = String::with_capacity(36);
    for (at, byte) in digest.iter().copied().take(16).enumerate() {
        let byte = match at {
            // The version and the variant.
            6 => byte & 0x0f | 0x50,
            8 => byte & 0x3f | 0x80,
            _ => byte,
        };
        let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
        let _ = write!(uuid, "{dash}{byte:02x}");
    }
    uuid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_addresses_have_their_known_names() {
        // `uuid.uuid5(uuid.NAMESPACE_URL, …)` of Python.
        assert_eq!(of_address("https://example.org/"), "527dda32-a0de-5105-a042-cb475b5f7d11");
    }
}
