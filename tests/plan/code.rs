//! The code in plans: a shell takes the commands, our own readers take the rest, and nothing secret is in it.

use std::process::{Command, Stdio};

use std::io::Write;

use keylint::finding::Verdict;
use keylint::plan::rotation;
use keylint::secrets::RuleSet;

use crate::world::{World, blocks, key_id, password, token};

/// A folder with a secret in every kind of place.
fn everywhere() -> World {
    let world = World::new();
    for (at, name) in [
        "a.py",
        "a.js",
        "a.ts",
        "A.java",
        "a.go",
        "A.cs",
        "a.rb",
        "a.php",
        "a.rs",
        "a.sh",
        "a.tf",
        "a.template",
        "taskdef.json",
        "k8s/a.yaml",
        "compose.yml",
        ".github/workflows/a.yml",
        ".env",
        "Dockerfile",
        "a.ini",
        "Makefile",
    ]
    .iter()
    .enumerate()
    {
        let value = format!("{}{at}", password());
        let text = match *name {
            "taskdef.json" => format!("{{\"DB_PASSWORD\": \"{value}\"}}\n"),
            "Dockerfile" => format!("FROM scratch\nENV DB_PASSWORD=\"{value}\"\n"),
            _ => format!("db_password: \"{value}\"\n"),
        };
        world.file(name, text);
    }
    world.file("deploy.sh", format!("GITHUB_TOKEN={}\nAWS_ACCESS_KEY_ID={}\n", token(), key_id()));
    world
}

#[track_caller]
fn check_shell(code: &str) {
    let mut shell = Command::new("bash")
        .arg("-n")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    shell.stdin.take().unwrap().write_all(code.as_bytes()).unwrap();
    let output = shell.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{code}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_shell_takes_every_command() {
    let plan = everywhere().plan();
    let shell: Vec<_> =
        blocks(&plan).into_iter().filter(|(language, _)| language == "bash").collect();
    assert!(shell.len() > 8, "{plan}");
    for (_, code) in shell {
        check_shell(&code);
    }
}

#[test]
fn a_shell_takes_the_commands_of_every_rule() {
    let mut all = String::new();
    for rule in RuleSet::built_in().metas() {
        for code in rotation(rule, Verdict::ShapeOnly, &[]).into_iter().filter_map(|step| step.code)
        {
            assert_eq!(code.language, "bash");
            // Values of secrets are piped: an argument could be listed by others.
            for secret in ["$TOKEN\" |", "$SECRET\" |"] {
                let variable = &secret[..secret.len() - 2];
                let piped = code.text.matches(secret).count();
                assert_eq!(code.text.matches(variable).count(), piped, "{}", code.text);
            }
            all.push_str(&code.text);
        }
    }
    check_shell(&all);
}

#[test]
fn our_own_readers_take_the_rest_and_find_nothing() {
    let plan = everywhere().plan();
    let world = World::new();
    let mut seen = Vec::new();
    for (at, (language, code)) in blocks(&plan).into_iter().enumerate() {
        let ending = match language.as_str() {
            "json" | "yaml" => language.as_str(),
            "hcl" => "tf",
            _ => continue,
        };
        seen.push(ending.to_owned());
        let code = code.replace("REGION", "eu-west-1").replace("ACCOUNT_ID", "123456789012");
        world.file(format!("{at}.{ending}"), code);
    }
    for ending in ["json", "yaml", "tf"] {
        assert!(seen.iter().any(|it| it == ending), "no {ending} in\n{plan}");
    }
    let output = world.run(&["scan", ".", "--no-config"]);
    let report = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{report}");
    assert!(
        String::from_utf8_lossy(&world.run(&["scan", ".", "--format", "json"]).stdout)
            .contains("\"documents\": 1"),
        "{report}"
    );
}

#[test]
fn no_secret_is_in_a_plan_and_nothing_that_looks_like_one() {
    let world = everywhere();
    world.file("pairs.txt", format!("{}: {}1x\n", token(), password()));
    for arguments in [&["scan", "."][..], &["scan", ".", "--reveal"]] {
        let plan = world.plan_of(arguments);
        for secret in [password(), token(), key_id()] {
            assert!(!plan.contains(&secret), "{arguments:?}:\n{plan}");
        }
        let other = World::with(&[("plan.md", plan)]);
        let output = other.run(&["scan", ".", "--no-config"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    }
}
