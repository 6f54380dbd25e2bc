//! Images made to lead elsewhere or to cost much.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use crate::made::{Layout, Tar, digest, hex, layer};
use crate::world::{World, leak, secret};

/// Names of a layer that are not what they should be, and the path that is shown.
#[test]
fn names_are_taken_from_the_root_of_the_layer() {
    let world = World::new();
    for (number, (name, shown)) in [
        (&b"./etc/a"[..], "etc/a"),
        (b"/etc/a", "etc/a"),
        (b"../../etc/a", "etc/a"),
        (b"etc/../../b//./a", "b/a"),
        (b"caf\xe9/a", "caf\\xe9/a"),
        (b"a\nb/a", "a\\u{a}b/a"),
    ]
    .into_iter()
    .enumerate()
    {
        let image = format!("image-{number}");
        Layout::of(&[("ADD", &Tar::new().file(name, leak("a")).end())]).write(&world, &image);
        let run = world.scan(&[&image]);
        run.assert_finds(&["a"]);
        assert_eq!(run.place("a")["path"], shown);
    }
}

/// Links of a layer are texts: where they lead is not read.
#[test]
fn links_of_layers_are_not_followed() {
    let world = World::new();
    let outside = world.write("outside/secret.txt", leak("outside"));
    let tar = Tar::new()
        .symlink("a", outside.to_str().unwrap())
        .hard_link("b", outside.to_str().unwrap())
        .symlink("c", &format!("https://x:{}@example.org/", secret("target")))
        .end();
    Layout::of(&[("ADD", &tar)]).write(&world, "image");
    world.scan(&["image"]).assert_finds(&["target"]);
}

/// Manifests name files by digests, and nothing else.
#[test]
fn manifests_do_not_lead_outside() {
    let world = World::new();
    world.write("outside.tar", layer("a.txt", leak("outside")));
    world.write(
        "outside.json",
        json!({"config": {"Env": [format!("TOKEN={}", secret("outside"))]}}).to_string(),
    );
    let to = |name: &str| world.path().join(name).to_str().unwrap().to_owned();
    for (number, (config, blob)) in [
        ("../outside.json".to_owned(), "../outside.tar".to_owned()),
        (to("outside.json"), to("outside.tar")),
        ("x/../../outside.json".to_owned(), "./../outside.tar".to_owned()),
        ("link.json".to_owned(), "link.tar".to_owned()),
        ("folder/outside.json".to_owned(), "folder/outside.tar".to_owned()),
    ]
    .into_iter()
    .enumerate()
    {
        let mut image = Layout::new();
        let manifest = json!([{"Config": config, "RepoTags": ["app:1"], "Layers": [blob]}]);
        image.add("manifest.json", manifest.to_string());
        let folder = format!("image-{number}");
        image.write(&world, &folder);
        for (link, to) in
            [("link.json", "../outside.json"), ("link.tar", "../outside.tar"), ("folder", "..")]
        {
            symlink(to, world.path().join(&folder).join(link)).unwrap();
        }
        let run = world.scan(&[&folder]);
        run.assert_gap(&[], &["the layer is not there"]);
        run.assert_gap(&[], &["the configuration is not there"]);
        world.write("image.tar", image.tar());
        world.scan(&["image.tar"]).assert_gap(&[], &["the layer is not there"]);
    }
}

#[test]
fn links_in_layouts_do_not_lead_outside() {
    let world = World::new();
    let bytes = layer("a.txt", leak("outside"));
    world.write("outside/blob", &bytes);
    let layout = Layout::of(&[("ADD", &bytes)]);
    layout.write(&world, "image");
    let blob = world.path().join("image/blobs/sha256").join(hex(&bytes));
    fs::remove_file(&blob).unwrap();
    symlink(world.path().join("outside/blob"), &blob).unwrap();
    world.scan(&["image"]).assert_gap(&[], &["the layer is not there"]);
    // All blobs behind a link.
    layout.write(&world, "other");
    fs::rename(world.path().join("other/blobs"), world.path().join("outside/blobs")).unwrap();
    symlink("../outside/blobs", world.path().join("other/blobs")).unwrap();
    world.scan(&["other"]).assert_gap(&[], &["the manifest is not there"]);
}

