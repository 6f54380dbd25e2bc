//! Who can read what, as people and programs read it. Reports see an [`Access`] and nothing else.

mod html;

use std::io;

use crate::access::Access;

/// Writes the page for browsers.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write_html(access: &Access, out: &mut dyn io::Write) -> io::Result<()> {
    html::write(access, out)
}
