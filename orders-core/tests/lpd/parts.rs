//! Parts of LPD that are replaced: each against the literal implementation
//! with the same part.

use orders_core::lpd::{
    Fill, FillState, FillStep, Levels, Proximity, ProximityState, Repulsion, Split,
};
use orders_core::{
    Cell, FirstGroup, Grid, LocalityAware, MethodError, OrderError, OrderingMethod, ParameterError,
    Parameters, Problem, Shape,
};

use crate::literal::{self, Parts, Thresholds};

/// Grids with whole chunks of lanes and without, flat, tall and of one row.
const GRIDS: [(u32, u32); 7] = [
    (16, 16),
    (9, 23),
    (33, 7),
    (1, 40),
    (40, 1),
    (5, 48),
    (20, 31),
];

fn problems() -> impl Iterator<Item = Problem> {
    GRIDS.iter().flat_map(|&(height, width)| {
        let grid = Grid::new(height, width).unwrap();
        [6, 20].map(|steps| {
            let sizes = Shape::Cosine.group_sizes(grid.cells(), steps, FirstGroup::Formula);
            Problem::new(grid, sizes.unwrap()).unwrap()
        })
    })
}

/// Checks that a method gives the literal orders of some parts.
#[track_caller]
fn assert_literal(method: &dyn OrderingMethod, parts: impl Fn(Grid) -> Parts) {
    for problem in problems() {
        let parts = parts(problem.grid());
        for index in 0..4 {
            let order = method.order(&problem, 11, index).unwrap();
            let literal = literal::order_of_parts(&problem, &parts, 11, index);
            assert_eq!(order.cell_from_rank(), literal, "{problem:?} {index}");
        }
    }
}

fn thresholds(proximity: f64, repulsion: f64) -> Thresholds {
    Thresholds {
        proximity,
        repulsion,
    }
}

/// LPD's score by way of `factor` times as many levels, all scores multiplied
/// in every step by `by_step` to the power of the step.
#[derive(Clone)]
struct Spread {
    factor: u32,
    by_step: f64,
}

struct SpreadState {
    grid: Grid,
    factor: u32,
    by_step: f64,
    first: Vec<f64>,
    scores: Vec<f64>,
}

impl Proximity for Spread {
    type State = SpreadState;

    fn state(&self, grid: Grid) -> SpreadState {
        let mut first = vec![0.0; (48 * self.factor + 1) as usize];
        for (edges, diagonals) in (0..25).map(|i| (i / 5, i % 5)) {
            let level = (edges * 7 + diagonals * 5) * self.factor;
            first[level as usize] =
                f64::from(edges) + f64::from(diagonals) * std::f64::consts::FRAC_1_SQRT_2;
        }
        for level in 1..first.len() {
            first[level] = first[level].max(first[level - 1]);
        }
        SpreadState {
            grid,
            factor: self.factor,
            by_step: self.by_step,
            scores: first.clone(),
            first,
        }
    }
}

impl ProximityState for SpreadState {
    fn scores(&self) -> &[f64] {
        &self.scores
    }

    fn reveal(&mut self, group: &[Cell], levels: &mut Levels) {
        for &cell in group {
            for other in 0..self.grid.cells() as Cell {
                let amount = match self.grid.squared_distance(cell, other) {
                    1 => 7,
                    2 => 5,
                    _ => continue,
                };
                levels.set_level(other, levels.level(other) + amount * self.factor);
            }
        }
        if levels.free_cells().count() + group.len() == self.grid.cells() {
            self.scores.clone_from(&self.first);
        }
        for score in &mut self.scores {
            *score *= self.by_step;
        }
    }
}

