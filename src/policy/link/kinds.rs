//! Which properties of which resources take policies, and of what kind.

use crate::policy::document::{Hint, Kind};
use crate::policy::tree::Node;

/// What a property that holds a policy says about its kind. `property` is its own name, without the way to it.
pub(super) fn of(resource: &str, property: &str) -> Option<Hint> {
    let row = ROWS.iter().find(|(kind, key, _)| *kind == resource && *key == property);
    row.map(|(.., hint)| *hint)
}

const RESOURCE: Hint = Hint::Attached(Kind::Resource);
const IDENTITY: Hint = Hint::Attached(Kind::Identity);
const TRUST: Hint = Hint::Attached(Kind::Trust);
const KEY: Hint = Hint::Attached(Kind::Key);
const ENDPOINT: Hint = Hint::Attached(Kind::Endpoint);

/// Resources that others may name in their own policy: `Principal` is expected there. What is not listed is told by its
/// shape.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>,
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>
const ROWS: &[(&str, &str, Hint)] = &[
    ("AWS::IAM::Policy", "PolicyDocument", IDENTITY),
    ("AWS::IAM::RolePolicy", "PolicyDocument", IDENTITY),
    ("AWS::IAM::UserPolicy", "PolicyDocument", IDENTITY),
    ("AWS::IAM::GroupPolicy", "PolicyDocument", IDENTITY),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument", IDENTITY),
    ("AWS::IAM::Role", "PolicyDocument", IDENTITY),
    ("AWS::IAM::User", "PolicyDocument", IDENTITY),
    ("AWS::IAM::Group", "PolicyDocument", IDENTITY),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument", TRUST),
    ("AWS::SSO::PermissionSet", "InlinePolicy", IDENTITY),
    ("AWS::Serverless::Function", "Policies", IDENTITY),
    ("AWS::Serverless::Function", "AssumeRolePolicyDocument", TRUST),
    ("AWS::Serverless::StateMachine", "Policies", IDENTITY),
    ("AWS::KMS::Key", "KeyPolicy", KEY),
    ("AWS::KMS::ReplicaKey", "KeyPolicy", KEY),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", RESOURCE),
    ("AWS::S3::BucketPolicy", "PolicyDocument", RESOURCE),
    ("AWS::SQS::QueuePolicy", "PolicyDocument", RESOURCE),
    ("AWS::SNS::TopicPolicy", "PolicyDocument", RESOURCE),
    ("AWS::ECR::Repository", "RepositoryPolicyText", RESOURCE),
    ("AWS::EC2::VPCEndpoint", "PolicyDocument", ENDPOINT),
    ("aws_iam_policy", "policy", IDENTITY),
    ("aws_iam_role_policy", "policy", IDENTITY),
    ("aws_iam_user_policy", "policy", IDENTITY),
    ("aws_iam_group_policy", "policy", IDENTITY),
    ("aws_iam_role", "policy", IDENTITY),
    ("aws_iam_role", "assume_role_policy", TRUST),
    ("aws_ssoadmin_permission_set_inline_policy", "inline_policy", IDENTITY),
    ("aws_kms_key", "policy", KEY),
    ("aws_kms_external_key", "policy", KEY),
    ("aws_kms_replica_key", "policy", KEY),
    ("aws_kms_replica_external_key", "policy", KEY),
    ("aws_kms_key_policy", "policy", KEY),
    ("aws_secretsmanager_secret", "policy", RESOURCE),
    ("aws_secretsmanager_secret_policy", "policy", RESOURCE),
    ("aws_s3_bucket", "policy", RESOURCE),
    ("aws_s3_bucket_policy", "policy", RESOURCE),
    ("aws_sqs_queue", "policy", RESOURCE),
    ("aws_sqs_queue_policy", "policy", RESOURCE),
    ("aws_sns_topic", "policy", RESOURCE),
    ("aws_sns_topic_policy", "policy", RESOURCE),
    ("aws_ecr_repository_policy", "policy", RESOURCE),
    ("aws_ecrpublic_repository_policy", "policy", RESOURCE),
    ("aws_cloudwatch_log_resource_policy", "policy_document", RESOURCE),
    ("aws_cloudwatch_event_bus_policy", "policy", RESOURCE),
    ("aws_backup_vault_policy", "policy", RESOURCE),
    ("aws_efs_file_system_policy", "policy", RESOURCE),
    ("aws_glue_resource_policy", "policy", RESOURCE),
    ("aws_dynamodb_resource_policy", "policy", RESOURCE),
    ("aws_kinesis_resource_policy", "policy", RESOURCE),
    ("aws_elasticsearch_domain", "access_policies", RESOURCE),
    ("aws_elasticsearch_domain_policy", "access_policies", RESOURCE),
    ("aws_opensearch_domain", "access_policies", RESOURCE),
    ("aws_opensearch_domain_policy", "access_policies", RESOURCE),
    ("aws_api_gateway_rest_api", "policy", RESOURCE),
    ("aws_api_gateway_rest_api_policy", "policy", RESOURCE),
    ("aws_vpc_endpoint", "policy", ENDPOINT),
    ("aws_vpc_endpoint_policy", "policy", ENDPOINT),
];

/// The kind of an organisation's policy, by what its resource says it is.
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html>
pub(super) fn of_organisation(written: Option<&str>) -> Option<Hint> {
    match written.unwrap_or("SERVICE_CONTROL_POLICY") {
        "SERVICE_CONTROL_POLICY" => Some(Hint::Attached(Kind::ServiceControl)),
        "RESOURCE_CONTROL_POLICY" => Some(Hint::Attached(Kind::ResourceControl)),
        _ => None,
    }
}

/// The same of a property of a resource with these others.
pub(super) fn of_property(resource: &str, property: &str, all: &Node) -> Option<Hint> {
    match (resource, property) {
        ("aws_organizations_policy", "content") => {
            of_organisation(all.get("type").and_then(Node::string))
        }
        _ => of(resource, property),
    }
}

/// Resources whose policies are of another language than IAM's, or of none.
pub(super) const OTHER_LANGUAGES: &[&str] = &[
    "AWS::IoT::Policy",
    "aws_iot_policy",
    "AWS::DLM::LifecyclePolicy",
    "AWS::ECR::LifecyclePolicy",
    "aws_ecr_lifecycle_policy",
];
