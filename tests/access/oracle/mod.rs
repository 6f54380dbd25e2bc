//! An evaluator of its own, from AWS's documentation, for worlds in which everything is known. It is slow and plain on
//! purpose, and shares nothing with the program that it judges.
//!
//! The pages, all of docs.aws.amazon.com:
//! - `IAM/latest/UserGuide/reference_policies_evaluation-logic.html` and what it leads to (`…_policy-eval-basics`,
//!   `…_policy-eval-denyallow`, `…-cross-account`): which policies must allow;
//! - `IAM/latest/UserGuide/access_policies_boundaries.html`: boundaries and policies of resources;
//! - `IAM/latest/UserGuide/access_forward_access_sessions.html`: what a service does on behalf of a caller;
//! - `IAM/latest/UserGuide/reference_policies_elements_principal.html` and `…_elements_condition_operators.html`;
//! - `organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html` and `…_rcps_evaluation.html`;
//! - `kms/latest/developerguide/policy-evaluation.html`, `key-policies.html`, `grants.html`,
//!   `key-policy-modifying-external-accounts.html`;
//! - `secretsmanager/latest/userguide/security-encryption.html`, `auth-and-access_examples_cross.html`;
//! - `systems-manager/latest/userguide/parameter-store-shared-parameters.html`, `secure-string-parameter-kms-encryption.html`.

mod condition;
mod request;
mod statement;

use serde_json::Value;

use self::request::Request;
use crate::world::{Key, Principal, Secret, World};

/// How the policy of a resource speaks of a caller.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    /// Not at all.
    Not,
    /// By the account, which leaves the decision to the policies of the caller.
    Account,
    /// By the ARN of a role: whatever limits the sessions of the role still does.
    Role,
    /// As the user or session itself, or as everybody.
    Self_,
}

/// Whether a principal can read a secret in one of its regions.
pub(crate) fn can_read(
    world: &World,
    principal: &Principal,
    secret: &Secret,
    region: &str,
) -> bool {
    if principal.trust.as_ref().is_some_and(|trust| !lets_anybody_in(trust)) {
        return false;
    }
    let reads = request::reads(world, principal, secret, region);
    let decrypts = request::decrypts(world, principal, secret, region);
    reads.iter().any(|read| may_read(world, principal, secret, read))
        && may_decrypt(world, principal, (secret, region), &decrypts)
}

/// Whether a trust policy allows anybody anything that ends in a session.
fn lets_anybody_in(trust: &Value) -> bool {
    let of = |effect: &str| {
        statement::all(trust).into_iter().filter(move |(_, one)| one["Effect"] == effect).count()
    };
    of("Allow") > 0 && of("Deny") == 0
}

fn may_read(world: &World, principal: &Principal, secret: &Secret, read: &Request) -> bool {
    let policy = secret.policy.is.as_ref();
    if is_stopped(world, principal, policy, Some(secret.account), read) {
        return false;
    }
    if principal.account != secret.account && secret.is_parameter {
        return is_shared(world, principal, secret, read) && identity_allows(principal, read);
    }
    let named = policy.map_or(Named::Not, |policy| statement::names(policy, read));
    if principal.account != secret.account {
        return named > Named::Not && identity_allows(principal, read);
    }
    match named {
        Named::Self_ => true,
        Named::Role if limits_allow(principal, read) => true,
        _ => identity_allows(principal, read),
    }
}

/// AWS RAM allows the accounts that it shares a parameter with, by default not to read its history. Only some parameters
/// can be shared.
fn is_shared(world: &World, principal: &Principal, secret: &Secret, read: &Request) -> bool {
    let caller = &world.account(principal.account).id;
    read.action != "ssm:GetParameterHistory"
        && secret.is_advanced
        && secret.key.is_some()
        && secret.shared_with.contains(caller)
}

fn may_decrypt(
    world: &World,
    principal: &Principal,
    (secret, region): (&Secret, &str),
    decrypt: &Request,
) -> bool {
    let Some(key) = world.key_of(secret, region) else {
        // Everybody of the account may use the key that AWS manages through the service that it is for, and nobody
        // else. RCPs leave it alone.
        return principal.account == secret.account
            && !is_stopped(world, principal, None, None, decrypt);
    };
    let policy = &key.policy.is;
    if is_stopped(world, principal, Some(policy), Some(key.account), decrypt) {
        return false;
    }
    if is_granted(world, principal, key) {
        return true;
    }
    match statement::names(policy, decrypt) {
        Named::Not => false,
        _ if principal.account != key.account => identity_allows(principal, decrypt),
        Named::Account => identity_allows(principal, decrypt),
        Named::Role => limits_allow(principal, decrypt),
        Named::Self_ => true,
    }
}

fn is_granted(world: &World, principal: &Principal, key: &Key) -> bool {
    let arns = [Some(world.principal_arn(principal)), world.session_arn(principal)];
    key.grants.iter().any(|grant| {
        arns.contains(&Some(grant.grantee.clone()))
            && grant.operations.iter().any(|operation| operation == "Decrypt")
    })
}

/// Whether any policy denies, or a level of the caller's organisation does not allow. RCPs are those of the `owner` of
/// what is asked for; beside denials there is the `RCPFullAWSAccess` that nobody can detach.
fn is_stopped(
    world: &World,
    principal: &Principal,
    policy: Option<&Value>,
    owner: Option<usize>,
    request: &Request,
) -> bool {
    let scps = &world.account(principal.account).scps;
    let own = principal.policies.is.iter();
    let own = own.chain(&principal.boundary).chain(&principal.session_policy);
    let own = own.chain(scps.iter().flatten().flatten());
    let rcps = owner.filter(|_| request.meets_rcps()).map(|owner| world.account(owner));
    let rcps = rcps.and_then(|account| account.rcps.as_ref()).into_iter().flatten().flatten();
    own.into_iter().any(|document| statement::denies(document, request, false))
        || rcps.chain(policy).any(|document| statement::denies(document, request, true))
        || scps
            .iter()
            .flatten()
            .any(|level| !level.iter().any(|scp| statement::allows(scp, request)))
}

fn identity_allows(principal: &Principal, request: &Request) -> bool {
    principal.policies.is.iter().any(|policy| statement::allows(policy, request))
        && limits_allow(principal, request)
}

/// Boundary and session policy, where there are any.
fn limits_allow(principal: &Principal, request: &Request) -> bool {
    let mut limits = principal.boundary.iter().chain(&principal.session_policy);
    limits.all(|limit| statement::allows(limit, request))
}
