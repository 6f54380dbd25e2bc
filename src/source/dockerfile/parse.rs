//! Dockerfiles, as far as they say what of a build gets into an image. <https://docs.docker.com/reference/dockerfile/>

use serde_json::from_str;

/// An instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    /// In capitals.
    pub(super) keyword: String,
    /// What follows, on one line.
    pub(super) rest: String,
    /// The lines that it takes, from 1.
    pub(super) first_line: u64,
    pub(super) last_line: u64,
}

impl Instruction {
    /// As it is written, on one line.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.keyword, self.rest)
    }

    /// The values of a flag such as `--from=`.
    pub(super) fn flags<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let flags = self.rest.split_whitespace().take_while(|word| word.starts_with("--"));
        flags.filter_map(move |flag| flag.strip_prefix("--")?.strip_prefix(name)?.strip_prefix('='))
    }

    /// The words behind the flags; JSON is a list of words too.
    pub(super) fn words(&self) -> Vec<String> {
        let mut rest = self.rest.trim_start();
        while rest.starts_with("--") {
            rest = rest.split_once(char::is_whitespace).map_or("", |(_, rest)| rest.trim_start());
        }
        if rest.starts_with('[')
            && let Ok(words) = from_str::<Vec<String>>(rest)
        {
            return words;
        }
        rest.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_owned()).collect()
    }
}

const KEYWORDS: [&str; 18] = [
    "FROM",
    "RUN",
    "CMD",
    "LABEL",
    "MAINTAINER",
    "EXPOSE",
    "ENV",
    "ADD",
    "COPY",
    "ENTRYPOINT",
    "VOLUME",
    "USER",
    "WORKDIR",
    "ARG",
    "ONBUILD",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "SHELL",
];

/// Reads a Dockerfile; lines that are no instruction are left out.
pub(super) fn read(text: &str) -> Vec<Instruction> {
    let escape = escape(text);
    let mut instructions = Vec::new();
    let mut lines = (1..).zip(text.lines());
    while let Some((first_line, line)) = lines.next() {
        let trimmed = line.trim();
        let (keyword, rest) = trimmed.split_once(char::is_whitespace).unwrap_or((trimmed, ""));
        let keyword = keyword.to_ascii_uppercase();
        if !KEYWORDS.contains(&keyword.as_str()) {
            continue;
        }
        let mut instruction =
            Instruction { keyword, rest: String::new(), first_line, last_line: first_line };
        let mut part = rest.trim_end();
        loop {
            let continued = part.strip_suffix(escape);
            push(&mut instruction.rest, continued.unwrap_or(part));
            if continued.is_none() {
                break;
            }
            // Comments and empty lines do not end an instruction.
            let next = lines.by_ref().find(|(_, line)| {
                let line = line.trim();
                !line.is_empty() && !line.starts_with('#')
            });
            let Some((number, line)) = next else { break };
            instruction.last_line = number;
            part = line.trim();
        }
        if let Some(mark) = heredoc(&instruction) {
            for (number, line) in lines.by_ref() {
                instruction.last_line = number;
                if line.trim_start_matches('\t') == mark {
                    break;
                }
            }
        }
        instructions.push(instruction);
    }
    instructions
}

fn push(rest: &mut String, part: &str) {
    if !rest.is_empty() {
        rest.push(' ');
    }
    rest.push_str(part.trim());
}

/// What continues a line: a backslash, or what a directive at the top says.
fn escape(text: &str) -> char {
    let directives = text.lines().map_while(|line| line.trim().strip_prefix('#'));
    let value = directives.filter_map(|line| line.split_once('=')).find_map(|(name, value)| {
        (name.trim().eq_ignore_ascii_case("escape")).then(|| value.trim())
    });
    if value == Some("`") { '`' } else { '\\' }
}

/// The word that ends the text that follows, where one does.
fn heredoc(instruction: &Instruction) -> Option<String> {
    if !matches!(instruction.keyword.as_str(), "RUN" | "COPY" | "ADD") {
        return None;
    }
    let word = instruction.rest.split_whitespace().find_map(|word| word.strip_prefix("<<"))?;
    let mark = word.trim_start_matches('-').trim_matches(['"', '\'']);
    let is_name = !mark.is_empty() && mark.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_name.then(|| mark.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_may_take_several_lines() {
        let text = "# escape=\\\nFROM a AS b\nRUN x \\\n  # no end\n\n  && y\nCOPY --from=b --chown=1 [\"a b\", \"/\"]\nRUN <<EOF\nCOPY . .\nEOF\nENV A=1\nnot an instruction\n";
        let read: Vec<(String, u64, u64)> =
            read(text).iter().map(|one| (one.text(), one.first_line, one.last_line)).collect();
        let expected = [
            ("FROM a AS b", 2, 2),
            ("RUN x && y", 3, 6),
            ("COPY --from=b --chown=1 [\"a b\", \"/\"]", 7, 7),
            ("RUN <<EOF", 8, 10),
            ("ENV A=1", 11, 11),
        ];
        let read: Vec<(&str, u64, u64)> =
            read.iter().map(|(text, first, last)| (text.as_str(), *first, *last)).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn flags_and_words() {
        let read = read("COPY --from=b --chown=1 [\"a b\", \"/\"]\n");
        let copy = read.first().unwrap();
        assert_eq!(copy.flags("from").next(), Some("b"));
        assert_eq!(copy.words(), ["a b", "/"]);
    }
}
