//! What stands between a name and its value.

/// How far the operator may be from the name.
const MAX_GAP: usize = 24;

/// What stands between name and value, or else ties them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    /// `=`, `:=`, `=>`, `<-`.
    Assign,
    /// `==`, `!=`, `eq`: a comparison with a literal gives it away as well.
    Compare,
    /// `:`, as in YAML, JSON and headers.
    Colon,
    /// `,` between quoted arguments, as in `put("password", "…")`.
    Comma,
    /// `(`, as in `setPassword("…")`.
    Call,
    /// `>`, as in `<password>…</password>`.
    Element,
    /// White space, as in `--password …` and `IDENTIFIED BY '…'`.
    Space,
    /// Name and value stand side by side under keys of their own: `name: DB_PASSWORD`, `value: …`.
    Pair,
    /// One of several values of a name, or one under a key within: `passwords: [ … ]`.
    Item,
    /// An option of a program that takes passwords: `sshpass -p …`.
    Flag,
    /// A statement of SQL: `IDENTIFIED BY '…'`.
    Sql,
    /// A place in a file of a format that is known by the name of the file or its kind.
    Entry,
}

/// What closes a quoted or indexed name: quotes (also escaped ones) at once, then brackets and white space.
pub(super) fn skip_closers(text: &[u8], from: usize) -> (usize, Closed) {
    let mut closed = Closed::default();
    let mut at = from;
    while at < from + MAX_GAP {
        let blank = matches!(text.get(at), Some(b' ' | b'\t'));
        let (quote, length) = match text.get(at..) {
            Some([b'\\', b'"' | b'\'', ..]) => (true, 2),
            Some([b'"' | b'\'' | b'`', ..]) => (true, 1),
            Some([b'&', b'q', b'u', b'o', b't', b';', ..]) => (true, 6),
            Some([b'&', b'#', b'3', b'9' | b'4', b';', ..]) => (true, 5),
            Some([b'[', b']', ..]) => (false, 2),
            Some([b']' | b')' | b'}' | b'?' | b'*' | b' ' | b'\t', ..]) => (false, 1),
            _ => break,
        };
        if quote && closed.spaced {
            break;
        }
        closed.quoted |= quote;
        closed.spaced |= blank;
        at += length;
    }
    (at, closed)
}

#[derive(Clone, Copy, Default)]
pub(super) struct Closed {
    pub(super) quoted: bool,
    pub(super) spaced: bool,
}

/// The operator that `rest` begins with, and its length. Some need a look at the name as well.
pub(super) fn operator(rest: &[u8], closed: Closed) -> Option<(Operator, usize)> {
    Some(match rest {
        [b'=' | b'!', b'=', b'=', ..] => (Operator::Compare, 3),
        [b'=' | b'!', b'=', ..] => (Operator::Compare, 2),
        [b'=' | b'-', b'>', ..]
        | [b':' | b'?' | b'+' | b'|' | b'.', b'=', ..]
        | [b'<', b'-', ..] => (Operator::Assign, 2),
        [b'|', b'|', b'=', ..] => (Operator::Assign, 3),
        [b'=', ..] => (Operator::Assign, 1),
        [b':', b':', ..] => return None,
        [b':', ..] => (Operator::Colon, 1),
        [b',', ..] if closed.quoted => (Operator::Comma, 1),
        [b'(', ..] if !closed.quoted => (Operator::Call, 1),
        [b'>', ..] => (Operator::Element, 1),
        [byte, ..] if closed.spaced && !closed.quoted && !byte.is_ascii_whitespace() => {
            behind_type(rest).map_or((Operator::Space, 0), |length| (Operator::Assign, length))
        }
        _ => return None,
    })
}

/// `string = "…"`, behind the name it is the type of: the length up to the operator's end.
fn behind_type(rest: &[u8]) -> Option<usize> {
    let is_type = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_.*[]<>?".contains(byte);
    let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
    let of_type = rest.iter().take(24).take_while(is_type).count();
    let blanks = rest.iter().skip(of_type).take(8).take_while(is_blank).count();
    let at = of_type + blanks;
    let blanks_after = rest.iter().skip(at + 1).take(8).take_while(is_blank).count();
    let is_literal = matches!(rest.get(at + 1 + blanks_after), Some(b'"' | b'\'' | b'`'));
    (of_type >= 3 && blanks > 0 && rest.get(at) == Some(&b'=') && is_literal).then_some(at + 1)
}
