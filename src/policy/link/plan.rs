//! Terraform plans as JSON: what `terraform show -json` prints.
//! <https://developer.hashicorp.com/terraform/internals/json-format>

use super::Resource;
use crate::policy::tree::Node;

/// Whether a document is a plan, or a state in the same form.
pub(super) fn is_plan(root: &Node) -> bool {
    root.get("format_version").is_some()
        && (root.get("planned_values").is_some() || root.get("values").is_some())
}

/// Every resource of the plan, with the values it will have.
pub(super) fn resources(root: &Node, file: usize) -> Vec<Resource> {
    let mut found = Vec::new();
    for values in ["planned_values", "values"] {
        if let Some(module) = root.get(values).and_then(|values| values.get("root_module")) {
            collect(module, file, &mut found);
        }
    }
    found
}

fn collect(module: &Node, file: usize, found: &mut Vec<Resource>) {
    for node in module.get("resources").map_or(&[][..], Node::items) {
        let kind = node.get("type").and_then(Node::string);
        let (Some(kind), Some(values)) = (kind, node.get("values")) else { continue };
        if node.get("mode").and_then(Node::string) == Some("data") {
            continue;
        }
        let name = node.get("address").or_else(|| node.get("name"));
        let Some(name) = name else { continue };
        found.push(Resource {
            file,
            kind: kind.into(),
            name: name.string().unwrap_or_default().into(),
            name_span: name.span.clone(),
            properties: values.clone(),
            whole: node.clone(),
            arn: None,
            own_name: None,
        });
    }
    for child in module.get("child_modules").map_or(&[][..], Node::items) {
        collect(child, file, found);
    }
}
