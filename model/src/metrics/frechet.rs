//! The Fréchet distance of two Gaussians.

use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::linalg::matmul::matmul;
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{Accum, Mat, MatRef, Par, Spec};

use super::error::MetricsError;
use super::statistics::Statistics;

/// A negative eigenvalue within this of the largest one is rounding: files may
/// hold 32-bit numbers.
const NEGATIVE: f64 = 1e-5;

/// The squared Fréchet distance (or 2-Wasserstein distance) of the Gaussians with
/// these means and covariances:
///
/// ```text
/// |mu_a - mu_b|^2 + tr(S_a) + tr(S_b) - 2 tr((S_a S_b)^(1/2))
/// ```
///
/// (D. Dowson and B. Landau, *The Fréchet Distance between Multivariate Normal
/// Distributions*, Journal of Multivariate Analysis 12, 1982). On features of
/// the FID Inception this is FID (M. Heusel et al., NeurIPS 2017, equation 6).
///
/// With `S = F F^T`, from the eigendecomposition of S, the last trace is that of
/// `(S_a^(1/2) S_b S_a^(1/2))^(1/2)`, which is the sum of the singular values of
/// `F_a^T F_b`. No root of an indefinite or complex matrix is taken, so the
/// result is finite for singular covariances too, as those of fewer images than
/// dimensions are; and it is 0 up to rounding if both are the same. Eigenvalues
/// below d * 2.2e-16 of the largest count as 0.
///
/// O(d^3) time, O(d^2) memory, on one thread.
///
/// # Errors
///
/// [`MetricsError::Dimensions`], [`MetricsError::NotACovariance`] if an
/// eigenvalue is below -1e-5 of the largest,
/// [`MetricsError::NoConvergence`], [`MetricsError::Overflow`].
pub fn frechet_distance(a: &Statistics, b: &Statistics) -> Result<f64, MetricsError> {
    MetricsError::check_dimensions(a.dimensions(), b.dimensions())?;
    let shift: f64 = a
        .mean()
        .iter()
        .zip(b.mean())
        .map(|(a, b)| (a - b).powi(2))
        .sum();
    let (factor_a, trace_a) = factor(a)?;
    let (factor_b, trace_b) = factor(b)?;
    let mut product = Mat::zeros(factor_a.ncols(), factor_b.ncols());
    matmul(
        &mut product,
        Accum::Replace,
        factor_a.transpose(),
        &factor_b,
        1.0,
        Par::Seq,
    );
    let cross = sum_of_singular_values(product.as_ref())?;
    let distance = (shift + trace_a + trace_b - 2.0 * cross).max(0.0);
    match distance.is_finite() {
        true => Ok(distance),
        false => Err(MetricsError::Overflow),
    }
}

/// F with `F F^T = S` and as many columns as S has rank, and the trace of S.
fn factor(statistics: &Statistics) -> Result<(Mat<f64>, f64), MetricsError> {
    let d = statistics.dimensions();
    let covariance = statistics.covariance();
    let covariance = Mat::from_fn(d, d, |row, column| covariance[[row, column]]);
    let mut values = Diag::zeros(d);
    let mut vectors = Mat::zeros(d, d);
    let scratch =
        self_adjoint_evd_scratch::<f64>(d, ComputeEigenvectors::Yes, Par::Seq, Spec::default());
    self_adjoint_evd(
        covariance.as_ref(),
        values.as_mut(),
        Some(vectors.as_mut()),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Spec::default(),
    )
    .map_err(|_| MetricsError::NoConvergence)?;
    // In increasing order.
    let values: Vec<f64> = values.column_vector().iter().copied().collect();
    let (smallest, largest) = (values[0], values[d - 1]);
    if smallest < -NEGATIVE * largest.max(0.0) {
        return Err(MetricsError::NotACovariance { smallest, largest });
    }
    let rounding = d as f64 * f64::EPSILON * largest;
    let kept: Vec<usize> = (0..d).filter(|&i| values[i] > rounding).collect();
    let factor = Mat::from_fn(d, kept.len(), |row, column| {
        vectors[(row, kept[column])] * values[kept[column]].sqrt()
    });
    Ok((factor, kept.iter().map(|&i| values[i]).sum()))
}

fn sum_of_singular_values(matrix: MatRef<'_, f64>) -> Result<f64, MetricsError> {
    let (rows, columns) = matrix.shape();
    let mut values = Diag::zeros(rows.min(columns));
    let no = ComputeSvdVectors::No;
    let scratch = svd_scratch::<f64>(rows, columns, no, no, Par::Seq, Spec::default());
    svd(
        matrix,
        values.as_mut(),
        None,
        None,
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Spec::default(),
    )
    .map_err(|_| MetricsError::NoConvergence)?;
    Ok(values.column_vector().iter().sum())
}
