//! What entries of every kind have.

use std::fmt;

use super::error::CatalogueError;
use super::parameters::{Arguments, Default, ParameterEntry, find};
use crate::grid::Grid;
use crate::parameter::{ParameterError, ParameterKind, Parameters};

/// What a catalogue knows of something that is made by name: name, line, parameters,
/// source, and what is special to its kind. [`MethodEntry`](super::MethodEntry) and
/// [`SchedulerEntry`](super::SchedulerEntry) are its two forms.
#[derive(Clone)]
pub struct Entry<K> {
    pub(super) name: String,
    aliases: Vec<String>,
    summary: String,
    source: String,
    parameters: Vec<ParameterEntry>,
    pub(super) kind: K,
}

/// A kind of entries.
pub trait EntryKind {
    /// What one of them is called in messages.
    const WORD: &'static str;
}

impl<K: EntryKind> Entry<K> {
    pub(super) fn of_kind(name: String, summary: String, kind: K) -> Self {
        Self {
            name,
            aliases: Vec::new(),
            summary,
            source: String::new(),
            parameters: Vec::new(),
            kind,
        }
    }

    /// Another name for it, such as one that it had before.
    pub fn with_alias(mut self, alias: impl Into<String>) -> Self {
        self.aliases.push(alias.into());
        self
    }

    /// Where it was published.
    pub fn from_source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// One more parameter.
    pub fn with_parameter(mut self, parameter: ParameterEntry) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// The name by which it is asked for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does, in a line.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// Where it was published; may be empty.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its parameters.
    pub fn parameters(&self) -> &[ParameterEntry] {
        &self.parameters
    }

    /// Its name and its other names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let aliases = self.aliases.iter().map(String::as_str);
        std::iter::once(self.name.as_str()).chain(aliases)
    }

    pub(super) fn answers_to(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// What it is, in words, such as `method lpd`.
    fn words(&self) -> String {
        format!("{} {}", K::WORD, self.name)
    }

    /// The parameter of a name.
    ///
    /// # Errors
    ///
    /// [`ParameterError::NoParameters`] or [`ParameterError::Unknown`].
    pub fn parameter(&self, name: &str) -> Result<&ParameterEntry, ParameterError> {
        find(&self.parameters, name, &self.words())
    }

    /// Parameters from texts, as typed after `--set name=`. What can't be read stays a
    /// word, which is refused, with what is allowed, where something is made with it.
    pub fn parameters_from_texts<'a>(
        &self,
        texts: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Parameters {
        let read = |(name, text): (&str, &str)| {
            let known = self.parameter(name).ok();
            let value = known.and_then(|known| known.kind.parse(text));
            (name.to_owned(), value.unwrap_or(text.into()))
        };
        texts.into_iter().map(read).collect()
    }

    /// Given parameters, checked, and the defaults of the others.
    pub(super) fn arguments(
        &self,
        grid: Grid,
        parameters: &Parameters,
    ) -> Result<Arguments<'_>, ParameterError> {
        let of = self.words();
        for (name, value) in parameters {
            let known = self.parameter(name)?;
            known.kind.check(&of, name, value.clone())?;
        }
        let mut values = parameters.clone();
        for parameter in &self.parameters {
            if !values.contains_key(&parameter.name)
                && let Some(value) = parameter.default(grid)
            {
                values.insert(parameter.name.clone(), value);
            }
        }
        Ok(Arguments {
            name: &self.name,
            of,
            known: &self.parameters,
            grid,
            values,
        })
    }

    /// Whether it can stand in a catalogue.
    pub(super) fn check(&self) -> Result<(), CatalogueError> {
        let parameters = self.parameters.iter().map(ParameterEntry::name);
        if let Some(name) = self.names().chain(parameters).find(|name| !is_name(name)) {
            return Err(CatalogueError::Name { name: name.into() });
        }
        if self.aliases.contains(&self.name) {
            return Err(CatalogueError::Twice {
                kind: K::WORD,
                name: self.name.clone(),
            });
        }
        for (place, parameter) in self.parameters.iter().enumerate() {
            let (of, name) = (self.words(), parameter.name.clone());
            if self.parameters[..place]
                .iter()
                .any(|other| other.name == name)
            {
                return Err(CatalogueError::ParameterTwice {
                    of,
                    parameter: name,
                });
            }
            if let ParameterKind::OneOf(words) = &parameter.kind
                && let Some(word) = words.iter().find(|word| word.parse::<f64>().is_ok())
            {
                return Err(CatalogueError::NumberWord {
                    of,
                    parameter: name,
                    word: word.clone(),
                });
            }
            if let Default::Value(value) = &parameter.default
                && !parameter.kind.allows(value)
            {
                return Err(CatalogueError::Default {
                    of,
                    parameter: name,
                    value: value.to_string(),
                    allowed: parameter.kind.to_string(),
                });
            }
        }
        Ok(())
    }
}

/// Whether a text can be typed after a flag, before a comma or an equals sign, and can
/// stand in a file's name.
fn is_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(is_plain)
}

impl<K: EntryKind> fmt::Debug for Entry<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(&format!("Entry of a {}", K::WORD))
            .field("name", &self.name)
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}
