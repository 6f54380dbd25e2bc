//! How long the secrets half takes, stage by stage and on the worst texts, which are made here and are the same each time.
//!
//! `cargo bench --bench secrets`; with `-- --include-ignored` a line of 200 MB, too. `growth` prints what a byte costs in
//! texts of doubling size: as long as that stays, twice the text takes twice the time.

#![expect(clippy::unwrap_used, reason = "a bench may stop where the machine is not as it expects")]

use std::fs;
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::{BytesCount, BytesFormat, ItemsCount};
use keylint::config::{Config, ConfigFile, Flags, Secrets};
use keylint::finding::Severity;
use keylint::outcome::Outcome;
use keylint::policy;
use keylint::report::{self, Format, Look, Options, Suppressed};
use keylint::scan::{Progress, scan};
use keylint::secrets::{Bench, RuleSet};
use keylint::source::{self, Selection, Source};
use tempfile::TempDir;

const MEGABYTE: usize = 1_000_000;

fn main() {
    let divan = divan::Divan::default().bytes_format(BytesFormat::Decimal).sample_count(20);
    divan.config_with_args().main();
}

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::built_in);

/// What is searched.
#[derive(Clone, Copy, Debug)]
enum Text {
    /// Programs and their settings, with a secret here and there.
    Source,
    /// A program that was made small: one line.
    Minified,
    /// Names, versions and checksums of packages.
    Lock,
    /// One blob of base64.
    Base64,
    /// Records of a database, on one line.
    Json,
    /// One letter.
    Letter,
    /// Names of secrets, each the value of the one before.
    Names,
    /// Text in percent signs and escapes.
    Escapes,
}

const TEXTS: [Text; 8] = [
    Text::Source,
    Text::Minified,
    Text::Lock,
    Text::Base64,
    Text::Json,
    Text::Letter,
    Text::Names,
    Text::Escapes,
];

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const HEX: &[u8] = b"0123456789abcdef";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const WORDS: &[&str] = &[
    "return", "value", "self", "import", "function", "public", "const", "string", "name", "path",
    "index", "config", "user", "password", "token", "client", "server", "request", "response",
    "error", "result", "test", "key", "id", "data", "list", "auth", "access", "service", "version",
];
const SIGNS: &[&str] = &[
    " ", " ", " ", " ", " = ", ": ", "(", ")", ", ", ";\n", "\n    ", "\n", " = \"", "\"", ".", "_",
];

impl Text {
    /// About so many bytes of it.
    fn make(self, bytes: usize) -> Vec<u8> {
        let mut numbers = Numbers(bytes as u64);
        let mut text = Vec::with_capacity(bytes + 256);
        while text.len() < bytes {
            let piece = match self {
                Self::Source => source_line(&mut numbers),
                Self::Minified => {
                    let names = [0; 4].map(|_| numbers.text(LOWER, 1 + text.len() % 3));
                    let [a, b, c, d] = names;
                    format!(
                        "function {a}({b},{c}){{return {b}.{d}?{c}[{b}.{a}]:!1}}var {c}=\"{d}\","
                    )
                }
                Self::Lock => {
                    let (name, hash) = (numbers.text(LOWER, 8), numbers.text(BASE64, 86));
                    let version = numbers.below(90);
                    format!(
                        "    \"{name}\": {{\n      \"version\": \"1.{version}.0\",\n      \"integrity\": \"sha512-{hash}==\"\n    }},\n"
                    )
                }
                Self::Base64 => numbers.text(BASE64, 1024),
                Self::Json => {
                    let [id, hash] = [24, 40].map(|length| numbers.text(HEX, length));
                    let name = numbers.pick(WORDS);
                    format!(
                        "{{\"id\":\"{id}\",\"{name}\":{{\"hash\":\"{hash}\",\"ok\":true,\"n\":1}}}},"
                    )
                }
                Self::Letter => "a".repeat(1024),
                Self::Names => "password=".to_owned(),
                Self::Escapes => {
                    let word = numbers.pick(WORDS);
                    format!("%22{word}%22%3A%20\\u0022{word}\\n\\x41&quot;")
                }
            };
            text.extend(piece.bytes());
        }
        text
    }
}

/// Words and signs, now and then a hash, rarely a secret. Secrets are made here, and are none anywhere.
fn source_line(numbers: &mut Numbers) -> String {
    match numbers.below(2000) {
        0 => format!("{}_{} = \"{}\"\n", "api", "password", numbers.text(BASE64, 20)),
        1 => format!("key: {}{}{}\n", "sk_", "live_", numbers.text(HEX, 24)),
        2..=20 => numbers.text(HEX, 40),
        _ => [numbers.pick(WORDS), numbers.pick(SIGNS)].concat(),
    }
}

/// Numbers that look random and are always the same (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % count as u64).unwrap()
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }
}

/// A text in which the pass has been made.
fn prepared(text: Text) -> (Bench, BytesCount) {
    let mut bench = Bench::on(text.make(MEGABYTE));
    bench.prepare(&RULES);
    let bytes = BytesCount::new(bench.size());
    (bench, bytes)
}

/// The pass over every byte.
#[divan::bench(args = TEXTS)]
fn a_pass(bencher: Bencher, text: Text) {
    let (mut bench, bytes) = prepared(text);
    bencher.counter(bytes).bench_local(|| bench.prepare(&RULES));
}

