//! PDF from marks, by pdf-writer.
//!
//! Text stays text: it can be searched and copied, and the font is embedded. The
//! font's file holds no more than what figures use, so that all of it goes in.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use pdf_writer::types::{CidFontType, FontFlags, LineJoinStyle, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use plotters_backend::BackendCoord;

use super::{DocumentWords, Fill, Mark, Stroke, TextMark, px_from_units as px};
use crate::text::{CAPITAL_HEIGHT, Font, UNITS_PER_EM};
use crate::theme::{self, Rgb};

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const INFO: Ref = Ref::new(5);
const FONT: Ref = Ref::new(6);
const CID_FONT: Ref = Ref::new(7);
const DESCRIPTOR: Ref = Ref::new(8);
const FONT_FILE: Ref = Ref::new(9);
const CMAP: Ref = Ref::new(10);
/// The first of images and states, which come last.
const FIRST_FREE: Ref = Ref::new(11);

const FONT_NAME: Name<'_> = Name(b"DejaVuSans");
/// What the font is called in the page's content.
const FONT_KEY: Name<'_> = Name(b"F");
/// Glyphs go by their numbers in the font.
const IDENTITY: SystemInfo<'_> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};
/// How far the control points of a quarter of a circle are from its ends, in
/// radii.
const QUARTER: f32 = 0.552_284_8;

/// A document of one page, a drawing of `width` x `height` px with `scale`
/// points in one of these, without a time stamp.
pub(crate) fn pdf_from_marks(
    (width, height): (u32, u32),
    scale: f64,
    words: &DocumentWords<'_>,
    marks: &[Mark],
    font: &Font,
) -> Vec<u8> {
    let mut page = Page::new(font);
    let points = |side: u32| (f64::from(side) * scale) as f32;
    let (right, top) = (points(width), points(height));
    let scale = scale as f32;
    page.content.transform([scale, 0.0, 0.0, -scale, 0.0, top]);
    page.content.set_line_join(LineJoinStyle::RoundJoin);
    page.fill_colour(theme::BACKGROUND);
    page.content
        .rect(0.0, 0.0, width as f32, height as f32)
        .fill_nonzero();
    for mark in marks {
        page.draw(mark);
    }

    let mut pdf = Pdf::new();
    let mut catalog = pdf.catalog(CATALOG);
    catalog.pages(PAGES).lang(TextStr("en"));
    catalog.viewer_preferences().display_doc_title(true);
    catalog.finish();
    pdf.pages(PAGES).kids([PAGE]).count(1);
    let mut info = pdf.document_info(INFO);
    for (key, text) in [
        ("Title", words.title),
        ("Subject", words.description),
        ("Comment", words.origin),
    ] {
        if !text.is_empty() {
            info.pair(Name(key.as_bytes()), TextStr(text));
        }
    }
    info.finish();

    let mut free = FIRST_FREE;
    let images: Vec<Ref> = page.images.iter().map(|_| free.bump()).collect();
    let states: Vec<(u8, Ref)> = page.opacities.iter().map(|&p| (p, free.bump())).collect();
    let mut entry = pdf.page(PAGE);
    entry.parent(PAGES).contents(CONTENT);
    entry.media_box(Rect::new(0.0, 0.0, right, top));
    let mut resources = entry.resources();
    resources.fonts().pair(FONT_KEY, FONT);
    let mut objects = resources.x_objects();
    for (index, &id) in images.iter().enumerate() {
        objects.pair(Name(image_key(index).as_bytes()), id);
    }
    objects.finish();
    let mut graphics = resources.ext_g_states();
    for (percent, id) in &states {
        graphics.pair(Name(state_key(*percent).as_bytes()), *id);
    }
    graphics.finish();
    resources.finish();
    entry.finish();
    for (percent, id) in states {
        let alpha = f32::from(percent) / 100.0;
        pdf.ext_graphics(id).non_stroking_alpha(alpha);
    }
    for (id, image) in images.into_iter().zip(&page.images) {
        let pixels = deflated(image.rgb);
        let mut object = pdf.image_xobject(id, &pixels);
        object.filter(Filter::FlateDecode);
        let (width, height) = (image.size.0 as i32, image.size.1 as i32);
        object.width(width).height(height).bits_per_component(8);
        object.color_space().device_rgb();
    }
    let content = deflated(&page.content.finish());
    pdf.stream(CONTENT, &content).filter(Filter::FlateDecode);
    write_font(&mut pdf, font, &page.glyphs);
    pdf.finish()
}

