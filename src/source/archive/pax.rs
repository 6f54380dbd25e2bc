//! What headers say of the entry that follows them. <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03>

use tar::PaxExtensions;

/// Said of one entry.
#[derive(Debug, Default)]
pub(super) struct Extended {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
}

/// Keys that hold nothing that anybody wrote.
const PLAIN: &[&[u8]] = &[
    b"path",
    b"linkpath",
    b"size",
    b"mtime",
    b"atime",
    b"ctime",
    b"uid",
    b"gid",
    b"uname",
    b"gname",
];

impl Extended {
    /// Reads PAX records; true when there is text in them. What is said of all entries names none.
    pub(super) fn read(&mut self, data: &[u8], is_global: bool) -> bool {
        let mut has_text = false;
        for record in PaxExtensions::new(data) {
            let Ok(record) = record else {
                has_text = true;
                continue;
            };
            let (key, value) = (record.key_bytes(), record.value_bytes());
            has_text |= !PLAIN.contains(&key);
            match key {
                _ if is_global => {}
                b"path" | b"GNU.sparse.name" => self.path = Some(value.into()),
                b"linkpath" => self.link = Some(value.into()),
                b"size" => {
                    self.size = std::str::from_utf8(value).ok().and_then(|size| size.parse().ok());
                }
                _ => {}
            }
        }
        has_text
    }
}
