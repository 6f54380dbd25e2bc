//! The page of a scan: every finding with all that is known of it, the filters and what stands in the address, the keyboard,
//! both themes, hostile texts, many findings, and what is there without scripts.

use keylint::config::Secrets;
use keylint::finding::{Finding, FindingKind, Severity, Verdict};
use keylint::outcome::Outcome;
use keylint::plan::rotation;
use keylint::report::{self, Format, Look, Options, Suppressed};
use keylint::suppress::baseline;
use serde_json::json;

use crate::access::{FAINT, count};
use crate::chromium::Browser;
use crate::hostile::{ATTACKS, MARKS};
use crate::outcome;

/// Whether a finding is one that must be shown.
type Fits<'a> = &'a dyn Fn(&Finding) -> bool;

fn options() -> Options {
    Options {
        suppressed: Suppressed::Listed,
        secrets: Secrets::Masked,
        now: 1_735_732_800,
        fail_on: Severity::Low,
        look: Look::Plain,
        width: 100,
        links: None,
        category: "git",
    }
}

fn page_with(outcome: &Outcome, options: &Options) -> Vec<u8> {
    let mut page = Vec::new();
    report::write(Format::Html, outcome, options, &mut page).unwrap();
    page
}

fn page(outcome: &Outcome) -> Vec<u8> {
    page_with(outcome, &options())
}

/// A browser that shows the company.
fn company(what: &str) -> Option<(Browser, Outcome)> {
    let mut browser = Browser::start(what)?;
    let outcome = outcome::company();
    browser.open(&page(&outcome));
    Some((browser, outcome))
}

