//! SVG from marks.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use plotters_backend::BackendCoord;

use super::outlines::Outlines;
use super::{DocumentWords, Fill, Mark, Stroke, TextMark, UNITS_PER_PX};
use crate::image::Image;
use crate::look::Scale;
use crate::text::{Font, UNITS_PER_EM};
use crate::theme::{self, Rgb};

/// An SVG document of `width` x `height` px on the theme's background.
///
/// Marks of a kind and style that follow each other become one element.
pub(crate) fn svg_from_marks(
    (width, height): (u32, u32),
    scale: Scale,
    words: &DocumentWords<'_>,
    marks: &[Mark],
    font: &Font,
) -> String {
    let mut outlines = Outlines::new(font);
    let mut body = String::new();
    for run in marks.chunk_by(joins) {
        write_run(&mut body, run, &mut outlines);
    }
    let mut svg = String::with_capacity(body.len() + 4096);
    _ = write!(
        svg,
        concat!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" "#,
            r#"xmlns:xlink="http://www.w3.org/1999/xlink" "#,
            r#"width="{outer_width}" height="{outer_height}" viewBox="0 0 {width} {height}" "#,
            r#"role="img" aria-label="{label}">"#,
            "\n<title>{label}</title>\n"
        ),
        outer_width = outer(scale, width),
        outer_height = outer(scale, height),
        width = width,
        height = height,
        label = escaped(words.title),
    );
    for (element, text) in [("desc", words.description), ("metadata", words.origin)] {
        if !text.is_empty() {
            _ = writeln!(svg, "<{element}>{}</{element}>", escaped(text));
        }
    }
    svg.push_str("<defs>\n");
    outlines.write_definitions(&mut svg);
    svg.push_str("</defs>\n");
    _ = writeln!(
        svg,
        r#"<rect width="{width}" height="{height}" fill="{}"/>"#,
        hex(theme::BACKGROUND)
    );
    svg.push_str(&body);
    svg.push_str("</svg>\n");
    svg
}

/// Whether a mark can share an element with the one before it.
fn joins(before: &Mark, mark: &Mark) -> bool {
    match (before, mark) {
        // Where translucent areas overlap, one would show less than two.
        (Mark::Rect { fill: a, .. }, Mark::Rect { fill: b, .. }) => a == b && a.percent == 100,
        (Mark::Path { stroke: a, .. }, Mark::Path { stroke: b, .. }) => a == b,
        (Mark::Text(a), Mark::Text(b)) => {
            !a.is_turned && !b.is_turned && a.em == b.em && a.colour == b.colour
        }
        _ => false,
    }
}

