//! Measures of generated images.

use orders_analysis::experiment::{MeasureEntry, MeasureFailure, Measures, SampleSet, SetValue};
use orders_model::features::Network;
use orders_model::metrics::{
    Features, Statistics, frechet_distance, inception_score, polynomial_mmd,
};

use crate::failure::{Failure, Result};

/// Parts of which the Inception Score is the mean, as published.
const SPLITS: usize = 10;

/// Some measures, and those of generated images.
pub(super) fn with_those_of_samples(mut measures: Measures) -> Result<Measures> {
    let all = [
        MeasureEntry::of_samples("frechet_distance", "Frechet distance", frechet)
            .explained("distance between Gaussians fitted to features of generated and of real images; FID with inception-fid alone")
            .better_low(),
        MeasureEntry::of_samples("mmd", "MMD^2 of a polynomial kernel", mmd)
            .explained("squared maximum mean discrepancy of features, polynomial kernel, unbiased: below 0 by chance")
            .better_low(),
        MeasureEntry::of_samples("inception_score", "Inception Score formula", |set| {
            Ok(Some(alone(score(set)?.mean)))
        })
        .explained("how sure a network is of each image's class and how even the classes are, in the mean over 10 splits")
        .better_high(),
        MeasureEntry::of_samples(
            "inception_score_deviation",
            "deviation of the Inception Score over its splits",
            |set| Ok(Some(alone(score(set)?.sd))),
        ),
        MeasureEntry::of_samples("class_accuracy", "class accuracy", |set| {
            Ok(class_accuracy(set))
        })
        .explained("the share of images that the classifier assigns to the class asked for")
        .better_high(),
    ];
    for measure in all {
        measures.register(measure).map_err(Failure::work)?;
    }
    Ok(measures)
}

fn alone(value: f64) -> SetValue {
    SetValue {
        value,
        standard_error: None,
    }
}

fn frechet(set: &SampleSet<'_>) -> Result<Option<SetValue>, MeasureFailure> {
    let generated = Statistics::of(&Features::new(set.features.to_owned())?)?;
    let real = Statistics::new(set.real.mean.clone(), set.real.covariance.clone(), None)?;
    Ok(Some(alone(frechet_distance(&real, &generated)?)))
}

/// Unbiased, with the polynomial kernel; `None` unless features of real images are there.
fn mmd(set: &SampleSet<'_>) -> Result<Option<SetValue>, MeasureFailure> {
    let Some(real) = &set.real.features else {
        return Ok(None);
    };
    let real = Features::new(real.clone())?;
    let mmd = polynomial_mmd(&real, &Features::new(set.features.to_owned())?)?;
    Ok(Some(SetValue {
        value: mmd.squared,
        standard_error: Some(mmd.standard_error),
    }))
}

fn score(set: &SampleSet<'_>) -> Result<orders_model::metrics::InceptionScore, MeasureFailure> {
    let logits = Features::new(set.logits.to_owned())?;
    // Classes come in turn, so that every split has all of them.
    Ok(inception_score(&logits, SPLITS.min(logits.count()), None)?)
}

/// The share of images that the classifier assigns to the class that was asked for.
fn class_accuracy(set: &SampleSet<'_>) -> Option<SetValue> {
    if set.settings.network != Network::Classifier.name() {
        return None;
    }
    let right = set
        .logits
        .rows()
        .into_iter()
        .zip(0..)
        .filter(|(logits, image)| {
            // The first of those that share the highest score.
            let mut best = 0;
            for (class, &logit) in logits.iter().enumerate() {
                if logit > logits[best] {
                    best = class;
                }
            }
            set.settings.label(*image) == Some(best as u32)
        });
    let count = set.logits.nrows() as f64;
    let share = right.count() as f64 / count;
    Some(SetValue {
        value: share,
        // Images are right or wrong.
        standard_error: Some((share * (1.0 - share) / count).sqrt()),
    })
}
