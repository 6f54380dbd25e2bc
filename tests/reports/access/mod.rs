//! The reports of `keylint access` on worlds that are made up.

mod json;
mod markdown;
mod sarif;
mod text;
mod tools;
mod world;

use keylint::access::Access;
use keylint::report::Look;
use keylint::report::access::{self, ChangesFormat, Format, Options};

pub(crate) const PLAIN: Options = Options { look: Look::Plain, width: 80, all: false };

/// A report as text.
pub(crate) fn report(format: Format, access: &Access, options: &Options) -> String {
    let mut out = Vec::new();
    access::write(format, access, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A report on what changed as text.
pub(crate) fn changes(format: ChangesFormat, before: &Access, now: &Access) -> String {
    let mut out = Vec::new();
    let changes = now.changes_since(before);
    access::write_changes(format, &changes, now, &PLAIN, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The full world before something was added, and something else was taken away.
pub(crate) fn before() -> Access {
    use keylint::access::Answer::{Depends, No, Yes};
    let mut before = world::full();
    for (path, answer) in [(0, No), (1, Yes), (5, Yes), (6, No), (7, Depends)] {
        before.paths[path].answer = answer;
    }
    before
}

/// The world that a snapshot is of.
pub(crate) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
