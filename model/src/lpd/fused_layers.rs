//! The layers of the transformer over the fused operations: a norm is made by what adds to
//! its input, and a bias is added by what reads it.

use candle_core::Tensor;

use super::error::LpdError;
use super::layers::{Block, Kernels, LayerCache, Linear, Norm, Pass, product};
use super::statement::{BackEnd, Branch, NormAt};
use crate::fused;

type Result<T, E = candle_core::Error> = std::result::Result<T, E>;

/// A block's layers, as the operations take them.
#[derive(Debug)]
pub(crate) struct FusedBlock {
    qkv: Biased,
    attention: Branched,
    fc1: Biased,
    mlp: Branched,
}

/// A linear layer whose bias is added by whoever reads its outputs.
#[derive(Debug)]
struct Biased {
    weight: Tensor,
    bias: Tensor,
}

/// The linear layer at the end of a branch.
#[derive(Debug)]
struct Branched {
    weight: Tensor,
    /// Its bias, and weight and bias of the norm behind it: (3, width).
    params: Tensor,
}

/// The layers of the transformer, as the operations take them.
#[derive(Debug)]
pub(crate) struct FusedLayers {
    blocks: Vec<FusedBlock>,
    /// Norms that nothing is added before: of what is embedded, of the first block, of the
    /// end; weight and bias of each, (2, width).
    embedding_norm: Tensor,
    first_norm: Tensor,
    last_norm: Tensor,
    head: Tensor,
    epsilon: f32,
    kernels: Kernels,
}

fn parts(linear: &Linear) -> Result<(&Tensor, &Tensor)> {
    match linear {
        Linear::Plain {
            weight,
            bias: Some(bias),
        } => Ok((weight, bias)),
        _ => candle_core::bail!("a block's layers have a bias, and are not packed"),
    }
}

fn biased(linear: &Linear) -> Result<Biased> {
    let (weight, bias) = parts(linear)?;
    Ok(Biased {
        weight: weight.clone(),
        bias: bias.clone(),
    })
}

fn branched(linear: &Linear, next: &Norm) -> Result<Branched> {
    let (weight, bias) = parts(linear)?;
    Ok(Branched {
        weight: weight.clone(),
        params: Tensor::stack(&[bias, &next.weight, &next.bias], 0)?,
    })
}

fn pair(norm: &Norm) -> Result<Tensor> {
    Tensor::stack(&[&norm.weight, &norm.bias], 0)
}

impl FusedLayers {
    /// Of layers whose tensors are shared, not copied.
    pub(crate) fn new(
        blocks: &[Block],
        (embedding_norm, last_norm): (&Norm, &Norm),
        head: &Linear,
        kernels: Kernels,
    ) -> Result<Self> {
        let Linear::Plain { weight: head, .. } = head else {
            candle_core::bail!("the head is not packed");
        };
        let first_norm = blocks.first().map_or(last_norm, |block| &block.norm1);
        let behind = blocks.iter().skip(1).map(|block| &block.norm1);
        let behind = behind.chain([last_norm]);
        let fused = blocks.iter().zip(behind).map(|(block, next)| {
            Ok(FusedBlock {
                qkv: biased(&block.qkv)?,
                attention: branched(&block.proj, &block.norm2)?,
                fc1: biased(&block.fc1)?,
                mlp: branched(&block.fc2, next)?,
            })
        });
        Ok(Self {
            blocks: fused.collect::<Result<_>>()?,
            embedding_norm: pair(embedding_norm)?,
            first_norm: pair(first_norm)?,
            last_norm: pair(last_norm)?,
            head: head.clone(),
            epsilon: last_norm.epsilon,
            kernels,
        })
    }

    /// In f32, each result is the same whatever the number of rows.
    fn product(&self, x: &Tensor, weight: &Tensor) -> Result<Tensor> {
        match (self.kernels, x.dtype()) {
            (Kernels::Cuda, candle_core::DType::F32) => fused::product(x, weight),
            _ => product(x, weight),
        }
    }

    /// Logits of the last positions, `queries` of them, in the precision of the weights.
    pub(crate) fn logits(&self, x: &Tensor, queries: usize) -> Result<Tensor> {
        let skipped = x.dim(1)? - queries;
        let normed = fused::norm(x, &self.last_norm, skipped, self.epsilon)?;
        self.product(&normed, &self.head)
    }
}

/// What passes from one layer to the next: the sum of all branches so far, and the norm of
/// it that comes next, where it was made with it.
#[derive(Clone)]
pub(crate) struct Flow {
    pub(crate) x: Tensor,
    normed: Option<Tensor>,
}

impl Flow {
    pub(crate) fn new(x: Tensor) -> Self {
        Self { x, normed: None }
    }
}

/// A pass over the fused operations.
pub(crate) struct FusedBackEnd<'l, 'b, 'p> {
    pub(crate) layers: &'l FusedLayers,
    pub(crate) pass: &'b mut Pass<'p>,
}

impl BackEnd for FusedBackEnd<'_, '_, '_> {
    type Flow = Flow;
    type Error = LpdError;

    fn goes_on(&mut self) -> Result<(), LpdError> {
        self.pass.goes_on()
    }

    fn norm(&mut self, at: NormAt, x: &Flow) -> Result<Flow, LpdError> {
        if let Some(normed) = &x.normed {
            return Ok(Flow::new(normed.clone()));
        }
        let params = match at {
            NormAt::Embedding => &self.layers.embedding_norm,
            // All others are made by what adds to their input.
            NormAt::Attention(_) | NormAt::Mlp(_) => &self.layers.first_norm,
        };
        let normed = fused::norm(&x.x, params, 0, self.layers.epsilon)?;
        Ok(Flow::new(normed))
    }

    fn attend(&mut self, block: usize, normed: Flow) -> Result<Flow, LpdError> {
        let Biased { weight, bias } = &self.layers.blocks[block].qkv;
        let qkv = self.layers.product(&normed.x, weight)?;
        let cached = self.pass.cache.as_mut().map(|cache| cache.layer(block));
        let (Some(LayerCache::Fused(cache)), Some(sight)) = (cached, &self.pass.sight) else {
            let missing = candle_core::Error::msg("fused attention needs its cache");
            return Err(missing.into());
        };
        fused::store(cache, &qkv, bias, sight)?;
        Ok(Flow::new(fused::attend(&qkv, bias, cache, sight)?))
    }

    fn hidden(&mut self, block: usize, normed: Flow) -> Result<Flow, LpdError> {
        let Biased { weight, bias } = &self.layers.blocks[block].fc1;
        let hidden = self.layers.product(&normed.x, weight)?;
        Ok(Flow::new(fused::gelu(&hidden, bias)?))
    }

    fn add(
        &mut self,
        block: usize,
        branch: Branch,
        inputs: Flow,
        x: Flow,
    ) -> Result<Flow, LpdError> {
        let layers = &self.layers.blocks[block];
        let Branched { weight, params } = match branch {
            Branch::Attention => &layers.attention,
            Branch::Mlp => &layers.mlp,
        };
        let outputs = self.layers.product(&inputs.x, weight)?;
        let [x, normed] = fused::add_norm(&outputs, &x.x, params, self.layers.epsilon)?;
        Ok(Flow {
            x,
            normed: Some(normed),
        })
    }
}
