//! What a request has: the keys that conditions and variables ask for.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>,
//! <https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html>

use super::matching::Value;
use super::statement::Policy;
use super::world::{Account, Fact, Key, Principal, PrincipalKind, Secret, Tags, World};
use crate::policy::catalogue::Catalogue;

/// The requests that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Action {
    GetSecretValue,
    GetParameter,
    GetParameters,
    GetParameterHistory,
    Decrypt,
}

impl Action {
    /// All of them, by their number.
    pub(super) const ALL: [Self; 5] = [
        Self::GetSecretValue,
        Self::GetParameter,
        Self::GetParameters,
        Self::GetParameterHistory,
        Self::Decrypt,
    ];

    pub(super) const fn service(self) -> &'static str {
        match self {
            Self::GetSecretValue => "secretsmanager",
            Self::GetParameter | Self::GetParameters | Self::GetParameterHistory => "ssm",
            Self::Decrypt => "kms",
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::GetSecretValue => "GetSecretValue",
            Self::GetParameter => "GetParameter",
            Self::GetParameters => "GetParameters",
            Self::GetParameterHistory => "GetParameterHistory",
            Self::Decrypt => "Decrypt",
        }
    }

    /// As policies write it.
    pub(super) fn full_name(self) -> String {
        format!("{}:{}", self.service(), self.name())
    }
}

/// One request: who asks for what.
#[derive(Clone, Copy)]
pub(super) struct Context<'w> {
    pub(super) world: &'w World<'w>,
    pub(super) principal: &'w Principal,
    /// The account of the principal.
    pub(super) account: &'w Account,
    /// The account of what is asked for.
    pub(super) owner: &'w Account,
    pub(super) secret: &'w Secret,
    /// The key, where the request is to decrypt with it.
    pub(super) key: Option<&'w Key>,
    pub(super) action: Action,
}

/// What is known of a key of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    Absent,
    One(Value),
    /// A key of several values.
    Several(Vec<Value>),
    /// It is there, and its value is not known.
    Present,
    /// It may be there, with any value.
    Open,
    /// The same of what was not given, so that no request decides.
    Unknown,
}

fn text(text: &str) -> State {
    State::One(Value::of(text))
}

fn fact(fact: &Fact) -> State {
    match fact {
        Fact::Is(known) => text(known),
        Fact::Unknown => State::Unknown,
    }
}

fn tag(tags: &Tags, name: &str) -> State {
    match tags.known.iter().find(|(own, _)| own == name) {
        Some((_, value)) => State::One(value.clone()),
        None if tags.is_complete => State::Absent,
        None => State::Unknown,
    }
}

