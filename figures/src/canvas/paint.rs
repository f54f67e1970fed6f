//! Pixels from marks, by tiny-skia.
//!
//! tiny-skia is built without its SIMD code: plain 32-bit arithmetic, for which
//! every machine has the same results.

use plotters_backend::BackendCoord;
use tiny_skia::{
    FillRule, FilterQuality, LineJoin, Paint, Path, PathBuilder, PathStroker, Pixmap, PixmapPaint,
    PixmapRef, Rect, Stroke as SkiaStroke, StrokeDash, Transform,
};
use ttf_parser::OutlineBuilder;

use super::{Fill, Mark, Stroke, TextMark, px_from_units as px};
use crate::image::Image;
use crate::text::{Font, UNITS_PER_EM};
use crate::theme;

/// A picture of a drawing of `width` x `height` px on the theme's background,
/// with `scale` pixels of the picture in one of the drawing.
///
/// Rectangles and baselines are put on whole pixels, so that they are sharp.
pub(crate) fn image_from_marks(
    (width, height): (u32, u32),
    scale: f64,
    marks: &[Mark],
    font: &Font,
) -> Image {
    let pixels = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    let (width, height) = (pixels(width), pixels(height));
    let mut picture = Picture {
        pixmap: Pixmap::new(width, height).expect("sizes are checked before a figure is drawn"),
        scale: scale as f32,
        last_line: None,
    };
    let [red, green, blue] = theme::BACKGROUND;
    let background = tiny_skia::Color::from_rgba8(red, green, blue, 255);
    picture.pixmap.fill(background);
    for mark in marks {
        picture.draw(mark, font);
    }
    let (pixels, _) = picture.pixmap.data().as_chunks::<4>();
    let rgb = pixels.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]);
    Image::new(width, height, rgb.collect())
}

struct Picture<'m> {
    pixmap: Pixmap,
    scale: f32,
    /// The line set last, in font units: numbers come many times in a row.
    last_line: Option<(&'m str, Path)>,
}

impl<'m> Picture<'m> {
    fn draw(&mut self, mark: &'m Mark, font: &Font) {
        match mark {
            Mark::Rect { from, to, fill } => self.rect(*from, *to, *fill),
            Mark::Polygon { corners, fill } => {
                self.fill(path(corners, true), &paint(*fill));
            }
            Mark::Circle {
                centre,
                radius,
                fill,
            } => {
                let circle = PathBuilder::from_circle(px(centre.0), px(centre.1), px(*radius));
                self.fill(circle, &paint(*fill));
            }
            Mark::Path { points, stroke } => self.stroke(points, stroke),
            Mark::Text(text) => self.text(text, font),
            Mark::Bitmap { at, size, rgb } => self.bitmap(*at, *size, rgb),
        }
    }

    fn rect(&mut self, from: BackendCoord, to: BackendCoord, fill: Fill) {
        let place = |units: i32| (px(units) * self.scale).round();
        // What is there is seen, however small the picture.
        let ends = |from: i32, to: i32| {
            let (start, end) = (place(from), place(to));
            (start, if to > from { end.max(start + 1.0) } else { end })
        };
        let ((left, right), (top, bottom)) = (ends(from.0, to.0), ends(from.1, to.1));
        let Some(rect) = Rect::from_ltrb(left, top, right, bottom) else {
            return;
        };
        let paint = Paint {
            anti_alias: false,
            ..paint(fill)
        };
        let whole = Transform::identity();
        self.pixmap.fill_rect(rect, &paint, whole, None);
    }

    fn fill(&mut self, path: Option<Path>, paint: &Paint<'_>) {
        if let Some(path) = path {
            let scaled = Transform::from_scale(self.scale, self.scale);
            let rule = FillRule::Winding;
            self.pixmap.fill_path(&path, paint, rule, scaled, None);
        }
    }

