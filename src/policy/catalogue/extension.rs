//! What users add to the catalogue, as JSON: actions that are newer than it, or that it never had.

use serde::Deserialize;

use super::{Access, Catalogue, ResourceType};

/// An action that a user added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Added {
    pub(super) name: String,
    pub(super) access: Access,
    /// Patterns of ARNs after `arn:partition:`; nothing where the user did not say.
    pub(super) resources: Option<Vec<String>>,
    /// Nothing where the user did not say.
    pub(super) keys: Option<Vec<String>>,
}

impl Added {
    /// The types of resource it takes, where the user said so.
    pub(super) fn resource_types(&self) -> Option<impl Iterator<Item = ResourceType<'_>>> {
        let patterns = self.resources.as_ref()?.iter();
        Some(patterns.map(|arn| ResourceType { name: arn, arn, is_required: false }))
    }
}

/// What is wrong with a catalogue that a user gave.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum CatalogueError {
    /// It is not JSON of the right form.
    #[error("the catalogue is not as expected: {reason}")]
    #[diagnostic(
        code(catalogue::form),
        help(
            "write services with their actions: {{\"s3\": [\"GetObject\", {{\"name\": \"ListBucket\", \"access\": \"list\", \"resources\": [\"arn:${{Partition}}:s3:::${{Bucket}}\"], \"keys\": [\"s3:prefix\"]}}]}}"
        )
    )]
    Form {
        /// What the reader of JSON says.
        reason: String,
    },
    /// A service or an action has a name that none can have.
    #[error("`{name}` is not the name of {what}")]
    #[diagnostic(
        code(catalogue::name),
        help(
            "the service is what stands before the colon of an action, the action what stands after it"
        )
    )]
    Name {
        /// As given.
        name: String,
        /// `a service` or `an action`.
        what: &'static str,
    },
    /// A resource is no pattern of ARNs.
    #[error("`{arn}`, a resource of `{action}`, is not the pattern of an ARN")]
    #[diagnostic(
        code(catalogue::arn),
        help(
            "write all six fields: `arn:${{Partition}}:service:${{Region}}:${{Account}}:thing/${{Name}}`"
        )
    )]
    Arn {
        /// As given.
        arn: String,
        /// The action it was given for.
        action: String,
    },
}

/// One action of the file.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Name(String),
    Described(Described),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    name: String,
    access: Option<AccessName>,
    resources: Option<Vec<String>>,
    keys: Option<Vec<String>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AccessName {
    List,
    Read,
    Tagging,
    Write,
    Permissions,
}

impl Catalogue {
    /// Adds actions. The text is a JSON object: under the name of each service a list of its actions, each a name or an
    /// object of `name`, `access` (`list`, `read`, `tagging`, `write`, `permissions`), `resources` (patterns of ARNs; an
    /// empty list says that it takes only `*`) and `keys` (condition keys). What is left out is not known, and nothing
    /// is concluded from it.
    ///
    /// # Errors
    ///
    /// When the text is not of this form; nothing is added then.
    pub fn extend(&mut self, json: &str) -> Result<(), CatalogueError> {
        let form = |error: serde_json::Error| CatalogueError::Form { reason: error.to_string() };
        let given: std::collections::BTreeMap<String, Vec<Given>> =
            serde_json::from_str(json).map_err(form)?;
        let mut read = Vec::new();
        for (service, actions) in given {
            check_name(&service, "a service")?;
            let actions: Result<Vec<Added>, _> =
                actions.into_iter().map(|action| added(&service, action)).collect();
            read.push((service.to_ascii_lowercase(), actions?));
        }
        for (service, actions) in read {
            self.added.entry(service).or_default().extend(actions);
        }
        Ok(())
    }

    /// The condition keys that a user added.
    pub(super) fn added_keys(&self) -> impl Iterator<Item = &str> {
        let actions = self.added.values().flatten();
        actions.filter_map(|action| action.keys.as_deref()).flatten().map(String::as_str)
    }
}

fn check_name(name: &str, what: &'static str) -> Result<(), CatalogueError> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if !name.is_empty() && name.bytes().all(is_name) {
        return Ok(());
    }
    Err(CatalogueError::Name { name: name.to_owned(), what })
}

fn added(service: &str, given: Given) -> Result<Added, CatalogueError> {
    let given = match given {
        Given::Name(name) => Described { name, access: None, resources: None, keys: None },
        Given::Described(described) => described,
    };
    check_name(&given.name, "an action")?;
    let pattern = |arn: String| {
        let fields: Vec<&str> = arn.splitn(6, ':').collect();
        match fields.as_slice() {
            ["arn", _, rest @ .., _] if rest.len() == 3 => {
                Ok(fields.get(2..).unwrap_or_default().join(":"))
            }
            _ => Err(CatalogueError::Arn { action: format!("{service}:{}", given.name), arn }),
        }
    };
    let resources = given.resources.map(|arns| arns.into_iter().map(pattern).collect()).transpose();
    Ok(Added {
        access: match given.access {
            Some(AccessName::List) => Access::List,
            Some(AccessName::Read) => Access::Read,
            Some(AccessName::Tagging) => Access::Tagging,
            Some(AccessName::Permissions) => Access::Permissions,
            Some(AccessName::Write) | None => Access::Write,
        },
        resources: resources?,
        keys: given.keys,
        name: given.name,
    })
}
