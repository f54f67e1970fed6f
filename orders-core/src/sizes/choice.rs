//! How group sizes are chosen.

use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::SizesError;
use super::released::ReleasedSizes;
use crate::group_sizes::GroupSizes;
use crate::known::KnownCells;
use crate::method::OrderingMethod;
use crate::shape::{FirstGroup, Shape};

/// How group sizes are chosen; the number of steps, where it takes one, is said
/// in the [`SizesRequest`].
///
/// Written and read as text: one of the [`names`](Self::names), or a list such
/// as `1,5,10`.
///
/// ```
/// use orders_core::sizes::{SizesChoice, SizesRequest};
/// use orders_core::{Grid, KnownCells};
///
/// let known = KnownCells::none(Grid::new(4, 6)?);
/// let choice: SizesChoice = "power:2.5".parse()?;
/// let resolved = choice.resolve(&SizesRequest::new(&known, Some(5)))?;
/// assert_eq!(resolved.sizes.as_slice(), [1, 2, 4, 7, 10]);
/// assert_eq!(choice.to_string(), "power:2.5");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SizesChoice {
    /// The published list of the grid and the steps; where there is none, or
    /// cells are known, the sizes of [`Shape::Cosine`], and a note that says so.
    Usual,
    /// The published list of the grid and the steps.
    Published,
    /// A formula.
    Shape(Shape),
    /// Those of a published program.
    Released(ReleasedSizes),
    /// The cheapest for a method's orders, found by whoever resolves the choice
    /// ([`resolve_with`](Self::resolve_with)).
    Optimal,
    /// Those that belong to the method.
    Own,
    /// A list.
    Listed(GroupSizes),
}

/// What group sizes are chosen for.
#[derive(Clone, Copy)]
pub struct SizesRequest<'a> {
    /// The grid, and the cells of it that are known.
    pub known: &'a KnownCells,
    /// The number of steps, for choices that take one.
    pub steps: Option<usize>,
    /// The size of the first group of a shape. `None` is [`FirstGroup::One`]; with
    /// known cells, which are a context for a larger group, it is
    /// [`FirstGroup::Formula`].
    pub first_group: Option<FirstGroup>,
    /// The method whose orders are cut into the groups, if there is one.
    pub method: Option<&'a dyn OrderingMethod>,
}

/// Group sizes that were chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct ResolvedSizes {
    /// The sizes. A list is as it was given: whether it sums to the free cells
    /// is found where the [`Problem`](crate::Problem) is made.
    pub sizes: GroupSizes,
    /// A word for file names, where the sizes are not what a user would expect of
    /// grid and steps alone.
    pub label: Option<String>,
    /// What a user should know of them: a sentence without its full stop.
    pub note: Option<String>,
}

