//! Gaussian fields.

use orders_core::{Cell, Grid};

use super::covariance::{Covariance, CovarianceError, check_cells};
use super::field_file::FieldFile;
use super::kernel::KernelFamily;
use super::measured::MeasuredField;
use super::power_law;

/// What shrinks the covariance of a squared exponential where nothing is said.
const SQUARED_EXPONENTIAL_SHRINKAGE: f64 = 1e-6;

/// A Gaussian field of mean 0 and variance 1, as a text names it.
///
/// | text | correlation of two cells at distance d |
/// |---|---|
/// | `exp:5`, `matern12:5` | exponential, range 5 cells: `exp(-d/5)` |
/// | `matern32:5` | `(1 + sqrt(3) d/5) exp(-sqrt(3) d/5)` |
/// | `matern52:5` | `(1 + sqrt(5) d/5 + 5 d^2/75) exp(-sqrt(5) d/5)` |
/// | `se:4` | squared exponential: `exp(-d^2/32)`, shrunk by 0.000001 |
/// | `power:2.9` | spectrum `abs(f)^-2.9`; see [`FieldKind::PowerLaw`] |
/// | `photos` | measured on photographs; see [`FieldKind::Photos`] |
/// | `FILE.npy` | measured, or given as a matrix; see [`Field::read`] |
///
/// d is Euclidean, in cells; in a video, a frame counts as much as a row.
/// `:shrink=S` behind any of them shrinks the covariance towards independence:
/// cells keep their variance, and every covariance of two cells is multiplied by
/// 1 - S. A squared exponential is so smooth that its covariance has no Cholesky
/// factor in f64 from ranges of about 2 cells on; therefore `se:4` means
/// `se:4:shrink=0.000001`, which is also how it is displayed, and
/// `se:4:shrink=0` is the field as its formula has it.
///
/// ```
/// use orders_analysis::information::Field;
///
/// let field: Field = "exp:5".parse()?;
/// assert_eq!(field.to_string(), "exp:5");
/// assert_eq!("se:4".parse::<Field>()?.to_string(), "se:4:shrink=0.000001");
/// assert_eq!("matern12:5".parse::<Field>()?, field);
/// # Ok::<(), orders_analysis::information::FieldError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub(super) kind: FieldKind,
    pub(super) shrinkage: f64,
}

/// What a field's covariance is, before it is shrunk.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FieldKind {
    /// An isotropic correlation function.
    Kernel {
        /// The function.
        family: KernelFamily,
        /// Its range in cells, positive and finite.
        range: f64,
    },
    /// A spectrum `abs(f)^-exponent`, as natural images have with an exponent near
    /// 2. Source of the model: D. J. Field, Relations between the statistics of
    /// natural images and the response properties of cortical cells, JOSA A 4
    /// (1987).
    ///
    /// The field is the part in the grid of a periodic one on a torus with twice
    /// the cells along every axis of more than one cell, with the frequencies
    /// `f_a = k_a / M_a`, `-M_a/2 < k_a <= M_a/2`, of an axis of `M_a` cells, all
    /// but the zero frequency:
    ///
    /// ```text
    /// C(lag) = 1/Z sum_{f != 0} |f|^-exponent prod_a cos(2 pi f_a lag_a),  C(0) = 1
    /// ```
    ///
    /// The lowest frequency depends on the grid, so two grids have two fields.
    PowerLaw {
        /// From 0, which is white noise, to 10.
        exponent: f64,
    },
    /// The luminance of 43 natural photographs, the mean over square cells of which
    /// the shorter side of each photograph has 64. Stationary and the same mirrored
    /// in each axis; for grids of one frame with at most 64x64 cells, on all of which
    /// it is positive definite. `data/photos.md` in the source says which
    /// photographs, and how.
    Photos,
    /// What a file holds.
    File(FieldFile),
}

impl Field {
    /// An isotropic field.
    ///
    /// # Errors
    ///
    /// [`FieldError::Range`] unless the range is positive and finite.
    pub fn kernel(family: KernelFamily, range: f64) -> Result<Self, FieldError> {
        if !(range > 0.0 && range.is_finite()) {
            return Err(FieldError::Range { value: range });
        }
        let shrinkage = match family {
            KernelFamily::SquaredExponential => SQUARED_EXPONENTIAL_SHRINKAGE,
            _ => 0.0,
        };
        Ok(Self {
            kind: FieldKind::Kernel { family, range },
            shrinkage,
        })
    }

    /// A field with a power law as its spectrum.
    ///
    /// # Errors
    ///
    /// [`FieldError::Exponent`] unless the exponent is from 0 to 10.
    pub fn power_law(exponent: f64) -> Result<Self, FieldError> {
        if !(0.0..=10.0).contains(&exponent) {
            return Err(FieldError::Exponent { value: exponent });
        }
        Ok(Self {
            kind: FieldKind::PowerLaw { exponent },
            shrinkage: 0.0,
        })
    }

