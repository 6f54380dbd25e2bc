//! Trust policies: identity providers, and the actions that fit their principals.

mod actions;
mod federation;
mod issuers;

use super::{Check, Run, TRUST};
use crate::finding::{Confidence, Severity};

const OIDC: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html";
const SAML: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_saml.html";

/// What the rows of this family have in common.
const ROW: Check = Check { kinds: TRUST, ..Check::ROW };

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "oidc-no-sub",
        title: "role for every user of an identity provider",
        why: "A provider such as GitHub signs tokens for all its customers, and IAM checks only that it did. Unless a condition names the subject, a stranger's workflow gets this role.",
        help: "Add a condition on the `sub` of the token that names your organisation, project or application.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html",
        aliases: &["MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", "MISSING_GITHUB_REPO_CONDITION_KEY"],
        run: Run::Document(federation::no_subject),
        ..ROW
    },
    Check {
        id: "oidc-sub-broad",
        title: "role for more subjects of an identity provider than are yours",
        why: "`*` in the subject stands for any characters, slashes and colons among them. Where it stands for the owner, anybody can make a subject that matches; where it stands for a repository or branch, everybody who may create one.",
        help: "Write owner, repository and branch or environment out.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html#idp_oidc_Create_GitHub",
        aliases: &["SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED"],
        run: Run::Document(federation::broad_subject),
        ..ROW
    },
    Check {
        id: "oidc-aud-set-operator",
        title: "set operator on the audience of a token",
        severity: Severity::Low,
        why: "IAM compares one audience per token. `ForAllValues` also holds when there is none, and `ForAnyValue` says nothing more than the plain operator.",
        help: "Remove `ForAllValues:` or `ForAnyValue:`.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html",
        aliases: &["CONFIRM_AUDIENCE_CLAIM_TYPE", "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE"],
        run: Run::Document(federation::audience_set_operator),
        ..ROW
    },
    Check {
        id: "saml-missing-aud",
        title: "SAML role without a condition on the audience",
        severity: Severity::Medium,
        why: "`SAML:aud` says for which application the provider issued the assertion. Without it, one that was issued for another use, where it may be easier to get, is taken as well.",
        help: "Add `\"StringEquals\": {\"SAML:aud\": \"https://signin.aws.amazon.com/saml\"}`.",
        url: SAML,
        run: Run::Document(federation::saml_audience),
        ..ROW
    },
    Check {
        id: "trust-action-principal-mismatch",
        title: "action that its principal cannot use",
        why: "Who comes with a token calls AssumeRoleWithWebIdentity, who comes with a SAML assertion AssumeRoleWithSAML, and accounts, roles and services call AssumeRole. Any other pair never occurs in a request.",
        help: "Use the action that belongs to the principal, or split the statement.",
        url: OIDC,
        aliases: &["MISMATCHED_ACTION_FOR_PRINCIPAL"],
        run: Run::Document(actions::mismatch),
        ..ROW
    },
    Check {
        id: "trust-missing-action-for-key",
        title: "condition on what the role's caller may not set",
        severity: Severity::Medium,
        why: "Session tags and source identities are set by actions of their own. Where these are not allowed, a request that sets them is refused, and one that does not has no such key.",
        help: "Add `sts:TagSession` or `sts:SetSourceIdentity` to the actions.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html",
        aliases: &["MISSING_ACTION_FOR_CONDITION_KEY"],
        run: Run::Document(actions::missing_for_key),
        ..ROW
    },
    Check {
        id: "rolesanywhere-triple",
        title: "IAM Roles Anywhere without all its actions",
        why: "Roles Anywhere tags each session and sets its source identity from the certificate. It needs three actions, and without one of them every request fails.",
        help: "Allow `sts:AssumeRole`, `sts:TagSession` and `sts:SetSourceIdentity`.",
        url: "https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html",
        aliases: &["MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY"],
        run: Run::Document(actions::roles_anywhere),
        ..ROW
    },
    // Access Analyzer calls this an error; the page on principals lists both among what resource policies take.
    Check {
        id: "federated-principal-unsupported",
        title: "identity provider as the principal of a resource",
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        kinds: super::RESOURCE,
        why: "An identity provider signs for users who then assume a role. To a resource they come as that role, so a policy that names the provider lets nobody in.",
        help: "Name the role that the users of the provider assume.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
        aliases: &["FEDERATED_PRINCIPAL_NOT_SUPPORTED"],
        run: Run::Document(federation::unsupported),
        ..Check::ROW
    },
];
