//! The storage of a machine: layers that lie unpacked, with whiteouts as `overlay` writes them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustix::fs::{CWD, FileType, Mode, XattrFlags, makedev, mknodat, setxattr};
use serde_json::json;

use crate::world::{World, leak, secret};

/// A storage with one image of these layers; returns where the files of a layer lie.
fn storage(world: &World, driver: &str, layers: usize) -> impl Fn(usize, &str) -> String {
    let id = crate::made::hex(b"image");
    let record = |at: usize| {
        let parent = at.checked_sub(1).map_or_else(String::new, |at| format!("layer{at}"));
        json!({"id": format!("layer{at}"), "parent": parent, "diff-digest": crate::made::digest(at.to_string().as_bytes())})
    };
    let records: Vec<_> = (0..layers).map(record).collect();
    world.write(&format!("s/{driver}-layers/layers.json"), json!(records).to_string());
    let image =
        json!([{"id": id, "names": ["localhost/app:1"], "layer": format!("layer{}", layers - 1)}]);
    world.write(&format!("s/{driver}-images/images.json"), image.to_string());
    let steps: Vec<_> = (0..layers).map(|at| json!({"created_by": format!("STEP {at}")})).collect();
    let config = json!({"os": "linux", "architecture": "arm64", "config": {"Env": [format!("TOKEN={}", secret("env"))]}, "history": steps});
    let name = STANDARD.encode(format!("sha256:{id}"));
    world.write(&format!("s/{driver}-images/{id}/={name}"), config.to_string());
    let manifest = json!({"annotations": {"token": secret("manifest")}});
    world.write(&format!("s/{driver}-images/{id}/manifest"), manifest.to_string());
    let (before, after) = if driver == "vfs" { ("vfs/dir", "") } else { ("overlay", "/diff") };
    for at in 0..layers {
        fs::create_dir_all(world.path().join(format!("s/{before}/layer{at}{after}"))).unwrap();
    }
    move |at, name| format!("s/{before}/layer{at}{after}/{name}")
}

fn whiteout(path: PathBuf) -> bool {
    mknodat(CWD, path, FileType::CharacterDevice, Mode::empty(), makedev(0, 0)).is_ok()
}

#[test]
fn layers_of_overlay_are_read() {
    let world = World::new();
    let path = storage(&world, "overlay", 3);
    world.write(&path(0, "app/.env"), leak("deleted"));
    world.write(&path(0, "data/old.txt"), leak("opaque"));
    world.write(&path(0, "a"), leak("linked"));
    fs::hard_link(world.path().join(path(0, "a")), world.path().join(path(0, "b"))).unwrap();
    world.write(&path(1, "key.txt"), leak("replaced"));
    world.write(&path(2, "key.txt"), leak("live"));
    fs::create_dir_all(world.path().join(path(1, "app"))).unwrap();
    fs::create_dir_all(world.path().join(path(2, "data"))).unwrap();
    let is_root = whiteout(world.path().join(path(1, "app/.env")));
    let data = world.path().join(path(2, "data"));
    let has_attributes = setxattr(&data, "user.overlay.opaque", b"y", XattrFlags::empty()).is_ok();
    let run = world.scan(&["containers-storage:s"]);
    run.assert_finds(&["deleted", "opaque", "linked", "replaced", "live", "env", "manifest"]);
    let fate = |name: &str| {
        let by = run.place(name).get("hidden_by");
        by.map(|by| (by["index"].as_u64().unwrap(), by["instruction"].as_str().unwrap()))
    };
    if is_root {
        assert_eq!(fate("deleted"), Some((2, "STEP 1")));
    }
    if has_attributes {
        assert_eq!(fate("opaque"), Some((3, "STEP 2")));
    }
    assert_eq!(fate("replaced"), Some((3, "STEP 2")));
    assert_eq!(fate("live"), None);
    assert_eq!(
        (&run.place("linked")["path"], &run.place("linked")["links"]),
        (&json!("a"), &json!(["b"]))
    );
    assert_eq!(run.place("live")["platform"], "linux/arm64");
    assert_eq!(run.place("live")["name"], "localhost/app:1");
    world.scan(&["s", "--platform", "linux/amd64"]).assert_refused(&["linux/arm64"]);
}

#[test]
fn layers_of_vfs_are_read_once() {
    let world = World::new();
    let path = storage(&world, "vfs", 3);
    // Every layer has all files of those below.
    for at in 0..3 {
        world.write(&path(at, "dir/same.txt"), leak("same"));
    }
    world.write(&path(0, "gone.txt"), leak("gone"));
    world.write(&path(1, "gone.txt"), leak("gone"));
    world.write(&path(0, "key.txt"), leak("old"));
    world.write(&path(1, "key.txt"), leak("old"));
    world.write(&path(2, "key.txt"), leak("new"));
    let run = world.scan(&["s"]);
    run.assert_finds(&["same", "gone", "old", "new", "env", "manifest"]);
    for (name, expected) in [
        ("same", None),
        ("gone", Some((3, "deleted"))),
        ("old", Some((3, "overwritten"))),
        ("new", None),
    ] {
        let by = run.place(name).get("hidden_by");
        let by = by.map(|by| (by["index"].as_u64().unwrap(), by["how"].as_str().unwrap()));
        assert_eq!(by, expected, "{name}");
    }
}

/// Links of a storage do not lead outside, and what is behind them hides nothing.
#[test]
fn links_of_a_storage_are_not_followed() {
    let world = World::new();
    world.write("outside/secret.txt", leak("outside"));
    let path = storage(&world, "vfs", 3);
    fs::remove_dir(world.path().join(path(0, ""))).unwrap();
    symlink(world.path().join("outside"), world.path().join(path(0, "").trim_end_matches('/')))
        .unwrap();
    symlink(world.path().join("outside"), world.path().join(path(1, "dir"))).unwrap();
    world.write(&path(2, "dir/secret.txt"), leak("outside"));
    let run = world.scan(&["s"]);
    run.assert_gap(&["outside", "env", "manifest"], &["the layer is not there"]);
    assert_eq!(run.place("outside")["layer"]["index"], 3);
}

#[test]
fn what_is_missing_in_a_storage_is_named() {
    let world = World::new();
    let path = storage(&world, "overlay", 2);
    world.write(&path(0, "a.txt"), leak("a"));
    fs::remove_dir_all(world.path().join("s/overlay/layer1")).unwrap();
    world.scan(&["s"]).assert_gap(&["a", "env", "manifest"], &["the layer is not there"]);
    world.write("s/overlay-layers/layers.json", "[{");
    let run = world.scan(&["s"]);
    run.assert_gap(&["env", "manifest"], &["layers.json"]);
    run.assert_gap(&["env", "manifest"], &["the layers of the image are not there"]);
}
