//! What a policy says twice, or says in vain.

mod covers;
mod list;
#[cfg(test)]
mod reference;
mod statement;

use super::{ANY, Check, Run};
use crate::finding::Severity;

const ACTION: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html";
const RESOURCE: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html";
const EVALUATION: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html";

/// What the rows of this family have in common.
const ROW: Check = Check { severity: Severity::Note, kinds: ANY, ..Check::ROW };

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "redundant-action",
        title: "action that another one in the list takes in",
        why: "A list means all of its items together, so an item that another one takes in adds nothing. It hides how much the wider one means, and uses up the few thousand characters that a policy may have.",
        help: "Remove the narrower item; or, if only that was meant, the wider one.",
        url: ACTION,
        aliases: &["REDUNDANT_ACTION"],
        run: Run::Document(list::redundant_action),
        ..ROW
    },
    Check {
        id: "redundant-resource",
        title: "resource that another one in the list takes in",
        why: "A list means all of its items together, so an item that another one takes in adds nothing. Whoever reads the narrow one may think that the policy stops there.",
        help: "Remove the narrower item; or, if only that was meant, the wider one.",
        url: RESOURCE,
        aliases: &["REDUNDANT_RESOURCE"],
        run: Run::Document(list::redundant_resource),
        ..ROW
    },
    Check {
        id: "redundant-statement",
        title: "statement that another one takes in",
        why: "AWS adds up all statements of a policy. One that says no more than another can go, and while it stays a change to either of them has less effect than it seems to.",
        help: "Remove the narrower statement; or, if only that was meant, the wider one.",
        url: EVALUATION,
        aliases: &["REDUNDANT_STATEMENT"],
        run: Run::Document(statement::redundant_statement),
        ..ROW
    },
    Check {
        id: "shadowed-allow",
        title: "grant that the same policy takes back",
        severity: Severity::Medium,
        why: "A denial beats every grant, wherever either of them stands. What an unconditional denial takes in whole cannot be granted in the same policy, so somebody has access on paper only.",
        help: "Remove the grant, or narrow the denial.",
        url: EVALUATION,
        run: Run::Document(statement::shadowed_allow),
        ..ROW
    },
];
