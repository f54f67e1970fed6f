//! AdamW.

use rayon::prelude::*;

/// Numbers that a thread updates at once.
const CHUNK: usize = 1 << 14;

/// What is added to the root of the second moment.
const EPSILON: f32 = 1e-8;

/// The settings of AdamW (Loshchilov and Hutter, arXiv 1711.05101) that do not
/// change in a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct AdamW {
    pub(super) betas: [f64; 2],
    pub(super) weight_decay: f64,
}

/// Parameters and their moments.
pub(super) struct Moving<'a> {
    pub(super) parameters: &'a mut [f32],
    pub(super) first: &'a mut [f32],
    pub(super) second: &'a mut [f32],
    /// Whether weight decay acts, for each parameter.
    pub(super) decays: &'a [bool],
}

impl AdamW {
    /// Update number `step`, from 1, with gradients times a factor.
    pub(super) fn update(
        &self,
        moving: Moving<'_>,
        gradient: &[f32],
        factor: f32,
        (step, rate): (u64, f64),
    ) {
        let [beta1, beta2] = self.betas;
        let correction = |beta: f64| 1.0 - libm::pow(beta, step as f64);
        let size = (rate / correction(beta1)) as f32;
        let root = (1.0 / correction(beta2)).sqrt() as f32;
        let kept = (1.0 - rate * self.weight_decay) as f32;
        let [keep1, keep2] = [beta1, beta2].map(|beta| beta as f32);
        let [take1, take2] = [beta1, beta2].map(|beta| (1.0 - beta) as f32);
        moving
            .parameters
            .par_chunks_mut(CHUNK)
            .zip(moving.first.par_chunks_mut(CHUNK))
            .zip(moving.second.par_chunks_mut(CHUNK))
            .zip(moving.decays.par_chunks(CHUNK))
            .zip(gradient.par_chunks(CHUNK))
            .for_each(|((((parameters, first), second), decays), gradient)| {
                let moments = first.iter_mut().zip(second);
                let numbers = parameters.iter_mut().zip(moments).zip(decays);
                for (((parameter, (first, second)), &decays), gradient) in numbers.zip(gradient) {
                    let gradient = gradient * factor;
                    *first = *first * keep1 + gradient * take1;
                    *second = *second * keep2 + gradient * gradient * take2;
                    if decays {
                        *parameter *= kept;
                    }
                    *parameter -= size * *first / (second.sqrt() * root + EPSILON);
                }
            });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against the textbook's formula in double precision.
    #[test]
    fn is_the_formula() {
        let adamw = AdamW {
            betas: [0.9, 0.95],
            weight_decay: 0.1,
        };
        let mut parameters = [1.0_f32, -2.0];
        let (mut first, mut second) = ([0.0; 2], [0.0; 2]);
        let mut exact = [1.0_f64, -2.0];
        let mut moments = [[0.0_f64; 2]; 2];
        for step in 1..=50 {
            let gradient = [0.1 * step as f32, -0.3];
            let rate = 0.01 * step as f64;
            adamw.update(
                Moving {
                    parameters: &mut parameters,
                    first: &mut first,
                    second: &mut second,
                    decays: &[true, false],
                },
                &gradient,
                0.5,
                (step, rate),
            );
            for i in 0..2 {
                let gradient = f64::from(gradient[i]) * 0.5;
                moments[0][i] = 0.9 * moments[0][i] + 0.1 * gradient;
                moments[1][i] = 0.95 * moments[1][i] + 0.05 * gradient * gradient;
                let mean = moments[0][i] / (1.0 - 0.9_f64.powf(step as f64));
                let square = moments[1][i] / (1.0 - 0.95_f64.powf(step as f64));
                if i == 0 {
                    exact[i] *= 1.0 - rate * 0.1;
                }
                exact[i] -= rate * mean / (square.sqrt() + 1e-8);
                assert!((f64::from(parameters[i]) - exact[i]).abs() < 1e-5, "{step}");
            }
        }
    }
}
