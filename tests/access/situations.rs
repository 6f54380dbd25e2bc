//! What people ask about in public threads, each with the answer, the links that are missing and a word for the cause.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use keylint::access::{Access, Answer, Fix, Link, LinkCode, Status};
use keylint::blob::Origin;
use serde_json::Value;

use crate::asked::answers;
use crate::written::Files;
use crate::{loaded, oracle};

struct Situation {
    /// The folder below `fixtures/access/`.
    name: &'static str,
    /// Who asks for what, by their labels.
    question: (&'static str, &'static str),
    answer: Answer,
    missing: &'static [LinkCode],
    /// Something that the nearest miss or the fix of the first missing link says.
    cause: &'static str,
    /// Whether a statement for each missing link makes it `yes`.
    is_fixable: bool,
}

/// Most of them are about the same names.
const OWN: (&str, &str) = ("security/App", "security/prod/db");
const FOREIGN: (&str, &str) = ("app/App", "security/prod/db");
const REPLICA: (&str, &str) = ("app/App", "security/prod/db@eu-west-1");

/// A statement that is added puts it right.
const fn fixed(
    name: &'static str,
    question: (&'static str, &'static str),
    missing: &'static [LinkCode],
    cause: &'static str,
) -> Situation {
    Situation { name, question, answer: Answer::No, missing, cause, is_fixable: true }
}

/// No statement that is added puts it right.
const fn broken(
    name: &'static str,
    question: (&'static str, &'static str),
    missing: &'static [LinkCode],
    cause: &'static str,
) -> Situation {
    Situation { name, question, answer: Answer::No, missing, cause, is_fixable: false }
}

/// Nothing is missing.
const fn whole(
    name: &'static str,
    question: (&'static str, &'static str),
    answer: Answer,
) -> Situation {
    Situation { name, question, answer, missing: &[], cause: "", is_fixable: false }
}

/// The first of each row is its folder; the threads that ask are public issues of the repositories named beside them.
const SITUATIONS: &[Situation] = &[
    // aws/aws-cdk#12411, hashicorp/terraform-provider-aws#39953
    fixed("missing-suffix", OWN, &[LinkCode::L1], "-??????"),
    // external-secrets/external-secrets#390
    fixed("alias-as-key", OWN, &[LinkCode::L4], "alias"),
    fixed("alias-name-as-resource", OWN, &[LinkCode::L4], "alias"),
    fixed("key-id-as-resource", OWN, &[LinkCode::L4], "ARN"),
    // aws/secrets-store-csi-driver-provider-aws#19
    broken("managed-key-across-accounts", FOREIGN, &[LinkCode::L5], "customer managed key"),
    fixed("key-policy-of-wrong-account", FOREIGN, &[LinkCode::L3], "222233334443"),
    fixed("via-service-of-another-region", OWN, &[LinkCode::L3], "secretsmanager.us-east-1"),
    fixed("resource-policy-only", FOREIGN, &[LinkCode::L1], "secretsmanager:GetSecretValue"),
    // aws/aws-cdk#17382
    broken("replica-without-key", REPLICA, &[LinkCode::L5], "customer managed key"),
    whole("replica-without-key", FOREIGN, Answer::Yes),
    fixed("no-delegation", OWN, &[LinkCode::L3], "not `kms:Decrypt`"),
    fixed("boundary-without-kms", OWN, &[LinkCode::L9], "kms:Decrypt"),
    fixed("another-region", OWN, &[LinkCode::L1], "eu-west-1"),
    fixed("role-made-anew", FOREIGN, &[LinkCode::L2], "deleted"),
    fixed("caller-account-of-owner", FOREIGN, &[LinkCode::L3], "kms:CallerAccount"),
    fixed("encryption-context-without-suffix", OWN, &[LinkCode::L4], "-??????"),
    broken("denied-by-endpoint", OWN, &[LinkCode::L6], "sourcevpce"),
    whole("endpoint-not-told", OWN, Answer::Depends),
    fixed("scp-without-kms", FOREIGN, &[LinkCode::L7], "kms:Decrypt"),
    // The Secrets Manager guide: the key is always an ARN.
    fixed("secret-id-as-name", OWN, &[LinkCode::L1], "secretsmanager:SecretId"),
    fixed("parameter-without-decrypt", OWN, &[LinkCode::L4], "kms:Decrypt"),
    whole("same-account-managed-key", OWN, Answer::Yes),
    whole("same-account-customer-key", OWN, Answer::Yes),
    whole("across-accounts", FOREIGN, Answer::Yes),
    whole("by-grant", OWN, Answer::Yes),
    whole("parameter-with-decrypt", OWN, Answer::Yes),
];

