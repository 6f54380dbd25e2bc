//! What the catalogue knows and a policy gets wrong: names that AWS does not have, resources that an action does not
//! take, condition keys that a request never carries.

mod actions;
mod arn;
mod bucket;
mod keys;
mod operators;
mod resources;

use super::{ANY, Check, IDENTITY, Kind, Run, Supersedes, Violations};
use crate::finding::{Confidence, Severity};
use crate::policy::catalogue::{self, Catalogue};
use crate::policy::document::{Effect, Sense, Statement};

const AUTHORIZATION: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html";
const ARNS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html";
const KEYS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html";
const OPERATORS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html";
const S3: &str =
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security_iam_service-with-iam.html";

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "unknown-service",
        title: "action of a service that does not exist",
        kinds: ANY,
        why: "The part before the colon has to be the prefix that IAM has for a service, which often differs from its name in the console, the CLI or an SDK. AWS stores a policy with any other prefix, and no request ever matches it.",
        help: "Look up the prefix of the service in the Service Authorization Reference.",
        url: AUTHORIZATION,
        aliases: &["INVALID_SERVICE_IN_ACTION", "INVALID_SERVICE"],
        run: Run::Document(actions::unknown_service),
        ..Check::ROW
    },
    Check {
        id: "unknown-action",
        title: "action that does not exist",
        kinds: ANY,
        why: "Actions are not always called like the API operation or command they allow. AWS stores a policy with a name it does not have, and no request ever matches it: an Allow grants nothing, a Deny forbids nothing.",
        help: "Look up the name of the action in the Service Authorization Reference.",
        url: AUTHORIZATION,
        aliases: &["INVALID_ACTION"],
        run: Run::Document(actions::unknown_action),
        ..Check::ROW
    },
    Check {
        id: "action-matches-nothing",
        title: "pattern that no action matches",
        kinds: ANY,
        why: "A wildcard stands for the actions whose names it fits, and AWS does not say when there are none. Such a pattern grants nothing in an Allow and forbids nothing in a Deny.",
        help: "Look up the names of the actions in the Service Authorization Reference.",
        url: AUTHORIZATION,
        aliases: &["INVALID_ACTION"],
        run: Run::Document(actions::matches_nothing),
        ..Check::ROW
    },
    Check {
        id: "action-case",
        title: "action in other letters than AWS writes it",
        kinds: ANY,
        severity: Severity::Note,
        why: "AWS ignores the case of actions, so this one works. Searches, diffs and tools that compare text take it for another action.",
        help: "Write the action as the Service Authorization Reference does.",
        url: AUTHORIZATION,
        run: Run::Document(actions::case),
        ..Check::ROW
    },
    Check {
        id: "resource-no-matching-action",
        title: "resource that no action of the statement takes",
        kinds: IDENTITY,
        why: "An action is allowed on a resource only when the resource is of a type that the action takes. A statement that names other types is stored without complaint and has no effect for them.",
        help: "Name a resource of a type that the action takes; the Service Authorization Reference lists them.",
        url: AUTHORIZATION,
        confidence: Confidence::Medium,
        run: Run::Document(resources::no_matching_action),
        ..Check::ROW
    },
    Check {
        id: "arn-service-mismatch",
        title: "resource of another service than every action",
        kinds: IDENTITY,
        why: "A request for an action names resources of the types that the action takes, nearly always of its own service. A statement that names resources of another one is stored without complaint and has no effect for them.",
        help: "Put the resource into the statement of the actions it is meant for.",
        url: AUTHORIZATION,
        confidence: Confidence::Medium,
        run: Run::Document(resources::service_mismatch),
        ..Check::ROW
    },
    Check {
        id: "missing-required-resource-type",
        title: "action that needs a further resource",
        kinds: IDENTITY,
        severity: Severity::Note,
        why: "Some actions touch several resources at once, and AWS checks each of them. Where one is named and another one that the action cannot do without is not, every request is denied unless another policy allows the rest.",
        help: "Name resources of all types that the action needs.",
        url: AUTHORIZATION,
        confidence: Confidence::Medium,
        run: Run::Document(resources::missing_required_type),
        ..Check::ROW
    },
    Check {
        id: "s3-bucket-object-mixup",
        title: "bucket in the place of its objects, or the other way round",
        kinds: &[Kind::Identity, Kind::Resource],
        why: "A bucket is `arn:aws:s3:::name`, its objects are `arn:aws:s3:::name/key`, and an action takes one or the other. `s3:ListBucket` on the objects and `s3:GetObject` on the bucket match no request.",
        help: "Name the bucket for what is done to the bucket, and the bucket with `/*` for what is done to objects.",
        url: S3,
        run: Run::Document(bucket::mixup),
        supersedes: Supersedes::InStatement(&["resource-no-matching-action"]),
        ..Check::ROW
    },
    Check {
        id: "unknown-condition-key",
        title: "condition key that does not exist",
        kinds: ANY,
        why: "A request never carries a key that AWS does not have. A condition that asks for a value of it never holds, and one that excludes values, or ends in IfExists, always does.",
        help: "Look up the key among the global ones and in the Service Authorization Reference.",
        url: KEYS,
        aliases: &["INVALID_GLOBAL_CONDITION_KEY", "INVALID_SERVICE_CONDITION_KEY"],
        run: Run::Document(keys::unknown),
        ..Check::ROW
    },
    Check {
        id: "condition-key-not-for-action",
        title: "condition key that no action of the statement has",
        kinds: ANY,
        why: "Each action comes with its own condition keys, and a request carries no others of a service. A condition that asks for a value of a missing key never holds, and one that excludes values always does.",
        help: "Take a key that these actions support, or put the actions that support it into a statement of their own.",
        url: AUTHORIZATION,
        aliases: &["UNSUPPORTED_ACTION_FOR_CONDITION_KEY"],
        confidence: Confidence::Medium,
        run: Run::Document(keys::not_for_action),
        ..Check::ROW
    },
    Check {
        id: "condition-operator-type",
        title: "operator that does not fit the key or its values",
        kinds: ANY,
        why: "An operator reads both sides as values of its type: text, number, date, address or ARN. What cannot be read that way is equal to nothing, whatever the request carries.",
        help: "Take an operator of the key's type, and values that it can read.",
        url: OPERATORS,
        aliases: &[
            "TYPE_MISMATCH",
            "TYPE_MISMATCH_BOOLEAN",
            "TYPE_MISMATCH_DATE",
            "TYPE_MISMATCH_NUMBER",
            "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
        ],
        run: Run::Document(operators::types),
        ..Check::ROW
    },
    Check {
        id: "arn-region-account",
        title: "region or account in an ARN that has none, or the other way round",
        kinds: ANY,
        why: "Whether an ARN has a region and an account depends on its type: buckets have neither, users and roles have no region. An ARN with a field too many or too few is never that of a resource.",
        help: "Write the ARN as the Service Authorization Reference has it for this type.",
        url: ARNS,
        aliases: &[
            "ARN_ACCOUNT_NOT_ALLOWED",
            "ARN_REGION_NOT_ALLOWED",
            "MISSING_ARN_ACCOUNT",
            "MISSING_ARN_REGION",
        ],
        confidence: Confidence::Medium,
        run: Run::Document(arn::region_account),
        supersedes: Supersedes::OnElement(&["resource-no-matching-action"]),
        ..Check::ROW
    },
];

/// How bad it is that something of a statement matches nothing: a grant that is missing shows itself when it is needed,
/// a guard that does not guard shows itself to nobody.
fn severity(statement: &Statement, sense: Sense) -> Severity {
    match (statement.effect, sense) {
        (Some(Effect::Deny), Sense::Is) | (Some(Effect::Allow), Sense::IsNot) => Severity::High,
        _ => Severity::Medium,
    }
}

/// What comes of it.
fn outcome(statement: &Statement, sense: Sense) -> &'static str {
    match (statement.denies(), sense) {
        (true, Sense::Is) => "forbids nothing",
        (false, Sense::Is) => "grants nothing",
        (_, Sense::IsNot) => "leaves nothing out",
    }
}

/// How messages end that rest on a name being in no list: with the age of the list.
fn in_catalogue() -> String {
    format!("in the catalogue of {}", catalogue::date())
}

/// What was reported last says less where the list is old.
fn weigh(violations: &mut Violations, catalogue: &Catalogue) {
    if catalogue.is_stale() {
        violations.soften();
    }
}

#[cfg(test)]
mod tests;
