//! Conditions over the keys that matter, with values that often meet those of the world.

use serde_json::{Map, Value, json};

use super::policies::Aim;
use super::rng::Rng;

/// What the values of a key are, and so which operators are for it.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Arn,
    Flag,
    Number,
    Moment,
    Address,
    Many,
}

const KEYS: &[(&str, Kind)] = &[
    ("aws:PrincipalArn", Kind::Arn),
    ("aws:PrincipalArn", Kind::Arn),
    ("aws:PrincipalAccount", Kind::Text),
    ("aws:PrincipalType", Kind::Text),
    ("aws:PrincipalOrgID", Kind::Text),
    ("aws:PrincipalTag/team", Kind::Text),
    ("aws:principaltag/Team", Kind::Text),
    ("aws:PrincipalTag/stage", Kind::Text),
    ("aws:PrincipalIsAWSService", Kind::Flag),
    ("aws:username", Kind::Text),
    ("aws:ResourceAccount", Kind::Text),
    ("aws:ResourceOrgID", Kind::Text),
    ("aws:ResourceTag/team", Kind::Text),
    ("secretsmanager:ResourceTag/team", Kind::Text),
    ("ssm:resourceTag/team", Kind::Text),
    ("aws:RequestedRegion", Kind::Text),
    ("aws:SourceVpce", Kind::Text),
    ("aws:SourceIp", Kind::Address),
    ("aws:MultiFactorAuthPresent", Kind::Flag),
    ("aws:MultiFactorAuthAge", Kind::Number),
    ("aws:CurrentTime", Kind::Moment),
    ("aws:SecureTransport", Kind::Flag),
    ("aws:ViaAWSService", Kind::Flag),
    ("kms:ViaService", Kind::Text),
    ("KMS:viaservice", Kind::Text),
    ("kms:CallerAccount", Kind::Text),
    ("kms:EncryptionContext:SecretARN", Kind::Text),
    ("kms:EncryptionContext:PARAMETER_ARN", Kind::Text),
    ("kms:EncryptionContextKeys", Kind::Many),
    ("kms:ResourceAliases", Kind::Many),
    ("secretsmanager:SecretId", Kind::Arn),
    ("secretsmanager:SecretId", Kind::Text),
];

const TEXT: &[&str] = &[
    "StringEquals",
    "StringEquals",
    "StringLike",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
];
const ARN: &[&str] =
    &["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals", "StringLike", "StringEquals"];
const NUMBER: &[&str] = &[
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "NumericEquals",
    "NumericNotEquals",
];
const MOMENT: &[&str] = &[
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
];

/// A block with one or two keys.
pub(super) fn condition(rng: &mut Rng, aim: &Aim) -> Value {
    let mut block = Map::new();
    for _ in 0..=usize::from(rng.percent(30)) {
        let (key, kind) = *rng.of(KEYS);
        let (operator, values) = operator_and_values(rng, aim, key, kind);
        let keys = block.entry(operator).or_insert_with(|| json!({}));
        let keys = keys.as_object_mut().unwrap();
        // The same key in other letters would be a key that stands there twice.
        if !keys.keys().any(|other| other.eq_ignore_ascii_case(key)) {
            keys.insert(key.into(), values);
        }
    }
    block.into()
}

fn operator_and_values(rng: &mut Rng, aim: &Aim, key: &str, kind: Kind) -> (String, Value) {
    if rng.percent(8) {
        return ("Null".into(), rng.of(&[json!("true"), json!("false"), json!(true)]).clone());
    }
    let mut operator = match kind {
        Kind::Text | Kind::Many => rng.text(TEXT),
        Kind::Arn => rng.text(ARN),
        Kind::Flag => "Bool".into(),
        Kind::Number => rng.text(NUMBER),
        Kind::Moment => rng.text(MOMENT),
        Kind::Address => rng.text(&["IpAddress", "IpAddress", "NotIpAddress"]),
    };
    let values = values(rng, aim, (key, kind), &operator);
    if rng.percent(20) {
        operator.push_str("IfExists");
    }
    if matches!(kind, Kind::Many) {
        operator = format!("{}:{operator}", rng.text(&["ForAnyValue", "ForAllValues"]));
    } else if rng.percent(3) {
        operator = format!("ForAllValues:{operator}");
    }
    (operator, values)
}

