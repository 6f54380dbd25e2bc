//! AWS Secrets Manager: ARNs that never match, and grants that are too broad or not enough.

mod access;
mod suffix;

use super::{Check, IDENTITY, Kind, OVER_RESOURCES, Run, Supersedes, templates};
use crate::finding::{Confidence, Severity};

/// Where AWS says how the ARN of a secret ends.
const ARN: &str =
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html";
const ENCRYPTION: &str =
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html";
const ACTIONS: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html";
const CONTAINERS: &str = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html";

const WITH_SECRETS: &[Kind] =
    &[Kind::Identity, Kind::Resource, Kind::Key, Kind::ServiceControl, Kind::ResourceControl];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "sm-arn-missing-suffix",
        title: "ARN of a secret without its random suffix",
        severity: Severity::High,
        confidence: Confidence::VeryHigh,
        kinds: WITH_SECRETS,
        help: "End the ARN in `-??????`: Secrets Manager adds a hyphen and six random characters to every name.",
        url: ARN,
        run: Run::Document(suffix::missing),
        ..Check::ROW
    },
    Check {
        id: "sm-arn-suffix-ambiguous",
        title: "ARN of a secret that may lack its random suffix",
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        kinds: WITH_SECRETS,
        help: "If this is the name of the secret, end the ARN in `-??????`; if it is name and suffix, nothing is wrong.",
        url: ARN,
        run: Run::Document(suffix::ambiguous),
        ..Check::ROW
    },
    Check {
        id: "sm-arn-suffix-wrong-length",
        title: "random suffix of the wrong length",
        severity: Severity::High,
        confidence: Confidence::VeryHigh,
        kinds: WITH_SECRETS,
        help: "Write exactly six question marks: `-??????`.",
        url: ARN,
        run: Run::Document(suffix::wrong_length),
        ..Check::ROW
    },
    Check {
        id: "sm-arn-prefix-without-hyphen",
        title: "pattern that also matches other secrets",
        severity: Severity::Medium,
        kinds: IDENTITY,
        help: "End the ARN in `-??????` to mean one secret, or in `/*` to mean all under a path.",
        url: ARN,
        run: Run::Document(suffix::prefix_without_hyphen),
        ..Check::ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["sm-arn-missing-suffix"]),
        id: "sm-arn-valuefrom-suffix",
        title: "`valueFrom` of a container in the place of an ARN",
        severity: Severity::High,
        confidence: Confidence::VeryHigh,
        kinds: WITH_SECRETS,
        help: "Cut the ARN after the random suffix: key, stage and version belong into `valueFrom` alone.",
        url: CONTAINERS,
        run: Run::Document(suffix::value_from),
        ..Check::ROW
    },
    Check {
        id: "sm-arn-dash-star",
        title: "suffix that also matches longer names",
        severity: Severity::Note,
        kinds: IDENTITY,
        help: "End the ARN in `-??????` to mean this secret alone.",
        url: ARN,
        run: Run::Document(suffix::dash_star),
        ..Check::ROW
    },
    Check {
        id: "sm-list-actions-need-star",
        title: "action of Secrets Manager on secrets that it does not take",
        confidence: Confidence::VeryHigh,
        kinds: IDENTITY,
        help: "Put the action into a statement of its own with `\"Resource\": \"*\"`; what a batch may read is decided by `GetSecretValue`.",
        url: ACTIONS,
        run: Run::Document(access::list_actions_need_star),
        supersedes: Supersedes::OnElement(&["action-needs-star-resource"]),
        ..Check::ROW
    },
    Check {
        id: "sm-batchget-incomplete",
        title: "batch of secrets without the right to read one",
        severity: Severity::Medium,
        kinds: IDENTITY,
        help: "Allow `secretsmanager:GetSecretValue` on the secrets, and `ListSecrets` on `*` to use filters.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html",
        run: Run::Document(access::batchget_incomplete),
        ..Check::ROW
    },
    Check {
        id: "sm-putresourcepolicy-unguarded",
        title: "anybody can be let into a secret",
        kinds: &[Kind::Identity, Kind::Resource],
        help: "Add the condition `\"Bool\": {\"secretsmanager:BlockPublicPolicy\": \"true\"}`.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
        run: Run::Document(access::putresourcepolicy_unguarded),
        ..Check::ROW
    },
    Check {
        id: "sm-delete-without-recovery",
        title: "secrets can be deleted for good",
        severity: Severity::High,
        kinds: IDENTITY,
        help: "Deny `secretsmanager:DeleteSecret` under `\"Bool\": {\"secretsmanager:ForceDeleteWithoutRecovery\": \"true\"}`; in Terraform give `recovery_window_in_days` 7 to 30.",
        url: ACTIONS,
        run: Run::Both(access::delete_without_recovery, templates::recovery_window),
        ..Check::ROW
    },
    Check {
        id: "sm-missing-kms-decrypt",
        title: "secrets can be read, the keys they may be under cannot",
        severity: Severity::Note,
        confidence: Confidence::Medium,
        kinds: IDENTITY,
        help: "If a secret is encrypted with a key of your own, allow `kms:Decrypt` on that key, and `kms:GenerateDataKey` to write.",
        url: ENCRYPTION,
        run: Run::Document(access::missing_kms_decrypt),
        ..Check::ROW
    },
    Check {
        id: "sm-kms-decrypt-wrong-region",
        title: "key of another region than the secret",
        severity: Severity::High,
        kinds: IDENTITY,
        help: "Name the key of the secret's own region: a secret is encrypted with a key that lies beside it.",
        url: ENCRYPTION,
        run: Run::Document(access::kms_decrypt_wrong_region),
        ..Check::ROW
    },
    Check {
        id: "sm-wildcard-actions",
        title: "wildcard that takes in reading secrets or changing who may",
        severity: Severity::High,
        kinds: IDENTITY,
        help: "List the actions: to read a secret takes `secretsmanager:GetSecretValue` and, at most, `DescribeSecret`.",
        url: ACTIONS,
        run: Run::Document(access::wildcard_actions),
        ..Check::ROW
    },
    Check {
        supersedes: OVER_RESOURCES,
        id: "sm-getvalue-all-secrets",
        title: "every secret can be read",
        severity: Severity::High,
        kinds: IDENTITY,
        help: "Name the secrets, or add a condition on their tags.",
        url: ARN,
        run: Run::Document(access::getvalue_all_secrets),
        ..Check::ROW
    },
];
