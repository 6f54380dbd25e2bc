//! Worlds that are made up: who can read what, as a run could end with it.

use std::path::PathBuf;
use std::sync::Arc;

use keylint::access::{
    Access, Account, Answer, Assumption, Document, Expectation, Fix, Key, KeyRef, Link, LinkCode,
    Nearest, Path, Principal, Secret, SecretKind, Site, Status,
};
use keylint::blob::Origin;
use keylint::location::{Location, Position};
use keylint::outcome::{SkipReason, Skipped};

/// A place of twenty bytes in a line.
pub(crate) fn site(path: &str, line: u64) -> Site {
    let origin = Arc::new(Origin::File { path: PathBuf::from(path) });
    let at =
        |column: u64| Position { offset: line * 40 + column, line, column, column_utf16: column };
    Site { origin, location: Location { start: at(9), end: at(29) } }
}

fn document(role: &'static str, path: &str) -> Document {
    Document { role, site: Some(site(path, 1)), name: String::new() }
}

pub(crate) fn account(label: &str, id: Option<&str>) -> Account {
    Account {
        label: label.into(),
        id: id.map(Into::into),
        org: Some("o-abc".into()),
        documents: vec![document("service control policy", "scp.json")],
        site: Some(site("accounts.toml", 1)),
    }
}

pub(crate) fn principal(label: &str, account: usize) -> Principal {
    let name = label.split_once('/').map_or(label, |(_, name)| name);
    Principal {
        label: label.into(),
        kind: "role",
        arn: format!("arn:aws:iam::222233334444:role/{name}"),
        account,
        documents: vec![
            document("identity policy", "iam/app.json"),
            Document {
                role: "identity policy",
                site: None,
                name: "arn:aws:iam::aws:policy/AWSLambdaExecute".into(),
            },
        ],
        site: Some(site("accounts.toml", 20)),
        is_foreign: false,
    }
}

pub(crate) fn secret(label: &str, account: usize, key: KeyRef) -> Secret {
    let name = label.split_once('/').map_or(label, |(_, name)| name);
    Secret {
        label: label.into(),
        kind: SecretKind::Secret,
        arn: format!("arn:aws:secretsmanager:us-east-1:111122223333:secret:{name}-??????"),
        region: Some("us-east-1".into()),
        account,
        key,
        documents: vec![document("resource policy", "secret.yaml")],
        site: Some(site("secret.yaml", 3)),
    }
}

/// A path whose links hold, but those that are given.
pub(crate) fn path((principal, secret): (usize, usize), answer: Answer, others: &[Link]) -> Path {
    let link = |code: LinkCode| {
        let given = others.iter().find(|link| link.code == code).cloned();
        given.unwrap_or_else(|| holds(code))
    };
    let links = LinkCode::ALL.into_iter().map(link).collect();
    Path { principal, secret, answer, links, is_meant: true }
}

/// A link that holds.
fn holds(code: LinkCode) -> Link {
    let (text, place, is_needed) = match code {
        LinkCode::L1 => {
            ("the identity policies allow to read the secret", Some(("iam/app.json", 12)), true)
        }
        LinkCode::L2 => ("the policy of the secret allows it", Some(("secret.yaml", 31)), true),
        LinkCode::L3 => ("the key policy allows to decrypt", Some(("key.json", 5)), true),
        LinkCode::L4 => {
            ("the identity policies allow to decrypt", Some(("iam/app.json", 20)), true)
        }
        LinkCode::L5 => ("the key is the customer managed key key.secrets", None, true),
        LinkCode::L6 => ("no statement denies it", None, true),
        LinkCode::L7 => ("no policies of the organisation are given for this account", None, false),
        LinkCode::L8 => {
            ("ecs-tasks.amazonaws.com can assume the role", Some(("iam/trust.json", 4)), true)
        }
        LinkCode::L9 => ("the role has no boundary", None, false),
    };
    Link {
        code,
        status: Status::Ok,
        is_needed,
        text: text.into(),
        site: place.map(|(path, line)| site(path, line)),
        nearest: None,
        fix: None,
    }
}

