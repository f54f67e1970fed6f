//! IDX files, whole and not.

use std::io::{Cursor, Write};

use orders_arrays::NpzWriter;
use orders_core::MemoryLimit;
use orders_datasets::{OpenOptions, open, read_idx_images, read_idx_labels};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::files::{Folder, gzip, idx, npy, says, sentence};

fn all() -> OpenOptions {
    OpenOptions::default()
}

#[test]
fn a_folder_of_train_and_test() {
    let folder = Folder::new();
    folder.write("d/t10k-images-idx3-ubyte", idx(&[1, 1, 2], &[7, 8]));
    folder.write("d/t10k-labels-idx1-ubyte", idx(&[1], &[3]));
    let train = idx(&[2, 1, 2], &[1, 2, 3, 4]);
    folder.write("d/train-images-idx3-ubyte.gz", gzip(&train));
    folder.write("d/train-labels-idx1-ubyte.gz", gzip(&idx(&[2], &[9, 0])));
    let parts = open(folder.path("d"), &all()).unwrap();
    let splits: Vec<&str> = parts.iter().map(|part| &part.split[..]).collect();
    assert_eq!(splits, ["train", "test"]);
    let train = &parts[0].images;
    assert_eq!((train.len(), train.class_names().len()), (2, 10));
    assert_eq!(train.labels().unwrap(), [9, 0]);
    assert_eq!(train.image(1).unwrap().pixels(), [3, 4]);
    assert!(train.image(2).is_err());
    assert_eq!(parts[1].images.image(0).unwrap().shape(), (1, 2, 1));
    // One file of images is opened with the labels beside it.
    let one = open(folder.path("d/t10k-images-idx3-ubyte"), &all()).unwrap();
    assert_eq!((one.len(), &one[0].split[..]), (1, "test"));
}

/// Rows of labels as QMNIST has them, numbers of 4 bytes.
fn rows(all: &[[i32; 3]]) -> Vec<u8> {
    let mut file = vec![0, 0, 12, 2];
    file.extend((all.len() as u32).to_be_bytes());
    file.extend(3_u32.to_be_bytes());
    file.extend(all.iter().flatten().flat_map(|number| number.to_be_bytes()));
    file
}

#[test]
fn names_of_other_data_sets_are_known() {
    let splits = |folder: &Folder| -> Vec<String> {
        let parts = open(folder.path("d"), &all()).unwrap();
        parts.into_iter().map(|part| part.split).collect()
    };
    for (train, test) in [
        ("emnist-letters-train", "emnist-letters-test"),
        ("qmnist_train", "qmnist_test"),
        ("kmnist-training", "kmnist-t10k"),
        ("train", "test"),
    ] {
        let folder = Folder::new();
        for (name, label) in [(train, 1), (test, 2)] {
            folder.write(
                &format!("d/{name}-images-idx3-ubyte"),
                idx(&[1, 1, 1], &[7]),
            );
            folder.write(&format!("d/{name}-labels-idx1-ubyte"), idx(&[1], &[label]));
        }
        assert_eq!(splits(&folder), ["train", "test"], "{train}");
        let parts = open(folder.path("d"), &all()).unwrap();
        assert_eq!(parts[0].images.labels().unwrap(), [1]);
    }
    // Names that end in none of these words are what they are called by.
    let folder = Folder::new();
    for name in ["constrain", "train", "x-val", "extra"] {
        folder.write(
            &format!("d/{name}-images.idx3-ubyte"),
            idx(&[1, 1, 1], &[7]),
        );
        folder.write(&format!("d/{name}-labels.idx1-ubyte"), idx(&[1], &[0]));
    }
    let several = open(folder.path("d"), &all()).map(|parts| parts.len());
    says(
        several,
        &[&"several data sets", &"one without a name", &"x"],
    );
    fs_err::remove_file(folder.path("d/x-val-images.idx3-ubyte")).unwrap();
    assert_eq!(splits(&folder), ["train", "constrain", "extra"]);
}

