//! Fixes of key policies and of aliases in the place of keys, and holes in conditions.

use crate::policy::Options;
use crate::policy::checks::run;
use crate::policy::document::Root;
use crate::policy::fix::Change;
use crate::policy::read::json;
use crate::policy::text::hole;

/// What is reported of this family for a policy of one statement.
fn reported(statement: &str) -> Vec<(&'static str, Vec<Change>)> {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
    let root = json::parse(&text).unwrap();
    let root = Root::new(root.clone(), None, 0);
    let options = Options::default();
    let document = root.read(&options);
    let found = run(&document, 0, &[]).into_iter();
    found
        .filter(|violation| violation.check.id.starts_with("kms-"))
        .map(|violation| (violation.check.id, violation.fix))
        .collect()
}

const ALIAS: &str = "arn:aws:kms:us-east-1:111122223333:alias/app";

#[test]
fn an_alias_becomes_a_condition() {
    let found =
        reported(&format!(r#"{{"Effect":"Allow","Action":"kms:Decrypt","Resource":"{ALIAS}"}}"#));
    let [(id, fix)] = found.as_slice() else { panic!("one finding, not {found:?}") };
    assert_eq!(*id, "kms-alias-arn-in-resource");
    let [Change::Rewrite { to, .. }, Change::AddEntry { key, value, .. }] = fix.as_slice() else {
        panic!("a rewrite and an entry, not {fix:?}")
    };
    assert_eq!(to, "arn:aws:kms:us-east-1:111122223333:key/*");
    assert_eq!(key, "Condition");
    assert_eq!(value, r#"{"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/app"}}"#);
    assert!(json::parse(value).is_ok());
}

#[test]
fn an_alias_beside_other_things_is_left_to_a_person() {
    for rest in [
        r#""Condition":{"Bool":{"aws:SecureTransport":"true"}}"#,
        r#""Sid":"a","NotUsed":[],"Condition":{}"#,
    ] {
        let found = reported(&format!(
            r#"{{"Effect":"Allow","Action":"kms:Decrypt","Resource":"{ALIAS}",{rest}}}"#
        ));
        assert_eq!(found, [("kms-alias-arn-in-resource", Vec::new())], "{rest}");
    }
    let found = reported(&format!(
        r#"{{"Effect":"Allow","Action":["kms:Decrypt","s3:GetObject"],"Resource":"{ALIAS}"}}"#
    ));
    assert_eq!(found, [("kms-alias-arn-in-resource", Vec::new())]);
}

#[test]
fn conditions_with_holes_may_hold() {
    let unknown = hole("Region");
    for condition in [
        format!(r#"{{"StringEquals":{{"kms:ViaService":"{unknown}.us-west-2.amazonaws.com"}}}}"#),
        format!(r#"{{"StringEquals":{{"kms:ViaService":"s3.{unknown}.amazonaws.com"}}}}"#),
        format!(r#"{{"StringEquals":{{"kms:CallerAccount":"{unknown}"}}}}"#),
        format!(r#"{{"StringEquals":{{"kms:EncryptionContext:SecretARN":"{unknown}"}}}}"#),
        format!(r#"{{"StringEquals":{{"kms:RequestAlias":"{unknown}"}}}}"#),
    ] {
        let found = reported(&format!(
            r#"{{"Effect":"Allow","Action":"kms:Decrypt","Resource":"arn:aws:kms:{unknown}:111122223333:key/*","Condition":{condition}}}"#
        ));
        assert_eq!(found, [], "{condition}");
    }
}
