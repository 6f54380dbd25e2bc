//! AWS SAM: policy templates and connectors written out as the policies that they become.
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-templates.html>

use std::ops::Range;
use std::sync::LazyLock;

use super::types::Type;
use super::{Resource, text_of};
use crate::policy::document::{Hint, Kind, Root};
use crate::policy::text::hole;
use crate::policy::tree::{Entry, Node, Value};

/// What a policy template or connector becomes.
#[derive(Debug, Default)]
struct Expansion {
    /// `template` and its name, or `connector`, source, destination and permission.
    key: Vec<&'static str>,
    /// The parameters of a template; whose role gets the policy of a connector.
    rest: Vec<&'static str>,
    statements: Vec<Statement>,
}

#[derive(Debug, Default)]
struct Statement {
    actions: Vec<&'static str>,
    resources: Vec<&'static str>,
    /// Operator, key and value.
    conditions: Vec<(&'static str, &'static str, &'static str)>,
}

static EXPANSIONS: LazyLock<Vec<Expansion>> = LazyLock::new(|| {
    let mut all: Vec<Expansion> = Vec::new();
    for line in include_str!("../../../rules/policy/sam.txt").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let last = all.last_mut().map(|expansion| &mut expansion.statements);
        match (words.as_slice(), last) {
            ([key @ .., owner], _) if key.first() == Some(&"connector") => {
                all.push(Expansion { key: key.into(), rest: vec![owner], statements: Vec::new() });
            }
            (["template", name, rest @ ..], _) => all.push(Expansion {
                key: vec!["template", name],
                rest: rest.into(),
                statements: Vec::new(),
            }),
            (["allow", actions @ ..], Some(statements)) => {
                statements.push(Statement { actions: actions.into(), ..Statement::default() });
            }
            (["on", resource], Some(statements)) => {
                statements.last_mut().into_iter().for_each(|last| last.resources.push(resource));
            }
            (["when", operator, key, value], Some(statements)) => {
                let condition = (*operator, *key, *value);
                statements.last_mut().into_iter().for_each(|last| last.conditions.push(condition));
            }
            _ => {}
        }
    }
    all
});

fn expansion(key: &[&str]) -> Option<&'static Expansion> {
    EXPANSIONS.iter().find(|expansion| expansion.key == key)
}

/// What is put in the place of a variable: its name, its text, and where the text stands.
type Given = (String, String, Range<usize>);

/// The documents that SAM makes of what its resources say in short.
pub(super) fn documents(resources: &[Resource]) -> Vec<Root> {
    let mut roots = Vec::new();
    for resource in resources {
        if ["AWS::Serverless::Function", "AWS::Serverless::StateMachine"]
            .contains(&resource.kind.as_str())
        {
            // A role that is given has its own policies, and SAM makes none.
            let policies =
                resource.property("Policies").filter(|_| resource.property("Role").is_none());
            let items = policies.map_or(&[][..], Node::items);
            let templates = items.iter().flat_map(Node::entries);
            roots.extend(templates.filter_map(|entry| of_template(resource, entry)));
        }
        if resource.kind == "AWS::Serverless::Connector" {
            let source = resource.property("Source").and_then(|source| named(resources, source));
            connect(
                resources,
                source,
                &resource.properties,
                resource.name_span.clone(),
                &mut roots,
            );
        }
        for entry in resource.whole.get("Connectors").map_or(&[][..], Node::entries) {
            if let Some(body) = entry.value.get("Properties") {
                connect(resources, Some(resource), body, entry.key_span.clone(), &mut roots);
            }
        }
    }
    roots
}

fn of_template(owner: &Resource, entry: &Entry) -> Option<Root> {
    let expansion = expansion(&["template", &entry.key])?;
    let given = expansion.rest.iter().map(|name| {
        let value = entry.value.get(name);
        let text = value.and_then(text_of).unwrap_or_else(|| hole(name));
        let span = value.map_or_else(|| entry.key_span.clone(), |value| value.span.clone());
        ((*name).to_owned(), text, span)
    });
    Some(root(expansion, owner, &given.collect::<Vec<_>>(), &entry.key_span))
}

/// The resource that a connector names.
fn named<'a>(resources: &'a [Resource], end: &Node) -> Option<&'a Resource> {
    let id = end.get("Id")?.string()?;
    resources.iter().find(|resource| resource.name == id)
}

/// `body` has the destinations and the permissions.
fn connect(
    resources: &[Resource],
    source: Option<&Resource>,
    body: &Node,
    span: Range<usize>,
    roots: &mut Vec<Root>,
) {
    let Some(source) = source else { return };
    let destinations = body.get("Destination").map_or(&[][..], Node::items);
    for destination in destinations.iter().filter_map(|end| named(resources, end)) {
        for access in body.get("Permissions").map_or(&[][..], Node::items) {
            let access = access.string().unwrap_or_default();
            let key = ["connector", plain(&source.kind), plain(&destination.kind), access];
            let Some(expansion) = expansion(&key) else { continue };
            let owner = if expansion.rest == ["source"] { source } else { destination };
            let ends = [("Source", source), ("Destination", destination)];
            let given: Vec<Given> = ends
                .into_iter()
                .flat_map(|(end, resource)| {
                    let of = |known: &Option<String>, part: &str| {
                        let text = known.clone().unwrap_or_else(|| hole(&resource.name));
                        (format!("{end}.{part}"), text, span.clone())
                    };
                    [of(&resource.arn, "Arn"), of(&resource.own_name, "Name")]
                })
                .collect();
            let owner = role(resources, owner);
            roots.push(root(expansion, owner, &given, &span));
        }
    }
}

