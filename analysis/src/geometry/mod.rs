//! Where the cells of a group lie: towards what is generated already, and
//! towards each other.
//!
//! LPD's two principles are statements about this: a group should lie close to
//! its *context* (proximity), so that each cell can be predicted well, and its
//! cells far from one another (repulsion), so that they can be predicted
//! independently. [`Geometry`] measures both for every step of an order and
//! for the order as a whole, [`measure_batch`] for many orders, and
//! [`GeometrySummary`] gathers them.
//!
//! ```
//! use orders_analysis::geometry::{Geometry, GeometryParams};
//! use orders_core::methods::Raster;
//! use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
//!
//! // A 2x2 grid in two steps: the upper row, then the lower one.
//! let grid = Grid::new(2, 2)?;
//! let problem = Problem::new(grid, GroupSizes::new([2, 2])?)?;
//! let params = GeometryParams { repulsion_threshold: 1.0, ..GeometryParams::for_grid(grid) };
//! let order = Raster.order(&problem, 0, 0)?;
//! let measured = Geometry::new(&problem, params)?.measure(order.cell_from_rank())?;
//!
//! // Nothing lies around the first group, so there is no nearest context.
//! assert_eq!(measured.steps[0].proximity, 0.0);
//! assert_eq!(measured.steps[0].nearest_context, None);
//! // Each cell of the second has one above it and one across.
//! assert_eq!(measured.steps[1].proximity, 1.0 + 1.0 / 2_f64.sqrt());
//! assert_eq!(measured.steps[1].nearest_context, Some(1.0));
//! assert_eq!(measured.steps[1].edge_coverage, Some(0.5));
//! // Both groups are pairs of neighbours, which LPD would keep apart.
//! assert_eq!(measured.total.violations, 2);
//! assert_eq!(measured.total.violating_share, 1.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Definitions
//!
//! Distances are Euclidean unless said otherwise, in cells; in a video, a frame
//! counts as much as a row. The *context* of a step is every cell that is known
//! from the start or was generated in an earlier step. It does not hold the
//! step's own group, whose cells are all revealed at once. [`GroupGeometry`] states each
//! measure.

mod batch;
mod context;
mod discrepancy;
mod group;
mod measure;
mod params;

pub use batch::{GeometrySummary, measure_batch};
pub use group::{GroupGeometry, Measure};
pub use measure::{Geometry, OrderGeometry};
pub use params::{GeometryError, GeometryParams};
