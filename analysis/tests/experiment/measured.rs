//! Results are those of the measures, computed otherwise.

use orders_analysis::experiment::{Estimate, Plan, Spec, Tools, TrialResult, run_trial};
use orders_analysis::geometry::{GeometryParams, Measure, OrderGeometry, measure_batch};
use orders_analysis::information::{self, Covariance};
use orders_analysis::statistics::{BootstrapParams, Running, StatisticsError, mean_interval};
use orders_core::catalogue::{MethodEntry, ParameterEntry};
use orders_core::{
    Catalogue, Cell, Grid, GroupSizes, MethodError, OrderGenerator, OrderRng, OrderingMethod,
    Parameters, Problem,
};

use crate::{catalogue, measures, plan, tools};

const TRIAL: &str = r#"
orders = 30
grids = ["8x8"]
steps = [5]
sizes = ["linear"]
seeds = [3]
[[methods]]
name = "lpd"
"#;

fn orders(method: &dyn OrderingMethod, result: &TrialResult) -> Vec<OrderGeometry> {
    let grid: Grid = result.settings.grid.parse().unwrap();
    let sizes = GroupSizes::new(result.settings.group_sizes.clone()).unwrap();
    let problem = Problem::new(grid, sizes).unwrap();
    let mut all = Vec::new();
    let params = GeometryParams::for_grid(grid);
    let (count, seed) = (result.settings.orders, result.settings.seed);
    measure_batch(method, &problem, params, count, seed, |_, order| {
        all.push(order.clone())
    })
    .unwrap();
    all
}

/// An estimate, the slow way.
fn estimate(values: &[Option<f64>]) -> Estimate {
    let values: Vec<f64> = values.iter().copied().flatten().collect();
    let mut running = Running::default();
    values.iter().for_each(|&value| running.add(value));
    let interval = match mean_interval(&values, &BootstrapParams::default()) {
        Ok(interval) => Some(interval),
        Err(StatisticsError::TooFew { .. } | StatisticsError::NoBca { .. }) => None,
        Err(error) => panic!("{error}"),
    };
    Estimate {
        count: running.count(),
        mean: running.mean(),
        sd: running.sd(),
        low: interval.map(|interval| interval.low),
        high: interval.map(|interval| interval.high),
    }
}

#[test]
fn geometry_and_intervals_agree_with_the_modules() {
    for name in ["lpd", "farthest", "raster"] {
        let plan = plan(&TRIAL.replace("lpd", name));
        let settings = &plan.trials()[0].settings;
        let result = run_trial(settings, &tools(&[]), "test", &|| false).unwrap();
        let grid = Grid::new(8, 8).unwrap();
        let method = Catalogue::standard()
            .method(name, grid, &Default::default())
            .unwrap();
        let orders = orders(method.as_ref(), &result);
        for measure in Measure::ALL {
            let name = measure.name();
            let totals: Vec<_> = orders
                .iter()
                .map(|order| order.total.value(measure))
                .collect();
            assert_eq!(result.orders[name], totals, "{name}");
            assert_eq!(result.totals[name], estimate(&totals), "{name}");
            for step in 0..5 {
                let values: Vec<_> = orders
                    .iter()
                    .map(|o| o.steps[step].value(measure))
                    .collect();
                assert_eq!(result.steps[name][step], estimate(&values), "{name} {step}");
            }
        }
        let over_steps: Vec<_> = orders
            .iter()
            .map(|order| order.mean_over_steps(Measure::NearestContext))
            .collect();
        assert_eq!(result.orders["nearest_context_over_steps"], over_steps);
        assert!(!result.steps.contains_key("nearest_context_over_steps"));
    }
}

#[test]
fn one_order_has_no_interval() {
    let plan = plan(&TRIAL.replace("30", "1"));
    let result = run_trial(&plan.trials()[0].settings, &tools(&[]), "test", &|| false).unwrap();
    let proximity = result.totals["proximity"];
    assert_eq!(
        (proximity.count, proximity.sd, proximity.low),
        (1, None, None)
    );
    assert_eq!(proximity.mean, result.orders["proximity"][0]);
}

