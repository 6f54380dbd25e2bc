//! Policies that are mostly about a principal and a secret of a world, and mostly right.

use serde_json::{Value, json};

use super::conditions::condition;
use super::rng::Rng;
use crate::world::{Key, Principal, Secret, World};

/// Whom and what a policy is about.
pub(super) struct Aim<'w> {
    pub(super) world: &'w World,
    pub(super) principal: &'w Principal,
    pub(super) secret: &'w Secret,
}

/// What a statement is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    Read,
    Decrypt,
}

impl<'w> Aim<'w> {
    /// Somebody and something of a world.
    pub(super) fn any(rng: &mut Rng, world: &'w World) -> Self {
        Self { world, principal: rng.of(&world.principals), secret: rng.of(&world.secrets) }
    }

    fn key(&self) -> Option<&'w Key> {
        self.secret.key.map(|at| &self.world.keys[at])
    }

    /// The number of an account: mostly that of the principal, or that of the secret.
    pub(super) fn account(&self, rng: &mut Rng, of_principal: bool) -> String {
        let own = if of_principal { self.principal.account } else { self.secret.account };
        let account =
            if rng.percent(70) { &self.world.accounts[own] } else { rng.of(&self.world.accounts) };
        account.id.clone()
    }

    /// The ARNs of a role or user and its session.
    pub(super) fn principal_arns(&self, rng: &mut Rng) -> (String, Option<String>) {
        let somebody =
            if rng.percent(75) { self.principal } else { rng.of(&self.world.principals) };
        (self.world.principal_arn(somebody), self.world.session_arn(somebody))
    }

    /// The ARN of the secret, or a pattern that may meet it.
    pub(super) fn secret_pattern(&self, rng: &mut Rng, is_pattern: bool) -> String {
        let full = self.world.secret_arn(self.secret, &self.secret.region);
        let bare =
            if self.secret.is_parameter { full.as_str() } else { full.rsplit_once('-').unwrap().0 };
        let before = bare.rsplit_once('/').unwrap().0;
        if !is_pattern || rng.percent(30) {
            return if rng.percent(85) { full } else { bare.into() };
        }
        match rng.below(6) {
            0 | 1 => format!("{bare}-??????"),
            2 => format!("{bare}*"),
            3 => format!("{before}/*"),
            4 => full.replacen(&self.secret.region, "*", 1),
            _ => format!("{bare}-*"),
        }
    }
}

/// Statements of an identity policy, boundary, session policy or SCP.
pub(super) fn identity_statements(rng: &mut Rng, aim: &Aim, what: For) -> Vec<Value> {
    let mut statements = Vec::new();
    if rng.percent(94) {
        statements.push(identity_statement(rng, aim, what, "Allow"));
    }
    if rng.percent(6) {
        statements.push(identity_statement(rng, aim, what, "Deny"));
    }
    statements
}

/// What a principal may do, in up to three documents.
pub(super) fn identity_policies(rng: &mut Rng, aim: &Aim) -> Vec<Value> {
    if rng.percent(4) {
        return Vec::new();
    }
    let mut read = identity_statements(rng, aim, For::Read);
    let decrypt = identity_statements(rng, aim, For::Decrypt);
    let mut documents = Vec::new();
    if rng.percent(70) {
        read.extend(decrypt);
    } else {
        documents.push(document(rng, &decrypt));
    }
    documents.push(document(rng, &read));
    if rng.percent(15) {
        let other = Aim::any(rng, aim.world);
        let statements = identity_statements(rng, &other, For::Read);
        documents.push(document(rng, &statements));
    }
    documents.retain(|document| document["Statement"] != json!([]));
    documents
}

