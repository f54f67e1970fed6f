//! Values over two axes as colours.

use crate::canvas::{Anchor, Words};
use crate::chart::{Axis, Better, Scale};
use crate::error::FigureError;
use crate::figure::Figure;
use crate::legend::{Key, Legend};
use crate::look::Look;
use crate::number;
use crate::text::{self, Font};
use crate::theme::{
    self, BACKGROUND, CAPTION_EM, INK, LABEL_EM, MUTED_INK, OUTLINE, SMALLEST_EM, SPACE,
};

/// The most rows and the most columns.
const MOST_SIDE: usize = 512;
/// The longer side of the fields, in pixels.
const LONGEST: u32 = 560;
/// Sides of a field, in pixels.
const LARGEST_FIELD: u32 = 64;
/// The widest name of a row, in pixels; longer ones lose their end.
const WIDEST_NAME: f64 = 170.0;
/// Width of the colour bar, in pixels.
const BAR: i32 = 18;
/// Height of a line of names, in pixels.
const LINE: u32 = 18;

/// Values over two axes.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// The title; may be empty.
    pub title: String,
    /// A second line; may be empty.
    pub subtitle: String,
    /// What differs between columns, with its unit.
    pub x_label: String,
    /// What differs between rows, with its unit.
    pub y_label: String,
    /// What is shown, with its unit; a logarithmic axis spreads the colours by
    /// ratio.
    pub value: Axis,
    /// The columns' names, from the left.
    pub columns: Vec<String>,
    /// The rows' names, from the top.
    pub rows: Vec<String>,
    /// The values, row after row; `None` where there is none.
    pub values: Vec<Option<f64>>,
    /// Which values are good: the best field has a frame, and a line below the
    /// titles says where it is. `None` marks nothing.
    pub best: Option<Better>,
}

/// Draws fields coloured by value (viridis, the least value dark), with the
/// value in each to three digits where it fits, and a colour bar. Fields
/// without a value are empty and outlined.
///
/// Names of rows and columns that would overlap are left out evenly.
///
/// ```
/// use orders_figures::{Axis, Better, HeatMap, heat_map};
///
/// let figure = heat_map(&HeatMap {
///     title: "Total correlation".into(),
///     subtitle: String::new(),
///     x_label: "repulsion (cells)".into(),
///     y_label: "steps".into(),
///     value: Axis::linear("nats"),
///     columns: vec!["1".into(), "2".into()],
///     rows: vec!["8".into(), "16".into()],
///     values: vec![Some(4.25), Some(3.5), Some(2.0), None],
///     best: Some(Better::Lower),
/// })?;
/// assert!(figure.to_svg().contains("aria-label=\"4.25\""));
/// # Ok::<(), orders_figures::FigureError>(())
/// ```
///
/// # Errors
///
/// [`FigureError::Count`] for no row or column or more than 512,
/// [`FigureError::Length`] if there is not a value for each field, and
/// [`FigureError::Value`] for one that has no place on the axis.
pub fn heat_map(map: &HeatMap) -> Result<Figure, FigureError> {
    Look::default().heat_map(map)
}

impl Look {
    /// As [`heat_map`](crate::heat_map()), in this look.
    ///
    /// # Errors
    ///
    /// As there, and [`FigureError::Narrow`].
    pub fn heat_map(&self, map: &HeatMap) -> Result<Figure, FigureError> {
        draw(self, map)
    }
}

