//! Headers of a zip: the one before each member, the entry of the directory at the end, and the end itself.

const LOCAL: &[u8] = b"PK\x03\x04";
const DIRECTORY: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";
/// No program writes a later version of the format: 9.9.
const MAX_VERSION: u8 = 99;

/// What stands before a member. Sections 4.3.7 and 4.4 of APPNOTE.TXT.
#[derive(Clone, Copy, Debug)]
pub(super) struct Local {
    flags: u16,
    pub(super) method: u16,
    /// Bytes that the member takes; `None` when that is told after it.
    pub(super) packed: Option<u64>,
    /// Bytes that it unpacks to.
    pub(super) unpacked: u64,
    /// The length of its name.
    pub(super) name: usize,
    /// The length of what else is said of it.
    pub(super) extra: usize,
}

impl Local {
    pub(super) const SIZE: usize = 30;
    const ENCRYPTED: u16 = 1;
    const HAS_END_MARK: u16 = 2;
    const TOLD_LATER: u16 = 8;

    /// Reads the header that these bytes begin with. Where one may be, its signature is enough.
    pub(super) fn new(head: &[u8]) -> Option<Self> {
        if !head.starts_with(LOCAL) || head.get(4).is_none_or(|version| *version > MAX_VERSION) {
            return None;
        }
        let flags = u16_at(head, 6)?;
        let packed = u32_at(head, 18)?;
        let is_told_later = flags & Self::TOLD_LATER != 0 && packed == 0;
        Some(Self {
            flags,
            method: u16_at(head, 8)?,
            packed: (!is_told_later).then_some(packed.into()),
            unpacked: u32_at(head, 22)?.into(),
            name: u16_at(head, 26)?.into(),
            extra: u16_at(head, 28)?.into(),
        })
    }

    pub(super) const fn is_encrypted(&self) -> bool {
        self.flags & Self::ENCRYPTED != 0
    }

    /// Whether its sizes stand behind it, too.
    pub(super) const fn is_told_later(&self) -> bool {
        self.flags & Self::TOLD_LATER != 0
    }

    /// Whether a stream of LZMA says where it ends; else it is as long as the header says.
    pub(super) const fn has_end_mark(&self) -> bool {
        self.flags & Self::HAS_END_MARK != 0
    }

    /// Takes sizes that need eight bytes.
    pub(super) fn read_extra(&mut self, extra: &[u8]) {
        let is_long = |size: u64| size == u64::from(u32::MAX);
        let at = if is_long(self.unpacked) { 8 } else { 0 };
        if self.packed.is_some_and(is_long) {
            self.packed = long(extra, at).or(self.packed);
        }
        if is_long(self.unpacked) {
            self.unpacked = long(extra, 0).unwrap_or(self.unpacked);
        }
        if self.packed == Some(0) && self.is_told_later() {
            self.packed = None;
        }
    }

    /// How long the descriptor is that `rest` begins with, after so many bytes of the member; 0 where there is none.
    pub(super) fn descriptor(&self, taken: u64, rest: &[u8]) -> u64 {
        if !self.is_told_later() {
            return 0;
        }
        let at = if rest.starts_with(DESCRIPTOR) { 8 } else { 4 };
        let ends = |size: usize| rest.len() == size || rest.get(size..size + 2) == Some(b"PK");
        let is_short = u32_at(rest, at).is_some_and(|size| u64::from(size) == taken & LOW);
        let is_long = u64_at(rest, at) == Some(taken);
        let (short, long) = (at + 8, at + 16);
        let size = if is_short && (ends(short) || !is_long) && rest.len() >= short {
            short
        } else if is_long && rest.len() >= long {
            long
        } else {
            0
        };
        size as u64
    }
}

const LOW: u64 = u32::MAX as u64;

/// Whether these bytes begin a member, as far as that can be said: its signature, and fields that may be.
pub(in crate::source::archive) fn is_local_header(head: &[u8]) -> bool {
    const METHODS: [u16; 14] = [0, 1, 6, 8, 9, 12, 14, 16, 18, 19, 93, 95, 98, 99];
    Local::new(head).is_some_and(|local| METHODS.contains(&local.method) && local.name > 0)
}

/// Whether these bytes begin something of a zip: a member, an entry of the directory or its end.
pub(super) fn is_any(head: &[u8]) -> bool {
    is_local_header(head) || Directory::new(head).is_some() || End::new(head).is_some()
}

