//! Our own kernels for f32 on the CPU.
//!
//! Every sum has one order of its terms, whatever the number of threads, of
//! rows or the instruction set, and products are added with one rounding
//! everywhere. So the bits of a result depend on the numbers alone: not on the
//! machine, the threads or what else is in the batch.
//!
//! Loops are plain ones over slices, compiled for several instruction sets and
//! chosen at run time by `pulp`; only the product's inner loop names registers.

mod attention;
mod functions;
mod linear;
mod norm;
mod product;

pub(crate) use attention::{CpuCache, Segment, attention};
pub(crate) use functions::{dot, exp, gelu, gelu_slope, largest, sum, vectorised};
pub(crate) use linear::{Finish, PackedWeight, linear};
pub(crate) use norm::{layer_norm, norm_row};
pub(crate) use product::{
    PANEL, PanelRow, Sums, TILE_ROWS, add_products, packed, tiles, with_numbers,
};