/// 49 levels, 256 and one more on either side of what 16-bit ranks hold, and
/// many.
#[test]
fn scores_of_many_levels() {
    for factor in [1, 5, 6, 4000] {
        let spread = Spread {
            factor,
            by_step: 1.0,
        };
        for (proximity, repulsion) in [(1.0, 2.0), (0.5, 1.0), (0.0, 3.0)] {
            let method = LocalityAware::new(proximity, repulsion).unwrap();
            let spread = method.clone().with_proximity(spread.clone());
            for problem in problems() {
                for index in 0..4 {
                    let expected = method.order(&problem, 3, index).unwrap();
                    assert_eq!(spread.order(&problem, 3, index).unwrap(), expected);
                }
            }
        }
    }
}

/// So many levels that the highest stands for the only near score.
#[derive(Clone)]
struct LevelCount(usize);

impl Proximity for LevelCount {
    type State = Self;

    fn state(&self, _: Grid) -> Self {
        self.clone()
    }
}

impl ProximityState for LevelCount {
    fn scores(&self) -> &[f64] {
        static SCORES: [f64; 70_000] = {
            let mut scores = [0.0; 70_000];
            scores[69_999] = 1.0;
            scores
        };
        &SCORES[70_000 - self.0..]
    }

    /// The neighbours to the right and to the left are near.
    fn reveal(&mut self, group: &[Cell], levels: &mut Levels) {
        let grid = levels.grid();
        for &cell in group {
            for other in 0..grid.cells() as Cell {
                if cell / grid.width() == other / grid.width() && cell.abs_diff(other) == 1 {
                    levels.set_level(other, self.0 as u32 - 1);
                }
            }
        }
    }
}

#[test]
fn numbers_of_levels_around_what_lanes_hold() {
    for count in [2, 127, 128, 255, 256, 257, 65_535, 65_536, 65_537, 70_000] {
        let method = LocalityAware::new(1.0, 2.0)
            .unwrap()
            .with_proximity(LevelCount(count));
        assert_literal(&method, |grid| Parts {
            score: Box::new(move |is_generated, cell| {
                let column = cell % grid.width();
                let left = column > 0 && is_generated[cell as usize - 1];
                let right = column + 1 < grid.width() && is_generated[cell as usize + 1];
                f64::from(u8::from(left || right))
            }),
            ..Parts::new(grid, thresholds(1.0, 2.0))
        });
    }
}

#[test]
fn without_levels_there_is_no_generator() {
    let problem = problems().next().unwrap();
    let method = LocalityAware::new(1.0, 2.0)
        .unwrap()
        .with_proximity(LevelCount(0));
    let error = method.order(&problem, 0, 0).unwrap_err();
    assert!(matches!(error, MethodError::Parameter { .. }));
    assert_eq!(
        error.to_string(),
        "levels of method lpd is 0; it takes 1 to 2^31 - 1"
    );
}

/// The threshold parts other cells in every step.
#[test]
fn scores_that_change_from_step_to_step() {
    for (factor, by_step) in [(1, 0.8), (1, 1.3), (7, 0.7)] {
        let method = LocalityAware::new(1.0, 2.0)
            .unwrap()
            .with_proximity(Spread { factor, by_step });
        for problem in problems() {
            let grid = problem.grid();
            let sizes = problem.group_sizes().clone();
            let parts = Parts {
                score: Box::new(move |is_generated, cell| {
                    let generated = is_generated.iter().filter(|&&is| is).count();
                    let mut end = 0;
                    let mut score = literal::score(grid, is_generated, cell);
                    for &size in sizes.as_slice() {
                        if end == generated {
                            break;
                        }
                        end += size as usize;
                        score *= by_step;
                    }
                    score
                }),
                ..Parts::new(grid, thresholds(1.0, 2.0))
            };
            // One generator for all, so that each order must begin anew.
            let mut generator = method.generator(&problem).unwrap();
            for index in 0..4 {
                let mut cells = Vec::new();
                generator.generate(&mut orders_core::OrderRng::new(2, index), &mut cells);
                let literal = literal::order_of_parts(&problem, &parts, 2, index);
                assert_eq!(cells, literal, "{problem:?}");
            }
        }
    }
}

/// The reach at each row difference.
#[derive(Clone)]
struct Reaches(Reach);

