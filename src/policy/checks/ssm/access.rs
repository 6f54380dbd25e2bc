//! Grants on parameters: one short, or too many.

use crate::policy::actions;
use crate::policy::arn::{Arn, in_one_place, is_everything, resources};
use crate::policy::checks::escalation::{Need, is_denied, is_open, is_oversized};
use crate::policy::checks::{Violations, quote, scope};
use crate::policy::condition::{self, Condition};
use crate::policy::document::{Document, Sense, Statement, Text};
use crate::policy::fix::Change;
use crate::policy::glob::Glob;
use crate::policy::text::{has_hole, is_pattern};

/// The text that names an action of Systems Manager, unless it stands for all of them.
fn naming<'s>(statement: &'s Statement, name: &str) -> Option<&'s Text<'s>> {
    statement.actions().iter().find(|text| {
        actions::matches(text.value, "ssm", name) && !actions::covers(text.value, "ssm:*")
    })
}

/// A path that is written with a slash at its end may be authorised as such: AWS does not say.
pub(super) fn path_not_covered(document: &Document, violations: &mut Violations) {
    let by_path = |statement: &&Statement| statement.is_about("ssm", "GetParametersByPath");
    let others: Vec<&Text> =
        document.allows().filter(by_path).flat_map(Statement::resources).collect();
    let not = |statement: &Statement| {
        statement.resources.as_ref().is_none_or(|element| element.sense == Sense::IsNot)
    };
    if !document.is_complete || is_oversized(document) || document.allows().filter(by_path).any(not)
    {
        return;
    }
    for statement in document.allows().filter(by_path) {
        // A wildcard takes in this action beside those that are on the parameters themselves.
        let is_named = |text: &Text| text.value.eq_ignore_ascii_case("ssm:GetParametersByPath");
        if !statement.actions().iter().any(is_named) {
            continue;
        }
        for text in statement.resources() {
            let Some(path) = path_above(text.value) else { continue };
            let wanted = Glob::literal(path);
            let is_covered = |other: &&Text| match in_one_place(other.value, path) {
                Some((other, path)) => resources(&other).covers(&Glob::literal(&path)),
                None => has_hole(other.value) || resources(other.value).covers(&wanted),
            };
            if others.iter().any(is_covered) {
                continue;
            }
            violations.report(&text.span, format!(
                "This takes in the paths below {}, not that path itself: asking for what is directly in it is refused.",
                quote(path.rsplit_once(":parameter").map_or(path, |(_, name)| name))
            ));
            violations.fix([Change::AddItem { after: text.span.clone(), item: path.to_owned() }]);
        }
    }
}

/// The ARN of a path, when the text is the ARN of all that is below it.
fn path_above(text: &str) -> Option<&str> {
    let arn = Arn::parse(text).filter(|arn| arn.service == "ssm")?;
    let name = arn.resource.strip_prefix("parameter/")?.strip_suffix("/*")?;
    (!name.is_empty() && !is_pattern(name) && !name.starts_with('/'))
        .then(|| text.strip_suffix("/*"))?
}

pub(super) fn describe_needs_star(document: &Document, violations: &mut Violations) {
    scope::needs_star_where(document, violations, |service, action| {
        service == "ssm" && action == "DescribeParameters"
    });
}

const READING: &[&str] =
    &["GetParameter", "GetParameters", "GetParametersByPath", "GetParameterHistory"];

pub(super) fn securestring_kms(document: &Document, violations: &mut Violations) {
    let decrypts = document.allows().any(|statement| statement.is_about("kms", "Decrypt"));
    if decrypts || !document.is_complete {
        return;
    }
    // What other conditions ask for is meant for more than reading values.
    let reading = document
        .allows()
        .filter(|statement| !is_on_public(statement) && is_open(&statement.conditions));
    let text = reading
        .filter(|statement| !is_unlimited(statement))
        .find_map(|statement| READING.iter().find_map(|name| naming(statement, name)));
    if let Some(text) = text {
        violations.report(&text.span, "This reads secure strings under the key that AWS manages. One under a key of your own takes `kms:Decrypt` as well, which no statement here allows.");
    }
}

/// Whether a statement allows everything: what it lacks is not the point.
fn is_unlimited(statement: &Statement) -> bool {
    statement.actions().iter().any(|text| actions::covers(text.value, "*"))
}

/// Whether the parameters are those that AWS publishes for everybody, none of which is secret.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html>
fn is_on_public(statement: &Statement) -> bool {
    let is_public = |text: &Text| {
        Arn::parse(text.value)
            .is_some_and(|arn| arn.service != "ssm" || arn.resource.starts_with("parameter/aws/"))
    };
    !statement.resources().is_empty() && statement.resources().iter().all(is_public)
}

const PUT: Need = Need { service: "ssm", name: "PutParameter", kind: "parameter" };

pub(super) fn overwrite(document: &Document, violations: &mut Violations) {
    let guards = |condition: &Condition| condition.is_on(&["ssm:overwrite"]);
    let is_guarded = document.statements.iter().any(|statement| {
        statement.denies()
            && statement.is_about(PUT.service, PUT.name)
            && statement.conditions.iter().any(guards)
    });
    for statement in document.allows() {
        let Some(text) = naming(statement, PUT.name).filter(|_| !is_guarded) else { continue };
        let is_open = is_open(&statement.conditions)
            && !condition::names_resources(&statement.conditions)
            && statement.resources().iter().any(|text| is_everything(text.value, "ssm"));
        if is_open && !is_denied(document, PUT, &statement.conditions) {
            violations.report(
                &text.span,
                "Every parameter can be changed here, also those that others read and rely on.",
            );
        }
    }
}
