//! Folders of image files.

use orders_datasets::{ImageFolder, ImageSource, LeftOutReason, OpenOptions, open};

use crate::files::{Folder, png, says};

fn filled() -> Folder {
    let folder = Folder::new();
    folder.write("d/b/10.png", png(1, 1, 1, &[10]));
    folder.write("d/b/9.PNG", png(1, 1, 1, &[9]));
    folder.write("d/a/x.png", png(1, 2, 3, &[1, 2, 3, 4, 5, 6]));
    folder.write("d/a/readme.txt", "not an image");
    folder.write("d/empty/readme.txt", "no image here");
    folder.write("d/a/deeper/y.png", png(1, 1, 1, &[0]));
    folder.write("d/loose.png", png(1, 1, 1, &[0]));
    folder
}

#[test]
fn classes_and_files_are_sorted_by_name() {
    let folder = filled();
    let images = ImageFolder::open(folder.path("d")).unwrap();
    assert_eq!(images.class_names(), ["a", "b"]);
    assert_eq!(images.labels().unwrap(), [0, 1, 1]);
    let names: Vec<String> = (0..3).map(|index| images.name(index)).collect();
    assert_eq!(names, ["x.png", "10.png", "9.PNG"]);
    assert_eq!(images.image(0).unwrap().shape(), (1, 2, 3));
    assert_eq!(images.image(2).unwrap().pixels(), [9]);
    let parts = open(folder.path("d"), &OpenOptions::default()).unwrap();
    assert_eq!((parts.len(), &parts[0].split[..]), (1, "all"));
}

#[test]
fn what_systems_put_into_folders_is_nobodys_data() {
    let folder = Folder::new();
    for class in ["cat", "dog"] {
        for name in ["0", "1"] {
            folder.write(&format!("d/{class}/{name}.png"), png(1, 1, 1, &[7]));
            folder.write(&format!("d/{class}/._{name}.png"), "no image");
        }
    }
    folder.write("d/.ipynb_checkpoints/0.png", png(1, 1, 1, &[7]));
    folder.write("d/__MACOSX/cat/._0.png", "no image");
    folder.write("d/__MACOSX/0.png", png(1, 1, 1, &[7]));
    folder.write("d/.train-images-idx3-ubyte", "no images");
    let images = ImageFolder::open(folder.path("d")).unwrap();
    assert_eq!(images.class_names(), ["cat", "dog"]);
    assert_eq!(images.labels().unwrap(), [0, 0, 1, 1]);
    assert_eq!(images.left_out(), []);
    assert_eq!(
        open(folder.path("d"), &OpenOptions::default())
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn what_is_left_out_is_said() {
    let folder = filled();
    folder.write("d/a/deeper still/z.png", png(1, 1, 1, &[0]));
    folder.write("d/b/x.BMP", "another format");
    folder.write("d/notes.txt", "not an image either");
    folder.write("d/other.tiff", "another format");
    #[cfg(unix)]
    for name in ["d/b/gone.png", "d/gone"] {
        std::os::unix::fs::symlink("nowhere", folder.path(name)).unwrap();
    }
    let images = ImageFolder::open(folder.path("d")).unwrap();
    assert_eq!(images.len(), 3);
    let left_out = |reason| {
        let mut all = images.left_out().iter();
        let found = all.find(|left_out| left_out.reason == reason);
        found.map(|found| (found.count, found.first.clone()))
    };
    let path = |name: &str| folder.path(name);
    assert_eq!(
        left_out(LeftOutReason::Loose),
        Some((2, path("d/loose.png")))
    );
    assert_eq!(
        left_out(LeftOutReason::Nested),
        Some((2, path("d/a/deeper")))
    );
    assert_eq!(
        left_out(LeftOutReason::Format),
        Some((1, path("d/b/x.BMP")))
    );
    #[cfg(unix)]
    assert_eq!(
        left_out(LeftOutReason::NoFile),
        Some((2, path("d/b/gone.png")))
    );
    let parts = open(folder.path("d"), &OpenOptions::default()).unwrap();
    let words = parts[0]
        .left_out
        .iter()
        .map(|left_out| left_out.to_string());
    let words: Vec<String> = words.collect();
    let first = path("d/a/deeper");
    let expected = format!("2 folders that lie too deep, {} first", first.display());
    assert!(words.contains(&expected), "{words:?}");
    // Where nothing is left, it is said as well.
    folder.write("e/a/x.gif", "another format");
    says(
        ImageFolder::open(folder.path("e")),
        &[
            &"no images at",
            &"1 image in a format that is not read",
            &"x.gif",
        ],
    );
}

#[test]
fn images_side_by_side_have_no_classes() {
    let folder = Folder::new();
    for index in 0..3 {
        folder.write(&format!("d/{index}.png"), png(1, 1, 1, &[index]));
    }
    folder.write("d/sheet.png", png(2, 2, 1, &[9; 4]));
    let images = ImageFolder::open(folder.path("d")).unwrap();
    assert_eq!((images.len(), images.labels()), (3, None));
    assert!(images.class_names().is_empty());
    assert_eq!(images.image(2).unwrap().pixels(), [2]);
    assert_eq!(
        images.place(1),
        folder.path("d/1.png").display().to_string()
    );
    assert_eq!(images.left_out()[0].reason, LeftOutReason::Overview);
    let before = images.identity().unwrap();
    folder.write("d/3.png", png(1, 1, 1, &[3]));
    let images = ImageFolder::open(folder.path("d")).unwrap();
    assert_ne!(images.identity().unwrap(), before);
    // A picture of that name is an image where there is no other.
    folder.write("e/sheet.png", png(2, 2, 1, &[9; 4]));
    assert_eq!(ImageFolder::open(folder.path("e")).unwrap().len(), 1);
}

#[test]
fn the_identity_is_that_of_names_and_lengths() {
    let folder = filled();
    let identity = || {
        ImageFolder::open(folder.path("d"))
            .unwrap()
            .identity()
            .unwrap()
    };
    let before = identity();
    assert_eq!(identity(), before);
    folder.write("d/b/11.png", png(1, 1, 1, &[11]));
    assert_ne!(identity(), before);
}

#[test]
fn corrupt_files_are_named() {
    let folder = filled();
    let path = folder.write("d/b/corrupt.png", &png(8, 8, 1, &[7; 64])[..60]);
    let images = ImageFolder::open(folder.path("d")).unwrap();
    says(images.image(3), &[&path.display(), &"can't be used"]);
    // The others are not affected.
    assert_eq!(images.image(1).unwrap().pixels(), [10]);
    folder.write("d/b/corrupt.png", "");
    says(images.image(3), &[&path.display(), &"neither a PNG"]);
    fs_err::remove_file(&path).unwrap();
    says(images.image(3), &[&"corrupt.png"]);
}

#[test]
fn a_folder_without_images_is_refused() {
    let folder = Folder::new();
    folder.write("d/a/readme.txt", "nothing");
    says(
        ImageFolder::open(folder.path("d")),
        &[&"there are no images at"],
    );
}
