//! Conditions, read, and how much they narrow who or what a statement is about.

use std::ops::Range;

use super::arn::Arn;
use super::text::{Part, Wildcards, parts};
use super::tree::Node;

/// One line of a condition block: operator, key, values.
#[derive(Clone, Debug)]
pub(super) struct Condition<'a> {
    pub(super) operator: Operator<'a>,
    /// In lower case: keys have none. Empty when a template leaves open what the condition is: then it may be any.
    pub(super) key: String,
    pub(super) values: Vec<(&'a str, Range<usize>)>,
}

/// An operator, taken apart.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operator<'a> {
    /// Without quantifier and `IfExists`.
    pub(super) base: &'a str,
    pub(super) quantifier: Quantifier,
    pub(super) if_exists: bool,
}

/// How a condition treats a key of several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantifier {
    None,
    /// True as well when the key is absent.
    ForAllValues,
    ForAnyValue,
}

impl<'a> Operator<'a> {
    /// The parts of an operator as written.
    pub(super) fn read(text: &'a str) -> Self {
        let (quantifier, rest) = match text.split_once(':') {
            Some(("ForAllValues", rest)) => (Quantifier::ForAllValues, rest),
            Some(("ForAnyValue", rest)) => (Quantifier::ForAnyValue, rest),
            _ => (Quantifier::None, text),
        };
        let base = rest.strip_suffix("IfExists");
        Self { base: base.unwrap_or(rest), quantifier, if_exists: base.is_some() }
    }

    /// Whether it holds only when the key is present and has one of the values.
    pub(super) fn requires_value(self) -> bool {
        let positive = [
            "StringEquals",
            "StringEqualsIgnoreCase",
            "StringLike",
            "ArnEquals",
            "ArnLike",
            "IpAddress",
        ];
        positive.contains(&self.base)
            && !self.if_exists
            && self.quantifier != Quantifier::ForAllValues
    }

    /// What `*` and `?` are in its values.
    pub(super) fn wildcards(self) -> Wildcards {
        let matching =
            ["StringLike", "StringNotLike", "ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals"];
        if matching.contains(&self.base) { Wildcards::Match } else { Wildcards::Plain }
    }
}

/// The conditions of a statement; what is not of the right shape is left to the grammar checks.
pub(super) fn read(block: Option<&Node>) -> Vec<Condition<'_>> {
    let operators = block.into_iter().flat_map(Node::entries);
    let is_open = block.is_some_and(Node::is_open)
        || operators.clone().any(|operator| operator.value.is_open());
    let unknown =
        Condition { operator: Operator::read(""), key: String::new(), values: Vec::new() };
    operators
        .flat_map(|operator| {
            operator.value.entries().iter().map(|entry| Condition {
                operator: Operator::read(&operator.key),
                key: entry.key.to_ascii_lowercase(),
                values: entry
                    .value
                    .items()
                    .iter()
                    .filter_map(|item| Some((item.scalar()?, item.span.clone())))
                    .collect(),
            })
        })
        .chain(is_open.then_some(unknown))
        .collect()
}

