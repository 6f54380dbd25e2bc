//! What a secret is written in: by the name of the file, and by the few lines around it.

use std::path::Path;

use crate::blob::{Origin, path_bytes};
use crate::finding::Place;
use crate::history::{At, GitPlace};

/// What a secret is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Medium {
    /// Python.
    Python,
    /// JavaScript.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// Java and Kotlin.
    Java,
    /// Go.
    Go,
    /// C# and other languages of .NET.
    DotNet,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// Rust.
    Rust,
    /// Scripts of shells.
    Shell,
    /// Terraform's language.
    Terraform,
    /// A template of CloudFormation or SAM.
    CloudFormation,
    /// A task definition of Amazon ECS.
    Ecs,
    /// A manifest of Kubernetes.
    Kubernetes,
    /// A compose file.
    Compose,
    /// A workflow of GitHub Actions.
    Actions,
    /// A file of environment variables.
    Dotenv,
    /// Instructions for an image, or what they made of its configuration.
    Dockerfile,
    /// A whole file that is the secret: a key.
    KeyFile,
    /// Another file of settings.
    Settings,
    /// Code or text of another kind.
    Other,
    /// The message of a commit or a tag: nothing reads it from there.
    Message,
}

use Medium as M;

/// Endings of names, in lower case.
const ENDINGS: &[(&str, Medium)] = &[
    (".tf", M::Terraform),
    (".tfvars", M::Terraform),
    (".tofu", M::Terraform),
    (".hcl", M::Terraform),
    (".py", M::Python),
    (".pyw", M::Python),
    (".ipynb", M::Python),
    (".ts", M::TypeScript),
    (".tsx", M::TypeScript),
    (".mts", M::TypeScript),
    (".js", M::JavaScript),
    (".jsx", M::JavaScript),
    (".mjs", M::JavaScript),
    (".cjs", M::JavaScript),
    (".vue", M::JavaScript),
    (".java", M::Java),
    (".kt", M::Java),
    (".kts", M::Java),
    (".scala", M::Java),
    (".groovy", M::Java),
    (".go", M::Go),
    (".cs", M::DotNet),
    (".vb", M::DotNet),
    (".fs", M::DotNet),
    (".cshtml", M::DotNet),
    (".rb", M::Ruby),
    (".erb", M::Ruby),
    (".rake", M::Ruby),
    (".php", M::Php),
    (".phtml", M::Php),
    (".rs", M::Rust),
    (".sh", M::Shell),
    (".bash", M::Shell),
    (".zsh", M::Shell),
    (".ksh", M::Shell),
    (".env", M::Dotenv),
    (".dockerfile", M::Dockerfile),
    (".template", M::CloudFormation),
    (".pem", M::KeyFile),
    (".key", M::KeyFile),
    (".ppk", M::KeyFile),
    (".p12", M::KeyFile),
    (".pfx", M::KeyFile),
    (".jks", M::KeyFile),
    (".der", M::KeyFile),
    (".yaml", M::Settings),
    (".yml", M::Settings),
    (".json", M::Settings),
    (".toml", M::Settings),
    (".ini", M::Settings),
    (".cfg", M::Settings),
    (".conf", M::Settings),
    (".config", M::Settings),
    (".properties", M::Settings),
    (".xml", M::Settings),
    (".plist", M::Settings),
];

impl Medium {
    /// What a place is written in.
    pub fn of(place: &Place) -> Self {
        let origin = match place.origin.as_ref() {
            Origin::Git(GitPlace { at: At::CommitText { .. } | At::TagText { .. }, .. }) => {
                return Self::Message;
            }
            Origin::Image(_) => return Self::Dockerfile,
            origin => origin,
        };
        let Some(path) = origin.path() else { return Self::Other };
        let is_key = ["private-key", "pkcs12"].iter().any(|start| place.rule.id.starts_with(start));
        let by_name = by_name(path);
        match by_name {
            Self::Other if is_key && place.location.start.line == 1 => Self::KeyFile,
            Self::Settings => by_lines(&place.snippet.text).unwrap_or(by_name),
            _ => by_name,
        }
    }

