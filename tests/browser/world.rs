//! Worlds that are made up: one to look at, one whose names attack the page, and one that is large.

use std::path::PathBuf;
use std::sync::Arc;

use keylint::access::{
    Access, Account, Answer, Assumption, Document, Expectation, Fix, Key, KeyRef, Link, LinkCode,
    Nearest, Path, Principal, Secret, SecretKind, Site, Status,
};
use keylint::blob::Origin;
use keylint::location::{Location, Position};
use keylint::outcome::{SkipReason, Skipped};

/// Three accounts with all answers.
pub(crate) fn company() -> Access {
    let mut access = Access {
        accounts: vec![
            account("app", "222233334444"),
            account("data", "333344445555"),
            account("security", "111122223333"),
        ],
        principals: [
            ("app/ApplicationRole", "role"),
            ("app/CheckoutService", "role"),
            ("app/deploy", "user"),
            ("app/ReportingLambda", "role"),
            ("data/EtlRole", "role"),
            ("data/nightly-export-with-a-rather-long-name", "role"),
            ("security/Administrator", "role"),
            ("security/AuditRole", "session"),
        ]
        .map(principal)
        .to_vec(),
        secrets: [
            ("app/checkout/stripe", SecretKind::Secret, KeyRef::Managed),
            ("app/flags", SecretKind::Parameter, KeyRef::Known(0)),
            ("data/warehouse", SecretKind::Secret, KeyRef::Known(1)),
            ("data/warehouse@eu-west-1", SecretKind::Replica, KeyRef::Known(1)),
            ("security/prod/api", SecretKind::Secret, KeyRef::Known(2)),
            ("security/prod/db", SecretKind::Secret, KeyRef::Known(2)),
            ("security/prod/db@eu-west-1", SecretKind::Replica, unknown_key()),
            ("security/prod/root", SecretKind::Secret, KeyRef::Known(2)),
            (
                "security/prod/signing/very/deep/path/of-a-parameter",
                SecretKind::Parameter,
                KeyRef::Managed,
            ),
            ("security/vendor/token", SecretKind::Secret, KeyRef::Managed),
        ]
        .map(secret)
        .to_vec(),
        keys: [("app/key.app", 0), ("data/key.warehouse", 1), ("security/key.secrets", 2)]
            .map(key)
            .to_vec(),
        assumptions: vec![Assumption {
            text: "requests come over TLS and no session policy narrows the roles".into(),
            site: Some(site("accounts.toml", 3)),
        }],
        skipped: vec![Skipped::new(
            origin("iam/old.json"),
            SkipReason::Malformed,
            "the object ends too early",
        )],
        ..Access::default()
    };
    access.paths = company_paths(&access);
    access.expectations = vec![
        expectation(&access, true, ("app/ApplicationRole", "security/prod/db"), 40),
        expectation(&access, false, ("app/*", "security/prod/root"), 44),
        expectation(&access, true, ("data/EtlRole", "data/warehouse"), 48),
        expectation(&access, true, ("security/AuditRole", "security/prod/db@eu-west-1"), 52),
    ];
    access
}

fn unknown_key() -> KeyRef {
    KeyRef::Unknown("arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d".into())
}

/// The paths that somebody meant: principal, secret, answer.
const MEANT: &[(usize, usize, Answer)] = &[
    (0, 4, Answer::Yes),
    (0, 5, Answer::No),
    (0, 6, Answer::No),
    (1, 0, Answer::Yes),
    (1, 1, Answer::Yes),
    (1, 5, Answer::Depends),
    (2, 0, Answer::Depends),
    (2, 9, Answer::Unknown),
    (3, 2, Answer::No),
    (4, 2, Answer::Yes),
    (4, 3, Answer::Depends),
    (5, 3, Answer::Yes),
    (5, 5, Answer::Unknown),
    (7, 5, Answer::Yes),
    (7, 6, Answer::Unknown),
];

fn company_paths(access: &Access) -> Vec<Path> {
    let all = access.principals.len() * access.secrets.len();
    let pairs = (0..all).map(|at| (at / access.secrets.len(), at % access.secrets.len()));
    pairs
        .map(|(principal, secret)| {
            let meant = MEANT.iter().find(|(one, other, _)| (*one, *other) == (principal, secret));
            let administrator = if secret >= 4 { Answer::Yes } else { Answer::No };
            let other = if principal == 6 { administrator } else { Answer::No };
            let answer = meant.map_or(other, |(_, _, answer)| *answer);
            path(access, (principal, secret), answer, meant.is_some())
        })
        .collect()
}

