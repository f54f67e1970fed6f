//! Training of the small classifier.

mod data;
mod gradient;
mod run;

pub use run::{ClassifierProgress, ClassifierRecipe, ClassifierTraining, TrainedClassifier};
