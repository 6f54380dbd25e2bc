//! Manifests that are accepted, and what is said of those that are not.

use super::*;
use crate::policy::access::description::{KeyName, Levels, Named};
use miette::Diagnostic;

/// Reads a manifest, of whose files all exist that are not `gone.json`; each is at the place that its length gives.
pub(super) fn read(text: &str) -> Result<Description, ManifestError> {
    let mut resolve = |path: &str| (path != "gone.json").then_some(path.len());
    super::read("accounts.toml", text, 7, &mut resolve)
}

fn file(named: &Named) -> usize {
    match named {
        Named::File { file, .. } => *file,
        other => panic!("{other:?}"),
    }
}

/// The example of the page.
fn example() -> &'static str {
    let page = include_str!("../../../../docs/accounts.md");
    page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap()
}

#[test]
fn the_example_of_the_page_is_read() {
    let text = example();
    let said = read(text).unwrap();
    let names: Vec<&str> = said.accounts.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["security", "app", "333344445555"]);
    assert_eq!(said.accounts[1].org.as_deref(), Some("o-a1b2c3d4e5"));
    let levels = |levels: &Option<Levels>| {
        let levels = levels.clone().unwrap();
        let sizes: Vec<usize> = levels.levels.iter().map(Vec::len).collect();
        (sizes, levels.is_ordered)
    };
    assert_eq!(levels(&said.accounts[0].scps), (vec![1], false));
    assert_eq!(levels(&said.accounts[1].scps), (vec![1, 2], true));
    assert_eq!(said.accounts[1].rcps, None);
    let at = |at: &crate::policy::access::description::At| {
        assert_eq!(at.file, 7);
        &text[at.span.clone()]
    };
    assert_eq!(at(&said.accounts[0].at), "security");

    let [key] = &said.keys[..] else { panic!("one key") };
    assert_eq!((key.region.as_deref(), at(&key.at)), (Some("us-east-1"), "\"key.secrets\""));
    assert_eq!(key.grants[0].operations, ["Decrypt", "DescribeKey"]);

    let [secret, parameter] = &said.secrets[..] else { panic!("two secrets") };
    assert_eq!(secret.key, KeyName::Is("key.secrets".into()));
    assert_eq!(file(&secret.policy.as_ref().unwrap()[0]), "secret-policy.json".len());
    assert_eq!(secret.replicas[0], ("eu-west-1".into(), KeyName::Managed));
    assert!(matches!(&secret.replicas[1], (region, KeyName::Is(_)) if region == "eu-central-1"));
    assert!(secret.has_all_tags && !parameter.has_all_tags);
    assert_eq!((parameter.is_parameter, parameter.is_advanced), (true, Some(true)));
    assert_eq!(
        (parameter.shared_with.clone(), &parameter.policy),
        (Some(vec!["app".into()]), &None)
    );

    let [role, worker, user] = &said.principals[..] else { panic!("three principals") };
    let policies = role.policies.as_ref().unwrap();
    assert_eq!(file(&policies[0]), "app.json".len());
    let Named::Managed { arn, by } = &policies[1] else { panic!("{policies:?}") };
    assert_eq!(at(by).trim_matches('"'), arn);
    assert!(role.boundary.is_some() && role.trust.is_some());
    assert_eq!(role.context, [("aws:sourcevpc".into(), vec!["vpc-1a2b3c4d".into()])]);
    assert_eq!((worker.path.as_str(), &worker.policies), ("/batch/", &Some(vec![])));
    assert!(user.is_user && user.policies.is_none() && user.path == "/");

    assert_eq!(said.templates[0].path, "stacks/*.yaml");
    let expected: Vec<bool> = said.expectations.iter().map(|expected| expected.allows).collect();
    assert_eq!((expected, at(&said.expectations[1].at)), (vec![true, false], "\"333344445555/*\""));
    let context = [
        ("aws:multifactorauthpresent".into(), vec![]),
        ("aws:securetransport".into(), vec!["true".into()]),
    ];
    assert_eq!(said.context, context);
}

#[test]
fn nothing_at_all_is_a_manifest() {
    assert_eq!(read("\u{feff}# later\n").unwrap().accounts, []);
}

#[test]
fn accounts_are_one_by_whatever_they_are_called() {
    let text = "[account.a]\nid = \"111122223333\"\n[[role]]\naccount = \"111122223333\"\nname = \"x\"\n\
                [[user]]\naccount = \"222233334444\"\nname = \"x\"\n[[user]]\naccount = \"222233334444\"\nname = \"y\"\n\
                [account.555566667777]\n";
    let said = read(text).unwrap();
    let names: Vec<&str> = said.accounts.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["a", "555566667777", "222233334444"]);
    assert_eq!(said.accounts[1].id.as_deref(), Some("555566667777"));
    assert_eq!(said.principals[0].account, "a");
}

