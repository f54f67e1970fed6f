//! Setting a line of text.
//!
//! Plotters would take fonts of the system, so text is set here: one character
//! after the other by the widths of the one font of this crate. Pictures,
//! documents and layouts ask the same widths, so that they agree.
//!
//! Sizes are in em: a font of 10 px em has capitals of about 7.3 px.

use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// Height of capitals and digits of the font, in em.
pub(crate) const CAPITAL_HEIGHT: f64 = 1493.0 / 2048.0;

/// Width of a digit of the font, in em; all digits have the same.
pub(crate) const DIGIT_WIDTH: f64 = 1303.0 / 2048.0;

/// Units of the font in an em.
pub(crate) const UNITS_PER_EM: f64 = 2048.0;

/// The font that text is set in.
pub(crate) struct Font {
    face: Face<'static>,
    file: &'static [u8],
}

impl Font {
    /// The font in a TrueType file; `None` if it can't be read.
    pub(crate) fn from_file(file: &'static [u8]) -> Option<Self> {
        let face = Face::parse(file, 0).ok()?;
        (u32::from(face.units_per_em()) == UNITS_PER_EM as u32).then_some(Self { face, file })
    }

    /// The file that the font is in.
    pub(crate) fn file(&self) -> &'static [u8] {
        self.file
    }

    /// The font as `ttf_parser` has it.
    pub(crate) fn face(&self) -> &Face<'static> {
        &self.face
    }

    /// The glyph of a character; of one that the font doesn't have, a question
    /// mark.
    pub(crate) fn glyph(&self, character: char) -> GlyphId {
        let known = self.face.glyph_index(character);
        known
            .or_else(|| self.face.glyph_index('?'))
            .unwrap_or_default()
    }

    /// How far a glyph moves the pen, in font units.
    pub(crate) fn advance(&self, glyph: GlyphId) -> u16 {
        self.face.glyph_hor_advance(glyph).unwrap_or_default()
    }

    /// The glyphs of a line, each with the place of its pen from the start of
    /// the line, in font units.
    pub(crate) fn line(&self, text: &str) -> impl Iterator<Item = (GlyphId, u32)> {
        let mut pen = 0;
        text.chars().map(move |character| {
            let glyph = self.glyph(character);
            let at = pen;
            pen += u32::from(self.advance(glyph));
            (glyph, at)
        })
    }

    /// Draws the outline of a glyph, in font units, y upwards; nothing for a
    /// space.
    pub(crate) fn outline(&self, glyph: GlyphId, into: &mut impl OutlineBuilder) {
        // A glyph without an outline is no fault.
        _ = self.face.outline_glyph(glyph, into);
    }
}

/// Width of a line of text, in pixels.
pub(crate) fn width(font: &Font, em: f64, text: &str) -> f64 {
    let units = text.chars().map(|c| u64::from(font.advance(font.glyph(c))));
    units.sum::<u64>() as f64 * em / UNITS_PER_EM
}

/// Makes a line fit into `most` px: as it is at `em`, else smaller, down to
/// `smallest`, else with its end cut off and an ellipsis in place of it.
/// Control characters (line breaks among them) become spaces.
///
/// Returns the text to set and its em.
pub(crate) fn fit(font: &Font, text: &str, em: f64, smallest: f64, most: f64) -> (String, f64) {
    let mut text: String = text
        .trim()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let natural = width(font, em, &text);
    if natural <= most {
        return (text, em);
    }
    // Half pixels, so that titles of almost the same length look alike.
    let shrunk = (2.0 * em * most / natural).floor() / 2.0;
    if shrunk >= smallest {
        return (text, shrunk);
    }

    let mut room = most - width(font, smallest, "…");
    let kept = text
        .char_indices()
        .find(|&(_, c)| {
            room -= width(font, smallest, c.encode_utf8(&mut [0; 4]));
            room < 0.0
        })
        .map_or(text.len(), |(index, _)| index);
    text.truncate(kept);
    text.truncate(text.trim_end().len());
    text.push('…');
    (text, smallest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::font;

    #[test]
    fn sizes_are_in_em() {
        let font = font().unwrap();
        for digit in '0'..='9' {
            let measured = width(font, 100.0, &digit.to_string());
            assert!((measured - 100.0 * DIGIT_WIDTH).abs() < 0.01, "{digit}");
        }
        let bounds = font.face().glyph_bounding_box(font.glyph('H')).unwrap();
        let height = f64::from(bounds.y_max);
        assert_eq!(height, UNITS_PER_EM * CAPITAL_HEIGHT);
    }

    #[test]
    fn the_font_has_what_titles_need() {
        let font = font().unwrap();
        for character in "aZ09-–—…“”×·±≤≥≈→∞√∑äßčłκσρ²₁".chars()
        {
            assert!(font.face().glyph_index(character).is_some(), "{character}");
        }
    }

    #[test]
    fn lines_shrink_and_then_lose_their_end() {
        let font = font().unwrap();
        let text = "a title of some length";
        let natural = width(font, 20.0, text);
        assert_eq!(fit(font, text, 20.0, 14.0, natural), (text.into(), 20.0));

        let (kept, em) = fit(font, text, 20.0, 14.0, natural * 0.8);
        assert_eq!((kept.as_str(), em), (text, 16.0));

        let (kept, em) = fit(font, text, 20.0, 14.0, natural * 0.5);
        assert!(kept.ends_with('…') && text.starts_with(kept.trim_end_matches('…')));
        assert!(!kept.contains(" …"));
        assert!(width(font, em, &kept) <= natural * 0.5);
        assert!(kept.len() > 10, "{kept}");
    }

    #[test]
    fn unknown_characters_are_seen() {
        let font = font().unwrap();
        assert_eq!(font.glyph('\u{4e2d}'), font.glyph('?'));
        assert_ne!(font.glyph('?'), GlyphId(0));
    }

    #[test]
    fn line_breaks_become_spaces() {
        let font = font().unwrap();
        assert_eq!(fit(font, " a\nb\t", 20.0, 14.0, 500.0).0, "a b");
        assert_eq!(fit(font, "", 20.0, 14.0, 500.0).0, "");
    }
}
