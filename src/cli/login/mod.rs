//! Where this machine keeps its logins to registries: files of docker and podman, and the programs that these files name.
//! The programs are run only when the user says so.

mod helper;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use serde::Deserialize;

use super::environment::env_path;
use helper::{Answered, ask, helper, is_helper};
use keylint::blob::inert;
use keylint::source::Reference;
use keylint::source::registry::{Credentials, Login, PlainHttp};

/// The most bytes of a file with logins.
const MAX_FILE: u64 = 4 * 1024 * 1024;
/// What docker calls its own registry.
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// How registries are asked.
#[derive(Debug, ClapArgs)]
pub(crate) struct RegistryArgs {
    /// Run the programs that keep the logins of docker and podman (docker-credential-NAME)
    #[arg(long)]
    pub(crate) credential_helpers: bool,
    /// Ask the registry without encryption; passwords are not sent to other machines then
    #[arg(long)]
    pub(crate) plain_http: bool,
}

impl RegistryArgs {
    /// Which registries are asked without encryption.
    pub(crate) fn plain(&self) -> PlainHttp {
        if self.plain_http { PlainHttp::Everywhere } else { PlainHttp::Loopback }
    }
}

/// The logins for some images, and what their owner should know.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) login: Login,
    /// Harmless for a terminal.
    pub(crate) notes: Vec<String>,
}

/// Looks for the logins for images.
pub(crate) fn find(args: &RegistryArgs, references: &[Reference]) -> Found {
    let run = |name: &str, server: &str| ask(helper(name), server);
    gather(&files(), references, args.credential_helpers.then_some(&run))
}

/// The files that may hold logins, the first that knows a registry counts.
fn files() -> Vec<PathBuf> {
    let below = |variable: &str, file: &str| env_path(variable).map(|folder| folder.join(file));
    let home = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    [
        env_path("REGISTRY_AUTH_FILE"),
        below("DOCKER_CONFIG", "config.json").or_else(|| below(home, ".docker/config.json")),
        below("XDG_RUNTIME_DIR", "containers/auth.json"),
        below("XDG_CONFIG_HOME", "containers/auth.json")
            .or_else(|| below(home, ".config/containers/auth.json")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A file with logins, as docker and podman write it.
#[derive(Default, Deserialize)]
struct Config {
    auths: Option<BTreeMap<String, Entry>>,
    #[serde(rename = "credHelpers")]
    helpers: Option<BTreeMap<String, String>>,
    #[serde(rename = "credsStore")]
    store: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    auth: Option<String>,
    identitytoken: Option<String>,
}

/// A program that keeps a login, and what it calls the registry.
struct Kept<'a> {
    helper: &'a str,
    server: &'a str,
    /// Whether the file says that there is a login.
    is_listed: bool,
}

impl Config {
    fn read(path: &Path) -> Result<Self, String> {
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error.to_string()),
            Ok(about) if !about.is_file() => return Err("it is not a file".to_owned()),
            Ok(_) => {}
        }
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(|error| error.to_string())?;
        file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        if bytes.len() as u64 > MAX_FILE {
            return Err(format!("it has more than {MAX_FILE} bytes"));
        }
        // The message of the parser may show a password.
        serde_json::from_slice(&bytes).map_err(|error| {
            format!("line {}, column {} is not as docker writes it", error.line(), error.column())
        })
    }

    /// Adds the logins that are in the file itself, and gives the names of those that cannot be read.
    fn add_to(&self, login: &mut Login) -> Vec<&str> {
        let mut unread = Vec::new();
        for (registry, entry) in self.auths.iter().flatten() {
            let token = entry.identitytoken.as_ref().filter(|token| !token.is_empty());
            let auth = entry.auth.as_ref().filter(|auth| !auth.is_empty());
            let credentials = match (token, auth) {
                (Some(token), _) => Some(Credentials::Token(token.clone())),
                (None, Some(auth)) => Credentials::from_auth(auth),
                (None, None) => continue,
            };
            match credentials {
                Some(credentials) => login.add(registry, credentials),
                None => unread.push(registry.as_str()),
            }
        }
        unread
    }

    /// The program that keeps the login for an image.
    fn kept<'a>(&'a self, reference: &'a Reference) -> Option<Kept<'a>> {
        let names = Login::names(reference);
        for name in &names {
            let mut helpers = self.helpers.iter().flatten();
            if let Some((server, helper)) = helpers.find(|(key, _)| Login::name(key) == *name) {
                return Some(Kept { helper, server: full_name(server), is_listed: true });
            }
        }
        let helper = self.store.as_deref().filter(|store| !store.is_empty())?;
        let listed = names.iter().find_map(|name| {
            self.auths.iter().flatten().map(|(key, _)| key).find(|key| Login::name(key) == *name)
        });
        let server = listed.map_or_else(|| full_name(reference.registry()), String::as_str);
        Some(Kept { helper, server, is_listed: listed.is_some() })
    }
}

