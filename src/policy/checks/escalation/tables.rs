//! Actions by what they do, for each service those that matter most.
//!
//! Who changes access, and what that means: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.

/// Actions of a service.
pub(in crate::policy::checks) type Actions = (&'static str, &'static [&'static str]);

/// Actions that write policies, access lists and shares, of those that resources can be named for. Secrets Manager, and
/// grants on keys, have checks of their own.
pub(in crate::policy::checks) const PERMISSIONS: &[Actions] = &[
    ("acm-pca", &["PutPolicy"]),
    ("backup", &["PutBackupVaultAccessPolicy"]),
    ("codeartifact", &["PutDomainPermissionsPolicy", "PutRepositoryPermissionsPolicy"]),
    ("codebuild", &["PutResourcePolicy"]),
    ("dynamodb", &["PutResourcePolicy"]),
    ("ec2", &["ModifyVpcEndpointServicePermissions"]),
    ("ecr", &["PutRegistryPolicy", "SetRepositoryPolicy"]),
    ("ecr-public", &["SetRepositoryPolicy"]),
    ("eks", &["AssociateAccessPolicy", "CreateAccessEntry"]),
    ("elasticfilesystem", &["PutFileSystemPolicy"]),
    ("events", &["PutPermission"]),
    ("glacier", &["SetVaultAccessPolicy"]),
    ("glue", &["PutResourcePolicy"]),
    (
        "iam",
        &[
            "AddUserToGroup",
            "AttachGroupPolicy",
            "AttachRolePolicy",
            "AttachUserPolicy",
            "CreatePolicyVersion",
            "DeleteRolePermissionsBoundary",
            "DeleteUserPermissionsBoundary",
            "PutGroupPolicy",
            "PutRolePermissionsBoundary",
            "PutRolePolicy",
            "PutUserPermissionsBoundary",
            "PutUserPolicy",
            "SetDefaultPolicyVersion",
            "UpdateAssumeRolePolicy",
        ],
    ),
    ("kinesis", &["PutResourcePolicy"]),
    ("kms", &["PutKeyPolicy"]),
    ("lambda", &["AddLayerVersionPermission", "AddPermission"]),
    ("organizations", &["AttachPolicy", "DetachPolicy", "PutResourcePolicy", "UpdatePolicy"]),
    ("ram", &["AssociateResourceShare"]),
    (
        "s3",
        &[
            "DeleteBucketPolicy",
            "PutAccessPointPolicy",
            "PutBucketAcl",
            "PutBucketPolicy",
            "PutBucketPublicAccessBlock",
            "PutObjectAcl",
            "PutObjectVersionAcl",
        ],
    ),
    ("serverlessrepo", &["PutApplicationPolicy"]),
    ("sns", &["AddPermission"]),
    ("sqs", &["AddPermission"]),
    ("ssm", &["ModifyDocumentPermission"]),
    (
        "sso",
        &[
            "AttachManagedPolicyToPermissionSet",
            "CreateAccountAssignment",
            "PutInlinePolicyToPermissionSet",
        ],
    ),
];

/// Actions that return data, or share copies of it. Secrets have a check of their own.
pub(super) const DATA: &[Actions] = &[
    ("codecommit", &["GetFile", "GitPull"]),
    ("dynamodb", &["BatchGetItem", "ExportTableToPointInTime", "GetItem", "Query", "Scan"]),
    ("ebs", &["GetSnapshotBlock"]),
    ("ec2", &["ModifyImageAttribute", "ModifySnapshotAttribute"]),
    ("rds", &["ModifyDBClusterSnapshotAttribute", "ModifyDBSnapshotAttribute", "StartExportTask"]),
    ("redshift", &["AuthorizeSnapshotAccess"]),
    ("s3", &["GetObject", "GetObjectVersion"]),
    ("ssm", &["GetParameter", "GetParameterHistory", "GetParameters", "GetParametersByPath"]),
];

/// Actions that return or make credentials of somebody else. Tokens for registries of images and packages, which are the
/// caller's own, are left out.
pub(super) const CREDENTIALS: &[Actions] = &[
    ("cognito-identity", &["GetOpenIdTokenForDeveloperIdentity"]),
    ("connect", &["GetFederationToken"]),
    ("ec2", &["GetPasswordData"]),
    ("elasticmapreduce", &["GetClusterSessionCredentials"]),
    ("gamelift", &["GetComputeAccess", "GetInstanceAccess"]),
    (
        "iam",
        &[
            "CreateAccessKey",
            "CreateLoginProfile",
            "CreateServiceSpecificCredential",
            "ResetServiceSpecificCredential",
            "UpdateLoginProfile",
        ],
    ),
    ("lightsail", &["GetInstanceAccessDetails", "GetRelationalDatabaseMasterUserPassword"]),
    ("rds-db", &["connect"]),
    ("redshift", &["GetClusterCredentials", "GetClusterCredentialsWithIAM"]),
    ("redshift-serverless", &["GetCredentials"]),
    ("sts", &["AssumeRole", "GetFederationToken"]),
];

/// Actions that stop or delete what records events for the whole account.
pub(super) const AUDIT: &[Actions] = &[
    (
        "cloudtrail",
        &[
            "DeleteEventDataStore",
            "DeleteTrail",
            "PutEventSelectors",
            "StopEventDataStoreIngestion",
            "StopLogging",
            "UpdateTrail",
        ],
    ),
    (
        "config",
        &["DeleteConfigurationRecorder", "DeleteDeliveryChannel", "StopConfigurationRecorder"],
    ),
    (
        "guardduty",
        &[
            "DeleteDetector",
            "DeleteMembers",
            "DisassociateFromAdministratorAccount",
            "StopMonitoringMembers",
            "UpdateDetector",
        ],
    ),
];

/// Actions that stop or delete records of one application or network, or what looks for weak spots.
pub(super) const LOGS: &[Actions] = &[
    ("access-analyzer", &["DeleteAnalyzer"]),
    ("ec2", &["DeleteFlowLogs"]),
    ("inspector2", &["Disable"]),
    ("logs", &["DeleteLogGroup"]),
    ("macie2", &["DisableMacie"]),
    ("securityhub", &["DisableSecurityHub"]),
];
