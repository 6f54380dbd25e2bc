//! Images of a real registry, for everybody and for those who know a password. Without `docker-registry` on `PATH` the
//! tests say what they did not check, and fail where `KEYLINT_REQUIRE_TOOLS` is set.

use keylint::source::registry::{Credentials, Login, PlainHttp, Refused, Registry};
use keylint::source::{Reference, Verified};

use super::fake::{SHORT, sha256};
use super::server::Server;

const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER: &str = "application/vnd.docker.distribution.manifest.v2+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// A layer of some length.
fn layer() -> Vec<u8> {
    (0..3_000_000_u32).map(|number| number.to_le_bytes()[1]).collect()
}

/// Pushes an image and gives its manifest.
fn push(server: &Server, repository: &str, tag: &str, kind: &str) -> Vec<u8> {
    let config =
        br#"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"#;
    let config_digest = server.push_blob(repository, config);
    let layer = layer();
    let layer_digest = server.push_blob(repository, &layer);
    let (config_kind, layer_kind) = if kind == OCI {
        ("application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar")
    } else {
        (
            "application/vnd.docker.container.image.v1+json",
            "application/vnd.docker.image.rootfs.diff.tar.gzip",
        )
    };
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"{kind}",
        "config":{{"mediaType":"{config_kind}","size":{},"digest":"{config_digest}"}},
        "layers":[{{"mediaType":"{layer_kind}","size":{},"digest":"{layer_digest}"}}]}}"#,
        config.len(),
        layer.len()
    );
    server.push_manifest(repository, tag, kind, manifest.as_bytes());
    manifest.into_bytes()
}

fn client(server: &Server, name: &str, login: &Login) -> Registry {
    let reference: Reference = format!("{}/{name}", server.host()).parse().unwrap();
    Registry::new(&reference, login, PlainHttp::Loopback).unwrap().with_patience(SHORT)
}

/// Pulls the layer and holds it against its digest.
fn check_layer(client: &Registry) {
    let layer = layer();
    let digest = sha256(&layer);
    let size = Some(layer.len() as u64);
    Verified::new(client.blob(&digest).unwrap(), &digest, size).finish().unwrap();
}

#[test]
fn images_for_everybody_are_read() {
    let Some(server) = Server::start(None, "images for everybody") else { return };
    let oci = push(&server, "team/app", "oci", OCI);
    let docker = push(&server, "team/app", "docker", DOCKER);
    let index = format!(
        r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[{{"mediaType":"{OCI}","size":{},"digest":"{}"}}]}}"#,
        oci.len(),
        sha256(&oci)
    );
    server.push_manifest("team/app", "index", INDEX, index.as_bytes());
    let client = client(&server, "team/app", &Login::default());
    assert_eq!(client.manifest("oci").unwrap(), oci);
    assert_eq!(client.manifest("docker").unwrap(), docker);
    assert_eq!(client.manifest("index").unwrap(), index.as_bytes());
    assert_eq!(client.manifest(&sha256(&oci)).unwrap(), oci);
    check_layer(&client);
    let missing = client.manifest("missing").unwrap_err();
    assert!(matches!(missing, Refused::NotFound { .. }), "{missing}");
    let missing = client.blob(&sha256(b"missing")).err().unwrap();
    assert!(matches!(missing, Refused::NotFound { .. }), "{missing}");
}

#[test]
fn images_behind_a_password_are_read_by_who_knows_it() {
    let Some(server) = Server::start(Some("me:not real"), "images behind a password") else {
        return;
    };
    let oci = push(&server, "app", "1", OCI);
    let with = |password: &str| {
        let mut login = Login::default();
        let (user, password) = ("me".into(), password.into());
        login.add(&server.host(), Credentials::Basic { user, password });
        client(&server, "app", &login)
    };
    let inside = with("not real");
    assert_eq!(inside.manifest("1").unwrap(), oci);
    check_layer(&inside);
    let refused = with("wrong").manifest("1").unwrap_err();
    assert!(matches!(refused, Refused::LoginRefused { .. }), "{refused}");
    let refused = client(&server, "app", &Login::default()).manifest("1").unwrap_err();
    assert!(matches!(refused, Refused::LoginWanted { .. }), "{refused}");
}
