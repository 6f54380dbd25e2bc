//! `--platform`.

use serde_json::json;

use crate::made::{Layout, layer};
use crate::world::{World, leak};

/// Images for three platforms, which share a layer.
fn multi() -> Layout {
    let mut layout = Layout::new();
    let base = layer("base.txt", leak("base"));
    let mut images = Vec::new();
    for (platform, name) in [
        (json!({"os": "linux", "architecture": "amd64"}), "amd"),
        (json!({"os": "linux", "architecture": "arm", "variant": "v6"}), "v6"),
        (json!({"os": "linux", "architecture": "arm", "variant": "v7"}), "v7"),
    ] {
        let own = layer(&format!("{name}.txt"), leak(name));
        let fields = json!({"architecture": platform["architecture"], "config": {"Labels": {"of": crate::world::secret(&format!("label-{name}"))}}});
        let mut image = layout.image(&[("ADD base", &base), ("ADD own", &own)], fields);
        image["platform"] = platform;
        images.push(image);
    }
    layout.index(&images);
    layout
}

#[test]
fn only_what_is_asked_for_is_scanned() {
    let world = World::new();
    multi().write(&world, "multi");
    world.write("multi.tar", multi().tar());
    for name in ["multi", "multi.tar"] {
        for (platforms, found) in [
            (&[][..], &["amd", "v6", "v7"][..]),
            (&["linux/amd64"], &["amd"]),
            (&["linux/arm"], &["v6", "v7"]),
            (&["linux/arm/v7"], &["v7"]),
            (&["linux/arm/v7", "linux/amd64"], &["v7", "amd"]),
        ] {
            let mut arguments = vec![name];
            arguments.extend(platforms.iter().flat_map(|platform| ["--platform", platform]));
            let labels: Vec<String> = found.iter().map(|name| format!("label-{name}")).collect();
            let mut expected = [found, &["base"]].concat();
            expected.extend(labels.iter().map(String::as_str));
            world.scan(&arguments).assert_finds(&expected);
        }
    }
}

#[test]
fn a_platform_that_is_not_there_is_refused() {
    let world = World::new();
    multi().write(&world, "multi");
    for platform in ["windows/amd64", "linux/arm/v5"] {
        let run = world.scan(&["multi", "--platform", platform]);
        run.assert_refused(&["multi", "linux/amd64, linux/arm/v6, linux/arm/v7"]);
    }
}

#[test]
fn the_platform_of_the_configuration_counts_where_no_index_says_one() {
    let world = World::new();
    let mut layout = Layout::new();
    let image =
        layout.image(&[("ADD", &layer("a.txt", leak("a")))], json!({"architecture": "arm64"}));
    layout.index(&[image]);
    layout.write(&world, "image");
    world.scan(&["image", "--platform", "linux/arm64"]).assert_finds(&["a"]);
    world.scan(&["image", "--platform", "linux/amd64"]).assert_refused(&["linux/arm64"]);
}

/// A platform that was never fetched: a gap, unless others are asked for.
#[test]
fn an_index_may_name_what_is_not_there() {
    let world = World::new();
    let mut layout = Layout::new();
    let mut there = layout.image(&[("ADD", &layer("a.txt", leak("a")))], json!({}));
    there["platform"] = json!({"os": "linux", "architecture": "amd64"});
    let gone = json!({"digest": crate::made::digest(b"gone"), "size": 4, "platform": {"os": "linux", "architecture": "arm64"}});
    layout.index(&[there, gone]);
    layout.write(&world, "sparse");
    world.scan(&["sparse", "--platform", "linux/amd64"]).assert_finds(&["a"]);
    world.scan(&["sparse"]).assert_gap(&["a"], &["the manifest is not there"]);
}
