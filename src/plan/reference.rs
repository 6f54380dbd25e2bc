//! What stands in the place of a secret once it is in Secrets Manager, by what it is written in.

use super::medium::Medium;
use super::step::Step;
use super::variable::{camel, lower, upper};

/// What a snippet is written in, the words before it, and itself: `{name}` stands for the secret, `{VAR}`, `{var}` and
/// `{camel}` for what programs call it.
struct Snippet {
    medium: Medium,
    language: &'static str,
    words: &'static str,
    code: &'static str,
}

/// Of a program that nothing better is known for.
const AT_START: &str = "export {VAR}=\"$(aws secretsmanager get-secret-value --secret-id '{name}' --query SecretString --output text)\"\nexec ./start\n";

const SNIPPETS: &[Snippet] = &[
    // https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_cache-python.html
    Snippet {
        medium: Medium::Python,
        language: "python",
        words: "`pip install aws-secretsmanager-caching`; it asks once an hour and keeps the value in memory.",
        code: "import botocore.session\nfrom aws_secretsmanager_caching import SecretCache\n\nsecrets = SecretCache(client=botocore.session.get_session().create_client(\"secretsmanager\"))\n{var} = secrets.get_secret_string(\"{name}\")\n",
    },
    // https://docs.aws.amazon.com/powertools/typescript/latest/features/parameters/
    Snippet {
        medium: Medium::JavaScript,
        language: "javascript",
        words: "`npm install @aws-lambda-powertools/parameters @aws-sdk/client-secrets-manager`; it works outside of Lambda too, and keeps the value for `maxAge` seconds. `await {camel}()` where it is needed. What runs in browsers must not have the secret at all: let a server make the call.",
        code: "import { getSecret } from \"@aws-lambda-powertools/parameters/secrets\";\n\nconst {camel} = () => getSecret(\"{name}\", { maxAge: 300 });\n",
    },
    Snippet {
        medium: Medium::TypeScript,
        language: "typescript",
        words: "`npm install @aws-lambda-powertools/parameters @aws-sdk/client-secrets-manager`; it works outside of Lambda too, and keeps the value for `maxAge` seconds. `await {camel}()` where it is needed. What runs in browsers must not have the secret at all: let a server make the call.",
        code: "import { getSecret } from \"@aws-lambda-powertools/parameters/secrets\";\n\nconst {camel} = () => getSecret<string>(\"{name}\", { maxAge: 300 });\n",
    },
    // https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_cache-java.html
    Snippet {
        medium: Medium::Java,
        language: "java",
        words: "The library is `com.amazonaws.secretsmanager:aws-secretsmanager-caching-java`.",
        code: "import com.amazonaws.secretsmanager.caching.SecretCache;\n\nprivate static final SecretCache SECRETS = new SecretCache();\n\nString {camel} = SECRETS.getSecretString(\"{name}\");\n",
    },
    // https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_cache-go.html
    Snippet {
        medium: Medium::Go,
        language: "go",
        words: "The library is `github.com/aws/aws-secretsmanager-caching-go/v2/secretcache`.",
        code: "secrets, err := secretcache.New()\nif err != nil {\n    return err\n}\n{camel}, err := secrets.GetSecretString(\"{name}\")\n",
    },
    // https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_cache-net.html
    Snippet {
        medium: Medium::DotNet,
        language: "csharp",
        words: "`dotnet add package AWSSDK.SecretsManager.Caching`; `await {camel}()` where it is needed.",
        code: "using Amazon.SecretsManager.Extensions.Caching;\n\nprivate static readonly SecretsManagerCache Secrets = new();\n\nstatic Task<string> {camel}() => Secrets.GetSecretString(\"{name}\");\n",
    },
    Snippet {
        medium: Medium::Ruby,
        language: "ruby",
        words: "`gem install aws-sdk-secretsmanager`; read it once at the start, not for each request.",
        code: "require \"aws-sdk-secretsmanager\"\n\nsecrets = Aws::SecretsManager::Client.new\n{var} = secrets.get_secret_value(secret_id: \"{name}\").secret_string\n",
    },
    Snippet {
        medium: Medium::Php,
        language: "php",
        words: "`composer require aws/aws-sdk-php`; keep the value in APCu or the like, for each request starts anew.",
        code: "$secrets = new Aws\\SecretsManager\\SecretsManagerClient(['region' => getenv('AWS_REGION')]);\n${camel} = $secrets->getSecretValue(['SecretId' => '{name}'])['SecretString'];\n",
    },
    // https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_cache-rust.html
    Snippet {
        medium: Medium::Rust,
        language: "rust",
        words: "`cargo add aws_secretsmanager_caching`; make the client once, not for each secret.",
        code: "let size = std::num::NonZeroUsize::MIN.saturating_add(9);\nlet ttl = std::time::Duration::from_secs(300);\nlet secrets = aws_secretsmanager_caching::SecretsManagerCachingClient::default(size, ttl).await?;\nlet variable = secrets.get_secret_value(\"{name}\", None, None, false).await?.secret_string;\n",
    },
    Snippet {
        medium: Medium::Shell,
        language: "bash",
        words: "Without `export` programs that the script starts do not get it; never pass it as an argument, others can list those.",
        code: "{VAR}=$(aws secretsmanager get-secret-value --secret-id '{name}' --query SecretString --output text)\n",
    },
    // https://developer.hashicorp.com/terraform/language/manage-sensitive-data/write-only
    Snippet {
        medium: Medium::Terraform,
        language: "hcl",
        words: "What a data source or `secret_string` holds is written to the state in clear, and so is a variable that goes into a resource. An ephemeral value is not, where the argument is write-only (Terraform 1.11: `password_wo` of `aws_db_instance` and others). Where it is not, use `data` in the place of `ephemeral`, and guard the state as you would guard the secret.",
        code: "ephemeral \"aws_secretsmanager_secret_version\" \"{var}\" {\n  secret_id = \"{name}\"\n}\n\n# password_wo         = ephemeral.aws_secretsmanager_secret_version.{var}.secret_string\n# password_wo_version = 1\n",
    },
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
    Snippet {
        medium: Medium::CloudFormation,
        language: "yaml",
        words: "In the place of the literal; with `:SecretString:KEY` one key of a secret that is JSON. It is resolved in properties of resources, not in metadata such as `AWS::CloudFormation::Init`, and shows in clear where the service shows the property (an environment variable of Lambda does: there, read it at run time). A new value arrives with the next update of that resource. `{{resolve:ssm-secure:{name}}}` works for a few properties only, passwords of databases among them.",
        code: "Property: '{{resolve:secretsmanager:{name}:SecretString}}'\n",
    },
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    Snippet {
        medium: Medium::Ecs,
        language: "json",
        words: "In the container definition; take it out of `environment`. `valueFrom` wants the full ARN with its suffix, which `aws secretsmanager describe-secret --secret-id {name} --query ARN` prints. The task execution role reads it, not the task role. A running task keeps the old value.",
        code: "{\n  \"secrets\": [\n    {\n      \"name\": \"{VAR}\",\n      \"valueFrom\": \"arn:aws:secretsmanager:REGION:ACCOUNT_ID:secret:{name}-SUFFIX\"\n    }\n  ]\n}\n",
    },
    // https://external-secrets.io/latest/provider/aws-secrets-manager/
    Snippet {
        medium: Medium::Kubernetes,
        language: "yaml",
        words: "With the External Secrets Operator, which keeps a secret of Kubernetes the same as that of AWS; the container takes it by `secretKeyRef`. The Secrets Store CSI Driver mounts it as a file and needs no secret of Kubernetes. What is base64 in a manifest is not encrypted.",
        code: "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: app\nspec:\n  refreshInterval: 1h\n  secretStoreRef:\n    kind: ClusterSecretStore\n    name: aws-secrets-manager\n  target:\n    name: app\n  data:\n    - secretKey: {VAR}\n      remoteRef:\n        key: {name}\n",
    },
    // https://docs.docker.com/compose/how-tos/use-secrets/
    Snippet {
        medium: Medium::Compose,
        language: "yaml",
        words: "The container finds it as the file `/run/secrets/{var}`, and `docker inspect` does not show it. Set `{VAR}` in the shell that starts it, as under Shell, with `export`.",
        code: "services:\n  app:\n    secrets:\n      - {var}\nsecrets:\n  {var}:\n    environment: {VAR}\n",
    },
    // https://docs.aws.amazon.com/secretsmanager/latest/userguide/retrieving-secrets_github.html
    Snippet {
        medium: Medium::Actions,
        language: "yaml",
        words: "With a role that trusts GitHub's OIDC provider for this repository no key is stored at GitHub; the action masks the value in logs. Without AWS: `gh secret set {VAR}` asks for the value, and `${{ secrets.{VAR} }}` stands for it.",
        code: "permissions:\n  id-token: write\n  contents: read\nsteps:\n  - uses: aws-actions/configure-aws-credentials@v4\n    with:\n      role-to-assume: arn:aws:iam::ACCOUNT_ID:role/ROLE\n      aws-region: REGION\n  - uses: aws-actions/aws-secretsmanager-get-secrets@v2\n    with:\n      secret-ids: |\n        {VAR}, {name}\n",
    },
    Snippet {
        medium: Medium::Dotenv,
        language: "bash",
        words: "Take the file out of git (`git rm --cached`), name it in `.gitignore`, keep an example of it without values, and set the variables where the program starts:",
        code: AT_START,
    },
    // https://docs.docker.com/build/building/secrets/
    Snippet {
        medium: Medium::Dockerfile,
        language: "dockerfile",
        words: "`ENV` and `ARG` stay in the image for everybody who has it. What runs gets it when it starts (Amazon ECS: `secrets`); what the build needs is mounted for one instruction: `docker build --secret id={var},env={VAR} .`",
        code: "RUN --mount=type=secret,id={var},env={VAR} ./build.sh\n",
    },
    Snippet {
        medium: Medium::KeyFile,
        language: "bash",
        words: "Take the file out of git (`git rm --cached`), name it in `.gitignore`, and write it where the program starts, for its user alone:",
        code: "umask 077\naws secretsmanager get-secret-value --secret-id '{name}' --query SecretString --output text > \"$HOME/{var}\"\n",
    },
    Snippet {
        medium: Medium::Settings,
        language: "bash",
        words: "Let the file take the value from the environment (Spring: `${{VAR}}`; many others are like it), and set that where the program starts:",
        code: AT_START,
    },
    Snippet {
        medium: Medium::Other,
        language: "bash",
        words: "Let the program take the value from the environment, and set that where it starts:",
        code: AT_START,
    },
];