    /// The field of natural photographs.
    pub fn photos() -> Self {
        Self {
            kind: FieldKind::Photos,
            shrinkage: 0.0,
        }
    }

    /// This field, shrunk by another intensity: 0 leaves it as its formula has
    /// it, 1 makes all cells independent.
    ///
    /// # Errors
    ///
    /// [`FieldError::Shrinkage`] unless the intensity is from 0 to 1.
    pub fn with_shrinkage(self, shrinkage: f64) -> Result<Self, FieldError> {
        check_shrinkage(shrinkage)?;
        Ok(Self { shrinkage, ..self })
    }

    /// What it is before it is shrunk.
    pub fn kind(&self) -> &FieldKind {
        &self.kind
    }

    /// How much it is shrunk, from 0 to 1.
    pub fn shrinkage(&self) -> f64 {
        self.shrinkage
    }

    /// The file that it was read from, if it was.
    pub fn file(&self) -> Option<&FieldFile> {
        match &self.kind {
            FieldKind::File(file) => Some(file),
            _ => None,
        }
    }

    /// The covariances of every two cells of a grid, row after row, not shrunk.
    pub(super) fn covariance(&self, grid: Grid) -> Result<Vec<f64>, CovarianceError> {
        match &self.kind {
            &FieldKind::Kernel { family, range } => {
                let cells = 0..grid.cells() as Cell;
                let by_lag: Vec<f64> = cells
                    .map(|cell| family.correlation(grid.squared_distance(0, cell), range))
                    .collect();
                Ok(at_lags(grid, &by_lag))
            }
            &FieldKind::PowerLaw { exponent } => {
                Ok(at_lags(grid, &power_law::covariance_by_lag(grid, exponent)))
            }
            FieldKind::Photos => MeasuredField::photos().correlations(grid),
            FieldKind::File(file) => file.field().correlations(grid),
        }
    }
}

impl Covariance {
    /// The covariance of a field on a grid.
    ///
    /// # Errors
    ///
    /// [`CovarianceError::TooLarge`], and
    /// [`CovarianceError::NotPositiveDefinite`] for a field that is so smooth that
    /// its covariance can't be factored in f64; of a field that was measured, as
    /// [`of_measured`](Self::of_measured).
    pub fn of_field(field: &Field, grid: Grid) -> Result<Self, CovarianceError> {
        check_cells(grid)?;
        Self::checked(grid, field.covariance(grid)?, field.shrinkage())
    }
}

/// The covariances of every two cells, from those at every lag that the grid has:
/// frames x height x width in C order, for the absolute differences.
fn at_lags(grid: Grid, by_lag: &[f64]) -> Vec<f64> {
    let lag = |a: Cell, b: Cell| {
        let (a_row, a_column) = grid.position_from_cell(a);
        let (b_row, b_column) = grid.position_from_cell(b);
        let frames = grid.frame_from_cell(a).abs_diff(grid.frame_from_cell(b));
        grid.cell_in_frame(frames, a_row.abs_diff(b_row), a_column.abs_diff(b_column))
    };
    let cells = 0..grid.cells() as Cell;
    let pairs = cells
        .clone()
        .flat_map(|a| cells.clone().map(move |b| (a, b)));
    pairs.map(|(a, b)| by_lag[lag(a, b) as usize]).collect()
}

pub(super) fn check_shrinkage(value: f64) -> Result<(), FieldError> {
    if !(0.0..=1.0).contains(&value) {
        return Err(FieldError::Shrinkage { value });
    }
    Ok(())
}

/// Why a text or numbers are no field.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum FieldError {
    /// The text names no field.
    #[error(
        "'{text}' is no field; fields are exp:R, matern12:R, matern32:R, matern52:R, se:R, power:EXPONENT, photos and files NAME.npy, each with or without :shrink=S"
    )]
    Unknown { text: String },
    /// The text names a file, which was not to be read.
    #[error("field '{text}' is a file, which Field::read reads")]
    IsFile { text: String },
    /// A file is followed by something else than what it may be.
    #[error("field '{text}': '{word}' is none of stationary and shrink=S, each at most once")]
    Word {
        text: String,
        /// What is in the place.
        word: String,
    },
    /// There is no number where one is needed.
    #[error("field '{text}': '{word}' is no number")]
    Number {
        text: String,
        /// What stands in place of the number.
        word: String,
    },
    /// The range is out of its range.
    #[error("the range of the field is {value}; it must be a positive number of cells")]
    Range { value: f64 },
    /// The exponent is out of its range.
    #[error("the exponent of the spectrum is {value}; it must be a number from 0 to 10")]
    Exponent { value: f64 },
    /// The shrinkage is out of its range.
    #[error("the shrinkage is {value}; it must be a number from 0 to 1")]
    Shrinkage { value: f64 },
}
