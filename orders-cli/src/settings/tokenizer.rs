//! The tokenizer that flags name.

use std::path::{Path, PathBuf};

use ndarray::{ArrayView1, ArrayView2, Axis};
use orders_core::{Grid, MemoryLimit};
use orders_datasets::{Image, PatchCodebook};
use orders_model::bundled;
use orders_model::checkpoint::read_checkpoint;
use orders_model::vq::{VqConfig, VqTokenizer, pixels_from_images};
use orders_model::{Device, ModelSource, Precision, Tensor, room_on};

use super::RunsOn;
use super::lpd::{LookedAt, checkpoint_failure};
use crate::args::TokenizerArgs;
use crate::bounded_file::read_bounded;
use crate::failure::{Failure, Result};
use crate::hub::located;
use crate::memory;
use crate::token_identity::{self, Tokens};

/// The longest configuration that is read: one with a list of all tensors has 40
/// KB.
const CONFIG_BYTES: u64 = 1 << 20;
/// Images that are decoded at once on a device, at most.
const AT_ONCE: usize = 64;
/// Where the weights come from, for those who have none.
const WHERE: &str = "the weights of VQ-16, vq_ds16_c2i.pt, are published by LlamaGen's authors at https://huggingface.co/FoundationVision/LlamaGen";

/// The files of a tokenizer.
#[derive(Clone, Copy, Default)]
pub(crate) struct TokenizerFiles<'a> {
    /// The weights, or a codebook of patches.
    pub(crate) file: Option<&'a Path>,
    /// The sizes.
    pub(crate) config: Option<&'a Path>,
    /// The key of the tensors in a file of PyTorch.
    pub(crate) key: Option<&'a str>,
}

impl<'a> From<&'a TokenizerArgs> for TokenizerFiles<'a> {
    fn from(args: &'a TokenizerArgs) -> Self {
        Self {
            file: args.tokenizer.as_deref(),
            config: args.config.as_deref(),
            key: args.key.as_deref(),
        }
    }
}

/// The VQ tokenizer of these files, with its weights, and notes on how they were read.
pub(crate) fn tokenizer(
    files: TokenizerFiles<'_>,
    (device, precision): (&Device, Precision),
    notes: &mut Vec<String>,
) -> Result<VqTokenizer> {
    let path = &named(files)?;
    if PatchCodebook::is_file(path) {
        return Err(Failure::input(format!(
            "--tokenizer {} is a codebook of patches; 'data prepare' turns images into its tokens",
            path.display()
        )));
    }
    if !path.exists() {
        return Err(Failure::input(format!(
            "--tokenizer {} is not there; {WHERE}",
            path.display()
        )));
    }
    let config = match files.config {
        Some(path) => config(path)?,
        None => VqConfig::ds16(),
    };
    let checkpoint = read_checkpoint(path, files.key, &Device::Cpu)
        .map_err(|error| checkpoint_failure("--tokenizer", &error, "--tokenizer-key"))?;
    let of_file = checkpoint.notes.iter();
    notes.extend(of_file.map(|note| format!("--tokenizer {}: {note}", path.display())));
    let weights = config
        .weights(checkpoint.tensors)
        .map_err(|error| Failure::input_at(format!("--tokenizer {}", path.display()), &error))?;
    VqTokenizer::in_precision(config, &weights, device, precision.dtype()).map_err(Failure::work)
}

/// The file, which must be named.
fn named(files: TokenizerFiles<'_>) -> Result<PathBuf> {
    let named = files
        .file
        .ok_or_else(|| Failure::input(format!("a tokenizer is needed: --tokenizer FILE; {WHERE}")));
    located(named?, "--tokenizer")
}

fn config(path: &Path) -> Result<VqConfig> {
    let text = read_bounded(
        path,
        "a configuration",
        CONFIG_BYTES,
        format!("--tokenizer-config {}", path.display()),
    )?;
    VqConfig::from_json(&text)
        .map_err(|error| Failure::input(format!("--tokenizer-config {}: {error}", path.display())))
}

/// What turns tokens into images.
pub(crate) enum ImageDecoder {
    /// VQ-16 or one of its kind.
    Vq(Box<VqTokenizer>),
    /// A codebook of patches.
    Patches(PatchCodebook),
}

/// The decoder of these files: a codebook of patches, as 'data prepare' makes them, or a
/// VQ tokenizer.
pub(crate) fn image_decoder(
    files: TokenizerFiles<'_>,
    runs_on: &RunsOn,
    notes: &mut Vec<String>,
) -> Result<ImageDecoder> {
    let path = &named(files)?;
    if !PatchCodebook::is_file(path) {
        let place = (&runs_on.device, runs_on.precision);
        let tokenizer = tokenizer(files, place, notes)?;
        return Ok(ImageDecoder::Vq(Box::new(tokenizer)));
    }
    if files.config.is_some() || files.key.is_some() {
        return Err(Failure::input(format!(
            "--tokenizer {} is a codebook of patches, which takes neither --tokenizer-config nor --tokenizer-key",
            path.display()
        )));
    }
    PatchCodebook::read(path)
        .map(ImageDecoder::Patches)
        .map_err(|error| Failure::input_at("--tokenizer", &error))
}

