//! The fields that trials name.

use std::collections::BTreeMap;

use super::error::TrialError;
use super::trial::{TrialSettings, sha256_of};
use crate::information::Field;

/// The fields of some trials, by their texts. Each is read once, since a file may be
/// long.
#[derive(Default)]
pub(super) struct TrialFields(BTreeMap<String, Field>);

impl TrialFields {
    /// Adds the field of a trial.
    pub(super) fn read_of(&mut self, settings: &TrialSettings) -> Result<(), TrialError> {
        let Some(text) = &settings.field else {
            return Ok(());
        };
        if !self.0.contains_key(text) {
            self.0.insert(text.clone(), Field::read(text)?);
        }
        if self.0.get(text).and_then(sha256_of) != settings.field_sha256 {
            return Err(TrialError::FieldChanged {
                field: text.clone(),
            });
        }
        Ok(())
    }

    /// The field of a trial that was added.
    pub(super) fn of(&self, settings: &TrialSettings) -> Option<&Field> {
        self.0.get(settings.field.as_ref()?)
    }
}