    fn stroke(&mut self, points: &[BackendCoord], stroke: &Stroke) {
        let lengths = stroke.dash.0.iter().map(|&units| px(units));
        let how = SkiaStroke {
            width: px(stroke.width),
            line_join: LineJoin::Round,
            ..SkiaStroke::default()
        };
        let line =
            path(points, false).and_then(|line| match StrokeDash::new(lengths.collect(), 0.0) {
                Some(dash) => line.dash(&dash, self.scale),
                None => Some(line),
            });
        // As an area, for which tiny-skia has one way, rather than as a line, for
        // which thin ones have another.
        let area = line.and_then(|line| PathStroker::new().stroke(&line, &how, self.scale));
        self.fill(area, &paint(Fill::solid(stroke.colour)));
    }

    fn text(&mut self, mark: &'m TextMark, font: &Font) {
        let line = match self.last_line.take() {
            Some((last, line)) if last == mark.text => Some(line),
            _ => line_path(&mark.text, font),
        };
        let Some(line) = line else { return };
        let em = (mark.em / UNITS_PER_EM) as f32 * self.scale;
        let (x, y) = (px(mark.at.0), px(mark.at.1));
        let (along, across) = (mark.start as f32, mark.baseline as f32);
        let place = match mark.is_turned {
            false => {
                let baseline = ((y + across) * self.scale).round();
                Transform::from_row(em, 0.0, 0.0, em, (x + along) * self.scale, baseline)
            }
            true => {
                let baseline = ((x + across) * self.scale).round();
                Transform::from_row(0.0, -em, em, 0.0, baseline, (y - along) * self.scale)
            }
        };
        let paint = paint(Fill::solid(mark.colour));
        self.pixmap
            .fill_path(&line, &paint, FillRule::Winding, place, None);
        self.last_line = Some((&mark.text, line));
    }

    fn bitmap(&mut self, at: BackendCoord, (width, height): (u32, u32), rgb: &[u8]) {
        let (pixels, _) = rgb.as_chunks::<3>();
        let rgba = pixels.iter().flat_map(|[r, g, b]| [*r, *g, *b, 255]);
        let rgba: Vec<u8> = rgba.collect();
        let Some(image) = PixmapRef::from_bytes(&rgba, width, height) else {
            return;
        };
        let place = |units: i32| (px(units) * self.scale).round();
        let (x, y) = (place(at.0), place(at.1));
        let scaled = Transform::from_row(self.scale, 0.0, 0.0, self.scale, x, y);
        let how = PixmapPaint {
            quality: FilterQuality::Nearest,
            ..PixmapPaint::default()
        };
        self.pixmap.draw_pixmap(0, 0, image, &how, scaled, None);
    }
}

fn paint(fill: Fill) -> Paint<'static> {
    let [red, green, blue] = fill.colour;
    let mut paint = Paint::default();
    let opacity = (f64::from(fill.percent) * 2.55).round() as u8;
    paint.set_color_rgba8(red, green, blue, opacity);
    paint
}

/// Lines from point to point, in pixels of the drawing.
fn path(points: &[BackendCoord], is_closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    for (index, &(x, y)) in points.iter().enumerate() {
        match index {
            0 => path.move_to(px(x), px(y)),
            _ => path.line_to(px(x), px(y)),
        }
    }
    if is_closed {
        path.close();
    }
    path.finish()
}

/// The outlines of a line of text from its origin, in font units.
fn line_path(text: &str, font: &Font) -> Option<Path> {
    let mut line = LinePath {
        path: PathBuilder::new(),
        pen: 0.0,
    };
    for (glyph, pen) in font.line(text) {
        line.pen = pen as f32;
        font.outline(glyph, &mut line);
    }
    line.path.finish()
}

/// Takes outlines down; fonts count upwards, pictures downwards.
struct LinePath {
    path: PathBuilder,
    /// Where the glyph starts.
    pen: f32,
}

