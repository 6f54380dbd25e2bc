//! Small worlds, and other worlds of which the same is told.

use std::collections::BTreeSet;

use serde_json::json;

use super::policies::{self, Aim};
use super::rng::Rng;
use crate::world::{Account, Context, Grant, Key, Known, Principal, Secret, Tags, World};

pub(super) const ORGS: &[&str] = &["o-abc1234567", "o-xyz1234567"];
pub(super) const ENDPOINTS: &[&str] = &["vpce-0a1b2c3d4e5f60718", "vpce-11112222333344445"];
pub(super) const REGIONS: &[&str] = &["us-east-1", "eu-west-1"];
pub(super) const TAGS: &[&str] = &["red", "blue", "Red", "prod"];
const STAGES: &[&str] = &["prod", "dev", "conf"];
const ACCOUNTS: &[(&str, &str)] =
    &[("security", "111122223333"), ("app", "222233334444"), ("ops", "333344445555")];
const SUFFIXES: &[&str] = &["Ab12Cd", "Xy34Zw", "zzzzzz"];
const KEY_IDS: &[&str] = &[
    "0a1b2c3d-1111-4222-8333-444455556666",
    "7e8f9a0b-1111-4222-8333-444455556666",
    "12345678-1111-4222-8333-444455556666",
];
const ALIASES: &[&str] = &["alias/secrets", "alias/other"];
const SESSIONS: &[&str] = &["task", "i-0123456789abcdef0", "ann"];
/// Keys that only a manifest can tell, those in a row together: what one of them is says something of the other.
const TOLD_KEYS: &[&[&str]] = &[
    &["aws:SourceIp", "aws:SourceVpce"],
    &["aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"],
    &["aws:CurrentTime"],
];

/// A world of which everything is told.
pub(super) fn world(rng: &mut Rng) -> World {
    let mut world = World { context: context(rng), ..World::default() };
    for (name, id) in &ACCOUNTS[..=rng.below(3)] {
        let org = Known::told(Some(rng.text(&[ORGS[0], ORGS[0], ORGS[1]])));
        let account =
            Account { name: (*name).into(), id: (*id).into(), org, scps: None, rcps: None };
        world.accounts.push(account);
    }
    for name in &["App", "ann", "Api"][..=rng.below(2)] {
        let principal = principal(rng, &world, name);
        world.principals.push(principal);
    }
    for number in 0..=rng.below(2) {
        add_secret(rng, &mut world, number);
    }
    add_policies(rng, &mut world);
    world
}

fn context(rng: &mut Rng) -> Context {
    let mut context = Context::new();
    for group in TOLD_KEYS {
        set_group(rng, &mut context, group);
    }
    context
}

/// Values that go together.
fn set_group(rng: &mut Rng, context: &mut Context, group: &[&str]) {
    let is_first = rng.percent(60);
    for key in group {
        let value = match *key {
            "aws:SourceIp" if is_first => Some(rng.text(&["203.0.113.7", "198.51.100.9"])),
            "aws:SourceVpce" if !is_first => Some(rng.text(ENDPOINTS)),
            "aws:MultiFactorAuthPresent" if is_first => Some("true".into()),
            "aws:MultiFactorAuthPresent" if rng.percent(50) => Some("false".into()),
            "aws:MultiFactorAuthAge" if is_first => Some(rng.text(&["60", "3000", "9000"])),
            "aws:CurrentTime" => Some(rng.text(&[
                "2025-12-31T23:59:59Z",
                "2026-06-15T12:00:00Z",
                "2027-02-01T00:00:00Z",
            ])),
            _ => None,
        };
        context.insert((*key).into(), Known::told(value.into_iter().collect()));
    }
}

fn principal(rng: &mut Rng, world: &World, name: &str) -> Principal {
    let is_user = name == "ann" || rng.percent(20);
    let mut context = Context::new();
    if rng.percent(15) {
        let group = *rng.of(TOLD_KEYS);
        set_group(rng, &mut context, group);
    }
    Principal {
        account: rng.below(world.accounts.len()),
        name: name.into(),
        path: rng.text(&["/", "/", "/", "/svc/"]),
        is_user,
        policies: Known::told(Vec::new()),
        boundary: None,
        session_policy: None,
        session_name: Known::told(rng.text(SESSIONS)),
        trust: None,
        tags: Known::told(tags(rng)),
        context,
    }
}

fn tags(rng: &mut Rng) -> Tags {
    let mut tags = Tags::new();
    if rng.percent(60) {
        tags.insert("team".into(), rng.text(TAGS));
    }
    if rng.percent(50) {
        tags.insert("Stage".into(), rng.text(STAGES));
    }
    tags
}

