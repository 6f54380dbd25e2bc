//! What the page shows: every path in every view, what a choice and the filters do, both themes, and what is there without
//! scripts.

use keylint::access::{Access, Answer, Path, Status};
use keylint::report::access::{Format, Options};
use keylint::report::{self, Look};

use crate::chromium::Browser;
use crate::world;

/// The page of a world.
pub(crate) fn page(access: &Access) -> Vec<u8> {
    let mut page = Vec::new();
    let options = Options { look: Look::Plain, width: 100, all: false };
    report::access::write(Format::Html, access, &options, &mut page).unwrap();
    page
}

/// A browser that shows the company.
fn company(what: &str) -> Option<(Browser, Access)> {
    let mut browser = Browser::start(what)?;
    let access = world::company();
    browser.open(&page(&access));
    Some((browser, access))
}

pub(crate) fn count(browser: &mut Browser, selector: &str) -> u64 {
    browser.value(&format!("document.querySelectorAll('{selector}').length")).as_u64().unwrap()
}

/// Unticks what hides answers that nobody asked for.
fn show_all(browser: &mut Browser) {
    browser.value(
        "document.getElementById('meant').checked && document.getElementById('meant').click()",
    );
}

/// The number of a path that fits.
fn find(access: &Access, fits: impl Fn(&Path) -> bool) -> usize {
    access.paths.iter().position(fits).unwrap()
}

