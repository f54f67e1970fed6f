//! Group sizes, as a sweep file asks for them.

use std::error::Error;
use std::fmt;

use orders_core::{FirstGroup, Grid, GroupSizes, KnownCells, OrderingMethod, Shape};
use toml::Value;

/// Which group sizes a trial has.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SizesChoice {
    /// The published list of the grid and the steps.
    Published,
    /// A formula, by its name.
    Shape(String, Shape),
    /// The cheapest for the method's orders on the field
    /// ([`OptimalTables`](super::optimal::OptimalTables)).
    Optimal,
    /// Those that belong to the method.
    Own,
    /// A list.
    Listed(GroupSizes),
}

impl SizesChoice {
    pub(super) fn new(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(name) => match name.as_str() {
                "published" => Ok(Self::Published),
                "optimal" => Ok(Self::Optimal),
                "own" => Ok(Self::Own),
                name => match Shape::from_name(name).map_err(|error| error.to_string())? {
                    Some(shape) => Ok(Self::Shape(name.into(), shape)),
                    None => Err(format!(
                        "there are no sizes '{name}'; there are published, optimal, own, {} and lists such as [1, 5, 10]",
                        Shape::NAMES.join(", ")
                    )),
                },
            },
            Value::Array(values) => {
                let size = |value: &Value| match value {
                    Value::Integer(size) => u32::try_from(*size).ok(),
                    _ => None,
                };
                let sizes: Option<Vec<u32>> = values.iter().map(size).collect();
                let sizes = sizes.ok_or_else(|| format!("{value} is no list of whole numbers"))?;
                GroupSizes::new(sizes)
                    .map(Self::Listed)
                    .map_err(|error| error.to_string())
            }
            other => Err(format!("{other} is neither a name nor a list of sizes")),
        }
    }

    /// Whether they are made for a number of steps.
    pub(super) fn takes_steps(&self) -> bool {
        match self {
            Self::Published | Self::Optimal => true,
            Self::Shape(_, shape) => *shape != Shape::OneByOne,
            Self::Own | Self::Listed(_) => false,
        }
    }

    /// The sizes for a whole grid. Optimal ones are looked for where `optimal`
    /// says, given the number of steps.
    pub(super) fn find(
        &self,
        grid: Grid,
        steps: Option<usize>,
        method: &dyn OrderingMethod,
        optimal: impl FnOnce(usize) -> Result<GroupSizes, Box<dyn Error>>,
    ) -> Result<GroupSizes, Box<dyn Error>> {
        let needed =
            || steps.ok_or_else(|| format!("'{self}' sizes need steps, and the file lists none"));
        Ok(match self {
            Self::Published => {
                let steps = needed()?;
                GroupSizes::published(grid, steps).ok_or_else(|| no_published(grid, steps))?
            }
            Self::Shape(_, shape) => {
                let steps = match shape {
                    Shape::OneByOne => grid.cells(),
                    _ => needed()?,
                };
                shape.group_sizes(grid.cells(), steps, FirstGroup::One)?
            }
            Self::Optimal => optimal(needed()?)?,
            Self::Own => {
                let sizes = method.own_group_sizes(&KnownCells::none(grid))?;
                let none = || format!("method {} has no group sizes of its own", method.name());
                sizes.ok_or_else(none)?
            }
            Self::Listed(sizes) => sizes.clone(),
        })
    }
}

fn no_published(grid: Grid, steps: usize) -> String {
    let known = GroupSizes::published_steps(grid);
    let known: Vec<String> = known.iter().map(usize::to_string).collect();
    let known = match known[..] {
        [] => "none are for this grid".to_owned(),
        _ => format!("there are lists of {} steps", known.join(", ")),
    };
    format!(
        "no group sizes were published for {grid} in {steps} steps ({known}); sizes by formula, such as 'cosine', take any"
    )
}

impl fmt::Display for SizesChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Published => f.write_str("published"),
            Self::Optimal => f.write_str("optimal"),
            Self::Shape(name, _) => f.write_str(name),
            Self::Own => f.write_str("own"),
            Self::Listed(sizes) => {
                let sizes: Vec<String> = sizes.as_slice().iter().map(u32::to_string).collect();
                f.write_str(&sizes.join(","))
            }
        }
    }
}
