//! Who a statement of a resource, key or trust policy is about.

use std::ops::Range;

use super::arn::{Arn, is_account, is_some_account};
use super::text::{is_hole, is_placeholder};
use super::tree::{Node, Value};

/// One principal, as written.
#[derive(Clone, Debug)]
pub(super) struct Principal<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) span: Range<usize>,
}

/// The key a principal stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `"Principal": "*"`, without a key.
    Everyone,
    Aws,
    Service,
    Federated,
    CanonicalUser,
}

impl Kind {
    /// The kind under a key.
    pub(super) fn of(key: &str) -> Option<Self> {
        match key {
            "AWS" => Some(Self::Aws),
            "Service" => Some(Self::Service),
            "Federated" => Some(Self::Federated),
            "CanonicalUser" => Some(Self::CanonicalUser),
            _ => None,
        }
    }
}

/// What an AWS principal is, by its form.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `*`
    Everyone,
    /// An account, as id or as the ARN of its root: whoever that account lets.
    Account,
    /// A user, role or session.
    Identity,
    /// A wildcard inside of a name or ARN, which AWS does not take.
    Wildcard,
    /// The unique id that AWS puts in the place of a deleted user or role.
    UniqueId,
    /// A place that is yet to be filled in.
    Open,
    /// No principal.
    Wrong,
}

impl<'a> Principal<'a> {
    /// The form of an AWS principal.
    pub(super) fn form(&self) -> Form {
        let text = self.text;
        if text == "*" {
            return Form::Everyone;
        }
        if is_some_account(text) {
            return Form::Account;
        }
        if text.contains('$') {
            return Form::Open;
        }
        let Some(arn) = Arn::parse(text) else {
            let is_unique = text.len() >= 20
                && ["AROA", "AIDA"].iter().any(|start| text.starts_with(start))
                && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
            return match text {
                _ if is_unique => Form::UniqueId,
                _ if text.contains(['*', '?']) => Form::Wildcard,
                _ if is_placeholder(text) => Form::Open,
                _ => Form::Wrong,
            };
        };
        form_of_arn(&arn)
    }

    /// The account of an AWS principal, when it is written out.
    pub(super) fn account(&self) -> Option<&'a str> {
        if is_account(self.text) {
            return Some(self.text);
        }
        Arn::parse(self.text).and_then(|arn| arn.account_id())
    }

    /// Whether everybody is meant.
    pub(super) fn is_everyone(&self) -> bool {
        self.kind == Kind::Everyone || (self.kind == Kind::Aws && self.text == "*")
    }

    /// Whether a whole account is meant, and with it whoever that account lets.
    pub(super) fn is_account(&self) -> bool {
        self.kind == Kind::Aws && self.form() == Form::Account
    }
}

fn form_of_arn(arn: &Arn) -> Form {
    let name = arn.resource.split_once(['/', ':']).map_or("", |(_, name)| name);
    let has_wildcard = |text: &str| text.contains(['*', '?']);
    if has_wildcard(arn.resource) || has_wildcard(arn.account) {
        return Form::Wildcard;
    }
    let is_open = |field: &str| is_placeholder(field) && !is_some_account(field);
    if is_open(arn.account) || (is_placeholder(arn.partition) && !is_hole(arn.partition)) {
        return Form::Open;
    }
    // CloudFront's origin access identities are users of an account named `cloudfront`.
    if arn.account == "cloudfront" && arn.service == "iam" {
        return Form::Identity;
    }
    let is_known = match (arn.service, arn.resource) {
        ("iam", "root") => {
            return if is_some_account(arn.account) { Form::Account } else { Form::Wrong };
        }
        ("iam", resource) => resource.starts_with("user/") || resource.starts_with("role/"),
        ("sts", resource) => {
            resource.starts_with("assumed-role/") || resource.starts_with("federated-user/")
        }
        _ => false,
    };
    if is_known && !name.is_empty() && is_some_account(arn.account) && arn.region.is_empty() {
        Form::Identity
    } else {
        Form::Wrong
    }
}

/// The principals of an element; what is not of the right shape is left to the grammar checks.
pub(super) fn read(element: &Node) -> Vec<Principal<'_>> {
    if let Value::String(text) = &element.value {
        let kind = if text == "*" { Kind::Everyone } else { Kind::Aws };
        return vec![Principal { kind, text, span: element.span.clone() }];
    }
    let known = element.entries().iter().filter_map(|entry| Some((Kind::of(&entry.key)?, entry)));
    known
        .flat_map(|(kind, entry)| {
            entry.value.items().iter().filter_map(move |item| {
                Some(Principal { kind, text: item.string()?, span: item.span.clone() })
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_apart() {
        for (text, form) in [
            ("*", Form::Everyone),
            ("111122223333", Form::Account),
            ("arn:aws:iam::111122223333:root", Form::Account),
            ("arn:aws-cn:iam::111122223333:role/path/app", Form::Identity),
            ("arn:aws:sts::111122223333:assumed-role/app/session", Form::Identity),
            (
                "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity EXAMPLE",
                Form::Identity,
            ),
            ("arn:aws:iam::111122223333:role/*", Form::Wildcard),
            ("arn:aws:iam::*:root", Form::Wildcard),
            ("AROAEXAMPLEEXAMPLE123", Form::UniqueId),
            ("arn:aws:iam::ACCOUNT_ID:root", Form::Open),
            ("${account}", Form::Open),
            ("<account-id>", Form::Open),
            ("arn:aws:iam::1111222233:root", Form::Wrong),
            ("arn:aws:iam::111122223333:group/admins", Form::Wrong),
            ("arn:aws:iam::111122223333:role/", Form::Wrong),
            ("11112222333", Form::Wrong),
            ("admin", Form::Wrong),
        ] {
            let principal = Principal { kind: Kind::Aws, text, span: 0..0 };
            assert_eq!(principal.form(), form, "{text}");
        }
    }
}
