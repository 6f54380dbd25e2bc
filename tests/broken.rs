//! Templates that nobody should write: each ends in findings or in a reason, soon, and none stops the others.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use keylint::blob::{Blob, Content, Origin};
use keylint::policy::{self, Analysis, Edit, Options};
use proptest::prelude::*;

fn analyse(name: &str, text: &str) -> Analysis {
    let origin = Arc::new(Origin::File { path: name.into() });
    let blob = Blob::whole(&origin, text.as_bytes(), Content::Text);
    policy::analyse(&[blob], &Options::default()).remove(0)
}

/// Why something was not read.
fn problems(analysis: &Analysis) -> Vec<&str> {
    analysis.unread.iter().map(|unread| unread.problem.as_str()).collect()
}

fn ids(analysis: &Analysis) -> Vec<&str> {
    analysis.defects.iter().map(|defect| defect.meta.id.as_str()).collect()
}

/// The policy that the templates here have, with a check that finds something in it.
const YAML: &str = "Resources:
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Action: secretsmanager:GetSecretValue
            Resource: !Sub arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:prod/db
";

const HCL: &str = "resource \"aws_iam_policy\" \"p\" {
  policy = jsonencode({
    Version = \"2012-10-17\"
    Statement = [{
      Effect   = \"Allow\"
      Action   = \"secretsmanager:GetSecretValue\"
      Resource = \"arn:aws:secretsmanager:${var.region}:444455556666:secret:prod/db\"
    }]
  })
}
";

const SUFFIX: &str = "sm-arn-missing-suffix";

#[test]
fn line_ends_marks_and_tabs_change_nothing() {
    let json = "{\"Version\": \"2012-10-17\", \"Statement\": [\n{\"Effect\": \"Allow\", \"Action\": \"secretsmanager:GetSecretValue\",\n \"Resource\": \"arn:aws:secretsmanager:us-east-1:444455556666:secret:prod/db\"}]}";
    for (name, text) in [("t.yaml", YAML), ("t.tf", HCL), ("t.json", json)] {
        let shown = |text: &str| -> Vec<(String, String)> {
            let analysis = analyse(name, text);
            assert_eq!(problems(&analysis), [""; 0], "{text}");
            let shown = analysis.defects.iter();
            shown
                .map(|found| (found.meta.id.clone(), text[found.span.clone()].to_owned()))
                .collect()
        };
        let plain = shown(text);
        assert!(plain.iter().any(|(id, _)| id == SUFFIX), "{name}");
        assert_eq!(shown(&format!("\u{feff}{text}")), plain, "{name}");
        assert_eq!(shown(&text.replace('\n', "\r\n")), plain, "{name}");
        if name != "t.yaml" {
            assert_eq!(shown(&text.replace("  ", "\t")), plain, "{name}");
        }
    }
    let tabs = YAML.replace("  ", "\t");
    assert_eq!(problems(&analyse("t.yaml", &tabs)).len(), 1);
}

#[test]
fn a_key_that_is_there_twice_is_named() {
    let yaml =
        YAML.replace("            Resource", "            Action: s3:*\n            Resource");
    let hcl = HCL.replace("      Resource", "      Action = \"s3:*\"\n      Resource");
    for (name, text) in [("t.yaml", yaml), ("t.tf", hcl)] {
        let analysis = analyse(name, &text);
        let found = analysis.defects.iter().find(|found| found.meta.id == "duplicate-json-key");
        assert_eq!(&text[found.unwrap().span.clone()], "Action", "{name}");
    }
    // Blocks may repeat.
    let block = "  statement {\n    actions = [\"s3:GetObject\"]\n    resources = [\"*\"]\n    condition {\n      test = \"StringEquals\"\n      variable = \"aws:PrincipalTag/a\"\n      values = [\"b\"]\n    }\n    condition {\n      test = \"StringLike\"\n      variable = \"aws:PrincipalTag/c\"\n      values = [\"d*\"]\n    }\n  }\n";
    let text = format!("data \"aws_iam_policy_document\" \"d\" {{\n{block}{block}}}\n");
    assert!(!ids(&analyse("t.tf", &text)).contains(&"duplicate-json-key"));
}

