//! A pass over all groups of a batch at once: the training pass, the likelihood of
//! tokens, and what the model attends to.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use candle_core::{DType, Tensor};
use candle_nn::ops;
use ndarray::{Array2, Array4, ArrayView2, Axis, s};
use orders_core::Order;
use rayon::prelude::*;

use super::batch::Batch;
use super::dropout::Dropout;
use super::error::LpdError;
use super::layers::{Capture, Kernels, Visibility};
use super::network::Lpd;
use crate::attention_mask::AttentionMask;

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
        let watch = &mut || ControlFlow::Continue(());
        self.whole_pass(batch, tokens, dropout, (None, watch))
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
        (capture, watch): (Option<&mut Capture>, &mut dyn FnMut() -> ControlFlow<()>),
    ) -> Result<Tensor, LpdError> {
        batch.check(self.config())?;
        batch.check_tokens(tokens, self.config(), false)?;
        let (known, sizes) = (batch.known(), batch.problem().group_sizes());
        let mask = AttentionMask::training(sizes, known);
        let free = sizes.cells();
        let context = mask.keys() - free - 1;

        let device = self.device();
        let slots = batch.slots(device)?;
        let tokens = batch.sequence(tokens, context, device)?;
        let context_slots = slots.narrow(1, 0, context)?.contiguous()?;
        let query_slots = slots.narrow(1, known, free)?.contiguous()?;
        let mut parts = vec![self.embed_classes(batch.labels(), false)?];
        if context > 0 {
            parts.push(self.embed_tokens(&tokens, &context_slots)?);
        }
        parts.push(self.embed_queries(&query_slots)?);
        let embedded = Tensor::cat(&parts, 1)?;

        // Our own attention reads keys and values from a cache; there, the pass is
        // one that nothing came before.
        // That of cards does not show its weights.
        let takes_cache = match self.kernels() {
            Kernels::Cpu => true,
            kernels => kernels.are_fused() && capture.is_none(),
        };
        let cache = takes_cache.then(|| self.spare_cache(batch.len(), mask.keys()));
        let mut cache = cache.transpose()?;
        let mut pass = self.pass(Visibility::Rows(&mask), cache.as_mut())?;
        pass.dropout = dropout;
        pass.capture = capture;
        pass.watch = Some(watch);
        pass.wanted = Some(free);
        let x = self.blocks(&embedded, &mut pass)?;
        if let Some(cache) = cache {
            self.spare((batch.len(), mask.keys()), cache);
        }
        let logits = self.logits(&x, free)?;
        debug_assert_eq!(logits.dtype(), DType::F32);
        Ok(logits)
    }

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
        self.log_likelihood_watched(batch, tokens, &mut || ControlFlow::Continue(()))
    }

    /// The same; `watch` is asked before each block of the transformer, and may end it.
    ///
    /// # Errors
    ///
    /// Those of [`log_likelihood`](Self::log_likelihood), and [`LpdError::Stopped`].
    pub fn log_likelihood_watched(
        &self,
        batch: &Batch,
        tokens: ArrayView2<'_, u32>,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Array2<f32>, LpdError> {
        let logits = self.whole_pass(batch, tokens, None, (None, watch))?;
        let of_tokens: Vec<Vec<f32>> = self.of_tokens(&logits, batch, tokens)?.to_vec2()?;
        Ok(batch.in_raster(batch.known(), &of_tokens))
    }

    /// The same of samples with these orders and classes. With our own kernels, which give a
    /// sample the same bits whatever it is beside, each is a batch of its own, several at
    /// once: what one of them needs stays in the cache of a processor.
    pub(crate) fn log_likelihoods(
        &self,
        orders: &[Order],
        labels: &[Option<u32>],
        tokens: ArrayView2<'_, u32>,
        watch: &mut (dyn FnMut() -> ControlFlow<()> + Send),
    ) -> Result<Array2<f32>, LpdError> {
        if self.kernels() != Kernels::Cpu {
            return self.log_likelihood_watched(&Batch::new(orders, labels)?, tokens, watch);
        }
        let watch = Mutex::new(watch);
        let of_sample = |index: usize| {
            let batch = Batch::new(&orders[index..=index], &labels[index..=index])?;
            let tokens = tokens.slice(s![index..=index, ..]);
            let mut watch = || (watch.lock().unwrap_or_else(PoisonError::into_inner))();
            self.log_likelihood_watched(&batch, tokens, &mut watch)
        };
        let rows: Vec<Array2<f32>> = (0..orders.len())
            .into_par_iter()
            .map(of_sample)
            .collect::<Result<_, _>>()?;
        let rows: Vec<ArrayView2<'_, f32>> = rows.iter().map(|row| row.view()).collect();
        // All have as many cells.
        ndarray::concatenate(Axis(0), &rows).map_err(|_| LpdError::Empty)
    }

    /// Attention of one sample in chosen layers: shape (layers, heads, 1 + N, 1 +
    /// N) for N cells, the class first and then the cells in raster order.
    ///
    /// Row i is the attention of the *query* at cell i when its token is
    /// generated. Its column j is the weight on the token of cell j if that
    /// comes in an earlier group, and on the query of cell j if it is of the
    /// same group; both are what i knows of j. Row 0 is the class, which sees
    /// itself. Rows sum to 1.
    ///
    /// The locality analysis reads it with one prefix token, tokens by cell and
    /// the visibility of groups. Weights are those of the training pass on
    /// `tokens`, of shape (1, cells).
    ///
    /// # Errors
    ///
    /// [`LpdError::Layer`]; [`LpdError::Count`] if the batch is not of one
    /// sample; [`LpdError::KnownTokens`] if cells are known, which have no query.
    pub fn attention_maps(
        &self,
        batch: &Batch,
        tokens: ArrayView2<'_, u32>,
        layers: &[usize],
    ) -> Result<Array4<f32>, LpdError> {
        let depth = self.config().depth();
        if let Some(&layer) = layers.iter().find(|&&layer| layer >= depth) {
            return Err(LpdError::Layer { layer, depth });
        }
        if batch.len() != 1 {
            return Err(LpdError::Count {
                what: "samples",
                found: batch.len(),
                expected: 1,
            });
        }
        if batch.known() > 0 {
            return Err(LpdError::KnownTokens {
                known: batch.known(),
            });
        }
        let mut capture = Capture::of(layers);
        let watch = &mut || ControlFlow::Continue(());
        self.whole_pass(batch, tokens, None, (Some(&mut capture), watch))?;

        let order = batch.cells(0);
        let sizes = batch.problem().group_sizes();
        let cells = order.len();
        let last = sizes.as_slice().last().map_or(0, |&size| size as usize);
        let context = 1 + cells - last;
        let keys = context + cells;
        let heads = self.config().heads();
        let mut maps = Array4::zeros((layers.len(), heads, 1 + cells, 1 + cells));
        for (slot, &layer) in layers.iter().enumerate() {
            let Some(weights) = capture.layer(layer) else {
                continue;
            };
            for head in 0..heads {
                maps[[slot, head, 0, 0]] = 1.0;
                let mut begin = 0;
                for group in sizes.groups(order) {
                    for (rank, &query) in (begin..).zip(group) {
                        let start = (head * keys + context + rank) * keys;
                        let row = &weights[start..start + keys];
                        let mut put = |column: usize, weight| {
                            maps[[slot, head, 1 + query as usize, column]] = weight;
                        };
                        put(0, row[0]);
                        for (earlier, &cell) in order[..begin].iter().enumerate() {
                            put(1 + cell as usize, row[1 + earlier]);
                        }
                        for (own, &cell) in (begin..).zip(group) {
                            put(1 + cell as usize, row[context + own]);
                        }
                    }
                    begin += group.len();
                }
            }
        }
        Ok(maps)
    }
}
