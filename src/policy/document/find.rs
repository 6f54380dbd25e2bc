//! Documents are found in a tree, and their kind is told from what they say and from what they are called.

use super::{DOCUMENT_ELEMENTS, Document, Kind, Statement, VERSIONS};
use crate::policy::catalogue::Catalogue;
use crate::policy::tree::{Entry, Node, Value};

/// Every document in a tree, wherever it lies: alone, in a list, or in what `aws … get-policy` prints. `name` is the name
/// of the file, without its folder.
pub(in crate::policy) fn find<'a>(root: &'a Node, name: &str) -> Vec<Document<'a>> {
    let mut found = Vec::new();
    if !is_template(root) {
        search(root, Hint::of_file(name), &mut found);
    }
    found
}

/// Templates hold policies whose parts are known only when they are deployed.
fn is_template(root: &Node) -> bool {
    let is_resource = |entry: &Entry| {
        entry.value.get("Type").and_then(Node::string).is_some_and(|name| name.contains("::"))
    };
    root.get("AWSTemplateFormatVersion").is_some()
        || root
            .get("Resources")
            .is_some_and(|resources| resources.entries().iter().any(is_resource))
        || (root.get("terraform_version").is_some() && root.get("format_version").is_some())
}

fn search<'a>(node: &'a Node, hint: Option<Hint>, found: &mut Vec<Document<'a>>) {
    if is_document(node) {
        let statements: Vec<Statement> = node
            .get("Statement")
            .map_or(&[][..], Node::items)
            .iter()
            .filter(|item| item.is_map())
            .map(Statement::read)
            .collect();
        found.push(Document {
            kind: kind(&statements, hint),
            node,
            statements,
            is_complete: true,
            catalogue: Catalogue::built_in(),
        });
        return;
    }
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| search(item, hint, found)),
        Value::Map(entries) => {
            for entry in entries {
                search(&entry.value, Hint::of_key(&entry.key).or(hint), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A map with statements, or with the version of a policy and nothing that a policy has not.
fn is_document(node: &Node) -> bool {
    let dated =
        node.get("Version").and_then(Node::string).is_some_and(|text| VERSIONS.contains(&text));
    let Some(statements) = node.get("Statement") else {
        return dated
            && node.entries().iter().all(|entry| {
                DOCUMENT_ELEMENTS.contains(&entry.key.as_str()) || is_like_statement(&entry.key)
            });
    };
    let is_statement = |item: &Node| {
        ["Effect", "Action", "NotAction", "Principal"].iter().any(|key| item.get(key).is_some())
    };
    dated || statements.items().iter().any(is_statement)
}

fn is_like_statement(key: &str) -> bool {
    strsim::damerau_levenshtein(&key.to_ascii_lowercase(), "statement") <= 2
}

/// What the name of a file or of the key above says about a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hint {
    Is(Kind),
    /// It is attached to a resource, a key or a role.
    HasPrincipal,
}

impl Hint {
    fn of_key(key: &str) -> Option<Self> {
        match key {
            "AssumeRolePolicyDocument" => Some(Self::Is(Kind::Trust)),
            "KeyPolicy" => Some(Self::Is(Kind::Key)),
            "ResourcePolicy" => Some(Self::HasPrincipal),
            "PolicyVersion" | "RolePolicyList" | "UserPolicyList" | "GroupPolicyList" => {
                Some(Self::Is(Kind::Identity))
            }
            _ => None,
        }
    }

    fn of_file(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace(['_', ' ', '.'], "-");
        let has = |words: &[&str]| {
            words.iter().any(|word| {
                name.match_indices(word).any(|(at, _)| {
                    let edge =
                        |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
                    edge(name.as_bytes().get(at + word.len()))
                        && edge(at.checked_sub(1).and_then(|before| name.as_bytes().get(before)))
                })
            })
        };
        let hints: [(&[&str], Self); 7] = [
            (&["endpoint", "vpce"], Self::Is(Kind::Endpoint)),
            (&["scp", "service-control", "service-control-policy"], Self::Is(Kind::ServiceControl)),
            (
                &["rcp", "resource-control", "resource-control-policy"],
                Self::Is(Kind::ResourceControl),
            ),
            (
                &["trust", "trust-policy", "assume-role", "assume-role-policy", "assumerole"],
                Self::Is(Kind::Trust),
            ),
            (&["key-policy", "kms-policy", "keypolicy"], Self::Is(Kind::Key)),
            (
                &[
                    "bucket-policy",
                    "resource-policy",
                    "secret-policy",
                    "queue-policy",
                    "topic-policy",
                    "resource-based",
                ],
                Self::HasPrincipal,
            ),
            (
                &[
                    "identity-policy",
                    "iam-policy",
                    "user-policy",
                    "role-policy",
                    "permissions-policy",
                    "permissions-boundary",
                    "managed-policy",
                ],
                Self::Is(Kind::Identity),
            ),
        ];
        hints.into_iter().find(|(words, _)| has(words)).map(|(_, hint)| hint)
    }
}

/// The kind of a document: what it says decides, then what its name says.
fn kind(statements: &[Statement], hint: Option<Hint>) -> Kind {
    if let Some(Hint::Is(kind @ (Kind::ServiceControl | Kind::ResourceControl))) = hint {
        return kind;
    }
    let with_principal =
        statements.iter().filter(|statement| statement.principals.is_some()).count();
    let any_resource = statements.iter().any(|statement| statement.resources.is_some());
    let only = |is: &dyn Fn(&str) -> bool| {
        let mut all = statements.iter().flat_map(Statement::actions).peekable();
        all.peek().is_some() && all.all(|text| is(&text.value.to_ascii_lowercase()))
    };
    let assumes = only(&|action| {
        ["sts:assumerole", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext"]
            .iter()
            .any(|start| action.starts_with(start))
            || action == "sts:*"
    });
    let is_kms = only(&|action| action.starts_with("kms:"));
    let on_itself = statements.iter().flat_map(Statement::resources).all(|text| text.value == "*");
    if with_principal == 0 {
        return match hint {
            Some(Hint::Is(Kind::Trust)) if assumes && !any_resource => Kind::Trust,
            Some(Hint::Is(Kind::Key)) if is_kms && on_itself => Kind::Key,
            Some(Hint::HasPrincipal) => Kind::Resource,
            _ => Kind::Identity,
        };
    }
    // A policy for identities in which one statement names a principal by mistake.
    let mostly_without = with_principal * 2 < statements.len();
    match hint {
        Some(Hint::Is(Kind::Endpoint)) => Kind::Endpoint,
        _ if assumes => Kind::Trust,
        _ if is_kms => Kind::Key,
        Some(Hint::Is(kind @ (Kind::Identity | Kind::Key))) => kind,
        _ if mostly_without && hint.is_none() => Kind::Identity,
        _ => Kind::Resource,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read::json;

    fn kinds(text: &str, name: &str) -> Vec<Kind> {
        find(&json::parse(text).unwrap(), name).iter().map(|document| document.kind).collect()
    }

    #[test]
    fn what_a_document_says_decides_its_kind() {
        let root = r#""Principal":{"AWS":"arn:aws:iam::111122223333:root"}"#;
        for (statement, name, kind) in [
            (r#""Action":"s3:*","Resource":"*""#.to_owned(), "x.json", Kind::Identity),
            (format!(r#"{root},"Action":"s3:*","Resource":"*""#), "x.json", Kind::Resource),
            (format!(r#"{root},"Action":"kms:*","Resource":"*""#), "x.json", Kind::Key),
            (
                format!(r#"{root},"Action":["kms:*","s3:*"],"Resource":"*""#),
                "key-policy.json",
                Kind::Key,
            ),
            (
                r#""Principal":"*","Action":"s3:*","Resource":"*""#.to_owned(),
                "s3_endpoint_policy.json",
                Kind::Endpoint,
            ),
            (format!(r#"{root},"Action":"sts:AssumeRole""#), "x.json", Kind::Trust),
            (format!(r#"{root},"Action":"sts:AssumeRole""#), "role-policy.json", Kind::Trust),
            (format!(r#"{root},"Action":"sts:AssumeRole","Resource":"*""#), "x.json", Kind::Trust),
            (r#""Action":"sts:AssumeRole""#.to_owned(), "ec2-trust.json", Kind::Trust),
            (
                r#""Action":"sts:AssumeRole","Resource":"*""#.to_owned(),
                "trust.json",
                Kind::Identity,
            ),
            (r#""Action":"*","Resource":"*""#.to_owned(), "scp-root.json", Kind::ServiceControl),
            (
                format!(r#"{root},"Action":"s3:*","Resource":"*""#),
                "user_policy.json",
                Kind::Identity,
            ),
        ] {
            let text = format!(r#"{{"Statement":[{{"Effect":"Allow",{statement}}}]}}"#);
            assert_eq!(kinds(&text, name), [kind], "{statement} {name}");
        }
    }

    #[test]
    fn documents_are_found_wherever_they_lie() {
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}]}"#;
        assert_eq!(kinds(&format!("[{policy},{policy}]"), "x.json").len(), 2);
        assert_eq!(
            kinds(&format!(r#"{{"Role":{{"AssumeRolePolicyDocument":{policy}}}}}"#), "x").len(),
            1
        );
        assert_eq!(kinds(r#"{"Version":"2012-10-17","Statements":[]}"#, "x").len(), 1);
        assert_eq!(kinds(r#"{"Version":"2012-10-17","Name":"x"}"#, "x").len(), 0);
        assert_eq!(kinds(r#"{"Statement":"a line of code"}"#, "x").len(), 0);
        let template =
            format!(r#"{{"Resources":{{"R":{{"Type":"AWS::IAM::Role","P":{policy}}}}}}}"#);
        assert_eq!(kinds(&template, "x").len(), 0, "templates are not plain documents");
    }
}
