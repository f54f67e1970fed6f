//! The operations as they are defined, on the CPU.

use candle_core::{D, DType, Result, Tensor};
use candle_nn::ops;

use super::{Draws, Sight, Tables, Turn};
use crate::lpd::drawn_token;

/// The numbers of a tensor, row by row.
fn numbers(tensor: &Tensor) -> Result<Vec<f32>> {
    tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1()
}

fn whole(tensor: &Tensor) -> Result<Vec<u32>> {
    tensor.flatten_all()?.to_vec1()
}

pub(super) fn embed(
    (tokens, slots, labels): (&Tensor, &Tensor, &Tensor),
    tables: &Tables,
    turn: Turn,
) -> Result<Tensor> {
    let (samples, cells) = tokens.dims2()?;
    let rows = labels.dim(0)?;
    let (tokens, slots, labels) = (whole(tokens)?, whole(slots)?, whole(labels)?);
    let position = |slot: u32| 1 + slot;
    let class = |label: u32| position(0) + 1 + tables.cells as u32 + label;
    let token = |token: u32| {
        let token = if (token as usize) < tables.vocab {
            token
        } else {
            0
        };
        class(0) + tables.classes as u32 + 1 + token
    };
    // The two rows of the tables that each position is the sum of.
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for (row, &label) in labels.iter().enumerate() {
        let of_sample = row % samples * cells;
        if turn.has_class {
            first.push(class(label));
            second.push(position(0));
        } else {
            for place in turn.settled - turn.fresh..turn.settled {
                first.push(token(tokens[of_sample + place]));
                second.push(position(slots[of_sample + place]));
            }
        }
        for place in turn.settled..turn.settled + turn.queries {
            first.push(0);
            second.push(position(slots[of_sample + place]));
        }
    }
    let of = |rows: Vec<u32>| {
        let count = rows.len();
        let rows = Tensor::from_vec(rows, count, tables.all.device())?;
        tables.all.index_select(&rows, 0)
    };
    let width = tables.all.dim(1)?;
    (of(first)? + of(second)?)?.reshape((rows, turn.fresh + turn.queries, width))
}

pub(super) fn norm(x: &Tensor, params: &Tensor, skipped: usize, epsilon: f32) -> Result<Tensor> {
    let x = x.narrow(1, skipped, x.dim(1)? - skipped)?.contiguous()?;
    ops::layer_norm(&x, &params.get(0)?, &params.get(1)?, epsilon)
}

/// What a position sees of its row of the cache, and where its key goes.
struct Seen {
    row: usize,
    place: usize,
    keys: Vec<usize>,
}

/// That of each position of each row.
fn seen(sight: &Sight, rows: usize, positions: usize) -> Result<Vec<Seen>> {
    let each = match sight {
        Sight::Step { past, fresh } => {
            let of_position = |(row, position)| Seen {
                row,
                place: past + position,
                keys: match position < *fresh {
                    true => (0..past + fresh).collect(),
                    false => (0..past + positions).collect(),
                },
            };
            let all = (0..rows).flat_map(|row| (0..positions).map(move |p| (row, p)));
            return Ok(all.map(of_position).collect());
        }
        Sight::Each(each) => whole(&each.seen)?,
    };
    let of_row = |row: usize| {
        each.as_chunks::<5>().0.iter().map(move |of| {
            let [of_cache, place, prefix, start, end] = of.map(|number| number as usize);
            Seen {
                row: row + of_cache,
                place,
                keys: (0..prefix).chain(start.max(prefix)..end).collect(),
            }
        })
    };
    Ok((0..rows).flat_map(of_row).collect())
}

