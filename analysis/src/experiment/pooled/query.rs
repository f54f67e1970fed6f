//! What polars is asked of frames.

use polars::prelude::{
    AnyValue, BooleanChunked, ChunkCompareEq, Column as PolarsColumn, DataFrame, DataFrameJoinOps,
    DataType, JoinArgs, JoinType, MaintainOrderJoin,
};

use crate::table::TableError;

/// Rows of two frames that have the same values of some columns, of the second frame
/// those of a mask.
pub(super) fn pairs(
    first: &DataFrame,
    second: &DataFrame,
    mask: &BooleanChunked,
    columns: &[String],
) -> Result<Vec<(usize, usize)>, TableError> {
    let numbered = |frame: &DataFrame, name: &str| {
        let frame = frame.select(columns)?;
        frame.with_row_index(name.into(), None)
    };
    let second = numbered(second, "second")?.filter(mask)?;
    let args = JoinArgs {
        nulls_equal: true,
        maintain_order: MaintainOrderJoin::LeftRight,
        ..JoinArgs::new(JoinType::Inner)
    };
    let joined = numbered(first, "first")?.join(&second, columns, columns, args, None)?;
    let rows = |name| -> Result<Vec<usize>, TableError> {
        let rows = joined.column(name)?.idx()?.into_no_null_iter();
        Ok(rows.map(|row| row as usize).collect())
    };
    Ok(rows("first")?.into_iter().zip(rows("second")?).collect())
}

/// Which values of a column are a text, or the number that it says.
pub(super) fn having(column: &PolarsColumn, text: &str) -> Result<BooleanChunked, TableError> {
    let none = || all_of(false, column.len());
    Ok(match column.dtype() {
        DataType::String => column.str()?.equal(text),
        DataType::UInt64 => match text.parse::<u64>() {
            Ok(number) => column.u64()?.equal(number),
            Err(_) => none(),
        },
        _ => match text.parse::<f64>() {
            Ok(number) => column.f64()?.equal(number),
            Err(_) => none(),
        },
    })
}

/// A value in words.
pub(super) fn text(column: &PolarsColumn, row: usize) -> Option<String> {
    match column.get(row).ok()? {
        AnyValue::UInt64(number) => Some(number.to_string()),
        AnyValue::Float64(number) => Some(number.to_string()),
        value => value.get_str().map(str::to_owned),
    }
}

pub(super) fn all_of(value: bool, rows: usize) -> BooleanChunked {
    std::iter::repeat_n(Some(value), rows).collect()
}