/// Whether these bytes are the end of a zip with members and without a comment.
pub(in crate::source::archive) fn is_end(bytes: &[u8]) -> bool {
    bytes.len() == End::SIZE
        && End::new(bytes).is_some_and(|end| end.comment == 0)
        && u16_at(bytes, 10).is_some_and(|members| members > 0)
}

/// Whether a descriptor stands at `at`, or ends there, that says that so many bytes came before; where it begins.
pub(super) fn descriptor_at(bytes: &[u8], at: usize, passed: u64) -> Option<usize> {
    let rest = bytes.get(at..)?;
    if rest.starts_with(DESCRIPTOR) {
        let size = u64::from(u32_at(rest, 8)?);
        return (size == (passed + at as u64) & LOW).then_some(at);
    }
    if !is_any(rest) {
        return None;
    }
    let short = |from: usize| {
        let size = (passed + from as u64) & LOW;
        [4, 8].iter().all(|at| u32_at(bytes, from + at).is_some_and(|said| u64::from(said) == size))
    };
    let long = |from: usize| {
        [4, 12].iter().all(|at| u64_at(bytes, from + at) == Some(passed + from as u64))
    };
    at.checked_sub(12)
        .filter(|from| short(*from))
        .or_else(|| at.checked_sub(20).filter(|from| long(*from)))
}

/// An entry of the directory. Section 4.3.12.
pub(super) struct Directory {
    pub(super) method: u16,
    pub(super) name: usize,
    pub(super) extra: usize,
    pub(super) comment: usize,
    packed: u32,
    unpacked: u32,
    local: u32,
}

impl Directory {
    pub(super) const SIZE: usize = 46;

    pub(super) fn new(head: &[u8]) -> Option<Self> {
        if !head.starts_with(DIRECTORY) || head.get(6).is_none_or(|version| *version > MAX_VERSION)
        {
            return None;
        }
        Some(Self {
            method: u16_at(head, 10)?,
            packed: u32_at(head, 20)?,
            unpacked: u32_at(head, 24)?,
            name: u16_at(head, 28)?.into(),
            extra: u16_at(head, 30)?.into(),
            comment: u16_at(head, 32)?.into(),
            local: u32_at(head, 42)?,
        })
    }

    /// Where the member begins.
    pub(super) fn local(&self, extra: &[u8]) -> Option<u64> {
        if self.local != u32::MAX {
            return Some(self.local.into());
        }
        let before = usize::from(self.unpacked == u32::MAX) + usize::from(self.packed == u32::MAX);
        long(extra, 8 * before)
    }
}

/// The end of the directory. Section 4.3.16.
pub(super) struct End {
    pub(super) comment: usize,
}

impl End {
    pub(super) const SIZE: usize = 22;

    pub(super) fn new(head: &[u8]) -> Option<Self> {
        let comment = head.starts_with(END).then(|| u16_at(head, 20))??;
        Some(Self { comment: comment.into() })
    }
}

/// A number of eight bytes in the extra field of Zip64, section 4.5.3.
fn long(extra: &[u8], at: usize) -> Option<u64> {
    let (_, data) = fields(extra).flatten().find(|(id, _)| *id == ZIP64)?;
    u64_at(data, at)
}

const ZIP64: u16 = 1;

/// Whether an extra field may hold text: more than numbers that are known.
pub(super) fn has_text(extra: &[u8]) -> bool {
    // Zip64, times of NTFS and Unix, owners, AES, a mark of Java.
    const NUMBERS: [u16; 8] = [ZIP64, 0x000a, 0x5455, 0x5855, 0x7855, 0x7875, 0x9901, 0xcafe];
    fields(extra).any(|field| {
        let Ok((id, data)) = field else { return true };
        let is_number = NUMBERS.contains(&id) && data.len() <= 32;
        data.len() >= 8 && !is_number && data.iter().any(|byte| *byte != 0)
    })
}

/// The fields of an extra field; an error for a rest that is none.
fn fields(mut extra: &[u8]) -> impl Iterator<Item = Result<(u16, &[u8]), ()>> {
    std::iter::from_fn(move || {
        if extra.is_empty() {
            return None;
        }
        let field = || {
            let (id, size) = (u16_at(extra, 0)?, u16_at(extra, 2)?);
            let (data, rest) = extra.get(4..)?.split_at_checked(size.into())?;
            Some((id, data, rest))
        };
        let Some((id, data, rest)) = field() else {
            let is_text = extra.len() >= 8 && extra.iter().any(|byte| *byte != 0);
            extra = &[];
            return is_text.then_some(Err(()));
        };
        extra = rest;
        Some(Ok((id, data)))
    })
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
