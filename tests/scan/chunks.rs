//! Large files are read in chunks. Where one ends must not matter to what is found, or to where it is said to be.

use keylint::source::{AFTER, Scratch, Unit, read};

use crate::folder::{Folder, Start, TOKEN};

/// How a large file is written, and how large it is.
struct Shape {
    name: &'static str,
    mark: &'static [u8],
    /// Bytes of a character.
    width: usize,
    filler: &'static str,
    /// Characters.
    length: usize,
}

const SHAPES: &[Shape] = &[
    // One line of 100 MB, with a token round each end of each chunk, one byte further each time.
    Shape {
        name: "line.txt",
        mark: b"",
        width: 1,
        filler: "it rains and it pours and so on ",
        length: 100_000_000,
    },
    Shape {
        name: "lines.txt",
        mark: b"",
        width: 1,
        filler: "it rains\r\nand it\npours and so on\n\n",
        length: 5_000_000,
    },
    Shape {
        name: "utf-16.txt",
        mark: b"\xFF\xFE",
        width: 2,
        filler: "it rains\nand so on ",
        length: 5_000_000,
    },
    Shape {
        name: "utf-32.txt",
        mark: b"\xFF\xFE\0\0",
        width: 4,
        filler: "it rains\nand so on ",
        length: 2_000_000,
    },
];

impl Shape {
    fn text(&self) -> Vec<u8> {
        self.filler.bytes().cycle().take(self.length).collect()
    }

    fn write(&self, folder: &Folder, text: &[u8]) -> Unit {
        let mut bytes = self.mark.to_vec();
        for byte in text {
            bytes.push(*byte);
            bytes.extend(&[0; 3][..self.width - 1]);
        }
        Unit::File(folder.write(self.name, bytes))
    }
}

/// One chunk, in bytes of the file: what the reader shows, and the part of it that is this chunk's own.
struct Chunk {
    start: usize,
    own_start: usize,
    own_end: usize,
}

fn chunks(unit: &Unit, width: usize) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut skipped = Vec::new();
    read(unit, &mut Scratch::default(), &mut skipped, &mut |blob| {
        let start = usize::try_from(blob.start.offset).unwrap();
        // The byte order mark is three bytes of the text; only the first chunk has it, and owns it.
        let longer = if start == 0 && width > 1 { 3 - 1 } else { 0 };
        let place = |at: usize| start + at.saturating_sub(longer) * width;
        chunks.push(Chunk {
            start,
            own_start: place(blob.owns.start),
            own_end: place(blob.owns.end),
        });
    });
    assert_eq!(skipped, []);
    chunks
}

#[test]
fn tokens_are_found_round_the_ends_of_chunks() {
    for shape in SHAPES {
        let folder = Folder::new();
        let mut text = shape.text();
        let chunks = chunks(&shape.write(&folder, &text), shape.width);
        assert!(chunks.len() > 4, "{} has only {} chunks", shape.name, chunks.len());
        for pair in chunks.windows(2) {
            assert_eq!(
                pair[0].own_end, pair[1].own_start,
                "{}: every byte has an owner",
                shape.name
            );
        }
        let mut wanted = Vec::new();
        // The whole of the token passes over each end, and some more.
        let shifts = 100;
        for (number, chunk) in chunks.iter().enumerate().skip(1) {
            let shift = number * (shifts / chunks.len()).max(1) % shifts;
            for end in [chunk.start, chunk.own_start, chunk.own_start + AFTER] {
                let at = (end - shape.mark.len()) / shape.width + shift - 60;
                let Some(room) = text.get_mut(at..at + TOKEN.len() + 2) else { continue };
                room.copy_from_slice(format!(" {TOKEN} ").as_bytes());
                wanted.push(at + 1);
            }
        }
        wanted.sort_unstable();
        shape.write(&folder, &text);
        let run = folder.scan(&["--only", "secrets", shape.name]);
        assert_eq!((run.code, run.skipped()), (1, vec![]), "{}", shape.name);
        assert_eq!(run.starts(), starts(shape, &text, &wanted), "{}", shape.name);
        assert_eq!(run.json()["stats"]["bytes"], shape.mark.len() + text.len() * shape.width);
        if text.len() < 10_000_000 {
            let input = std::fs::read(folder.path().join(shape.name)).unwrap();
            let piped = folder.run_with(&["scan", "--format", "json", "-"], &[], &input).starts();
            let places = |starts: &[Start]| -> Vec<(u64, u64, u64)> {
                starts.iter().map(|start| (start.line, start.column, start.offset)).collect()
            };
            assert_eq!(places(&piped), places(&run.starts()), "{} through a pipe", shape.name);
        }
    }
}

/// The positions of these characters of a text.
fn starts(shape: &Shape, text: &[u8], wanted: &[usize]) -> Vec<Start> {
    let (mut line, mut line_start, mut seen) = (1, 0, 0);
    let mut start = |at: usize| {
        for newline in memchr::memchr_iter(b'\n', &text[seen..at]) {
            line += 1;
            line_start = seen + newline + 1;
        }
        seen = at;
        Start {
            origin: shape.name.into(),
            line,
            column: (at - line_start + 1) as u64,
            offset: (shape.mark.len() + at * shape.width) as u64,
        }
    };
    wanted.iter().map(|at| start(*at)).collect()
}
