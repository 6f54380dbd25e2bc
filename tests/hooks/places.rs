//! Where hooks are written: where the git that runs them looks.

use super::world::World;

#[test]
fn work_trees_share_their_hooks() {
    let world = World::with_stand_in();
    world.commit("r");
    world.git("r", &["worktree", "add", "-q", "../linked"]);
    world.write("linked/sub/file", "");
    world.install("linked/sub", &[]);
    assert!(world.path("r/.git/hooks/pre-commit").is_file());
    for tree in ["linked", "r"] {
        assert_eq!(world.commit(tree).code, 0);
        assert_eq!(world.log(), "keylint git --staged\n", "{tree}");
    }
    world.uninstall("r", &[]);
    assert!(!world.path("r/.git/hooks/pre-commit").exists());
}

#[test]
fn a_bare_repository_with_work_trees_has_hooks() {
    let world = World::with_stand_in();
    world.commit("r");
    world.git(".", &["clone", "-q", "--bare", "r", "bare.git"]);
    world.git("bare.git", &["worktree", "add", "-q", "../linked", "main"]);
    world.install(".", &["bare.git"]);
    assert!(world.path("bare.git/hooks/pre-commit").is_file());
    assert_eq!(world.commit("linked").code, 0);
    assert_eq!(world.log(), "keylint git --staged\n");
    world.git("bare.git", &["config", "core.hooksPath", "own"]);
    world.uninstall("linked", &[]);
    assert!(world.path("bare.git/hooks/pre-commit").is_file(), "git does not look there now");
    world.install("bare.git", &["--hook", "pre-push"]);
    world.git(".", &["init", "-q", "--bare", "remote.git"]);
    world.git("bare.git", &["push", "-q", "../remote.git", "main"]);
    assert!(world.log().starts_with("keylint git --pre-push"));
}

#[test]
fn a_submodule_has_hooks_of_its_own() {
    let world = World::with_stand_in();
    world.git(".", &["init", "-q", "part"]);
    world.commit("part");
    world.git("r", &["submodule", "add", "-q", "../part", "part"]);
    world.install("r/part", &[]);
    assert!(world.path("r/.git/modules/part/hooks/pre-commit").is_file());
    assert_eq!(world.commit("r").code, 0);
    assert_eq!(world.log(), "");
    assert_eq!(world.commit("r/part").code, 0);
    assert_eq!(world.log(), "keylint git --staged\n");
}

#[test]
fn a_configured_directory_is_below_the_root_of_the_work_tree() {
    let world = World::with_stand_in();
    world.git("r", &["config", "core.hooksPath", "tools/hooks"]);
    world.write("r/deep/down/file", "");
    let told = world.install("r/deep/down", &[]);
    assert!(told.contains("is part of the work tree"), "{told}");
    assert!(world.path("r/tools/hooks/pre-commit").is_file());
    assert!(!world.path("r/.git/hooks/pre-commit").exists());
    assert_eq!(world.commit("r").code, 0);
    assert_eq!(world.log(), "keylint git --staged\n");
    world.git("r", &["worktree", "add", "-q", "../linked"]);
    world.install("linked", &[]);
    assert!(world.path("linked/tools/hooks/pre-commit").is_file());
    world.uninstall("r/deep", &[]);
    assert!(!world.path("r/tools/hooks/pre-commit").exists());
    assert!(world.path("linked/tools/hooks/pre-commit").is_file());
}

#[test]
fn a_configured_directory_that_is_the_own_one_is_nothing_to_talk_about() {
    let world = World::new();
    world.git("r", &["config", "core.hooksPath", ".git/hooks"]);
    let told = world.install("r", &[]);
    assert!(!told.contains("note:"), "{told}");
    assert!(world.path("r/.git/hooks/pre-commit").is_file());
}

#[test]
fn a_directory_of_all_repositories_is_not_written_to_unasked() {
    let world = World::with_stand_in();
    world.write("home/.gitconfig", "[core]\n\thooksPath = ~/hooks\n");
    let said = world.keylint("r", &["hook", "install"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    for part in ["hook::shared_directory", "outside of this repository", "--shared", ".git/hooks"] {
        assert!(said.err.replace("\n  │ ", " ").contains(part), "{part}: {}", said.err);
    }
    assert!(!world.path("home/hooks").exists());
    let told = world.install("r", &["--shared"]);
    assert!(told.contains("in every repository"), "{told}");
    world.git(".", &["init", "-q", "other"]);
    assert_eq!(world.commit("other").code, 0);
    assert_eq!(world.log(), "keylint git --staged\n");
    world.uninstall("r", &[]);
    assert!(!world.path("home/hooks/pre-commit").exists());
    // What the help says: this repository's own hooks.
    let own = world.path("r/.git/hooks");
    world.git("r", &["config", "core.hooksPath", own.to_str().unwrap()]);
    world.install("r", &[]);
    assert_eq!(world.commit("r").code, 0);
    assert_eq!(world.log(), "keylint git --staged\n");
}

#[test]
fn a_link_out_of_the_repository_is_outside() {
    let world = World::new();
    world.write("elsewhere/other", "");
    std::fs::remove_dir_all(world.path("r/.git/hooks")).unwrap();
    world.link("../../elsewhere", "r/.git/hooks");
    let said = world.keylint("r", &["hook", "install"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("hook::shared_directory"), "{}", said.err);
    assert_eq!(world.snapshot("elsewhere").len(), 1);
}

#[test]
fn the_directory_is_made_where_templates_have_none() {
    let world = World::with_stand_in();
    world.git(".", &["init", "-q", "--template=", "plain"]);
    assert!(!world.path("plain/.git/hooks").exists());
    world.install("plain", &[]);
    assert_eq!(world.commit("plain").code, 0);
    assert_eq!(world.log(), "keylint git --staged\n");
}

/// An alias, or another hook, runs with variables that name a repository.
#[test]
fn variables_that_git_sets_for_hooks_have_no_say() {
    let world = World::new();
    world.git(".", &["init", "-q", "other"]);
    let mut command = world.command(env!("CARGO_BIN_EXE_keylint"), "r");
    command.env("GIT_DIR", world.path("other/.git")).env("GIT_WORK_TREE", world.path("other"));
    command.env("GIT_INDEX_FILE", world.path("other/.git/index")).env("GIT_PREFIX", "sub/");
    command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "core.hooksPath");
    command.env("GIT_CONFIG_VALUE_0", "variable").args(["hook", "install"]);
    let said = super::world::said(&mut command);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(world.path("r/.git/hooks/pre-commit").is_file());
    assert!(!world.path("other/.git/hooks/pre-commit").exists());
}
