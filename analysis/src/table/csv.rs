//! CSV files.

use std::io::Cursor;
use std::sync::Arc;

use polars::prelude::{
    CsvReadOptions, CsvWriter, DataType, Field, NullValues, Schema, SerReader, SerWriter,
};

use super::column::{Kind, Table};
use super::error::TableError;

impl Table {
    /// The table as a CSV file: names in the first row, commas, quotes where they
    /// are needed, and nothing where there is no value. Numbers are the shortest
    /// that read back to the same bits.
    ///
    /// # Errors
    ///
    /// [`TableError::Format`] if polars refuses.
    pub fn to_csv(&self) -> Result<Vec<u8>, TableError> {
        let mut bytes = Vec::new();
        CsvWriter::new(&mut bytes).finish(&mut self.to_frame()?)?;
        Ok(bytes)
    }

    /// The table of a CSV file, whose columns hold what `kinds` says, from the
    /// left: the file does not tell words from numbers.
    ///
    /// # Errors
    ///
    /// [`TableError::Format`] if it is no CSV file of such columns.
    pub fn from_csv(bytes: Vec<u8>, kinds: &[(&str, Kind)]) -> Result<Self, TableError> {
        let fields = kinds.iter().map(|&(name, kind)| {
            let dtype = match kind {
                Kind::Text => DataType::String,
                Kind::Whole => DataType::UInt64,
                Kind::Number => DataType::Float64,
            };
            Field::new(name.into(), dtype)
        });
        let options = CsvReadOptions::default()
            .with_has_header(true)
            .with_schema(Some(Arc::new(Schema::from_iter(fields))))
            .map_parse_options(|options| {
                options.with_null_values(Some(NullValues::AllColumnsSingle("".into())))
            });
        let reader = options.into_reader_with_file_handle(Cursor::new(bytes));
        Self::from_frame(&reader.finish()?)
    }
}
