//! Worlds with less in them, to show what a disagreement is about.

use serde_json::Value;

use crate::world::World;

/// What is left of a world when nothing more can be taken away without `is_it` turning false.
pub(super) fn smallest(mut world: World, is_it: impl Fn(&World) -> bool) -> World {
    while let Some(less) = smaller(&world).into_iter().find(&is_it) {
        world = less;
    }
    world
}

/// The same world without one thing, for each thing.
fn smaller(world: &World) -> Vec<World> {
    let mut all = Vec::new();
    let mut add = |change: &dyn Fn(&mut World)| {
        let mut less = world.clone();
        change(&mut less);
        all.push(less);
    };
    if world.principals.len() > 1 {
        (0..world.principals.len()).for_each(|at| add(&|world| drop(world.principals.remove(at))));
    }
    if world.secrets.len() > 1 {
        (0..world.secrets.len()).for_each(|at| add(&|world| drop(world.secrets.remove(at))));
    }
    for at in 0..world.accounts.len() {
        if world.accounts[at].scps.is_some() {
            add(&|world| world.accounts[at].scps = None);
        }
        if world.accounts[at].rcps.is_some() {
            add(&|world| world.accounts[at].rcps = None);
        }
    }
    for at in 0..world.principals.len() {
        let one = &world.principals[at];
        if one.boundary.is_some() {
            add(&|world| world.principals[at].boundary = None);
        }
        if one.session_policy.is_some() {
            add(&|world| world.principals[at].session_policy = None);
        }
        if one.trust.is_some() {
            add(&|world| world.principals[at].trust = None);
        }
        for policy in 0..one.policies.is.len() {
            add(&|world| drop(world.principals[at].policies.is.remove(policy)));
        }
    }
    for at in 0..world.secrets.len() {
        if world.secrets[at].policy.is.is_some() {
            add(&|world| world.secrets[at].policy.is = None);
        }
    }
    let documents = documents(&mut world.clone()).len();
    for at in 0..documents {
        all.extend(with_less_of_document(world, at));
    }
    all
}

/// Without a statement, or without a key of a condition.
fn with_less_of_document(world: &World, at: usize) -> Vec<World> {
    let mut all = Vec::new();
    let mut add = |change: &dyn Fn(&mut Value)| {
        let mut less = world.clone();
        change(documents(&mut less)[at]);
        all.push(less);
    };
    let mut copy = world.clone();
    let Some(statements) = documents(&mut copy)[at]["Statement"].as_array().cloned() else {
        return all;
    };
    for (number, statement) in statements.iter().enumerate() {
        if statements.len() > 1 {
            add(&|document| drop(document["Statement"].as_array_mut().unwrap().remove(number)));
        }
        let conditions = statement["Condition"].as_object();
        if conditions.is_some_and(|operators| operators.len() == 1) {
            add(&|document| {
                let statement = document["Statement"][number].as_object_mut().unwrap();
                statement.remove("Condition");
            });
        }
        for operator in conditions.into_iter().flat_map(|all| all.keys()) {
            add(&|document| {
                let condition = document["Statement"][number]["Condition"].as_object_mut();
                condition.unwrap().remove(operator);
            });
        }
    }
    all
}

/// All documents of a world, in the same order each time.
fn documents(world: &mut World) -> Vec<&mut Value> {
    let mut all: Vec<&mut Value> = Vec::new();
    for account in &mut world.accounts {
        for levels in [&mut account.scps, &mut account.rcps] {
            all.extend(levels.iter_mut().flatten().flatten());
        }
    }
    for principal in &mut world.principals {
        all.extend(&mut principal.policies.is);
        all.extend(&mut principal.boundary);
        all.extend(&mut principal.session_policy);
    }
    for secret in &mut world.secrets {
        all.extend(&mut secret.policy.is);
    }
    all.extend(world.keys.iter_mut().map(|key| &mut key.policy.is));
    all
}
