//! Strings that a rule's regex matches, drawn from the regex itself, and texts in which the rule's trigger holds.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::super::assign::NameClass;
use super::super::rule::{Rule, Trigger};

/// How many more than the least a repetition gives, mostly.
const MORE: u32 = 24;

/// Numbers that look random and are the same in every run (splitmix64).
pub(super) struct Dice(u64);

impl Dice {
    /// Dice that always roll the same for the same seeds.
    pub(super) fn of(seeds: &[u64]) -> Self {
        let mut dice = Self(0);
        for seed in seeds {
            dice.0 ^= *seed;
            dice.0 = dice.roll();
        }
        dice
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to one less than `count`, which is not 0.
    pub(super) fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.roll() % count as u64).unwrap()
    }

    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// A line of text that the rule should find something in.
pub(super) fn line(rule: &Rule, dice: &mut Dice) -> Vec<u8> {
    let mut line = vec![b' '; dice.below(130)];
    match &rule.trigger {
        Trigger::Prefix(_) => line.extend(b"value = \""),
        Trigger::Words { words, .. } | Trigger::Anywhere { keywords: words } => {
            if !words.is_empty() {
                line.extend(dice.pick(words).as_bytes());
            }
            line.extend(dice.pick(&["_value = \"", ": ", "=", "Value := '", " \""]).as_bytes());
        }
        Trigger::Infix { .. } | Trigger::Literal { .. } => line.extend(b"x \""),
        Trigger::Assigned { classes, with } => {
            if !with.is_empty() {
                line.extend(dice.pick(with).as_bytes());
                line.push(b'_');
            }
            line.extend(name(*dice.pick(classes)).as_bytes());
            line.extend(dice.pick(&[" = \"", ": \"", "=\"", "', \""]).as_bytes());
        }
    }
    line.extend(hit(rule, dice));
    line.extend(b"\"\n");
    line
}

/// A string that the rule's regex matches, as long as what stands round it is right; for assignments, any value.
pub(super) fn hit(rule: &Rule, dice: &mut Dice) -> Vec<u8> {
    let pattern = if rule.is_assigned() { "[0-9A-Za-z!$%_-]{6,30}".into() } else { rule.pattern() };
    let hir = ParserBuilder::new().unicode(false).utf8(false).build().parse(&pattern).unwrap();
    let mut text = Vec::new();
    // What may stand beside a vendor's value is left to the text round it.
    let group = rule.vendor.as_ref().and_then(|_| group(&hir));
    draw(group.unwrap_or(&hir), dice, &mut text);
    text
}

fn group(hir: &Hir) -> Option<&Hir> {
    let HirKind::Concat(parts) = hir.kind() else { return None };
    parts.iter().find(|part| matches!(part.kind(), HirKind::Capture(_)))
}

const fn name(class: NameClass) -> &'static str {
    match class {
        NameClass::Password => "password",
        NameClass::Secret => "secret",
        NameClass::Token => "token",
        NameClass::Key => "api_key",
        NameClass::BareKey => "key",
        NameClass::Auth => "auth",
        NameClass::Salt => "salt",
    }
}

/// Appends what `hir` could match. What it asks of its surroundings is left to chance.
fn draw(hir: &Hir, dice: &mut Dice, text: &mut Vec<u8>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.extend(&literal.0),
        HirKind::Class(class) => text.push(byte(class, dice)),
        HirKind::Repetition(repetition) => {
            let least = repetition.min;
            let most = repetition.max.unwrap_or(least + MORE);
            // Nobody writes much white space in the middle of a credential.
            let more = if is_blank(&repetition.sub) { 1 } else { MORE };
            let count = match dice.below(16) {
                0..4 => least,
                4 if most - least < 200 && more > 1 => most,
                _ => {
                    least
                        + u32::try_from(dice.below((most - least).min(more) as usize + 1)).unwrap()
                }
            };
            (0..count).for_each(|_| draw(&repetition.sub, dice, text));
        }
        HirKind::Capture(capture) => draw(&capture.sub, dice, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| draw(part, dice, text)),
        HirKind::Alternation(parts) => draw(dice.pick(parts), dice, text),
    }
}

fn is_blank(hir: &Hir) -> bool {
    matches!(hir.kind(), HirKind::Class(Class::Bytes(class))
        if class.iter().all(|range| range.end().is_ascii_whitespace() || range.end() == 0x0B))
}

/// A byte of a class: mostly a letter or a digit, else something printable, if it has them.
fn byte(class: &Class, dice: &mut Dice) -> u8 {
    let Class::Bytes(class) = class else { panic!("rules are compiled without Unicode") };
    let all: Vec<u8> = class.iter().flat_map(|range| range.start()..=range.end()).collect();
    let only = |keep: fn(&u8) -> bool| all.iter().copied().filter(keep).collect::<Vec<_>>();
    let printable = only(|byte| matches!(byte, b' '..=b'~'));
    let alphanumeric = only(u8::is_ascii_alphanumeric);
    let wanted = if dice.below(16) > 0 { alphanumeric } else { printable.clone() };
    *dice.pick([&wanted, &printable, &all].into_iter().find(|list| !list.is_empty()).unwrap())
}
