//! A grid with coloured cells: one frame, or several of a video side by side.

mod lattice;

use std::borrow::Cow;

use lattice::Lattice;
use orders_core::{Cell, Grid, KnownCells, Order};

use crate::canvas::{Anchor, Pen, Words};
use crate::error::FigureError;
use crate::text::{self, Font};
use crate::theme::{
    self, BACKGROUND, CAPTION_EM, CONTEXT, KNOWN, MUTED_INK, NOT_YET, NOW, OUTLINE, Rgb, SPACE,
};

/// Height of the line above a frame, in pixels.
const LABEL_HEIGHT: u32 = 18;
/// Cells of at least this side are drawn as squares, smaller ones as pixels.
const SMALLEST_SQUARE: u32 = 4;
/// Cells of at least this side have room for the mark of known cells.
const SMALLEST_MARKED_CELL: u32 = 5;

/// Room for a grid.
#[derive(Clone, Copy)]
pub(crate) struct Room {
    /// Width and height of all frames together, in pixels. Frames are 8 px at
    /// least, so that very many of them may take more.
    pub(crate) size: (u32, u32),
    /// The side of a cell, at most, in pixels.
    pub(crate) largest_cell: u32,
    /// The most frames that are drawn.
    pub(crate) most_frames: u32,
}

impl Room {
    /// A square of `side` px, or two beside each other for several frames.
    pub(crate) fn square(grid: Grid, side: u32, largest_cell: u32, most_frames: u32) -> Self {
        let width = if grid.frames() > 1 { 2 * side } else { side };
        Self {
            size: (width, side),
            largest_cell,
            most_frames,
        }
    }
}

/// Where the frames and cells of a grid go.
#[derive(Clone, Debug)]
pub(crate) struct GridView {
    grid: Grid,
    lattice: Lattice,
    /// The frames that are drawn, in rising order.
    frames: Vec<u32>,
    /// Frames in a row.
    across: u32,
    /// Pixels from one frame to the next, across and down.
    pitch: (u32, u32),
}

impl GridView {
    /// The frames in as many rows as lets their cells be largest.
    pub(crate) fn new(font: &Font, grid: Grid, room: Room) -> Self {
        let frames = evenly(grid.frames(), room.most_frames);
        let count = frames.len() as u32;
        let last = format!("frame {}", grid.frames() - 1);
        let label_width = text::width(font, CAPTION_EM, &last).ceil() as u32;
        let arranged = |across: u32| {
            if count == 1 {
                return Lattice::new(grid.height(), grid.width(), room.size, room.largest_cell);
            }
            let down = count.div_ceil(across);
            let share = |all: u32, parts: u32, beside: u32| {
                (all / parts)
                    .saturating_sub(beside)
                    .max(lattice::SHORTEST_SIDE)
            };
            let size = (
                share(room.size.0 + SPACE, across, SPACE),
                share(room.size.1 + SPACE, down, SPACE + LABEL_HEIGHT),
            );
            Lattice::new(grid.height(), grid.width(), size, room.largest_cell)
        };
        // Of equally good ones the one with the longest rows.
        let area = |across: u32| {
            let (width, height) = arranged(across).size();
            u64::from(width) * u64::from(height)
        };
        let across = (1..=count).max_by_key(|&across| area(across)).unwrap_or(1);
        let lattice = arranged(across);
        let (width, height) = lattice.size();
        let pitch = match count {
            1 => (width, height),
            _ => (
                width.max(label_width) + SPACE,
                height + LABEL_HEIGHT + SPACE,
            ),
        };
        Self {
            grid,
            lattice,
            frames,
            across,
            pitch,
        }
    }

    /// Width and height in pixels, without the gap after the last cell.
    pub(crate) fn size(&self) -> (u32, u32) {
        let (width, height) = self.lattice.size();
        let gap = self.lattice.gap();
        if self.frames.len() == 1 {
            return (width - gap, height - gap);
        }
        let down = (self.frames.len() as u32).div_ceil(self.across);
        (
            self.across * self.pitch.0 - SPACE,
            down * self.pitch.1 - SPACE,
        )
    }

    /// What part of the grid is drawn, if not all of it, as a grid is written.
    pub(crate) fn drawn_part(&self) -> Option<String> {
        let (rows, columns) = self.lattice.drawn_part();
        let drawn = (self.frames.len() as u32, rows, columns);
        let grid = self.grid;
        let is_whole = drawn == (grid.frames(), grid.height(), grid.width());
        let part = match grid.frames() {
            1 => format!("{rows}x{columns}"),
            _ => format!("{}x{rows}x{columns}", drawn.0),
        };
        (!is_whole).then_some(part)
    }

