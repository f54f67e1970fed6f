//! The settings of a run.

use serde::Serialize;

use crate::train::error::RecipeError;

/// How a classifier is trained.
///
/// Cross-entropy, AdamW (betas 0.9 and 0.99, decay of weights 0.05), a learning rate
/// that rises for a twentieth of the run and falls in half a cosine; half of the
/// samples are mirror images, if the tokens have those.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClassifierRecipe {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Passes over the images, above 0, up to a million; need not be whole.
    pub epochs: f64,
    /// Images of an update, from 1 to 4096.
    pub batch: usize,
    /// The largest learning rate, above 0.
    pub learning_rate: f64,
}

impl Default for ClassifierRecipe {
    fn default() -> Self {
        Self {
            seed: 0,
            epochs: 8.0,
            batch: 64,
            learning_rate: 5e-3,
        }
    }
}

impl ClassifierRecipe {
    pub(super) fn check(&self) -> Result<(), RecipeError> {
        let Self {
            epochs,
            batch,
            learning_rate,
            ..
        } = *self;
        let checks = [
            (
                "epochs",
                epochs,
                epochs > 0.0 && epochs <= 1e6,
                "a number above 0, up to 1000000",
            ),
            (
                "batch",
                batch as f64,
                (1..=4096).contains(&batch),
                "a whole number from 1 to 4096",
            ),
            (
                "learning_rate",
                learning_rate,
                learning_rate > 0.0 && learning_rate.is_finite(),
                "a number above 0",
            ),
        ];
        RecipeError::check_numbers(checks)
    }
}
