//! The transformer's training pass and its gradient.

use std::ops::Range;

use ndarray::ArrayView2;
use orders_core::Watch;

use super::attention::Head;
use super::layout::{BlockPlaces, LayerPlaces, Layout, Sequence};
use super::linear::Linear;
use super::operations::{
    RowStatistics, activate, activate_gradient, add, add_norm_gradients, cross_entropy, dropped,
    norm, resize,
};
use crate::lpd::statement::{BackEnd, Branch, NormAt, run};
use crate::lpd::{Batch, Dropout, DropoutMask, DropoutSite, LpdConfig};

/// What the forward pass leaves for the backward pass, and scratch.
#[derive(Default)]
pub(crate) struct Workspace {
    embedded: Vec<f32>,
    embedded_statistics: Vec<RowStatistics>,
    blocks: Vec<BlockTape>,
    /// The residual stream, and then its gradient.
    x: Vec<f32>,
    narrow: Vec<f32>,
    wide: Vec<f32>,
    qkv: Vec<f32>,
    queries: Vec<f32>,
    queries_statistics: Vec<RowStatistics>,
    queries_normed: Vec<f32>,
    logits: Vec<f32>,
    scores: Vec<f32>,
}

/// What one block leaves.
#[derive(Default)]
struct BlockTape {
    x: Vec<f32>,
    statistics1: Vec<RowStatistics>,
    normed1: Vec<f32>,
    qkv: Vec<f32>,
    weights: Vec<f32>,
    attended: Vec<f32>,
    middle: Vec<f32>,
    statistics2: Vec<RowStatistics>,
    normed2: Vec<f32>,
    hidden: Vec<f32>,
    active: Vec<f32>,
}

/// A part of a batch and what is asked of it.
pub(crate) struct Part<'a> {
    pub(crate) config: &'a LpdConfig,
    pub(crate) layout: &'a Layout,
    /// All parameters, as the layout has them.
    pub(crate) parameters: &'a [f32],
    pub(crate) batch: &'a Batch,
    /// Shape (samples, cells), in raster positions.
    pub(crate) tokens: ArrayView2<'a, u32>,
    pub(crate) dropout: Option<Dropout>,
    /// What each cell counts in the loss whose gradient is taken.
    pub(crate) weight: f32,
    /// Whoever may end it, asked before each block.
    pub(crate) watch: Watch<'a>,
}

