//! Deltas of packs: how one object is made of another.
//! <https://git-scm.com/docs/pack-format#_deltified_representation>

use crate::blob::Copied;

/// The sizes at the start of a delta, of its base and of its result, and the instructions after them.
pub(super) fn sizes(delta: &[u8]) -> Option<(u64, u64, &[u8])> {
    let (base, rest) = size(delta)?;
    let (result, rest) = size(rest)?;
    Some((base, result, rest))
}

/// A number in groups of seven bits, the lowest first.
fn size(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        number |= u64::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, bytes.get(at + 1..)?));
        }
    }
    None
}

/// Makes `result` of `base`, and says what it copied. `None` when the instructions do not make exactly the result.
pub(super) fn apply(
    mut delta: &[u8],
    base: &[u8],
    result: &mut [u8],
    mut copied: impl FnMut(Copied),
) -> Option<()> {
    let mut to = 0;
    while let Some((instruction, rest)) = delta.split_first() {
        delta = rest;
        let bytes = if instruction & 0x80 != 0 {
            let from = number(instruction & 0x0F, 4, &mut delta)?;
            let len = number(instruction >> 4 & 0x07, 3, &mut delta)?;
            let len = if len == 0 { 0x1_0000 } else { len };
            copied(Copied { to: u32::try_from(to).ok()?, from, len });
            let from = usize::try_from(from).ok()?;
            base.get(from..from.checked_add(usize::try_from(len).ok()?)?)?
        } else {
            // Nothing begins with 0: it is kept for what is to come.
            let len = usize::from(*instruction);
            let (bytes, rest) = delta.split_at_checked(len).filter(|_| len > 0)?;
            delta = rest;
            bytes
        };
        result.get_mut(to..to + bytes.len())?.copy_from_slice(bytes);
        to += bytes.len();
    }
    (to == result.len()).then_some(())
}

/// A number of up to four bytes, the lowest first; a bit of `present` says whether its byte is there or 0.
fn number(present: u8, bytes: u8, delta: &mut &[u8]) -> Option<u32> {
    let mut number = 0;
    for byte in 0..bytes {
        if present >> byte & 1 == 1 {
            let (value, rest) = delta.split_first()?;
            *delta = rest;
            number |= u32::from(*value) << (8 * byte);
        }
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(delta: &[u8], base: &[u8], len: usize) -> Option<(Vec<u8>, Vec<Copied>)> {
        let (mut result, mut copies) = (vec![0; len], Vec::new());
        apply(delta, base, &mut result, |copy| copies.push(copy))?;
        Some((result, copies))
    }

    #[test]
    fn copies_and_inserts() {
        // Copy 3 bytes from 2, insert "xy", copy 2 bytes from 0.
        let delta = [0x91, 2, 3, 2, b'x', b'y', 0x90, 2];
        let (result, copies) = applied(&delta, b"abcdef", 7).unwrap();
        assert_eq!(result, b"cdexyab");
        assert_eq!(copies, [Copied { to: 0, from: 2, len: 3 }, Copied { to: 5, from: 0, len: 2 }]);
    }

    #[test]
    fn a_length_of_zero_is_64_kib() {
        let base = vec![7; 0x1_0000];
        assert_eq!(applied(&[0x80], &base, 0x1_0000).unwrap().0, base);
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert_eq!(applied(&[0x91, 5, 3], b"abcdef", 3), None, "a copy from beyond the base");
        assert_eq!(applied(&[2, b'x'], b"", 2), None, "an insertion that is cut");
        assert_eq!(applied(&[0], b"", 0), None, "an instruction that does not exist");
        assert_eq!(applied(&[1, b'x'], b"", 2), None, "less than promised");
        assert_eq!(applied(&[1, b'x'], b"", 0), None, "more than promised");
        assert_eq!(sizes(&[0x80; 12]), None);
        assert_eq!(sizes(&[0x90, 1, 5, 9]), Some((0x90, 5, &[9][..])));
    }
}