/// A path whose links fit its answer.
fn path(access: &Access, ends: (usize, usize), answer: Answer, is_meant: bool) -> Path {
    let (principal, secret) = (&access.principals[ends.0], &access.secrets[ends.1]);
    let crosses = principal.account != secret.account;
    let links = LinkCode::ALL.map(|code| link(code, answer, is_meant, crosses, principal)).to_vec();
    Path { principal: ends.0, secret: ends.1, answer, links: links.into(), is_meant }
}

fn link(
    code: LinkCode,
    answer: Answer,
    is_meant: bool,
    crosses: bool,
    principal: &Principal,
) -> Link {
    let status = match (code, answer) {
        (LinkCode::L1, Answer::No) if !is_meant => Status::Missing,
        (LinkCode::L3 | LinkCode::L4, Answer::No) if is_meant => Status::Missing,
        (LinkCode::L4, Answer::Depends) => Status::Conditional,
        (LinkCode::L3, Answer::Unknown) => Status::NotGiven,
        _ => Status::Ok,
    };
    let is_needed = match code {
        LinkCode::L2 | LinkCode::L5 => crosses,
        LinkCode::L7 | LinkCode::L8 | LinkCode::L9 => false,
        _ => true,
    };
    let text = match (code, status) {
        (LinkCode::L1, Status::Ok) => {
            format!("Sid \"ReadSecrets\" of {} allows it", principal.label)
        }
        (LinkCode::L1, _) => {
            format!("no policy of {} allows secretsmanager:GetSecretValue", principal.label)
        }
        (LinkCode::L3, Status::Missing) => "no statement lets 222233334444 use kms:Decrypt".into(),
        (LinkCode::L3, Status::NotGiven) => "the policy of the key was not given".into(),
        (LinkCode::L4, Status::Missing) => {
            "kms:Decrypt is granted on alias/secrets, which is an alias and not the key".into()
        }
        (LinkCode::L4, Status::Conditional) => "only where aws:SourceVpce is vpce-0a1b2c3d".into(),
        (LinkCode::L6, _) => "no statement denies it".into(),
        (_, Status::Ok) if is_needed => "the statement allows it".into(),
        _ => String::new(),
    };
    let is_missing = status == Status::Missing;
    Link {
        code,
        status,
        is_needed: is_needed || status != Status::Ok,
        text: text.into(),
        site: (is_needed && code != LinkCode::L6).then(|| site("iam/app.json", 12 + code as u64)),
        nearest: (is_missing && code != LinkCode::L1).then(nearest),
        fix: is_missing.then(fix),
    }
}

fn nearest() -> Nearest {
    Nearest {
        text: "Sid \"Users\" allows it to 111122223333 alone".into(),
        site: Some(site("keys/key.json", 5)),
    }
}

fn fix() -> Fix {
    Fix {
        document: "the key policy of key.secrets".into(),
        site: Some(site("keys/key.json", 3)),
        text: "add this statement".into(),
        statement: Some(
            "{\n  \"Effect\": \"Allow\",\n  \"Principal\": { \"AWS\": \"arn:aws:iam::222233334444:role/ApplicationRole\" },\n  \
             \"Action\": \"kms:Decrypt\",\n  \"Resource\": \"*\",\n  \"Condition\": {\n    \"StringEquals\": {\n      \
             \"kms:ViaService\": \"secretsmanager.us-east-1.amazonaws.com\"\n    }\n  }\n}"
                .into(),
        ),
    }
}

fn expectation(access: &Access, allows: bool, on: (&str, &str), line: u64) -> Expectation {
    let fits = |pattern: &str, label: &str| match pattern.strip_suffix('*') {
        Some(prefix) => label.starts_with(prefix),
        None => pattern == label,
    };
    let is_about = |path: &Path| {
        access
            .labels(path)
            .is_some_and(|(principal, secret)| fits(on.0, principal) && fits(on.1, secret))
    };
    let wrong = if allows { Answer::No } else { Answer::Yes };
    let right = if allows { Answer::Yes } else { Answer::No };
    let of = |wanted: &dyn Fn(&Path) -> bool| -> Vec<usize> {
        let paths = access.paths.iter().enumerate();
        paths.filter(|(_, path)| is_about(path) && wanted(path)).map(|(at, _)| at).collect()
    };
    Expectation {
        allows,
        principal: on.0.into(),
        secret: on.1.into(),
        paths: of(&|_| true),
        broken: of(&|path| path.answer == wrong),
        open: of(&|path| path.answer != wrong && path.answer != right),
        site: Some(site("accounts.toml", line)),
    }
}

fn account(label: &str, id: &str) -> Account {
    Account {
        label: label.into(),
        id: Some(id.into()),
        org: Some("o-abc".into()),
        documents: vec![document("service control policy", "scp.json")],
        site: Some(site("accounts.toml", 1)),
    }
}

fn document(role: &'static str, file: &str) -> Document {
    Document { role, site: Some(site(file, 1)), name: String::new() }
}

