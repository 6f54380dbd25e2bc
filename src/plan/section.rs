//! The whole plan: what is urgent, what is done for each issuer, and what is done once for all.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::about::About;
use super::issuer::{OTHERS, issuer};
use super::medium::Medium;
use super::need::{ENCRYPTED, moves, why};
use super::sorted::Sorted;
use super::step::{Step, name};
use super::{cleaning, is_live, media, reference, rotation, spread, store, stored, told};
use crate::finding::{Finding, FindingKind, Verdict};
use crate::outcome::Outcome;

/// Rows of the order of work.
const MAX_ROWS: usize = 15;
/// Rules of one issuer whose help is told.
const MAX_RULES: usize = 8;
/// Rules whose steps are written out, of each half.
const MAX_GROUPS: usize = 40;
/// Findings of one rule that are listed, and of all rules of one half.
const MAX_ITEMS: (usize, usize) = (20, 300);

/// Everything that is to be done after a scan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What there is, in a few lines.
    pub summary: Vec<String>,
    /// What comes first.
    pub order: Vec<Row>,
    /// How many findings the order leaves out.
    pub more: usize,
    /// What is to be done, in this order.
    pub sections: Vec<Section>,
}

/// A finding in the order of work. Names are between backquotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub title: String,
    /// Where it is.
    pub place: String,
    /// Why it comes here.
    pub why: String,
}

/// Something to do for several findings, and these.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// 2 for the parts of a plan, 3 below them.
    pub level: usize,
    /// What it is about.
    pub title: String,
    /// What to know before.
    pub intro: Vec<String>,
    /// What to do.
    pub steps: Vec<Step>,
    /// To tick off.
    pub items: Vec<Item>,
    /// How many items there was no room for.
    pub more: usize,
}

/// A finding to tick off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it is, and how bad it is.
    pub text: String,
    /// What is true for it alone.
    pub notes: Vec<Step>,
}

/// Makes the plan for everything that no suppression covers.
pub fn plan(outcome: &Outcome, about: &About) -> Plan {
    let sorted = Sorted::new(outcome);
    let names = names(&sorted.live, about);
    let urgent = || sorted.urgent();
    let order: Vec<Row> = urgent().take(MAX_ROWS).map(row).collect();
    let mut sections = rotate(&sorted.live, &names);
    sections.extend(shift(&sorted.live, &names, about));
    sections.extend(part("Clean the history", cleaning::history(outcome)));
    sections.extend(part("Make the images anew", cleaning::images(outcome)));
    sections.extend(look(&sorted.doubtful));
    sections.extend(nothing(&sorted.idle));
    sections.extend(mend(&sorted.policies));
    sections.extend(part("At the end", end(outcome)));
    let more = urgent().count() - order.len();
    Plan { summary: sorted.summary(outcome), more, order, sections }
}

fn part(title: &str, steps: Vec<Step>) -> Option<Section> {
    (!steps.is_empty()).then(|| Section {
        level: 2,
        title: title.into(),
        steps,
        ..Section::default()
    })
}

fn row(finding: &Finding) -> Row {
    let place = finding.places.iter().find(|place| place.suppressed.is_none());
    Row {
        title: finding.rule.title.clone(),
        place: place.map(|place| name(&spread::at(place))).unwrap_or_default(),
        why: why(finding),
    }
}

/// What each finding that moves will be called, each name once.
fn names(live: &[&Finding], about: &About) -> HashMap<usize, String> {
    let mut taken = HashSet::new();
    let mut next: HashMap<String, usize> = HashMap::new();
    let mut names = HashMap::new();
    for (at, finding) in live.iter().enumerate().filter(|(_, finding)| moves(finding)) {
        let first = stored(finding, about);
        let count = next.entry(first.clone()).or_insert(1);
        let mut own = first.clone();
        while !taken.insert(own.clone()) {
            *count += 1;
            own = format!("{first}_{count}");
        }
        names.insert(at, own);
    }
    names
}

/// What findings are told together by: who issues them, else their rule.
fn key(finding: &Finding) -> &str {
    let issuer = issuer(&finding.rule.id).filter(|_| is_live(finding));
    issuer.map_or(&finding.rule.id, |issuer| issuer.title)
}

