//! Who we are to which registry. Whoever starts a scan hands it in: nothing here reads a file or the environment.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::source::image::Reference;

/// As docker reads it: base64 with or without `=` at its end.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What proves who we are. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A user and a password.
    Basic {
        /// The name of the user.
        user: String,
        /// The password, or a token in its place.
        password: String,
    },
    /// An identity token: it is exchanged for one that a registry takes.
    Token(String),
}

impl Credentials {
    /// What configurations of docker call `auth`: a user, a colon and a password, in base64.
    pub fn from_auth(auth: &str) -> Option<Self> {
        let bytes = LENIENT.decode(auth.trim()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        let (user, password) = text.trim_end_matches('\0').split_once(':')?;
        let (user, password) = (user.to_owned(), password.to_owned());
        (!user.is_empty()).then_some(Self::Basic { user, password })
    }
}

/// Credentials by registry, or by namespace of a registry.
#[derive(Clone, Default)]
pub struct Login {
    known: BTreeMap<String, Credentials>,
}

impl Login {
    /// Adds credentials for a registry, as configurations of docker and podman name it: `host`, `host:port`,
    /// `host/namespace`, `https://host/v1/`. What was added first counts.
    pub fn add(&mut self, registry: &str, credentials: Credentials) {
        self.known.entry(Self::name(registry)).or_insert(credentials);
    }

    /// The one name for all ways to name a registry, or a namespace of it.
    pub fn name(registry: &str) -> String {
        let bare = registry.strip_prefix("https://").or_else(|| registry.strip_prefix("http://"));
        let bare = bare.unwrap_or(registry);
        let (host, path) = bare.split_once('/').unwrap_or((bare, ""));
        let host = match host.to_ascii_lowercase() {
            host if host == "index.docker.io" || host == "registry-1.docker.io" => {
                "docker.io".into()
            }
            host => host,
        };
        match path.trim_end_matches('/') {
            "" | "v1" | "v2" => host,
            namespace => format!("{host}/{namespace}"),
        }
    }

    /// Every name that credentials for an image may have, the closest first.
    pub fn names(reference: &Reference) -> Vec<String> {
        let whole = format!("{}/{}", Self::name(reference.registry()), reference.repository());
        let ends = whole.match_indices('/').map(|(at, _)| at).chain([whole.len()]);
        let mut names: Vec<String> =
            ends.filter_map(|end| whole.get(..end)).map(str::to_owned).collect();
        names.reverse();
        names
    }

    /// The credentials for an image.
    pub fn of(&self, reference: &Reference) -> Option<&Credentials> {
        Self::names(reference).iter().find_map(|name| self.known.get(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> Credentials {
        Credentials::Basic { user: name.into(), password: String::new() }
    }

    #[test]
    fn registries_have_one_name() {
        let rows = [
            ("https://index.docker.io/v1/", "docker.io"),
            ("registry-1.docker.io", "docker.io"),
            ("GHCR.io", "ghcr.io"),
            ("http://host:5000/v2/", "host:5000"),
            ("host:5000/team/app/", "host:5000/team/app"),
            ("[::1]:5000", "[::1]:5000"),
        ];
        for (given, name) in rows {
            assert_eq!(Login::name(given), name);
        }
    }

    #[test]
    fn the_closest_name_counts_and_of_equals_the_first() {
        let mut login = Login::default();
        login.add("quay.io", user("all"));
        login.add("quay.io/team", user("team"));
        login.add("https://quay.io", user("later"));
        let of = |name: &str| login.of(&name.parse::<Reference>().unwrap()).cloned();
        assert!(of("quay.io/team/app") == Some(user("team")));
        assert!(of("quay.io/teams/app") == Some(user("all")));
        assert!(of("quay.io:443/team/app").is_none());
        assert!(of("team/app").is_none());
    }

    #[test]
    fn auth_is_base64_of_user_and_password() {
        let basic = |user: &str, password: &str| {
            Some(Credentials::Basic { user: user.into(), password: password.into() })
        };
        assert!(Credentials::from_auth("YTpiOmM=") == basic("a", "b:c"));
        assert!(Credentials::from_auth("YTpiOmM\n") == basic("a", "b:c"));
        assert!(Credentials::from_auth("YTpiAA==") == basic("a", "b"));
        for bad in ["", "YQ==", "OmI=", "!!!", "/////w=="] {
            assert!(Credentials::from_auth(bad).is_none(), "{bad}");
        }
    }
}