fn values(rng: &mut Rng, aim: &Aim, (key, kind): (&str, Kind), operator: &str) -> Value {
    let value = |rng: &mut Rng| match kind {
        Kind::Flag => rng.of(&[json!("true"), json!("false"), json!(true), json!(false)]).clone(),
        Kind::Number => rng.of(&[json!(300), json!("3600"), json!(3000)]).clone(),
        Kind::Moment => rng
            .of(&[
                json!("2026-01-01T00:00:00Z"),
                json!("2026-06-15T12:00:00Z"),
                json!("2027-01-01T00:00:00Z"),
            ])
            .clone(),
        Kind::Address => rng
            .of(&[
                json!("203.0.113.0/24"),
                json!("203.0.113.7"),
                json!("198.51.100.0/24"),
                json!("0.0.0.0/0"),
            ])
            .clone(),
        Kind::Text | Kind::Many => worded(rng, aim, key, operator).into(),
        Kind::Arn => arn(rng, aim, key, operator).into(),
    };
    // A flag with both values says nothing, and AWS says nothing of it.
    if matches!(kind, Kind::Flag) || rng.percent(65) {
        return value(rng);
    }
    let values: Vec<Value> = (0..=rng.below(2)).map(|_| value(rng)).collect();
    values.into()
}

/// A text that the key has, or may have elsewhere.
fn worded(rng: &mut Rng, aim: &Aim, key: &str, operator: &str) -> String {
    let exact = match key.to_ascii_lowercase().as_str() {
        "aws:principalaccount" | "kms:calleraccount" => aim.account(rng, true),
        "aws:resourceaccount" => aim.account(rng, false),
        "aws:principaltype" => rng.text(&["User", "AssumedRole", "Account"]),
        "aws:principalorgid" | "aws:resourceorgid" => rng.text(super::worlds::ORGS),
        "aws:username" => rng.text(&["ann", "bob", "App"]),
        "aws:requestedregion" => region(rng, aim),
        "aws:sourcevpce" => rng.text(super::worlds::ENDPOINTS),
        "kms:viaservice" => {
            let other = ["s3", "secretsmanager", "ssm"];
            let own = if aim.secret.is_parameter { "ssm" } else { "secretsmanager" };
            let service = if rng.percent(70) { own } else { *rng.of(&other) };
            format!("{service}.{}.amazonaws.com", region(rng, aim))
        }
        "kms:encryptioncontext:secretarn" | "kms:encryptioncontext:parameter_arn" => {
            return aim.secret_pattern(rng, operator.contains("Like"));
        }
        "secretsmanager:secretid" if rng.percent(20) => aim.secret.name.clone(),
        "secretsmanager:secretid" => return aim.secret_pattern(rng, operator.contains("Like")),
        "kms:encryptioncontextkeys" => rng.text(&["SecretARN", "SecretVersionId", "PARAMETER_ARN"]),
        "kms:resourcealiases" => {
            rng.text(&["alias/secrets", "alias/other", "alias/aws/secretsmanager"])
        }
        _ if rng.percent(12) => return rng.text(VARIABLES),
        _ => rng.text(super::worlds::TAGS),
    };
    blurred(rng, exact, operator)
}

/// Each has a value, or says what to take when it has none.
const VARIABLES: &[&str] = &[
    "${aws:PrincipalTag/team, 'none'}",
    "${aws:ResourceTag/team, 'red'}",
    "${aws:PrincipalAccount}",
    "${*}",
];

fn region(rng: &mut Rng, aim: &Aim) -> String {
    if rng.percent(70) { aim.secret.region.clone() } else { rng.text(super::worlds::REGIONS) }
}

/// With wildcards where they are some, and rarely where they are letters.
fn blurred(rng: &mut Rng, exact: String, operator: &str) -> String {
    let percent = if operator.contains("Like") { 60 } else { 3 };
    if !rng.percent(percent) {
        return exact;
    }
    let at = 1 + rng.below(exact.len() - 1);
    match rng.below(3) {
        0 => format!("{}*", &exact[..at]),
        1 => format!("*{}", &exact[at..]),
        _ => format!("{}?{}", &exact[..at], &exact[at + 1..]),
    }
}

fn arn(rng: &mut Rng, aim: &Aim, key: &str, operator: &str) -> String {
    if key == "secretsmanager:SecretId" {
        return aim.secret_pattern(rng, operator != "StringEquals");
    }
    let (arn, session) = aim.principal_arns(rng);
    if rng.percent(8) {
        // Never the value of the key.
        return session.unwrap_or(arn);
    }
    if operator == "StringEquals" || rng.percent(60) {
        return arn;
    }
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let name = parts[5];
    match rng.below(3) {
        0 => format!("arn:aws:iam::*:{name}"),
        1 => format!("arn:aws:iam::{}:{}*", parts[4], &name[..name.len() - 1]),
        _ => format!("arn:aws:iam::{}:{}/*", parts[4], rng.of(&["role", "user"])),
    }
}
