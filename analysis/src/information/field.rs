//! Gaussian fields by name.

use std::fmt;
use std::str::FromStr;

use orders_core::Grid;

use super::error::FieldError;
use super::kernel::KernelFamily;
use super::power_law;

/// What shrinks the covariance of a squared exponential where nothing is said.
const SQUARED_EXPONENTIAL_SHRINKAGE: f64 = 1e-6;

/// A stationary Gaussian field of mean 0 and variance 1, as a text names it.
///
/// | text | correlation of two cells at distance d |
/// |---|---|
/// | `exp:5`, `matern12:5` | exponential, range 5 cells: `exp(-d/5)` |
/// | `matern32:5` | `(1 + sqrt(3) d/5) exp(-sqrt(3) d/5)` |
/// | `matern52:5` | `(1 + sqrt(5) d/5 + 5 d^2/75) exp(-sqrt(5) d/5)` |
/// | `se:4` | squared exponential: `exp(-d^2/32)`, shrunk by 0.000001 |
/// | `power:2.9` | spectrum `abs(f)^-2.9`; see [`FieldKind::PowerLaw`] |
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
    kind: FieldKind,
    shrinkage: f64,
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

    /// This field, shrunk by another intensity: 0 leaves it as its formula has
    /// it, 1 makes all cells independent.
    ///
    /// # Errors
    ///
    /// [`FieldError::Shrinkage`] unless the intensity is from 0 to 1.
    pub fn with_shrinkage(self, shrinkage: f64) -> Result<Self, FieldError> {
        if !(0.0..=1.0).contains(&shrinkage) {
            return Err(FieldError::Shrinkage { value: shrinkage });
        }
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

    /// The covariance at every lag that the grid has, not shrunk: frames x height
    /// x width in C order, for the absolute differences.
    pub(super) fn covariance_by_lag(&self, grid: Grid) -> Vec<f64> {
        match self.kind {
            FieldKind::Kernel { family, range } => (0..grid.cells() as u32)
                .map(|cell| family.correlation(grid.squared_distance(0, cell), range))
                .collect(),
            FieldKind::PowerLaw { exponent } => power_law::covariance_by_lag(grid, exponent),
        }
    }
}

impl fmt::Display for Field {
    /// Writes the text that [`FromStr`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = match self.kind {
            FieldKind::Kernel { family, range } => {
                let name = match family {
                    KernelFamily::Exponential => "exp",
                    KernelFamily::Matern32 => "matern32",
                    KernelFamily::Matern52 => "matern52",
                    KernelFamily::SquaredExponential => "se",
                };
                write!(f, "{name}:{range}")?;
                // A shrinkage that nobody typed is always said.
                match family {
                    KernelFamily::SquaredExponential => f64::NAN,
                    _ => 0.0,
                }
            }
            FieldKind::PowerLaw { exponent } => {
                write!(f, "power:{exponent}")?;
                0.0
            }
        };
        if self.shrinkage != usual {
            write!(f, ":shrink={}", self.shrinkage)?;
        }
        Ok(())
    }
}

impl FromStr for Field {
    type Err = FieldError;

    /// Reads `NAME:NUMBER` or `NAME:NUMBER:shrink=S`.
    fn from_str(text: &str) -> Result<Self, FieldError> {
        let unknown = || FieldError::Unknown { text: text.into() };
        let number = |word: &str| -> Result<f64, FieldError> {
            word.parse().map_err(|_| FieldError::Number {
                text: text.into(),
                word: word.into(),
            })
        };
        let mut words = text.split(':');
        let (name, value) = (words.next().ok_or_else(unknown)?, words.next());
        let value = || number(value.ok_or_else(unknown)?);
        let field = match name {
            "exp" | "matern12" => Self::kernel(KernelFamily::Exponential, value()?),
            "matern32" => Self::kernel(KernelFamily::Matern32, value()?),
            "matern52" => Self::kernel(KernelFamily::Matern52, value()?),
            "se" => Self::kernel(KernelFamily::SquaredExponential, value()?),
            "power" => Self::power_law(value()?),
            _ => Err(unknown()),
        }?;
        match (words.next(), words.next()) {
            (None, _) => Ok(field),
            (Some(word), None) => {
                let shrinkage = word.strip_prefix("shrink=").ok_or_else(unknown)?;
                field.with_shrinkage(number(shrinkage)?)
            }
            _ => Err(unknown()),
        }
    }
}
