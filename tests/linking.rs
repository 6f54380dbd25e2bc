//! Policies that only several files, or the tools that print them, say everything about.

use std::fmt::Write as _;
use std::sync::Arc;

use keylint::blob::{Blob, Content, Origin};
use keylint::finding::Severity;
use keylint::policy::{self, Analysis, Kind, Options};

/// What each of some files gave.
fn analyse_with(files: &[(&str, &str)], options: &Options) -> Vec<Analysis> {
    let origins: Vec<Arc<Origin>> =
        files.iter().map(|(path, _)| Arc::new(Origin::File { path: path.into() })).collect();
    let blobs: Vec<Blob> = files
        .iter()
        .zip(&origins)
        .map(|((_, text), origin)| Blob::whole(origin, text.as_bytes(), Content::Text))
        .collect();
    policy::analyse(&blobs, options)
}

fn analyse(files: &[(&str, &str)]) -> Vec<Analysis> {
    analyse_with(files, &Options::default())
}

/// The texts that a check underlines in a file; every file must be read to its end.
fn underlined<'t>(id: &str, files: &[(&str, &'t str)]) -> Vec<&'t str> {
    let mut shown = Vec::new();
    for ((path, text), analysis) in files.iter().zip(analyse(files)) {
        assert_eq!(analysis.unread, [], "{path}");
        let of_check = analysis.defects.iter().filter(|defect| defect.meta.id == id);
        shown.extend(of_check.map(|defect| &text[defect.span.clone()]));
    }
    shown
}

fn documents(path: &str, text: &str) -> u64 {
    analyse(&[(path, text)]).iter().map(|analysis| analysis.documents).sum()
}

/// Only the policy of a key must not name a key.
const IS_KEY: &str = "kms-key-policy-resource-not-star";
/// What it names.
const KEY_ARN: &str =
    "\"arn:aws:kms:us-east-1:444455556666:key/0a1b2c3d-1111-4222-8333-444455556666\"";

/// A data source with a document that only its use makes the policy of a key.
fn document(name: &str) -> String {
    format!(
        "data \"aws_iam_policy_document\" \"{name}\" {{
           statement {{
             actions   = [\"kms:Decrypt\"]
             resources = [{KEY_ARN}]
           }}
         }}\n"
    )
}

/// The same in JSON; with a hole in it when there is one.
fn json(action: &str) -> String {
    format!(
        "{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": {action}, \"Resource\": {KEY_ARN}}}]}}"
    )
}

fn key(policy: &str) -> String {
    format!("resource \"aws_kms_key\" \"k\" {{\n  policy = {policy}\n}}\n")
}

#[test]
fn a_document_is_what_its_use_makes_of_it() {
    let document = document("d");
    let direct = key("data.aws_iam_policy_document.d.json");
    assert_eq!(underlined(IS_KEY, &[("m/a.tf", &document), ("m/b.tf", &direct)]), [KEY_ARN]);
    assert_eq!(underlined(IS_KEY, &[("m/a.tf", &document), ("other/b.tf", &direct)]), [""; 0]);
    let indexed = key("data.aws_iam_policy_document.d[0].json");
    assert_eq!(underlined(IS_KEY, &[("m/a.tf", &document), ("m/b.tf", &indexed)]), [KEY_ARN]);
    let filled = key("\"${data.aws_iam_policy_document.d.json}\"");
    assert_eq!(underlined(IS_KEY, &[("m/a.tf", &document), ("m/b.tf", &filled)]), [KEY_ARN]);
    let either = key("var.own != null ? var.own : data.aws_iam_policy_document.d.json");
    assert_eq!(underlined(IS_KEY, &[("m/a.tf", &document), ("m/b.tf", &either)]), [KEY_ARN]);
    let made = key("try(data.aws_iam_policy_document.d.json, null)");
    assert_eq!(underlined(IS_KEY, &[("m/a.tf", &document), ("m/b.tf", &made)]), [KEY_ARN]);
}

