//! AWS Secrets Manager: ARNs that never match, and grants that are too broad or not enough.

mod access;
mod resource_policy;
mod suffix;

use super::{Check, IDENTITY, Kind, OVER_RESOURCES, RESOURCE, Run, Supersedes, templates};
use crate::finding::{Confidence, Severity};
pub(super) use suffix::{Named, Place, named, with_suffix};

/// Where AWS says how the ARN of a secret ends.
const ARN: &str =
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html";
const RESOURCE_POLICY: &str = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html";
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
        why: "Secrets Manager ends the ARN of every secret in a hyphen and six random characters, and IAM compares with that ARN whatever the caller wrote. An ARN that cannot end so names no secret: an Allow grants nothing, a Deny protects nothing.",
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
        why: "A name that ends in a hyphen and six characters looks like a name with its random suffix. Only one of the two readings names a secret that exists, and the other fails without a word.",
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
        why: "The random part has six characters, and a question mark stands for exactly one. With fewer nothing matches; with more, or with stars, other secrets do.",
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
        why: "A star stands for the rest of the name as well as for the suffix. A secret that somebody makes later under a name that begins the same is within the grant.",
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
        why: "A container definition may put key, stage and version after the ARN of a secret. IAM knows only the ARN, so with these fields no secret matches.",
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
        why: "A star after the hyphen stands for more than the six random characters: also for the rest of a longer name and its own suffix.",
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
        why: "These actions are about no single secret, and the service authorization reference lists no resource for them. On an ARN they are allowed for nothing.",
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
        why: "BatchGetSecretValue only collects: each secret in the batch is checked for GetSecretValue. Without that the answer holds nothing but errors.",
        help: "Allow `secretsmanager:GetSecretValue` on the secrets, and `ListSecrets` on `*` to use filters.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html",
        run: Run::Document(access::batchget_incomplete),
        ..Check::ROW
    },
    Check {
        id: "sm-putresourcepolicy-unguarded",
        title: "anybody can be let into a secret",
        kinds: &[Kind::Identity, Kind::Resource],
        why: "The policy of a secret decides who else gets in, other accounts included. Whoever may write it can give themselves, or anybody, every right on the secret.",
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
        why: "A deleted secret can be restored for at least seven days, unless the caller asks to skip that. Then the value is gone at once, and with it what depends on it.",
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
        why: "Secrets Manager decrypts with the rights of the caller. The key that AWS manages lets everybody of the account do so; one of your own asks for `kms:Decrypt` as well.",
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
        why: "A secret is encrypted with a key of its own region, and so is each replica. A grant on a key elsewhere is never used.",
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
        why: "The names of the actions that read values and of those that change who may read them begin like harmless ones. A wildcard takes them in, and those that AWS adds later.",
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
        why: "Every secret of the account, those of other teams and later ones included, can be read by whoever has this policy or breaks into what has it.",
        help: "Name the secrets, or add a condition on their tags.",
        url: ARN,
        run: Run::Document(access::getvalue_all_secrets),
        ..Check::ROW
    },
    Check {
        id: "sm-rp-resource-mismatch",
        title: "policy of a secret about something else",
        severity: Severity::High,
        confidence: Confidence::VeryHigh,
        kinds: RESOURCE,
        why: "The policy of a secret is only ever asked about that secret. A statement on anything that is not its ARN applies to no request.",
        help: "Write `\"Resource\": \"*\"`: in the policy of a secret that is this secret alone.",
        url: RESOURCE_POLICY,
        aliases: &["UNSUPPORTED_RESOURCE_ARN_IN_POLICY"],
        run: Run::Document(resource_policy::resource_mismatch),
        ..Check::ROW
    },
    // The policy of a VPC endpoint may look the same, and may name these actions.
    Check {
        id: "sm-rp-unsupported-action",
        title: "action that the policy of a secret cannot decide",
        severity: Severity::High,
        confidence: Confidence::Medium,
        kinds: RESOURCE,
        why: "Only requests about the secret itself are checked against its policy. Actions of other services, and those that list or create secrets, never are: whoever needs them needs a policy of their own, or that of the key.",
        help: "Allow the action in the policy of the role, or in that of the key if it is one of KMS.",
        url: RESOURCE_POLICY,
        aliases: &["UNSUPPORTED_ACTION_IN_POLICY"],
        run: Run::Document(resource_policy::unsupported_action),
        ..Check::ROW
    },
    Check {
        id: "sm-rp-vpce-blocks-services",
        title: "secret that AWS services cannot reach",
        severity: Severity::Low,
        kinds: RESOURCE,
        why: "Rotation functions outside of the VPC, CloudFormation and RDS read and write secrets from the network of AWS. A Deny for every other network breaks them, often weeks later, when a rotation is due.",
        help: "Add `\"Bool\": {\"aws:ViaAWSService\": \"false\"}` to the conditions of the Deny.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html",
        run: Run::Document(resource_policy::vpce_blocks_services),
        supersedes: Supersedes::OnElement(&["sourceip-with-service-calls"]),
        ..Check::ROW
    },
];
