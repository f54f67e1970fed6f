//! `data`: images to tokens, and what becomes of wrong ones.

use png::{BitDepth, ColorType};

use crate::folder::Folder;
use crate::picture;

/// An IDX file of unsigned bytes.
fn idx(shape: &[u32], entries: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let mut file = vec![0, 0, 8, shape.len() as u8];
    file.extend(shape.iter().flat_map(|side| side.to_be_bytes()));
    file.extend(entries);
    file
}

/// A folder with 40 training and 8 test images of 6x6 pixels in 2 classes.
pub fn fashion() -> Folder {
    let folder = Folder::new();
    fs_err::create_dir(folder.path("fashion")).unwrap();
    for (name, count) in [("train", 40), ("t10k", 8)] {
        let pixel = |i: u32| {
            if i.is_multiple_of(3) {
                0
            } else {
                (i * i % 97 + i % 6) as u8
            }
        };
        folder.write(
            &format!("fashion/{name}-images-idx3-ubyte"),
            idx(&[count, 6, 6], (0..count * 36).map(pixel)),
        );
        folder.write(
            &format!("fashion/{name}-labels-idx1-ubyte"),
            idx(&[count], (0..count).map(|i| (i % 2) as u8)),
        );
    }
    folder
}

/// A folder with 3 and 2 images of 8x10 pixels.
fn photographs() -> Folder {
    let folder = Folder::new();
    for (class, count) in [("cats", 3), ("dogs", 2)] {
        fs_err::create_dir_all(folder.path(&format!("photos/{class}"))).unwrap();
        for number in 0..count {
            let rgb: Vec<u8> = (0..240).map(|i| (i * 7 + number * 40) as u8).collect();
            let file = picture::png(10, 8, ColorType::Rgb, BitDepth::Eight, &rgb);
            folder.write(&format!("photos/{class}/{number}.png"), file);
        }
    }
    folder
}

const PREPARE: &str = "data prepare fashion --pad 8 --codes 16 --out tokens";

#[test]
fn tokens_of_every_split() {
    let folder = fashion();
    let text = folder.done(PREPARE);
    assert!(
        text.contains("train: 40 images, grid 4x4, 16 codes, 2 classes, PSNR "),
        "{text}"
    );
    assert!(text.contains("test: 8 images, grid 4x4"), "{text}");
    let names = folder.names();
    for name in ["codebook", "test", "train"] {
        assert!(
            names.contains(&format!("tokens/{name}.safetensors")),
            "{names:?}"
        );
    }
    assert!(
        !names.iter().any(|name| name.contains(".prepare")),
        "{names:?}"
    );
    let info = folder.done("data info tokens/train.safetensors");
    for part in [
        "images    40",
        "grid      4x4",
        "tokenizer patch-codebook:",
        "made      preparation: pad 8",
    ] {
        assert!(info.contains(part), "{info}");
    }
    let info = folder.done("data info tokens/codebook.safetensors --json");
    assert!(
        info.contains("\"kind\":\"codebook\",\"codes\":16,\"side\":2"),
        "{info}"
    );
    let info = folder.done("data info fashion");
    assert!(
        info.contains(
            "split     test (IDX files)\nimages    8\npixels    6 x 6\nclasses   2: 0 (4), 1 (4)"
        ),
        "{info}"
    );
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let folder = fashion();
    folder.done(&format!("{PREPARE} --threads 1 --flip"));
    folder.done("data prepare fashion --pad 8 --codes 16 --out again --threads 3 --flip");
    for name in ["codebook", "test", "train"] {
        let read = |out: &str| folder.read(&format!("{out}/{name}.safetensors"));
        assert!(read("tokens") == read("again"), "{name}");
    }
    // A codebook of one run serves another.
    folder.done("data prepare fashion --split test --pad 8 --codebook tokens/codebook.safetensors --out more --flip");
    assert!(folder.read("tokens/codebook.safetensors") == folder.read("more/codebook.safetensors"));
    let json = folder.done("data info more/test.safetensors --json");
    assert!(json.contains("\"flipped\":true"), "{json}");
}

