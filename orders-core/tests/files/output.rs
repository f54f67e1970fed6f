//! Files that appear whole or not at all.

use std::io::Write;
use std::path::Path;

use orders_core::files::{
    Digest, FolderLock, LockError, OutputError, OutputFile, OutputFolder, is_passed_over,
    remove_abandoned,
};

fn names(folder: &Path) -> Vec<String> {
    fs_err::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn file_with(path: &Path, content: &[u8]) -> OutputFile {
    let mut file = OutputFile::create(path).unwrap();
    file.write_all(content).unwrap();
    file
}

#[test]
fn nothing_is_left_of_a_file_that_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    let file = file_with(&path, &[b'x'; 3 << 20]);
    let partial = names(folder.path());
    assert!(
        partial.len() == 1
            && partial[0].starts_with(".orders-")
            && partial[0].ends_with(".partial")
    );
    drop(file);
    assert!(names(folder.path()).is_empty());

    drop(file_with(&path, b"x").finish().unwrap());
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_finished_file_appears_under_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    let content: Vec<u8> = (0..3_000_001_u32).map(|i| (i % 251) as u8).collect();
    let mut file = OutputFile::create(&path).unwrap();
    for piece in content.chunks(4097) {
        file.write_all(piece).unwrap();
    }
    let file = file.finish().unwrap();
    assert_eq!(file.path(), path);
    let (sha256, bytes) = Digest::of(&content[..]).unwrap();
    assert_eq!((file.sha256(), file.bytes()), (sha256, bytes));
    assert!(!path.exists());
    file.persist(false).unwrap();
    assert_eq!(names(folder.path()), ["a.json"]);
    assert!(fs_err::read(&path).unwrap() == content);
}

#[test]
fn an_existing_file_is_kept_unless_told_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    fs_err::write(&path, b"old").unwrap();
    let refused = file_with(&path, b"new").finish().unwrap().persist(false);
    assert!(
        matches!(refused, Err(OutputError::Exists { .. })),
        "{refused:?}"
    );
    assert_eq!(fs_err::read(&path).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["a.json"]);

    file_with(&path, b"new")
        .finish()
        .unwrap()
        .persist(true)
        .unwrap();
    assert_eq!(fs_err::read(&path).unwrap(), b"new");
    assert_eq!(names(folder.path()), ["a.json"]);
}

#[test]
fn a_folder_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    fs_err::create_dir(&path).unwrap();
    for overwrite in [false, true] {
        assert!(
            file_with(&path, b"x")
                .finish()
                .unwrap()
                .persist(overwrite)
                .is_err()
        );
        assert!(path.is_dir());
        assert_eq!(names(folder.path()), ["a.json"]);
    }
}

#[test]
fn a_path_must_name_a_file_in_a_folder_that_exists() {
    let folder = tempfile::tempdir().unwrap();
    for path in [Path::new(""), Path::new(".."), Path::new("/")] {
        let refused = OutputFile::create(path);
        assert!(matches!(refused, Err(OutputError::Path { .. })), "{path:?}");
    }
    let refused = OutputFile::create(folder.path().join("none/a.json"));
    assert!(matches!(refused, Err(OutputError::Create { .. })));
}

#[cfg(unix)]
#[test]
fn permissions_are_those_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (ours, plain) = (folder.path().join("a"), folder.path().join("b"));
    file_with(&ours, b"x")
        .finish()
        .unwrap()
        .persist(false)
        .unwrap();
    fs_err::write(&plain, b"x").unwrap();
    let mode = |path: &Path| fs_err::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&ours), mode(&plain));
}

#[test]
fn a_digest_is_hexadecimal() {
    // FIPS 180-4, the one-block example.
    let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let (digest, bytes) = Digest::of(&b"abc"[..]).unwrap();
    assert_eq!((digest.to_string(), bytes), (text.to_owned(), 3));
    assert_eq!(text.parse(), Ok(digest));
    for wrong in [
        "",
        &text[1..],
        &text.to_uppercase(),
        &format!("{text}0"),
        &text.replace('b', "g"),
    ] {
        assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
    }
}

