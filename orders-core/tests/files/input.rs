//! What is opened, and what is not.

use std::io::Read;

use orders_core::files::{Irregular, IrregularFile, open_regular, read_at_most};

/// What is at the path, as the error says.
#[track_caller]
fn irregular(path: &std::path::Path) -> Irregular {
    let error = open_regular(path).unwrap_err();
    let whole = read_at_most(path, 10).unwrap_err();
    let found = IrregularFile::behind(&error).expect("it is no regular file");
    assert_eq!(IrregularFile::behind(&whole), Some(found));
    assert_eq!(found.path, path);
    found.what
}

#[test]
fn regular_files_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    let missing = open_regular(&path).unwrap_err();
    assert_eq!(missing.kind(), std::io::ErrorKind::NotFound);
    assert!(IrregularFile::behind(&missing).is_none());
    fs_err::write(&path, "abc").unwrap();
    let mut text = String::new();
    open_regular(&path)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, "abc");
    for (most, found) in [
        (0, None),
        (2, None),
        (3, Some(&b"abc"[..])),
        (u64::MAX, Some(b"abc")),
    ] {
        assert_eq!(read_at_most(&path, most).unwrap().as_deref(), found);
    }
    assert_eq!(irregular(folder.path()), Irregular::Folder);
}

/// None of them is waited for.
#[cfg(unix)]
#[test]
fn what_never_ends_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    assert_eq!(irregular(&pipe), Irregular::Pipe);
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
    assert_eq!(irregular(&link), Irregular::Device);
    let socket = folder.path().join("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    assert_eq!(irregular(&socket), Irregular::Other);
}
