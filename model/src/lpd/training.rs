//! The training pass: all groups of a batch in one forward pass.

use candle_core::{DType, Tensor};
use candle_nn::ops;
use ndarray::ArrayView2;

use super::attention_maps::Capture;
use super::batch::Batch;
use super::dropout::Dropout;
use super::error::LpdError;
use super::kernels::Kernels;
use super::network::Lpd;
use super::visibility::Visibility;

impl Lpd {
    /// Logits of every free cell given the groups before its own, as the
    /// training pass has them: shape (samples, free cells, vocabulary), f32, in
    /// the order of generation.
    ///
    /// `tokens` has shape (samples, cells) in raster positions. Gradients reach
    /// the [variables](Lpd::variables) if the transformer is
    /// [trainable](Lpd::trainable). Time and memory grow with the square of
    /// the cells.
    ///
    /// # Errors
    ///
    /// [`LpdError`] if the batch is not one of this model.
    pub fn training_pass(
        &self,
        batch: &Batch,
        tokens: ArrayView2<'_, u32>,
        dropout: Option<Dropout>,
    ) -> Result<Tensor, LpdError> {
        self.whole_pass(batch, tokens, dropout, None)
    }

    /// The mean cross-entropy of logits in the order of generation, in nats.
    ///
    /// # Errors
    ///
    /// [`LpdError`] if the tokens are not those of the batch.
    pub fn cross_entropy(
        &self,
        logits: &Tensor,
        batch: &Batch,
        tokens: ArrayView2<'_, u32>,
    ) -> Result<Tensor, LpdError> {
        let log_probabilities = self.of_tokens(logits, batch, tokens)?;
        Ok(log_probabilities.mean_all()?.neg()?)
    }

    /// The log-probability of the tokens, in the order of generation: shape
    /// (samples, free cells).
    pub(crate) fn of_tokens(
        &self,
        logits: &Tensor,
        batch: &Batch,
        tokens: ArrayView2<'_, u32>,
    ) -> Result<Tensor, LpdError> {
        batch.check_tokens(tokens, self.config(), false)?;
        let known = batch.known();
        let free = batch.problem().group_sizes().cells();
        let targets = batch.sequence(tokens, known + free, self.device())?;
        let targets = targets.narrow(1, known, free)?.contiguous()?.unsqueeze(2)?;
        let log_probabilities = ops::log_softmax(logits, candle_core::D::Minus1)?;
        Ok(log_probabilities.gather(&targets, 2)?.squeeze(2)?)
    }

    pub(crate) fn whole_pass(
        &self,
        batch: &Batch,
        tokens: ArrayView2<'_, u32>,
        dropout: Option<Dropout>,
        capture: Option<&mut Capture>,
    ) -> Result<Tensor, LpdError> {
        batch.check(self.config())?;
        batch.check_tokens(tokens, self.config(), false)?;
        let (known, sizes) = (batch.known(), batch.problem().group_sizes());
        let visibility = Visibility::training(sizes, known);
        let free = sizes.cells();
        let context = visibility.keys() - free - 1;

        let device = self.device();
        let slots = batch.slots(device)?;
        let tokens = batch.sequence(tokens, context, device)?;
        let context_slots = slots.narrow(1, 0, context)?.contiguous()?;
        let query_slots = slots.narrow(1, known, free)?.contiguous()?;
        let mut parts = vec![self.embed_classes(batch, false)?];
        if context > 0 {
            parts.push(self.embed_tokens(&tokens, &context_slots)?);
        }
        parts.push(self.embed_queries(&query_slots)?);
        let embedded = Tensor::cat(&parts, 1)?;

        // Our own attention reads keys and values from a cache; there, the pass is
        // one that nothing came before.
        let mut cache = match self.kernels() {
            Kernels::Cpu => Some(self.cache(batch.len(), visibility.keys())?),
            _ => None,
        };
        let mut pass = self.pass(&visibility, cache.as_mut())?;
        pass.dropout = dropout;
        pass.capture = capture;
        let x = self.blocks(&embedded, &mut pass)?;
        let logits = self.logits(&x, free)?;
        debug_assert_eq!(logits.dtype(), DType::F32);
        Ok(logits)
    }
}
