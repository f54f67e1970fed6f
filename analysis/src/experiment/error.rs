//! Why there is no sweep.

use std::path::PathBuf;
use std::{fmt, io};

use orders_core::decoding::DraftsError;
use orders_core::decoding::schedulers::SchedulerError;
use orders_core::files::OutputError;
use orders_core::sizes::SizesError;
use orders_core::{Grid, MethodError, ProblemError, UnknownName};

use super::judge::JudgeError;
use super::measure::MeasureFailure;
use super::trial::Trial;
use crate::geometry::GeometryError;
use crate::information::{CovarianceError, FieldReadError, InformationError};
use crate::statistics::StatisticsError;
#[cfg(feature = "tables")]
use crate::table::TableError;

/// Why a sweep file can't be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
#[non_exhaustive]
pub struct SpecError {
    /// The line, from 1, where there is word of it.
    pub line: Option<usize>,
    /// What is wrong, and what is allowed.
    pub reason: String,
}

/// Why there are no trials.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum PlanError {
    /// A point of the space is none that could be tried.
    #[error("point {number} ({point}): {reason}")]
    Point {
        /// Its number, from 1.
        number: usize,
        point: String,
        reason: Box<PointError>,
    },
    /// Two points of a grid design are the same.
    #[error("points {first} and {second} are the same ({point}); list each once")]
    Same {
        /// Number of the first, from 1.
        first: usize,
        second: usize,
        point: String,
    },
    /// There is not a judge for each model.
    #[error("the file names {models} models, and {judges} are at hand")]
    Judges { models: usize, judges: usize },
    /// A model has fewer held-out images than a trial has orders.
    #[error(
        "orders is {orders}, but model {model} has {images} held-out images, and order i is asked about image i"
    )]
    Images {
        model: String,
        images: u64,
        /// Orders of a trial.
        orders: u64,
    },
    /// The catalogue has no random orders to compare with.
    #[error("learning_error is measured from random orders: {reason}")]
    Baseline { reason: MethodError },
    /// The axes have too many combinations.
    #[error(
        "there are more than {most} combinations; list fewer values, or take a random or Sobol design"
    )]
    TooMany { most: usize },
}

/// Why a point of a space can't be tried.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum PointError {
    /// The method is none, or can't do the grid.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// The scheduler is none, or can't do the task.
    #[error(transparent)]
    Scheduler(#[from] SchedulerError),
    /// Group sizes can't be chosen so.
    #[error(transparent)]
    Sizes(#[from] SizesError),
    /// Group sizes are not those of the grid.
    #[error(transparent)]
    Problem(#[from] ProblemError),
    /// No optimal sizes are found.
    #[error(transparent)]
    Information(#[from] InformationError),
    /// The field has no covariance on the grid.
    #[error(transparent)]
    Covariance(#[from] CovarianceError),
    /// Tokens can't come about so.
    #[error("decoding {0}")]
    Decoding(#[from] DraftsError),
    /// Optimal sizes are those of a field.
    #[error("'optimal' sizes are those of a field, and the file lists none")]
    NoFieldForOptimal,
    /// Optimal sizes are those of orders.
    #[error("'optimal' sizes are those of orders that are made beforehand")]
    NoOrdersForOptimal,
    /// Sizes are those of a number of steps.
    #[error("'{choice}' sizes need steps, and the file lists none")]
    NoSteps { choice: String },
    /// Optimal sizes were not looked for in so many steps.
    #[error("{steps} steps are not among those of the file")]
    OtherSteps { steps: usize },
    /// The orders of a file were not given.
    #[error("the orders of {name} are not at hand")]
    NoOrders { name: String },
    /// A scheduler asks a model.
    #[error("scheduler {name} looks at what a model says, and the file lists none")]
    NoModel { name: String },
    /// Images have no likelihood under a scheduler that looks at tokens.
    #[error(
        "scheduler {name} looks at the tokens that it draws, so that images have no likelihood under it; measure generated images or time"
    )]
    NoLikelihood { name: String },
    /// A model is one of another grid.
    #[error("model {model} is one of {grid} cells")]
    ModelGrid { model: String, grid: Grid },
    /// A model has no sampler or clock.
    #[error("its model has no {what}")]
    ModelLacks { what: &'static str },
    /// A measure needs something.
    #[error("measure {measure} needs {needs}, and the file {}", match needs {
        Need::Samples => "has no [samples]",
        Need::Clock => "has no [clock]",
        Need::Field | Need::Model => "lists none",
    })]
    Needs { measure: String, needs: Need },
    /// A measure needs the token that is background.
    #[error(
        "measure {measure} needs the background of model {model}, and the file does not say which token it is"
    )]
    NoBackground { measure: String, model: String },
    /// A measure is one of orders that are decoded in parallel.
    #[error("{measure} is measured of orders that are decoded in parallel")]
    NotParallel { measure: String },
    /// A trial has no room.
    #[error(
        "{orders} orders of {steps} steps are too many for a trial; steps times orders may be {most}"
    )]
    TooLarge {
        orders: u64,
        steps: usize,
        most: u64,
    },
}

