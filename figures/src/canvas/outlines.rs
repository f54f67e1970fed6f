//! Glyphs as outlines in SVG.

use std::collections::BTreeMap;
use std::fmt::Write;

use ttf_parser::{GlyphId, OutlineBuilder};

use crate::text::Font;

/// The glyphs that a drawing uses, each defined once.
pub(super) struct Outlines<'f> {
    font: &'f Font,
    /// Path data of each glyph, by number; empty where there is nothing to see.
    paths: BTreeMap<u16, String>,
}

impl<'f> Outlines<'f> {
    pub(super) fn new(font: &'f Font) -> Self {
        Self {
            font,
            paths: BTreeMap::new(),
        }
    }

    /// Writes the glyphs of a line that starts at `(x, y)`, in font units.
    pub(super) fn write_line(&mut self, svg: &mut String, line: &str, x: f64, y: f64) {
        for (glyph, pen) in self.font.line(line) {
            if self.define(glyph) {
                let (x, y) = ((x + f64::from(pen)).round(), y.round());
                _ = write!(
                    svg,
                    r##"<use xlink:href="#g{}" x="{x}" y="{y}"/>"##,
                    glyph.0
                );
            }
        }
    }

    /// Sees to it that a glyph is defined; `false` if there is nothing to see
    /// of it.
    fn define(&mut self, glyph: GlyphId) -> bool {
        let font = self.font;
        let path = self.paths.entry(glyph.0).or_insert_with(|| {
            let mut path = PathData(String::new());
            font.outline(glyph, &mut path);
            path.0
        });
        !path.is_empty()
    }

    /// Writes the definitions of all glyphs that were used.
    pub(super) fn write_definitions(&self, svg: &mut String) {
        for (id, path) in &self.paths {
            if !path.is_empty() {
                _ = writeln!(svg, r#"<path id="g{id}" d="{path}"/>"#);
            }
        }
    }
}

/// Takes an outline down as path data; fonts count upwards, SVG downwards.
struct PathData(String);

impl OutlineBuilder for PathData {
    fn move_to(&mut self, x: f32, y: f32) {
        _ = write!(self.0, "M{x} {}", -y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        _ = write!(self.0, "L{x} {}", -y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        _ = write!(self.0, "Q{x1} {} {x} {}", -y1, -y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        _ = write!(self.0, "C{x1} {} {x2} {} {x} {}", -y1, -y2, -y);
    }

    fn close(&mut self) {
        self.0.push('Z');
    }
}
