//! Manifests.

use std::io::Write;
use std::path::Path;

use orders_core::Grid;
use orders_core::files::{Encoder, Format, Manifest, ManifestError, OutputFile, Summary};

/// A manifest in which everything is known.
fn full() -> Manifest {
    Manifest {
        program: "orders-cli 0.1.0".into(),
        file: "res512_steps48_repulsion4.json".into(),
        format: Format::Json,
        count: 60_000,
        cells: 6,
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            .parse()
            .unwrap(),
        bytes: 7,
        grid: Some(Grid::new(2, 3).unwrap()),
        known: None,
        group_sizes: Some(vec![1, 2, 3]),
        method: Some("lpd".into()),
        seed: Some(5),
        note: Some("converted from \"x\"\nand more".into()),
        parameters: [("repulsion".into(), 4.0.into()), ("a b".into(), 0.1.into())].into(),
    }
}

/// One with nothing about the origin.
fn bare() -> Manifest {
    Manifest {
        grid: None,
        group_sizes: None,
        method: None,
        seed: None,
        note: None,
        parameters: Default::default(),
        ..full()
    }
}

#[test]
fn the_text_is_as_documented() {
    let expected = r#"program = "orders-cli 0.1.0"
file = "res512_steps48_repulsion4.json"
format = "json"
count = 60000
cells = 6
sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
bytes = 7
grid = "2x3"
group_sizes = [1, 2, 3]
method = "lpd"
seed = 5
note = """
converted from "x"
and more"""

[parameters]
"a b" = 0.1
repulsion = 4.0
"#;
    assert_eq!(full().to_toml().unwrap(), expected);
}

#[test]
fn what_is_written_is_read() {
    let seeds = [0, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX];
    let seeded = seeds.map(|seed| Manifest {
        seed: Some(seed),
        ..full()
    });
    let with_known = Manifest {
        cells: 3,
        known: Some("##.\n.#.\n".into()),
        group_sizes: Some(vec![1, 2]),
        parameters: [
            ("roll".into(), true.into()),
            ("direction".into(), "in".into()),
        ]
        .into(),
        ..full()
    };
    for manifest in seeded.into_iter().chain([full(), bare(), with_known]) {
        let text = manifest.to_toml().unwrap();
        assert_eq!(Manifest::from_toml(&text).unwrap(), manifest, "{text}");
    }
}

#[test]
fn a_problem_takes_a_grid_and_sizes() {
    let problem = full().problem().unwrap();
    assert_eq!(problem.grid(), Grid::new(2, 3).unwrap());
    assert_eq!(problem.group_sizes().as_slice(), [1, 2, 3]);
    assert!(bare().problem().is_none());
    let (no_grid, no_sizes) = (None, None);
    assert!(
        Manifest {
            grid: no_grid,
            ..full()
        }
        .problem()
        .is_none()
    );
    assert!(
        Manifest {
            group_sizes: no_sizes,
            ..full()
        }
        .problem()
        .is_none()
    );
}

#[test]
fn faults_are_named_with_their_line() {
    let text = full().to_toml().unwrap();
    let faulty = |from: &str, to: &str| {
        assert!(text.contains(from));
        Manifest::from_toml(&text.replacen(from, to, 1)).unwrap_err()
    };
    for (from, to, line, part) in [
        ("seed = 5", "seeed = 5", Some(11), "unknown field `seeed`"),
        (
            "seed = 5",
            "seed = -1",
            Some(11),
            "a whole number from 0 to 2^64 - 1",
        ),
        (
            "seed = 5",
            "seed = \"+1\"",
            Some(11),
            "a whole number from 0 to 2^64 - 1",
        ),
        (
            "seed = 5",
            "seed = \"18446744073709551616\"",
            Some(11),
            "a whole number",
        ),
        ("seed = 5", "seed = 1.5", Some(11), "a whole number"),
        ("count = 60000", "count = -1", Some(4), ""),
        ("\"2x3\"", "\"2by3\"", Some(8), "write HEIGHTxWIDTH"),
        (
            "format = \"json\"",
            "format = \"yaml\"",
            Some(3),
            "unknown variant",
        ),
        (
            "sha256 = \"b",
            "sha256 = \"B",
            Some(6),
            "64 lowercase hexadecimal digits",
        ),
        (
            "sha256 = \"b",
            "sha256 = \"bb",
            Some(6),
            "64 lowercase hexadecimal digits",
        ),
        ("bytes = 7", "bytes = ", Some(7), ""),
        ("bytes = 7\n", "", None, "missing field `bytes`"),
    ] {
        match faulty(from, to) {
            ManifestError::Toml {
                line: found,
                message,
            } => {
                assert!(message.contains(part), "{to}: {message}");
                assert!(line.is_none() || found == line, "{to}: line {found:?}");
            }
            other => panic!("{to}: {other:?}"),
        }
    }
    for name in [
        "",
        ".",
        "..",
        "a/b",
        "/etc/passwd",
        "a\\\\b",
        "a\\nb",
        "a\\u0000",
    ] {
        let error = faulty("res512_steps48_repulsion4.json", name);
        assert!(
            matches!(error, ManifestError::File { .. }),
            "{name}: {error}"
        );
    }
    let error = faulty("cells = 6", "cells = 0");
    assert!(
        matches!(error, ManifestError::Cells { cells: 0 }),
        "{error}"
    );
    let error = faulty("cells = 6", "cells = 16777217");
    assert!(matches!(error, ManifestError::Cells { .. }), "{error}");
    let error = faulty("2x3", "2x4");
    assert!(
        matches!(error, ManifestError::Grid { cells: 6, .. }),
        "{error}"
    );
    let error = faulty("[1, 2, 3]", "[1, 2, 4]");
    assert!(
        matches!(error, ManifestError::Sum { sum: 7, cells: 6 }),
        "{error}"
    );
    let error = faulty("[1, 2, 3]", "[0, 6]");
    assert!(matches!(error, ManifestError::GroupSizes(_)), "{error}");
}