    /// What the reports call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
            Self::TypeScript => "TypeScript",
            Self::Java => "Java",
            Self::Go => "Go",
            Self::DotNet => ".NET",
            Self::Ruby => "Ruby",
            Self::Php => "PHP",
            Self::Rust => "Rust",
            Self::Shell => "Shell",
            Self::Terraform => "Terraform",
            Self::CloudFormation => "CloudFormation",
            Self::Ecs => "Amazon ECS",
            Self::Kubernetes => "Kubernetes",
            Self::Compose => "Docker Compose",
            Self::Actions => "GitHub Actions",
            Self::Dotenv => "Environment files",
            Self::Dockerfile => "Dockerfile",
            Self::KeyFile => "Key files",
            Self::Settings => "Settings",
            Self::Other => "Anything else",
            Self::Message => "Messages",
        }
    }
}

fn by_name(path: &Path) -> Medium {
    let whole = String::from_utf8_lossy(&path_bytes(path)).to_lowercase();
    let file = whole.rsplit('/').next().unwrap_or_default();
    let ends = |endings: &[&str]| endings.iter().any(|ending| file.ends_with(ending));
    let is_yaml = ends(&[".yml", ".yaml"]);
    let is_data = is_yaml || ends(&[".json"]);
    let within = |folder: &str| whole.split('/').rev().skip(1).any(|part| part == folder);
    if is_yaml && within(".github") {
        return M::Actions;
    }
    if is_yaml && (file.starts_with("docker-compose") || file.starts_with("compose")) {
        return M::Compose;
    }
    if is_data
        && (file.contains("task-def") || file.contains("taskdef") || file.contains("task_def"))
    {
        return M::Ecs;
    }
    if is_data && (within("cloudformation") || within("cfn") || file.starts_with("cloudformation"))
    {
        return M::CloudFormation;
    }
    if is_yaml
        && ["k8s", "kubernetes", "charts", "helm", "manifests", "kustomize"]
            .iter()
            .any(|it| within(it))
    {
        return M::Kubernetes;
    }
    if file.starts_with("dockerfile") || file.starts_with("containerfile") {
        return M::Dockerfile;
    }
    if [".env", "env.", "env-", "env_"].iter().any(|start| file.starts_with(start)) {
        return M::Dotenv;
    }
    if ["id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"].contains(&file) {
        return M::KeyFile;
    }
    if file == ".bashrc" || file == ".profile" || file == ".zshrc" {
        return M::Shell;
    }
    let known = ENDINGS.iter().find(|(ending, _)| file.ends_with(ending));
    known.map_or(M::Other, |(_, medium)| *medium)
}

/// What the lines around a place say of a file whose name says little.
fn by_lines(lines: &str) -> Option<Medium> {
    const WORDS: &[(&str, Medium)] = &[
        ("AWS::", M::CloudFormation),
        ("!Ref", M::CloudFormation),
        ("!Sub", M::CloudFormation),
        ("MasterUserPassword", M::CloudFormation),
        ("containerDefinitions", M::Ecs),
        ("stringData:", M::Kubernetes),
        ("kind: Secret", M::Kubernetes),
        ("apiVersion:", M::Kubernetes),
        ("runs-on:", M::Actions),
    ];
    WORDS.iter().find(|(word, _)| lines.contains(word)).map(|(_, medium)| *medium)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_files_are() {
        for (path, medium) in [
            ("app/main.py", M::Python),
            ("infra/main.tf", M::Terraform),
            (".github/workflows/ci.yml", M::Actions),
            ("deploy/docker-compose.prod.yml", M::Compose),
            ("k8s/app/secret.yaml", M::Kubernetes),
            ("ecs/task-definition.json", M::Ecs),
            ("stack.template", M::CloudFormation),
            ("cloudformation/db.yaml", M::CloudFormation),
            (".env.production", M::Dotenv),
            ("prod.env", M::Dotenv),
            ("Dockerfile.build", M::Dockerfile),
            ("certs/server.key", M::KeyFile),
            ("config/application.yml", M::Settings),
            ("Makefile", M::Other),
        ] {
            assert_eq!(by_name(Path::new(path)), medium, "{path}");
        }
    }

    #[test]
    fn lines_say_more_of_settings() {
        assert_eq!(
            by_lines("Resources:\n  Db:\n    Type: AWS::RDS::DBInstance"),
            Some(M::CloudFormation)
        );
        assert_eq!(by_lines("kind: Secret\nstringData:\n  a: b"), Some(M::Kubernetes));
        assert_eq!(by_lines("a: b"), None);
    }
}
