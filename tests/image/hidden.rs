//! What later layers hide: whiteouts of files and directories, opaque directories, other files in their place.

use serde_json::{Value, json};

use crate::made::{Layout, Tar, saved};
use crate::world::{World, leak, secret};

/// What is done, the layers that do it, and the fate: by which layer, and how.
type Case = (&'static str, Vec<Tar>, Option<(u64, &'static str)>);

/// Layers above one with `dir/sub/file`.
fn cases() -> Vec<Case> {
    let tar = Tar::new;
    vec![
        ("nothing", vec![tar().file("other", "x")], None),
        ("a whiteout", vec![tar().file("dir/sub/.wh.file", "")], Some((2, "deleted"))),
        ("of its directory", vec![tar().file("dir/.wh.sub", "")], Some((2, "deleted"))),
        ("of one further up", vec![tar().file(".wh.dir", "")], Some((2, "deleted"))),
        ("of another name", vec![tar().file("dir/sub/.wh.file2", "")], None),
        ("of the name in another directory", vec![tar().file("dir/.wh.file", "")], None),
        ("without a name", vec![tar().file(".wh.", "").file("dir/sub/.wh.", "")], None),
        ("opaque", vec![tar().file("dir/sub/.wh..wh..opq", "")], Some((2, "deleted"))),
        ("opaque further up", vec![tar().file("dir/.wh..wh..opq", "")], Some((2, "deleted"))),
        ("opaque at the root", vec![tar().file(".wh..wh..opq", "")], Some((2, "deleted"))),
        ("opaque elsewhere", vec![tar().file("dir/other/.wh..wh..opq", "")], None),
        ("overwritten", vec![tar().file("dir/sub/file", "x")], Some((2, "overwritten"))),
        (
            "a directory in its place",
            vec![tar().directory("dir/sub/file/")],
            Some((2, "overwritten")),
        ),
        ("its directory again", vec![tar().directory("dir/sub/")], None),
        (
            "a link in the place of its directory",
            vec![tar().symlink("dir/sub", "/tmp")],
            Some((2, "deleted")),
        ),
        (
            "a file in the place of its directory",
            vec![tar().file("dir", "x")],
            Some((2, "deleted")),
        ),
        (
            "put there again",
            vec![tar().file("dir/sub/.wh.file", ""), tar().file("dir/sub/file", "x")],
            Some((2, "deleted")),
        ),
        (
            "later",
            vec![tar().file("other", "x"), tar().file("dir/.wh.sub", "")],
            Some((3, "deleted")),
        ),
        ("with a dot", vec![tar().file("./dir/sub/.wh.file", "")], Some((2, "deleted"))),
        ("with a slash", vec![tar().file("/dir//sub/.wh.file", "")], Some((2, "deleted"))),
        ("with dots", vec![tar().file("x/../dir/sub/.wh.file", "")], Some((2, "deleted"))),
    ]
}

#[test]
fn whiteouts_hide() {
    let world = World::new();
    for (number, (what, above, expected)) in cases().into_iter().enumerate() {
        let lowest = Tar::new().directory("dir/").file("dir/sub/file", leak("file")).end();
        let mut layers = vec![lowest];
        layers.extend(above.into_iter().map(Tar::end));
        let steps: Vec<(&str, &[u8])> =
            layers.iter().map(|layer| ("STEP", layer.as_slice())).collect();
        let name = format!("case-{number}.tar");
        world.write(&name, Layout::of(&steps).tar());
        let run = world.scan(&[&name]);
        run.assert_finds(&["file"]);
        let place = run.place("file");
        assert_eq!(place["deleted"], expected.is_some(), "{what}: {place:#}");
        let by = place.get("hidden_by");
        let by = by.map(|by| (by["index"].as_u64().unwrap(), by["how"].as_str().unwrap()));
        assert_eq!(by, expected, "{what}");
        let text = world.run(&[&name]).out;
        let line = expected.map_or_else(String::new, |(index, how)| {
            format!("still extractable: {how} in layer {index} but present in layer 1 (layer {index}: `STEP`)")
        });
        assert_eq!(text.contains("still extractable"), expected.is_some(), "{what}: {text}");
        assert!(text.contains(&line), "{what}: {text}");
    }
}

