//! From axes to points.

use orders_core::sizes::SizesChoice;
use orders_core::{Grid, OrderRng};

use super::error::PlanError;
use super::spec::{Axis, Design, MOST_TRIALS, MethodAxes, Spec};
use crate::information::Field;

/// Keeps the streams of random designs apart from those of orders. ("sweepran"
/// in ASCII.)
const STREAMS: u64 = 0x7377_6565_7072_616e;

/// A point of the space, unchecked.
#[derive(Clone, Debug)]
pub(super) struct Point<'a> {
    pub(super) method: &'a MethodAxes,
    pub(super) parameters: Vec<(&'a str, String)>,
    pub(super) grid: Grid,
    pub(super) sizes: &'a SizesChoice,
    pub(super) steps: Option<usize>,
    pub(super) decoding: &'a str,
    pub(super) field: Option<&'a Field>,
    /// The place of the model among those of the file.
    pub(super) model: Option<usize>,
    pub(super) seed: u64,
}

impl Point<'_> {
    /// The parameters as pairs of texts.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let parameters = self.parameters.iter();
        parameters.map(|(name, text)| (*name, text.as_str()))
    }
}

/// The points of a space, in an order that depends on the file only.
pub(super) fn points(spec: &Spec) -> Result<Vec<Point<'_>>, PlanError> {
    match spec.design {
        Design::Grid => combinations(spec),
        Design::Random { points, seed } => Ok((0..points.into())
            .map(|index| {
                let mut rng = OrderRng::new(seed ^ STREAMS, index);
                draw(spec, |_| rng.uniform())
            })
            .collect()),
        Design::Sobol { points, seed } => Ok((0..points)
            .map(|index| {
                draw(spec, |dimension| {
                    sobol_burley::sample(index, dimension, seed).into()
                })
            })
            .collect()),
    }
}

/// Every combination: methods first, then their parameters by name, grids,
/// sizes, steps, decodings, fields, models and seeds, of which the last changes fastest.
fn combinations(spec: &Spec) -> Result<Vec<Point<'_>>, PlanError> {
    let too_many = || PlanError::TooMany { most: MOST_TRIALS };
    let mut all = Vec::new();
    for method in &spec.methods {
        // Before anything of that size is made.
        let mut axes = method.parameters.iter().map(|(_, axis)| axis);
        let mut count = axes.try_fold(1_usize, |count, axis| {
            count.checked_mul(axis.count().unwrap_or(1))
        });
        for axis in [
            spec.grids.len(),
            method.sizes.len(),
            spec.steps.len().max(1),
            method.decodings.len(),
            spec.fields.len().max(1),
            spec.models.len().max(1),
            spec.seeds.len(),
        ] {
            count = count.and_then(|count| count.checked_mul(axis));
        }
        let count = count.and_then(|count| count.checked_add(all.len()));
        count
            .filter(|&count| count <= MOST_TRIALS)
            .ok_or_else(too_many)?;

        for parameters in parameter_combinations(method) {
            for &grid in &spec.grids {
                for sizes in &method.sizes {
                    for steps in steps_of(spec, method, sizes) {
                        for decoding in &method.decodings {
                            let begin = Point {
                                method,
                                parameters: parameters.clone(),
                                grid,
                                sizes,
                                steps,
                                decoding,
                                field: None,
                                model: None,
                                seed: 0,
                            };
                            all.extend(with_judges(spec, &begin));
                        }
                    }
                }
            }
        }
    }
    Ok(all)
}

/// A point under every field, model and seed.
fn with_judges<'a>(spec: &'a Spec, begin: &Point<'a>) -> Vec<Point<'a>> {
    let mut all = Vec::new();
    for field in or_none(spec.fields.iter()) {
        for model in or_none(0..spec.models.len()) {
            all.extend(spec.seeds.iter().map(|&seed| Point {
                field,
                model,
                seed,
                ..begin.clone()
            }));
        }
    }
    all
}

fn parameter_combinations(method: &MethodAxes) -> Vec<Vec<(&str, String)>> {
    let mut all = vec![Vec::new()];
    for (name, axis) in &method.parameters {
        let Axis::List(values) = axis else { continue };
        all = all
            .into_iter()
            .flat_map(|so_far: Vec<(&str, String)>| {
                values.iter().map(move |value| {
                    let mut longer = so_far.clone();
                    longer.push((name.as_str(), value.clone()));
                    longer
                })
            })
            .collect();
    }
    all
}

/// The steps of some sizes; one `None` if they are not made for steps, or there
/// is no word of them.
fn steps_of(spec: &Spec, method: &MethodAxes, sizes: &SizesChoice) -> Vec<Option<usize>> {
    match sizes.takes_steps() && !method.finds_steps {
        true => or_none(spec.steps.iter().copied()),
        false => vec![None],
    }
}

/// The choices of an axis of the space; one `None` if the file lists none.
fn or_none<T>(listed: impl ExactSizeIterator<Item = T>) -> Vec<Option<T>> {
    match listed.len() {
        0 => vec![None],
        _ => listed.map(Some).collect(),
    }
}

/// A point from numbers of [0, 1), one for each dimension that has a choice.
fn draw(spec: &Spec, mut number: impl FnMut(u32) -> f64) -> Point<'_> {
    let mut dimension = 0;
    let mut next = || {
        let drawn = number(dimension);
        dimension += 1;
        drawn
    };
    fn pick<'a, T>(list: &'a [T], next: &mut impl FnMut() -> f64) -> &'a T {
        if list.len() == 1 {
            return &list[0];
        }
        // A product with a number below 1 may be rounded up.
        let place = (next() * list.len() as f64) as usize;
        &list[place.min(list.len() - 1)]
    }
    let method = pick(&spec.methods, &mut next);
    let grid = *pick(&spec.grids, &mut next);
    let field = *pick(&or_none(spec.fields.iter()), &mut next);
    let model = *pick(&or_none(0..spec.models.len()), &mut next);
    let seed = *pick(&spec.seeds, &mut next);
    let sizes = pick(&method.sizes, &mut next);
    let steps = *pick(&steps_of(spec, method, sizes), &mut next);
    let decoding = pick(&method.decodings, &mut next);
    let parameters = method.parameters.iter().map(|(name, axis)| {
        let value = match axis {
            Axis::List(values) => pick(values, &mut next).clone(),
            Axis::Range { from, to } => (from + next() * (to - from)).to_string(),
        };
        (name.as_str(), value)
    });
    Point {
        parameters: parameters.collect(),
        method,
        grid,
        sizes,
        steps,
        decoding,
        field,
        model,
        seed,
    }
}
