//! Where text is shown, as far as that decides what belongs together: one word may be drawn in many pieces, each put in its
//! place. How wide they are is not known without the fonts, so it is guessed.

/// How wide a character is at most, on average, in sizes of its font.
const WIDE: f64 = 0.7;
/// How much wider a single character may be.
const SPARE: f64 = 0.3;
/// How far up or down text of the same line may be moved, in sizes of its font.
const SAME_LINE: f64 = 0.4;

/// Where text is shown.
#[derive(Debug)]
pub(super) struct Line {
    /// Of the font.
    pub(super) size: f64,
    matrix: [f64; 6],
    /// Where the last text began, and how many characters it has since.
    shown: Option<(f64, f64)>,
    length: u32,
    is_moved: bool,
    is_new: bool,
    has_text: bool,
}

const UNIT: [f64; 6] = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

impl Default for Line {
    fn default() -> Self {
        Self {
            size: 1.0,
            matrix: UNIT,
            shown: None,
            length: 0,
            is_moved: false,
            is_new: false,
            has_text: false,
        }
    }
}

impl Line {
    /// A new block of text begins; it may go on where the last one ended.
    pub(super) fn begin(&mut self) {
        self.set(UNIT);
    }

    /// The next text stands here.
    pub(super) fn set(&mut self, matrix: [f64; 6]) {
        self.matrix = matrix;
        self.is_moved = true;
    }

    /// The next text stands so far from where the last line began.
    pub(super) fn step(&mut self, x: f64, y: f64) {
        let [wide, rise, lean, high, right, up] = self.matrix;
        let right = x.mul_add(wide, y.mul_add(lean, right));
        let up = x.mul_add(rise, y.mul_add(high, up));
        self.set([wide, rise, lean, high, right, up]);
    }

    /// The next text stands in the next line.
    pub(super) fn next(&mut self) {
        self.step(0.0, -self.size.abs());
    }

    /// Nobody knows where the next text stands.
    pub(super) const fn leave(&mut self) {
        self.is_new = true;
    }

    /// Ends the line.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        if self.has_text {
            out.push(b'\n');
        }
        (self.has_text, self.is_new, self.shown) = (false, false, None);
    }

    /// A gap between words.
    pub(super) fn gap(&self, out: &mut Vec<u8>) {
        if self.has_text && !self.is_new {
            out.push(b' ');
        }
    }

    /// Writes what is shown.
    pub(super) fn show(&mut self, text: &str, out: &mut Vec<u8>) {
        let [wide, rise, lean, high, right, up] = self.matrix;
        if self.is_new {
            self.end(out);
        }
        if self.is_moved
            && let Some((last_right, last_up)) = self.shown
        {
            let (right, up) = (right - last_right, up - last_up);
            // Text that is turned goes up or down instead.
            let (along, across) = if rise == 0.0 { (right, up) } else { (up, right) };
            let is_back = along * if rise == 0.0 { wide } else { rise } < 0.0;
            let room = f64::from(self.length).mul_add(WIDE, SPARE) * self.size * wide.hypot(rise);
            if across.abs() > (self.size * lean.hypot(high)).abs() * SAME_LINE || is_back {
                self.end(out);
            } else if along.abs() > room.abs() {
                out.push(b' ');
            }
        }
        if self.is_moved {
            (self.shown, self.length) = (Some((right, up)), 0);
        }
        self.is_moved = false;
        let count = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        self.length = self.length.saturating_add(count);
        self.has_text |= !text.is_empty();
        let is_plain = |c: &char| !c.is_control() || *c == '\t';
        let shown = text.chars().map(|c| Some(c).filter(is_plain).unwrap_or(' '));
        out.extend_from_slice(shown.collect::<String>().as_bytes());
    }
}