/// What programs call a registry: docker's own by its old address.
fn full_name(server: &str) -> &str {
    if Login::name(server) == "docker.io" { DOCKER_HUB } else { server }
}

/// The logins of files; `run` asks a program, given its name and a registry.
fn gather(
    files: &[PathBuf],
    references: &[Reference],
    run: Option<&impl Fn(&str, &str) -> Answered>,
) -> Found {
    let mut found = Found::default();
    let mut asked = BTreeSet::new();
    for file in files {
        let shown = inert(file.to_string_lossy().as_bytes());
        let config = match Config::read(file) {
            Ok(config) => config,
            Err(detail) => {
                found.notes.push(format!("logins of {shown} are not used: {detail}"));
                continue;
            }
        };
        if let Some(run) = run {
            for kept in references.iter().filter_map(|reference| config.kept(reference)) {
                if asked.insert((kept.helper.to_owned(), kept.server.to_owned())) {
                    found.ask(&kept, run);
                }
            }
        }
        for registry in config.add_to(&mut found.login) {
            let registry = inert(registry.as_bytes());
            found.notes.push(format!(
                "the login for {registry} in {shown} is not used: it cannot be read"
            ));
        }
        if run.is_none() {
            for reference in references {
                found.tell_of_helper(reference, &config);
            }
        }
    }
    found
}

impl Found {
    /// Asks a program for what it keeps.
    fn ask(&mut self, kept: &Kept, run: &impl Fn(&str, &str) -> Answered) {
        let answered = if is_helper(kept.helper) {
            run(kept.helper, kept.server)
        } else {
            Err("this is no name of a program that keeps logins".to_owned())
        };
        match answered {
            Ok(Some(credentials)) => self.login.add(kept.server, credentials),
            Ok(None) => {}
            Err(detail) => {
                let helper = inert(kept.helper.as_bytes());
                self.notes.push(format!("docker-credential-{helper} gives no login: {detail}"));
            }
        }
    }

