//! AWS Systems Manager Parameter Store: ARNs that never match, paths that are not covered, and guards with holes.

mod access;
mod guards;
mod names;

use super::{Check, IDENTITY, Kind, Run, Supersedes};
use crate::finding::{Confidence, Severity};

const ACCESS: &str =
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html";
const ACTIONS: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html";
const KEYS: &str =
    "https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html";

/// Organisations' policies of resources do not know Parameter Store.
const WITH_PARAMETERS: &[Kind] = &[Kind::Identity, Kind::ServiceControl, Kind::Endpoint];

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "ssm-arn-double-slash",
        title: "ARN of a parameter with two slashes",
        severity: Severity::High,
        confidence: Confidence::VeryHigh,
        kinds: WITH_PARAMETERS,
        why: "The ARN of the parameter `/prod/db` is `parameter/prod/db`: the slash that begins its name is the one after `parameter`. No ARN has two, and they come about where a name with its slash is put after `parameter/`.",
        help: "Write one slash after `parameter`.",
        url: ACCESS,
        run: Run::Document(names::double_slash),
        ..Check::ROW
    },
    Check {
        id: "ssm-arn-missing-parameter",
        title: "ARN of a parameter without `parameter`",
        severity: Severity::High,
        confidence: Confidence::VeryHigh,
        kinds: WITH_PARAMETERS,
        why: "After the account, an ARN of Systems Manager names the type of resource: `parameter/` for parameters. Without it, or with another word, no parameter matches.",
        help: "Write `parameter/` and the name, without a second slash.",
        url: ACCESS,
        run: Run::Document(names::missing_parameter),
        supersedes: Supersedes::OnElement(&["arn-format"]),
        ..Check::ROW
    },
    Check {
        id: "ssm-path-not-covered",
        title: "path of parameters that is not covered itself",
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        kinds: IDENTITY,
        why: "`GetParametersByPath` is authorised once, on the path that is asked for, and not on what it returns. A grant on `parameter/app/*` takes in the paths below `/app`, and refuses `/app`.",
        help: "Add the ARN of the path, without `/*`.",
        url: ACCESS,
        run: Run::Document(access::path_not_covered),
        ..Check::ROW
    },
    Check {
        id: "ssm-bypath-deny-hole",
        title: "denied parameters that can be read by their path",
        severity: Severity::High,
        kinds: IDENTITY,
        why: "Whoever may call `GetParametersByPath` on a path gets all that lies below it, recursively, also parameters that other statements deny: only the path of the request is looked at.",
        help: "Deny `ssm:GetParametersByPath` on every path above the parameters, or allow it on narrower paths.",
        url: ACCESS,
        run: Run::Document(guards::by_path),
        ..Check::ROW
    },
    Check {
        id: "ssm-history-hole",
        title: "guard that leaves another way to the same parameters",
        severity: Severity::High,
        kinds: &[Kind::Identity, Kind::ServiceControl],
        why: "Each way to read a parameter is authorised on its own, and its history holds the current value as well. The same goes for deleting one parameter and several.",
        help: "Deny all of them: `ssm:GetParameter*`, or `ssm:DeleteParameter*`.",
        url: ACCESS,
        run: Run::Document(guards::siblings),
        ..Check::ROW
    },
    Check {
        id: "ssm-describe-needs-star",
        title: "`ssm:DescribeParameters` on parameters that it does not take",
        severity: Severity::Medium,
        confidence: Confidence::VeryHigh,
        kinds: &[Kind::Identity, Kind::ServiceControl],
        why: "The list of parameters is one for the account and region: a request for it names none of them. A statement on ARNs of parameters never matches it.",
        help: "Put the action into a statement of its own with `\"Resource\": \"*\"`.",
        url: ACTIONS,
        run: Run::Document(access::describe_needs_star),
        supersedes: Supersedes::OnElement(&["action-needs-star-resource"]),
        ..Check::ROW
    },
    Check {
        id: "ssm-securestring-kms",
        title: "parameters can be read, the keys they may be under cannot",
        severity: Severity::Note,
        confidence: Confidence::Medium,
        kinds: IDENTITY,
        why: "The values of secure strings are decrypted in the name of whoever reads them. The key that AWS manages lets everybody of the account do that; a key of your own asks for `kms:Decrypt`.",
        help: "If a parameter is encrypted with a key of your own, allow `kms:Decrypt` on that key.",
        url: KEYS,
        run: Run::Document(access::securestring_kms),
        ..Check::ROW
    },
    Check {
        id: "ssm-putparameter-overwrite",
        title: "every parameter can be overwritten",
        severity: Severity::Low,
        kinds: IDENTITY,
        why: "The same action makes parameters and changes those that are there. On everything, it changes the configuration of whatever reads parameters.",
        help: "Name the parameters, or forbid changes with `\"Bool\": {\"ssm:Overwrite\": \"false\"}`.",
        url: ACCESS,
        run: Run::Document(access::overwrite),
        ..Check::ROW
    },
];

#[cfg(test)]
mod tests;