#[test]
fn keys_of_aws_are_managed_and_others_are_named() {
    for (kms, key) in [
        ("alias/aws/secretsmanager", KeyName::Managed),
        ("arn:aws:kms:us-east-1:111122223333:alias/aws/ssm", KeyName::Managed),
        ("alias/mine", KeyName::Is("alias/mine".into())),
        (
            "0a1b2c3d-1111-4222-8333-444455556666",
            KeyName::Is("0a1b2c3d-1111-4222-8333-444455556666".into()),
        ),
    ] {
        let text =
            format!("[account.a]\n[[secret]]\naccount = \"a\"\nname = \"s\"\nkms = \"{kms}\"");
        assert_eq!(read(&text).unwrap().secrets[0].key, key, "{kms}");
    }
}

#[test]
fn none_and_one_and_many_documents() {
    let role = "[account.a]\nscps = []\n[[role]]\naccount = \"a\"\nname = \"r\"\n";
    let read = |more: &str| {
        let said = read(&format!("{role}{more}")).unwrap();
        assert_eq!(said.accounts[0].scps, None);
        said.principals[0].clone()
    };
    assert_eq!(read("policies = \"a.json\"").policies.unwrap().len(), 1);
    assert_eq!(read("policies = [\"a.json\", \"b.json\"]").policies.unwrap().len(), 2);
    assert_eq!(read("boundary = []").boundary, None);
    assert!(read("boundary = [\"a.json\"]").boundary.is_some());
}

#[test]
fn what_looks_contradictory_and_is_not_is_accepted() {
    for text in [
        // One name in two regions, and for a role and a user.
        "[account.a]\n[[secret]]\naccount = \"a\"\nname = \"s\"\nregion = \"eu-west-1\"\n[[secret]]\naccount = \"a\"\nname = \"s\"\nregion = \"eu-west-2\"",
        "[account.a]\n[[role]]\naccount = \"a\"\nname = \"x\"\n[[user]]\naccount = \"a\"\nname = \"x\"",
        // A key of another region by its ARN, a parameter whose ARN leaves out a slash.
        "[account.a]\n[[secret]]\naccount = \"a\"\nname = \"s\"\nregion = \"eu-west-1\"\nkms = \"arn:aws:kms:us-east-1:111122223333:key/x\"",
        "[account.a]\n[[parameter]]\naccount = \"a\"\nname = \"/p/q\"\narn = \"arn:aws:ssm:eu-west-1:111122223333:parameter/p/q\"",
        // The same expectation twice.
        "[[expect]]\nallow = \"a\"\non = \"b\"\n[[expect]]\nallow = \"a\"\non = \"b\"",
    ] {
        assert!(read(text).is_ok(), "{text}");
    }
}

#[test]
fn what_is_hostile_takes_time_in_proportion() {
    use std::fmt::Write;
    let mut text = String::from("[account.a]\n");
    for at in 0..10_000 {
        let _ = write!(
            text,
            "[[key]]\nid = \"k{at}\"\naccount = \"a\"\n[[secret]]\naccount = \"a\"\nname = \"s{at}\"\nkms = \"k{at}\"\n[[user]]\naccount = \"{at:012}\"\nname = \"u\"\n"
        );
    }
    let said = read(&text).unwrap();
    assert_eq!(
        (said.keys.len(), said.secrets.len(), said.accounts.len()),
        (10_000, 10_000, 10_001)
    );
    text += "[[secret]]\naccount = \"a\"\nname = \"last\"\nkms = \"k99999\"\n";
    let error = read(&text).unwrap_err();
    assert!(error.help().unwrap().to_string().starts_with("did you mean `k"));

    let long = "x\\u001b".repeat(100_000);
    let shown = read(&format!("[[user]]\naccount = \"{long}\"\nname = \"u\"")).unwrap_err();
    assert!(shown.to_string().len() < 1000 && !shown.to_string().contains('\u{1b}'));
    let shown = read(&format!("\"{long}\" = 1")).unwrap_err();
    assert!(shown.to_string().len() < 1000 && !shown.to_string().contains('\u{1b}'));
    for open in ["[", "{ a = "] {
        let deep = format!("[context]\n\"aws:a\" = {}", open.repeat(100_000));
        assert!(read(&deep).is_err());
    }
    // A key that names itself is one more name.
    let itself = "[account.a]\n[[key]]\nid = \"alias/k\"\naccount = \"a\"\naliases = [\"alias/k\"]\n\
                  [[secret]]\naccount = \"a\"\nname = \"s\"\nkms = \"alias/k\"";
    assert!(read(itself).is_ok());
}
