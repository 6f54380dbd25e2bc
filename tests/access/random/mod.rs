//! Thousands of small worlds: keylint answers `yes` or `no` only where every world of which the same is told is so, and it
//! does answer where everything is told.

mod conditions;
mod disagreement;
mod policies;
mod rng;
mod smaller;
mod worlds;

use std::thread;

use self::disagreement::{Disagreement, disagreement};
use self::rng::Rng;
use crate::oracle;
use crate::world::World;
use crate::written;

/// Worlds of each kind.
const WORLDS: u64 = 6000;
/// How many of them are looked at at the same time.
const THREADS: u64 = 4;
/// Other worlds for one of which something is withheld.
const COMPLETIONS: usize = 5;

/// A world of which everything is told.
fn told(seed: u64) -> Vec<World> {
    vec![worlds::world(&mut Rng::new(seed))]
}

/// A world of which something is withheld, and others of which the same is told.
fn withheld(seed: u64) -> Vec<World> {
    let mut rng = Rng::new(seed);
    let mut world = worlds::world(&mut rng);
    worlds::withhold(&mut rng, &mut world);
    others(seed, world)
}

/// A world, and others of which the same is told.
fn others(seed: u64, world: World) -> Vec<World> {
    let mut rng = Rng::new(seed ^ 0x5eed);
    let others: Vec<World> =
        (0..COMPLETIONS).map(|_| worlds::completion(&mut rng, &world)).collect();
    let mut all = vec![world];
    all.extend(others);
    all
}

/// Looks at many worlds, and shows one that keylint sees otherwise, made as small as it gets.
fn compare(make: fn(u64) -> Vec<World>) {
    let run = |first: u64| {
        let mut seeds = (first..WORLDS).step_by(usize::try_from(THREADS).unwrap());
        seeds.find_map(|seed| Some((seed, disagreement(&make(seed))?)))
    };
    let first = thread::scope(|scope| {
        let all: Vec<_> = (0..THREADS).map(|first| scope.spawn(move || run(first))).collect();
        all.into_iter().filter_map(|one| one.join().unwrap()).min_by_key(|(seed, _)| *seed)
    });
    if let Some((seed, found)) = first {
        let is_told = make(seed).len() == 1;
        let again = |world: World| if is_told { vec![world] } else { others(seed, world) };
        let world = smaller::smallest(make(seed).swap_remove(0), |world| {
            disagreement(&again(world.clone())).is_some_and(|other| other.is_alike(&found))
        });
        let found = disagreement(&again(world.clone())).unwrap_or(found);
        let files = written::printed(&written::files(&world));
        panic!("seed {seed}: {found}\n{files}");
    }
}

#[test]
fn what_is_told_in_full_is_answered_as_aws_would() {
    compare(told);
}

#[test]
fn an_answer_holds_whatever_the_rest_is() {
    compare(withheld);
}

#[test]
fn worlds_are_not_all_alike() {
    let (mut can, mut all) = (0, 0);
    for world in (0..1000).flat_map(told) {
        for (principal, secret, region) in disagreement::questions(&world) {
            can += usize::from(oracle::can_read(&world, principal, secret, region));
            all += 1;
        }
    }
    assert!(can * 5 > all, "{can} of {all}");
    assert!(can * 5 < all * 4, "{can} of {all}");
}

#[test]
fn of_all_completions_the_same_is_told() {
    for seed in 0..500 {
        let all = withheld(seed);
        for other in &all {
            assert_eq!(written::files(other), written::files(&all[0]), "seed {seed}");
        }
    }
}

#[test]
fn something_is_withheld_that_matters() {
    let differs = |seed: &u64| {
        let all = withheld(*seed);
        let answers = |world: &World| {
            let questions = disagreement::questions(world).into_iter();
            let answers =
                questions.map(|(who, what, where_)| oracle::can_read(world, who, what, where_));
            answers.collect::<Vec<bool>>()
        };
        all.iter().any(|other| answers(other) != answers(&all[0]))
    };
    let open = (0..500).filter(differs).count();
    assert!(open > 50, "{open}");
}

#[test]
fn a_disagreement_says_what_it_is_about() {
    let found = Disagreement::new("app/App", "security/prod/db", "`no`, and AWS allows it");
    assert_eq!(found.to_string(), "app/App on security/prod/db: `no`, and AWS allows it");
}
