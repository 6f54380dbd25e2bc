//! Headers of a zip: the one before each member, and the entry of the directory at the end.

/// What stands before a member. Sections 4.3.7 and 4.4 of APPNOTE.TXT.
#[derive(Clone, Copy, Debug)]
pub(super) struct Local {
    pub(super) flags: u16,
    pub(super) method: u16,
    /// Bytes that the member takes; `None` when that is told after it.
    pub(super) packed: Option<u64>,
    unpacked_is_long: bool,
    packed_is_long: bool,
    /// The length of its name.
    pub(super) name: usize,
    /// The length of what else is said of it.
    pub(super) extra: usize,
}

impl Local {
    pub(super) const SIZE: usize = 30;
    const ENCRYPTED: u16 = 1;
    const TOLD_LATER: u16 = 8;

    pub(super) fn new(head: &[u8]) -> Option<Self> {
        let flags = u16_at(head, 6)?;
        let (packed, unpacked) = (u32_at(head, 18)?, u32_at(head, 22)?);
        let is_told_later = flags & Self::TOLD_LATER != 0 && packed == 0;
        Some(Self {
            flags,
            method: u16_at(head, 8)?,
            packed: (!is_told_later).then_some(packed.into()),
            packed_is_long: packed == u32::MAX,
            unpacked_is_long: unpacked == u32::MAX,
            name: u16_at(head, 26)?.into(),
            extra: u16_at(head, 28)?.into(),
        })
    }

    pub(super) const fn is_encrypted(&self) -> bool {
        self.flags & Self::ENCRYPTED != 0
    }

    /// Takes sizes that need eight bytes.
    pub(super) fn read_extra(&mut self, extra: &[u8]) {
        if self.packed_is_long {
            let at = if self.unpacked_is_long { 8 } else { 0 };
            self.packed = long(extra, at).or(self.packed);
        }
        if self.packed == Some(0) && self.flags & Self::TOLD_LATER != 0 {
            self.packed = None;
        }
    }
}

/// Whether these bytes begin a member, as far as that can be said: its signature, and fields that may be.
pub(in crate::source::archive) fn is_local_header(head: &[u8]) -> bool {
    const METHODS: [u16; 13] = [0, 1, 6, 8, 9, 12, 14, 16, 18, 19, 93, 95, 99];
    head.starts_with(super::LOCAL)
        && head.len() >= Local::SIZE
        && head.get(4).is_some_and(|version| *version <= 99)
        && u16_at(head, 8).is_some_and(|method| METHODS.contains(&method) || method == 98)
        && u16_at(head, 26).is_some_and(|name| name > 0)
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
        head.get(..Self::SIZE)?;
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

/// A number of eight bytes in the extra field of Zip64, section 4.5.3.
fn long(mut extra: &[u8], at: usize) -> Option<u64> {
    loop {
        let (id, size) = (u16_at(extra, 0)?, u16_at(extra, 2)?);
        let data = extra.get(4..4 + usize::from(size))?;
        if id == 1 {
            return Some(u64::from_le_bytes(*data.get(at..)?.first_chunk()?));
        }
        extra = extra.get(4 + usize::from(size)..)?;
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
