//! Rights that lead to more than they say: to the rights of others, to data, to credentials, past those who watch.

mod effective;
mod exposure;
mod paths;
mod tables;

use super::{Check, IDENTITY, Run, Supersedes, Violations, list};
use crate::finding::Severity;
use crate::policy::actions;
use crate::policy::arn::is_everything;
use crate::policy::document::{Document, Statement};
use effective::{Grant, grant};
pub(super) use effective::{Need, is_all, is_denied, is_open, is_oversized};
use paths::{PASS_ROLE, PATHS, Path, Way};
pub(super) use tables::PERMISSIONS;

const PASSING: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html";
const LEVELS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html";
const PRACTICES: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege";

/// The general checks of the same statement, which ask for the same: that resources are named.
const OVER_STARS: &[&str] = &["effective-star-resource", "resource-star-restrictable"];

/// The general checks of the element that a path starts from: the roles that can be passed, or the action.
const OVER_ROLES: &[&str] = &[
    "create-slr-broad",
    "effective-star-resource",
    "notresource-allow",
    "passrole-star",
    "resource-star-restrictable",
];

/// What the rows of this family have in common.
const ROW: Check = Check { kinds: IDENTITY, severity: Severity::Medium, ..Check::ROW };

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "privesc-path",
        title: "a way to the rights of others",
        severity: Severity::High,
        why: "Some actions are as good as every right of somebody else: giving oneself a policy, making credentials for another user, or passing a strong role to a service that then does as it is told. Whoever holds them has those rights, whatever else the policy leaves out.",
        help: "Name the roles that may be passed, and the users, groups and policies that may be changed; or ask for a permissions boundary in a condition.",
        url: PASSING,
        run: Run::Document(privesc_path),
        supersedes: Supersedes::Both {
            on_element: OVER_ROLES,
            in_statement: &["credentials-exposure", "resource-exposure"],
        },
        ..ROW
    },
    Check {
        id: "credentials-exposure",
        title: "credentials of anybody are given out",
        why: "What these actions return is a password, a token or a session of somebody else, which works outside of this policy and for as long as it is valid.",
        help: "Name the roles, users or databases whose credentials are needed.",
        url: PRACTICES,
        run: Run::Document(exposure::credentials),
        supersedes: Supersedes::Both {
            on_element: &["data-exfiltration", "resource-exposure"],
            in_statement: OVER_STARS,
        },
        ..ROW
    },
    Check {
        id: "audit-tamper",
        title: "what records events can be switched off",
        severity: Severity::High,
        why: "Trails, recorders and detectors are what tells afterwards who did what. Whoever may stop or delete them anywhere can act unseen, and what is deleted cannot be had back.",
        help: "Leave these actions to the few who set up logging, and deny them to everybody else by a policy of the organisation.",
        url: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html",
        run: Run::Document(exposure::audit),
        supersedes: Supersedes::Both {
            on_element: &["credentials-exposure", "data-exfiltration", "resource-exposure"],
            in_statement: OVER_STARS,
        },
        ..ROW
    },
    Check {
        id: "resource-exposure",
        title: "who has access to anything can be changed",
        why: "These actions write the policies and access lists of resources. With them on everything, any resource can be opened to another account or to everybody, without touching IAM.",
        help: "Name the resources whose access may be changed.",
        url: LEVELS,
        run: Run::Document(exposure::resources),
        supersedes: Supersedes::Both {
            on_element: &["data-exfiltration"],
            in_statement: OVER_STARS,
        },
        ..ROW
    },
    Check {
        id: "data-exfiltration",
        title: "data can be read wherever it lies",
        why: "These actions return data itself, or share a copy of it with other accounts. On everything, they reach what is stored today and what is stored later, whoever it belongs to.",
        help: "Name the buckets, tables, parameters or snapshots that are needed.",
        url: PRACTICES,
        run: Run::Document(exposure::data),
        supersedes: Supersedes::InStatement(OVER_STARS),
        ..ROW
    },
];

/// A path that a document opens, and where.
struct Held {
    path: &'static Path,
    grant: Grant,
    severity: Severity,
}

impl Held {
    fn read(path: &'static Path, document: &Document) -> Option<Self> {
        let mut needs = path.needs.iter().map(|need| grant(document, *need, ""));
        let first = needs.next().flatten()?;
        if !needs.all(|grant| grant.is_some()) {
            return None;
        }
        let (grant, severity) = match path.way {
            Way::Direct => (first, Severity::High),
            Way::Existing => (first, Severity::Medium),
            Way::Passing(service) => {
                let passing = grant(document, PASS_ROLE, service)?;
                let severity = if passing.is_narrowed { Severity::Medium } else { Severity::High };
                (passing, severity)
            }
        };
        Some(Self { path, grant, severity })
    }

    /// The element that makes it possible: the resources of `iam:PassRole`, or else the action.
    fn span(&self) -> &std::ops::Range<usize> {
        match self.path.way {
            Way::Passing(_) => &self.grant.resource,
            Way::Direct | Way::Existing => &self.grant.action,
        }
    }

    fn actions(&self) -> Vec<String> {
        let passing = matches!(self.path.way, Way::Passing(_)).then_some(&PASS_ROLE);
        let needs = passing.into_iter().chain(self.path.needs);
        needs.map(|need| format!("`{}:{}`", need.service, need.name)).collect()
    }
}

fn privesc_path(document: &Document, violations: &mut Violations) {
    if is_oversized(document) || document.allows().any(is_unlimited) {
        return;
    }
    let mut held: Vec<Held> = PATHS.iter().filter_map(|path| Held::read(path, document)).collect();
    held.sort_by_key(|held| std::cmp::Reverse(held.severity));
    let Some(worst) = held.first() else { return };
    let others: Vec<&str> = held.iter().skip(1).map(|held| held.path.id).collect();
    let more = if others.is_empty() {
        String::new()
    } else {
        format!(", as do the paths {}", list(&others, 5))
    };
    violations.report_as(
        worst.severity,
        worst.span(),
        format!(
            "{} here {} to the rights of others (https://pathfinding.cloud/paths/{}){more}.",
            joined(&worst.actions()),
            if worst.actions().len() == 1 { "leads" } else { "lead" },
            worst.path.id
        ),
    );
}

/// `a`, `a and b`, `a, b and c`.
fn joined(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// Whether a statement allows everything with everything: there is nothing more to be had.
fn is_unlimited(statement: &Statement) -> bool {
    statement.conditions.is_empty()
        && statement.actions().iter().any(|text| actions::covers(text.value, "*"))
        && statement.resources().iter().any(|text| is_everything(text.value, "iam"))
}
