//! The forms that images have on disk.

use serde_json::{Value, json};

use crate::made::{Layout, Tar, configuration, digest, gzip, hex, layer, saved, zstd};
use crate::world::{World, leak};

/// Two layers: one leaks, the next deletes it.
fn layers() -> [Vec<u8>; 2] {
    [layer("app/.env", leak("low")), layer("app/.wh..env", "")]
}

/// The image of these layers has been told apart.
#[track_caller]
fn assert_is_read(world: &World, name: &str, lower: &str) {
    let run = world.scan(&[name]);
    run.assert_finds(&["low"]);
    let place = run.place("low");
    assert_eq!(place["path"], "app/.env", "{name}");
    assert_eq!(place["layer"]["digest"], lower, "{name}");
    assert_eq!((&place["layer"]["index"], &place["layer"]["of"]), (&json!(1), &json!(2)), "{name}");
    assert_eq!(place["layer"]["instruction"], "COPY .env /app/", "{name}");
    let by = &place["hidden_by"];
    assert_eq!((&by["how"], &by["index"]), (&json!("deleted"), &json!(2)), "{name}");
    assert_eq!(by["instruction"], "RUN rm /app/.env", "{name}");
    assert_eq!(run.report["stats"]["layers"], 2, "{name}");
}

fn steps<'a>(low: &'a [u8], high: &'a [u8]) -> [(&'static str, &'a [u8]); 2] {
    [("COPY .env /app/", low), ("/bin/sh -c rm /app/.env", high)]
}

type Encode = fn(&[u8]) -> Vec<u8>;

#[test]
fn every_form_is_read() {
    let world = World::new();
    let [low, high] = layers();
    let saved = saved("app:1", &steps(&low, &high));
    saved.write(&world, "saved-dir");
    world.write("saved.tar", saved.tar());
    for name in ["saved.tar", "saved-dir", "docker-archive:saved.tar"] {
        assert_is_read(&world, name, &digest(&low));
    }
    let codings: [(&str, Encode); 3] = [("plain", <[u8]>::to_vec), ("gzip", gzip), ("zstd", zstd)];
    for (coding, encode) in codings {
        let (low, high) = (encode(&low), encode(&high));
        let layout = Layout::of(&steps(&low, &high));
        layout.write(&world, coding);
        world.write(&format!("{coding}.tar"), layout.tar());
        assert_is_read(&world, coding, &digest(&low));
        assert_is_read(&world, &format!("oci-archive:{coding}.tar"), &digest(&low));
        flat(&layout).write(&world, &format!("{coding}-dir"));
        assert_is_read(&world, &format!("dir:{coding}-dir"), &digest(&low));
    }
}

/// Compressed as a whole, as people pass images on: layers are still told apart.
#[test]
fn images_that_are_compressed_are_read() {
    let world = World::new();
    let [low, high] = layers();
    let saved = saved("app:1", &steps(&low, &high));
    let layout = Layout::of(&steps(&gzip(&low), &zstd(&high)));
    world.write("saved.tar.gz", gzip(&saved.tar()));
    world.write("saved.tar.zst", zstd(&saved.tar()));
    world.write("oci.tar.gz", gzip(&layout.tar()));
    assert_is_read(&world, "saved.tar.gz", &digest(&low));
    assert_is_read(&world, "saved.tar.zst", &digest(&low));
    assert_is_read(&world, "oci.tar.gz", &digest(&gzip(&low)));
    // What is beside the image, and what breaks off.
    let mut beside = layout.clone();
    beside.add("notes.txt", leak("beside"));
    beside.add("more.tar", layer("in.txt", leak("more")));
    world.write("beside.tar.gz", gzip(&beside.tar()));
    world.scan(&["beside.tar.gz"]).assert_finds(&["low", "beside", "more"]);
    let whole = gzip(&saved.tar());
    world.write("cut.tar.gz", &whole[..whole.len() - 9]);
    world.scan(&["cut.tar.gz"]).assert_gap(&["low"], &["cut.tar.gz", "gzip stream ends early"]);
    let mut most = saved.clone();
    most.0.remove("manifest.json");
    most.add("rest", "x");
    let most = [gzip(&most.tar()), gzip(b"rest")[..12].to_vec()].concat();
    world.write("half.tar.gz", most);
    world.scan(&["half.tar.gz"]).assert_gap(&["low"], &["no manifest.json"]);
}

