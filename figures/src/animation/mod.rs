//! Orders being generated, as moving pictures.

mod encode;

use orders_core::Order;

use crate::canvas::{Anchor, Words};
use crate::error::FigureError;
use crate::figure::Figure;
use crate::grid_view::{GridView, Room, evenly};
use crate::heading::Heading;
use crate::legend::{Legend, role_entries};
use crate::look::Look;
use crate::sheet::Panel;
use crate::small_multiples::{caption, draw_step, with_part};
use crate::text::{self, Font};
use crate::theme::{self, CAPTION_EM, INK, MARGIN, MUTED_INK, PANEL_EM, SPACE};

/// The most orders side by side.
const MOST_PANELS: usize = 16;
/// The most frames of an animation.
const MOST_FRAMES: usize = 1024;
/// The most pixels of all frames together.
const MOST_PIXELS: u64 = 1 << 29;
/// Pixels between orders.
const APART: u32 = 28;
/// Height of an order's name and of its caption, in pixels.
const LINE: u32 = 24;

/// How an animation runs.
#[derive(Clone, Debug, PartialEq)]
pub struct AnimationOptions {
    /// The title; may be empty.
    pub title: String,
    /// Steps shown in a second, from 0.1 to 50. Delays are whole hundredths of
    /// a second.
    pub frames_per_second: f64,
    /// How long the full grid stays before it all starts again, in seconds
    /// from 0 to 60.
    pub end_pause_seconds: f64,
    /// The most frames, from 2 to 1024. Of more steps than one less, so many
    /// are shown, evenly spread; the last frame is the full grid.
    pub most_frames: usize,
}

impl Default for AnimationOptions {
    /// 4 frames a second, 2 seconds at the end, up to 256 frames, no title.
    fn default() -> Self {
        Self {
            title: String::new(),
            frames_per_second: 4.0,
            end_pause_seconds: 2.0,
            most_frames: 256,
        }
    }
}

/// Orders being generated, side by side and step by step; loops for ever.
///
/// Frames are drawn as they are encoded, so that one of them is in memory at a
/// time. The same animation gives the same bytes on every machine.
#[derive(Clone, Debug)]
pub struct Animation<'a> {
    panels: Vec<(Panel<'a>, GridView)>,
    title: String,
    subtitle: String,
    origin: String,
    /// Steps that are shown, from 0; after them comes the full grid.
    steps: Vec<usize>,
    /// Hundredths of a second.
    delay: u16,
    end_delay: u16,
    size: (u32, u32),
    columns: u32,
    pitch: (u32, u32),
}

/// An animation of up to 16 orders: in each frame the cells that are
/// [context](theme::CONTEXT), generated [now](theme::NOW) and
/// [not yet](theme::NOT_YET), as in [`small_multiples`](crate::small_multiples).
/// Orders run in step; one that has fewer steps waits, with "done" below it.
///
/// ```
/// use orders_core::methods::Raster;
/// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
/// use orders_figures::{AnimationOptions, Panel, animation};
///
/// let problem = Problem::new(Grid::new(4, 4)?, GroupSizes::new([1, 5, 10])?)?;
/// let order = Raster.order(&problem, 0, 0)?;
/// let moving = animation(&[Panel::new("raster", &order)], &AnimationOptions::default())?;
/// assert_eq!(moving.frames(), 4);
/// assert!(moving.to_gif()?.starts_with(b"GIF89a"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`FigureError::Count`] for too few or too many panels or frames,
/// [`FigureError::Value`] for a speed or pause out of range,
/// [`FigureError::TooLarge`] if a frame, or all 2^29 px that the frames may
/// have together, are not enough.
pub fn animation<'a>(
    panels: &[Panel<'a>],
    options: &AnimationOptions,
) -> Result<Animation<'a>, FigureError> {
    let font = theme::font()?;
    FigureError::check_count("panels", panels.len(), 1, MOST_PANELS)?;
    FigureError::check_count("frames", options.most_frames, 2, MOST_FRAMES)?;
    let speed = options.frames_per_second;
    if !(0.1..=50.0).contains(&speed) {
        return Err(FigureError::Value {
            what: "the number of frames a second".into(),
            value: speed,
            allowed: "it must be from 0.1 to 50",
        });
    }
    let delay = (100.0 / speed).round() as u16;
    let pause = options.end_pause_seconds;
    if !(0.0..=60.0).contains(&pause) {
        return Err(FigureError::Value {
            what: "the pause at the end, in seconds,".into(),
            value: pause,
            allowed: "it must be from 0 to 60",
        });
    }
    let end_delay = (100.0 * pause).round() as u16;

    let side = if panels.len() <= 2 { 400 } else { 256 };
    let panels: Vec<(Panel<'a>, GridView)> = panels
        .iter()
        .map(|panel| {
            let grid = panel.order.grid();
            let room = Room::square(grid, side, 32, 16);
            (panel.clone(), GridView::new(font, grid, room))
        })
        .collect();
    let most_steps = panels
        .iter()
        .map(|(p, _)| p.order.group_sizes().steps())
        .max();
    let shown = evenly(
        most_steps.unwrap_or(1) as u32,
        options.most_frames as u32 - 1,
    );
    let is_whole = panels.iter().all(|(_, v)| v.drawn_part().is_none());
    let widest = panels.iter().map(|(_, v)| v.size().0).max().unwrap_or(1);
    let highest = panels.iter().map(|(_, v)| v.size().1).max().unwrap_or(1);
    // Captions of all steps fit.
    let pitch = (widest.max(190) + APART, highest + 2 * LINE + SPACE);
    let columns = (panels.len() as u32).min((1320 / pitch.0).max(1));
    let mut moving = Animation {
        panels,
        title: options.title.clone(),
        subtitle: with_part("", is_whole),
        origin: String::new(),
        steps: shown.into_iter().map(|step| step as usize).collect(),
        delay,
        end_delay: end_delay.max(delay),
        size: (1, 1),
        columns,
        pitch,
    };
    let layout = moving.layout(font);
    moving.size = layout.size;
    FigureError::check_size(moving.size)?;
    let (width, height) = moving.size;
    let pixels = u64::from(width) * u64::from(height) * moving.frames() as u64;
    if pixels > MOST_PIXELS {
        return Err(FigureError::Count {
            what: "pixels in all frames",
            given: pixels as usize,
            least: 1,
            most: MOST_PIXELS as usize,
        });
    }
    Ok(moving)
}