impl Part<'_> {
    /// The sum over cells of the cross-entropy in nats. Adds the gradient, times
    /// the weight, to `gradient`. Labels and tokens must be the model's. None if whoever
    /// watches ended it.
    pub(crate) fn add_gradient(&self, work: &mut Workspace, gradient: &mut [f32]) -> Option<f64> {
        let sequence = Sequence::new(self.batch, self.tokens);
        self.embed(&sequence, work);
        work.blocks
            .resize_with(self.config.depth(), BlockTape::default);
        let mut blocks = std::mem::take(&mut work.blocks);
        let mut tape = Tape {
            part: self,
            sequence: &sequence,
            blocks: &mut blocks,
            work,
        };
        run(&mut tape, self.config.depth(), &InWorkspace).ok()?;
        let loss = self.head(&sequence, work, gradient);
        for (layer, tape) in blocks.iter().enumerate().rev() {
            self.goes_on()?;
            self.block_gradient(layer, &sequence, tape, work, gradient);
        }
        work.blocks = blocks;
        self.embed_gradient(&sequence, work, gradient);
        Some(loss)
    }

    fn goes_on(&self) -> Option<()> {
        self.watch.ask().is_continue().then_some(())
    }

    fn parameters(&self, place: &Range<usize>) -> &[f32] {
        &self.parameters[place.clone()]
    }

    fn width(&self) -> usize {
        self.config.width()
    }

    fn mask(&self, layer: usize, site: DropoutSite) -> Option<DropoutMask> {
        self.dropout.map(|dropout| dropout.mask(layer, site))
    }

    fn of_norm(&self, places: &LayerPlaces) -> [&[f32]; 2] {
        [
            self.parameters(&places.weight),
            self.parameters(&places.bias),
        ]
    }

    fn embed(&self, sequence: &Sequence, work: &mut Workspace) {
        let (width, layout) = (self.width(), self.layout);
        let size = sequence.inputs.len() * width;
        resize(&mut work.embedded, size);
        for (row, input) in work.embedded.chunks_mut(width).zip(&sequence.inputs) {
            let [start, position] = input.places(layout, width);
            let what = &self.parameters[start..start + width];
            let position = &self.parameters[position..position + width];
            for ((row, what), position) in row.iter_mut().zip(what).zip(position) {
                *row = what + position;
            }
        }
    }

    fn embed_gradient(&self, sequence: &Sequence, work: &mut Workspace, gradient: &mut [f32]) {
        let (width, layout) = (self.width(), self.layout);
        work.narrow.fill(0.0);
        add_norm_gradients(
            &work.embedded,
            self.parameters(&layout.embedding_norm.weight),
            &work.embedded_statistics,
            &mut work.x,
            &mut work.narrow,
            layout.embedding_norm.of(gradient),
        );
        for (row, input) in work.narrow.chunks(width).zip(&sequence.inputs) {
            for start in input.places(layout, width) {
                for (gradient, row) in gradient[start..start + width].iter_mut().zip(row) {
                    *gradient += row;
                }
            }
        }
    }

    fn linears(&self) -> [Linear; 4] {
        let (width, hidden) = (self.width(), self.config.hidden());
        let linear = |inputs, outputs| Linear { inputs, outputs };
        [
            linear(width, 3 * width),
            linear(width, width),
            linear(width, hidden),
            linear(hidden, width),
        ]
    }

    /// Outputs of a layer for all positions.
    fn forward(&self, linear: Linear, places: &LayerPlaces, x: &[f32], y: &mut Vec<f32>) {
        resize(y, x.len() / linear.inputs * linear.outputs);
        let [weight, bias] = self.of_norm(places);
        linear.forward(x, weight, bias, y);
    }

    /// The norm of all positions, and what its gradient needs.
    fn normed(
        &self,
        places: &LayerPlaces,
        x: &[f32],
        statistics: &mut Vec<RowStatistics>,
        out: &mut Vec<f32>,
    ) {
        statistics.resize(x.len() / self.width(), RowStatistics::default());
        resize(out, x.len());
        let epsilon = self.config.norm_eps() as f32;
        norm(x, self.of_norm(places), epsilon, statistics, out);
    }

    /// `work.x` is the gradient of what the block gave, and becomes that of what
    /// it got.
    fn block_gradient(
        &self,
        layer: usize,
        sequence: &Sequence,
        tape: &BlockTape,
        work: &mut Workspace,
        gradient: &mut [f32],
    ) {
        let places: &BlockPlaces = &self.layout.blocks[layer];
        let [qkv, proj, fc1, fc2] = self.linears();
        let Workspace {
            x,
            narrow,
            wide,
            qkv: qkv_gradient,
            scores,
            ..
        } = work;

        dropped(x, narrow, self.mask(layer, DropoutSite::MlpProjection));
        resize(wide, tape.active.len());
        self.through(fc2, &places.fc2, [&tape.active, narrow], wide, gradient);
        activate_gradient(&tape.hidden, wide, self.mask(layer, DropoutSite::Hidden));
        self.through(fc1, &places.fc1, [&tape.normed2, wide], narrow, gradient);
        add_norm_gradients(
            &tape.middle,
            self.parameters(&places.norm2.weight),
            &tape.statistics2,
            narrow,
            x,
            places.norm2.of(gradient),
        );

        dropped(
            x,
            narrow,
            self.mask(layer, DropoutSite::AttentionProjection),
        );
        resize(wide, x.len());
        self.through(proj, &places.proj, [&tape.attended, narrow], wide, gradient);
        resize(qkv_gradient, tape.qkv.len());
        qkv_gradient.fill(0.0);
        self.attend_gradient(sequence, tape, wide, qkv_gradient, scores);
        self.through(
            qkv,
            &places.qkv,
            [&tape.normed1, qkv_gradient],
            narrow,
            gradient,
        );
        add_norm_gradients(
            &tape.x,
            self.parameters(&places.norm1.weight),
            &tape.statistics1,
            narrow,
            x,
            places.norm1.of(gradient),
        );
    }

    /// From the gradient `y` of a layer's outputs, that of its inputs `x` into
    /// `inputs`; adds those of weight and bias.
    fn through(
        &self,
        linear: Linear,
        places: &LayerPlaces,
        [x, y]: [&[f32]; 2],
        inputs: &mut [f32],
        gradient: &mut [f32],
    ) {
        let [weight, bias] = places.of(gradient);
        linear.add_gradients(x, y, weight, bias);
        linear.inputs_gradient(y, self.parameters(&places.weight), inputs);
    }

    fn heads(&self) -> impl Iterator<Item = Head> + use<> {
        let (heads, width) = (self.config.heads(), self.config.head_dim());
        (0..heads).map(move |head| Head { width, heads, head })
    }

    fn attend(&self, sequence: &Sequence, tape: &mut BlockTape) {
        let (tiles, width) = (&sequence.tiles, self.width());
        let heads = self.config.heads();
        resize(
            &mut tape.weights,
            sequence.samples * heads * tiles.weights(),
        );
        let mut weights = tape.weights.chunks_mut(tiles.weights());
        let positions = sequence.inputs.len() / sequence.samples;
        for sample in 0..sequence.samples {
            let at = sample * positions * width..(sample + 1) * positions * width;
            let qkv = &tape.qkv[3 * at.start..3 * at.end];
            for head in self.heads() {
                if let Some(weights) = weights.next() {
                    head.forward(tiles, qkv, weights, &mut tape.attended[at.clone()]);
                }
            }
        }
    }

    fn attend_gradient(
        &self,
        sequence: &Sequence,
        tape: &BlockTape,
        attended: &[f32],
        gradient: &mut [f32],
        scratch: &mut Vec<f32>,
    ) {
        let (tiles, width) = (&sequence.tiles, self.width());
        let mut weights = tape.weights.chunks(tiles.weights());
        let positions = sequence.inputs.len() / sequence.samples;
        for sample in 0..sequence.samples {
            let at = sample * positions * width..(sample + 1) * positions * width;
            let of_qkv = 3 * at.start..3 * at.end;
            for head in self.heads() {
                if let Some(weights) = weights.next() {
                    head.backward(
                        tiles,
                        &tape.qkv[of_qkv.clone()],
                        weights,
                        &attended[at.clone()],
                        &mut gradient[of_qkv.clone()],
                        scratch,
                    );
                }
            }
        }
    }

    /// The loss, from the residual stream, which becomes its gradient.
    fn head(&self, sequence: &Sequence, work: &mut Workspace, gradient: &mut [f32]) -> f64 {
        let (width, layout) = (self.width(), self.layout);
        let epsilon = self.config.norm_eps() as f32;
        let vocabulary = self.config.vocab();
        let positions = sequence.inputs.len() / sequence.samples;
        let free = sequence.targets.len() / sequence.samples;
        let context = (positions - free) * width;
        work.queries.clear();
        for sample in work.x.chunks(positions * width) {
            work.queries.extend_from_slice(&sample[context..]);
        }
        work.queries_statistics
            .resize(sequence.targets.len(), RowStatistics::default());
        resize(&mut work.queries_normed, work.queries.len());
        norm(
            &work.queries,
            self.of_norm(&layout.norm),
            epsilon,
            &mut work.queries_statistics,
            &mut work.queries_normed,
        );
        let head = Linear {
            inputs: width,
            outputs: vocabulary,
        };
        resize(&mut work.logits, sequence.targets.len() * vocabulary);
        let weight = self.parameters(&layout.head);
        head.forward(&work.queries_normed, weight, &[], &mut work.logits);
        let loss = cross_entropy(&mut work.logits, vocabulary, &sequence.targets, self.weight);

        let weight_gradient = &mut gradient[layout.head.clone()];
        head.add_gradients(&work.queries_normed, &work.logits, weight_gradient, &mut []);
        head.inputs_gradient(&work.logits, weight, &mut work.queries_normed);
        resize(&mut work.wide, work.queries.len());
        work.wide.fill(0.0);
        add_norm_gradients(
            &work.queries,
            self.parameters(&layout.norm.weight),
            &work.queries_statistics,
            &mut work.queries_normed,
            &mut work.wide,
            layout.norm.of(gradient),
        );
        let samples = work.x.chunks_mut(positions * width);
        for (x, queries) in samples.zip(work.wide.chunks(free * width)) {
            x[..context].fill(0.0);
            x[context..].copy_from_slice(queries);
        }
        loss
    }
}

