//! A measure: what it is called, what it is taken from, and its value.

use std::fmt;
use std::sync::Arc;

use super::measured::Measured;
use super::samples::{MeasureFailure, SampleSet, SetValue};
use crate::experiment::clock::Timing;

/// A measure, as a [catalogue](super::Measures) holds it.
///
/// ```
/// use orders_analysis::experiment::{Input, MeasureEntry};
/// use orders_core::Grid;
///
/// // How far one cell lies from the next, in rows and columns.
/// let jump = |grid: Grid, a: u32, b: u32| {
///     let ((row, column), (other, beside)) =
///         (grid.position_from_cell(a), grid.position_from_cell(b));
///     row.abs_diff(other) + column.abs_diff(beside)
/// };
/// let jumps = MeasureEntry::of_orders("jumps", "mean jump", None, move |order| {
///     let (grid, pairs) = (order.problem().grid(), order.cells().windows(2));
///     let count = pairs.len() as f64;
///     let sum: u32 = pairs.map(|pair| jump(grid, pair[0], pair[1])).sum();
///     (count > 0.0).then(|| f64::from(sum) / count)
/// })
/// .in_units_of("cells")
/// .better_low();
/// assert_eq!(jumps.label(), "mean jump (cells)");
/// ```
#[derive(Clone)]
pub struct MeasureEntry {
    name: String,
    words: String,
    explanation: Option<String>,
    unit: Option<String>,
    better: Option<Better>,
    taken: Taken,
}

/// Which way a measure is better for generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// Small values are.
    Low,
    /// Large ones are.
    High,
}

/// What a measure of orders is taken from beside the orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// The geometry of the order, with the parameters of its grid.
    Geometry,
    /// A Gaussian field: what the order loses on it.
    Field,
    /// A Gaussian field: what the order loses on it the other way round.
    ReverseField,
    /// A Gaussian field: how often drafts are refused when it is decoded exactly.
    Refusals,
    /// A model with held-out images.
    Model,
    /// A model, and word of which token is background.
    Background,
    /// A model, and how many passes of it an image takes.
    Passes,
    /// A model, and where its attention goes.
    Attention,
}

/// What values of a measure belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MeasureKind {
    /// An order, or an image under it: two methods are compared in pairs. Steps may
    /// have values as well.
    Orders(Option<Input>),
    /// An order, less what the same image has under another trial: see [`Difference`].
    Difference(Difference),
    /// A set of generated images.
    Samples,
    /// A machine: it is measured again on another one.
    Machine,
}

/// Image by image, the likelihood of one trial less that of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// This trial less the same method one cell at a time: what is lost by generating
    /// in parallel.
    ParallelLoss,
    /// The same method one cell at a time less random orders one at a time: what a
    /// model has not learned of these orders.
    LearningError,
    /// This trial less the same orders one cell at a time, which exact decoding generates:
    /// what is lost because the cells of a group are independent of each other (the
    /// factorisation error of arXiv 2510.25544). Of a method whose orders look at their
    /// group sizes that is not its parallel loss, since its orders one cell at a time are
    /// others.
    FactorisationLoss,
}