#[test]
fn deep_texts_end_at_a_limit() {
    for depth in [600, 20_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let policy = format!("{{\"Statement\": {deep}}}");
        let steps: Vec<String> =
            (0..depth.min(2000)).map(|level| format!("{}a:", " ".repeat(level))).collect();
        let steps = steps.join("\n");
        let calls = format!("{}1{}", "jsonencode(".repeat(depth), ")".repeat(depth));
        let functions = format!("{}x{}", "{\"Fn::Sub\": [".repeat(depth), "]}".repeat(depth));
        for (name, text) in [
            ("t.json", policy.clone()),
            (
                "t.yaml",
                format!("Resources:\n  P:\n    Type: AWS::IAM::Policy\n    Properties: {deep}\n"),
            ),
            ("t.yaml", format!("Type: AWS::X\nStatement:\n{steps}")),
            ("t.yaml", format!("Resources: {functions}\nType: AWS::X\n")),
            ("t.tf", format!("resource \"aws_iam_policy\" \"p\" {{\n  policy = {deep}\n}}\n")),
            ("t.tf", format!("resource \"aws_iam_policy\" \"p\" {{\n  policy = {calls}\n}}\n")),
            ("t.tf", format!("aws_a {{\n{}{}}}\n", "a {\n".repeat(depth), "}\n".repeat(depth))),
            ("t.tf", format!("a = \"aws_{}{}\"", "${\"".repeat(depth), "\"}".repeat(depth))),
        ] {
            let analysis = analyse(name, &text);
            let is_limit = |unread: &policy::Unread| unread.is_limit;
            assert!(
                analysis.unread.iter().any(is_limit),
                "{name}: {:.60} {:?}",
                text.escape_debug().to_string(),
                analysis.unread
            );
        }
        // A policy in a string in a policy in a string, and so on.
        let nested = (0..12).fold("{\"Statement\": []}".to_owned(), |text, _| {
            format!("{{\"Statement\": {}}}", serde_json::to_string(&text).unwrap())
        });
        let _ = analyse("t.json", &nested);
    }
}

#[test]
fn aliases_that_stand_for_ever_more_end_at_a_limit() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        let _ = writeln!(text, "a{level}: &a{level} [{aliases}]");
    }
    text += YAML;
    let start = Instant::now();
    let analysis = analyse("t.yaml", &text);
    assert!(analysis.unread.iter().any(|unread| unread.is_limit), "{:?}", analysis.unread);
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn large_texts_end_soon() {
    let statement = "{\"Effect\":\"Allow\",\"Action\":\"secretsmanager:GetSecretValue\",\"Resource\":\"arn:aws:secretsmanager:us-east-1:444455556666:secret:prod/db\"},";
    let of_bytes = |bytes: usize| {
        let many = statement.repeat(bytes / statement.len());
        format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{many}{{}}]}}")
    };
    let whole = of_bytes(50_000_000);
    let json = of_bytes(5_000_000);
    let yaml = format!(
        "Resources: {{P: {{Type: AWS::IAM::Policy, Properties: {{PolicyDocument: {json}}}}}}}"
    );
    let hcl = format!("resource \"aws_iam_policy\" \"p\" {{\n  policy = <<EOT\n{json}\nEOT\n}}\n");
    for (name, text) in [("t.json", whole), ("t.yaml", yaml), ("t.tf", hcl)] {
        let start = Instant::now();
        let analysis = analyse(name, &text);
        assert!(start.elapsed() < Duration::from_secs(60), "{name}");
        assert!(analysis.unread.iter().any(|unread| unread.is_limit), "{name}");
    }
}

#[test]
fn what_terraform_cannot_read_is_named_with_its_line() {
    let analysis = analyse("t.tf", &HCL.replace("Action   =", "Action   = ="));
    assert_eq!(problems(&analysis).len(), 1);
    assert!(problems(&analysis)[0].starts_with("line 6: "), "{:?}", analysis.unread);
    let analysis = analyse("t.yaml", &YAML.replace("            Action", "           Action"));
    assert!(problems(&analysis)[0].starts_with("line 9: "), "{:?}", analysis.unread);
}

#[test]
fn functions_that_nobody_knows_are_named() {
    for (function, line) in
        [("!Foo x", 10), ("{'Fn::Foo': x}", 10), ("!Join ['', [a, !Foo x]]", 10)]
    {
        let text = YAML.replace(
            "!Sub arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:prod/db",
            function,
        );
        let analysis = analyse("t.yaml", &text);
        let problem = format!("line {line}: unknown function `Fn::Foo`");
        assert_eq!(problems(&analysis), [problem], "{function}");
        assert!(!analysis.unread[0].is_limit);
        assert_eq!(ids(&analysis), ["sm-missing-kms-decrypt"], "{function}");
    }
    let elsewhere = YAML.replace("    Properties:", "    Metadata: !Foo x\n    Properties:");
    assert_eq!(problems(&analyse("t.yaml", &elsewhere)), [""; 0]);
    let known = YAML
        .replace("!Sub arn", "!GetAtt X.Arn # ")
        .replace("secretsmanager:GetSecretValue", "!ImportValue a");
    assert_eq!(problems(&analyse("t.yaml", &known)), [""; 0]);
}