    /// Draws the cells of all layers, and the numbers of frames.
    pub(crate) fn draw(
        &self,
        pen: &Pen<'_>,
        at: (i32, i32),
        layers: &[Layer<'_>],
    ) -> Result<(), FigureError> {
        self.draw_frame_numbers(pen, at)?;
        if self.lattice.cell() < Some(SMALLEST_SQUARE) {
            return self.draw_pixels(pen, at, layers);
        }
        let Some(pitch) = self.lattice.cell() else {
            return Ok(());
        };
        let side = (pitch - self.lattice.gap()) as i32;
        for layer in layers {
            for &cell in layer.cells.iter() {
                if let Some(corner) = self.corner(at, cell) {
                    pen.fill(corner, (side, side), layer.colour)?;
                }
            }
        }
        Ok(())
    }

    fn draw_pixels(
        &self,
        pen: &Pen<'_>,
        at: (i32, i32),
        layers: &[Layer<'_>],
    ) -> Result<(), FigureError> {
        let mut colours = vec![BACKGROUND; self.grid.cells()];
        for layer in layers {
            for &cell in layer.cells.iter() {
                colours[cell as usize] = layer.colour;
            }
        }
        let cells = self.grid.frame_cells();
        for (index, &frame) in self.frames.iter().enumerate() {
            let start = frame as usize * cells;
            let pixels = self.lattice.pixels(&colours[start..start + cells]);
            pen.bitmap(self.frame_corner(at, index), self.lattice.size(), &pixels)?;
        }
        Ok(())
    }

    fn draw_frame_numbers(&self, pen: &Pen<'_>, at: (i32, i32)) -> Result<(), FigureError> {
        if self.frames.len() == 1 {
            return Ok(());
        }
        for (index, frame) in self.frames.iter().enumerate() {
            let (left, top) = self.frame_corner(at, index);
            let label = format!("frame {frame}");
            let words = Words::new(&label, CAPTION_EM, MUTED_INK, Anchor::TopLeft);
            pen.text(&words, (left, top - LABEL_HEIGHT as i32 + 2))?;
        }
        Ok(())
    }

    /// Draws a line around each frame, just outside of it.
    pub(crate) fn draw_outlines(&self, pen: &Pen<'_>, at: (i32, i32)) -> Result<(), FigureError> {
        let (width, height) = self.lattice.size();
        let gap = self.lattice.gap();
        let size = ((width - gap + 2) as i32, (height - gap + 2) as i32);
        for index in 0..self.frames.len() {
            let (left, top) = self.frame_corner(at, index);
            pen.frame((left - 1, top - 1), size, OUTLINE)?;
        }
        Ok(())
    }

    /// Draws the mark of known cells: a small dark square, where it has room.
    pub(crate) fn draw_known_marks(
        &self,
        pen: &Pen<'_>,
        at: (i32, i32),
        known: &KnownCells,
    ) -> Result<(), FigureError> {
        let cell = self.lattice.cell();
        let Some(pitch) = cell.filter(|&cell| cell >= SMALLEST_MARKED_CELL) else {
            return Ok(());
        };
        let side = (pitch - self.lattice.gap()) as i32;
        for cell in known.cells() {
            if let Some(corner) = self.corner(at, cell) {
                draw_known_mark(pen, corner, side)?;
            }
        }
        Ok(())
    }

    /// The em of step numbers in the cells, if they can be read.
    pub(crate) fn number_em(&self, steps: usize) -> Option<f64> {
        self.lattice.number_em(steps)
    }

    /// Draws the number of each cell's step (from 1), if it can be read.
    ///
    /// Numbers go step by step, so that each one is set once.
    pub(crate) fn draw_numbers(
        &self,
        pen: &Pen<'_>,
        at: (i32, i32),
        order: &Order,
    ) -> Result<(), FigureError> {
        let steps = order.group_sizes().steps();
        let (Some(em), Some(pitch)) = (self.number_em(steps), self.lattice.cell()) else {
            return Ok(());
        };
        let middle = ((pitch - self.lattice.gap()) / 2) as i32;
        for (step, group) in order.groups().enumerate() {
            let number = (step + 1).to_string();
            let colour = theme::text_colour_on(theme::step_colour(step, steps));
            let words = Words::new(&number, em, colour, Anchor::Middle);
            for &cell in group {
                if let Some((x, y)) = self.corner(at, cell) {
                    pen.text(&words, (x + middle, y + middle))?;
                }
            }
        }
        Ok(())
    }

    /// Upper left corner of the cells of the frame that is drawn as `index`.
    fn frame_corner(&self, (left, top): (i32, i32), index: usize) -> (i32, i32) {
        let (row, column) = (index as u32 / self.across, index as u32 % self.across);
        let label = if self.frames.len() == 1 {
            0
        } else {
            LABEL_HEIGHT
        };
        (
            left + (column * self.pitch.0) as i32,
            top + (row * self.pitch.1 + label) as i32,
        )
    }

    /// Upper left corner of a cell, if it is drawn as a square.
    fn corner(&self, at: (i32, i32), cell: Cell) -> Option<(i32, i32)> {
        let index = self
            .frames
            .binary_search(&self.grid.frame_from_cell(cell))
            .ok()?;
        let (left, top) = self.frame_corner(at, index);
        let (row, column) = self.grid.position_from_cell(cell);
        let (x, y) = self.lattice.corner(row, column)?;
        Some((left + x as i32, top + y as i32))
    }
}

/// Draws the mark of a known cell of `side` px.
pub(crate) fn draw_known_mark(
    pen: &Pen<'_>,
    (left, top): (i32, i32),
    side: i32,
) -> Result<(), FigureError> {
    let wanted = (side / 3).clamp(1, 9);
    // As odd or even as the cell, to lie in its middle.
    let mark = wanted + (side - wanted) % 2;
    let inset = (side - mark) / 2;
    pen.fill((left + inset, top + inset), (mark, mark), MUTED_INK)
}

/// Up to `most` of the numbers from 0 to `count - 1`, the first and the last
/// among them, evenly spread.
pub(crate) fn evenly(count: u32, most: u32) -> Vec<u32> {
    let shown = count.min(most.max(1));
    let last = u64::from(count) - 1;
    let gaps = u64::from(shown.max(2)) - 1;
    (0..u64::from(shown))
        .map(|index| ((2 * index * last + gaps) / (2 * gaps)) as u32)
        .collect()
}

/// Cells of one colour.
pub(crate) struct Layer<'o> {
    pub(crate) colour: Rgb,
    pub(crate) cells: Cow<'o, [Cell]>,
}

impl<'o> Layer<'o> {
    fn of(colour: Rgb, cells: &'o [Cell]) -> Self {
        let cells = cells.into();
        Self { colour, cells }
    }
}

/// Cells coloured by the step in which they are generated.
pub(crate) fn step_layers(order: &Order) -> Vec<Layer<'_>> {
    let steps = order.group_sizes().steps();
    let groups = order.groups().enumerate();
    let mut layers: Vec<_> = groups
        .map(|(step, group)| Layer::of(theme::step_colour(step, steps), group))
        .collect();
    layers.push(known_layer(order));
    layers
}

