//! What is no image is refused, with help.

use crate::made::{gzip, layer, saved};
use crate::world::{World, leak};

#[test]
fn what_is_no_image_is_refused() {
    let world = World::new();
    world.write("text.txt", leak("a"));
    world.write("empty.tar", "");
    world.write("text.gz", gzip(&leak("a")));
    world.write("members.tar", [0; 10240]);
    world.write("folder/file.txt", leak("a"));
    std::fs::create_dir(world.path().join("nothing")).unwrap();
    for (name, words) in [
        ("text.txt", &["text.txt", "no tar archive"][..]),
        ("empty.tar", &["empty.tar", "no tar archive"]),
        ("text.gz", &["text.gz", "no tar archive"]),
        ("members.tar", &["members.tar", "no tar archive"]),
        ("folder", &["folder", "no index.json, no manifest.json"]),
        ("nothing", &["nothing", "no index.json, no manifest.json"]),
        // Without a dot or a word before it, this may be the name of an image in a registry.
        ("./missing.tar", &["missing.tar"]),
        ("oci:missing", &["missing"]),
        ("/dev/null", &["/dev/null"]),
    ] {
        world.scan(&[name]).assert_refused(words);
    }
}

/// One bad instruction among good ones is still one.
#[test]
fn a_good_image_does_not_excuse_a_bad_one() {
    let world = World::new();
    world.write("good.tar", saved("app:1", &[("ADD", &layer("a.txt", leak("a")))]).tar());
    world.scan(&["good.tar", "./missing.tar"]).assert_refused(&["missing.tar"]);
    world.scan(&["good.tar"]).assert_finds(&["a"]);
}