impl SizesChoice {
    /// The names that are read: all choices but lists.
    pub fn names() -> Vec<&'static str> {
        let mut names = vec!["published", "optimal", "own", "usual"];
        names.extend(Shape::NAMES);
        names.extend(ReleasedSizes::ALL.iter().map(|(name, _)| *name));
        names
    }

    /// Whether they are made for a number of steps.
    pub fn takes_steps(&self) -> bool {
        match self {
            Self::Usual | Self::Published | Self::Released(_) | Self::Optimal => true,
            Self::Shape(shape) => *shape != Shape::OneByOne,
            Self::Own | Self::Listed(_) => false,
        }
    }

    /// The sizes, for choices other than [`Optimal`](Self::Optimal).
    ///
    /// # Errors
    ///
    /// [`SizesError`]: steps are missing or impossible, nothing was published,
    /// or the method is missing, can't do the grid or has no sizes of its own;
    /// [`SizesError::NotSearched`] for optimal sizes.
    pub fn resolve(&self, request: &SizesRequest<'_>) -> Result<ResolvedSizes, SizesError> {
        self.resolve_with(request, |_| Err(SizesError::NotSearched))
    }

    /// The sizes. Optimal ones are looked for by `optimal`, given the number of
    /// steps.
    ///
    /// # Errors
    ///
    /// As [`resolve`](Self::resolve), and what `optimal` returns.
    pub fn resolve_with<E: From<SizesError>>(
        &self,
        request: &SizesRequest<'_>,
        optimal: impl FnOnce(usize) -> Result<GroupSizes, E>,
    ) -> Result<ResolvedSizes, E> {
        let known = request.known;
        let (grid, cells) = (known.grid(), known.free_count());
        let steps = || {
            let needed = || SizesError::StepsNeeded {
                choice: self.to_string(),
            };
            request.steps.ok_or_else(needed)
        };
        let mut note = None;
        let sizes = match self {
            Self::Usual => {
                let steps = steps()?;
                match published(known, steps) {
                    Some(sizes) => sizes,
                    None => {
                        note = Some(request.why_cosine(steps));
                        shaped(Shape::Cosine, request, steps)?
                    }
                }
            }
            Self::Published => {
                let steps = steps()?;
                published(known, steps).ok_or_else(|| SizesError::NotPublished {
                    grid,
                    known: known.count(),
                    steps,
                    published: GroupSizes::published_steps(grid),
                })?
            }
            Self::Shape(Shape::OneByOne) if request.steps.is_none() => {
                shaped(Shape::OneByOne, request, cells)?
            }
            Self::Shape(shape) => shaped(*shape, request, steps()?)?,
            Self::Released(program) => {
                let (program, asked) = (*program, steps()?);
                let sizes = program.group_sizes(cells, asked);
                let sizes = sizes.map_err(SizesError::Shape)?;
                let made = sizes.steps();
                note = (made != asked).then(|| {
                    let steps = if made == 1 { "step" } else { "steps" };
                    let are = if asked == 1 { "is" } else { "are" };
                    format!("{program} makes {made} {steps} where {asked} {are} asked for")
                });
                sizes
            }
            Self::Optimal => optimal(steps()?)?,
            Self::Own => own(request)?,
            Self::Listed(sizes) => sizes.clone(),
        };
        let label = self.label();
        Ok(ResolvedSizes { sizes, label, note })
    }

    fn label(&self) -> Option<String> {
        match self {
            Self::Usual | Self::Published => None,
            Self::Shape(shape) => Some(shape.to_string().replace(':', "")),
            Self::Listed(_) => Some("custom".into()),
            other => Some(other.to_string().replace(':', "-")),
        }
    }
}

impl<'a> SizesRequest<'a> {
    /// Sizes for the free cells of a grid, without a word on the first group or
    /// a method.
    pub fn new(known: &'a KnownCells, steps: Option<usize>) -> Self {
        Self {
            known,
            steps,
            first_group: None,
            method: None,
        }
    }

    fn first_group(&self) -> FirstGroup {
        self.first_group.unwrap_or(match self.known.count() {
            0 => FirstGroup::One,
            _ => FirstGroup::Formula,
        })
    }

    /// Why the usual sizes are not published ones.
    fn why_cosine(&self, steps: usize) -> String {
        if self.known.count() == 0 {
            let grid = self.known.grid();
            let steps = if steps == 1 {
                "1 step".into()
            } else {
                format!("{steps} steps")
            };
            return format!(
                "no group sizes were published for {grid} in {steps}; these are the cosine shape's"
            );
        }
        let first = match self.first_group() {
            FirstGroup::One => "after a first group of one",
            FirstGroup::Formula => "the first group by formula too",
        };
        format!("group sizes are the cosine shape's for the free cells, {first}")
    }
}

/// The published list, which is one for a whole grid.
fn published(known: &KnownCells, steps: usize) -> Option<GroupSizes> {
    GroupSizes::published(known.grid(), steps).filter(|_| known.count() == 0)
}

