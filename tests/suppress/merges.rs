//! Branches that each write the baseline.

use std::collections::BTreeSet;

use crate::fixture::{Tree, token, tree};

/// Adds a token and its entry on a branch of `main`.
fn branch(tree: &Tree, name: &str, seed: u64) {
    tree.git(&["checkout", "-q", "-b", name, "main"]);
    tree.write(&format!("{name}.env"), format!("TOKEN={}\n", token(seed)));
    tree.baseline();
    tree.commit(name);
}

#[test]
fn branches_merge_without_conflict() {
    // With a baseline that both know, and with one that each of them makes.
    for is_known in [true, false] {
        let tree = tree();
        if is_known {
            tree.baseline();
            tree.commit("Know of what is there");
        } else {
            tree.write(".gitattributes", "keylint.baseline merge=union\n");
            tree.commit("Merge baselines");
        }
        for (name, seed) in [("one", 11), ("two", 12), ("three", 13)] {
            branch(&tree, name, seed);
        }
        tree.git(&["checkout", "-q", "one"]);
        tree.git(&["merge", "-q", "--no-edit", "two"]);
        tree.git(&["merge", "-q", "--no-edit", "three"]);
        assert!(!tree.read("keylint.baseline").contains("<<<<"));
        assert_eq!(tree.reported(&["scan", "."]), BTreeSet::new(), "{is_known}");
        assert_eq!(tree.reported(&["git"]), BTreeSet::new(), "{is_known}");
        let run = tree.keylint(&["baseline", "write"]);
        assert!(run.out.contains("nothing to add"), "{run:?}");
        let entries = tree.entries();
        let sorted: BTreeSet<String> = entries.iter().cloned().collect();
        assert_eq!(entries, sorted.into_iter().collect::<Vec<_>>(), "sorted, and each once");
        assert_eq!(entries.len(), 7);
    }
}

#[test]
fn a_conflict_is_named_and_how_to_prevent_it() {
    let tree = tree();
    tree.baseline();
    tree.delete(".gitattributes");
    tree.commit("Without the line for git");
    for (name, seed) in [("one", 11), ("two", 12)] {
        branch(&tree, name, seed);
        tree.git(&["rm", "-q", "--cached", ".gitattributes"]);
        tree.delete(".gitattributes");
        tree.git(&["commit", "-q", "--amend", "--no-edit"]);
    }
    let merged = tree.try_git(&["merge", "-q", "--no-edit", "one"]);
    if merged.status.success() {
        // The new lines do not lie beside each other.
        tree.change("keylint.baseline", |text| {
            format!("<<<<<<< HEAD\n{text}=======\n>>>>>>> one\n")
        });
    }
    tree.keylint(&["scan", "."]).assert_refused(&["baseline::conflict", "merge=union", "<<<<<<<"]);
    tree.keylint(&["baseline", "write"]).assert_refused(&["baseline::conflict"]);
}

#[test]
fn an_attribute_that_is_there_is_left_alone() {
    for (file, line, is_kept) in [
        (".gitattributes", "*.baseline -merge", true),
        (".git/info/attributes", "keylint.baseline merge=ours", true),
        (".gitattributes", "*.png binary", false),
    ] {
        let tree = tree();
        tree.write(file, line);
        let run = tree.keylint(&["baseline", "write"]);
        let said = run.err.contains("added `keylint.baseline merge=union` to .gitattributes");
        assert_eq!(said, !is_kept, "{line}: {run:?}");
        if is_kept {
            assert_eq!(tree.read(file), line);
        } else {
            assert_eq!(tree.read(file), format!("{line}\nkeylint.baseline merge=union\n"));
        }
    }
}
