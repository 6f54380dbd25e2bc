//! AWS KMS: key policies that lock out or let in too much, and grants that look right and do nothing.

mod key_policy;
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
        kinds: KEY,
        help: "Write `\"Resource\": \"*\"`: in a key policy it means the key that the policy belongs to.",
        url: KEY_POLICY,
        run: Run::Document(key_policy::resource_not_star),
        ..Check::ROW
    },
    Check {
        id: "kms-needs-star",
        title: "action of KMS on keys that it does not take",
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
        severity: Severity::High,
        kinds: WITH_CONDITIONS,
        help: "Write `<service>.<region>.amazonaws.com`, in every partition.",
        url: KEYS,
        run: Run::Document(usage::viaservice_format),
        ..Check::ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["arn-format"]),
        id: "kms-alias-arn-in-resource",
        title: "alias in the place of a key",
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
        severity: Severity::Medium,
        kinds: IDENTITY,
        help: "Name the keys, or at least the account: `key/*` of your own.",
        url: IAM,
        run: Run::Document(usage::decrypt_star),
        ..Check::ROW
    },
];
