//! Widths as papers give them.

use std::fmt;
use std::str::FromStr;

/// Points in an inch.
const POINTS: f64 = 72.0;
/// Pixels of the web in an inch.
const PIXELS: f64 = 96.0;
/// The widths that a figure may have, in inches.
const INCHES: std::ops::RangeInclusive<f64> = 1.0..=40.0;

/// The width of a figure: from 1 to 40 inches.
///
/// ```
/// use orders_figures::Length;
///
/// let column: Length = "3.25in".parse()?;
/// assert_eq!(column.inches(), 3.25);
/// assert_eq!("254mm".parse::<Length>()?.inches(), 10.0);
/// assert!("3.25".parse::<Length>().is_err());
/// # Ok::<(), orders_figures::LengthError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Length {
    value: f64,
    unit: Unit,
}

/// A unit, and how many of it an inch has.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Unit(&'static str, f64);

const UNITS: [Unit; 5] = [
    Unit("in", 1.0),
    Unit("cm", 2.54),
    Unit("mm", 25.4),
    Unit("pt", POINTS),
    Unit("px", PIXELS),
];

/// Why a text is no width of a figure.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LengthError {
    /// It is no number with a unit.
    #[error("'{0}' is no length: a number with in, cm, mm, pt or px, as in 3.25in")]
    Unreadable(String),
    /// No figure is so narrow or so wide.
    #[error(
        "{0} is out of range: a figure is from 1in to 40in wide (2.54cm to 101.6cm, 96px to 3840px)"
    )]
    OutOfRange(String),
}

impl Length {
    /// The length in inches.
    pub fn inches(self) -> f64 {
        self.value / self.unit.1
    }

    /// The length in points, 72 to an inch.
    pub(crate) fn points(self) -> f64 {
        POINTS * self.inches()
    }

    /// The length in whole pixels, if it was given in pixels.
    pub(crate) fn pixels(self) -> Option<f64> {
        (self.unit.0 == "px").then_some(self.value)
    }
}

impl FromStr for Length {
    type Err = LengthError;

    fn from_str(text: &str) -> Result<Self, LengthError> {
        let unreadable = || LengthError::Unreadable(text.into());
        let parts = UNITS
            .iter()
            .find_map(|unit| Some((text.strip_suffix(unit.0)?, *unit)));
        let (number, unit) = parts.ok_or_else(unreadable)?;
        let value: f64 = number.trim().parse().map_err(|_| unreadable())?;
        let length = Self { value, unit };
        match INCHES.contains(&length.inches()) {
            true => Ok(length),
            false if value.is_nan() => Err(unreadable()),
            false => Err(LengthError::OutOfRange(text.into())),
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.value, self.unit.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_agree() {
        for text in ["1in", "2.54cm", "25.4mm", "72pt", "96px", "1 in"] {
            let length: Length = text.parse().unwrap();
            assert!((length.inches() - 1.0).abs() < 1e-12, "{text}");
        }
        assert_eq!("800px".parse::<Length>().unwrap().pixels(), Some(800.0));
    }

    #[test]
    fn what_is_no_width_is_refused() {
        for text in ["", "3", "in", "3ft", "x3in", "nanin"] {
            let expected = LengthError::Unreadable(text.into());
            assert_eq!(text.parse::<Length>(), Err(expected));
        }
        for text in ["0in", "-3in", "41in", "infin", "95px"] {
            let expected = LengthError::OutOfRange(text.into());
            assert_eq!(text.parse::<Length>(), Err(expected));
        }
    }
}
