//! The tables of the guide's chapters on geometry and statistics: six methods
//! on 16x16 cells in the published 20 steps.

use std::collections::BTreeMap;
use std::error::Error;

use ndarray::Array2;
use orders_analysis::geometry::{GeometryParams, GeometrySummary, Measure, measure_batch};
use orders_analysis::statistics::{
    BootstrapParams, Direction, PermutationParams, holm, mean_interval, paired_test, pareto_front,
};
use orders_core::{Catalogue, Grid, GroupSizes, Parameters, Problem};

const METHODS: [&str; 6] = ["lpd", "proximity", "farthest", "halton", "random", "raster"];
const ORDERS: u64 = 1000;

/// Where a number of an order comes from.
#[derive(Clone, Copy)]
enum Over {
    /// All its cells or pairs.
    Total,
    /// Its steps.
    Steps,
}

type Values = BTreeMap<(usize, usize), Vec<f64>>;

fn main() -> Result<(), Box<dyn Error>> {
    let grid = Grid::for_image(256, 16)?;
    let sizes = GroupSizes::published(grid, 20).ok_or("no published sizes")?;
    let problem = Problem::new(grid, sizes)?;
    let columns = [
        (Measure::Proximity, Over::Steps),
        (Measure::NearestContext, Over::Steps),
        (Measure::Support, Over::Steps),
        (Measure::NeighbourCoverage, Over::Steps),
        (Measure::Discrepancy, Over::Steps),
        (Measure::Proximity, Over::Total),
        (Measure::MeanPair, Over::Total),
        (Measure::Violations, Over::Total),
        (Measure::ViolatingShare, Over::Total),
    ];

    // One value for each method, column and order.
    let mut values = Values::new();
    let mut summaries = Vec::new();
    for (m, name) in METHODS.iter().enumerate() {
        let method = Catalogue::standard().method(name, grid, &Parameters::new())?;
        let mut summary = GeometrySummary::new(&problem);
        measure_batch(
            &*method,
            &problem,
            GeometryParams::for_grid(grid),
            ORDERS,
            0,
            |_, order| {
                summary.add(order);
                for (c, &(measure, over)) in columns.iter().enumerate() {
                    let value = match over {
                        Over::Total => order.total.value(measure),
                        Over::Steps => order.mean_over_steps(measure),
                    };
                    values.entry((m, c)).or_default().extend(value);
                }
            },
        )?;
        summaries.push(summary);
    }

    print_means(&columns, &values)?;
    for measure in [
        Measure::Proximity,
        Measure::NearestContext,
        Measure::Violations,
    ] {
        print_steps(measure, &summaries);
    }
    print_tests(&columns, &values)?;
    print_front(&values)?;
    Ok(())
}

fn print_means(columns: &[(Measure, Over)], values: &Values) -> Result<(), Box<dyn Error>> {
    println!("{ORDERS} orders of seed 0; means with 95 % BCa intervals\n");
    print!("| method |");
    for &(measure, over) in columns {
        let over = match over {
            Over::Total => "total",
            Over::Steps => "steps",
        };
        print!(" {} ({over}) |", measure.name());
    }
    println!();
    for (m, name) in METHODS.iter().enumerate() {
        print!("| {name} |");
        for c in 0..columns.len() {
            let mean = mean_interval(&values[&(m, c)], &BootstrapParams::default())?;
            if mean.low == mean.high {
                print!(" {:.4} |", mean.estimate);
            } else {
                print!(
                    " {:.4} [{:.4}, {:.4}] |",
                    mean.estimate, mean.low, mean.high
                );
            }
        }
        println!();
    }
    Ok(())
}

fn print_steps(measure: Measure, summaries: &[GeometrySummary]) {
    let steps = [1, 2, 3, 5, 8, 11, 14, 17, 20];
    println!("\n{} in steps {steps:?}\n", measure.name());
    for (name, summary) in METHODS.iter().zip(summaries) {
        print!("| {name} |");
        for step in steps {
            match summary
                .step(step - 1, measure)
                .and_then(|running| running.mean())
            {
                Some(mean) => print!(" {mean:.2} |"),
                None => print!(" - |"),
            }
        }
        println!();
    }
}

/// LPD against each other method, in two measures.
fn print_tests(columns: &[(Measure, Over)], values: &Values) -> Result<(), Box<dyn Error>> {
    println!("\nlpd minus each other method, on common seeds\n");
    let mut tests = Vec::new();
    for c in [0, 7] {
        for m in 1..METHODS.len() {
            let test = paired_test(
                &values[&(0, c)],
                &values[&(m, c)],
                &PermutationParams::default(),
            )?;
            tests.push((columns[c].0.name(), METHODS[m], test));
        }
    }
    let p_values: Vec<f64> = tests.iter().map(|(_, _, test)| test.p_value).collect();
    for ((measure, method, test), adjusted) in tests.iter().zip(holm(&p_values)?) {
        println!(
            "| {measure} | {method} | {:.4} | {:.1e} | {adjusted:.1e} |",
            test.mean_difference, test.p_value
        );
    }
    Ok(())
}

/// High proximity over the steps, few violations.
fn print_front(values: &Values) -> Result<(), Box<dyn Error>> {
    let mean = |m: usize, c: usize| {
        let values = &values[&(m, c)];
        values.iter().sum::<f64>() / values.len() as f64
    };
    let points = Array2::from_shape_fn((METHODS.len(), 2), |(m, k)| mean(m, [0, 7][k]));
    let front = pareto_front(points.view(), &[Direction::Maximise, Direction::Minimise])?;
    let names: Vec<&str> = front.into_iter().map(|m| METHODS[m]).collect();
    println!("\nPareto front of proximity (steps) and violations (total): {names:?}");
    Ok(())
}