/// The findings as the page numbers them: the worst first.
fn sorted(outcome: &Outcome) -> Vec<&Finding> {
    let mut findings: Vec<_> = outcome.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// The messages that the list shows, in its order.
const MESSAGES: &str =
    "[...document.querySelectorAll('.finding .open')].map((one) => one.textContent)";

fn message(finding: &Finding) -> String {
    finding.message.replace('`', "")
}

/// Checks that the list has the findings that fit, and that the page says how many.
fn shows(browser: &mut Browser, outcome: &Outcome, what: &str, fits: Fits<'_>) {
    let expected: Vec<String> =
        sorted(outcome).into_iter().filter(|finding| fits(finding)).map(message).collect();
    assert!(!expected.is_empty(), "{what}");
    browser.wait(&format!("JSON.stringify({MESSAGES}) === JSON.stringify({})", json!(expected)));
    let said = browser.text("document.getElementById('live').textContent");
    let all = format!("All {} ", expected.len());
    assert!(
        said.starts_with(&format!("{} of ", expected.len())) || said.starts_with(&all),
        "{what}: {said}"
    );
}

fn is_active(finding: &Finding) -> bool {
    !finding.is_suppressed()
}

fn choose(browser: &mut Browser, id: &str, value: &str) {
    browser.value(&format!(
        "document.getElementById('{id}').value = '{value}'; document.getElementById('{id}').dispatchEvent(new Event('change'))"
    ));
}

fn search(browser: &mut Browser, text: &str) {
    browser.value(&format!(
        "document.getElementById('search').value = {}; document.getElementById('search').dispatchEvent(new Event('input'))",
        json!(text)
    ));
}

#[test]
fn a_card_tells_all_that_is_known() {
    let Some((mut browser, outcome)) = company("that pages tell all of a finding") else { return };
    browser.click("input[name=suppressed]");
    browser.click("#all");
    let silence = "document.querySelectorAll('details').forEach((one) => { one.open = true; })";
    browser.value(silence);
    for (at, finding) in sorted(&outcome).into_iter().enumerate() {
        let card = format!("document.querySelector('.finding[data-at=\"{at}\"]')");
        let more = format!("{card}.querySelector('.seen > button')");
        browser.value(&format!("{more} && {more}.click()"));
        let text = browser.text(&format!("{card}.textContent"));
        for said in words(finding) {
            assert!(text.contains(&said), "{said} is not in {text}");
        }
        let link = browser.text(&format!("{card}.querySelector('.references a').outerHTML"));
        assert!(link.contains("rel=\"noreferrer noopener\""), "{link}");
        assert!(link.contains(&finding.rule.references[0]), "{link}");
        let places = browser.value(&format!("{card}.querySelectorAll('.places > li').length"));
        assert_eq!(places, finding.places.len());
        let marked = browser.text(&format!("{card}.querySelector('mark').textContent"));
        let snippet = &finding.places[0].snippet;
        assert_eq!(marked, snippet.text[snippet.label.clone()]);
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// What a card says of a finding.
fn words(finding: &Finding) -> Vec<String> {
    let mut words = vec![
        message(finding),
        finding.severity.to_string(),
        finding.rule.id.clone(),
        finding.fingerprint.to_string(),
    ];
    match &finding.kind {
        FindingKind::Secret { redacted, facts, verdict, .. } => {
            words.extend([redacted.clone(), facts[0].1.clone()]);
            for step in rotation(&finding.rule, *verdict, &[]) {
                let said: String = step.pieces().map(|(_, piece)| piece).collect();
                words.extend(said.lines().map(ToOwned::to_owned));
            }
        }
        FindingKind::Policy { .. } => words.push("Then remove it.".into()),
    }
    for place in &finding.places {
        words.push(format!("{}:{}:5", place.origin, place.location.start.line));
        words.extend(place.suppressed.iter().map(|known| known.reason.clone()));
        words.extend(place.built.iter().map(|built| built.instruction.clone()));
        let uses = place.layer.iter().flat_map(|layer| &layer.uses);
        words.extend(uses.filter_map(keylint::image::LayerUse::extractable));
        words.extend(place.fix.iter().map(|_| "+  \"Version\": \"2012-10-17\",".into()));
    }
    if let Some(history) = &finding.history {
        let first = history.first.as_ref().unwrap();
        words.extend([first.author.clone(), first.subject.clone(), first.commit.short()]);
        words.push(if history.in_head { "in HEAD’s files" } else { "not in HEAD’s files" }.into());
    } else if is_active(finding) {
        words.push("[[allow]]".into());
    }
    words
}

#[test]
fn the_summary_says_what_was_scanned() {
    let Some((mut browser, _)) = company("that pages say what was scanned") else { return };
    let text = browser.text("document.getElementById('app').textContent");
    for said in [
        "Scan of a git repository",
        "2025-01-01 12:00:00 UTC",
        "6 secrets and 2 defects of AWS policies, of which 4 are critical or high",
        "2 are proved to be real",
        "1 is on a remote",
        "5.6 MB",
        "78 commits",
        "Not complete: 1 input not scanned",
        "data/old.zip encrypted: it is encrypted",
        "data/big.img limit: it is too large (accepted: known)",
        "the objects of a submodule are elsewhere",
    ] {
        assert!(text.contains(said), "{said} is not in {text}");
    }
    let ring = browser.text("document.querySelector('.ring').getAttribute('aria-label')");
    assert_eq!(ring, "Findings by severity: 2 critical, 2 high, 3 medium, 1 note");
}

#[test]
fn filters_let_through_what_they_say() {
    let Some((mut browser, outcome)) = company("that filters of findings work") else { return };
    shows(&mut browser, &outcome, "all", &is_active);
    let verdict = |finding: &Finding| match finding.kind {
        FindingKind::Secret { verdict, .. } => Some(verdict),
        FindingKind::Policy { .. } => None,
    };
    let in_head = |finding: &Finding| finding.history.as_ref().map(|history| history.in_head);
    let place = |finding: &Finding| finding.places[0].clone();
    let boxes: &[(&str, &str, Fits<'_>)] = &[
        ("severity", "high", &|one| one.severity == Severity::High),
        ("kind", "policy", &|one| verdict(one).is_none()),
        ("confidence", "high", &|one| one.confidence.name() == "high"),
        ("verdict", "proven", &|one| verdict(one) == Some(Verdict::Proven)),
        ("state", "head", &|one| in_head(one) == Some(true)),
        ("state", "past", &|one| in_head(one) == Some(false)),
        ("state", "remote", &|one| {
            one.history.as_ref().is_some_and(|of| of.on_remote == Some(true))
        }),
        ("state", "local", &|one| {
            one.history.as_ref().is_some_and(|of| of.on_remote == Some(false))
        }),
        ("state", "hidden", &|one| place(one).layer.is_some()),
        ("state", "built", &|one| place(one).built.is_some()),
        ("state", "fix", &|one| place(one).fix.is_some()),
    ];
    for (facet, value, fits) in boxes {
        let selector = format!("#facets input[name={facet}][value={value}]");
        browser.click(&selector);
        shows(&mut browser, &outcome, value, &|one| is_active(one) && fits(one));
        assert_eq!(browser.text("location.hash"), format!("#{facet}={value}"));
        let tally = browser.text(&format!("document.querySelector('{selector}').closest('label').querySelector('.tally').textContent"));
        assert_eq!(tally, outcome.active().filter(|one| fits(one)).count().to_string(), "{value}");
        browser.click("#chips .chip");
        shows(&mut browser, &outcome, "all again", &is_active);
    }
    for severity in ["critical", "note"] {
        browser.click(&format!("[data-severity={severity}]"));
    }
    shows(&mut browser, &outcome, "one or the other", &|one| {
        [Severity::Critical, Severity::Note].contains(&one.severity)
    });
    browser.click("#facets input[value=secret]");
    shows(&mut browser, &outcome, "both", &|one| one.severity == Severity::Critical);
    browser.click("#reset");
    browser.click("input[name=suppressed]");
    shows(&mut browser, &outcome, "suppressed too", &|_| true);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_search_looks_through_messages_rules_paths_and_authors() {
    let Some((mut browser, outcome)) = company("that pages are searched") else { return };
    for (text, at) in [
        ("\"Finding 3\"", 3),
        ("TOKEN docker", 8),
        ("deploy/run", 1),
        ("ada1@example", 0),
        ("service-star", 5),
        (" hidden", 99),
    ] {
        search(&mut browser, text);
        if at == 99 {
            browser.wait("document.querySelector('#list .empty') !== null");
            continue;
        }
        shows(&mut browser, &outcome, text, &|one| {
            one.message.starts_with(&format!("Finding {at} "))
        });
    }
}

#[test]
fn a_click_on_a_bar_filters() {
    let Some((mut browser, outcome)) = company("that charts filter") else { return };
    let of = |path: &str, one: &Finding| {
        is_active(one) && one.places[0].origin.path().is_some_and(|known| known.starts_with(path))
    };
    let bars: &[(&str, &str, Fits<'_>)] = &[
        ("rule generic-password", "#rule=generic-password", &|one| {
            is_active(one) && one.rule.id == "generic-password"
        }),
        ("path policies/", "#path=policies%2F", &|one| of("policies", one)),
        ("when 2021-03", "#when=2021-03", &|one| {
            one.history.as_ref().is_some_and(|history| history.in_head)
        }),
        ("layer shop:1.4 layer 2 of 3", "#layer=shop%3A1.4+layer+2+of+3", &|one| {
            one.places[0].layer.is_some()
        }),
        ("state fix", "#state=fix", &|one| one.places[0].fix.is_some()),
    ];
    for (bar, fragment, fits) in bars {
        let selector = format!("#charts [data-bar=\"{bar}\"]");
        browser.click(&selector);
        shows(&mut browser, &outcome, bar, fits);
        assert_eq!(browser.text("location.hash"), *fragment);
        let pressed = format!("document.querySelector('{selector}').getAttribute('aria-pressed')");
        assert_eq!(browser.text(&pressed), "true");
        browser.click(&selector);
        shows(&mut browser, &outcome, "all again", &is_active);
    }
    // What is drawn is also said.
    let said = browser
        .text("document.querySelector('[data-span=\"2023-11\"]').getAttribute('aria-label')");
    assert_eq!(said, "2023-11: 1 finding, 0 still in HEAD");
    browser.click(".sure .level-4");
    assert!(count(&mut browser, ".finding") < 8);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn groups_hold_all_findings() {
    let Some((mut browser, outcome)) = company("that findings are grouped") else { return };
    let all = outcome.active().count() as u64;
    for (group, titles) in [
        (
            "rule",
            &["acme-token — Title of acme-token", "missing-version — Title of missing-version"][..],
        ),
        ("file", &["src/app/main.py", "policies/app.json", ".env"]),
        ("commit", &["0101010101 2021-03-05 Commit 1", "In no commit"]),
        ("layer", &["shop:1.4 layer 2 of 3", "In no image"]),
        ("severity", &["Critical", "Note"]),
    ] {
        choose(&mut browser, "group", group);
        let shown = browser.text("[...document.querySelectorAll('.group .break')].map((one) => one.textContent).join('\\n')");
        for title in titles {
            assert!(shown.lines().any(|line| line == *title), "{title} is not in {shown}");
        }
        assert_eq!(count(&mut browser, ".finding"), all, "{group}");
        browser.click(".group .open");
        assert!(count(&mut browser, ".finding") < all, "{group} does not fold");
    }
}

#[test]
fn orders_are_as_they_say() {
    let Some((mut browser, _)) = company("that findings are sorted") else { return };
    for (order, first) in [
        ("confidence", "Finding 0 of acme-token"),
        ("path", "Finding 2 of aws-secret-access-key"),
        ("oldest", "Finding 0 of acme-token"),
        ("newest", "Finding 3 of aws-secret-access-key"),
        ("places", "Finding 4 of generic-password"),
    ] {
        choose(&mut browser, "sort", order);
        assert_eq!(browser.text(&format!("{MESSAGES}[0]")), first, "{order}");
    }
}

#[test]
fn an_address_shows_the_same_to_somebody_else() {
    let Some((mut browser, outcome)) = company("that the address says what is shown") else {
        return;
    };
    let fingerprint = outcome.findings[4].fingerprint.as_str();
    let page = page(&outcome);
    browser.open_at(
        &page,
        &format!(
            "#q=finding&severity=medium&kind=secret&group=file&sort=path&finding={fingerprint}&x=y"
        ),
    );
    shows(&mut browser, &outcome, "what the address says", &|one| {
        is_active(one) && one.rule.id == "generic-password"
    });
    assert_eq!(
        browser.text("document.querySelector('.finding.is-open .open').textContent"),
        "Finding 4 of generic-password"
    );
    assert_eq!(browser.text("document.getElementById('search').value"), "finding");
    assert_eq!(browser.text("document.getElementById('group').value"), "file");
    browser.value("location.hash = '#severity=nonsense,note&group=__proto__&sort=constructor'; 1");
    shows(&mut browser, &outcome, "another address", &|one| one.severity == Severity::Note);
    browser.click("#chips .chip");
    assert_eq!(browser.text("location.hash"), "");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn keys_do_everything() {
    let Some((mut browser, _)) = company("that findings are read with the keyboard") else {
        return;
    };
    let on = "document.activeElement.textContent";
    browser.press("j");
    assert_eq!(browser.text(on), "Finding 0 of acme-token");
    browser.press("ArrowDown");
    browser.press("j");
    assert_eq!(browser.text(on), "Finding 2 of aws-secret-access-key");
    browser.press("k");
    browser.press("ArrowUp");
    assert_eq!(browser.text(on), "Finding 0 of acme-token");
    browser.value("document.activeElement.click(); 1");
    assert_eq!(count(&mut browser, ".finding.is-open .body"), 1);
    assert!(browser.text("location.hash").starts_with("#finding=s1%3A"));
    browser.press("Escape");
    assert_eq!(count(&mut browser, ".finding.is-open"), 0);
    browser.press("/");
    assert_eq!(browser.text("document.activeElement.id"), "search");
    browser.press("j");
    assert_eq!(browser.text("document.activeElement.id"), "search", "letters are for the search");
    browser.press("Escape");
    assert_eq!(browser.text(on), "Finding 0 of acme-token");
    browser.press("?");
    assert_eq!(browser.value("document.getElementById('help').open"), true);
    browser.press("Escape");
    browser.wait("!document.getElementById('help').open");
    let bare = "[...document.querySelectorAll('#app button, #app input, #app select')].filter((one) => \
        !(one.textContent.trim() || one.ariaLabel || one.closest('label'))).map((one) => one.outerHTML)";
    assert_eq!(browser.value(bare), json!([]), "everything has a name");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn both_themes_can_be_read() {
    let Some((mut browser, outcome)) = company("that findings can be read in both themes") else {
        return;
    };
    let page = page(&outcome);
    for theme in ["light", "dark"] {
        browser.theme(theme);
        browser.open(&page);
        browser.click("input[name=suppressed]");
        browser.click("#all");
        browser
            .value("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
        assert_eq!(browser.value(FAINT), json!([]), "{theme}");
        browser.click("#chips .chip, [data-severity=critical]");
        browser.click("#charts .bar-row");
        choose(&mut browser, "group", "rule");
        assert_eq!(browser.value(FAINT), json!([]), "{theme}, filtered");
    }
}

#[test]
fn telephones_do_not_scroll_sideways() {
    let Some((mut browser, outcome)) = company("that pages fit a telephone") else { return };
    browser.size(360, 800);
    for page in [page(&outcome), page(&outcome::hostile(&"long".repeat(500)))] {
        browser.open(&page);
        browser.click("#all");
        browser
            .value("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
        assert_eq!(browser.value("document.documentElement.scrollWidth"), 360);
    }
}

#[test]
fn attacks_stay_text() {
    let Some(mut browser) = Browser::start("that texts of findings stay text") else { return };
    for attack in ATTACKS {
        browser.open(&page(&outcome::hostile(attack)));
        browser.click("input[name=suppressed]");
        for group in ["file", "commit", "layer", "rule"] {
            choose(&mut browser, "group", group);
        }
        browser.click("#all");
        browser.click("#charts [data-bar^=path]");
        let made = browser.value(
            "document.querySelectorAll('img, iframe, svg[onload], b, body style, body ~ *').length \
             + document.scripts.length - 2 + [...document.querySelectorAll('*')].filter((element) => \
             [...element.attributes].some((one) => one.name.startsWith('on') || one.name === 'style')).length",
        );
        assert_eq!(made, 0, "{attack}");
        assert_eq!(browser.text("document.title"), "keylint report");
        let shown = browser.text("document.getElementById('app').textContent");
        assert!(shown.contains(&format!("message {attack}")), "{attack} is not in {shown}");
        let links = browser.value(
            "[...document.querySelectorAll('a[href]')].filter((one) => one.id !== 'skip').length",
        );
        assert_eq!(links, 0, "{attack}");
        assert_eq!(browser.complaints(), Vec::<String>::new(), "{attack}");
    }
}

#[test]
fn marks_that_hide_text_are_shown() {
    let Some(mut browser) = Browser::start("that pages of findings hide no marks") else { return };
    let (mut text, mut expected) = (String::new(), String::new());
    // A line of help ends at a line end.
    for (mark, shown) in MARKS.iter().filter(|(mark, _)| *mark != '\n') {
        text.extend(['a', *mark, 'b']);
        expected.extend(["a", shown, "b"]);
    }
    browser.open(&page(&outcome::hostile(&text)));
    browser.click("input[name=suppressed]");
    browser.click("#all");
    let shown = browser.text("document.getElementById('list').textContent");
    assert!(shown.contains(&expected), "{expected} is not in {shown}");
    let raw = browser.value(
        "/[\\u202e\\u2028\\u200b\\u{e0041}\\0\\x1b]/u.test(document.documentElement.outerHTML)",
    );
    assert_eq!(raw, false);
}

#[test]
fn many_findings_are_a_slice_at_a_time() {
    let Some(mut browser) = Browser::start("that pages of many findings open") else { return };
    browser.open(&page(&outcome::large(30_000)));
    assert_eq!(browser.text("document.getElementById('count').textContent"), "All 30,000 findings");
    assert_eq!(count(&mut browser, ".finding"), 50);
    assert_eq!(browser.value("document.querySelectorAll('*').length < 2500"), true);
    browser.click("#pager button:last-child");
    assert_eq!(browser.text("document.querySelector('#pager span').textContent"), "Page 2 of 600");
    browser.press("k");
    assert_eq!(browser.text("document.querySelector('#pager span').textContent"), "Page 1 of 600");
    search(&mut browser, "finding 29999");
    browser.wait("document.querySelectorAll('.finding').length === 1");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn paper_has_everything_opened() {
    let Some((mut browser, outcome)) = company("that pages are printed whole") else { return };
    browser.value("dispatchEvent(new Event('beforeprint')); 1");
    assert_eq!(count(&mut browser, ".finding.is-open"), outcome.active().count() as u64);
    browser.value("dispatchEvent(new Event('afterprint')); 1");
    assert_eq!(count(&mut browser, ".finding.is-open"), 0);
}

#[test]
fn raw_values_are_there_when_they_are_asked_for() {
    let Some((mut browser, outcome)) = company("that pages reveal only when told") else { return };
    let shown = |browser: &mut Browser| {
        browser.click("#all");
        browser.text("document.documentElement.outerHTML")
    };
    assert!(!shown(&mut browser).contains(&outcome::raw(0)));
    browser.open(&page_with(&outcome, &Options { secrets: Secrets::Revealed, ..options() }));
    assert!(shown(&mut browser).contains(&outcome::raw(0)));
}

#[test]
fn what_is_suppressed_is_there_only_when_it_is_listed() {
    let Some((mut browser, outcome)) = company("that suppressed findings are hidden") else {
        return;
    };
    browser.open(&page_with(&outcome, &Options { suppressed: Suppressed::Counted, ..options() }));
    shows(&mut browser, &outcome, "all", &is_active);
    assert_eq!(count(&mut browser, "input[name=suppressed]"), 0);
    let whole = browser.text("document.documentElement.outerHTML");
    assert!(!whole.contains("tests/one.py") && !whole.contains("made for tests"));
}

#[test]
fn fingerprints_are_copied() {
    let Some((mut browser, outcome)) = company("that fingerprints are copied") else { return };
    browser.value("window.heard = ''; Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { heard = text; } } }); 1");
    browser.click(".finding .open");
    browser.click(".facts button.small");
    browser.wait("heard !== ''");
    assert_eq!(browser.text("heard"), outcome.findings[0].fingerprint.as_str());
    browser.click(".finding[data-at='4'] .open");
    for (at, expected) in [
        (0, "# keylint:allow generic-password say why"),
        (1, "[[allow]]\nfingerprint = \"s1:"),
        (2, "{\"fingerprint\":\"s1:"),
    ] {
        browser.value("heard = ''; 1");
        browser.value(&format!(
            "document.querySelectorAll('.finding[data-at=\"4\"] .silence button')[{at}].click()"
        ));
        browser.wait("heard !== ''");
        let heard = browser.text("heard");
        assert!(heard.starts_with(expected), "{heard}");
        if at == 2 {
            let baseline = format!("{{\"keylint\":\"baseline\",\"version\":1}}\n{heard}\n");
            let baseline = baseline::read("keylint.baseline", &baseline).unwrap();
            assert_eq!(baseline.len(), 1, "a line that a baseline may have");
        }
    }
}

#[test]
fn findings_are_there_without_scripts() {
    let Some(mut browser) = Browser::start("that findings are listed without scripts") else {
        return;
    };
    browser.without_scripts();
    let outcome = outcome::company();
    browser.open(&page(&outcome));
    let text = browser.text("document.body.innerText");
    for finding in &outcome.findings {
        assert!(text.contains(&finding.message) && text.contains(&finding.rule.id), "{text}");
        assert!(text.contains(&finding.places[0].origin.to_string()), "{text}");
    }
    assert!(text.contains("The scan is not complete: 1 input not scanned."), "{text}");
    browser.open(&page(&outcome::large(1500)));
    assert_eq!(count(&mut browser, ".plain tbody tr"), 1000);
    let text = browser.text("document.body.innerText");
    assert!(text.contains("500 more findings are left out here."), "{text}");
    for attack in ATTACKS {
        browser.open(&page(&outcome::hostile(attack)));
        assert_eq!(count(&mut browser, "img, iframe, b, body style"), 0, "{attack}");
        let cell =
            browser.text("document.querySelector('.plain tbody td:nth-child(4)').textContent");
        assert_eq!(cell, format!("message {attack}"));
    }
}

#[test]
fn nothing_at_all_is_a_page_too() {
    let Some(mut browser) = Browser::start("the page of no findings") else { return };
    browser.open(&page(&Outcome::default()));
    let text = browser.text("document.getElementById('app').textContent");
    assert!(text.contains("Nothing was found, and everything that was selected was scanned."));
    assert_eq!(browser.text("document.getElementById('list').textContent"), "Nothing was found.");
    let mut findings = outcome::company().findings;
    findings.retain(Finding::is_suppressed);
    browser.open(&page(&Outcome { findings, ..Outcome::default() }));
    let text = browser.text("document.querySelector('.verdict').textContent");
    assert!(text.contains("people have decided that no finding counts"), "{text}");
    let skipped = outcome::company().skipped;
    browser.open(&page(&Outcome { skipped, ..Outcome::default() }));
    let text = browser.text("document.getElementById('app').textContent");
    assert!(text.contains("Nothing was found, but not everything could be scanned."));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
