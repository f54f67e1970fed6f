//! Why an entry is not registered.

/// Why an entry is not registered in a catalogue.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum CatalogueError {
    /// There is a method or a scheduler of this name.
    #[error("there is a {kind} '{name}' already; each has a name of its own")]
    Twice { kind: &'static str, name: String },
    /// A name is none that can be typed after a flag and stand in file names.
    #[error(
        "'{name}' is no name; names have small letters, digits and hyphens, and begin with a letter"
    )]
    Name { name: String },
    /// A method or a scheduler has two parameters of one name.
    #[error("{of} has two parameters '{parameter}'")]
    ParameterTwice { of: String, parameter: String },
    /// A word of a parameter would be taken for a number where it is read.
    #[error("parameter '{parameter}' of {of} takes the word '{word}', which reads as a number")]
    NumberWord {
        of: String,
        parameter: String,
        word: String,
    },
    /// A default is none of the parameter's values.
    #[error("parameter '{parameter}' of {of} has the default {value}; it takes {allowed}")]
    Default {
        of: String,
        parameter: String,
        value: String,
        allowed: String,
    },
}
