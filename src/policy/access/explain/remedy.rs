//! What to add to which document, so that a request is allowed and little else.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::access::LinkCode;
use crate::policy::access::context::Action;
use crate::policy::access::world::{Key, KeyOf, Principal, PrincipalKind, Secret, World};

/// A statement, with its elements in the order in which people write them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::policy::access) struct Statement {
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<BTreeMap<&'static str, String>>,
    action: OneOrMany,
    resource: OneOrMany,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<BTreeMap<&'static str, BTreeMap<&'static str, String>>>,
}

/// One text, or a list of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Statement {
    fn allow(action: Action, resource: impl Into<String>) -> Self {
        Self {
            effect: "Allow",
            action: OneOrMany::One(action.full_name()),
            resource: OneOrMany::One(resource.into()),
            ..Self::default()
        }
    }

    fn to(self, principal: String) -> Self {
        Self { principal: Some(BTreeMap::from([("AWS", principal)])), ..self }
    }

    /// Only on behalf of a service: `secretsmanager.us-east-1.amazonaws.com`.
    fn via(self, service: String) -> Self {
        let keys = BTreeMap::from([("kms:ViaService", service)]);
        Self { condition: Some(BTreeMap::from([("StringEquals", keys)])), ..self }
    }
}

/// A statement and the document that it belongs in.
pub(in crate::policy::access) struct Remedy {
    pub(in crate::policy::access) document: String,
    pub(in crate::policy::access) text: String,
    pub(in crate::policy::access) statement: Option<Statement>,
}

impl World<'_> {
    /// What makes a link hold.
    pub(in crate::policy::access) fn remedy(
        &self,
        code: LinkCode,
        principal: &Principal,
        secret: &Secret,
    ) -> Option<Remedy> {
        let key = match &secret.key {
            KeyOf::Key(at) => self.keys.get(*at),
            KeyOf::Managed | KeyOf::Unknown(_) => None,
        };
        let add = |document: String, statement: Statement| Remedy {
            text: "add this statement".into(),
            document,
            statement: Some(statement),
        };
        Some(match code {
            LinkCode::L1 => add(
                format!("a policy of {}", principal.label),
                self.read_statement(secret),
            ),
            LinkCode::L2 if secret.is_parameter => Remedy {
                document: format!("a resource share of {}", secret.label),
                text: "share the parameter through AWS RAM; it has to be of the advanced tier and under a customer managed key"
                    .into(),
                statement: None,
            },
            LinkCode::L2 => add(
                format!("the policy of the secret {}", secret.label),
                Statement::allow(Action::GetSecretValue, "*").to(self.name_of(principal)),
            ),
            LinkCode::L3 => add(
                format!("the policy of the key {}", key?.label),
                Statement::allow(Action::Decrypt, "*")
                    .to(self.name_of(principal))
                    .via(self.service_of(secret)),
            ),
            LinkCode::L4 => add(
                format!("a policy of {}", principal.label),
                self.decrypt_statement(secret, key?),
            ),
            LinkCode::L5 => other_key(key.is_some(), principal, secret),
            LinkCode::L6 => Remedy {
                document: "the statement that denies".into(),
                text: "narrow it, or leave out what is meant to be read: no Allow overrules a Deny".into(),
                statement: None,
            },
            LinkCode::L7 => add(
                "the organisation's service control policies, on each level".into(),
                self.both(secret, key),
            ),
            LinkCode::L8 => Remedy {
                document: format!("the trust policy of {}", principal.label),
                text: "name who is to act as the role, with `sts:AssumeRole`".into(),
                statement: None,
            },
            LinkCode::L9 => add(
                format!("the boundary or session policy of {}", principal.label),
                self.both(secret, key),
            ),
        })
    }

    /// The principal as policies of resources name it.
    fn name_of(&self, principal: &Principal) -> String {
        match principal.kind {
            PrincipalKind::Account => {
                let account = self.accounts.get(principal.account);
                account.map_or_else(String::new, |account| self.written(&account.id))
            }
            PrincipalKind::Role | PrincipalKind::User => self.written(&principal.arn),
        }
    }

    /// To read the value, and nothing else.
    fn read_statement(&self, secret: &Secret) -> Statement {
        Statement::allow(secret.read_action(), self.written(&secret.arn))
    }

    fn decrypt_statement(&self, secret: &Secret, key: &Key) -> Statement {
        Statement::allow(Action::Decrypt, self.written(&key.arn)).via(self.service_of(secret))
    }

    /// Both in one statement, for documents that only limit.
    fn both(&self, secret: &Secret, key: Option<&Key>) -> Statement {
        let read = self.read_statement(secret);
        let Some(key) = key else { return read };
        Statement {
            action: OneOrMany::Many(vec![
                secret.read_action().full_name(),
                Action::Decrypt.full_name(),
            ]),
            resource: OneOrMany::Many(vec![self.written(&secret.arn), self.written(&key.arn)]),
            ..read
        }
    }

    /// The service that decrypts for those who read.
    fn service_of(&self, secret: &Secret) -> String {
        let service = if secret.is_parameter { "ssm" } else { "secretsmanager" };
        format!("{service}.{}.amazonaws.com", self.written(&secret.region))
    }
}

/// What to do about a key that cannot be used.
fn other_key(is_own: bool, principal: &Principal, secret: &Secret) -> Remedy {
    let what = if secret.is_parameter { "parameter" } else { "secret" };
    let text = if is_own {
        "enable the key, or encrypt under another one".into()
    } else {
        format!(
            "encrypt the {what} under a customer managed key whose policy lets {} decrypt",
            principal.label
        )
    };
    Remedy { document: format!("the {what} {}", secret.label), text, statement: None }
}

impl Secret {
    fn read_action(&self) -> Action {
        if self.is_parameter { Action::GetParameter } else { Action::GetSecretValue }
    }
}