fn draw(look: &Look, map: &HeatMap) -> Result<Figure, FigureError> {
    let (rows, columns) = (map.rows.len(), map.columns.len());
    FigureError::check_count("rows", rows, 1, MOST_SIDE)?;
    FigureError::check_count("columns", columns, 1, MOST_SIDE)?;
    if map.values.len() != rows * columns {
        return Err(FigureError::Length {
            what: "the list of values".into(),
            given: map.values.len(),
            expected: rows * columns,
        });
    }
    let present = map.values.iter().copied().flatten();
    let scale = map.value.scale(present, |index| format!("value {index}"))?;
    let colours = Colours::new(map, scale);

    let font = theme::font()?;
    let longest = rows.max(columns) as u32;
    let name_width = |names: &[String]| {
        let widths = names
            .iter()
            .map(|n| text::width(font, CAPTION_EM, n.trim()));
        widths.fold(0.0, f64::max).min(WIDEST_NAME).ceil() as u32
    };
    let row_names = name_width(&map.rows);
    // What does not depend on the fields: their names, the bar and its numbers.
    let bar_numbers = |height: u32| {
        let ticks = colours.scale.ticks((height / 36).clamp(3, 10) as usize);
        let labels: Vec<String> = ticks.iter().map(|tick| tick.label.clone()).collect();
        let width = BAR as u32 + 12 + name_width(&labels) + 8 + LINE;
        (ticks, width)
    };
    let beside = LINE + 6 + row_names + 8 + SPACE + bar_numbers(LONGEST).1;
    let room = look.room(LONGEST + beside).saturating_sub(beside);
    let field = (LONGEST / longest)
        .min(room / columns as u32)
        .clamp(1, LARGEST_FIELD);
    let (width, height) = (field * columns as u32, field * rows as u32);
    let gap = i32::from(field >= 10);
    let bar_height = height.max(140);
    let (ticks, bar_width) = bar_numbers(bar_height);
    let block = LINE + 6 + row_names + 8 + width + SPACE + bar_width;
    let titles = (map.title.as_str(), map.subtitle.as_str());
    let best = map.best.and_then(|better| best_field(&map.values, better));
    let entries = |with_names: bool| -> Vec<_> {
        let entry = best.map(|(index, value)| {
            let (row, column) = (&map.rows[index / columns], &map.columns[index % columns]);
            let (x, y) = (name(&map.x_label), name(&map.y_label));
            let value = number::short(value);
            let words = match with_names {
                true => format!("best: {value} at {x} {column}, {y} {row}"),
                false => format!("best: {value} at {column}, {row}"),
            };
            (Key::Frame, words)
        });
        entry.into_iter().collect()
    };
    // The words are shown whole where the width is for the figure to say.
    let words = Legend::new(font, entries(true), u32::MAX).size().0;
    let wanted = look
        .wanted_width(font, titles)
        .max(words.min(look.room(words)));
    let total = look.fitted(block.max(wanted))?;
    let heading = look.heading(font, titles, total);
    // Where names have no room, the frame says which are meant.
    let legend = Legend::new(font, entries(words <= total), total);
    let margin = look.margin();
    let legend_top = margin + heading.height();
    let top = legend_top + legend.size().1 + if best.is_some() { 6 } else { 0 };
    let size = (
        total + 2 * margin,
        top + (height + 8 + 2 * LINE + 4).max(bar_height + LINE) + margin,
    );
    let left = (margin + LINE + 6 + row_names + 8) as i32;
    let top = top as i32;
    let (width, height, field) = (width as i32, height as i32, field as i32);

    Figure::draw(look, size, titles, |pen| {
        heading.draw(pen, (margin as i32, margin as i32))?;
        legend.draw(pen, (margin as i32, legend_top as i32))?;
        let em = number_em(font, &map.values, field - gap);
        for (index, value) in map.values.iter().enumerate() {
            let (row, column) = ((index / columns) as i32, (index % columns) as i32);
            let at = (left + column * field, top + row * field);
            let side = field - gap;
            let Some(value) = *value else {
                if side >= 4 {
                    pen.frame(at, (side, side), OUTLINE)?;
                }
                continue;
            };
            let colour = colours.of(value);
            pen.fill(at, (side, side), colour)?;
            if let Some(em) = em {
                let ink = theme::text_colour_on(colour);
                let label = number::short(value);
                let middle = (at.0 + side / 2, at.1 + side / 2);
                pen.text(&Words::new(&label, em, ink, Anchor::Middle), middle)?;
            }
        }
        if let Some((index, _)) = best {
            let (row, column) = ((index / columns) as i32, (index % columns) as i32);
            let at = (left + column * field, top + row * field);
            let side = field - gap;
            // Dark around light, so that it is seen on every colour.
            for (around, colour) in [(3, INK), (2, INK), (1, BACKGROUND)] {
                let corner = (at.0 - around, at.1 - around);
                pen.frame(corner, (side + 2 * around, side + 2 * around), colour)?;
            }
        }
        let widest = f64::from(name_width(&map.columns)) + 8.0;
        let fitting = f64::from(field) - 4.0;
        // Short names may skip fields; long ones lose their end.
        let every = match widest <= 4.0 * f64::from(field) || field < 24 {
            true => (widest / f64::from(field)).ceil().max(1.0) as usize,
            false => 1,
        };
        for (column, name) in map.columns.iter().enumerate().step_by(every) {
            let most = fitting + (every - 1) as f64 * f64::from(field);
            let (name, em) = text::fit(font, name, CAPTION_EM, CAPTION_EM, most.max(1.0));
            let x = left + column as i32 * field + (field - gap) / 2;
            pen.text(
                &Words::new(&name, em, INK, Anchor::Top),
                (x, top + height + 6),
            )?;
        }
        let every = (LINE as i32 + field - 1) / field;
        for (row, name) in map.rows.iter().enumerate().step_by(every as usize) {
            let (name, em) = text::fit(font, name, CAPTION_EM, CAPTION_EM, WIDEST_NAME);
            let y = top + row as i32 * field + (field - gap) / 2;
            pen.text(&Words::new(&name, em, INK, Anchor::Right), (left - 8, y))?;
        }
        let label = |text: &str, most: i32| {
            text::fit(font, text, LABEL_EM, LABEL_EM, f64::from(most.max(140))).0
        };
        let x_label = label(&map.x_label, width);
        let x_words = Words::new(&x_label, LABEL_EM, MUTED_INK, Anchor::Top);
        pen.text(&x_words, (left + width / 2, top + height + 8 + LINE as i32))?;
        let turned = |text: &str, at: (i32, i32)| {
            let label = Words::new(text, LABEL_EM, MUTED_INK, Anchor::Middle);
            pen.text(&label.turned(), at)
        };
        let y_label = label(&map.y_label, height);
        let middle = top + height.max(100) / 2;
        turned(&y_label, (margin as i32 + LINE as i32 / 2, middle))?;

        let bar = bar_height as i32;
        let bar_left = left + width + SPACE as i32;
        for y in 0..bar {
            let share = (f64::from(y) + 0.5) / f64::from(bar);
            let colour = theme::sequential(colours.along_colours(share));
            // Each over the rest of the bar: between rows of their own, viewers of
            // documents would let the page shine through.
            pen.fill((bar_left, top), (BAR, bar - y), colour)?;
        }
        for tick in &ticks {
            let y = top + bar - 1 - colours.along(tick.value, bar);
            pen.fill((bar_left + BAR, y), (5, 1), INK)?;
            let at = (bar_left + BAR + 9, y);
            pen.text(&Words::new(&tick.label, CAPTION_EM, INK, Anchor::Left), at)?;
        }
        let value_label = label(map.value.label(), bar);
        let x = bar_left + bar_width as i32 - LINE as i32 / 2;
        turned(&value_label, (x, top + bar / 2))
    })
}

