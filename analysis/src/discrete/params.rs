//! Which Potts model.

use std::fmt;
use std::str::FromStr;

use super::error::DiscreteError;

/// A Potts model on any grid: `p(x) ~ exp(J sum_{i~j} [x_i = x_j] + B sum_i [x_i = 0])`,
/// with i ~ j for edge neighbours, none across the border. J is the coupling: positive where
/// neighbours are alike. B is the bias: at 0 all colours are alike, otherwise colour 0 is
/// favoured or avoided.
///
/// Written and read as `potts:COLOURS:COUPLING`, with `:bias=B` behind it where it is not 0;
/// `ising:K` reads as two colours with a coupling of 2 K, which is the Ising model
/// `exp(K sum s_i s_j)` of spins s of 1 and -1.
///
/// ```
/// use orders_analysis::discrete::PottsParams;
///
/// let ising: PottsParams = "ising:0.25".parse()?;
/// assert_eq!(ising, PottsParams::new(2, 0.5)?);
/// assert_eq!(ising.with_bias(-1.0)?.to_string(), "potts:2:0.5:bias=-1");
/// # Ok::<(), orders_analysis::discrete::DiscreteError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PottsParams {
    colours: u32,
    coupling: f64,
    bias: f64,
}

impl PottsParams {
    /// The most colours.
    pub const MAX_COLOURS: u32 = 256;
    /// The largest coupling and bias, either sign: with it, the rarest colouring of a line
    /// of cells still has a weight in f64.
    pub const MAX_STRENGTH: f64 = 10.0;

    /// So many colours with a coupling, without bias.
    ///
    /// # Errors
    ///
    /// [`DiscreteError::Colours`] unless there are 2 to [`MAX_COLOURS`](Self::MAX_COLOURS),
    /// [`DiscreteError::Strength`] unless the coupling is within
    /// [`MAX_STRENGTH`](Self::MAX_STRENGTH).
    pub fn new(colours: u32, coupling: f64) -> Result<Self, DiscreteError> {
        if !(2..=Self::MAX_COLOURS).contains(&colours) {
            let most = Self::MAX_COLOURS;
            return Err(DiscreteError::Colours { colours, most });
        }
        check("coupling", coupling)?;
        Ok(Self {
            colours,
            coupling,
            bias: 0.0,
        })
    }

    /// The Ising model of a coupling K: two colours with a coupling of 2 K.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn ising(coupling: f64) -> Result<Self, DiscreteError> {
        Self::new(2, 2.0 * coupling)
    }

    /// The same with a bias.
    ///
    /// # Errors
    ///
    /// [`DiscreteError::Strength`] unless it is within [`MAX_STRENGTH`](Self::MAX_STRENGTH).
    pub fn with_bias(self, bias: f64) -> Result<Self, DiscreteError> {
        check("bias", bias)?;
        Ok(Self { bias, ..self })
    }

    /// Number of colours.
    pub fn colours(self) -> u32 {
        self.colours
    }

    /// The coupling, J.
    pub fn coupling(self) -> f64 {
        self.coupling
    }

    /// The bias, B.
    pub fn bias(self) -> f64 {
        self.bias
    }
}

fn check(what: &'static str, value: f64) -> Result<(), DiscreteError> {
    let most = PottsParams::MAX_STRENGTH;
    if !(-most..=most).contains(&value) {
        return Err(DiscreteError::Strength { what, value, most });
    }
    Ok(())
}

impl FromStr for PottsParams {
    type Err = DiscreteError;

    fn from_str(text: &str) -> Result<Self, DiscreteError> {
        let refused = || DiscreteError::Text { text: text.into() };
        let number = |part: &str| part.parse::<f64>().map_err(|_| refused());
        let (field, bias) = match text.split_once(":bias=") {
            Some((field, bias)) => (field, number(bias)?),
            None => (text, 0.0),
        };
        let parts: Vec<&str> = field.split(':').collect();
        let params = match parts[..] {
            ["ising", coupling] => Self::ising(number(coupling)?)?,
            ["potts", colours, coupling] => {
                Self::new(colours.parse().map_err(|_| refused())?, number(coupling)?)?
            }
            _ => return Err(refused()),
        };
        params.with_bias(bias)
    }
}

impl fmt::Display for PottsParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "potts:{}:{}", self.colours, self.coupling)?;
        if self.bias != 0.0 {
            write!(f, ":bias={}", self.bias)?;
        }
        Ok(())
    }
}