/// What to write in the place of a secret that is kept under `name`; nothing for messages, which nobody reads it from.
pub(super) fn reference(medium: Medium, name: &str) -> Option<Step> {
    let snippet = SNIPPETS.iter().find(|snippet| snippet.medium == medium)?;
    let stored = name.rsplit('/').next().unwrap_or(name);
    let filled = |text: &str| {
        text.replace("{camel}", &camel(stored))
            .replace("{VAR}", &upper(stored))
            .replace("{var}", &lower(stored))
            .replace("{name}", name)
    };
    Some(Step::with(filled(snippet.words), snippet.language, &filled(snippet.code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_name_the_secret_and_nothing_is_left_open() {
        for snippet in SNIPPETS {
            let step = reference(snippet.medium, "shop/db_password").unwrap();
            let code = step.code.unwrap().text;
            let by_variable = matches!(snippet.medium, Medium::Compose | Medium::Dockerfile);
            assert!(code.contains("shop/db_password") || by_variable, "{code}");
            for open in ["{name}", "{VAR}", "{var}", "{camel}", "camelCase", "VARIABLE", "NAME"] {
                assert!(!code.contains(open) && !step.text.contains(open), "{open} in {code}");
            }
        }
        assert_eq!(reference(Medium::Message, "shop/db_password"), None);
    }
}
