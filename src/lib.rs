//! keylint finds hard-coded credentials and wrong AWS policies, offline.
//!
//! [`scan::scan`] takes sources and a [`config::Config`], and returns an [`outcome::Outcome`]: findings, what was not scanned,
//! counts. [`report::write`] makes a report of it.
//!
//! ```
//! use keylint::config::{Config, ConfigFile, Flags};
//! use keylint::scan::{Progress, scan};
//! use keylint::source::{Source, Text};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // What an editor has open. `Source::Path` scans files and directories, `Source::Git` repositories.
//! let token = ["glpat-", "R4nX7v_Qm2ZkT8wLp5Ys"].concat();
//! let text = Text { name: "app/.env".into(), bytes: format!("TOKEN={token}\n").into_bytes().into() };
//!
//! // `keylint.toml`, then flags; here nothing but what is said by default.
//! let checks: Vec<&str> = keylint::policy::ids().collect();
//! let config = Config::new(&ConfigFile::default(), &Flags::default(), &checks)?;
//!
//! let outcome = scan(&[Source::Text(text)], &config, &Progress::default())?;
//! let found = &outcome.findings[0];
//! assert_eq!(found.rule.id, "gitlab-pat");
//! assert_eq!(found.places[0].location.start.column, 7);
//! // The value is masked in everything that is made to be shown.
//! assert!(!found.places[0].snippet.text.contains(&token));
//! // Every selected byte was scanned.
//! assert!(outcome.is_complete());
//! # Ok(())
//! # }
//! ```
//!
//! The library does not print, and reads neither the environment nor the clock: who calls it gives the moment that dates in
//! tokens are compared with ([`config::Flags::now`]). Semantic versioning covers the command line and the formats of files, not
//! yet this interface.
//!
//! # How it is built
//!
//! Files at the root of `src/` are the nouns that flow; folders are the stages they flow through. `src/scan/mod.rs` joins them
//! and is the first file to read; `docs/ARCHITECTURE.md` has the rest.
//!
//! ```text
//! source/    list: names only, sorted ──► read: one Blob, or several chunks, per input
//!                                              │
//!              ┌───────────────────────────────┴───────────────┐
//! secrets/   prefilter → matcher → filters       policy/   gate → read → document
//!            → verdict, score → overlap                    → checks
//!              └───────────────────────────────┬───────────────┘
//! finding    owned, redacted, the same for both halves
//! suppress/  comments, [[allow]], the baseline: marked, never dropped
//! outcome    findings, what was not scanned, counts
//! report/    text, JSON and back, SARIF, pages and what services read
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
