//! Centre crops against those that Pillow made.

use orders_datasets::{Image, PreparationError, decode};

fn reference(name: &str) -> Image {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/center_crop");
    decode(&fs_err::read(format!("{folder}/{name}")).unwrap()).unwrap()
}

/// Share of values within one grey level, and the largest difference.
fn agreement(a: &Image, b: &Image) -> (f64, u8) {
    assert_eq!(a.shape(), b.shape());
    let pairs = a.pixels().iter().zip(b.pixels());
    let differences: Vec<u8> = pairs.map(|(&a, &b)| a.abs_diff(b)).collect();
    let within = differences.iter().filter(|&&difference| difference <= 1);
    let share = within.count() as f64 / differences.len() as f64;
    (share, differences.into_iter().max().unwrap())
}

#[test]
fn crops_of_photographs_agree() {
    for (photograph, crop, side) in [
        ("astronaut.png", "astronaut_crop256.png", 256),
        ("coffee.png", "coffee_crop128.png", 128),
    ] {
        let ours = reference(photograph).center_crop(side).unwrap();
        let (share, largest) = agreement(&ours, &reference(crop));
        assert!(share >= 0.999, "{crop}: {share} within one level");
        assert!(largest <= 1, "{crop}: off by {largest}, {share}");
    }
}

/// The pixels of a grey `.npy` image.
fn array(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/center_crop");
    let file = fs_err::File::open(format!("{folder}/{name}")).unwrap();
    let array = orders_arrays::open_npy(file.into_file()).unwrap();
    array.entries().unwrap().read_all().unwrap()
}

/// Noise, and a white line in the middle: what halving does with the middle of an odd side
/// shows.
#[test]
fn crops_of_odd_sides_agree() {
    for (original, crop, side) in [
        ("noise_125.png", "noise_125_crop62_pillow10.npy", 62),
        ("line_613.png", "line_613_crop256_pillow10.npy", 256),
    ] {
        let ours = reference(original).center_crop(side).unwrap().to_grey();
        let theirs = Image::new(side, side, 1, array(crop)).unwrap();
        let (_, largest) = agreement(&ours, &theirs);
        assert!(largest <= 1, "{original}: off by {largest}");
    }
}

#[test]
fn an_image_of_the_size_asked_for_stays_as_it_is() {
    let image = reference("coffee_crop128.png");
    assert_eq!(image.center_crop(128).unwrap(), image);
}

#[test]
fn small_and_thin_images_are_enlarged() {
    let pixels: Vec<u8> = (0..3 * 7).map(|i| i * 12).collect();
    let image = Image::new(3, 7, 1, pixels).unwrap();
    assert_eq!(image.center_crop(16).unwrap().shape(), (16, 16, 1));
    // Of a row of grey levels that rises, the middle is left.
    let row = Image::new(1, 5, 1, vec![0, 50, 100, 150, 200]).unwrap();
    assert_eq!(row.center_crop(1).unwrap().pixels(), [100]);
}

#[test]
fn impossible_crops_are_refused() {
    let image = Image::new(2, 16000, 1, vec![0; 32000]).unwrap();
    assert!(matches!(
        image.center_crop(0),
        Err(PreparationError::Side(0))
    ));
    assert!(matches!(
        image.center_crop(16385),
        Err(PreparationError::Side { .. })
    ));
    assert!(matches!(
        image.center_crop(16),
        Err(PreparationError::Shape { .. })
    ));
}
