//! Files are joined to stacks: references followed, functions applied as far as they can be, every document given its kind.

mod cloudformation;
mod doubts;
mod frame;
mod kinds;
mod names;
mod plan;
mod sam;
mod terraform;
mod types;
mod unknown;
mod uses;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::document::{self, Found, Hint, Kind, Root};
use super::read::json::SyntaxError;
use super::read::{Language, Template};
use super::text::{self, hole};
use super::tree::{Entry, Node, Value};

pub(super) use doubts::Doubts;
pub(super) use frame::Frame;
use types::Declared;
pub(super) use types::{SUFFIX, Type};
pub(crate) use uses::normal;
pub use uses::{follow, inline};

/// The most times that names of roles are held against roles in a stack.
const MOST_COMPARISONS: usize = 10_000_000;

/// The most values that applying the functions of a stack may make.
const BUDGET: usize = 1_000_000;

/// What is deployed together: one template, one Terraform module, or one file that is neither.
#[derive(Debug, Default)]
pub struct Stack {
    /// The folder of a Terraform module; the path of anything else.
    pub(super) path: PathBuf,
    pub(super) dialect: Dialect,
    pub(super) resources: Vec<Resource>,
    /// Where in that list the resources of each type are.
    by_type: HashMap<Type, Vec<usize>>,
    pub(super) roots: Vec<Root>,
    /// What was not JSON although it was meant to be, by file.
    pub(super) slips: Vec<Slip>,
    /// What templates of CloudFormation say beside their resources.
    pub(super) frames: Vec<Frame>,
    /// Whether it is a plan of Terraform's: what is known only when it is applied is not there at all.
    pub(super) is_plan: bool,
    /// The data source by which a Terraform module asks for its partition.
    pub(super) asked_partition: Option<String>,
    /// Variables of IAM that Terraform takes for its own, by file.
    pub(super) unescaped: Vec<(usize, Range<usize>)>,
    /// The files it was read from: their place in the list that was given.
    pub(super) files: Vec<usize>,
    /// What of it may be left out.
    pub(super) doubts: Doubts,
    /// Whether it is a module that another one calls.
    is_called: bool,
    module: terraform::Module,
}

/// A text, or a string in one, that could not be read.
#[derive(Debug)]
pub(super) struct Slip {
    pub(super) file: usize,
    pub(super) error: SyntaxError,
    pub(super) language: Language,
    /// Whether it was meant to hold policies.
    pub(super) is_meant: bool,
}

/// What a stack is written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Policies alone.
    #[default]
    Bare,
    CloudFormation,
    Terraform,
}

/// A resource that a stack declares.
#[derive(Debug)]
pub(super) struct Resource {
    pub(super) file: usize,
    /// As written: `AWS::KMS::Key`, `aws_kms_key`.
    pub(super) kind: String,
    /// What the template calls it.
    pub(super) name: String,
    pub(super) name_span: Range<usize>,
    /// With functions applied.
    pub(super) properties: Node,
    /// All that is declared, attributes beside the properties included.
    pub(super) whole: Node,
    /// Its ARN and its name, as references to it read once functions are applied.
    pub(super) arn: Option<String>,
    pub(super) own_name: Option<String>,
    /// What decides whether it is there: a condition, how often it is made.
    pub(super) gates: Vec<Node>,
    /// Whether it may be there several times.
    pub(super) is_repeated: bool,
}

impl Resource {
    /// Whether the type is this one, in either language.
    pub(super) fn is(&self, kind: Type) -> bool {
        Type::of(&self.kind) == Some(kind)
    }