impl Condition<'_> {
    /// Whether the key must be present with a value that not everybody has.
    pub(super) fn narrows(&self) -> bool {
        let free = |value: &str| match self.key.as_str() {
            "aws:sourceip" => matches!(value, "0.0.0.0/0" | "::/0" | "0.0.0.0/1" | "128.0.0.0/1"),
            // Whoever has credentials, of any account.
            "lambda:functionurlauthtype" => value == "AWS_IAM",
            _ => self.operator.wildcards() == Wildcards::Match && is_free(value),
        };
        // Without a value that can be read the condition never holds, or its values come from elsewhere.
        self.key.is_empty()
            || self.operator.requires_value() && !self.values.iter().any(|(value, _)| free(value))
    }

    /// Whether the key must be there, whatever its value.
    pub(super) fn requires_presence(&self) -> bool {
        let is_false = |(value, _): &(&str, Range<usize>)| value.eq_ignore_ascii_case("false");
        self.operator.base == "Null" && !self.values.is_empty() && self.values.iter().all(is_false)
    }

    /// Whether this asks for a truth value, and for this one.
    pub(super) fn is_flag(&self, value: &str) -> bool {
        self.operator.base == "Bool"
            && !self.operator.if_exists
            && !self.values.is_empty()
            && self.values.iter().all(|(own, _)| own.eq_ignore_ascii_case(value))
    }

    /// Whether this holds for what it does not name, and where the key is missing.
    pub(super) fn is_negated(&self) -> bool {
        self.operator.base.contains("Not")
    }

    /// Whether a value stands for principals of no account in particular: anybody can give a role of his own that name.
    pub(super) fn is_of_any_account(&self) -> bool {
        self.operator.wildcards() == Wildcards::Match
            && self.is_on(&["aws:principalarn"])
            && self.values.iter().any(|(value, _)| {
                Arn::parse(value).is_some_and(|arn| !arn.account.is_empty() && is_free(arn.account))
            })
    }

    /// Whether the key says who calls, from where, or for whom.
    pub(super) fn is_on_caller(&self) -> bool {
        CALLER.iter().any(|(audience, keys)| *audience != Audience::Via && self.is_on(keys))
    }

    /// What a value does that no request has.
    pub(super) fn outcome(&self) -> &'static str {
        if self.is_negated() { "it excludes nothing" } else { "it never holds" }
    }

    /// Whether the key has this name, or starts with it where it ends in `/` or `:`.
    pub(super) fn is_on(&self, keys: &[&str]) -> bool {
        self.key.is_empty()
            || keys.iter().any(|key| {
                if key.ends_with(['/', ':']) { self.key.starts_with(key) } else { self.key == *key }
            })
    }
}

/// Whether a pattern leaves everything open: nothing but wildcards, or an ARN of nothing but wildcards.
fn is_free(value: &str) -> bool {
    let significant = value.split(':').filter(|field| !matches!(*field, "arn" | "aws"));
    significant.flat_map(parts).all(|part| matches!(part, Part::Any | Part::One))
}

/// Who is left of everybody when the conditions of a grant hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// Everybody in every account.
    Public,
    /// Everybody in every account, through services that use a KMS key for them.
    Via,
    /// Services of AWS that act for what a condition names.
    Service,
    /// Whoever comes from a network, or by the way a condition names.
    Network,
    /// The accounts of an organisation.
    Organisation,
    /// Some accounts, or some principals of them.
    Accounts,
}

/// Keys that say who calls, from where, or for whom; the closest first. One of them, narrowed, and a grant to everybody
/// is none. Tags and names of users are not among them: any account can give its own principals the same.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const CALLER: &[(Audience, &[&str])] = &[
    (
        Audience::Accounts,
        &[
            "aws:principalaccount",
            "aws:principalarn",
            "aws:userid",
            "aws:sourceowner",
            "kms:calleraccount",
            // A bucket that leaves the decision to access points, and names whose.
            "s3:dataaccesspointaccount",
            "s3:dataaccesspointarn",
            "saml:aud",
        ],
    ),
    (Audience::Organisation, &["aws:principalorgid", "aws:principalorgpaths"]),
    (
        Audience::Network,
        &[
            "aws:sourcevpce",
            "aws:sourcevpc",
            "aws:vpceaccount",
            "aws:vpceorgid",
            "aws:vpceorgpaths",
            "aws:sourceip",
            "lambda:functionurlauthtype",
        ],
    ),
    (
        Audience::Service,
        &[
            "aws:sourcearn",
            "aws:sourceaccount",
            "aws:sourceorgid",
            "aws:sourceorgpaths",
            "aws:principalservicename",
            "aws:principalservicenameslist",
        ],
    ),
    (Audience::Via, &["kms:viaservice"]),
];

/// Keys that are true or false and narrow a grant when they are true.
const CALLER_FLAGS: &[(Audience, &str)] = &[
    (Audience::Network, "elasticfilesystem:accessedviamounttarget"),
    (Audience::Service, "aws:principalisawsservice"),
];

