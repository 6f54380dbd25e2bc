//! What to add to which document, so that a request is allowed and little else.

use serde_json::{Value as Json, json};

use crate::access::LinkCode;
use crate::policy::access::context::Action;
use crate::policy::access::world::{Key, KeyOf, Principal, PrincipalKind, Secret, World};

/// A statement and the document that it belongs in.
pub(in crate::policy::access) struct Remedy {
    pub(in crate::policy::access) document: String,
    pub(in crate::policy::access) text: String,
    pub(in crate::policy::access) statement: Option<Json>,
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
        let what = if secret.is_parameter { "parameter" } else { "secret" };
        let add = |document: String, statement: Json| Remedy {
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
                json!({
                    "Effect": "Allow",
                    "Principal": { "AWS": self.name_of(principal) },
                    "Action": Action::GetSecretValue.full_name(),
                    "Resource": "*",
                }),
            ),
            LinkCode::L3 => add(
                format!("the policy of the key {}", key?.label),
                json!({
                    "Effect": "Allow",
                    "Principal": { "AWS": self.name_of(principal) },
                    "Action": Action::Decrypt.full_name(),
                    "Resource": "*",
                    "Condition": self.via(secret),
                }),
            ),
            LinkCode::L4 => add(
                format!("a policy of {}", principal.label),
                self.decrypt_statement(secret, key?),
            ),
            LinkCode::L5 => Remedy {
                document: format!("the {what} {}", secret.label),
                text: if key.is_some() {
                    "enable the key, or encrypt under another one".into()
                } else {
                    format!("encrypt the {what} under a customer managed key whose policy lets {} decrypt", principal.label)
                },
                statement: None,
            },
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
                account.map_or_else(String::new, |account| self.shown(&account.id))
            }
            PrincipalKind::Role | PrincipalKind::User => self.shown(&principal.arn),
        }
    }

    /// To read the value, and nothing else.
    fn read_statement(&self, secret: &Secret) -> Json {
        let action = if secret.is_parameter { Action::GetParameter } else { Action::GetSecretValue };
        json!({ "Effect": "Allow", "Action": action.full_name(), "Resource": self.shown(&secret.arn) })
    }

    fn decrypt_statement(&self, secret: &Secret, key: &Key) -> Json {
        json!({
            "Effect": "Allow",
            "Action": Action::Decrypt.full_name(),
            "Resource": self.shown(&key.arn),
            "Condition": self.via(secret),
        })
    }

    /// Both in one statement, for documents that only limit.
    fn both(&self, secret: &Secret, key: Option<&Key>) -> Json {
        let read = if secret.is_parameter { Action::GetParameter } else { Action::GetSecretValue };
        match key {
            Some(key) => json!({
                "Effect": "Allow",
                "Action": [read.full_name(), Action::Decrypt.full_name()],
                "Resource": [self.shown(&secret.arn), self.shown(&key.arn)],
            }),
            None => json!({
                "Effect": "Allow", "Action": read.full_name(), "Resource": self.shown(&secret.arn),
            }),
        }
    }

    /// Only on behalf of the service that holds the value.
    fn via(&self, secret: &Secret) -> Json {
        let service = if secret.is_parameter { "ssm" } else { "secretsmanager" };
        let region = self.shown(&secret.region);
        json!({ "StringEquals": { "kms:ViaService": format!("{service}.{region}.amazonaws.com") } })
    }
}