fn add_secret(rng: &mut Rng, world: &mut World, number: usize) {
    let is_parameter = rng.percent(20);
    let names: &[&str] =
        if is_parameter { &["/conf/db", "/conf/api"] } else { &["prod/db", "prod/db-backup"] };
    // Mostly the first account, so that the second is a foreign one.
    let account = if rng.percent(65) { 0 } else { rng.below(world.accounts.len()) };
    let region = rng.text(&["us-east-1", "us-east-1", "eu-west-1"]);
    let key = rng.percent(70).then(|| add_key(rng, world, account, &region, number));
    let suffix = if is_parameter { String::new() } else { rng.text(SUFFIXES) };
    let is_advanced = is_parameter && rng.percent(70);
    let others = world.accounts.iter().enumerate().filter(|(at, _)| is_advanced && *at != account);
    let shared_with =
        others.filter(|_| rng.percent(70)).map(|(_, other)| other.id.clone()).collect();
    let other = REGIONS.iter().find(|other| **other != region);
    let has_replica = !is_parameter && rng.percent(10);
    world.secrets.push(Secret {
        account,
        name: names[number].into(),
        is_parameter,
        suffix: Known::told(suffix),
        key,
        policy: Known::told(None),
        tags: Known::told(tags(rng)),
        replicas: other.filter(|_| has_replica).map(|other| (*other).into()).into_iter().collect(),
        shared_with,
        is_advanced,
        region,
    });
}

fn add_key(rng: &mut Rng, world: &mut World, account: usize, region: &str, number: usize) -> usize {
    let account = if rng.percent(85) { account } else { rng.below(world.accounts.len()) };
    let aliases = if rng.percent(60) { vec![ALIASES[number].into()] } else { Vec::new() };
    world.keys.push(Key {
        label: format!("key.{number}"),
        account,
        region: region.into(),
        id: Known::told(KEY_IDS[number].into()),
        policy: Known::told(json!({})),
        aliases,
        grants: Vec::new(),
        tags: Known::told(tags(rng)),
    });
    world.keys.len() - 1
}

fn add_policies(rng: &mut Rng, world: &mut World) {
    for at in 0..world.principals.len() {
        let mut principal = world.principals[at].clone();
        let aim = Aim { principal: &world.principals[at], ..Aim::any(rng, world) };
        principal.policies.is = policies::identity_policies(rng, &aim);
        principal.boundary = rng.percent(15).then(|| policies::limit(rng, &aim));
        principal.session_policy =
            (!principal.is_user && rng.percent(12)).then(|| policies::limit(rng, &aim));
        principal.trust = (!principal.is_user && rng.percent(5)).then(|| {
            let effect = if rng.percent(70) { "Allow" } else { "Deny" };
            let root = format!("arn:aws:iam::{}:root", world.account(principal.account).id);
            json!({"Version": "2012-10-17", "Statement": [{"Effect": effect,
                "Principal": {"AWS": root}, "Action": "sts:AssumeRole"}]})
        });
        world.principals[at] = principal;
    }
    for at in 0..world.secrets.len() {
        let is_foreign =
            world.principals.iter().any(|one| one.account != world.secrets[at].account);
        if !world.secrets[at].is_parameter && rng.percent(if is_foreign { 90 } else { 35 }) {
            world.secrets[at].policy.is = Some(new_secret_policy(rng, world, at));
        }
    }
    for at in 0..world.keys.len() {
        world.keys[at].policy.is = new_key_policy(rng, world, at);
        if rng.percent(12) {
            add_grant(rng, world, at);
        }
    }
    for at in 0..world.accounts.len() {
        add_organisation(rng, world, at);
    }
}

fn new_secret_policy(rng: &mut Rng, world: &World, at: usize) -> serde_json::Value {
    let aim = Aim { secret: &world.secrets[at], ..Aim::any(rng, world) };
    policies::secret_policy(rng, &aim)
}

fn new_key_policy(rng: &mut Rng, world: &World, at: usize) -> serde_json::Value {
    let own = world.secrets.iter().find(|secret| secret.key == Some(at));
    let any = Aim::any(rng, world);
    let aim = Aim { secret: own.unwrap_or(any.secret), ..any };
    policies::key_policy(rng, &aim, &world.account(world.keys[at].account).id)
}

/// AWS does not say what boundaries and session policies do to grants: nobody who has one is given one.
fn add_grant(rng: &mut Rng, world: &mut World, at: usize) {
    let grantee = rng.of(&world.principals);
    if grantee.boundary.is_none() && grantee.session_policy.is_none() {
        let grantee = world.principal_arn(grantee);
        let known: [&[&str]; 3] = [&["Decrypt"], &["Decrypt", "DescribeKey"], &["Encrypt"]];
        let operations = rng.of(&known).iter().map(|name| (*name).into()).collect();
        world.keys[at].grants.push(Grant { grantee, operations });
    }
}