/// Writes the font, whose `glyphs` stand for these characters.
fn write_font(pdf: &mut Pdf, font: &Font, glyphs: &BTreeMap<u16, char>) {
    let mut composite = pdf.type0_font(FONT);
    composite.base_font(FONT_NAME);
    composite.encoding_predefined(Name(b"Identity-H"));
    composite.descendant_font(CID_FONT).to_unicode(CMAP);
    composite.finish();

    // Widths and heights of PDF are thousandths of an em.
    let thousandths = |units: f32| units * 1000.0 / UNITS_PER_EM as f32;
    let face = font.face();
    let mut cid = pdf.cid_font(CID_FONT);
    cid.subtype(CidFontType::Type2).base_font(FONT_NAME);
    cid.system_info(IDENTITY).font_descriptor(DESCRIPTOR);
    cid.cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = cid.widths();
    for &glyph in glyphs.keys() {
        let advance = font.advance(ttf_parser::GlyphId(glyph));
        widths.consecutive(glyph, [thousandths(f32::from(advance))]);
    }
    widths.finish();
    cid.finish();

    let bounds = face.global_bounding_box();
    let units = |value: i16| thousandths(f32::from(value));
    let mut descriptor = pdf.font_descriptor(DESCRIPTOR);
    descriptor.name(FONT_NAME).flags(FontFlags::SYMBOLIC);
    descriptor.bbox(Rect::new(
        units(bounds.x_min),
        units(bounds.y_min),
        units(bounds.x_max),
        units(bounds.y_max),
    ));
    descriptor.ascent(units(face.ascender()));
    descriptor.descent(units(face.descender()));
    descriptor.cap_height(1000.0 * CAPITAL_HEIGHT as f32);
    descriptor.italic_angle(0.0).stem_v(90.0);
    descriptor.font_file2(FONT_FILE);
    descriptor.finish();

    let file = deflated(font.file());
    let mut stream = pdf.stream(FONT_FILE, &file);
    stream.filter(Filter::FlateDecode);
    stream.pair(Name(b"Length1"), font.file().len() as i32);
    stream.finish();
    let mut cmap = UnicodeCmap::new(Name(b"Figure"), IDENTITY);
    for (&glyph, &character) in glyphs {
        cmap.pair(glyph, character);
    }
    let cmap = deflated(&cmap.finish());
    pdf.cmap(CMAP, &cmap).filter(Filter::FlateDecode);
}

/// The page as it is drawn.
struct Page<'m> {
    content: Content,
    font: &'m Font,
    /// The glyphs that are used, and what each stands for.
    glyphs: BTreeMap<u16, char>,
    images: Vec<Bitmap<'m>>,
    /// In percent.
    opacities: BTreeSet<u8>,
}

struct Bitmap<'m> {
    size: (u32, u32),
    rgb: &'m [u8],
}

impl<'m> Page<'m> {
    fn new(font: &'m Font) -> Self {
        Self {
            content: Content::new(),
            font,
            glyphs: BTreeMap::new(),
            images: Vec::new(),
            opacities: BTreeSet::new(),
        }
    }

    fn draw(&mut self, mark: &'m Mark) {
        match mark {
            Mark::Rect { from, to, fill } => self.filled(*fill, |content| {
                let size = (px(to.0 - from.0), px(to.1 - from.1));
                content.rect(px(from.0), px(from.1), size.0, size.1);
            }),
            Mark::Polygon { corners, fill } => self.filled(*fill, |content| {
                lines(content, corners);
                content.close_path();
            }),
            Mark::Circle {
                centre,
                radius,
                fill,
            } => self.filled(*fill, |content| circle(content, *centre, *radius)),
            Mark::Path { points, stroke } => self.stroke(points, stroke),
            Mark::Text(text) => self.text(text),
            Mark::Bitmap { at, size, rgb } => {
                let key = image_key(self.images.len());
                self.images.push(Bitmap { size: *size, rgb });
                let (width, height) = (size.0 as f32, size.1 as f32);
                let (left, bottom) = (px(at.0), px(at.1) + height);
                // An image is one unit wide and high, and starts at its bottom.
                let place = [width, 0.0, 0.0, -height, left, bottom];
                self.content.save_state().transform(place);
                self.content.x_object(Name(key.as_bytes())).restore_state();
            }
        }
    }

