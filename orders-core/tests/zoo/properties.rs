//! What must hold for every method, on any grid, with any cells known.

use orders_core::Catalogue;
use orders_core::catalogue::MethodEntry;
use orders_core::{
    Cell, Grid, GroupSizes, KnownCells, MethodError, Order, OrderRng, OrderingMethod,
    ParameterKind, ParameterValue, Parameters, Problem,
};
use proptest::prelude::*;

/// Grids from one cell to 40 x 40, lines and primes among them, and videos.
fn grids() -> impl Strategy<Value = Grid> {
    let side = || prop_oneof![1u32..=40, Just(1), Just(7), Just(16), Just(31), Just(37)];
    let small = || 1u32..=9;
    prop_oneof![
        3 => (side(), side()).prop_map(|(height, width)| Grid::new(height, width).unwrap()),
        2 => (small(), small(), small())
            .prop_map(|(frames, height, width)| Grid::video(frames, height, width).unwrap()),
    ]
}

/// A share of the cells, at random; at least one is free.
fn known_cells(grid: Grid, percent: u32, rng: &mut OrderRng) -> KnownCells {
    let mut mask: Vec<bool> = (0..grid.cells())
        .map(|_| rng.below(100) < percent)
        .collect();
    mask[rng.below(grid.cells() as u32) as usize] = false;
    KnownCells::from_mask(grid, mask).unwrap()
}

/// Sizes from 1 to `most` that sum to `cells`.
fn group_sizes(cells: usize, most: u32, rng: &mut OrderRng) -> GroupSizes {
    let mut sizes = Vec::new();
    let mut left = cells as u32;
    while left > 0 {
        let size = 1 + rng.below(most.min(left));
        sizes.push(size);
        left -= size;
    }
    GroupSizes::new(sizes).unwrap()
}

/// Some parameters left to their defaults, the others at random.
fn parameters(entry: &MethodEntry, grid: Grid, rng: &mut OrderRng) -> Parameters {
    let mut parameters = Parameters::new();
    for parameter in entry.parameters() {
        let for_video_only = parameter.name() == "frame-distance";
        if rng.below(3) == 0 || for_video_only && grid.frames() == 1 {
            continue;
        }
        let value: ParameterValue = match parameter.kind() {
            ParameterKind::NumberFrom(from) => (from + f64::from(rng.below(12)) / 2.0).into(),
            ParameterKind::NumberBetween(from, to) => {
                (0.5 * f64::from(1 + rng.below(6))).clamp(*from, *to).into()
            }
            ParameterKind::WholeFrom(from) => {
                let most = grid.height().min(grid.width());
                f64::from(*from + rng.below(most)).into()
            }
            ParameterKind::Flag => (rng.below(2) == 1).into(),
            ParameterKind::OneOf(words) => words[rng.below(words.len() as u32) as usize]
                .as_str()
                .into(),
            kind => panic!("no values of {kind} are tried"),
        };
        assert!(parameter.kind().allows(&value));
        parameters.insert(parameter.name().into(), value);
    }
    parameters
}

/// The free cells, each once.
fn check_cells(order: &Order, known: &KnownCells) {
    let mut cells = order.cell_from_rank().to_vec();
    cells.sort_unstable();
    assert!(cells.into_iter().eq(known.free_cells()));
}

/// The cells of a method's own steps, on the whole grid and on the free cells.
fn own_groups(method: &dyn OrderingMethod, known: &KnownCells) -> Vec<Vec<Cell>> {
    let sizes = method.own_group_sizes(known).unwrap().expect("own sizes");
    let problem = Problem::with_known(known.clone(), sizes).unwrap();
    let order = method.order(&problem, 0, 0).unwrap();
    order.groups().map(<[Cell]>::to_vec).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn orders_are_valid_and_reproducible(
        grid in grids(),
        percent in prop_oneof![Just(0u32), 0u32..100, Just(100)],
        most in prop_oneof![Just(1u32), 1u32..60],
        seed: u64,
        index: u64,
    ) {
        let mut rng = OrderRng::new(seed, 0);
        let catalogue = Catalogue::standard();
        for entry in catalogue.methods() {
            let (name, can) = (entry.name(), entry.capabilities());
            let parameters = parameters(entry, grid, &mut rng);
            let method = match catalogue.method(name, grid, &parameters) {
                Ok(method) => method,
                Err(MethodError::Video { for_video, .. }) => {
                    prop_assert!(grid.frames() > 1 && !can.video, "{name}");
                    prop_assert!(!for_video.iter().any(|known| known == name));
                    continue;
                }
                Err(error) => return Err(TestCaseError::fail(error.to_string())),
            };
            let known = known_cells(grid, percent, &mut rng);
            let sizes = group_sizes(known.free_count(), most, &mut rng);
            let problem = Problem::with_known(known.clone(), sizes).unwrap();

            // `order` checks what the generator gives; known cells are a fault.
            let order = method.order(&problem, seed, index).unwrap();
            check_cells(&order, &known);
            prop_assert_eq!(&order, &method.order(&problem, seed, index).unwrap(), "{}", name);
            // The orders before it in a generator change nothing.
            let mut generator = method.generator(&problem).unwrap();
            let mut cells = Vec::new();
            generator.generate(&mut OrderRng::new(seed ^ 1, 0), &mut cells);
            cells.clear();
            generator.generate(&mut OrderRng::new(seed, index), &mut cells);
            prop_assert_eq!(&cells, order.cell_from_rank(), "{}", name);
            if !method.is_random() {
                let other = method.order(&problem, seed ^ 7, index ^ 3).unwrap();
                prop_assert_eq!(order, other, "{}", name);
            }

            let own = method.own_group_sizes(&known).unwrap();
            prop_assert_eq!(own.is_some(), can.own_sizes, "{}", name);
            if let Some(own) = own {
                prop_assert_eq!(own.cells(), known.free_count(), "{}", name);
                let whole = own_groups(&*method, &KnownCells::none(grid));
                let free: Vec<Vec<Cell>> = whole
                    .into_iter()
                    .map(|group| group.into_iter().filter(|&cell| !known.contains(cell)).collect())
                    .filter(|group: &Vec<Cell>| !group.is_empty())
                    .collect();
                prop_assert_eq!(own_groups(&*method, &known), free, "{}", name);
            }
        }
    }
}

