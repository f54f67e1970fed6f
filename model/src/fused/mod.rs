//! What a step of the transformer does beside its products, in one launch each, for
//! [`Kernels::Cuda`](crate::lpd::Kernels).
//!
//! On an NVIDIA card they are the kernels of `cuda/kernels.cu`; on the CPU, [`literal`]
//! states what these compute, slowly, so that all that stands around them is tested without
//! a card. Tensors are contiguous, or narrowed along the first dimension.

mod literal;

use candle_core::{DType, Device, Result, Tensor};

use crate::attention_mask::AttentionMask;
#[cfg(feature = "cuda")]
use crate::cuda::launch as card;

/// What stands for a token where logits are not finite.
pub(crate) const NO_TOKEN: u32 = u32::MAX;

/// The widest head that the attention takes.
pub(crate) const WIDEST_HEAD: usize = 128;

/// Positions that the attention takes at once.
const TILE: usize = 16;

/// Does it on the CPU, or on a card of NVIDIA's.
macro_rules! on_device {
    ($device:expr, $operation:ident($($argument:expr),*)) => {
        match $device {
            Device::Cpu => literal::$operation($($argument),*),
            #[cfg(feature = "cuda")]
            Device::Cuda(_) => card::$operation($($argument),*),
            other => candle_core::bail!("there are no kernels for {other:?}"),
        }
    };
}

/// Tables that positions are embedded by, one behind the other: the query, (1 + cells)
/// positions, (classes + 1) classes of which the last is that of none, and the vocabulary;
/// all of one width.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    pub(crate) all: Tensor,
    pub(crate) cells: usize,
    pub(crate) classes: usize,
    pub(crate) vocab: usize,
}

/// Where a generation stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// Cells that have their tokens.
    pub(crate) settled: usize,
    /// New positions: tokens of the cells before `settled`, or the class alone.
    pub(crate) fresh: usize,
    /// Whether the new position is the class.
    pub(crate) has_class: bool,
    pub(crate) queries: usize,
}

/// Embedded positions of a step, of shape (rows, new + queries, width): rows are labels, and
/// those behind as many as there are samples repeat the samples. `tokens` and `slots` of the
/// positional table have the shape (samples, cells), in the order of generation; u32.
pub(crate) fn embed(
    (tokens, slots, labels): (&Tensor, &Tensor, &Tensor),
    tables: &Tables,
    turn: Turn,
) -> Result<Tensor> {
    on_device!(
        tables.all.device(),
        embed((tokens, slots, labels), tables, turn)
    )
}

/// Layer norm over the last dimension of (rows, positions, width), without the first
/// positions of each row. `params`: (2, width), weight and bias.
pub(crate) fn norm(x: &Tensor, params: &Tensor, skipped: usize, epsilon: f32) -> Result<Tensor> {
    on_device!(x.device(), norm(x, params, skipped, epsilon))
}

/// Keys and values of `qkv`, (rows, positions, 3 x heads x width), with their bias, into a
/// cache of the shape (2, rows, heads, capacity, width).
pub(crate) fn store(cache: &Tensor, qkv: &Tensor, bias: &Tensor, sight: &Sight) -> Result<()> {
    on_device!(qkv.device(), store(cache, qkv, bias, sight))
}

/// What the positions of `qkv` attend to in the cache, of shape (rows, positions, heads x
/// width). Scores and sums are f32.
pub(crate) fn attend(qkv: &Tensor, bias: &Tensor, cache: &Tensor, sight: &Sight) -> Result<Tensor> {
    on_device!(qkv.device(), attend(qkv, bias, cache, sight))
}

/// GELU, by the error function, of x and a bias over the last dimension.
pub(crate) fn gelu(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
    on_device!(x.device(), gelu(x, bias))
}

/// `base + (x + bias)`, and the layer norm of it. `params`: (3, width), the bias, weight and
/// bias of the norm.
pub(crate) fn add_norm(
    x: &Tensor,
    base: &Tensor,
    params: &Tensor,
    epsilon: f32,
) -> Result<[Tensor; 2]> {
    let both = on_device!(x.device(), add_norm(x, base, params, epsilon))?;
    Ok([both.get(0)?, both.get(1)?])
}

