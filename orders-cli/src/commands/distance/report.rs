//! What was measured, in words and as JSON.

use indicatif::HumanCount;
use orders_model::metrics::{InceptionScore, ManifoldMeasures, Mmd};
use serde::Serialize;

use crate::description::aligned;

#[derive(Serialize)]
pub(super) struct Report {
    pub(super) network: Option<&'static str>,
    pub(super) count: Count,
    pub(super) dimensions: usize,
    pub(super) frechet: Frechet,
    /// Of the polynomial kernel.
    pub(super) mmd: Option<Mmd>,
    pub(super) manifold: Option<ManifoldMeasures>,
    pub(super) inception_score: Score,
    pub(super) floor: Option<Floor>,
}

/// Images, where it is known.
#[derive(Serialize)]
pub(super) struct Count {
    pub(super) real: Option<u64>,
    pub(super) generated: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct Frechet {
    pub(super) name: &'static str,
    pub(super) distance: f64,
}

#[derive(Serialize)]
pub(super) struct Score {
    pub(super) name: &'static str,
    pub(super) real: Option<InceptionScore>,
    pub(super) generated: Option<InceptionScore>,
}

/// Two halves of the real images.
#[derive(Serialize)]
pub(super) struct Floor {
    /// In each half.
    pub(super) images: usize,
    pub(super) seed: u64,
    pub(super) frechet: f64,
    pub(super) mmd: Option<Mmd>,
}

impl Report {
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.network.is_none() {
            notes.push(
                "not both files say which network their features are of; --network says it for those that don't"
                    .into(),
            );
        }
        let fewest = [self.count.real, self.count.generated]
            .into_iter()
            .flatten()
            .min();
        if let Some(fewest) = fewest.filter(|&count| count <= self.dimensions as u64) {
            notes.push(format!(
                "{} images can't fill {} dimensions: the Frechet distance depends on their number; compare at equal numbers, or by MMD",
                HumanCount(fewest),
                self.dimensions
            ));
        }
        notes
    }

    pub(super) fn words(&self) -> String {
        let count = |count: Option<u64>| {
            count.map_or_else(|| "unknown".into(), |count| HumanCount(count).to_string())
        };
        let mut lines = vec![
            (
                "images".into(),
                format!(
                    "{} real, {} generated",
                    count(self.count.real),
                    count(self.count.generated)
                ),
            ),
            (
                "features".into(),
                format!(
                    "{} of {}",
                    self.dimensions,
                    self.network.unwrap_or("a network that is not stated")
                ),
            ),
            (self.frechet.name.to_owned(), number(self.frechet.distance)),
        ];
        if let Some(mmd) = &self.mmd {
            lines.push((MMD.into(), mmd_words(mmd)));
        }
        if let Some(measures) = &self.manifold {
            let k = measures.neighbours;
            for (name, value) in [
                ("precision", measures.precision),
                ("recall", measures.recall),
                ("density", measures.density),
                ("coverage", measures.coverage),
            ] {
                lines.push((name.into(), format!("{value:.4} (k {k})")));
            }
        }
        let Score {
            name,
            real,
            generated,
        } = &self.inception_score;
        for (score, whose) in [(real, "real"), (generated, "generated")] {
            if let Some(score) = score {
                let InceptionScore {
                    mean,
                    sd,
                    splits,
                    seed,
                    ..
                } = score;
                let order = seed.map_or_else(String::new, |seed| {
                    format!(" of images shuffled by seed {seed}")
                });
                lines.push((
                    format!("{name}, {whose}"),
                    format!("{mean:.4}, sd {sd:.4} ({splits} splits{order})"),
                ));
            }
        }
        if let Some(floor) = &self.floor {
            let images = HumanCount(floor.images as u64);
            let halves = format!("(two sets of {images} real, seed {})", floor.seed);
            let name = self.frechet.name;
            lines.push((
                format!("floor of {name}"),
                format!("{} {halves}", number(floor.frechet)),
            ));
            if let Some(mmd) = &floor.mmd {
                lines.push((
                    format!("floor of {MMD}"),
                    format!("{} {halves}", mmd_words(mmd)),
                ));
            }
        }
        let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        aligned(&lines, width + 1)
    }
}

const MMD: &str = "polynomial MMD^2";

fn mmd_words(mmd: &Mmd) -> String {
    format!(
        "{}, standard error {}",
        number(mmd.squared),
        number(mmd.standard_error)
    )
}

/// Six digits.
fn number(value: f64) -> String {
    if value == 0.0 || (1e-3..1e6).contains(&value.abs()) {
        let digits = 5_i32
            .saturating_sub(value.abs().max(1.0).log10() as i32)
            .max(0);
        format!("{value:.*}", digits as usize)
    } else {
        format!("{value:.5e}")
    }
}