impl Situation {
    fn files(&self) -> Files {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/access").join(self.name);
        loaded::folder(&folder)
    }

    fn links<'a>(&self, access: &'a Access) -> (Answer, &'a [Link]) {
        let is_it = |path: &&keylint::access::Path| access.labels(path) == Some(self.question);
        let found = access.paths.iter().find(is_it);
        let path = found.unwrap_or_else(|| panic!("{}: no path {:?}", self.name, self.question));
        (path.answer, &path.links)
    }

    /// Whether the oracle sees a way, with some suffix and a request without anything special.
    fn can_read(&self, files: &Files) -> bool {
        let world = loaded::world(files);
        let (who, what) = self.question;
        let principal = world.principals.iter().find(|one| world.principal_label(one) == who);
        let region = what.split_once('@').map(|(_, region)| region);
        let secret = &world.secrets[0];
        oracle::can_read(&world, principal.unwrap(), secret, region.unwrap_or(&secret.region))
    }
}

fn is_missing(link: &Link) -> bool {
    link.status == Status::Missing
}

/// What a link says, all in one text.
fn said(link: &Link) -> String {
    let nearest = link.nearest.iter().map(|nearest| nearest.text.as_str());
    let fix = link.fix.iter().flat_map(|fix| [Some(fix.text.as_str()), fix.statement.as_deref()]);
    let all = [link.text.as_ref()].into_iter().chain(nearest).chain(fix.flatten());
    all.collect::<Vec<_>>().join("\n")
}

#[test]
fn each_situation_is_what_it_is_taken_for() {
    for situation in SITUATIONS {
        let can_read = situation.can_read(&situation.files());
        let is_as_said = match situation.answer {
            Answer::Yes => can_read,
            Answer::No => !can_read,
            Answer::Depends | Answer::Unknown => true,
        };
        assert!(is_as_said, "{}", situation.name);
    }
}

#[test]
fn every_folder_is_a_situation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/access");
    for entry in std::fs::read_dir(root).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(SITUATIONS.iter().any(|one| name == one.name), "{}", name.display());
    }
}

#[test]
fn each_situation_is_answered_with_the_links_that_are_missing() {
    let mut wrong = String::new();
    for situation in SITUATIONS {
        let access = answers(&situation.files()).unwrap();
        let (answer, links) = situation.links(&access);
        let missing: Vec<&Link> = links.iter().filter(|link| is_missing(link)).collect();
        let codes: Vec<LinkCode> = missing.iter().map(|link| link.code).collect();
        let said: String = missing.iter().map(|link| said(link)).collect();
        let is_as_said = (answer, &codes[..]) == (situation.answer, situation.missing);
        if !is_as_said || !said.contains(situation.cause) {
            let Situation { name, cause, .. } = situation;
            let _ = writeln!(wrong, "{name}: {answer} {codes:?}, `{cause}` in\n{said}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn each_fix_puts_its_situation_right() {
    let mut wrong = String::new();
    for situation in SITUATIONS.iter().filter(|situation| situation.is_fixable) {
        let mut files = situation.files();
        let access = answers(&files).unwrap();
        for link in situation.links(&access).1.iter().filter(|link| is_missing(link)) {
            let fix = link.fix.as_ref();
            let fix = fix.unwrap_or_else(|| panic!("{}: no fix\n{}", situation.name, said(link)));
            apply(fix, &mut files, situation.name);
        }
        let access = answers(&files).unwrap();
        let (answer, links) = situation.links(&access);
        // What keylint is content with, AWS has to be content with as well.
        if answer != Answer::Yes || !situation.can_read(&files) {
            let left: String = links.iter().filter(|link| is_missing(link)).map(said).collect();
            let _ = writeln!(wrong, "{}: {answer}\n{left}\n", situation.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Adds the statement of a fix to the document that it is for.
fn apply(fix: &Fix, files: &mut Files, name: &str) {
    let site = fix.site.as_ref().unwrap_or_else(|| panic!("{name}: a fix of no file"));
    let Origin::File { path } = site.origin.as_ref() else { panic!("{name}: {:?}", site.origin) };
    let path: &PathBuf = &path.into();
    let file = files.iter_mut().find(|(file, _)| path.ends_with(file));
    let (_, bytes) = file.unwrap_or_else(|| panic!("{name}: {} is no file", path.display()));
    let statement = fix.statement.as_ref().unwrap_or_else(|| panic!("{name}: {}", fix.text));
    let mut document: Value = serde_json::from_slice(bytes).unwrap();
    let statement: Value = serde_json::from_str(statement).unwrap();
    document["Statement"].as_array_mut().unwrap().push(statement);
    *bytes = serde_json::to_vec_pretty(&document).unwrap();
}