/// A link that does not hold as it is.
pub(crate) fn link(code: LinkCode, status: Status, text: &str) -> Link {
    Link { code, status, is_needed: true, text: text.into(), site: None, nearest: None, fix: None }
}

/// The key policy and the identity policy that are forgotten most often.
pub(crate) fn forgotten() -> Vec<Link> {
    let nearest = Nearest {
        text: "Sid \"Users\" allows kms:Decrypt, but its Principal is 111122223333".into(),
        site: Some(site("key.json", 14)),
    };
    let fix = Fix {
        document: "the key policy of key.secrets".into(),
        site: Some(site("key.json", 1)),
        text: "add this statement".into(),
        statement: Some(STATEMENT.into()),
    };
    let key = Link {
        site: Some(site("key.json", 5)),
        nearest: Some(nearest),
        fix: Some(fix),
        ..link(
            LinkCode::L3,
            Status::Missing,
            "no statement of the key policy lets app/ApplicationRole or its account 222233334444 use kms:Decrypt",
        )
    };
    let identity = Link {
        site: Some(site("iam/app.json", 20)),
        fix: Some(Fix {
            document: "the identity policy app.json".into(),
            site: Some(site("iam/app.json", 20)),
            text: "name the key by its ARN arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-1111-4222-8333-444455556666 \
                   in Resource: an alias is not the key"
                .into(),
            statement: None,
        }),
        ..link(LinkCode::L4, Status::Missing, "kms:Decrypt is granted on alias/secrets, an alias")
    };
    vec![key, identity]
}

const STATEMENT: &str = r#"{
  "Sid": "DecryptForApp",
  "Effect": "Allow",
  "Principal": { "AWS": "arn:aws:iam::222233334444:role/ApplicationRole" },
  "Action": "kms:Decrypt",
  "Resource": "*",
  "Condition": { "StringEquals": { "kms:ViaService": "secretsmanager.us-east-1.amazonaws.com" } }
}"#;

pub(crate) fn expectation(
    allows: bool,
    principal: &str,
    secret: &str,
    paths: &[usize],
) -> Expectation {
    Expectation {
        allows,
        principal: principal.into(),
        secret: secret.into(),
        paths: paths.to_vec(),
        broken: Vec::new(),
        open: Vec::new(),
        site: Some(site("accounts.toml", 50)),
    }
}

/// Two accounts, in which everything occurs that a report has words for.
pub(crate) fn full() -> Access {
    let when = Link {
        site: Some(site("iam/report.json", 9)),
        ..link(LinkCode::L1, Status::Conditional, "only from 10.0.0.0/8 (aws:SourceIp)")
    };
    let unseen = link(
        LinkCode::L9,
        Status::NotGiven,
        "the boundary arn:aws:iam::222233334444:policy/edge is not given",
    );
    let nothing =
        link(LinkCode::L1, Status::Missing, "no identity policy allows to read the secret");
    let denied = Link {
        site: Some(site("secret.yaml", 40)),
        ..link(LinkCode::L6, Status::Missing, "Sid \"NotForBuilds\" of the secret policy denies it")
    };
    let idle = Path { is_meant: false, ..path((1, 1), Answer::No, std::slice::from_ref(&nothing)) };
    let other = Path { is_meant: false, ..path((2, 0), Answer::No, &[nothing]) };
    Access {
        accounts: vec![
            account("app", Some("222233334444")),
            account("security", Some("111122223333")),
        ],
        principals: vec![
            principal("app/ApplicationRole", 0),
            principal("app/BuildRole", 0),
            principal("app/ReportRole", 0),
            principal("security/Admin", 1),
        ],
        secrets: vec![
            secret("security/prod/api", 1, KeyRef::Managed),
            secret("security/prod/db", 1, KeyRef::Known(0)),
            Secret {
                kind: SecretKind::Replica,
                region: Some("eu-west-1".into()),
                ..secret("security/prod/db@eu-west-1", 1, KeyRef::Unknown("alias/eu".into()))
            },
        ],
        keys: vec![Key {
            label: "key.secrets".into(),
            arn: "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-1111-4222-8333-444455556666"
                .into(),
            account: 1,
            aliases: vec!["alias/secrets".into()],
            documents: vec![document("key policy", "key.json")],
            site: Some(site("accounts.toml", 12)),
        }],
        paths: vec![
            path((0, 0), Answer::Yes, &[]),
            path((0, 1), Answer::No, &forgotten()),
            path((1, 0), Answer::No, &[denied]),
            idle,
            other,
            path((2, 1), Answer::Depends, &[when]),
            path((2, 2), Answer::Unknown, &[unseen]),
            path((3, 1), Answer::Yes, &[]),
        ],
        expectations: vec![
            Expectation {
                broken: vec![1],
                ..expectation(true, "app/ApplicationRole", "security/prod/*", &[0, 1])
            },
            expectation(false, "app/BuildRole", "*", &[2, 3]),
            Expectation {
                open: vec![6],
                ..expectation(false, "app/ReportRole", "*@eu-west-1", &[6])
            },
            expectation(true, "app/NoSuchRole", "security/prod/db", &[]),
            Expectation {
                broken: vec![7],
                ..expectation(false, "security/*", "security/prod/db", &[7])
            },
        ],
        assumptions: vec![
            Assumption {
                text: "the condition keys aws:SourceVpc and aws:SourceVpce may have any value"
                    .into(),
                site: None,
            },
            Assumption {
                text: "the role app/BuildRole has no policies but those that are given".into(),
                site: Some(site("accounts.toml", 27)),
            },
        ],
        skipped: vec![Skipped::new(
            Origin::File { path: "iam/broken.json".into() },
            SkipReason::Malformed,
            "the document ends in the middle of an object",
        )],
    }
}

