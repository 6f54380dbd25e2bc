//! Plans for more than anybody can read.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::world::World;

#[test]
fn thirty_thousand_findings_give_a_plan_that_can_be_read() {
    let mut text = String::new();
    let mut state = 1_u64;
    for _ in 0..30_000 {
        let mut letter = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(
                b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!%"
                    [(state >> 33) as usize % 58],
            )
        };
        let value: String = (0..20).map(|_| letter()).collect();
        let _ = writeln!(text, "db_password = \"{value}\"");
    }
    let world = World::with(&[("a.py", text)]);
    let start = Instant::now();
    let plan = world.plan();
    assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
    // A few are alike, or look like words.
    let count = plan.split(['\n', ' ']).find_map(|word| word.parse::<usize>().ok()).unwrap();
    assert!((28_000..=30_000).contains(&count), "{count}");
    assert!(plan.len() < 60_000, "{} bytes", plan.len());
    let listed = format!("- [ ] and {} more", count - 20);
    let moved = format!("And {} more in the same way.", count - 50);
    assert!(plan.contains(&listed) && plan.contains(&moved), "the rest is counted");
}