/// The forward pass, which leaves what the backward pass needs.
struct Tape<'a, 'p> {
    part: &'a Part<'p>,
    sequence: &'a Sequence,
    blocks: &'a mut [BlockTape],
    work: &'a mut Workspace,
}

/// The positions of a pass: the residual stream is in the workspace, what layers make of it
/// on the tape of their block.
struct InWorkspace;

/// Whoever watches ended it.
struct Ended;

impl BackEnd for Tape<'_, '_> {
    type Flow = InWorkspace;
    type Error = Ended;

    fn goes_on(&mut self) -> Result<(), Ended> {
        self.part.goes_on().ok_or(Ended)
    }

    fn norm(&mut self, at: NormAt, _: &InWorkspace) -> Result<InWorkspace, Ended> {
        let (part, work) = (self.part, &mut *self.work);
        let layout = part.layout;
        match at {
            NormAt::Embedding => part.normed(
                &layout.embedding_norm,
                &work.embedded,
                &mut work.embedded_statistics,
                &mut work.x,
            ),
            NormAt::Attention(block) => {
                let (places, tape) = (&layout.blocks[block], &mut self.blocks[block]);
                copy(&mut tape.x, &work.x);
                let (statistics, out) = (&mut tape.statistics1, &mut tape.normed1);
                part.normed(&places.norm1, &tape.x, statistics, out);
            }
            NormAt::Mlp(block) => {
                let (places, tape) = (&layout.blocks[block], &mut self.blocks[block]);
                copy(&mut tape.middle, &work.x);
                let (statistics, out) = (&mut tape.statistics2, &mut tape.normed2);
                part.normed(&places.norm2, &tape.middle, statistics, out);
            }
        }
        Ok(InWorkspace)
    }

