//! A world from files, for situations that are written by hand. Where they tell nothing, a secret has some suffix, and a
//! request nothing but what every request has.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::world::{Account, Context, Grant, Key, Known, Principal, Secret, Tags, World};
use crate::written::{Files, MANIFEST};

/// The files of a folder.
pub(crate) fn folder(path: &Path) -> Files {
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Files =
        entries.map(|path| (path.file_name().unwrap().into(), fs::read(&path).unwrap())).collect();
    files.sort();
    files
}

/// The world that files tell of.
pub(crate) fn world(files: &Files) -> World {
    let manifest = std::str::from_utf8(content(files, MANIFEST)).unwrap();
    let manifest: Value = toml::from_str(manifest).unwrap();
    let mut world = World::default();
    for (name, account) in manifest["account"].as_object().unwrap() {
        world.accounts.push(Account {
            name: name.clone(),
            id: text(&account["id"]),
            org: Known::told(account["org"].as_str().map(Into::into)),
            scps: levels(files, &account["scps"]),
            rcps: levels(files, &account["rcps"]),
        });
    }
    for key in list(&manifest["key"]) {
        let key = self::key(files, &world, key);
        world.keys.push(key);
    }
    for kind in ["secret", "parameter"] {
        for one in list(&manifest[kind]) {
            let secret = secret(files, &world, one, kind == "parameter");
            world.secrets.push(secret);
        }
    }
    for kind in ["role", "user"] {
        for one in list(&manifest[kind]) {
            let principal = principal(files, &world, one, kind == "user");
            world.principals.push(principal);
        }
    }
    world
}

fn key(files: &Files, world: &World, key: &Value) -> Key {
    let arn = text(&key["arn"]);
    let parts: Vec<&str> = arn.split([':', '/']).collect();
    let grants = list(&key["grants"]).into_iter().map(|grant| Grant {
        grantee: text(&grant["grantee"]),
        operations: list(&grant["operations"]).into_iter().map(text).collect(),
    });
    Key {
        label: text(&key["id"]),
        account: account(world, key),
        region: parts[3].into(),
        id: Known::told(parts[6].into()),
        policy: Known::told(document(files, &key["policy"]).unwrap()),
        aliases: list(&key["aliases"]).into_iter().map(text).collect(),
        grants: grants.collect(),
        tags: Known::told(Tags::new()),
    }
}

fn secret(files: &Files, world: &World, secret: &Value, is_parameter: bool) -> Secret {
    let of = |key: &Key| secret["kms"] == key.label.as_str();
    Secret {
        account: account(world, secret),
        region: text(&secret["region"]),
        name: text(&secret["name"]),
        is_parameter,
        suffix: Known { is: "Ab12Cd".into(), is_told: false },
        key: world.keys.iter().position(of),
        policy: Known::told(document(files, &secret["policy"])),
        tags: Known::told(Tags::new()),
        replicas: list(&secret["replicas"]).into_iter().map(text).collect(),
        shared_with: Vec::new(),
        is_advanced: false,
    }
}

fn principal(files: &Files, world: &World, principal: &Value, is_user: bool) -> Principal {
    let own = list(&principal["policies"]).into_iter().filter_map(|name| document(files, name));
    let mut context = Context::new();
    for (key, values) in principal["context"].as_object().into_iter().flatten() {
        context.insert(key.clone(), Known::told(list(values).into_iter().map(text).collect()));
    }
    Principal {
        account: account(world, principal),
        name: text(&principal["name"]),
        path: "/".into(),
        is_user,
        policies: Known::told(own.collect()),
        boundary: document(files, &principal["boundary"]),
        session_policy: document(files, &principal["session_policy"]),
        session_name: Known { is: "task".into(), is_told: false },
        trust: document(files, &principal["trust"]),
        tags: Known::told(Tags::new()),
        context,
    }
}

fn account(world: &World, of: &Value) -> usize {
    world.accounts.iter().position(|account| of["account"] == account.name.as_str()).unwrap()
}

fn levels(files: &Files, given: &Value) -> Option<Vec<Vec<Value>>> {
    let level = |level| list(level).into_iter().filter_map(|name| document(files, name)).collect();
    (!given.is_null()).then(|| list(given).into_iter().map(level).collect())
}

/// The document in a file, where there is one.
fn document(files: &Files, name: &Value) -> Option<Value> {
    let name = name.as_str()?;
    Some(serde_json::from_slice(content(files, name)).unwrap())
}

fn content<'f>(files: &'f Files, name: &str) -> &'f [u8] {
    &files.iter().find(|(path, _)| path == Path::new(name)).unwrap().1
}

fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(values) => values.iter().collect(),
        one => vec![one],
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
