//! SARIF 2.1.0, in the form that GitHub code scanning takes whole.
//!
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>,
//! <https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>

mod room;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use serde_json::json;
use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, Fix as SarifFix, Invocation, Location,
    Message, MultiformatMessageString, Notification, PhysicalLocation, PropertyBag, Region,
    Replacement, ReportingConfiguration, ReportingDescriptor, Result as SarifResult, ResultLevel,
    Run, RunAutomationDetails, Sarif, Suppression, SupressionKind as SarifSuppression, Tool,
    ToolComponent,
};

use self::room::{MAX_COMPRESSED, fitting};
use super::json::pretty;
use super::uri::uri;
use super::{Options, Suppressed, history, image, places, rules};
use crate::blob::Origin;
use crate::config::Secrets;
use crate::date::timestamp;
use crate::finding::{
    Confidence, Finding, FindingKind, Place, RuleMeta, Severity, SuppressionKind,
};
use crate::outcome::{Outcome, Skipped};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// GitHub refuses a run with more results.
pub(super) const MAX_RESULTS: usize = 25_000;
/// Gaps that are named; the rest are counted.
const MAX_GAPS: usize = 1000;
/// GitHub refuses longer descriptions.
const MAX_DESCRIPTION: usize = 1000;

pub(super) fn write(
    outcome: &Outcome,
    options: &Options,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    // Only the first 5 000 results are shown, so the worst come first.
    let mut shown: Vec<_> = places(outcome, options).collect();
    shown.sort_by_key(|(finding, ..)| std::cmp::Reverse((finding.severity, finding.confidence)));
    let cut = shown.len().saturating_sub(MAX_RESULTS);
    shown.truncate(MAX_RESULTS);
    let rules = rules(shown.iter().map(|(.., place)| &place.rule));
    let index: BTreeMap<&str, usize> =
        rules.iter().enumerate().map(|(at, rule)| (rule.id.as_str(), at)).collect();
    let results = shown.into_iter().map(|(finding, ordinal, place)| {
        let rule = index.get(place.rule.id.as_str()).copied().unwrap_or(0);
        result(finding, place, ordinal, rule, options.secrets)
    });
    let invocation = invocation(outcome, options, cut);
    write_run(&rules, options.category, invocation, results.collect(), out)
}

/// Writes the log of one run. A later run of the same category replaces it.
pub(super) fn write_run(
    rules: &[Arc<RuleMeta>],
    category: &str,
    mut invocation: Invocation,
    mut results: Vec<SarifResult>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let driver = driver(rules);
    let kept = fitting(&(&driver, &invocation), &results, MAX_COMPRESSED)?;
    let cut = results.len() - kept;
    results.truncate(kept);
    if cut > 0 {
        let text = format!("results left out: {cut} (a log may have 10 MB, compressed)");
        let notifications = invocation.tool_execution_notifications.get_or_insert_default();
        notifications.push(remark("warning", &text));
    }
    let run = Run::builder()
        .tool(Tool::builder().driver(driver).build())
        .automation_details(
            RunAutomationDetails::builder().id(format!("keylint/{category}/")).build(),
        )
        .column_kind(json!("utf16CodeUnits"))
        .invocations(vec![invocation])
        .results(results)
        .build();
    let sarif = Sarif::builder().schema(SCHEMA).version(json!("2.1.0")).runs(vec![run]).build();
    pretty(&sarif, out)?;
    writeln!(out)
}

fn driver(rules: &[Arc<RuleMeta>]) -> ToolComponent {
    ToolComponent::builder()
        .name("keylint")
        .full_name(concat!("keylint ", env!("CARGO_PKG_VERSION")))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>())
        .build()
}

fn descriptor(rule: &RuleMeta) -> ReportingDescriptor {
    let text = |text: &str| MultiformatMessageString::builder().text(shorten(text)).build();
    let mut properties = BTreeMap::new();
    let mut tags = vec!["security".to_owned()];
    tags.extend(rule.tags.iter().take(9).cloned());
    properties.insert("tags".into(), json!(tags));
    properties.insert("precision".into(), json!(precision(rule.confidence)));
    properties.insert("security-severity".into(), json!(security_severity(rule.severity)));
    let aliases = rule.check.as_ref().map_or(&[][..], |check| &check.aliases);
    if !aliases.is_empty() {
        properties.insert("accessAnalyzer".into(), json!(aliases));
    }
    let links = rule.references.iter().fold(String::new(), |links, link| links + "\n- " + link);
    let help = MultiformatMessageString::builder()
        .text(format!("{}{links}", rule.help))
        .markdown(format!("{}\n{links}", rule.help))
        .build();
    let descriptor = ReportingDescriptor::builder()
        .id(&rule.id)
        .name(pascal_case(&rule.id))
        .short_description(text(&rule.title))
        .full_description(text(&format!("{}. {}", rule.title, rule.help)))
        .help(help)
        .default_configuration(
            ReportingConfiguration::builder().level(json!(level_name(rule.severity))).build(),
        )
        .properties(PropertyBag::builder().additional_properties(properties).build());
    match rule.references.first() {
        Some(link) => descriptor.help_uri(link).build(),
        None => descriptor.build(),
    }
}

