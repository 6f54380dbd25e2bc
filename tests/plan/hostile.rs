//! Names that try to be more than text.

use crate::world::{World, blocks, password};

const NAMES: &[&str] = &[
    "a`b.py",
    "# heading\n# more.py",
    "a|b|c.py",
    "[x](https://evil.example).py",
    "<script>alert(1)<script>.py",
    "@everyone #1.py",
    "```\nx.py",
    "$(touch pwned).py",
    "'; rm -rf x; '.env",
    "\u{202e}yp.exe.py",
];

#[test]
fn names_of_files_stay_names() {
    let world = World::new();
    for (at, name) in NAMES.iter().enumerate() {
        world.file(name, format!("db_password = \"{}{at}\"\n", password()));
    }
    let plan = world.plan();
    for line in plan.lines().filter(|line| line.starts_with('#')) {
        let known = [
            "What to do now",
            "Order of work",
            "Take the secrets",
            "Passwords of databases",
            "Keep the new",
            "Python",
            "Environment files",
            "At the end",
        ];
        assert!(known.iter().any(|known| line.contains(known)), "a heading of an input: {line}");
    }
    for line in plan.lines() {
        // Outside of code spans nothing is left of the names.
        let outside: String = line.split('`').step_by(2).collect();
        for piece in ["<script", "](http", "@everyone", "$(touch", "rm -rf"] {
            assert!(!outside.contains(piece), "{piece}: {line}");
        }
        let is_fence = line.trim_start().starts_with("```");
        assert!(is_fence || line.matches('`').count().is_multiple_of(2), "{line}");
    }
    assert!(!plan.contains('\u{202e}'));
    for (language, code) in blocks(&plan) {
        assert!(!code.contains("touch pwned") && !code.contains("rm -rf"), "{language}: {code}");
    }
}

#[test]
fn names_of_variables_do_not_reach_a_shell() {
    let value = password();
    let world = World::with(&[
        (
            "a.json",
            format!(
                "{{\"db password'; touch pwned #\": \"{value}1\", \"--help password\": \"{value}2\"}}\n"
            ),
        ),
        ("b.py", format!("config[\"$(touch pwned)_password\"] = \"{value}3\"\n")),
        ("c.yml", format!("\"`touch pwned`_password\": \"{value}4\"\n")),
    ]);
    let plan = world.plan();
    assert!(plan.contains("put_secret '"), "{plan}");
    for (language, code) in blocks(&plan) {
        assert!(!code.contains("touch pwned") && !code.contains("$(touch"), "{language}: {code}");
    }
    assert!(!plan.contains("git grep -nF $") && !plan.contains("git grep -nF -"), "{plan}");
}