#[test]
fn a_run_that_was_stopped_goes_on() {
    let folder = Folder::new();
    fs_err::create_dir_all(folder.path("photos/a")).unwrap();
    for number in 0..2050_u32 {
        let grey: Vec<u8> = (0..4).map(|i| (number * 31 + i * 5) as u8).collect();
        let file = picture::png(2, 2, ColorType::Grayscale, BitDepth::Eight, &grey);
        folder.write(&format!("photos/a/{number:04}.png"), file);
    }
    // The last image, which is in the second part, stops it.
    folder.write("photos/a/9999.png", "not a picture");
    let command = "data prepare photos --codes 8 --train-images 50 --out tokens";
    let outcome = folder.run(command);
    assert!(
        outcome.status == 2 && outcome.stdout.is_empty(),
        "{outcome}"
    );
    assert!(
        outcome
            .stderr
            .starts_with("error: photos/a/9999.png can't be used"),
        "{outcome}"
    );
    let names = folder.names();
    let left: Vec<&String> = names
        .iter()
        .filter(|name| name.starts_with("tokens/"))
        .collect();
    assert_eq!(
        left,
        [
            "tokens/",
            "tokens/.prepare/",
            "tokens/.prepare/all-00000.safetensors",
            "tokens/.prepare/codebook.safetensors",
            "tokens/.prepare/settings"
        ]
    );
    folder.refuses(
        2,
        &format!("{command} --seed 1"),
        "tokens/.prepare holds an interrupted run with other settings; give those again to go on, or --force to begin anew",
    );
    let path = folder.path("photos/a/0001.png");
    let file = fs_err::OpenOptions::new().write(true).open(&path).unwrap();
    let time = file.metadata().unwrap().modified().unwrap();
    let later = time + std::time::Duration::from_nanos(1);
    file.file().set_modified(later).unwrap();
    folder.refuses(
        2,
        &format!("{command} --skip-corrupt"),
        "tokens/.prepare holds an interrupted run of other images, or of these before they were changed; give those again to go on, or --force to begin anew",
    );
    file.file().set_modified(time).unwrap();
    let outcome = folder.run(&format!("{command} --skip-corrupt"));
    assert_eq!(outcome.status, 0, "{outcome}");
    assert!(
        outcome
            .stderr
            .starts_with("note: going on with the run that was interrupted in tokens\n"),
        "{outcome}"
    );
    // As if nothing had stopped it.
    folder.done("data prepare photos --codes 8 --train-images 50 --out at-once --skip-corrupt");
    for name in ["all", "codebook"] {
        let read = |out: &str| folder.read(&format!("{out}/{name}.safetensors"));
        assert!(read("tokens") == read("at-once"), "{name}");
    }
    assert!(!folder.path("tokens/.prepare").exists());
}

#[test]
fn existing_files_are_kept() {
    let folder = fashion();
    folder.done(PREPARE);
    folder.refuses(
        2,
        PREPARE,
        "tokens/codebook.safetensors exists already; --force replaces it",
    );
    folder.done(&format!("{PREPARE} --force"));
}

#[test]
fn folders_of_photographs() {
    let folder = photographs();
    let text =
        folder.done("data prepare photos --crop 4 --held-out 2 --codes 8 --out tokens --npz");
    assert!(
        text.contains("train: 3 images, grid 2x2, 8 codes, 2 classes"),
        "{text}"
    );
    assert!(text.contains("test: 2 images"), "{text}");
    let caches = folder.names();
    let caches = caches.iter().filter(|name| name.ends_with(".npz")).count();
    assert_eq!(caches, 5);
    // The caches give the tokens back.
    let text = folder.done("data prepare tokens/train-npz --grid 2x2 --codes 8 --out back");
    assert!(text.contains("all: 3 images, grid 2x2, 8 codes"), "{text}");
    let info = folder.done("data info tokens/test-npz");
    assert!(
        info.contains("kind      .npz token cache\nimages    2"),
        "{info}"
    );
    folder.refuses(
        2,
        "data prepare tokens/train-npz --codes 8 --out b2",
        "tokens/train-npz holds .npz token caches, which don't say their grid and codes; --grid and --codes are needed",
    );
    folder.refuses(
        2,
        "data prepare tokens/train-npz --grid 2x2 --codes 8 --pad 8 --out b2",
        "--pad is for images, but tokens/train-npz holds .npz token caches",
    );
}

