//! Outcomes of scans that are made up: one to look at, one whose texts attack the page, and one that is large.

use std::path::PathBuf;
use std::sync::Arc;

use keylint::blob::Origin;
use keylint::finding::{
    Confidence, Edit, Finding, FindingKind, Fix, Place, RuleMeta, Secret, Severity, Suppression,
    SuppressionKind, Verdict,
};
use keylint::fingerprint::{ContentId, Fingerprint};
use keylint::history::{At, GitPlace, History, Moment, ObjectName};
use keylint::image::{Built, Effect, Fate, Hidden, ImagePlace, InImage, LayerFacts, LayerUse};
use keylint::location::{Location, Position};
use keylint::outcome::{Outcome, SkipReason, Skipped};
use keylint::snippet::Snippet;

/// What stands for the raw secret number `at`.
pub(crate) fn raw(at: usize) -> String {
    format!("raw-value-{at}")
}

/// Findings of every kind: in files, in a history, in an image, of policies, suppressed.
pub(crate) fn company() -> Outcome {
    let mut outcome = Outcome { findings: findings(), ..Outcome::default() };
    outcome.skipped = vec![
        Skipped::new(origin("data/old.zip"), SkipReason::Encrypted, "it is encrypted"),
        Skipped {
            accepted: Some("known".into()),
            ..Skipped::new(origin("data/big.img"), SkipReason::Limit, "it is too large")
        },
    ];
    outcome.notes = vec!["the objects of a submodule are elsewhere".into()];
    outcome.stats.files = 1234;
    outcome.stats.bytes = 5_600_000;
    outcome.stats.git.commits = 78;
    outcome
}

fn findings() -> Vec<Finding> {
    let [token, password, key] = [
        rule("acme-token", Severity::Critical),
        rule("generic-password", Severity::Medium),
        rule("aws-secret-access-key", Severity::High),
    ];
    let [star, version] =
        [rule("service-star", Severity::Medium), rule("missing-version", Severity::Note)];
    let mut findings = vec![
        secret(
            0,
            &token,
            Confidence::VeryHigh,
            Verdict::ChecksumValid,
            vec![git("src/app/main.py", 1)],
        ),
        secret(
            1,
            &password,
            Confidence::Medium,
            Verdict::ShapeOnly,
            vec![file("deploy/run.sh", 12)],
        ),
        secret(2, &key, Confidence::High, Verdict::Proven, vec![layer(".env", true)]),
        secret(3, &key, Confidence::High, Verdict::ShapeOnly, vec![git("src/old.py", 2)]),
        secret(
            4,
            &password,
            Confidence::Medium,
            Verdict::Expired,
            (1..=9).map(|at| file("src/many.py", at)).collect(),
        ),
        policy(5, &star, vec![file("policies/app.json", 4)]),
        policy(6, &version, vec![fixed("policies/app.json", 2)]),
        secret(
            7,
            &password,
            Confidence::Medium,
            Verdict::ShapeOnly,
            vec![suppressed("tests/one.py", 3)],
        ),
        secret(
            8,
            &token,
            Confidence::High,
            Verdict::StructureValid,
            vec![built("docker/.npmrc", 1)],
        ),
    ];
    findings[0].history = Some(history(1, "2021-03-05", true, Some(true)));
    findings[3].history = Some(history(2, "2023-11-20", false, Some(false)));
    findings
}

/// Findings and nothing else.
pub(crate) fn large(count: usize) -> Outcome {
    let rules = [rule("generic-password", Severity::Medium), rule("acme-token", Severity::High)];
    let place = |at: usize| vec![file(&format!("team{}/service{}/app.py", at % 17, at % 300), 7)];
    let finding =
        |at: usize| secret(at, &rules[at % 2], Confidence::High, Verdict::ShapeOnly, place(at));
    Outcome { findings: (0..count).map(finding).collect(), ..Outcome::default() }
}

/// The company, with `text` in every place that others may write.
pub(crate) fn hostile(text: &str) -> Outcome {
    let mut outcome = company();
    for finding in &mut outcome.findings {
        let meta = Arc::make_mut(&mut finding.rule);
        meta.help = text.into();
        meta.title = text.into();
        meta.references = vec![text.into(), format!("javascript:alert(1)//{text}")];
        finding.message = format!("message {text}");
        if let FindingKind::Secret { redacted, facts, .. } = &mut finding.kind {
            *redacted = text.chars().filter(|one| !one.is_control()).collect();
            *facts = vec![(text.into(), text.into())];
        }
        for place in &mut finding.places {
            spoil(place, text);
        }
        if let Some(known) = &mut finding.history {
            let inert = keylint::blob::inert(text.as_bytes());
            known.paths = vec![text.into(), "b".into()];
            known.refs = vec![inert.clone()];
            let first = known.first.as_mut().unwrap();
            (first.author, first.subject) = (inert.clone(), inert);
        }
    }
    outcome.skipped = vec![Skipped::new(origin(text), SkipReason::Malformed, text)];
    outcome
}

fn spoil(place: &mut Place, text: &str) {
    let inert = keylint::blob::inert(text.as_bytes());
    place.origin = Arc::new(match &*place.origin {
        Origin::Git(known) => Origin::Git(GitPlace { path: text.into(), ..known.clone() }),
        Origin::Member { archive, .. } => {
            Origin::Member { archive: Arc::clone(archive), path: text.into() }
        }
        _ => origin(text),
    });
    place.snippet = Snippet { lines_before: 0, label: 0..inert.len(), text: inert.clone() };
    for of in place.layer.iter_mut().flat_map(|facts| &mut facts.uses) {
        of.image = text.into();
        of.instruction = Some(text.into());
    }
    if let Some(known) = &mut place.suppressed {
        known.reason.clone_from(&inert);
    }
    if let Some(built) = &mut place.built {
        built.instruction.clone_from(&inert);
        built.dockerfile = text.into();
    }
    for edit in place.fix.iter_mut().flat_map(|fix| &mut fix.edits) {
        edit.text = text.into();
    }
}

