//! The layers of the transformer, each over the kernels in use.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use candle_core::{D, DType, Device, Tensor};
use candle_nn::ops;

use super::dropout::{Dropout, DropoutSite};
use super::error::LpdError;
use super::statement::{BackEnd, Branch, NormAt};
use crate::attention_mask::AttentionMask;
use crate::cpu::{self, CpuCache, Finish, PackedWeight, Segment};
use crate::fused::{Seeing, Sight};

type Result<T, E = candle_core::Error> = std::result::Result<T, E>;

/// Which implementation of the operations a transformer uses. All compute
/// the same function, up to rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kernels {
    /// Our own, for f32 on the CPU: packed weights, fused operations. The bits
    /// of a sample depend neither on threads nor on the rest of its batch.
    Cpu,
    /// Those of candle that are fastest, on any device. Gradients do not
    /// flow through all of them.
    Device,
    /// Those of candle that gradients flow through, on any device.
    Differentiable,
    /// Our own on cards of NVIDIA, for f32 and bf16 and heads up to 128 wide. In f32 the bits
    /// of a sample don't depend on the rest of its batch; products of bf16 are cuBLAS's,
    /// which may choose others for another number of rows. On the CPU they are stated
    /// literally, for tests.
    Cuda,
    /// The same with products of f32 in TF32, by cuBLAS.
    CudaTf32,
}

impl Kernels {
    /// Whether they are those of [`fused`].
    pub(crate) fn are_fused(self) -> bool {
        matches!(self, Self::Cuda | Self::CudaTf32)
    }
}

/// A linear layer.
#[derive(Debug)]
pub(crate) enum Linear {
    /// The weight as checkpoints have it, outputs x inputs.
    Plain {
        weight: Tensor,
        bias: Option<Tensor>,
    },
    /// The weight as our kernels read it.
    Packed(PackedWeight),
}

impl Linear {
    /// With [`Kernels::Cpu`] the weight is packed, and the tensor given is
    /// let go.
    pub(crate) fn new(weight: Tensor, bias: Option<Tensor>, kernels: Kernels) -> Result<Self> {
        match kernels {
            Kernels::Cpu => Ok(Self::Packed(PackedWeight::new(weight, bias)?)),
            _ => Ok(Self::Plain { weight, bias }),
        }
    }

    /// Outputs of shape (.., outputs) for inputs of shape (.., inputs).
    pub(crate) fn forward(&self, x: &Tensor, finish: Finish<&Tensor>) -> Result<Tensor> {
        let (weight, bias) = match self {
            Self::Packed(weight) => return cpu::linear(x, weight, finish),
            Self::Plain { weight, bias } => (weight, bias),
        };
        let mut y = product(x, weight)?;
        if let Some(bias) = bias {
            y = y.broadcast_add(bias)?;
        }
        match finish {
            Finish::Nothing => Ok(y),
            Finish::Gelu => y.gelu_erf(),
            Finish::AddTo(base) => base + y,
        }
    }
}

/// The product of (.., inputs) with a weight of the shape (outputs, inputs).
pub(crate) fn product(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let mut shape = x.dims().to_vec();
    let inputs = x.dim(D::Minus1)?;
    let rows = x.elem_count() / inputs;
    let y = x.reshape((rows, inputs))?.matmul(&weight.t()?)?;
    if let Some(last) = shape.last_mut() {
        *last = weight.dim(0)?;
    }
    y.reshape(shape)
}

/// Layer norm over the last dimension.
#[derive(Debug)]
pub(crate) struct Norm {
    pub(crate) weight: Tensor,
    pub(crate) bias: Tensor,
    pub(crate) epsilon: f32,
    pub(crate) kernels: Kernels,
}

impl Norm {
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self.kernels {
            Kernels::Cpu => cpu::layer_norm(x, &self.weight, &self.bias, self.epsilon),
            Kernels::Differentiable => {
                ops::layer_norm_slow(x, &self.weight, &self.bias, self.epsilon)
            }
            _ => ops::layer_norm(x, &self.weight, &self.bias, self.epsilon),
        }
    }
}

/// Number and width of attention heads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heads {
    pub(crate) count: usize,
    pub(crate) width: usize,
}

/// Keys and values of every layer, allocated once.
///
/// A pass writes those of all its positions behind the ones that are kept,
/// and then keeps some of them; the next pass overwrites the others, so that
/// queries leave no trace.
#[derive(Debug)]
pub(crate) struct Cache {
    kept: usize,
    capacity: usize,
    layers: Vec<LayerCache>,
}