/// The role that a function is given, or the function for which SAM makes one.
fn role<'a>(resources: &'a [Resource], owner: &'a Resource) -> &'a Resource {
    let given = owner.property("Role");
    let is_it = |role: &&Resource| {
        role.is(Type::Role) && given.is_some_and(|given| role.is_referred_to_by(given))
    };
    resources.iter().find(is_it).unwrap_or(owner)
}

/// The type that SAM makes of its own.
fn plain(kind: &str) -> &str {
    match kind {
        "AWS::Serverless::Function" => "AWS::Lambda::Function",
        "AWS::Serverless::StateMachine" => "AWS::StepFunctions::StateMachine",
        "AWS::Serverless::SimpleTable" => "AWS::DynamoDB::Table",
        other => other,
    }
}

/// The document; all of it stands at `span`, but what was given stands where it was given.
fn root(expansion: &Expansion, owner: &Resource, given: &[Given], span: &Range<usize>) -> Root {
    let node = |value| Node { span: span.clone(), value };
    let entry = |key: &str, value| Entry { key: key.into(), key_span: span.clone(), value };
    let fixed = |text: &str| node(Value::String(text.into()));
    let filled = |text: &str| {
        let (text, place) = fill(text, given);
        Node { span: place.unwrap_or_else(|| span.clone()), value: Value::String(text) }
    };
    let statement = |statement: &Statement| {
        let actions = statement.actions.iter().map(|action| fixed(action)).collect();
        let resources = statement.resources.iter().map(|resource| filled(resource)).collect();
        let conditions = statement.conditions.iter().map(|(operator, key, value)| {
            entry(operator, node(Value::Map(vec![entry(key, filled(value))])))
        });
        let mut elements = vec![
            entry("Effect", fixed("Allow")),
            entry("Action", node(Value::List(actions))),
            entry("Resource", node(Value::List(resources))),
        ];
        let conditions: Vec<Entry> = conditions.collect();
        if !conditions.is_empty() {
            elements.push(entry("Condition", node(Value::Map(conditions))));
        }
        node(Value::Map(elements))
    };
    let statements = expansion.statements.iter().map(statement).collect();
    let document = node(Value::Map(vec![
        entry("Version", fixed("2012-10-17")),
        entry("Statement", node(Value::List(statements))),
    ]));
    let mut root = Root::new(document, Some(Hint::Attached(Kind::Identity)), owner.file);
    root.attached.push(owner.name.clone());
    root.is_expanded = true;
    root
}

/// A text with its variables filled in, and where the first of them that was given stands.
fn fill(text: &str, given: &[Given]) -> (String, Option<Range<usize>>) {
    let mut place = None;
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${") {
        out += before;
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        rest = after;
        match given.iter().find(|(known, ..)| known == name) {
            Some((_, text, span)) => {
                out += text;
                place = place.or_else(|| Some(span.clone()));
            }
            None => out += &hole(name),
        }
    }
    (out + rest, place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Options;
    use crate::policy::link::cloudformation::Template;
    use crate::policy::read::json;
    use crate::policy::text::shown;

    fn resources_of(resources: &str) -> Vec<(String, Vec<String>)> {
        let tree = json::parse(&format!(r#"{{"Resources": {resources}}}"#)).unwrap();
        let roots = documents(&Template::new(&tree).resources(0));
        let options = Options::default();
        let texts = |root: &Root| {
            let document = root.read(&options);
            let resources =
                document.statements.iter().flat_map(crate::policy::document::Statement::resources);
            (root.attached.concat(), resources.map(|text| shown(text.value)).collect())
        };
        roots.iter().map(texts).collect()
    }

    #[test]
    fn templates_are_filled_in() {
        let found = resources_of(
            r#"{"F": {"Type": "AWS::Serverless::Function", "Properties": {"Policies": [
                "AWSLambdaExecute", {"SSMParameterReadPolicy": {"ParameterName": "/app/x"}}]}}}"#,
        );
        let [(owner, resources)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(owner, "F");
        assert_eq!(
            resources.last().map(String::as_str),
            Some("arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter//app/x")
        );
    }

    #[test]
    fn connectors_give_to_the_right_role() {
        let found = resources_of(
            r#"{"F": {"Type": "AWS::Serverless::Function", "Connectors": {"C": {"Properties": {
                "Destination": {"Id": "Q"}, "Permissions": ["Write"]}}}},
            "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "jobs"}},
            "D": {"Type": "AWS::Serverless::Connector", "Properties": {
                "Source": {"Id": "Q"}, "Destination": {"Id": "F"}, "Permissions": ["Read"]}}}"#,
        );
        let owners: Vec<&str> = found.iter().map(|(owner, _)| owner.as_str()).collect();
        assert_eq!(owners, ["F", "F"]);
    }

    #[test]
    fn every_expansion_has_statements() {
        assert!(EXPANSIONS.len() > 100);
        let is_whole = |expansion: &Expansion| {
            !expansion.statements.is_empty()
                && expansion.statements.iter().all(|statement| !statement.resources.is_empty())
        };
        assert!(EXPANSIONS.iter().all(is_whole));
    }
}
