//! Patch codebooks: k-means, tokens, files.

use std::ops::ControlFlow;

use orders_core::Grid;
use orders_datasets::{
    CodebookError, CodebookParams, CountedPatches, Image, PatchCodebook, PatchShape, Provenance,
    Psnr,
};
use proptest::prelude::*;

use crate::files::{Folder, says};

fn shape(side: u32, channels: u8) -> PatchShape {
    PatchShape::new(side, channels).unwrap()
}

fn params(codes: usize) -> CodebookParams {
    CodebookParams {
        codes,
        ..CodebookParams::default()
    }
}

fn go_on(_: u32) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn trained(images: &[Image], shape: PatchShape, params: &CodebookParams) -> PatchCodebook {
    let patches = CountedPatches::from_images(shape, images).unwrap();
    PatchCodebook::train(&patches, params, go_on).unwrap().0
}

/// Images of smooth waves with some noise.
fn waves(count: u32, side: u32, channels: u8) -> Vec<Image> {
    let image = |index: u32| {
        let values = side * side * u32::from(channels);
        let pixels = (0..values).map(|place| {
            let wave = f64::from(place) * 0.07 * (1.0 + f64::from(index % 5));
            let noise = place.wrapping_mul(2654435761).wrapping_add(index) >> 28;
            (120.0 + 100.0 * wave.sin()) as u8 + noise as u8
        });
        Image::new(side, side, channels, pixels.collect()).unwrap()
    };
    (0..count).map(image).collect()
}

/// Lloyd's algorithm said plainly, from codes that are given: the codes of one
/// more round, in exact order of patches.
fn literal_round(images: &[Image], side: usize, codes: &[Vec<f64>]) -> Vec<Option<Vec<f64>>> {
    let mut sums = vec![(vec![0.0; codes[0].len()], 0.0); codes.len()];
    for image in images {
        let width = image.width() as usize;
        for top in (0..image.height() as usize).step_by(side) {
            for left in (0..width).step_by(side) {
                let patch: Vec<f64> = (0..side * side)
                    .map(|at| {
                        let pixel = (top + at / side) * width + left + at % side;
                        f64::from(image.pixels()[pixel])
                    })
                    .collect();
                let distance = |code: &Vec<f64>| -> f64 {
                    code.iter().zip(&patch).map(|(c, p)| (c - p).powi(2)).sum()
                };
                let nearest = (0..codes.len())
                    .min_by(|&a, &b| distance(&codes[a]).total_cmp(&distance(&codes[b])))
                    .unwrap();
                sums[nearest].1 += 1.0;
                for (sum, value) in sums[nearest].0.iter_mut().zip(&patch) {
                    *sum += value;
                }
            }
        }
    }
    sums.into_iter()
        .map(|(sum, count)| (count > 0.0).then(|| sum.iter().map(|sum| sum / count).collect()))
        .collect()
}

#[test]
fn converged_codes_are_the_means_of_their_patches() {
    let images = waves(6, 16, 1);
    let exact = CodebookParams {
        codes: 12,
        iterations: 1000,
        tolerance: 0.0,
        seed: 3,
    };
    let codebook = trained(&images, shape(2, 1), &exact);
    let codes: Vec<Vec<f64>> = codebook
        .codes()
        .chunks_exact(4)
        .map(|code| code.iter().map(|&value| value.into()).collect())
        .collect();
    for (mean, code) in literal_round(&images, 2, &codes).iter().zip(&codes) {
        let mean = mean.as_ref().expect("no code is without a patch");
        for (mean, value) in mean.iter().zip(code) {
            assert!((mean - value).abs() < 1e-4, "{mean} {value}");
        }
    }
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let images = waves(40, 32, 3);
    let made = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let pool = pool.build().unwrap();
        pool.install(|| trained(&images, shape(2, 3), &params(64)))
    };
    let one = made(1);
    for threads in [2, 3, 8] {
        let other = made(threads);
        assert_eq!(other.codes(), one.codes());
        assert_eq!(other.id(), one.id());
    }
    let other_seed = CodebookParams {
        seed: 1,
        ..params(64)
    };
    assert_ne!(trained(&images, shape(2, 3), &other_seed).id(), one.id());
}

#[test]
fn pinned_codebook() {
    // Everything is whole numbers or exactly rounded, so this holds everywhere.
    let pixels = |index: u32| (0..64).map(move |i| (i * i * 7 + index * 31) as u8);
    let images: Vec<Image> = (0..8)
        .map(|index| Image::new(8, 8, 1, pixels(index).collect()).unwrap())
        .collect();
    let codebook = trained(&images, shape(2, 1), &params(16));
    assert_eq!(
        codebook.id().to_string(),
        "456718f266fd3d912f729a3df1cca6b9b4249c29c09f1de4642482f22b22b9c7"
    );
}

#[test]
fn a_search_for_codes_can_be_ended() {
    let patches = CountedPatches::from_images(shape(2, 1), &waves(3, 8, 1)).unwrap();
    // In its start, and after a round.
    for last in [0, 1] {
        let stop = |rounds: u32| match rounds < last {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        };
        let ended = PatchCodebook::train(&patches, &params(4), stop);
        assert_eq!(ended.unwrap_err(), CodebookError::Stopped);
    }
}