/// Keys and values of one layer.
#[derive(Debug)]
pub(crate) enum LayerCache {
    Cpu(CpuCache),
    /// Both of shape (rows, heads, capacity, head width).
    Device {
        keys: Tensor,
        values: Tensor,
    },
    /// Keys and then values: (2, rows, heads, capacity, head width).
    Fused(Tensor),
}

impl Cache {
    /// Room for `capacity` positions of `rows` rows.
    pub(crate) fn new(
        depth: usize,
        rows: usize,
        capacity: usize,
        heads: Heads,
        (dtype, device, kernels): (DType, &Device, Kernels),
    ) -> Result<Self> {
        let layer = || match kernels {
            Kernels::Cpu => Ok(LayerCache::Cpu(CpuCache::new(
                rows,
                heads.count,
                heads.width,
                capacity,
            ))),
            Kernels::Cuda | Kernels::CudaTf32 => {
                let shape = (2, rows, heads.count, capacity, heads.width);
                Ok(LayerCache::Fused(Tensor::zeros(shape, dtype, device)?))
            }
            _ => {
                let shape = (rows, heads.count, capacity, heads.width);
                Ok(LayerCache::Device {
                    keys: Tensor::zeros(shape, dtype, device)?,
                    values: Tensor::zeros(shape, dtype, device)?,
                })
            }
        };
        let layers = (0..depth).map(|_| layer()).collect::<Result<_>>()?;
        Ok(Self {
            kept: 0,
            capacity,
            layers,
        })
    }

    /// Positions that are kept.
    pub(crate) fn kept(&self) -> usize {
        self.kept
    }

    /// Keeps so many positions more, of those that the last pass wrote.
    pub(crate) fn keep(&mut self, positions: usize) {
        self.kept += positions;
    }

    pub(crate) fn layer(&mut self, layer: usize) -> &mut LayerCache {
        &mut self.layers[layer]
    }
}

/// Attention weights of chosen layers, as passes leave them: (rows, heads,
/// positions, keys).
#[derive(Debug)]
pub(crate) struct Capture {
    layers: BTreeMap<usize, Vec<f32>>,
}

impl Capture {
    pub(crate) fn of(layers: &[usize]) -> Self {
        Self {
            layers: layers.iter().map(|&layer| (layer, Vec::new())).collect(),
        }
    }

    /// Where the weights of a layer go, if they are wanted.
    pub(crate) fn layer(&mut self, layer: usize) -> Option<&mut Vec<f32>> {
        self.layers.get_mut(&layer)
    }
}

/// Who sees whom in a pass.
pub(crate) enum Visibility<'a> {
    /// All rows alike: positions have the shape (rows, positions, width).
    Rows(&'a AttentionMask),
    /// Each row of the cache its own, or nothing: positions have the shape (1, positions,
    /// width), a row's behind those of the row before.
    Segments(&'a [Segment<'a>]),
}

/// What one pass through the blocks carries along.
pub(crate) struct Pass<'a> {
    pub(crate) kernels: Kernels,
    visibility: Visibility<'a>,
    /// The masks as tensors, one for all rows or one for each segment, unless all is
    /// visible. There are none where our own kernels are in use.
    additive: Vec<Option<Tensor>>,
    /// The same for fused kernels, which attend to a cache.
    pub(crate) sight: Option<Sight>,
    pub(crate) cache: Option<&'a mut Cache>,
    pub(crate) dropout: Option<Dropout>,
    pub(crate) capture: Option<&'a mut Capture>,
    /// So many of the last positions have outputs that are wanted; all if nothing is said.
    /// Dropout and captured attention are those of all.
    pub(crate) wanted: Option<usize>,
    /// Whoever may end it, asked before each block.
    pub(crate) watch: Option<&'a mut dyn FnMut() -> ControlFlow<()>>,
}

impl<'a> Pass<'a> {
    pub(crate) fn new(
        visibility: Visibility<'a>,
        cache: Option<&'a mut Cache>,
        (dtype, device, kernels): (DType, &Device, Kernels),
    ) -> Result<Self> {
        let additive = |mask: &AttentionMask| {
            if mask.is_full() {
                return Ok(None);
            }
            let additive = mask.additive();
            let shape = additive.dim();
            let numbers = additive.into_raw_vec_and_offset().0;
            let tensor = Tensor::from_vec(numbers, shape, device)?;
            tensor.to_dtype(dtype).map(Some)
        };
        let cached = cache.as_ref().filter(|_| kernels.are_fused());
        let sight = cached.map(|cache| {
            let seeing = match &visibility {
                Visibility::Rows(mask) => vec![Seeing {
                    row: 0,
                    past: cache.kept,
                    mask,
                }],
                Visibility::Segments(segments) => segments
                    .iter()
                    .map(
                        |&Segment {
                             row, past, mask, ..
                         }| Seeing { row, past, mask },
                    )
                    .collect(),
            };
            Sight::new(&seeing, cache.capacity, device)
        });
        let sight = sight.transpose()?;
        let additive = match (&visibility, kernels) {
            (_, Kernels::Cpu) => Vec::new(),
            _ if sight.is_some() => Vec::new(),
            (Visibility::Rows(mask), _) => vec![additive(mask)?],
            (Visibility::Segments(segments), _) => {
                let masks = segments.iter().map(|segment| additive(segment.mask));
                masks.collect::<Result<_>>()?
            }
        };
        Ok(Self {
            kernels,
            visibility,
            additive,
            sight,
            cache,
            dropout: None,
            capture: None,
            wanted: None,
            watch: None,
        })
    }

