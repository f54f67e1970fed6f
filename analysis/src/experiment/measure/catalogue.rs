//! The measures that can be asked for by name.

use orders_core::UnknownName;

use super::entry::MeasureEntry;
use super::standard;

/// The measures that can be asked for by name: a value that can be added to.
#[derive(Clone, Debug)]
pub struct Measures {
    entries: Vec<MeasureEntry>,
}

/// Why a measure can't be added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum MeasureError {
    /// Another measure has the name.
    #[error("there are two measures of the name '{name}'")]
    Twice { name: String },
    /// Columns and flags can't have such a name.
    #[error("'{name}' can't be the name of a measure: it takes a-z, 0-9 and _, a letter first")]
    Name { name: String },
}

impl Measures {
    /// All measures that come with this crate.
    pub fn standard() -> Self {
        Self {
            entries: standard::measures(),
        }
    }

    /// Adds a measure.
    ///
    /// # Errors
    ///
    /// [`MeasureError`] if its name is taken or can't be typed.
    pub fn register(&mut self, entry: MeasureEntry) -> Result<(), MeasureError> {
        let name = entry.name();
        let is_fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) || !name.chars().all(is_fine) {
            return Err(MeasureError::Name { name: name.into() });
        }
        if self.entries.contains(&entry) {
            return Err(MeasureError::Twice { name: name.into() });
        }
        self.entries.push(entry);
        Ok(())
    }

    /// The measures with one more.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register).
    pub fn with(mut self, entry: MeasureEntry) -> Result<Self, MeasureError> {
        self.register(entry)?;
        Ok(self)
    }

    /// All of them, in the order in which they were added.
    pub fn entries(&self) -> &[MeasureEntry] {
        &self.entries
    }

    /// The measure of a name.
    ///
    /// # Errors
    ///
    /// The names there are, and the one that was probably meant.
    pub fn entry(&self, name: &str) -> Result<&MeasureEntry, UnknownName> {
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.name() == name).ok_or_else(|| {
            UnknownName::new("measure", name, self.entries.iter().map(MeasureEntry::name))
        })
    }
}

impl Default for Measures {
    fn default() -> Self {
        Self::standard()
    }
}
