//! Maps out of `.npy` and `.safetensors` files, row by row.

use std::io::{Read, Seek};
use std::path::Path;

use orders_arrays::{Array, SafetensorsFile, open_npy};
use orders_core::files::{Format, open_regular};

use super::error::{AttentionFileError, AttentionReadError};
use super::locality::{AttentionLocality, HeadSums};
use super::report::AttentionReport;

/// The most maps of a file, of which the report has an entry each.
const MOST_MAPS: usize = 1 << 16;

/// The name of the tensor.
const TENSOR: &str = "attention";

impl AttentionLocality {
    /// Measures the maps of a file: an array of shape [layers, heads, tokens,
    /// tokens], [heads, tokens, tokens] (layer 0) or [tokens, tokens] (layer 0,
    /// head 0).
    ///
    /// `.npy` files hold float16, float32 or float64; `.safetensors` files also
    /// bfloat16, in the tensor `attention` or the only one there is. The file
    /// is read row by row; memory does not grow with the number of maps, but for the
    /// report (and for arrays in Fortran order, which are read in blocks of whole
    /// layers, or heads where there is one layer). Sizes that it declares are held against its length
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
        let source = open_regular(path).map_err(AttentionFileError::Open)?;
        self.measure_reader(source, format)
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
        source: impl Read + Seek,
        format: Format,
    ) -> Result<AttentionReport, AttentionReadError> {
        match format {
            Format::Npy => self.measure_maps(open_npy(source)?),
            Format::Safetensors => {
                let mut file = SafetensorsFile::open(source)?;
                self.measure_maps(file.array_or_only(TENSOR)?)
            }
            _ => Err(AttentionReadError::Format { format }),
        }
    }

    fn measure_maps(
        &self,
        array: Array<impl Read + Seek>,
    ) -> Result<AttentionReport, AttentionReadError> {
        let tokens = self.tokens();
        let (layers, heads) = match *array.shape() {
            [layers, heads, rows, columns] if [rows, columns] == [tokens; 2] => (layers, heads),
            [heads, rows, columns] if [rows, columns] == [tokens; 2] => (1, heads),
            [rows, columns] if [rows, columns] == [tokens; 2] => (1, 1),
            _ => {
                let shape = array.shape().into();
                return Err(AttentionReadError::Shape { shape, tokens });
            }
        };
        let maps = layers.saturating_mul(heads);
        if maps > MOST_MAPS {
            return Err(AttentionReadError::TooManyMaps {
                maps,
                limit: MOST_MAPS,
            });
        }
        let mut entries = array.entries()?;
        let mut weights = Vec::with_capacity(tokens);
        let mut measured = Vec::new();
        // Of no map, nothing is read, however many layers or heads there are.
        for (layer, head) in (0..maps).map(|map| (map / heads, map % heads)) {
            let mut sums = HeadSums::new(self, layer, head);
            for _ in 0..tokens {
                weights.clear();
                entries.read(tokens, &mut weights)?;
                sums.add_row(&weights)?;
            }
            measured.push(sums.finish());
        }
        Ok(AttentionReport::from_heads(measured)?)
    }
}