/// Rules and assignments, where the pass stopped.
#[divan::bench(args = TEXTS)]
fn b_matching(bencher: Bencher, text: Text) {
    let (bench, bytes) = prepared(text);
    bencher.counter(bytes).bench_local(|| bench.run(&RULES));
}

/// Assignments alone.
#[divan::bench(args = TEXTS)]
fn c_assignments(bencher: Bencher, text: Text) {
    let (bench, bytes) = prepared(text);
    bencher.counter(bytes).bench_local(|| bench.assignments(&RULES));
}

/// What is encoded, and the pass over what comes out.
#[divan::bench(args = TEXTS)]
fn d_decoding(bencher: Bencher, text: Text) {
    let (bench, bytes) = prepared(text);
    bencher.counter(bytes).bench_local(|| bench.decode(&RULES));
}

/// All of it, from text to secrets.
#[divan::bench(args = TEXTS)]
fn e_detect(bencher: Bencher, text: Text) {
    let (mut bench, bytes) = prepared(text);
    bencher.counter(bytes).bench_local(|| bench.detect(&RULES));
}

/// How a file is written.
#[derive(Clone, Copy, Debug)]
enum Encoding {
    Utf8,
    Latin1,
    Utf16,
    Utf32,
}

impl Encoding {
    fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.into(),
            Self::Latin1 => text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')).collect(),
            Self::Utf16 => "\u{feff}"
                .encode_utf16()
                .chain(text.encode_utf16())
                .flat_map(u16::to_le_bytes)
                .collect(),
            Self::Utf32 => "\u{feff}"
                .chars()
                .chain(text.chars())
                .flat_map(|c| u32::from(c).to_le_bytes())
                .collect(),
        }
    }
}

/// From a file to text.
#[divan::bench(args = [Encoding::Utf8, Encoding::Latin1, Encoding::Utf16, Encoding::Utf32])]
fn f_reading(bencher: Bencher, encoding: Encoding) {
    let text =
        String::from_utf8(Text::Source.make(4 * MEGABYTE)).unwrap().replace("error", "\u{e9}rror");
    let (_folder, sources, bytes) = written(&encoding.encode(&text));
    let listing = source::list(&sources, &Selection::default()).unwrap();
    let mut scratch = source::Scratch::default();
    bencher.counter(bytes).bench_local(|| {
        let mut length = 0;
        for unit in &listing.units {
            source::read(unit, &mut scratch, &mut Vec::new(), &mut |blob| {
                length += blob.text.len();
            });
        }
        length
    });
}

/// A file with this content, which is gone with the folder.
fn written(content: &[u8]) -> (TempDir, Vec<Source>, BytesCount) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text");
    fs::write(&path, content).unwrap();
    (folder, vec![Source::Path(path)], BytesCount::new(content.len()))
}

fn config() -> Config {
    let checks: Vec<&str> = policy::metas().map(|meta| meta.id.as_str()).collect();
    let flags = Flags { threads: 1, ..Flags::default() };
    Config::new(&ConfigFile::default(), &flags, &checks).unwrap()
}

fn outcome(sources: &[Source], config: &Config) -> Outcome {
    scan(sources, config, &Progress::default()).unwrap()
}

/// Findings to bytes; the counter counts findings.
#[divan::bench(args = [Format::Text, Format::Json, Format::Sarif])]
fn g_report(bencher: Bencher, format: Format) {
    let (_folder, sources, _) = written(&Text::Source.make(20 * MEGABYTE));
    let outcome = outcome(&sources, &config());
    let options = Options {
        suppressed: Suppressed::Counted,
        secrets: Secrets::Masked,
        now: 0,
        fail_on: Severity::Low,
        look: Look::Plain,
        width: 100,
        links: None,
        category: "scan",
    };
    bencher.counter(ItemsCount::new(outcome.findings.len())).bench_local(|| {
        let mut out = Vec::new();
        report::write(format, &outcome, &options, &mut out).unwrap();
        out
    });
}

/// A whole scan of one file, which is read in parts of 1 MiB: what a byte costs must not depend on how many there are.
mod growth {
    use super::{Bencher, MEGABYTE, Text, config, outcome, written};

    /// In quarters of a megabyte.
    const SIZES: [usize; 4] = [1, 2, 4, 8];

    fn grow(bencher: Bencher, text: Text, quarters: usize) {
        let (_folder, sources, bytes) = written(&text.make(quarters * MEGABYTE / 4));
        let config = config();
        bencher.counter(bytes).bench_local(|| outcome(&sources, &config));
    }

    macro_rules! texts {
        ($($name:ident $text:ident,)*) => {
            $(
                #[divan::bench(args = SIZES, sample_count = 3, sample_size = 1)]
                fn $name(bencher: Bencher, quarters: usize) {
                    grow(bencher, Text::$text, quarters);
                }
            )*
        };
    }

    texts! {
        source Source,
        minified Minified,
        lock Lock,
        base64 Base64,
        json Json,
        letter Letter,
        names Names,
        escapes Escapes,
    }

    /// One line that no memory holds twice.
    #[divan::bench(ignore, args = [100, 200], sample_count = 3, sample_size = 1)]
    fn long_line(bencher: Bencher, megabytes: usize) {
        grow(bencher, Text::Minified, 4 * megabytes);
    }
}
