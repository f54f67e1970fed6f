//! Tables of results: columns with names, as Parquet and CSV files and as text
//! for papers.
//!
//! [`Table`] holds columns of text, whole numbers and numbers, each value of
//! which may be missing. [`Table::to_parquet`] and [`Table::to_csv`] give the
//! bytes of files that polars, pandas, R and DuckDB read. [`TextTable`] sets rows
//! of words as Markdown or LaTeX.
//!
//! ```
//! use orders_analysis::table::{Column, Table, Values};
//!
//! let table = Table::new(vec![
//!     Column::new("method", Values::Text(vec![Some("lpd".into()), Some("random".into())])),
//!     Column::new("total_correlation", Values::Number(vec![Some(0.65), None])),
//! ])?;
//! assert_eq!(table.to_csv()?, b"method,total_correlation\nlpd,0.65\nrandom,\n");
//! # Ok::<(), orders_analysis::table::TableError>(())
//! ```

mod columns;
mod text;

pub(crate) use columns::RowsWriter;
pub use columns::{Column, Table, TableError, Values};
pub use text::TextTable;
