//! From files to trials.

use orders_analysis::experiment::{OPTIMAL_ORDERS, Plan, optimal_seed};
use orders_analysis::information::{
    Covariance, Loss, OptimalSizes, OrderSource, SizesParams, mean_cut_costs,
};
use orders_core::{Catalogue, FirstGroup, Grid, GroupSizes, OrderRng, Problem, Shape};

use crate::plan;

fn lines(plan: &Plan) -> Vec<String> {
    plan.trials().iter().map(ToString::to_string).collect()
}

#[test]
fn a_grid_has_every_combination_in_order() {
    let plan = plan(
        r#"
        grids = ["4x4", "16x16"]
        steps = [8, 12]
        sizes = ["uniform", [1, 15], "own"]
        fields = ["exp:5", "exp:2"]
        seeds = [0, 3]
        [[methods]]
        name = "diagonal"
        sizes = ["own"]
        [[methods]]
        name = "proximity"
        set = { proximity = [0.5, 1] }
        sizes = ["uniform"]
        [[methods]]
        name = "halton"
        label = "Halton, rolled"
        set = { roll = [false, true] }
        sizes = ["one-by-one"]
        "#,
    );
    let mut expected = Vec::new();
    let tails = [
        "exp:5, seed 0",
        "exp:5, seed 3",
        "exp:2, seed 0",
        "exp:2, seed 3",
    ];
    let mut add = |head: &str| expected.extend(tails.map(|tail| format!("{head}, {tail}")));
    add("diagonal, 4x4, 7 steps, own sizes");
    add("diagonal, 16x16, 31 steps, own sizes");
    for tau in ["0.5", "1"] {
        for grid in ["4x4", "16x16"] {
            for steps in [8, 12] {
                add(&format!(
                    "proximity, proximity {tau}, {grid}, {steps} steps, uniform sizes"
                ));
            }
        }
    }
    for roll in ["false", "true"] {
        for (grid, steps) in [("4x4", 16), ("16x16", 256)] {
            add(&format!(
                "Halton, rolled, roll {roll}, scramble false, {grid}, {steps} steps, one-by-one sizes"
            ));
        }
    }
    assert_eq!(lines(&plan), expected);
}

#[test]
fn settings_hold_defaults_and_sizes() {
    let plan = plan(
        r#"
        grids = ["32x32"]
        sizes = [[24, 1000]]
        [[methods]]
        name = "lpd"
        "#,
    );
    let settings = &plan.trials()[0].settings;
    assert_eq!(settings.parameters["repulsion"], "4");
    assert_eq!(settings.parameters["proximity"], "1");
    assert_eq!(settings.group_sizes, [24, 1000]);
    assert_eq!(
        (settings.orders, settings.seed, settings.steps),
        (100, 0, 2)
    );
    assert_eq!(settings.sizes, "listed");
}

const DRAWN: &str = r#"
grids = ["8x8"]
steps = [4, 6, 9, 16]
sizes = ["cosine"]
[[methods]]
name = "lpd"
set = { proximity = { from = 0.5, to = 2.5 }, repulsion = [0, 1] }
"#;

fn drawn(kind: &str, points: usize, seed: u64) -> Plan {
    plan(&format!(
        "{DRAWN}\n[design]\nkind = \"{kind}\"\npoints = {points}\nseed = {seed}\n"
    ))
}

/// What a point of [`DRAWN`] is for three numbers.
fn expected(steps: f64, proximity: f64, repulsion: f64) -> String {
    let steps = [4, 6, 9, 16][(4.0 * steps) as usize];
    let proximity = 0.5 + 2.0 * proximity;
    let repulsion = (2.0 * repulsion) as u32;
    format!(
        "lpd, proximity {proximity}, repulsion {repulsion}, 8x8, {steps} steps, cosine sizes, seed 0"
    )
}

#[test]
fn random_points_depend_on_seed_and_number() {
    let points = lines(&drawn("random", 20, 7));
    let literal = (0..20).map(|index| {
        let mut rng = OrderRng::new(7 ^ 0x7377_6565_7072_616e, index);
        let mut next = || (rng.next_u64() >> 11) as f64 * 2_f64.powi(-53);
        let (steps, proximity, repulsion) = (next(), next(), next());
        expected(steps, proximity, repulsion)
    });
    assert_eq!(points, literal.collect::<Vec<_>>());
    // More points begin with the same.
    assert_eq!(points, lines(&drawn("random", 50, 7))[..20]);
    assert_ne!(points, lines(&drawn("random", 20, 8)));
}

