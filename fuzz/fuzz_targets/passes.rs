//! Every way this processor has to make the pass over a text marks the same places.

#![no_main]

use keylint::secrets::promises;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| promises::passes_agree(text));