fn result(
    finding: &Finding,
    place: &Place,
    ordinal: usize,
    rule: usize,
    secrets: Secrets,
) -> SarifResult {
    let mut properties = BTreeMap::new();
    properties.insert("confidence".into(), json!(finding.confidence.name()));
    properties.insert("severity".into(), json!(finding.severity.name()));
    match &finding.kind {
        FindingKind::Secret { verdict, facts, .. } => {
            properties.insert("verdict".into(), json!(verdict.name()));
            properties.extend(facts.iter().map(|(name, value)| (name.clone(), json!(value))));
        }
        FindingKind::Policy { supersedes } if !supersedes.is_empty() => {
            properties.insert("supersedes".into(), json!(supersedes));
        }
        FindingKind::Policy { .. } => {}
    }
    if let Some(history) = &finding.history {
        properties.insert("history".into(), json!(history::view(history)));
    }
    if !matches!(*place.origin, Origin::File { .. } | Origin::Stdin) {
        properties.insert("origin".into(), json!(place.origin.to_string()));
    }
    if let Some(image) = image::view(place) {
        properties.insert("image".into(), json!(image));
    }
    if let Some(built) = image::built_view(place) {
        properties.insert("built".into(), json!(built));
    }
    let fingerprint = finding.fingerprint.as_str();
    let partial =
        [("primaryLocationLineHash".to_owned(), format!("{fingerprint}:{}", ordinal + 1))];
    let result = SarifResult::builder()
        // What is found at a place does not depend on what else was scanned.
        .rule_id(&place.rule.id)
        .rule_index(i64::try_from(rule).unwrap_or(0))
        .level(level(finding.severity))
        .message(message(&finding.message))
        .locations(vec![location(&place.origin, Some(region(finding, place, secrets)))])
        .fingerprints(BTreeMap::from([("keylint/v1".to_owned(), fingerprint.to_owned())]))
        .partial_fingerprints(BTreeMap::from(partial))
        .properties(PropertyBag::builder().additional_properties(properties).build());
    // `build` of a builder with other fields set is of another type: what may be absent is set on the result.
    let fixes = fixes(finding, place);
    let mut result = result.build();
    result.fixes = fixes;
    let Some(suppression) = &place.suppressed else { return result };
    let kind = match suppression.kind {
        SuppressionKind::Inline | SuppressionKind::Peer => SarifSuppression::InSource,
        SuppressionKind::Config | SuppressionKind::Gitleaks | SuppressionKind::Baseline => {
            SarifSuppression::External
        }
    };
    let known = Suppression::builder()
        .kind(json!(kind))
        .status(json!("accepted"))
        .justification(&suppression.reason);
    result.suppressions = Some(vec![known.build()]);
    result
}

/// What puts the finding right: the same bytes for every reader.
fn fixes(finding: &Finding, place: &Place) -> Option<Vec<SarifFix>> {
    let fix = place.fix.as_ref()?;
    let replacements = fix.edits.iter().map(|edit| {
        Replacement::builder()
            .deleted_region(plain_region(&edit.location))
            .inserted_content(ArtifactContent::builder().text(&edit.text).build())
            .build()
    });
    let change = ArtifactChange::builder()
        .artifact_location(ArtifactLocation::builder().uri(uri(&place.origin)).build())
        .replacements(replacements.collect::<Vec<_>>())
        .build();
    let fix = SarifFix::builder()
        .description(message(&finding.rule.help))
        .artifact_changes(vec![change])
        .build();
    Some(vec![fix])
}

pub(super) fn message(text: &str) -> Message {
    Message::builder().text(text).build()
}

