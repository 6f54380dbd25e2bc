//! What functions give, and that they end.

use super::*;
use crate::policy::read::json;

fn value(written: &str) -> String {
    let text = format!(
        r#"{{"Parameters": {{"Env": {{"Type": "String"}}, "Arns": {{"Type": "CommaDelimitedList"}}}},
        "Mappings": {{"M": {{"a": {{"b": "mapped"}}}}}},
        "Resources": {{
            "Db": {{"Type": "AWS::SecretsManager::Secret", "Properties": {{"Name": {{"Fn::Sub": "${{Env}}/db"}}}}}},
            "Key": {{"Type": "AWS::KMS::Key"}},
            "Loop": {{"Type": "AWS::SSM::Parameter", "Properties": {{"Name": {{"Ref": "Loop"}}}}}},
            "X": {{"Type": "T::T", "Properties": {{"V": {written}}}}}}}}}"#
    );
    let root = json::parse(&text).unwrap();
    let resources = Template::new(&root).resources(0);
    let resource = resources.iter().find(|resource| resource.name == "X").unwrap();
    resource.properties.get("V").map_or_else(|| "nothing".into(), Node::normalised)
}

#[test]
fn functions_give_what_the_template_says() {
    for (written, given) in [
        (r#"{"Ref": "AWS::Region"}"#, "\"${AWS::Region}\""),
        (r#"{"Ref": "AWS::NoValue"}"#, "nothing"),
        (r#"{"Ref": "Env"}"#, "\"${Env}\""),
        (r#"{"Ref": "Arns"}"#, "${Arns}"),
        (
            r#"{"Ref": "Db"}"#,
            "\"arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${Env}/db-${random suffix}\"",
        ),
        (
            r#"{"Fn::Sub": "${Db}-??????"}"#,
            "\"arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${Env}/db-${random suffix}-??????\"",
        ),
        (
            r#"{"Fn::GetAtt": ["Key", "Arn"]}"#,
            "\"arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${Key}\"",
        ),
        (r#"{"Fn::GetAtt": "Other.Thing"}"#, "\"${Other.Thing}\""),
        (
            r#"{"Fn::Sub": "a/${!aws:username}/${aws:userid}"}"#,
            "\"a/${aws:username}/${aws:userid}\"",
        ),
        (r#"{"Fn::Sub": ["${x}/b", {"x": {"Ref": "Env"}}]}"#, "\"${Env}/b\""),
        (
            r#"{"Fn::Join": [":", ["arn", {"Ref": "AWS::Partition"}, "x"]]}"#,
            "\"arn:${AWS::Partition}:x\"",
        ),
        (r#"{"Fn::FindInMap": ["M", "a", "b"]}"#, "\"mapped\""),
        (r#"{"Fn::FindInMap": ["M", {"Ref": "Env"}, "b"]}"#, "${Fn::FindInMap}"),
        (r#"{"Fn::Select": [1, {"Fn::Split": ["/", "a/b"]}]}"#, "\"b\""),
        (r#"{"Fn::If": ["C", "a", {"Ref": "AWS::NoValue"}]}"#, "\"a\""),
        (r#"{"Fn::If": ["C", "a", "a"]}"#, "\"a\""),
        (r#"{"Fn::Unheard": 1}"#, "${Fn::Unheard}"),
    ] {
        assert_eq!(value(written), given, "{written}");
    }
    assert!(value(r#"{"Fn::If": ["C", "a", "b"]}"#).starts_with("?:("));
    assert!(value(r#"{"Ref": "Loop"}"#).contains("Loop"));
}

#[test]
fn deep_functions_end() {
    let doubled = (0..40).fold("\"x\"".to_owned(), |text, _| {
        format!(r#"{{"Fn::Join": ["", [{text}, {{"Fn::Join": ["", [{{"Ref": "Env"}}]]}}]]}}"#)
    });
    assert!(value(&doubled).contains('x'));
}
