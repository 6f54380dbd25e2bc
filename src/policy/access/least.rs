//! The least that opens secrets which nobody has made yet, tried out in a world of its own before anybody sees it.

use std::collections::HashMap;

use serde_json::Value;

use super::description::{At, Description, KeyName, Principal, Secret};
use super::grant::grant;
use super::world::{Extra, Place, World};
use crate::access::Answer;
use crate::policy::Options;
use crate::policy::document::{Hint, Kind, Root};
use crate::policy::read::json;

/// Stands for an account that is not known.
pub const ACCOUNT: &str = "ACCOUNT_ID";
/// Stands for a region that is not known.
pub const REGION: &str = "REGION";
/// What they are while the policy is tried out: the account that AWS uses in its own examples.
const TRIED: (&str, &str) = ("111122223333", "us-east-1");
/// Whom the policy is for, and somebody else.
const ROLES: [&str; 2] = ["reader", "other"];
/// What the libraries that keep secrets in memory ask for as well.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_cache-python.html>
const DESCRIBE: &str = "secretsmanager:DescribeSecret";
/// The most secrets that one policy is made for: more would not fit into a managed policy of 6,144 characters.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub const MAX_NAMES: usize = 20;

/// Secrets that are to be made.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// What they will be called; the first [`MAX_NAMES`] count.
    pub names: Vec<&'a str>,
    /// Whether they are parameters of Parameter Store.
    pub are_parameters: bool,
    /// Twelve digits, where known.
    pub account: Option<&'a str>,
    /// Where known.
    pub region: Option<&'a str>,
}

/// An identity policy that opens these secrets and, tried out, no other: neither one whose name begins in the same way, nor
/// to anybody else. `None` when there is none that does.
pub fn least(wanted: &Wanted) -> Option<String> {
    let names: Vec<&str> = wanted.names.iter().copied().take(MAX_NAMES).collect();
    let account = wanted.account.unwrap_or(TRIED.0);
    let region = wanted.region.unwrap_or(TRIED.1);
    let said = described(&names, wanted.are_parameters, (account, region));
    let options = Options::default();
    let mut actions: Vec<String> = Vec::new();
    let mut resources: Vec<String> = Vec::new();
    for name in &names {
        let pair = (&*label(account, ROLES[0]), &*label(account, name));
        let granted = grant(&said, &[], pair, (&options, &|_| None)).ok()?;
        let [addition] = &granted.statements[..] else { return None };
        actions.extend(texts(&addition.statement, "Action"));
        resources.extend(texts(&addition.statement, "Resource"));
    }
    if !wanted.are_parameters && !names.is_empty() {
        actions.push(DESCRIBE.into());
    }
    actions.sort();
    actions.dedup();
    let policy = written(&actions, &resources);
    opens_these_alone(&policy, (&said, names.len()), &options).then(|| {
        let place = |text: String, known: Option<&str>, tried: &str, open: &str| {
            if known.is_some() {
                text
            } else {
                text.replace(&format!(":{tried}:"), &format!(":{open}:"))
            }
        };
        let policy = place(policy, wanted.account, account, ACCOUNT);
        place(policy, wanted.region, region, REGION)
    })
}

/// What everything is known by: the account, and the name without the slash that names of parameters begin with.
fn label(account: &str, name: &str) -> String {
    format!("{account}/{}", name.trim_start_matches('/'))
}

/// Two roles without policies; the secrets, and for each two that are called nearly the same.
fn described(names: &[&str], are_parameters: bool, (account, region): (&str, &str)) -> Description {
    let at = At { file: usize::MAX, span: 0..0 };
    let role = |name: &str| Principal {
        account: account.to_owned(),
        name: name.to_owned(),
        path: "/".to_owned(),
        is_user: false,
        policies: Some(Vec::new()),
        boundary: None,
        session_policy: None,
        session_name: None,
        trust: None,
        unique_id: None,
        tags: Vec::new(),
        has_all_tags: true,
        context: Vec::new(),
        at: at.clone(),
    };
    let secret = |name: String| Secret {
        account: account.to_owned(),
        region: Some(region.to_owned()),
        name,
        is_parameter: are_parameters,
        arn: None,
        key: KeyName::Managed,
        policy: Some(Vec::new()),
        replicas: Vec::new(),
        shared_with: None,
        is_advanced: None,
        tags: Vec::new(),
        has_all_tags: true,
        at: at.clone(),
    };
    let own = names.iter().map(|name| (*name).to_owned());
    let near = names.iter().flat_map(|name| [format!("{name}-other1"), format!("{name}2")]);
    let near = near.filter(|near| !names.contains(&near.as_str()));
    Description {
        principals: ROLES.map(role).to_vec(),
        secrets: own.chain(near).map(secret).collect(),
        ..Description::default()
    }
}

