//! Methods by name.

mod entries;
mod parameters;

pub use parameters::{DEFAULT_PROXIMITY, default_regions, default_repulsion, default_window};

use crate::grid::Grid;
use crate::method::{MethodError, OrderingMethod};
use crate::parameter::{ParameterKind, Parameters};
use entries::METHODS;

/// What the registry knows of a method.
#[derive(Clone, Debug)]
pub struct MethodEntry {
    /// The name by which it is asked for.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// Its parameters.
    pub parameters: &'static [ParameterEntry],
    /// Whether orders differ from one index to the next, with the default
    /// parameters.
    pub is_random: bool,
    /// Whether it brings group sizes of its own
    /// ([`OrderingMethod::own_group_sizes`]).
    pub has_own_sizes: bool,
    /// Whether it orders grids of several frames.
    pub is_for_video: bool,
    /// Where it was published.
    pub source: &'static str,
    build: Build,
}

type Build = fn(Grid, &Parameters) -> Result<Box<dyn OrderingMethod>, MethodError>;

/// What the registry knows of a parameter.
#[derive(Clone, Copy, Debug)]
pub struct ParameterEntry {
    /// The name.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// Which values it takes.
    pub kind: ParameterKind,
    /// What it is where it is not given.
    pub default: &'static str,
}

/// All methods that come with this crate.
pub fn methods() -> &'static [MethodEntry] {
    &METHODS
}

/// The method of a name, with parameters by name; those not given have their
/// defaults, which may depend on the grid.
///
/// ```
/// use orders_core::{Grid, Parameters, registry};
///
/// let grid = Grid::new(24, 24)?;
/// let method = registry::method("lpd", grid, &Parameters::from([("proximity".into(), 0.5.into())]))?;
/// assert_eq!(method.parameters()["repulsion"], 3.0.into());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`MethodError::UnknownMethod`], [`MethodError::UnknownParameter`],
/// [`MethodError::Parameter`] if a value is not allowed, or
/// [`MethodError::Video`] if the grid has several frames and the method orders
/// one.
pub fn method(
    name: &str,
    grid: Grid,
    parameters: &Parameters,
) -> Result<Box<dyn OrderingMethod>, MethodError> {
    let entry = METHODS.iter().find(|entry| entry.name == name);
    let entry = entry.ok_or_else(|| MethodError::UnknownMethod {
        name: name.into(),
        known: METHODS.iter().map(|entry| entry.name.into()).collect(),
    })?;
    let is_known = |name: &String| entry.parameters.iter().any(|known| known.name == name);
    if let Some(unknown) = parameters.keys().find(|name| !is_known(name)) {
        return Err(MethodError::UnknownParameter {
            method: name.into(),
            parameter: unknown.clone(),
            known: entry.parameters.iter().map(|known| known.name).collect(),
        });
    }
    for entry in entry.parameters {
        if let Some(value) = parameters.get(entry.name)
            && !entry.kind.allows(value)
        {
            return Err(MethodError::Parameter {
                method: name.into(),
                parameter: entry.name.into(),
                value: value.clone(),
                allowed: entry.kind.to_string(),
            });
        }
    }
    if grid.frames() > 1 && !entry.is_for_video {
        let for_video = METHODS.iter().filter(|entry| entry.is_for_video);
        return Err(MethodError::Video {
            method: name.into(),
            grid,
            for_video: for_video.map(|entry| entry.name).collect(),
        });
    }
    (entry.build)(grid, parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GroupSizes, Problem};

    #[test]
    fn entries_tell_the_truth() {
        let grid = Grid::new(4, 5).unwrap();
        let problem = Problem::new(grid, GroupSizes::new([1, 4, 15]).unwrap()).unwrap();
        for entry in methods() {
            let method = method(entry.name, grid, &Parameters::new()).unwrap();
            assert_eq!(method.name(), entry.name);
            assert_eq!(method.is_random(), entry.is_random);
            let own_sizes = method.own_group_sizes(problem.known()).unwrap();
            assert_eq!(own_sizes.is_some(), entry.has_own_sizes);
            let names: Vec<String> = method.parameters().into_keys().collect();
            let mut expected: Vec<&str> = entry.parameters.iter().map(|p| p.name).collect();
            // One frame has no other.
            expected.retain(|&name| name != "frame-distance");
            expected.sort_unstable();
            assert_eq!(names, expected);
            let orders: Vec<_> = (0..5)
                .map(|i| method.order(&problem, 0, i).unwrap())
                .collect();
            assert_eq!(
                orders.iter().any(|order| *order != orders[0]),
                entry.is_random
            );
        }
    }

    #[test]
    fn unknown_names_are_refused() {
        let grid = Grid::new(4, 4).unwrap();
        let unknown = Parameters::from([("rho".into(), 1.0.into())]);
        assert!(matches!(
            method("lqd", grid, &Parameters::new()),
            Err(MethodError::UnknownMethod { .. })
        ));
        assert!(matches!(
            method("lpd", grid, &unknown),
            Err(MethodError::UnknownParameter { .. })
        ));
        for value in [f64::NAN, -0.5] {
            let bad = Parameters::from([("proximity".into(), value.into())]);
            assert!(matches!(
                method("proximity", grid, &bad),
                Err(MethodError::Parameter { .. })
            ));
        }
    }
}
