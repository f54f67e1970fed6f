//! Precision, recall, density and coverage.

use serde::Serialize;

use super::error::MetricsError;
use super::features::Features;
use super::pairs::{Tile, for_all_pairs, squared_lengths};

/// How two sets of features overlap.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ManifoldMeasures {
    /// Share of the generated images that lie among the real ones, 0 to 1.
    pub precision: f64,
    /// Share of the real images that lie among the generated ones, 0 to 1.
    pub recall: f64,
    /// Mean number of real neighbourhoods that a generated image lies in, over
    /// k; from 0, near 1 if both sets are alike.
    pub density: f64,
    /// Share of the real images whose neighbourhood has a generated one, 0 to 1.
    pub coverage: f64,
    /// The neighbour k that bounds a neighbourhood.
    pub neighbours: usize,
}

/// Precision, recall, density and coverage of generated images against real
/// ones.
///
/// The *neighbourhood* of an image is the closed ball around it that reaches to
/// its k-th nearest neighbour in its own set, itself left out (Euclidean
/// distance of features). With x_1 to x_n real, y_1 to y_m generated, and B the
/// neighbourhoods,
///
/// ```text
/// precision = 1/m sum_j 1{ y_j in some B(x_i) }
/// recall    = 1/n sum_i 1{ x_i in some B(y_j) }
/// density   = 1/(k m) sum_j sum_i 1{ y_j in B(x_i) }
/// coverage  = 1/n sum_i 1{ some y_j in B(x_i) }
/// ```
///
/// (T. Kynkäänniemi et al., *Improved Precision and Recall Metric for Assessing
/// Generative Models*, NeurIPS 2019, equations 1 and 2; M. Naeem et al.,
/// *Reliable Fidelity and Diversity Metrics for Generative Models*, ICML 2020,
/// equations 3 and 4.) The former take k = 3, the latter k = 5. All four depend
/// on the numbers of images; compare at equal ones.
///
/// Distances come from inner products in double precision; squared ones below
/// `d * 2.2e-16 (|x|^2 + |y|^2)`, their rounding, count as 0, so that copies are
/// at distance 0.
///
/// O((n + m)^2 d) time, O((n + m) k + n m / 128) memory.
///
/// # Errors
///
/// [`MetricsError::Dimensions`]; [`MetricsError::Neighbours`] unless
/// 1 <= k < n, m.
pub fn manifold_measures(
    real: &Features,
    generated: &Features,
    neighbours: usize,
) -> Result<ManifoldMeasures, MetricsError> {
    real.check_beside(generated, 2)?;
    let most = real.count().min(generated.count()) - 1;
    if neighbours == 0 || neighbours > most {
        return Err(MetricsError::Neighbours { neighbours, most });
    }
    let real_radii = squared_radii(real, neighbours);
    let generated_radii = squared_radii(generated, neighbours);
    let distances = Distances::new(real, generated);
    let parts = for_all_pairs(
        real,
        generated,
        |rows| Overlap {
            real: vec![Hits::default(); rows],
            around_generated: vec![0; generated.count()],
        },
        |overlap, tile| {
            for ((row, products), hits) in tile.rows().zip(&mut overlap.real) {
                for (column, product) in (tile.first_column..).zip(products) {
                    let squared = distances.squared(row, column, *product);
                    if squared <= real_radii[row] {
                        hits.covered = true;
                        overlap.around_generated[column] += 1;
                    }
                    hits.recalled |= squared <= generated_radii[column];
                }
            }
        },
    );
    let mut around = vec![0_u32; generated.count()];
    let (mut covered, mut recalled) = (0_usize, 0_usize);
    for part in parts {
        covered += part.real.iter().filter(|hits| hits.covered).count();
        recalled += part.real.iter().filter(|hits| hits.recalled).count();
        for (sum, count) in around.iter_mut().zip(part.around_generated) {
            *sum += count;
        }
    }
    let (n, m) = (real.count() as f64, generated.count() as f64);
    let inside = around.iter().filter(|&&count| count > 0).count();
    let pairs: u64 = around.iter().map(|&count| u64::from(count)).sum();
    Ok(ManifoldMeasures {
        precision: inside as f64 / m,
        recall: recalled as f64 / n,
        density: pairs as f64 / (neighbours as f64 * m),
        coverage: covered as f64 / n,
        neighbours,
    })
}

/// What a part of the real images has to do with the generated ones.
struct Overlap {
    real: Vec<Hits>,
    /// For each generated image, in how many neighbourhoods of the part it lies.
    around_generated: Vec<u32>,
}

#[derive(Clone, Default)]
struct Hits {
    covered: bool,
    recalled: bool,
}

/// The squared distance of each image to its k-th nearest neighbour.
fn squared_radii(set: &Features, neighbours: usize) -> Vec<f64> {
    let distances = Distances::new(set, set);
    let take = |nearest: &mut Vec<Nearest>, tile: &Tile<'_>| {
        for ((row, products), nearest) in tile.rows().zip(nearest) {
            for (column, product) in (tile.first_column..).zip(products) {
                if column != row {
                    nearest.insert(distances.squared(row, column, *product));
                }
            }
        }
    };
    let new = |rows| vec![Nearest::new(neighbours); rows];
    for_all_pairs(set, set, new, take)
        .into_iter()
        .flatten()
        .map(|nearest| nearest.last())
        .collect()
}

/// The k smallest numbers so far, in increasing order.
#[derive(Clone)]
struct Nearest {
    numbers: Vec<f64>,
}

impl Nearest {
    fn new(count: usize) -> Self {
        Self {
            numbers: vec![f64::INFINITY; count],
        }
    }

    #[inline]
    fn insert(&mut self, number: f64) {
        if number < self.last() {
            let place = self.numbers.partition_point(|&smaller| smaller <= number);
            self.numbers.pop();
            self.numbers.insert(place, number);
        }
    }

    #[inline]
    fn last(&self) -> f64 {
        self.numbers.last().copied().unwrap_or(f64::INFINITY)
    }
}

/// Squared distances from inner products.
struct Distances {
    rows: Vec<f64>,
    columns: Vec<f64>,
    rounding: f64,
}

impl Distances {
    fn new(a: &Features, b: &Features) -> Self {
        Self {
            rows: squared_lengths(a),
            columns: squared_lengths(b),
            rounding: a.dimensions() as f64 * f64::EPSILON,
        }
    }

    #[inline]
    fn squared(&self, row: usize, column: usize, product: f64) -> f64 {
        let lengths = self.rows[row] + self.columns[column];
        let squared = lengths - 2.0 * product;
        if squared <= self.rounding * lengths {
            0.0
        } else {
            squared
        }
    }
}