fn add_organisation(rng: &mut Rng, world: &mut World, at: usize) {
    let everything = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let own = world.principals.iter().find(|one| one.account == at);
    if let (Some(principal), true) = (own, rng.percent(20)) {
        let aim = Aim { principal, ..Aim::any(rng, world) };
        let mut levels = Vec::new();
        for _ in 0..=rng.below(2) {
            levels.push(match rng.below(3) {
                0 => vec![everything.clone()],
                1 => vec![everything.clone(), policies::limit(rng, &aim)],
                _ => vec![policies::limit(rng, &aim)],
            });
        }
        world.accounts[at].scps = Some(levels);
    }
    if rng.percent(12) {
        let aim = Aim::any(rng, world);
        let mut full = everything;
        full["Statement"][0]["Principal"] = "*".into();
        let control = policies::resource_control(rng, &aim);
        let level = if rng.percent(60) { vec![full, control] } else { vec![control] };
        world.accounts[at].rcps = Some(vec![level]);
    }
}

/// Stops telling some things.
pub(super) fn withhold(rng: &mut Rng, world: &mut World) {
    // With `NotPrincipal` AWS wants all names of somebody.
    let are_names_needed = format!("{world:?}").contains("NotPrincipal");
    let mut hides = |percent: usize| rng.percent(percent);
    for account in &mut world.accounts {
        account.org.is_told = !hides(25);
    }
    for principal in &mut world.principals {
        principal.policies.is_told = !hides(8);
        principal.tags.is_told = !hides(30);
        principal.session_name.is_told = are_names_needed || !hides(40);
    }
    let readers: BTreeSet<usize> = world.principals.iter().map(|one| one.account).collect();
    for secret in &mut world.secrets {
        secret.tags.is_told = !hides(30);
        secret.suffix.is_told = secret.is_parameter || !hides(60);
        // In its own account a policy that is not given counts as none.
        let is_foreign = !readers.contains(&secret.account) && !secret.is_parameter;
        secret.policy.is_told = !(is_foreign && hides(15));
    }
    for key in &mut world.keys {
        // keylint does not see yet that a policy that is not given may deny what a grant allows.
        key.policy.is_told = !hides(10);
        key.tags.is_told = !hides(30);
        key.id.is_told = !hides(8);
    }
    for group in TOLD_KEYS {
        if rng.percent(50) {
            hide_group(world, group);
        }
    }
}

/// What one key of a group is says something of the others, so they are told or withheld together.
fn hide_group(world: &mut World, group: &[&str]) {
    for key in group {
        world.context.get_mut(*key).unwrap().is_told = false;
    }
}

/// A world of which the same is told, and where the rest may be otherwise.
pub(super) fn completion(rng: &mut Rng, world: &World) -> World {
    let mut other = world.clone();
    for account in &mut other.accounts {
        if !account.org.is_told {
            account.org.is = rng.percent(80).then(|| rng.text(ORGS));
        }
    }
    complete_secrets_and_keys(rng, &mut other);
    complete_principals(rng, &mut other);
    for group in TOLD_KEYS {
        if !other.context[group[0]].is_told {
            set_group(rng, &mut other.context, group);
            hide_group(&mut other, group);
        }
    }
    other
}

fn complete_principals(rng: &mut Rng, other: &mut World) {
    for at in 0..other.principals.len() {
        let aim = Aim { principal: &other.principals[at], ..Aim::any(rng, other) };
        let policies = policies::identity_policies(rng, &aim);
        let principal = &mut other.principals[at];
        if !principal.policies.is_told && rng.percent(70) {
            principal.policies.is = policies;
        }
        if !principal.tags.is_told {
            principal.tags.is = tags(rng);
        }
        if !principal.session_name.is_told {
            principal.session_name.is = rng.text(SESSIONS);
        }
    }
}

fn complete_secrets_and_keys(rng: &mut Rng, other: &mut World) {
    for secret in &mut other.secrets {
        if !secret.tags.is_told {
            secret.tags.is = tags(rng);
        }
        if !secret.suffix.is_told {
            secret.suffix.is = rng.text(SUFFIXES);
        }
    }
    for key in &mut other.keys {
        if !key.tags.is_told {
            key.tags.is = tags(rng);
        }
        if !key.id.is_told && rng.percent(60) {
            key.id.is = "fedcba98-1111-4222-8333-444455556666".into();
        }
    }
    for at in 0..other.secrets.len() {
        if !other.secrets[at].policy.is_told {
            let policy = new_secret_policy(rng, other, at);
            other.secrets[at].policy.is = rng.percent(70).then_some(policy);
        }
    }
    for at in 0..other.keys.len() {
        if !other.keys[at].policy.is_told {
            other.keys[at].policy.is = new_key_policy(rng, other, at);
        }
    }
}
