//! Pictures of generation orders.
//!
//! ```
//! use orders_core::{Grid, GroupSizes, LocalityAware, OrderingMethod, Problem};
//! use orders_figures::{order_map, order_map_subtitle};
//!
//! let grid = Grid::new(16, 16)?;
//! let sizes = GroupSizes::published(grid, 20).expect("a published row");
//! let order = LocalityAware::new(1.0, 4.0)?.order(&Problem::new(grid, sizes)?, 0, 0)?;
//!
//! let subtitle = order_map_subtitle(&order, "order 0 of 60,000");
//! let figure = order_map(&order, "lpd, 16x16, 20 steps, repulsion 4", &subtitle)?;
//! assert!(figure.to_svg().starts_with("<svg"));
//! assert!(figure.to_png().starts_with(b"\x89PNG"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Figures
//!
//! - [`order_map()`]: the grid of one order, each cell coloured by the step in
//!   which it is generated.
//! - [`small_multiples()`]: selected steps of an order: context, generated now,
//!   not yet.
//! - [`group_sizes_chart()`]: group sizes over steps.
//! - [`sheet()`]: several orders on one sheet, with any of these parts.
//! - [`image_sheet()`]: images in rows with captions.
//! - [`animation()`]: orders being generated, as APNG and GIF.
//! - [`line_chart()`], [`scatter()`], [`heat_map()`] and [`box_plots()`]:
//!   charts of plain values.
//!
//! - [`line_panels()`]: the same chart for each value of a setting.
//! - [`differences()`]: differences to a baseline with their intervals.
//!
//! All take values and return a [`Figure`] (or an [`Animation`]), which turns
//! itself into [SVG](Figure::to_svg), [pixels](Figure::to_image),
//! [PNG](Figure::to_png) and [PDF](Figure::to_pdf); none touches a file. A
//! [`Look`] has all of them for the width and the letters of a paper. The same arguments give the same
//! bytes on every machine: the font is part of the crate, no system font is
//! ever read, and text in SVG is made of outlines. Plotters gives charts their
//! coordinates and drawing areas; axes, lines and legends are this crate's. [`theme`] holds the colours,
//! for figures that are to agree with these. Sizes are bounded; what would be
//! larger is refused with a [`FigureError`].
//!
//! # What this crate does not do
//!
//! Text is set one character after the other, left to right: no ligatures and
//! no right-to-left scripts. Characters outside of Latin, Greek, common
//! punctuation and mathematical signs show as question marks.

mod animation;
mod canvas;
mod chart;
mod colour_bar;
mod error;
mod figure;
mod grid_view;
mod group_sizes;
mod heading;
mod image;
mod image_sheet;
mod legend;
mod length;
mod look;
mod marker;
mod number;
mod order_map;
mod sampling;
mod sheet;
mod small_multiples;
mod text;
pub mod theme;

pub use animation::{Animation, AnimationOptions, animation};
pub use chart::{
    Axis, Better, BoxPlot, Chart, Difference, HeatMap, ScatterPoint, Series, box_plots,
    differences, heat_map, line_chart, line_panels, scatter,
};
pub use error::FigureError;
pub use figure::Figure;
pub use group_sizes::group_sizes_chart;
pub use image::Image;
pub use image_sheet::{Tile, TileImage, image_sheet};
pub use length::{Length, LengthError};
pub use look::{Look, Theme};
pub use order_map::{order_map, order_map_subtitle};
pub use sheet::{Panel, SheetOptions, StepsShown, sheet};
pub use small_multiples::small_multiples;
