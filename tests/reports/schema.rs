//! Validates JSON against the part of JSON Schema 2020-12 that `docs/report.schema.json` uses.

use regex_automata::meta::Regex;
use serde_json::{Map, Value};

/// Words of a schema that only inform.
const ANNOTATIONS: &[&str] = &["$schema", "$id", "$defs", "title", "description"];

/// What is wrong with `value`, each problem with the JSON pointer of its place. A word of the schema that is not known
/// here is a problem too.
pub(crate) fn problems(schema: &Value, value: &Value) -> Vec<String> {
    let mut validator = Validator { root: schema, problems: Vec::new() };
    validator.check(schema, value, "");
    validator.problems
}

/// The JSON pointers of all properties and definitions that have no description.
pub(crate) fn undescribed(schema: &Value, at: &str) -> Vec<String> {
    let Value::Object(words) = schema else { return Vec::new() };
    let mut missing = Vec::new();
    for group in ["properties", "$defs"] {
        for (name, inner) in words.get(group).and_then(Value::as_object).into_iter().flatten() {
            let at = format!("{at}/{group}/{name}");
            if inner.get("description").is_none() && inner.get("$ref").is_none() {
                missing.push(at.clone());
            }
            missing.extend(undescribed(inner, &at));
        }
    }
    missing
}

struct Validator<'a> {
    root: &'a Value,
    problems: Vec<String>,
}

impl Validator<'_> {
    fn check(&mut self, schema: &Value, value: &Value, at: &str) {
        match schema {
            Value::Object(words) => {
                for (word, operand) in words {
                    self.word(words, (word, operand), value, at);
                }
            }
            Value::Bool(true) => {}
            _ => self.problems.push(format!("{at}: nothing may be here, and it is {value}")),
        }
    }

    fn word(
        &mut self,
        words: &Map<String, Value>,
        (word, operand): (&str, &Value),
        value: &Value,
        at: &str,
    ) {
        let holds = match word {
            "$ref" => {
                let inner = operand.as_str().and_then(|path| self.root.pointer(&path[1..]));
                let Some(inner) = inner.cloned() else {
                    return self.problems.push(format!("{operand} leads nowhere"));
                };
                return self.check(&inner, value, at);
            }
            "properties" | "additionalProperties" | "propertyNames" | "items" => {
                return self.inner(words, (word, operand), value, at);
            }
            "type" => operand == type_name(value),
            "const" => operand == value,
            "enum" => operand.as_array().is_some_and(|all| all.contains(value)),
            "minimum" => value.as_i64() >= operand.as_i64(),
            "minItems" => value.as_array().map(Vec::len) >= length(operand),
            "minLength" => value.as_str().map(str::len) >= length(operand),
            "pattern" => matches(operand, value),
            "required" => operand
                .as_array()
                .is_some_and(|all| all.iter().all(|name| value.get(text(name)).is_some())),
            "oneOf" => self.fitting(operand, value) == 1,
            known if ANNOTATIONS.contains(&known) => true,
            _ => return self.problems.push(format!("`{word}` is not known to this validator")),
        };
        if !holds {
            self.problems.push(format!("{at}: {word} {operand} does not hold for {value}"));
        }
    }

    /// The words that speak of what is inside `value`.
    fn inner(
        &mut self,
        words: &Map<String, Value>,
        (word, operand): (&str, &Value),
        value: &Value,
        at: &str,
    ) {
        let named = words.get("properties");
        for (name, inner) in value.as_object().into_iter().flatten() {
            let at = format!("{at}/{name}");
            let known = named.and_then(|named| named.get(name));
            match (word, known) {
                ("properties", Some(schema)) => self.check(schema, inner, &at),
                ("additionalProperties", None) => self.check(operand, inner, &at),
                ("propertyNames", _) => self.check(operand, &Value::from(name.as_str()), &at),
                _ => {}
            }
        }
        let items = if word == "items" { value.as_array() } else { None };
        for (index, item) in items.into_iter().flatten().enumerate() {
            self.check(operand, item, &format!("{at}/{index}"));
        }
    }

    fn fitting(&self, schemas: &Value, value: &Value) -> usize {
        let fits = |schema: &&Value| {
            let mut validator = Validator { root: self.root, problems: Vec::new() };
            validator.check(schema, value, "");
            validator.problems.is_empty()
        };
        schemas.as_array().into_iter().flatten().filter(fits).count()
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn length(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|length| usize::try_from(length).ok())
}

fn matches(pattern: &Value, value: &Value) -> bool {
    Regex::new(text(pattern)).is_ok_and(|regex| regex.is_match(text(value)))
}
