//! What becomes of findings once everything is read: one finding per secret, proofs, parts that belong together.
//!
//! same → proof → parts

mod gathered;
mod hash;
mod material;
mod near;
mod parts;
mod proof;
mod public;
mod same;

use std::collections::BTreeMap;

pub(crate) use gathered::Gathered;

use super::RuleSet;
use crate::blob::Origin;
use crate::finding::{Finding, FindingKind, Severity, Verdict};

/// What decides about findings beside themselves.
#[derive(Clone, Copy)]
struct Terms<'a> {
    rules: &'a RuleSet,
    /// Severities that the configuration sets, by rule: nothing changes them.
    severities: &'a BTreeMap<String, Severity>,
}

/// Joins findings, sorted by place, and works out what they say of each other. Gives them in the same order, and notes on
/// what was not tried.
pub(crate) fn assemble(
    findings: Vec<Finding>,
    gathered: &Gathered,
    rules: &RuleSet,
    severities: &BTreeMap<String, Severity>,
) -> (Vec<Finding>, Vec<String>) {
    let terms = Terms { rules, severities };
    let mut findings = same::unify(findings, terms);
    let notes = proof::prove(&mut findings, gathered, terms);
    parts::join(&mut findings, gathered, terms);
    (findings, notes)
}

impl Terms<'_> {
    fn is_fixed(self, finding: &Finding) -> bool {
        self.severities.contains_key(&finding.rule.id)
    }
}

/// Whether a verdict says that the value is of little use to whoever finds it.
const fn is_harmless(verdict: Verdict) -> bool {
    match verdict {
        Verdict::ChecksumFailed
        | Verdict::Expired
        | Verdict::EncryptedKey
        | Verdict::PublicKnown => true,
        Verdict::ShapeOnly | Verdict::StructureValid | Verdict::ChecksumValid | Verdict::Proven => {
            false
        }
    }
}

fn verdict(finding: &Finding) -> Option<Verdict> {
    match &finding.kind {
        FindingKind::Secret { verdict, .. } => Some(*verdict),
        FindingKind::Policy { .. } => None,
    }
}

/// Adds a fact, unless one of that name is known.
fn add_fact(finding: &mut Finding, name: &str, value: String) {
    if let FindingKind::Secret { facts, .. } = &mut finding.kind
        && facts.iter().all(|(known, _)| known != name)
    {
        facts.push((name.into(), value));
    }
}

/// A place in words.
fn place_name(origin: &Origin, line: u64) -> String {
    format!("{origin}:{line}")
}
