//! Pages for browsers: one file that asks for nothing and works from a disk. A policy in it names its styles and scripts by
//! their digests, so that nothing else runs whatever texts it shows. All pages share a theme.

use std::fmt;
use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use sha2::{Digest, Sha256};

use super::json::escaped;
use crate::blob::is_inert;

/// Colours, type, badges, buttons and tables.
const THEME: &str = include_str!("theme.css");

/// How scripts make elements, read data, copy text and change the theme.
const BASE: &str = include_str!("base.js");

/// A page, but for what is in it.
pub(super) struct Page {
    /// What the window is called.
    pub title: &'static str,
    /// Styles beyond those of the theme.
    pub style: &'static str,
    /// Scripts beyond those that all pages have. They run once the page is read.
    pub script: &'static str,
    /// The markup that the scripts fill.
    pub markup: &'static str,
}

impl Page {
    /// Writes the page: its markup, what stands in for it without scripts, and the data.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub(super) fn write(
        &self,
        data: &impl Serialize,
        plain: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
        out: &mut dyn io::Write,
    ) -> io::Result<()> {
        let style = embedded(&[THEME, self.style]);
        let script = embedded(&[BASE, self.script]);
        let (title, markup) = (Escaped(self.title), self.markup);
        let (style_digest, script_digest) = (digest(&style), digest(&script));
        write!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             style-src '{style_digest}'; script-src '{script_digest}'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n{markup}\n<noscript>\n",
        )?;
        plain(out)?;
        write!(out, "</noscript>\n<script type=\"application/json\" id=\"data\">")?;
        data.serialize(&mut Serializer::with_formatter(&mut *out, Inert))?;
        write!(out, "</script>\n<script>{script}</script>\n</body>\n</html>\n")
    }
}

/// Text as it stands in an element or a quoted attribute.
pub(super) struct Escaped<'a>(pub &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in self.0.split_inclusive(['&', '<', '>', '"', '\'']) {
            let plain = part.trim_end_matches(['&', '<', '>', '"', '\'']);
            f.write_str(plain)?;
            f.write_str(match part.as_bytes().get(plain.len()) {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                Some(b'"') => "&quot;",
                Some(b'\'') => "&#39;",
                _ => "",
            })?;
        }
        Ok(())
    }
}

/// Several files as the content of one element. Browsers take the digest of lines that end in `\n`.
fn embedded(parts: &[&str]) -> String {
    let mut text = String::from("\n");
    for part in parts {
        text.push_str(&part.replace("\r\n", "\n"));
    }
    text
}

fn digest(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// JSON that closes no element, and whose source shows what it says.
struct Inert;

impl Formatter for Inert {
    fn write_string_fragment<W>(&mut self, out: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        let is_plain = |character| is_inert(character) && !matches!(character, '<' | '>' | '&');
        escaped(fragment, is_plain, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts that must stay what they are.
    const TEXTS: &[&str] = &[
        "</script><script>alert(1)</script>",
        "<!--<script>",
        "&lt; \" ' \\ \u{2028}\u{2029}\u{202e}\u{e0041}\u{7f}\n",
        "plain ü 💡",
    ];

    fn page(text: &str) -> String {
        let page = Page { title: "t", style: "", script: "", markup: "" };
        let mut out = Vec::new();
        page.write(&text, |out| write!(out, "{}", Escaped(text)), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn data_is_read_back_and_closes_nothing() {
        for text in TEXTS {
            let page = page(text);
            let (_, rest) = page.split_once("id=\"data\">").unwrap();
            let (json, _) = rest.split_once("</script>").unwrap();
            assert!(!json.contains(['<', '\u{2028}', '\u{202e}']), "{json}");
            assert_eq!(serde_json::from_str::<String>(json).unwrap(), *text);
        }
    }

    #[test]
    fn markup_stays_text() {
        for text in TEXTS {
            let page = page(text);
            assert_eq!(page.matches("<script").count(), 2, "{page}");
        }
        assert_eq!(Escaped("a&&<b>").to_string(), "a&amp;&amp;&lt;b&gt;");
    }

    #[test]
    fn styles_and_scripts_are_the_ones_that_are_named() {
        let page = page("");
        for (element, directive) in [("style", "style-src"), ("script", "script-src")] {
            let (_, content) = page.rsplit_once(&format!("<{element}>")).unwrap();
            let (content, _) = content.split_once(&format!("</{element}>")).unwrap();
            assert!(page.contains(&format!("{directive} '{}'", digest(content))), "{element}");
        }
    }

    #[test]
    fn lines_end_as_browsers_read_them() {
        assert_eq!(embedded(&["a\r\nb", "c"]), "\na\nbc");
    }
}