    /// Whether a value is a reference to this resource.
    pub(super) fn is_referred_to_by(&self, node: &Node) -> bool {
        let is_of_it = |name: &str| {
            name.strip_prefix(self.name.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        match &node.value {
            Value::Hole(name) => is_of_it(name),
            Value::String(text) => {
                self.arn.as_ref() == Some(text)
                    || self.own_name.as_ref() == Some(text)
                    || text::holes(text).any(is_of_it)
            }
            Value::List(items) | Value::Call(_, items) => {
                items.iter().any(|item| self.is_referred_to_by(item))
            }
            Value::Map(entries) => entries.iter().any(|entry| self.is_referred_to_by(&entry.value)),
            _ => false,
        }
    }

    /// A property by its name in CloudFormation, in either language.
    pub(super) fn property(&self, name: &str) -> Option<&Node> {
        self.property_entry(name).map(|entry| &entry.value)
    }

    /// A property with the place of its name.
    pub(super) fn property_entry(&self, name: &str) -> Option<&Entry> {
        self.property_entries(name).last()
    }

    /// A property of which Terraform has one block for each.
    pub(super) fn property_entries(&self, name: &str) -> impl Iterator<Item = &Entry> {
        let own = self.own_key(name);
        self.properties.entries().iter().filter(move |entry| entry.key == own)
    }

    /// The name of a property, or of something in one, in the resource's own language.
    pub(super) fn own_key(&self, name: &str) -> Cow<'static, str> {
        if self.is_of_cloudformation() {
            name.to_owned().into()
        } else {
            names::in_terraform(Type::of(&self.kind), name)
        }
    }

    /// Whether it is written for CloudFormation, not for Terraform.
    pub(super) fn is_of_cloudformation(&self) -> bool {
        self.kind.contains("::")
    }
}

/// Which files belong together: those of one Terraform module; everything else stands alone.
pub fn group(templates: Vec<Template>) -> Vec<Vec<(usize, Template)>> {
    let mut modules: HashMap<PathBuf, usize> = HashMap::new();
    let mut groups: Vec<Vec<(usize, Template)>> = Vec::new();
    for (at, template) in templates.into_iter().enumerate() {
        let known = terraform::is_source(&template)
            .then(|| *modules.entry(folder(&template.path).into()).or_insert(groups.len()));
        match known.and_then(|known| groups.get_mut(known)) {
            Some(files) => files.push((at, template)),
            None => groups.push(vec![(at, template)]),
        }
    }
    groups
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

impl Slip {
    fn of(file: usize, template: &Template) -> Option<Self> {
        let error = template.error.clone()?;
        Some(Self { file, error, language: template.language, is_meant: template.is_meant })
    }
}

impl Stack {
    /// Joins the files of one group, each with its place in the list.
    pub fn new(files: Vec<(usize, Template)>) -> Self {
        let slips = files.iter().filter_map(|(at, template)| Slip::of(*at, template));
        let unescaped = files.iter().flat_map(|(at, template)| {
            template.unescaped.iter().map(move |place| (*at, place.clone()))
        });
        let mut stack = Self {
            files: files.iter().map(|(at, _)| *at).collect(),
            slips: slips.collect(),
            unescaped: unescaped.collect(),
            ..Self::default()
        };
        let Some((_, first)) = files.first() else { return stack };
        if terraform::is_source(first) {
            stack.path = folder(&first.path).into();
            stack.dialect = Dialect::Terraform;
            stack.module = terraform::Module::new(files);
            stack.asked_partition = stack.module.asked_partition();
            let (resources, roots, doubts) = stack.module.evaluate();
            (stack.roots, stack.doubts) = (roots, doubts);
            stack.take(resources);
        } else {
            stack.path.clone_from(&first.path);
            for (at, template) in files {
                template.roots.into_iter().for_each(|root| stack.add(at, &root));
            }
        }
        stack
    }

    /// Puts another module in the place of what it was made of.
    fn replace(&mut self, module: terraform::Module) {
        self.forget();
        self.module = module;
        let (resources, roots, doubts) = self.module.evaluate();
        (self.roots, self.doubts) = (roots, doubts);
        self.take(resources);
    }

    /// Leaves out what it declares.
    fn forget(&mut self) {
        self.resources.clear();
        self.by_type.clear();
        self.roots.clear();
    }

    /// The region that it is deployed to, where it says so itself.
    pub(super) fn region(&self) -> Option<&str> {
        self.module.region()
    }

    /// The files it was read from: their places in the list that was given.
    pub fn files(&self) -> &[usize] {
        &self.files
    }

    fn add(&mut self, file: usize, root: &Node) {
        if is_of_cdk(root) {
            // It says again what the templates beside it say.
        } else if cloudformation::is_template(root) {
            self.dialect = Dialect::CloudFormation;
            self.frames.push(Frame::new(root, file));
            let before = self.roots.len();
            let template = cloudformation::Template::new(root);
            self.take(template.resources(file));
            self.doubts = template.doubts(file);
            let new = self.roots.get(before..).unwrap_or_default();
            self.slips.extend(new.iter().flat_map(unknown::functions));
            self.roots.extend(sam::documents(&self.resources));
        } else if plan::is_plan(root) {
            self.dialect = Dialect::Terraform;
            self.is_plan = true;
            self.take(plan::resources(root, file));
        } else {
            let mut found = Found::default();
            document::find(root, Hint::of_path(&self.path), &Hint::of_key, file, &mut found);
            self.keep(file, found);
        }
    }

    /// Adds resources and the documents in them.
    fn take(&mut self, resources: Vec<Resource>) {
        for mut resource in resources {
            let property = |key: &str| resource.properties.get(key).cloned();
            let declared =
                Declared { kind: &resource.kind, name: &resource.name, property: &property };
            // A plan may have the ARN itself.
            let own_arn = || Some(self.module.moved(declared.arn()?, &resource.whole));
            let arn = resource.arn.take().or_else(own_arn);
            (resource.arn, resource.own_name) = (arn, declared.own_name());
            self.keep(resource.file, documents(&resource));
            if let Some(kind) = Type::of(&resource.kind) {
                self.by_type.entry(kind).or_default().push(self.resources.len());
            }
            self.resources.push(resource);
        }
    }

    /// Whether it is small enough to work out what each role may do. For that every name of a role in every policy may be held
    /// against every role, for every role.
    pub(super) fn has_few_roles(&self) -> bool {
        let roles = self.of_type(Type::Role).count();
        let policies = [Type::InlinePolicy, Type::ManagedPolicy, Type::PolicyAttachment];
        let policies = policies.into_iter().flat_map(|kind| self.of_type(kind));
        let names = policies
            .flat_map(|policy| ["Roles", "RoleName", "Role"].map(|name| policy.property(name)))
            .flatten()
            .map(|node| node.items().len())
            .sum::<usize>();
        roles.saturating_mul(roles).saturating_mul(names) <= MOST_COMPARISONS
    }

    /// The resources of a type.
    pub(super) fn of_type(&self, kind: Type) -> impl Iterator<Item = &Resource> {
        let places = self.by_type.get(&kind).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|at| self.resources.get(*at))
    }

    /// The resource of a type that a value refers to.
    pub(super) fn referred(&self, kind: Type, node: &Node) -> Option<&Resource> {
        self.of_type(kind).find(|resource| resource.is_referred_to_by(node))
    }

    /// Whether a resource is an output for a module that calls this one, which may do with it what is not seen here.
    pub(super) fn is_put_out(&self, resource: &Resource) -> bool {
        self.is_called
            && self.module.outputs.values().any(|value| resource.is_referred_to_by(value))
    }

    /// Whether a resource is given to another module, which may do with it what is not seen here.
    pub(super) fn is_passed_on(&self, resource: &Resource) -> bool {
        self.module.calls.iter().any(|call| resource.is_referred_to_by(&call.arguments))
    }

    fn keep(&mut self, file: usize, found: Found) {
        self.roots.extend(found.roots);
        let slip = |error| Slip { file, error, language: Language::Json, is_meant: true };
        self.slips.extend(found.slips.into_iter().map(slip));
    }
}

/// Whether a document is the tree of constructs that the CDK writes beside its templates.
/// <https://docs.aws.amazon.com/cdk/v2/guide/constructs.html>
fn is_of_cdk(root: &Node) -> bool {
    root.get("version").and_then(Node::string).is_some_and(|version| version.starts_with("tree-"))
        && root.get("tree").is_some()
}

/// The documents of a resource, each with what its property says about it.
fn documents(resource: &Resource) -> Found {
    let mut found = Found::default();
    if kinds::OTHER_LANGUAGES.contains(&resource.kind.as_str()) {
        return found;
    }
    let is_of_organisation = ["AWS::Organizations::Policy", "aws_organizations_policy"]
        .contains(&resource.kind.as_str());
    let of_organisation = is_of_organisation
        .then(|| kinds::of_organisation(resource.property("Type").and_then(Node::string)))
        .flatten();
    if is_of_organisation && of_organisation.is_none() {
        return found;
    }
    if resource.kind == "AWS::Events::EventBusPolicy" {
        found.roots.extend(bus_statement(resource));
        return found;
    }
    let hint = |key: &str| of_organisation.or_else(|| kinds::of(&resource.kind, key));
    document::find(&resource.properties, None, &hint, resource.file, &mut found);
    for root in &mut found.roots {
        root.attached.push(resource.name.clone());
    }
    found
}

/// A resource that is one statement of the policy of an event bus.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html>
fn bus_statement(resource: &Resource) -> Option<Root> {
    let statement = resource.properties.entries().iter().find(|entry| entry.key == "Statement")?;
    let start = statement.key_span.start..statement.key_span.start;
    let version = Node { span: start.clone(), value: Value::String("2012-10-17".into()) };
    let version = Entry { key: "Version".into(), key_span: start.clone(), value: version };
    let span = start.start..statement.value.span.end;
    let node = Node { span, value: Value::Map(vec![version, statement.clone()]) };
    let mut root = Root::new(node, Some(Hint::Attached(Kind::Resource)), resource.file);
    root.attached.push(resource.name.clone());
    Some(root)
}

/// A node in the place of another one of which nothing is known.
fn hole_node(node: &Node, name: &str) -> Node {
    Node { span: node.span.clone(), value: Value::Hole(name.into()) }
}

/// The text of a value; of one that is known only when deployed a hole.
fn text_of(node: &Node) -> Option<String> {
    match &node.value {
        Value::Hole(name) => Some(hole(name)),
        _ => node.scalar().map(ToOwned::to_owned),
    }
}
