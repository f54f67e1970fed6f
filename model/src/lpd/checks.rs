//! Whether labels and tokens are those of a transformer.

use ndarray::ArrayView2;
use orders_core::KnownCells;

use super::config::LpdConfig;
use super::error::LpdError;

impl LpdConfig {
    /// Whether a transformer of these sizes has the classes. `None` is no class, which
    /// it always has. O(labels).
    ///
    /// # Errors
    ///
    /// [`LpdError::Label`] at the first that it has not.
    pub fn check_labels(&self, labels: &[Option<u32>]) -> Result<(), LpdError> {
        let classes = self.classes();
        for (index, &label) in labels.iter().enumerate() {
            if let Some(label) = label
                && label as usize >= classes
            {
                return Err(LpdError::Label {
                    label,
                    index,
                    classes,
                });
            }
        }
        Ok(())
    }

    /// Whether tokens of shape (samples, cells) are of its grid and vocabulary; with
    /// `known`, only those of known cells are looked at. O(tokens).
    ///
    /// # Errors
    ///
    /// [`LpdError::TokenShape`], or [`LpdError::Token`] at the first that it has not.
    pub fn check_tokens(
        &self,
        tokens: ArrayView2<'_, u32>,
        known: Option<&KnownCells>,
    ) -> Result<(), LpdError> {
        let (samples, cells) = tokens.dim();
        let expected = self.grid().cells();
        if cells != expected {
            return Err(LpdError::TokenShape {
                found: [samples, cells],
                expected: [samples, expected],
            });
        }
        let vocab = self.vocab();
        for ((index, cell), &token) in tokens.indexed_iter() {
            if token as usize >= vocab && known.is_none_or(|known| known.mask()[cell]) {
                return Err(LpdError::Token {
                    token,
                    index,
                    cell,
                    vocab,
                });
            }
        }
        Ok(())
    }
}
