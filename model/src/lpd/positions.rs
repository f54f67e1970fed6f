//! Positional embeddings of another resolution.

use candle_core::{DType, Result, Tensor};
use orders_core::Grid;

/// The positional embedding of shape (1, 1 + cells, width) of one grid for
/// another: slot 0, the class, is kept, and the others are resized as a picture,
/// bicubically.
///
/// The same as PyTorch's `interpolate(mode="bicubic", align_corners=False)`: the
/// kernel of Keys with a = -0.75 at half-pixel centres, borders repeated, no
/// smoothing when sides shrink.
///
/// # Errors
///
/// If the embedding is not one of `from`.
pub fn interpolate_positions(embedding: &Tensor, from: Grid, to: Grid) -> Result<Tensor> {
    let (_, slots, width) = embedding.dims3()?;
    if slots != 1 + from.cells() {
        candle_core::bail!("there are {slots} slots, not those of a {from} grid");
    }
    if from == to {
        return Ok(embedding.clone());
    }
    let numbers: Vec<f32> = embedding.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
    let (class, cells) = numbers.split_at(width);
    let rows = taps(from.height(), to.height());
    let columns = taps(from.width(), to.width());
    let mut out = Vec::with_capacity((1 + to.cells()) * width);
    out.extend_from_slice(class);
    for row in &rows {
        for column in &columns {
            let start = out.len();
            out.resize(start + width, 0.0);
            for &(y, of_row) in row {
                for &(x, of_column) in column {
                    let cell = y as usize * from.width() as usize + x as usize;
                    let source = &cells[cell * width..(cell + 1) * width];
                    let weight = of_row * of_column;
                    for (out, &source) in out[start..].iter_mut().zip(source) {
                        *out = source.mul_add(weight, *out);
                    }
                }
            }
        }
    }
    Tensor::from_vec(out, (1, 1 + to.cells(), width), embedding.device())?
        .to_dtype(embedding.dtype())
}

/// For each new place the four old ones that it is made of, and their weights.
fn taps(from: u32, to: u32) -> Vec<[(u32, f32); 4]> {
    const A: f64 = -0.75;
    let near = |d: f64| ((A + 2.0) * d - (A + 3.0)) * d * d + 1.0;
    let far = |d: f64| ((A * d - 5.0 * A) * d + 8.0 * A) * d - 4.0 * A;
    let scale = f64::from(from) / f64::from(to);
    (0..to)
        .map(|place| {
            let at = (f64::from(place) + 0.5) * scale - 0.5;
            let first = at.floor();
            let t = at - first;
            let weights = [far(t + 1.0), near(t), near(1.0 - t), far(2.0 - t)];
            let mut taps = [(0, 0.0); 4];
            for (offset, (tap, weight)) in (-1..3).zip(taps.iter_mut().zip(weights)) {
                let source = (first as i64 + offset).clamp(0, i64::from(from) - 1);
                *tap = (source as u32, weight as f32);
            }
            taps
        })
        .collect()
}