/// The product of (.., inputs) with a weight of the shape (outputs, inputs), in f32: each
/// result is the same whatever the number of rows.
pub(crate) fn product(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    on_device!(x.device(), product(x, weight))
}

/// How tokens are drawn.
#[derive(Clone, Debug)]
pub(crate) struct Draws {
    /// Numbers from 0 to below 1, f64 of shape (samples, cells that are not known).
    pub(crate) numbers: Tensor,
    /// Scales of guidance of the queries, f32; there are logits without class then.
    pub(crate) scales: Option<Tensor>,
    pub(crate) choice: crate::lpd::Choice,
}

/// Draws the tokens of a step from logits of shape ((1 or 2) x samples, queries, vocabulary)
/// into `tokens`, u32 of shape (samples, cells), from place `settled` on;
/// [`NO_TOKEN`] where logits are not finite.
pub(crate) fn draw(tokens: &Tensor, logits: &Tensor, draws: &Draws, settled: usize) -> Result<()> {
    on_device!(logits.device(), draw(tokens, logits, draws, settled))
}

/// Who sees whom in a pass, and where its keys go.
#[derive(Clone, Debug)]
pub(crate) enum Sight {
    /// A step of all rows: its keys go behind the past; new tokens see the past and each
    /// other, queries see all.
    Step { past: usize, fresh: usize },
    /// Each position as it is said.
    Each(Each),
}

/// Positions that see what is said.
#[derive(Clone, Debug)]
pub(crate) struct Each {
    /// Five numbers for each position: its row of the cache, counted from its own; the place
    /// of its key; how many of the first keys it sees; from where to where it sees others.
    pub(crate) seen: Tensor,
    /// First position and number of those that are taken at once, all of one row of the
    /// cache.
    #[cfg_attr(not(feature = "cuda"), expect(dead_code))]
    pub(crate) tiles: Tensor,
    /// Rows of a cache that a row of positions has to do with, and the places that each
    /// must have.
    #[cfg_attr(not(feature = "cuda"), expect(dead_code))]
    pub(crate) cache: [usize; 2],
}

/// What is known of the positions of a row, of which there are as many as rows of the mask.
pub(crate) struct Seeing<'a> {
    /// The row of the cache, counted from that of the positions.
    pub(crate) row: usize,
    /// Keys that are kept.
    pub(crate) past: usize,
    pub(crate) mask: &'a AttentionMask,
}

impl Sight {
    /// That of positions that lie one behind the other; for a cache of so many places.
    pub(crate) fn new(segments: &[Seeing<'_>], capacity: usize, device: &Device) -> Result<Self> {
        if let [segment] = segments
            && segment.row == 0
            && let Some(fresh) = segment.mask.as_step(segment.past)
        {
            let past = segment.past;
            return Ok(Self::Step { past, fresh });
        }
        let (mut seen, mut tiles) = (Vec::new(), Vec::new());
        let mut first = 0;
        for segment in segments {
            let rows = segment.mask.rows();
            if segment.past + rows.len() > capacity || segment.mask.keys() > capacity {
                candle_core::bail!(
                    "{} and {} positions in a cache of {capacity}",
                    segment.past,
                    rows.len()
                );
            }
            for (position, row) in rows.iter().enumerate() {
                let place = segment.past + position;
                let numbers = [segment.row, place, row.prefix, row.own.start, row.own.end];
                seen.extend(numbers.map(|number| number as u32));
            }
            for start in (0..rows.len()).step_by(TILE) {
                let count = TILE.min(rows.len() - start);
                tiles.extend([(first + start) as u32, count as u32]);
            }
            first += rows.len();
        }
        let rows = segments.iter().map(|segment| segment.row + 1).max();
        let rows = rows.unwrap_or(0);
        let (count, of_tiles) = (seen.len(), tiles.len());
        Ok(Self::Each(Each {
            seen: Tensor::from_vec(seen, count, device)?,
            tiles: Tensor::from_vec(tiles, of_tiles, device)?,
            cache: [rows, capacity],
        }))
    }
}

/// Whether there are kernels for a precision and a width of heads.
pub(crate) fn takes(dtype: DType, head_width: usize) -> bool {
    matches!(dtype, DType::F32 | DType::BF16) && head_width <= WIDEST_HEAD
}