fn rule(id: &str, severity: Severity) -> Arc<RuleMeta> {
    Arc::new(RuleMeta {
        id: id.into(),
        title: format!("Title of {id}"),
        help: format!("Replace `{id}` first.\nThen remove it."),
        severity,
        confidence: Confidence::High,
        references: vec![format!("https://example.com/{id}")],
        tags: Vec::new(),
        check: None,
    })
}

fn secret(
    at: usize,
    rule: &Arc<RuleMeta>,
    confidence: Confidence,
    verdict: Verdict,
    places: Vec<Place>,
) -> Finding {
    let kind = FindingKind::Secret {
        secret: Secret::new(raw(at).as_bytes()),
        redacted: format!("ac{at}_********"),
        verdict,
        facts: vec![("account".into(), format!("fact {at}"))],
    };
    finding(at, rule, confidence, kind, places)
}

fn policy(at: usize, rule: &Arc<RuleMeta>, places: Vec<Place>) -> Finding {
    let kind = FindingKind::Policy { supersedes: vec!["effective-star".into()] };
    finding(at, rule, Confidence::High, kind, places)
}

fn finding(
    at: usize,
    rule: &Arc<RuleMeta>,
    confidence: Confidence,
    kind: FindingKind,
    mut places: Vec<Place>,
) -> Finding {
    for place in &mut places {
        place.rule = Arc::clone(rule);
    }
    Finding {
        rule: Arc::clone(rule),
        severity: rule.severity,
        confidence,
        message: format!("Finding {at} of `{}`", rule.id),
        places,
        kind,
        fingerprint: Fingerprint::of_strong_secret(raw(at).as_bytes()),
        history: None,
    }
}

fn origin(path: &str) -> Origin {
    Origin::File { path: PathBuf::from(path) }
}

fn place(origin: Origin, line: u64) -> Place {
    let start = Position { line, column: 5, column_utf16: 5, offset: 100 };
    let end = Position { column: 13, offset: 108, ..start };
    let text = "before\nx = ********\nafter";
    Place {
        rule: rule("any", Severity::Note),
        origin: Arc::new(origin),
        location: Location { start, end },
        snippet: Snippet { text: text.into(), lines_before: 1, label: 11..19 },
        suppressed: None,
        written: None,
        layer: None,
        built: None,
        fix: None,
    }
}

fn file(path: &str, line: u64) -> Place {
    place(origin(path), line)
}

fn suppressed(path: &str, line: u64) -> Place {
    let known = Suppression::new(SuppressionKind::Inline, "made for tests");
    Place { suppressed: Some(known), ..file(path, line) }
}

fn built(path: &str, line: u64) -> Place {
    let built = Built {
        dockerfile: "Dockerfile".into(),
        line: 9,
        instruction: "COPY docker /root".into(),
        effect: Effect::Copied,
    };
    Place { built: Some(Box::new(built)), ..file(path, line) }
}

fn fixed(path: &str, line: u64) -> Place {
    let mut place = file(path, line);
    place.snippet =
        Snippet { text: "{\n  \"Statement\": []".into(), lines_before: 1, label: 4..15 };
    let at = Position { line: 1, column: 2, column_utf16: 2, offset: 1 };
    let text = "\n  \"Version\": \"2012-10-17\",".into();
    let edit = Edit { location: Location { start: at, end: at }, text };
    place.fix = Some(Fix { edits: vec![edit], of: ContentId::of(b"") });
    place
}

fn commit(at: u8) -> ObjectName {
    ObjectName::new(&[at; 20])
}

fn git(path: &str, at: u8) -> Place {
    let known = At::Commit { order: at.into(), commit: commit(at), blob: commit(at + 100) };
    place(Origin::Git(GitPlace { repository: None, path: path.into(), at: known }), 30)
}

fn history(at: u8, day: &str, in_head: bool, on_remote: Option<bool>) -> History {
    let date = keylint::date::day(day).unwrap();
    let subject = format!("Commit {at}");
    let author = format!("Ada{at} <ada{at}@example.com>");
    History {
        first: Some(Moment { commit: commit(at), author, date, subject }),
        last: None,
        paths: vec!["src/app/main.py".into(), "src/other.py".into()],
        versions: 3,
        in_head,
        refs: vec!["refs/heads/main".into()],
        ref_count: 1,
        on_remote,
        reachable: true,
    }
}

fn layer(path: &str, is_hidden: bool) -> Place {
    let digest: Arc<str> = format!("sha256:{}", "ab".repeat(32)).into();
    let image = Origin::Image(ImagePlace {
        image: "image.tar".into(),
        at: InImage::Layer { order: 1, digest: Arc::clone(&digest) },
    });
    let hidden = Hidden {
        how: Fate::Deleted,
        index: 3,
        digest: Arc::clone(&digest),
        instruction: Some("RUN rm .env".into()),
    };
    let of = LayerUse {
        image: "shop:1.4".into(),
        platform: Some("linux/amd64".into()),
        index: 2,
        layers: 3,
        instruction: Some("COPY . /app".into()),
        hidden: is_hidden.then_some(hidden),
    };
    let facts = LayerFacts { digest, links: Vec::new(), uses: vec![of], more_uses: 0 };
    let member = Origin::Member { archive: Arc::new(image), path: path.into() };
    Place { layer: Some(Box::new(facts)), ..place(member, 1) }
}
