//! Convolutions as matrix products.

use candle_core::{DType, Device, Result};
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;

use super::map::{Map, Padded};
use crate::vq::layers::{self, ConvKind};
use crate::weights::Weights;

/// Rows of a product that are computed at once, so that they stay in a cache.
const TILE_ROWS: usize = 1024;
/// Maps of up to this many pixels are split by output channels, not by rows, so
/// that weights are read once.
const SMALL: usize = 1024;
/// Output channels of a piece of a small map.
const SMALL_CHANNELS: usize = 128;

/// One of the products that make a convolution, or a phase of it.
struct Phase {
    /// First row and column of the padded map that the first pixel of the result
    /// looks at.
    origin: (usize, usize),
    /// Where its results go: row and column of the first.
    out: (usize, usize),
    /// For each row of the kernel a matrix of shape (kernel width x inputs,
    /// outputs), row by row.
    rows: Vec<Vec<f32>>,
    /// Columns of the kernel.
    columns: usize,
}

/// A convolution with its weights laid out for products.
pub(in crate::vq) struct Conv {
    kind: ConvKind,
    inputs: usize,
    outputs: usize,
    /// One; four for [`ConvKind::Up`], where each pixel of a square of four has
    /// products of its own.
    phases: Vec<Phase>,
    bias: Vec<f32>,
}

/// A rectangle of results: rows of the result before it is spread over phases,
/// and output channels.
#[derive(Clone, Copy)]
struct Piece {
    first_row: usize,
    rows: usize,
    first_channel: usize,
    channels: usize,
}

impl Conv {
    pub(super) fn new(layer: &layers::Conv, weights: &Weights) -> Result<Self> {
        let host = |part: &str| {
            weights
                .get(&format!("{}.{part}", layer.name))
                .to_device(&Device::Cpu)?
                .to_dtype(DType::F32)
        };
        let (inputs, outputs) = (layer.inputs, layer.outputs);
        // (outputs, inputs, down, across) to (down, across, inputs, outputs)
        let weight = host("weight")?.permute((2, 3, 1, 0))?;
        let (height, width, _, _) = weight.dims4()?;
        let weight: Vec<f32> = weight.flatten_all()?.to_vec1()?;
        let taps: Vec<&[f32]> = weight.chunks_exact(inputs * outputs).collect();
        let phases = match layer.kind {
            ConvKind::Up => up_phases(&taps),
            kind => vec![Phase {
                origin: if kind == ConvKind::Down {
                    (1, 1)
                } else {
                    (0, 0)
                },
                out: (0, 0),
                rows: (0..height)
                    .map(|row| taps[row * width..][..width].concat())
                    .collect(),
                columns: width,
            }],
        };
        Ok(Self {
            kind: layer.kind,
            inputs,
            outputs,
            phases,
            bias: host("bias")?.to_vec1()?,
        })
    }

    /// Whether the kernel is 1 x 1, so that no border is needed.
    pub(super) fn is_point(&self) -> bool {
        self.kind == ConvKind::Point
    }

    /// A 1 x 1 convolution of a map, and `add`.
    pub(super) fn point(&self, x: &Map, add: Option<&Map>) -> Map {
        self.run(&x.values, x.width, (x.height, x.width), add)
    }

    /// A 3 x 3 convolution of a padded map, and `add`.
    pub(super) fn apply(&self, x: &Padded, add: Option<&Map>) -> Map {
        let size = match self.kind {
            ConvKind::Down => (x.height / 2, x.width / 2),
            _ => (x.height, x.width),
        };
        self.run(&x.values, x.pitch(), size, add)
    }

    /// The convolution of values with `pitch` pixels from row to row; `size` is
    /// that of the result of each phase.
    fn run(
        &self,
        values: &[f32],
        pitch: usize,
        (height, width): (usize, usize),
        add: Option<&Map>,
    ) -> Map {
        let scale = if self.kind == ConvKind::Up { 2 } else { 1 };
        let out_row = scale * width * self.outputs;
        let mut out = vec![0.0; scale * height * out_row];
        let job = Job {
            conv: self,
            values,
            pitch,
            width,
            scale,
            add,
        };
        if height * width <= SMALL {
            let pieces: Vec<Piece> = (0..self.outputs)
                .step_by(SMALL_CHANNELS)
                .map(|first_channel| Piece {
                    first_row: 0,
                    rows: height,
                    first_channel,
                    channels: SMALL_CHANNELS.min(self.outputs - first_channel),
                })
                .collect();
            for phase in &self.phases {
                let tiles: Vec<Vec<f32>> = pieces
                    .par_iter()
                    .map(|piece| job.product(phase, piece))
                    .collect();
                for (piece, tile) in pieces.iter().zip(&tiles) {
                    job.place(phase, piece, tile, &mut out);
                }
            }
        } else {
            let rows = (TILE_ROWS / pitch).clamp(1, height);
            out.par_chunks_mut(rows * scale * out_row)
                .enumerate()
                .for_each(|(index, out)| {
                    let first_row = index * rows;
                    let piece = Piece {
                        first_row,
                        rows: rows.min(height - first_row),
                        first_channel: 0,
                        channels: self.outputs,
                    };
                    for phase in &self.phases {
                        let tile = job.product(phase, &piece);
                        job.place(phase, &piece, &tile, out);
                    }
                });
        }
        Map::new(scale * height, scale * width, self.outputs, out)
    }
}

