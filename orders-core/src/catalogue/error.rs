//! Why an entry is not registered.

/// Why an entry is not registered in a catalogue.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// There is a method of this name.
    #[error("there is a method '{name}' already; each has a name of its own")]
    MethodTwice {
        /// The name.
        name: String,
    },
    /// A name is none that can be typed after a flag and stand in file names.
    #[error(
        "'{name}' is no name; names have small letters, digits and hyphens, and begin with a letter"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// A method has two parameters of one name.
    #[error("method {method} has two parameters '{parameter}'")]
    ParameterTwice {
        /// The method's name.
        method: String,
        /// The parameter's name.
        parameter: String,
    },
    /// A default is none of the parameter's values.
    #[error(
        "parameter '{parameter}' of method {method} has the default {value}; it takes {allowed}"
    )]
    Default {
        /// The method's name.
        method: String,
        /// The parameter's name.
        parameter: String,
        /// The default.
        value: String,
        /// What would be allowed.
        allowed: String,
    },
}
