//! The frame of every page: head, policy, style, scripts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Colours and type, for all pages.
const LOOK: &str = include_str!("look/look.css");
/// The switch between light and dark, for all pages.
const THEME: &str = include_str!("look/theme.js");

/// What makes a page one of its kind.
pub(crate) struct Document<'a> {
    /// Plain text.
    pub(crate) title: &'a str,
    /// Style of this kind of page.
    pub(crate) style: &'a str,
    /// Parts of its script, which see each other's names.
    pub(crate) scripts: &'a [&'a str],
    /// JSON for the script; none if it needs no data.
    pub(crate) data: Option<String>,
    /// Markup, whose texts are [escaped](escaped).
    pub(crate) body: &'a str,
}

impl Document<'_> {
    pub(crate) fn to_html(&self) -> String {
        let style = format!("\n{LOOK}\n{}", self.style);
        let script = format!(
            "\n(() => {{\n\"use strict\";\n{THEME}\n{}\n}})();\n",
            self.scripts.join("\n")
        );
        let policy = format!(
            "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; script-src '{}'; style-src '{}'",
            source_of(&script),
            source_of(&style)
        );
        let data = self.data.as_ref().map_or_else(String::new, |data| {
            format!("<script type=\"application/json\" id=\"data\">{data}</script>\n")
        });
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n{}\n{data}\
             <script>{script}</script>\n</body>\n</html>\n",
            escaped(self.title),
            self.body,
        )
    }
}

/// How a policy names an inline script or style.
fn source_of(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

/// Text for markup, also for attributes in double quotes. Control characters, which
/// documents may not have, become replacement characters.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// A value as JSON that can stand in a `script` element: `<`, `>` and `&`, which might end
/// it or begin a comment, and the line ends that JavaScript knows and JSON does not, are
/// written as escapes. They can only be inside of strings.
pub(crate) fn json(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("plain data has a JSON form");
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            c => out.push(c),
        }
    }
    out
}

/// Numbers as text: little-endian, in base64.
pub(crate) fn packed<const N: usize>(numbers: impl Iterator<Item = [u8; N]>) -> String {
    STANDARD.encode(numbers.flatten().collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "</script><script>alert(1)</script><!-- & \u{2028} \" ' \u{0}";

    #[test]
    fn texts_are_escaped() {
        assert_eq!(
            escaped(HOSTILE),
            "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;!-- &amp; \u{2028} &quot; &#39; \u{fffd}"
        );
        let json = json(&[HOSTILE]);
        assert!(!json.contains(['<', '>', '&', '\u{2028}']), "{json}");
        let back: Vec<String> = serde_json::from_str(&json).expect("JSON");
        assert_eq!(back, [HOSTILE]);
    }

    #[test]
    fn the_policy_names_what_is_there() {
        let html = Document {
            title: HOSTILE,
            style: "p { margin: 0 }",
            scripts: &["one();", "two();"],
            data: Some(json(&HOSTILE)),
            body: "<p>text</p>",
        }
        .to_html();
        assert_eq!(html.matches("<script").count(), 2);
        assert_eq!(html.matches("</script>").count(), 2);
        let (_, rest) = html.split_once("<script>").expect("a script");
        let (script, _) = rest.split_once("</script>").expect("its end");
        assert!(html.contains(&source_of(script)));
        let (_, rest) = html.split_once("<style>").expect("a style");
        let (style, _) = rest.split_once("</style>").expect("its end");
        assert!(html.contains(&source_of(style)));
    }
}
