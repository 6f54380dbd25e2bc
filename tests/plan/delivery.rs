//! The plan comes beside the report, whole or not at all, and changes nothing else.

use crate::world::{World, token};

fn world() -> World {
    World::with(&[("deploy.sh", format!("GITHUB_TOKEN={}\n", token()))])
}

#[test]
fn the_report_and_the_exit_code_stay_as_they_are() {
    let world = world();
    let bare = world.run(&["scan", ".", "--no-config"]);
    let planned = world.run(&["scan", ".", "--no-config", "--plan", "../plan.md"]);
    assert_eq!((bare.status.code(), &bare.stdout), (Some(1), &planned.stdout));
    assert_eq!((planned.status.code(), &planned.stderr), (Some(1), &bare.stderr));
    let empty = World::with(&[("a.txt", "nothing\n".into())]);
    let plan = empty.plan();
    assert_eq!(plan, "# What to do now\n\nNothing was found that asks for an action.\n");
}

#[test]
fn two_runs_write_the_same() {
    let world = world();
    assert_eq!(world.plan(), world.plan());
}

#[test]
fn what_cannot_be_written_is_said() {
    let world = world();
    let missing = world.run(&["scan", ".", "--no-config", "--plan", "no/such/folder/plan.md"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("plan.md"));
    let same = world.run(&["scan", ".", "--plan", "../x.json", "-o", "../x.json"]);
    assert_eq!(same.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&same.stderr).contains("plan::same_file"));
    let diff = world.run(&["scan", ".", "--plan", "../x.md", "--fix", "--diff"]);
    assert_eq!(diff.status.code(), Some(2));
}

#[test]
fn explain_says_what_to_do() {
    let output = world().run(&["explain", "deploy.sh:1", "--no-config"]);
    let said = String::from_utf8_lossy(&output.stdout);
    let own = said.split("github-classic-pat").nth(1).unwrap_or_default();
    let to_do = own.split("to do:").nth(1).unwrap_or_default();
    let first = to_do.trim_start().starts_with("1. Revoke it under Settings");
    assert!(first && to_do.contains("security log"), "{said}");
    assert!(!said.contains(&token()), "{said}");
}
