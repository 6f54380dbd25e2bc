//! Tests of what fixtures cannot show: the age of the catalogue, what users add to it, holes, and fixes.

use crate::date::{DAY, days_from_date};
use crate::finding::{Confidence, Severity};
use crate::policy::Options;
use crate::policy::catalogue::Catalogue;
use crate::policy::checks::{Violation, all, run};
use crate::policy::document::{Document, Root};
use crate::policy::fix::Change;
use crate::policy::read::json;
use crate::policy::text::hole;

/// What this family finds in a statement.
fn found(statement: &str, catalogue: &Catalogue) -> Vec<Violation> {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    let tree = json::parse(&text).unwrap();
    let root = Root::new(tree, None, 0);
    let options = Options::default();
    let document = Document { catalogue, ..root.read(&options) };
    let others: Vec<String> = all()
        .filter(|check| super::CHECKS.iter().all(|own| own.id != check.id))
        .map(|check| check.id.to_owned())
        .collect();
    run(&document, 0, &others)
}

fn ids(statement: &str, catalogue: &Catalogue) -> Vec<&'static str> {
    found(statement, catalogue).iter().map(|violation| violation.check.id).collect()
}

const UNKNOWN: &str = r#"{"Effect":"Deny","Action":"s3:PutBucketPolicies","Resource":"*"}"#;

#[test]
fn an_old_catalogue_says_less() {
    let moment = days_from_date(2026, 10, 20) * DAY;
    for (days, severity, confidence) in
        [(0, Severity::High, Confidence::High), (181, Severity::Medium, Confidence::Medium)]
    {
        let found = found(UNKNOWN, &Catalogue::default().at(moment + days * DAY));
        let [only] = found.as_slice() else { panic!("{} findings", found.len()) };
        assert_eq!((only.severity, only.confidence), (severity, confidence), "{days}");
    }
}

#[test]
fn what_users_add_is_known() {
    let mut catalogue = Catalogue::default();
    let added = r#"{"s3":["PutBucketPolicies"],"new":[{"name":"Use","keys":["new:Colour"],"resources":["arn:${Partition}:new:${Region}:${Account}:thing/${Name}"]}]}"#;
    catalogue.extend(added).unwrap();
    assert!(ids(UNKNOWN, &catalogue).is_empty());
    let used = r#"{"Effect":"Allow","Action":"new:Use","Resource":"arn:aws:new:us-east-1:111122223333:thing/a","Condition":{"StringEquals":{"new:Colour":"red"}}}"#;
    assert!(ids(used, &catalogue).is_empty());
    assert_eq!(ids(used, Catalogue::built_in()), ["unknown-service", "unknown-condition-key"]);
    let misused = used.replace("thing/a", "other/a");
    assert_eq!(ids(&misused, &catalogue), ["resource-no-matching-action"]);
}

#[test]
fn of_holes_nothing_is_said() {
    let address = || "aws:SourceIp".to_owned();
    for (action, resource, key) in [
        (hole("Service") + ":GetThing", "*".to_owned(), address()),
        ("s3:Get".to_owned() + &hole("What"), "*".to_owned(), address()),
        ("s3:GetObject".to_owned(), hole("Bucket.Arn"), address()),
        (
            "s3:GetObject".to_owned(),
            format!("arn:{}:s3:::{}", hole("AWS::Partition"), hole("Bucket")),
            address(),
        ),
        (
            "sqs:SendMessage".to_owned(),
            format!("arn:aws:sqs:{}:{}:jobs", hole("AWS::Region"), hole("AWS::AccountId")),
            format!("{}:sub", hole("Issuer")),
        ),
        (
            "ssm:GetParameter".to_owned(),
            format!("arn:aws:ssm:{}:{}:{}", hole("R"), hole("A"), hole("Name")),
            format!("aws:ResourceTag/{}", hole("Key")),
        ),
    ] {
        let statement = serde_json::json!({
            "Effect": "Allow",
            "Action": action,
            "Resource": resource,
            "Condition": {"StringEquals": {key: hole("Value")}, "Bool": {"aws:SecureTransport": hole("On")}},
        });
        let found = ids(&statement.to_string(), Catalogue::built_in());
        assert!(found.is_empty(), "{found:?} in {statement}");
    }
}

/// The changes that are offered for a statement, in short.
fn fixes(action: &str, resource: &str) -> Vec<String> {
    let statement = format!(r#"{{"Effect":"Allow","Action":{action},"Resource":{resource}}}"#);
    let found = found(&statement, Catalogue::built_in());
    let changes = found.into_iter().flat_map(|found| found.fix);
    changes
        .map(|change| match change {
            Change::Rewrite { from, to, .. } => format!("{from} > {to}"),
            Change::AddItem { item, .. } => format!("+ {item}"),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn what_is_mechanical_is_put_right() {
    let (bucket, objects) = (r#""arn:aws:s3:::logs""#, r#""arn:aws:s3:::logs/*""#);
    for (action, resource, fixed) in [
        (r#""kms:ReEncrypt""#, r#""*""#, &[][..]),
        (
            r#"["kms:ReEncrypt"]"#,
            r#""*""#,
            &["kms:ReEncrypt > kms:ReEncryptFrom", "+ kms:ReEncryptTo"],
        ),
        (r#""s3:HeadObject""#, r#""*""#, &["s3:HeadObject > s3:GetObject"]),
        (r#""stepfunctions:*""#, r#""*""#, &["stepfunctions:* > states:*"]),
        (r#""s3:getobject""#, r#""*""#, &["s3:getobject > s3:GetObject"]),
        (r#""s3:GetObject""#, bucket, &["arn:aws:s3:::logs > arn:aws:s3:::logs/*"]),
        (
            r#"["s3:GetObject","s3:ListBucket"]"#,
            r#"["arn:aws:s3:::logs/*"]"#,
            &["+ arn:aws:s3:::logs"],
        ),
        (r#"["s3:GetObject","s3:ListBucket"]"#, objects, &[]),
    ] {
        assert_eq!(fixes(action, resource), fixed, "{action} {resource}");
    }
}
