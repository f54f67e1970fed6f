//! What the transformer computes, stated once: a norm of what is embedded, and then blocks of
//! attention and MLP, each behind a norm, each added to what came in (pre-norm; the released
//! `lpd/models/lpd.py`).
//!
//! Back ends do it: tensors with our own kernels or candle's ([`Pass`](super::layers::Pass)),
//! and the training pass over plain slices, which keeps what its gradient needs.

use super::dropout::DropoutSite;

/// A norm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NormAt {
    /// Of the embedded positions.
    Embedding,
    /// Before the attention of a block.
    Attention(usize),
    /// Before the MLP of a block.
    Mlp(usize),
}

/// What a block adds to what came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Branch {
    Attention,
    Mlp,
}

impl Branch {
    /// Where dropout acts before it is added.
    pub(crate) fn site(self) -> DropoutSite {
        match self {
            Self::Attention => DropoutSite::AttentionProjection,
            Self::Mlp => DropoutSite::MlpProjection,
        }
    }
}

/// Does what [`run`] says.
pub(crate) trait BackEnd {
    /// The positions of a pass, each a vector.
    type Flow;
    type Error;

    /// Whether the next block is to be done; asked before each.
    fn goes_on(&mut self) -> Result<(), Self::Error>;

    fn norm(&mut self, at: NormAt, x: &Self::Flow) -> Result<Self::Flow, Self::Error>;

    /// Queries, keys and values of a block, and what the heads make of them; in the last
    /// block, of the [wanted](Self::wanted) positions alone.
    fn attend(&mut self, block: usize, normed: Self::Flow) -> Result<Self::Flow, Self::Error>;

    /// The positions whose outputs are wanted in the end; all, unless the back end says
    /// otherwise.
    fn wanted(&mut self, x: Self::Flow) -> Result<Self::Flow, Self::Error> {
        Ok(x)
    }

    /// The hidden layer of a block's MLP: linear, GELU by the error function, dropout.
    fn hidden(&mut self, block: usize, normed: Self::Flow) -> Result<Self::Flow, Self::Error>;

    /// The linear layer at the end of a branch, dropout, and `x` added.
    fn add(
        &mut self,
        block: usize,
        branch: Branch,
        inputs: Self::Flow,
        x: Self::Flow,
    ) -> Result<Self::Flow, Self::Error>;
}

/// Embedded positions through all blocks.
pub(crate) fn run<B: BackEnd>(
    back_end: &mut B,
    depth: usize,
    embedded: &B::Flow,
) -> Result<B::Flow, B::Error> {
    let mut x = back_end.norm(NormAt::Embedding, embedded)?;
    for block in 0..depth {
        back_end.goes_on()?;
        let normed = back_end.norm(NormAt::Attention(block), &x)?;
        let attended = back_end.attend(block, normed)?;
        if block + 1 == depth {
            x = back_end.wanted(x)?;
        }
        x = back_end.add(block, Branch::Attention, attended, x)?;
        let normed = back_end.norm(NormAt::Mlp(block), &x)?;
        let hidden = back_end.hidden(block, normed)?;
        x = back_end.add(block, Branch::Mlp, hidden, x)?;
    }
    Ok(x)
}
