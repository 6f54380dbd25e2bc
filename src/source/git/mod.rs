//! What is read of git repositories.

pub mod hooks;