#[test]
fn sobol_points_are_those_of_the_sequence() {
    let points = lines(&drawn("sobol", 32, 3));
    let literal = (0..32).map(|index| {
        let [steps, proximity, repulsion] =
            [0, 1, 2].map(|dimension| f64::from(sobol_burley::sample(index, dimension, 3)));
        expected(steps, proximity, repulsion)
    });
    assert_eq!(points, literal.collect::<Vec<_>>());
    // They are spread: of 32, each of the four step counts has eight.
    for steps in [4, 6, 9, 16] {
        let count = points
            .iter()
            .filter(|p| p.contains(&format!(", {steps} steps,")));
        assert_eq!(count.count(), 8);
    }
    assert_ne!(points, lines(&drawn("sobol", 32, 4)));
}

#[test]
fn points_drawn_twice_are_tried_once() {
    let text = r#"
        grids = ["4x4"]
        steps = [2, 3]
        sizes = ["uniform"]
        design = { kind = "random", points = 40 }
        [[methods]]
        name = "random"
        "#;
    assert_eq!(plan(text).trials().len(), 2);
}

#[test]
fn keys_tell_results_apart_and_labels_do_not() {
    let base = r#"
        grids = ["4x4"]
        steps = [3]
        sizes = ["uniform"]
        [[methods]]
        name = "lpd"
        "#;
    let key = |text: &str| plan(text).trials()[0].settings.key();
    assert_eq!(key(base), key(&format!("{base}\nlabel = \"LPD\"")));
    assert_eq!(key(base), key(&format!("title = \"x\"\n{base}")));
    assert_eq!(
        key(base),
        key(&format!("{base}\nset = {{ proximity = 1.0 }}"))
    );
    for other in [
        format!("orders = 7\n{base}"),
        format!("seeds = [1]\n{base}"),
        format!("fields = [\"exp:5\"]\n{base}"),
        format!("measures = [\"proximity\"]\n{base}"),
        format!("{base}\nset = {{ proximity = 1.5 }}"),
        base.replace("4x4", "2x8"),
        base.replace("[3]", "[4]"),
        base.replace("uniform", "linear"),
        base.replace("lpd", "proximity"),
    ] {
        assert_ne!(key(base), key(&other), "{other}");
    }
}

/// Optimal sizes are those of each trial's method, field, steps and seed, found
/// from other orders than the measured ones, made with the usual sizes.
#[test]
fn optimal_sizes_are_those_of_the_trial() {
    let plan = plan(
        r#"
        grids = ["8x8"]
        steps = [5, 16]
        sizes = ["optimal"]
        fields = ["exp:5", "exp:2"]
        seeds = [0, 3]
        [[methods]]
        name = "lpd"
        set = { repulsion = [0, 1] }
        [[methods]]
        name = "random"
        [[methods]]
        name = "halton"
        "#,
    );
    assert_eq!(plan.trials().len(), 4 * 2 * 2 * 2);
    let grid = Grid::new(8, 8).unwrap();
    for trial in plan.trials() {
        let settings = &trial.settings;
        let usual = GroupSizes::published(grid, settings.steps).unwrap_or_else(|| {
            let cosine = Shape::Cosine.group_sizes(64, settings.steps, FirstGroup::One);
            cosine.unwrap()
        });
        let problem = Problem::new(grid, usual).unwrap();
        let parameters = settings.parameters.iter();
        let parameters = parameters
            .filter(|_| settings.method == "lpd")
            .map(|(name, text)| (name.clone(), text.parse::<f64>().unwrap().into()))
            .collect();
        let method = Catalogue::standard()
            .method(&settings.method, grid, &parameters)
            .unwrap();
        let field = settings.field.as_ref().unwrap().parse().unwrap();
        let covariance = Covariance::of_field(&field, grid).unwrap();
        let count = if method.is_random() {
            OPTIMAL_ORDERS
        } else {
            1
        };
        let method = method.as_ref();
        let seed = optimal_seed(settings.seed);
        let costs = mean_cut_costs(
            OrderSource::Method {
                method,
                count,
                seed,
            },
            &problem,
            &covariance,
            Loss::TotalCorrelation,
            &|_| {},
        )
        .unwrap();
        let params = SizesParams::default();
        let optimal = OptimalSizes::new(&costs.rounded(), settings.steps, params).unwrap();
        let (sizes, _) = optimal.for_steps(settings.steps).unwrap();
        assert_eq!(settings.group_sizes, sizes.as_slice(), "{trial}");
        assert_eq!(settings.sizes, "optimal");
    }
}

/// Sizes that are optimal for a field are part of a trial, and the same for any
/// number of threads.
#[test]
fn optimal_sizes_do_not_depend_on_threads() {
    let text = r#"
        grids = ["8x8"]
        steps = [5, 16]
        sizes = ["optimal"]
        fields = ["exp:5"]
        [[methods]]
        name = "lpd"
        [[methods]]
        name = "random"
        "#;
    let plans = [1, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| plan(text))
    });
    assert_eq!(plans[0], plans[1]);
    let optimal = plans[0].trials()[0].settings.clone();
    let listed = plan(&text.replace("\"optimal\"", "\"cosine\""));
    assert_ne!(optimal.key(), listed.trials()[0].settings.key());
}
