//! What numbers must be like.

/// Why there is no statistic. Places count from 0.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum StatisticsError {
    /// A value is NaN or infinite.
    #[error("value {index} is {value}; values must be finite numbers")]
    NotFinite { index: usize, value: f64 },
    /// There are too few values.
    #[error("there are {count} values; at least {needed} are needed")]
    TooFew { count: usize, needed: usize },
    /// There are too many values.
    #[error("there are {count} values; at most {limit} are allowed")]
    TooMany { count: usize, limit: usize },
    /// Paired lists differ in length.
    #[error("there are {first} values and {second}; pairs need as many of each")]
    Lengths { first: usize, second: usize },
    /// A level is no share.
    #[error("alpha is {value}; it must lie between 0 and 1")]
    Alpha { value: f64 },
    /// A quantile's share is not from 0 to 1.
    #[error("the share of a quantile is {value}; it must be from 0 to 1")]
    Share { value: f64 },
    /// A p-value is not from 0 to 1.
    #[error("p-value {index} is {value}; it must be from 0 to 1")]
    PValue { index: usize, value: f64 },
    /// There is too little resampling, or too much.
    #[error("{count} resamples or permutations are asked for; it must be from {needed} to {limit}")]
    Resamples { count: u32, needed: u32, limit: u32 },
    /// More sign patterns would be enumerated than is sensible.
    #[error("all signs of up to {pairs} pairs are to be tried; at most {limit} are allowed")]
    Enumeration { pairs: u32, limit: u32 },
    /// The statistic of a resample is NaN or infinite.
    #[error("the statistic of a resample is {value}; it must be a finite number")]
    Statistic { value: f64 },
    /// The BCa interval is not defined.
    #[error("there is no BCa interval: {reason}")]
    NoBca {
        /// What is missing.
        reason: &'static str,
    },
    /// A point has more or fewer coordinates than there are objectives.
    #[error("points have {coordinates} coordinates, but there are {directions} directions")]
    Objectives {
        coordinates: usize,
        directions: usize,
    },
    /// A coordinate is NaN.
    #[error("coordinate {objective} of point {point} is NaN; points need numbers")]
    NanCoordinate { point: usize, objective: usize },
}

/// Whether all values are finite, and at least `needed`.
pub(super) fn check_values(values: &[f64], needed: usize) -> Result<(), StatisticsError> {
    if values.len() < needed {
        return Err(StatisticsError::TooFew {
            count: values.len(),
            needed,
        });
    }
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => Err(StatisticsError::NotFinite {
            index,
            value: values[index],
        }),
    }
}