#[test]
fn labels_beside_images_in_any_form() {
    let images = idx(&[2, 1, 1], &[7, 8]);
    let labels = rows(&[[5, 0, 1], [3, 9, 2]]);
    for (image_name, image_file, label_name, label_file) in [
        (
            "train-images-idx3-ubyte",
            images.clone(),
            "train-labels-idx2-int.gz",
            gzip(&labels),
        ),
        (
            "train-images-idx3-ubyte.gz",
            gzip(&images),
            "train-labels-idx2-int",
            labels.clone(),
        ),
        (
            "train-images-idx3-ubyte",
            images.clone(),
            "train-labels-idx1-ubyte.gz",
            gzip(&idx(&[2], &[5, 3])),
        ),
        (
            "train-images-idx3-ubyte.gz",
            gzip(&images),
            "train-labels-idx1-ubyte",
            idx(&[2], &[5, 3]),
        ),
    ] {
        let folder = Folder::new();
        folder.write(&format!("d/{image_name}"), image_file);
        folder.write(&format!("d/{label_name}"), label_file);
        let parts = open(folder.path("d"), &all()).unwrap();
        assert_eq!(parts[0].images.labels().unwrap(), [5, 3], "{label_name}");
    }
    let folder = Folder::new();
    let path = folder.write("l", rows(&[[1, 2, 3], [-1, 2, 3]]));
    says(read_idx_labels(&path), &[&path.display(), &"label 1 is -1"]);
    folder.write("l", &labels[..labels.len() - 1]);
    says(read_idx_labels(&path), &[&"36 bytes", &"has 35"]);
    folder.write(
        "l",
        [&[0, 0, 12, 2][..], &[0, 0, 0, 2, 0, 0, 0, 0]].concat(),
    );
    says(read_idx_labels(&path), &[&"no columns"]);
    folder.write("l", idx(&[1, 1, 1], &[7]));
    says(read_idx_labels(&path), &[&"3 dimensions", &"first column"]);
}

#[test]
fn what_is_wrong_is_said() {
    let folder = Folder::new();
    let good = idx(&[2, 1, 2], &[1, 2, 3, 4]);
    let refused = |content: Vec<u8>, parts: &[&dyn std::fmt::Display]| {
        let path = folder.write("x-images-idx3-ubyte", content);
        says(read_idx_images(&path), &[&path.display()]);
        says(read_idx_images(&path), parts);
    };
    refused(vec![], &[&"ends before its header"]);
    refused(good[..9].to_vec(), &[&"ends before its header"]);
    refused(good[..18].to_vec(), &[&"20 bytes", &"has 18"]);
    refused([&good[..], &[0]].concat(), &[&"20 bytes", &"has 21"]);
    refused(b"PK\x03\x04 something".to_vec(), &[&"two zeros"]);
    refused(vec![0, 0, 13, 3, 0, 0, 0, 0], &[&"0x0d", &"0x08"]);
    // Labels in place of images.
    refused(
        idx(&[4], &[1, 2, 3, 4]),
        &[&"1 dimensions", &"images have 3"],
    );
    // Images of no size, and headers that promise more than there can be.
    refused(idx(&[2, 0, 2], &[]), &[&"0x2 pixels", &"from 1 to"]);
    refused(idx(&[u32::MAX, 16384, 16384], &[0; 9]), &[&"by its header"]);
    refused(
        idx(&[1, u32::MAX, u32::MAX], &[0; 9]),
        &[&"from 1 to 16384"],
    );
    let absurd = idx(&[u32::MAX, 16384, 16384], &[0; 999]);
    refused(gzip(&absurd), &[&"can't have more than"]);
    // Compressed files that end early, go on, or are damaged.
    let short = idx(&[2, 1, 2], &[1, 2, 3]);
    refused(gzip(&short), &[&"4 entries follow, but there are fewer"]);
    let long = idx(&[2, 1, 2], &[1, 2, 3, 4, 5]);
    refused(gzip(&long), &[&"4 entries follow, but there are more"]);
    let mut cut = gzip(&good);
    cut.truncate(cut.len() - 12);
    refused(cut, &[&"can't be unpacked"]);
}

#[test]
fn labels_must_fit_the_images() {
    let folder = Folder::new();
    let images = folder.write("a-images-idx3-ubyte", idx(&[2, 1, 1], &[1, 2]));
    says(
        open(&images, &all()).map(|parts| parts.len()),
        &[&"has no labels", &"a-labels-idx1-ubyte"],
    );
    let labels = folder.write("a-labels-idx1-ubyte", idx(&[3], &[0, 1, 2]));
    says(
        open(&images, &all()).map(|parts| parts.len()),
        &[&images.display(), &"3 labels for 2 images"],
    );
    assert_eq!(read_idx_labels(&labels).unwrap(), [0, 1, 2]);
    folder.write("a-labels-idx1-ubyte", idx(&[2], &[0, 7]));
    let options = OpenOptions {
        classes: Some(5),
        ..OpenOptions::default()
    };
    says(
        open(&images, &options).map(|parts| parts.len()),
        &[&images.display(), &"image 1 has label 7", &"5 classes"],
    );
}

