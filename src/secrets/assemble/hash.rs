//! Hashes of passwords, as files of users and fixtures of databases have them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::Digest as _;

/// A bcrypt hash whose rounds are more than this many doublings takes too long to try.
const MOST_COST: u32 = 14;
/// The cost of bcrypt that most libraries take: about 60 ms.
const USUAL_COST: u32 = 10;

/// Whether a text has the form of a hash that can be tried.
pub(super) fn is_one(text: &str) -> bool {
    let is_base64 =
        |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"./".contains(&b));
    if let Some(sum) = text.strip_prefix("{SHA}") {
        return STANDARD.decode(sum).is_ok_and(|sum| sum.len() == 20);
    }
    if let Some((salt, sum)) = text.strip_prefix("$apr1$").and_then(|rest| rest.split_once('$')) {
        return (1..=8).contains(&salt.len()) && sum.len() == 22 && is_base64(sum);
    }
    cost(text).is_some() && text.len() == 60 && text.get(7..).is_some_and(is_base64)
}

/// The cost of a bcrypt hash; `None` for others.
fn cost(text: &str) -> Option<u32> {
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|kind| text.strip_prefix(kind))?;
    rest.split_once('$')?.0.parse().ok().filter(|cost| (4..=31).contains(cost))
}

/// Whether trying it takes long.
pub(super) fn is_slow(hash: &str) -> bool {
    cost(hash).is_some()
}

/// How many times as long as a hash of the usual cost it takes: 1 up to that, twice as long with every step above.
pub(super) fn price(hash: &str) -> usize {
    1 << cost(hash).unwrap_or(0).saturating_sub(USUAL_COST).min(MOST_COST)
}

/// Whether trying it takes so long that it is not done.
pub(super) fn is_too_slow(hash: &str) -> bool {
    cost(hash).is_some_and(|cost| cost > MOST_COST)
}

/// Whether a password has this hash.
pub(super) fn fits(hash: &str, password: &[u8]) -> bool {
    if let Some(sum) = hash.strip_prefix("{SHA}") {
        return STANDARD.decode(sum).is_ok_and(|sum| sum == Sha1::digest(password).as_slice());
    }
    if let Some((salt, sum)) = hash.strip_prefix("$apr1$").and_then(|rest| rest.split_once('$')) {
        return apr1(password, salt.as_bytes()) == sum;
    }
    bcrypt::verify(password, hash).unwrap_or(false)
}

/// Apache's variant of the MD5 crypt. <https://httpd.apache.org/docs/current/misc/password_encryptions.html>
fn apr1(password: &[u8], salt: &[u8]) -> String {
    let inner = Md5::digest([password, salt, password].concat());
    let mut first = [password, b"$apr1$", salt].concat();
    first.extend(inner.iter().cycle().take(password.len()));
    let mut bits = password.len();
    while bits > 0 {
        first.push(if bits & 1 == 1 { 0 } else { password.first().copied().unwrap_or(0) });
        bits >>= 1;
    }
    let mut sum: [u8; 16] = Md5::digest(first).into();
    for round in 0..1000_u32 {
        let mut hasher = Md5::new();
        hasher.update(if round % 2 == 1 { password } else { &sum });
        if !round.is_multiple_of(3) {
            hasher.update(salt);
        }
        if !round.is_multiple_of(7) {
            hasher.update(password);
        }
        hasher.update(if round % 2 == 1 { &sum[..] } else { password });
        sum = hasher.finalize().into();
    }
    crypt_base64(&sum)
}

/// The order and the alphabet of crypt.
fn crypt_base64(sum: &[u8; 16]) -> String {
    const ALPHABET: &[u8; 64] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const ORDER: [[usize; 3]; 5] = [[0, 6, 12], [1, 7, 13], [2, 8, 14], [3, 9, 15], [4, 10, 5]];
    let byte = |at: usize| u32::from(sum.get(at).copied().unwrap_or(0));
    let groups = ORDER.iter().map(|[a, b, c]| (byte(*a) << 16 | byte(*b) << 8 | byte(*c), 4));
    let mut text = String::with_capacity(22);
    for (mut bits, digits) in groups.chain([(byte(11), 2)]) {
        for _ in 0..digits {
            let digit = ALPHABET.get((bits & 63) as usize).copied().unwrap_or(b'.');
            text.push(char::from(digit));
            bits >>= 6;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_fit_their_passwords() {
        // What `openssl passwd -apr1 -salt kq7Zt2Wm` and `htpasswd -s` make of it.
        let known = b"vantage-lilac-9";
        for hash in [
            concat!("$apr1$", "kq7Zt2Wm", "$6piDdgyOMV8HGaA4L8p.M."),
            concat!("{SHA}", "+OPkqKNdQUAaFlY+VQKyoKjSk5o="),
        ] {
            assert!(is_one(hash) && fits(hash, known) && !fits(hash, b"vantage-lilac-8"));
        }
        let bcrypt = bcrypt::hash_with_salt(known, 4, [7; 16]).unwrap().to_string();
        assert!(is_one(&bcrypt) && fits(&bcrypt, known) && !fits(&bcrypt, b"vantage-lilac-8"));
    }

    #[test]
    fn forms() {
        let long = format!("$2b$31${}", "a".repeat(53));
        assert!(is_one(&long) && is_slow(&long) && is_too_slow(&long));
        for other in ["$2b$12$short", "$1$salt$aaaaaaaaaaaaaaaaaaaaaa", "{SHA}AAAA", "{SSHA}", ""] {
            assert!(!is_one(other), "{other}");
        }
    }
}
