//! AWS KMS: key policies that lock out or let in too much, and grants that look right and do nothing.

mod conditions;
mod key_policy;
mod services;
mod usage;

use super::{Check, IDENTITY, KEY, Kind, OVER_RESOURCES, Run, Supersedes, templates};
use crate::finding::{Confidence, Severity};

const KEY_POLICY: &str =
    "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html";
const CROSS: &str = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html";
const KEYS: &str = "https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html";
const IAM: &str =
    "https://docs.aws.amazon.com/kms/latest/developerguide/iam-policies-best-practices.html";
const ALIAS: &str =
    "https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html";

const WITH_CONDITIONS: &[Kind] =
    &[Kind::Identity, Kind::Key, Kind::ServiceControl, Kind::ResourceControl];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "kms-key-policy-lockout",
        title: "key whose policy the account cannot change",
        why: "A key's policy is the only way to it: unlike with other resources, not even the account's root has rights that the policy does not give. A policy that nobody may change stays as it is for good, and only AWS support can help.",
        severity: Severity::Critical,
        kinds: KEY,
        help: "Add the statement that lets the account's root use `kms:*`: it hands the decision to the account's IAM policies.",
        url: KEY_POLICY,
        run: Run::Both(key_policy::lockout, templates::bypassed_safety_check),
        ..Check::ROW
    },
    Check {
        id: "kms-external-admin",
        title: "another account may administer a key",
        why: "Another account that may change the policy, delete the key or make grants without limit decides who reads what is encrypted under it. Its own administrators then do, not you.",
        severity: Severity::High,
        kinds: KEY,
        help: "Give other accounts the cryptographic operations they need, and grants only under `kms:GrantIsForAWSResource`.",
        url: CROSS,
        run: Run::Document(key_policy::external_admin),
        ..Check::ROW
    },
    Check {
        id: "kms-cross-account-ineffective-action",
        title: "action that does not work across accounts",
        why: "KMS lets principals of other accounts use a key, describe it and make grants. Everything else it takes from the key's own account alone, whatever the policy says.",
        severity: Severity::Note,
        kinds: KEY,
        help: "Remove the action: KMS takes it from principals of the key's own account only.",
        url: CROSS,
        run: Run::Document(key_policy::ineffective_action),
        ..Check::ROW
    },
    Check {
        id: "kms-calleraccount-mismatch",
        title: "`kms:CallerAccount` is never the principal's account",
        why: "`kms:CallerAccount` is the account of whoever makes the request. A statement for a principal of one account under a condition on another one never holds.",
        severity: Severity::High,
        kinds: KEY,
        help: "Give the account of the principal: `kms:CallerAccount` is who calls, not who owns the key.",
        url: KEYS,
        run: Run::Document(key_policy::calleraccount_mismatch),
        ..Check::ROW
    },
    Check {
        id: "kms-key-policy-resource-not-star",
        title: "key policy that names a resource",
        why: "A key policy belongs to one key and speaks of it as `*`. An ARN in its place is compared with the key's own, so that a wrong one makes the statement do nothing.",
        kinds: KEY,
        help: "Write `\"Resource\": \"*\"`: in a key policy it means the key that the policy belongs to.",
        url: KEY_POLICY,
        run: Run::Document(key_policy::resource_not_star),
        ..Check::ROW
    },
    Check {
        id: "kms-needs-star",
        title: "action of KMS on keys that it does not take",
        why: "These actions are about no key in particular, and requests for them name none. A statement on ARNs of keys never matches them.",
        confidence: Confidence::VeryHigh,
        kinds: IDENTITY,
        help: "Put the action into a statement of its own with `\"Resource\": \"*\"`.",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html",
        run: Run::Document(usage::needs_star),
        supersedes: Supersedes::OnElement(&["action-needs-star-resource"]),
        ..Check::ROW
    },
    Check {
        id: "kms-viaservice-format",
        title: "`kms:ViaService` that names no service",
        why: "The condition compares the whole name, which has service, region and `amazonaws.com`, also in China and other partitions. A name without a region, or with another ending, matches no request.",
        severity: Severity::High,
        kinds: WITH_CONDITIONS,
        help: "Write `<service>.<region>.amazonaws.com`, in every partition.",
        url: KEYS,
        run: Run::Document(conditions::viaservice_format),
        ..Check::ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["arn-format"]),
        id: "kms-alias-arn-in-resource",
        title: "alias in the place of a key",
        why: "A request to use a key is authorised on the ARN of the key, also when the caller gave an alias. A policy on the alias is about the alias itself: making, moving and deleting it.",
        severity: Severity::High,
        kinds: IDENTITY,
        help: "Name the key's ARN, or allow `key/*` under `kms:ResourceAliases`.",
        url: ALIAS,
        run: Run::Document(usage::alias_in_resource),
        ..Check::ROW
    },
    Check {
        supersedes: OVER_RESOURCES,
        id: "kms-decrypt-star",
        title: "keys of every account can be used",
        why: "Keys of other accounts can be used by whoever their policies let in, and `*` takes those in as well. So somebody else's key policy decides what this principal decrypts or encrypts.",
        severity: Severity::Medium,
        kinds: IDENTITY,
        help: "Name the keys, or at least the account: `key/*` of your own.",
        url: IAM,
        run: Run::Document(usage::decrypt_star),
        ..Check::ROW
    },
    Check {
        id: "kms-star-action-to-non-admin",
        title: "all of a key for somebody who only uses it",
        severity: Severity::Medium,
        kinds: KEY,
        why: "`kms:*` is more than encrypting and decrypting: it takes in the key's policy, its grants and its deletion. An application that has it can open the key to others, or destroy what it protects.",
        help: "List what is needed, such as `kms:Decrypt` and `kms:GenerateDataKey`; leave the rest to the account's administrators.",
        url: KEY_POLICY,
        run: Run::Document(key_policy::star_to_non_admin),
        ..Check::ROW
    },
    Check {
        id: "kms-viaservice-region",
        title: "`kms:ViaService` of another region than the key",
        severity: Severity::High,
        kinds: WITH_CONDITIONS,
        why: "A service uses keys of the region it works in, and names that region when it asks KMS. A condition on a service of one region and a key of another one never meet.",
        help: "Write the region of the key, or name the keys of all regions that are meant.",
        url: KEYS,
        run: Run::Document(conditions::viaservice_region),
        ..Check::ROW
    },
    Check {
        id: "kms-viaservice-unsupported",
        title: "`kms:ViaService` with a service that AWS does not list",
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        kinds: WITH_CONDITIONS,
        why: "Only services that call KMS in the name of their users are seen by this condition. Others act as service principals, or are named differently here than in ARNs: Directory Service is `directoryservice`.",
        help: "Look the service up in the list on the page below; for one that acts as itself, use `aws:SourceArn`.",
        url: KEYS,
        run: Run::Document(conditions::viaservice_unsupported),
        ..Check::ROW
    },
    Check {
        id: "kms-viaservice-blocks-caller",
        title: "keys open for one store of secrets, values read from another",
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        kinds: IDENTITY,
        why: "Secrets Manager and Parameter Store decrypt in the name of whoever reads, each under its own `kms:ViaService`. A policy that lets keys be used through one of them does nothing for values of the other, if those are under a key of your own.",
        help: "Name both services in `kms:ViaService`, or take the condition away.",
        url: KEYS,
        run: Run::Document(conditions::viaservice_blocks_caller),
        ..Check::ROW
    },
    Check {
        id: "kms-calleraccount-format",
        title: "`kms:CallerAccount` that is no account",
        severity: Severity::High,
        kinds: WITH_CONDITIONS,
        why: "The value that KMS compares is the id of the caller's account, twelve digits. An ARN, or an id that lost a zero at its start, is never equal to it.",
        help: "Write the account's id as a string of twelve digits.",
        url: KEYS,
        run: Run::Document(conditions::calleraccount_format),
        ..Check::ROW
    },
    Check {
        id: "kms-creategrant-unconstrained",
        title: "grants on keys without limit",
        severity: Severity::Medium,
        kinds: &[Kind::Identity, Kind::Key],
        why: "Whoever may make grants hands the use of a key to any principal, for any operation that the key allows, and neither key policy nor IAM shows it. AWS services need that for the volumes and databases they encrypt, which a condition can tell apart.",
        help: "Add `\"Bool\": {\"kms:GrantIsForAWSResource\": \"true\"}`, or limit `kms:GrantOperations`.",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/grant-authorization.html",
        run: Run::Document(usage::creategrant_unconstrained),
        ..Check::ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["sm-arn-missing-suffix"]),
        id: "kms-encctx-secretarn",
        title: "encryption context that no secret or parameter has",
        severity: Severity::High,
        kinds: WITH_CONDITIONS,
        why: "Secrets Manager and Parameter Store put the full ARN of what they encrypt into the encryption context. A name, or a secret's ARN without its six random characters, is never equal to it.",
        help: "Write the full ARN; for a secret end it in `-??????` and use `StringLike`.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
        run: Run::Document(conditions::context_arn),
        ..Check::ROW
    },
    Check {
        id: "kms-secret-update-missing-generatedatakey",
        title: "secrets can be written, but not encrypted",
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        kinds: IDENTITY,
        why: "Each new value of a secret is encrypted under a data key of its own, which KMS has to make. With `kms:Decrypt` alone a secret under a key of your own can be read, and every attempt to write it fails.",
        help: "Allow `kms:GenerateDataKey` on the same keys as `kms:Decrypt`.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
        run: Run::Document(usage::missing_generatedatakey),
        ..Check::ROW
    },
    Check {
        supersedes: Supersedes::InStatement(&[
            "effective-star-resource",
            "resource-star-restrictable",
        ]),
        id: "kms-schedule-key-deletion",
        title: "every key can be disabled or deleted",
        severity: Severity::High,
        kinds: IDENTITY,
        why: "What is encrypted under a deleted key is lost, backups and snapshots included, and no support can bring it back. A disabled key stops whatever depends on it at once.",
        help: "Name the keys, and leave deletion to those who administer them.",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys-adding-permission.html",
        run: Run::Document(usage::schedule_key_deletion),
        ..Check::ROW
    },
    Check {
        id: "kms-resourcealiases-in-key-policy",
        title: "condition on an alias that never holds",
        severity: Severity::High,
        kinds: WITH_CONDITIONS,
        why: "`kms:ResourceAliases` is for IAM policies: a key policy that depends on it does not work. And both keys of aliases compare names such as `alias/app`, never ARNs.",
        help: "Use the alias's name in an IAM policy; in a key policy, `kms:RequestAlias` or no condition.",
        url: ALIAS,
        run: Run::Document(conditions::aliases),
        ..Check::ROW
    },
];

#[cfg(test)]
mod tests;
