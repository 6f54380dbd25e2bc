//! From bytes to trees: which blobs may hold a policy at all, and the values written in them.

pub(super) mod embedded;
pub(super) mod filling;
pub(super) mod hcl;
pub(super) mod json;
pub(super) mod yaml;

use std::borrow::Cow;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use memchr::memmem::{self, Finder};

use super::tree::Node;
use crate::blob::{Blob, Content};
use json::SyntaxError;

/// What a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// JSON, with or without comments.
    Json,
    /// YAML.
    Yaml,
    /// Terraform's own.
    Hcl,
}

impl Language {
    /// By how the file is called and how its text starts.
    fn of(path: Option<&Path>, text: &[u8]) -> Option<Self> {
        let text = text.strip_prefix(BOM).unwrap_or(text).trim_ascii_start();
        let is_json = matches!(text.first(), Some(b'{' | b'['));
        let extension = path.and_then(Path::extension).unwrap_or_default().to_string_lossy();
        match &*extension {
            "tf" | "tofu" => Some(Self::Hcl),
            _ if is_json => Some(Self::Json),
            "yaml" | "yml" | "template" | "cfn" | "" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// A text without any of these has no policy: one pass, and almost every file is done.
    fn words(self) -> &'static [Finder<'static>] {
        static JSON: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| {
            let words = ["\"Statement", "\"2012-10-17\"", "\"2008-10-17\"", "AWS::", "\"aws_"];
            words.iter().map(|word| Finder::new(*word)).collect()
        });
        static YAML: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| {
            ["AWS::", "Statement"].iter().map(|word| Finder::new(*word)).collect()
        });
        static HCL: LazyLock<Vec<Finder<'static>>> = LazyLock::new(|| {
            ["aws_", "locals", "module", "\"Statement"]
                .iter()
                .map(|word| Finder::new(*word))
                .collect()
        });
        match self {
            Self::Json => &JSON,
            Self::Yaml => &YAML,
            Self::Hcl => &HCL,
        }
    }
}

/// Signs that a text becomes JSON or YAML only after a template engine has run.
const TEMPLATE_MARKS: &[&str] = &["{{", "{%", "<%", "<#", "#{", "%{"];

/// A file that may hold policies, read and not yet joined with the others.
#[derive(Debug)]
pub struct Template {
    pub(super) path: PathBuf,
    pub(super) language: Language,
    /// Every value that stands by itself.
    pub(super) roots: Vec<Node>,
    /// Why the text, or the rest of it, could not be read.
    pub(super) error: Option<SyntaxError>,
    /// Whether a text that could not be read was meant to hold policies.
    pub(super) is_meant: bool,
    /// Places where a variable of IAM stands as one of the template.
    pub(super) unescaped: Vec<Range<usize>>,
}

impl Template {
    /// A file of which nothing is known.
    pub(crate) fn nothing() -> Self {
        Self {
            path: PathBuf::new(),
            language: Language::Json,
            roots: Vec::new(),
            error: None,
            is_meant: false,
            unescaped: Vec::new(),
        }
    }

    /// Reads a whole input; spans are offsets into its text.
    pub fn read(blob: &Blob) -> Self {
        let origin = blob.origin();
        let language = Language::of(origin.path(), blob.text).unwrap_or(Language::Json);
        let path = origin.full_path().unwrap_or(Path::new("").into()).into_owned();
        let form = Form::of(&path.file_name().unwrap_or_default().to_string_lossy());
        let Reading { roots, error, unescaped } = match (language, form) {
            (Language::Json, Form::Terraform | Form::Template) => filled(form, blob.text),
            _ => read(language, blob.text),
        };
        let is_meant = error.is_some() && is_meant(language, blob.text);
        Self { path, language, roots, error, is_meant, unescaped }
    }
}

/// What a file of JSON is made for, by its name.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// To be read as it is.
    Plain,
    /// A part of a Terraform module: `${…}` in its strings are expressions.
    /// <https://developer.hashicorp.com/terraform/language/syntax/json>
    Terraform,
    /// To be filled in by `templatefile`.
    Template,
}