    /// How many of the first of so many positions are only seen in the last block.
    fn seen_only(&self, positions: usize) -> usize {
        let is_whole = self.dropout.is_some()
            || self.capture.is_some()
            || matches!(self.visibility, Visibility::Segments(_));
        let wanted = self.wanted.filter(|_| !is_whole);
        wanted.map_or(0, |wanted| positions.saturating_sub(wanted))
    }

    /// Whether whoever watches lets it go on.
    pub(crate) fn goes_on(&mut self) -> Result<(), LpdError> {
        let watch = self.watch.as_mut();
        match watch.is_some_and(|watch| watch().is_break()) {
            true => Err(LpdError::Stopped),
            false => Ok(()),
        }
    }

    fn drop(&self, layer: usize, site: DropoutSite, x: Tensor) -> Result<Tensor> {
        match self.dropout {
            None => Ok(x),
            Some(dropout) => {
                let mask = dropout.mask(layer, site).tensor(x.shape(), x.device())?;
                let mask = mask.to_dtype(x.dtype())?;
                x * mask
            }
        }
    }
}

impl Heads {
    /// What the positions of a pass attend to, but for the first `seen_only`: shape (rows,
    /// positions, heads x width), from their queries, keys and values, which lie side by side.
    pub(crate) fn attend(
        self,
        (layer, seen_only): (usize, usize),
        qkv: &Tensor,
        pass: &mut Pass<'_>,
    ) -> Result<Tensor> {
        let past = pass.cache.as_ref().map_or(0, |cache| cache.kept());
        let capture = pass
            .capture
            .as_mut()
            .and_then(|capture| capture.layer(layer));
        let cached = pass.cache.as_mut().map(|cache| cache.layer(layer));
        match (cached, &pass.visibility) {
            (Some(LayerCache::Cpu(cache)), Visibility::Segments(segments)) => {
                cpu::attention(qkv, cache, segments, capture)
            }
            (Some(LayerCache::Cpu(cache)), Visibility::Rows(mask)) => {
                let (rows, positions, _) = qkv.dims3()?;
                let of_row = |row| Segment {
                    row,
                    start: row * positions,
                    past,
                    seen_only,
                    mask,
                };
                let segments: Vec<Segment<'_>> = (0..rows).map(of_row).collect();
                cpu::attention(qkv, cache, &segments, capture)
            }
            (Some(LayerCache::Device { keys, values }), Visibility::Segments(segments)) => {
                let mut attended = Vec::with_capacity(segments.len());
                for (segment, additive) in segments.iter().zip(&pass.additive) {
                    let count = segment.mask.rows().len();
                    let qkv = qkv.narrow(1, segment.start, count)?;
                    let room = (segment.row, segment.past);
                    let parts = self.with_cache(&qkv, (&*keys, &*values), room)?;
                    let kernels = pass.kernels;
                    attended.push(self.plain(parts, kernels, (additive.as_ref(), 0), None)?);
                }
                Tensor::cat(&attended, 1)
            }
            (cached, _) => {
                let parts = match cached {
                    Some(LayerCache::Device { keys, values }) => {
                        self.with_cache(qkv, (&*keys, &*values), (0, past))?
                    }
                    _ => self.split(qkv)?,
                };
                let additive = pass.additive.first().and_then(Option::as_ref);
                self.plain(parts, pass.kernels, (additive, seen_only), capture)
            }
        }
    }

    /// Queries, and all keys and values of the cache's rows from `row` on, those of the
    /// positions behind the `past`.
    fn with_cache(
        self,
        qkv: &Tensor,
        (keys, values): (&Tensor, &Tensor),
        (row, past): (usize, usize),
    ) -> Result<[Tensor; 3]> {
        let [q, k, v] = self.split(qkv)?;
        let (rows, end) = (k.dim(0)?, past + k.dim(2)?);
        let behind = |all: &Tensor, new: &Tensor| {
            let of_rows = all.narrow(0, row, rows)?;
            of_rows.slice_set(new, 2, past)?;
            of_rows.narrow(2, 0, end)
        };
        Ok([q, behind(keys, &k)?, behind(values, &v)?])
    }

