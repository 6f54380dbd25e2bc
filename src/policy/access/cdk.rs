//! Where the CDK deploys its stacks: the `manifest.json` of a cloud assembly.
//! <https://docs.aws.amazon.com/cdk/v2/guide/deploy.html#deploy-how-synth-assembly>

use std::path::Path;

use super::description::{At, Deployed};
use crate::policy::arn::{is_account, is_region};
use crate::policy::tree::Node;

/// The stacks of an assembly whose account is known; nothing where this is none.
pub(super) fn stacks(root: &Node, path: &Path, file: usize) -> Option<Vec<Deployed>> {
    let artifacts = root.get("artifacts").filter(|node| node.is_map())?;
    root.get("version").and_then(Node::string)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let stack = |node: &Node| {
        let kind = node.get("type").and_then(Node::string)?;
        let environment = node.get("environment").filter(|_| kind == "aws:cloudformation:stack")?;
        let (account, region) = environment.string()?.strip_prefix("aws://")?.split_once('/')?;
        let template = node.get("properties")?.get("templateFile")?.string()?;
        is_account(account).then(|| Deployed {
            path: folder.join(template).to_string_lossy().into_owned(),
            account: account.to_owned(),
            region: is_region(region).then(|| region.to_owned()),
            at: At { file, span: environment.span.clone() },
        })
    };
    Some(artifacts.entries().iter().filter_map(|entry| stack(&entry.value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read::json;

    #[test]
    fn stacks_say_where_they_go() {
        let text = r#"{"version":"36.0.0","artifacts":{
            "App":{"type":"aws:cloudformation:stack","environment":"aws://111122223333/eu-west-1","properties":{"templateFile":"App.template.json"}},
            "Open":{"type":"aws:cloudformation:stack","environment":"aws://unknown-account/unknown-region","properties":{"templateFile":"Open.template.json"}},
            "Tree":{"type":"cdk:tree","properties":{"file":"tree.json"}}}}"#;
        let root = json::parse(text).unwrap();
        let found = stacks(&root, Path::new("cdk.out/manifest.json"), 3).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].path.as_str(), found[0].account.as_str()),
            ("cdk.out/App.template.json", "111122223333")
        );
        assert_eq!(found[0].region.as_deref(), Some("eu-west-1"));
        assert_eq!(stacks(&json::parse(r#"{"artifacts":[]}"#).unwrap(), Path::new("x"), 0), None);
    }
}