impl OutlineBuilder for LinePath {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.pen + x, -y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.pen + x, -y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let pen = self.pen;
        self.path.quad_to(pen + x1, -y1, pen + x, -y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let pen = self.pen;
        self.path
            .cubic_to(pen + x1, -y1, pen + x2, -y2, pen + x, -y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Anchor, Canvas, Dash, Pen, Words};
    use super::*;

    fn painted(size: (u32, u32), draw: impl FnOnce(&Pen<'_>)) -> Image {
        let font = theme::font().unwrap();
        let mut marks = Vec::new();
        draw(&Pen::new(Canvas::new(size, &mut marks), font));
        image_from_marks(size, 1.0, &marks, font)
    }

    /// Left, top, right and bottom of what is not background.
    fn ink(image: &Image) -> (u32, u32, u32, u32) {
        let mut found = (u32::MAX, u32::MAX, 0, 0);
        for y in 0..image.height() {
            for x in 0..image.width() {
                if image.pixel(x, y) != Some(theme::BACKGROUND) {
                    let (left, top, right, bottom) = found;
                    found = (left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1));
                }
            }
        }
        found
    }

    fn words(text: &str, anchor: Anchor, is_turned: bool) -> Words<'_> {
        Words {
            text,
            em: 30.0,
            colour: [0, 0, 0],
            anchor,
            is_turned,
        }
    }

    #[test]
    fn centred_text_is_centred() {
        for is_turned in [false, true] {
            let words = words("808", Anchor::Middle, is_turned);
            let image = painted((200, 200), |pen| pen.text(&words, (100, 100)).unwrap());
            let (left, top, right, bottom) = ink(&image);
            assert!(left.abs_diff(200 - right) <= 2, "{left} {right}");
            assert!(top.abs_diff(200 - bottom) <= 2, "{top} {bottom}");
        }
    }

    #[test]
    fn text_lies_on_the_side_that_its_anchor_says() {
        let at = |anchor| {
            let words = words("Hg", anchor, false);
            ink(&painted((200, 200), |pen| {
                pen.text(&words, (100, 100)).unwrap()
            }))
        };
        let (left, top, ..) = at(Anchor::TopLeft);
        assert!(left >= 100 && top >= 100);
        let (_, _, right, _) = at(Anchor::Right);
        assert!(right <= 100);
    }

    #[test]
    fn a_line_is_not_mistaken_for_the_last_one() {
        let draw = |texts: [&str; 2]| {
            painted((200, 60), |pen| {
                for (text, x) in texts.into_iter().zip([50, 150]) {
                    pen.text(&words(text, Anchor::Top, false), (x, 5)).unwrap();
                }
            })
        };
        assert_ne!(draw(["12", "12"]), draw(["12", "13"]));
    }

    #[test]
    fn shapes_cover_their_area() {
        let dark = |draw: &dyn Fn(&Pen<'_>)| -> f64 {
            let image = painted((100, 100), |pen| draw(pen));
            let pixels = image.rgb().chunks_exact(3);
            pixels.map(|p| 1.0 - f64::from(p[0]) / 255.0).sum()
        };
        let circle = dark(&|pen| pen.circle((50.3, 49.8), 20.0, [0, 0, 0]).unwrap());
        assert!(
            (circle - 400.0 * std::f64::consts::PI).abs() < 13.0,
            "{circle}"
        );
        let ends = [(10.0, 20.0), (70.0, 65.0)];
        let line = dark(&|pen| pen.line(&ends, [0, 0, 0], 2.0, Dash::SOLID).unwrap());
        assert!((line - 150.0).abs() < 3.0, "{line}");
        let corners = [(10.0, 10.0), (50.5, 10.0), (10.0, 90.0)];
        let triangle = dark(&|pen| pen.polygon(&corners, [0, 0, 0]).unwrap());
        assert!((triangle - 1620.0).abs() < 17.0, "{triangle}");
    }
}
