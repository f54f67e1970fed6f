//! Linear layers whose weights were packed once.

use candle_core::{D, Result, Tensor};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::functions::gelu;
use super::product::{PANEL, PanelRow, Sums, add_products, packed, tiles, with_numbers};

/// Inputs that are handled before the next ones are: so many rows of a panel
/// stay in the second-level cache while all rows of the inputs pass.
const DEPTH: usize = 1024;

/// Tasks for each thread: several, so that a thread that is held up doesn't
/// hold up the others.
const TASKS_PER_THREAD: usize = 4;

/// A weight as the kernel reads it.
#[derive(Debug)]
pub(crate) struct PackedWeight {
    panels: Vec<PanelRow>,
    bias: Vec<f32>,
    inputs: usize,
    outputs: usize,
}

impl PackedWeight {
    /// Packs a weight of shape (outputs, inputs), which is let go.
    pub(crate) fn new(weight: Tensor, bias: Option<Tensor>) -> Result<Self> {
        let (outputs, inputs) = weight.dims2()?;
        let panels = with_numbers(&weight, |weight| Ok(packed(weight, outputs, inputs)))?;
        let mut padded = match bias {
            Some(bias) => bias.to_vec1()?,
            None => vec![0.0; outputs],
        };
        padded.resize(outputs.next_multiple_of(PANEL), 0.0);
        Ok(Self {
            panels,
            bias: padded,
            inputs,
            outputs,
        })
    }
}

/// What is done with the outputs of a layer, while they are at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Finish<T> {
    Nothing,
    Gelu,
    /// They are added to this.
    AddTo(T),
}

/// Outputs of shape (.., outputs) for inputs of shape (.., inputs).
pub(crate) fn linear(x: &Tensor, weight: &PackedWeight, finish: Finish<&Tensor>) -> Result<Tensor> {
    let mut shape = x.dims().to_vec();
    if x.dim(D::Minus1)? != weight.inputs {
        candle_core::bail!("inputs of shape {shape:?} for {} inputs", weight.inputs);
    }
    if let Some(last) = shape.last_mut() {
        *last = weight.outputs;
    }
    let mut out = vec![0.0; shape.iter().product()];
    with_numbers(x, |x| match finish {
        Finish::Nothing => run(x, weight, Finish::Nothing, &mut out),
        Finish::Gelu => run(x, weight, Finish::Gelu, &mut out),
        Finish::AddTo(base) => {
            with_numbers(base, |base| run(x, weight, Finish::AddTo(base), &mut out))
        }
    })?;
    Tensor::from_vec(out, shape, x.device())
}

fn run(x: &[f32], weight: &PackedWeight, finish: Finish<&[f32]>, out: &mut [f32]) -> Result<()> {
    let panels = weight.outputs.div_ceil(PANEL);
    let tasks = (rayon::current_num_threads() * TASKS_PER_THREAD).min(panels);
    let first_panel = |task: usize| task * panels / tasks;
    let mut stripes: Vec<Vec<&mut [f32]>> = Vec::new();
    stripes.resize_with(tasks, || Vec::with_capacity(x.len() / weight.inputs));
    for mut row in out.chunks_mut(weight.outputs) {
        for (task, stripe) in stripes.iter_mut().enumerate() {
            let columns = (first_panel(task + 1) - first_panel(task)) * PANEL;
            let (part, rest) = row.split_at_mut(columns.min(row.len()));
            stripe.push(part);
            row = rest;
        }
    }
    stripes.into_par_iter().enumerate().for_each(|(task, out)| {
        Arch::new().dispatch(Stripe {
            x,
            weight,
            finish,
            panels: first_panel(task)..first_panel(task + 1),
            out,
        });
    });
    Ok(())
}

/// Some panels of the outputs, for all rows.
struct Stripe<'a> {
    x: &'a [f32],
    weight: &'a PackedWeight,
    finish: Finish<&'a [f32]>,
    panels: std::ops::Range<usize>,
    out: Vec<&'a mut [f32]>,
}

impl WithSimd for Stripe<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let PackedWeight {
            inputs, outputs, ..
        } = *self.weight;
        let rows: Vec<&[f32]> = self.x.chunks(inputs).collect();
        let mut inputs_of_tile: Vec<&[f32]> = Vec::with_capacity(rows.len());
        let mut sums: Sums = [PanelRow::ZERO; _];
        for (index, panel) in self.panels.clone().enumerate() {
            let weights = &self.weight.panels[panel * inputs..(panel + 1) * inputs];
            let column = panel * PANEL;
            let columns = PANEL.min(outputs - column);
            let own = index * PANEL..index * PANEL + columns;
            for (chunk, weights) in weights.chunks(DEPTH).enumerate() {
                let depth = chunk * DEPTH..chunk * DEPTH + weights.len();
                let is_first = chunk == 0;
                let is_last = depth.end == inputs;
                for tile in tiles(rows.len()) {
                    for (sums, row) in sums.iter_mut().zip(tile.clone()) {
                        if is_first {
                            sums.0
                                .copy_from_slice(&self.weight.bias[column..column + PANEL]);
                        } else {
                            sums.0[..columns].copy_from_slice(&self.out[row][own.clone()]);
                        }
                    }
                    inputs_of_tile.clear();
                    inputs_of_tile.extend(rows[tile.clone()].iter().map(|row| &row[depth.clone()]));
                    add_products(simd, &inputs_of_tile, weights, PANEL, &mut sums);
                    for (sums, row) in sums.iter_mut().zip(tile) {
                        let out = &mut self.out[row][own.clone()];
                        if is_last {
                            match self.finish {
                                Finish::Nothing => {}
                                Finish::Gelu => {
                                    for sum in &mut sums.0 {
                                        *sum = gelu(*sum);
                                    }
                                }
                                Finish::AddTo(base) => {
                                    let start = row * outputs + column;
                                    let base = &base[start..start + columns];
                                    for (sum, &base) in sums.0.iter_mut().zip(base) {
                                        *sum += base;
                                    }
                                }
                            }
                        }
                        // A copy of known length is a few moves of registers.
                        match <&mut [f32; PANEL]>::try_from(&mut *out) {
                            Ok(whole) => *whole = sums.0,
                            Err(_) => out.copy_from_slice(&sums.0[..columns]),
                        }
                    }
                }
            }
        }
    }
}
