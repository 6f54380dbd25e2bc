//! How long the policy half takes: reading, joining, checking, on documents that are made here and are the same each time.
//!
//! `cargo bench --bench policy`

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use keylint::blob::{Blob, Content, Origin};
use keylint::policy::{Options, Stack, Template, analyse, check, follow, group};

fn main() {
    divan::main();
}

/// What is read: one of the languages, and about what size and content people write.
#[derive(Clone, Copy, Debug)]
enum Sort {
    /// Policies of a few statements for users and roles.
    Identity,
    /// One policy with long lists of actions of many services, as AWS manages them.
    Managed,
    /// Policies of KMS keys.
    Key,
    /// A template with roles, keys, secrets and their policies, in YAML.
    CloudFormation,
    /// The same in Terraform.
    Terraform,
}

const SORTS: [Sort; 5] =
    [Sort::Identity, Sort::Managed, Sort::Key, Sort::CloudFormation, Sort::Terraform];

/// Texts of one sort, with the origins that blobs borrow.
struct Corpus {
    files: Vec<(Arc<Origin>, String)>,
}

impl Corpus {
    fn new(sort: Sort) -> Self {
        let (count, extension, text): (usize, &str, fn(usize) -> String) = match sort {
            Sort::Identity => (64, "json", identity),
            Sort::Managed => (16, "json", managed),
            Sort::Key => (64, "json", key),
            Sort::CloudFormation => (8, "yaml", cloudformation),
            Sort::Terraform => (8, "tf", terraform),
        };
        let file = |number: usize| {
            let path = PathBuf::from(format!("{number}/policy.{extension}"));
            (Arc::new(Origin::File { path }), text(number))
        };
        Self { files: (0..count).map(file).collect() }
    }

    fn blobs(&self) -> Vec<Blob<'_>> {
        self.files
            .iter()
            .map(|(origin, text)| Blob::whole(origin, text.as_bytes(), Content::Text))
            .collect()
    }

    fn bytes(&self) -> BytesCount {
        BytesCount::new(self.files.iter().map(|(_, text)| text.len()).sum::<usize>())
    }

    fn documents(&self) -> ItemsCount {
        let documents = analyse(&self.blobs(), &Options::default());
        ItemsCount::new(documents.iter().map(|analysis| analysis.documents).sum::<u64>())
    }

    fn stacks(&self) -> Vec<Stack> {
        let templates = self.blobs().iter().map(Template::read).collect();
        let mut stacks: Vec<Stack> = group(templates).into_iter().map(Stack::new).collect();
        follow(&mut stacks);
        stacks
    }
}

/// Text to trees.
#[divan::bench(args = SORTS)]
fn read(bencher: Bencher, sort: Sort) {
    let corpus = Corpus::new(sort);
    let blobs = corpus.blobs();
    bencher
        .counter(corpus.bytes())
        .bench_local(|| blobs.iter().map(Template::read).collect::<Vec<_>>());
}

/// Trees to stacks.
#[divan::bench(args = SORTS)]
fn link(bencher: Bencher, sort: Sort) {
    let corpus = Corpus::new(sort);
    let blobs = corpus.blobs();
    let templates = || blobs.iter().map(Template::read).collect::<Vec<_>>();
    bencher.counter(corpus.documents()).with_inputs(templates).bench_local_values(|templates| {
        let mut stacks: Vec<Stack> = group(templates).into_iter().map(Stack::new).collect();
        follow(&mut stacks);
        stacks
    });
}

/// Stacks to defects.
#[divan::bench(name = "check", args = SORTS)]
fn checks(bencher: Bencher, sort: Sort) {
    let corpus = Corpus::new(sort);
    let (stacks, options) = (corpus.stacks(), Options::default());
    let text = |file: usize| corpus.files.get(file).map_or(&[][..], |(_, text)| text.as_bytes());
    bencher.counter(corpus.documents()).bench_local(|| {
        stacks.iter().map(|stack| check(stack, &text, &options)).collect::<Vec<_>>()
    });
}

/// All of it.
#[divan::bench(args = SORTS)]
fn whole(bencher: Bencher, sort: Sort) {
    let corpus = Corpus::new(sort);
    let (blobs, options) = (corpus.blobs(), Options::default());
    bencher.counter(corpus.documents()).bench_local(|| analyse(&blobs, &options));
}

