//! Gaussian fields by name.

use std::fmt;
use std::str::FromStr;

use super::field::{Field, FieldError, FieldKind, check_shrinkage};
use super::field_file::{FieldFile, MeasuredFileError};
use super::kernel::KernelFamily;

/// The name of the field of natural photographs.
const PHOTOS: &str = "photos";

impl Field {
    /// The field that a text names, which may be that of a file:
    ///
    /// ```text
    /// FILE.npy[:stationary][:shrink=S]
    /// ```
    ///
    /// The file has an array in float16, float32 or float64, at most 2^27 numbers:
    /// [n, H, W] for n patches of images of HxW cells, whose covariance is
    /// [estimated](super::MeasuredField::from_patches), or [N, N] for a covariance
    /// of N cells. It is read from where the program runs. All other texts are read as
    /// [`FromStr`] does.
    ///
    /// # Errors
    ///
    /// [`FieldReadError`], which names the file or what is wrong with the text.
    pub fn read(text: &str) -> Result<Self, FieldReadError> {
        let Some((path, words)) = file_and_words(text) else {
            return Ok(text.parse()?);
        };
        let (mut stationary, mut shrinkage) = (false, None);
        for word in words.split(':').skip(1) {
            let unknown = || FieldError::Word {
                text: text.into(),
                word: word.into(),
            };
            match word.strip_prefix("shrink=") {
                Some(number) if shrinkage.is_none() => {
                    shrinkage = Some(parse_number(text, number)?);
                }
                None if word == "stationary" && !stationary => stationary = true,
                _ => return Err(unknown().into()),
            }
        }
        let shrinkage = shrinkage.unwrap_or(0.0);
        check_shrinkage(shrinkage)?;
        Ok(Self {
            kind: FieldKind::File(FieldFile::read(path, stationary)?),
            shrinkage,
        })
    }
}

impl fmt::Display for Field {
    /// Writes the text that [`FromStr`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = match &self.kind {
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
            FieldKind::Photos => {
                f.write_str(PHOTOS)?;
                0.0
            }
            FieldKind::File(file) => {
                write!(f, "{}", file.path().display())?;
                if file.is_stationary() {
                    f.write_str(":stationary")?;
                }
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

    /// Reads `NAME:NUMBER` or `photos`, and `:shrink=S` behind either. Files are
    /// for [`Field::read`].
    fn from_str(text: &str) -> Result<Self, FieldError> {
        if file_and_words(text).is_some() {
            return Err(FieldError::IsFile { text: text.into() });
        }
        let mut words: Vec<&str> = text.split(':').collect();
        let shrinkage = words[1..]
            .last()
            .and_then(|word| word.strip_prefix("shrink="));
        if shrinkage.is_some() {
            words.pop();
        }
        let number = |word| parse_number(text, word);
        let field = match words[..] {
            ["exp" | "matern12", range] => Self::kernel(KernelFamily::Exponential, number(range)?),
            ["matern32", range] => Self::kernel(KernelFamily::Matern32, number(range)?),
            ["matern52", range] => Self::kernel(KernelFamily::Matern52, number(range)?),
            ["se", range] => Self::kernel(KernelFamily::SquaredExponential, number(range)?),
            ["power", exponent] => Self::power_law(number(exponent)?),
            [PHOTOS] => Ok(Self::photos()),
            _ => Err(FieldError::Unknown { text: text.into() }),
        }?;
        match shrinkage {
            None => Ok(field),
            Some(word) => field.with_shrinkage(number(word)?),
        }
    }
}

/// The path in a text that names a file, and what follows it.
fn file_and_words(text: &str) -> Option<(&str, &str)> {
    const ENDING: &str = ".npy";
    let end = text.rfind(ENDING)? + ENDING.len();
    let (path, words) = text.split_at(end);
    (words.is_empty() || words.starts_with(':')).then_some((path, words))
}

fn parse_number(text: &str, word: &str) -> Result<f64, FieldError> {
    word.parse().map_err(|_| FieldError::Number {
        text: text.into(),
        word: word.into(),
    })
}

/// Why a text names no field, or its file can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FieldReadError {
    /// The text names none.
    #[error(transparent)]
    Text(#[from] FieldError),
    /// The file holds none.
    #[error(transparent)]
    File(#[from] MeasuredFileError),
}
