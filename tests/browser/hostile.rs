//! Names, paths, words and statements that attack the page are shown as what they are.

use crate::chromium::Browser;
use crate::world;

use super::access::page;

/// What somebody may write into a label, a file name, a policy or a manifest.
pub(crate) const ATTACKS: &[&str] = &[
    "</script><script>document.title='broken'</script>",
    "<!--<script>",
    "<img src=x onerror=\"document.title='broken'\">",
    "</noscript><style>*{display:none}</style><iframe src=javascript:alert(1)></iframe>",
    "'\"`><svg onload=alert(1)>&lt;b&gt;&amp;",
    "${document.title='broken'} {{7*7}} javascript:alert(1) %3Cb%3E \\u003cb\\u003e \\",
    "__proto__",
];

/// Marks that reorder or hide text, and what is shown for each.
pub(crate) const MARKS: &[(char, &str)] = &[
    ('\u{202e}', "\\u{202e}"),
    ('\u{2028}', "\\u{2028}"),
    ('\u{200b}', "\\u{200b}"),
    ('\u{e0041}', "\\u{e0041}"),
    ('\n', "\\u{a}"),
    ('\0', "\\u{0}"),
    ('\u{1b}', "\\u{1b}"),
];

#[test]
fn attacks_stay_text() {
    let Some(mut browser) = Browser::start("that names of others stay text in pages") else {
        return;
    };
    for attack in ATTACKS {
        browser.open(&page(&world::hostile(attack)));
        for view in ["graph", "matrix", "list"] {
            browser.click(&format!("[data-view={view}]"));
            stays_text(&mut browser, attack);
        }
        browser.click("#detail .plain-button");
        stays_text(&mut browser, attack);
        assert_eq!(browser.complaints(), Vec::<String>::new(), "{attack}");
    }
}

/// Nothing of a text became an element, and all of it is shown.
fn stays_text(browser: &mut Browser, attack: &str) {
    let made = browser.value(
        "document.querySelectorAll('img, iframe, svg[onload], b, body style, body ~ *').length \
         + document.scripts.length - 2 + [...document.querySelectorAll('*')].filter((element) => \
         [...element.attributes].some((one) => one.name.startsWith('on') || one.name === 'style' \
         && !element.closest('.matrix'))).length",
    );
    assert_eq!(made, 0, "{attack}");
    assert_eq!(browser.text("document.title"), "keylint access");
    let shown = browser.text("document.getElementById('app').textContent");
    assert!(shown.contains(attack), "{attack} is not in {shown}");
}

#[test]
fn marks_that_hide_text_are_shown() {
    let Some(mut browser) = Browser::start("that pages hide no marks") else { return };
    let (mut text, mut expected) = (String::new(), String::new());
    for (mark, shown) in MARKS {
        text.extend(['a', *mark, 'b']);
        expected.extend(["a", shown, "b"]);
    }
    browser.open(&page(&world::hostile(&text)));
    let shown = browser.text("document.body.innerText");
    assert!(shown.contains(&expected), "{expected} is not in {shown}");
    let raw = browser.value(
        "/[\\u202e\\u2028\\u200b\\u{e0041}\\0\\x1b]/u.test(document.documentElement.outerHTML)",
    );
    assert_eq!(raw, false);
    // What is copied is JSON, which has another way to write them.
    let statement = browser.text("document.querySelector('.statement pre').textContent");
    assert!(statement.contains("a\\u202eb"), "{statement}");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn attacks_stay_text_without_scripts() {
    let Some(mut browser) = Browser::start("that names of others stay text where scripts are off")
    else {
        return;
    };
    browser.without_scripts();
    for attack in ATTACKS {
        browser.open(&page(&world::hostile(attack)));
        let made = browser.value("document.querySelectorAll('img, iframe, b, body style').length + document.scripts.length - 2");
        assert_eq!(made, 0, "{attack}");
        let cell =
            browser.text("document.querySelector('.plain tbody td').nextSibling.textContent");
        assert!(cell.contains(attack), "{cell}");
    }
}