/// Who is left of everybody. Conditions that also hold where their key is missing count for nothing.
pub(super) fn audience(conditions: &[Condition]) -> Audience {
    let narrowed = |keys: &[&str]| {
        let narrows = |c: &&Condition| c.is_on(keys) && c.narrows() && !c.is_of_any_account();
        conditions.iter().any(|condition| narrows(&condition))
    };
    let by_value = CALLER.iter().find(|(_, keys)| narrowed(keys)).map(|(audience, _)| *audience);
    let flagged = |key: &str| conditions.iter().any(|c| c.is_on(&[key]) && c.is_flag("true"));
    let by_flag = CALLER_FLAGS.iter().find(|(_, key)| flagged(key)).map(|(audience, _)| *audience);
    match (by_value, by_flag) {
        (None | Some(Audience::Via), Some(audience)) => audience,
        (by_value, _) => by_value.unwrap_or(Audience::Public),
    }
}

/// Keys that say which resource is meant, beside the tags that every service has.
const RESOURCE: &[&str] = &[
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
    "secretsmanager:secretid",
    "secretsmanager:resource/",
    "kms:viaservice",
    "kms:encryptioncontext:",
    "kms:encryptioncontextkeys",
    "kms:resourcealiases",
    "kms:requestalias",
    "aws:sourcevpce",
    "aws:sourcevpc",
];

/// Keys that narrow a grant without saying what it is about.
const WEAK: &[&str] = &[
    "aws:securetransport",
    "aws:requestedregion",
    "aws:multifactorauthpresent",
    "aws:multifactorauthage",
];

/// Whether a grant to everybody is one to some: a condition names who calls.
pub(super) fn names_callers(conditions: &[Condition]) -> bool {
    !matches!(audience(conditions), Audience::Public | Audience::Via)
}

/// Whether a grant on everything is one on some: a condition names what it is about.
pub(super) fn names_resources(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| {
        let on_tag = condition.key.contains(":resourcetag/");
        // A tag with any value is still a tag that not everything has.
        condition.is_on(RESOURCE) && condition.narrows()
            || on_tag && (condition.operator.requires_value() || condition.requires_presence())
    })
}

/// Whether only conditions that narrow little stand beside a grant.
pub(super) fn is_weakly_narrowed(conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| condition.is_on(WEAK))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read::json;

    #[test]
    fn conditions_say_who_is_left_of_everybody() {
        for (block, left) in [
            ("{}", Audience::Public),
            (r#"{"StringEquals":{"aws:PrincipalOrgID":"o-abc"}}"#, Audience::Organisation),
            (r#"{"StringEqualsIfExists":{"aws:PrincipalOrgID":"o-abc"}}"#, Audience::Public),
            (
                r#"{"ForAllValues:StringLike":{"aws:PrincipalOrgPaths":"o-abc/*"}}"#,
                Audience::Public,
            ),
            (
                r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-abc/*"}}"#,
                Audience::Organisation,
            ),
            (r#"{"StringNotEquals":{"aws:PrincipalAccount":"111122223333"}}"#, Audience::Public),
            (r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:*"}}"#, Audience::Public),
            (r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/app"}}"#, Audience::Public),
            (
                r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}}"#,
                Audience::Accounts,
            ),
            (r#"{"StringEquals":{"aws:SourceVpce":"vpce-1a2b3c4d"}}"#, Audience::Network),
            (r#"{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}"#, Audience::Public),
            (r#"{"ArnLike":{"aws:SourceArn":"arn:aws:s3:::bucket"}}"#, Audience::Service),
            (r#"{"Bool":{"aws:PrincipalIsAWSService":"true"}}"#, Audience::Service),
            (r#"{"StringEquals":{"kms:ViaService":"s3.us-east-1.amazonaws.com"}}"#, Audience::Via),
            (
                r#"{"StringEquals":{"kms:ViaService":"s3.us-east-1.amazonaws.com","kms:CallerAccount":"111122223333"}}"#,
                Audience::Accounts,
            ),
            (r#"{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"}}"#, Audience::Network),
            (r#"{"StringEquals":{"lambda:FunctionUrlAuthType":"AWS_IAM"}}"#, Audience::Public),
        ] {
            let block_tree = json::parse(block).unwrap();
            assert_eq!(audience(&read(Some(&block_tree))), left, "{block}");
        }
    }
}
