//! `.npz` files of `mu` and `sigma`.

use std::io::{BufReader, Cursor, Read, Seek, Write};
use std::path::Path;

use ndarray::{Array1, Array2};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::Metadata;
use super::arrays::Entries;
use super::error::{MetricsFileError, MetricsReadError, MetricsWriteError};
use crate::metrics::statistics::Statistics;

/// The arrays that are needed.
const NEEDED: &str = "'mu' and 'sigma'";

/// The metadata that says how many images there were.
const COUNT: &str = "count";

/// The most that deflate can shrink anything.
const MOST_DEFLATED: u64 = 1032;

/// Statistics and what their file says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct StatisticsFile {
    /// The statistics; their count is known if the file was written by this
    /// crate.
    pub statistics: Statistics,
    /// The metadata; empty for files of other programs.
    pub metadata: Metadata,
}

/// Reads an `.npz` file with the arrays `mu` `[d]` and `sigma` `[d, d]`, compressed or
/// not. Other arrays in it are passed over.
///
/// O(bytes of the two arrays) time and memory.
///
/// # Errors
///
/// [`MetricsFileError`], which names the file.
pub fn read_statistics(path: impl AsRef<Path>) -> Result<StatisticsFile, MetricsFileError> {
    let path = path.as_ref();
    let file = fs_err::File::open(path).map_err(MetricsFileError::Open)?;
    // The errors of this file would name the path again.
    read(BufReader::new(file.into_file())).map_err(|source| MetricsFileError::Read {
        path: path.into(),
        what: "statistics",
        source,
    })
}

fn read(source: impl Read + Seek) -> Result<StatisticsFile, MetricsReadError> {
    let mut archive = ZipArchive::new(source)?;
    let mut metadata: Metadata = serde_json::from_slice(archive.comment()).unwrap_or_default();
    let count = metadata.remove(COUNT).and_then(|count| count.parse().ok());
    let (shape, mean) = read_array(&mut archive, "mu")?;
    let wrong_shape = |name, shape: &[u64], expected| MetricsReadError::Shape {
        name,
        shape: shape.into(),
        expected,
    };
    if shape.len() != 1 {
        return Err(wrong_shape("mu", &shape, "[d]"));
    }
    let (shape, covariance) = read_array(&mut archive, "sigma")?;
    let sides = [mean.len() as u64; 2];
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
    archive: &mut ZipArchive<impl Read + Seek>,
    name: &'static str,
) -> Result<(Vec<u64>, Vec<f64>), MetricsReadError> {
    let file = format!("{name}.npy");
    let Some(index) = archive.index_for_name(&file) else {
        return Err(MetricsReadError::NoArray {
            name,
            needed: NEEDED,
        });
    };
    let mut entry = archive.by_index(index)?;
    let (bytes, packed) = (entry.size(), entry.compressed_size());
    // The compressed bytes are in the file, the others are to be allocated.
    if bytes > packed.saturating_mul(MOST_DEFLATED) {
        return Err(MetricsReadError::Unpacked {
            name,
            bytes,
            packed,
        });
    }
    let entries = Entries::from_npy(name, &mut entry, bytes)?;
    let values = entries.read(&mut entry, |value| value)?;
    Ok((entries.shape, values))
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
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.set_comment(serde_json::to_string(&metadata)?)?;
    // Not the time of day: the same statistics give the same file.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    let d = statistics.dimensions();
    let (mean, covariance) = (statistics.mean(), statistics.covariance());
    archive.start_file("mu.npy", options)?;
    write_npy(&mut archive, &format!("({d},)"), mean.iter())?;
    archive.start_file("sigma.npy", options)?;
    write_npy(&mut archive, &format!("({d}, {d})"), covariance.iter())?;
    out.write_all(archive.finish()?.get_ref())?;
    Ok(())
}

fn write_npy<'a>(
    out: &mut impl Write,
    shape: &str,
    values: impl Iterator<Item = &'a f64>,
) -> std::io::Result<()> {
    let mut header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}");
    // Entries begin at a multiple of 64 bytes, after the 10 before the text and
    // its newline.
    let padding = 64 - (10 + header.len() + 1) % 64;
    header.extend(std::iter::repeat_n(' ', padding % 64));
    header.push('\n');
    out.write_all(b"\x93NUMPY\x01\x00")?;
    out.write_all(&(header.len() as u16).to_le_bytes())?;
    out.write_all(header.as_bytes())?;
    for value in values {
        out.write_all(&value.to_le_bytes())?;
    }
    Ok(())
}
