//! Container images: what they are called, and where they come from.

mod reference;
#[cfg(feature = "registry")]
pub mod registry;
mod verified;

pub use reference::{Reference, ReferenceError};
pub use verified::Verified;
