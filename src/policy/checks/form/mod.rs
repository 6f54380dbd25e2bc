//! Form: how much a policy may hold, what it may be written with, and ARNs that cannot be meant.

mod arn;
mod charset;
mod size;

use super::{ANY, Check, Kind, Run, Supersedes};
use crate::finding::{Confidence, Severity};

const QUOTAS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html";
const ARNS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html";

/// Kinds of which AWS says how large they may be.
const LIMITED: &[Kind] =
    &[Kind::Identity, Kind::Trust, Kind::Key, Kind::ServiceControl, Kind::ResourceControl];
/// Kinds of which AWS says what characters they may have.
const LATIN: &[Kind] = &[Kind::Identity, Kind::Trust, Kind::Key];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "policy-size",
        title: "policy larger than AWS takes",
        kinds: LIMITED,
        why: "Every kind of policy has a quota, and a document beyond it is refused when it is saved: often only when the last statement is added, on the day it is needed. IAM leaves white space out of the count.",
        help: "Split the policy, join statements, or replace lists of actions by fewer patterns.",
        url: QUOTAS,
        aliases: &[
            "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
            "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
            "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
            "POLICY_SIZE_EXCEEDS_RCP_QUOTA",
            "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
        ],
        run: Run::Document(size::policy_size),
        ..Check::ROW
    },
    Check {
        id: "charset",
        title: "character that IAM does not take",
        confidence: Confidence::VeryHigh,
        kinds: LATIN,
        why: "IAM and KMS take tabs, line breaks and the characters from the space to U+00FF. Text that was pasted from a word processor or a web page brings others that look alike, and AWS refuses the whole document for one of them.",
        help: "Type the character that the message shows anew, on the keyboard.",
        url: QUOTAS,
        run: Run::Document(charset::charset),
        ..Check::ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["action-format", "arn-format"]),
        id: "nbsp-in-policy",
        title: "no-break space in a policy",
        severity: Severity::Medium,
        kinds: ANY,
        why: "A no-break space looks like a space or like nothing, and AWS takes it as a character of the name it stands in. What is compared with such a name is never equal to it.",
        help: "Remove it, or replace it by a plain space where one belongs.",
        url: QUOTAS,
        run: Run::Document(charset::nbsp),
        ..Check::ROW
    },
    Check {
        id: "arn-partition-region-mismatch",
        title: "region of another partition",
        kinds: ANY,
        why: "Partitions share nothing: a region belongs to one of them, and so does every resource in it. An ARN that names a region and the partition of another one stands for nothing that exists.",
        help: "Write the partition that the region belongs to, such as `aws-cn` for `cn-north-1`.",
        url: ARNS,
        run: Run::Document(arn::partition_region_mismatch),
        ..Check::ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["arn-format"]),
        id: "arn-placeholder",
        title: "ARN with a place that nobody filled in",
        kinds: ANY,
        why: "Examples in documentation name accounts and regions that the reader has to replace. What is left of them matches nothing of one's own, and the account ids of examples may belong to somebody.",
        help: "Write the account, region or name that is meant.",
        url: ARNS,
        run: Run::Document(arn::placeholder),
        ..Check::ROW
    },
];
