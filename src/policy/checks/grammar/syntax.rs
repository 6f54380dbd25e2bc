//! What the readers report: text that is no policy, or no template, at all.

use super::{ANY, Check, Confidence, GRAMMAR, Run, Severity};

/// Reported by the reader: there is no document to run on.
pub(in crate::policy) const JSON_SYNTAX: Check = Check {
    id: "json-syntax",
    title: "policy is not JSON",
    severity: Severity::High,
    confidence: Confidence::VeryHigh,
    kinds: ANY,
    why: "A policy is JSON in the strict sense, and AWS reads nothing of a document that is not. Editors and linters let comments and trailing commas pass, so the slip shows only when the policy is saved.",
    help: "Correct the text at the place shown; JSON has no comments and no comma before a closing bracket.",
    url: GRAMMAR,
    aliases: &["JSON_SYNTAX_ERROR"],
    run: Run::Syntax,
    ..Check::ROW
};

/// Reported by the reader: a file like this does not parse.
pub(in crate::policy) const HCL_VARIABLE: Check = Check {
    id: "hcl-variable-unescaped",
    title: "variable of IAM that Terraform takes for its own",
    severity: Severity::High,
    confidence: Confidence::VeryHigh,
    kinds: ANY,
    why: "In a string of Terraform `${` begins an expression of its own, and `aws:username` is none. Not only this policy fails: Terraform refuses the file, and makes no plan at all.",
    help: "Write `$${aws:username}`, which gives `${aws:username}`; in a data source `aws_iam_policy_document` write `&{aws:username}`.",
    url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html",
    run: Run::Syntax,
    ..Check::ROW
};
