//! Names that people write in the place of those that IAM has.

/// Services that AWS has closed and no longer lists: the prefix and the name.
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
pub(in crate::policy) const RETIRED: &[(&str, &str)] = &[
    ("deepcomposer", "DeepComposer"),
    ("deeplens", "DeepLens"),
    ("deepracer", "DeepRacer"),
    ("elastic-inference", "Elastic Inference"),
    ("gamesparks", "GameSparks"),
    ("iot1click", "IoT 1-Click"),
    ("iotroborunner", "IoT RoboRunner"),
    ("macie", "Macie Classic"),
    ("mobilehub", "Mobile Hub"),
    ("sagemaker-groundtruth-synthetic", "Ground Truth Synthetic"),
    ("sumerian", "Sumerian"),
    ("whispersync", "Whispersync"),
];

/// What services are called elsewhere, and their prefix in IAM.
const ALIASES: &[(&str, &str)] = &[
    ("alb", "elasticloadbalancing"),
    ("alexaforbusiness", "a4b"),
    ("amazonmq", "mq"),
    ("apigatewayv2", "apigateway"),
    ("api-gateway", "apigateway"),
    ("applicationautoscaling", "application-autoscaling"),
    ("certificatemanager", "acm"),
    ("cloudwatchlogs", "logs"),
    ("cloudwatchevents", "events"),
    ("cloudhsmv2", "cloudhsm"),
    ("cognito", "cognito-idp"),
    ("cognitoidp", "cognito-idp"),
    ("configservice", "config"),
    ("costexplorer", "ce"),
    ("ddb", "dynamodb"),
    ("dynamo", "dynamodb"),
    ("efs", "elasticfilesystem"),
    ("elb", "elasticloadbalancing"),
    ("elbv2", "elasticloadbalancing"),
    ("emr", "elasticmapreduce"),
    ("eventbridge", "events"),
    ("iam-access-analyzer", "access-analyzer"),
    ("kinesisanalyticsv2", "kinesisanalytics"),
    ("msk", "kafka"),
    ("nlb", "elasticloadbalancing"),
    ("opensearchserverless", "aoss"),
    ("parameterstore", "ssm"),
    ("sagemaker-runtime", "sagemaker"),
    ("secrets-manager", "secretsmanager"),
    ("secretmanager", "secretsmanager"),
    ("serverlessrepository", "serverlessrepo"),
    ("sfn", "states"),
    ("stepfunctions", "states"),
    ("systemsmanager", "ssm"),
    ("timestream-query", "timestream"),
    ("timestream-write", "timestream"),
    ("wafregional", "waf-regional"),
];

/// The prefix of a service that people know under another name.
pub(in crate::policy) fn alias(prefix: &str) -> Option<&'static str> {
    let is_meant = |(name, _): &&(&str, &str)| name.eq_ignore_ascii_case(prefix);
    ALIASES.iter().find(is_meant).map(|(_, service)| *service)
}

