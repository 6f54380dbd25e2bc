//! Ways by which somebody gets more rights than a policy names: which actions together give the rights of others.
//!
//! The combinations are facts of the APIs; each has its page, by its id, on <https://pathfinding.cloud/paths/>. Left out
//! are those that another one is a part of, and `sts:AssumeRole`, which depends on the roles' own policies.

use super::effective::Need;

/// A way to the rights of others.
pub(super) struct Path {
    /// As on pathfinding.cloud.
    pub(super) id: &'static str,
    pub(super) way: Way,
    /// The actions it takes, `iam:PassRole` aside.
    pub(super) needs: &'static [Need],
}

/// How a path leads to rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Rights are given, or credentials of others are made.
    Direct,
    /// A role of choice is passed to a service, which then does as told.
    Passing(&'static str),
    /// What runs already is told to do something else, with the role that it has.
    Existing,
}

const fn path(id: &'static str, way: Way, needs: &'static [Need]) -> Path {
    Path { id, way, needs }
}

const fn need(service: &'static str, name: &'static str, kind: &'static str) -> Need {
    Need { service, name, kind }
}

/// What every path that passes a role takes as well.
pub(super) const PASS_ROLE: Need = need("iam", "PassRole", "role");

/// The paths, the most direct ones first.
pub(super) const PATHS: &[Path] = &[
    path("iam-001", Way::Direct, &[need("iam", "CreatePolicyVersion", "policy")]),
    path("iam-002", Way::Direct, &[need("iam", "CreateAccessKey", "user")]),
    path("iam-004", Way::Direct, &[need("iam", "CreateLoginProfile", "user")]),
    path("iam-005", Way::Direct, &[need("iam", "PutRolePolicy", "role")]),
    path("iam-006", Way::Direct, &[need("iam", "UpdateLoginProfile", "user")]),
    path("iam-007", Way::Direct, &[need("iam", "PutUserPolicy", "user")]),
    path("iam-008", Way::Direct, &[need("iam", "AttachUserPolicy", "user")]),
    path("iam-009", Way::Direct, &[need("iam", "AttachRolePolicy", "role")]),
    path("iam-010", Way::Direct, &[need("iam", "AttachGroupPolicy", "group")]),
    path("iam-011", Way::Direct, &[need("iam", "PutGroupPolicy", "group")]),
    path("iam-012", Way::Direct, &[need("iam", "UpdateAssumeRolePolicy", "role")]),
    path("iam-013", Way::Direct, &[need("iam", "AddUserToGroup", "group")]),
    path(
        "apprunner-001",
        Way::Passing("tasks.apprunner.amazonaws.com"),
        &[need("apprunner", "CreateService", "service")],
    ),
    path(
        "bedrock-001",
        Way::Passing("bedrock-agentcore.amazonaws.com"),
        &[
            need("bedrock-agentcore", "CreateCodeInterpreter", ""),
            need("bedrock-agentcore", "StartCodeInterpreterSession", ""),
            need("bedrock-agentcore", "InvokeCodeInterpreter", ""),
        ],
    ),
    path(
        "cloudformation-001",
        Way::Passing("cloudformation.amazonaws.com"),
        &[need("cloudformation", "CreateStack", "stack")],
    ),
    path(
        "cloudformation-003",
        Way::Passing("cloudformation.amazonaws.com"),
        &[
            need("cloudformation", "CreateStackSet", "stackset"),
            need("cloudformation", "CreateStackInstances", "stackset"),
        ],
    ),
    path(
        "cloudformation-004",
        Way::Passing("cloudformation.amazonaws.com"),
        &[need("cloudformation", "UpdateStackSet", "stackset")],
    ),
    path(
        "codebuild-001",
        Way::Passing("codebuild.amazonaws.com"),
        &[
            need("codebuild", "CreateProject", "project"),
            need("codebuild", "StartBuild", "project"),
        ],
    ),
    path(
        "codebuild-004",
        Way::Passing("codebuild.amazonaws.com"),
        &[
            need("codebuild", "CreateProject", "project"),
            need("codebuild", "StartBuildBatch", "project"),
        ],
    ),
    path(
        "datapipeline-001",
        Way::Passing("datapipeline.amazonaws.com"),
        &[
            need("datapipeline", "CreatePipeline", "pipeline"),
            need("datapipeline", "PutPipelineDefinition", "pipeline"),
            need("datapipeline", "ActivatePipeline", "pipeline"),
        ],
    ),
    path("ec2-001", Way::Passing("ec2.amazonaws.com"), &[need("ec2", "RunInstances", "")]),
    path("ec2-003", Way::Passing("ec2.amazonaws.com"), &[need("ec2", "RequestSpotInstances", "")]),
    path(
        "ecs-003",
        Way::Passing("ecs-tasks.amazonaws.com"),
        &[
            need("ecs", "RegisterTaskDefinition", "task-definition"),
            need("ecs", "CreateService", "service"),
        ],
    ),
    path(
        "ecs-004",
        Way::Passing("ecs-tasks.amazonaws.com"),
        &[
            need("ecs", "RegisterTaskDefinition", "task-definition"),
            need("ecs", "RunTask", "task-definition"),
        ],
    ),
    path(
        "ecs-005",
        Way::Passing("ecs-tasks.amazonaws.com"),
        &[
            need("ecs", "RegisterTaskDefinition", "task-definition"),
            need("ecs", "StartTask", "task-definition"),
        ],
    ),
    path(
        "glue-001",
        Way::Passing("glue.amazonaws.com"),
        &[need("glue", "CreateDevEndpoint", "devEndpoint")],
    ),
    path(
        "glue-003",
        Way::Passing("glue.amazonaws.com"),
        &[need("glue", "CreateJob", "job"), need("glue", "StartJobRun", "job")],
    ),
    path(
        "glue-004",
        Way::Passing("glue.amazonaws.com"),
        &[need("glue", "CreateJob", "job"), need("glue", "CreateTrigger", "trigger")],
    ),
    path(
        "glue-005",
        Way::Passing("glue.amazonaws.com"),
        &[need("glue", "UpdateJob", "job"), need("glue", "StartJobRun", "job")],
    ),
    path(
        "glue-006",
        Way::Passing("glue.amazonaws.com"),
        &[need("glue", "UpdateJob", "job"), need("glue", "CreateTrigger", "trigger")],
    ),
    path(
        "lambda-001",
        Way::Passing("lambda.amazonaws.com"),
        &[
            need("lambda", "CreateFunction", "function"),
            need("lambda", "InvokeFunction", "function"),
        ],
    ),
    path(
        "lambda-002",
        Way::Passing("lambda.amazonaws.com"),
        &[
            need("lambda", "CreateFunction", "function"),
            need("lambda", "CreateEventSourceMapping", ""),
        ],
    ),
    path(
        "lambda-006",
        Way::Passing("lambda.amazonaws.com"),
        &[
            need("lambda", "CreateFunction", "function"),
            need("lambda", "AddPermission", "function"),
        ],
    ),
    path(
        "sagemaker-001",
        Way::Passing("sagemaker.amazonaws.com"),
        &[need("sagemaker", "CreateNotebookInstance", "notebook-instance")],
    ),
    path(
        "sagemaker-002",
        Way::Passing("sagemaker.amazonaws.com"),
        &[need("sagemaker", "CreateTrainingJob", "training-job")],
    ),
    path(
        "sagemaker-003",
        Way::Passing("sagemaker.amazonaws.com"),
        &[need("sagemaker", "CreateProcessingJob", "processing-job")],
    ),
    path("apprunner-002", Way::Existing, &[need("apprunner", "UpdateService", "service")]),
    path(
        "bedrock-002",
        Way::Existing,
        &[
            need("bedrock-agentcore", "StartCodeInterpreterSession", ""),
            need("bedrock-agentcore", "InvokeCodeInterpreter", ""),
        ],
    ),
    path("cloudformation-002", Way::Existing, &[need("cloudformation", "UpdateStack", "stack")]),
    path(
        "cloudformation-005",
        Way::Existing,
        &[
            need("cloudformation", "CreateChangeSet", "stack"),
            need("cloudformation", "ExecuteChangeSet", "stack"),
        ],
    ),
    path("codebuild-002", Way::Existing, &[need("codebuild", "StartBuild", "project")]),
    path("codebuild-003", Way::Existing, &[need("codebuild", "StartBuildBatch", "project")]),
    path(
        "ec2-002",
        Way::Existing,
        &[
            need("ec2", "ModifyInstanceAttribute", "instance"),
            need("ec2", "StopInstances", "instance"),
            need("ec2", "StartInstances", "instance"),
        ],
    ),
    path(
        "ec2-004",
        Way::Existing,
        &[
            need("ec2", "CreateLaunchTemplateVersion", "launch-template"),
            need("ec2", "ModifyLaunchTemplate", "launch-template"),
        ],
    ),
    path(
        "ec2instanceconnect-003",
        Way::Existing,
        &[need("ec2-instance-connect", "SendSSHPublicKey", "")],
    ),
    path("glue-002", Way::Existing, &[need("glue", "UpdateDevEndpoint", "devEndpoint")]),
    path("lambda-003", Way::Existing, &[need("lambda", "UpdateFunctionCode", "function")]),
    path(
        "sagemaker-004",
        Way::Existing,
        &[need("sagemaker", "CreatePresignedNotebookInstanceUrl", "notebook-instance")],
    ),
    path(
        "sagemaker-005",
        Way::Existing,
        &[
            need(
                "sagemaker",
                "CreateNotebookInstanceLifecycleConfig",
                "notebook-instance-lifecycle-config",
            ),
            need("sagemaker", "StopNotebookInstance", "notebook-instance"),
            need("sagemaker", "UpdateNotebookInstance", "notebook-instance"),
            need("sagemaker", "StartNotebookInstance", "notebook-instance"),
        ],
    ),
    path("ssm-001", Way::Existing, &[need("ssm", "StartSession", "")]),
    path("ssm-002", Way::Existing, &[need("ssm", "SendCommand", "")]),
];
