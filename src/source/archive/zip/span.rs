//! Stretches of a zip whose end no header tells, or none that is to be believed.

use std::io::{self, Read};

use memchr::memmem;

use super::header::{Directory, descriptor_at, is_any};
use crate::source::archive::Input;

/// What is kept of what is seen ahead, so that a header and its descriptor are seen whole.
const KEPT: usize = Directory::SIZE + 24;

/// Bytes up to the next member, the directory, or its end.
pub(super) struct Between<'a, 'b> {
    pub(super) input: &'a mut Input<'b>,
    /// So many bytes belong to it whatever they are.
    pub(super) left: usize,
}

impl Read for Between<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let begins = |ahead: &[u8], at| ahead.get(at..).is_some_and(is_any).then_some(at);
            self.left = up_to(self.input, begins)?;
        }
        let got = read_some(self.input, self.left, out)?;
        self.left -= got;
        Ok(got)
    }
}

/// Bytes of a stored member whose length is only told after it: up to a descriptor that tells the right one. What is no
/// archive itself ends where a header begins, too.
pub(super) struct UpToDescriptor<'a, 'b> {
    pub(super) input: &'a mut Input<'b>,
    pub(super) passed: u64,
    pub(super) left: usize,
    pub(super) is_archive: bool,
}

impl Read for UpToDescriptor<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let (passed, is_archive) = (self.passed, self.is_archive);
            self.left = up_to(self.input, |ahead, at| {
                let begins = || !is_archive && ahead.get(at..).is_some_and(is_any);
                descriptor_at(ahead, at, passed).or_else(|| begins().then_some(at))
            })?;
        }
        let got = read_some(self.input, self.left, out)?;
        self.left -= got;
        self.passed += got as u64;
        Ok(got)
    }
}

/// How many of the next bytes come before what `end` finds at a signature.
fn up_to(input: &mut Input, end: impl Fn(&[u8], usize) -> Option<usize>) -> io::Result<usize> {
    let ahead = input.peek(Input::AHEAD)?;
    let is_all = ahead.len() < Input::AHEAD;
    let seen = if is_all { ahead.len() } else { ahead.len() - KEPT };
    let found = memmem::find_iter(ahead, b"PK").find_map(|at| end(ahead, at));
    Ok(found.map_or(seen, |at| at.min(seen)))
}

fn read_some(input: &mut Input, most: usize, out: &mut [u8]) -> io::Result<usize> {
    let most = most.min(out.len());
    if most == 0 {
        return Ok(0);
    }
    input.read(out.get_mut(..most).unwrap_or_default())
}
