//! What configurations and manifests say: every text is scanned, and no report shows a secret of one.

use serde_json::{Value, json};

use crate::made::{Layout, layer, saved};
use crate::world::{World, leak, secret};

/// Fields of a configuration, and what the place of the secret `s` is called there.
fn fields() -> Vec<(Value, &'static str)> {
    let s = secret("s");
    let config = |name: &str, value: Value| json!({"config": {name: value}});
    vec![
        (config("Env", json!(["PATH=/bin", format!("API_TOKEN={s}")])), "config.Env"),
        (config("Labels", json!({"org.example.token": s})), "config.Labels"),
        (config("Cmd", json!(["serve", "--token", s])), "config.Cmd"),
        (config("Entrypoint", json!(["serve", format!("--token={s}")])), "config.Entrypoint"),
        (config("Shell", json!(["/bin/sh", s])), "config.Shell"),
        (config("OnBuild", json!([format!("RUN login {s}")])), "config.OnBuild"),
        (
            config("Healthcheck", json!({"Test": ["CMD", "check", s], "Interval": 5})),
            "config.Healthcheck",
        ),
        (config("User", json!(s)), "config"),
        (config("Anything", json!({"deep": [{"in": s}]})), "config"),
        (json!({"author": s}), "config"),
        (json!({"comment": s}), "config"),
        (
            json!({"history": [{"created_by": format!("/bin/sh -c #(nop) ENV TOKEN={s}"), "empty_layer": true}]}),
            "config.history[0]",
        ),
        (
            json!({"history": [{"created_by": "RUN"}, {"created_by": format!("RUN |2 A=b c TOKEN={s} /bin/sh -c make # buildkit")}]}),
            "config.history[1]",
        ),
        (
            json!({"history": [{"created_by": format!("RUN curl -H 'x: {s}'"), "author": "me"}]}),
            "config.history[0]",
        ),
        (json!({"history": [{"author": s}]}), "config.history[0]"),
        (json!({"history": [{"comment": s}]}), "config.history[0]"),
        // What is not what it should be is passed over by no one.
        (config("Env", json!({"TOKEN": s})), "config"),
        (config("Env", json!(["A=b", 1, format!("TOKEN={s}")])), "config"),
        (config("Labels", json!({"a": {"b": s}})), "config"),
        (config("Healthcheck", json!({"Test": [], "Other": s})), "config"),
        (config("Cmd", json!(s)), "config"),
        (json!({"history": [{"created_by": {"what": s}}]}), "config"),
        (json!({"history": [{"created_by": "RUN", "other": s}]}), "config"),
        (json!({"history": s}), "config"),
        (json!({"rootfs": {"diff_ids": [s]}}), "config"),
        (json!({"os": [s]}), "config"),
    ]
}

#[test]
fn every_field_of_a_configuration_is_scanned() {
    let world = World::new();
    for (number, (fields, expected)) in fields().into_iter().enumerate() {
        let mut layout = Layout::new();
        let image = layout.image(&[("ADD", &layer("a.txt", leak("a")))], fields.clone());
        layout.index(&[image]);
        let name = format!("image-{number}");
        layout.write(&world, &name);
        let run = world.scan(&[&name]);
        run.assert_finds(&["a", "s"]);
        assert_eq!(run.place("s")["field"], expected, "{fields}");
        assert_inert(&world, &name, &["a", "s"]);
    }
}

/// No report shows a secret, nor a character that commands a terminal.
fn assert_inert(world: &World, name: &str, secrets: &[&str]) {
    for format in ["text", "json", "sarif"] {
        let run = world.run(&[name, "--format", format]);
        let all = format!("{}{}", run.out, run.err);
        for of in secrets {
            assert!(!all.contains(&secret(of)), "{format} shows {of}: {all}");
        }
        let bad = all.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
        assert_eq!(bad, None, "{format}: {all:?}");
        assert!(!all.contains(['\u{202e}', '\u{200b}']), "{format}: {all:?}");
    }
}

