//! Who can read which secret: the documents of everything that was read, held together.

#[expect(dead_code, reason = "what is said is not evaluated yet")]
mod description;
