//! What the Inception-v3 of FID consists of.

use super::conv::Geometry;

/// A block: its branches all take its input, and their outputs are its output,
/// channel after channel. `L` is what stands for a layer.
pub(super) struct Block<L> {
    pub(super) branches: Vec<Vec<Stage<L>>>,
}

/// A step of a branch.
pub(super) enum Stage<L> {
    /// A convolution, normalised and rectified.
    Conv(L),
    /// Two of them on the same input.
    Fork(L, L),
    /// The mean of 3 x 3 pixels, padded by 1.
    Average,
    /// The largest of 3 x 3 pixels, at a stride, with a padding.
    Max(usize, usize),
}

/// A convolution.
pub(super) struct Layer {
    name: &'static str,
    pub(super) outputs: usize,
    pub(super) kernel: [usize; 2],
    stride: usize,
    padding: [usize; 2],
}

impl Layer {
    pub(super) fn geometry(&self) -> Geometry {
        Geometry {
            kernel: self.kernel,
            stride: self.stride,
            padding: self.padding,
        }
    }

    fn strided(self) -> Self {
        Self { stride: 2, ..self }
    }

    /// So that the output has the size of the input.
    fn padded(self) -> Self {
        let [height, width] = self.kernel;
        Self {
            padding: [height / 2, width / 2],
            ..self
        }
    }
}

use Stage::{Average, Conv, Fork, Max};

/// The blocks of the network, with what `make` makes of each layer's name, number
/// of inputs and definition.
pub(super) fn blocks<L, E>(
    mut make: impl FnMut(&str, usize, &Layer) -> Result<L, E>,
) -> Result<Vec<Block<L>>, E> {
    let mut inputs = 3;
    let mut made = Vec::new();
    for (block, branches) in definition() {
        let mut outputs = 0;
        let mut block_made = Vec::new();
        for branch in branches {
            let mut channels = inputs;
            let mut made = |layer: Layer, channels: usize| {
                let dot = if block.is_empty() { "" } else { "." };
                let name = format!("{block}{dot}{}", layer.name);
                Ok((make(&name, channels, &layer)?, layer.outputs))
            };
            let mut branch_made = Vec::new();
            for stage in branch {
                branch_made.push(match stage {
                    Conv(layer) => {
                        let (layer, outputs) = made(layer, channels)?;
                        channels = outputs;
                        Conv(layer)
                    }
                    Fork(a, b) => {
                        let (a, outputs_a) = made(a, channels)?;
                        let (b, outputs_b) = made(b, channels)?;
                        channels = outputs_a + outputs_b;
                        Fork(a, b)
                    }
                    Average => Average,
                    Max(stride, padding) => Max(stride, padding),
                });
            }
            outputs += channels;
            block_made.push(branch_made);
        }
        inputs = outputs;
        made.push(Block {
            branches: block_made,
        });
    }
    Ok(made)
}

