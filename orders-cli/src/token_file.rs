//! Files of tokens: safetensors with `tokens` and `labels`.

use std::path::Path;

use ndarray::Array2;
use orders_core::Grid;
use orders_datasets::tokenizer_identity;
use orders_model::checkpoint::{CheckpointFormat, read_checkpoint};
use orders_model::lpd::LpdConfig;
use orders_model::{DType, Device, Tensor};

use crate::failure::{Failure, Result};

/// What a file of tokens holds.
pub(crate) struct TokenFile {
    /// Shape (images, cells), in raster order.
    pub(crate) tokens: Array2<u32>,
    /// A class for each image, if the file has them; `None` is no class.
    pub(crate) labels: Option<Vec<Option<u32>>>,
    /// What else the file says of them.
    pub(crate) stated: Stated,
}

/// What a file says of its tokens; what it doesn't is `None`.
#[derive(Default)]
pub(crate) struct Stated {
    /// The grid of the cells.
    pub(crate) grid: Option<Grid>,
    /// How many tokens there are to choose from.
    pub(crate) codebook_size: Option<usize>,
    /// What tells the tokenizer from others.
    pub(crate) tokenizer: Option<String>,
}

impl Stated {
    /// Whether a model can be asked about such tokens.
    pub(crate) fn check(&self, place: &str, config: &LpdConfig) -> Result<()> {
        let (grid, vocab) = (config.grid(), config.vocab());
        if let Some(stated) = self.grid.filter(|stated| *stated != grid) {
            return Err(Failure::input(format!(
                "{place} has tokens of a {stated} grid, but the model's is {grid}"
            )));
        }
        if let Some(codes) = self.codebook_size.filter(|codes| *codes != vocab) {
            return Err(Failure::input(format!(
                "{place} has tokens of a codebook of {codes}, but the model's vocabulary is {vocab}"
            )));
        }
        Ok(())
    }
}

/// Reads a file of tokens.
pub(crate) fn read(path: &Path) -> Result<TokenFile> {
    let shown = path.display();
    let checkpoint = read_checkpoint(path, None, &Device::Cpu).map_err(Failure::bad_input)?;
    let mut tensors = checkpoint.tensors;
    let is_safetensors = checkpoint.format == CheckpointFormat::Safetensors;
    let tokens = tensors
        .remove("tokens")
        .filter(|tokens| is_safetensors && tokens.rank() == 2);
    let Some(tokens) = tokens else {
        return Err(Failure::input(format!(
            "{shown} has no 'tokens' of whole numbers and shape (images, cells) as safetensors"
        )));
    };
    let shape = tokens.dims2().map_err(Failure::work)?;
    let numbers = whole(&tokens, path, "tokens")?;
    let numbers: Vec<u32> = numbers
        .into_iter()
        .map(|token| {
            u32::try_from(token).map_err(|_| {
                Failure::input(format!(
                    "{shown} has the token {token}; tokens count from 0"
                ))
            })
        })
        .collect::<Result<_, _>>()?;
    let tokens = Array2::from_shape_vec(shape, numbers).map_err(Failure::work)?;
    let labels = match tensors.remove("labels") {
        None => None,
        Some(labels) if labels.dims() == [shape.0] => {
            let labels = whole(&labels, path, "labels")?;
            let label = |label: i64| match label {
                -1 => Ok(None),
                _ => u32::try_from(label).map(Some).map_err(|_| {
                    Failure::input(format!(
                        "{shown} has the label {label}; labels count from 0, and -1 is none"
                    ))
                }),
            };
            Some(labels.into_iter().map(label).collect::<Result<_, _>>()?)
        }
        Some(labels) => {
            return Err(Failure::input(format!(
                "{shown} has 'labels' of shape {:?} for {} images",
                labels.dims(),
                shape.0
            )));
        }
    };
    let grid = checkpoint.metadata.get("grid").map(|text| text.parse());
    let grid = grid
        .transpose()
        .map_err(|error| Failure::input_at(format!("{shown}: grid"), &error))?;
    let codes = checkpoint.metadata.get("codebook_size");
    let codes = codes.map(|text| {
        text.parse().map_err(|_| {
            Failure::input(format!(
                "{shown}: codebook_size is '{text}', which is no whole number"
            ))
        })
    });
    let tokenizer = checkpoint.metadata.get("tokenizer");
    let tokenizer = tokenizer.and_then(|said| tokenizer_identity(said));
    Ok(TokenFile {
        tokens,
        labels,
        stated: Stated {
            grid,
            codebook_size: codes.transpose()?,
            tokenizer: tokenizer.map(str::to_owned),
        },
    })
}

/// The entries of a tensor of whole numbers.
fn whole(tensor: &Tensor, path: &Path, name: &str) -> Result<Vec<i64>> {
    if tensor.dtype().is_float() {
        return Err(Failure::input(format!(
            "{} has '{name}' that are no whole numbers",
            path.display()
        )));
    }
    tensor
        .to_dtype(DType::I64)
        .and_then(|tensor| tensor.flatten_all()?.to_vec1())
        .map_err(Failure::work)
}