    /// Queries, keys and values, each of shape (rows, heads, positions, width).
    fn split(self, qkv: &Tensor) -> Result<[Tensor; 3]> {
        let (rows, positions, _) = qkv.dims3()?;
        let qkv = qkv.reshape((rows, positions, 3, self.count, self.width))?;
        let part = |part| {
            qkv.narrow(2, part, 1)?
                .squeeze(2)?
                .transpose(1, 2)?
                .contiguous()
        };
        Ok([part(0)?, part(1)?, part(2)?])
    }

    fn plain(
        self,
        [q, k, v]: [Tensor; 3],
        kernels: Kernels,
        (additive, seen_only): (Option<&Tensor>, usize),
        capture: Option<&mut Vec<f32>>,
    ) -> Result<Tensor> {
        let wanted = |x: &Tensor, dim| x.narrow(dim, seen_only, x.dim(dim)? - seen_only);
        let q = wanted(&q, 2)?;
        let scale = 1.0 / (self.width as f64).sqrt();
        let mut scores = (q * scale)?.matmul(&k.transpose(2, 3)?)?;
        if let Some(additive) = additive {
            scores = scores.broadcast_add(&wanted(additive, 0)?)?;
        }
        let weights = match kernels {
            Kernels::Differentiable => ops::softmax(&scores, D::Minus1)?,
            _ => ops::softmax_last_dim(&scores)?,
        };
        if let Some(capture) = capture {
            *capture = weights.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
        }
        let mixed = weights.matmul(&v)?;
        mixed.transpose(1, 2)?.flatten_from(2)
    }
}

/// The layers of a block.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) heads: Heads,
    pub(crate) norm1: Norm,
    pub(crate) qkv: Linear,
    pub(crate) proj: Linear,
    pub(crate) norm2: Norm,
    pub(crate) fc1: Linear,
    pub(crate) fc2: Linear,
}

/// Layers that work on tensors of shape (rows, positions, width), in a pass.
pub(crate) struct TensorBackEnd<'l, 'b, 'p> {
    pub(crate) embedding_norm: &'l Norm,
    pub(crate) blocks: &'l [Block],
    pub(crate) pass: &'b mut Pass<'p>,
}

impl BackEnd for TensorBackEnd<'_, '_, '_> {
    type Flow = Tensor;
    type Error = LpdError;

    fn goes_on(&mut self) -> Result<(), LpdError> {
        self.pass.goes_on()
    }

    fn norm(&mut self, at: NormAt, x: &Tensor) -> Result<Tensor, LpdError> {
        let norm = match at {
            NormAt::Embedding => self.embedding_norm,
            NormAt::Attention(block) => &self.blocks[block].norm1,
            NormAt::Mlp(block) => &self.blocks[block].norm2,
        };
        Ok(norm.forward(x)?)
    }

    fn attend(&mut self, block: usize, normed: Tensor) -> Result<Tensor, LpdError> {
        let Block { heads, qkv, .. } = &self.blocks[block];
        let seen_only = match block + 1 == self.blocks.len() {
            true => self.pass.seen_only(normed.dim(1)?),
            false => 0,
        };
        let qkv = qkv.forward(&normed, Finish::Nothing)?;
        Ok(heads.attend((block, seen_only), &qkv, self.pass)?)
    }

    fn wanted(&mut self, x: Tensor) -> Result<Tensor, LpdError> {
        let positions = x.dim(1)?;
        Ok(match self.pass.seen_only(positions) {
            0 => x,
            first => x.narrow(1, first, positions - first)?.contiguous()?,
        })
    }

    fn hidden(&mut self, block: usize, normed: Tensor) -> Result<Tensor, LpdError> {
        let hidden = self.blocks[block].fc1.forward(&normed, Finish::Gelu)?;
        Ok(self.pass.drop(block, DropoutSite::Hidden, hidden)?)
    }

    fn add(
        &mut self,
        block: usize,
        branch: Branch,
        inputs: Tensor,
        x: Tensor,
    ) -> Result<Tensor, LpdError> {
        let layers = &self.blocks[block];
        let linear = match branch {
            Branch::Attention => &layers.proj,
            Branch::Mlp => &layers.fc2,
        };
        if self.pass.dropout.is_none() {
            return Ok(linear.forward(&inputs, Finish::AddTo(&x))?);
        }
        let outputs = linear.forward(&inputs, Finish::Nothing)?;
        Ok((x + self.pass.drop(block, branch.site(), outputs)?)?)
    }
}
