//! Secrets as templates declare them: their values, keys, policies and rotation.

mod across;
mod plain;
mod rotation;
mod settings;

use super::ROW;
use crate::finding::{Confidence, Severity};
use crate::policy::checks::{Check, Run};

pub(in crate::policy::checks) use settings::recovery_window;

const ACROSS: &str = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples_cross.html";
const CREATE: &str =
    "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html";

pub(in crate::policy::checks) const CHECKS: &[Check] = &[
    Check {
        id: "sm-plaintext-value",
        title: "value of a secret written into the template",
        severity: Severity::Critical,
        why: "Whoever can read the template, its history or the stack reads the secret. A value that has been committed stays in the history and has to be taken for known.",
        help: "Let CloudFormation make the value with `GenerateSecretString`, or set it outside of the template; in Terraform use `secret_string_wo`, which is not kept in the state.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
        run: Run::Template(plain::value),
        ..ROW
    },
    Check {
        id: "sm-secret-name-ends-like-suffix",
        title: "name of a secret that ends like a random suffix",
        severity: Severity::Low,
        why: "Secrets Manager adds a hyphen and six characters to every name. Where a caller gives an ARN without them, a name that ends the same way is taken for a name with its suffix, and the secret is not found.",
        help: "Choose a name that does not end in a hyphen and six letters or digits.",
        url: CREATE,
        run: Run::Template(settings::name_like_suffix),
        ..ROW
    },
    Check {
        id: "sm-block-public-policy",
        title: "policy of a secret that is not held back when it is public",
        severity: Severity::Low,
        why: "Secrets Manager can refuse a policy that lets everybody in. The console asks it to; CloudFormation and Terraform do so only when they are told.",
        help: "Set `BlockPublicPolicy` (`block_public_policy` in Terraform) to true.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html",
        run: Run::Template(settings::block_public_policy),
        ..ROW
    },
    Check {
        id: "sm-cross-account-managed-key",
        title: "secret for another account under a key that account cannot use",
        severity: Severity::High,
        confidence: Confidence::Medium,
        why: "A secret without a key of its own is under `aws/secretsmanager`, whose policy AWS wrote and nobody can change: it serves principals of its own account alone. The other account is refused with `Access to KMS is not allowed`.",
        help: "Give the secret a key of your own, and let the other account use `kms:Decrypt` in the policy of that key.",
        url: ACROSS,
        run: Run::Template(across::managed_key),
        ..ROW
    },
    Check {
        id: "sm-cross-account-kms-key-not-arn",
        title: "key that another account looks for in its own",
        severity: Severity::High,
        confidence: Confidence::Medium,
        why: "An id or alias without an account is looked up in the account of whoever calls. When a principal of the other account writes the secret, the key is not found there.",
        help: "Name the key by its full ARN.",
        url: CREATE,
        run: Run::Template(across::key_not_arn),
        ..ROW
    },
    Check {
        id: "kms-replica-secret",
        title: "replica of a secret under a key of another region",
        severity: Severity::High,
        why: "A replica is encrypted with a key that lies in the replica's own region. Secrets Manager cannot reach a key in another one, and the replica fails.",
        help: "Name a key of the replica's region, or leave it out to use `aws/secretsmanager` there.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicaRegionType.html",
        run: Run::Template(across::replica_key),
        ..ROW
    },
    Check {
        id: "sm-rotation-missing",
        title: "secret that is never rotated",
        severity: Severity::Low,
        confidence: Confidence::Medium,
        why: "The longer a value is in use, the more copies of it there are. Nothing in this template changes it.",
        help: "Declare a rotation schedule for the secret; for a key of a third party, note who changes it and when.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html",
        run: Run::Template(rotation::missing),
        ..ROW
    },
    Check {
        id: "sm-rotation-interval",
        title: "secret that is rotated less than every 90 days",
        severity: Severity::Low,
        why: "Between two rotations a value that leaked goes on working.",
        help: "Rotate at least every 90 days.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotationRulesType.html",
        run: Run::Template(rotation::interval),
        ..ROW
    },
    Check {
        id: "sm-rotation-lambda-permissions",
        title: "function that cannot rotate its secret",
        severity: Severity::High,
        why: "Rotation is carried out by the function, under the function's own role, and starts only when Secrets Manager may invoke it. With one permission missing every rotation fails, and the secret stays as it is.",
        help: "Allow the role the four actions on the secret and `GetRandomPassword` on `*`, and `secretsmanager.amazonaws.com` to invoke the function.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html",
        run: Run::Template(rotation::function_permissions),
        ..ROW
    },
];