fn shaped(
    shape: Shape,
    request: &SizesRequest<'_>,
    steps: usize,
) -> Result<GroupSizes, SizesError> {
    let cells = request.known.free_count();
    Ok(shape.group_sizes(cells, steps, request.first_group())?)
}

fn own(request: &SizesRequest<'_>) -> Result<GroupSizes, SizesError> {
    let method = request.method.ok_or(SizesError::MethodNeeded)?;
    let sizes = method.own_group_sizes(request.known)?;
    sizes.ok_or_else(|| SizesError::NoneOwn {
        method: method.name().into(),
    })
}

impl FromStr for SizesChoice {
    type Err = SizesError;

    fn from_str(text: &str) -> Result<Self, SizesError> {
        let in_list = |c: char| c.is_ascii_digit() || c.is_whitespace() || ",[]".contains(c);
        if !text.trim().is_empty() && text.chars().all(in_list) {
            return list(text).map(Self::Listed);
        }
        let released = ReleasedSizes::ALL.iter().find(|(name, _)| *name == text);
        Ok(match (text, released) {
            ("usual", _) => Self::Usual,
            ("published", _) => Self::Published,
            ("optimal", _) => Self::Optimal,
            ("own", _) => Self::Own,
            (_, Some((_, program))) => Self::Released(*program),
            (name, None) => {
                let unknown = || SizesError::Unknown {
                    name: name.into(),
                    known: Self::names(),
                };
                Self::Shape(Shape::from_name(name)?.ok_or_else(unknown)?)
            }
        })
    }
}

/// Sizes with commas between them, in brackets or not.
fn list(text: &str) -> Result<GroupSizes, SizesError> {
    let inside = text.trim().trim_start_matches('[').trim_end_matches(']');
    let sizes = inside.split(',').map(|part| {
        let part = part.trim();
        let refused = |_| SizesError::Size { text: part.into() };
        part.parse().map_err(refused)
    });
    let sizes: Vec<u32> = sizes.collect::<Result<_, _>>()?;
    Ok(GroupSizes::new(sizes)?)
}

impl fmt::Display for SizesChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usual => f.write_str("usual"),
            Self::Published => f.write_str("published"),
            Self::Shape(shape) => shape.fmt(f),
            Self::Released(program) => program.fmt(f),
            Self::Optimal => f.write_str("optimal"),
            Self::Own => f.write_str("own"),
            Self::Listed(sizes) => {
                let sizes: Vec<String> = sizes.as_slice().iter().map(u32::to_string).collect();
                f.write_str(&sizes.join(","))
            }
        }
    }
}

const LIST: &str = "array of whole numbers";
const LISTS: &str = "array of arrays of whole numbers";
const LOOKUP: &str = "object such as {\"256 resolution\": {\"20 steps\": [1, 2, 4]}}";

/// Group sizes from a JSON text: one list, or the list among several that is
/// for this many cells and, if it is said, this many steps.
///
/// Three forms are read: an array of whole numbers; an array of such arrays, as
/// LPD trains with; and an object with such arrays in it, at any depth, as LPD's
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
        Ok(lookup @ Value::Object(_)) => {
            let mut lists = Vec::new();
            add_lists(lookup, &mut lists).map_err(|error| SizesError::Json {
                form: LOOKUP,
                reason: error.to_string(),
            })?;
            lists
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

/// Adds the lists within objects and arrays, however deep they are.
fn add_lists(value: Value, lists: &mut Vec<Vec<u32>>) -> serde_json::Result<()> {
    match value {
        Value::Object(items) => items
            .into_iter()
            .try_for_each(|(_, item)| add_lists(item, lists)),
        Value::Array(items) if items.first().is_some_and(|item| !item.is_number()) => items
            .into_iter()
            .try_for_each(|item| add_lists(item, lists)),
        list => {
            lists.push(serde_json::from_value(list)?);
            Ok(())
        }
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
