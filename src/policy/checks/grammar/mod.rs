//! Grammar: what AWS refuses outright, or takes for something else than was meant.

mod document;
mod element;
mod form;
mod statement;

use super::{ANY, Check, Kind, Run, Supersedes};
use crate::finding::{Confidence, Severity};

const ELEMENTS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html";
const GRAMMAR: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html";
const VERSION: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html";
const PRINCIPAL: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html";
const SID: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html";
const ARNS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html";
const ACTION: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html";
const VARIABLES: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html";

/// Reported by the reader: there is no document to run on.
pub(super) const JSON_SYNTAX: Check = Check {
    id: "json-syntax",
    title: "policy is not JSON",
    severity: Severity::High,
    confidence: Confidence::VeryHigh,
    kinds: ANY,
    help: "Correct the text at the place shown; JSON has no comments and no comma before a closing bracket.",
    url: GRAMMAR,
    run: Run::Syntax,
    ..Check::ROW
};

/// What the rows of this family have in common. AWS makes the same checks: they are always right.
const ROW: Check = Check {
    severity: Severity::High,
    confidence: Confidence::VeryHigh,
    kinds: ANY,
    url: GRAMMAR,
    ..Check::ROW
};

const NAMED: &[Kind] = &[Kind::Identity, Kind::Trust, Kind::ServiceControl];
const WITH_RESOURCE: &[Kind] = &[Kind::Identity, Kind::Resource, Kind::ServiceControl];
const WITHOUT_PRINCIPAL: &[Kind] = &[Kind::Identity, Kind::ServiceControl];
const NOT_TRUST: &[Kind] =
    &[Kind::Identity, Kind::Resource, Kind::Key, Kind::ServiceControl, Kind::ResourceControl];