#[test]
fn known_cells_that_do_not_fit_are_refused() {
    let with = |known: &[&str]| {
        let manifest = Manifest {
            cells: 3,
            known: Some(known.join("\n")),
            group_sizes: Some(vec![1, 2]),
            ..full()
        };
        manifest.to_toml()
    };
    assert!(with(&["##.", ".#."]).is_ok());
    let error = with(&["##.", "..."]).unwrap_err();
    assert!(
        matches!(error, ManifestError::Free { free: 4, cells: 3 }),
        "{error}"
    );
    let error = with(&["##."]).unwrap_err();
    assert!(
        matches!(error, ManifestError::KnownRows { rows: 1, height: 2 }),
        "{error}"
    );
    for row in ["##", "##..", "#?.", "é."] {
        let error = with(&["##.", row]).unwrap_err();
        assert!(
            matches!(error, ManifestError::KnownRow { row: 1, width: 3 }),
            "{error}"
        );
    }
    let error = with(&["###", "###"]).unwrap_err();
    assert!(matches!(error, ManifestError::Known(_)), "{error}");
    let without_grid = Manifest {
        grid: None,
        known: Some("#.".into()),
        ..full()
    };
    let error = without_grid.to_toml().unwrap_err();
    assert!(matches!(error, ManifestError::KnownWithoutGrid), "{error}");
}

#[test]
fn no_manifest_is_written_that_would_not_be_read() {
    let file = "a/b".into();
    let error = Manifest { file, ..full() }.to_toml().unwrap_err();
    assert!(matches!(error, ManifestError::File { .. }));
    let count = 1 << 63;
    let error = Manifest { count, ..full() }.to_toml().unwrap_err();
    assert!(matches!(error, ManifestError::TooLarge { .. }));
    let note = Some("x".repeat(Manifest::MAX_BYTES as usize));
    let error = Manifest { note, ..full() }.to_toml().unwrap_err();
    assert!(matches!(error, ManifestError::TooLong));
}

#[test]
fn it_describes_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    let encoder = Encoder::new(Format::Json, 1, 2, &Default::default()).unwrap();
    let mut file = OutputFile::create(&path).unwrap();
    file.write_all(b"[[0,1]]").unwrap();
    let file = file.finish().unwrap();
    let manifest = Manifest::new("test", &encoder, &file).unwrap();
    file.persist(false).unwrap();

    assert_eq!((&manifest.file[..], manifest.bytes), ("a.json", 7));
    assert!(manifest.verify(&b"[[0,1]]"[..]).is_ok());
    let other = manifest.verify(&b"[[1,0]]"[..]).unwrap_err();
    assert!(matches!(other, ManifestError::Sha256 { .. }), "{other}");
    let short = manifest.verify(&b"[[0,1]"[..]).unwrap_err();
    assert!(
        matches!(
            short,
            ManifestError::Bytes {
                declared: 7,
                bytes: 6
            }
        ),
        "{short}"
    );

    let (count, cells) = (1, 2);
    let claims = |format, count, cells| manifest.check_summary(format, Summary { count, cells });
    assert!(claims(Format::Json, count, cells).is_ok());
    assert!(matches!(
        claims(Format::Npy, count, cells),
        Err(ManifestError::Format { .. })
    ));
    assert!(matches!(
        claims(Format::Json, 2, cells),
        Err(ManifestError::Count { .. })
    ));
    assert!(matches!(
        claims(Format::Json, count, 3),
        Err(ManifestError::RowCells { .. })
    ));

    let beside = Manifest::path_for(&path);
    assert_eq!(beside, folder.path().join("a.json.toml"));
    assert!(matches!(
        Manifest::read(&beside),
        Err(ManifestError::Open(_))
    ));
    fs_err::write(&beside, manifest.to_toml().unwrap()).unwrap();
    assert_eq!(Manifest::read(&beside).unwrap(), manifest);
    fs_err::write(&beside, b"\xff").unwrap();
    let error = Manifest::read(&beside).unwrap_err();
    assert!(error.to_string().contains("a.json.toml"), "{error}");
    fs_err::write(&beside, vec![b'\n'; Manifest::MAX_BYTES as usize + 1]).unwrap();
    let ManifestError::At { source, .. } = Manifest::read(&beside).unwrap_err() else {
        panic!("the file is not named");
    };
    assert!(matches!(*source, ManifestError::TooLong));
    assert_eq!(Manifest::path_for(Path::new("x")), Path::new("x.toml"));
}
