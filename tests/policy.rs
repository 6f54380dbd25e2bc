//! Every check on its own fixtures: `fixtures/policy/<id>/bad.*` shows each way to be wrong, `good.*` what is right; in JSON, and
//! in the languages of templates where these can differ.

#![expect(clippy::unwrap_used, reason = "a test may stop where a fixture is not as it expects")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keylint::blob::{Blob, Content, Origin};
use keylint::policy::{self, Analysis, Defect, Edit, Options};
use proptest::prelude::*;

fn folder(id: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/policy").join(id)
}

fn ids() -> Vec<&'static str> {
    policy::metas().map(|meta| meta.id.as_str()).collect()
}

fn analyse(text: &str, name: &str, disabled: &[String]) -> Analysis {
    let origin = Arc::new(Origin::File { path: name.into() });
    let options = Options { disabled: disabled.to_vec(), ..Options::default() };
    let blob = Blob::whole(&origin, text.as_bytes(), Content::Text);
    policy::analyse(&[blob], &options).remove(0)
}

/// What lies beside the fixtures of a check that asks what is expected.
const MANIFEST: &str = "accounts.toml";

/// What is found in a text beside a manifest.
fn expected(text: &str, name: &str, manifest: &str, disabled: &[String]) -> Analysis {
    let origin = |path: &str| Arc::new(Origin::File { path: path.into() });
    let options = Options { disabled: disabled.to_vec(), ..Options::default() };
    let (own, other) = (origin(name), origin(MANIFEST));
    let blobs = [
        Blob::whole(&own, text.as_bytes(), Content::Text),
        Blob::whole(&other, manifest.as_bytes(), Content::Text),
    ];
    policy::analyse(&blobs, &options).remove(0)
}

/// What one check alone finds in a fixture.
fn alone(id: &str, name: &str) -> (String, Vec<Defect>) {
    let text = fs::read_to_string(folder(id).join(name)).unwrap();
    let others: Vec<String> =
        ids().into_iter().filter(|other| *other != id).map(Into::into).collect();
    let analysis = match fs::read_to_string(folder(id).join(MANIFEST)) {
        Ok(manifest) => expected(&text, name, &manifest, &others),
        Err(_) => analyse(&text, name, &others),
    };
    assert_eq!(analysis.unread, [], "{id} {name}");
    (text, analysis.defects)
}

/// The fixtures of a check, `bad.…` or `good.…`.
fn fixtures(id: &str, stem: &str) -> Vec<String> {
    let names = fs::read_dir(folder(id)).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names
        .filter(|name| {
            name.starts_with(&format!("{stem}."))
                && Path::new(name).extension() != Some("snap".as_ref())
        })
        .collect();
    names.sort();
    assert!(!names.is_empty(), "{id} has no {stem} fixture");
    names
}

/// Findings as a person would check them: line, what is underlined, what is said.
fn written(text: &str, defects: &[Defect]) -> String {
    let mut out = String::new();
    for defect in defects {
        let line = text[..defect.span.start].lines().count().max(1);
        let shown = &text[defect.span.clone()];
        let _ = writeln!(out, "{line}: {} {shown}\n    {}", defect.severity, defect.message);
    }
    out
}

#[test]
fn every_check_finds_its_bad_examples_and_no_good_ones() {
    for id in ids() {
        for name in fixtures(id, "bad") {
            let (text, defects) = alone(id, &name);
            assert!(!defects.is_empty(), "{id} finds nothing in its {name}");
            assert!(
                defects
                    .iter()
                    .all(|defect| defect.meta.id == id && defect.severity <= defect.meta.severity)
            );
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(folder(id));
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.set_input_file(folder(id).join(&name));
            let snapshot = name.strip_suffix(".json").unwrap_or(&name);
            settings.bind(|| insta::assert_snapshot!(snapshot, written(&text, &defects)));
        }
        for name in fixtures(id, "good") {
            let (text, defects) = alone(id, &name);
            assert_eq!(written(&text, &defects), "", "{id} finds something in its {name}");
        }
    }
}

/// The text with some edits made.
fn edited(text: &str, edits: &[Edit]) -> String {
    let mut text = text.to_owned();
    for edit in edits.iter().rev() {
        text.replace_range(edit.span.clone(), &edit.text);
    }
    text
}

