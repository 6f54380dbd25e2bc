//! Images of which something is broken or not there: it is named, and everything else is still scanned.

use serde_json::{Value, json};

use crate::made::{Layout, Tar, configuration, digest, gzip, hex, layer, saved, zstd};
use crate::world::{World, leak, secret};

/// A layout whose second layer is these bytes; the first one leaks.
fn with_layer(bytes: &[u8]) -> Layout {
    Layout::of(&[("ADD", &layer("a.txt", leak("a"))), ("ADD", bytes)])
}

/// A layout whose manifest was changed.
fn with_manifest(change: fn(&mut Value)) -> Layout {
    let mut layout = Layout::new();
    let first = layer("a.txt", leak("a"));
    let config = layout.json(&configuration(&[("ADD", &first), ("ADD", b"")], json!({})));
    let second = layer("b.txt", leak("b"));
    let mut manifest =
        json!({"config": config, "layers": [layout.blob(&first), layout.blob(&second)]});
    change(&mut manifest);
    let manifest = layout.json(&manifest);
    layout.index(&[manifest]);
    layout
}

/// Changes the only part that begins with these bytes.
fn replaced(mut layout: Layout, begins: &str, with: Option<&str>) -> Layout {
    let is_it = |bytes: &Vec<u8>| bytes.starts_with(begins.as_bytes());
    let names = layout.0.iter().filter(|(name, bytes)| name.starts_with("blobs/") && is_it(bytes));
    let names: Vec<String> = names.map(|(name, _)| name.clone()).collect();
    assert_eq!(names.len(), 1, "{begins}");
    match with {
        Some(text) => layout.add(&names[0], text),
        None => _ = layout.0.remove(&names[0]),
    }
    layout
}

