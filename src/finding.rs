//! What a report is made of: owned, redacted, the same for both halves.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::blob::Origin;
use crate::date;
use crate::fingerprint::{ContentId, Fingerprint};
use crate::history::History;
use crate::image::{Built, LayerFacts};
use crate::location::Location;
use crate::snippet::Snippet;

/// How bad it is when the finding is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; never fails a build.
    Note,
    /// Little harm by itself.
    Low,
    /// Harm under further conditions.
    Medium,
    /// Direct harm.
    High,
    /// Direct harm to a whole account or organisation.
    Critical,
}

/// How sure keylint is that the finding is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// A guess; not listed by default.
    Low,
    /// More likely right than wrong.
    Medium,
    /// Rarely wrong.
    High,
    /// Proved, for example by a checksum.
    VeryHigh,
}

macro_rules! names {
    ($type:ident: $($variant:ident = $name:literal),+) => {
        impl $type {
            /// Every value, lowest first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that files, flags and reports use.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

names!(Severity: Note = "note", Low = "low", Medium = "medium", High = "high", Critical = "critical");
names!(Confidence: Low = "low", Medium = "medium", High = "high", VeryHigh = "very-high");

/// What is known of a rule or check before it finds anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleMeta {
    /// Stable: users write it in configuration, comments and CI.
    pub id: String,
    /// One line, without a full stop.
    pub title: String,
    /// What to do about a finding; one or more sentences.
    pub help: String,
    /// The worst severity a finding of this rule can have.
    pub severity: Severity,
    /// The confidence most findings of this rule have.
    pub confidence: Confidence,
    /// Pages that say where the format or the behaviour is documented; the first is the best.
    pub references: Vec<String>,
    /// Words to filter by; the first is `secret` or `policy`.
    pub tags: Vec<String>,
    /// What only a policy check has.
    pub check: Option<CheckMeta>,
}

/// What is known of a policy check beside what every rule has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckMeta {
    /// What AWS really does, and why that matters.
    pub why: String,
    /// Finding codes of IAM Access Analyzer that say the same.
    pub aliases: Vec<String>,
    /// A document that the check reports, and what it is written in.
    pub bad: Example,
    /// A document that it does not report.
    pub good: Example,
}

/// A small policy or template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// `json`, `yaml` or `tf`.
    pub language: &'static str,
    /// The text.
    pub text: &'static str,
}

/// What can be said offline about how real a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It looks the way the format says; nothing more can be proved.
    ShapeOnly,
    /// It parses as what it claims to be.
    StructureValid,
    /// Its own checksum holds.
    ChecksumValid,
    /// Other material of the same scan fits it: a token signed by a key that was found, a key and its certificate.
    Proven,
    /// The format has a checksum and it does not hold.
    ChecksumFailed,
    /// It carries a date, and the date has passed.
    Expired,
    /// A private key under a passphrase.
    EncryptedKey,
    /// A value from public documentation.
    PublicKnown,
}

names!(Verdict: ShapeOnly = "shape-only", StructureValid = "structure-valid", ChecksumValid = "checksum-valid",
    Proven = "proven", ChecksumFailed = "checksum-failed", Expired = "expired", EncryptedKey = "encrypted-key", PublicKnown = "public-known");

/// The raw bytes of a secret. Not `Debug`, `Display` or `Serialize`: it leaves through [`Secret::reveal`] alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// Takes a copy of the bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The bytes. Whoever calls this answers for where they go.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// One secret or one policy defect, with every place it was seen at.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule or check that found it.
    pub rule: Arc<RuleMeta>,
    /// At most the rule's own, unless a proof says more.
    pub severity: Severity,
    /// How sure we are.
    pub confidence: Confidence,
    /// What is wrong, in one or two sentences, without the secret and harmless to show.
    pub message: String,
    /// At least one; sorted.
    pub places: Vec<Place>,
    /// What only one of the halves knows.
    pub kind: FindingKind,
    /// Its identity across runs.
    pub fingerprint: Fingerprint,
    /// What the history of a repository tells of it, where that was scanned.
    pub history: Option<History>,
}

impl Finding {
    /// Whether every place is suppressed.
    pub fn is_suppressed(&self) -> bool {
        self.places.iter().all(|place| place.suppressed.is_some())
    }
}

