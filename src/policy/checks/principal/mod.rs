//! Who is let in: everybody, accounts, roles and their sessions, services.

mod accounts;
mod deputy;
mod everybody;
mod perimeter;

use super::{Check, KEY, Kind, RESOURCE, Run, Supersedes, TRUST, WITH_PRINCIPAL, templates};
use crate::finding::{Confidence, Severity};

const PRINCIPAL: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html";
const NOT_PRINCIPAL: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html";
const DEPUTY: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html";
const PRINCIPAL_KEYS: &str = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties";

/// The general check of everybody, which gives way to those that know what is open.
const OVER_EVERYBODY: Supersedes = Supersedes::OnElement(&["principal-star-allow"]);
const WITH_OWNER: &[Kind] = &[Kind::Resource, Kind::Key];
const RCP: &[Kind] = &[Kind::ResourceControl];

/// What the rows about everybody have in common.
const OPEN: Check =
    Check { severity: Severity::Critical, supersedes: OVER_EVERYBODY, ..Check::ROW };

pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "principal-star-allow",
        title: "everybody is allowed",
        kinds: WITH_PRINCIPAL,
        why: "`*` as a principal is everybody in every AWS account, and for many services also callers without any account. Only a condition on who calls can narrow that, and one that also holds where its key is missing does not.",
        help: "Name the accounts or roles, or add a condition that names them, such as `aws:PrincipalOrgID`.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous",
        run: Run::Document(everybody::principal_star_allow),
        supersedes: Supersedes::Nothing,
        ..OPEN
    },
    Check {
        id: "sm-rp-principal-star",
        title: "everybody may use a secret",
        kinds: RESOURCE,
        why: "The policy of a secret is enough to let a stranger in: under a key of your own that allows it too, the value can be read from any AWS account. Only the console refuses such a policy by itself.",
        help: "Name the accounts or roles that need the secret. `BlockPublicPolicy` of PutResourcePolicy refuses such policies.",
        url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html",
        run: Run::Document(everybody::sm_rp_principal_star),
        ..OPEN
    },
    Check {
        id: "ecr-public",
        title: "everybody may use a container repository",
        kinds: RESOURCE,
        why: "A repository policy is enough to let principals of other accounts in. Whoever can pull an image has all that was built into it; whoever can push decides what you run.",
        help: "Name the accounts or roles that pull, or add `aws:PrincipalOrgID`.",
        url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
        run: Run::Document(everybody::ecr_public),
        ..OPEN
    },
    Check {
        id: "sqs-sns-public",
        title: "everybody may use a queue or a topic",
        kinds: RESOURCE,
        why: "Queues and topics also take callers without an AWS account when their policy lets in `*`. Strangers can then read messages, or send ones that your programs trust.",
        help: "Name the accounts, or the service with `aws:SourceArn` and `aws:SourceAccount`.",
        url: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
        run: Run::Document(everybody::sqs_sns_public),
        ..OPEN
    },
    Check {
        id: "lambda-permission-public",
        title: "everybody may call a function",
        kinds: RESOURCE,
        why: "The policy of a function is enough to let principals of any account call it, with input of their choice and with the rights of the function's role.",
        help: "Name the account or service, with `aws:SourceArn` or `aws:PrincipalOrgID`.",
        url: "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
        run: Run::Both(everybody::lambda_permission_public, templates::invoked_by_anybody),
        ..OPEN
    },
    Check {
        id: "trust-star",
        title: "everybody may assume a role",
        kinds: TRUST,
        supersedes: Supersedes::OnElement(&["principal-star-allow", "trust-star-string"]),
        why: "Any principal of any AWS account can assume this role and then has all its rights: its own account decides whether it may try, and yours does not stop it.",
        help: "Name the accounts, services or identity providers that may assume the role.",
        url: PRINCIPAL,
        run: Run::Document(everybody::trust_star),
        ..OPEN
    },
    Check {
        id: "trust-star-string",
        title: "`*` without a kind in a trust policy",
        kinds: TRUST,
        why: "Trust policies take principals under `AWS`, `Service` or `Federated` only. With the short form of everybody the policy cannot be saved.",
        help: "Name who may assume the role under `AWS`, `Service` or `Federated`.",
        url: PRINCIPAL,
        aliases: &["ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL"],
        run: Run::Document(everybody::trust_star_string),
        ..Check::ROW
    },
    Check {
        id: "notprincipal-allow",
        title: "everybody but a few is allowed",
        severity: Severity::Critical,
        kinds: WITH_PRINCIPAL,
        why: "An Allow with `NotPrincipal` lets in everybody who is not listed, callers without an AWS account among them. It grants far more than it leaves out.",
        help: "Name who is allowed in `Principal`; `NotPrincipal` allows everybody else, also without credentials.",
        url: NOT_PRINCIPAL,
        aliases: &["ALLOW_WITH_NOT_PRINCIPAL"],
        run: Run::Document(everybody::notprincipal_allow),
        ..Check::ROW
    },
    Check {
        id: "trust-notprincipal",
        title: "`NotPrincipal` in a trust policy",
        kinds: TRUST,
        why: "Trust policies do not take `NotPrincipal`, in an Allow or a Deny. The policy cannot be saved, and the role keeps the one it had.",
        help: "Name in `Principal` who may assume the role; to leave some out, deny them by `aws:PrincipalArn`.",
        url: NOT_PRINCIPAL,
        aliases: &["ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL"],
        run: Run::Document(everybody::trust_notprincipal),
        supersedes: Supersedes::OnElement(&["notprincipal-allow"]),
        ..Check::ROW
    },
    Check {
        id: "notprincipal-deny-incomplete",
        title: "exception from a Deny that does not hold",
        kinds: WITH_OWNER,
        why: "A request of a role is also one of its session, its account and its role. A Deny with `NotPrincipal` leaves it alone only if all of these are listed, so with one missing the exempt principal is locked out.",
        help: "Use `\"Principal\": \"*\"` with a condition such as `ArnNotEquals` on `aws:PrincipalArn`, or list role and account as well.",
        url: NOT_PRINCIPAL,
        run: Run::Document(accounts::notprincipal_deny_incomplete),
        ..Check::ROW
    },
    Check {
        id: "kms-principal-star",
        title: "everybody may use a KMS key",
        kinds: KEY,
        why: "The policy of a key decides alone who may use it: with `*` that is any AWS account. `kms:ViaService` says through which service, not who.",
        help: "Name the accounts or roles, or add `kms:CallerAccount` with the accounts that may use the key.",
        url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
        run: Run::Document(everybody::kms_principal_star),
        ..OPEN
    },
    Check {
        id: "principal-assumed-role-redundant",
        title: "session beside its own role",
        severity: Severity::Note,
        kinds: WITH_PRINCIPAL,
        why: "A role as a principal takes in all its sessions. Listing one of them beside it changes nothing and suggests a limit that is not there.",
        help: "Remove the session, or the role if only this session is meant.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-role-session",
        aliases: &["REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY"],
        run: Run::Document(accounts::assumed_role_redundant),
        supersedes: Supersedes::OnElement(&["session-principal"]),
        ..Check::ROW
    },
    Check {
        id: "session-principal",
        title: "one session of a role as principal",
        severity: Severity::Medium,
        kinds: WITH_PRINCIPAL,
        why: "The name of a session is chosen by whoever assumes the role, and a principal takes no wildcard for it. An Allow breaks when the name changes, and a Deny is avoided by changing it.",
        help: "Name the role; to tell its sessions apart, use a condition on `aws:userid` or `sts:RoleSessionName`.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-role-session",
        run: Run::Document(accounts::session_principal),
        ..Check::ROW
    },
    Check {
        id: "external-account",
        title: "another account is let in",
        severity: Severity::Note,
        kinds: WITH_OWNER,
        why: "Once a foreign account is let in, its administrators decide who there uses this. That may be what you want; it is listed so that somebody has said so.",
        help: "Check that you know the account, and name the roles of it that need this.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies-cross-account-resource-access.html",
        run: Run::Document(accounts::external_account),
        supersedes: Supersedes::OnElement(&["account-root-principal-broad"]),
        ..Check::ROW
    },
    Check {
        id: "account-root-principal-broad",
        title: "whole account as principal",
        severity: Severity::Low,
        confidence: Confidence::Medium,
        kinds: &[Kind::Resource, Kind::Trust],
        why: "An account as a principal, or its root, is not the root user alone: it is everybody in the account whose own policies allow the action. Who that is changes without this policy.",
        help: "Name the roles, or add a condition on `aws:PrincipalArn`.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts",
        run: Run::Document(accounts::account_root_broad),
        ..Check::ROW
    },
    // Whose account it is cannot be known from one document, and within an organisation nobody needs the condition.
    Check {
        id: "trust-no-external-id",
        title: "account trusted without an external id",
        severity: Severity::Medium,
        confidence: Confidence::Low,
        kinds: TRUST,
        why: "A provider that works in your account assumes this role for you. Without an id that it sends for you alone, another customer who knows the ARN of the role can make it work there for him.",
        help: "If the account belongs to a provider, add `sts:ExternalId` with the id that it gave you.",
        url: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html",
        run: Run::Document(accounts::no_external_id),
        ..Check::ROW
    },
    Check {
        id: "confused-deputy",
        title: "service let in whoever it acts for",
        kinds: RESOURCE,
        why: "A service principal is the same in every account. Without a condition on the source, anybody can set the service up in an account of his own and point it at this resource.",
        help: "Add `aws:SourceArn` or `aws:SourceAccount` with what the service should act for.",
        url: DEPUTY,
        aliases: &["RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL"],
        run: Run::Document(deputy::confused_deputy),
        ..Check::ROW
    },
    // A service takes a role only from a caller of the role's account who may pass it, so little depends on this.
    Check {
        id: "confused-deputy-trust",
        title: "role for a service, whoever it acts for",
        severity: Severity::Low,
        confidence: Confidence::Low,
        kinds: TRUST,
        why: "The pages of these services ask for a condition on the source in the trust policy. It is a second line: the first is that only principals of this account can pass the role to the service.",
        help: "Add `aws:SourceAccount` with your account, and `aws:SourceArn` where the service sends it.",
        url: DEPUTY,
        aliases: &["RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL"],
        run: Run::Document(deputy::confused_deputy_trust),
        ..Check::ROW
    },
    Check {
        id: "service-principal-referer",
        title: "source of a service told by a header",
        severity: Severity::Low,
        kinds: RESOURCE,
        why: "`aws:Referer` is taken from an HTTP header that any client can set. For services there are keys that AWS itself fills in.",
        help: "Use `aws:SourceAccount` or `aws:SourceArn`.",
        url: DEPUTY,
        aliases: &["RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL"],
        run: Run::Document(deputy::recommended_source_key),
        ..Check::ROW
    },
    Check {
        id: "service-principal-condition-key",
        title: "condition that no service meets",
        kinds: WITH_PRINCIPAL,
        why: "A request that a service makes in its own name carries no organisation and no tags of a principal. A condition that asks for one never holds, and the service is not let in.",
        help: "Put the service into a statement of its own, with `aws:SourceArn`, `aws:SourceAccount` or `aws:SourceOrgID`.",
        url: PRINCIPAL_KEYS,
        aliases: &["UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL"],
        run: Run::Document(deputy::key_without_service),
        ..Check::ROW
    },
    Check {
        id: "ecs-tasks-source-arn",
        title: "one cluster as the source of a task",
        kinds: TRUST,
        why: "ECS assumes the role of a task for the account, not for a cluster. A condition that names one never holds, and tasks fail to start.",
        help: "Write `arn:aws:ecs:<region>:<account>:*` under `ArnLike`.",
        url: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html",
        run: Run::Document(deputy::ecs_tasks_source_arn),
        ..Check::ROW
    },
    Check {
        id: "paired-source-account",
        title: "bucket as a source without its account",
        severity: Severity::Medium,
        kinds: RESOURCE,
        why: "The ARN of a bucket has no account in it, and the name of a deleted bucket is free for anybody. The source is certain only together with the account that owns it.",
        help: "Add `\"StringEquals\": {\"aws:SourceAccount\": \"…\"}` with the account of the bucket.",
        url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html",
        aliases: &["MISSING_PAIRED_CONDITION_KEYS"],
        run: Run::Document(deputy::paired_source_account),
        ..Check::ROW
    },
    Check {
        id: "rcp-blocks-services",
        title: "guard of identities that also stops AWS services",
        severity: Severity::Medium,
        kinds: RCP,
        why: "A resource control policy also meets requests that services make in their own name. They come from no organisation, account or role of yours, and a Deny for all others denies them.",
        help: "Add `\"BoolIfExists\": {\"aws:PrincipalIsAWSService\": \"false\"}`.",
        url: PRINCIPAL_KEYS,
        aliases: &["RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY"],
        run: Run::Document(perimeter::blocks_services),
        ..Check::ROW
    },
    Check {
        id: "rcp-blocks-principals",
        title: "guard of services that also stops users and roles",
        severity: Severity::Medium,
        kinds: RCP,
        why: "Only services send the keys of a source. In a request of a user or role they are missing, and a comparison that holds where the key is missing denies it.",
        help: "Add `\"Bool\": {\"aws:PrincipalIsAWSService\": \"true\"}`.",
        url: PRINCIPAL_KEYS,
        aliases: &["RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY"],
        run: Run::Document(perimeter::blocks_principals),
        ..Check::ROW
    },
    Check {
        id: "rcp-source-key-unchecked",
        title: "guard of services that stops those without the key",
        severity: Severity::Medium,
        kinds: RCP,
        why: "Not every service sends the account or ARN it acts for. A Deny for all but one source then stops these services altogether.",
        help: "Add `\"Null\": {\"aws:SourceAccount\": \"false\"}`, so that the guard is for requests that have the key.",
        url: PRINCIPAL_KEYS,
        aliases: &["RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK"],
        run: Run::Document(perimeter::no_null_check),
        ..Check::ROW
    },
];