/// Instructions are shown beside layers; a secret in one is masked there too.
#[test]
fn secrets_in_instructions_are_masked() {
    let world = World::new();
    let run = format!("/bin/sh -c curl -H 'Authorization: Bearer {}' example.org", secret("run"));
    let rm = format!("|1 TOKEN={} /bin/sh -c rm a.txt && login {}", secret("arg"), secret("rm"));
    let layers = (layer("a.txt", leak("a")), layer(".wh.a.txt", ""));
    let image = Layout::of(&[(&run, &layers.0), (&rm, &layers.1)]);
    image.write(&world, "image");
    let names = ["a", "run", "arg", "rm"];
    let found = world.scan(&["image"]);
    found.assert_finds(&names);
    assert_inert(&world, "image", &names);
    let text = world.run(&["image"]).out;
    assert!(text.contains("RUN curl -H") && text.contains("RUN rm a.txt && login"), "{text}");
}

#[test]
fn annotations_are_scanned() {
    let world = World::new();
    let mut layout = Layout::new();
    let bytes = layer("a.txt", leak("a"));
    let config = layout.json(&crate::made::configuration(&[("ADD", &bytes)], json!({})));
    let mut blob = layout.blob(&bytes);
    blob["annotations"] = json!({"x": secret("layer")});
    let manifest =
        json!({"config": config, "layers": [blob], "annotations": {"token": secret("manifest")}});
    let mut image = layout.json(&manifest);
    image["annotations"] = json!({"other.token": secret("descriptor")});
    let index = json!({"manifests": [image], "annotations": {"x": secret("index")}});
    layout.add("index.json", index.to_string());
    layout.write(&world, "image");
    let run = world.scan(&["image"]);
    let names = ["a", "layer", "manifest", "descriptor", "index"];
    run.assert_finds(&names);
    for name in ["manifest", "descriptor"] {
        let places = run.places(&secret(name));
        assert!(places.iter().any(|place| place["field"] == "manifest.annotations"), "{places:#?}");
    }
    assert_inert(&world, "image", &names);
}

/// A terminal is not commanded by names, tags, platforms and instructions.
#[test]
fn control_characters_do_nothing() {
    let world = World::new();
    let evil = "\u{1b}]0;x\u{7}\u{202e}\r\u{200b}";
    let tag = format!("app{evil}:1");
    let file = format!("dir{evil}/a.txt");
    let layers = (layer(&file, leak("a")), layer(&format!("dir{evil}/.wh.a.txt"), ""));
    let steps =
        [(&*format!("COPY {evil} /"), &*layers.0), (&*format!("RUN rm {evil}\nx"), &*layers.1)];
    world.write("saved.tar", saved(&tag, &steps).tar());
    let mut layout = Layout::new();
    let fields = json!({"architecture": evil, "config": {"Labels": {evil: secret("label")}}});
    let mut image = layout.image(&steps, fields);
    image["platform"] = json!({"os": "linux", "architecture": evil, "variant": evil});
    image["annotations"] = json!({"org.opencontainers.image.ref.name": evil});
    let bad = json!({"digest": format!("sha256:{evil}")});
    layout.index(&[image, bad]);
    layout.add(format!("rest{evil}.txt"), leak("rest"));
    world.write("oci.tar", layout.tar());
    assert_eq!(world.scan(&["saved.tar"]).place("a")["deleted"], true);
    world.scan(&["oci.tar"]).assert_gap(&["a", "label", "rest"], &["this is no digest"]);
    assert_inert(&world, "saved.tar", &["a"]);
    assert_inert(&world, "oci.tar", &["a", "label", "rest"]);
    let run = world.run(&["oci.tar", "--platform", "a/b"]);
    assert_eq!(run.code, 2);
    assert!(!run.err.contains(['\u{1b}', '\u{202e}']), "{:?}", run.err);
}
