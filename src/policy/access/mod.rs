//! Who can read which secret: the documents of everything that was read, held together.

#[cfg_attr(not(test), expect(dead_code, reason = "what is said is not evaluated yet"))]
mod authorization;
#[expect(dead_code, reason = "what is said is not evaluated yet")]
mod description;
#[cfg_attr(not(test), expect(dead_code, reason = "what is said is not evaluated yet"))]
mod layout;
#[cfg_attr(not(test), expect(dead_code, reason = "what is said is not evaluated yet"))]
mod manifest;

pub use manifest::ManifestError;