fn write_run(svg: &mut String, run: &[Mark], outlines: &mut Outlines<'_>) {
    let Some(first) = run.first() else { return };
    match first {
        Mark::Rect { fill, .. } => {
            _ = write!(
                svg,
                r#"<path {} shape-rendering="crispEdges" d=""#,
                filled(*fill)
            );
            for mark in run {
                if let Mark::Rect { from, to, .. } = mark {
                    let (width, height) = (to.0 - from.0, to.1 - from.1);
                    let (w, h) = (px(width), px(height));
                    _ = write!(svg, "M{}h{w}v{h}h{}z", pair(*from), px(-width));
                }
            }
            svg.push_str("\"/>\n");
        }
        Mark::Path { stroke, .. } => {
            _ = write!(svg, r#"<path fill="none" {} d=""#, stroked(stroke));
            for mark in run {
                if let Mark::Path { points, .. } = mark {
                    write_points(svg, points);
                }
            }
            svg.push_str("\"/>\n");
        }
        Mark::Polygon { corners, fill } => {
            _ = write!(svg, r#"<path {} d=""#, filled(*fill));
            write_points(svg, corners);
            svg.push_str("z\"/>\n");
        }
        Mark::Circle {
            centre,
            radius,
            fill,
        } => {
            let (x, y, r) = (px(centre.0), px(centre.1), px(*radius));
            let fill = filled(*fill);
            _ = writeln!(svg, r#"<circle cx="{x}" cy="{y}" r="{r}" {fill}/>"#);
        }
        Mark::Text(text) => write_texts(svg, text, run, outlines),
        Mark::Bitmap { at, size, rgb } => {
            let (width, height) = *size;
            let png = Image::new(width, height, rgb.clone()).to_png();
            _ = writeln!(
                svg,
                concat!(
                    r#"<image x="{}" y="{}" width="{}" height="{}" "#,
                    r#"style="image-rendering:pixelated" "#,
                    r#"xlink:href="data:image/png;base64,{}"/>"#
                ),
                px(at.0),
                px(at.1),
                width,
                height,
                STANDARD.encode(png)
            );
        }
    }
}

/// Writes lines of text in one size and colour.
fn write_texts(svg: &mut String, first: &TextMark, run: &[Mark], outlines: &mut Outlines<'_>) {
    let scale = first.em / UNITS_PER_EM;
    let (x, y) = (px(first.at.0), px(first.at.1));
    let turn = match first.is_turned {
        true => format!("translate({x} {y}) rotate(-90) "),
        false => String::new(),
    };
    let fill = hex(first.colour);
    _ = writeln!(
        svg,
        r#"<g fill="{fill}" transform="{turn}scale({scale:.7})">"#
    );
    for mark in run {
        let Mark::Text(mark) = mark else { continue };
        let (left, top) = match mark.is_turned {
            true => (0.0, 0.0),
            false => (f64::from(mark.at.0), f64::from(mark.at.1)),
        };
        let x = (left / f64::from(UNITS_PER_PX) + mark.start) / scale;
        let y = (top / f64::from(UNITS_PER_PX) + f64::from(mark.baseline)) / scale;
        _ = write!(svg, r#"<g aria-label="{}">"#, escaped(&mark.text));
        outlines.write_line(svg, &mark.text, x, y);
        svg.push_str("</g>\n");
    }
    svg.push_str("</g>\n");
}

fn write_points(svg: &mut String, points: &[BackendCoord]) {
    for (index, &at) in points.iter().enumerate() {
        svg.push(if index == 0 { 'M' } else { 'L' });
        svg.push_str(&pair(at));
    }
}

fn filled(fill: Fill) -> String {
    let colour = hex(fill.colour);
    match fill.percent {
        100 => format!(r#"fill="{colour}""#),
        percent => {
            let opacity = f64::from(percent) / 100.0;
            format!(r#"fill="{colour}" fill-opacity="{opacity}""#)
        }
    }
}

fn stroked(stroke: &Stroke) -> String {
    let (colour, width) = (hex(stroke.colour), px(stroke.width));
    let mut text = format!(r#"stroke="{colour}" stroke-width="{width}" stroke-linejoin="round""#);
    if !stroke.dash.0.is_empty() {
        let lengths: Vec<String> = stroke.dash.0.iter().map(|&u| px(u)).collect();
        _ = write!(text, r#" stroke-dasharray="{}""#, lengths.join(" "));
    }
    text
}

/// A side of the document as its viewers have it: pixels, or inches for print.
fn outer(scale: Scale, side: u32) -> String {
    let points = f64::from(side) * scale.points;
    let (length, unit) = match scale.is_web {
        true => (points / 0.75, ""),
        false => (points / 72.0, "in"),
    };
    // Ten thousandths, without zeros at the end.
    let length = format!("{length:.4}");
    let length = length.trim_end_matches('0').trim_end_matches('.');
    format!("{length}{unit}")
}

fn pair((x, y): BackendCoord) -> String {
    format!("{} {}", px(x), px(y))
}

/// Pixels from units, as short as it goes.
fn px(units: i32) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let (whole, tenth) = (units.abs() / UNITS_PER_PX, units.abs() % UNITS_PER_PX);
    match tenth {
        0 => format!("{sign}{whole}"),
        tenth => format!("{sign}{whole}.{tenth}"),
    }
}

fn hex([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Text for XML: its special characters as entities, and the box of unknown
/// characters in place of those that XML 1.0 forbids.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if c.is_control() => escaped.push(' '),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_exact() {
        assert_eq!(px(120), "12");
        assert_eq!(px(-5), "-0.5");
        assert_eq!(px(-103), "-10.3");
        assert_eq!(px(0), "0");
    }

    #[test]
    fn no_text_breaks_the_document() {
        assert_eq!(
            escaped("a<b> & \"c\" 'd'\u{0}\u{ffff}\n"),
            "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; \u{fffd} "
        );
    }
}