#[test]
fn a_use_is_followed_through_locals() {
    let document = document("d");
    let locals = "locals {\n  one = local.two\n  two = data.aws_iam_policy_document.d.json\n}\n";
    let through = key("local.one");
    let files = [("m/a.tf", &*document), ("m/b.tf", &*through), ("m/c.tf", locals)];
    assert_eq!(underlined(IS_KEY, &files), [KEY_ARN]);
    let nested = "locals {\n  p = { key = data.aws_iam_policy_document.d.json }\n}\n";
    let through = key("local.p.key");
    let files = [("m/a.tf", &*document), ("m/b.tf", &*through), ("m/c.tf", nested)];
    assert_eq!(underlined(IS_KEY, &files), [KEY_ARN]);
    let encoded = format!("locals {{\n  p = jsonencode({})\n}}\n", json("\"kms:Decrypt\""));
    let through = key("local.p");
    assert_eq!(underlined(IS_KEY, &[("m/b.tf", &through), ("m/c.tf", &encoded)]).len(), 1);
}

#[test]
fn a_use_is_followed_into_modules_and_out_of_them() {
    let document = document("d");
    let call = "module \"key\" {\n  source = \"../modules/key\"\n  text = data.aws_iam_policy_document.d.json\n}\n";
    let module = format!("variable \"text\" {{}}\n{}", key("var.text"));
    let files = [("live/a.tf", &*document), ("live/b.tf", call), ("modules/key/main.tf", &*module)];
    assert_eq!(underlined(IS_KEY, &files), [KEY_ARN]);

    let module = format!(
        "{document}output \"text\" {{\n  value = data.aws_iam_policy_document.d.json\n}}\n"
    );
    let caller =
        format!("module \"text\" {{\n  source = \"./text\"\n}}\n{}", key("module.text.text"));
    let files = [("live/main.tf", &*caller), ("live/text/main.tf", &*module)];
    assert_eq!(underlined(IS_KEY, &files), [KEY_ARN]);
}

#[test]
fn a_use_is_followed_into_files() {
    let policy = json("\"kms:Decrypt\"");
    let plain = key("file(\"${path.module}/policies/x.json\")");
    let files = [("m/a.tf", &*plain), ("m/policies/x.json", &*policy)];
    assert_eq!(underlined(IS_KEY, &files), [KEY_ARN]);
    let filled = key("templatefile(\"${path.module}/x.tftpl\", { actions = [\"kms:Decrypt\"] })");
    for (name, action) in [
        ("m/x.tftpl", "\"${action}\""),
        ("m/x.tftpl", "${jsonencode(actions)}"),
        ("m/x.tftpl", "[\"kms:Decrypt\", ${more}]"),
    ] {
        let policy = json(action);
        let files = [("m/a.tf", &*filled), (name, &*policy)];
        assert_eq!(underlined(IS_KEY, &files), [KEY_ARN], "{action}");
    }
    // By any name.
    let policy = json("${actions}");
    assert_eq!(documents("x.json", &policy), 1);
    assert_eq!(documents("x.json.tpl", &policy), 1);
    assert_eq!(underlined("json-syntax", &[("x.json", &policy)]), [""; 0]);
    // What IAM fills in is no excuse.
    let policy = json("${aws:username}");
    assert_eq!(underlined("json-syntax", &[("x.json", &policy)]).len(), 1);
}

#[test]
fn a_document_taken_into_another_is_of_its_kind() {
    let both = format!(
        "{}data \"aws_iam_policy_document\" \"outer\" {{
           source_policy_documents = [data.aws_iam_policy_document.inner.json]
         }}\n{}",
        document("inner"),
        key("data.aws_iam_policy_document.outer.json")
    );
    assert_eq!(underlined(IS_KEY, &[("m/a.tf", &both)]), [KEY_ARN]);
}