/// Cells coloured by what they are in a step (from 0): context, generated now
/// or not yet. With `step` the number of steps, everything is context.
pub(crate) fn role_layers(order: &Order, step: usize) -> Vec<Layer<'_>> {
    let sizes = order.group_sizes();
    let sizes = sizes.as_slice();
    let before: usize = sizes.iter().take(step).map(|&size| size as usize).sum();
    let now = sizes.get(step).map_or(0, |&size| size as usize);
    let cells = order.cell_from_rank();
    vec![
        Layer::of(NOT_YET, &cells[before + now..]),
        Layer::of(CONTEXT, &cells[..before]),
        Layer::of(NOW, &cells[before..before + now]),
        known_layer(order),
    ]
}

fn known_layer(order: &Order) -> Layer<'static> {
    Layer {
        colour: KNOWN,
        cells: order.known().cells().collect::<Vec<_>>().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_spread_evenly_from_first_to_last() {
        assert_eq!(evenly(1, 16), [0]);
        assert_eq!(evenly(5, 16), [0, 1, 2, 3, 4]);
        assert_eq!(evenly(9, 3), [0, 4, 8]);
        assert_eq!(evenly(4096, 4), [0, 1365, 2730, 4095]);
        assert_eq!(evenly(7, 1), [0]);
    }

    #[test]
    fn videos_fit_into_their_room() {
        let font = theme::font().unwrap();
        for (frames, height, width) in [(4, 16, 16), (16, 8, 8), (5, 2, 40), (3, 300, 100)] {
            let grid = Grid::video(frames, height, width).unwrap();
            let room = Room {
                size: (1024, 1024),
                largest_cell: 64,
                most_frames: 16,
            };
            let view = GridView::new(font, grid, room);
            let (width, height) = view.size();
            assert!(width <= 1024 && height <= 1024, "{grid}: {width} {height}");
            assert_eq!(view.drawn_part(), None);
        }
    }
}
