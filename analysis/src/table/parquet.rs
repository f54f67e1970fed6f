//! Parquet files.

use std::io::Cursor;

use polars::prelude::{ParquetCompression, ParquetReader, ParquetWriter, SerReader};

use super::column::Table;
use super::error::TableError;

impl Table {
    /// The table as a Parquet file, compressed with Snappy. The same table gives
    /// the same bytes.
    ///
    /// # Errors
    ///
    /// [`TableError::Format`] if polars refuses.
    pub fn to_parquet(&self) -> Result<Vec<u8>, TableError> {
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes)
            .with_compression(ParquetCompression::Snappy)
            .set_parallel(false)
            .finish(&mut self.to_frame()?)?;
        Ok(bytes)
    }

    /// The table of a Parquet file that has columns of the kinds of
    /// [`Values`](super::Values) only.
    ///
    /// # Errors
    ///
    /// [`TableError::Format`] if it is no Parquet file, [`TableError::Kind`] at the
    /// first column of another kind.
    pub fn from_parquet(bytes: Vec<u8>) -> Result<Self, TableError> {
        Self::from_frame(&ParquetReader::new(Cursor::new(bytes)).finish()?)
    }
}
