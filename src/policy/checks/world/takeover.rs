//! Tags and aliases that decide what a policy is about, and who may set them.

use std::collections::HashMap;
use std::path::Path;

use super::documents;
use crate::policy::actions;
use crate::policy::checks::{Violations, World, quote};
use crate::policy::condition::Condition;
use crate::policy::document::{Document, Kind, Root, Statement};
use crate::policy::link::Dialect;
use crate::policy::text::is_pattern;

/// What a policy goes by, and the actions that set it.
struct Mark {
    service: &'static str,
    /// What the condition keys start with that compare it.
    keys: &'static [&'static str],
    what: &'static str,
    set_by: &'static [&'static str],
}

/// <https://docs.aws.amazon.com/kms/latest/developerguide/tag-authorization.html>,
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html>
const MARKS: &[Mark] = &[
    Mark {
        service: "kms",
        keys: &["aws:resourcetag/"],
        what: "tags",
        set_by: &["TagResource", "UntagResource"],
    },
    Mark {
        service: "kms",
        keys: &["kms:resourcealiases"],
        what: "aliases",
        set_by: &["CreateAlias", "UpdateAlias"],
    },
    Mark {
        service: "secretsmanager",
        keys: &["aws:resourcetag/", "secretsmanager:resourcetag/"],
        what: "tags",
        set_by: &["TagResource", "UntagResource"],
    },
    Mark {
        service: "ssm",
        keys: &["aws:resourcetag/", "ssm:resourcetag/"],
        what: "tags",
        set_by: &["AddTagsToResource", "RemoveTagsFromResource"],
    },
];

/// Keys of conditions that say which tags and aliases may be set, or on what.
const GUARDS: &[&str] = &[
    "aws:requesttag/",
    "aws:resourcetag/",
    "aws:tagkeys",
    "kms:requestalias",
    "kms:resourcealiases",
    "secretsmanager:resourcetag/",
    "ssm:resourcetag/",
];

/// Policies in one folder are taken to be for the same account; of others that is not known. What is in force already
/// is left alone: AWS's own policies are written for every account.
pub(super) fn takeover(world: &World, violations: &mut Violations) {
    let mut users: HashMap<(&Path, usize), &Root> = HashMap::new();
    for (at, root, document) in documents(world) {
        for (mark, _) in marks(|mark| document.allows().any(|statement| goes_by(statement, mark))) {
            users.entry((folder(world, at), mark)).or_insert(root);
        }
    }
    let is_meant = |document: &Document| document.kind == Kind::Identity && !document.is_deployed;
    for (at, root, document) in documents(world).filter(|(.., document)| is_meant(document)) {
        violations.look_at(root.file);
        for (number, mark) in marks(|_| !users.is_empty()) {
            let Some(user) = users.get(&(folder(world, at), number)) else { continue };
            for statement in document.allows().filter(|statement| !is_guarded(statement)) {
                sets(statement, mark, user, violations);
            }
        }
    }
}

/// Some of the marks, each with its number.
fn marks(is_meant: impl Fn(&Mark) -> bool) -> impl Iterator<Item = (usize, &'static Mark)> {
    MARKS.iter().enumerate().filter(move |(_, mark)| is_meant(mark))
}

/// The folder that a deployment lies in.
fn folder<'w>(world: &'w World, deployment: usize) -> &'w Path {
    let stack = world.deployments.get(deployment).map(|deployment| deployment.stack);
    let path = stack.map(|stack| match stack.dialect {
        Dialect::Terraform => Some(stack.path.as_path()),
        Dialect::Bare | Dialect::CloudFormation => stack.path.parent(),
    });
    path.flatten().unwrap_or(Path::new(""))
}

/// Whether a statement allows the use of what has the mark.
fn goes_by(statement: &Statement, mark: &Mark) -> bool {
    let compares = |condition: &Condition| {
        !condition.key.is_empty() && condition.is_on(mark.keys) && condition.narrows()
    };
    statement.conditions.iter().any(compares)
        && statement.services().iter().any(|service| service == mark.service)
}

fn is_guarded(statement: &Statement) -> bool {
    statement.conditions.iter().any(|condition| condition.is_on(GUARDS))
}

/// Reports an action that sets the mark. Who may do everything with the service needs no mark.
fn sets(statement: &Statement, mark: &Mark, user: &Root, violations: &mut Violations) {
    let is_meant = |name: &&&str| statement.is_about(mark.service, name);
    let Some(action) = mark.set_by.iter().find(is_meant) else { return };
    let says_so = |text: &str| actions::matches(text, mark.service, action);
    let Some(text) = statement.actions().iter().find(|text| says_so(text.value)) else { return };
    let (everything, service) = (format!("{}:*", mark.service), mark.service);
    if statement.actions().iter().any(|text| actions::covers(text.value, &everything)) {
        return;
    }
    let named = user.attached.first().filter(|name| !is_pattern(name));
    let policy = named.map_or("a policy in this folder".to_owned(), |name| {
        format!("the policy in {}", quote(name))
    });
    violations.report(&text.span, format!(
        "Whoever may do this sets {}, and {policy} allows actions of `{service}` by these: they decide what it is about.",
        mark.what
    ));
}