/// Names of API operations, commands and common slips, and the actions that allow what they do.
/// S3: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>,
/// KMS: <https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html>
const API_NAMES: &[(&str, &str, &[&str])] = &[
    ("apigateway", "CreateRestApi", &["apigateway:POST"]),
    ("apigateway", "GetRestApi", &["apigateway:GET"]),
    ("apigateway", "GetRestApis", &["apigateway:GET"]),
    ("apigateway", "DeleteRestApi", &["apigateway:DELETE"]),
    ("apigateway", "UpdateRestApi", &["apigateway:PATCH"]),
    ("cloudwatch", "PutMetric", &["cloudwatch:PutMetricData"]),
    ("dynamodb", "BatchGet", &["dynamodb:BatchGetItem"]),
    ("dynamodb", "BatchWrite", &["dynamodb:BatchWriteItem"]),
    ("dynamodb", "ExecuteStatement", &["dynamodb:PartiQLSelect"]),
    ("dynamodb", "TransactGetItems", &["dynamodb:GetItem"]),
    (
        "dynamodb",
        "TransactWriteItems",
        &[
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
            "dynamodb:ConditionCheckItem",
        ],
    ),
    ("ecr", "PushImage", &["ecr:PutImage"]),
    ("ecr", "GetLogin", &["ecr:GetAuthorizationToken"]),
    ("kms", "GenerateDataKeys", &["kms:GenerateDataKey"]),
    ("kms", "ReEncrypt", &["kms:ReEncryptFrom", "kms:ReEncryptTo"]),
    ("lambda", "Invoke", &["lambda:InvokeFunction"]),
    ("lambda", "AddLayerVersionPermissions", &["lambda:AddLayerVersionPermission"]),
    ("logs", "PutLogEvent", &["logs:PutLogEvents"]),
    ("s3", "CompleteMultipartUpload", &["s3:PutObject"]),
    ("s3", "CopyObject", &["s3:GetObject", "s3:PutObject"]),
    ("s3", "CreateMultipartUpload", &["s3:PutObject"]),
    ("s3", "DeleteBucketCors", &["s3:PutBucketCORS"]),
    ("s3", "DeleteBucketEncryption", &["s3:PutEncryptionConfiguration"]),
    ("s3", "DeleteBucketLifecycle", &["s3:PutLifecycleConfiguration"]),
    ("s3", "DeleteBucketReplication", &["s3:PutReplicationConfiguration"]),
    ("s3", "DeleteBucketTagging", &["s3:PutBucketTagging"]),
    ("s3", "DeleteObjects", &["s3:DeleteObject"]),
    ("s3", "DeletePublicAccessBlock", &["s3:PutBucketPublicAccessBlock"]),
    ("s3", "GetBucketAccelerateConfiguration", &["s3:GetAccelerateConfiguration"]),
    ("s3", "GetBucketEncryption", &["s3:GetEncryptionConfiguration"]),
    ("s3", "GetBucketLifecycle", &["s3:GetLifecycleConfiguration"]),
    ("s3", "GetBucketLifecycleConfiguration", &["s3:GetLifecycleConfiguration"]),
    ("s3", "GetBucketNotificationConfiguration", &["s3:GetBucketNotification"]),
    ("s3", "GetBucketReplication", &["s3:GetReplicationConfiguration"]),
    ("s3", "GetObjectLockConfiguration", &["s3:GetBucketObjectLockConfiguration"]),
    ("s3", "GetPublicAccessBlock", &["s3:GetBucketPublicAccessBlock"]),
    ("s3", "HeadBucket", &["s3:ListBucket"]),
    ("s3", "HeadObject", &["s3:GetObject"]),
    ("s3", "ListBuckets", &["s3:ListAllMyBuckets"]),
    ("s3", "ListMultipartUploads", &["s3:ListBucketMultipartUploads"]),
    ("s3", "ListObjects", &["s3:ListBucket"]),
    ("s3", "ListObjectsV2", &["s3:ListBucket"]),
    ("s3", "ListObjectVersions", &["s3:ListBucketVersions"]),
    ("s3", "ListParts", &["s3:ListMultipartUploadParts"]),
    ("s3", "PutBucketAccelerateConfiguration", &["s3:PutAccelerateConfiguration"]),
    ("s3", "PutBucketEncryption", &["s3:PutEncryptionConfiguration"]),
    ("s3", "PutBucketLifecycle", &["s3:PutLifecycleConfiguration"]),
    ("s3", "PutBucketLifecycleConfiguration", &["s3:PutLifecycleConfiguration"]),
    ("s3", "PutBucketNotificationConfiguration", &["s3:PutBucketNotification"]),
    ("s3", "PutBucketReplication", &["s3:PutReplicationConfiguration"]),
    ("s3", "PutObjectLockConfiguration", &["s3:PutBucketObjectLockConfiguration"]),
    ("s3", "PutPublicAccessBlock", &["s3:PutBucketPublicAccessBlock"]),
    ("s3", "UploadPart", &["s3:PutObject"]),
    ("s3", "UploadPartCopy", &["s3:GetObject", "s3:PutObject"]),
    ("secretsmanager", "GetSecret", &["secretsmanager:GetSecretValue"]),
    ("secretsmanager", "GetSecrets", &["secretsmanager:GetSecretValue"]),
    ("secretsmanager", "ListSecret", &["secretsmanager:ListSecrets"]),
    ("secretsmanager", "PutSecret", &["secretsmanager:PutSecretValue"]),
    ("secretsmanager", "UpdateSecretValue", &["secretsmanager:PutSecretValue"]),
    ("ses", "SendMail", &["ses:SendEmail"]),
    ("sqs", "ChangeMessageVisibilityBatch", &["sqs:ChangeMessageVisibility"]),
    ("sqs", "DeleteMessageBatch", &["sqs:DeleteMessage"]),
    ("sqs", "SendMessageBatch", &["sqs:SendMessage"]),
    ("ssm", "GetParameterByPath", &["ssm:GetParametersByPath"]),
    ("ssm", "RemoveTagsToResource", &["ssm:RemoveTagsFromResource"]),
];

/// The actions that allow what an operation or command of another name does.
pub(in crate::policy) fn api_name(service: &str, name: &str) -> Option<&'static [&'static str]> {
    let is_meant = |(own, operation, _): &&(&str, &str, &[&str])| {
        own.eq_ignore_ascii_case(service) && operation.eq_ignore_ascii_case(name)
    };
    API_NAMES.iter().find(is_meant).map(|(_, _, actions)| *actions)
}
