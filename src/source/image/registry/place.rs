//! Addresses that may be asked: http and https, without a user and a password in them.

use std::net::{Ipv4Addr, Ipv6Addr};

use ureq::http::Uri;
use ureq::http::uri::Scheme;

use super::web::PlainHttp;

/// An address.
#[derive(Clone, Debug)]
pub(super) struct Place(Uri);

impl Place {
    /// A path of a registry: of one on this machine without encryption, of others when that is wanted.
    pub(super) fn of(endpoint: &str, path: &str, plain: PlainHttp) -> Result<Self, &'static str> {
        let host = endpoint.parse::<ureq::http::uri::Authority>();
        let host = host.map_err(|_| "its name makes no address")?;
        let is_plain = plain == PlainHttp::Everywhere || is_loopback(host.host());
        let scheme = if is_plain { "http" } else { "https" };
        Self::parse(&format!("{scheme}://{endpoint}{path}"))
    }

    /// An address that somebody else wrote.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let uri: Uri = text.parse().map_err(|_| "it gives an address that is none")?;
        let authority = uri.authority().ok_or("it gives an address without a host")?;
        if authority.host().is_empty() {
            return Err("it gives an address without a host");
        }
        if authority.as_str().contains('@') {
            return Err("it gives an address with a user in it");
        }
        if ![Some(&Scheme::HTTP), Some(&Scheme::HTTPS)].contains(&uri.scheme()) {
            return Err("it gives an address that is neither http nor https");
        }
        Ok(Self(uri))
    }

    /// Something below it; its own path ends with a slash.
    pub(super) fn below(&self, path: &str) -> Option<Self> {
        Self::parse(&format!("{}{path}", self.0)).ok()
    }

    /// Where a redirection leads to.
    pub(super) fn led_to(&self, location: &str) -> Result<Self, &'static str> {
        let location = location.split('#').next().unwrap_or_default();
        let scheme = self.0.scheme_str().unwrap_or_default();
        let authority = self.0.authority().map_or("", |authority| authority.as_str());
        let path = self.0.path();
        if has_scheme(location) {
            return Self::parse(location);
        }
        let folder = path.rfind('/').map_or("/", |end| path.get(..=end).unwrap_or("/"));
        let whole = match location.as_bytes() {
            [b'/', b'/', ..] => format!("{scheme}:{location}"),
            [b'/', ..] => format!("{scheme}://{authority}{location}"),
            [b'?', ..] => format!("{scheme}://{authority}{path}{location}"),
            [] => return Err("it gives an address that is none"),
            _ => format!("{scheme}://{authority}{folder}{location}"),
        };
        Self::parse(&whole)
    }

    /// With more behind `?`.
    pub(super) fn with_query(&self, query: &str) -> Result<Self, &'static str> {
        let between = if self.0.query().is_some() { '&' } else { '?' };
        Self::parse(&format!("{}{between}{query}", self.0))
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.0
    }

    /// The host and its port, for people.
    pub(super) fn host(&self) -> String {
        self.0.authority().map(ToString::to_string).unwrap_or_default()
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.0.scheme() == Some(&Scheme::HTTPS)
    }

    /// Whether it is on this machine.
    pub(super) fn is_loopback(&self) -> bool {
        self.0.host().is_some_and(is_loopback)
    }

    /// Whether nobody on the way reads what is sent there.
    pub(super) fn is_private(&self) -> bool {
        self.is_encrypted() || self.is_loopback()
    }

    /// Whether both are the same server.
    pub(super) fn has_origin_of(&self, other: &Self) -> bool {
        self.origin() == other.origin()
    }

    fn origin(&self) -> (bool, String, u16) {
        let default = if self.is_encrypted() { 443 } else { 80 };
        let host = self.0.host().unwrap_or_default().to_ascii_lowercase();
        (self.is_encrypted(), host, self.0.port_u16().unwrap_or(default))
    }
}

/// Whether a text begins with `scheme:`.
fn has_scheme(text: &str) -> bool {
    let end = text.find([':', '/', '?']).unwrap_or(text.len());
    text[end..].starts_with(':')
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || bare.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        Place::parse(text).unwrap()
    }

    #[test]
    fn only_this_machine_is_asked_without_encryption() {
        let plain = |host| !Place::of(host, "/v2/a/", PlainHttp::Loopback).unwrap().is_encrypted();
        for host in ["localhost", "localhost:5000", "127.0.0.1", "127.9.9.9:1", "[::1]:5000"] {
            assert!(plain(host), "{host}");
        }
        for host in ["localhost.evil.io", "127.0.0.1.evil.io", "10.0.0.1:5000", "[::2]", "a.io:80"]
        {
            assert!(!plain(host), "{host}");
        }
        assert!(!Place::of("a.io", "/", PlainHttp::Everywhere).unwrap().is_encrypted());
    }

    #[test]
    fn redirections_are_resolved() {
        let from = place("https://a.io/v2/x/blobs/d?q=1");
        let rows = [
            ("https://b.io/x?y#z", "https://b.io/x?y"),
            ("//b.io/x", "https://b.io/x"),
            ("/x?y", "https://a.io/x?y"),
            ("x/y:z", "https://a.io/v2/x/blobs/x/y:z"),
            ("?y=:", "https://a.io/v2/x/blobs/d?y=:"),
        ];
        for (location, to) in rows {
            assert_eq!(from.led_to(location).unwrap().uri().to_string(), to);
        }
        for bad in [
            "",
            "#",
            "file:///etc/passwd",
            "ftp://a.io/",
            "https://u:p@b.io/",
            "https://",
            "http:",
            "https://a b/",
        ] {
            assert!(from.led_to(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn servers_are_told_apart() {
        let home = place("https://a.io/v2/");
        assert!(place("https://A.io:443/x").has_origin_of(&home));
        for other in ["http://a.io/v2/", "https://a.io:444/", "https://b.a.io/"] {
            assert!(!place(other).has_origin_of(&home), "{other}");
        }
    }
}
