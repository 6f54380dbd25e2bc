//! Private keys in armour, as far as their public half or their encryption says something.

use super::super::public::{
    Id, Ssh, base64_lines, pkcs1_private, pkcs8_private, sec1_private, ssh_public,
};

const OPENSSH: &[u8] = b"openssh-key-v1\0";

/// A private key in armour.
pub(super) struct Armour<'a> {
    pub(super) label: &'a str,
    /// What `DEK-Info` says: the cipher and its initial value, in hex.
    pub(super) cipher: Option<(&'a str, &'a str)>,
    pub(super) bytes: Vec<u8>,
}

impl<'a> Armour<'a> {
    pub(super) fn read(text: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let (_, rest) = text.split_once("-----BEGIN ")?;
        let (label, rest) = rest.split_once("-----")?;
        let (body, _) = rest.split_once("-----END")?;
        let (cipher, body) = match body.split_once("DEK-Info: ") {
            None => (None, body),
            Some((_, rest)) => {
                let (cipher, rest) = rest.split_once(',')?;
                let end = rest.find(|c: char| !c.is_ascii_hexdigit())?;
                (Some((cipher, rest.get(..end)?)), rest.get(end..)?)
            }
        };
        Some(Self { label, cipher, bytes: base64_lines(body.as_bytes())? })
    }

    pub(super) fn openssh(&self) -> Option<OpenSsh<'_>> {
        let mut fields = Ssh(self.bytes.strip_prefix(OPENSSH)?);
        let (cipher, _, mut options) = (fields.field()?, fields.field()?, Ssh(fields.field()?));
        let _keys = fields.number()?;
        let (public, private) = (fields.field()?, fields.field()?);
        let (salt, rounds) = (options.field().unwrap_or_default(), options.number().unwrap_or(0));
        Some(OpenSsh { cipher, salt, rounds, public, private })
    }
}

/// The fields of OpenSSH's format.
/// <https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key>
pub(super) struct OpenSsh<'a> {
    pub(super) cipher: &'a [u8],
    pub(super) salt: &'a [u8],
    pub(super) rounds: u32,
    public: &'a [u8],
    pub(super) private: &'a [u8],
}

/// What identifies the pair of a private key, where that can be read.
pub(super) fn id(secret: &[u8]) -> Option<Id> {
    let armour = Armour::read(secret)?;
    if armour.cipher.is_some() {
        return None;
    }
    match armour.label {
        "RSA PRIVATE KEY" => pkcs1_private(&armour.bytes),
        "EC PRIVATE KEY" => sec1_private(&armour.bytes),
        "PRIVATE KEY" => pkcs8_private(&armour.bytes),
        "OPENSSH PRIVATE KEY" => ssh_public(armour.openssh()?.public),
        _ => None,
    }
}