/// The decoder of the tokens of a model, which may be bundled: that of these files, if
/// it has as many codes as the model, and is not known to be another than that of its tokens.
pub(crate) fn model_decoder(
    files: TokenizerFiles<'_>,
    (model, looked_at): (&ModelSource, &LookedAt),
    runs_on: &RunsOn,
    notes: &mut Vec<String>,
) -> Result<ImageDecoder> {
    if files.file.is_none() && model.bundled().is_some() {
        return Ok(ImageDecoder::Patches(bundled::codebook()));
    }
    let path = named(files)?;
    let decoder = image_decoder(files, runs_on, notes)?;
    let (codes, vocab) = (decoder.codes(), model.config().vocab());
    if codes != vocab {
        return Err(Failure::input(format!(
            "--tokenizer has {codes} codes, but the model generates {vocab} tokens"
        )));
    }
    let id = decoder.id();
    let taker = Tokens {
        place: format!("--tokenizer {}", path.display()),
        tokenizer: Some(id.as_str()),
    };
    token_identity::check(&looked_at.tokens(), &taker, notes)?;
    Ok(decoder)
}

impl ImageDecoder {
    /// Tokens that it knows.
    pub(crate) fn codes(&self) -> usize {
        match self {
            Self::Vq(tokenizer) => tokenizer.config().codebook_size,
            Self::Patches(codebook) => codebook.len(),
        }
    }

    /// What tells it from others.
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Vq(tokenizer) => tokenizer.tokenizer_id(),
            Self::Patches(codebook) => codebook.tokenizer_id(),
        }
    }

    /// Bytes that decoding an image of a grid takes, where it is decoded.
    fn bytes_of_image(&self, grid: Grid) -> u64 {
        let (height, width) = (grid.height() as usize, grid.width() as usize);
        match self {
            Self::Vq(tokenizer) if tokenizer.device().is_cpu() => {
                tokenizer.config().decoder_bytes(height, width)
            }
            Self::Vq(tokenizer) => {
                let dtype = tokenizer.dtype();
                let config = tokenizer.config();
                config.decoder_bytes_on_device(height, width, dtype)
            }
            // The image, and again in red, green and blue.
            Self::Patches(codebook) => {
                let side = u64::from(codebook.shape().side());
                6 * side * side * grid.cells() as u64
            }
        }
    }

    /// What there is where images are decoded.
    fn room(&self) -> MemoryLimit {
        match self {
            Self::Vq(tokenizer) => room_on(tokenizer.device(), memory::limit()),
            Self::Patches(_) => memory::limit(),
        }
    }

    /// Images that are decoded at once: on the CPU one after the other, on a device as many
    /// as half of what it has free takes.
    fn at_once(&self, grid: Grid) -> usize {
        match self {
            Self::Vq(tokenizer) if !tokenizer.device().is_cpu() => {
                let free = self
                    .room()
                    .bytes()
                    .map_or(1, |free| free / 2 / self.bytes_of_image(grid).max(1));
                usize::try_from(free).map_or(AT_ONCE, |free| free.clamp(1, AT_ONCE))
            }
            _ => 1,
        }
    }

    /// Whether decoding an image of a grid has room.
    pub(crate) fn check_memory(&self, grid: Grid) -> Result<()> {
        self.room()
            .check(self.bytes_of_image(grid))
            .map_err(|error| {
                Failure::input(format!("--tokenizer: an image of {grid} cells {error}"))
            })
    }

    /// Images in red, green and blue, from rows of their tokens in raster order. They are
    /// handed to `take` in their order, as they come.
    pub(crate) fn decode_all(
        &self,
        grid: Grid,
        tokens: ArrayView2<'_, u32>,
        mut take: impl FnMut(Image) -> Result<()>,
    ) -> Result<()> {
        let at_once = self.at_once(grid);
        for rows in tokens.axis_chunks_iter(Axis(0), at_once) {
            for image in self.decode_batch(grid, rows)? {
                take(image)?;
            }
        }
        Ok(())
    }

    /// Those of some rows, at once.
    fn decode_batch(&self, grid: Grid, tokens: ArrayView2<'_, u32>) -> Result<Vec<Image>> {
        let bad = |error: &dyn std::error::Error| Failure::input_at("--tokenizer", error);
        match self {
            Self::Patches(codebook) => {
                let decode = |row: ArrayView1<'_, u32>| {
                    let image = codebook.decode(grid, &row.to_vec());
                    let image = image.map_err(|error| bad(&error))?;
                    Ok(image.to_rgb())
                };
                tokens.rows().into_iter().map(decode).collect()
            }
            Self::Vq(tokenizer) => {
                let [height, width] = [grid.height(), grid.width()];
                let numbers: Vec<i64> = tokens.iter().map(|&token| token.into()).collect();
                let tokens = Tensor::from_vec(numbers, tokens.dim(), &Device::Cpu);
                let decoded = tokenizer
                    .decode(
                        &tokens.map_err(Failure::work)?,
                        height as usize,
                        width as usize,
                    )
                    .map_err(|error| bad(&error))?;
                let pixels = pixels_from_images(&decoded).map_err(Failure::work)?;
                let stride = tokenizer.config().stride() as u32;
                let [height, width] = [height, width].map(|cells| cells * stride);
                let size = 3 * height as usize * width as usize;
                let images = pixels.chunks_exact(size);
                images
                    .map(|pixels| Image::new(height, width, 3, pixels.to_vec()))
                    .collect::<Result<_, _>>()
                    .map_err(Failure::work)
            }
        }
    }
}