/// The best value and its place; of equal ones, the first.
fn best_field(values: &[Option<f64>], better: Better) -> Option<(usize, f64)> {
    let present = values.iter().enumerate();
    let present = present.filter_map(|(index, value)| Some((index, (*value)?)));
    present.min_by(|(_, a), (_, b)| match better {
        Better::Lower => a.total_cmp(b),
        Better::Higher => b.total_cmp(a),
    })
}

/// An axis label without its unit.
fn name(label: &str) -> &str {
    label.split(" (").next().unwrap_or(label)
}

/// Colours of values, from the least (dark) to the greatest.
struct Colours {
    scale: Scale,
    /// Shares of the axis at which the least and the greatest value are.
    ends: (f64, f64),
}

impl Colours {
    fn new(map: &HeatMap, scale: Scale) -> Self {
        let shares = map.values.iter().flatten().map(|&value| scale.share(value));
        let ends = shares.fold(None, |ends: Option<(f64, f64)>, share| {
            let (low, high) = ends.unwrap_or((share, share));
            Some((low.min(share), high.max(share)))
        });
        let ends = ends.unwrap_or((0.0, 1.0));
        Self { scale, ends }
    }

    fn of(&self, value: f64) -> theme::Rgb {
        theme::sequential(self.along_colours(self.scale.share(value)))
    }

    fn along_colours(&self, share: f64) -> f64 {
        let (low, high) = self.ends;
        match high > low {
            true => ((share - low) / (high - low)).clamp(0.0, 1.0),
            false => 0.5,
        }
    }

    fn along(&self, value: f64, pixels: i32) -> i32 {
        (self.scale.share(value) * f64::from(pixels)) as i32
    }
}

/// The em at which all values fit into fields of a side, if they can be read.
fn number_em(font: &Font, values: &[Option<f64>], side: i32) -> Option<f64> {
    if side < 16 {
        return None;
    }
    let widths = values
        .iter()
        .flatten()
        .map(|&value| text::width(font, 1.0, &number::short(value)));
    let widest = widths.fold(0.1, f64::max);
    let em = ((f64::from(side) - 4.0) / widest).min(CAPTION_EM);
    let em = (2.0 * em).floor() / 2.0;
    (em >= SMALLEST_EM).then_some(em)
}