type Reach = fn(u32) -> Option<u32>;

impl Repulsion for Reaches {
    fn reach(&self, rows: u32) -> Option<u32> {
        self.0(rows)
    }
}

#[test]
fn repulsions_of_any_shape() {
    let shapes: [(&str, Reach); 9] = [
        ("a disc", |rows| {
            Some(9u32.checked_sub(rows * rows)?.isqrt())
        }),
        ("nothing", |_| None),
        ("nothing in the same row", |rows| {
            (1..3).contains(&rows).then_some(2)
        }),
        ("a hole", |rows| {
            [Some(3), None, Some(1), None, Some(0)]
                .get(rows as usize)
                .copied()?
        }),
        ("wider further away", |rows| (rows < 4).then_some(rows * 5)),
        ("the same column", |_| Some(0)),
        ("the same row", |rows| (rows == 0).then_some(u32::MAX)),
        ("everything", |_| Some(u32::MAX)),
        ("far rows only", |rows| (rows > 6).then_some(17)),
    ];
    for (name, reach) in shapes {
        for proximity in [0.0, 1.0] {
            let method = LocalityAware::new(proximity, 0.0)
                .unwrap()
                .with_repulsion(Reaches(reach))
                .named(name, Parameters::new());
            assert_eq!(method.name(), name);
            assert_literal(&method, |grid| Parts {
                repels: Box::new(move |a, b| {
                    let (a, b) = (literal::position(grid, a), literal::position(grid, b));
                    reach(a.0.abs_diff(b.0) as u32)
                        .is_some_and(|reach| a.1.abs_diff(b.1) <= u64::from(reach))
                }),
                ..Parts::new(grid, thresholds(proximity, 0.0))
            });
        }
    }
}

/// The first near level, given the scores.
#[derive(Clone)]
struct NearFrom(FirstNear);

type FirstNear = fn(&[f64]) -> usize;

impl Split for NearFrom {
    fn near_from(&self, scores: &[f64]) -> usize {
        self.0(scores)
    }
}

#[test]
fn splits_at_either_end() {
    let top = 4.0 + 4.0 / 2f64.sqrt();
    let splits: [(FirstNear, f64); 5] = [
        (|_| 0, 0.0),
        (|scores| scores.len(), f64::INFINITY),
        (|_| usize::MAX, f64::INFINITY),
        // That of 2^32, cut to 32 bits, would make every cell near.
        (|_| 1 << 32, f64::INFINITY),
        (|scores| scores.len() - 1, top - 1e-9),
    ];
    for (near_from, proximity) in splits {
        let method = LocalityAware::new(1.0, 2.0)
            .unwrap()
            .with_split(NearFrom(near_from));
        assert_literal(&method, |grid| Parts::new(grid, thresholds(proximity, 2.0)));
    }
}