type Definition = (&'static str, Vec<Vec<Stage<Layer>>>);

fn definition() -> Vec<Definition> {
    vec![
        (
            "",
            vec![vec![
                Conv(conv("Conv2d_1a_3x3", 32, [3, 3]).strided()),
                Conv(conv("Conv2d_2a_3x3", 32, [3, 3])),
                Conv(conv("Conv2d_2b_3x3", 64, [3, 3]).padded()),
                Max(2, 0),
                Conv(conv("Conv2d_3b_1x1", 80, [1, 1])),
                Conv(conv("Conv2d_4a_3x3", 192, [3, 3])),
                Max(2, 0),
            ]],
        ),
        ("Mixed_5b", block_a(32)),
        ("Mixed_5c", block_a(64)),
        ("Mixed_5d", block_a(64)),
        ("Mixed_6a", block_b()),
        ("Mixed_6b", block_c(128)),
        ("Mixed_6c", block_c(160)),
        ("Mixed_6d", block_c(160)),
        ("Mixed_6e", block_c(192)),
        ("Mixed_7a", block_d()),
        ("Mixed_7b", block_e(Average)),
        ("Mixed_7c", block_e(Max(1, 1))),
    ]
}

/// 35 x 35 pixels.
fn block_a(pooled: usize) -> Vec<Vec<Stage<Layer>>> {
    vec![
        vec![Conv(conv("branch1x1", 64, [1, 1]))],
        vec![
            Conv(conv("branch5x5_1", 48, [1, 1])),
            Conv(conv("branch5x5_2", 64, [5, 5]).padded()),
        ],
        vec![
            Conv(conv("branch3x3dbl_1", 64, [1, 1])),
            Conv(conv("branch3x3dbl_2", 96, [3, 3]).padded()),
            Conv(conv("branch3x3dbl_3", 96, [3, 3]).padded()),
        ],
        vec![Average, Conv(conv("branch_pool", pooled, [1, 1]))],
    ]
}

/// 35 x 35 to 17 x 17 pixels.
fn block_b() -> Vec<Vec<Stage<Layer>>> {
    vec![
        vec![Conv(conv("branch3x3", 384, [3, 3]).strided())],
        vec![
            Conv(conv("branch3x3dbl_1", 64, [1, 1])),
            Conv(conv("branch3x3dbl_2", 96, [3, 3]).padded()),
            Conv(conv("branch3x3dbl_3", 96, [3, 3]).strided()),
        ],
        vec![Max(2, 0)],
    ]
}

/// 17 x 17 pixels.
fn block_c(inner: usize) -> Vec<Vec<Stage<Layer>>> {
    vec![
        vec![Conv(conv("branch1x1", 192, [1, 1]))],
        vec![
            Conv(conv("branch7x7_1", inner, [1, 1])),
            Conv(conv("branch7x7_2", inner, [1, 7]).padded()),
            Conv(conv("branch7x7_3", 192, [7, 1]).padded()),
        ],
        vec![
            Conv(conv("branch7x7dbl_1", inner, [1, 1])),
            Conv(conv("branch7x7dbl_2", inner, [7, 1]).padded()),
            Conv(conv("branch7x7dbl_3", inner, [1, 7]).padded()),
            Conv(conv("branch7x7dbl_4", inner, [7, 1]).padded()),
            Conv(conv("branch7x7dbl_5", 192, [1, 7]).padded()),
        ],
        vec![Average, Conv(conv("branch_pool", 192, [1, 1]))],
    ]
}

/// 17 x 17 to 8 x 8 pixels.
fn block_d() -> Vec<Vec<Stage<Layer>>> {
    vec![
        vec![
            Conv(conv("branch3x3_1", 192, [1, 1])),
            Conv(conv("branch3x3_2", 320, [3, 3]).strided()),
        ],
        vec![
            Conv(conv("branch7x7x3_1", 192, [1, 1])),
            Conv(conv("branch7x7x3_2", 192, [1, 7]).padded()),
            Conv(conv("branch7x7x3_3", 192, [7, 1]).padded()),
            Conv(conv("branch7x7x3_4", 192, [3, 3]).strided()),
        ],
        vec![Max(2, 0)],
    ]
}

/// 8 x 8 pixels. The last block takes a maximum where the one before it takes an
/// average.
fn block_e(pool: Stage<Layer>) -> Vec<Vec<Stage<Layer>>> {
    vec![
        vec![Conv(conv("branch1x1", 320, [1, 1]))],
        vec![
            Conv(conv("branch3x3_1", 384, [1, 1])),
            Fork(
                conv("branch3x3_2a", 384, [1, 3]).padded(),
                conv("branch3x3_2b", 384, [3, 1]).padded(),
            ),
        ],
        vec![
            Conv(conv("branch3x3dbl_1", 448, [1, 1])),
            Conv(conv("branch3x3dbl_2", 384, [3, 3]).padded()),
            Fork(
                conv("branch3x3dbl_3a", 384, [1, 3]).padded(),
                conv("branch3x3dbl_3b", 384, [3, 1]).padded(),
            ),
        ],
        vec![pool, Conv(conv("branch_pool", 192, [1, 1]))],
    ]
}

fn conv(name: &'static str, outputs: usize, kernel: [usize; 2]) -> Layer {
    Layer {
        name,
        outputs,
        kernel,
        stride: 1,
        padding: [0, 0],
    }
}
