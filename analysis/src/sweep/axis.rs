//! The values of a parameter.

use orders_core::ParameterKind;
use toml::Value;

/// What a parameter is varied over.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Axis {
    /// Some values, as texts that their [`ParameterKind`] reads.
    List(Vec<String>),
    /// All numbers from one to another.
    Range { from: f64, to: f64 },
}

impl Axis {
    /// The axis that a value of a sweep file states: a value, a list, or, where
    /// `is_drawn`, a range.
    pub(super) fn new(
        name: &str,
        value: &Value,
        kind: &ParameterKind,
        is_drawn: bool,
    ) -> Result<Self, String> {
        match value {
            Value::Array(values) if values.is_empty() => Err(format!(
                "{name} is an empty list; at least one value is needed"
            )),
            Value::Array(values) => {
                let mut texts = Vec::new();
                for value in values {
                    let text = text(name, value, kind)?;
                    if texts.contains(&text) {
                        return Err(format!("{name} lists {text} twice"));
                    }
                    texts.push(text);
                }
                Ok(Self::List(texts))
            }
            Value::Table(table) => {
                let number = |key| match table.get(key)? {
                    Value::Integer(number) => Some(*number as f64),
                    Value::Float(number) => Some(*number),
                    _ => None,
                };
                let (Some(from), Some(to), 2) = (number("from"), number("to"), table.len()) else {
                    return Err(format!(
                        "{name} is {value}; a range has two numbers, {{ from = 0, to = 2 }}"
                    ));
                };
                if !is_drawn {
                    return Err(format!(
                        "{name} is a range, which random and sobol designs take; a grid design takes lists"
                    ));
                }
                let is_continuous = matches!(
                    kind,
                    ParameterKind::NumberFrom(_) | ParameterKind::NumberBetween(..)
                );
                if !is_continuous {
                    return Err(format!(
                        "{name} is a range, but it takes {kind}; list its values"
                    ));
                }
                let is_fine = |end: f64| end.is_finite() && kind.allows(&end.into());
                if !(is_fine(from) && is_fine(to) && from < to) {
                    return Err(format!(
                        "{name} goes from {from} to {to}; it must rise, and it takes {kind}"
                    ));
                }
                Ok(Self::Range { from, to })
            }
            value => Ok(Self::List(vec![text(name, value, kind)?])),
        }
    }

    /// Number of values in a list; `None` for a range.
    pub(super) fn count(&self) -> Option<usize> {
        match self {
            Self::List(values) => Some(values.len()),
            Self::Range { .. } => None,
        }
    }
}

/// A value as text, if the parameter takes it.
fn text(name: &str, value: &Value, kind: &ParameterKind) -> Result<String, String> {
    let text = match value {
        Value::Boolean(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::String(word) => word.clone(),
        other => return Err(format!("{name} is {other}; it takes {kind}")),
    };
    match kind.parse(&text) {
        // 2 and 2.0 are one value.
        Some(parsed) => Ok(parsed.to_string()),
        None => Err(format!("{name} is {text}; it takes {kind}")),
    }
}