pub(super) const CHECKS: &[Check] = &[
    JSON_SYNTAX,
    Check {
        id: "duplicate-json-key",
        title: "the same key twice in one object",
        help: "Join the two into one list: readers of JSON keep only one of them, and AWS refuses many such documents.",
        url: GRAMMAR,
        run: Run::Document(document::duplicate_key),
        ..ROW
    },
    Check {
        id: "unknown-element",
        title: "element that IAM does not know",
        help: "Correct the name; elements are case-sensitive.",
        url: ELEMENTS,
        run: Run::Document(document::unknown_element),
        ..ROW
    },
    Check {
        id: "missing-version",
        title: "policy without Version",
        help: "Add `\"Version\": \"2012-10-17\"`; without it the rules of 2008 apply and variables are plain text.",
        url: VERSION,
        run: Run::Document(document::missing_version),
        ..ROW
    },
    Check {
        id: "old-version",
        title: "policy of Version 2008-10-17",
        help: "Change the version to `2012-10-17`; under the old one variables are plain text.",
        url: VERSION,
        run: Run::Document(document::old_version),
        ..ROW
    },
    Check {
        id: "invalid-version",
        title: "Version that does not exist",
        help: "Write `2012-10-17`: it names the policy language, not the day of the last change.",
        url: VERSION,
        run: Run::Document(document::invalid_version),
        ..ROW
    },
    Check {
        id: "missing-statement",
        title: "policy without Statement",
        help: "Add the element `Statement`.",
        url: ELEMENTS,
        run: Run::Document(document::missing_statement),
        ..ROW
    },
    Check {
        id: "empty-statement",
        title: "policy whose Statement is empty",
        help: "Add a statement, or remove the policy.",
        url: ELEMENTS,
        run: Run::Document(document::empty_statement),
        ..ROW
    },
    Check {
        id: "data-type",
        title: "element of the wrong type",
        help: "Give the element the type that the message names.",
        url: GRAMMAR,
        run: Run::Document(element::data_type),
        ..ROW
    },
    Check {
        id: "empty-array",
        title: "empty list or object in a statement",
        severity: Severity::Medium,
        help: "Name what is meant, or remove the statement.",
        url: GRAMMAR,
        run: Run::Document(element::empty_array),
        ..ROW
    },
    Check {
        id: "effect-missing",
        title: "statement without Effect",
        help: "Add `\"Effect\": \"Allow\"` or `\"Deny\"`.",
        url: ELEMENTS,
        run: Run::Document(statement::effect_missing),
        ..ROW
    },
    Check {
        id: "effect-invalid",
        title: "Effect that is neither Allow nor Deny",
        help: "Write `Allow` or `Deny`, with these capitals.",
        url: ELEMENTS,
        run: Run::Document(statement::effect_invalid),
        ..ROW
    },
    Check {
        id: "action-missing",
        title: "statement without Action",
        kinds: &[
            Kind::Identity,
            Kind::Resource,
            Kind::Trust,
            Kind::ServiceControl,
            Kind::ResourceControl,
        ],
        help: "Add `Action` or `NotAction`.",
        url: ELEMENTS,
        run: Run::Document(statement::action_missing),
        ..ROW
    },
    Check {
        id: "resource-missing",
        title: "statement without Resource",
        kinds: WITH_RESOURCE,
        help: "Add `Resource` or `NotResource`.",
        url: ELEMENTS,
        run: Run::Document(statement::resource_missing),
        ..ROW
    },
    Check {
        id: "element-conflict",
        title: "element beside its opposite",
        help: "Keep one of the two.",
        url: ELEMENTS,
        run: Run::Document(statement::element_conflict),
        ..ROW
    },
    Check {
        id: "principal-in-identity-policy",
        title: "Principal in an identity policy",
        kinds: WITHOUT_PRINCIPAL,
        help: "Remove the element: an identity policy is about whoever it is attached to.",
        url: PRINCIPAL,
        run: Run::Document(statement::principal_in_identity_policy),
        ..ROW
    },
    Check {
        id: "principal-missing",
        title: "statement without Principal",
        kinds: &[Kind::Resource, Kind::Key, Kind::Trust],
        help: "Add `Principal` and name who may, or may not, do this.",
        url: PRINCIPAL,
        run: Run::Document(statement::principal_missing),
        ..ROW
    },
    Check {
        id: "resource-in-trust-policy",
        title: "Resource in a trust policy",
        kinds: &[Kind::Trust],
        help: "Remove the element: a trust policy is about the role it belongs to.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        run: Run::Document(statement::resource_in_trust_policy),
        ..ROW
    },
    Check {
        id: "sid-invalid",
        title: "Sid with characters that IAM does not take",
        kinds: NAMED,
        help: "Use letters and digits only.",
        url: SID,
        run: Run::Document(statement::sid_invalid),
        ..ROW
    },
    Check {
        id: "sid-empty",
        title: "empty Sid",
        severity: Severity::Note,
        help: "Name the statement, or leave the element out.",
        url: SID,
        run: Run::Document(statement::sid_empty),
        ..ROW
    },
    Check {
        id: "sid-duplicate",
        title: "the same Sid twice",
        help: "Give each statement a Sid of its own, or none.",
        url: SID,
        run: Run::Document(statement::sid_duplicate),
        ..ROW
    },
    Check {
        id: "action-format",
        title: "action that is not `service:Name`",
        help: "Write the prefix of the service, a colon and the name of the action, without spaces.",
        url: ACTION,
        run: Run::Document(form::action_format),
        ..ROW
    },
    Check {
        id: "wildcard-in-service-prefix",
        title: "wildcard in the prefix of a service",
        severity: Severity::Medium,
        help: "Write the prefix of each service out; only a sole `*` stands for all of them.",
        url: ACTION,
        run: Run::Document(form::wildcard_in_service_prefix),
        ..ROW
    },
    Check {
        id: "principal-group",
        title: "group in the place of a principal",
        kinds: &[Kind::Resource, Kind::Key, Kind::Trust],
        help: "Name users or roles: a group cannot be a principal.",
        url: PRINCIPAL,
        run: Run::Document(form::principal_group),
        supersedes: Supersedes::OnElement(&["principal-format"]),
        ..ROW
    },
    Check {
        id: "principal-unique-id",
        title: "id of a deleted user or role",
        severity: Severity::Medium,
        kinds: &[Kind::Resource, Kind::Key, Kind::Trust],
        help: "Name the user or role by its ARN; a new one of the same name has another id.",
        url: PRINCIPAL,
        run: Run::Document(form::principal_unique_id),
        ..ROW
    },
    Check {
        id: "arn-incomplete",
        title: "ARN with fewer than six fields",
        kinds: WITHOUT_PRINCIPAL,
        help: "Write all six fields; AWS completes what is missing with `*`.",
        url: ARNS,
        run: Run::Document(form::arn_incomplete),
        ..ROW
    },
    Check {
        id: "principal-format",
        title: "principal of a form that AWS does not know",
        kinds: &[Kind::Resource, Kind::Key, Kind::Trust],
        help: "Name an account, a user, a role, a service or an identity provider in the form that the page shows.",
        url: PRINCIPAL,
        run: Run::Document(form::principal_format),
        ..ROW
    },
    Check {
        id: "principal-partial-wildcard",
        title: "wildcard inside of a principal",
        kinds: &[Kind::Resource, Kind::Key, Kind::Trust],
        help: "Name the account as principal and narrow it with `ArnLike` on `aws:PrincipalArn`.",
        url: PRINCIPAL,
        run: Run::Document(form::principal_partial_wildcard),
        ..ROW
    },
    Check {
        id: "arn-format",
        title: "resource that is no ARN",
        kinds: NOT_TRUST,
        help: "Write `arn:partition:service:region:account:resource`, or `*`.",
        url: ARNS,
        run: Run::Document(form::arn_format),
        ..ROW
    },
    Check {
        id: "variable-syntax",
        title: "policy variable that is written wrongly, or where none can be",
        help: "Write `${prefix:name}`, in a resource or the value of a string or ARN condition.",
        url: VARIABLES,
        run: Run::Document(form::variable_syntax),
        ..ROW
    },
];
