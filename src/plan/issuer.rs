//! Who issued a secret, and how it is taken back: what there is to do beside the one sentence of the rule.
//!
//! Commands take what is secret from the keyboard or from another command. It is in no argument, for others can list those, and
//! not in the history of the shell.

/// Something to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) text: &'static str,
    /// For bash; empty where there is nothing to type.
    pub(super) code: &'static str,
}

/// What is done for some rules.
pub(super) struct Issuer {
    /// What the rules have in common.
    pub(super) title: &'static str,
    /// Ids of rules; one that ends in `*` is how they begin.
    rules: &'static [&'static str],
    pub(super) lines: &'static [Line],
}

const fn say(text: &'static str) -> Line {
    Line { text, code: "" }
}

const fn with(text: &'static str, code: &'static str) -> Line {
    Line { text, code }
}

/// The keys of users and of the root user, which a role makes needless.
pub(super) const AWS_KEYS: &[&str] =
    &["aws-access-key-id", "aws-secret-access-key", "aws-legacy-access-key-id"];
/// Credentials of sessions.
pub(super) const AWS_SESSIONS: &[&str] =
    &["aws-temporary-access-key-id", "aws-session-token", "aws-bedrock-short-key"];

/// The first that fits counts.
const ISSUERS: &[Issuer] = &[
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html
    Issuer {
        title: "AWS access keys",
        rules: AWS_KEYS,
        lines: &[
            with(
                "Find out whose key it is. The id of a key is no secret. The last command answers in the account of the key only.",
                "read -rp 'access key id: ' KEY_ID\naws sts get-access-key-info --access-key-id \"$KEY_ID\"\naws iam get-access-key-last-used --access-key-id \"$KEY_ID\"",
            ),
            with(
                "If others could read it, deactivate it now: what stops shows what used it, and `--status Active` brings it back. Else do this when nothing uses it any more.",
                "read -rp 'user: ' USER_NAME\naws iam update-access-key --user-name \"$USER_NAME\" --access-key-id \"$KEY_ID\" --status Inactive",
            ),
            with(
                "Give the program a role, which needs no key. Where that cannot be, make a second key (a user may have two) without showing it, and let the program take it from there.",
                "read -rp 'name of the new secret: ' NAME\naws iam create-access-key --user-name \"$USER_NAME\" --query AccessKey --output json |\n  aws secretsmanager create-secret --name \"$NAME\" --secret-string file:///dev/stdin",
            ),
            with(
                "Look for what others did with it: calls that manage something, of the last 90 days, in each region that you use.",
                "aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=\"$KEY_ID\"",
            ),
            with(
                "When the last use is from before the change, delete it.",
                "aws iam get-access-key-last-used --access-key-id \"$KEY_ID\"\naws iam delete-access-key --user-name \"$USER_NAME\" --access-key-id \"$KEY_ID\"",
            ),
        ],
    },
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
    Issuer {
        title: "AWS session credentials",
        rules: AWS_SESSIONS,
        lines: &[
            say(
                "It ends by itself, after 36 hours at most. Until then whoever has it is the role or user that it was made for; revoking the sessions of a role ends what it may do at once.",
            ),
            with(
                "Look for what others did with it.",
                "read -rp 'access key id, beginning with ASIA: ' KEY_ID\naws sts get-access-key-info --access-key-id \"$KEY_ID\"\naws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=\"$KEY_ID\"",
            ),
            say(
                "Find out how it got here: a log, a debug print, a saved environment. The next one would take the same way.",
            ),
        ],
    },
    // https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/reviewing-your-security-log
    Issuer {
        title: "GitHub tokens",
        rules: &[
            "github-classic-pat",
            "github-fine-grained-pat",
            "github-oauth-token",
            "github-token-legacy",
        ],
        lines: &[
            say(
                "Look for what others did with it in the security log of the user (Settings → Security log) and in the audit logs of the organizations that it could reach: new keys, new collaborators, clones.",
            ),
            say(
                "Issue another only where one is needed: in GitHub Actions `GITHUB_TOKEN` is there already, between systems a GitHub App does it. Else a fine-grained token for one repository, with an end.",
            ),
        ],
    },
    // https://docs.gitlab.com/api/personal_access_tokens/
    Issuer {
        title: "GitLab tokens",
        rules: &["gitlab-pat", "gitlab-pat-routable", "gitlab-token-routable"],
        lines: &[
            with(
                "Or let it revoke itself, with the name of your server:",
                "read -rp 'server: ' SERVER\nread -rsp 'token: ' TOKEN; echo\nprintf 'PRIVATE-TOKEN: %s' \"$TOKEN\" |\n  curl --fail --request DELETE --header @- \"https://$SERVER/api/v4/personal_access_tokens/self\"\nunset TOKEN",
            ),
            say(
                "Look for what others did with it in the audit events of the user and of the groups that it could reach.",
            ),
            say(
                "Issue another with the least scopes and an end; in pipelines `CI_JOB_TOKEN` is there already.",
            ),
        ],
    },
    // https://cloud.google.com/iam/docs/keys-disable-enable
    Issuer {
        title: "Keys of Google service accounts",
        rules: &["google-service-account-key"],
        lines: &[
            with(
                "Disable the key first: what stops shows what used it, and `enable` brings it back. Then delete it. Its id and account stand beside it in the file.",
                "read -rp 'service account: ' ACCOUNT\nread -rp 'private_key_id: ' KEY_ID\ngcloud iam service-accounts keys list --iam-account=\"$ACCOUNT\"\ngcloud iam service-accounts keys disable \"$KEY_ID\" --iam-account=\"$ACCOUNT\"\ngcloud iam service-accounts keys delete \"$KEY_ID\" --iam-account=\"$ACCOUNT\"",
            ),
            say(
                "Look for what others did with it in Cloud Audit Logs: entries whose `serviceAccountKeyName` ends in that id.",
            ),
            say(
                "On Google Cloud attach the service account to what runs; elsewhere, on AWS too, use workload identity federation. Neither needs a key.",
            ),
        ],
    },
    Issuer {
        title: "Client secrets of Microsoft Entra ID",
        rules: &["azure-client-secret"],
        lines: &[with(
            "The command line can do it as well. An app may have two secrets: add the new one first, unless others could read the old one.",
            "read -rp 'app id: ' APP_ID\naz ad app credential list --id \"$APP_ID\"\nread -rp 'keyId of the old one: ' KEY_ID\naz ad app credential delete --id \"$APP_ID\" --key-id \"$KEY_ID\"",
        )],
    },
    Issuer {
        title: "Keys of Azure storage",
        rules: &["azure-storage-*"],
        lines: &[
            with(
                "There are two keys, so that nothing has to stop: move everything to the second one, then renew the first. Where both are known, do it twice.",
                "read -rp 'storage account: ' ACCOUNT\naz storage account keys renew --account-name \"$ACCOUNT\" --key primary",
            ),
            say(
                "Every shared access signature that was made with the key ends with it. Microsoft Entra ID needs no key: forbid keys where nothing uses them.",
            ),
        ],
    },
    Issuer {
        title: "Keys of Azure services",
        rules: &[
            "azure-cosmosdb-key",
            "azure-servicebus-*",
            "azure-event-*",
            "azure-batch-key",
            "azure-redis-key",
            "azure-search-key",
            "azure-signalr-access-key",
            "azure-openai-key",
        ],
        lines: &[say(
            "There are two keys, so that nothing has to stop: move everything to the second one, then regenerate the first. Where both are known, do it twice.",
        )],
    },
    // https://docs.slack.dev/reference/methods/auth.revoke
    Issuer {
        title: "Slack tokens",
        rules: &["slack-bot-token", "slack-user-token", "slack-legacy-token"],
        lines: &[
            with(
                "The token is typed, and in no argument:",
                "read -rsp 'token: ' TOKEN; echo\nprintf 'Authorization: Bearer %s' \"$TOKEN\" |\n  curl --fail --request POST --header @- https://slack.com/api/auth.revoke\nunset TOKEN",
            ),
            say(
                "Installing the app again issues another. Look at the access logs of the workspace, and at what the app wrote.",
            ),
        ],
    },
    // https://docs.stripe.com/keys#rolling-keys
    Issuer {
        title: "Stripe keys",
        rules: &["stripe-live-*", "stripe-organization-key"],
        lines: &[
            say(
                "Rolling issues the new key and lets you choose when the old one ends: now, if others could read it.",
            ),
            say(
                "Look for requests that are not yours, above all payouts, refunds and new endpoints.",
            ),
            say("Where all is not needed, take a restricted key, and limit it to addresses."),
        ],
    },
    // https://docs.npmjs.com/revoking-access-tokens
    Issuer {
        title: "npm tokens",
        rules: &["npm-access-token"],
        lines: &[
            with(
                "The list shows the first digits and the id of each token.",
                "npm token list\nread -rp 'id: ' ID\nnpm token revoke \"$ID\"",
            ),
            with(
                "Look at whether somebody published with it; a version that is not yours has to go, and its users have to know.",
                "read -rp 'package: ' PACKAGE\nnpm view \"$PACKAGE\" time",
            ),
            say("Trusted publishing from GitHub Actions or GitLab needs no token."),
        ],
    },
    Issuer {
        title: "PyPI tokens",
        rules: &["pypi-upload-token"],
        lines: &[say(
            "Look at the history of each project that it could upload to, and at the security history of the account; a file that is not yours has to go, and its users have to know.",
        )],
    },
    Issuer {
        title: "SSH keys",
        rules: &["private-key-openssh", "private-key-putty"],
        lines: &[
            with(
                "Find where its public half is trusted: `authorized_keys` of servers, keys of users and deploy keys of repositories on GitHub and GitLab, `known_hosts` of clients if it is the key of a server.",
                "read -rp 'file with the old key: ' OLD\nPUBLIC=$(ssh-keygen -y -f \"$OLD\" | cut -d ' ' -f 2)\ngrep -nF \"$PUBLIC\" ~/.ssh/authorized_keys",
            ),
            with(
                "Make another pair where it is used, trust its public half, try it, then remove the old public half everywhere.",
                "ssh-keygen -t ed25519 -f ./new_key",
            ),
            say("Look for logins with it: `sshd` writes the fingerprint of each key it accepts."),
        ],
    },
    // https://eff-certbot.readthedocs.io/en/stable/using.html#revoking-certificates
    Issuer {
        title: "Private keys",
        rules: &[
            "private-key-pkcs8",
            "private-key-rsa",
            "private-key-ec",
            "private-key-dsa",
            "private-key-der",
            "private-key-base64",
            "private-key-jwk",
            "pkcs12-base64",
        ],
        lines: &[
            with(
                "If it is the key of a certificate: have another issued for a new key, put both in place, then have the old one revoked for key compromise. With ACME:",
                "certbot revoke --cert-path ./cert.pem --reason keycompromise",
            ),
            say(
                "If it is an SSH key: remove its public half wherever it is trusted, and make another pair.",
            ),
            say(
                "If it signs tokens or requests (JWT, SAML, an app of a forge): publish the new public half, sign with the new key, remove the old public half. What the old key signed ends then.",
            ),
        ],
    },
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
    Issuer {
        title: "Passwords of databases",
        rules: &[
            "database-password",
            "postgres-uri",
            "mysql-uri",
            "jdbc-url",
            "jdbc-oracle-url",
            "connection-string",
            "oracle-easy-connect",
        ],
        lines: &[
            say(
                "With two users nothing has to stop: make a second one with the same rights, move the programs over, then drop the first. Else change the password and restart what uses it. If others could read it, do not wait.",
            ),
            say(
                "End the sessions that are open: a new password does not. Look at who connected, and from where; close the port to where nobody needs it.",
            ),
            with(
                "The master password of Amazon RDS can be made and rotated by Secrets Manager, so that nobody knows it:",
                "read -rp 'database: ' DATABASE\naws rds modify-db-instance --db-instance-identifier \"$DATABASE\" --manage-master-user-password",
            ),
        ],
    },
    Issuer {
        title: "Passwords of stores and brokers",
        rules: &["mongodb-uri", "redis-uri", "amqp-uri"],
        lines: &[
            say(
                "With two users nothing has to stop: make a second one with the same rights, move the programs over, then drop the first. Else change the password and restart what uses it. If others could read it, do not wait.",
            ),
            say(
                "End the sessions that are open: a new password does not. Look at who connected, and from where; close the port to where nobody needs it.",
            ),
        ],
    },
    Issuer {
        title: "Secrets that sign sessions",
        rules: &[
            "jwt-signing-secret",
            "django-secret-key",
            "rails-secret-key-base",
            "phoenix-secret-key-base",
            "laravel-app-key",
        ],
        lines: &[say(
            "Sign with the new one and accept the old one until the last session ends, if nobody else could read it. Else the old one ends at once, and everybody logs in again: whoever has it can be anybody.",
        )],
    },
    Issuer {
        title: "Passwords, keys and tokens by their name",
        rules: &["generic-*"],
        lines: &[
            say(
                "Find out what it opens: follow the name to where it is used. Nobody can say from the value alone.",
            ),
            say(
                "Issue another there, bring it to its new place, change over, then end the old one. If others could read the old one, end it first.",
            ),
        ],
    },
];

/// What holds for issuers that have no lines of their own.
pub(super) const OTHERS: Line = say(
    "Where two can be valid at once, issue the new one first, change over, then end the old one. If others could read the old one, end it first. Look at the logs of the service for use that is not yours.",
);

/// Who issues what a rule finds, where more is known than the rule says.
pub(super) fn issuer(rule: &str) -> Option<&'static Issuer> {
    let fits = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(start) => rule.starts_with(start),
        None => rule == *pattern,
    };
    ISSUERS.iter().find(|issuer| issuer.rules.iter().any(fits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::RuleSet;

    #[test]
    fn every_row_is_for_rules_that_there_are() {
        let rules = RuleSet::built_in();
        for pattern in ISSUERS.iter().flat_map(|issuer| issuer.rules) {
            let fits = |id: &str| match pattern.strip_suffix('*') {
                Some(start) => id.starts_with(start),
                None => id == *pattern,
            };
            assert!(rules.ids().any(fits), "{pattern}");
        }
    }
}
