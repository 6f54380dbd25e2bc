//! What uses secrets, parameters and keys: functions, containers, endpoints.

mod containers;
mod endpoint;
mod function;
mod parameter;

pub(in crate::policy::checks) use function::invoked_by_anybody;

use super::ROW;
use crate::finding::{Confidence, Severity};
use crate::policy::checks::{Check, Run};

const DYNAMIC: &str =
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html";

pub(in crate::policy::checks) const CHECKS: &[Check] = &[
    Check {
        id: "lambda-env-secret",
        title: "secret in an environment variable of a function",
        severity: Severity::High,
        confidence: Confidence::Medium,
        why: "Whoever may look at the configuration of the function reads its environment variables, a dynamic reference included: it is replaced by the value before Lambda gets it.",
        help: "Pass the ARN of the secret, and let the function read it when it starts.",
        url: "https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html",
        run: Run::Template(function::env_secret),
        ..ROW
    },
    Check {
        id: "ecs-exec-role-missing-secret-perm",
        title: "task that cannot get its secrets",
        severity: Severity::High,
        why: "ECS fetches what stands under `secrets` before the container starts, with the execution role. The task role is for the program in the container and does not count; without the permission the task does not start.",
        help: "Allow the execution role `secretsmanager:GetSecretValue` on the secrets and `ssm:GetParameters` on the parameters.",
        url: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html",
        run: Run::Template(containers::execution_role),
        ..ROW
    },
    Check {
        id: "ssm-plain-secret",
        title: "secret in a parameter that is not encrypted",
        severity: Severity::High,
        confidence: Confidence::Medium,
        why: "A parameter of type `String` is kept in clear text and shown to whoever may read parameters. CloudFormation cannot create the encrypted type, `SecureString`, at all.",
        help: "Keep the value in Secrets Manager, or create a `SecureString` outside of the template.",
        url: "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html",
        run: Run::Template(parameter::plain_secret),
        ..ROW
    },
    Check {
        id: "vpc-endpoint-policy-star",
        title: "endpoint through which every secret or key can be reached",
        severity: Severity::Low,
        why: "An endpoint without a policy of its own lets everything through: any principal, on the resources of any account. A program in the VPC can carry what it reads into a secret of somebody else.",
        help: "Write a policy that names your own account or organisation, for instance with `aws:PrincipalOrgID` and `aws:ResourceOrgID`.",
        url: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html",
        run: Run::Template(endpoint::policy_star),
        ..ROW
    },
    Check {
        id: "ssm-secure-dynamic-ref-unsupported",
        title: "encrypted parameter where CloudFormation does not resolve it",
        severity: Severity::High,
        why: "CloudFormation resolves `ssm-secure` only in a few properties, passwords for the most part. Everywhere else it refuses the template.",
        help: "Keep the value in Secrets Manager and refer to it with `{{resolve:secretsmanager:…}}`.",
        url: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm-secure-strings.html",
        run: Run::Template(parameter::secure_reference),
        ..ROW
    },
    Check {
        id: "secretsmanager-dynamic-ref-syntax",
        title: "dynamic reference that CloudFormation cannot resolve",
        severity: Severity::High,
        why: "After the secret come, each after a colon, `SecretString`, a key of its JSON, and either a stage or a version. Anything else is refused when the stack is deployed, or left in the text as it is.",
        help: "Write `{{resolve:secretsmanager:secret:SecretString:key}}`.",
        url: DYNAMIC,
        run: Run::Template(parameter::reference_syntax),
        ..ROW
    },
];
