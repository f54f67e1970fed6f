//! Maps out of `.npy` and `.safetensors` files, row by row.

use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use orders_core::files::{FloatType, Format, Malformed, NpyHeader, SafetensorsHeader};

use super::error::{AttentionFileError, AttentionReadError};
use super::locality::{AttentionLocality, HeadSums};
use super::report::AttentionReport;

/// The most maps of a file, of which the report has an entry each.
const MOST_MAPS: u64 = 1 << 16;

/// The name of the tensor.
const TENSOR: &str = "attention";

impl AttentionLocality {
    /// Measures the maps of a file: an array of shape [layers, heads, tokens,
    /// tokens], [heads, tokens, tokens] (layer 0) or [tokens, tokens] (layer 0,
    /// head 0), in C order.
    ///
    /// `.npy` files hold float16, float32 or float64; `.safetensors` files also
    /// bfloat16, in the tensor `attention` or the only one there is. The file
    /// is read once, row by row; memory does not grow with the number of maps,
    /// but for the report. Sizes that it declares are held against its length
    /// and against the grid before anything is allocated.
    ///
    /// # Errors
    ///
    /// [`AttentionFileError`], which names the file.
    pub fn measure_file(
        &self,
        path: impl AsRef<Path>,
    ) -> Result<AttentionReport, AttentionFileError> {
        let path = path.as_ref();
        let format = match Format::from_path(path) {
            Ok(format @ (Format::Npy | Format::Safetensors)) => format,
            _ => return Err(AttentionFileError::Extension { path: path.into() }),
        };
        let source = fs_err::File::open(path).map_err(AttentionFileError::Open)?;
        // The errors of this file would name the path again.
        self.measure_reader(source.into_file(), format)
            .map_err(|source| AttentionFileError::Read {
                path: path.into(),
                source,
            })
    }

    /// Measures the maps of a file from where `source` stands to its end, as
    /// [`measure_file`](Self::measure_file) does.
    ///
    /// # Errors
    ///
    /// [`AttentionReadError`] at the first fault.
    pub fn measure_reader(
        &self,
        mut source: impl Read + Seek,
        format: Format,
    ) -> Result<AttentionReport, AttentionReadError> {
        let start = source.stream_position()?;
        let end = source.seek(SeekFrom::End(0))?;
        source.seek(SeekFrom::Start(start))?;
        let length = end.saturating_sub(start);
        if length == 0 {
            return Err(Malformed::Empty.into());
        }
        // A file that grows while it is read ends where it did.
        let mut source = BufReader::with_capacity(1 << 18, source.take(length));
        let maps = match format {
            Format::Npy => open_npy(&mut source, length, self.tokens())?,
            Format::Safetensors => open_safetensors(&mut source, length, self.tokens())?,
            _ => return Err(AttentionReadError::Format { format }),
        };

        let tokens = self.tokens();
        let mut bytes = vec![0; tokens * maps.entries.width()];
        let mut weights = Vec::with_capacity(tokens);
        let mut heads = Vec::new();
        for layer in 0..maps.layers {
            for head in 0..maps.heads {
                let mut sums = HeadSums::new(self, layer, head);
                for _ in 0..tokens {
                    source.read_exact(&mut bytes)?;
                    weights.clear();
                    maps.entries.decode(&bytes, &mut weights);
                    sums.add_row(&weights)?;
                }
                heads.push(sums.finish());
            }
        }
        Ok(AttentionReport::from_heads(heads)?)
    }
}

/// The maps of a file, whose bytes are all there and come next.
struct Maps {
    layers: usize,
    heads: usize,
    entries: FloatType,
}

impl Maps {
    /// Maps of this shape, with their size in bytes.
    fn new(
        shape: &[u64],
        entries: FloatType,
        tokens: usize,
    ) -> Result<(Self, u64), AttentionReadError> {
        let wrong_shape = || AttentionReadError::Shape {
            shape: shape.into(),
            tokens,
        };
        let (layers, heads, sides) = match *shape {
            [layers, heads, rows, columns] => (layers, heads, [rows, columns]),
            [heads, rows, columns] => (1, heads, [rows, columns]),
            [rows, columns] => (1, 1, [rows, columns]),
            _ => return Err(wrong_shape()),
        };
        if sides != [tokens as u64; 2] {
            return Err(wrong_shape());
        }
        let maps = layers.saturating_mul(heads);
        if maps > MOST_MAPS {
            return Err(AttentionReadError::TooManyMaps {
                maps,
                limit: MOST_MAPS,
            });
        }
        let bytes = sides
            .iter()
            .try_fold(maps, |product, &side| product.checked_mul(side))
            .and_then(|entry_count| entry_count.checked_mul(entries.width() as u64));
        let maps = Self {
            // At most 2^16 where there is any map; of none, nothing is read.
            layers: usize::try_from(layers.min(maps)).unwrap_or(0),
            heads: usize::try_from(heads.min(maps)).unwrap_or(0),
            entries,
        };
        Ok((maps, bytes.unwrap_or(u64::MAX)))
    }
}

/// Whether a file of `length` bytes ends after `needed`.
fn check_length(length: u64, needed: u64) -> Result<(), Malformed> {
    match length {
        _ if length < needed => Err(Malformed::Truncated { length, needed }),
        _ if length > needed => Err(Malformed::TrailingBytes { length, needed }),
        _ => Ok(()),
    }
}

fn open_npy(
    source: &mut impl Read,
    length: u64,
    tokens: usize,
) -> Result<Maps, AttentionReadError> {
    let header = NpyHeader::read(source, length)?;
    let entries =
        FloatType::from_numpy(&header.descr).ok_or_else(|| AttentionReadError::EntryType {
            found: excerpt(&header.descr),
        })?;
    if header.fortran_order {
        return Err(Malformed::NpyFortranOrder.into());
    }
    let (maps, bytes) = Maps::new(&header.shape, entries, tokens)?;
    check_length(length, header.data_at.saturating_add(bytes))?;
    Ok(maps)
}

fn open_safetensors(
    source: &mut impl Read,
    length: u64,
    tokens: usize,
) -> Result<Maps, AttentionReadError> {
    let header = SafetensorsHeader::read(source, length)?;
    let tensor = header.tensor(TENSOR).ok_or(AttentionReadError::NoTensor {
        tensors: header.tensors(),
    })?;
    let entries =
        FloatType::from_safetensors(tensor.dtype).ok_or_else(|| AttentionReadError::EntryType {
            found: tensor.dtype.to_string(),
        })?;
    let shape: Vec<u64> = tensor.shape.iter().map(|&side| side as u64).collect();
    let (maps, bytes) = Maps::new(&shape, entries, tokens)?;
    // So far the file is as long as all tensors; this one must be as long as its
    // shape says, whatever the crate checks.
    let (before, after) = (tensor.data_offsets.0 as u64, tensor.data_offsets.1 as u64);
    check_length(after, before.saturating_add(bytes))?;
    SafetensorsHeader::skip_to(tensor, source)?;
    Ok(maps)
}

/// Text that may come from a file, as a message can show it: without control
/// characters, and cut if it is long.
fn excerpt(text: &str) -> String {
    text.chars()
        .take(160)
        .filter(|character| !character.is_control())
        .collect()
}
