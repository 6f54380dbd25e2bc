//! Packs `rules/secrets/*.toml` into one blob that needs no parsing at start-up.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script is told its directories by the environment"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/secrets/rule_text.rs"]
mod rule_text;
#[path = "src/secrets/tables.rs"]
#[expect(dead_code, reason = "the tables are made here and read elsewhere")]
mod tables;

use rule_text::{MIN_RUN, RuleFile, RuleText, TriggerText};
use tables::{Entry, Near, Tables, Wait};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let folder = root.join("rules/secrets");
    rerun_if_changed(&folder);

    let mut files: Vec<PathBuf> = fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    files.retain(|file| {
        file.extension().is_some_and(|extension| extension == "toml")
            && !file.ends_with("score.toml")
    });
    files.sort();

    let mut rules: Vec<RuleText> = Vec::new();
    let mut sources = String::from("&[\n");
    for file in &files {
        rerun_if_changed(file);
        let text = fs::read_to_string(file)?;
        let parsed: RuleFile =
            toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        rules.extend(parsed.rules);
        let name = file
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or("a rule file's name is not UTF-8")?;
        writeln!(sources, "    ({name:?}, include_str!({:?})),", file.display().to_string())?;
    }
    sources.push(']');

    for rule in &mut rules {
        rule.matching.clear();
        rule.not_matching.clear();
    }
    pack(&rules, &out)?;
    fs::write(out.join("rule_sources.rs"), sources)?;
    fs::write(out.join("examples.rs"), examples(&root.join("fixtures/policy"))?)?;
    fs::write(out.join("weights.rs"), weights(&folder.join("score.toml"))?)?;
    Ok(())
}

/// Writes the rules one behind the other, where they end, their order by id, and their tables.
fn pack(rules: &[RuleText], out: &Path) -> Result<(), Box<dyn Error>> {
    let (mut packed, mut ends) = (Vec::new(), Vec::new());
    for rule in rules {
        packed.extend(postcard::to_allocvec(rule)?);
        ends.push(packed.len());
    }
    let mut by_id: Vec<usize> = (0..rules.len()).collect();
    by_id.sort_by_key(|number| &rules[*number].id);
    let tables = Tables::new(rules.iter().enumerate().map(|(number, rule)| Entry {
        number,
        wait: wait(&rule.trigger),
        pair: &rule.pair,
    }));
    fs::write(out.join("rules.bin"), packed)?;
    fs::write(out.join("places.bin"), postcard::to_allocvec(&(ends, by_id))?)?;
    fs::write(out.join("tables.bin"), postcard::to_allocvec(&tables)?)?;
    Ok(())
}

/// What a rule waits for.
fn wait(trigger: &TriggerText) -> Wait<'_> {
    let near = |is_infix| Near { run: trigger.run.unwrap_or(MIN_RUN), is_infix };
    if !trigger.prefix.is_empty() {
        Wait::Prefixes(&trigger.prefix)
    } else if !trigger.words.is_empty() {
        Wait::Words(&trigger.words, near(false))
    } else if !trigger.infix.is_empty() {
        Wait::Words(&trigger.infix, near(true))
    } else if !trigger.literal.is_empty() {
        Wait::Literals(&trigger.literal)
    } else if trigger.anywhere.is_some() {
        Wait::Nothing
    } else {
        Wait::Assignments
    }
}

/// The scorer's weights as a sorted array.
fn weights(file: &Path) -> Result<String, Box<dyn Error>> {
    #[derive(serde::Deserialize)]
    struct Score {
        weights: std::collections::BTreeMap<String, f32>,
    }
    rerun_if_changed(file);
    let score: Score = toml::from_str(&fs::read_to_string(file)?)?;
    let mut array = String::from("&[\n");
    for (name, weight) in score.weights {
        writeln!(array, "    ({name:?}, {weight:?}),")?;
    }
    array.push(']');
    Ok(array)
}

/// One bad and one good document of every policy check, in the first language that it has fixtures in.
fn examples(folder: &Path) -> Result<String, Box<dyn Error>> {
    rerun_if_changed(folder);
    let mut checks: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    checks.sort();
    let mut array = String::from("&[\n");
    for check in &checks {
        let id = check.file_name().and_then(|name| name.to_str()).ok_or("a name is not UTF-8")?;
        for stem in ["bad", "good"] {
            let files = ["json", "yaml", "tf"]
                .map(|language| (language, check.join(format!("{stem}.{language}"))));
            let Some((language, file)) = files.into_iter().find(|(_, file)| file.exists()) else {
                continue;
            };
            rerun_if_changed(&file);
            let text = fs::read_to_string(&file)?;
            let text = if language == "json" { first_document(&text) } else { text };
            writeln!(array, "    ({id:?}, {stem:?}, {language:?}, {:?}),", text.trim_end())?;
        }
    }
    array.push(']');
    Ok(array)
}

/// The most lines of an example; of a longer document its first statement is shown.
const MAX_LINES: usize = 25;

/// The first item of a list of documents, moved to the left; anything else as it is. Of a long one the first statement.
fn first_document(text: &str) -> String {
    let document = if text.trim_start().starts_with('[') {
        first_object(text, 0).map_or(text, |(start, end)| &text[start..end]).to_owned()
    } else {
        text.to_owned()
    };
    let indent =
        document.lines().last().map_or("", |line| &line[..line.len() - line.trim_start().len()]);
    let document = document.replace(&format!("\n{indent}"), "\n");
    if document.lines().count() <= MAX_LINES {
        return document;
    }
    let list = document.find("\"Statement\": [").map(|at| at + "\"Statement\": [".len());
    let Some((list, (start, end))) = list.and_then(|at| Some((at, first_object(&document, at)?)))
    else {
        return document;
    };
    let close = document[..list].rfind('\n').map_or("", |at| &document[at..]);
    let close = &close[..close.len() - close.trim_start().len()];
    format!("{}{}{close}]\n}}", &document[..start], &document[start..end])
}

/// Where the first `{…}` after a place starts and ends.
fn first_object(text: &str, from: usize) -> Option<(usize, usize)> {
    let (mut depth, mut in_string, mut escaped, mut start) = (0, false, false, 0);
    for (at, byte) in text.bytes().enumerate().skip(from) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' if !in_string => {
                if depth == 0 {
                    start = at;
                }
                depth += 1;
            }
            b'}' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return Some((start, at + 1));
                }
            }
            _ => {}
        }
    }
    None
}

fn rerun_if_changed(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}
