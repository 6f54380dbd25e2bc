//! Who can read which secret: the documents of everything that was read, held together.

mod answer;
mod condition;
mod context;
#[expect(dead_code, reason = "what is said is not evaluated yet")]
mod description;
mod evaluate;
mod explain;
mod matching;
mod reading;
mod statement;
mod truth;
mod world;
