//! The measures that come with this crate.

use super::entry::{Difference, Input, MeasureEntry};
use crate::geometry::Measure;
use crate::information::expected_passes;

/// Measures of context, whose mean over the steps tells orders apart where the
/// total can't.
const OVER_STEPS: [Measure; 5] = [
    Measure::Proximity,
    Measure::NearestContext,
    Measure::Support,
    Measure::EdgeCoverage,
    Measure::NeighbourCoverage,
];

/// All of them: of a model, of a field, of geometry, of machines.
pub(super) fn measures() -> Vec<MeasureEntry> {
    let mut all = likelihood();
    all.extend(information());
    all.extend(Measure::ALL.into_iter().map(geometry));
    all.extend(OVER_STEPS.map(over_steps));
    all.extend(differences());
    all.extend(machine());
    all
}

fn likelihood() -> Vec<MeasureEntry> {
    let nats = MeasureEntry::of_orders(
        "nats_per_cell",
        "negative log-likelihood",
        Some(Input::Model),
        |image| image.nats()?.total.all.value(),
    )
    .by_step(|image, step| image.nats()?.steps.get(step)?.all.value());
    let foreground = MeasureEntry::of_orders(
        "nats_per_foreground_cell",
        "negative log-likelihood of foreground",
        Some(Input::Background),
        |image| image.nats()?.total.foreground.value(),
    )
    .by_step(|image, step| image.nats()?.steps.get(step)?.foreground.value());
    let in_nats = |entry: MeasureEntry| entry.in_units_of("nats per cell").better_low();
    let passes = MeasureEntry::of_orders(
        "passes_per_image",
        "passes of the model for an image",
        Some(Input::Passes),
        |image| Some(image.passes()? as f64),
    );
    let attention = MeasureEntry::of_orders(
        "attention_within_3",
        "attention within 3 cells",
        Some(Input::Attention),
        |image| image.attention_within_3(),
    );
    vec![
        in_nats(nats),
        in_nats(foreground),
        passes.better_low(),
        attention,
    ]
}

fn information() -> Vec<MeasureEntry> {
    let correlation = MeasureEntry::of_orders(
        "total_correlation_nats",
        "total correlation",
        Some(Input::Field),
        |order| Some(order.information()?.total_correlation_nats),
    )
    .by_step(|order, step| Some(order.information()?.steps.get(step)?.total_correlation_nats));
    let entropy = MeasureEntry::of_orders("entropy_nats", "entropy", Some(Input::Field), |order| {
        Some(order.information()?.entropy_nats)
    })
    .by_step(|order, step| Some(order.information()?.steps.get(step)?.entropy_nats));
    let reverse = MeasureEntry::of_orders(
        "reverse_total_correlation_nats",
        "reverse total correlation",
        Some(Input::ReverseField),
        |order| Some(order.reverse_nats()?.iter().sum()),
    )
    .by_step(|order, step| order.reverse_nats()?.get(step).copied());
    let mut all: Vec<MeasureEntry> = [correlation, entropy, reverse]
        .map(|entry| entry.in_units_of("nats").better_low())
        .into();
    let refusals = MeasureEntry::of_orders(
        "expected_refusals",
        "expected refusals of exact decoding",
        Some(Input::Refusals),
        |order| Some(order.refusals()?.iter().sum()),
    )
    .by_step(|order, step| order.refusals()?.get(step).copied());
    let passes = MeasureEntry::of_orders(
        "expected_passes",
        "expected passes of exact decoding",
        Some(Input::Refusals),
        |order| Some(expected_passes(order.refusals()?)),
    );
    all.extend([refusals.better_low(), passes.better_low()]);
    all
}

/// A measure of geometry, of a group and of the whole order.
fn geometry(measure: Measure) -> MeasureEntry {
    let entry = MeasureEntry::of_orders(
        measure.name(),
        words(measure),
        Some(Input::Geometry),
        move |order| order.geometry()?.total.value(measure),
    )
    .by_step(move |order, step| order.geometry()?.steps.get(step)?.value(measure));
    described(entry, measure)
}

/// The mean of a measure of geometry over the steps of an order, each step weighing the
/// same. It has no value for a single step.
fn over_steps(measure: Measure) -> MeasureEntry {
    let entry = MeasureEntry::of_orders(
        format!("{}_over_steps", measure.name()),
        format!("{} over steps", words(measure)),
        Some(Input::Geometry),
        move |order| order.geometry()?.mean_over_steps(measure),
    );
    described(entry, measure)
}

fn words(measure: Measure) -> String {
    measure.name().replace('_', " ")
}

fn described(mut entry: MeasureEntry, measure: Measure) -> MeasureEntry {
    if let Some(unit) = measure.unit() {
        entry = entry.in_units_of(unit);
    }
    match measure {
        Measure::NearestContext
        | Measure::Violations
        | Measure::ViolatingShare
        | Measure::Discrepancy => entry.better_low(),
        _ => entry.better_high(),
    }
}

fn differences() -> Vec<MeasureEntry> {
    let all = [
        ("parallel_loss", "parallel loss", Difference::ParallelLoss),
        (
            "learning_error",
            "learning error",
            Difference::LearningError,
        ),
    ];
    all.map(|(name, words, difference)| {
        let entry = MeasureEntry::difference(name, words, difference);
        entry.in_units_of("nats per cell").better_low()
    })
    .into()
}

fn machine() -> Vec<MeasureEntry> {
    vec![
        MeasureEntry::of_machine("latency_seconds", "latency", |timing| {
            Some(timing.latency_seconds)
        })
        .in_units_of("s")
        .better_low(),
        MeasureEntry::of_machine("images_per_second", "throughput", |timing| {
            Some(timing.images_per_second)
        })
        .in_units_of("images/s")
        .better_high(),
        MeasureEntry::of_machine("passes", "passes of the model", |timing| timing.passes)
            .better_low(),
    ]
}
