//! Patterns and values of all kinds, held against each other.

use super::*;

fn pattern(text: &str) -> Pattern {
    let token = |character| match character {
        '*' => Token::Any { colon: true },
        '?' => Token::One { colon: true },
        '%' => Token::Any { colon: false },
        '$' => Token::Open(Symbol::new(1)),
        '!' => Token::Gap { colon: true, is_of_request: false },
        other => Token::Char(other),
    };
    Pattern { tokens: text.chars().map(token).collect() }
}

fn value(text: &str) -> Value {
    let mut value = Value::default();
    for character in text.chars() {
        value = match character {
            '#' => value.random(Symbol::new(7)),
            '$' => value.open(Symbol::new(1)),
            '&' => value.open(Symbol::new(2)),
            other => value.char(other),
        };
    }
    value
}

#[test]
fn patterns_match_certainly_possibly_or_not() {
    for (left, right, truth) in [
        ("a:b", "a:b", Truth::Yes),
        ("a:b", "a:bc", Truth::No),
        ("a*c", "abbc", Truth::Yes),
        ("a%c", "ab:c", Truth::No),
        ("a*c", "ab:c", Truth::Yes),
        ("db-??????", "db-#", Truth::Yes),
        ("db-?????", "db-#", Truth::No),
        ("db-*", "db-#", Truth::Yes),
        ("db", "db-#", Truth::No),
        ("db-a1B2c3", "db-#", Truth::Depends),
        ("db-a1-2c3", "db-#", Truth::No),
        ("x:$:y", "x:$:y", Truth::Yes),
        ("x:$:y", "x:&:y", Truth::Unknown),
        ("x:$:y", "x:1:y", Truth::Unknown),
        ("x:1:y", "x:$:y", Truth::Unknown),
        ("x:1:z", "x:$:y", Truth::No),
        ("x:%:y", "x:$:y", Truth::Yes),
        ("x:?:y", "x:$:y", Truth::Unknown),
        ("x:$:y", "x:1:2:y", Truth::No),
        ("x!", "x:1:2:y", Truth::Unknown),
        ("x!z", "x:1:2:y", Truth::No),
        ("*", "$", Truth::Yes),
        ("", "", Truth::Yes),
        ("", "a", Truth::No),
        ("", "$", Truth::Unknown),
    ] {
        assert_eq!(pattern(left).matches(&value(right)), truth, "{left} {right}");
    }
}

#[test]
fn a_reference_to_a_secret_matches_that_secret_whatever_its_suffix() {
    let own = Value::of("db-").random(Symbol::new(7));
    assert_eq!(own.pattern().matches(&value("db-#")), Truth::Yes);
    let other = Value::of("db-").random(Symbol::new(8));
    assert_eq!(other.pattern().matches(&value("db-#")), Truth::Depends);
}

#[test]
fn what_aws_makes_up_for_one_resource_is_no_other_ones() {
    let key = |symbol| Value::of("arn:key/").open(symbol);
    let matches = |one: Symbol, other: Symbol| key(one).pattern().matches(&key(other));
    assert_eq!(matches(Symbol::made_up(1), Symbol::made_up(1)), Truth::Yes);
    assert_eq!(matches(Symbol::made_up(1), Symbol::made_up(2)), Truth::No);
    assert_eq!(matches(Symbol::made_up(1), Symbol::new(2)), Truth::Unknown);
    assert_eq!(Value::of("arn:key/").pattern().matches(&key(Symbol::made_up(1))), Truth::No);
    assert_eq!(Value::of("arn:key/").pattern().matches(&key(Symbol::new(1))), Truth::Unknown);
}

#[test]
fn stars_without_end_take_no_time() {
    let stars = pattern(&"a*".repeat(2000));
    assert_eq!(stars.matches(&value(&"a".repeat(1000))), Truth::No);
    assert_eq!(pattern(&"a".repeat(5000)).matches(&value("a$")), Truth::Unknown);
}
