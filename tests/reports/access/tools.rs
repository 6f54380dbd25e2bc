//! What validators by others say about the reports on access.

use std::fs;
use std::path::{Path, PathBuf};

use super::{json, sarif};
use crate::tools::{check, complaints, multitool, tool};
use crate::tree::Tree;

/// Writes texts into a tree, and returns their paths.
fn written(tree: &Tree, texts: Vec<String>, ending: &str) -> Vec<PathBuf> {
    let write = |(number, text): (usize, String)| {
        let path = tree.path(format!("access-{number}.{ending}"));
        fs::write(&path, text).unwrap();
        path
    };
    texts.into_iter().enumerate().map(write).collect()
}

#[test]
fn check_jsonschema_accepts_json_reports() {
    let what = "JSON reports on access against their schema";
    let Some(program) = tool("check-jsonschema", what) else { return };
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/access.schema.json");
    let tree = Tree::empty();
    assert_eq!(check(&program, &schema, &written(&tree, json::reports(), "json")), "");
}

#[test]
fn the_multitool_accepts_sarif_reports() {
    let what = "SARIF reports on access";
    let (Some(program), Some(folder)) = (tool("check-jsonschema", what), multitool(what)) else {
        return;
    };
    let tree = Tree::empty();
    let files = written(&tree, sarif::reports(), "sarif");
    assert_eq!(check(&program, &folder.join("sarif-2.1.0.json"), &files), "");
    for file in files {
        assert_eq!(complaints(&folder, &tree, &file), Vec::<String>::new(), "{}", file.display());
    }
}