/// What stays the same in all frames.
struct Layout {
    heading: Heading,
    legend: Legend,
    top: u32,
    size: (u32, u32),
}

impl Animation<'_> {
    /// The same animation, whose files say how it was made: GIF files in a
    /// comment, APNG files in a text chunk called `Comment`.
    pub fn made_by(self, origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            ..self
        }
    }

    /// Number of frames: the steps that are shown, and the full grid.
    pub fn frames(&self) -> usize {
        self.steps.len() + 1
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    /// How long a frame (from 0) stays, in hundredths of a second.
    pub fn delay(&self, frame: usize) -> u16 {
        match frame < self.steps.len() {
            true => self.delay,
            false => self.end_delay,
        }
    }

    /// A frame (from 0) as a figure; after the last one, the last one.
    ///
    /// # Errors
    ///
    /// As [`FigureError`] says of the font and the drawing.
    pub fn frame(&self, frame: usize) -> Result<Figure, FigureError> {
        let layout = self.layout(theme::font()?);
        let titles = (self.title.as_str(), self.subtitle.as_str());
        Figure::draw(&Look::default(), self.size, titles, |pen| {
            let left = MARGIN as i32;
            layout.heading.draw(pen, (left, left))?;
            layout
                .legend
                .draw(pen, (left, (MARGIN + layout.heading.height()) as i32))?;
            let write = |text: &str, em: f64, colour: theme::Rgb, at: (i32, i32)| {
                let most = f64::from(self.pitch.0 - APART);
                let (text, em) = text::fit(pen.font(), text, em, em, most);
                let anchor = Anchor::TopLeft;
                let words = Words::new(&text, em, colour, anchor);
                pen.text(&words, at)
            };
            for (index, (panel, view)) in self.panels.iter().enumerate() {
                let (row, column) = (index as u32 / self.columns, index as u32 % self.columns);
                let x = (MARGIN + column * self.pitch.0) as i32;
                let y = (layout.top + row * self.pitch.1) as i32;
                write(&panel.label, PANEL_EM, INK, (x, y))?;
                let steps = panel.order.group_sizes().steps();
                let step = self.steps.get(frame).copied().unwrap_or(steps).min(steps);
                let at = (x, y + LINE as i32);
                draw_step(pen, view, panel.order, step, at)?;
                let below = at.1 + view.size().1 as i32 + 6;
                match step < steps {
                    true => {
                        let text = caption(panel.order, step + 1);
                        write(&text, CAPTION_EM, INK, (x, below))?;
                    }
                    false => {
                        let text = format!("done after {}", step_count(panel.order));
                        write(&text, CAPTION_EM, MUTED_INK, (x, below))?;
                    }
                }
            }
            Ok(())
        })
    }

    fn layout(&self, font: &Font) -> Layout {
        let count = self.panels.len() as u32;
        let rows = count.div_ceil(self.columns);
        let block = self.columns * self.pitch.0 - APART;
        let wanted = Heading::wanted_width(font, &self.title, &self.subtitle);
        let width = block.max(wanted).max(260);
        let heading = Heading::new(font, &self.title, &self.subtitle, width);
        let has_known = self.panels.iter().any(|(p, _)| p.order.known().count() > 0);
        let legend = Legend::new(font, role_entries(has_known), width);
        let top = MARGIN + heading.height() + legend.size().1 + SPACE / 2;
        let height = top + rows * self.pitch.1 - SPACE + MARGIN;
        Layout {
            heading,
            legend,
            top,
            size: (width + 2 * MARGIN, height),
        }
    }

    /// The animation as an APNG file, which browsers and most viewers play;
    /// others show its first frame.
    ///
    /// # Errors
    ///
    /// As [`FigureError`] says of the font, the drawing and the encoding.
    pub fn to_apng(&self) -> Result<Vec<u8>, FigureError> {
        encode::apng(self)
    }

    /// The animation as a GIF file.
    ///
    /// # Errors
    ///
    /// As [`FigureError`] says of the font, the drawing and the encoding.
    pub fn to_gif(&self) -> Result<Vec<u8>, FigureError> {
        encode::gif(self)
    }
}

fn step_count(order: &Order) -> String {
    match order.group_sizes().steps() {
        1 => "1 step".into(),
        steps => format!("{steps} steps"),
    }
}
