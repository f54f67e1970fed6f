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
pub(crate) mod gradient;
mod linear;
mod norm;
mod panels;
mod product;

use candle_core::{CpuStorage, Result, Storage, Tensor};

pub(crate) use attention::{CpuCache, attention};
pub(crate) use functions::{exp, largest};
pub(crate) use linear::{PackedWeight, linear};
pub(crate) use norm::layer_norm;
pub(crate) use panels::{PANEL, PanelRow, packed};
pub(crate) use product::{Sums, TILE_ROWS, add_products, tiles};

/// Calls `read` with the numbers of a tensor, without a copy if they lie side by
/// side.
pub(crate) fn with_numbers<T>(
    tensor: &Tensor,
    read: impl FnOnce(&[f32]) -> Result<T>,
) -> Result<T> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    let Storage::Cpu(CpuStorage::F32(numbers)) = &*storage else {
        candle_core::bail!(
            "our own kernels take f32 on the CPU, not {:?}",
            tensor.dtype()
        );
    };
    let start = layout.start_offset();
    read(&numbers[start..start + layout.shape().elem_count()])
}