/// What only one of the halves knows about a finding.
#[derive(Clone, Debug)]
pub enum FindingKind {
    /// A credential.
    Secret {
        /// The value itself.
        secret: Secret,
        /// The value as it may be shown.
        redacted: String,
        /// How real it is.
        verdict: Verdict,
        /// What the value itself tells, such as the AWS account of a key id: name and value.
        facts: Vec<(String, String)>,
    },
    /// A defect of a policy document.
    Policy {
        /// The more general checks that found the same element.
        supersedes: Vec<String>,
    },
}

/// Changes of one file that put a finding right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Sorted and apart; at least one.
    pub edits: Vec<Edit>,
    /// The content that the edits are for.
    pub of: ContentId,
}

/// A replacement of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes; empty where something is only added.
    pub location: Location,
    /// What comes.
    pub text: String,
}

/// One place of a finding.
#[derive(Clone, Debug)]
pub struct Place {
    /// What found it here: for a secret that several rules know, not always the rule of the finding.
    pub rule: Arc<RuleMeta>,
    /// In which input.
    pub origin: Arc<Origin>,
    /// Where in it.
    pub location: Location,
    /// The lines around, already redacted.
    pub snippet: Snippet,
    /// Why this place does not count.
    pub suppressed: Option<Suppression>,
    /// How a secret is written here.
    pub written: Option<Box<Written>>,
    /// What container images tell of it, where it lies in a layer of one.
    pub layer: Option<Box<LayerFacts>>,
    /// What gets it into a container image, where a Dockerfile of the scan does.
    pub built: Option<Box<Built>>,
    /// What puts it right here, where that is mechanical.
    pub fix: Option<Fix>,
}

/// How a secret is written at a place.
#[derive(Clone, Debug)]
pub struct Written {
    /// The name it is assigned to, harmless to show; empty where there is none.
    pub name: String,
    /// Its bytes; kept only where raw secrets may be written, and for secrets that are not of a whole file.
    pub bytes: Option<Bytes>,
}

/// The bytes of a secret as they stand in an input, under whatever encoding.
#[derive(Clone, Debug)]
pub struct Bytes {
    /// The secret.
    pub value: Secret,
    /// What stands before it on its line, up to the secret before it; the last [`Bytes::MAX_BEFORE`] bytes.
    pub before: Secret,
    /// Whether they are the input's own: not those of an archive's member, of a binary or of text in UTF-16.
    pub is_plain: bool,
}

impl Bytes {
    /// The most bytes before a secret that are kept.
    pub const MAX_BEFORE: usize = 48;
}

impl Place {
    /// Instructions of Dockerfiles that it quotes.
    pub(crate) fn instructions_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let of_layer = self.layer.iter_mut().flat_map(|layer| layer.texts_mut());
        of_layer.chain(self.built.iter_mut().map(|built| &mut built.instruction))
    }
}

/// A decision by a person that a place does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Where the decision is written.
    pub kind: SuppressionKind,
    /// The reason given, harmless to show; empty when there was none.
    pub reason: String,
    /// Who answers for it, harmless to show, where that is said.
    pub owner: Option<String>,
    /// The last day it holds, as `YYYY-MM-DD`, where it ends.
    pub expires: Option<String>,
}

impl Suppression {
    /// A decision without an owner and without an end.
    pub fn new(kind: SuppressionKind, reason: impl Into<String>) -> Self {
        Self { kind, reason: reason.into(), owner: None, expires: None }
    }

    /// Its last day, where that is over by `now`, in seconds since 1970.
    pub fn ended(&self, now: u64) -> Option<&str> {
        let expires = self.expires.as_deref()?;
        let last_day = date::day(expires).and_then(|day| u64::try_from(day).ok());
        // Whoever wrote what is no day meant some end.
        last_day.is_none_or(|day| now >= day + date::DAY).then_some(expires)
    }
}

/// Where a suppression is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SuppressionKind {
    /// A comment next to the place.
    Inline,
    /// An `[[allow]]` of the configuration.
    Config,
    /// An allowlist of a configuration for gitleaks.
    Gitleaks,
    /// A line of a baseline.
    Baseline,
    /// A comment for another scanner, which says so in its reason.
    Peer,
}

names!(SuppressionKind: Inline = "inline", Config = "config", Gitleaks = "gitleaks-allowlist", Baseline = "baseline",
    Peer = "peer-comment");