/// Findings by what they are told together by, in the order in which the first of each comes; each with its place in the list.
fn groups<'f>(findings: &[&'f Finding]) -> Vec<Vec<(usize, &'f Finding)>> {
    let mut at: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<Vec<(usize, &Finding)>> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        let group = *at.entry(key(finding)).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(known) => known.push((index, finding)),
            None => groups.push(vec![(index, finding)]),
        }
    }
    groups
}

/// A section below `head` for each group, as many as there is room for.
fn grouped<'f>(
    head: Section,
    findings: &[&'f Finding],
    steps: impl Fn(&[(usize, &'f Finding)]) -> Vec<Step>,
    item: impl Fn(usize, &'f Finding) -> Item,
) -> Vec<Section> {
    if findings.is_empty() {
        return Vec::new();
    }
    let groups = groups(findings);
    let more = groups.iter().skip(MAX_GROUPS).map(Vec::len).sum();
    let mut sections = vec![Section { more, ..head }];
    let mut room = MAX_ITEMS.1;
    for group in groups.into_iter().take(MAX_GROUPS) {
        let Some((_, first)) = group.first() else { continue };
        let shown = group.len().min(MAX_ITEMS.0).min(room.max(1));
        room = room.saturating_sub(shown);
        let title = issuer(&first.rule.id).filter(|_| is_live(first));
        let title = title.map_or(first.rule.title.as_str(), |issuer| issuer.title);
        let title = format!("{title} ({})", group.len());
        let items = group.iter().take(shown).map(|(at, finding)| item(*at, finding)).collect();
        sections.push(Section {
            level: 3,
            title,
            steps: steps(&group),
            items,
            more: group.len() - shown,
            ..Section::default()
        });
    }
    sections
}

fn head(title: &str, text: &str) -> Section {
    Section { level: 2, title: title.into(), intro: vec![text.into()], ..Section::default() }
}

fn verdict(finding: &Finding) -> Verdict {
    match &finding.kind {
        FindingKind::Secret { verdict, .. } => *verdict,
        FindingKind::Policy { .. } => Verdict::ShapeOnly,
    }
}

fn rotate(live: &[&Finding], names: &HashMap<usize, String>) -> Vec<Section> {
    let mut head = head(
        "Take the secrets back",
        "By issuer, the most urgent first; below the steps for each kind is every secret to tick off.",
    );
    head.intro.push(OTHERS.text.into());
    grouped(head, live, of_issuer, |at, finding| secret(finding, names.get(&at)))
}

/// What to do with secrets of one issuer: what their rules say, then what holds for all.
fn of_issuer(group: &[(usize, &Finding)]) -> Vec<Step> {
    let mut seen = HashSet::new();
    let rules: Vec<&Finding> = group
        .iter()
        .map(|(_, finding)| *finding)
        .filter(|finding| seen.insert(finding.rule.id.as_str()))
        .collect();
    let mut steps = Vec::new();
    for finding in rules.iter().take(MAX_RULES) {
        let rule = &finding.rule;
        match &rules[..] {
            _ if rule.help.is_empty() => {}
            [_] => steps.push(Step::say(&rule.help)),
            _ => steps.push(Step::say(format!("{}: {}", rule.title, rule.help))),
        }
    }
    if group.iter().any(|(_, finding)| verdict(finding) == Verdict::EncryptedKey) {
        steps.push(Step::say(ENCRYPTED));
    }
    let issuer = group.first().and_then(|(_, finding)| issuer(&finding.rule.id));
    steps.extend(issuer.into_iter().flat_map(|issuer| issuer.lines).map(Step::from));
    steps
}

/// A secret to tick off: where it is, what it tells, where else it is, what takes its place.
fn secret(finding: &Finding, stored: Option<&String>) -> Item {
    let Row { title, place, why } = row(finding);
    let mut notes = Vec::new();
    if let FindingKind::Secret { facts, .. } = &finding.kind {
        notes.extend(told(facts));
    }
    notes.extend(spread::steps(finding));
    if let Some(stored) = stored {
        let how: Vec<&str> = media(finding).into_iter().map(Medium::title).collect();
        let how =
            if how.is_empty() { String::new() } else { format!(" (see {} below)", how.join(", ")) };
        notes.push(Step::say(format!("Its new value goes to `{stored}`{how}.")));
    }
    Item { text: format!("{place} {title}: {why}"), notes }
}

/// What is done once to keep new values outside of the code.
fn shift(live: &[&Finding], names: &HashMap<usize, String>, about: &About) -> Vec<Section> {
    let mut stored: Vec<(usize, &String)> = names.iter().map(|(at, name)| (*at, name)).collect();
    stored.sort_unstable();
    let all: Vec<String> = stored.iter().map(|(_, name)| (*name).clone()).collect();
    let Some(head) = part("Keep the new values in AWS", store::steps(&all, about)) else {
        return Vec::new();
    };
    // The first secret of each kind of file is the example for the others.
    let mut examples: BTreeMap<Medium, &String> = BTreeMap::new();
    for (at, name) in stored {
        for medium in live.get(at).map(|finding| media(finding)).unwrap_or_default() {
            examples.entry(medium).or_insert(name);
        }
    }
    let section = |(medium, name): (Medium, &String)| {
        let steps = vec![reference::reference(medium, name)?];
        Some(Section { level: 3, title: medium.title().into(), steps, ..Section::default() })
    };
    std::iter::once(head).chain(examples.into_iter().filter_map(section)).collect()
}

/// What is in tests and documentation alone, and may well be made up.
fn look(doubtful: &[&Finding]) -> Vec<Section> {
    let head = head(
        "Look whether these are real",
        "They are in tests, examples or documentation alone, and nothing proves them. Whoever wrote them knows: what opens something is taken back like the others above. What is made up may stay with a note in `keylint.toml` (`[[allow]]`), or better with a value that nobody can take for a secret.",
    );
    grouped(
        head,
        doubtful,
        |_| Vec::new(),
        |_, finding| {
            let Row { title, place, why } = row(finding);
            let more = finding.places.iter().filter(|place| place.suppressed.is_none()).count() - 1;
            let more = if more == 0 { String::new() } else { format!(", and {more} more of it") };
            Item { text: format!("{place} {title}: {why}{more}"), notes: Vec::new() }
        },
    )
}

fn nothing(idle: &[&Finding]) -> Vec<Section> {
    let head = head(
        "Nothing to take back",
        "These open nothing by what can be seen here. Take them out of the code all the same, or note in `keylint.toml` (`[[allow]]`) why they may stay.",
    );
    let steps = |group: &[(usize, &Finding)]| {
        let first = group.first();
        first.map_or_else(Vec::new, |(_, finding)| rotation(&finding.rule, verdict(finding), &[]))
    };
    grouped(head, idle, steps, |_, finding| {
        let Row { place, why, .. } = row(finding);
        Item { text: format!("{place}: {why}"), notes: Vec::new() }
    })
}

fn mend(policies: &[&Finding]) -> Vec<Section> {
    let head = head(
        "Mend the policies",
        "`keylint explain ID` shows for each check what AWS really does, and a policy that is right.",
    );
    let steps = |group: &[(usize, &Finding)]| {
        let rule = group.first().map(|(_, finding)| &finding.rule);
        let said = rule.map(|rule| Step::say(format!("{} (check {})", rule.help, name(&rule.id))));
        said.into_iter().collect()
    };
    grouped(head, policies, steps, |_, finding| {
        let Row { place, why, .. } = row(finding);
        let mut notes = vec![Step::say(&finding.message)];
        if finding.places.iter().any(|place| place.fix.is_some()) {
            notes.push(Step::say(
                "`keylint scan --fix` does it; with `--diff` it only shows what it would do.",
            ));
        }
        notes.extend(spread::places(finding));
        Item { text: format!("{place}: {why}"), notes }
    })
}

fn end(outcome: &Outcome) -> Vec<Step> {
    if outcome.active().next().is_none() {
        return Vec::new();
    }
    vec![
        Step::say(
            "Scan again, as this was scanned: what was dealt with is gone. Of what stays for a reason, write the reason down (`[[allow]]` in `keylint.toml`), so that the next one is seen.",
        ),
        Step::with(
            "Let nothing new in: a hook looks at every commit before it is made.",
            "bash",
            "keylint hook install",
        ),
    ]
}