#[test]
fn corrupt_files_end_it_or_are_left_out() {
    let folder = photographs();
    folder.write("photos/dogs/corrupt.png", "not a picture");
    let error =
        "photos/dogs/corrupt.png can't be used: it is neither a PNG, a JPEG nor a WebP image";
    let command = "data prepare photos --crop 4 --codes 8 --out tokens";
    folder.refuses(2, command, error);
    let outcome = folder.run(&format!("{command} --skip-corrupt"));
    assert_eq!(outcome.status, 0, "{outcome}");
    assert_eq!(outcome.stderr, format!("note: left out: {error}\n"));
    assert!(
        outcome
            .stdout
            .contains("all: 5 images, 1 left out, grid 2x2"),
        "{outcome}"
    );
    let info = folder.done("data info photos");
    assert!(info.contains(&format!("corrupt   {error}")), "{info}");
}

#[test]
fn previews_show_originals_and_reconstructions() {
    let folder = fashion();
    folder.done(PREPARE);
    let text = folder.done("data preview fashion --pad 8 --split test --codebook tokens/codebook.safetensors --num 5 --out sheet.png");
    assert!(
        text.starts_with("5 images of test, 16 codes, PSNR "),
        "{text}"
    );
    assert!(folder.read("sheet.png").starts_with(b"\x89PNG"));
    let json = folder.done("data preview fashion --pad 8 --codes 4 --num 2 --out other.png --json");
    assert!(json.contains("\"split\":\"train\",\"codes\":4"), "{json}");
    assert_eq!(json.matches("\"label\":").count(), 2);
    folder.refuses(
        2,
        "data preview fashion --pad 8 --out sheet.jpg",
        "--out sheet.jpg ends in none of .svg, .pdf and .png",
    );
    folder.refuses(
        2,
        "data preview fashion --pad 8 --out sheet.png",
        "sheet.png exists already; --force replaces it",
    );
}

#[test]
fn wrong_input_is_told_in_a_sentence() {
    let folder = fashion();
    let out = "--out tokens";
    for (line, error) in [
        (
            "fashion --split tset",
            "--split: there is no split 'tset'; did you mean 'test'? There are train, test",
        ),
        (
            "fashion --held-out 3",
            "--held-out: fashion has splits of its own: train, test",
        ),
        (
            "fashion --pad 5",
            "image 000000: an image of 6x6 pixels can't be padded to 5x5; sides of at least its own, up to 16384, are allowed",
        ),
        (
            "fashion --patch 4",
            "an image of 6x6 pixels can't be cut into patches of 4x4; sides must be multiples of 4",
        ),
        (
            "fashion --codes 5000",
            "--codes: 5000 codes were asked for, but there are only 291 different patches; ask for that many at most, or train on more images",
        ),
        (
            "fashion --classes 1",
            "fashion/train-images-idx3-ubyte: image 1 has label 1, but there are 1 classes, from 0",
        ),
        (
            "fashion --labels x.npy",
            "the images of fashion have classes already; labels go with arrays only",
        ),
        (
            "fashion --grid 4x4",
            "--grid is for .npz token caches; of images it follows from their size and --patch",
        ),
    ] {
        let outcome = folder.run(&format!("data prepare {line} {out}"));
        outcome.is(2, "", &format!("error: {error}\n"));
        assert!(!folder.path("tokens").exists(), "{line}");
    }
    folder.refuses(
        2,
        "data",
        "no command is given; 'orders-cli data --help' lists them",
    );
    folder.refuses(
        2,
        "data prepar",
        "there is no command 'prepar'; did you mean 'prepare'? There are info, prepare, preview",
    );
    folder.write(
        "fashion/t10k-images-idx3-ubyte",
        idx(&[9, 6, 6], vec![0; 36]),
    );
    folder.refuses(
        2,
        "data info fashion",
        "fashion/t10k-images-idx3-ubyte can't be read as an IDX file: by its header it has 340 bytes, but it has 52",
    );
}