#[test]
fn only_the_measures_asked_for_are_there() {
    let plan = plan(&format!(
        "measures = [\"support\", \"proximity_over_steps\"]\n{TRIAL}"
    ));
    let result = run_trial(&plan.trials()[0].settings, &tools(&[]), "test", &|| false).unwrap();
    let names = |keys: Vec<&String>| keys.into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(result.totals.keys().collect()),
        ["proximity_over_steps", "support"]
    );
    assert_eq!(names(result.steps.keys().collect()), ["support"]);
}

#[test]
fn information_agrees_with_the_module() {
    for measures in [
        "",
        "measures = [\"total_correlation_nats\", \"entropy_nats\"]",
    ] {
        let plan = plan(&format!("fields = [\"exp:3\"]\n{measures}\n{TRIAL}"));
        let settings = &plan.trials()[0].settings;
        let result = run_trial(settings, &tools(&[]), "test", &|| false).unwrap();
        let grid = Grid::new(8, 8).unwrap();
        let sizes = GroupSizes::new(settings.group_sizes.clone()).unwrap();
        let problem = Problem::new(grid, sizes).unwrap();
        let covariance = Covariance::of_field(&"exp:3".parse().unwrap(), grid).unwrap();
        let method = Catalogue::standard()
            .method("lpd", grid, &Default::default())
            .unwrap();
        let mut orders = Vec::new();
        information::measure_batch(method.as_ref(), &problem, &covariance, 30, 3, |_, order| {
            orders.push(order.clone());
        })
        .unwrap();
        let total = |name: &str, value: fn(&information::OrderInformation) -> f64| {
            let values: Vec<_> = orders.iter().map(|order| Some(value(order))).collect();
            assert_eq!(result.orders[name], values, "{name}");
            assert_eq!(result.totals[name], estimate(&values), "{name}");
        };
        total("total_correlation_nats", |order| {
            order.total_correlation_nats
        });
        total("entropy_nats", |order| order.entropy_nats);
        for step in 0..5 {
            let values: Vec<_> = orders
                .iter()
                .map(|order| Some(order.steps[step].total_correlation_nats))
                .collect();
            let found = result.steps["total_correlation_nats"][step];
            assert_eq!(found, estimate(&values), "step {step}");
        }
    }
}

/// Every n-th cell first.
struct Every(u32);

impl OrderingMethod for Every {
    fn name(&self) -> &str {
        "every"
    }

    fn parameters(&self) -> Parameters {
        Parameters::from([("every".into(), f64::from(self.0).into())])
    }

    fn is_random(&self) -> bool {
        false
    }

    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        let mut cells: Vec<Cell> = (0..problem.grid().cells() as Cell).collect();
        cells.sort_by_key(|cell| cell % self.0);
        Ok(Box::new(move |_: &mut OrderRng, out: &mut Vec<Cell>| {
            out.extend(&cells)
        }))
    }
}

#[test]
fn a_method_of_ones_own_is_swept_by_its_name() {
    let every = ParameterEntry::whole("every", "cells from one to the next", 1).or(2.0);
    let entry = MethodEntry::new("every", "every n-th cell first", |arguments| {
        Ok(Box::new(Every(arguments.whole("every")?)))
    });
    let own = Catalogue::standard().with(entry.with_parameter(every));
    let own = own.unwrap();
    let text = TRIAL.replace("\"lpd\"", "\"every\"\nset = { every = [2, 3] }");
    assert!(Spec::read(&text, catalogue(), measures()).is_err());

    let with_own = Tools {
        catalogue: &own,
        ..tools(&[])
    };
    let spec = Spec::read(&text, &own, measures()).unwrap();
    let plan = Plan::new(&spec, &with_own, &|_, _| {}).unwrap();
    assert_eq!(plan.trials().len(), 2);
    let settings = &plan.trials()[1].settings;
    assert!(run_trial(settings, &tools(&[]), "test", &|| false).is_err());
    let result = run_trial(settings, &with_own, "test", &|| false).unwrap();
    let expected = orders(&Every(3), &result)[0].total.proximity;
    assert_eq!(result.orders["proximity"][0], Some(expected));
}
