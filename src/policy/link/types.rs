//! The types of resource that keylint knows by name, and what a reference to one of them gives.

use crate::policy::text::{self, hole};
use crate::policy::tree::Node;

/// A type of resource, whatever the template calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::policy) enum Type {
    Secret,
    SecretVersion,
    SecretPolicy,
    Rotation,
    TargetAttachment,
    Key,
    ReplicaKey,
    Alias,
    Parameter,
    Role,
    User,
    Group,
    ManagedPolicy,
    InlinePolicy,
    PolicyAttachment,
    Bucket,
    Queue,
    Topic,
    Function,
    FunctionPermission,
    Table,
    TaskDefinition,
    StateMachine,
    VpcEndpoint,
}

/// What the plain reference to a resource (`Ref`, `.id`) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reference {
    Arn,
    Name,
    Other,
}

struct Row {
    kind: Type,
    cloudformation: &'static [&'static str],
    terraform: &'static [&'static str],
    /// The property that holds its name, in CloudFormation and in Terraform.
    name: (&'static str, &'static str),
    /// `{p}`, `{r}` and `{a}` are partition, region and account, `{n}` the name. Empty where no reference gives one.
    arn: &'static str,
    reference: Reference,
}

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>,
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>
const ROWS: &[Row] = &[
    Row {
        kind: Type::Secret,
        cloudformation: &["AWS::SecretsManager::Secret"],
        terraform: &["aws_secretsmanager_secret"],
        name: ("Name", "name"),
        arn: "arn:{p}:secretsmanager:{r}:{a}:secret:{n}-{s}",
        reference: Reference::Arn,
    },
    Row {
        kind: Type::SecretVersion,
        cloudformation: &[],
        terraform: &["aws_secretsmanager_secret_version"],
        ..Row::OTHER
    },
    Row {
        kind: Type::SecretPolicy,
        cloudformation: &["AWS::SecretsManager::ResourcePolicy"],
        terraform: &["aws_secretsmanager_secret_policy"],
        ..Row::OTHER
    },
    Row {
        kind: Type::Rotation,
        cloudformation: &["AWS::SecretsManager::RotationSchedule"],
        terraform: &["aws_secretsmanager_secret_rotation"],
        ..Row::OTHER
    },
    Row {
        kind: Type::TargetAttachment,
        cloudformation: &["AWS::SecretsManager::SecretTargetAttachment"],
        terraform: &[],
        ..Row::OTHER
    },
    Row {
        kind: Type::Key,
        cloudformation: &["AWS::KMS::Key"],
        terraform: &["aws_kms_key", "aws_kms_external_key"],
        arn: "arn:{p}:kms:{r}:{a}:key/{n}",
        ..Row::OTHER
    },
    Row {
        kind: Type::ReplicaKey,
        cloudformation: &["AWS::KMS::ReplicaKey"],
        terraform: &["aws_kms_replica_key"],
        arn: "arn:{p}:kms:{r}:{a}:key/{n}",
        ..Row::OTHER
    },
    Row {
        kind: Type::Alias,
        cloudformation: &["AWS::KMS::Alias"],
        terraform: &["aws_kms_alias"],
        name: ("AliasName", "name"),
        arn: "arn:{p}:kms:{r}:{a}:{n}",
        reference: Reference::Name,
    },
    Row {
        kind: Type::Parameter,
        cloudformation: &["AWS::SSM::Parameter"],
        terraform: &["aws_ssm_parameter"],
        name: ("Name", "name"),
        arn: "arn:{p}:ssm:{r}:{a}:parameter{/n}",
        reference: Reference::Name,
    },
    Row {
        kind: Type::Role,
        cloudformation: &["AWS::IAM::Role"],
        terraform: &["aws_iam_role"],
        name: ("RoleName", "name"),
        arn: "arn:{p}:iam::{a}:role{path}{n}",
        reference: Reference::Name,
    },
    Row {
        kind: Type::User,
        cloudformation: &["AWS::IAM::User"],
        terraform: &["aws_iam_user"],
        name: ("UserName", "name"),
        arn: "arn:{p}:iam::{a}:user{path}{n}",
        reference: Reference::Name,
    },
    Row {
        kind: Type::Group,
        cloudformation: &["AWS::IAM::Group"],
        terraform: &["aws_iam_group"],
        name: ("GroupName", "name"),
        arn: "arn:{p}:iam::{a}:group/{n}",
        reference: Reference::Name,
    },
    Row {
        kind: Type::ManagedPolicy,
        cloudformation: &["AWS::IAM::ManagedPolicy"],
        terraform: &["aws_iam_policy"],
        name: ("ManagedPolicyName", "name"),
        arn: "arn:{p}:iam::{a}:policy{path}{n}",
        reference: Reference::Arn,
    },
    Row {
        kind: Type::InlinePolicy,
        cloudformation: &[
            "AWS::IAM::Policy",
            "AWS::IAM::RolePolicy",
            "AWS::IAM::UserPolicy",
            "AWS::IAM::GroupPolicy",
        ],
        terraform: &["aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"],
        ..Row::OTHER
    },
    Row {
        kind: Type::PolicyAttachment,
        cloudformation: &[],
        terraform: &[
            "aws_iam_role_policy_attachment",
            "aws_iam_user_policy_attachment",
            "aws_iam_group_policy_attachment",
            "aws_iam_policy_attachment",
        ],
        ..Row::OTHER
    },
    Row {
        kind: Type::Bucket,
        cloudformation: &["AWS::S3::Bucket"],
        terraform: &["aws_s3_bucket"],
        name: ("BucketName", "bucket"),
        arn: "arn:{p}:s3:::{n}",
        reference: Reference::Name,
    },
    Row {
        kind: Type::Queue,
        cloudformation: &["AWS::SQS::Queue"],
        terraform: &["aws_sqs_queue"],
        name: ("QueueName", "name"),
        arn: "arn:{p}:sqs:{r}:{a}:{n}",
        reference: Reference::Other,
    },
    Row {
        kind: Type::Topic,
        cloudformation: &["AWS::SNS::Topic"],
        terraform: &["aws_sns_topic"],
        name: ("TopicName", "name"),
        arn: "arn:{p}:sns:{r}:{a}:{n}",
        reference: Reference::Arn,
    },
    Row {
        kind: Type::Function,
        cloudformation: &["AWS::Lambda::Function", "AWS::Serverless::Function"],
        terraform: &["aws_lambda_function"],
        name: ("FunctionName", "function_name"),
        arn: "arn:{p}:lambda:{r}:{a}:function:{n}",
        reference: Reference::Name,
    },
    Row {
        kind: Type::FunctionPermission,
        cloudformation: &["AWS::Lambda::Permission"],
        terraform: &["aws_lambda_permission"],
        ..Row::OTHER
    },
    Row {
        kind: Type::Table,
        cloudformation: &["AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable"],
        terraform: &["aws_dynamodb_table"],
        name: ("TableName", "name"),
        arn: "arn:{p}:dynamodb:{r}:{a}:table/{n}",
        reference: Reference::Name,
    },
    Row {
        kind: Type::TaskDefinition,
        cloudformation: &["AWS::ECS::TaskDefinition"],
        terraform: &["aws_ecs_task_definition"],
        ..Row::OTHER
    },
    Row {
        kind: Type::StateMachine,
        cloudformation: &["AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"],
        terraform: &["aws_sfn_state_machine"],
        name: ("StateMachineName", "name"),
        arn: "arn:{p}:states:{r}:{a}:stateMachine:{n}",
        reference: Reference::Arn,
    },
    Row {
        kind: Type::VpcEndpoint,
        cloudformation: &["AWS::EC2::VPCEndpoint"],
        terraform: &["aws_vpc_endpoint"],
        ..Row::OTHER
    },
];

