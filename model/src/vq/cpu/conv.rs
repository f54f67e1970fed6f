//! Convolutions.

use candle_core::{DType, Device, Result};

use super::map::{Map, Padded};
use super::product::{Job, Phase};
use crate::cpu::{PANEL, PanelRow, packed};
use crate::vq::layers::{self, ConvKind};
use crate::weights::Weights;

/// A convolution with its weights laid out for products.
pub(in crate::vq) struct Conv {
    kind: ConvKind,
    inputs: usize,
    outputs: usize,
    /// One; four for [`ConvKind::Up`], where each pixel of a square of four has
    /// products of its own.
    phases: Vec<Phase>,
    /// One for each output, filled up to a whole number of panels.
    bias: Vec<f32>,
}

impl Conv {
    pub(super) fn new(layer: &layers::Conv, weights: &Weights) -> Result<Self> {
        // (outputs, inputs, down, across) to (down, across, outputs, inputs)
        let weight = weights.get(&format!("{}.weight", layer.name));
        let weight = weight.to_device(&Device::Cpu)?.to_dtype(DType::F32)?;
        let weight = weight.permute((2, 3, 0, 1))?;
        let (height, width, outputs, inputs) = weight.dims4()?;
        let weight: Vec<f32> = weight.flatten_all()?.to_vec1()?;
        let taps: Vec<&[f32]> = weight.chunks_exact(inputs * outputs).collect();
        let phases = match layer.kind {
            ConvKind::Up => up_phases(&taps, outputs, inputs),
            kind => vec![Phase {
                // On the left and above, the border is not looked at if the
                // padding is on the other sides only.
                origin: match kind {
                    ConvKind::Down => (1, 1),
                    _ => (0, 0),
                },
                out: (0, 0),
                rows: (0..height)
                    .map(|row| kernel_row(&taps[row * width..][..width], outputs, inputs))
                    .collect(),
            }],
        };
        let bias = weights.numbers(&format!("{}.bias", layer.name))?;
        Ok(Self::of(layer.kind, (outputs, inputs), phases, bias))
    }

    /// A matrix of `outputs` x `inputs`, row after row, as a 1 x 1 convolution.
    pub(super) fn of_matrix(matrix: &[f32], outputs: usize, inputs: usize) -> Self {
        let phase = Phase {
            origin: (0, 0),
            out: (0, 0),
            rows: vec![packed(matrix, outputs, inputs)],
        };
        let bias = vec![0.0; outputs];
        Self::of(ConvKind::Point, (outputs, inputs), vec![phase], bias)
    }

    fn of(
        kind: ConvKind,
        (outputs, inputs): (usize, usize),
        phases: Vec<Phase>,
        mut bias: Vec<f32>,
    ) -> Self {
        bias.resize(outputs.next_multiple_of(PANEL), 0.0);
        Self {
            kind,
            inputs,
            outputs,
            phases,
            bias,
        }
    }

    /// Whether the kernel is 1 x 1, so that no border is needed.
    pub(super) fn is_point(&self) -> bool {
        self.kind == ConvKind::Point
    }

    /// A 1 x 1 convolution of a map, and `add`.
    pub(super) fn point(&self, x: &Map, add: Option<&Map>) -> Map {
        debug_assert_eq!(x.channels, self.inputs);
        let values = (&x.values[..], x.width);
        self.run(values, (x.height, x.width), add)
    }

    /// A 3 x 3 convolution of a padded map, and `add`.
    pub(super) fn apply(&self, x: &Padded, add: Option<&Map>) -> Map {
        debug_assert_eq!(x.channels, self.inputs);
        let size = match self.kind {
            ConvKind::Down => (x.height / 2, x.width / 2),
            _ => (x.height, x.width),
        };
        self.run((&x.values, x.pitch()), size, add)
    }

    fn run(
        &self,
        (values, pitch): (&[f32], usize),
        (height, width): (usize, usize),
        add: Option<&Map>,
    ) -> Map {
        let job = Job {
            phases: &self.phases,
            bias: &self.bias,
            inputs: self.inputs,
            outputs: self.outputs,
            values,
            pitch,
            step: if self.kind == ConvKind::Down { 2 } else { 1 },
            scale: if self.kind == ConvKind::Up { 2 } else { 1 },
            height,
            width,
            add: add.map(|add| &add.values[..]),
        };
        let (height, width) = (job.scale * height, job.scale * width);
        Map::new(height, width, self.outputs, job.run())
    }
}

/// A row of a kernel: its taps side by side, each of `outputs` x `inputs`.
fn kernel_row(taps: &[impl AsRef<[f32]>], outputs: usize, inputs: usize) -> Vec<PanelRow> {
    let mut row = Vec::with_capacity(taps.len() * outputs * inputs);
    for output in 0..outputs {
        for tap in taps {
            row.extend_from_slice(&tap.as_ref()[output * inputs..][..inputs]);
        }
    }
    packed(&row, outputs, taps.len() * inputs)
}

/// A 3 x 3 convolution after each pixel became 2 x 2: a pixel of the result sees
/// only 2 x 2 different pixels, so the weights of those that are the same are
/// added up. That is 4 products in place of 9.
fn up_phases(taps: &[&[f32]], outputs: usize, inputs: usize) -> Vec<Phase> {
    // Which of the three rows (columns) of the kernel see the first of the two
    // pixels, and which the second, for the upper (left) and the lower (right)
    // result.
    const SEEN: [[&[usize]; 2]; 2] = [[&[0], &[1, 2]], [&[0, 1], &[2]]];
    let sum = |rows: &[usize], columns: &[usize]| {
        let mut sum = vec![0.0; outputs * inputs];
        for row in rows {
            for column in columns {
                let tap = taps[3 * row + column];
                sum.iter_mut().zip(tap).for_each(|(sum, tap)| *sum += tap);
            }
        }
        sum
    };
    let mut phases = Vec::new();
    for (down, rows) in SEEN.iter().enumerate() {
        for (across, columns) in SEEN.iter().enumerate() {
            let row = |rows: &&[usize]| {
                let taps = columns.map(|columns| sum(rows, columns));
                kernel_row(&taps, outputs, inputs)
            };
            phases.push(Phase {
                origin: (down, across),
                out: (down, across),
                rows: rows.iter().map(row).collect(),
            });
        }
    }
    phases
}