/// What a fill appends, as a function of the step.
#[derive(Clone)]
struct Appends(fn(FillStep<'_>, &mut Vec<Cell>));

impl Fill for Appends {
    type State = Self;

    fn state(&self, _: Grid) -> Self {
        self.clone()
    }
}

impl FillState for Appends {
    fn fill(&mut self, step: FillStep<'_>, group: &mut Vec<Cell>) {
        assert_eq!(step.levels.free_cells().count(), step.candidates);
        assert!(group.len() < step.size && step.size - group.len() <= step.candidates);
        self.0(step, group);
    }
}

fn first_of_the_list(step: FillStep<'_>, group: &mut Vec<Cell>) {
    let mut list: Vec<Cell> = step.levels.free_cells().collect();
    list.sort_by_key(|&cell| step.list_order(cell));
    group.extend(&list[..step.size - group.len()]);
}

#[test]
fn a_fill_by_list_order() {
    for (proximity, repulsion) in [(1.0, 2.0), (0.5, 4.0), (0.0, 1.0), (7.0, 0.0)] {
        let method = LocalityAware::new(proximity, repulsion)
            .unwrap()
            .with_fill(Appends(first_of_the_list));
        assert_literal(&method, |grid| Parts {
            fill: |_, group, size, list, _| group.extend(&list[..size - group.len()]),
            ..Parts::new(grid, thresholds(proximity, repulsion))
        });
    }
}

/// A wrong fill is reported, whatever it appends.
#[test]
fn wrong_fills_make_broken_orders() {
    let fills: [fn(FillStep<'_>, &mut Vec<Cell>); 6] = [
        |_, _| {},
        |_, group| group.push(0),
        |step, group| group.resize(step.size, 0),
        |step, group| group.resize(step.size, Cell::MAX),
        |step, group| {
            first_of_the_list(step, group);
            group.push(0);
        },
        |_, group| group.clear(),
    ];
    for fill in fills {
        let method = LocalityAware::new(1.0, 2.0)
            .unwrap()
            .with_fill(Appends(fill));
        let method = method.named("wrong", Parameters::new());
        for problem in problems() {
            let error = method.order(&problem, 0, 3).unwrap_err();
            let MethodError::Broken {
                method,
                index,
                source,
            } = error
            else {
                panic!("{error}");
            };
            assert_eq!((method.as_str(), index), ("wrong", 3));
            assert!(matches!(
                source,
                OrderError::Length { .. }
                    | OrderError::Repeated { .. }
                    | OrderError::OutOfRange {
                        cell: 0xFFFF_FFFF,
                        ..
                    }
            ));
        }
    }
}

/// Principle 1 alone is LPD that repels nothing.
#[test]
fn proximity_only_is_lpd_without_repulsion() {
    for proximity in [0.0, 0.5, 1.0, 3.0] {
        let alone = LocalityAware::proximity_only(proximity).unwrap();
        assert_eq!(alone.name(), "proximity");
        assert_eq!(
            alone.parameters(),
            Parameters::from([("proximity".into(), proximity.into())])
        );
        let lpd = LocalityAware::new(proximity, 0.0).unwrap();
        for problem in problems() {
            let order = alone.order(&problem, 1, 2).unwrap();
            assert_eq!(order, lpd.order(&problem, 1, 2).unwrap());
        }
        assert_literal(&alone, |grid| Parts::new(grid, thresholds(proximity, 0.0)));
    }
}

/// Principle 2 alone looks at nothing but the group.
#[test]
fn farthest_points_ignore_what_is_generated() {
    assert_literal(&LocalityAware::farthest_points(), |grid| Parts {
        score: Box::new(|_, _| 0.0),
        is_near: Box::new(|_| false),
        ..Parts::new(grid, thresholds(f64::INFINITY, 0.0))
    });
}

/// With one level only, and all of it near.
#[test]
fn no_score_and_all_cells_near() {
    for repulsion in [0.0, 2.0, f64::INFINITY] {
        let method = LocalityAware::new(0.0, repulsion)
            .unwrap()
            .with_proximity(orders_core::lpd::NoProximity);
        assert_literal(&method, |grid| Parts {
            score: Box::new(|_, _| 0.0),
            ..Parts::new(grid, thresholds(0.0, repulsion))
        });
    }
}

#[test]
fn thresholds_that_are_no_numbers_from_0_are_refused() {
    for bad in [
        f64::NAN,
        -f64::NAN,
        -1.0,
        -f64::MIN_POSITIVE,
        f64::NEG_INFINITY,
    ] {
        for (method, name) in [
            (LocalityAware::new(bad, 2.0), "proximity"),
            (LocalityAware::new(1.0, bad), "repulsion"),
            (LocalityAware::proximity_only(bad), "proximity"),
        ] {
            let Err(MethodError::Parameter(ParameterError::Value {
                parameter, value, ..
            })) = method
            else {
                panic!("{method:?}");
            };
            assert_eq!(parameter, name);
            assert_eq!(value.number().unwrap().to_bits(), bad.to_bits());
        }
    }
    for good in [0.0, -0.0, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY] {
        assert!(LocalityAware::new(good, good).is_ok());
    }
}