/// An element that is one text or a list of them.
fn texts(statement: &Value, element: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match statement.get(element) {
        Some(Value::Array(all)) => all.iter().filter_map(text).collect(),
        Some(one) => text(one).into_iter().collect(),
        None => Vec::new(),
    }
}

/// A policy of one statement, elements in the order in which people write them.
fn written(actions: &[String], resources: &[String]) -> String {
    let list = |texts: &[String]| {
        let quoted: Vec<String> =
            texts.iter().map(|text| format!("        {}", Value::from(text.as_str()))).collect();
        quoted.join(",\n")
    };
    let (actions, resources) = (list(actions), list(resources));
    let statement = format!(
        "    {{\n      \"Effect\": \"Allow\",\n      \"Action\": [\n{actions}\n      ],\n      \"Resource\": [\n{resources}\n      ]\n    }}"
    );
    format!("{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{statement}\n  ]\n}}\n")
}

/// Whether the first role can read the first `count` secrets with this policy and no other, and the second role none.
fn opens_these_alone(
    policy: &str,
    (said, count): (&Description, usize),
    options: &Options,
) -> bool {
    let Ok(tree) = json::parse(policy) else { return false };
    let root = Root::new(tree, Some(Hint::Attached(Kind::Identity)), usize::MAX);
    let before = World::new(said, &[]);
    let position = |label: &str| before.principals.iter().position(|own| own.label == label);
    let account = said.secrets.first().map_or("", |secret| &secret.account);
    let [Some(reader), Some(other)] = ROLES.map(|role| position(&label(account, role))) else {
        return false;
    };
    let extra =
        [Extra { place: Place::Principal(reader), root: &root, document: root.read(options) }];
    let after = World::with(said, &[], &extra);
    let mut known = HashMap::new();
    let mut answer = |who, what| {
        let path = after.path((who, what), true, (&|_| None, &mut known));
        path.map_or(Answer::Unknown, |path| path.answer)
    };
    said.secrets.iter().enumerate().all(|(at, secret)| {
        let wanted = label(&secret.account, &secret.name);
        let Some(what) = after.secrets.iter().position(|own| own.label == wanted) else {
            return false;
        };
        let expected = if at < count { Answer::Yes } else { Answer::No };
        answer(reader, what) == expected && answer(other, what) == Answer::No
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_it_is_made_for() {
        let names = vec!["shop/db-password", "shop/db"];
        let policy = least(&Wanted { names, ..Wanted::default() }).unwrap();
        let read: Value = serde_json::from_str(&policy).unwrap();
        let statement = &read["Statement"][0];
        assert_eq!(
            texts(statement, "Resource"),
            ["db-password", "db"].map(|name| format!(
                "arn:aws:secretsmanager:REGION:ACCOUNT_ID:secret:shop/{name}-??????"
            ))
        );
        let actions = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"];
        assert_eq!(texts(statement, "Action"), actions);
    }

    #[test]
    fn parameters_have_names_without_a_suffix() {
        let wanted = Wanted {
            names: vec!["/shop/db-password"],
            are_parameters: true,
            account: Some("123456789012"),
            region: Some("eu-west-1"),
        };
        let policy = least(&wanted).unwrap();
        assert!(policy.contains("arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db-password\""));
        assert!(!policy.contains("secretsmanager"), "{policy}");
    }

    #[test]
    fn what_opens_more_is_not_handed_out() {
        let names = ["shop/db-password"];
        let said = described(&names, false, TRIED);
        let wide = |name: &str| {
            let resource = format!("arn:aws:secretsmanager:us-east-1:111122223333:secret:{name}");
            written(&["secretsmanager:GetSecretValue".into()], &[resource])
        };
        let opens = |name| opens_these_alone(&wide(name), (&said, 1), &Options::default());
        assert!(opens("shop/db-password-??????"));
        assert!(!opens("shop/db-password*"), "others of that prefix");
        assert!(!opens("shop/db-password"), "not even the secret itself");
    }
}
