//! The texts of an image: its configuration and its annotations, as people would write them in a Dockerfile, so that what
//! knows dotenv files and shells knows these.

use std::collections::BTreeMap;

use serde_json::Value;

use super::manifest::{Configuration, Step};

/// A text, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) field: String,
    pub(super) content: String,
}

/// Fields of `config` that are shown as texts of their own, where they are what they should be.
const FIELDS: &[&str] = &["Env", "Labels", "Cmd", "Entrypoint", "OnBuild", "Healthcheck", "Shell"];

/// What a step says that is shown as lines.
const STEP: &[&str] = &["created_by", "comment", "author"];

/// All texts of a configuration; what is none of the known ones stays JSON.
pub(super) fn of_configuration(configuration: &Configuration) -> Vec<Text> {
    let mut texts = Vec::new();
    let mut rest = configuration.all.clone();
    let config = if rest.get("config").is_some() { "config" } else { "Config" };
    if let Some(config) = rest.get_mut(config).and_then(Value::as_object_mut) {
        for field in FIELDS {
            let content = config.get_mut(*field).and_then(|value| take_lines(field, value));
            let content = content.filter(|content| !content.is_empty());
            texts.extend(content.map(|content| Text { field: format!("config.{field}"), content }));
        }
    }
    for (at, step) in configuration.history.iter().enumerate() {
        let content = step_lines(step);
        if !content.is_empty() {
            texts.push(Text { field: format!("config.history[{at}]"), content });
        }
    }
    for step in rest.get_mut("history").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(fields) = step.as_object_mut() {
            fields.retain(|name, value| !(STEP.contains(&name.as_str()) && value.is_string()));
        }
    }
    let content = serde_json::to_string_pretty(&rest).unwrap_or_default();
    texts.push(Text { field: "config".into(), content });
    texts
}

/// The annotations of a manifest.
pub(super) fn of_annotations(annotations: &BTreeMap<String, String>) -> Option<Text> {
    let content: String = annotations.iter().map(|(name, value)| assignment(name, value)).collect();
    (!content.is_empty()).then_some(Text { field: "manifest.annotations".into(), content })
}

/// Takes out of a field what can be shown as lines; nothing when it is not what it should be.
fn take_lines(field: &str, value: &mut Value) -> Option<String> {
    let content = match value {
        // `NAME=value`, as in a dotenv file.
        Value::Array(items) if field == "Env" => joined(&strings(items)?),
        Value::Array(items) => words(&strings(items)?),
        Value::Object(items) if field == "Labels" => {
            let pairs = items.iter().map(|(name, value)| Some(assignment(name, value.as_str()?)));
            pairs.collect::<Option<String>>()?
        }
        // What a health check runs; beside it are times.
        Value::Object(items) => {
            let content = words(&strings(items.get("Test")?.as_array()?)?);
            items.remove("Test");
            return Some(content);
        }
        _ => return None,
    };
    *value = Value::Null;
    Some(content)
}

/// All items, if they are strings.
fn strings(items: &[Value]) -> Option<Vec<&str>> {
    items.iter().map(Value::as_str).collect()
}

/// Each on a line of its own.
fn joined(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [*line, "\n"]).collect()
}

fn assignment(name: &str, value: &str) -> String {
    format!("{name}={value}\n")
}

/// A command of several words on one line; several commands on several.
fn words(items: &[&str]) -> String {
    if items.is_empty() { String::new() } else { format!("{}\n", items.join(" ")) }
}

/// A step as the lines of a Dockerfile that would give it.
fn step_lines(step: &Step) -> String {
    let (arguments, _) = build_arguments(&step.created_by);
    let mut content = String::new();
    for argument in &arguments {
        content.push_str("ARG ");
        content.push_str(argument);
        content.push('\n');
    }
    let command = instruction(&step.created_by);
    for line in [command.as_deref(), Some(&step.comment), Some(&step.author)].into_iter().flatten()
    {
        if !line.is_empty() {
            content.push_str(line);
            content.push('\n');
        }
    }
    content
}

/// The instruction of a Dockerfile that a step was made by, without the arguments of the build.
pub(super) fn instruction(created_by: &str) -> Option<String> {
    let (_, text) = build_arguments(created_by.trim());
    let text = text.strip_suffix("# buildkit").unwrap_or(text).trim_end();
    let shell = |text: &str| {
        let shells = ["/bin/sh -c ", "/bin/bash -c ", "cmd /S /C ", "powershell -Command "];
        shells
            .into_iter()
            .find_map(|shell| text.strip_prefix(shell))
            .map(str::trim_start)
            .map(str::to_owned)
    };
    let text = match shell(text) {
        Some(command) => match command.strip_prefix("#(nop)") {
            Some(instruction) => instruction.trim().to_owned(),
            None => format!("RUN {command}"),
        },
        None => match text.strip_prefix("RUN ") {
            // BuildKit writes the shell, and arguments before it.
            Some(run) => {
                let (_, run) = build_arguments(run);
                format!("RUN {}", shell(run).unwrap_or_else(|| run.to_owned()))
            }
            None => text.to_owned(),
        },
    };
    (!text.is_empty()).then_some(text)
}

