//! The move of secrets into AWS: names, commands that never show a value, and the policy that opens them.

use super::about::About;
use super::step::{Step, name};
use crate::policy::access::{ACCOUNT, MAX_NAMES, REGION, Wanted, least};

/// Makes a secret of what is typed. A builtin prints it into a pipe: it is in no argument and in no history.
/// <https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html>
const FUNCTION: &str = "put_secret() {  # what is typed is not shown, and is in no argument\n  local SECRET\n  IFS= read -rsp \"new value of $1: \" SECRET; echo\n  printf %s \"$SECRET\" | aws secretsmanager create-secret --name \"$1\" --secret-string file:///dev/stdin\n}\n";
/// The same for Parameter Store.
const PARAMETER: &str = "put_parameter() {\n  local SECRET\n  IFS= read -rsp \"new value of $1: \" SECRET; echo\n  printf %s \"$SECRET\" | aws ssm put-parameter --name \"$1\" --type SecureString --value file:///dev/stdin\n}\n";
/// The most secrets that commands are written out for.
const MAX_COMMANDS: usize = 50;

/// What to do once for all secrets that move. Their names are of letters, digits, `_` and `/` alone.
pub(super) fn steps(stored: &[String], about: &About) -> Vec<Step> {
    let Some(first) = stored.first() else { return Vec::new() };
    let shown = stored.iter().take(MAX_COMMANDS);
    let calls: Vec<String> = shown.map(|name| format!("put_secret '{name}'")).collect();
    let mut steps = vec![
        Step::say(
            "Take Secrets Manager unless you know why not: it rotates secrets by itself, other accounts can be let in by a policy on the secret, and it costs a sum per secret and month. A `SecureString` of Parameter Store costs nothing in the standard tier, is not rotated, and is shared with other accounts only in the advanced tier. Prices: https://aws.amazon.com/secrets-manager/pricing/ and https://aws.amazon.com/systems-manager/pricing/",
        ),
        Step::with(
            "Put the new values in, after you issued them; the old ones are known. In bash, one after the other:",
            "bash",
            &format!("{FUNCTION}\n{}\n", calls.join("\n")),
        ),
    ];
    if stored.len() > MAX_COMMANDS {
        steps.push(Step::say(format!("And {} more in the same way.", stored.len() - MAX_COMMANDS)));
    }
    steps.push(Step::with(
        "A value of several lines, such as a key, comes from a file instead; delete that afterwards:",
        "bash",
        &format!("aws secretsmanager create-secret --name '{first}' --secret-string file://./new_value"),
    ));
    steps.push(Step::with(
        "Or, for Parameter Store:",
        "bash",
        &format!("{PARAMETER}\nput_parameter '/{first}'\n"),
    ));
    steps.extend(policy(stored, about));
    steps
}

/// The policy that opens the secrets, one for the first of them.
fn policy(stored: &[String], about: &About) -> Option<Step> {
    let names: Vec<&str> = stored.iter().map(String::as_str).take(MAX_NAMES).collect();
    let account = about.account.as_deref();
    let wanted = Wanted { names, account, ..Wanted::default() };
    let text = least(&wanted)?;
    let open = match account {
        Some(account) => format!(
            "Put your region in the place of `{REGION}`. {} is the account that a key of this scan names; make sure that it is the one.",
            name(account)
        ),
        None => format!("Put your region and account in the places of `{REGION}` and `{ACCOUNT}`."),
    };
    let some = if stored.len() > MAX_NAMES {
        format!(" It is for the first {MAX_NAMES}; the others go into another policy.")
    } else {
        String::new()
    };
    Some(Step::with(
        format!(
            "Let the role of the program read these secrets and no other; leave out what it does not need. `-??????` stands for the six characters that Secrets Manager adds to a name: `-*` would open every secret whose name begins like it. {open}{some} A key of your own (`--kms-key-id`) needs `kms:Decrypt` as well: `keylint access grant` works that out."
        ),
        "json",
        &text,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_take_values_from_the_keyboard() {
        let steps = steps(&["shop/db_password".into()], &About::default());
        let code: String = steps
            .iter()
            .filter_map(|step| step.code.as_ref())
            .map(|code| code.text.as_str())
            .collect();
        for wanted in
            ["put_secret 'shop/db_password'", "put_parameter '/shop/db_password'", "-??????\""]
        {
            assert!(code.contains(wanted), "{wanted} in {code}");
        }
        assert!(!code.contains("--secret-string \"$"), "a value as an argument");
    }

    #[test]
    fn many_secrets_do_not_make_it_long() {
        let stored: Vec<String> = (0..30_000).map(|at| format!("shop/key_{at}")).collect();
        let steps = steps(&stored, &About::default());
        let size: usize =
            steps.iter().filter_map(|step| step.code.as_ref()).map(|code| code.text.len()).sum();
        assert!(size < 8_000, "{size}");
    }
}
