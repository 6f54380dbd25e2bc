//! The Python package: what it says of itself, and that its source holds what a build reads. Without maturin on `PATH`
//! the test says what it did not check, and fails where `KEYLINT_REQUIRE_TOOLS` is set.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::managers::tool;
use super::world::said;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Names of files below a folder, from the root.
fn files(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap();
            found.insert(name.to_owned());
        }
    }
}

#[test]
fn the_source_package_holds_what_a_build_reads() {
    let Some(maturin) = tool("maturin", "the source package for Python") else { return };
    let out = tempfile::tempdir().unwrap();
    let mut command = Command::new(maturin);
    let built = said(command.current_dir(root()).args(["sdist", "-o"]).arg(out.path()));
    assert_eq!(built.code, 0, "{}", built.err);
    let package = fs::read_dir(out.path()).unwrap().next().unwrap().unwrap().path();
    let list = said(Command::new("tar").arg("-tzf").arg(&package));
    let inside: BTreeSet<&str> =
        list.out.lines().filter_map(|line| Some(line.split_once('/')?.1)).collect();
    let mut read =
        BTreeSet::from(["Cargo.lock", "Cargo.toml", "README.md", "build.rs"].map(str::to_owned));
    for folder in ["src", "rules", "fixtures/policy"] {
        files(&root().join(folder), &mut read);
    }
    let missing: Vec<&String> =
        read.iter().filter(|name| !inside.contains(name.as_str())).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

#[test]
fn the_package_says_what_cargo_toml_says() {
    let Some(maturin) = tool("maturin", "the metadata for Python") else { return };
    let out = tempfile::tempdir().unwrap();
    let mut command = Command::new(maturin);
    command.current_dir(root()).args(["pep517", "write-dist-info", "--interpreter", "python3"]);
    let written = said(command.arg("--metadata-directory").arg(out.path()));
    assert_eq!(written.code, 0, "{}", written.err);
    let version = env!("CARGO_PKG_VERSION");
    let folder = out.path().join(format!("keylint-{version}.dist-info"));
    let metadata = fs::read_to_string(folder.join("METADATA")).unwrap();
    let (head, page) = metadata.split_once("\n\n").unwrap();
    for line in [
        "Name: keylint",
        &format!("Version: {version}"),
        &format!("Summary: {}", env!("CARGO_PKG_DESCRIPTION")),
        "Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM",
    ] {
        assert!(head.lines().any(|found| found == line), "{line}: {head}");
    }
    assert!(page.starts_with("# keylint"), "{page}");
    // One wheel for every Python.
    let tag = fs::read_to_string(folder.join("WHEEL")).unwrap();
    assert!(tag.contains("Tag: py3-none-"), "{tag}");
}