/// A layout, the secrets that are found in it, and words of the gap.
type Case = (&'static str, Layout, &'static [&'static str], &'static [&'static str]);

fn layers() -> Vec<Case> {
    let long = [leak("b"), vec![b'x'; 200_000]].concat();
    let packed = gzip(&layer("b.txt", &long));
    let mut corrupt = zstd(&layer("b.txt", leak("c")));
    let middle = corrupt.len() / 2;
    corrupt[middle..].iter_mut().for_each(|byte| *byte = !*byte);
    let no_tar = format!("no tar, but a token: {}\n", secret("b"));
    vec![
        (
            "truncated gzip",
            with_layer(&packed[..packed.len() - 20]),
            &["a", "b"],
            &["gzip stream ends early"],
        ),
        ("corrupt zstd", with_layer(&corrupt), &["a"], &["zstd stream"]),
        ("no tar", with_layer(no_tar.as_bytes()), &["a", "b"], &["the layer is no tar"]),
        (
            "compressed, no tar",
            with_layer(&gzip(no_tar.as_bytes())),
            &["a", "b"],
            &["the layer is no tar"],
        ),
        (
            "cut-off tar",
            with_layer(&layer("b.txt", &long)[..100_000]),
            &["a", "b"],
            &["b.txt", "ends within it"],
        ),
    ]
}

/// What is done to a manifest, and words of the gap.
type Change = (&'static str, fn(&mut Value), &'static [&'static str]);

const CHANGES: &[Change] = &[
    ("a wrong size", |m| m["layers"][1]["size"] = json!(7), &["the manifest says 7 bytes"]),
    ("a foreign layer", |m| m["layers"][1] = foreign(), &["foreign layer", "https://example.org/"]),
    ("a missing layer", |m| m["layers"][1]["digest"] = none(), &["the layer is not there"]),
    (
        "a missing configuration",
        |m| m["config"]["digest"] = none(),
        &["the configuration is not there"],
    ),
    ("no configuration", |m| m["config"] = json!({}), &["the configuration is not there"]),
    (
        "no digest of a layer",
        |m| m["layers"][1]["digest"] = json!("sha256:../../index.json"),
        &["the layer is not there"],
    ),
    (
        "no digest of a configuration",
        |m| m["config"]["digest"] = json!("sha256:../../index.json"),
        &["the configuration is not there"],
    ),
    ("a manifest of nothing", |m| *m = json!({"schemaVersion": 2}), &["names no image"]),
    ("a manifest that is no manifest", |m| *m = json!([1]), &["blobs/sha256/"]),
];

/// The digest of nothing that is there.
fn none() -> Value {
    digest(b"none").into()
}

fn foreign() -> Value {
    let media = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    json!({"mediaType": media, "digest": none(), "urls": ["https://example.org/layer"]})
}

fn manifests() -> Vec<Case> {
    let changed = |(what, change, words): &Change| -> Case {
        (what, with_manifest(*change), &["a", "b"], words)
    };
    let token = format!("token = {}", secret("m"));
    let replaced = |begins, with| replaced(with_manifest(|_| ()), begins, with);
    let mut cases: Vec<Case> = CHANGES.iter().map(changed).collect();
    cases.extend([
        (
            "a manifest that is no JSON",
            replaced("{\"config\"", Some(&*token)),
            &["a", "b", "m"][..],
            &["blobs/sha256/"][..],
        ),
        (
            "a configuration that is no JSON",
            replaced("{\"architecture\"", Some(&*token)),
            &["a", "b", "m"],
            &["the configuration is no JSON"],
        ),
        ("no manifest", replaced("{\"config\"", None), &["a", "b"], &["the manifest is not there"]),
    ]);
    cases
}

fn indexes() -> Vec<Case> {
    let with_index = |text: String| {
        let mut layout = with_manifest(|_| ());
        layout.add("index.json", text);
        layout
    };
    let bad = json!({"manifests": [{"digest": "sha256:../../../etc/passwd"}, {"digest": "x"}]});
    vec![
        (
            "an index that is no JSON",
            with_index(format!("{{ \"token\": \"{}\"", secret("i"))),
            &["a", "b", "i"],
            &["index.json"],
        ),
        (
            "an index of nothing",
            with_index(json!({"manifests": []}).to_string()),
            &["a", "b"],
            &["index.json", "names no image"],
        ),
        (
            "an index without digests",
            with_index(bad.to_string()),
            &["a", "b"],
            &["this is no digest"],
        ),
    ]
}

#[test]
fn gaps_are_named_and_the_rest_is_scanned() {
    let world = World::new();
    let cases = [layers(), manifests(), indexes()].into_iter().flatten();
    for (number, (what, layout, found, words)) in cases.enumerate() {
        let (folder, archive) = (format!("case-{number}"), format!("case-{number}.tar"));
        layout.write(&world, &folder);
        world.write(&archive, layout.tar());
        for name in [&folder, &archive] {
            println!("{what}: {name}");
            world.scan(&[name]).assert_gap(found, words);
        }
    }
}

/// A layer that is not what its digest says is named, and scanned as it is; also where the image is compressed as a whole.
#[test]
fn layers_that_were_exchanged_are_named() {
    let world = World::new();
    let first = layer("a.txt", leak("a"));
    let mut layout = Layout::of(&[("ADD", &first)]);
    layout.add(format!("blobs/sha256/{}", hex(&first)), layer("a.txt", leak("b")));
    world.write("image.tar", layout.tar());
    world.write("image.tar.gz", gzip(&layout.tar()));
    for name in ["image.tar", "image.tar.gz"] {
        world.scan(&[name]).assert_gap(&["b"], &["it is not what the manifest names"]);
    }
}

/// Nothing found, but something is missing: 3.
#[test]
fn gaps_alone_end_in_3() {
    let world = World::new();
    let mut layout = Layout::of(&[("ADD", b"not a tar")]);
    layout.add("oci-layout", "{}");
    layout.write(&world, "image");
    let run = world.scan(&["image"]);
    assert_eq!(run.code, 3, "{}", run.out);
}

/// Loops end, whatever closes them, and everything in them is read once.
#[test]
fn loops_of_indexes_end() {
    let world = World::new();
    let mut layout = Layout::new();
    let image = layout.image(&[("ADD", &layer("a.txt", leak("a")))], json!({}));
    // An index cannot hold its own digest; but nobody made sure that this is one.
    let name = hex(b"loop");
    let itself = json!({"digest": format!("sha256:{name}")});
    layout.add(format!("blobs/sha256/{name}"), json!({"manifests": [itself, image]}).to_string());
    layout.index(&[itself]);
    layout.write(&world, "loop");
    let run = world.scan(&["loop"]);
    assert!(run.secrets().contains(secret("a").as_str()), "{}", run.out);
    let mut deep = Layout::new();
    let mut inner = deep.image(&[("ADD", &layer("a.txt", leak("a")))], json!({}));
    for _ in 0..50 {
        inner = deep.json(&json!({"manifests": [inner]}));
    }
    deep.index(&[inner]);
    deep.write(&world, "deep");
    world.scan(&["deep"]).assert_gap(&["a"], &["too deep"]);
}

/// The manifest is the last thing that `docker save` writes.
#[test]
fn a_save_that_is_cut_off_is_scanned_as_an_archive() {
    let world = World::new();
    let first = layer("a.txt", leak("a"));
    let mut cut = saved("app:1", &[("ADD", &first)]);
    cut.0.remove("manifest.json");
    let whole = cut.tar();
    world.write("without.tar", &whole);
    world.scan(&["without.tar"]).assert_gap(&["a"], &["no manifest.json", "cut off"]);
    let layer_ends = whole.len() - 3 * 512;
    world.write("short.tar", &whole[..layer_ends]);
    world.scan(&["short.tar"]).assert_gap(&["a"], &["no manifest.json"]);
}

#[test]
fn parts_of_a_save_may_be_missing() {
    let world = World::new();
    let (a, b) = (layer("a.txt", leak("a")), layer("b.txt", leak("b")));
    let whole = saved("app:1", &[("ADD", &a), ("ADD", &b)]);
    let ends = |end: &str| whole.0.keys().find(|name| name.ends_with(end)).unwrap().clone();
    let layer_name = format!("{}/layer.tar", hex(&b));
    let config = whole.0.keys().find(|name| name.len() == 69).unwrap().clone();
    for (name, found, words) in [
        (layer_name, &["a"][..], "the layer is not there"),
        (config, &["a", "b"], "the configuration is not there"),
    ] {
        let mut less = whole.clone();
        less.0.remove(&name);
        world.write("image.tar", less.tar());
        world.scan(&["image.tar"]).assert_gap(found, &[words]);
    }
    let mut broken = whole.clone();
    broken.add(ends("manifest.json"), format!("[{{ token = {}", secret("m")));
    world.write("image.tar", broken.tar());
    world.scan(&["image.tar"]).assert_gap(&["a", "b", "m"], &["manifest.json"]);
}

/// What lies in the archive and is no part of an image is scanned too.
#[test]
fn nothing_beside_an_image_is_passed_over() {
    let world = World::new();
    let first = layer("a.txt", leak("a"));
    let image = || saved("app:1", &[("ADD", &first)]);
    let bytes = |layout: &Layout| layout.tar()[..layout.tar().len() - 1024].to_vec();
    let both = |name: &[u8]| {
        let tar = Tar::new().file(name, leak("twice")).end();
        [&tar[..tar.len() - 1024], &image().tar()].concat()
    };
    let mut beside = image();
    beside.add("notes/readme.txt", leak("twice"));
    let stray = [bytes(&beside), leak("stray"), vec![0; 1024]].concat();
    for (name, tar, found) in [
        ("beside.tar", beside.tar(), &["a", "twice"][..]),
        ("same-name.tar", both(b"manifest.json"), &["a", "twice"]),
        ("no-utf8.tar", both(b"caf\xe9.txt"), &["a", "twice"]),
    ] {
        world.write(name, tar);
        world.scan(&[name]).assert_finds(found);
    }
    world.write("stray.tar", stray);
    world.scan(&["stray.tar"]).assert_gap(&["a", "twice", "stray"], &["corrupt"]);
}
