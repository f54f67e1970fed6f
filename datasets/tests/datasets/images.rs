//! Flips, padding, colours, decoding.

use orders_datasets::{Image, ImageError, Margins, Preparation, Psnr, decode};
use proptest::prelude::*;

use crate::files::{png, says};

fn images() -> impl Strategy<Value = Image> {
    let shapes = (1_u32..9, 1_u32..9, prop::sample::select(vec![1_u8, 3]));
    shapes.prop_flat_map(|(height, width, channels)| {
        let bytes = (height * width) as usize * usize::from(channels);
        prop::collection::vec(any::<u8>(), bytes)
            .prop_map(move |pixels| Image::new(height, width, channels, pixels).unwrap())
    })
}

proptest! {
    #[test]
    fn flips_mirror_every_row(image in images()) {
        let flipped = image.flipped();
        let (width, channels) = (image.width() as usize, usize::from(image.channels()));
        for (index, &value) in flipped.pixels().iter().enumerate() {
            let (row, rest) = (index / (width * channels), index % (width * channels));
            let (column, channel) = (rest / channels, rest % channels);
            let mirrored = (row * width + width - 1 - column) * channels + channel;
            prop_assert_eq!(value, image.pixels()[mirrored]);
        }
        prop_assert_eq!(flipped.flipped(), image);
    }

    #[test]
    fn padding_keeps_the_image_and_adds_black(image in images(), extra in 0_u32..5) {
        let side = image.height().max(image.width()) + extra;
        let margins = Margins::to_square(image.height(), image.width(), side).unwrap();
        prop_assert!(margins.bottom - margins.top <= 1 && margins.right - margins.left <= 1);
        let padded = image.padded(margins);
        prop_assert_eq!(padded.shape(), (side, side, image.channels()));
        prop_assert_eq!(padded.without(margins), image.clone());
        let sum = |image: &Image| image.pixels().iter().map(|&v| u64::from(v)).sum::<u64>();
        prop_assert_eq!(sum(&padded), sum(&image));
    }

    #[test]
    fn files_give_the_pixels_back(image in images()) {
        let (height, width, channels) = image.shape();
        let file = png(height, width, channels, image.pixels());
        prop_assert_eq!(decode(&file).unwrap(), image);
    }

    #[test]
    fn cut_and_damaged_files_never_panic(
        image in images(),
        cut in 0_usize..200,
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
    ) {
        let (height, width, channels) = image.shape();
        let file = png(height, width, channels, image.pixels());
        // A PNG can lose its last chunk and be read all the same.
        if cut < 40 {
            prop_assert!(decode(&file[..cut]).is_err());
        }
        let _ = decode(&file[..cut.min(file.len())]);
        let mut damaged = file.clone();
        damaged[at.index(file.len())] = value;
        let _ = decode(&damaged);
    }
}

#[test]
fn impossible_images_are_refused() {
    for (height, width) in [(0, 1), (1, 0), (16385, 1)] {
        let error = Image::new(height, width, 1, vec![]).unwrap_err();
        assert_eq!(error, ImageError::Side { height, width });
    }
    assert_eq!(
        Image::new(1, 1, 4, vec![0; 4]).unwrap_err(),
        ImageError::Channels(4)
    );
    says(Image::new(2, 2, 1, vec![0; 3]), &[&3, &4]);
}

#[test]
fn absurd_headers_are_refused_before_decoding() {
    // A PNG that says it is 2^31 - 1 pixels wide and high.
    let mut file = png(1, 1, 1, &[0]);
    file[16..24].copy_from_slice(&[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]);
    let crc = crc32(&file[12..29]);
    file[29..33].copy_from_slice(&crc.to_be_bytes());
    says(decode(&file), &[&"can't be decoded"]);
    // And one of no size.
    file[16..24].fill(0);
    let crc = crc32(&file[12..29]);
    file[29..33].copy_from_slice(&crc.to_be_bytes());
    assert!(decode(&file).is_err());
    says(decode(b"GIF89a, but not really"), &[&"neither a PNG"]);
    says(decode(b""), &[&"neither a PNG"]);
}

/// The checksum of PNG's chunks.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
        })
    })
}

#[test]
fn grey_and_colour() {
    // Pillow 11: Image.new("RGB", (1, 1), c).convert("L").getpixel((0, 0))
    for (colour, grey) in [
        ([255, 0, 0], 76),
        ([0, 255, 0], 150),
        ([0, 0, 255], 29),
        ([12, 200, 77], 130),
        ([255, 255, 255], 255),
    ] {
        let image = Image::new(1, 1, 3, colour.to_vec()).unwrap();
        assert_eq!(image.to_grey().pixels(), [grey], "{colour:?}");
    }
    let grey = Image::new(1, 2, 1, vec![3, 9]).unwrap();
    assert_eq!(grey.to_rgb().pixels(), [3, 3, 3, 9, 9, 9]);
    assert_eq!(grey.to_rgb().to_grey(), grey);
}

#[test]
fn preparation_is_colour_then_crop_then_padding() {
    let image = Image::new(4, 8, 3, vec![90; 96]).unwrap();
    let preparation = Preparation {
        channels: Some(1),
        crop: Some(4),
        pad: Some(6),
    };
    let prepared = preparation.apply(image.clone()).unwrap();
    assert_eq!(prepared.shape(), (6, 6, 1));
    assert_eq!(prepared.pixels()[..8], [0, 0, 0, 0, 0, 0, 0, 90]);
    let too_small = Preparation {
        pad: Some(7),
        ..Preparation::default()
    };
    says(too_small.apply(image), &[&"4x8", &"7x7"]);
}

#[test]
fn pooled_psnr_is_that_of_the_mean_error() {
    let image = |value| Image::new(1, 2, 1, vec![value; 2]).unwrap();
    let parts = [(10, 10), (10, 14)].map(|(a, b)| Psnr::of(&image(a), &image(b)).unwrap());
    assert_eq!(parts[0].decibels(), None);
    let pooled = Psnr::pooled(parts);
    assert!((pooled.mean_squared_error() - 8.0).abs() < 1e-12);
    // 10 log10(65025 / 8)
    assert!((pooled.decibels().unwrap() - 39.099_904_2).abs() < 1e-6);
    assert_eq!(
        Psnr::of(&image(0), &Image::new(2, 1, 1, vec![0; 2]).unwrap()),
        None
    );
}
