//! Between 8-bit pixels and the tensors of images.

use candle_core::{DType, Device, Result, Tensor};

/// Images of 8-bit pixels (rows, then pixels, then red, green, blue) as a tensor of
/// shape (images, 3, height, width) with values from -1 to 1: twice the pixel's
/// share of 255, less 1.
///
/// # Errors
///
/// If there are not as many pixels as the shape takes.
pub fn images_from_pixels(
    pixels: Vec<u8>,
    (count, height, width): (usize, usize, usize),
    device: &Device,
) -> Result<Tensor> {
    let share = (Tensor::from_vec(pixels, (count, height, width, 3), &Device::Cpu)?
        .to_dtype(DType::F32)?
        / 255.0)?;
    ((share - 0.5)? / 0.5)?
        .permute((0, 3, 1, 2))?
        .contiguous()?
        .to_device(device)
}

/// The inverse of [`images_from_pixels`]: `(x + 1) / 2` cut off at 0 and 1, in
/// 255ths, rounded to the nearest. What is no number becomes 0.
///
/// # Errors
///
/// Unless the tensor has the shape (images, 3, height, width).
pub fn pixels_from_images(images: &Tensor) -> Result<Vec<u8>> {
    let (_, _, _, _) = images.dims4()?;
    let values: Vec<f32> = images
        .to_device(&Device::Cpu)?
        .to_dtype(DType::F32)?
        .permute((0, 2, 3, 1))?
        .flatten_all()?
        .to_vec1()?;
    let pixel = |x: f32| (((x + 1.0) / 2.0).clamp(0.0, 1.0) * 255.0).round() as u8;
    Ok(values.into_iter().map(pixel).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_come_back_and_what_is_beyond_is_cut_off() {
        let pixels: Vec<u8> = (0..=255).chain(0..=127).collect();
        let images = images_from_pixels(pixels.clone(), (2, 8, 8), &Device::Cpu).unwrap();
        assert_eq!(images.dims(), [2, 3, 8, 8]);
        assert_eq!(pixels_from_images(&images).unwrap(), pixels);
        let first: Vec<f32> = images.flatten_all().unwrap().to_vec1().unwrap();
        // Red of the first two pixels: 0 and 3.
        assert_eq!(first[0], -1.0);
        assert!((first[1] - (6.0 / 255.0 - 1.0)).abs() < 1e-6);

        let values = [-1.1, -1.0, -0.001, 0.0, 1.0, 1.5, f32::NAN, 0.004, -0.998];
        let wild = Tensor::from_slice(&values, (1, 3, 1, 3), &Device::Cpu).unwrap();
        // Channels last: (0, 3, 6), (1, 4, 7), (2, 5, 8).
        assert_eq!(
            pixels_from_images(&wild).unwrap(),
            [0, 128, 0, 0, 255, 128, 127, 255, 0]
        );
    }
}
