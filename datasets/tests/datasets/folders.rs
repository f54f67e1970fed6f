//! Folders of image files.

use std::time::{Duration, UNIX_EPOCH};

use orders_datasets::{
    ImageArray, ImageFolder, ImageSource, LeftOutReason, OpenOptions, cache_files, open,
};

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

/// Another content of the same length is another state, and a copy is as well.
#[test]
fn the_state_is_also_that_of_times() {
    let folder = filled();
    let open = || ImageFolder::open(folder.path("d")).unwrap();
    let (identity, state) = (open().identity().unwrap(), open().state().unwrap());
    assert_ne!(state, identity);
    assert_eq!(open().state().unwrap(), state);
    let path = folder.path("d/b/10.png");
    let set = |time| {
        let file = fs_err::OpenOptions::new().write(true).open(&path).unwrap();
        file.file().set_modified(time).unwrap();
    };
    let before = UNIX_EPOCH - Duration::from_nanos(1);
    let mut states = vec![state];
    for time in [UNIX_EPOCH + Duration::from_nanos(1), UNIX_EPOCH, before] {
        set(time);
        let state = open().state().unwrap();
        assert!(!states.contains(&state), "{time:?}");
        states.push(state);
        assert_eq!(open().identity().unwrap(), identity);
    }
    // Arrays are told from each other by all that they hold.
    let array = ImageArray::new((1, 1, 1), vec![7], None, None).unwrap();
    assert_eq!(array.state().unwrap(), array.identity().unwrap());
}

/// Names that would be one and the same in files that are made of them.
#[cfg(target_os = "linux")]
#[test]
fn names_are_utf8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    let write = |root: &str, class: &[u8], name: &[u8]| {
        fs_err::create_dir_all(folder.path(root)).unwrap();
        let class = folder.path(root).join(OsStr::from_bytes(class));
        fs_err::create_dir_all(&class).unwrap();
        fs_err::write(class.join(OsStr::from_bytes(name)), png(1, 1, 1, &[7])).unwrap();
    };
    write("classes", b"a", b"x.png");
    write("classes", b"\xfe", b"x.png");
    write("classes", b"\xff", b"x.png");
    write("files", b"a", b"\xff.png");
    write("flat", b".", b"\xff.png");
    for (root, words) in [
        ("classes", r#"classes/\xFE" has a name that is not UTF-8"#),
        ("files", r#"files/a/\xFF.png" has a name that is not UTF-8"#),
        ("flat", r#"flat/\xFF.png" has a name that is not UTF-8"#),
    ] {
        says(ImageFolder::open(folder.path(root)), &[&words]);
    }
    write("cache", b"\xff", b"x.npz");
    says(cache_files(folder.path("cache")), &[&r#"cache/\xFF""#]);
    // What is no image or no class is nobody's business.
    write("other", b"a", b"x.png");
    write("other", b"a", b"\xff.txt");
    write("other", b"\xff", b"x.txt");
    let images = ImageFolder::open(folder.path("other")).unwrap();
    assert_eq!((images.len(), images.class_names().len()), (1, 1));
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_told_from_links() {
    let folder = filled();
    let socket = folder.path("d/a/s.png");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path("d/a/t.png")).unwrap();
    let images = ImageFolder::open(folder.path("d")).unwrap();
    let words: Vec<String> = images
        .left_out()
        .iter()
        .map(|left_out| left_out.to_string())
        .collect();
    let (socket, link) = (socket.display(), folder.path("d/a/t.png"));
    for expected in [
        format!("1 pipe, socket or device that is no regular file, {socket}"),
        format!("1 link that leads to no file, {}", link.display()),
    ] {
        assert!(words.contains(&expected), "{words:?}");
    }
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
