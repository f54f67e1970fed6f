//! `.npz` files of `mu` and `sigma`.

use std::io::{BufReader, Read, Seek, Write};
use std::path::Path;

use ndarray::{Array1, Array2};
use orders_arrays::{NpzFile, NpzWriter};
use orders_core::files::open_regular;

use super::Metadata;
use super::error::{MetricsFileError, MetricsReadError, MetricsWriteError};
use crate::metrics::statistics::{MOST_DIMENSIONS, Statistics};

/// The metadata that says how many images there were.
const COUNT: &str = "count";

/// The most bytes of an array: those of `sigma` for as many dimensions as there may be, and a
/// header.
const MOST_BYTES: u64 = 8 * (MOST_DIMENSIONS * MOST_DIMENSIONS) as u64 + (1 << 16);

/// Statistics and what their file says of itself.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StatisticsFile {
    /// The statistics; their count is known if the file was written by this
    /// crate.
    pub statistics: Statistics,
    /// The metadata; empty for files of other programs.
    pub metadata: Metadata,
}

/// Reads an `.npz` file with the arrays `mu` `[d]` (or `[1, d]`) and `sigma` `[d, d]`,
/// compressed or not, in C or Fortran order. Other arrays in it are passed
/// over.
///
/// O(bytes of the two arrays) time and memory.
///
/// # Errors
///
/// [`MetricsFileError`], which names the file.
pub fn read_statistics(path: impl AsRef<Path>) -> Result<StatisticsFile, MetricsFileError> {
    let path = path.as_ref();
    let file = open_regular(path).map_err(MetricsFileError::Open)?;
    read(BufReader::new(file)).map_err(|source| MetricsFileError::Read {
        path: path.into(),
        what: "statistics",
        source,
    })
}

fn read(source: impl Read + Seek) -> Result<StatisticsFile, MetricsReadError> {
    let mut file = NpzFile::open(source)?;
    let mut metadata: Metadata = serde_json::from_slice(file.comment()).unwrap_or_default();
    let count = metadata.remove(COUNT).and_then(|count| count.parse().ok());
    let (shape, mean) = read_array(&mut file, "mu")?;
    let wrong_shape = |name, shape: &[usize], expected| MetricsReadError::Shape {
        name,
        shape: shape.into(),
        expected,
    };
    if !matches!(shape[..], [_] | [1, _]) {
        return Err(wrong_shape("mu", &shape, "[d] or [1, d]"));
    }
    let (shape, covariance) = read_array(&mut file, "sigma")?;
    let sides = [mean.len(); 2];
    let fits = shape == sides;
    let covariance = Array2::from_shape_vec((mean.len(), mean.len()), covariance);
    let (true, Ok(covariance)) = (fits, covariance) else {
        return Err(wrong_shape(
            "sigma",
            &shape,
            "[d, d], for the d entries of 'mu'",
        ));
    };
    let statistics = Statistics::new(Array1::from_vec(mean), covariance, count)?;
    Ok(StatisticsFile {
        statistics,
        metadata,
    })
}

fn read_array(
    file: &mut NpzFile<impl Read + Seek>,
    name: &'static str,
) -> Result<(Vec<usize>, Vec<f64>), MetricsReadError> {
    let array = file.array(name, MOST_BYTES)?;
    let array = array.ok_or_else(|| MetricsReadError::NoArray {
        name,
        found: file.names(),
    })?;
    let shape = array.shape().to_vec();
    Ok((shape, array.entries()?.read_all()?))
}

/// Writes statistics as an `.npz` file, as `numpy.savez(out, mu=mu, sigma=sigma)`
/// does, with `metadata` and the number of images as JSON in the file's comment.
/// The same statistics give the same bytes.
///
/// O(d^2) time and memory.
///
/// # Errors
///
/// [`MetricsWriteError`].
pub fn write_statistics(
    out: &mut impl Write,
    statistics: &Statistics,
    metadata: &Metadata,
) -> Result<(), MetricsWriteError> {
    let mut metadata = metadata.clone();
    if let Some(count) = statistics.count() {
        metadata.insert(COUNT.into(), count.to_string());
    }
    let metadata = serde_json::to_string(&metadata)
        .map_err(|error| MetricsWriteError::Metadata(error.into()))?;
    let mut file = NpzWriter::new(metadata);
    let d = statistics.dimensions();
    let (mean, covariance) = (statistics.mean(), statistics.covariance());
    file.add("mu", &[d], mean.iter().copied())?;
    file.add("sigma", &[d, d], covariance.iter().copied())?;
    out.write_all(&file.finish()?)?;
    Ok(())
}
