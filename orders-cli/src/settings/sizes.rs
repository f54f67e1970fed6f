//! Group sizes, from flags.

use std::path::Path;

use orders_core::{
    Catalogue, FirstGroup, GroupSizes, KnownCells, OrderingMethod, Shape, UnknownName,
};

use crate::args::{FirstGroupArg, OptionalSizesArgs};
use crate::bounded_file::read_bounded;
use crate::failure::Failure;

/// The longest file of group sizes that is read.
const MAX_SIZES_BYTES: u64 = 4 << 20;

/// What is typed for the sizes that belong to the method.
const OWN: &str = "own";

/// Group sizes, and where they came from.
#[derive(Debug)]
pub(crate) struct Sizes {
    pub(crate) sizes: GroupSizes,
    /// A word for file names where they are not what a user would expect of
    /// grid and steps alone.
    pub(crate) label: Option<String>,
    /// What a user should know of them.
    pub(crate) note: Option<String>,
}

/// The group sizes that flags ask for, for the free cells of a grid and a method,
/// if they do. A method comes with
/// the catalogue that it is from. Where there is no method, those of its own ask for nothing.
pub(crate) fn sizes(
    args: &OptionalSizesArgs,
    known: &KnownCells,
    method: Option<(&Catalogue, &dyn OrderingMethod)>,
) -> Result<Option<Sizes>, Failure> {
    let first = args.other.first_group;
    match (&args.other.group_sizes, &args.other.shape, args.steps) {
        (Some(text), ..) if text == OWN => method
            .map(|(catalogue, method)| own_sizes(catalogue, known, method))
            .transpose(),
        (Some(text), ..) => Ok(Some(Sizes {
            sizes: listed_sizes(text)?,
            label: Some("custom".into()),
            note: None,
        })),
        (None, Some(name), steps) => shape_sizes(name, steps, first, known).map(Some),
        (None, None, _) if first.is_some() && known.count() == 0 => Err(Failure::input(
            "--first-group needs --shape as well, unless cells are known",
        )),
        (None, None, None) => Ok(None),
        (None, None, Some(steps)) => default_sizes(steps, first, known).map(Some),
    }
}

/// The sizes that belong to a method.
fn own_sizes(
    catalogue: &Catalogue,
    known: &KnownCells,
    method: &dyn OrderingMethod,
) -> Result<Sizes, Failure> {
    let sizes = method
        .own_group_sizes(known)
        .map_err(|error| Failure::bad_input(&error))?;
    let sizes = sizes.ok_or_else(|| {
        let having = catalogue.names_of(|can| can.own_sizes);
        let having = match having[..] {
            [] => "no method has".to_owned(),
            _ => format!("methods that have: {}", having.join(", ")),
        };
        Failure::input(format!(
            "--group-sizes {OWN}: method {} has no group sizes of its own; {having}",
            method.name()
        ))
    })?;
    Ok(Sizes {
        sizes,
        label: Some(OWN.into()),
        note: None,
    })
}

/// The sizes of a number of steps alone: published ones if there are, else
/// those of the cosine shape.
fn default_sizes(
    steps: usize,
    first: Option<FirstGroupArg>,
    known: &KnownCells,
) -> Result<Sizes, Failure> {
    let grid = known.grid();
    let published = GroupSizes::published(grid, steps).filter(|_| known.count() == 0);
    if let Some(sizes) = published {
        return Ok(Sizes {
            sizes,
            label: None,
            note: None,
        });
    }
    let first = first_group(first, known);
    let sizes = Shape::Cosine
        .group_sizes(known.free_count(), steps, first)
        .map_err(|error| Failure::input_at("--steps", &error))?;
    let note = match (known.count(), first) {
        (0, _) => format!(
            "no group sizes were published for {grid} in {steps} step{}; these are the cosine shape's",
            if steps == 1 { "" } else { "s" }
        ),
        (_, FirstGroup::One) => {
            "group sizes are the cosine shape's for the free cells, after a first group of one"
                .into()
        }
        (_, FirstGroup::Formula) => {
            "group sizes are the cosine shape's for the free cells, the first group by formula too"
                .into()
        }
    };
    Ok(Sizes {
        sizes,
        label: None,
        note: Some(note),
    })
}

/// The sizes of a shape that is asked for by name.
fn shape_sizes(
    name: &str,
    steps: Option<usize>,
    first: Option<FirstGroupArg>,
    known: &KnownCells,
) -> Result<Sizes, Failure> {
    let shape = Shape::from_name(name)
        .map_err(|error| Failure::input_at("--shape", &error))?
        .ok_or_else(|| Failure::bad_input(&UnknownName::new("shape", name, Shape::NAMES)))?;
    let cells = known.free_count();
    let steps = match (steps, shape) {
        (Some(steps), _) => steps,
        (None, Shape::OneByOne) => cells,
        (None, _) => {
            return Err(Failure::input(format!(
                "--shape {name} needs --steps as well"
            )));
        }
    };
    let sizes = shape
        .group_sizes(cells, steps, first_group(first, known))
        .map_err(|error| Failure::input_at("--steps", &error))?;
    Ok(Sizes {
        sizes,
        label: Some(name.replace(':', "")),
        note: None,
    })
}

/// Without known cells there is nothing to condition a larger group on.
fn first_group(first: Option<FirstGroupArg>, known: &KnownCells) -> FirstGroup {
    match first {
        Some(FirstGroupArg::One) => FirstGroup::One,
        Some(FirstGroupArg::Formula) => FirstGroup::Formula,
        None if known.count() > 0 => FirstGroup::Formula,
        None => FirstGroup::One,
    }
}

/// Group sizes from a list, or from a file with a JSON array.
fn listed_sizes(text: &str) -> Result<GroupSizes, Failure> {
    let is_list = !text.trim().is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_digit() || c.is_whitespace() || ",[]".contains(c));
    let (place, list): (String, Vec<u32>) = if is_list {
        let place = "--group-sizes".to_owned();
        let parts = text
            .trim()
            .trim_start_matches('[')
            .trim_end_matches(']')
            .split(',');
        let sizes = parts.map(|part| {
            part.trim().parse().map_err(|_| {
                Failure::input(format!(
                    "--group-sizes: '{}' is no size; write whole numbers with commas between them, for example 1,5,10",
                    part.trim()
                ))
            })
        });
        (place, sizes.collect::<Result<_, _>>()?)
    } else {
        let path = Path::new(text);
        let bytes = read_bounded(path, "group sizes", MAX_SIZES_BYTES, |why| {
            format!(
                "--group-sizes: '{text}' is neither a list such as 1,5,10 nor a file that can be read: {why}"
            )
        })?;
        let list = serde_json::from_slice(&bytes).map_err(|error| {
            Failure::input(format!("{text} is no JSON array of whole numbers: {error}"))
        })?;
        (text.to_owned(), list)
    };
    GroupSizes::new(list).map_err(|error| Failure::input_at(place, &error))
}