#[test]
fn links_of_members_in_a_circle_end() {
    let world = World::new();
    let manifest =
        json!([{"Config": "c.json", "RepoTags": null, "Layers": ["a/layer.tar", "a.txt"]}]);
    let tar = Tar::new()
        .symlink("a/layer.tar", "../b/layer.tar")
        .symlink("b/layer.tar", "../a/layer.tar")
        .hard_link("c.json", "c.json")
        .file("a.txt", leak("a"))
        .file("manifest.json", manifest.to_string());
    world.write("image.tar", tar.end());
    let run = world.scan(&["image.tar"]);
    run.assert_gap(&["a"], &["the layer is not there"]);
    run.assert_gap(&["a"], &["the configuration is not there"]);
}

/// Thousands of images that share a layer: each finding tells of some, and counts the rest.
#[test]
fn many_images_cost_little() {
    let world = World::new();
    let all: Vec<u8> = (0..50).flat_map(|at| leak(&format!("n{at}"))).collect();
    let bytes = layer("a.txt", all);
    let mut layout = Layout::new();
    let images: Vec<_> =
        (0..2000).map(|at| layout.image(&[("ADD", &bytes)], json!({"created": at}))).collect();
    layout.index(&images);
    world.write("image.tar", layout.tar());
    let run = world.scan(&["image.tar"]);
    assert_eq!((run.secrets().len(), run.report["stats"]["layers"].as_u64()), (50, Some(1)));
    let place = run.place("n7");
    assert_eq!(place["shared_with"].as_array().unwrap().len(), 99);
    assert_eq!(place["more_shared"], 1900);
    let text = world.run(&["image.tar"]).out;
    assert!(text.contains("and in 1997 more images"), "{text}");
    assert!(text.contains("(scanned once; 1999 more images)"), "{text}");
}

/// Sixty thousand names of one file, and sixty thousand layers: the time is in line with the bytes.
#[test]
fn many_names_and_layers_cost_little() {
    let world = World::new();
    let all: Vec<u8> = (0..200).flat_map(|at| leak(&format!("n{at}"))).collect();
    let many = (0..60_000)
        .fold(Tar::new().file("a", all), |tar, at| tar.hard_link(&format!("l{at}"), "a"));
    Layout::of(&[("ADD", &many.end())]).write(&world, "names");
    let run = world.scan(&["names"]);
    assert_eq!(run.secrets().len(), 200);
    assert!(run.out.len() < 20_000_000, "{}", run.out.len());

    let bytes = layer("a.txt", leak("a"));
    let mut layout = Layout::new();
    let config = layout.json(&json!({}));
    let blob = layout.blob(&bytes);
    let manifest = layout.json(
        &json!({"config": config, "layers": vec![json!({"digest": blob["digest"]}); 40_000]}),
    );
    layout.index(&[manifest]);
    layout.write(&world, "layers");
    let run = world.scan(&["layers"]);
    run.assert_finds(&["a"]);
    assert_eq!(run.report["stats"]["layers"], 1);
}

#[test]
fn deep_json_is_named() {
    let world = World::new();
    let mut layout = Layout::of(&[("ADD", &layer("a.txt", leak("a")))]);
    let deep = [b"{\"x\": ".to_vec(), vec![b'['; 200_000], leak("deep")].concat();
    let name = format!("sha256:{}", hex(&deep));
    layout.blob(&deep);
    assert_eq!(digest(&deep), name);
    layout.index(&[json!({"digest": name})]);
    layout.write(&world, "image");
    world.scan(&["image"]).assert_gap(&["a", "deep"], &["blobs/sha256/", "line 1"]);
}
