//! Named values that a method is made with.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Named values that a method was made with, for manifests and reports.
pub type Parameters = BTreeMap<String, ParameterValue>;

/// The value of a parameter.
///
/// ```
/// use orders_core::{ParameterValue, Parameters};
///
/// let parameters = Parameters::from([
///     ("repulsion".into(), 2.0.into()),
///     ("roll".into(), true.into()),
///     ("direction".into(), "in".into()),
/// ]);
/// assert_eq!(parameters["repulsion"].number(), Some(2.0));
/// assert_eq!(parameters["direction"].to_string(), "in");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ParameterValue {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// One of some words.
    Word(String),
}

impl ParameterValue {
    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Yes or no, if it is that.
    pub fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The word, if it is one.
    pub fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }
}

impl fmt::Display for ParameterValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Word(word) => f.write_str(word),
        }
    }
}

impl From<f64> for ParameterValue {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for ParameterValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for ParameterValue {
    fn from(word: &str) -> Self {
        Self::Word(word.into())
    }
}

/// Which values a parameter takes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ParameterKind {
    /// Any number from a bound on, infinity included.
    NumberFrom(f64),
    /// Any number from one bound to another, both included.
    NumberBetween(f64, f64),
    /// A whole number from a bound on.
    WholeFrom(u32),
    /// `true` or `false`.
    Flag,
    /// One of some words.
    OneOf(Vec<String>),
}

impl ParameterKind {
    /// The value that a text stands for, as typed after `--set name=`; `None`
    /// if it is none of this kind.
    ///
    /// ```
    /// use orders_core::ParameterKind;
    ///
    /// assert_eq!(ParameterKind::WholeFrom(1).parse("3"), Some(3.0.into()));
    /// assert_eq!(ParameterKind::WholeFrom(1).parse("0"), None);
    /// let direction = ParameterKind::OneOf(vec!["in".into(), "out".into()]);
    /// assert_eq!(direction.parse("out"), Some("out".into()));
    /// ```
    pub fn parse(&self, text: &str) -> Option<ParameterValue> {
        let value = match self {
            Self::NumberFrom(_) | Self::NumberBetween(..) | Self::WholeFrom(_) => {
                ParameterValue::Number(text.parse().ok()?)
            }
            Self::Flag => ParameterValue::Flag(text.parse().ok()?),
            Self::OneOf(_) => ParameterValue::Word(text.into()),
        };
        self.allows(&value).then_some(value)
    }

    /// Whether a value is of this kind.
    pub fn allows(&self, value: &ParameterValue) -> bool {
        match (self, value) {
            (Self::NumberFrom(from), ParameterValue::Number(number)) => number >= from,
            (Self::NumberBetween(from, to), ParameterValue::Number(number)) => {
                (from..=to).contains(&number)
            }
            (Self::WholeFrom(from), ParameterValue::Number(number)) => {
                (f64::from(*from)..=f64::from(u32::MAX)).contains(number) && number.fract() == 0.0
            }
            (Self::Flag, ParameterValue::Flag(_)) => true,
            (Self::OneOf(words), ParameterValue::Word(word)) => words.contains(word),
            _ => false,
        }
    }
}

impl fmt::Display for ParameterKind {
    /// What is allowed, in words.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NumberFrom(from) => write!(f, "a number from {from}"),
            Self::NumberBetween(from, to) => write!(f, "a number from {from} to {to}"),
            Self::WholeFrom(from) => write!(f, "a whole number from {from}"),
            Self::Flag => f.write_str("true or false"),
            Self::OneOf(words) => f.write_str(&words.join(" or ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_each_kind() {
        let number = ParameterKind::NumberFrom(0.0);
        assert_eq!(number.parse("0.5"), Some(0.5.into()));
        assert_eq!(number.parse("inf"), Some(f64::INFINITY.into()));
        for wrong in ["-0.5", "NaN", "true", "", "1,5"] {
            assert_eq!(number.parse(wrong), None, "{wrong}");
        }
        let between = ParameterKind::NumberBetween(0.5, 8.0);
        assert_eq!(between.parse("8"), Some(8.0.into()));
        for wrong in ["0.4", "8.1", "inf", "NaN"] {
            assert_eq!(between.parse(wrong), None, "{wrong}");
        }
        let whole = ParameterKind::WholeFrom(2);
        assert_eq!(whole.parse("2"), Some(2.0.into()));
        for wrong in ["1", "2.5", "inf", "4294967296"] {
            assert_eq!(whole.parse(wrong), None, "{wrong}");
        }
        assert_eq!(ParameterKind::Flag.parse("true"), Some(true.into()));
        assert_eq!(ParameterKind::Flag.parse("yes"), None);
        assert!(!ParameterKind::OneOf(vec!["in".into()]).allows(&"out".into()));
        assert!(!ParameterKind::Flag.allows(&1.0.into()));
    }
}
