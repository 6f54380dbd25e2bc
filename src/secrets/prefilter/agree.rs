//! The ways to make one pass over a text must agree: vectors with the plain loop, and the pass that is taken with both.

use super::blocks::Tables;
use super::simd::{classify, ways};

/// Stops where they do not.
pub(super) fn on(text: &[u8], tables: &Tables) {
    let mut taken = Vec::new();
    classify(text, tables, &mut taken);
    for (name, way) in ways() {
        let mut blocks = Vec::new();
        way(text, tables, &mut blocks);
        assert_eq!(taken, blocks, "the pass that is taken, and {name}");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tables() -> Tables {
        let mut tables = Tables::default();
        for (bucket, start) in [b"pas", b"key", b"://", b"8q~", b"\xff  "].into_iter().enumerate() {
            tables.add(*start, bucket * 3);
        }
        tables
    }

    fn check(text: &[u8]) {
        on(text, &tables());
    }

    #[test]
    fn every_way_is_tried() {
        let names: Vec<&str> = ways().map(|(name, _)| name).collect();
        assert_eq!(names.last(), Some(&"plain"));
        let all = [("sse2", cfg!(target_arch = "x86_64")), ("neon", cfg!(target_arch = "aarch64"))];
        for (name, is_baseline) in all {
            assert_eq!(names.contains(&name), is_baseline && cfg!(feature = "simd"), "{names:?}");
        }
    }

    #[test]
    fn every_byte_value_in_every_place() {
        let all: Vec<u8> = (0..=255).collect();
        for shift in 0..70 {
            let text = [vec![b'x'; shift], all.clone()].concat();
            check(&text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn vectors_equal_the_plain_loop(text in prop::collection::vec(any::<u8>(), 0..400)) {
            check(&text);
        }

        #[test]
        fn vectors_equal_the_plain_loop_on_literals(text in "([a%&;]{0,30}[\"' +.&\\\\\n]{0,80}){0,5}") {
            check(text.as_bytes());
        }

        #[test]
        fn vectors_equal_the_plain_loop_on_text(text in "[paskeyPASKEY:/8q~ -]{0,300}") {
            check(text.as_bytes());
        }
    }
}