/// The place of the account in the lists above.
fn account_of(label: &str) -> usize {
    ["app/", "data/", "security/"].iter().position(|prefix| label.starts_with(prefix)).unwrap_or(0)
}

fn principal((label, kind): (&str, &'static str)) -> Principal {
    let (_, name) = label.split_once('/').unwrap_or(("", label));
    Principal {
        label: label.into(),
        kind,
        arn: format!("arn:aws:iam::222233334444:{kind}/{name}"),
        account: account_of(label),
        documents: vec![
            document("identity policy", "iam/app.json"),
            Document {
                role: "boundary",
                site: None,
                name: "arn:aws:iam::aws:policy/PowerUserAccess".into(),
            },
        ],
        site: Some(site("accounts.toml", 20)),
        is_foreign: label == "app/deploy",
    }
}

fn secret((label, kind, key): (&str, SecretKind, KeyRef)) -> Secret {
    let region = if kind == SecretKind::Replica { "eu-west-1" } else { "us-east-1" };
    Secret {
        label: label.into(),
        kind,
        arn: format!("arn:aws:secretsmanager:{region}:111122223333:secret:{label}-??????"),
        region: Some(region.into()),
        account: account_of(label),
        key,
        documents: vec![document("resource policy", "secrets/policy.json")],
        site: Some(site("accounts.toml", 30)),
    }
}

fn key((label, account): (&str, usize)) -> Key {
    Key {
        label: label.into(),
        arn: "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-1111-4222-8333-444455556666".into(),
        account,
        aliases: vec![format!("alias/{}", label.split_once('.').unwrap_or(("", label)).1)],
        documents: vec![document("key policy", "keys/key.json")],
        site: Some(site("accounts.toml", 36)),
    }
}

fn origin(path: &str) -> Origin {
    Origin::File { path: PathBuf::from(path) }
}

fn site(path: &str, line: u64) -> Site {
    let at = Position { line, ..Position::START };
    Site { origin: Arc::new(origin(path)), location: Location { start: at, end: at } }
}

/// The company, with `text` in every place that others may write.
pub(crate) fn hostile(text: &str) -> Access {
    let mut access = company();
    let spoil = |target: &mut String| target.push_str(text);
    let bad_site = || Some(site(text, 7));
    for account in &mut access.accounts {
        spoil(&mut account.label);
        account.id = Some(text.into());
        account.org = Some(text.into());
        account.site = bad_site();
    }
    for principal in &mut access.principals {
        spoil(&mut principal.label);
        spoil(&mut principal.arn);
        principal.documents =
            vec![Document { role: "boundary", site: bad_site(), name: text.into() }];
    }
    for secret in &mut access.secrets {
        spoil(&mut secret.label);
        spoil(&mut secret.arn);
        secret.region = Some(text.into());
        if secret.key == unknown_key() {
            secret.key = KeyRef::Unknown(text.into());
        }
    }
    for key in &mut access.keys {
        spoil(&mut key.label);
        key.aliases = vec![text.into()];
    }
    for link in access.paths.iter_mut().flat_map(|path| Arc::make_mut(&mut path.links)) {
        link.text = text.into();
        link.site = bad_site();
        link.nearest = Some(Nearest { text: text.into(), site: bad_site() });
        link.fix = Some(Fix {
            document: text.into(),
            site: bad_site(),
            text: text.into(),
            statement: Some(text.into()),
        });
    }
    for expectation in &mut access.expectations {
        spoil(&mut expectation.principal);
        spoil(&mut expectation.secret);
        expectation.site = bad_site();
    }
    access.assumptions = vec![Assumption { text: text.into(), site: bad_site() }];
    access.skipped = vec![Skipped::new(origin(text), SkipReason::Malformed, text)];
    access
}

/// `side` principals by as many secrets, each answer with words of its own.
pub(crate) fn large(side: usize) -> Access {
    let mut access = company();
    let names = |what: &'static str| (0..side).map(move |at| format!("app/{what}-{at:03}"));
    access.principals = names("principal").map(|label| principal((&label, "role"))).collect();
    let secrets =
        names("secret").map(|label| secret((&label, SecretKind::Secret, KeyRef::Known(0))));
    access.secrets = secrets.collect();
    access.expectations.clear();
    let pairs = (0..side * side).map(|at| (at / side, at % side));
    let paths = pairs.map(|(principal, secret)| {
        let answer = match (principal * 7 + secret) % 400 {
            0 => Answer::Yes,
            1 => Answer::Depends,
            2 => Answer::Unknown,
            _ => Answer::No,
        };
        let mut path = path(&access, (principal, secret), answer, answer != Answer::No);
        for link in Arc::make_mut(&mut path.links) {
            link.text = format!("{} of {principal} for {secret}", link.text).into();
        }
        path
    });
    access.paths = paths.collect();
    access
}
