//! What is wrong in a mechanical way is put right by changes to the text, exact to the byte.

use std::ops::Range;

/// One change of a document, in terms of its elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A string, wherever and however it is written, says something else.
    Rewrite { span: Range<usize>, from: String, to: String },
    /// The name of an element or operator is another one.
    Rename { key_span: Range<usize>, from: String, to: String },
    /// An item of a list goes, with the comma that is then too many.
    RemoveItem { span: Range<usize> },
    /// An entry comes last in a map; its value is JSON.
    AddEntry { object: Range<usize>, key: String, value: String },
    /// An item comes after another one of a list, written like it.
    AddItem { after: Range<usize>, item: String },
}
