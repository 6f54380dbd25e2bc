//! What only shows when everything that was read is seen together: secrets that are declared in one file and named in
//! another, keys that a role cannot use, tags that decide who gets in.

mod access;
mod keys;
mod names;
mod takeover;

use super::{Check, Deployment, IDENTITY, Kind, Run, Supersedes, World};
use crate::finding::{Confidence, Severity};
use crate::policy::document::{Document, Root};

const ARN: &str =
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html";
const WHATS_IN: &str =
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "sm-arn-is-declared-name",
        title: "name of a secret in the place of its ARN",
        confidence: Confidence::VeryHigh,
        why: "A secret of exactly this name is declared, and its ARN goes on with a hyphen and six random characters. What looks like these at the end is part of the name, so the policy is about a secret that does not exist.",
        help: "End the ARN in `-??????`: Secrets Manager adds a hyphen and six random characters to every name.",
        url: WHATS_IN,
        run: Run::World(names::declared_name),
        supersedes: Supersedes::OnElement(&["sm-arn-suffix-ambiguous"]),
        ..Check::ROW
    },
    Check {
        id: "sm-arn-pattern-collision",
        title: "pattern for one secret that matches another one",
        severity: Severity::Low,
        kinds: IDENTITY,
        why: "The star that stands for the random suffix stands for any other text as well. Another secret that is declared has a name that goes on where this one ends, and so it is within the grant.",
        help: "End the ARN in `-??????` to mean this secret alone; if both are meant, name both.",
        url: ARN,
        run: Run::World(names::collision),
        ..Check::ROW
    },
    Check {
        id: "sm-arn-slash-star-misses-leaf",
        title: "path that leaves out the secret it is named after",
        severity: Severity::Low,
        kinds: &[Kind::Identity, Kind::Resource],
        why: "A pattern that ends in `/*` is about names that go on after the slash. A secret whose name is the path itself has a hyphen in that place, and is not among them.",
        help: "Name the secret itself as well, its ARN ending in `-??????`.",
        url: ARN,
        run: Run::World(names::misses_leaf),
        ..Check::ROW
    },
    Check {
        id: "access-path-broken",
        title: "role that is to read a secret and cannot",
        kinds: IDENTITY,
        why: "To read a secret takes more than one policy: those of the role, in another account that of the secret, and for a key of your own that of the key, for Secrets Manager decrypts with the rights of the caller. Everything that was read holds all documents of this path, and one of them does not let it through: each attempt to read the secret fails.",
        help: "Add what is missing: `keylint access` shows each link of the path and the statement to add.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html",
        run: Run::World(access::broken),
        supersedes: Supersedes::OnElement(&["sm-missing-kms-decrypt"]),
        ..Check::ROW
    },
    Check {
        id: "access-path-dead-grant",
        title: "grant for a secret to a role which does not ask for it",
        severity: Severity::Note,
        kinds: &[Kind::Resource, Kind::Key],
        why: "To read a secret takes more than one policy. This one, of the secret or of its key, names the role, and no policy of the role allows to read the secret: the grant opens nothing, until somebody gives the role more.",
        help: "Give the role what it lacks, if it is to read the secret; else take it out of this policy.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html",
        run: Run::World(access::dead_grant),
        ..Check::ROW
    },
    Check {
        id: "access-path-unexpected",
        title: "secret that can be read by whom the manifest forbids it",
        kinds: IDENTITY,
        why: "The manifest `accounts.toml` expects that this role cannot read the secret. The policies that were read let it.",
        help: "Narrow the policy that lets it in, or change what the manifest expects: `keylint access` shows each link of the path.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html",
        run: Run::World(access::unexpected),
        ..Check::ROW
    },
    Check {
        id: "kms-no-iam-delegation",
        title: "grant on a key that leaves nothing to IAM",
        severity: Severity::Medium,
        kinds: IDENTITY,
        why: "A key's policy has the only say. Unless it hands the decision on to the account, the policies of users and roles have no effect on the key, whatever they allow.",
        help: "Name the role in the key's policy, or let the account's root use the key there: that hands the decision on.",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
        run: Run::World(keys::no_delegation),
        ..Check::ROW
    },
    Check {
        id: "kms-tag-alias-takeover",
        title: "right to set the tag or alias that opens a resource",
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        kinds: IDENTITY,
        why: "Where a policy goes by the tag or the alias of a key, whoever may set these decides what it is about. They can bring a key under the policy that was never meant to be.",
        help: "Narrow who may set it with `aws:RequestTag`, `aws:TagKeys` or `kms:RequestAlias`, or leave it to the administrators of the resources.",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html",
        run: Run::World(takeover::takeover),
        ..Check::ROW
    },
];

/// Every document with the number of the deployment it is of.
fn documents<'w>(
    world: &'w World<'w>,
) -> impl Iterator<Item = (usize, &'w Root, &'w Document<'w>)> {
    let of = |(at, deployment): (usize, &'w Deployment<'w>)| {
        deployment.documents.iter().map(move |(root, document)| (at, *root, document))
    };
    world.deployments.iter().enumerate().flat_map(of)
}
