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
    .by_step(|image, step| image.nats()?.steps.get(step)?.all.value())
    .explained("what a model's tokens cost, each given the groups before its own: the mean over the cells of a held-out image");
    let foreground = MeasureEntry::of_orders(
        "nats_per_foreground_cell",
        "negative log-likelihood of foreground",
        Some(Input::Background),
        |image| image.nats()?.total.foreground.value(),
    )
    .by_step(|image, step| image.nats()?.steps.get(step)?.foreground.value())
    .explained("the same over the cells whose token is not background");
    let in_nats = |entry: MeasureEntry| entry.in_units_of("nats per cell").better_low();
    let passes = MeasureEntry::of_orders(
        "passes_per_image",
        "passes of the model for an image",
        Some(Input::Passes),
        |image| Some(image.passes()? as f64),
    )
    .explained("how often the model is asked for an image");
    let attention = MeasureEntry::of_orders(
        "attention_within_3",
        "attention within 3 cells",
        Some(Input::Attention),
        |image| image.attention_within_3(),
    )
    .explained("the weight that a model gives to cells at most 3 away, in the mean over queries, heads and layers");
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
    .by_step(|order, step| Some(order.information()?.steps.get(step)?.total_correlation_nats))
    .explained("what is lost on a Gaussian field because the cells of a group are drawn independently of each other, given all before");
    let entropy = MeasureEntry::of_orders("entropy_nats", "entropy", Some(Input::Field), |order| {
        Some(order.information()?.entropy_nats)
    })
    .by_step(|order, step| Some(order.information()?.steps.get(step)?.entropy_nats))
    .explained(
        "the entropy of a Gaussian field's groups, each given all before: what is left to be drawn",
    );
    let reverse = MeasureEntry::of_orders(
        "reverse_total_correlation_nats",
        "reverse total correlation",
        Some(Input::ReverseField),
        |order| Some(order.reverse_nats()?.iter().sum()),
    )
    .by_step(|order, step| order.reverse_nats()?.get(step).copied())
    .explained("the divergence of a Gaussian field from what is generated in parallel");
    let mut all: Vec<MeasureEntry> = [correlation, entropy, reverse]
        .map(|entry| entry.in_units_of("nats").better_low())
        .into();
    let refusals = MeasureEntry::of_orders(
        "expected_refusals",
        "expected refusals of exact decoding",
        Some(Input::Refusals),
        |order| Some(order.refusals()?.iter().sum()),
    )
    .by_step(|order, step| order.refusals()?.get(step).copied())
    .explained("drafts that are refused when a Gaussian field is decoded exactly");
    let passes = MeasureEntry::of_orders(
        "expected_passes",
        "expected passes of exact decoding",
        Some(Input::Refusals),
        |order| Some(expected_passes(order.refusals()?)),
    )
    .explained("passes that decoding a Gaussian field exactly takes: one for each step, one for each refused draft, and one");
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
    described(entry.explained(sentence(measure)), measure)
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
    let sentence = format!("{}; in the mean over the steps", sentence(measure));
    described(entry.explained(sentence), measure)
}

/// What a measure of geometry is.
fn sentence(measure: Measure) -> &'static str {
    match measure {
        Measure::Proximity => {
            "LPD's score: the sum of 1 / distance over what is generated among a cell's 8 neighbours"
        }
        Measure::NearestContext => "distance from a cell to the nearest that is generated before",
        Measure::Support => {
            "the part of a cell's summed correlation with the grid, which falls off over 5 cells, that is generated before"
        }
        Measure::EdgeCoverage => "the share of a cell's 4 edge neighbours that is generated before",
        Measure::NeighbourCoverage => "the share of a cell's 8 neighbours that is generated before",
        Measure::SmallestPair => "the smallest distance between two cells of a group",
        Measure::MeanPair => "the mean distance between two cells of a group",
        Measure::Violations => "pairs of a group that lie nearer than LPD's default threshold",
        Measure::ViolatingShare => "the share of cells that are in such a pair",
        Measure::Discrepancy => {
            "how unevenly what is generated covers the grid (centred L2 discrepancy)"
        }
    }
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
        (
            "parallel_loss",
            "parallel loss",
            Difference::ParallelLoss,
            "nats above the same method one cell at a time, image by image: what is lost by generating in parallel",
        ),
        (
            "learning_error",
            "learning error",
            Difference::LearningError,
            "nats of the method above random orders, both one cell at a time: what a model has not learned of these orders",
        ),
        (
            "factorisation_loss",
            "factorisation loss",
            Difference::FactorisationLoss,
            "nats above the same orders one cell at a time, image by image: what is lost because cells of a group are independent",
        ),
    ];
    all.map(|(name, words, difference, sentence)| {
        let entry = MeasureEntry::difference(name, words, difference).explained(sentence);
        entry.in_units_of("nats per cell").better_low()
    })
    .into()
}

fn machine() -> Vec<MeasureEntry> {
    vec![
        MeasureEntry::of_machine("latency_seconds", "latency", |timing| {
            Some(timing.latency_seconds)
        })
        .explained("time to generate one image, best of the timed runs")
        .in_units_of("s")
        .better_low(),
        MeasureEntry::of_machine("images_per_second", "throughput", |timing| {
            Some(timing.images_per_second)
        })
        .explained("images that a batch gives in a second, best of the timed runs")
        .in_units_of("images/s")
        .better_high(),
        MeasureEntry::of_machine("passes", "passes of the model", |timing| timing.passes)
            .explained("how often the model is asked for an image, on average")
            .better_low(),
    ]
}
