//! Grammar: what AWS refuses outright, or takes for something else than was meant.

mod document;
mod element;
mod form;
mod statement;
mod syntax;

use super::{ANY, Check, Kind, Run, Supersedes};
use crate::finding::{Confidence, Severity};
pub(in crate::policy) use syntax::{HCL_VARIABLE, JSON_SYNTAX};

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
    HCL_VARIABLE,
    Check {
        id: "duplicate-json-key",
        title: "the same key twice in one object",
        why: "Of two keys of one name most readers keep the last and some the first, without a word. Whoever reviews the policy sees two lists where AWS enforces one, or refuses both.",
        help: "Join the two into one list: readers of JSON keep only one of them, and AWS refuses many such documents.",
        url: GRAMMAR,
        aliases: &["DUPLICATE_KEYS_WITH_DIFFERENT_CASE"],
        run: Run::Document(document::duplicate_key),
        ..ROW
    },
    Check {
        id: "unknown-element",
        title: "element that IAM does not know",
        why: "The language has a fixed set of elements, and their names are case-sensitive. AWS refuses a policy with any other, so a slip in a name stops the deployment.",
        help: "Correct the name; elements are case-sensitive.",
        url: ELEMENTS,
        aliases: &["INVALID_POLICY_ELEMENT"],
        run: Run::Document(document::unknown_element),
        ..ROW
    },
    Check {
        id: "missing-version",
        title: "policy without Version",
        why: "Without `Version` AWS reads the policy as one of 2008. That language has no variables: `${aws:username}` is then a text that no user and no path is called.",
        help: "Add `\"Version\": \"2012-10-17\"`; without it the rules of 2008 apply and variables are plain text.",
        url: VERSION,
        aliases: &["MISSING_VERSION", "VARIABLE_UNSUPPORTED_IN_VERSION"],
        run: Run::Document(document::missing_version),
        ..ROW
    },
    Check {
        id: "old-version",
        title: "policy of Version 2008-10-17",
        why: "The language of 2008 lacks what came later, variables first of all: `${aws:username}` is then a text that no user and no path is called.",
        help: "Change the version to `2012-10-17`; under the old one variables are plain text.",
        url: VERSION,
        aliases: &["VARIABLE_UNSUPPORTED_IN_VERSION"],
        run: Run::Document(document::old_version),
        ..ROW
    },
    Check {
        id: "invalid-version",
        title: "Version that does not exist",
        why: "`Version` names one of the two editions of the policy language that there are. Another date is no later edition but an error, and AWS refuses the policy.",
        help: "Write `2012-10-17`: it names the policy language, not the day of the last change.",
        url: VERSION,
        aliases: &["INVALID_VERSION"],
        run: Run::Document(document::invalid_version),
        ..ROW
    },
    Check {
        id: "missing-statement",
        title: "policy without Statement",
        why: "All that a policy grants or denies stands in its statements. AWS refuses a document that has none.",
        help: "Add the element `Statement`.",
        url: ELEMENTS,
        aliases: &["MISSING_STATEMENT"],
        run: Run::Document(document::missing_statement),
        ..ROW
    },
    Check {
        id: "empty-statement",
        title: "policy whose Statement is empty",
        why: "A policy without statements grants nothing and denies nothing, and AWS refuses most of them. Whatever should be here was lost on the way.",
        help: "Add a statement, or remove the policy.",
        url: ELEMENTS,
        run: Run::Document(document::empty_statement),
        ..ROW
    },
    Check {
        id: "data-type",
        title: "element of the wrong type",
        why: "Each element takes values of one type, and AWS refuses a policy in which one has another. Generators that write a number, an object or a list within a list are the usual cause.",
        help: "Give the element the type that the message names.",
        url: GRAMMAR,
        aliases: &["DATA_TYPE_MISMATCH"],
        run: Run::Document(element::data_type),
        ..ROW
    },
    Check {
        id: "empty-array",
        title: "empty list or object in a statement",
        severity: Severity::Medium,
        why: "A statement applies to what its lists name, so one with an empty list applies to nothing: a grant that grants nobody anything, or a denial that protects nothing. With `ForAllValues` or `IfExists` it is the other way round.",
        help: "Name what is meant, or remove the statement.",
        url: GRAMMAR,
        aliases: &[
            "EMPTY_ARRAY_ACTION",
            "EMPTY_ARRAY_RESOURCE",
            "EMPTY_ARRAY_PRINCIPAL",
            "EMPTY_OBJECT_PRINCIPAL",
            "EMPTY_ARRAY_CONDITION",
            "EMPTY_ARRAY_CONDITION_FORALLVALUES",
            "EMPTY_ARRAY_CONDITION_FORANYVALUE",
            "EMPTY_ARRAY_CONDITION_IFEXISTS",
            "EMPTY_OBJECT_CONDITION",
        ],
        run: Run::Document(element::empty_array),
        ..ROW
    },
    Check {
        id: "effect-missing",
        title: "statement without Effect",
        why: "`Effect` has no default: a statement that does not say whether it allows or denies is incomplete, and AWS refuses the policy.",
        help: "Add `\"Effect\": \"Allow\"` or `\"Deny\"`.",
        url: ELEMENTS,
        aliases: &["MISSING_EFFECT"],
        run: Run::Document(statement::effect_missing),
        ..ROW
    },
    Check {
        id: "effect-invalid",
        title: "Effect that is neither Allow nor Deny",
        why: "There are two effects, and they are written with a capital. AWS refuses `allow` and `DENY` like any other word.",
        help: "Write `Allow` or `Deny`, with these capitals.",
        url: ELEMENTS,
        aliases: &["INVALID_EFFECT"],
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
        why: "A statement has to say what it allows or denies. AWS refuses a policy in which one does not.",
        help: "Add `Action` or `NotAction`.",
        url: ELEMENTS,
        aliases: &["MISSING_ACTION"],
        run: Run::Document(statement::action_missing),
        ..ROW
    },
    Check {
        id: "resource-missing",
        title: "statement without Resource",
        kinds: WITH_RESOURCE,
        why: "A statement has to say on what it allows or denies something; `*` is never assumed. AWS refuses a policy in which one does not.",
        help: "Add `Resource` or `NotResource`.",
        url: ELEMENTS,
        aliases: &["MISSING_RESOURCE"],
        run: Run::Document(statement::resource_missing),
        ..ROW
    },
    Check {
        id: "element-conflict",
        title: "element beside its opposite",
        why: "An element and its opposite would each say what the statement is about. The language takes one of them, and AWS refuses a statement with both.",
        help: "Keep one of the two.",
        url: ELEMENTS,
        aliases: &["UNSUPPORTED_ELEMENT_COMBINATION"],
        run: Run::Document(statement::element_conflict),
        ..ROW
    },
    Check {
        id: "principal-in-identity-policy",
        title: "Principal in an identity policy",
        kinds: WITHOUT_PRINCIPAL,
        why: "A policy of a user, group or role is about whoever it is attached to, so the language has no principal there. AWS refuses one that names somebody.",
        help: "Remove the element: an identity policy is about whoever it is attached to.",
        url: PRINCIPAL,
        aliases: &["UNSUPPORTED_PRINCIPAL"],
        run: Run::Document(statement::principal_in_identity_policy),
        ..ROW
    },
    Check {
        id: "principal-missing",
        title: "statement without Principal",
        kinds: &[Kind::Resource, Kind::Key, Kind::Trust],
        why: "A policy of a resource has to say whom it lets in or keeps out. AWS refuses a statement that names nobody.",
        help: "Add `Principal` and name who may, or may not, do this.",
        url: PRINCIPAL,
        aliases: &["MISSING_PRINCIPAL"],
        run: Run::Document(statement::principal_missing),
        ..ROW
    },
    Check {
        id: "resource-in-trust-policy",
        title: "Resource in a trust policy",
        kinds: &[Kind::Trust],
        why: "A trust policy is attached to one role and says who may assume it. IAM refuses one that names a resource, even the role itself.",
        help: "Remove the element: a trust policy is about the role it belongs to.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html",
        aliases: &["ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE"],
        run: Run::Document(statement::resource_in_trust_policy),
        ..ROW
    },
    Check {
        id: "sid-invalid",
        title: "Sid with characters that IAM does not take",
        kinds: NAMED,
        why: "IAM takes letters and digits in a Sid and nothing else, not even a space or a hyphen; the policies of some resources take more. The policy is refused as a whole.",
        help: "Use letters and digits only.",
        url: SID,
        aliases: &["UNSUPPORTED_SID"],
        run: Run::Document(statement::sid_invalid),
        ..ROW
    },
    Check {
        id: "sid-empty",
        title: "empty Sid",
        severity: Severity::Note,
        why: "An empty Sid tells no statement from another and is taken by some services only.",
        help: "Name the statement, or leave the element out.",
        url: SID,
        aliases: &["EMPTY_SID_VALUE"],
        run: Run::Document(statement::sid_empty),
        ..ROW
    },
    Check {
        id: "sid-duplicate",
        title: "the same Sid twice",
        why: "A Sid tells the statements of a policy apart, in IAM by rule and elsewhere by custom. Tools that replace a statement by its Sid overwrite the wrong one.",
        help: "Give each statement a Sid of its own, or none.",
        url: SID,
        aliases: &["UNIQUE_SIDS_REQUIRED", "UNIQUE_SIDS_RECOMMENDED"],
        run: Run::Document(statement::sid_duplicate),
        ..ROW
    },
    Check {
        id: "action-format",
        title: "action that is not `service:Name`",
        why: "An action is the prefix of a service, a colon and a name. AWS refuses most texts of another form, and one that it takes matches no request.",
        help: "Write the prefix of the service, a colon and the name of the action, without spaces.",
        url: ACTION,
        aliases: &["INVALID_ACTION"],
        run: Run::Document(form::action_format),
        ..ROW
    },
    Check {
        id: "wildcard-in-service-prefix",
        title: "wildcard in the prefix of a service",
        severity: Severity::Medium,
        why: "Wildcards work in the name of an action. What comes before the colon is the name of one service, so a pattern there stands for none.",
        help: "Write the prefix of each service out; only a sole `*` stands for all of them.",
        url: ACTION,
        aliases: &["WILDCARD_IN_SERVICE_NAME"],
        run: Run::Document(form::wildcard_in_service_prefix),
        ..ROW
    },
    Check {
        id: "principal-group",
        title: "group in the place of a principal",
        kinds: &[Kind::Resource, Kind::Key, Kind::Trust],
        why: "A group is a way to attach policies to users and never calls AWS itself. A policy that names one is refused.",
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
        why: "When a user or role is deleted, AWS puts its id in the place of its ARN in every policy that named it. A new one of the same name has another id, so nobody is let in.",
        help: "Name the user or role by its ARN; a new one of the same name has another id.",
        url: PRINCIPAL,
        aliases: &["INVALID_ROLE_REFERENCE", "INVALID_USER_REFERENCE"],
        run: Run::Document(form::principal_unique_id),
        ..ROW
    },
    Check {
        id: "arn-incomplete",
        title: "ARN with fewer than six fields",
        kinds: WITHOUT_PRINCIPAL,
        why: "In a policy of an identity AWS fills the missing fields of an ARN with `*`. What looks like one thing is then everything of a service, in every region and account.",
        help: "Write all six fields; AWS completes what is missing with `*`.",
        url: ARNS,
        aliases: &["MISSING_ARN_FIELD"],
        run: Run::Document(form::arn_incomplete),
        ..ROW
    },
    Check {
        id: "principal-format",
        title: "principal of a form that AWS does not know",
        kinds: &[Kind::Resource, Kind::Key, Kind::Trust],
        why: "AWS looks up every principal when a policy is saved and refuses one that it cannot find or read. Of what it takes without a look, nobody is let in.",
        help: "Name an account, a user, a role, a service or an identity provider in the form that the page shows.",
        url: PRINCIPAL,
        aliases: &[
            "INVALID_PRINCIPAL_FORMAT",
            "INVALID_PRINCIPAL_KEY",
            "INVALID_SERVICE_PRINCIPAL_FORMAT",
            "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY",
        ],
        run: Run::Document(form::principal_format),
        ..ROW
    },
    Check {
        id: "principal-partial-wildcard",
        title: "wildcard inside of a principal",
        kinds: &[Kind::Resource, Kind::Key, Kind::Trust],
        why: "As a principal `*` is everybody. Inside of a name or an ARN it is no wildcard at all: AWS refuses it, or takes it as a part of a name that nobody has.",
        help: "Name the account as principal and narrow it with `ArnLike` on `aws:PrincipalArn`.",
        url: PRINCIPAL,
        aliases: &["UNSUPPORTED_WILDCARD_IN_PRINCIPAL"],
        run: Run::Document(form::principal_partial_wildcard),
        ..ROW
    },
    Check {
        id: "arn-format",
        title: "resource that is no ARN",
        kinds: NOT_TRUST,
        why: "A resource is compared field by field with the ARN of what a request is about. A text of another form is refused, or matches nothing: the grant is lost, or the denial protects nothing.",
        help: "Write `arn:partition:service:region:account:resource`, or `*`.",
        url: ARNS,
        aliases: &[
            "INVALID_ARN_PREFIX",
            "INVALID_PARTITION",
            "INVALID_ARN_SERVICE_CASE",
            "INVALID_ARN_REGION",
            "INVALID_ARN_ACCOUNT",
            "INVALID_ARN_RESOURCE",
            "ARN_REGION_NOT_ALLOWED",
        ],
        run: Run::Document(form::arn_format),
        ..ROW
    },
    Check {
        id: "variable-syntax",
        title: "policy variable that is written wrongly, or where none can be",
        why: "AWS puts values in the place of variables in resources and in conditions on texts and ARNs. Elsewhere, or with a slip in the name, the policy is refused or compared with the text as it is written.",
        help: "Write `${prefix:name}`, in a resource or the value of a string or ARN condition.",
        url: VARIABLES,
        aliases: &[
            "MISSING_BRACE_IN_VARIABLE",
            "MISSING_QUOTE_IN_VARIABLE",
            "UNSUPPORTED_SPACE_IN_VARIABLE",
            "EMPTY_VARIABLE",
            "VARIABLE_UNSUPPORTED_IN_ELEMENT",
            "INVALID_VARIABLE_FOR_OPERATOR",
        ],
        run: Run::Document(form::variable_syntax),
        ..ROW
    },
];