    fn attend(&mut self, block: usize, _: InWorkspace) -> Result<InWorkspace, Ended> {
        let (places, tape) = (&self.part.layout.blocks[block], &mut self.blocks[block]);
        let [qkv, ..] = self.part.linears();
        self.part
            .forward(qkv, &places.qkv, &tape.normed1, &mut tape.qkv);
        resize(&mut tape.attended, tape.normed1.len());
        self.part.attend(self.sequence, tape);
        Ok(InWorkspace)
    }

    fn hidden(&mut self, block: usize, _: InWorkspace) -> Result<InWorkspace, Ended> {
        let (places, tape) = (&self.part.layout.blocks[block], &mut self.blocks[block]);
        let [_, _, fc1, _] = self.part.linears();
        self.part
            .forward(fc1, &places.fc1, &tape.normed2, &mut tape.hidden);
        resize(&mut tape.active, tape.hidden.len());
        let mask = self.part.mask(block, DropoutSite::Hidden);
        activate(&tape.hidden, &mut tape.active, mask);
        Ok(InWorkspace)
    }

    fn add(
        &mut self,
        block: usize,
        branch: Branch,
        _: InWorkspace,
        _: InWorkspace,
    ) -> Result<InWorkspace, Ended> {
        let (places, tape) = (&self.part.layout.blocks[block], &self.blocks[block]);
        let [_, proj, _, fc2] = self.part.linears();
        let (linear, places, inputs) = match branch {
            Branch::Attention => (proj, &places.proj, &tape.attended),
            Branch::Mlp => (fc2, &places.fc2, &tape.active),
        };
        self.part
            .forward(linear, places, inputs, &mut self.work.narrow);
        let mask = self.part.mask(block, branch.site());
        add(&mut self.work.x, &self.work.narrow, mask);
        Ok(InWorkspace)
    }
}

fn copy(to: &mut Vec<f32>, from: &[f32]) {
    to.clear();
    to.extend_from_slice(from);
}
