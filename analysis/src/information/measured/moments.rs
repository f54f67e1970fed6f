//! Second moments of patches.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};
use ndarray::{ArrayView3, Axis};

/// Patches whose products are added at once.
const BLOCK: usize = 1024;

/// What values are taken relative to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Centre {
    /// The mean of their cell over all patches.
    OfEachCell,
    /// The mean of all cells of all patches.
    OfAll,
}

/// The mean over n patches of the products of every two cells, relative to their
/// centre: N x N, row after row, symmetric.
///
/// O(n N^2) time. Sums are made in one order, whatever the number of threads.
pub(super) fn second_moments(patches: ArrayView3<'_, f64>, centre: Centre) -> Vec<f64> {
    let (count, height, width) = patches.dim();
    let cells = height * width;
    let mut means = vec![0.0; cells];
    for patch in patches.outer_iter() {
        for (mean, value) in means.iter_mut().zip(patch) {
            *mean += value / count as f64;
        }
    }
    if centre == Centre::OfAll {
        let mean = means.iter().map(|mean| mean / cells as f64).sum();
        means.fill(mean);
    }

    let mut sums: Mat<f64> = Mat::zeros(cells, cells);
    let mut block = Vec::with_capacity(BLOCK.min(count) * cells);
    for patches in patches.axis_chunks_iter(Axis(0), BLOCK) {
        block.clear();
        for patch in patches.outer_iter() {
            block.extend(patch.iter().zip(&means).map(|(value, mean)| value - mean));
        }
        let columns = MatRef::from_column_major_slice(&block, cells, patches.len_of(Axis(0)));
        let rows = columns.transpose();
        matmul(&mut sums, Accum::Add, columns, rows, 1.0, Par::Seq);
    }
    let mut moments = vec![0.0; cells * cells];
    for column in 0..cells {
        for (row, sum) in sums.col_as_slice(column).iter().enumerate().skip(column) {
            let moment = sum / count as f64;
            moments[row * cells + column] = moment;
            moments[column * cells + row] = moment;
        }
    }
    moments
}