pub(super) fn store(cache: &Tensor, qkv: &Tensor, bias: &Tensor, sight: &Sight) -> Result<()> {
    let (_, _, heads, _, width) = cache.dims5()?;
    let (rows, positions, _) = qkv.dims3()?;
    let parts = qkv
        .broadcast_add(bias)?
        .reshape((rows * positions, 3, heads, width))?;
    for (index, seen) in seen(sight, rows, positions)?.into_iter().enumerate() {
        for half in 0..2 {
            let part = parts.get(index)?.narrow(0, 1 + half, 1)?;
            let part = part.reshape((1, 1, heads, 1, width))?.contiguous()?;
            let room = cache.narrow(0, half, 1)?.narrow(1, seen.row, 1)?;
            room.slice_set(&part, 3, seen.place)?;
        }
    }
    Ok(())
}

pub(super) fn attend(qkv: &Tensor, bias: &Tensor, cache: &Tensor, sight: &Sight) -> Result<Tensor> {
    let (_, _, heads, _, width) = cache.dims5()?;
    let (rows, positions, _) = qkv.dims3()?;
    let all = heads * width;
    let queries = qkv.narrow(2, 0, all)?.to_dtype(DType::F32)?;
    let bias = bias.narrow(0, 0, all)?.to_dtype(DType::F32)?;
    let queries = queries.broadcast_add(&bias)?;
    let queries = queries.reshape((rows * positions, heads, width))?;
    let mut mixed = Vec::with_capacity(rows * positions);
    for (index, seen) in seen(sight, rows, positions)?.into_iter().enumerate() {
        let keys: Vec<u32> = seen.keys.iter().map(|&key| key as u32).collect();
        let keys = Tensor::new(keys, qkv.device())?;
        // Keys and values, each of shape (heads, keys, width).
        let of = |half| {
            let of_row = cache.get(half)?.get(seen.row)?.index_select(&keys, 1)?;
            of_row.to_dtype(DType::F32)
        };
        let query = queries.get(index)?.unsqueeze(1)?;
        let scores = query.matmul(&of(0)?.transpose(1, 2)?)?;
        let weights = ops::softmax(&(scores / (width as f64).sqrt())?, D::Minus1)?;
        mixed.push(weights.matmul(&of(1)?)?.flatten_all()?);
    }
    let mixed = Tensor::stack(&mixed, 0)?.reshape((rows, positions, all))?;
    mixed.to_dtype(qkv.dtype())
}

pub(super) fn gelu(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
    x.broadcast_add(bias)?.gelu_erf()
}

pub(super) fn add_norm(x: &Tensor, base: &Tensor, params: &Tensor, epsilon: f32) -> Result<Tensor> {
    let sum = (base + x.broadcast_add(&params.get(0)?)?)?;
    let normed = ops::layer_norm(&sum, &params.get(1)?, &params.get(2)?, epsilon)?;
    Tensor::stack(&[sum, normed], 0)
}

pub(super) fn product(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    x.broadcast_matmul(&weight.t()?)
}

pub(super) fn draw(tokens: &Tensor, logits: &Tensor, draws: &Draws, settled: usize) -> Result<()> {
    let (samples, cells) = tokens.dims2()?;
    let (_, queries, vocab) = logits.dims3()?;
    let logits = logits.to_dtype(DType::F32)?;
    let conditional = logits.narrow(0, 0, samples)?;
    let logits = match &draws.scales {
        None => conditional,
        Some(scales) => {
            let free = logits.narrow(0, samples, samples)?;
            let scales = scales.unsqueeze(1)?;
            (&free + (conditional - &free)?.broadcast_mul(&scales)?)?
        }
    };
    let logits = numbers(&logits)?;
    let known = cells - draws.numbers.dim(1)?;
    let of_step = draws.numbers.narrow(1, settled - known, queries)?;
    let of_step: Vec<f64> = of_step.flatten_all()?.to_vec1()?;
    let chosen = logits.chunks(vocab).zip(of_step);
    let chosen = chosen.map(|(logits, number)| drawn_token(logits, draws.choice, number));
    let chosen: Vec<u32> = chosen
        .map(|token| token.unwrap_or(super::NO_TOKEN))
        .collect();
    let chosen = Tensor::from_vec(chosen, (samples, queries), tokens.device())?;
    tokens.slice_set(&chosen, 1, settled)
}