/// A JPEG file of 32x32 pixels that was cut, of which decoders make a whole image.
fn cut_jpeg() -> Vec<u8> {
    let path = "../datasets/tests/reference/jpeg/half.jpg";
    fs_err::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn cut_photographs_are_named_everywhere() {
    let folder = Folder::new();
    fs_err::create_dir_all(folder.path("photos/a")).unwrap();
    let grey: Vec<u8> = (0..1024).map(|i| (i * i % 251) as u8).collect();
    let whole = picture::png(32, 32, ColorType::Grayscale, BitDepth::Eight, &grey);
    folder.write("photos/a/0.png", whole);
    let mut ended = cut_jpeg();
    folder.write("photos/a/1.jpg", &ended);
    ended.extend([0xff, 0xd9]);
    folder.write("photos/a/2.jpg", &ended);
    let [no_end, cut] = [1, 2].map(|number| {
        format!("photos/a/{number}.jpg can't be used: it is cut short: the data of scan 1 end before all its blocks are there")
    });
    folder.refuses(2, "data prepare photos --codes 8 --out tokens", &no_end);
    folder.refuses(2, "data preview photos --codes 8 --out p.png", &no_end);
    folder.refuses(
        2,
        "features photos --network classifier --out f.safetensors",
        &no_end,
    );
    let info = folder.done("data info photos");
    for fault in [&no_end, &cut] {
        assert!(info.contains(&format!("corrupt   {fault}\n")), "{info}");
    }
    let outcome = folder.run("data prepare photos --codes 8 --out tokens --skip-corrupt");
    assert_eq!(outcome.status, 0, "{outcome}");
    let notes = format!("note: left out: {no_end}\nnote: left out: {cut}\n");
    assert_eq!(outcome.stderr, notes);
    assert!(
        outcome.stdout.contains("all: 1 images, 2 left out"),
        "{outcome}"
    );
}

#[test]
fn a_folder_of_corrupt_files_is_refused() {
    let folder = Folder::new();
    fs_err::create_dir_all(folder.path("photos/a")).unwrap();
    folder.write("photos/a/0.png", "no picture");
    folder.write("photos/a/1.png", "no picture either");
    folder.refuses(
        2,
        "data info photos",
        "no image of photos can be read; the first: photos/a/0.png can't be used: it is neither a PNG, a JPEG nor a WebP image",
    );
}

#[cfg(unix)]
#[test]
fn names_for_caches_are_looked_at_first() {
    let folder = photographs();
    fs_err::rename(folder.path("photos/dogs"), folder.path("photos/d\\ogs")).unwrap();
    folder.refuses(
        2,
        "data prepare photos --crop 4 --codes 8 --out tokens --npz",
        "--npz: \"d\\\\ogs\" can't be the name of a file in a token cache; names of up to 251 bytes without '/' and '\\' are allowed",
    );
    assert!(!folder.path("tokens").exists());
}

#[test]
fn what_is_not_counted_is_told() {
    let folder = photographs();
    let file = folder.read("photos/cats/0.png");
    fs_err::create_dir_all(folder.path("photos/cats/part2")).unwrap();
    fs_err::create_dir_all(folder.path("photos/.ipynb_checkpoints")).unwrap();
    for name in [
        "cats/part2/0.png",
        ".ipynb_checkpoints/0.png",
        "loose.png",
        "dogs/x.bmp",
    ] {
        folder.write(&format!("photos/{name}"), &file);
    }
    folder.write("photos/dogs/._0.png", "no image");
    let left_out = [
        "1 folder that lies too deep, photos/cats/part2",
        "1 image in a format that is not read, photos/dogs/x.bmp",
        "1 file beside the folders of the classes, photos/loose.png",
    ];
    let outcome = folder.run("data prepare photos --crop 4 --codes 8 --out tokens");
    assert_eq!(outcome.status, 0, "{outcome}");
    let notes = left_out.map(|words| format!("note: left out: {words}\n"));
    assert_eq!(outcome.stderr, notes.concat());
    let info = folder.done("data info photos");
    assert!(info.contains("classes   2: cats (3), dogs (2)\n"), "{info}");
    for words in left_out {
        assert!(info.contains(&format!("left out  {words}")), "{info}");
    }
    let json = folder.done("data info photos --json");
    assert!(
        json.contains("\"left_out\":[\"1 folder that lies too deep"),
        "{json}"
    );
}

#[test]
fn grey_among_colour_is_named_with_the_flag() {
    let folder = photographs();
    let grey: Vec<u8> = (0..80).collect();
    let file = picture::png(10, 8, ColorType::Grayscale, BitDepth::Eight, &grey);
    folder.write("photos/cats/0.png", &file);
    folder.refuses(
        2,
        "data prepare photos --crop 4 --codes 8 --out tokens",
        "photos/cats/0.png is grey and photos/cats/1.png is RGB; --colour rgb or --colour grey makes all images alike",
    );
    folder.done("data prepare photos --crop 4 --codes 8 --colour rgb --out tokens");
    folder.refuses(
        2,
        "data prepare photos --crop 4 --codebook tokens/codebook.safetensors --out more",
        "photos/cats/0.png is grey, but the codebook is of RGB images; --colour rgb makes all images so",
    );
}