#[test]
fn a_folder_appears_whole_or_not_at_all() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("new");
    let folder = OutputFolder::create(&path).unwrap();
    fs_err::write(folder.folder().join("a"), b"x").unwrap();
    assert!(!path.exists());
    drop(folder);
    assert!(names(root.path()).is_empty());

    let folder = OutputFolder::create(&path).unwrap();
    fs_err::write(folder.folder().join("a"), b"x").unwrap();
    folder.persist().unwrap();
    assert_eq!(names(root.path()), ["new"]);
    assert_eq!(names(&path), ["a"]);
    let refused = OutputFolder::create(&path);
    assert!(matches!(refused, Err(OutputError::Exists { .. })));
}

/// What nobody has locked any more is removed, and nothing else.
#[test]
fn what_was_abandoned_is_removed() {
    let root = tempfile::tempdir().unwrap();
    let path = |name: &str| root.path().join(name);
    for name in [
        "a.json",
        ".other.partial",
        ".orders-1.partial",
        ".orders-2.part",
    ] {
        fs_err::write(path(name), b"x").unwrap();
    }
    fs_err::create_dir(path(".orders-3.partial")).unwrap();
    fs_err::write(path(".orders-3.partial/a"), b"x").unwrap();
    let (file, folder) = (
        file_with(&path("b.json"), b"x"),
        OutputFolder::create(path("c")).unwrap(),
    );
    let removed = remove_abandoned(root.path()).unwrap();
    assert_eq!(
        removed,
        [".orders-1.partial", ".orders-3.partial"].map(path)
    );
    assert!(remove_abandoned(root.path()).unwrap().is_empty());

    // What was being written goes on.
    file.finish().unwrap().persist(false).unwrap();
    folder.persist().unwrap();
    let mut left = names(root.path());
    left.sort();
    assert_eq!(
        left,
        [".orders-2.part", ".other.partial", "a.json", "b.json", "c"]
    );
    for (name, is_nothing) in [
        (".orders-1.partial", true),
        (".other.partial", true),
        (".orders.lock", true),
        ("a.partial", false),
        ("a.json", false),
    ] {
        assert_eq!(is_passed_over(name.as_ref()), is_nothing, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    let root = tempfile::tempdir().unwrap();
    let target = root.path().join("mine");
    fs_err::write(&target, b"kept").unwrap();
    for name in [".orders-1.partial", ".orders.lock"] {
        std::os::unix::fs::symlink(&target, root.path().join(name)).unwrap();
    }
    assert!(remove_abandoned(root.path()).unwrap().is_empty());
    let refused = FolderLock::take(root.path(), "me");
    assert!(matches!(refused, Err(LockError::Io { .. })), "{refused:?}");
    assert_eq!(fs_err::read(&target).unwrap(), b"kept");
}

#[test]
fn a_folder_is_for_one_at_a_time() {
    let root = tempfile::tempdir().unwrap();
    let lock = FolderLock::take(root.path(), "process 1 on a\u{1b}[31mb\nmore").unwrap();
    let refused = FolderLock::take(root.path(), "process 2").unwrap_err();
    let said = refused.to_string();
    let shown = root.path().display();
    let begin = format!("{shown} is in use by process 1 on a[31mb, for ");
    assert!(
        said.starts_with(&begin) && said.ends_with(" seconds"),
        "{said}"
    );
    drop(lock);
    assert!(names(root.path()).is_empty());
    // A lock that a killed process left holds nobody up.
    fs_err::write(root.path().join(".orders.lock"), b"process 3").unwrap();
    let lock = FolderLock::take(root.path(), "process 2").unwrap();
    drop(lock);
    assert!(names(root.path()).is_empty());
}

/// Many at once: one of them has it at any time.
#[test]
fn nobody_gets_in_beside_another() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let root = tempfile::tempdir().unwrap();
    let (inside, entered) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    match FolderLock::take(root.path(), "one") {
                        Ok(_lock) => {
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                            entered.fetch_add(1, Ordering::SeqCst);
                            inside.fetch_sub(1, Ordering::SeqCst);
                        }
                        Err(LockError::Taken { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    assert!(entered.into_inner() > 0);
    assert!(names(root.path()).is_empty());
}
