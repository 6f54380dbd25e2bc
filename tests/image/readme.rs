//! The example in the README is what the program says.

use std::fs;

use serde_json::json;

use crate::made::{Layout, Tar, configuration, hex, layer};
use crate::world::{World, leak, secret};

/// An image as `docker save` writes it, of an application that is careless.
fn careless(world: &World) {
    let base = Tar::new().directory("bin/").file("bin/sh", "#!").end();
    let env = layer("app/.env", leak("env"));
    let removed = layer("app/.wh..env", "");
    let config = Tar::new()
        .file("app/config.yml", leak("config"))
        .hard_link("app/config.yml.orig", "app/config.yml")
        .end();
    let layers: [(&str, &[u8]); 4] = [
        ("/bin/sh -c #(nop) ADD file:5a1c in / ", &base),
        ("COPY . /app # buildkit", &env),
        ("RUN /bin/sh -c rm /app/.env # buildkit", &removed),
        ("COPY config.yml /app/ # buildkit", &config),
    ];
    let fields =
        json!({"config": {"Env": ["PATH=/bin", format!("GITLAB_TOKEN={}", secret("run"))]}});
    let mut image = Layout::new();
    let name = |bytes: &[u8]| format!("blobs/sha256/{}", hex(bytes));
    let config = configuration(&layers, fields).to_string();
    let blobs: Vec<String> = layers.iter().map(|(_, layer)| name(layer)).collect();
    let manifest =
        json!([{"Config": name(config.as_bytes()), "RepoTags": ["shop/api:1.4"], "Layers": blobs}]);
    image.add(name(config.as_bytes()), config);
    for (_, layer) in layers {
        image.blob(layer);
    }
    image.add("manifest.json", manifest.to_string());
    world.write("app.tar", image.tar());
}

#[test]
fn the_example_is_true() {
    let world = World::new();
    careless(&world);
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, example) = page.split_once("$ keylint image app.tar\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let run = world.run(&["app.tar"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(
        run.out.contains(&format!("\n{example}")),
        "README.md does not show this:\n{}",
        run.out
    );
}