/// The arguments that a step was built with, and what follows: `|2 A=1 B=2 /bin/sh -c …`. Values may have blanks in them, and
/// nothing quotes these: the last argument ends where the shell begins.
fn build_arguments(text: &str) -> (Vec<String>, &str) {
    let text = text.strip_prefix("RUN ").filter(|rest| rest.starts_with('|')).unwrap_or(text);
    let none = (Vec::new(), text);
    let Some((count, rest)) = text.strip_prefix('|').and_then(|text| text.split_once(' ')) else {
        return none;
    };
    let Ok(count) = count.parse::<usize>() else { return none };
    if count == 0 {
        return (Vec::new(), rest);
    }
    let end = [" /bin/", " cmd ", " powershell ", " /usr/bin/", " [\"", " sh -c "]
        .iter()
        .filter_map(|shell| rest.find(shell))
        .min();
    let Some(end) = end else { return none };
    let (arguments, command) = rest.split_at(end);
    let mut list: Vec<String> = Vec::new();
    for word in arguments.split(' ') {
        let is_new = word.split_once('=').is_some_and(|(name, _)| is_name(name));
        let is_full = list.len() >= count;
        match list.last_mut().filter(|_| !is_new || is_full) {
            Some(open) => {
                open.push(' ');
                open.push_str(word);
            }
            None => list.push(word.into()),
        }
    }
    (list, command.trim_start())
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What made each layer, the lowest first; nothing where the history and the layers do not fit together.
pub(super) fn instructions(history: &[Step], layers: usize) -> Vec<Option<String>> {
    let made: Vec<&Step> = history.iter().filter(|step| !step.empty_layer).collect();
    if made.len() != layers {
        return vec![None; layers];
    }
    made.into_iter().map(|step| instruction(&step.created_by)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_become_instructions() {
        for (created_by, expected) in [
            ("/bin/sh -c #(nop) COPY file:01b in /app/.env ", "COPY file:01b in /app/.env"),
            ("/bin/sh -c rm -f /app/.env", "RUN rm -f /app/.env"),
            ("|1 TOKEN=abc /bin/sh -c make all", "RUN make all"),
            ("RUN |2 A=b c B=d /bin/sh -c make # buildkit", "RUN make"),
            ("RUN /bin/sh -c apk add git # buildkit", "RUN apk add git"),
            ("COPY . . # buildkit", "COPY . ."),
            ("ENV A=b", "ENV A=b"),
            ("umoci insert x", "umoci insert x"),
        ] {
            assert_eq!(instruction(created_by).as_deref(), Some(expected), "{created_by}");
        }
        assert_eq!(instruction(" "), None);
    }

    #[test]
    fn arguments_may_have_blanks() {
        let (arguments, command) = build_arguments("|2 A=b c B=d=e /bin/sh -c make");
        assert_eq!(arguments, ["A=b c", "B=d=e"]);
        assert_eq!(command, "/bin/sh -c make");
        assert_eq!(build_arguments("|x y").0, [""; 0]);
    }

    #[test]
    fn a_configuration_is_all_shown() {
        let json = r#"{"os": "linux", "config": {"Env": ["A=b"], "Labels": {"x.y": "z"}, "Cmd": ["sh", "-c", "run"],
            "Healthcheck": {"Test": ["CMD", "curl"]}, "User": "app"}, "history": [{"created_by": "ENV A=b", "empty_layer": true}]}"#;
        let configuration = Configuration::read(json.as_bytes()).unwrap_or_default();
        let texts = of_configuration(&configuration);
        let shown = |field: &str| {
            texts.iter().find(|text| text.field == field).map(|text| text.content.as_str())
        };
        assert_eq!(shown("config.Env"), Some("A=b\n"));
        assert_eq!(shown("config.Labels"), Some("x.y=z\n"));
        assert_eq!(shown("config.Cmd"), Some("sh -c run\n"));
        assert_eq!(shown("config.Healthcheck"), Some("CMD curl\n"));
        assert_eq!(shown("config.history[0]"), Some("ENV A=b\n"));
        assert!(shown("config").is_some_and(|rest| rest.contains("\"User\": \"app\"")));
    }
}