/// Known cells are left out of the order of the whole grid, whatever is drawn.
#[test]
fn known_cells_change_no_fixed_order() {
    let mut rng = OrderRng::new(5, 0);
    let catalogue = Catalogue::standard();
    for entry in catalogue
        .methods()
        .iter()
        .filter(|entry| !entry.capabilities().random)
    {
        for grid in ["1x1", "1x13", "13x1", "6x8", "17x23", "3x5x4"] {
            let grid: Grid = grid.parse().unwrap();
            if grid.frames() > 1 && !entry.capabilities().video {
                continue;
            }
            let method = Catalogue::standard()
                .method(entry.name(), grid, &Parameters::new())
                .unwrap();
            let cells = |known: &KnownCells| {
                let sizes = GroupSizes::new([known.free_count() as u32]).unwrap();
                let problem = Problem::with_known(known.clone(), sizes).unwrap();
                method.order(&problem, 0, 0).unwrap().into_cells()
            };
            let known = known_cells(grid, 40, &mut rng);
            let mut expected = cells(&KnownCells::none(grid));
            expected.retain(|&cell| !known.contains(cell));
            assert_eq!(cells(&known), expected, "{} {grid}", entry.name());
        }
    }
}

/// With every setting of flags and words, orders differ just where a method
/// says so.
#[test]
fn random_methods_are_random_and_no_others() {
    let grid = Grid::new(6, 7).unwrap();
    let problem = Problem::new(grid, GroupSizes::new([1, 5, 36]).unwrap()).unwrap();
    let mut tried = 0;
    let catalogue = Catalogue::standard();
    for entry in catalogue.methods() {
        let mut settings = vec![Parameters::new()];
        for parameter in entry.parameters() {
            let values: Vec<ParameterValue> = match parameter.kind() {
                ParameterKind::Flag => vec![true.into(), false.into()],
                ParameterKind::OneOf(words) => {
                    words.iter().map(|word| word.as_str().into()).collect()
                }
                _ => continue,
            };
            settings = settings
                .iter()
                .flat_map(|setting| values.iter().map(move |value| (setting.clone(), value)))
                .map(|(mut setting, value)| {
                    setting.insert(parameter.name().into(), value.clone());
                    setting
                })
                .collect();
        }
        for setting in settings {
            let method = catalogue.method(entry.name(), grid, &setting).unwrap();
            let first = method.order(&problem, 0, 0).unwrap();
            let differs = (1..6).any(|i| method.order(&problem, 0, i).unwrap() != first);
            assert_eq!(differs, method.is_random(), "{} {setting:?}", entry.name());
            tried += 1;
        }
    }
    assert_eq!(tried, catalogue.methods().len() + 7 + 3);
}

#[test]
fn what_a_method_cannot_do_is_said() {
    let error = |name: &str, grid: &str, parameters: Parameters| {
        let grid: Grid = grid.parse().unwrap();
        let known = KnownCells::none(grid);
        let method = Catalogue::standard().method(name, grid, &parameters);
        method
            .and_then(|method| method.own_group_sizes(&known))
            .unwrap_err()
            .to_string()
    };
    let regions = |number: f64| Parameters::from([("regions".into(), number.into())]);
    assert_eq!(
        error("region-parallel", "3x9", regions(4.0)),
        "regions of method region-parallel is 4; it takes a whole number from 1 to 3 on a 3x9 grid"
    );
    assert_eq!(
        error("region-parallel", "3x9", regions(0.0)),
        "regions of method region-parallel is 0; it takes a whole number from 1"
    );
    let sideways = Parameters::from([("direction".into(), "left".into())]);
    assert_eq!(
        error("spiral", "3x9", sideways),
        "direction of method spiral is left; it takes in or out"
    );
    let video = error("spiral", "2x3x9", Parameters::new());
    let beginning = "method spiral orders one frame, not a 2x3x9 grid; methods for video are ";
    let names: Vec<&str> = video.strip_prefix(beginning).unwrap().split(", ").collect();
    assert_eq!(names, Catalogue::standard().names_of(|can| can.video));
}