#[test]
fn one_broken_file_does_not_stop_the_others() {
    let files = [
        ("a.tf", "resource \"aws_iam_policy\" {{{"),
        ("b.tf", HCL),
        ("c.yaml", "Resources:\n  A: [\nType: AWS::IAM::Policy\n"),
        ("d.yaml", YAML),
        ("e.json", "{\"Statement\": [{\"Effect\": "),
    ];
    let origins = files.map(|(path, _)| Arc::new(Origin::File { path: path.into() }));
    let blobs: Vec<Blob> = files
        .iter()
        .zip(&origins)
        .map(|((_, text), origin)| Blob::whole(origin, text.as_bytes(), Content::Text))
        .collect();
    let analyses = policy::analyse(&blobs, &Options::default());
    let has = |at: usize| ids(&analyses[at]).contains(&SUFFIX);
    assert!(has(1) && has(3));
    assert_eq!((analyses[0].unread.len(), analyses[2].unread.len()), (1, 1));
    assert_eq!(ids(&analyses[4]), ["json-syntax"]);
}

/// The text with some edits made.
fn edited(text: &str, edits: &[Edit]) -> String {
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        text.replace_range(edit.span.clone(), &edit.text);
    }
    text
}

fn parses(name: &str, text: &str) -> bool {
    let origin = Arc::new(Origin::File { path: name.into() });
    policy::parses(&Blob::whole(&origin, text.as_bytes(), Content::Text))
}

