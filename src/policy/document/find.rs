//! Documents are found in a tree, and their kind is told from what they say and from what they are called.

use std::ops::Range;
use std::path::Path;

use super::complete::Filled;
use super::{DOCUMENT_ELEMENTS, Document, Kind, Statement, VERSIONS, complete, shape};
use crate::policy::Options;
use crate::policy::read::json::SyntaxError;
use crate::policy::tree::{Node, Value};

/// A document where it was found, with what is known of it beside what it says.
#[derive(Debug)]
pub(in crate::policy) struct Root {
    /// The file, as its place in the list of those that are read.
    pub(in crate::policy) file: usize,
    pub(in crate::policy) node: Node,
    /// What it is called, or what it is used for.
    pub(in crate::policy) hint: Option<Hint>,
    /// How other parts of the template refer to it.
    pub(in crate::policy) name: Option<String>,
    /// The resources it belongs to, by their names in the template.
    pub(in crate::policy) attached: Vec<String>,
    /// The documents that are taken into it, by their names.
    pub(in crate::policy) sources: Vec<String>,
    /// Whether all its statements are known.
    pub(in crate::policy) is_complete: bool,
    /// Whether the template only names it: its text is AWS's, but for what the template gives.
    pub(in crate::policy) is_expanded: bool,
    /// Where one thing or another stands.
    pub(in crate::policy) either: Vec<Range<usize>>,
}

impl Root {
    /// A document of which nothing but its text is known.
    pub(in crate::policy) fn new(mut node: Node, hint: Option<Hint>, file: usize) -> Self {
        let Filled { is_complete, either } = complete::fill(&mut node);
        Self {
            file,
            node,
            hint,
            name: None,
            attached: Vec::new(),
            sources: Vec::new(),
            is_complete,
            is_expanded: false,
            either,
        }
    }

    /// The document as the checks see it.
    pub(in crate::policy) fn read<'a>(&'a self, options: &'a Options) -> Document<'a> {
        let statements: Vec<Statement> = self
            .node
            .get("Statement")
            .map_or(&[][..], Node::items)
            .iter()
            .filter(|item| item.is_map())
            .map(Statement::read)
            .collect();
        Document {
            kind: options.kind.unwrap_or_else(|| kind(&statements, self.hint)),
            node: &self.node,
            statements,
            is_complete: self.is_complete,
            either: &self.either,
            is_attached: options.kind.is_some()
                || matches!(self.hint, Some(Hint::Attached(_) | Hint::Is(Kind::Key))),
            is_deployed: matches!(self.hint, Some(Hint::Deployed(_))),
            catalogue: &options.catalogue,
        }
    }
}

/// What a search for documents gave.
#[derive(Debug, Default)]
pub(in crate::policy) struct Found {
    pub(in crate::policy) roots: Vec<Root>,
    /// Strings that look like a document and are not JSON.
    pub(in crate::policy) slips: Vec<SyntaxError>,
}

/// Every document in a tree, wherever it lies: alone, in a list, in a string, or in what `aws … get-policy` prints.
/// `of_key` says what the name of a property means for the document in it.
pub(in crate::policy) fn find(
    node: &Node,
    hint: Option<Hint>,
    of_key: &dyn Fn(&str) -> Option<Hint>,
    file: usize,
    found: &mut Found,
) {
    if is_document(node) {
        found.roots.push(Root::new(node.clone(), hint, file));
        return;
    }
    let mut inner = |node: &Node, hint| find(node, hint, of_key, file, found);
    match &node.value {
        Value::List(items) | Value::Call(_, items) => {
            for item in items {
                inner(item, hint);
            }
        }
        Value::Map(_) if is_old_version(node) => {}
        Value::Map(entries) => {
            for entry in entries {
                inner(&entry.value, of_key(&entry.key).or(hint));
            }
        }
        Value::Json(embedded) => {
            embedded.root.iter().for_each(|root| inner(root, hint));
            found.slips.extend(embedded.error.clone());
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Hole(_) => {}
    }
}

/// A version of a managed policy that is not in force.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PolicyVersion.html>
fn is_old_version(node: &Node) -> bool {
    node.get("IsDefaultVersion").is_some_and(|node| node.value == Value::Bool(false))
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
    (dated || statements.items().iter().any(is_statement)) && !shape::is_stack_policy(node)
}

fn is_like_statement(key: &str) -> bool {
    strsim::damerau_levenshtein(&key.to_ascii_lowercase(), "statement") <= 2
}

/// What the name of a file, the key above, or the resource it is attached to says about a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::policy) enum Hint {
    /// It is attached to something that takes this kind and no other.
    Attached(Kind),
    /// It is called so.
    Is(Kind),
    /// It is called so where AWS prints what is in force.
    Deployed(Kind),
    /// It is attached to a resource, a key or a role.
    HasPrincipal,
}