impl<'w> Context<'w> {
    /// The ARN of what is asked for.
    pub(super) fn resource(&self) -> &'w Value {
        self.key.map_or(&self.secret.arn, |key| &key.arn)
    }

    /// A key by its name in lower case.
    pub(super) fn state(&self, name: &str) -> State {
        let mut given = self.principal.context.iter().chain(&self.world.context);
        if let Some((_, values)) = given.find(|(own, _)| own == name) {
            return match values.as_slice() {
                [] => State::Absent,
                [one] => text(one),
                several => State::Several(several.iter().map(|value| Value::of(value)).collect()),
            };
        }
        match name.split_once(':') {
            Some(("aws", key)) => self.global(key),
            Some(("kms", key)) => self.key.map_or(State::Absent, |of| self.of_kms(of, key)),
            Some(("secretsmanager", key)) if self.action == Action::GetSecretValue => {
                self.of_secret(key)
            }
            Some(("ssm", key)) if self.action.service() == "ssm" => match key.split_once('/') {
                Some(("resourcetag", name)) => tag(&self.secret.tags, name),
                _ => State::Absent,
            },
            // What other services ask for has no part in these requests.
            Some((service, _)) if Catalogue::built_in().has_service(service) => match service {
                "sts" | "saml" | "cognito-identity" => State::Open,
                _ => State::Absent,
            },
            // The rest are claims of whoever vouched for the session.
            _ => State::Open,
        }
    }

    fn global(&self, key: &str) -> State {
        let Self { account, owner, .. } = self;
        let is_user = self.principal.kind == PrincipalKind::User;
        match key {
            "principalarn" => match self.principal.kind {
                PrincipalKind::Account => State::Unknown,
                _ => State::One(self.principal.arn.clone()),
            },
            "principalaccount" => State::One(account.id.clone()),
            "principaltype" => match self.principal.kind {
                PrincipalKind::User => text("User"),
                PrincipalKind::Role => text("AssumedRole"),
                PrincipalKind::Account => State::Unknown,
            },
            "username" if is_user => State::One(self.principal.name.clone()),
            "principalorgid" => fact(&account.org),
            "principalorgpaths" => several(fact(&account.org_path)),
            "resourceaccount" => State::One(owner.id.clone()),
            "resourceorgid" => fact(&owner.org),
            "resourceorgpaths" => several(fact(&owner.org_path)),
            "requestedregion" => State::One(
                self.key.map_or_else(|| self.secret.region.clone(), |key| key.region.clone()),
            ),
            "securetransport" => text("true"),
            "viaawsservice" => text(if self.key.is_some() { "true" } else { "false" }),
            "principalisawsservice" => text("false"),
            "calledvia" | "calledviafirst" | "calledvialast" if self.key.is_some() => State::Open,
            "username"
            | "calledvia"
            | "calledviafirst"
            | "calledvialast"
            | "principalservicename"
            | "principalservicenameslist"
            | "sourceaccount"
            | "sourcearn"
            | "sourceorgid"
            | "sourceorgpaths"
            | "tagkeys" => State::Absent,
            "multifactorauthpresent" | "multifactorauthage"
                if self.principal.kind == PrincipalKind::Role && self.is_of_services() =>
            {
                State::Absent
            }
            "currenttime" | "epochtime" | "useragent" => State::Present,
            _ => match key.split_once('/') {
                Some(("principaltag", name)) => tag(&self.principal.tags, name),
                Some(("resourcetag", name)) => {
                    tag(self.key.map_or(&self.secret.tags, |key| &key.tags), name)
                }
                Some(("requesttag", _)) => State::Absent,
                _ => State::Open,
            },
        }
    }

    fn of_secret(&self, key: &str) -> State {
        match key {
            // Always the ARN, also where the caller passes a name.
            "secretid" => State::One(self.secret.arn.clone()),
            _ => match key.split_once('/') {
                Some(("resourcetag", name)) => tag(&self.secret.tags, name),
                // What a request to read may name, and need not.
                _ => State::Absent,
            },
        }
    }

    /// The service that decrypts on behalf of the principal.
    fn via(&self) -> Value {
        let service = if self.secret.is_parameter { "ssm." } else { "secretsmanager." };
        Value::of(service).followed_by(&self.secret.region).then(".amazonaws.com")
    }

    fn of_kms(&self, of: &Key, key: &str) -> State {
        let own = if self.secret.is_parameter { "parameter_arn" } else { "secretarn" };
        match key {
            "viaservice" => State::One(self.via()),
            "calleraccount" => State::One(self.account.id.clone()),
            "encryptioncontextkeys" if self.secret.is_parameter => {
                State::Several(vec![Value::of("PARAMETER_ARN")])
            }
            "encryptioncontextkeys" => {
                State::Several(vec![Value::of("SecretARN"), Value::of("SecretVersionId")])
            }
            "encryptioncontext:secretversionid" if !self.secret.is_parameter => State::Present,
            "keyusage" => text("ENCRYPT_DECRYPT"),
            "encryptionalgorithm" | "keyspec" | "customermasterkeyspec" => {
                text("SYMMETRIC_DEFAULT")
            }
            "resourcealiases" if of.has_all_aliases && of.aliases.is_empty() => State::Absent,
            "resourcealiases" if of.has_all_aliases => State::Several(of.aliases.clone()),
            "resourcealiases" | "keyorigin" | "multiregion" | "multiregionkeytype" => {
                State::Unknown
            }
            _ => match key.split_once(':') {
                Some(("encryptioncontext", name)) if name == own => {
                    State::One(self.secret.arn.clone())
                }
                _ => State::Absent,
            },
        }
    }

    /// Whether nobody but services of AWS can assume the role: their sessions have no second factor.
    fn is_of_services(&self) -> bool {
        let Some(trust) = &self.principal.trust else { return false };
        let mut policies = trust.policies.iter().filter_map(|at| self.world.policies.get(*at));
        trust.lacks.is_empty() && policies.all(Policy::is_of_services)
    }
}

fn several(state: State) -> State {
    match state {
        State::One(value) => State::Several(vec![value]),
        other => other,
    }
}
