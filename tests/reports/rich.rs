//! A tree, a repository and an image with everything that reports can tell.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::tree::{Tree, UNREADABLE};

/// Commands whose reports are rich.
pub(crate) const RUNS: [&[&str]; 3] = [
    &["scan", ".", UNREADABLE, "--fail-on", "medium"],
    &["git", "repository", "--min-confidence", "low"],
    &["image", "image.tar"],
];

/// The tree of `Tree::full`, with policies, archives, a repository and an image.
pub(crate) fn rich() -> Tree {
    let tree = Tree::full();
    let (aws, password) = (&tree.secrets.aws, &tree.secrets.password);
    let everything = json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": "*", "Resource": "*" },
            { "Effect": "Allow", "Action": "s3:getobject", "Resource": "arn:aws:s3:::b/*" },
        ],
    });
    tree.file("policies/one.json", format!("{everything:#}"));
    tree.file("policies/two.json", format!("{everything:#}"));
    tree.file("Dockerfile", format!("FROM scratch\nENV DB_PASSWORD={password}\nCOPY again.sh /\n"));
    tree.file("backup.tar", tar(&[("in/side.env", format!("aws_key={aws}\n").as_bytes())]));
    tree.file("broken.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03rest".as_slice());
    tree.file("=formula|`x`<b>::error::.env", format!("aws_key={aws}\n"));
    image(&tree);
    repository(&tree);
    tree
}

fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, name, *content).unwrap();
    }
    archive.into_inner().unwrap()
}

/// What `docker save` writes, with a file that a later layer deletes.
fn image(tree: &Tree) {
    let (github, aws) = (&tree.secrets.github, &tree.secrets.aws);
    let (token, key) = (format!("GITHUB_TOKEN={github}\n"), format!("aws_key={aws}\n"));
    let lower = tar(&[("app/.env", token.as_bytes()), ("app/key.env", key.as_bytes())]);
    let upper = tar(&[("app/.wh..env", b"")]);
    let digest = |bytes: &[u8]| -> Value {
        let digits = Sha256::digest(bytes).iter().fold(String::new(), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        });
        format!("sha256:{digits}").into()
    };
    let configuration = json!({
        "architecture": "amd64",
        "os": "linux",
        "config": { "Env": [format!("DB_PASSWORD={}", tree.secrets.password)] },
        "rootfs": { "type": "layers", "diff_ids": [digest(&lower), digest(&upper)] },
        "history": [{ "created_by": "COPY . /app" }, { "created_by": "RUN rm /app/.env" }],
    });
    let manifest =
        json!([{ "Config": "c.json", "RepoTags": ["demo:1"], "Layers": ["1.tar", "2.tar"] }]);
    let saved = tar(&[
        ("c.json", configuration.to_string().as_bytes()),
        ("1.tar", &lower),
        ("2.tar", &upper),
        ("manifest.json", manifest.to_string().as_bytes()),
    ]);
    tree.file("image.tar", saved);
}

fn repository(tree: &Tree) {
    let root = tree.path("repository");
    tree.file("repository/x.env", format!("GITHUB_TOKEN={}\n", tree.secrets.github));
    git(&root, &["init", "--quiet", "--initial-branch=main"]);
    git(&root, &["add", "."]);
    git(&root, &["commit", "--quiet", "--message=first | <b> ::error::x"]);
    tree.file("repository/x.env", "nothing\n");
    tree.file("repository/y.py", format!("password = \"{}\"\n", tree.secrets.password));
    git(&root, &["add", "."]);
    git(&root, &["commit", "--quiet", &format!("--message=with {}", tree.secrets.aws)]);
}

fn git(root: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.arg("-C").arg(root).args(["-c", "user.name=A B", "-c", "user.email=a@example.org"]);
    for moment in ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"] {
        command.env(moment, "1700000000 +0000");
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