/// Whether all spans are of the text, and every fix leaves it one that can be read.
fn is_sound(name: &str, text: &str) -> Result<(), TestCaseError> {
    let is_read = parses(name, text);
    for defect in analyse(name, text).defects {
        prop_assert!(text.get(defect.span.clone()).is_some(), "{:?} of {}", defect, text);
        for edit in &defect.fix {
            prop_assert!(text.get(edit.span.clone()).is_some(), "{:?} of {}", defect, text);
        }
        let after = edited(text, &defect.fix);
        prop_assert!(!is_read || parses(name, &after), "{:?} makes of {} {}", defect, text, after);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_yaml_is_read_to_its_end(lines in prop::collection::vec((0..3_usize, prop::sample::select(YAML_PARTS)), 0..30)) {
        let mut text = YAML.to_owned();
        for (more, part) in lines {
            text += &"  ".repeat(more);
            text += part;
        }
        is_sound("t.yaml", &text)?;
    }

    #[test]
    fn any_statement_of_yaml_is_read(values in prop::collection::vec((prop::sample::select(ELEMENTS), prop::sample::select(YAML_VALUES)), 1..7)) {
        let mut text = YAML.to_owned();
        for (at, (element, value)) in values.into_iter().enumerate() {
            let bullet = if at == 0 { '-' } else { ' ' };
            let _ = writeln!(text, "          {bullet} {element}: {value}");
        }
        is_sound("t.yaml", &text)?;
    }

    #[test]
    fn any_statement_of_terraform_is_read(
        values in prop::collection::vec((prop::sample::select(ELEMENTS), prop::sample::select(HCL_VALUES)), 1..7),
        is_flow in any::<bool>(),
    ) {
        let end = if is_flow { ", " } else { "\n" };
        let inside: Vec<String> =
            values.iter().map(|(element, value)| format!("{element} = {value}")).collect();
        let inside = inside.join(end);
        let text = format!("resource \"aws_iam_policy\" \"p\" {{\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ {inside} }}] }})\n}}\n");
        is_sound("t.tf", &text)?;
    }

    #[test]
    fn any_terraform_is_read_to_its_end(parts in prop::collection::vec(prop::sample::select(HCL_PARTS), 0..40)) {
        is_sound("t.tf", &parts.concat())?;
        is_sound("t.tf", &format!("{HCL}{}", parts.concat()))?;
    }
}

const ELEMENTS: &[&str] = &[
    "Sid",
    "Effect",
    "Efect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "resource",
    "NotResource",
    "Condition",
];

const YAML_VALUES: &[&str] = &[
    "Allow",
    "allow",
    "'*'",
    "[ 'kms:*', \"s3:GetObject\" , s3:GetObject]",
    "secretsmanager:GetSecretValue",
    "\n              - 'kms:Decrypt' # why\n              - kms:decrypt\n              - kms:Decrypt",
    "!Sub arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${Name}",
    "!Sub 'arn:aws:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:prod/db-?????'",
    "\n              - !Sub \"arn:aws:ssm:${AWS::Region}:${AWS::AccountId}:parameter//a\"",
    "!GetAtt X.Arn",
    "!If [c, a, !Ref AWS::NoValue]",
    "arn:aws:s3::111122223333:b",
    "{AWS: ['arn:aws:iam::111122223333:root', '444455556666'], Service: x}",
    "{StringEquals: {aws:SourceAccount: 111122223333, 'kms:ViaService': 'secretsmanager.*.amazonaws.com'}}",
    "\n              Stringlike:\n                aws:PrincipalArn: 'arn:aws:iam::*:role/x*'\n                aws:PrincipalArn: y",
    "|\n              x\n",
    ">-\n              s3:*\n",
    "",
    "[]",
    "{}",
    "null",
    "\u{fc}\u{1d11e}",
    "&a x",
];

const HCL_VALUES: &[&str] = &[
    "\"Allow\"",
    "\"allow\"",
    "\"*\"",
    "[\"kms:*\", \"s3:GetObject\", \"s3:GetObject\"]",
    "[\n\"kms:Decrypt\", # why\n\"kms:decrypt\",\n]",
    "\"secretsmanager:GetSecretValue\"",
    "\"arn:aws:secretsmanager:${var.region}:444455556666:secret:${var.name}\"",
    "\"arn:aws:secretsmanager:us-east-1:444455556666:secret:prod/db-?????\"",
    "[\"arn:aws:ssm:us-east-1:${local.account}:parameter//a\"]",
    "aws_secretsmanager_secret.x.arn",
    "\"${aws_s3_bucket.b.arn}/*\"",
    "\"${aws:username}\"",
    "\"$${aws:username}\"",
    "{ AWS = [\"arn:aws:iam::111122223333:root\", \"444455556666\"], Service = \"x\" }",
    "{ StringEquals = { \"aws:SourceAccount\" = 111122223333, \"kms:ViaService\" = \"s3\" } }",
    "{ Stringlike = { \"aws:PrincipalArn\" : \"arn:aws:iam::*:role/x*\" } }",
    "var.x ? [\"a\"] : [\"b\"]",
    "[for s in var.x : \"${s}-??????\"]",
    "null",
    "[]",
    "\"\u{fc}\u{1d11e}\"",
    "\"\\u00e9\"",
];

const YAML_PARTS: &[&str] = &[
    "\n",
    "- ",
    "-\n",
    "  ",
    "Effect: Allow\n",
    "Action: s3:*\n",
    "Action:\n",
    "Resource: '*'\n",
    "Condition:\n",
    "Statement:\n",
    "Version: 2012-10-17\n",
    "PolicyDocument:\n",
    "Type: AWS::KMS::Key\n",
    "!Sub ",
    "!Ref X\n",
    "!If [a, ",
    "]\n",
    "[",
    "{",
    "}",
    "|\n",
    "{\"Statement\": [{\"Effect\": \"Allow\"}]}\n",
    "'",
    "\"",
    "#\n",
    "&a ",
    "*a\n",
    "<<: *a\n",
    "---\n",
    "\t",
    "\u{fc}\n",
    "  Q:\n    Type: AWS::IAM::Policy\n    Properties:\n",
];

const HCL_PARTS: &[&str] = &[
    "resource \"aws_iam_policy\" \"a\" {\n",
    "data \"aws_iam_policy_document\" \"b\" {\n",
    "statement {\n",
    "}\n",
    "effect = \"Deny\"\n",
    "actions = [\"secretsmanager:*\"]\n",
    "resources = [\"*\"]\n",
    "principals {\n",
    "type = \"AWS\"\n",
    "identifiers = [\"*\"]\n",
    "condition {\n",
    "test = \"StringEquals\"\n",
    "variable = \"aws:username\"\n",
    "values = [\"a*\", var.x]\n",
    "policy = ",
    "jsonencode({",
    "})\n",
    "<<EOT\n",
    "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"${x}\"}]}\n",
    "EOT\n",
    "<<-EOT\n",
    "\"",
    "${",
    "}",
    "${aws:username}",
    "[",
    "]",
    "\n",
    "#",
    "/*",
    "locals {\n",
    "x = ",
    "data.aws_iam_policy_document.b.json\n",
    "dynamic \"statement\" {\n",
    "for_each = var.x\n",
    "content {\n",
    "\u{fc}",
    "%{if a}",
    "1\n",
];
