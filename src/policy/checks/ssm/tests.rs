//! Fixes of ARNs of parameters, and holes that leave everything open.

use crate::policy::Options;
use crate::policy::checks::run;
use crate::policy::document::Root;
use crate::policy::fix::Change;
use crate::policy::read::json;
use crate::policy::text::hole;

/// The ids of this family that are reported for a policy of one statement, with the texts that they would write.
fn reported(action: &str, resource: &str) -> Vec<(&'static str, Vec<String>)> {
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["{action}","kms:Decrypt"],"Resource":["{resource}"]}}]}}"#
    );
    let root = json::parse(&text).unwrap();
    let root = Root::new(root.clone(), None, 0);
    let options = Options::default();
    let document = root.read(&options);
    let found = run(&document, 0, &[]).into_iter();
    let written = |change: &Change| match change {
        Change::Rewrite { to, .. } => to.clone(),
        Change::AddItem { item, .. } => item.clone(),
        other => format!("{other:?}"),
    };
    found
        .filter(|violation| violation.check.id.starts_with("ssm-"))
        .map(|violation| (violation.check.id, violation.fix.iter().map(written).collect()))
        .collect()
}

fn arn(resource: &str) -> String {
    format!("arn:aws:ssm:us-east-1:111122223333:{resource}")
}

#[test]
fn arns_are_written_anew() {
    for (id, action, wrong, right) in [
        ("ssm-arn-double-slash", "GetParameter", "parameter//prod/db", "parameter/prod/db"),
        ("ssm-arn-double-slash", "GetParameter", "parameter///prod/*", "parameter/prod/*"),
        ("ssm-arn-missing-parameter", "GetParameter", "/prod/db", "parameter/prod/db"),
        ("ssm-arn-missing-parameter", "GetParameter", "/parameter/prod/db", "parameter/prod/db"),
        ("ssm-arn-missing-parameter", "GetParameter", "param/db", "parameter/db"),
        ("ssm-arn-missing-parameter", "GetParameter", "parameter:db", "parameter/db"),
        ("ssm-path-not-covered", "GetParametersByPath", "parameter/app/*", "parameter/app"),
    ] {
        let found = reported(&format!("ssm:{action}"), &arn(wrong));
        assert_eq!(found, [(id, vec![arn(right)])], "{wrong}");
    }
}

#[test]
fn a_hole_may_begin_with_a_slash_or_not() {
    let name = hole("Name");
    for resource in [
        format!("parameter/{name}"),
        format!("parameter{name}"),
        name.clone(),
        format!("parameter/{name}/*"),
        format!("{name}/prod/db"),
    ] {
        assert_eq!(reported("ssm:GetParametersByPath", &arn(&resource)), [], "{resource}");
    }
    // Two slashes before the hole are two, whatever it holds; what to write is not known.
    let found = reported("ssm:GetParameter", &arn(&format!("parameter//{name}")));
    assert_eq!(found, [("ssm-arn-double-slash", Vec::new())]);
}
