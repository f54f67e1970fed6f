//! How likely given tokens are.

use ndarray::{Array2, ArrayView2, Axis};

use super::batch::Batch;
use super::error::LpdError;
use super::network::Lpd;

impl Lpd {
    /// The parallel log-likelihood of given tokens, teacher forced: for each
    /// cell the log-probability of its token given the groups before its own,
    /// in nats. Shape (samples, cells), in raster positions; 0 at known cells,
    /// which are given.
    ///
    /// The sum over a row is the log-probability that the model generates
    /// these tokens in this order and these groups, at temperature 1 without
    /// guidance. `tokens` has shape (samples, cells).
    ///
    /// # Errors
    ///
    /// [`LpdError`] if the batch is not one of this model.
    pub fn log_likelihood(
        &self,
        batch: &Batch,
        tokens: ArrayView2<'_, u32>,
    ) -> Result<Array2<f32>, LpdError> {
        let logits = self.training_pass(batch, tokens, None)?;
        let of_tokens: Vec<Vec<f32>> = self.of_tokens(&logits, batch, tokens)?.to_vec2()?;
        let known = batch.known();
        let mut in_raster = Array2::zeros(tokens.dim());
        for (sample, values) in of_tokens.iter().enumerate() {
            let mut row = in_raster.index_axis_mut(Axis(0), sample);
            for (&cell, &value) in batch.cells(sample)[known..].iter().zip(values) {
                row[cell as usize] = value;
            }
        }
        Ok(in_raster)
    }
}