/// A boundary, a session policy, or an SCP that allows some things alone.
pub(super) fn limit(rng: &mut Rng, aim: &Aim) -> Value {
    let mut statements = Vec::new();
    if rng.percent(50) {
        statements.push(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
        if rng.percent(50) {
            let what = *rng.of(&[For::Read, For::Decrypt]);
            statements.push(identity_statement(rng, aim, what, "Deny"));
        }
    } else {
        statements.push(identity_statement(rng, aim, For::Read, "Allow"));
        statements.extend(identity_statements(rng, aim, For::Decrypt));
    }
    document(rng, &statements)
}

fn identity_statement(rng: &mut Rng, aim: &Aim, what: For, effect: &str) -> Value {
    let mut statement = json!({ "Effect": effect });
    add_action(rng, &mut statement, aim, what);
    let resource = resource(rng, aim, what);
    let name = if rng.percent(4) { "NotResource" } else { "Resource" };
    statement[name] = one_or_many(rng, resource);
    add_condition(rng, &mut statement, aim, effect);
    statement
}

fn add_condition(rng: &mut Rng, statement: &mut Value, aim: &Aim, effect: &str) {
    let percent = if effect == "Deny" { 85 } else { 15 };
    if rng.percent(percent) {
        statement["Condition"] = condition(rng, aim);
    }
}

fn add_action(rng: &mut Rng, statement: &mut Value, aim: &Aim, what: For) {
    let right: &[&str] = match (what, aim.secret.is_parameter) {
        (For::Read, false) => &[
            "secretsmanager:GetSecretValue",
            "secretsmanager:GetSecretValue",
            "secretsmanager:Get*",
            "secretsmanager:*",
            "SecretsManager:getsecretvalue",
            "secretsmanager:?etSecretValue",
            "*",
        ],
        (For::Read, true) => &[
            "ssm:GetParameter",
            "ssm:GetParameters",
            "ssm:GetParameter*",
            "ssm:*",
            "ssm:GetParameterHistory",
        ],
        (For::Decrypt, _) => {
            &["kms:Decrypt", "kms:Decrypt", "kms:De*", "kms:*", "KMS:decrypt", "*"]
        }
    };
    let wrong = [
        "secretsmanager:DescribeSecret",
        "kms:DescribeKey",
        "kms:GenerateDataKey*",
        "ssm:DescribeParameters",
    ];
    if rng.percent(5) {
        let others = [
            json!("iam:*"),
            json!(["iam:*", "kms:Encrypt"]),
            json!("secretsmanager:*"),
            json!("kms:*"),
        ];
        statement["NotAction"] = rng.of(&others).clone();
        return;
    }
    let action = if rng.percent(95) { rng.text(right) } else { rng.text(&wrong) };
    statement["Action"] = one_or_many(rng, action);
    if let (true, Some(actions)) = (rng.percent(30), statement["Action"].as_array_mut()) {
        actions.push(rng.text(&wrong).into());
    }
}

fn resource(rng: &mut Rng, aim: &Aim, what: For) -> String {
    if rng.percent(35) {
        return "*".into();
    }
    if what == For::Read {
        return match rng.below(12) {
            0 => format!("arn:aws:secretsmanager:*:{}:secret:*", aim.account(rng, false)),
            1 => variable_resource(rng, aim),
            _ => aim.secret_pattern(rng, true),
        };
    }
    let account = aim.account(rng, false);
    let arn = match aim.key() {
        Some(key) if rng.percent(75) => aim.world.key_arn(key),
        _ => format!("arn:aws:kms:us-east-1:{account}:key/*"),
    };
    match rng.below(10) {
        0 => format!("arn:aws:kms:{}:{account}:alias/secrets", aim.secret.region),
        1 => format!("arn:aws:kms:*:{account}:key/*"),
        2 => format!("{}/*", arn.rsplit_once('/').unwrap().0),
        _ => arn,
    }
}

/// `prod` of `prod/db` as a tag of the principal.
fn variable_resource(rng: &mut Rng, aim: &Aim) -> String {
    let full = aim.world.secret_arn(aim.secret, &aim.secret.region);
    let (before, _) = full.rsplit_once('/').unwrap();
    let (before, stage) = before.rsplit_once(['/', ':']).unwrap();
    let between = &full[before.len()..=before.len()];
    let default = if rng.percent(50) { stage } else { "none" };
    format!("{before}{between}${{aws:PrincipalTag/stage, '{default}'}}/*")
}

/// A policy of a secret.
pub(super) fn secret_policy(rng: &mut Rng, aim: &Aim) -> Value {
    let mut statements = Vec::new();
    if rng.percent(92) {
        statements.push(resource_statement(rng, aim, For::Read, "Allow"));
    }
    if rng.percent(15) {
        statements.push(resource_statement(rng, aim, For::Read, "Deny"));
    }
    if statements.is_empty() {
        statements.push(json!({"Effect": "Allow", "Principal": "*",
            "Action": "secretsmanager:DescribeSecret", "Resource": "*"}));
    }
    document(rng, &statements)
}

/// A policy of a key: of those that let the account decide, and of those that name who may.
pub(super) fn key_policy(rng: &mut Rng, aim: &Aim, owner: &str) -> Value {
    let mut statements = Vec::new();
    if rng.percent(65) {
        let root = format!("arn:aws:iam::{owner}:root");
        let action = rng.text(&["kms:*", "kms:*", "kms:*", "kms:Decrypt", "kms:Describe*"]);
        let mut statement = json!({"Sid": "Enable IAM policies", "Effect": "Allow", "Principal": {"AWS": root},
            "Action": action, "Resource": "*"});
        if rng.percent(12) {
            statement["Condition"] = condition(rng, aim);
        }
        statements.push(statement);
    }
    if rng.percent(70) {
        statements.push(resource_statement(rng, aim, For::Decrypt, "Allow"));
    }
    if rng.percent(10) {
        statements.push(resource_statement(rng, aim, For::Decrypt, "Deny"));
    }
    if statements.is_empty() {
        let owner = format!("arn:aws:iam::{owner}:root");
        statements.push(json!({"Effect": "Allow", "Principal": {"AWS": owner},
            "Action": "kms:DescribeKey", "Resource": "*"}));
    }
    document(rng, &statements)
}

/// A customer's RCP: nothing but a denial of everybody.
pub(super) fn resource_control(rng: &mut Rng, aim: &Aim) -> Value {
    let what = *rng.of(&[For::Read, For::Decrypt]);
    let action = match what {
        For::Read => "secretsmanager:*",
        For::Decrypt => "kms:Decrypt",
    };
    let condition = condition(rng, aim);
    let statement = json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*",
        "Condition": condition});
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