impl Hint {
    /// By the name of the property it is in.
    pub(in crate::policy) fn of_key(key: &str) -> Option<Self> {
        match key {
            "AssumeRolePolicyDocument" => Some(Self::Is(Kind::Trust)),
            "KeyPolicy" => Some(Self::Is(Kind::Key)),
            "ResourcePolicy" => Some(Self::HasPrincipal),
            "ServiceControlPolicy" => Some(Self::Is(Kind::ServiceControl)),
            "ResourceControlPolicy" => Some(Self::Is(Kind::ResourceControl)),
            // What the IAM API prints is in force already.
            "PolicyVersion" | "PolicyVersionList" | "RolePolicyList" | "UserPolicyList"
            | "GroupPolicyList" => Some(Self::Deployed(Kind::Identity)),
            _ => None,
        }
    }

    /// By the name of its file, without the folder.
    pub(in crate::policy) fn of_file(name: &str) -> Option<Self> {
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
        hints.into_iter().find(|(words, _)| has_word(name, words)).map(|(_, hint)| hint)
    }

    /// By the names of its file and of the folder it lies in.
    pub(in crate::policy) fn of_path(path: &Path) -> Option<Self> {
        let hints: [(&[&str], Self); 3] = [
            (&["endpoint-policies"], Self::Is(Kind::Endpoint)),
            (
                &["scp", "scps", "service-control-policy", "service-control-policies"],
                Self::Is(Kind::ServiceControl),
            ),
            (
                &["rcp", "rcps", "resource-control-policy", "resource-control-policies"],
                Self::Is(Kind::ResourceControl),
            ),
        ];
        let of_folder = |folder: &str| {
            hints.iter().find(|(words, _)| has_word(folder, words)).map(|(_, hint)| *hint)
        };
        let name = |path: &Path| Some(path.file_name()?.to_string_lossy().into_owned());
        let of_file = name(path).and_then(|name| Self::of_file(&name));
        of_file.or_else(|| of_folder(&name(path.parent()?)?))
    }
}

/// Whether one of some words stands in a name by itself.
fn has_word(name: &str, words: &[&str]) -> bool {
    let name = name.to_ascii_lowercase().replace(['_', ' ', '.'], "-");
    let edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    words.iter().any(|word| {
        name.match_indices(word).any(|(at, _)| {
            edge(name.as_bytes().get(at + word.len()))
                && edge(at.checked_sub(1).and_then(|before| name.as_bytes().get(before)))
        })
    })
}

/// The kind of a document: what it says decides, then what its name says.
fn kind(statements: &[Statement], hint: Option<Hint>) -> Kind {
    let hint = match hint {
        Some(Hint::Deployed(kind)) => Some(Hint::Is(kind)),
        other => other,
    };
    if let Some(
        Hint::Attached(kind) | Hint::Is(kind @ (Kind::ServiceControl | Kind::ResourceControl)),
    ) = hint
    {
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
        None if shape::is_resource_control(statements, assumes, is_kms) => Kind::ResourceControl,
        None if shape::is_of_endpoint(statements) => Kind::Endpoint,
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
        let mut found = Found::default();
        let tree = json::parse(text).unwrap();
        find(&tree, Hint::of_file(name), &Hint::of_key, 0, &mut found);
        found.roots.iter().map(|root| root.read(&Options::default()).kind).collect()
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
    fn folders_and_shapes_say_what_a_document_is() {
        for (path, kind) in [
            ("vpc-endpoint-policies/s3.json", Kind::Endpoint),
            ("guards/SCPs/full.json", Kind::ServiceControl),
            ("resource_control_policies/a.json", Kind::ResourceControl),
            ("scps/services/x.json", Kind::Resource),
            ("scripts/x.json", Kind::Resource),
        ] {
            let statement = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}"#;
            let mut found = Found::default();
            let tree = json::parse(statement).unwrap();
            find(&tree, Hint::of_path(Path::new(path)), &Hint::of_key, 0, &mut found);
            assert_eq!(found.roots[0].read(&Options::default()).kind, kind, "{path}");
        }
        let all = r#""Effect":"Deny","Principal":"*","Resource":"*","Action""#;
        for (statement, kind) in [
            (format!(r#"{all}:"sts:AssumeRole""#), Kind::ResourceControl),
            (format!(r#"{all}:"kms:Decrypt""#), Kind::ResourceControl),
            (format!(r#"{all}:["s3:*","sqs:*"]"#), Kind::ResourceControl),
            (format!(r#"{all}:"secretsmanager:*""#), Kind::Resource),
            (r#""Effect":"Allow","Principal":"*","Action":"ec2:*""#.to_owned(), Kind::Endpoint),
        ] {
            assert_eq!(kinds(&format!(r#"{{"Statement":{{{statement}}}}}"#), "x.json"), [kind]);
        }
        assert!(kinds(&format!(r#"{{"Statement":{{{all}:"Update:*"}}}}"#), "x.json").is_empty());
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
    }
}
