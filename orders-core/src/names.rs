//! Names that were mistyped.

use std::fmt;

/// A name that is not known, with the names there are. Its text names the one that
/// was probably meant.
///
/// ```
/// use orders_core::UnknownName;
///
/// let error = UnknownName::new("method", "haltn", ["lpd", "halton"]);
/// assert_eq!(
///     error.to_string(),
///     "there is no method 'haltn'; did you mean 'halton'? There are lpd, halton"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownName {
    /// What it should name, such as `method`.
    pub kind: String,
    /// The name given.
    pub name: String,
    /// The names there are.
    pub known: Vec<String>,
}

impl UnknownName {
    /// A name that is none of those known.
    pub fn new<S: Into<String>>(
        kind: impl Into<String>,
        name: impl Into<String>,
        known: impl IntoIterator<Item = S>,
    ) -> Self {
        Self {
            kind: kind.into(),
            name: name.into(),
            known: known.into_iter().map(Into::into).collect(),
        }
    }

    /// The known name that was probably meant, if one comes close.
    pub fn nearest(&self) -> Option<&str> {
        let typed = self.name.to_lowercase();
        self.known
            .iter()
            .map(|candidate| (similarity(&typed, candidate), candidate.as_str()))
            .filter(|&(similarity, _)| similarity > 0.7)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, candidate)| candidate)
    }
}

/// From 0 to 1. Two letters in the wrong order, which is one slip on a keyboard, count
/// as one difference.
fn similarity(typed: &str, candidate: &str) -> f64 {
    if strsim::damerau_levenshtein(typed, candidate) <= 1 {
        return 1.0;
    }
    strsim::jaro_winkler(typed, candidate)
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, known } = self;
        let all = match known[..] {
            [] => "none".to_owned(),
            _ => known.join(", "),
        };
        match self.nearest() {
            None => write!(f, "there is no {kind} '{name}'; there are {all}"),
            Some(nearest) => write!(
                f,
                "there is no {kind} '{name}'; did you mean '{nearest}'? There are {all}"
            ),
        }
    }
}

impl std::error::Error for UnknownName {}
