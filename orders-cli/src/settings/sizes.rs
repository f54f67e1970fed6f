//! Group sizes, from flags.

use std::path::Path;

use orders_core::files::open_regular;
use orders_core::sizes::{
    ReleasedSizes, ResolvedSizes, SizesChoice, SizesError, SizesRequest, group_sizes_from_json,
};
use orders_core::{Catalogue, GroupSizes, KnownCells, OrderingMethod, Shape, UnknownName};

use crate::args::SizesArgs;
use crate::bounded_file::read_bounded;
use crate::failure::{Failure, Result, reason};

/// The longest file of group sizes that is read.
const MAX_SIZES_BYTES: u64 = 4 << 20;

/// The group sizes that flags ask for, for the free cells of a grid and a method, if they
/// do. A method comes with the catalogue that it is from. Where there is no method, those
/// of its own ask for nothing.
pub(crate) fn sizes(
    args: &SizesArgs,
    known: &KnownCells,
    method: Option<(&Catalogue, &dyn OrderingMethod)>,
) -> Result<Option<ResolvedSizes>> {
    if args.first_group.is_some() && args.shape.is_none() && known.count() == 0 {
        return Err(Failure::input(
            "--first-group needs --shape as well, unless cells are known",
        ));
    }
    let request = SizesRequest {
        steps: args.steps,
        first_group: args.first_group,
        method: method.map(|(_, method)| method),
        ..SizesRequest::new(known, None)
    };
    let choice = match (&args.group_sizes, &args.shape) {
        (Some(text), _) => listed(text, &request)?,
        (None, Some(name)) => shape(name, args.steps)?,
        (None, None) if args.steps.is_none() => return Ok(None),
        (None, None) => SizesChoice::Usual,
    };
    if choice == SizesChoice::Own && method.is_none() {
        return Ok(None);
    }
    resolved(&choice, &request, method.map(|(catalogue, _)| catalogue)).map(Some)
}

/// The sizes of a choice; `catalogue` is where the method of the request is from.
pub(crate) fn resolved(
    choice: &SizesChoice,
    request: &SizesRequest<'_>,
    catalogue: Option<&Catalogue>,
) -> Result<ResolvedSizes> {
    choice
        .resolve(request)
        .map_err(|error| match (error, catalogue) {
            (error @ SizesError::NoneOwn { .. }, Some(catalogue)) => {
                let having = match &catalogue.names_of(|can| can.own_sizes)[..] {
                    [] => "no method has".to_owned(),
                    names => format!("methods that have: {}", names.join(", ")),
                };
                Failure::input(format!("--group-sizes own: {error}; {having}"))
            }
            (error @ SizesError::Shape(_), _) => Failure::input_at("--steps", &error),
            (error, _) => Failure::bad_input(error),
        })
}

/// What `--shape` names: a formula, or the sizes of a published program.
pub(crate) fn shape(name: &str, steps: Option<usize>) -> Result<SizesChoice> {
    let released = ReleasedSizes::ALL.iter().find(|(known, _)| *known == name);
    let choice = match released {
        Some((_, program)) => SizesChoice::Released(*program),
        None => Shape::from_name(name)
            .map_err(|error| Failure::input_at("--shape", &error))?
            .map(SizesChoice::Shape)
            .ok_or_else(|| {
                let released = ReleasedSizes::ALL.iter().map(|(name, _)| *name);
                let known = Shape::NAMES.into_iter().chain(released);
                Failure::bad_input(UnknownName::new("shape", name, known))
            })?,
    };
    if steps.is_none() && choice != SizesChoice::Shape(Shape::OneByOne) {
        return Err(Failure::input(format!(
            "--shape {name} needs --steps as well"
        )));
    }
    Ok(choice)
}

/// The group sizes of a value of `--group-sizes` for the free cells of a grid: a list, or a
/// file with one.
pub(crate) fn listed_sizes(text: &str, known: &KnownCells) -> Result<GroupSizes> {
    let request = SizesRequest::new(known, None);
    let choice = listed(text, &request)?;
    let sizes = resolved(&choice, &request, None)?.sizes;
    super::problem(known.clone(), &sizes, format!("--group-sizes {text}"))?;
    Ok(sizes)
}

/// What `--group-sizes` says: a list, `own`, or a file with lists, of which `--steps` may
/// choose one.
fn listed(text: &str, request: &SizesRequest<'_>) -> Result<SizesChoice> {
    let at_flag = |error: &SizesError| Failure::input_at("--group-sizes", error);
    let read = match text.parse::<SizesChoice>() {
        Ok(choice @ (SizesChoice::Own | SizesChoice::Listed(_))) => Some(choice),
        Err(error @ (SizesError::Size { .. } | SizesError::List(_))) => {
            return Err(at_flag(&error));
        }
        // Other names are those of files.
        Ok(_) | Err(_) => None,
    };
    match (read, request.steps) {
        (Some(_), Some(_)) => Err(Failure::input(
            "the argument '--steps <K>' cannot be used with '--group-sizes <LIST|FILE>', unless that is a file of several lists",
        )),
        (Some(choice), None) => Ok(choice),
        (None, steps) => {
            let path = Path::new(text);
            if let Err(error) = open_regular(path) {
                return Err(Failure::input(format!(
                    "--group-sizes: '{text}' is neither a list such as 1,5,10 nor a file that can be read: {}",
                    reason(&error)
                )));
            }
            let json = read_bounded(path, "group sizes", MAX_SIZES_BYTES, "--group-sizes")?;
            let sizes = group_sizes_from_json(&json, request.known.free_count(), steps);
            let sizes = sizes.map_err(|error| match error {
                SizesError::Json { form, reason } => {
                    Failure::input(format!("{text} is no JSON {form}: {reason}"))
                }
                error => Failure::input_at(text, &error),
            })?;
            match steps {
                Some(steps) if steps != sizes.steps() => Err(Failure::input(format!(
                    "--steps {steps}: the list in {text} has {} steps",
                    sizes.steps()
                ))),
                _ => Ok(SizesChoice::Listed(sizes)),
            }
        }
    }
}