#[test]
fn arrays_of_numpy() {
    let folder = Folder::new();
    let images = folder.write("x.npy", npy("|u1", &[2, 1, 2, 3], &[5; 12]));
    let labels = folder.write(
        "y.npy",
        npy("<i8", &[2], &[[1, 0, 0, 0, 0, 0, 0, 0], [0; 8]].concat()),
    );
    let options = OpenOptions {
        labels: Some(labels.clone()),
        classes: None,
        ..OpenOptions::default()
    };
    let parts = open(&images, &options).unwrap();
    assert_eq!(parts[0].images.labels().unwrap(), [1, 0]);
    assert_eq!(parts[0].images.image(1).unwrap().shape(), (1, 2, 3));
    let refused = |content: Vec<u8>, parts: &[&dyn std::fmt::Display]| {
        let path = folder.write("bad.npy", content);
        says(open(&path, &all()).map(|parts| parts.len()), parts);
    };
    refused(npy("<f4", &[1, 1, 1], &[0; 4]), &[&"'<f4'", &"uint8"]);
    refused(
        npy("|u1", &[4, 4], &[0; 16]),
        &[&"[4, 4]", &"(images, height, width)"],
    );
    refused(npy("|u1", &[1, 3, 4, 4], &[0; 48]), &[&"[1, 3, 4, 4]"]);
    refused(
        npy("|u1", &[9, 1, 2], &[0; 16]),
        &[&"bytes, but by its header"],
    );
    refused(
        npy("|u1", &[1 << 62, 9, 9], &[0; 16]),
        &[&"larger than any file"],
    );
    refused(b"nonsense".to_vec(), &[&"bad.npy"]);
    // Labels that are no labels.
    folder.write("y.npy", npy("|i1", &[2], &[0, 255]));
    says(
        open(&images, &options).map(|parts| parts.len()),
        &[&"y.npy", &"-1"],
    );
}

#[test]
fn an_array_of_one_image_is_asked_about() {
    let folder = Folder::new();
    for channels in [1, 3, 4] {
        let bytes = npy("|u1", &[8, 9, channels], &vec![5; 72 * channels as usize]);
        let path = folder.write("x.npy", bytes);
        says(
            open(&path, &all()).map(|parts| parts.len()),
            &[
                &"[8, 9,",
                &"one image",
                &"8 grey ones",
                &"[1, 8, 9,",
                &", 1]",
            ],
        );
    }
    // Either answer is taken, and so is the number of labels.
    for (shape, expected) in [
        ([1, 8, 9, 3], (1, (8, 9, 3))),
        ([8, 9, 3, 1], (8, (9, 3, 1))),
    ] {
        let path = folder.write("x.npy", npy("|u1", &shape, &[5; 216]));
        let parts = open(&path, &all()).unwrap();
        let images = &parts[0].images;
        assert_eq!((images.len(), images.image(0).unwrap().shape()), expected);
    }
    let path = folder.write("x.npy", npy("|u1", &[8, 9, 3], &[5; 216]));
    let labels = folder.write("y.npy", npy("|u1", &[8], &[0; 8]));
    let options = OpenOptions {
        labels: Some(labels),
        classes: None,
        ..OpenOptions::default()
    };
    assert_eq!(open(&path, &options).unwrap()[0].images.len(), 8);
}

#[test]
fn samples_in_npz_files() {
    let folder = Folder::new();
    let archive = |arrays: &[(&str, &[usize], &[u8])]| {
        let mut file = NpzWriter::new("");
        for (name, shape, entries) in arrays {
            file.add(name, shape, entries.iter().copied()).unwrap();
        }
        file.finish().unwrap()
    };
    let pixels: Vec<u8> = (0..24).collect();
    let path = folder.write("x.npz", archive(&[("arr_0", &[2, 2, 2, 3], &pixels)]));
    let parts = open(&path, &all()).unwrap();
    let images = &parts[0].images;
    assert_eq!((images.len(), images.labels()), (2, None));
    assert_eq!(images.image(1).unwrap().pixels(), &pixels[12..]);
    // With classes, as some programs leave them.
    let with_labels = [
        ("arr_0", &[2, 2, 2, 3][..], &pixels[..]),
        ("arr_1", &[2], &[4, 1]),
    ];
    folder.write("x.npz", archive(&with_labels));
    let parts = open(&path, &all()).unwrap();
    assert_eq!(parts[0].images.labels().unwrap(), [4, 1]);
    folder.write(
        "x.npz",
        archive(&[("mu", &[1], &[0]), ("sigma", &[1, 1], &[0])]),
    );
    says(
        open(&path, &all()).map(|parts| parts.len()),
        &[&path.display(), &"'arr_0'", &"mu, sigma"],
    );
}