impl Form {
    fn of(name: &str) -> Self {
        match name.rsplit_once('.') {
            Some((before, "json")) if Path::new(before).extension() == Some("tf".as_ref()) => {
                Self::Terraform
            }
            Some((_, "tpl" | "tftpl")) => Self::Template,
            _ => Self::Plain,
        }
    }
}

/// What was read of a text.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Reading {
    roots: Vec<Node>,
    error: Option<SyntaxError>,
    /// Places where a variable of IAM stands as one of the template.
    unescaped: Vec<Range<usize>>,
}

impl Reading {
    /// Moves everything by some bytes.
    fn shift(&mut self, by: usize) {
        let moved = |span: &Range<usize>| span.start + by..span.end + by;
        self.roots.iter_mut().for_each(|root| shift(root, by));
        self.error.iter_mut().for_each(|error| error.span = moved(&error.span));
        self.unescaped.iter_mut().for_each(|place| *place = moved(place));
    }
}

/// Whether a blob may hold a policy: it is written in one of the languages, and has one of that language's words.
pub(super) fn may_hold_policy(blob: &Blob) -> bool {
    blob.content == Content::Text
        && Language::of(blob.origin().path(), blob.text)
            .is_some_and(|language| has_word(language, blob.text))
}

/// The language that an input that is read in chunks is written in, by its first one, if policies may be.
pub(super) fn language(blob: &Blob) -> Option<Language> {
    Language::of(blob.origin().path(), blob.text)
}

/// Whether a text has a word without which no policy is written in a language.
pub(super) fn has_word(language: Language, text: &[u8]) -> bool {
    language.words().iter().any(|word| word.find(text).is_some())
}

const BOM: &[u8] = "\u{feff}".as_bytes();

fn read(language: Language, text: &[u8]) -> Reading {
    match language {
        Language::Json => values(text),
        Language::Yaml => yaml::parse(&printable(text)),
        Language::Hcl => terraform(&printable(text)),
    }
}

/// A file of Terraform; where variables of IAM are what it cannot read, with these in the form that it can.
fn terraform(text: &str) -> Reading {
    let error = match hcl::parse(text) {
        Ok(root) => return Reading { roots: vec![root], ..Reading::default() },
        Err(error) => error,
    };
    if let Some((text, mut unescaped)) = filling::escaped(text)
        && let Ok(mut root) = hcl::parse(&text)
    {
        filling::restore(&mut root, &mut unescaped);
        return Reading { roots: vec![root], error: None, unescaped };
    }
    Reading { error: Some(error), ..Reading::default() }
}

/// JSON with holes for what Terraform fills in.
fn filled(form: Form, text: &[u8]) -> Reading {
    let start = if text.starts_with(BOM) { BOM.len() } else { 0 };
    let filled = filling::holes(&printable(text.get(start..).unwrap_or_default()));
    let (mut root, error) = embedded::document(&filled.text, &filled.offsets);
    if let (Some(root), Form::Terraform) = (&mut root, form) {
        filling::loosen(root);
    }
    let unescaped = if form == Form::Terraform { filled.unescaped } else { Vec::new() };
    let mut reading = Reading { roots: root.into_iter().collect(), error, unescaped };
    reading.shift(start);
    reading
}

/// The values of a text of JSON: one, or several one after the other. Spans count from the first byte of `text`.
fn values(text: &[u8]) -> Reading {
    let start = if text.starts_with(BOM) { BOM.len() } else { 0 };
    let text = printable(text.get(start..).unwrap_or_default());
    let mut reading = Reading::default();
    match json::parse(&text) {
        Ok(root) => reading.roots.push(root),
        Err(error) if error.kind == json::Kind::AnotherValue => several(&text, &mut reading),
        Err(error) => {
            // What is to be filled in may stand where a value should.
            let filled = text.contains("${").then(|| filled(Form::Template, text.as_bytes()));
            if let Some(filled) = filled.filter(|filled| filled.error.is_none()) {
                reading = filled;
            } else {
                reading.roots.extend(json::parse_leniently(&text).ok());
                reading.error = Some(error);
            }
        }
    }
    reading.shift(start);
    reading
}