#[test]
fn as_many_codes_as_patches_lose_nothing() {
    let images = waves(3, 8, 1);
    let patches = CountedPatches::from_images(shape(2, 1), &images).unwrap();
    let distinct = patches.distinct();
    assert_eq!(patches.total(), 48);
    let (codebook, info) = PatchCodebook::train(&patches, &params(distinct), go_on).unwrap();
    assert_eq!((info.mean_squared_error, info.converged), (0.0, true));
    for image in &images {
        let (grid, tokens) = codebook.encode(image).unwrap();
        assert_eq!(&codebook.decode(grid, &tokens).unwrap(), image);
    }
    assert_eq!(
        PatchCodebook::train(&patches, &params(distinct + 1), go_on).unwrap_err(),
        CodebookError::TooFewPatches {
            codes: distinct + 1,
            distinct
        }
    );
}

#[test]
fn more_codes_lose_less() {
    let images = waves(20, 16, 1);
    let psnr = |codes: usize| {
        let codebook = trained(&images, shape(2, 1), &params(codes));
        Psnr::pooled(images.iter().map(|image| {
            let (grid, tokens) = codebook.encode(image).unwrap();
            Psnr::of(image, &codebook.decode(grid, &tokens).unwrap()).unwrap()
        }))
    };
    let ratios: Vec<f64> = [4, 16, 64]
        .map(|codes| psnr(codes).decibels().unwrap())
        .into();
    assert!(
        ratios.windows(2).all(|pair| pair[0] + 3.0 < pair[1]),
        "{ratios:?}"
    );
}

#[test]
fn the_darkest_code_is_number_0() {
    let mut images = waves(4, 16, 1);
    images.push(Image::new(16, 16, 1, vec![0; 256]).unwrap());
    let codebook = trained(&images, shape(2, 1), &params(32));
    assert_eq!(codebook.black_token(), 0);
    assert_eq!(codebook.codes()[..4], [0.0; 4]);
}

#[test]
fn wrong_images_and_tokens_are_refused() {
    let codebook = PatchCodebook::new(shape(2, 1), vec![0.0; 8], Provenance::new()).unwrap();
    let image = |height, width, channels: u8| {
        let bytes = (height * width) as usize * usize::from(channels);
        Image::new(height, width, channels, vec![0; bytes]).unwrap()
    };
    says(
        codebook.encode(&image(4, 5, 1)),
        &[&"4x5", &"multiples of 2"],
    );
    says(codebook.encode(&image(4, 4, 3)), &[&"3 channels"]);
    let grid = Grid::new(1, 2).unwrap();
    says(codebook.decode(grid, &[0]), &[&"1 tokens", &"2 cells"]);
    says(
        codebook.decode(grid, &[0, 2]),
        &[&"cell 1 has token 2", &"2 codes"],
    );
    let video = Grid::video(2, 1, 1).unwrap();
    says(codebook.decode(video, &[0, 0]), &[&"2x1x1"]);
    let long = Grid::new(1, 10_000).unwrap();
    says(codebook.decode(long, &[0; 10_000]), &[&"1x10000"]);
    says(PatchShape::new(0, 1), &[&"from 1 to 64"]);
    says(PatchShape::new(2, 2), &[&"1 or 3"]);
    says(
        PatchCodebook::new(shape(2, 1), vec![], Provenance::new()),
        &[&"0 codes"],
    );
    says(
        PatchCodebook::new(shape(2, 1), vec![0.0; 7], Provenance::new()),
        &[&7, &4],
    );
    for value in [-1.0, 256.0, f32::NAN, f32::INFINITY] {
        let codes = vec![0.0, 0.0, 0.0, value];
        says(
            PatchCodebook::new(shape(2, 1), codes, Provenance::new()),
            &[&"code 0", &value],
        );
    }
}

#[test]
fn files_give_the_codebook_back() {
    let folder = Folder::new();
    let path = folder.path("codebook.safetensors");
    let provenance = Provenance::from([("program".into(), "a test".into())]);
    let codebook = trained(&waves(3, 8, 3), shape(2, 3), &params(9)).with_provenance(provenance);
    codebook.write(&path, false).unwrap();
    let read = PatchCodebook::read(&path).unwrap();
    assert_eq!((read.id(), read.codes()), (codebook.id(), codebook.codes()));
    assert_eq!(read.provenance(), codebook.provenance());
    assert_eq!(read.shape(), shape(2, 3));
    says(codebook.write(&path, false), &[&"exists already"]);
    let bytes = fs_err::read(&path).unwrap();
    codebook.write(&path, true).unwrap();
    assert_eq!(fs_err::read(&path).unwrap(), bytes);

    // A changed code is found.
    let mut changed = bytes.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    let path = folder.write("changed.safetensors", &changed);
    says(PatchCodebook::read(&path), &[&path.display(), &"digest"]);
    let path = folder.write("cut.safetensors", &bytes[..bytes.len() - 1]);
    says(PatchCodebook::read(&path), &[&path.display()]);
    let path = folder.write("other.safetensors", b"\x02\0\0\0\0\0\0\0{}");
    says(PatchCodebook::read(&path), &[&"no tensor 'codes'"]);
}

proptest! {
    #[test]
    fn damaged_files_never_panic(at in any::<prop::sample::Index>(), value in any::<u8>()) {
        let folder = Folder::new();
        let path = folder.path("codebook.safetensors");
        let codebook = PatchCodebook::new(shape(1, 1), vec![0.0, 9.5], Provenance::new()).unwrap();
        codebook.write(&path, false).unwrap();
        let mut bytes = fs_err::read(&path).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = value;
        fs_err::write(&path, bytes).unwrap();
        if let Ok(read) = PatchCodebook::read(&path) {
            prop_assert!(read.codes().iter().all(|value| (0.0..=255.0).contains(value)));
        }
    }
}
