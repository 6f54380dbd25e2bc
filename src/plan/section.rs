//! The whole plan: what is urgent, what is done for each issuer, and what is done once for all.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::about::About;
use super::medium::Medium;
use super::need::{Need, moves, need, urgency, why};
use super::step::{Step, name};
use super::{cleaning, is_live, media, reference, rotation, spread, store, stored, told};
use crate::finding::{Finding, FindingKind, Verdict};
use crate::outcome::Outcome;

/// Rows of the order of work.
const MAX_ROWS: usize = 15;
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
    let mut all: Vec<&Finding> = outcome.active().collect();
    all.sort_by_cached_key(|finding| urgency(finding));
    let live: Vec<&Finding> = all.iter().copied().filter(|finding| is_live(finding)).collect();
    let idle: Vec<&Finding> =
        all.iter().copied().filter(|of| matches!(need(of), Some(Need::Nothing(_)))).collect();
    let policies: Vec<&Finding> =
        all.iter().copied().filter(|finding| need(finding).is_none()).collect();
    let names = names(&live, about);
    let order: Vec<Row> = all
        .iter()
        .filter(|finding| need(finding).is_none_or(Need::is_rotate))
        .take(MAX_ROWS)
        .map(|finding| row(finding))
        .collect();
    let mut sections = Vec::new();
    sections.extend(rotate(&live, &names));
    sections.extend(shift(&live, &names, about));
    sections.extend(part("Clean the history", cleaning::history(outcome)));
    sections.extend(part("Make the images anew", cleaning::images(outcome)));
    sections.extend(nothing(&idle));
    sections.extend(mend(&policies));
    sections.extend(part("At the end", end(outcome)));
    Plan {
        summary: summary(outcome, (&live, &idle, &policies)),
        more: live.len() + policies.len() - order.len(),
        order,
        sections,
    }
}

fn part(title: &str, steps: Vec<Step>) -> Option<Section> {
    (!steps.is_empty()).then(|| Section {
        level: 2,
        title: title.into(),
        steps,
        ..Section::default()
    })
}

fn count(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn summary(
    outcome: &Outcome,
    (live, idle, policies): (&[&Finding], &[&Finding], &[&Finding]),
) -> Vec<String> {
    let mut lines = Vec::new();
    if live.is_empty() && idle.is_empty() && policies.is_empty() {
        lines.push("Nothing was found that asks for an action.".into());
    } else {
        let mut found = Vec::new();
        if !live.is_empty() {
            found.push(format!("{} to take back", count(live.len(), "secret")));
        }
        if !idle.is_empty() {
            found.push(format!(
                "{} that {} nothing",
                count(idle.len(), "value"),
                if idle.len() == 1 { "opens" } else { "open" }
            ));
        }
        if !policies.is_empty() {
            found.push(format!("{} in AWS policies", count(policies.len(), "defect")));
        }
        lines.push(format!("{}.", found.join(", ")));
    }
    if !live.is_empty() {
        lines.push("First take each secret back where it was issued: as long as it is valid, nothing else helps. Then keep the new one outside of the code. Clean histories and images last, if at all. Nobody can see from here whether a secret still works; take it for valid until its issuer says otherwise.".into());
    }
    let is_known = outcome.findings.iter().any(|finding| finding.history.is_some());
    if !live.is_empty() && !is_known && outcome.stats.layers == 0 {
        lines.push("This scan did not look at the history: `keylint git --plan FILE` says which of these were committed and pushed, and finds those that are no longer in the files.".into());
    }
    if !outcome.is_complete() {
        let skipped = outcome.skipped.iter().filter(|skipped| skipped.accepted.is_none()).count();
        lines.push(format!(
            "{} could not be scanned; what is in there is not in this plan. The report names them.",
            count(skipped, "input")
        ));
    }
    lines
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

/// Findings by rule, in the order in which rules come first; each with its place in the list.
fn by_rule<'f>(findings: &[&'f Finding]) -> Vec<Vec<(usize, &'f Finding)>> {
    let mut at: HashMap<&str, usize> = HashMap::new();
    let mut groups: Vec<Vec<(usize, &Finding)>> = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        let group = *at.entry(finding.rule.id.as_str()).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(known) => known.push((index, finding)),
            None => groups.push(vec![(index, finding)]),
        }
    }
    groups
}

/// A section below `head` for each rule, as many as there is room for.
fn grouped<'f>(
    head: Section,
    findings: &[&'f Finding],
    steps: impl Fn(&'f Finding) -> Vec<Step>,
    item: impl Fn(usize, &'f Finding) -> Item,
) -> Vec<Section> {
    if findings.is_empty() {
        return Vec::new();
    }
    let groups = by_rule(findings);
    let more = groups.iter().skip(MAX_GROUPS).map(Vec::len).sum();
    let mut sections = vec![Section { more, ..head }];
    let mut room = MAX_ITEMS.1;
    for group in groups.into_iter().take(MAX_GROUPS) {
        let Some((_, first)) = group.first() else { continue };
        let shown = group.len().min(MAX_ITEMS.0).min(room.max(1));
        room = room.saturating_sub(shown);
        let title = format!("{} ({})", first.rule.title, group.len());
        let items = group.iter().take(shown).map(|(at, finding)| item(*at, finding)).collect();
        sections.push(Section {
            level: 3,
            title,
            steps: steps(first),
            items,
            more: group.len() - shown,
        });
    }
    sections
}

fn head(title: &str, text: &str) -> Section {
    Section { level: 2, title: title.into(), steps: vec![Step::say(text)], ..Section::default() }
}

fn verdict(finding: &Finding) -> Verdict {
    match &finding.kind {
        FindingKind::Secret { verdict, .. } => *verdict,
        FindingKind::Policy { .. } => Verdict::ShapeOnly,
    }
}

fn rotate(live: &[&Finding], names: &HashMap<usize, String>) -> Vec<Section> {
    let head = head(
        "Take the secrets back",
        "By issuer, the most urgent first. The steps are the same for all of one kind; below them is each secret to tick off.",
    );
    let steps = |finding: &Finding| rotation(&finding.rule, verdict(finding), &[]);
    grouped(head, live, steps, |at, finding| secret(finding, names.get(&at)))
}

/// A secret to tick off: where it is, what it tells, where else it is, what takes its place.
fn secret(finding: &Finding, stored: Option<&String>) -> Item {
    let Row { place, why, .. } = row(finding);
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
    Item { text: format!("{place}: {why}"), notes }
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

fn nothing(idle: &[&Finding]) -> Vec<Section> {
    let head = head(
        "Nothing to take back",
        "These open nothing by what can be seen here. Take them out of the code all the same, or note in `keylint.toml` (`[[allow]]`) why they may stay.",
    );
    let steps = |finding: &Finding| rotation(&finding.rule, verdict(finding), &[]);
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
    let steps = |finding: &Finding| {
        let id = name(&finding.rule.id);
        vec![Step::say(format!("{} (check {id})", finding.rule.help))]
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
        Step::with(
            "Scan again: what was dealt with is gone. Of what stays for a reason, write the reason down (`[[allow]]`), so that the next one is seen.",
            "bash",
            "keylint scan .",
        ),
        Step::with(
            "Let nothing new in: a hook looks at every commit before it is made.",
            "bash",
            "keylint hook install",
        ),
    ]
}
