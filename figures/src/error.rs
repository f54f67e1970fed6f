//! Why a figure could not be made.

/// The most pixels that a figure may have: 2^24, as of 4096 x 4096.
pub(crate) const MOST_PIXELS: u64 = 1 << 24;
/// The most pixels of a side of a figure.
pub(crate) const LONGEST_SIDE: u32 = 1 << 14;

/// Why a figure could not be made. Every order has an order map; the others ask
/// for sizes and values that can be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum FigureError {
    /// The font that is part of this crate could not be read: a damaged build.
    #[error("the built-in font is damaged; rebuild the program")]
    Font,
    /// The drawing library failed.
    #[error("the picture could not be drawn")]
    Drawing(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The figure would have more pixels than anyone can look at.
    #[error(
        "the figure would be {width} x {height} px; at most {} px a side and {} px in all are drawn",
        LONGEST_SIDE,
        MOST_PIXELS
    )]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// What has to stand beside each other does not fit.
    #[error(
        "the figure needs to be {needed:.2} in wide with letters of {font_size} pt, but {given:.2} in are given"
    )]
    Narrow {
        /// The width that is given, in inches.
        given: f64,
        /// The width that would do, in inches.
        needed: f64,
        /// The size of ticks and captions, in points.
        font_size: f64,
    },
    /// There is too much or too little of something.
    #[error("there are {given} {what}; a figure takes {least} to {most}")]
    Count {
        /// What was counted, in the plural.
        what: &'static str,
        given: usize,
        least: usize,
        most: usize,
    },
    /// Two lists that belong together have different lengths.
    #[error("{what} has {given} entries, but there must be {expected}")]
    Length {
        what: String,
        given: usize,
        expected: usize,
    },
    /// A value that has no place on its axis.
    #[error("{what} is {value}, but {allowed}")]
    Value {
        what: String,
        value: f64,
        allowed: &'static str,
    },
    /// A step that the order does not have.
    #[error("step {step} was asked for, but the order has steps 1 to {steps}")]
    Step {
        /// The step, from 1.
        step: usize,
        steps: usize,
    },
    /// A file could not be written into memory: a fault of this crate.
    #[error("the animation could not be encoded")]
    Encoding(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl FigureError {
    /// [`FigureError::Count`] unless `given` is from `least` to `most`.
    pub(crate) fn check_count(
        what: &'static str,
        given: usize,
        least: usize,
        most: usize,
    ) -> Result<(), Self> {
        if (least..=most).contains(&given) {
            return Ok(());
        }
        Err(Self::Count {
            what,
            given,
            least,
            most,
        })
    }
    /// Refuses sizes that no one could look at.
    pub(crate) fn check_size((width, height): (u32, u32)) -> Result<(), Self> {
        let pixels = u64::from(width) * u64::from(height);
        if width > LONGEST_SIDE || height > LONGEST_SIDE || pixels > MOST_PIXELS {
            return Err(Self::TooLarge { width, height });
        }
        Ok(())
    }
}