/// A convolution of a map.
struct Job<'a> {
    conv: &'a Conv,
    values: &'a [f32],
    /// Pixels from row to row of the values.
    pitch: usize,
    /// Results in a row of a phase.
    width: usize,
    /// Phases in each direction.
    scale: usize,
    add: Option<&'a Map>,
}

impl Job<'_> {
    /// The products of a piece: `pitch` results of `piece.channels` for each row,
    /// of which the first `width` are meant.
    fn product(&self, phase: &Phase, piece: &Piece) -> Vec<f32> {
        let conv = self.conv;
        let step = if conv.kind == ConvKind::Down { 2 } else { 1 };
        let depth = phase.columns * conv.inputs;
        let mut tile = vec![0.0; piece.rows * self.pitch * piece.channels];
        // With stride 1 the rows of a piece are one matrix, junk at the borders
        // included; else each is one of its own.
        let (products, results) = if step == 1 {
            let all = (piece.rows - 1) * self.pitch + self.width;
            (1, all)
        } else {
            (piece.rows, self.width)
        };
        for (kernel_row, weights) in phase.rows.iter().enumerate() {
            let weights = &weights[piece.first_channel..];
            let weights = MatRef::from_row_major_slice_with_stride(
                weights,
                depth,
                piece.channels,
                conv.outputs,
            );
            let accumulate = if kernel_row == 0 {
                Accum::Replace
            } else {
                Accum::Add
            };
            for product in 0..products {
                let row = step * (piece.first_row + product) + kernel_row + phase.origin.0;
                let first = (row * self.pitch + phase.origin.1) * conv.inputs;
                let patches = MatRef::from_row_major_slice_with_stride(
                    &self.values[first..],
                    results,
                    depth,
                    step * conv.inputs,
                );
                let tile = &mut tile[product * self.pitch * piece.channels..];
                let tile = MatMut::from_row_major_slice_with_stride_mut(
                    tile,
                    results,
                    piece.channels,
                    piece.channels,
                );
                matmul(tile, accumulate, patches, weights, 1.0, Par::Seq);
            }
        }
        tile
    }

    /// Puts the results of a piece where they belong, with bias and what is to be
    /// added. `out` begins with the piece's first row.
    fn place(&self, phase: &Phase, piece: &Piece, tile: &[f32], out: &mut [f32]) {
        let outputs = self.conv.outputs;
        let out_row = self.scale * self.width * outputs;
        let bias = &self.conv.bias[piece.first_channel..][..piece.channels];
        for row in 0..piece.rows {
            let out_at = (self.scale * row + phase.out.0) * out_row + phase.out.1 * outputs;
            let add_at = out_at + self.scale * piece.first_row * out_row;
            let tile = &tile[row * self.pitch * piece.channels..];
            for column in 0..self.width {
                let at = self.scale * column * outputs + piece.first_channel;
                let results = &tile[column * piece.channels..][..piece.channels];
                let out = &mut out[out_at + at..][..piece.channels];
                match self.add {
                    None => {
                        for ((out, result), bias) in out.iter_mut().zip(results).zip(bias) {
                            *out = result + bias;
                        }
                    }
                    Some(add) => {
                        let add = &add.values[add_at + at..][..piece.channels];
                        for (((out, result), bias), add) in
                            out.iter_mut().zip(results).zip(bias).zip(add)
                        {
                            *out = add + (result + bias);
                        }
                    }
                }
            }
        }
    }
}

/// A 3 x 3 convolution after each pixel became 2 x 2: a pixel of the result sees
/// only 2 x 2 different pixels, so the weights of those that are the same are
/// added up. That is 4 products in place of 9.
fn up_phases(taps: &[&[f32]]) -> Vec<Phase> {
    // Which of the three rows (columns) of the kernel see the first of the two
    // pixels, and which the second, for the upper (left) and the lower (right)
    // result.
    const SEEN: [[&[usize]; 2]; 2] = [[&[0], &[1, 2]], [&[0, 1], &[2]]];
    let mut phases = Vec::new();
    for (down, rows) in SEEN.iter().enumerate() {
        for (across, columns) in SEEN.iter().enumerate() {
            let sum = |rows: &[usize], columns: &[usize]| {
                let mut sum = vec![0.0; taps[0].len()];
                for row in rows {
                    for column in columns {
                        let tap = taps[3 * row + column];
                        sum.iter_mut().zip(tap).for_each(|(sum, tap)| *sum += tap);
                    }
                }
                sum
            };
            phases.push(Phase {
                origin: (down, across),
                out: (down, across),
                rows: rows
                    .iter()
                    .map(|rows| columns.map(|columns| sum(rows, columns)).concat())
                    .collect(),
                columns: 2,
            });
        }
    }
    phases
}