/// [`full`], with names that want to be something else wherever an input has a name.
pub(crate) fn hostile() -> Access {
    const NAME: &str =
        "a\u{1b}[31m|`\n@team</summary></code><script>\u{202e}x\\| ```[y](javascript:z) #1";
    let mut access = full();
    let name = |old: &mut String| *old = format!("{NAME}/{old}");
    access.accounts.iter_mut().for_each(|account| name(&mut account.label));
    access.accounts[0].id = None;
    access.principals.iter_mut().for_each(|principal| name(&mut principal.label));
    access.secrets.iter_mut().for_each(|secret| name(&mut secret.label));
    access.keys.iter_mut().for_each(|key| name(&mut key.label));
    for expectation in &mut access.expectations {
        name(&mut expectation.principal);
        name(&mut expectation.secret);
        expectation.site = Some(site(NAME, 3));
    }
    access.assumptions.iter_mut().for_each(|assumption| name(&mut assumption.text));
    access.skipped[0].detail = NAME.into();
    access.skipped[0].origin = Origin::File { path: PathBuf::from(NAME) };
    for link in access.paths.iter_mut().flat_map(|path| Arc::make_mut(&mut path.links)) {
        link.text = format!("{NAME} {}", link.text).into();
        link.site = Some(site(NAME, 1));
        if let Some(nearest) = &mut link.nearest {
            name(&mut nearest.text);
        }
        if let Some(fix) = &mut link.fix {
            fix.document = NAME.into();
            name(&mut fix.text);
            fix.statement = Some(format!("{{\n  \"Sid\": {NAME:?},\n```\n{NAME}\n}}"));
        }
    }
    access
}

/// As many paths as a large organisation has.
pub(crate) fn large(principals: usize, secrets: usize) -> Access {
    let nothing = link(
        LinkCode::L1,
        Status::Missing,
        "no identity policy allows secretsmanager:GetSecretValue on the secret",
    );
    let mut access = full();
    (access.paths, access.expectations) = (Vec::new(), Vec::new());
    access.principals =
        (0..principals).map(|at| principal(&format!("app/Role{at:04}"), 0)).collect();
    access.secrets = (0..secrets)
        .map(|at| secret(&format!("security/prod/s{at:04}"), 1, KeyRef::Known(0)))
        .collect();
    let idle = path((0, 0), Answer::No, &[nothing]);
    for principal in 0..principals {
        for secret in 0..secrets {
            access.paths.push(Path { principal, secret, is_meant: false, ..idle.clone() });
        }
    }
    access
}