/// What a measure needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Need {
    /// A Gaussian field.
    Field,
    /// A model.
    Model,
    /// Generated images.
    Samples,
    /// A machine that is timed.
    Clock,
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Field => "a field",
            Self::Model => "a model",
            Self::Samples => "generated images",
            Self::Clock => "a clock",
        })
    }
}

/// Why a trial has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum TrialError {
    /// It was to end early.
    #[error("the trial was interrupted")]
    Stopped,
    /// The method made no orders.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// The rule has no scheduler.
    #[error(transparent)]
    Scheduler(#[from] SchedulerError),
    /// There is no geometry.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// The text names no field, or its file can't be read.
    #[error(transparent)]
    Field(#[from] FieldReadError),
    /// The file of a field is another one than the settings say.
    #[error("the file of field '{field}' was changed since the sweep began")]
    FieldChanged { field: String },
    /// The field has no covariance on the grid.
    #[error(transparent)]
    Covariance(#[from] CovarianceError),
    /// There is no information.
    #[error(transparent)]
    Information(#[from] InformationError),
    /// The model of the settings is not at hand.
    #[error("model '{model}' is not at hand, or it was changed since the sweep began")]
    NoJudge { model: String },
    /// The model says nothing of an image.
    #[error("image {image}: the model has no answer")]
    Judge {
        /// The image, from 0.
        image: u64,
        source: JudgeError,
    },
    /// Nothing generates images with the model.
    #[error("nothing generates images with the model")]
    NoSampler,
    /// There are no images.
    #[error("image {first}: no images were generated")]
    Sampler {
        /// The first of those that were to be, from 0.
        first: u64,
        source: JudgeError,
    },
    /// There is nothing to compare images with.
    #[error("there are no real images to compare with")]
    Real { source: JudgeError },
    /// Nothing times the model.
    #[error("nothing times the model")]
    NoClock,
    /// A clock says nothing.
    #[error("the model can't be timed")]
    Clock { source: JudgeError },
    /// The orders of a file are not at hand.
    #[error("the orders of {file} are not at hand, or it was changed")]
    NoOrders { file: String },
    /// A measure has no name here.
    #[error(transparent)]
    UnknownMeasure(#[from] UnknownName),
    /// A measure has no value.
    #[error("measure {measure} has no value")]
    Measure {
        measure: String,
        source: MeasureFailure,
    },
    /// There are no intervals.
    #[error(transparent)]
    Statistics(#[from] StatisticsError),
    /// What the settings say is not possible.
    #[error("{reason}")]
    Settings { reason: String },
}

/// Why a results folder can't be used, or a sweep ended early.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum ExperimentError {
    /// The folder holds something else.
    #[error("{} holds files that are no sweep's results; name a new folder or an empty one", folder.display())]
    NoSweep { folder: PathBuf },
    /// The path is not that of a folder.
    #[error("{} is no folder of a sweep's results", folder.display())]
    NoFolder { folder: PathBuf },
    /// The folder holds the results of another space.
    #[error("{} holds the results of another sweep{}; name another folder", folder.display(), in_brackets(title))]
    OtherSweep {
        folder: PathBuf,
        /// The title of what it holds; may be empty.
        title: String,
    },
    /// The folder holds another part of the space.
    #[error("{} holds {held} of this sweep, not {asked}; name another folder", folder.display())]
    OtherShard {
        folder: PathBuf,
        /// The part that it holds, in words.
        held: String,
        /// The part that was asked for, in words.
        asked: String,
    },
    /// Folders to be merged are of different spaces.
    #[error("{} and {} hold results of different sweeps; only shards of one can be merged", first.display(), second.display())]
    DifferentSweeps { first: PathBuf, second: PathBuf },
    /// Two folders have different results of one trial.
    #[error("{} and {} have different results of trial {trial}; one of the two was made by another version, or is damaged", first.display(), second.display())]
    DifferentResults {
        first: PathBuf,
        second: PathBuf,
        /// Number of the trial, from 1.
        trial: usize,
    },
    /// Trials have no results yet.
    #[error(
        "{missing} of {trials} trials have no results yet; the first is trial {first} ({point}){hint}"
    )]
    Missing {
        missing: usize,
        trials: usize,
        /// Number of the first, from 1.
        first: usize,
        point: String,
        /// What to do.
        hint: &'static str,
    },
    /// A file of the folder is not what it must be.
    #[error("{} is damaged: {reason}", file.display())]
    Damaged { file: PathBuf, reason: String },
    /// The system refused.
    #[error("{} can't be {verb}", path.display())]
    Io {
        path: PathBuf,
        /// What was tried.
        verb: &'static str,
        source: io::Error,
    },
    /// A file could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A table could not be made.
    #[cfg(feature = "tables")]
    #[error("the table {table} can't be made")]
    Table {
        table: &'static str,
        source: TableError,
    },
    /// There are no threads to work on.
    #[error("threads can't be started: {reason}")]
    Threads { reason: String },
    /// A trial has no result.
    #[error("trial {trial} ({point}) failed")]
    Trial {
        /// Its number, from 1.
        trial: usize,
        point: String,
        source: Box<TrialError>,
    },
}

impl ExperimentError {
    /// Whether what was asked for was wrong, and not the work.
    pub fn is_input(&self) -> bool {
        match self {
            Self::Output(_) | Self::Threads { .. } | Self::Trial { .. } => false,
            #[cfg(feature = "tables")]
            Self::Table { .. } => false,
            _ => true,
        }
    }
}

/// A trial that failed, at a place in its plan.
pub(super) fn trial_failed(index: usize, trial: &Trial, source: TrialError) -> ExperimentError {
    ExperimentError::Trial {
        trial: index + 1,
        point: trial.to_string(),
        source: Box::new(source),
    }
}

fn in_brackets(title: &str) -> String {
    match title {
        "" => String::new(),
        title => format!(" ({title})"),
    }
}

/// Why results can't be chosen or compared so.
#[cfg(feature = "tables")]
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum ResultsError {
    /// No setting has the name.
    #[error("there is no setting '{name}'; there are {}", known.join(", "))]
    Setting { name: String, known: Vec<String> },
    /// Not all points have the measure.
    #[error("there is no measure '{name}' in these results; there are {}", known.join(", "))]
    Measure { name: String, known: Vec<String> },
    /// No point has the value.
    #[error("no point has {setting} {value}; there are {}", held.join(", "))]
    NoPoint {
        setting: String,
        value: String,
        held: Vec<String>,
    },
    /// There are several points to compare a point with.
    #[error(
        "'{point}' can be compared with {partners} points; choose one by more settings, or with --where"
    )]
    Baseline { point: String, partners: usize },
    /// There is no statistic.
    #[error(transparent)]
    Statistics(#[from] StatisticsError),
    /// The results of the folder can't be read.
    #[error(transparent)]
    Folder(#[from] ExperimentError),
    /// A table is not what it must be.
    #[error(transparent)]
    Table(#[from] TableError),
}
