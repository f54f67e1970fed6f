//! Columns, and tables of them.

use polars::prelude::{Column as PolarsColumn, DataFrame, DataType, NamedFrom, Series};

use super::error::TableError;

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
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Whole(values) => values.len(),
            Self::Number(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the column holds.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Whole(_) => Kind::Whole,
            Self::Number(_) => Kind::Number,
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// Whole numbers from 0.
    Whole,
    /// Numbers.
    Number,
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
}

/// A table: columns of the same length, no two of one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    columns: Vec<Column>,
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
        let rows = columns.first().ok_or(TableError::NoColumns)?.values.len();
        for (index, column) in columns.iter().enumerate() {
            if column.values.len() != rows {
                return Err(TableError::Rows {
                    column: column.name.clone(),
                    rows: column.values.len(),
                    expected: rows,
                });
            }
            if columns[..index].iter().any(|c| c.name == column.name) {
                return Err(TableError::Repeated {
                    column: column.name.clone(),
                });
            }
        }
        Ok(Self { columns })
    }

    /// The columns, from the left.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// The values of a column; `None` if there is none of this name.
    pub fn values(&self, column: &str) -> Option<&Values> {
        let mut columns = self.columns.iter();
        columns.find(|c| c.name == column).map(|c| &c.values)
    }

    /// The same as polars holds it.
    pub(super) fn to_frame(&self) -> Result<DataFrame, TableError> {
        let columns = self.columns.iter().map(|column| {
            let name = column.name.as_str().into();
            PolarsColumn::from(match &column.values {
                Values::Text(values) => Series::new(name, values),
                Values::Whole(values) => Series::new(name, values),
                Values::Number(values) => Series::new(name, values),
            })
        });
        Ok(DataFrame::new(self.rows(), columns.collect())?)
    }

    /// What polars holds, if it is of the kinds of [`Values`].
    pub(super) fn from_frame(frame: &DataFrame) -> Result<Self, TableError> {
        let column = |column: &PolarsColumn| {
            let series = column.as_materialized_series();
            let values = match series.dtype() {
                DataType::String => {
                    let values = series.str()?.iter();
                    Values::Text(values.map(|value| value.map(str::to_owned)).collect())
                }
                DataType::UInt64 => Values::Whole(series.u64()?.iter().collect()),
                DataType::Float64 => Values::Number(series.f64()?.iter().collect()),
                other => {
                    return Err(TableError::Kind {
                        column: series.name().to_string(),
                        kind: other.to_string(),
                    });
                }
            };
            Ok(Column::new(series.name().as_str(), values))
        };
        Self::new(
            frame
                .columns()
                .iter()
                .map(column)
                .collect::<Result<_, _>>()?,
        )
    }
}