/// Values one after the other, such as one per line.
fn several(text: &str, reading: &mut Reading) {
    let mut at = 0;
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    loop {
        let next = values.next();
        let end = if matches!(next, Some(Ok(_))) { values.byte_offset() } else { text.len() };
        let Some(part) = text.get(at..end).filter(|part| !part.trim().is_empty()) else { break };
        match json::parse(part) {
            Ok(mut root) => {
                shift(&mut root, at);
                reading.roots.push(root);
            }
            Err(mut error) => {
                error.span = error.span.start + at..error.span.end + at;
                reading.error = Some(error);
                break;
            }
        }
        at = end;
    }
}

/// The text with every byte that is not UTF-8 replaced by one that is, so that offsets stay what they are.
fn printable(text: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(text).map_or_else(
        |_| {
            let mut out = String::with_capacity(text.len());
            for chunk in text.utf8_chunks() {
                out.push_str(chunk.valid());
                out.extend(chunk.invalid().iter().map(|_| '\u{7f}'));
            }
            Cow::Owned(out)
        },
        Cow::Borrowed,
    )
}

fn shift(node: &mut Node, by: usize) {
    use super::tree::Value;
    node.span = node.span.start + by..node.span.end + by;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| shift(item, by)),
        Value::Map(entries) => {
            for entry in entries {
                entry.key_span = entry.key_span.start + by..entry.key_span.end + by;
                shift(&mut entry.value, by);
            }
        }
        Value::Json(embedded) => {
            embedded.root.iter_mut().for_each(|root| shift(root, by));
            if let Some(error) = &mut embedded.error {
                error.span = error.span.start + by..error.span.end + by;
            }
        }
        Value::Call(_, given) => given.iter_mut().for_each(|node| shift(node, by)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Hole(_) => {}
    }
}

/// Whether a text that could not be read was meant to hold policies: it has the words of one and is no template of something
/// else.
fn is_meant(language: Language, text: &[u8]) -> bool {
    let has = |word: &str| memmem::find(text, word.as_bytes()).is_some();
    let is_template = TEMPLATE_MARKS.iter().any(|mark| has(mark));
    match language {
        Language::Json => has("\"Statement\"") && has("\"Effect\"") && !is_template,
        Language::Yaml => has("Resources:") && has("Type: AWS::") && !is_template,
        Language::Hcl => has("aws_"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_several_values_and_says_where_the_last_one_breaks() {
        let text = b"{\"a\":1}\n{\"b\":2}\n";
        let reading = values(text);
        assert_eq!(reading.roots.len(), 2);
        assert_eq!(&text[reading.roots[1].span.clone()], b"{\"b\":2}");
        assert_eq!(reading.error, None);
        let reading = values(b"{\"a\":1}\n{\"b\":2,}\n");
        assert_eq!(reading.roots.len(), 1);
        assert_eq!(reading.error.unwrap().span, 14..15);
    }

    #[test]
    fn a_byte_order_mark_and_stray_bytes_do_not_move_anything() {
        let text = b"\xEF\xBB\xBF{\"a\":\"\xFFx\",\"b\":\"y\"}";
        let reading = values(text);
        let b = reading.roots[0].get("b").unwrap();
        assert_eq!(&text[b.span.clone()], b"\"y\"");
    }

    #[test]
    fn places_that_are_filled_in_later_are_open() {
        let text = br#"{"a":[${arns}],"b":"${name}","c":${number}}"#;
        let reading = values(text);
        assert_eq!(reading.error, None);
        let root = &reading.roots[0];
        let list = root.get("a").unwrap();
        assert_eq!(list.items()[0].value, crate::policy::tree::Value::Hole("arns".into()));
        assert_eq!(&text[list.items()[0].span.clone()], b"${arns}");
        let b = root.get("b").and_then(Node::string).map(crate::policy::text::shown);
        assert_eq!(b.as_deref(), Some("${name}"));
        assert!(values(br#"{"a":${b},}"#).error.is_some());
        assert!(values(br#"{"a":b}"#).error.is_some());
    }

    #[test]
    fn a_slip_does_not_hide_the_rest() {
        let reading = values(b"{\"a\":[1,],}");
        assert!(reading.error.is_some());
        assert_eq!(reading.roots.len(), 1);
    }
}
