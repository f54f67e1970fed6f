//! Why a command ended early, and the exit status that this gives.

use std::error::Error;
use std::fmt;
use std::io;

use orders_core::files::IrregularFile;
pub(crate) use orders_core::{with_sources, without_numbers};

/// Exit statuses: a check said no or the work failed, the input was wrong, interrupted.
pub(crate) const SAID_NO: u8 = 1;
pub(crate) const WRONG_INPUT: u8 = 2;
pub(crate) const INTERRUPTED: u8 = 130;

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The input is wrong: one sentence that says what, and what is allowed.
    Input(String),
    /// The work failed, though the input was right.
    Work(String),
    /// The user interrupted it.
    Interrupted,
    /// The user interrupted it, and this much is kept.
    Paused(String),
    /// The user knows all of it; this is the exit status.
    Told(u8),
    /// Whoever read our output has enough.
    ClosedPipe,
}

impl Failure {
    /// Wrong input.
    pub(crate) fn input(message: impl fmt::Display) -> Self {
        Self::Input(message.to_string())
    }

    /// Wrong input at a flag, in a file.
    pub(crate) fn input_at(place: impl fmt::Display, error: &dyn Error) -> Self {
        Self::Input(format!("{place}: {}", with_sources(error)))
    }

    /// Wrong input, as a library says it.
    pub(crate) fn bad_input(error: impl Error) -> Self {
        Self::Input(with_sources(&error))
    }

    /// Wrong input: a file that can't be read.
    pub(crate) fn unreadable(place: impl fmt::Display, error: &io::Error) -> Self {
        Self::Input(format!("{place} can't be read: {}", reason(error)))
    }

    /// With words behind it that say what to do.
    #[cfg(feature = "tables")]
    pub(crate) fn with_hint(self, hint: &str) -> Self {
        match self {
            Self::Input(words) => Self::Input(words + hint),
            Self::Work(words) => Self::Work(words + hint),
            other => other,
        }
    }

    /// With the name of the process before it that it is of, where several print.
    #[cfg(feature = "model")]
    pub(crate) fn of(self, process: &str) -> Self {
        match self {
            Self::Input(words) => Self::Input(format!("{process}: {words}")),
            Self::Work(words) => Self::Work(format!("{process}: {words}")),
            other => other,
        }
    }

    /// What it says, for libraries that hand it on.
    #[cfg(all(feature = "model", feature = "tables"))]
    pub(crate) fn into_words(self) -> String {
        match self {
            Self::Input(words) | Self::Work(words) | Self::Paused(words) => words,
            Self::Interrupted | Self::Told(_) | Self::ClosedPipe => "interrupted".to_owned(),
        }
    }

    /// Failed work, as a library says it.
    pub(crate) fn work(error: impl Error) -> Self {
        Self::Work(with_sources(&error))
    }
}

#[cfg(feature = "tables")]
impl From<orders_analysis::experiment::ExperimentError> for Failure {
    fn from(error: orders_analysis::experiment::ExperimentError) -> Self {
        let words = with_sources(&error);
        match error.is_input() {
            true => Self::Input(words),
            false => Self::Work(words),
        }
    }
}

#[cfg(feature = "tables")]
impl From<orders_analysis::experiment::ResultsError> for Failure {
    fn from(error: orders_analysis::experiment::ResultsError) -> Self {
        use orders_analysis::experiment::ResultsError as E;
        match error {
            E::Folder(error) => error.into(),
            E::Statistics(_) | E::Table(_) => Self::Work(with_sources(&error)),
            error => Self::Input(with_sources(&error)),
        }
    }
}

/// Why the system refused, without the paths that libraries put before and
/// behind it, where it has a word for it.
pub(crate) fn reason(error: &io::Error) -> String {
    if let Some(irregular) = IrregularFile::behind(error) {
        return irregular.what.to_string();
    }
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".into(),
        io::ErrorKind::AlreadyExists => "there is a file of that name".into(),
        kind => match kind.to_string() {
            vague if vague == "other error" || vague == "uncategorized error" => error.to_string(),
            word => word,
        },
    }
}

/// The error and the tips of a message of clap, without its usage, in one line.
pub(crate) fn one_sentence(rendered: &str) -> String {
    let mut sentence = String::new();
    for line in rendered
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        if line.starts_with("Usage:") || line.starts_with("For more information") {
            break;
        }
        if !sentence.is_empty() {
            let separator = if sentence.ends_with(':') { " " } else { "; " };
            sentence.push_str(separator);
        }
        sentence.push_str(line);
    }
    sentence.trim_start_matches("error: ").to_owned()
}
