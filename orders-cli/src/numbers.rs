//! Numbers as flags take them. Each error says what is allowed.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use orders_datasets::Image;

/// `--num`
pub(crate) fn count(text: &str) -> Result<u64, String> {
    whole(text, 1..=u64::MAX)
}

/// `--seed`
pub(crate) fn seed(text: &str) -> Result<u64, String> {
    whole(text, 0..=u64::MAX)
}

/// `--samples`
pub(crate) fn samples(text: &str) -> Result<u64, String> {
    whole(text, 1..=1 << 24)
}

/// `--res`; which of them are sides of a grid is said later.
pub(crate) fn pixels(text: &str) -> Result<u32, String> {
    whole(text, 0..=u32::MAX)
}

/// `--steps`; how many a grid takes is said later.
pub(crate) fn steps(text: &str) -> Result<usize, String> {
    whole(text, 0..=u32::MAX as usize)
}

/// `--largest`
pub(crate) fn cells(text: &str) -> Result<usize, String> {
    whole(text, 1..=1 << 24)
}

/// `--threads`
pub(crate) fn threads(text: &str) -> Result<u16, String> {
    whole(text, 1..=1024)
}

/// `--limit`, `--held-out`, `--train-images`
pub(crate) fn images(text: &str) -> Result<u32, String> {
    whole(text, 1..=u32::MAX)
}

/// `--num` of images on a sheet
pub(crate) fn sheet(text: &str) -> Result<u32, String> {
    whole(text, 1..=512)
}

/// `--classes`
pub(crate) fn classes(text: &str) -> Result<u32, String> {
    whole(text, 1..=1 << 20)
}

/// `--crop` and `--pad`
pub(crate) fn side(text: &str) -> Result<u32, String> {
    whole(text, 1..=Image::MAX_SIDE)
}

/// `--patch`
pub(crate) fn patch(text: &str) -> Result<u32, String> {
    whole(text, 1..=64)
}

/// `--codes`; how many a codebook takes is said later.
pub(crate) fn codes(text: &str) -> Result<u32, String> {
    whole(text, 1..=u32::MAX)
}

/// `--neighbours`; how many there are is said later.
pub(crate) fn neighbours(text: &str) -> Result<usize, String> {
    whole(text, 1..=u32::MAX as usize)
}

/// `--splits`; how many images there are is said later.
pub(crate) fn splits(text: &str) -> Result<usize, String> {
    whole(text, 1..=u32::MAX as usize)
}

/// `--proximity` and `--repulsion`; which numbers they take is the method's to
/// say.
pub(crate) fn threshold(text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| "it takes a number from 0".to_owned())
}

/// `--index`
pub(crate) fn index(text: &str) -> Result<u64, String> {
    whole(text, 0..=u64::MAX)
}

/// `--steps-shown`; which of them an order has is said later.
pub(crate) fn step(text: &str) -> Result<usize, String> {
    whole(text, 1..=u32::MAX as usize)
}

/// `--columns`
pub(crate) fn columns(text: &str) -> Result<usize, String> {
    whole(text, 1..=16)
}

/// `--frames`
pub(crate) fn frames(text: &str) -> Result<usize, String> {
    whole(text, 2..=1024)
}

/// `--fps` and `--pause`; which numbers they take is the animation's to say.
pub(crate) fn number(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| "it takes a number".to_owned())
}

/// `--batch` and `--runs`
pub(crate) fn batch(text: &str) -> Result<usize, String> {
    whole(text, 1..=65_536)
}

/// `--runs`, where none is a choice.
pub(crate) fn runs(text: &str) -> Result<usize, String> {
    whole(text, 0..=65_536)
}

/// A label, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Label(pub(crate) Option<u32>);

/// One of `--labels`; which classes there are is the model's to say.
pub(crate) fn label(text: &str) -> Result<Label, String> {
    if text == "none" {
        return Ok(Label(None));
    }
    let number = text.trim().parse();
    number
        .map(|label| Label(Some(label)))
        .map_err(|_| "labels are whole numbers from 0, or 'none'".to_owned())
}

fn whole<T: FromStr + PartialOrd + Display>(
    text: &str,
    allowed: RangeInclusive<T>,
) -> Result<T, String> {
    text.parse()
        .ok()
        .filter(|number| allowed.contains(number))
        .ok_or_else(|| {
            let (first, last) = (allowed.start(), allowed.end());
            format!("it takes a whole number from {first} to {last}")
        })
}
