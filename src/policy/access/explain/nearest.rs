//! The statement that comes closest to allowing a request, and the first of its elements that keeps it from that.

use std::ops::Range;

use super::words::listed;
use crate::policy::access::context::Context;
use crate::policy::access::description::At;
use crate::policy::access::statement::{Fit, Policy, Prepared};
use crate::policy::access::truth::Truth;
use crate::policy::access::who::Who;
use crate::policy::access::world::{Set, World};
use crate::policy::arn::Arn;
use crate::policy::text::shown;
use crate::policy::tree::Node;

/// Which statements are held against a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Party {
    /// Those of the principal's policies.
    Principal,
    /// Those of the policy of what is asked for, which name whom they are about.
    Resource,
}

/// A statement that almost allows.
pub(super) struct Near {
    pub(super) text: String,
    pub(super) at: At,
    /// How close it comes.
    closeness: u8,
}

/// The longest names that are compared letter by letter, in bytes, and how many of a statement.
const MOST_COMPARED: usize = 256;
const MOST_NAMED: usize = 20;

/// How much of closeness each element of a statement is.
fn weight(truth: Truth) -> u8 {
    match truth {
        Truth::Yes => 2,
        Truth::Depends | Truth::Unknown => 1,
        Truth::No => 0,
    }
}

