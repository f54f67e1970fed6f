//! Files that appear whole or not at all.

use std::io::Write;
use std::path::Path;

use orders_core::files::{Digest, OutputError, OutputFile};

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
    assert!(partial.len() == 1 && partial[0].starts_with('.') && partial[0].ends_with(".partial"));
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
