//! `PuTTY`'s format of private keys, versions 2 and 3.
//! <https://the.earth.li/~sgtatham/putty/0.81/htmldoc/AppendixC.html>

use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::super::Verified;
use super::super::encoding::{base64, hex};
use super::public::string;
use super::{openssh, unescape};
use crate::finding::Verdict;

/// The lines of a file that matter.
struct Ppk<'a> {
    version: &'a str,
    kind: &'a str,
    encryption: &'a str,
    comment: &'a str,
    public: Vec<u8>,
    private: Vec<u8>,
    mac: &'a str,
}

impl<'a> Ppk<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        let field =
            |name: &str| lines.iter().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let blob = |name: &str| {
            let start = lines.iter().position(|line| line.starts_with(name))?;
            let count: usize = field(name)?.parse().ok()?;
            let end = start.checked_add(1)?.checked_add(count)?;
            base64(lines.get(start + 1..end)?.concat().as_bytes())
        };
        let head = field("PuTTY-User-Key-File-")?;
        let (version, kind) = head.split_once(": ")?;
        Some(Self {
            version,
            kind,
            encryption: field("Encryption:")?,
            comment: field("Comment:")?,
            public: blob("Public-Lines:")?,
            private: blob("Private-Lines:")?,
            mac: field("Private-MAC:").unwrap_or_default(),
        })
    }

    /// Whether the sum of a key in clear holds: HMAC over every field, with its length before it.
    fn holds(&self) -> bool {
        let fields = [
            self.kind.as_bytes(),
            self.encryption.as_bytes(),
            self.comment.as_bytes(),
            &self.public,
            &self.private,
        ];
        let data = fields.map(string).concat();
        let expected = if self.version == "3" {
            Hmac::<Sha256>::new_from_slice(b"")
                .map(|mac| hex(&mac.chain_update(&data).finalize().into_bytes()))
        } else {
            let key = Sha1::digest(["putty-private", "-key-file-mac-key"].concat());
            Hmac::<Sha1>::new_from_slice(&key)
                .map(|mac| hex(&mac.chain_update(&data).finalize().into_bytes()))
        };
        expected.is_ok_and(|expected| expected == self.mac.to_ascii_lowercase())
    }
}

/// A file of `PuTTY`. Without a passphrase its sum can be computed.
pub(in super::super) fn ppk(token: &[u8]) -> Verified {
    let text = unescape(token);
    let Some(file) = Ppk::read(&text) else { return Verified::new(Verdict::ShapeOnly) };
    let verified = match (file.encryption, file.version) {
        ("none", "2" | "3") => Verified::checksum(file.holds()),
        ("none", _) => Verified::structure(true),
        (cipher, _) => Verified::new(Verdict::EncryptedKey).with("cipher", cipher),
    };
    let verified = openssh::describe(&file.public, verified);
    if file.comment.is_empty() { verified } else { verified.with("comment", file.comment) }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn file(version: &str, encryption: &str) -> String {
        let public = [string(b"ssh-ed25519"), string(&[5; 32])].concat();
        let private = string(&[6; 32]);
        let text = |mac: &str| {
            let lines = [
                format!("PuTTY-User-Key-File-{version}: ssh-ed25519"),
                format!("Encryption: {encryption}"),
                "Comment: my key".into(),
                "Public-Lines: 1".into(),
                STANDARD.encode(&public),
                "Private-Lines: 1".into(),
                STANDARD.encode(&private),
                format!("Private-MAC: {mac}"),
            ];
            lines.join("\r\n")
        };
        let data = [b"ssh-ed25519", encryption.as_bytes(), b"my key", &public, &private];
        let data = data.map(string).concat();
        let key = Sha1::digest(b"putty-private-key-file-mac-key");
        let sha1 = Hmac::<Sha1>::new_from_slice(&key).unwrap().chain_update(&data).finalize();
        let sha256 = Hmac::<Sha256>::new_from_slice(b"").unwrap().chain_update(&data).finalize();
        match version {
            "2" => text(&hex(&sha1.into_bytes())),
            _ => text(&hex(&sha256.into_bytes())),
        }
    }

    #[test]
    fn sums_of_both_versions() {
        for version in ["2", "3"] {
            let text = file(version, "none");
            let verified = ppk(text.as_bytes());
            assert_eq!(verified.verdict, Verdict::ChecksumValid, "{version}");
            assert_eq!(verified.facts[0], ("key".into(), "ssh-ed25519".into()));
            assert_eq!(verified.facts[2], ("comment".into(), "my key".into()));
            let other = text.replace("my key", "my hey");
            assert_eq!(ppk(other.as_bytes()).verdict, Verdict::ChecksumFailed);
        }
    }

    #[test]
    fn a_passphrase_is_seen() {
        assert_eq!(ppk(file("3", "aes256-cbc").as_bytes()).verdict, Verdict::EncryptedKey);
        assert_eq!(ppk(b"PuTTY-User-Key-File-2: ssh-rsa").verdict, Verdict::ShapeOnly);
        let endless = file("2", "none").replace("Lines: 1", "Lines: 18446744073709551615");
        assert_eq!(ppk(endless.as_bytes()).verdict, Verdict::ShapeOnly);
    }
}
