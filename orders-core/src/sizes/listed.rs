//! Lists of group sizes, as JSON.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::SizesError;
use crate::group_sizes::GroupSizes;

const LIST: &str = "array of whole numbers";
const LISTS: &str = "array of arrays of whole numbers";
const LOOKUP: &str = "object such as {\"256 resolution\": {\"20 steps\": [1, 2, 4]}}";

/// Group sizes from a JSON text: one list, or the list among several that is
/// for this many cells and, if it is said, this many steps.
///
/// Three forms are read: an array of whole numbers; an array of such arrays, as
/// LPD trains with; and an object of objects of such arrays, as LPD's
/// programs look sizes up in (`{"256 resolution": {"20 steps": [...]}}`). Its
/// names say nothing here: lists are known by their sum and their length. One
/// list alone is taken as it is, whatever it sums to.
///
/// ```
/// use orders_core::sizes::group_sizes_from_json;
///
/// let lookup = r#"{"64 resolution": {"3 steps": [1, 5, 10], "4 steps": [1, 3, 5, 7]}}"#;
/// let sizes = group_sizes_from_json(lookup.as_bytes(), 16, Some(3))?;
/// assert_eq!(sizes.as_slice(), [1, 5, 10]);
/// # Ok::<(), orders_core::sizes::SizesError>(())
/// ```
///
/// # Errors
///
/// [`SizesError::Json`] if it is none of these; [`SizesError::List`] if a list
/// has no sizes, or one of 0; [`SizesError::NoneListed`] and
/// [`SizesError::SeveralListed`] if not exactly one of several lists fits.
pub fn group_sizes_from_json(
    json: &[u8],
    cells: usize,
    steps: Option<usize>,
) -> Result<GroupSizes, SizesError> {
    let reason = match serde_json::from_slice::<Vec<u32>>(json) {
        Ok(list) => return Ok(GroupSizes::new(list)?),
        Err(error) => error.to_string(),
    };
    let lists: Vec<Vec<u32>> = match serde_json::from_slice(json) {
        Ok(Value::Array(items)) if items.first().is_some_and(Value::is_array) => read(json, LISTS)?,
        Ok(Value::Object(items)) if items.values().next().is_some_and(Value::is_object) => {
            let lookup: BTreeMap<String, BTreeMap<String, Vec<u32>>> = read(json, LOOKUP)?;
            let lists = lookup.into_values().flat_map(BTreeMap::into_values);
            lists.collect()
        }
        _ => return Err(SizesError::Json { form: LIST, reason }),
    };
    let mut fitting = Vec::new();
    for list in lists {
        let sizes = GroupSizes::new(list)?;
        if sizes.cells() == cells && !fitting.contains(&sizes) {
            fitting.push(sizes);
        }
    }
    let others = numbers_of_steps(&fitting);
    fitting.retain(|sizes| steps.is_none_or(|steps| sizes.steps() == steps));
    match fitting.len() {
        0 => Err(SizesError::NoneListed {
            cells,
            steps,
            others,
        }),
        1 => Ok(fitting.remove(0)),
        _ => Err(SizesError::SeveralListed {
            cells,
            steps: numbers_of_steps(&fitting),
        }),
    }
}

fn read<T: DeserializeOwned>(json: &[u8], form: &'static str) -> Result<T, SizesError> {
    serde_json::from_slice(json).map_err(|error| SizesError::Json {
        form,
        reason: error.to_string(),
    })
}

/// The different numbers of steps, smallest first.
fn numbers_of_steps(lists: &[GroupSizes]) -> Vec<usize> {
    let mut steps: Vec<usize> = lists.iter().map(GroupSizes::steps).collect();
    steps.sort_unstable();
    steps.dedup();
    steps
}