#[test]
fn a_file_is_there_while_one_of_its_names_is() {
    let world = World::new();
    let lowest = || {
        let tar = Tar::new().file("a", leak("file")).hard_link("b", "a");
        // A link to a link is one more name.
        tar.hard_link("./c", "/b").end()
    };
    for (number, (hidden, is_hidden)) in
        [(&["a"][..], false), (&["b", "c"], false), (&["a", "b", "c"], true)]
            .into_iter()
            .enumerate()
    {
        let whiteouts =
            hidden.iter().fold(Tar::new(), |tar, name| tar.file(format!(".wh.{name}"), ""));
        let name = format!("links-{number}");
        let layers = (lowest(), whiteouts.end());
        Layout::of(&[("COPY", &layers.0), ("RUN rm", &layers.1)]).write(&world, &name);
        let run = world.scan(&[&name]);
        run.assert_finds(&["file"]);
        let place = run.place("file");
        assert_eq!(place["path"], "a");
        assert_eq!(place["links"], json!(["b", "c"]));
        assert_eq!(place["deleted"], is_hidden, "{hidden:?}");
        assert!(world.run(&[&name]).out.contains("also b (hard link)"));
    }
}

/// What is in an archive is hidden as the archive is.
#[test]
fn members_of_archives_are_hidden_with_them() {
    let world = World::new();
    let inner = Tar::new().file("in/a.txt", leak("member")).end();
    let lowest = Tar::new().file("b.tar", inner).end();
    let above = Tar::new().file(".wh.b.tar", "").end();
    Layout::of(&[("COPY b.tar /", &lowest), ("RUN rm b.tar", &above)]).write(&world, "image");
    let run = world.scan(&["image"]);
    run.assert_finds(&["member"]);
    let place = run.place("member");
    assert_eq!(place["path"], "b.tar!/in/a.txt");
    assert_eq!(place["hidden_by"]["instruction"], "RUN rm b.tar");
}

/// A secret in several layers is one finding, and each place says its own fate.
#[test]
fn every_place_has_its_own_fate() {
    let world = World::new();
    let layers = [
        Tar::new().file("a", leak("same")).end(),
        Tar::new().file("a", leak("same")).end(),
        Tar::new().file(".wh.a", "").file("b", leak("same")).end(),
    ];
    // Two layers are the same bytes, and one part of the layout.
    let steps: Vec<(&str, &[u8])> = layers.iter().map(|layer| ("STEP", layer.as_slice())).collect();
    world.write("image.tar", Layout::of(&steps).tar());
    let run = world.scan(&["image.tar"]);
    let places = run.places(&secret("same"));
    let facts: Vec<Value> = places
        .iter()
        .map(|place| json!([place["path"], place["layer"]["index"], place["deleted"]]))
        .collect();
    assert_eq!(facts, [json!(["a", 1, true]), json!(["b", 3, false])], "{places:#?}");
    let again = &places[0]["shared_with"][0];
    assert_eq!((&again["layer"], &again["hidden_by"]["index"]), (&json!(2), &json!(3)), "{again}");
}

#[test]
fn a_plan_says_that_hiding_helps_nothing() {
    let world = World::new();
    let lowest = Tar::new().file("app.py", leak("file")).end();
    let above = Tar::new().file(".wh.app.py", "").end();
    let layers: [(&str, &[u8]); 2] = [("COPY . /", &lowest), ("RUN rm app.py", &above)];
    world.write("app.tar", saved("shop/app:1.2", &layers).tar());
    let run = world.run(&["app.tar", "--plan", "plan.md"]);
    assert_eq!(run.code, 1, "{}", run.err);
    let plan = std::fs::read_to_string(world.path().join("plan.md")).unwrap();
    for words in [
        "Shipped in `shop/app:1.2`: whoever could pull has it. A later layer hides it",
        "## Make the images anew",
        "put_secret 'app/",
    ] {
        assert!(plan.contains(words), "no `{words}` in\n{plan}");
    }
    assert!(!plan.contains(&secret("file")), "{plan}");
}
