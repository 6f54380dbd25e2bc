//! Names that are images, and names that are not.

use super::*;

fn read(text: &str) -> Reference {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn names_are_completed() {
    let digest = format!("sha256:{}", "0a".repeat(32));
    let long = format!("sha512:{}", "0a".repeat(64));
    let rows = [
        ("alpine", "docker.io/library/alpine:latest".to_owned()),
        ("docker://alpine:3", "docker.io/library/alpine:3".to_owned()),
        ("docker.io/alpine", "docker.io/library/alpine:latest".to_owned()),
        ("index.docker.io/a/b", "docker.io/a/b:latest".to_owned()),
        ("owner/app:1.0", "docker.io/owner/app:1.0".to_owned()),
        ("GHCR.io/owner/app", "ghcr.io/owner/app:latest".to_owned()),
        ("localhost/app", "localhost/app:latest".to_owned()),
        ("localhost:5000/app:2", "localhost:5000/app:2".to_owned()),
        ("localhost:5000", "docker.io/library/localhost:5000".to_owned()),
        ("127.0.0.1:5000/a/b/c", "127.0.0.1:5000/a/b/c:latest".to_owned()),
        ("[::1]:5000/app:x", "[::1]:5000/app:x".to_owned()),
        ("[2001:db8::1]/app", "[2001:db8::1]/app:latest".to_owned()),
        ("host:443/a__b/c--d/e.f_g", "host:443/a__b/c--d/e.f_g:latest".to_owned()),
        ("a/b:_T.a-G", "docker.io/a/b:_T.a-G".to_owned()),
    ];
    for (given, full) in rows {
        assert_eq!(read(given).to_string(), full, "{given}");
        assert_eq!(read(&full).to_string(), full, "{given}");
    }
    for digest in [digest, long] {
        let bare = read(&format!("alpine@{digest}"));
        assert_eq!(bare.to_string(), format!("docker.io/library/alpine@{digest}"));
        assert_eq!((bare.tag(), bare.asked()), (None, digest.as_str()));
        let both = read(&format!("host:1/a:t@{digest}"));
        assert_eq!(both.to_string(), format!("host:1/a:t@{digest}"));
        assert_eq!((both.tag(), both.asked()), (Some("t"), digest.as_str()));
    }
}

#[test]
fn docker_io_answers_elsewhere() {
    assert_eq!(read("alpine").endpoint(), "registry-1.docker.io");
    assert_eq!(read("quay.io/a/b").endpoint(), "quay.io");
}

#[test]
fn what_is_no_name_is_refused_with_advice() {
    let upper = format!("a@sha256:{}", "0A".repeat(32));
    let rows = [
        ("", "it is empty"),
        ("https://ghcr.io/a/b", "is no part of a name"),
        ("oci://a/b", "is no part of a name"),
        ("./image", "looks like a path"),
        ("/image", "looks like a path"),
        ("owner/App", "lower case"),
        ("Owner/app", "lower case"),
        ("ghcr.io/Owner/app", "lower case"),
        ("a//b", "repositories are"),
        ("a/b/", "repositories are"),
        ("a..b/c", "neither a host"),
        ("a/b..c", "repositories are"),
        ("a/b___c", "repositories are"),
        ("a/-b", "repositories are"),
        ("a b", "repositories are"),
        ("caf\u{e9}", "repositories are"),
        ("a:", "is no tag"),
        ("a:.b", "is no tag"),
        ("a:b c", "is no tag"),
        ("a:\u{1b}]0;x", "is no tag"),
        ("user:pass@host/a", "no digest"),
        ("a@", "no digest"),
        ("a@md5:00", "no digest"),
        ("a@sha256:00", "no digest"),
        (upper.as_str(), "no digest"),
        ("host:0/a", "neither a host"),
        ("host:65536/a", "neither a host"),
        ("host:+1/a", "neither a host"),
        ("host:/a:b", "neither a host"),
        ("-host.io/a", "neither a host"),
        ("ho_st.io/a", "neither a host"),
        ("[::1/a", "neither a host"),
        ("[::g]/a", "neither a host"),
        ("[::1]x/a", "neither a host"),
        ("[::1]", "is no tag"),
    ];
    for (given, says) in rows {
        let error = given.parse::<Reference>().expect_err(given);
        assert!(error.problem.contains(says), "{given}: {error}");
        assert!(!error.help.is_empty() && !error.to_string().contains('\u{1b}'), "{error}");
    }
}

#[test]
fn lengths_are_limited() {
    let tag = "t".repeat(128);
    assert_eq!(read(&format!("a:{tag}")).tag(), Some(tag.as_str()));
    assert!(format!("a:{tag}t").parse::<Reference>().is_err());
    let repository = "r".repeat(255);
    assert_eq!(read(&format!("h.io/{repository}")).repository(), repository);
    assert!(format!("h.io/{repository}r").parse::<Reference>().is_err());
    // `library/` counts.
    assert!(repository.parse::<Reference>().is_err());
    assert!("0".repeat(64).parse::<Reference>().is_err());
    let error = "x y".repeat(9000).parse::<Reference>().unwrap_err();
    assert!(error.to_string().len() < 1000);
}
