//! Numbers as flags take them. Each error says what is allowed.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use orders_figures::{Length, LengthError};

/// A whole number of a range. What else a flag asks of its number is said later.
pub(crate) fn within<T>(
    allowed: RangeInclusive<T>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static
where
    T: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    move |text| checked(text.parse().ok(), &allowed)
}

/// How many of something: a whole number of a range, which may be written in thousands or
/// millions, as in `60k` and `1.5M`.
pub(crate) fn count<T>(
    allowed: RangeInclusive<T>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static
where
    T: FromStr + PartialOrd + Display + Clone + Send + Sync + 'static,
{
    move |text| {
        let number = match in_full(text) {
            Some(digits) => digits.parse().ok(),
            None => text.parse().ok(),
        };
        checked(number, &allowed)
    }
}

fn checked<T: PartialOrd + Display>(
    number: Option<T>,
    allowed: &RangeInclusive<T>,
) -> Result<T, String> {
    let number = number.filter(|number| allowed.contains(number));
    number.ok_or_else(|| {
        let (first, last) = (allowed.start(), allowed.end());
        format!("it takes a whole number from {first} to {last}")
    })
}

/// The digits of a number of thousands or millions; `None` if it is none, or not whole.
fn in_full(text: &str) -> Option<String> {
    let (number, zeros) = match (text.strip_suffix('k'), text.strip_suffix('M')) {
        (Some(thousands), _) => (thousands, 3),
        (None, Some(millions)) => (millions, 6),
        (None, None) => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let kept = fraction.trim_end_matches('0');
    let is_whole = are_digits(whole) && are_digits(fraction) && kept.len() <= zeros;
    is_whole.then(|| format!("{whole}{kept:0<zeros$}"))
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

/// `--width`
pub(crate) fn length(text: &str) -> Result<Length, String> {
    text.parse().map_err(|error| match error {
        LengthError::OutOfRange(_) => {
            "it takes a width from 1in to 40in (2.54cm to 101.6cm, 96px to 3840px)".to_owned()
        }
        _ => "it takes a number with a unit (in, cm, mm, pt or px), as in 3.25in".to_owned(),
    })
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

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn thousands_and_millions_are_written_out() {
        let read = count(1..=u64::MAX);
        for (text, number) in [
            ("7", 7),
            ("60k", 60_000),
            ("1M", 1_000_000),
            ("1.5k", 1500),
            ("0.25M", 250_000),
            ("2.500k", 2500),
            ("0.000001M", 1),
            ("1.0000000M", 1_000_000),
        ] {
            assert_eq!(read(text), Ok(number), "{text}");
        }
        let no = "it takes a whole number from 1 to 18446744073709551615";
        for text in [
            "1.5",
            "0.0001k",
            "1.2345k",
            "k",
            "M",
            ".5k",
            "5.k",
            "-1k",
            "+1k",
            "1K",
            "1m",
            "1kk",
            "1e3k",
            "0k",
            " 1k",
            "1 k",
            "99999999999999999999M",
        ] {
            assert_eq!(read(text), Err(no.to_owned()), "{text}");
        }
        assert!(count(1..=1_u32 << 20)("2M").is_err());
    }
}