#[test]
fn terraform_is_written_in_json_as_well() {
    let data = format!(
        "{{\"data\": {{\"aws_iam_policy_document\": {{\"d\": {{\"statement\": [{{\"actions\": [\"kms:Decrypt\"], \"resources\": [{KEY_ARN}]}}]}}}}}}}}"
    );
    let resource = r#"{"resource": {"aws_kms_key": {"k": {"policy": "${data.aws_iam_policy_document.d.json}"}}}}"#;
    assert_eq!(underlined(IS_KEY, &[("m/a.tf.json", &data), ("m/b.tf.json", resource)]), [KEY_ARN]);
    let listed = r#"{"resource": [{"aws_kms_key": [{"k": [{"policy": "${data.aws_iam_policy_document.d[0].json}"}]}]}]}"#;
    assert_eq!(underlined(IS_KEY, &[("m/a.tf.json", &data), ("m/b.tf.json", listed)]), [KEY_ARN]);
    // A name that is filled in is not known: it may end in any way.
    let policy = r#"{"resource": {"aws_iam_policy": {"p": {"policy": "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"secretsmanager:GetSecretValue\", \"Resource\": [\"arn:aws:secretsmanager:us-east-1:444455556666:secret:${var.name}\", \"arn:aws:secretsmanager:us-east-1:444455556666:secret:prod/db\"]}]}"}}}}"#;
    let shown = underlined("sm-arn-missing-suffix", &[("m/p.tf.json", policy)]);
    assert_eq!(shown, [r#"\"arn:aws:secretsmanager:us-east-1:444455556666:secret:prod/db\""#]);
    let unescaped = policy.replace("${var.name}", "${aws:username}");
    let shown = underlined("hcl-variable-unescaped", &[("m/p.tf.json", &unescaped)]);
    assert_eq!(shown, ["${aws:username}"]);
}

#[test]
fn a_plan_holds_policies_as_text() {
    let policy = json("\"kms:Decrypt\"").replace('"', "\\\"");
    let plan = format!(
        "{{\"format_version\": \"1.2\", \"planned_values\": {{\"root_module\": {{\"child_modules\": [{{\"resources\": [{{\"address\": \"module.a.aws_kms_key.k\", \"mode\": \"managed\", \"type\": \"aws_kms_key\", \"name\": \"k\", \"values\": {{\"policy\": \"{policy}\"}}}}]}}]}}}}}}"
    );
    assert_eq!(underlined(IS_KEY, &[("plan.json", &plan)]), [KEY_ARN.replace('"', "\\\"")]);
}

#[test]
fn what_the_cdk_writes_is_checked_once() {
    let policy = json("\"kms:Decrypt\"");
    let template = format!(
        "{{\"Resources\": {{\"Key961B73FD\": {{\"Type\": \"AWS::KMS::Key\", \"Properties\": {{\"KeyPolicy\": {policy}}}}}}}}}"
    );
    let tree = format!(
        "{{\"version\": \"tree-0.1\", \"tree\": {{\"id\": \"App\", \"path\": \"\", \"children\": {{\"Key\": {{\"attributes\": {{\"aws:cdk:cloudformation:type\": \"AWS::KMS::Key\", \"aws:cdk:cloudformation:props\": {{\"keyPolicy\": {policy}}}}}}}}}}}}}"
    );
    let files = [("cdk.out/App.template.json", &*template), ("cdk.out/tree.json", &*tree)];
    assert_eq!(underlined(IS_KEY, &files), [KEY_ARN]);
    assert_eq!(documents("cdk.out/tree.json", &tree), 0);
}

#[test]
fn what_aws_prints_is_checked() {
    let policy = json("\"kms:Decrypt\"");
    let text = policy.replace('"', "\\\"");
    let arn = KEY_ARN.replace('"', "\\\"");
    let key = format!(
        "{{\"Policy\": \"{}\", \"PolicyName\": \"default\"}}",
        text.replace(
            "\\\"Effect",
            "\\\"Principal\\\": {\\\"AWS\\\": \\\"arn:aws:iam::444455556666:root\\\"}, \\\"Effect"
        )
    );
    assert_eq!(underlined(IS_KEY, &[("out.json", &key)]), [&*arn]);
    let version = format!(
        "{{\"PolicyVersion\": {{\"Document\": {policy}, \"VersionId\": \"v1\", \"IsDefaultVersion\": true}}}}"
    );
    assert_eq!(documents("out.json", &version), 1);
    assert_eq!(documents("out.json", &version.replace("true", "false")), 0);
    let resource = format!(
        "{{\"ARN\": \"arn:aws:secretsmanager:us-east-1:444455556666:secret:a-AbCdEf\", \"Name\": \"a\", \"ResourcePolicy\": \"{}\"}}",
        text.replace("kms:Decrypt", "secretsmanager:GetSecretValue")
    );
    let shown = underlined("sm-rp-resource-mismatch", &[("out.json", &resource)]);
    assert_eq!(shown, [&*arn]);
    let mut percent = String::new();
    for byte in policy.bytes() {
        if byte.is_ascii_alphanumeric() {
            percent.push(char::from(byte));
        } else {
            let _ = write!(percent, "%{byte:02X}");
        }
    }
    let details = |document: &str| {
        format!(
            "{{\"RoleDetailList\": [{{\"RoleName\": \"a\", \"AssumeRolePolicyDocument\": {document}, \"RolePolicyList\": [{{\"PolicyName\": \"p\", \"PolicyDocument\": {document}}}]}}], \"Policies\": [{{\"PolicyVersionList\": [{{\"Document\": {document}, \"IsDefaultVersion\": true}}]}}]}}"
        )
    };
    for document in [policy.clone(), format!("\"{percent}\""), format!("\"{text}\"")] {
        let text = details(&document);
        assert_eq!(documents("out.json", &text), 3, "{text}");
    }
}

#[test]
fn the_user_may_say_the_kind() {
    let policy = json("\"kms:Decrypt\"");
    let options = Options { kind: Some(Kind::Key), ..Options::default() };
    let ids = |options| {
        let analyses = analyse_with(&[("x.json", &policy)], options);
        let ids = analyses[0].defects.iter().map(|defect| defect.meta.id.clone());
        ids.collect::<Vec<_>>()
    };
    assert!(ids(&options).iter().any(|id| id == IS_KEY));
    assert!(!ids(&Options::default()).iter().any(|id| id == IS_KEY));
}

#[test]
fn yaml_has_several_documents_and_json_in_strings() {
    let policy = json("\"kms:Decrypt\"");
    let template = format!(
        "Resources:\n  K:\n    Type: AWS::KMS::Key\n    Properties:\n      KeyPolicy: '{policy}'\n"
    );
    let stream = format!("# one\n{template}---\nkind: none\n---\n{template}");
    assert_eq!(underlined(IS_KEY, &[("t.yaml", &stream)]), [KEY_ARN, KEY_ARN]);
    let block = template.replace(&format!("'{policy}'"), &format!("!Sub |\n        {policy}"));
    assert_eq!(underlined(IS_KEY, &[("t.yaml", &block)]), [KEY_ARN]);
}

#[test]
fn what_is_of_another_language_is_left_alone() {
    let statement = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"iot:Connect\", \"Resource\": \"*\"}]}";
    for kind in ["AWS::IoT::Policy", "AWS::ECR::LifecyclePolicy"] {
        let text = format!(
            "Resources:\n  P:\n    Type: {kind}\n    Properties:\n      PolicyDocument: {statement}\n"
        );
        assert_eq!(documents("t.yaml", &text), 0, "{kind}");
    }
    for kind in ["aws_iot_policy", "aws_ecr_lifecycle_policy"] {
        let text =
            format!("resource \"{kind}\" \"p\" {{\n  policy = jsonencode({statement})\n}}\n");
        assert_eq!(documents("t.tf", &text), 0, "{kind}");
    }
    let data = "data \"aws_iam_policy_document\" \"d\" {\n  statement {\n    actions = [\"iot:Connect\"]\n    resources = [\"*\"]\n  }\n}\nresource \"aws_iot_policy\" \"p\" {\n  policy = data.aws_iam_policy_document.d.json\n}\n";
    assert_eq!(documents("t.tf", data), 1);
}

#[test]
fn policies_of_an_organisation_are_told_by_their_type() {
    let policy = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"s3:*\", \"Resource\": \"*\"}]}";
    for (kind, id, count) in [
        ("SERVICE_CONTROL_POLICY", "scp-syntax", 1),
        ("RESOURCE_CONTROL_POLICY", "rcp-syntax", 1),
        ("TAG_POLICY", "scp-syntax", 0),
    ] {
        let text = format!(
            "Resources:\n  P:\n    Type: AWS::Organizations::Policy\n    Properties:\n      Type: {kind}\n      Content: {policy}\n"
        );
        assert_eq!(underlined(id, &[("t.yaml", &text)]).len().min(1), count, "{kind}");
        let text = format!(
            "resource \"aws_organizations_policy\" \"p\" {{\n  type = \"{kind}\"\n  content = jsonencode({policy})\n}}\n"
        );
        assert_eq!(underlined(id, &[("t.tf", &text)]).len().min(1), count, "{kind}");
        let data = format!(
            "data \"aws_iam_policy_document\" \"d\" {{\n  statement {{\n    actions = [\"s3:*\"]\n    resources = [\"*\"]\n    principals {{\n      type = \"*\"\n      identifiers = [\"*\"]\n    }}\n  }}\n}}\nresource \"aws_organizations_policy\" \"p\" {{\n  type = \"{kind}\"\n  content = data.aws_iam_policy_document.d.json\n}}\n"
        );
        assert_eq!(underlined(id, &[("t.tf", &data)]).len().min(1), count, "{kind}");
    }
}

#[test]
fn a_statement_of_an_event_bus_is_one_of_a_resource() {
    let text = "Resources:\n  P:\n    Type: AWS::Events::EventBusPolicy\n    Properties:\n      StatementId: all\n      Statement:\n        Effect: Allow\n        Principal: '*'\n        Action: events:PutEvents\n        Resource: !Sub arn:aws:events:us-east-1:${AWS::AccountId}:event-bus/default\n";
    assert_eq!(underlined("principal-star-allow", &[("t.yaml", text)]), ["'*'"]);
    assert_eq!(underlined("missing-version", &[("t.yaml", text)]), [""; 0]);
}

#[test]
fn a_policy_of_the_wrong_kind_is_named() {
    let key = "Version: '2012-10-17'\n            Statement:\n              - Effect: Allow\n                Principal:\n                  AWS: !Sub arn:aws:iam::${AWS::AccountId}:root\n                Action: kms:*\n                Resource: '*'\n";
    let text = format!(
        "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties:\n      Policies:\n        - PolicyName: p\n          PolicyDocument:\n            {key}"
    );
    assert_eq!(underlined("principal-in-identity-policy", &[("t.yaml", &text)]), ["Principal"]);
}

#[test]
fn templates_as_people_write_them_have_nothing_seriously_wrong() {
    let files = [
        ("stack.yaml", include_str!("templates/stack.yaml")),
        ("module.tf", include_str!("templates/module.tf")),
    ];
    for ((name, text), analysis) in files.iter().zip(analyse(&files)) {
        assert_eq!(analysis.unread, [], "{name}");
        assert!(analysis.documents >= 4, "{name}");
        let wrong: Vec<(&str, &str)> = analysis
            .defects
            .iter()
            .filter(|defect| defect.severity >= Severity::Medium)
            .map(|defect| (defect.meta.id.as_str(), &text[defect.span.clone()]))
            .collect();
        assert_eq!(wrong, [], "{name}");
    }
}