    /// Says that a login is there, and was not asked for.
    fn tell_of_helper(&mut self, reference: &Reference, config: &Config) {
        if self.login.of(reference).is_some() {
            return;
        }
        if let Some(kept) = config.kept(reference).filter(|kept| kept.is_listed) {
            let note = format!(
                "the login for {} is kept by docker-credential-{}, which is run only with --credential-helpers",
                reference.registry(),
                inert(kept.helper.as_bytes())
            );
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `me` and a password that is none.
    const ME: &str = "bWU6eA==";

    fn me() -> Credentials {
        Credentials::Basic { user: "me".into(), password: "x".into() }
    }

    fn refuse(name: &str, _: &str) -> Answered {
        panic!("{name} was run")
    }

    /// What is found for images in files with these texts.
    fn found(
        texts: &[String],
        images: &[&str],
        run: Option<&impl Fn(&str, &str) -> Answered>,
    ) -> (Vec<Option<Credentials>>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let write = |(number, text): (usize, &String)| {
            let path = folder.path().join(number.to_string());
            fs::write(&path, text).unwrap();
            path
        };
        let mut files: Vec<PathBuf> = texts.iter().enumerate().map(write).collect();
        files.push(folder.path().join("missing"));
        let references: Vec<Reference> = images.iter().map(|name| name.parse().unwrap()).collect();
        let found = gather(&files, &references, run);
        let logins = references.iter().map(|image| found.login.of(image).cloned()).collect();
        (logins, found.notes)
    }

    fn without_helpers(text: &str, images: &[&str]) -> (Vec<Option<Credentials>>, Vec<String>) {
        found(&[text.to_owned()], images, None::<&fn(&str, &str) -> Answered>)
    }

    #[test]
    fn every_way_to_name_a_registry_is_known() {
        let rows = [
            (DOCKER_HUB, "alpine"),
            ("docker.io", "alpine"),
            ("ghcr.io", "ghcr.io/a/b"),
            ("host:5000", "host:5000/a"),
            ("https://host.io/v1/", "host.io/a"),
            ("https://host.io/v2/", "host.io/a"),
            ("host.io/team", "host.io/team/a"),
        ];
        for (key, image) in rows {
            let (logins, notes) = without_helpers(
                &format!(r#"{{"auths":{{"{key}":{{"auth":"{ME}"}}}},"detachKeys":"x"}}"#),
                &[image, "other.io/a"],
            );
            assert!(logins == [Some(me()), None] && notes.is_empty(), "{key}: {notes:?}");
        }
    }

    #[test]
    fn identity_tokens_come_before_passwords() {
        let text = format!(
            r#"{{"auths":{{"a.io":{{"auth":"{ME}","identitytoken":"t"}},"b.io":{{}},"c.io":{{"auth":"?"}}}}}}"#
        );
        let (logins, notes) = without_helpers(&text, &["a.io/a", "b.io/b", "c.io/c"]);
        assert!(logins == [Some(Credentials::Token("t".into())), None, None]);
        assert_eq!(notes.len(), 1);
        assert!(notes[0].contains("c.io") && notes[0].contains("cannot be read"), "{notes:?}");
    }

    #[test]
    fn what_cannot_be_read_is_named_and_the_rest_is_used() {
        let good = format!(r#"{{"auths":{{"a.io":{{"auth":"{ME}"}}}}}}"#);
        for bad in ["", "[", r#"{"auths":{"a.io":"hunter2"}}"#, r#"{"auths":7}"#] {
            let texts = [bad.to_owned(), good.clone()];
            let (logins, notes) = found(&texts, &["a.io/a"], Some(&refuse));
            assert!(logins == [Some(me())]);
            assert!(notes.len() == 1 && notes[0].contains("are not used: line "), "{notes:?}");
            assert!(!notes[0].contains("hunter2"), "{notes:?}");
        }
        let (_, notes) = without_helpers(r#"{"auths":null,"credHelpers":null}"#, &["a.io/a"]);
        assert!(notes.is_empty(), "{notes:?}");
        let folder = tempfile::tempdir().unwrap();
        let reference = ["a.io/a".parse().unwrap()];
        let found = gather(&[folder.path().to_owned()], &reference, Some(&refuse));
        assert!(found.notes[0].ends_with("it is not a file"), "{:?}", found.notes);
    }

    #[test]
    fn programs_are_named_and_not_run() {
        let text = r#"{"credHelpers":{"a.io":"one"},"credsStore":"two","auths":{"b.io":{}}}"#;
        let (logins, notes) = without_helpers(text, &["a.io/a", "a.io/b", "b.io/b", "c.io/c"]);
        assert!(logins.iter().all(Option::is_none));
        assert_eq!(
            notes,
            [
                "the login for a.io is kept by docker-credential-one, which is run only with --credential-helpers",
                "the login for b.io is kept by docker-credential-two, which is run only with --credential-helpers",
            ]
        );
    }

    #[test]
    fn programs_are_run_once_for_what_they_keep() {
        let log = std::cell::RefCell::new(Vec::new());
        let run = |name: &str, server: &str| {
            log.borrow_mut().push(format!("{name} {server}"));
            if name == "two" { Err("it failed".to_owned()) } else { Ok(Some(me())) }
        };
        let text = r#"{"credHelpers":{"a.io":"one","docker.io":"hub","d.io":"../x"},"credsStore":"two","auths":{"b.io":{}}}"#;
        let images = ["a.io/a", "a.io/b", "alpine", "b.io/b", "c.io/c", "d.io/d"];
        let (logins, notes) = found(&[text.to_owned()], &images, Some(&run));
        assert!(logins == [Some(me()), Some(me()), Some(me()), None, None, None]);
        assert_eq!(
            *log.borrow(),
            ["one a.io", &format!("hub {DOCKER_HUB}"), "two b.io", "two c.io"]
        );
        assert_eq!(notes.len(), 3, "{notes:?}");
        assert!(notes[0].contains("docker-credential-two gives no login: it failed"), "{notes:?}");
        assert!(notes[2].contains("no name of a program"), "{notes:?}");
    }
}