const ACCOUNT: &str = "111122223333";

/// Services, with actions and a resource of each.
const SERVICES: [(&str, [&str; 6], &str); 6] = [
    (
        "s3",
        [
            "GetObject",
            "PutObject",
            "ListBucket",
            "DeleteObject",
            "GetBucketLocation",
            "GetObjectTagging",
        ],
        "arn:aws:s3:::reports-NUMBER/*",
    ),
    (
        "dynamodb",
        ["GetItem", "PutItem", "Query", "UpdateItem", "BatchGetItem", "DescribeTable"],
        "arn:aws:dynamodb:eu-west-1:ACCOUNT:table/orders-NUMBER",
    ),
    (
        "secretsmanager",
        [
            "GetSecretValue",
            "DescribeSecret",
            "ListSecretVersionIds",
            "PutSecretValue",
            "TagResource",
            "RotateSecret",
        ],
        "arn:aws:secretsmanager:eu-west-1:ACCOUNT:secret:app-NUMBER-??????",
    ),
    (
        "sqs",
        [
            "SendMessage",
            "ReceiveMessage",
            "DeleteMessage",
            "GetQueueUrl",
            "GetQueueAttributes",
            "ChangeMessageVisibility",
        ],
        "arn:aws:sqs:eu-west-1:ACCOUNT:jobs-NUMBER",
    ),
    (
        "ec2",
        [
            "DescribeInstances",
            "StartInstances",
            "StopInstances",
            "CreateTags",
            "DescribeVolumes",
            "AttachVolume",
        ],
        "*",
    ),
    (
        "logs",
        [
            "CreateLogStream",
            "PutLogEvents",
            "DescribeLogGroups",
            "FilterLogEvents",
            "GetLogEvents",
            "CreateLogGroup",
        ],
        "arn:aws:logs:eu-west-1:ACCOUNT:log-group:/app/NUMBER:*",
    ),
];

fn pick<T>(all: &[T], number: usize) -> &T {
    &all[number % all.len()]
}

fn resource(pattern: &str, number: usize) -> String {
    pattern.replace("ACCOUNT", ACCOUNT).replace("NUMBER", &number.to_string())
}

/// Three statements, each about some actions of one service.
fn identity(number: usize) -> String {
    let statement = |at: usize| {
        let (service, actions, on) = pick(&SERVICES, number + at);
        let names: Vec<String> = actions
            .iter()
            .take(2 + (number + at) % 4)
            .map(|name| format!("        \"{service}:{name}\""))
            .collect();
        format!(
            "    {{\n      \"Sid\": \"Use{at}\",\n      \"Effect\": \"Allow\",\n      \"Action\": [\n{}\n      ],\n      \"Resource\": \"{}\"\n    }}",
            names.join(",\n"),
            resource(on, number),
        )
    };
    policy(&[statement(0), statement(1), statement(2)])
}

/// Six statements of long lists, most of them on everything.
fn managed(number: usize) -> String {
    let statement = |at: usize| {
        let lists = SERVICES.iter().flat_map(|(service, actions, _)| {
            actions.iter().map(move |name| format!("        \"{service}:{name}\""))
        });
        let names: Vec<String> = lists.skip(6 * at).step_by(1 + (number + at) % 3).collect();
        let wildcards =
            format!("        \"{}:Describe*\",\n        \"iam:List*\"", pick(&SERVICES, at).0);
        let condition = "\"StringEquals\": {\"aws:ResourceTag/team\": \"data\"}";
        format!(
            "    {{\n      \"Effect\": \"Allow\",\n      \"Action\": [\n{},\n{wildcards}\n      ],\n      \"Resource\": \"{}\",\n      \"Condition\": {{{}}}\n    }}",
            names.join(",\n"),
            if at.is_multiple_of(2) {
                "*".to_owned()
            } else {
                resource(pick(&SERVICES, at).2, number)
            },
            if at.is_multiple_of(3) { condition } else { "" },
        )
    };
    policy(&(0..6).map(statement).collect::<Vec<_>>())
}