/// A layer that a compressed image shares with another one is read once, wherever it comes first.
#[test]
fn compressed_images_share_layers() {
    let world = World::new();
    let [low, high] = layers();
    let layout = Layout::of(&steps(&low, &high));
    layout.write(&world, "folder");
    world.write("packed.tar.gz", gzip(&layout.tar()));
    for sources in [["folder", "packed.tar.gz"], ["packed.tar.gz", "folder"]] {
        let run = world.scan(&sources);
        run.assert_finds(&["low"]);
        assert_eq!(run.report["stats"]["layers"], 2);
        let place = run.place("low");
        assert_eq!(place["name"], sources[0]);
        assert_eq!(place["shared_with"][0]["name"], sources[1]);
        assert_eq!(place["shared_with"][0]["deleted"], true);
    }
}

/// A layout as the `dir:` of skopeo.
fn flat(layout: &Layout) -> Layout {
    let index: Value = serde_json::from_slice(&layout.0["index.json"]).unwrap();
    let manifest = index["manifests"][0]["digest"].as_str().unwrap().replace(':', "/");
    let mut flat = Layout::new();
    for (name, bytes) in &layout.0 {
        match name.strip_prefix("blobs/") {
            Some(blob) if blob == manifest => flat.add("manifest.json", bytes.clone()),
            Some(blob) => flat.add(blob.trim_start_matches("sha256/"), bytes.clone()),
            None => {}
        }
    }
    flat.add("version", "Directory Transport Version: 1.1\n");
    flat
}