impl World<'_> {
    /// The statement of a set that comes closest.
    pub(super) fn nearest(&self, set: &Set, context: &Context, party: Party) -> Option<Near> {
        let mut best: Option<Near> = None;
        for policy in self.policies_of(set) {
            for statement in policy.statements.iter().filter(|one| one.may_allow()) {
                let near = self.near(policy, statement, context, party);
                if let Some(near) = near
                    && best.as_ref().is_none_or(|best| best.closeness < near.closeness)
                {
                    best = Some(near);
                }
            }
        }
        best
    }

    fn near(
        &self,
        policy: &Policy,
        statement: &Prepared,
        context: &Context,
        party: Party,
    ) -> Option<Near> {
        let fit = statement.fit(context);
        let principal = match party {
            Party::Principal => Truth::Yes,
            Party::Resource => {
                let named = statement.names(context);
                Truth::any([named.directly, named.as_role, named.by_account])
            }
        };
        let closest = self.closest_resource(statement, context);
        let is_of_service = is_of_service(statement, context.action.service());
        if fit.action == Truth::No && !is_of_service {
            return None;
        }
        let resource = match (fit.resource, &closest) {
            (Truth::No, Some((closeness, ..))) => *closeness,
            (Truth::No, None) => 0,
            (truth, _) => 6 * weight(truth),
        };
        let who = match principal {
            Truth::No => self.closest_principal(statement, context),
            truth => 5 * weight(truth),
        };
        let closeness = 8 * weight(fit.action) + resource + who + 2 * weight(fit.condition);
        let (text, span) = self.fault(statement, context, (fit, principal), closest)?;
        Some(Near { text, at: At { file: policy.file, span }, closeness })
    }

    /// The first element that does not fit, in words, and where it stands.
    fn fault(
        &self,
        statement: &Prepared,
        context: &Context,
        (fit, principal): (Fit, Truth),
        closest: Option<(u8, String, Range<usize>)>,
    ) -> Option<(String, Range<usize>)> {
        let element = |key: &str| statement.node.get(key).unwrap_or(statement.node).span.clone();
        if fit.action == Truth::No {
            let (text, key) = action_fault(statement, context);
            return Some((text, element(key)));
        }
        if fit.resource == Truth::No {
            let general = || {
                let (text, key) = resource_fault(statement);
                (text.to_owned(), element(key))
            };
            return Some(closest.map_or_else(general, |(_, text, span)| (text, span)));
        }
        if principal == Truth::No {
            return Some((self.others(statement, context), element("Principal")));
        }
        if let Some(text) = self.condition_fault(statement, context) {
            return Some((text, element("Condition")));
        }
        let open = "what is not known decides whether it is about this";
        let is_open = [fit.action, fit.resource, principal].iter().any(|truth| truth.is_open());
        is_open.then(|| (open.to_owned(), statement.node.span.clone()))
    }

    /// The condition that does not hold, or that nobody knows of, in words.
    fn condition_fault(&self, statement: &Prepared, context: &Context) -> Option<String> {
        let failing = statement.lines.iter().find(|line| line.holds(context) == Truth::No);
        let open = || statement.lines.iter().find(|line| line.holds(context).is_open());
        let line = failing.or_else(open)?;
        let wanted: Vec<String> =
            line.values.iter().map(|(text, ..)| format!("`{}`", shown(text))).collect();
        let state = self.state(&line.wanted(context));
        let name = statement.written_key(&line.key);
        Some(format!(
            "its condition {} on `{name}` asks for {}, and {state}",
            line.operator.base,
            if wanted.is_empty() { "nothing".into() } else { listed(&wanted) }
        ))
    }

    /// How close those whom a statement names come to the principal: somebody of almost that name may be meant, and the owner of
    /// the resource is not.
    fn closest_principal(&self, statement: &Prepared, context: &Context) -> u8 {
        let (arn, account) = (self.shown(&context.principal.arn), self.shown(&context.account.id));
        let owner = self.shown(&context.owner.id);
        let closeness = |who: &Who| {
            let (text, own) = match who {
                Who::Account(pattern) => (self.pattern(pattern), &account),
                Who::Identity(pattern) => (self.pattern(pattern), &arn),
                _ => return 0,
            };
            // Longer ones are compared by nobody.
            let is_alike = text.len() <= MOST_COMPARED && strsim::osa_distance(&text, own) <= 2;
            if is_alike { 4 } else { u8::from(!text.contains(owner.as_str())) }
        };
        let named = statement.listed_principals().iter().take(MOST_NAMED);
        named.map(|item| closeness(&item.is)).max().unwrap_or(0)
    }

    /// Whom a statement names instead.
    fn others(&self, statement: &Prepared, context: &Context) -> String {
        let own = self.shown(&context.principal.arn);
        let account = self.shown(&context.account.id);
        let mut named: Vec<String> = Vec::new();
        for item in statement.listed_principals() {
            named.push(match &item.is {
                Who::Account(pattern) => {
                    let value = self.pattern(pattern);
                    format!("account `{value}`, and the principal is of `{account}`")
                }
                Who::Identity(pattern) => format!("`{}`, not `{own}`", self.pattern(pattern)),
                Who::Unique(id) => format!("`{id}`, the id of a role or user that was deleted"),
                Who::Other(name) => format!("`{}`", shown(name)),
                Who::Everyone | Who::Open => continue,
            });
        }
        if named.is_empty() {
            return "its NotPrincipal leaves out the principal".into();
        }
        named.truncate(3);
        format!("it names {}", listed(&named))
    }

    /// Of what a statement is about the item that comes closest: how close, what is wrong, where.
    fn closest_resource(
        &self,
        statement: &Prepared,
        context: &Context,
    ) -> Option<(u8, String, Range<usize>)> {
        let texts = statement.node.get("Resource").map_or(&[][..], Node::items);
        let spans = statement.listed_resources();
        let faults = texts.iter().filter_map(|node| {
            let (closeness, text) = self.text_fault(node.string()?, context)?;
            Some((closeness, text, node.span.clone()))
        });
        if spans.is_empty() {
            return None;
        }
        faults.max_by_key(|(closeness, ..)| *closeness)
    }

    /// Whether a text is the ARN of what is asked for but for its suffix, region or account.
    pub(super) fn is_nearly(&self, text: &str, context: &Context) -> bool {
        let wanted = self.shown(context.resource());
        let (Some(arn), Some(own)) = (Arn::parse(text), Arn::parse(&wanted)) else { return false };
        // A path that others have as well is not the name.
        let is_whole = |end: &str| arn.resource.strip_suffix(end) == Some(without_suffix(&own));
        arn.service == own.service
            && (lacks_suffix(&arn, &own)
                || is_whole("-*")
                || is_whole("*")
                || arn.resource == own.resource)
    }

    /// What keeps a text from being the ARN of what is asked for.
    fn text_fault(&self, text: &str, context: &Context) -> Option<(u8, String)> {
        let wanted = self.shown(context.resource());
        let own = Arn::parse(&wanted)?;
        let written = shown(text);
        let is_alias = text.starts_with("alias/");
        let Some(arn) = Arn::parse(text) else {
            if context.key.is_some() && (is_alias || is_key_id(text)) {
                let what = if is_alias { "the name of an alias" } else { "the id of a key" };
                return Some((9, format!("`{written}` is {what}, not the ARN of the key")));
            }
            return Some((1, format!("its Resource `{written}` is no ARN of this")));
        };
        if arn.service != own.service {
            return Some((0, format!("its Resource `{written}` is of another service")));
        }
        let differs = |a: &str, b: &str| {
            !a.contains(['*', '?', '$', '\u{fdd0}']) && !b.contains(['$', '*']) && a != b
        };
        if context.key.is_some() && arn.resource.starts_with("alias/") {
            return Some((
                9,
                format!(
                    "`{written}` is an alias: a policy about it is not about the key behind it"
                ),
            ));
        }
        let same_resource = same_resource(&arn, &own);
        let text = if differs(arn.region, own.region) && same_resource {
            (8, format!("`{written}` lies in {}, this one in {}", arn.region, own.region))
        } else if differs(arn.account, own.account) && same_resource {
            (
                8,
                format!(
                    "`{written}` is of account {}, this one of {}",
                    shown(arn.account),
                    own.account
                ),
            )
        } else if context.key.is_none() && lacks_suffix(&arn, &own) {
            (
                10,
                format!(
                    "`{written}` lacks the `-??????` suffix: the ARN of a secret goes on with a hyphen and six random characters"
                ),
            )
        } else if differs(arn.partition, own.partition) && same_resource {
            (
                7,
                format!(
                    "`{written}` is of the partition {}, this one of {}",
                    arn.partition, own.partition
                ),
            )
        } else {
            (2, format!("its Resource `{written}` is another one than `{wanted}`"))
        };
        Some(text)
    }

    fn pattern(&self, pattern: &crate::policy::access::matching::Pattern) -> String {
        self.shown(&pattern.value())
    }
}

