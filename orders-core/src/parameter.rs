//! Named values that a method is made with.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::names::UnknownName;

/// Named values that a method was made with, for manifests and reports.
pub type Parameters = BTreeMap<String, ParameterValue>;

/// The value of a parameter.
///
/// It is written as the flag, number or word that it is, but for numbers that are not
/// finite, which JSON does not have: they are written, and read again, as the words
/// `inf` and `-inf`. 0 is without a sign: -0 and 0 are one value.
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
#[serde(from = "Written", into = "Written")]
pub enum ParameterValue {
    /// Yes or no.
    Flag(bool),
    /// A number.
    Number(f64),
    /// One of some words.
    Word(String),
}

/// A value as files have it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Flag(bool),
    Number(f64),
    Word(String),
}

impl From<Written> for ParameterValue {
    fn from(written: Written) -> Self {
        match written {
            Written::Flag(flag) => flag.into(),
            Written::Number(number) => number.into(),
            Written::Word(word) => match word.as_str() {
                "inf" => f64::INFINITY.into(),
                "-inf" => f64::NEG_INFINITY.into(),
                _ => Self::Word(word),
            },
        }
    }
}

impl From<ParameterValue> for Written {
    fn from(value: ParameterValue) -> Self {
        match value {
            ParameterValue::Flag(flag) => Self::Flag(flag),
            ParameterValue::Number(number) if number.is_finite() => Self::Number(number),
            ParameterValue::Number(number) => Self::Word(number.to_string()),
            ParameterValue::Word(word) => Self::Word(word),
        }
    }
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
        // That takes the sign from a zero.
        Self::Number(number + 0.0)
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
    /// One of some words, none of which is a number.
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
                text.parse::<f64>().ok()?.into()
            }
            Self::Flag => ParameterValue::Flag(text.parse().ok()?),
            Self::OneOf(_) => ParameterValue::Word(text.into()),
        };
        self.allows(&value).then_some(value)
    }

    /// Checks that a value of a parameter of somebody (`of`, in words) is of this kind.
    ///
    /// # Errors
    ///
    /// [`ParameterError::Value`] if it is not.
    pub fn check(
        &self,
        of: &str,
        parameter: &str,
        value: impl Into<ParameterValue>,
    ) -> Result<(), ParameterError> {
        let value = value.into();
        if self.allows(&value) {
            return Ok(());
        }
        Err(ParameterError::Value {
            of: of.into(),
            parameter: parameter.into(),
            value,
            allowed: self.to_string(),
        })
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

/// What is wrong with a parameter that somebody named or gave a value. Whose parameter it
/// is stands there in words, such as `method lpd`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum ParameterError {
    /// It has a value that it can't take.
    #[error("{parameter} of {of} is {value}; it takes {allowed}")]
    Value {
        of: String,
        parameter: String,
        value: ParameterValue,
        allowed: String,
    },
    /// There is none of this name.
    #[error(transparent)]
    Unknown(UnknownName),
    /// There are none at all.
    #[error("{of} has no parameters, so no '{parameter}'")]
    NoParameters { of: String, parameter: String },
    /// It has no value of the kind that something is made with: a defect of the entry in
    /// the catalogue.
    #[error("parameter '{parameter}' of {of} has no value here; it takes {kind}")]
    NoValue {
        of: String,
        parameter: String,
        kind: String,
    },
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

    /// JSON has no infinity, and what is written must come back.
    #[test]
    fn values_come_back_from_json_and_toml() {
        for value in [
            f64::INFINITY.into(),
            f64::NEG_INFINITY.into(),
            0.1.into(),
            true.into(),
            "in".into(),
        ] {
            let parameters = Parameters::from([("it".to_owned(), value)]);
            let json = serde_json::to_string(&parameters).unwrap();
            assert_eq!(
                serde_json::from_str::<Parameters>(&json).unwrap(),
                parameters
            );
            let text = toml::to_string(&parameters).unwrap();
            assert_eq!(toml::from_str::<Parameters>(&text).unwrap(), parameters);
        }
        let json = serde_json::to_string(&ParameterValue::from(f64::INFINITY)).unwrap();
        assert_eq!(json, "\"inf\"");
        // As earlier versions wrote it.
        let old: Parameters = toml::from_str("it = inf").unwrap();
        assert_eq!(old["it"].number(), Some(f64::INFINITY));
    }

    #[test]
    fn zero_has_no_sign() {
        let read: Parameters = toml::from_str("a = -0.0\nb = 0").unwrap();
        for zero in [
            ParameterKind::NumberFrom(0.0).parse("-0").unwrap(),
            (-0.0).into(),
            read["a"].clone(),
            read["b"].clone(),
        ] {
            assert_eq!(zero.to_string(), "0");
            assert!(zero.number().unwrap().is_sign_positive());
        }
    }
}
