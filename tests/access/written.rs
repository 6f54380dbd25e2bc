//! A world as files: a manifest of what is told, and a file for each document.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::Value;

use crate::world::{Account, Context, Key, Known, Principal, Secret, Tags, World};

/// The manifest of a world.
pub(crate) const MANIFEST: &str = "accounts.toml";

/// Files by path.
pub(crate) type Files = Vec<(PathBuf, Vec<u8>)>;

/// The files that tell of a world what is told.
pub(crate) fn files(world: &World) -> Files {
    let mut out = Out { text: String::new(), files: Vec::new() };
    out.context("[context]", &world.context);
    for account in &world.accounts {
        out.account(account);
    }
    for key in &world.keys {
        out.key(world, key);
    }
    for secret in &world.secrets {
        out.secret(world, secret);
    }
    for principal in &world.principals {
        out.principal(world, principal);
    }
    out.files.push((MANIFEST.into(), out.text.into_bytes()));
    out.files
}

/// The files as a person would read them.
pub(crate) fn printed(files: &Files) -> String {
    let mut out = String::new();
    for (path, bytes) in files {
        let text = String::from_utf8_lossy(bytes);
        let _ = writeln!(out, "--- {}\n{text}", path.display());
    }
    out
}

struct Out {
    text: String,
    files: Files,
}

impl Out {
    fn line(&mut self, name: &str, value: impl Into<Value>) {
        // A text in JSON is one in TOML as well, and so is a list of them.
        let _ = writeln!(self.text, "{name} = {}", value.into());
    }

    /// Adds a document, and gives its name.
    fn file(&mut self, name: &str, document: &Value) -> String {
        let name = format!("{}-{}.json", name.replace(['/', '.'], "-"), self.files.len());
        let text = serde_json::to_string_pretty(document).unwrap();
        self.files.push(((&name).into(), text.into_bytes()));
        name
    }

    fn account(&mut self, account: &Account) {
        let _ = writeln!(self.text, "\n[account.{}]", account.name);
        self.line("id", account.id.as_str());
        if let Known { is: Some(org), is_told: true } = &account.org {
            self.line("org", org.as_str());
        }
        for (name, levels) in [("scps", &account.scps), ("rcps", &account.rcps)] {
            let Some(levels) = levels else { continue };
            let levels: Vec<Vec<String>> = levels
                .iter()
                .map(|level| level.iter().map(|policy| self.file(name, policy)).collect())
                .collect();
            self.line(name, levels);
        }
    }

    fn key(&mut self, world: &World, key: &Key) {
        self.text.push_str("\n[[key]]\n");
        self.line("id", key.label.as_str());
        self.line("account", world.account(key.account).name.as_str());
        self.line("region", key.region.as_str());
        if key.id.is_told {
            self.line("arn", world.key_arn(key));
        }
        if key.policy.is_told {
            let policy = self.file("key", &key.policy.is);
            self.line("policy", policy);
        }
        self.line("aliases", key.aliases.clone());
        self.tags(&key.tags);
        let grants = key.grants.iter().map(|grant| {
            let operations = Value::from(grant.operations.clone());
            format!("{{ grantee = {:?}, operations = {operations} }}", grant.grantee)
        });
        let grants: Vec<String> = grants.collect();
        if !grants.is_empty() {
            let _ = writeln!(self.text, "grants = [{}]", grants.join(", "));
        }
    }

    fn secret(&mut self, world: &World, secret: &Secret) {
        let kind = if secret.is_parameter { "parameter" } else { "secret" };
        let _ = writeln!(self.text, "\n[[{kind}]]");
        self.line("account", world.account(secret.account).name.as_str());
        self.line("region", secret.region.as_str());
        self.line("name", secret.name.as_str());
        if let Some(key) = secret.key {
            self.line("kms", world.keys[key].label.as_str());
        }
        self.tags(&secret.tags);
        if secret.is_parameter {
            self.line("tier", if secret.is_advanced { "advanced" } else { "standard" });
            self.line("shared_with", secret.shared_with.clone());
            return;
        }
        if secret.suffix.is_told {
            self.line("arn", world.secret_arn(secret, &secret.region));
        }
        if secret.policy.is_told {
            let policies: Vec<String> =
                secret.policy.is.iter().map(|policy| self.file("secret", policy)).collect();
            self.line("policy", policies);
        }
        if !secret.replicas.is_empty() {
            self.line("replicas", secret.replicas.clone());
        }
    }

    fn principal(&mut self, world: &World, principal: &Principal) {
        let kind = if principal.is_user { "user" } else { "role" };
        let _ = writeln!(self.text, "\n[[{kind}]]");
        self.line("account", world.account(principal.account).name.as_str());
        self.line("name", principal.name.as_str());
        self.line("path", principal.path.as_str());
        if principal.policies.is_told {
            let own = principal.policies.is.iter();
            let names: Vec<String> = own.map(|policy| self.file(&principal.name, policy)).collect();
            self.line("policies", names);
        }
        let single = [
            ("boundary", &principal.boundary),
            ("session_policy", &principal.session_policy),
            ("trust", &principal.trust),
        ];
        for (name, document) in single {
            if let Some(document) = document {
                let file = self.file(name, document);
                self.line(name, file);
            }
        }
        if principal.session_name.is_told && !principal.is_user {
            self.line("session_name", principal.session_name.is.as_str());
        }
        self.tags(&principal.tags);
        let kind = format!("[{kind}.context]");
        self.context(&kind, &principal.context);
    }

    fn tags(&mut self, tags: &Known<Tags>) {
        if tags.is_told {
            let pairs: Vec<String> =
                tags.is.iter().map(|(key, value)| format!("{key} = {value:?}")).collect();
            let _ = writeln!(self.text, "tags = {{ {} }}", pairs.join(", "));
        }
    }

    fn context(&mut self, header: &str, context: &Context) {
        if context.values().any(|values| values.is_told) {
            let _ = writeln!(self.text, "{header}");
        }
        for (key, values) in context.iter().filter(|(_, values)| values.is_told) {
            match values.is.as_slice() {
                [one] => self.line(&format!("{key:?}"), one.as_str()),
                many => self.line(&format!("{key:?}"), many.to_vec()),
            }
        }
    }
}
