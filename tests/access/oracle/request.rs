//! The requests that a read is made of, with everything that conditions can ask of them.

use std::collections::BTreeMap;

use crate::world::{Key, Principal, Secret, Tags, World};

/// One request. Names of keys are in lower case; what is not there is absent.
pub(super) struct Request {
    pub(super) action: &'static str,
    pub(super) resource: String,
    pub(super) context: BTreeMap<String, Vec<String>>,
    /// The ARN of the role or user.
    pub(super) principal: String,
    /// The ARN of the session of a role.
    pub(super) session: Option<String>,
    pub(super) is_user: bool,
    /// The number of the account of the caller.
    pub(super) account: String,
}

impl Request {
    /// Whether RCPs know the service that is asked. Parameter Store is none of theirs.
    pub(super) fn meets_rcps(&self) -> bool {
        !self.action.starts_with("ssm:")
    }

    fn set(&mut self, key: &str, value: impl Into<String>) {
        self.context.insert(key.to_ascii_lowercase(), vec![value.into()]);
    }

    fn set_many(&mut self, key: &str, values: Vec<String>) {
        if !values.is_empty() {
            self.context.insert(key.to_ascii_lowercase(), values);
        }
    }

    fn set_tags(&mut self, prefixes: &[&str], tags: &Tags) {
        for (name, value) in tags {
            for prefix in prefixes {
                self.set(&format!("{prefix}/{name}"), value.as_str());
            }
        }
    }
}

/// The ways to read: one for a secret; a parameter can be read by three actions.
pub(super) fn reads(
    world: &World,
    principal: &Principal,
    secret: &Secret,
    region: &str,
) -> Vec<Request> {
    let actions: &[&'static str] = if secret.is_parameter {
        &["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParameterHistory"]
    } else {
        &["secretsmanager:GetSecretValue"]
    };
    let read = |action: &&'static str| {
        let arn = world.secret_arn(secret, region);
        let mut request = started(world, principal, action, region);
        set_owner(&mut request, world, secret.account);
        request.set("aws:ViaAWSService", "false");
        if secret.is_parameter {
            request.set_tags(&["aws:ResourceTag", "ssm:resourceTag"], &secret.tags.is);
        } else {
            request.set("secretsmanager:SecretId", arn.as_str());
            request.set_tags(&["aws:ResourceTag", "secretsmanager:ResourceTag"], &secret.tags.is);
        }
        request.resource = arn;
        request
    };
    actions.iter().map(read).collect()
}

/// What the service asks of KMS on behalf of the reader.
pub(super) fn decrypts(
    world: &World,
    principal: &Principal,
    secret: &Secret,
    region: &str,
) -> Request {
    let mut request = started(world, principal, "kms:Decrypt", region);
    let (service, name) = if secret.is_parameter {
        ("ssm", "PARAMETER_ARN")
    } else {
        ("secretsmanager", "SecretARN")
    };
    request.set("aws:ViaAWSService", "true");
    request.set("kms:ViaService", format!("{service}.{region}.amazonaws.com"));
    request.set("kms:CallerAccount", world.account(principal.account).id.as_str());
    request.set(&format!("kms:EncryptionContext:{name}"), world.secret_arn(secret, region));
    let mut names = vec![name.to_owned()];
    if !secret.is_parameter {
        names.push("SecretVersionId".into());
    }
    request.set_many("kms:EncryptionContextKeys", names);
    match world.key_of(secret, region) {
        Some(key) => set_key(&mut request, world, key),
        None => set_managed_key(&mut request, world, (secret, service), region),
    }
    request
}

fn set_key(request: &mut Request, world: &World, key: &Key) {
    request.resource = world.key_arn(key);
    request.set_many("kms:ResourceAliases", key.aliases.clone());
    request.set_tags(&["aws:ResourceTag"], &key.tags.is);
    set_owner(request, world, key.account);
}

fn set_managed_key(
    request: &mut Request,
    world: &World,
    (secret, service): (&Secret, &str),
    region: &str,
) {
    let id = &world.account(secret.account).id;
    request.resource =
        format!("arn:aws:kms:{region}:{id}:key/99999999-0000-4000-8000-000000000000");
    request.set_many("kms:ResourceAliases", vec![format!("alias/aws/{service}")]);
    set_owner(request, world, secret.account);
}

fn set_owner(request: &mut Request, world: &World, owner: usize) {
    let owner = world.account(owner);
    request.set("aws:ResourceAccount", owner.id.as_str());
    if let Some(org) = &owner.org.is {
        request.set("aws:ResourceOrgID", org.as_str());
    }
}

/// What is known of every request of a principal.
fn started(world: &World, principal: &Principal, action: &'static str, region: &str) -> Request {
    let account = world.account(principal.account);
    let mut request = Request {
        action,
        resource: String::new(),
        context: BTreeMap::new(),
        principal: world.principal_arn(principal),
        session: world.session_arn(principal),
        is_user: principal.is_user,
        account: account.id.clone(),
    };
    // Of the manifest: what a principal says goes before what is said of all.
    for context in [&world.context, &principal.context] {
        for (key, values) in context {
            request.context.insert(key.to_ascii_lowercase(), values.is.clone());
        }
    }
    request.context.retain(|_, values| !values.is_empty());
    request.set("aws:PrincipalArn", request.principal.clone());
    request.set("aws:PrincipalAccount", account.id.as_str());
    request.set("aws:PrincipalType", if principal.is_user { "User" } else { "AssumedRole" });
    request.set("aws:PrincipalIsAWSService", "false");
    request.set("aws:RequestedRegion", region);
    request.set("aws:SecureTransport", "true");
    if principal.is_user {
        request.set("aws:username", principal.name.as_str());
    }
    if let Some(org) = &account.org.is {
        request.set("aws:PrincipalOrgID", org.as_str());
    }
    request.set_tags(&["aws:PrincipalTag"], &principal.tags.is);
    request
}
