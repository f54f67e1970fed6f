//! Flags of commands that turn images into tokens, and back.

use std::path::PathBuf;

use clap::Args;

use orders_model::Precision;

use super::{GridArgs, OutputArgs, ThreadsArgs, one_of, written};

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct TokenizerArgs {
    /// Weights of the tokenizer: .safetensors, or a file of PyTorch such as
    /// vq_ds16_c2i.pt
    #[arg(long, value_name = "FILE")]
    pub(crate) tokenizer: Option<PathBuf>,
    /// Size of the tokenizer, as JSON with ch, ch_mult, z_channels, codebook_size,
    /// codebook_dim and res_blocks [default: VQ-16, as published with LlamaGen]
    #[arg(
        long = "tokenizer-config",
        visible_alias = "config",
        value_name = "FILE"
    )]
    pub(crate) config: Option<PathBuf>,
    /// Key of the tensors in a file of PyTorch, if it is not where it usually is
    #[arg(long = "tokenizer-key", value_name = "KEY")]
    pub(crate) key: Option<String>,
}

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct DeviceArgs {
    /// Where to compute: cpu, cuda (or cuda:N, the card of number N from 0) or metal
    #[arg(long, value_name = "NAME", default_value = "cpu")]
    pub(crate) device: String,
}

/// Where a model runs, and how exactly.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct RunsArgs {
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
    /// Precision of weights and products: f32, bf16, f16, or on cuda tf32 [default: bf16 on
    /// cuda, else f32, which is the fastest on the CPU]
    #[arg(long, value_name = "TYPE", value_parser = one_of(PRECISIONS))]
    pub(crate) precision: Option<Precision>,
}

/// Precisions by name.
const PRECISIONS: &[(&str, Precision)] = &[
    ("f32", Precision::F32),
    ("tf32", Precision::TF32),
    ("bf16", Precision::BF16),
    ("f16", Precision::F16),
];

/// Turn images into tokens
///
/// The tokenizer is VQ-16 of LlamaGen, or one of the same kind of any size.
/// Images are PNG, JPEG or WebP files, or arrays of 8-bit pixels in .npy, .npz and
/// .safetensors files; all have one size, a multiple of the tokenizer's stride on
/// both sides. Tokens are written in raster order.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli tokenize *.png --tokenizer vq_ds16_c2i.pt --out tokens.safetensors
  orders-cli tokenize images.npy --tokenizer vq.safetensors --config vq.json --out tokens.safetensors")]
pub(crate) struct TokenizeArgs {
    /// Image files, or files with arrays of images
    #[arg(required = true, value_name = "FILE")]
    pub(crate) images: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) tokenizer: TokenizerArgs,
    /// Where to write: a .safetensors file with 'tokens', i64 of shape (images,
    /// cells)
    #[arg(long, value_name = "FILE", value_parser = written())]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}

/// Turn tokens into images
///
/// --tokenizer is what made the tokens: weights of a VQ tokenizer, whose pixels are
/// (x + 1) / 2, cut off at 0 and 1 and rounded to 8 bits, or a codebook of
/// 'data prepare'.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli detokenize tokens.safetensors --tokenizer vq_ds16_c2i.pt --out images/
  orders-cli detokenize tokens.safetensors --tokenizer vq.safetensors --config vq.json --out images.safetensors
  orders-cli detokenize tokens/test.safetensors --tokenizer tokens/codebook.safetensors --out images/")]
pub(crate) struct DetokenizeArgs {
    /// A .safetensors file with 'tokens', integers of shape (images, cells), in
    /// raster order
    #[arg(value_name = "FILE")]
    pub(crate) tokens: PathBuf,
    #[command(flatten)]
    pub(crate) tokenizer: TokenizerArgs,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    /// Where to write: a folder, which gets a PNG file for each image, named by its
    /// number from 0; or a .safetensors file with 'images', 8-bit pixels of shape
    /// (images, height, width, 3)
    #[arg(long, value_name = "PATH", value_parser = written())]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) runs: RunsArgs,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}