#[test]
fn every_view_shows_every_path() {
    let Some((mut browser, access)) = company("that pages show all paths") else { return };
    let all = access.paths.len() as u64;
    let notable =
        access.paths.iter().filter(|path| path.is_meant || path.answer != Answer::No).count();
    assert_eq!(count(&mut browser, ".edge[data-path]"), notable as u64);
    show_all(&mut browser);
    assert_eq!(browser.text("document.getElementById('count').textContent"), "All 80 paths shown");
    for (view, selector) in
        [("graph", ".edge[data-path]"), ("matrix", ".cell[data-path]"), ("list", "tr[data-path]")]
    {
        browser.click(&format!("[data-view={view}]"));
        assert_eq!(count(&mut browser, selector), all, "{view}");
        let names = format!(
            "[...document.querySelectorAll('{selector}')].every((one) => Number(one.dataset.path) < {all})"
        );
        assert_eq!(browser.value(&names), true);
    }
    for (at, path) in access.paths.iter().enumerate() {
        let row =
            browser.text(&format!("document.querySelector('tr[data-path=\"{at}\"]').textContent"));
        let (principal, secret) = access.labels(path).unwrap();
        assert!(row.starts_with(&format!("{}{principal}{secret}", path.answer)), "{row}");
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn answers_are_told_apart_without_colours() {
    let Some((mut browser, _)) = company("that answers differ by more than colour") else { return };
    let dashes = "getComputedStyle(edge.querySelector('.line')).strokeDasharray";
    let drawn = browser.value(&format!(
        "new Set(['yes', 'no', 'depends', 'unknown'].map((name) => document.querySelector('.edge.' + name)) \
         .map((edge) => {dashes} + edge.querySelector('.mark').innerHTML)).size"
    ));
    assert_eq!(drawn, 4);
}

#[test]
fn a_choice_shows_the_links() {
    let Some((mut browser, access)) = company("that pages show the links of a path") else {
        return;
    };
    let broken = access.expectations[0].broken[0];
    // One that is not as expected is chosen at first.
    assert_eq!(
        browser.value("document.querySelector('.edge.chosen').dataset.path").as_str(),
        Some(&*broken.to_string())
    );
    for at in [
        broken,
        find(&access, |path| path.answer == Answer::Depends),
        find(&access, |path| path.answer == Answer::Unknown),
    ] {
        browser.click(&format!(".edge[data-path=\"{at}\"]"));
        has_links(&mut browser, &access.paths[at]);
    }
    browser.click(".node.key");
    let text = browser.text("document.getElementById('detail').innerText");
    assert!(text.contains("app/key.app") && text.contains("keys/key.json:1"), "{text}");
    browser.click("#detail .path-button");
    assert_eq!(count(&mut browser, ".link"), 9);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// The links of a path are shown, with all that is said of them.
fn has_links(browser: &mut Browser, path: &Path) {
    assert_eq!(count(browser, ".link"), 9);
    for link in path.links.iter() {
        let shown = browser.text(&format!(
            "document.querySelector('.link[data-code={}]').innerText",
            link.code.name()
        ));
        let status = if link.is_needed { link.status.name() } else { "not needed" };
        assert!(shown.contains(status), "{shown}");
        assert!(shown.contains(&*link.text), "{shown}");
        let nearest = link.nearest.as_ref();
        let fix = link.fix.as_ref();
        let sites = [
            link.site.as_ref(),
            nearest.and_then(|one| one.site.as_ref()),
            fix.and_then(|one| one.site.as_ref()),
        ];
        for site in sites.into_iter().flatten() {
            assert!(
                shown.contains(&format!("{}:{}", site.origin, site.location.start.line)),
                "{shown}"
            );
        }
        assert!(nearest.is_none_or(|nearest| shown.contains(&nearest.text)), "{shown}");
        let Some(fix) = fix else { continue };
        assert!(shown.contains(&fix.document) && shown.contains(&fix.text), "{shown}");
        let statement = format!(
            "document.querySelector('.link[data-code={}] pre').textContent",
            link.code.name()
        );
        assert_eq!(Some(browser.text(&statement)), fix.statement);
    }
}

#[test]
fn statements_are_copied() {
    let Some((mut browser, access)) = company("that pages copy statements") else { return };
    let path = &access.paths[access.expectations[0].broken[0]];
    let link = path.links.iter().find(|link| link.status == Status::Missing).unwrap();
    browser.value("window.heard = ''; document.addEventListener('copy', () => { heard = getSelection().toString(); }); \
        Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { heard = text; } } }); 1");
    browser.click(".statement button");
    browser.wait("heard !== ''");
    assert_eq!(Some(browser.text("heard")), link.fix.as_ref().unwrap().statement);
    assert_eq!(browser.text("document.getElementById('live').textContent"), "Copied");
}

#[test]
fn filters_let_through_what_they_say() {
    let Some((mut browser, access)) = company("that filters of pages work") else { return };
    show_all(&mut browser);
    browser.click("[data-view=list]");
    let shows = |browser: &mut Browser, what: &str, fits: &dyn Fn(&Path) -> bool| {
        let expected: Vec<String> = access
            .paths
            .iter()
            .enumerate()
            .filter(|(_, path)| fits(path))
            .map(|(at, _)| at.to_string())
            .collect();
        assert!(!expected.is_empty(), "{what}");
        browser.wait(&format!("[...document.querySelectorAll('tr[data-path]')].map((row) => row.dataset.path).join() === '{}'", expected.join(",")));
        let said = browser.text("document.getElementById('live').textContent");
        assert!(said.starts_with(&format!("{} of 80", expected.len())), "{what}: {said}");
    };
    browser.click("[data-answer=no]");
    shows(&mut browser, "not no", &|path| path.answer != Answer::No);
    browser.click("#reset");
    show_all(&mut browser);
    browser.value("document.getElementById('account').value = '1'; document.getElementById('account').dispatchEvent(new Event('change'))");
    shows(&mut browser, "an account", &|path| {
        access.principals[path.principal].account == 1 || access.secrets[path.secret].account == 1
    });
    browser.click("#reset");
    browser.value("document.getElementById('search').value = ' EtlRole  warehouse'; document.getElementById('search').dispatchEvent(new Event('input'))");
    shows(&mut browser, "words", &|path| path.principal == 4 && [2, 3].contains(&path.secret));
    browser.click("#expectations tbody tr:nth-child(2) button");
    shows(&mut browser, "an expectation", &|path| path.principal < 4 && path.secret == 7);
    browser.click("#only");
    shows(&mut browser, "what is notable", &|path| path.is_meant || path.answer != Answer::No);
    for answer in ["yes", "no", "depends", "unknown"] {
        browser.click(&format!("[data-answer={answer}]"));
    }
    assert_eq!(
        browser.text("document.getElementById('view').textContent"),
        "No path fits the filters."
    );
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn keys_reach_and_choose_paths() {
    let Some((mut browser, access)) = company("that pages can be used with the keyboard") else {
        return;
    };
    show_all(&mut browser);
    for (view, item) in [("graph", ".edge"), ("matrix", ".cell"), ("list", "tbody tr")] {
        browser.value(&format!("document.querySelector('[data-view={view}]').click(); document.querySelector('#view {item}[tabindex=\"0\"]').focus()"));
        for key in ["End", "ArrowLeft", "ArrowDown", "Enter"] {
            browser.press(key);
        }
        let at = browser.text("document.activeElement.dataset.path");
        let path = &access.paths[at.parse::<usize>().unwrap()];
        let (principal, secret) = access.labels(path).unwrap();
        let title = browser.text("document.querySelector('#detail h2').textContent");
        assert_eq!(title, format!("{principal} → {secret}"), "{view}");
        assert_eq!(count(&mut browser, &format!("#view {item}[tabindex=\"0\"]")), 1, "{view}");
    }
    // Tab leads on, and does not go through all paths.
    browser.press("Tab");
    assert_eq!(
        browser.value("document.getElementById('view').contains(document.activeElement)"),
        false
    );
}

#[test]
fn both_themes_can_be_read() {
    let Some((mut browser, access)) = company("that pages have two themes") else { return };
    let back = "getComputedStyle(document.body).backgroundColor";
    let mut seen = Vec::new();
    for theme in ["light", "dark"] {
        browser.theme(theme);
        browser.open(&page(&access));
        seen.push(browser.text(back));
        for view in ["graph", "matrix", "list"] {
            browser.click(&format!("[data-view={view}]"));
            assert_eq!(browser.value(FAINT), serde_json::json!([]), "{theme} {view}");
        }
    }
    assert_ne!(seen[0], seen[1]);
    browser.click("#theme");
    assert_eq!(browser.text(back), seen[0], "the button goes back to light");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// Texts whose contrast with what is behind them is below 4.5, as WCAG 2 counts.
pub(crate) const FAINT: &str = r"(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const paint = (...colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (pixel) => {
    const [red, green, blue] = pixel.map((one) => one / 255).map((one) => (one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const isFaint = (element) => {
    const behind = [];
    for (let one = element; one; one = one.parentElement) behind.unshift(getComputedStyle(one).backgroundColor);
    const style = getComputedStyle(element);
    const isDrawn = element instanceof SVGElement;
    const [front, back] = [paint(...behind, isDrawn ? style.fill : style.color), paint(...behind)].map(light);
    return (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05) < 4.5;
  };
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  return [...document.querySelectorAll('#app *')].filter((one) => hasText(one) && one.tagName !== 'title' && one.checkVisibility() && isFaint(one))
    .map((one) => one.outerHTML.slice(0, 120));
})()";

#[test]
fn answers_are_there_without_scripts() {
    let Some(mut browser) = Browser::start("that pages say something without scripts") else {
        return;
    };
    let access = world::company();
    browser.without_scripts();
    browser.open(&page(&access));
    let text = browser.text("document.body.innerText");
    for path in &access.paths {
        let (principal, secret) = access.labels(path).unwrap();
        assert!(text.contains(&format!("{principal}\t{secret}\t{}", path.answer)), "{text}");
    }
    assert!(text.contains("allow\tapp/ApplicationRole\tsecurity/prod/db\tbroken"), "{text}");
}

#[test]
fn nothing_at_all_is_a_page_too() {
    let Some(mut browser) = Browser::start("the page of no paths") else { return };
    browser.open(&page(&Access::default()));
    assert_eq!(browser.text("document.getElementById('view').textContent"), "There are no paths.");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn large_worlds_stay_usable() {
    let Some(mut browser) = Browser::start("that pages of large worlds open") else { return };
    let page = page(&world::large(160));
    browser.open(&page);
    assert_eq!(browser.value("document.querySelectorAll('*').length < 6000"), true);
    show_all(&mut browser);
    browser.click("[data-view=matrix]");
    let rows = browser.value("document.querySelector('.matrix').getAttribute('aria-rowcount')");
    assert_eq!(rows.as_str(), Some("161"));
    browser.value("document.querySelector('.matrix-scroll').scrollTo(1e6, 1e6)");
    browser.wait("document.querySelector('[data-row=\"159\"][data-column=\"159\"]') !== null");
    browser.click("[data-row=\"159\"][data-column=\"159\"]");
    assert_eq!(count(&mut browser, ".link"), 9);
    browser.click("[data-view=graph]");
    let note = browser.text("document.querySelector('#view .note').textContent");
    assert!(note.contains(" of 25,600 are drawn"), "{note}");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}
