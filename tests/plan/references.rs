//! What each kind of place gets in the place of its secret.

use crate::world::{World, key_id, password, token};

/// A file, the line that holds the secret (`…` stands for it), and what the plan says to write instead.
const PLACES: &[(&str, &str, &str)] = &[
    (
        "db.py",
        "DB_PASSWORD = \"…\"\n",
        "db_password = secrets.get_secret_string(\"shop/db_password\")",
    ),
    (
        "db.js",
        "const dbPassword = \"…\";\n",
        "const dbPassword = () => getSecret(\"shop/db_password\"",
    ),
    ("db.ts", "const dbPassword = \"…\";\n", "() => getSecret<string>(\"shop/db_password\""),
    ("Db.java", "String dbPassword = \"…\";\n", "SECRETS.getSecretString(\"shop/db_password\")"),
    (
        "db.go",
        "dbPassword := \"…\"\n",
        "dbPassword, err := secrets.GetSecretString(\"shop/db_password\")",
    ),
    (
        "Db.cs",
        "var dbPassword = \"…\";\n",
        "dbPassword() => Secrets.GetSecretString(\"shop/db_password\")",
    ),
    ("db.rb", "db_password = '…'\n", "get_secret_value(secret_id: \"shop/db_password\")"),
    ("db.php", "<?php $dbPassword = '…';\n", "getSecretValue(['SecretId' => 'shop/db_password'])"),
    (
        "db.rs",
        "let db_password = \"…\";\n",
        "get_secret_value(\"shop/db_password\", None, None, false)",
    ),
    (
        "db.sh",
        "DB_PASSWORD='…'\n",
        "DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id 'shop/db_password'",
    ),
    (
        "main.tf",
        "db_password = \"…\"\n",
        "ephemeral \"aws_secretsmanager_secret_version\" \"db_password\"",
    ),
    (
        "stack.template",
        "DbPassword: '…'\n",
        "'{{resolve:secretsmanager:shop/db_password:SecretString}}'",
    ),
    (
        "db.yaml",
        "Type: AWS::RDS::DBInstance\nDbPassword: '…'\n",
        "{{resolve:secretsmanager:shop/db_password",
    ),
    (
        "task-definition.json",
        "{\"name\": \"DB_PASSWORD\", \"value\": \"…\"}\n",
        "\"valueFrom\": \"arn:aws:secretsmanager:REGION:ACCOUNT_ID:secret:shop/db_password-SUFFIX\"",
    ),
    (
        "k8s/app.yaml",
        "env:\n  - name: DB_PASSWORD\n    value: \"…\"\n",
        "        key: shop/db_password",
    ),
    (
        "docker-compose.yml",
        "environment:\n  DB_PASSWORD: \"…\"\n",
        "  db_password:\n    environment: DB_PASSWORD",
    ),
    (".github/workflows/ci.yml", "env:\n  DB_PASSWORD: \"…\"\n", "DB_PASSWORD, shop/db_password"),
    (
        ".env",
        "DB_PASSWORD='…'\n",
        "export DB_PASSWORD=\"$(aws secretsmanager get-secret-value --secret-id 'shop/db_password'",
    ),
    (
        "Dockerfile",
        "FROM scratch\nENV DB_PASSWORD='…'\n",
        "--mount=type=secret,id=db_password,env=DB_PASSWORD",
    ),
    ("app.ini", "[db]\ndb_password = …\n", "export DB_PASSWORD="),
];

#[test]
fn every_kind_of_place_has_a_reference() {
    for (name, text, wanted) in PLACES {
        let world = World::with(&[(name, text.replace('…', &password()))]);
        let plan = world.plan();
        assert!(plan.contains(wanted), "{name}: no {wanted} in\n{plan}");
        assert!(plan.contains("goes to `shop/db_password`"), "{name}\n{plan}");
    }
}

#[test]
fn secrets_of_one_name_have_names_of_their_own() {
    let other = ["Hx4#", "wq8T", "n2z"].concat();
    let line = |value: &str| format!("db_password = \"{value}\"\n");
    let plan = World::with(&[("a.py", line(&password())), ("b.py", line(&other))]).plan();
    for name in ["shop/db_password'", "shop/db_password_2'"] {
        assert!(plan.contains(&format!("put_secret '{name}")), "{plan}");
    }
    assert!(plan.contains(":secret:shop/db_password_2-??????\""), "{plan}");
}

#[test]
fn keys_of_aws_become_roles() {
    let plan = World::with(&[("deploy.sh", format!("AWS_ACCESS_KEY_ID={}\n", key_id()))]).plan();
    let order = [
        "### AWS access keys",
        "get-access-key-last-used",
        "--status Inactive",
        "lookup-events",
        "delete-access-key",
    ];
    let places: Vec<usize> =
        order.iter().map(|it| plan.find(it).unwrap_or_else(|| panic!("{it} in\n{plan}"))).collect();
    assert!(places.is_sorted(), "{plan}");
    assert!(!plan.contains("put_secret"), "a key of AWS is not moved:\n{plan}");
}

#[test]
fn the_one_account_that_is_known_is_in_the_policy() {
    let files = [
        ("deploy.sh", format!("AWS_ACCESS_KEY_ID={}\n", key_id())),
        ("db.py", format!("db_password = \"{}\"\n", password())),
    ];
    let plan = World::with(&files).plan();
    let told = plan.split("AWS account `").nth(1).unwrap_or_else(|| panic!("{plan}"));
    let account = &told[..12];
    assert!(
        plan.contains(&format!(
            "arn:aws:secretsmanager:REGION:{account}:secret:shop/db_password-??????"
        )),
        "{plan}"
    );
}

#[test]
fn what_is_proven_comes_first_and_samples_last() {
    let files = [
        ("a.py", format!("password = \"{}\"\n", password())),
        ("tests/b.py", format!("password = \"{}\"\n", ["Hx4#", "wq8T", "n2z"].concat())),
        ("z.sh", format!("GITHUB_TOKEN={}\n", token())),
    ];
    let plan = World::with(&files).plan();
    let at = |text: &str| plan.find(text).unwrap_or_else(|| panic!("{text} in\n{plan}"));
    assert!(at("| `z.sh:1` |") < at("| `a.py:1` |"), "{plan}");
    assert!(at("## Look whether these are real") < at("- [ ] `tests/b.py:1`"), "{plan}");
    assert!(!plan.contains("shop/b_password"), "{plan}");
}

#[test]
fn policies_have_their_help_and_their_fix() {
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:GetObject"],"Resource":"arn:aws:s3:::b/*"},{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let plan = World::with(&[("policy.json", policy.into())]).plan();
    for wanted in ["## Mend the policies", "(check `admin-star`)", "`keylint scan --fix` does it"] {
        assert!(plan.contains(wanted), "{wanted} in\n{plan}");
    }
}