/// What is read whole is held against the memory that there is, before it is unpacked.
#[test]
fn arrays_need_memory() {
    let folder = Folder::new();
    let pixels = npy("|u1", &[1000, 10, 10], &[0; 100_000]);
    let labels = npy("|u1", &[1000], &[0; 1000]);
    let archive = |method, images: &[u8]| {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        for (name, content) in [("arr_0.npy", images), ("arr_1.npy", &labels)] {
            archive.start_file(name, options).unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap().into_inner()
    };
    let stored = archive(CompressionMethod::Stored, &pixels);
    let deflated = archive(CompressionMethod::Deflated, &pixels);
    assert!(deflated.len() < 2000);
    let mut file = NpzWriter::new("");
    file.add("arr_0", &[100_000, 1, 1], vec![0_u8; 100_000])
        .unwrap();
    file.add("arr_1", &[100_000], vec![0_u8; 100_000]).unwrap();
    let of_labels = file.finish().unwrap();
    let of_images = idx(&[1000, 10, 10], &[0; 100_000]);
    let open_within = |path: &std::path::Path, bytes| {
        let options = OpenOptions {
            array_memory: MemoryLimit::of_bytes(bytes),
            ..all()
        };
        open(path, &options).map(|parts| parts.len())
    };
    folder.write("a-labels-idx1-ubyte", idx(&[1000], &[0; 1000]));
    // What it is, and how much it needs: an .npz file twice what it unpacks to.
    let twice = 2 * pixels.len() as u64;
    for (name, content, what, needed) in [
        ("stored.npz", stored, "images", twice),
        ("deflated.npz", deflated, "images", twice),
        ("labels.npz", of_labels, "labels", 500_128),
        ("x.npy", pixels.clone(), "images", 100_000),
        ("a-images-idx3-ubyte", gzip(&of_images), "images", 100_000),
    ] {
        let path = folder.write(name, content);
        assert_eq!(open_within(&path, needed).unwrap(), 1, "{name}");
        says(
            open_within(&path, needed - 1),
            &[
                &path.display(),
                &format!("its array of {what} needs about"),
                &"kB of memory, and",
                &"are free",
            ],
        );
    }
    // Labels of their own.
    let images = folder.write("x.npy", npy("|u1", &[10, 1, 1], &[0; 10]));
    let labels = folder.write("y.npy", npy("|u1", &[10], &[0; 10]));
    let options = OpenOptions {
        labels: Some(labels.clone()),
        array_memory: MemoryLimit::of_bytes(39),
        ..all()
    };
    says(
        open(&images, &options).map(|parts| parts.len()),
        &[
            &labels.display(),
            &"its array of labels needs about 40 bytes",
        ],
    );
    // An archive that says less than it unpacks to, and one that says far too much.
    let mut lying = archive(CompressionMethod::Deflated, &pixels);
    let sizes: Vec<usize> = (0..lying.len() - 4)
        .filter(|&at| lying[at..at + 4] == (pixels.len() as u32).to_le_bytes())
        .collect();
    for size in [1000_u32, u32::MAX - 1] {
        for &at in &sizes {
            lying[at..at + 4].copy_from_slice(&size.to_le_bytes());
        }
        let path = folder.write("lying.npz", &lying);
        says(open_within(&path, 300_000), &[&path.display()]);
    }
}

#[test]
fn nothing_to_be_found() {
    let folder = Folder::new();
    says(
        open(folder.path("none"), &all()).map(|parts| parts.len()),
        &[&"none"],
    );
    let text = folder.write("text.txt", "hello");
    says(
        open(&text, &all()).map(|parts| parts.len()),
        &[&"there are no images at"],
    );
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        mut content in prop::collection::vec(any::<u8>(), 0..64),
        like_idx in any::<bool>(),
        compressed in any::<bool>(),
    ) {
        if like_idx && content.len() >= 16 {
            content[..4].copy_from_slice(&[0, 0, 8, 3]);
            for high in [4, 5, 6, 8, 9, 10, 12, 13, 14] {
                content[high] = 0;
            }
            content[7] %= 4;
        }
        let folder = Folder::new();
        let file = if compressed { gzip(&content) } else { content };
        let path = folder.write("a-images-idx3-ubyte", file);
        match read_idx_images(&path) {
            Ok((height, width, pixels)) => {
                prop_assert_eq!(pixels.len() % (height * width) as usize, 0);
            }
            error => prop_assert!(sentence(error).contains("a-images-idx3-ubyte")),
        }
    }
}