impl Row {
    const OTHER: Self = Self {
        kind: Type::Secret,
        cloudformation: &[],
        terraform: &[],
        name: ("", ""),
        arn: "",
        reference: Reference::Other,
    };

    fn of(written: &str) -> Option<&'static Self> {
        ROWS.iter()
            .find(|row| row.cloudformation.contains(&written) || row.terraform.contains(&written))
    }
}

impl Type {
    /// The type that a template calls so.
    pub(in crate::policy) fn of(written: &str) -> Option<Self> {
        Row::of(written).map(|row| row.kind)
    }
}

/// The hole that stands for the six random characters of a secret's ARN.
pub(in crate::policy) const SUFFIX: &str = "random suffix";

/// What is used in the place of partition, region and account: CloudFormation's names for them.
const PLACES: [(&str, &str); 3] =
    [("{p}", "AWS::Partition"), ("{r}", "AWS::Region"), ("{a}", "AWS::AccountId")];

/// A resource as a template declares it: what is needed to say what a reference to it gives.
pub(super) struct Declared<'a> {
    /// As written: `AWS::KMS::Key`, `aws_kms_key`.
    pub(super) kind: &'a str,
    /// What the template calls it.
    pub(super) name: &'a str,
    /// The value of a property, with functions applied.
    pub(super) property: &'a dyn Fn(&str) -> Option<Node>,
}

impl Declared<'_> {
    /// What an attribute of it is, as far as it is known; `None` for its plain reference.
    pub(super) fn attribute(&self, attribute: Option<&str>) -> Option<String> {
        let row = Row::of(self.kind)?;
        let names_arn = match attribute {
            None | Some("id" | "Id") => row.reference == Reference::Arn,
            Some("Arn" | "arn" | "TopicArn" | "secret_arn" | "AliasArn") => true,
            Some(_) => false,
        };
        if names_arn {
            return self.arn();
        }
        let names_itself = match attribute {
            None | Some("id") => row.reference == Reference::Name,
            Some(other) => other == self.name_key(row),
        };
        if names_itself { self.own_name() } else { None }
    }

    fn name_key(&self, row: &Row) -> &'static str {
        if self.kind.contains("::") { row.name.0 } else { row.name.1 }
    }

    /// Its name; a hole where nobody gave it one. Nothing for what has no name of its own.
    pub(super) fn own_name(&self) -> Option<String> {
        let key = self.name_key(Row::of(self.kind)?);
        let given = || (self.property)(key)?.scalar().map(ToOwned::to_owned);
        (!key.is_empty()).then(|| given().unwrap_or_else(|| hole(self.name)))
    }

    /// Its ARN, with holes for what is known when it is deployed.
    pub(super) fn arn(&self) -> Option<String> {
        let pattern = Row::of(self.kind)?.arn;
        if pattern.is_empty() {
            return None;
        }
        let name = self.own_name().unwrap_or_else(|| hole(self.name));
        // The name of a parameter starts with a slash where it has one, and gets one where it has none.
        let rooted = if name.starts_with('/') || text::leading_hole(&name).is_some() {
            name.clone()
        } else {
            format!("/{name}")
        };
        let places = PLACES
            .iter()
            .fold(pattern.to_owned(), |arn, (place, known)| arn.replace(place, &hole(known)));
        // Where the path of a role or user is not known, the ARN has it as a part of the name.
        let key = if self.kind.contains("::") { "Path" } else { "path" };
        let path = (self.property)(key).and_then(|node| super::text_of(&node));
        let path = path.unwrap_or_else(|| "/".into());
        let suffixed = places.replace("{s}", &hole(SUFFIX)).replace("{path}", &path);
        Some(suffixed.replace("{/n}", &rooted).replace("{n}", &name))
    }
}