pub(super) fn location(origin: &Origin, region: Option<Region>) -> Location {
    let physical = PhysicalLocation::builder()
        .artifact_location(ArtifactLocation::builder().uri(uri(origin)).build());
    let physical = match region {
        Some(region) => physical.region(region).build(),
        None => physical.build(),
    };
    Location::builder().physical_location(physical).build()
}

pub(super) fn plain_region(location: &crate::location::Location) -> Region {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let (start, end) = (location.start, location.end);
    Region::builder()
        .start_line(number(start.line))
        .start_column(number(start.column_utf16))
        .end_line(number(end.line))
        .end_column(number(end.column_utf16))
        .byte_offset(number(start.offset))
        .byte_length(number(end.offset - start.offset))
        .build()
}

fn region(finding: &Finding, place: &Place, secrets: Secrets) -> Region {
    let mut region = plain_region(&place.location);
    if let (FindingKind::Secret { secret, .. }, Secrets::Revealed) = (&finding.kind, secrets) {
        let text = String::from_utf8_lossy(secret.reveal()).into_owned();
        region.snippet = Some(ArtifactContent::builder().text(text).build());
    }
    region
}

fn invocation(outcome: &Outcome, options: &Options, cut: usize) -> Invocation {
    let mut notifications = gaps(&outcome.skipped);
    let suppressed = outcome.suppressed_places();
    let note = |text: String| remark("note", &text);
    if suppressed > 0 && options.suppressed == Suppressed::Counted {
        notifications
            .push(note(format!("places suppressed: {suppressed} (--show-suppressed lists them)")));
    }
    notifications.extend(outcome.notes.iter().map(|text| note(text.clone())));
    if outcome.stats.below_confidence > 0 {
        let count = outcome.stats.below_confidence;
        notifications.push(note(format!(
            "places below the confidence asked for: {count} (--min-confidence low lists them)"
        )));
    }
    notifications.extend(too_many(cut));
    Invocation::builder()
        .execution_successful(outcome.is_complete())
        .tool_execution_notifications(notifications)
        .properties(
            PropertyBag::builder()
                .additional_properties(BTreeMap::from([(
                    "now".to_owned(),
                    json!(timestamp(options.now)),
                )]))
                .build(),
        )
        .build()
}

/// What is said where results had to be left out.
pub(super) fn too_many(cut: usize) -> Option<Notification> {
    let text = format!("results left out: {cut} (a run may have {MAX_RESULTS})");
    (cut > 0).then(|| remark("warning", &text))
}

/// Something to know that is not about an input.
fn remark(level: &str, text: &str) -> Notification {
    Notification::builder().level(json!(level)).message(message(text)).build()
}

/// What was not scanned, and how much more than there is room for.
pub(super) fn gaps(skipped: &[Skipped]) -> Vec<Notification> {
    let mut notifications: Vec<_> = skipped.iter().take(MAX_GAPS).map(notification).collect();
    if let Some(more) = skipped.len().checked_sub(MAX_GAPS).filter(|more| *more > 0) {
        let text = format!("not scanned: {more} more; --format json names all");
        notifications.push(remark("error", &text));
    }
    notifications
}

fn notification(skipped: &Skipped) -> Notification {
    let (level, text) = match &skipped.accepted {
        Some(reason) => (
            "note",
            format!("not scanned ({}): {}; accepted: {reason}", skipped.reason, skipped.detail),
        ),
        None => ("error", format!("not scanned ({}): {}", skipped.reason, skipped.detail)),
    };
    Notification::builder()
        .level(json!(level))
        .message(message(&image::shown(&text)))
        .locations(vec![location(&skipped.origin, None)])
        .build()
}

pub(super) const fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Critical | Severity::High => ResultLevel::Error,
        Severity::Medium | Severity::Low => ResultLevel::Warning,
        Severity::Note => ResultLevel::Note,
    }
}

const fn level_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium | Severity::Low => "warning",
        Severity::Note => "note",
    }
}

/// GitHub's scale: above 9.0 is critical, from 7.0 high, from 4.0 medium, above 0.0 low.
const fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Note => "0.1",
    }
}

const fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::VeryHigh => "very-high",
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

/// Rule names are identifiers by convention: `generic-api-key` is `GenericApiKey`.
fn pascal_case(id: &str) -> String {
    id.split('-')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters)
        })
        .collect()
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= MAX_DESCRIPTION {
        return text.into();
    }
    text.chars().take(MAX_DESCRIPTION - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(pascal_case("sm-arn-missing-suffix"), "SmArnMissingSuffix");
    }
}
