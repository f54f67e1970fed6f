//! Folders of image files.

use orders_datasets::{ImageFolder, ImageSource, OpenOptions, open};

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
    assert_eq!(images.size(0).unwrap(), (1, 2));
    let parts = open(folder.path("d"), &OpenOptions::default()).unwrap();
    assert_eq!((parts.len(), &parts[0].split[..]), (1, "all"));
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