fn resource_statement(rng: &mut Rng, aim: &Aim, what: For, effect: &str) -> Value {
    let mut statement = json!({ "Effect": effect });
    if effect == "Deny" && rng.percent(15) && has_name(aim) {
        statement["NotPrincipal"] = json!({ "AWS": whole(aim) });
    } else {
        statement["Principal"] = principal(rng, aim);
    }
    add_action(rng, &mut statement, aim, what);
    statement["Resource"] = if what == For::Read && rng.percent(15) {
        aim.secret_pattern(rng, true).into()
    } else {
        "*".into()
    };
    add_condition(rng, &mut statement, aim, effect);
    statement
}

/// Whether nobody can be half named: the name of every session is told, and nobody else is of the account.
fn has_name(aim: &Aim) -> bool {
    let mut others = aim.world.principals.iter().filter(|one| one.name != aim.principal.name);
    aim.world.principals.iter().all(|one| one.is_user || one.session_name.is_told)
        && others.all(|one| one.account != aim.principal.account)
}

/// Everything that a principal is, which is what AWS wants in `NotPrincipal`.
fn whole(aim: &Aim) -> Vec<String> {
    let account = &aim.world.account(aim.principal.account).id;
    let mut all =
        vec![aim.world.principal_arn(aim.principal), format!("arn:aws:iam::{account}:root")];
    all.extend(aim.world.session_arn(aim.principal));
    all
}

fn principal(rng: &mut Rng, aim: &Aim) -> Value {
    let (arn, session) = aim.principal_arns(rng);
    let account = aim.account(rng, true);
    match rng.below(20) {
        0 | 1 => "*".into(),
        2 => json!({"AWS": "*"}),
        3 | 4 => json!({ "AWS": account }),
        5..9 => json!({ "AWS": format!("arn:aws:iam::{account}:root") }),
        9 | 10 => json!({ "AWS": session.unwrap_or(arn) }),
        11 => json!({"AWS": [arn, format!("arn:aws:iam::{account}:root")]}),
        12 => json!({"Service": "lambda.amazonaws.com"}),
        _ => json!({ "AWS": one_or_many(rng, arn) }),
    }
}

fn one_or_many(rng: &mut Rng, text: String) -> Value {
    if rng.percent(50) { text.into() } else { json!([text]) }
}

fn document(rng: &mut Rng, statements: &[Value]) -> Value {
    let mut document = json!({ "Statement": statements });
    match rng.below(20) {
        0 => {}
        1 => document["Version"] = "2008-10-17".into(),
        _ => document["Version"] = "2012-10-17".into(),
    }
    if statements_alone(rng, &document) {
        document["Statement"] = document["Statement"][0].take();
    }
    document
}

/// Whether to write the only statement without a list round it.
fn statements_alone(rng: &mut Rng, document: &Value) -> bool {
    document["Statement"].as_array().is_some_and(|all| all.len() == 1) && rng.percent(20)
}
