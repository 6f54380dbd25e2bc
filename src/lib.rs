//! keylint finds hard-coded credentials and wrong AWS policies, offline.
//!
//! Files at the root of `src/` are the nouns that flow; folders are the stages they flow through. `scan.rs` joins them
//! and is the first file to read.
//!
//! ```text
//! source/    list: names only, sorted ──► read: one Blob, or several chunks, per input
//!                                              │
//!              ┌───────────────────────────────┴───────────────┐
//! secrets/   prefilter → matcher → filters       policy/   gate → read → document
//!            → verdict, score → overlap                    → checks
//!              └───────────────────────────────┬───────────────┘
//! finding    owned, redacted, the same for both halves
//! suppress/  inline comments, [[allow]]: marked, never dropped
//! outcome    findings, what was not scanned, counts
//! report/    text · json · sarif
//! config/    keylint.toml and flags ──► Config, handed to the stages that need it
//! ```

pub mod access;
pub mod blob;
pub mod config;
pub mod date;
pub mod finding;
pub mod fingerprint;
pub mod history;
pub mod image;
pub mod location;
pub mod outcome;
pub mod plan;
pub mod policy;
mod pool;
pub mod profile;
pub mod report;
pub mod scan;
pub mod secrets;
pub mod snippet;
pub mod source;
pub mod suppress;