/// Docker 25 and later: a layout, and the old manifest that names its blobs.
#[test]
fn a_save_of_docker_25_is_read_once() {
    let world = World::new();
    let [low, high] = layers();
    let mut layout = Layout::of(&steps(&low, &high));
    let config = configuration(&steps(&low, &high), json!({})).to_string();
    let blob = |bytes: &[u8]| format!("blobs/sha256/{}", hex(bytes));
    let manifest = json!([{"Config": blob(config.as_bytes()), "RepoTags": ["app:1"], "Layers": [blob(&low), blob(&high)]}]);
    layout.add("manifest.json", manifest.to_string());
    layout.add("repositories", r#"{"app": {"1": "x"}}"#);
    world.write("docker.tar", layout.tar());
    assert_is_read(&world, "docker.tar", &digest(&low));
    let run = world.scan(&["docker.tar"]);
    assert_eq!(run.place("low")["name"], "app:1");
    assert!(run.place("low").get("shared_with").is_none(), "{}", run.out);
}

/// Docker wrote a layer that two images have once, and links to it.
#[test]
fn links_between_layers_are_followed() {
    let world = World::new();
    let [low, high] = layers();
    let config = configuration(&steps(&low, &high), json!({})).to_string();
    let manifest = json!([
        {"Config": "a.json", "RepoTags": ["one:1"], "Layers": ["1/layer.tar", "2/layer.tar"]},
        {"Config": "b.json", "RepoTags": ["two:1"], "Layers": ["3/layer.tar"]},
    ]);
    let other = configuration(&[("ADD", &low)], json!({"author": "other"})).to_string();
    for (name, tar) in [
        ("symlink.tar", Tar::new().symlink("3/layer.tar", "../1/layer.tar")),
        ("hardlink.tar", Tar::new().hard_link("3/layer.tar", "1/layer.tar")),
    ] {
        let tar = tar.file("1/layer.tar", &low).file("./2/layer.tar", &high);
        let tar = tar.file("a.json", &config).file("b.json", &other);
        world.write(name, tar.file("manifest.json", manifest.to_string()).end());
        let run = world.scan(&[name]);
        run.assert_finds(&["low"]);
        let place = run.place("low");
        assert_eq!(place["name"], "one:1");
        let shared = &place["shared_with"];
        assert_eq!(shared.as_array().unwrap().len(), 1, "{shared}");
        assert_eq!((&shared[0]["name"], &shared[0]["deleted"]), (&json!("two:1"), &json!(false)));
        assert_eq!(run.report["stats"]["layers"], 2, "{name}: layers are scanned once");
    }
}

#[test]
fn layers_that_images_share_are_scanned_once() {
    let world = World::new();
    let (base, top) = (layer("base.txt", leak("base")), layer("top.txt", leak("top")));
    Layout::of(&[("ADD base", &base)]).write(&world, "one");
    Layout::of(&[("ADD base", &base), ("ADD top", &top)]).write(&world, "two");
    let run = world.scan(&["one", "two"]);
    run.assert_finds(&["base", "top"]);
    assert_eq!(run.report["stats"]["layers"], 2);
    let shared = &run.place("base")["shared_with"];
    assert_eq!((&shared[0]["name"], &shared[0]["of"]), (&json!("two"), &json!(2)), "{shared}");
    assert!(run.place("top").get("shared_with").is_none());
    let text = world.run(&["one", "two"]).out;
    assert!(
        text.contains("layer 1 of 1") && text.contains("(scanned once; 1 more image)"),
        "{text}"
    );
}

#[test]
fn indexes_in_indexes_are_read() {
    let world = World::new();
    let mut layout = Layout::new();
    let mut inner = layout.image(&[("ADD", &layer("deep.txt", leak("deep")))], json!({}));
    for _ in 0..3 {
        inner = layout.json(&json!({"schemaVersion": 2, "manifests": [inner]}));
    }
    inner["annotations"] = json!({"org.opencontainers.image.ref.name": "v1"});
    layout.index(&[inner]);
    layout.write(&world, "nested");
    let run = world.scan(&["nested"]);
    run.assert_finds(&["deep"]);
    assert_eq!(run.place("deep")["name"], "nested:v1");
}

/// What says how an image was built has layers that are no tars.
#[test]
fn attestations_are_read() {
    let world = World::new();
    let mut layout = Layout::new();
    let mut image = layout.image(&[("ADD", &layer("a.txt", leak("image")))], json!({}));
    image["platform"] = json!({"os": "linux", "architecture": "amd64"});
    let statement = json!({"_type": "https://in-toto.io/Statement/v0.1", "predicate": {"args": {"TOKEN": crate::world::secret("args")}}});
    let mut layer = layout.json(&statement);
    layer["mediaType"] = "application/vnd.in-toto+json".into();
    let config = layout.json(&json!({"os": "unknown", "architecture": "unknown"}));
    let mut attestation = layout.json(&json!({"config": config, "layers": [layer]}));
    attestation["platform"] = json!({"os": "unknown", "architecture": "unknown"});
    layout.index(&[image, attestation]);
    layout.write(&world, "attested");
    world.scan(&["attested"]).assert_finds(&["image", "args"]);
    let run = world.scan(&["attested", "--platform", "linux/amd64"]);
    run.assert_finds(&["image"]);
}

#[test]
fn policies_in_layers_are_checked() {
    let world = World::new();
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue",
        "Resource": "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db/password"}]});
    let lower = Tar::new().file("policy.json", policy.to_string()).file("a.txt", leak("a")).end();
    Layout::of(&[("COPY policy.json /", &lower), ("RUN rm", &layer(".wh.policy.json", ""))])
        .write(&world, "image");
    let run = world.scan(&["image", "--only", "policy"]);
    assert!(run.secrets().is_empty(), "{}", run.out);
    let places = run.places("sm-arn-missing-suffix");
    assert_eq!(places[0]["path"], "policy.json");
    assert_eq!(places[0]["hidden_by"]["index"], 2);
}

#[test]
fn threads_change_nothing() {
    let world = World::new();
    let layers: Vec<Vec<u8>> =
        (0..20).map(|at| layer(&format!("{at}.txt"), leak(&format!("t{}", at % 7)))).collect();
    let steps: Vec<(&str, &[u8])> = layers.iter().map(|layer| ("ADD", layer.as_slice())).collect();
    world.write("image.tar", Layout::of(&steps).tar());
    for format in ["json", "text", "sarif"] {
        let run = |threads| world.run(&["image.tar", "--format", format, "--threads", threads]);
        let (one, many) = (run("1"), run("4"));
        assert_eq!(one.code, 1);
        assert_eq!((one.out, one.err), (many.out, many.err), "{format}");
    }
}