type OfOrder = dyn Fn(&Measured<'_>) -> Option<f64> + Send + Sync;
type OfStep = dyn Fn(&Measured<'_>, usize) -> Option<f64> + Send + Sync;
type OfSamples = dyn Fn(&SampleSet<'_>) -> Result<Option<SetValue>, MeasureFailure> + Send + Sync;
type OfMachine = dyn Fn(&Timing) -> Option<f64> + Send + Sync;

#[derive(Clone)]
enum Taken {
    Orders(Option<Input>, Arc<OfOrder>, Option<Arc<OfStep>>),
    Difference(Difference),
    Samples(Arc<OfSamples>),
    Machine(Arc<OfMachine>),
}

impl MeasureEntry {
    /// A measure of orders: its name in files and flags, words for it, what it is taken
    /// from, and its value for an order; `None` if it has none there.
    pub fn of_orders(
        name: impl Into<String>,
        words: impl Into<String>,
        input: Option<Input>,
        value: impl Fn(&Measured<'_>) -> Option<f64> + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, words, Taken::Orders(input, Arc::new(value), None))
    }

    /// A measure of a set of generated images.
    pub fn of_samples(
        name: impl Into<String>,
        words: impl Into<String>,
        value: impl Fn(&SampleSet<'_>) -> Result<Option<SetValue>, MeasureFailure>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        Self::new(name, words, Taken::Samples(Arc::new(value)))
    }

    /// A measure of a machine that generates.
    pub fn of_machine(
        name: impl Into<String>,
        words: impl Into<String>,
        value: impl Fn(&Timing) -> Option<f64> + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, words, Taken::Machine(Arc::new(value)))
    }

    pub(super) fn difference(name: &str, words: &str, difference: Difference) -> Self {
        Self::new(name, words, Taken::Difference(difference))
    }

    fn new(name: impl Into<String>, words: impl Into<String>, taken: Taken) -> Self {
        Self {
            name: name.into(),
            words: words.into(),
            explanation: None,
            unit: None,
            better: None,
            taken,
        }
    }

    /// With a value for each step as well, counted from 0.
    ///
    /// # Panics
    ///
    /// If it is no measure of orders.
    #[must_use]
    pub fn by_step(
        mut self,
        value: impl Fn(&Measured<'_>, usize) -> Option<f64> + Send + Sync + 'static,
    ) -> Self {
        let Taken::Orders(.., step) = &mut self.taken else {
            panic!(
                "measure {} is none of orders, so it has no steps",
                self.name
            );
        };
        *step = Some(Arc::new(value));
        self
    }

    /// With a sentence that says what it is, without its full stop.
    #[must_use]
    pub fn explained(mut self, sentence: impl Into<String>) -> Self {
        self.explanation = Some(sentence.into());
        self
    }

    /// With a unit.
    #[must_use]
    pub fn in_units_of(mut self, unit: impl Into<String>) -> Self {
        self.unit = Some(unit.into());
        self
    }

    /// Small values are the better ones.
    #[must_use]
    pub fn better_low(mut self) -> Self {
        self.better = Some(Better::Low);
        self
    }

    /// Large values are the better ones.
    #[must_use]
    pub fn better_high(mut self) -> Self {
        self.better = Some(Better::High);
        self
    }

    /// The name in files and flags.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is called on axes and in headers: words and the unit.
    pub fn label(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{} ({unit})", self.words),
            None => self.words.clone(),
        }
    }

    /// A line that says what it is: the name, the sentence of [`explained`](Self::explained)
    /// or else its words, the unit, and which way is better.
    ///
    /// ```
    /// use orders_analysis::experiment::Measures;
    ///
    /// let measures = Measures::standard();
    /// assert_eq!(
    ///     measures.entry("latency_seconds")?.explanation(),
    ///     "latency_seconds (s): time to generate one image, best of the timed runs; less is better"
    /// );
    /// # Ok::<(), orders_core::UnknownName>(())
    /// ```
    pub fn explanation(&self) -> String {
        let mut line = self.name.clone();
        if let Some(unit) = &self.unit {
            line.push_str(&format!(" ({unit})"));
        }
        line.push_str(": ");
        line.push_str(self.explanation.as_ref().unwrap_or(&self.words));
        line.push_str(match self.better {
            Some(Better::Low) => "; less is better",
            Some(Better::High) => "; more is better",
            None => "",
        });
        line
    }

    /// Which way is better; `None` where neither is by itself.
    pub fn better(&self) -> Option<Better> {
        self.better
    }

    /// What its values belong to.
    pub fn kind(&self) -> MeasureKind {
        match &self.taken {
            Taken::Orders(input, ..) => MeasureKind::Orders(*input),
            Taken::Difference(difference) => MeasureKind::Difference(*difference),
            Taken::Samples(_) => MeasureKind::Samples,
            Taken::Machine(_) => MeasureKind::Machine,
        }
    }

    /// Whether steps have it too, and not whole orders alone.
    pub fn is_of_steps(&self) -> bool {
        matches!(&self.taken, Taken::Orders(_, _, Some(_)))
    }

    /// Whether it is taken from a Gaussian field.
    pub fn asks_field(&self) -> bool {
        matches!(
            self.taken,
            Taken::Orders(
                Some(Input::Field | Input::ReverseField | Input::Refusals),
                ..
            )
        )
    }

    /// Whether it is taken from a model with held-out images.
    pub fn asks_model(&self) -> bool {
        matches!(
            self.taken,
            Taken::Orders(
                Some(Input::Model | Input::Background | Input::Passes | Input::Attention),
                ..
            )
        )
    }

    /// Whether each order or image has a value.
    pub fn is_paired(&self) -> bool {
        matches!(&self.taken, Taken::Orders(..) | Taken::Difference(_))
    }

    pub(super) fn of_order(&self, order: &Measured<'_>) -> Option<f64> {
        match &self.taken {
            Taken::Orders(_, value, _) => value(order),
            _ => None,
        }
    }

    pub(super) fn of_step(&self, order: &Measured<'_>, step: usize) -> Option<f64> {
        match &self.taken {
            Taken::Orders(_, _, Some(value)) => value(order, step),
            _ => None,
        }
    }

    pub(in crate::experiment) fn of_set(
        &self,
        set: &SampleSet<'_>,
    ) -> Result<Option<SetValue>, MeasureFailure> {
        match &self.taken {
            Taken::Samples(value) => value(set),
            _ => Ok(None),
        }
    }

    pub(in crate::experiment) fn of_timing(&self, timing: &Timing) -> Option<f64> {
        match &self.taken {
            Taken::Machine(value) => value(timing),
            _ => None,
        }
    }
}

impl fmt::Debug for MeasureEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeasureEntry")
            .field("name", &self.name)
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}

/// Two are the same if they are called the same: a catalogue has each name once.
impl PartialEq for MeasureEntry {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for MeasureEntry {}