    fn filled(&mut self, fill: Fill, outline: impl FnOnce(&mut Content)) {
        let is_translucent = fill.percent < 100;
        if is_translucent {
            self.opacities.insert(fill.percent);
            let key = state_key(fill.percent);
            self.content
                .save_state()
                .set_parameters(Name(key.as_bytes()));
        }
        self.fill_colour(fill.colour);
        outline(&mut self.content);
        self.content.fill_nonzero();
        if is_translucent {
            self.content.restore_state();
        }
    }

    fn fill_colour(&mut self, colour: Rgb) {
        let [red, green, blue] = shares(colour);
        self.content.set_fill_rgb(red, green, blue);
    }

    fn stroke(&mut self, points: &[BackendCoord], stroke: &Stroke) {
        let [red, green, blue] = shares(stroke.colour);
        let lengths = stroke.dash.0.iter().map(|&units| px(units));
        self.content
            .set_stroke_rgb(red, green, blue)
            .set_line_width(px(stroke.width))
            .set_dash_pattern(lengths, 0.0);
        lines(&mut self.content, points);
        self.content.stroke();
    }

    fn text(&mut self, mark: &TextMark) {
        let mut line = Vec::with_capacity(2 * mark.text.len());
        for character in mark.text.chars() {
            let glyph = self.font.glyph(character);
            // Where the font lacks a character, a question mark is seen and read.
            let known = self.font.face().glyph_index(character).is_some();
            let stands_for = if known { character } else { '?' };
            self.glyphs.entry(glyph.0).or_insert(stands_for);
            line.extend(glyph.0.to_be_bytes());
        }
        let (x, y) = (px(mark.at.0), px(mark.at.1));
        let (along, across) = (mark.start as f32, mark.baseline as f32);
        // The page is drawn from its top; letters are not to stand on their heads.
        let place = match mark.is_turned {
            false => [1.0, 0.0, 0.0, -1.0, x + along, y + across],
            true => [0.0, -1.0, -1.0, 0.0, x + across, y - along],
        };
        self.fill_colour(mark.colour);
        self.content
            .begin_text()
            .set_font(FONT_KEY, mark.em as f32)
            .set_text_matrix(place)
            .show(Str(&line))
            .end_text();
    }
}

fn lines(content: &mut Content, points: &[BackendCoord]) {
    for (index, &(x, y)) in points.iter().enumerate() {
        match index {
            0 => content.move_to(px(x), px(y)),
            _ => content.line_to(px(x), px(y)),
        };
    }
}

fn circle(content: &mut Content, (x, y): BackendCoord, radius: i32) {
    let (x, y, radius) = (px(x), px(y), px(radius));
    let at = |across: f32, along: f32| (x + radius * across, y + radius * along);
    content.move_to(x + radius, y);
    // The start of each quarter, as a direction; it turns by a right angle.
    for (a, b) in [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)] {
        let (next_a, next_b) = (-b, a);
        let (x1, y1) = at(a + QUARTER * next_a, b + QUARTER * next_b);
        let (x2, y2) = at(next_a + QUARTER * a, next_b + QUARTER * b);
        let (x3, y3) = at(next_a, next_b);
        content.cubic_to(x1, y1, x2, y2, x3, y3);
    }
    content.close_path();
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .expect("memory takes all that is written into it")
}

fn image_key(index: usize) -> String {
    format!("I{index}")
}

fn state_key(percent: u8) -> String {
    format!("O{percent}")
}

fn shares(colour: Rgb) -> [f32; 3] {
    colour.map(|value| f32::from(value) / 255.0)
}
