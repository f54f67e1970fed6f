//! Pixels from marks.

use ab_glyph::{FontRef, Point, point};
use ab_glyph_rasterizer::{Point as RasterPoint, Rasterizer, point as raster_point};
use plotters_backend::BackendCoord;

use super::stroke::covered;
use super::{Fill, Mark, TextMark, UNITS_PER_PX};
use crate::image::Image;
use crate::text::Line;
use crate::theme::{self, Rgb};

/// How far the control points of a quarter of a circle are from its ends, in
/// radii.
const QUARTER: f32 = 0.552_284_8;

/// A picture of `width` x `height` px on the theme's background.
pub(crate) fn image_from_marks(
    (width, height): (u32, u32),
    marks: &[Mark],
    font: &FontRef<'_>,
) -> Image {
    let mut picture = Picture {
        width: width as i32,
        height: height as i32,
        rgb: theme::BACKGROUND.repeat(width as usize * height as usize),
        last_line: None,
    };
    for mark in marks {
        picture.draw(mark, font);
    }
    Image::new(width, height, picture.rgb)
}

struct Picture<'m> {
    width: i32,
    height: i32,
    rgb: Vec<u8>,
    /// The line set last: numbers come many times in a row.
    last_line: Option<(&'m TextMark, Line)>,
}

impl<'m> Picture<'m> {
    fn draw(&mut self, mark: &'m Mark, font: &FontRef<'_>) {
        match mark {
            Mark::Rect { from, to, fill } => self.rect(*from, *to, *fill),
            Mark::Polygon { corners, fill } => {
                let corners: Vec<Point> = corners.iter().map(|&at| px(at)).collect();
                self.shape(&[corners], &[], 0.0, *fill);
            }
            Mark::Circle {
                centre,
                radius,
                fill,
            } => self.shape(&[], &[px(*centre)], length(*radius), *fill),
            Mark::Path { points, stroke } => {
                let covered = covered(points, stroke);
                let half = length(stroke.width) / 2.0;
                let fill = Fill::solid(stroke.colour);
                self.shape(&covered.pieces, &covered.joins, half, fill);
            }
            Mark::Text(text) => self.text(text, font),
            Mark::Bitmap { at, size, rgb } => self.bitmap(*at, *size, rgb),
        }
    }

    fn rect(&mut self, from: BackendCoord, to: BackendCoord, fill: Fill) {
        let whole = |(x, y): BackendCoord| x % UNITS_PER_PX == 0 && y % UNITS_PER_PX == 0;
        if !whole(from) || !whole(to) || fill.percent < 100 {
            let corners = [from, (to.0, from.1), to, (from.0, to.1)];
            self.shape(&[corners.map(px).to_vec()], &[], 0.0, fill);
            return;
        }
        let across = |x: i32| (x / UNITS_PER_PX).clamp(0, self.width);
        let along = |y: i32| (y / UNITS_PER_PX).clamp(0, self.height);
        let (left, right) = (across(from.0.min(to.0)), across(from.0.max(to.0)));
        let (top, bottom) = (along(from.1.min(to.1)), along(from.1.max(to.1)));
        for y in top..bottom {
            let start = 3 * (y as usize * self.width as usize + left as usize);
            let end = start + 3 * (right - left) as usize;
            for pixel in self.rgb[start..end].chunks_exact_mut(3) {
                pixel.copy_from_slice(&fill.colour);
            }
        }
    }

    /// Fills outlines and circles of one radius, all together once.
    fn shape(&mut self, outlines: &[Vec<Point>], centres: &[Point], radius: f32, fill: Fill) {
        let mut shape = Shape::around(outlines, centres, radius);
        for outline in outlines {
            shape.add_outline(outline);
        }
        for &centre in centres {
            shape.add_circle(centre, radius);
        }
        let opacity = f32::from(fill.percent) / 100.0;
        shape.raster.for_each_pixel_2d(|x, y, share| {
            if share > 0.0 {
                let at = (shape.left + x as i32, shape.top + y as i32);
                self.blend(at, fill.colour, share.min(1.0) * opacity);
            }
        });
    }

    fn text(&mut self, mark: &'m TextMark, font: &FontRef<'_>) {
        let is_last = |last: &TextMark| {
            last.text == mark.text && last.em == mark.em && last.start == mark.start
        };
        let line = match self.last_line.take() {
            Some((last, line)) if is_last(last) => line,
            _ => Line::set(font, mark.em, &mark.text, mark.start),
        };
        let (x, y) = (mark.at.0 / UNITS_PER_PX, mark.at.1 / UNITS_PER_PX);
        for (dx, dy, share) in line.pixels() {
            let dy = dy + mark.baseline;
            let (dx, dy) = if mark.is_turned { (dy, -dx) } else { (dx, dy) };
            self.blend((x + dx, y + dy), mark.colour, share);
        }
        self.last_line = Some((mark, line));
    }

