//! Policies that AWS keeps, as far as they are about secrets, parameters and keys.
//! <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>

use std::sync::LazyLock;

use crate::policy::Options;
use crate::policy::document::{Document, Hint, Kind, Root};
use crate::policy::read::json;

/// Name, whether all actions but those listed are allowed, actions, resource.
type Row = (&'static str, bool, &'static [&'static str], &'static str);

/// Policies that allow something of it. What they allow beside it is left out.
const ROWS: &[Row] = &[
    ("AdministratorAccess", false, &["*"], "*"),
    // Those of organisations, by the ends of their ARNs.
    ("p-FullAWSAccess", false, &["*"], "*"),
    ("p-RCPFullAWSAccess", false, &["*"], "*"),
    ("FullAWSAccess", false, &["*"], "*"),
    ("RCPFullAWSAccess", false, &["*"], "*"),
    ("PowerUserAccess", true, &["iam:*", "organizations:*", "account:*"], "*"),
    ("SecretsManagerReadWrite", false, &["secretsmanager:*"], "*"),
    ("ReadOnlyAccess", false, &["ssm:Get*"], "*"),
    ("AmazonSSMFullAccess", false, &["ssm:*"], "*"),
    ("AmazonSSMReadOnlyAccess", false, &["ssm:Get*"], "*"),
    ("AmazonSSMManagedInstanceCore", false, &["ssm:GetParameter", "ssm:GetParameters"], "*"),
    (
        "CloudWatchAgentServerPolicy",
        false,
        &["ssm:GetParameter"],
        "arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*",
    ),
    (
        "CloudWatchAgentAdminPolicy",
        false,
        &["ssm:GetParameter"],
        "arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*",
    ),
];

/// Other policies that have nothing about them.
const WITHOUT_SECRETS: &[&str] = &[
    "AWSCloudFormationReadOnlyAccess",
    "AWSLambdaENIManagementAccess",
    "AWSLambdaMSKExecutionRole",
    "AWSLambdaRole",
    "AWSLambda_FullAccess",
    "AWSLambda_ReadOnlyAccess",
    "AWSStepFunctionsFullAccess",
    "AmazonAPIGatewayPushToCloudWatchLogs",
    "AmazonDynamoDBReadOnlyAccess",
    "AmazonEC2ContainerServiceforEC2Role",
    "AmazonEC2FullAccess",
    "AmazonEC2ReadOnlyAccess",
    "AmazonEKSClusterPolicy",
    "AmazonEKSServicePolicy",
    "AmazonEKSVPCResourceController",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonKinesisFullAccess",
    "AmazonKinesisReadOnlyAccess",
    "AmazonRDSEnhancedMonitoringRole",
    "AmazonS3FullAccess",
    "AmazonSNSFullAccess",
    "AmazonSQSFullAccess",
    "AmazonVPCFullAccess",
    "IAMFullAccess",
    "IAMReadOnlyAccess",
];

/// Whether a policy of AWS of this name has nothing about secrets, parameters and keys.
pub(super) fn is_without_secrets(name: &str) -> bool {
    WITHOUT_SECRETS.contains(&name)
}

/// A managed policy that is known.
pub(in crate::policy) struct Managed {
    name: &'static str,
    root: Root,
}

static MANAGED: LazyLock<Vec<Managed>> = LazyLock::new(|| {
    let managed = |(name, is_not, actions, resource): &Row| {
        let element = if *is_not { "NotAction" } else { "Action" };
        let actions = actions.join("\",\"");
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","{element}":["{actions}"],"Resource":"{resource}"}}]}}"#
        );
        let node = json::parse(&text).ok()?;
        Some(Managed {
            name,
            root: Root::new(node, Some(Hint::Deployed(Kind::Identity)), usize::MAX),
        })
    };
    ROWS.iter().filter_map(managed).collect()
});

static OPTIONS: LazyLock<Options> = LazyLock::new(Options::default);

static DOCUMENTS: LazyLock<Vec<(&'static str, &'static Root, Document<'static>)>> =
    LazyLock::new(|| {
        MANAGED.iter().map(|one| (one.name, &one.root, one.root.read(&OPTIONS))).collect()
    });

/// The policy of AWS's of a name, where it is about secrets, parameters or keys.
pub(super) fn document(name: &str) -> Option<(&'static Root, &'static Document<'static>)> {
    let found = DOCUMENTS.iter().find(|(own, ..)| *own == name);
    found.map(|(_, root, document)| (*root, document))
}

/// The policy that a key has where nobody gives it one: the account decides.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>
pub(super) fn default_key_policy() -> Option<(&'static Root, &'static Document<'static>)> {
    static DEFAULT: LazyLock<Option<Root>> = LazyLock::new(|| {
        let account = crate::policy::text::hole("AWS::AccountId");
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:root"}},"Action":"kms:*","Resource":"*"}}]}}"#
        );
        let node = json::parse(&text).ok()?;
        Some(Root::new(node, Some(Hint::Attached(Kind::Key)), usize::MAX))
    });
    static READ: LazyLock<Option<Document<'static>>> =
        LazyLock::new(|| DEFAULT.as_ref().map(|root| root.read(&OPTIONS)));
    DEFAULT.as_ref().zip(READ.as_ref())
}