/// How often each check finds something.
fn counts(defects: &[Defect]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for defect in defects {
        *counts.entry(defect.meta.id.as_str()).or_default() += 1;
    }
    counts
}

#[test]
fn a_fix_takes_its_finding_away_and_brings_no_other() {
    let mut fixed: BTreeSet<String> = BTreeSet::new();
    let mut wrong: Vec<String> = Vec::new();
    for id in ids() {
        for name in fixtures(id, "bad") {
            let text = fs::read_to_string(folder(id).join(&name)).unwrap();
            let before = analyse(&text, &name, &[]).defects;
            for defect in before.iter().filter(|defect| !defect.fix.is_empty()) {
                let after = edited(&text, &defect.fix);
                let analysis = analyse(&after, &name, &[]);
                let what = format!("{} in {id}/{name}:\n{after}", defect.meta.id);
                assert_eq!(analysis.unread, [], "{what}");
                let (was, is) = (counts(&before), counts(&analysis.defects));
                let own = defect.meta.id.as_str();
                if is.get(own).unwrap_or(&0) >= &was[own] {
                    wrong.push(format!("still there: {what}"));
                }
                let more: Vec<&str> = is
                    .iter()
                    .filter(|(id, count)| *count > was.get(*id).unwrap_or(&0))
                    .map(|(id, _)| *id)
                    .collect();
                if !more.is_empty() {
                    wrong.push(format!("{more:?} is new: {what}"));
                }
                fixed.insert(defect.meta.id.clone());
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(fixed.len() >= 25, "only {} checks are fixed: {fixed:?}", fixed.len());
}

#[test]
fn every_fixture_belongs_to_a_check() {
    let known: BTreeSet<String> = ids().into_iter().map(Into::into).collect();
    let found: BTreeSet<String> = fs::read_dir(folder(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(found, known);
}

#[test]
fn the_special_check_names_the_general_ones() {
    let of = |statement: &str| -> Vec<(String, Vec<String>)> {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        let defects = analyse(&text, "policy.json", &[]).defects;
        defects.into_iter().map(|defect| (defect.meta.id.clone(), defect.supersedes)).collect()
    };
    let own = |id: &str, others: &[&str]| {
        (id.to_owned(), others.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(
        of(
            r#"{"Effect":"Allow","Principal":"*","Action":"secretsmanager:GetSecretValue","Resource":"*"}"#
        ),
        [own("sm-rp-principal-star", &["principal-star-allow"])]
    );
    assert_eq!(
        of(r#"{"Effect":"Allow","Action":"secretsmanager:*","Resource":"*"}"#),
        [
            own("service-star", &["sm-wildcard-actions"]),
            own("sm-missing-kms-decrypt", &[]),
            own("sm-getvalue-all-secrets", &["resource-star-restrictable"]),
        ]
    );
    let admin = of(r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#);
    let [(id, others)] = admin.as_slice() else { panic!("one finding, not {admin:?}") };
    assert_eq!(id, "admin-star");
    for general in ["sm-getvalue-all-secrets", "kms-decrypt-star", "passrole-star"] {
        assert!(others.iter().any(|other| other == general), "{general} in {others:?}");
    }
}

#[test]
fn what_all_files_show_takes_the_place_of_what_one_shows() {
    let secret = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  Secret:\n    Type: AWS::SecretsManager::Secret\n    Properties:\n      Name: my-secret\n";
    let reader = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"secretsmanager:GetSecretValue","Resource":"arn:aws:secretsmanager:us-east-1:111122223333:secret:my-secret"}]}"#;
    let origins =
        ["secret.yaml", "reader.json"].map(|path| Arc::new(Origin::File { path: path.into() }));
    let found = |texts: &[(usize, &str)]| -> Vec<(String, Vec<String>)> {
        let blobs: Vec<Blob> = texts
            .iter()
            .map(|(at, text)| Blob::whole(&origins[*at], text.as_bytes(), Content::Text))
            .collect();
        let options = Options { disabled: vec!["arn-placeholder".into()], ..Options::default() };
        let analyses = policy::analyse(&blobs, &options);
        let defects = analyses.into_iter().flat_map(|analysis| analysis.defects);
        // What the template has beside the ARN is another story.
        let of_arn = defects.filter(|defect| defect.meta.id.starts_with("sm-arn-"));
        of_arn.map(|defect| (defect.meta.id.clone(), defect.supersedes)).collect()
    };
    let own = |id: &str, others: &[&str]| {
        (id.to_owned(), others.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(found(&[(1, reader)]), [own("sm-arn-suffix-ambiguous", &[])]);
    assert_eq!(
        found(&[(0, secret), (1, reader)]),
        [own("sm-arn-is-declared-name", &["sm-arn-suffix-ambiguous"])]
    );
}

/// How many finding codes of IAM Access Analyzer some check has.
const CODES: usize = 144;

#[test]
fn codes_of_access_analyzer_are_named_once_by_a_check() {
    let mut all: BTreeSet<String> = BTreeSet::new();
    for meta in policy::metas() {
        let aliases = meta.check.as_ref().map_or(&[][..], |check| &check.aliases);
        for alias in aliases {
            let is_code =
                |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
            assert!(alias.bytes().all(is_code), "{alias} of {}", meta.id);
            let count = aliases.iter().filter(|other| *other == alias).count();
            assert_eq!(count, 1, "{alias} of {}", meta.id);
        }
        all.extend(aliases.iter().cloned());
    }
    assert!(all.len() >= CODES, "only {} codes are covered", all.len());
}

#[test]
fn a_defect_keeps_its_identity_when_the_text_around_it_changes() {
    let fingerprint = |text: &str| {
        let defects = analyse(text, "policy.json", &[]).defects;
        let of_suffix =
            defects.into_iter().filter(|defect| defect.meta.id == "sm-arn-missing-suffix");
        of_suffix.map(|defect| defect.fingerprint).collect::<Vec<_>>()
    };
    let arn = "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/db";
    let one = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["secretsmanager:GetSecretValue"],"Resource":"{arn}"}}]}}"#
    );
    let moved = format!(
        "\n\n{{\"Statement\": [{{\"Effect\": \"Deny\", \"Action\": \"s3:*\", \"Resource\": \"*\"}},\n {{\"Resource\": [\"{arn}\"], \"Action\": \"secretsmanager:GetSecretValue\", \"Effect\": \"Allow\"}}], \"Version\": \"2012-10-17\"}}"
    );
    assert_eq!(fingerprint(&one).len(), 1);
    assert_eq!(fingerprint(&one), fingerprint(&moved));
    assert_ne!(fingerprint(&one), fingerprint(&one.replace("prod/db", "prod/dbs")));
    assert_ne!(fingerprint(&one), fingerprint(&one.replace("GetSecretValue", "DescribeSecret")));
}

#[test]
fn hostile_documents_end() {
    let statement = r#"{"Effect":"Allow","Action":["secretsmanager:*"],"Resource":["arn:aws:secretsmanager:*:*:secret:*a*b*c*d?e"]},"#;
    let many = format!(r#"{{"Version":"2012-10-17","Statement":[{}{{}}]}}"#, statement.repeat(500));
    assert!(analyse(&many, "policy.json", &[]).defects.len() > 500);
    let large =
        format!(r#"{{"Version":"2012-10-17","Statement":[{}{{}}]}}"#, statement.repeat(20_000));
    assert!(!analyse(&large, "policy.json", &[]).unread.is_empty());
    let deep = format!(r#"{{"Statement":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
    assert!(!analyse(&deep, "policy.json", &[]).unread.is_empty());
    // Every policy names every role.
    let names: String = (0..240).map(|role| format!("!Ref R{role}, ")).collect::<Vec<_>>().concat();
    let mut stack = String::from(
        "Resources:\n  K: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Version: '2012-10-17', Statement: []}}}\n",
    );
    for at in 0..240 {
        let _ = write!(
            stack,
            "  R{at}: {{Type: AWS::IAM::Role}}\n  P{at}: {{Type: AWS::IAM::Policy, Properties: {{Roles: [{names}], PolicyDocument: {{Version: '2012-10-17', Statement: [{{Effect: Allow, Action: kms:Decrypt, Resource: !GetAtt K.Arn}}]}}}}}}\n"
        );
    }
    assert_eq!(analyse(&stack, "stack.yaml", &[]).documents, 241);
    for text in [
        "{\"Statement\":",
        "{\"Statement\":[{\"Effect\":\"Allow\",",
        "{}",
        "[]",
        "{\"Statement\":null}",
    ] {
        let _ = analyse(text, "policy.json", &[]);
    }
}

/// One statement with lists of thousands of items, each of them wrong: what is done for each must not depend on how
/// many there are.
#[test]
fn long_lists_end() {
    let list = |item: &dyn Fn(usize) -> String| -> String {
        let items: Vec<String> = (0..3_000).map(|at| format!("{:?}", item(at))).collect();
        format!("[{}]", items.join(","))
    };
    let secret = "arn:aws:secretsmanager:us-east-1:111122223333:secret";
    for (actions, resources) in [
        (list(&|at| format!("s3:GetObjects{at}")), "\"*\"".to_owned()),
        (list(&|at| format!("s{at}:GetObject")), "\"*\"".to_owned()),
        (list(&|_| "s3:getobject".to_owned()), "\"*\"".to_owned()),
        ("\"secretsmanager:GetSecretValue\"".to_owned(), list(&|at| format!("{secret}:s{at}"))),
    ] {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":{actions},"Resource":{resources}}}}}"#
        );
        assert!(analyse(&text, "policy.json", &[]).defects.len() >= 3_000);
    }
    let slips = list(&|at| format!(r#"{{"Statement":[{at},]}}"#));
    assert!(analyse(&slips, "policy.json", &[]).defects.len() >= 3_000);
}

/// What is said of a text, whatever the order it is said in.
fn said(text: &str, name: &str) -> Vec<(String, String)> {
    let defects = analyse(text, name, &[]).defects;
    let mut said: Vec<(String, String)> =
        defects.into_iter().map(|defect| (defect.meta.id.clone(), defect.message)).collect();
    said.sort();
    said
}

#[test]
fn order_of_keys_and_spacing_change_nothing() {
    // In these two the text itself is what is wrong.
    for id in ids().into_iter().filter(|id| !["json-syntax", "duplicate-json-key"].contains(id)) {
        let names = fixtures(id, "bad").into_iter().chain(fixtures(id, "good"));
        for name in &names
            .filter(|name| Path::new(name).extension() == Some("json".as_ref()))
            .collect::<Vec<_>>()
        {
            let text = fs::read_to_string(folder(id).join(name)).unwrap();
            // Parsed and written again, keys are sorted and spaces gone.
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(said(&value.to_string(), name), said(&text, name), "{id} {name}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_to_its_end(parts in prop::collection::vec(prop::sample::select(FRAGMENTS), 0..60)) {
        let text = parts.concat();
        for defect in analyse(&text, "policy.json", &[]).defects {
            prop_assert!(text.get(defect.span.clone()).is_some(), "{:?} of {text}", defect.span);
        }
    }
}

/// Pieces of policies, whole and broken.
const FRAGMENTS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "{\"Version\":\"2012-10-17\",\"Statement\":[{",
    "\"Statement\":",
    "\"Effect\":\"Allow\"",
    "\"Effect\":\"Deny\",",
    "\"Action\":",
    "\"NotAction\":",
    "\"Resource\":",
    "\"NotResource\":",
    "\"Principal\":",
    "\"AWS\":",
    "\"Condition\":{",
    "\"StringLike\":{",
    "\"kms:ViaService\":",
    "\"secretsmanager:SecretId\":",
    "\"*\"",
    "\"kms:*\",",
    "\"secretsmanager:GetSecretValue\"",
    "\"arn:aws:secretsmanager:us-east-1:111122223333:secret:db-?????\"",
    "\"arn:aws:kms:*:*:key/*\"",
    "\"${aws:username\"",
    "\"arn:aws:iam::111122223333:root\"",
    "\"\u{fc}\u{1d11e}\"",
    "\"\\ud800\"",
    "null",
    "true",
    "12",
    "// x\n",
    "\u{feff}",
];
