//! Numbers as flags take them. Each error says what is allowed.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// A whole number of a range. What else a flag asks of its number is said later.
pub(crate) fn within<T>(
    allowed: RangeInclusive<T>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static
where
    T: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    move |text| {
        let number = text.parse().ok();
        number
            .filter(|number| allowed.contains(number))
            .ok_or_else(|| {
                let (first, last) = (allowed.start(), allowed.end());
                format!("it takes a whole number from {first} to {last}")
            })
    }
}

/// `--proximity` and `--repulsion`; which numbers they take is the method's to
/// say.
pub(crate) fn threshold(text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| "it takes a number from 0".to_owned())
}

/// `--fps` and `--pause`; which numbers they take is the animation's to say.
pub(crate) fn number(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| "it takes a number".to_owned())
}

/// A label, or none.
#[cfg(feature = "model")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Label(pub(crate) Option<u32>);

/// One of `--labels`; which classes there are is the model's to say.
#[cfg(feature = "model")]
pub(crate) fn label(text: &str) -> Result<Label, String> {
    if text == "none" {
        return Ok(Label(None));
    }
    let number = text.trim().parse();
    number
        .map(|label| Label(Some(label)))
        .map_err(|_| "labels are whole numbers from 0, or 'none'".to_owned())
}