    fn bitmap(&mut self, at: BackendCoord, (width, height): (u32, u32), rgb: &[u8]) {
        let (left, top) = (at.0 / UNITS_PER_PX, at.1 / UNITS_PER_PX);
        let rows = rgb.chunks_exact(3 * width as usize).take(height as usize);
        for (y, row) in (top..self.height).zip(rows) {
            let shown = (self.width - left).clamp(0, width as i32) as usize;
            if y < 0 || left < 0 {
                continue;
            }
            let start = 3 * (y as usize * self.width as usize + left as usize);
            self.rgb[start..start + 3 * shown].copy_from_slice(&row[..3 * shown]);
        }
    }

    /// Mixes a colour into a pixel, in parts of 256.
    fn blend(&mut self, (x, y): (i32, i32), colour: Rgb, share: f32) {
        if !(0..self.width).contains(&x) || !(0..self.height).contains(&y) {
            return;
        }
        let start = 3 * (y as usize * self.width as usize + x as usize);
        let parts = (share * 256.0).floor() as i32;
        for (old, new) in self.rgb[start..start + 3].iter_mut().zip(colour) {
            let difference = i32::from(new) - i32::from(*old);
            // From 255 parts on, all of it.
            *old = match parts {
                255.. => new,
                _ => (i32::from(*old) + difference * parts / 256) as u8,
            };
        }
    }
}

/// Coverage of the pixels around a shape.
struct Shape {
    raster: Rasterizer,
    left: i32,
    top: i32,
}

impl Shape {
    /// Room for outlines and circles.
    fn around(outlines: &[Vec<Point>], centres: &[Point], radius: f32) -> Self {
        let points = outlines.iter().flatten().map(|&p| (p, 0.0));
        let all = points.chain(centres.iter().map(|&p| (p, radius)));
        let mut bounds: Option<[f32; 4]> = None;
        for (p, r) in all {
            let [left, top, right, bottom] = bounds.unwrap_or([p.x, p.y, p.x, p.y]);
            bounds = Some([
                left.min(p.x - r),
                top.min(p.y - r),
                right.max(p.x + r),
                bottom.max(p.y + r),
            ]);
        }
        let [left, top, right, bottom] = bounds.unwrap_or_default();
        let (left, top) = (left.floor() as i32 - 1, top.floor() as i32 - 1);
        let width = right.ceil() as i32 + 1 - left;
        let height = bottom.ceil() as i32 + 1 - top;
        Self {
            raster: Rasterizer::new(width.max(1) as usize, height.max(1) as usize),
            left,
            top,
        }
    }

    fn local(&self, p: Point) -> RasterPoint {
        raster_point(p.x - self.left as f32, p.y - self.top as f32)
    }

    fn add_outline(&mut self, corners: &[Point]) {
        for index in 0..corners.len() {
            let from = self.local(corners[index]);
            let to = self.local(corners[(index + 1) % corners.len()]);
            self.raster.draw_line(from, to);
        }
    }

    /// A circle, clockwise as strokes are.
    fn add_circle(&mut self, centre: Point, radius: f32) {
        let at = |x: f32, y: f32| point(centre.x + radius * x, centre.y + radius * y);
        // The start of each quarter, as a direction; it turns by a right angle.
        for (x, y) in [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)] {
            let (next_x, next_y) = (-y, x);
            let quarter = [
                at(x, y),
                at(x + QUARTER * next_x, y + QUARTER * next_y),
                at(next_x + QUARTER * x, next_y + QUARTER * y),
                at(next_x, next_y),
            ];
            let [a, b, c, d] = quarter.map(|p| self.local(p));
            self.raster.draw_cubic(a, b, c, d);
        }
    }
}

fn px((x, y): BackendCoord) -> Point {
    point(length(x), length(y))
}

fn length(units: i32) -> f32 {
    units as f32 / UNITS_PER_PX as f32
}

#[cfg(test)]
mod tests {
    use super::super::{Anchor, Canvas, Dash, Pen, Words};
    use super::*;

    fn painted(size: (u32, u32), draw: impl FnOnce(&Pen<'_>)) -> Image {
        let font = theme::font().unwrap();
        let mut marks = Vec::new();
        draw(&Pen::new(Canvas::new(size, &mut marks), font));
        image_from_marks(size, &marks, font)
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
