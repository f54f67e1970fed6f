//! Parts of a plan.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::spec::MOST_TRIALS;

/// Part `number` of `of`: the trials whose number, from 1, is `number` modulo
/// `of`, so that all parts have cheap and dear ones.
///
/// ```
/// use orders_analysis::experiment::Shard;
///
/// let shard: Shard = "2/3".parse()?;
/// let taken: Vec<usize> = (0..8).filter(|&index| shard.has(index)).collect();
/// assert_eq!(taken, [1, 4, 7]);
/// # Ok::<(), orders_analysis::experiment::ShardError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: usize,
    of: usize,
}

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Whether a trial, counted from 0, is in this part.
    pub fn has(self, index: usize) -> bool {
        index % self.of == self.number - 1
    }

    /// Which part it is, from 1.
    pub fn number(self) -> usize {
        self.number
    }

    /// Parts there are.
    pub fn count(self) -> usize {
        self.of
    }

    /// The images of this part, of so many: consecutive ones, so that all parts have
    /// about as many.
    pub fn range(self, count: u64) -> Range<u64> {
        let end = |number: usize| (u128::from(count) * number as u128 / self.of as u128) as u64;
        end(self.number - 1)..end(self.number)
    }

    /// The part in words.
    pub(super) fn words(self) -> String {
        match self {
            Self::WHOLE => "the whole".into(),
            shard => format!("shard {shard}"),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let parsed = text.split_once('/').and_then(|(number, of)| {
            let shard = Self {
                number: number.parse().ok()?,
                of: of.parse().ok()?,
            };
            let is_fine = (1..=shard.of).contains(&shard.number) && shard.of <= MOST_TRIALS;
            is_fine.then_some(shard)
        });
        parsed.ok_or_else(|| ShardError { text: text.into() })
    }
}

/// Why there is no such shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{text}' is no shard; write i/n with i from 1 to n and n at most {}, for example 1/4",
    MOST_TRIALS
)]
#[non_exhaustive]
pub struct ShardError {
    /// What was given.
    pub text: String,
}