fn policy(statements: &[String]) -> String {
    format!(
        "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{}\n  ]\n}}\n",
        statements.join(",\n")
    )
}

/// The account itself, administrators, users, and a service that makes grants.
fn key(number: usize) -> String {
    let statement = |sid: &str, principal: &str, actions: &str, condition: &str| {
        format!(
            "    {{\"Sid\": \"{sid}\", \"Effect\": \"Allow\", \"Principal\": {{\"AWS\": \"arn:aws:iam::{ACCOUNT}:{principal}\"}}, \"Action\": {actions}, \"Resource\": \"*\"{condition}}}"
        )
    };
    let role = format!("role/app-{number}");
    policy(&[
        statement("Account", "root", "\"kms:*\"", ""),
        statement(
            "Administer",
            "role/admin",
            r#"["kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*", "kms:Disable*", "kms:Get*", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"]"#,
            "",
        ),
        statement(
            "Use",
            &role,
            r#"["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]"#,
            r#", "Condition": {"StringEquals": {"kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com"}}"#,
        ),
        statement(
            "Grant",
            &role,
            r#"["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]"#,
            r#", "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}"#,
        ),
    ])
}

/// Ten applications: a role with a policy, a key, a secret that uses it, and the policy of the secret.
#[expect(clippy::too_many_lines, reason = "most of it is the template")]
fn cloudformation(number: usize) -> String {
    let mut text = String::from("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n");
    for at in 0..10 {
        let (service, actions, on) = pick(&SERVICES, number + at);
        let on = resource(on, at);
        let _ = write!(
            text,
            r#"  Role{at}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal:
              Service: lambda.amazonaws.com
            Action: sts:AssumeRole
      Policies:
        - PolicyName: use
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action:
                  - {service}:{}
                  - {service}:{}
                Resource: "{on}"
              - Effect: Allow
                Action: secretsmanager:GetSecretValue
                Resource: !Ref Secret{at}
  Key{at}:
    Type: AWS::KMS::Key
    Properties:
      EnableKeyRotation: true
      KeyPolicy:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal:
              AWS: !Sub 'arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:root'
            Action: kms:*
            Resource: '*'
  Secret{at}:
    Type: AWS::SecretsManager::Secret
    Properties:
      KmsKeyId: !GetAtt Key{at}.Arn
      GenerateSecretString: {{}}
  SecretPolicy{at}:
    Type: AWS::SecretsManager::ResourcePolicy
    Properties:
      SecretId: !Ref Secret{at}
      ResourcePolicy:
        Version: '2012-10-17'
        Statement:
          - Effect: Deny
            Principal: '*'
            Action: secretsmanager:DeleteSecret
            Resource: '*'
"#,
            actions[at % 6],
            actions[(at + 1) % 6],
        );
    }
    text
}

/// The same without the policies of the secrets.
fn terraform(number: usize) -> String {
    let mut text = String::from("data \"aws_caller_identity\" \"current\" {}\n");
    for at in 0..10 {
        let (service, actions, on) = pick(&SERVICES, number + at);
        let on = resource(on, at);
        let _ = write!(
            text,
            r#"
data "aws_iam_policy_document" "use{at}" {{
  statement {{
    actions   = ["{service}:{}", "{service}:{}"]
    resources = ["{on}"]
  }}
  statement {{
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.app{at}.arn]
  }}
}}

resource "aws_iam_role" "app{at}" {{
  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ Service = "lambda.amazonaws.com" }} }}]
  }})
}}

resource "aws_iam_role_policy" "app{at}" {{
  role   = aws_iam_role.app{at}.id
  policy = data.aws_iam_policy_document.use{at}.json
}}

resource "aws_kms_key" "app{at}" {{
  enable_key_rotation = true
  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ AWS = "arn:aws:iam::${{data.aws_caller_identity.current.account_id}}:root" }}
      Action    = "kms:*"
      Resource  = "*"
    }}]
  }})
}}

resource "aws_secretsmanager_secret" "app{at}" {{
  kms_key_id = aws_kms_key.app{at}.arn
}}
"#,
            actions[at % 6],
            actions[(at + 1) % 6],
        );
    }
    text
}
