//! Columns with names, as Parquet and CSV files.

use std::io::Write;

use polars::error::PolarsError;
use polars::prelude::{
    Column as PolarsColumn, CsvWriter, DataFrame, NamedFrom, ParquetCompression, ParquetWriter,
    SerWriter, Series,
};

/// The values of a column, from the first row to the last; `None` where there
/// is none.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Words.
    Text(Vec<Option<String>>),
    /// Whole numbers from 0.
    Whole(Vec<Option<u64>>),
    /// Numbers.
    Number(Vec<Option<f64>>),
}

impl Values {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Whole(values) => values.len(),
            Self::Number(values) => values.len(),
        }
    }
}

/// A column: a name and values.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The name.
    pub name: String,
    /// The values.
    pub values: Values,
}

impl Column {
    /// A column.
    pub fn new(name: impl Into<String>, values: Values) -> Self {
        Self {
            name: name.into(),
            values,
        }
    }

    /// The same as polars holds it.
    pub(crate) fn to_polars(&self) -> PolarsColumn {
        let name = self.name.as_str().into();
        PolarsColumn::from(match &self.values {
            Values::Text(values) => Series::new(name, values),
            Values::Whole(values) => Series::new(name, values),
            Values::Number(values) => Series::new(name, values),
        })
    }
}

/// A table: columns of the same length, no two of one name.
#[derive(Clone, Debug)]
pub struct Table {
    frame: DataFrame,
}

impl Table {
    /// A table of columns.
    ///
    /// # Errors
    ///
    /// [`TableError::NoColumns`] without any, [`TableError::Rows`] at the first
    /// column that is not as long as the first one, [`TableError::Repeated`] at the
    /// first name that comes twice.
    pub fn new(columns: Vec<Column>) -> Result<Self, TableError> {
        let rows = columns.first().ok_or(TableError::NoColumns)?.values.rows();
        for (index, column) in columns.iter().enumerate() {
            if column.values.rows() != rows {
                return Err(TableError::Rows {
                    column: column.name.clone(),
                    rows: column.values.rows(),
                    expected: rows,
                });
            }
            if columns[..index].iter().any(|c| c.name == column.name) {
                return Err(TableError::Repeated {
                    column: column.name.clone(),
                });
            }
        }
        let columns = columns.iter().map(Column::to_polars);
        Ok(Self {
            frame: DataFrame::new(rows, columns.collect())?,
        })
    }

    /// The table as a CSV file: names in the first row, commas, quotes where they
    /// are needed, and nothing where there is no value. Numbers are the shortest
    /// that read back to the same bits.
    ///
    /// # Errors
    ///
    /// [`TableError::Format`] if polars refuses.
    pub fn to_csv(&self) -> Result<Vec<u8>, TableError> {
        let mut bytes = Vec::new();
        let mut rows = RowsWriter::csv(&mut bytes, &self.frame)?;
        rows.write(&self.frame)?;
        rows.finish()?;
        Ok(bytes)
    }

    /// The table as a Parquet file, compressed with Snappy. The same table gives
    /// the same bytes.
    ///
    /// # Errors
    ///
    /// [`TableError::Format`] if polars refuses.
    pub fn to_parquet(&self) -> Result<Vec<u8>, TableError> {
        let mut bytes = Vec::new();
        let mut rows = RowsWriter::parquet(&mut bytes, &self.frame)?;
        rows.write(&self.frame)?;
        rows.finish()?;
        Ok(bytes)
    }
}

/// A table that is written some rows at a time.
pub(crate) enum RowsWriter<W: Write> {
    Csv(polars::io::csv::write::BatchedWriter<W>),
    Parquet(Box<polars::io::parquet::write::BatchedWriter<W>>),
}

impl<W: Write> RowsWriter<W> {
    /// One for tables with the columns of `like`.
    pub(crate) fn csv(to: W, like: &DataFrame) -> Result<Self, TableError> {
        Ok(Self::Csv(CsvWriter::new(to).batched(like.schema())?))
    }

    /// The same for Parquet.
    pub(crate) fn parquet(to: W, like: &DataFrame) -> Result<Self, TableError> {
        let writer = ParquetWriter::new(to)
            .with_compression(ParquetCompression::Snappy)
            .set_parallel(false);
        Ok(Self::Parquet(Box::new(writer.batched(like.schema())?)))
    }

    /// Appends rows.
    pub(crate) fn write(&mut self, rows: &DataFrame) -> Result<(), TableError> {
        match self {
            Self::Csv(writer) => writer.write_batch(rows)?,
            Self::Parquet(writer) if rows.height() > 0 => writer.write_batch(rows)?,
            Self::Parquet(_) => {}
        }
        Ok(())
    }

    /// Ends the table.
    pub(crate) fn finish(mut self) -> Result<(), TableError> {
        match &mut self {
            Self::Csv(writer) => writer.finish()?,
            Self::Parquet(writer) => drop(writer.finish()?),
        }
        Ok(())
    }
}

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum TableError {
    /// There is no column.
    #[error("a table needs a column")]
    NoColumns,
    /// A column is longer or shorter than the first one.
    #[error("column '{column}' has {rows} rows, but the first one has {expected}")]
    Rows {
        column: String,
        rows: usize,
        /// Rows of the first column.
        expected: usize,
    },
    /// Two columns have one name.
    #[error("there are two columns '{column}'")]
    Repeated { column: String },
    /// The file can't be made or read.
    #[error("{reason}")]
    Format { reason: String },
}

/// For the frames of this crate: what Polars says is kept as text.
impl From<PolarsError> for TableError {
    fn from(error: PolarsError) -> Self {
        Self::Format {
            reason: error.to_string(),
        }
    }
}