/// Which actions a statement is about instead, and the element that says so.
fn action_fault(statement: &Prepared, context: &Context) -> (String, &'static str) {
    let name = context.action.full_name();
    if statement.node.get("NotAction").is_some() {
        return (format!("its NotAction leaves out `{name}`"), "NotAction");
    }
    (format!("it allows {}, not `{name}`", written_actions(statement)), "Action")
}

/// What is wrong with what a statement is about, where no text of it comes close.
fn resource_fault(statement: &Prepared) -> (&'static str, &'static str) {
    if statement.node.get("NotResource").is_some() {
        ("its NotResource leaves this one out", "NotResource")
    } else if statement.node.get("Resource").is_some() {
        ("its Resource is about something else", "Resource")
    } else {
        ("it has no Resource, and so no effect", "Action")
    }
}

/// Whether two ARNs name the same thing, wherever it lies; wildcards at the end included.
fn same_resource(arn: &Arn, own: &Arn) -> bool {
    let start =
        |text: &str| text.split(['*', '?', '\u{fdd0}']).next().unwrap_or_default().to_owned();
    let (written, wanted) = (start(arn.resource), start(own.resource));
    let is_open = arn.resource.contains(['*', '?', '\u{fdd0}']);
    written == wanted
        || !written.is_empty() && wanted.starts_with(&written) && is_open
        || lacks_suffix(arn, own)
}

/// What follows the account, without the random suffix of a secret.
fn without_suffix<'a>(own: &Arn<'a>) -> &'a str {
    let is_secret = own.secret().is_some();
    let end = own.resource.len().saturating_sub(if is_secret { 7 } else { 0 });
    own.resource.get(..end).unwrap_or(own.resource)
}

/// Whether nothing but the random suffix is missing.
fn lacks_suffix(arn: &Arn, own: &Arn) -> bool {
    let (Some(written), Some(wanted)) = (arn.secret(), own.secret()) else { return false };
    let name = wanted.get(..wanted.len().saturating_sub(7)).unwrap_or_default();
    written == name || written.trim_end_matches('?').trim_end_matches('-') == name
}

fn is_key_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Whether a statement names an action of a service.
fn is_of_service(statement: &Prepared, service: &str) -> bool {
    let nodes = statement.written_actions.unwrap_or_default();
    nodes
        .iter()
        .filter_map(Node::string)
        .any(|text| text.split_once(':').is_some_and(|(own, _)| own.eq_ignore_ascii_case(service)))
}

fn written_actions(statement: &Prepared) -> String {
    let nodes = statement.written_actions.unwrap_or_default();
    let mut all: Vec<String> =
        nodes.iter().filter_map(Node::string).map(|text| format!("`{}`", shown(text))).collect();
    if all.len() > 3 {
        let more = all.len() - 2;
        all.truncate(2);
        all.push(format!("{more} more"));
    }
    listed(&all)
}

impl Prepared<'_> {
    /// A condition key as the statement writes it.
    fn written_key(&self, key: &str) -> String {
        let operators = self.node.get("Condition").map_or(&[][..], Node::entries);
        let mut keys = operators.iter().flat_map(|operator| operator.value.entries());
        keys.find(|entry| entry.key.eq_ignore_ascii_case(key))
            .map_or_else(|| key.to_owned(), |entry| entry.key.clone())
    }
}
