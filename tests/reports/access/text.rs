//! The report for people fits its terminal, and cannot command it.

use keylint::access::Access;
use keylint::report::Look;
use keylint::report::access::{ChangesFormat, Format, Options};

use super::{PLAIN, before, changes, report, snapshot, world};
use crate::inert;

fn text(access: &Access, options: &Options) -> String {
    report(Format::Text, access, options)
}

#[test]
fn text_of_a_whole_world() {
    for width in [80, 120] {
        snapshot(&format!("text-{width}"), &text(&world::full(), &Options { width, ..PLAIN }));
    }
}

#[test]
fn all_paths_and_links_on_request() {
    let all = text(&world::full(), &Options { all: true, ..PLAIN });
    assert!(all.contains("not needed") && !all.contains("not listed"), "{all}");
    let listed = all.lines().filter(|line| line.starts_with("  no  ")).count();
    assert_eq!(listed, 4);
}

#[test]
fn lines_fit_the_terminal() {
    for width in [60, 80, 120] {
        let text = text(&world::full(), &Options { width, ..PLAIN });
        // A name, and a statement that is to be copied, stay whole.
        let is_free = |line: &&str| !line.contains("arn:aws:");
        for line in text.lines().filter(is_free) {
            let copied = line.trim_start().starts_with('"');
            let is_head = line.contains(" -> ");
            let is_last = line.contains("expectations: ") || line.contains("not listed");
            assert!(
                line.chars().count() <= width || copied || is_head || is_last,
                "{width}: {line}"
            );
        }
    }
}

#[test]
fn no_name_commands_the_terminal() {
    let access = world::hostile();
    for all in [false, true] {
        let text = text(&access, &Options { all, ..PLAIN });
        inert::assert_harmless("text", text.clone().into_bytes());
        assert!(text.contains("a\\u{1b}[31m|`\\u{a}@team"), "{text}");
    }
    let mut was = before();
    was.paths.clear();
    let text = changes(ChangesFormat::Text, &was, &access);
    inert::assert_harmless("changes", text.into_bytes());
}

#[test]
fn long_names_stay_whole() {
    let mut access = world::full();
    let long = "security/".to_owned() + &"prod/".repeat(100) + "db";
    access.secrets[0].label.clone_from(&long);
    access.principals[0].label = "app/".to_owned() + &"Role".repeat(40);
    let text = text(&access, &PLAIN);
    for label in [&access.secrets[0].label, &access.principals[0].label] {
        assert!(text.contains(label), "{label} is cut:\n{text}");
    }
}

#[test]
fn colours_come_when_they_are_wanted() {
    let coloured = text(&world::full(), &Options { look: Look::Colour, ..PLAIN });
    assert!(coloured.contains("\u{1b}[31mno     \u{1b}[0m"), "{coloured}");
    let plain = inert::strip_colours(&coloured);
    assert_eq!(plain, text(&world::full(), &PLAIN), "colours change nothing but colours");
}

#[test]
fn an_empty_world_says_what_is_not_there() {
    assert_eq!(
        text(&Access::default(), &PLAIN),
        "nothing to answer: no principal and no secret was found in what was read\n\
         0 paths; 0 principals, 0 secrets, 0 keys in 0 accounts\n"
    );
    let mut access = world::full();
    (access.paths, access.expectations) = (Vec::new(), Vec::new());
    access.secrets.clear();
    assert!(text(&access, &PLAIN).contains("nothing to answer: no secret was found"));
}

#[test]
fn a_large_world_is_cut_and_says_so() {
    let access = world::large(40, 50);
    let short = text(&access, &PLAIN);
    assert!(short.lines().count() < 20, "{short}");
    assert!(short.contains("2000 paths not listed: the answer is no"), "{short}");
    let all = text(&access, &Options { all: true, ..PLAIN });
    assert!(all.contains("1000 more paths not listed: --principal"), "{all}");
    assert!(all.contains("1950 more paths in detail: --principal"));
    assert_eq!(all.matches(" -> ").count(), 50);
}

#[test]
fn what_matters_is_not_cut() {
    let mut access = world::large(40, 50);
    access.paths[1999].is_meant = true;
    let all = text(&access, &Options { all: true, ..PLAIN });
    assert!(all.contains("app/Role0039 (222233334444) -> security/prod/s0049"), "{all}");
}

#[test]
fn text_of_changes() {
    snapshot("changes", &changes(ChangesFormat::Text, &before(), &world::full()));
    let mut same = world::full();
    same.expectations.clear();
    let none = changes(ChangesFormat::Text, &same, &same);
    assert_eq!(none, "access to secrets: no access changed\n");
}
