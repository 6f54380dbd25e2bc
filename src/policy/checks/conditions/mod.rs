//! Conditions: operators, keys and values that do something else than they say.

mod key;
mod keys;
mod line;
mod number;
mod operator;
mod presence;
#[cfg(test)]
mod reference;
mod service;
mod value;

use super::{ANY, Check, RESOURCE, Run, Supersedes};
use crate::finding::{Confidence, Severity};

const OPERATORS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html";
const KEYS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html";
const SETS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html";
const CONDITION: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html";

/// What the rows of this family have in common.
const ROW: Check = Check { kinds: ANY, url: OPERATORS, ..Check::ROW };

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "condition-operator",
        title: "operator of conditions that does not exist",
        confidence: Confidence::VeryHigh,
        why: "The operator is part of the policy language, so a name that is not on AWS's list is a syntax error: the policy cannot be saved, and a deployment that carries it stops half-way.",
        help: "Write one of the operators that the page lists; `IfExists` comes last, `ForAllValues:` or `ForAnyValue:` first.",
        aliases: &["INVALID_CONDITION_OPERATOR"],
        run: Run::Document(operator::unknown),
        ..ROW
    },
    Check {
        id: "condition-null",
        title: "`Null` that asks nothing",
        why: "`Null` asks whether a key is in the request, so it takes one boolean and nothing around it. With a quantifier its answer is the same for every request, and the statement grants or denies without the condition that its author sees.",
        help: "Write `\"Null\": {\"key\": \"true\"}` for a key that must be absent, `\"false\"` for one that must be there.",
        aliases: &["NULL_WITH_IF_EXISTS", "NULL_WITH_QUALIFIER"],
        run: Run::Document(operator::null),
        ..ROW
    },
    Check {
        id: "condition-value-type",
        title: "value that its operator cannot compare",
        why: "Each operator reads its values as one type. What is not of that type equals nothing a request can bring: a grant is refused to everybody, and a denial never falls.",
        help: "Write a value of the type that the operator compares, or take the operator for the type that you have.",
        aliases: &[
            "INVALID_CONDITION_DATA_TYPE",
            "INVALID_CONDITION_MULTIPLE_BOOLEAN",
            "INVALID_DATE_VALUE",
            "TYPE_MISMATCH_BOOLEAN",
            "TYPE_MISMATCH_DATE",
            "TYPE_MISMATCH_IP_RANGE",
            "TYPE_MISMATCH_NUMBER",
            "TYPE_MISMATCH_STRING",
            "IMPROVE_IP_RANGE",
        ],
        run: Run::Document(value::wrong_type),
        ..ROW
    },
    Check {
        id: "condition-key-format",
        title: "condition key that is none",
        why: "AWS looks a key up by its whole name, in any case. A name that lacks its prefix, its tag or its form is in no request, so the condition compares with nothing.",
        help: "Write `aws:Name` for a global key, `service:Name` for one of a service, and `aws:ResourceTag/name` for a tag.",
        url: CONDITION,
        aliases: &["INVALID_CONDITION_KEY_FORMAT", "MISSING_TAG_KEY_IN_CONDITION"],
        run: Run::Document(key::format),
        ..ROW
    },
    Check {
        id: "deprecated-condition-key",
        title: "condition key that AWS has replaced",
        severity: Severity::Medium,
        why: "AWS keeps such keys for the policies that have them and no longer adds them to what new services send. A condition on one holds today and stops holding when the caller moves on.",
        help: "Write the key that the message names.",
        url: KEYS,
        aliases: &["DEPRECATED_GLOBAL_CONDITION_KEY", "UNSUPPORTED_GLOBAL_CONDITION_KEY"],
        run: Run::Document(key::deprecated),
        ..ROW
    },
    Check {
        id: "untrustworthy-condition-key",
        title: "protection by what callers say of themselves",
        severity: Severity::Medium,
        why: "The headers `Referer` and `User-Agent` are text that a client sets as it likes. A policy that lets in whoever sends the right one has a password that travels in the open and stands in the policy.",
        help: "Name callers by what AWS vouches for: their account, organisation, role, network or endpoint.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-referer",
        aliases: &["UNTRUSTWORTHY_CONDITION_KEY"],
        run: Run::Document(key::untrustworthy),
        ..ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["sm-arn-missing-suffix", "sourcevpc-format"]),
        id: "wildcard-without-like",
        title: "wildcard under an operator that has none",
        why: "`StringEquals` and its relatives compare character by character, so `*` and `?` mean themselves. The pattern is met by no real value: a grant never applies, and a denial with `StringNotEquals` falls on everybody.",
        help: "Write `StringLike` or `StringNotLike`, or `ArnLike` for an ARN.",
        aliases: &["WILDCARD_WITHOUT_LIKE_OPERATOR"],
        run: Run::Document(operator::wildcard_without_like),
        ..ROW
    },
    Check {
        id: "set-operator-on-single",
        title: "`ForAllValues` on a key of one value",
        why: "`ForAllValues` holds when no value of the request is outside of the list, and a request without the key has none. In a grant the condition is passed by whoever leaves the key out.",
        help: "Remove `ForAllValues:`; the operator alone asks for the one value that the key has.",
        url: SETS,
        aliases: &["FORALLVALUES_WITH_SINGLE_VALUED_KEY"],
        run: Run::Document(presence::set_operator_on_single),
        ..ROW
    },
    Check {
        id: "missing-set-operator",
        title: "key of several values without `ForAnyValue` or `ForAllValues`",
        severity: Severity::Medium,
        why: "A request can carry several values of this key at once. Whether one of them or all of them have to be in the list is what the quantifier says, and Access Analyzer counts its absence as an error.",
        help: "Write `ForAnyValue:` if one value in the list is enough, `ForAllValues:` if none may be outside of it.",
        url: SETS,
        aliases: &["MISSING_QUALIFIER"],
        run: Run::Document(presence::missing_set_operator),
        ..ROW
    },
    Check {
        id: "forallvalues-missing-key",
        title: "grant that is passed by leaving the key out",
        severity: Severity::Medium,
        why: "`ForAllValues` holds for a request that has no value at all. Where the key says who calls or how much is asked for, that is the request the condition was written against.",
        help: "Write `ForAnyValue:`, or demand the key with `\"Null\": {\"key\": \"false\"}`; for `dynamodb:Attributes` add `dynamodb:Select`.",
        url: SETS,
        aliases: &["DYNAMODB_ATTRIBUTES_WITHOUT_SELECT"],
        run: Run::Document(presence::forallvalues_missing_key),
        ..ROW
    },
    Check {
        id: "negated-operator-missing-key",
        title: "negated condition that holds without its key",
        severity: Severity::Medium,
        why: "An absent key is different from every value, so `StringNotEquals` and its relatives hold for requests that do not have it. In a grant these are requests that nobody thought of.",
        help: "Demand the key with `\"Null\": {\"key\": \"false\"}` beside it, or deny what must not be instead of allowing the rest.",
        run: Run::Document(presence::negated_operator_missing_key),
        ..ROW
    },
    Check {
        supersedes: Supersedes::OnElement(&["condition-equivalent-null"]),
        id: "wildcard-too-permissive",
        title: "wildcard in an id",
        why: "Ids of accounts, organisations and networks are given out by AWS without any order, so those that begin alike belong to strangers. A pattern on one opens the policy to whoever gets such an id.",
        help: "Write every id out.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sensitive",
        aliases: &["WILDCARD_USAGE_TOO_PERMISSIVE"],
        run: Run::Document(value::wildcard_too_permissive),
        ..ROW
    },
    Check {
        id: "sourcevpc-format",
        title: "id of a network that is none",
        why: "AWS sends `aws:SourceVpc` as the id of a VPC and `aws:SourceVpce` as the id of an endpoint. A name, an ARN or the id of the other kind equals neither.",
        help: "Write `vpc-` under `aws:SourceVpc`, `vpce-` under `aws:SourceVpce`, each with the 8 or 17 characters that AWS gave it.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcevpc",
        aliases: &["INVALID_VPC_FORMAT", "INVALID_VPCE_FORMAT"],
        run: Run::Document(value::sourcevpc_format),
        ..ROW
    },
    Check {
        id: "condition-equivalent-null",
        title: "pattern that every value matches",
        severity: Severity::Note,
        why: "A sole `*` matches whatever the key holds, so the line asks no more than whether the key is there. `Null` asks the same and says so.",
        help: "Write `\"Null\": {\"key\": \"false\"}` for a key that must be there, or `\"true\"` for one that must be absent.",
        aliases: &[
            "EQUIVALENT_TO_NULL_FALSE",
            "EQUIVALENT_TO_NULL_TRUE",
            "REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION",
            "REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION",
        ],
        run: Run::Document(value::equivalent_null),
        ..ROW
    },
    Check {
        id: "region-format",
        title: "region that is none",
        confidence: Confidence::High,
        why: "AWS sends `aws:RequestedRegion` as the code of a region in small letters. The name of a zone, of a place, or a code in capitals equals none: a grant never applies, and a denial of all other regions denies every one.",
        help: "Write the code of the region, such as `eu-west-1`.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion",
        aliases: &["INVALID_REGION"],
        run: Run::Document(service::region),
        ..ROW
    },
    Check {
        id: "s3-prefix-bypass",
        title: "prefix of a listing that a shorter one goes round",
        why: "`s3:prefix` is what the caller asks for, not what the answer holds. Whoever asks for a shorter prefix, or for none, is given the same keys among others, and a condition on the longer one does not see it.",
        help: "Allow the prefixes that may be listed, with `StringLike` in the grant or `StringNotLike` in a denial.",
        url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html",
        aliases: &["S3_PREFIX_IN_NEGATIVE_CONTEXT"],
        run: Run::Document(service::prefix),
        supersedes: Supersedes::OnElement(&["negated-operator-missing-key"]),
        ..ROW
    },
    Check {
        id: "irrelevant-condition-key",
        title: "condition on the owner of the bucket in its own policy",
        severity: Severity::Note,
        kinds: RESOURCE,
        why: "The policy of a bucket is only asked about that bucket, whose owner is always the same account. Such a condition holds for every request or for none.",
        help: "Remove it, or put it into the policy of the identity, where it says which buckets are meant.",
        url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html",
        aliases: &["IRRELEVANT_CONDITION_KEY_IN_POLICY"],
        run: Run::Document(service::irrelevant),
        ..ROW
    },
    Check {
        id: "redundant-condition-number",
        title: "several limits of which one counts",
        severity: Severity::Note,
        why: "The values of a condition mean any of them, so of several upper limits only the highest counts, and of several lower ones the lowest. Whoever reads the stricter one is misled.",
        help: "Write the one value that counts.",
        aliases: &["REDUNDANT_CONDITION_VALUE_NUM"],
        run: Run::Document(number::redundant),
        ..ROW
    },
];
