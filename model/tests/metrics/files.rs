//! Files of features and statistics: round trips, files that NumPy wrote, and
//! files that are refused.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use ndarray::{Array2, array};
use orders_model::metrics::{
    Features, Metadata, Statistics, frechet_distance, read_features, read_statistics,
    write_features, write_statistics,
};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::needed::numpy_is_here;
use crate::random::{features, uniform};

fn metadata() -> Metadata {
    Metadata::from([
        ("network".into(), "mobilenet-v2".into()),
        ("program".into(), "a test".into()),
    ])
}

/// An `.npy` file.
fn npy(descr: &str, shape: &str, entries: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((text.len() as u16).to_le_bytes());
    file.extend(text.bytes());
    file.extend(entries);
    file
}

fn doubles(values: &[f64]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn npz(arrays: &[(&str, Vec<u8>)], compression: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(compression);
    for (name, content) in arrays {
        archive.start_file(*name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Statistics of other programs, which NumPy wrote.
fn of_numpy(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/metrics/statistics")
        .join(name)
}

/// In Fortran order, and with a mean of shape [1, d].
#[test]
fn statistics_of_any_layout_are_the_same() {
    let read = |name| read_statistics(of_numpy(name)).unwrap().statistics;
    let y = read("y.npz");
    for name in ["x.npz", "x_fortran.npz"] {
        let distance = frechet_distance(&read(name), &y).unwrap();
        assert!((distance - 1.44227).abs() < 1e-5, "{name}: {distance}");
    }
    let folder = tempfile::tempdir().unwrap();
    for (shape, is_taken) in [
        ("(2,)", true),
        ("(1, 2)", true),
        ("(2, 1)", false),
        ("(1, 1, 2)", false),
    ] {
        let bytes = npz(
            &[
                ("mu.npy", npy("<f8", shape, &doubles(&[1.0, 2.0]))),
                (
                    "sigma.npy",
                    npy("<f8", "(2, 2)", &doubles(&[4.0, 1.0, 1.0, 9.0])),
                ),
            ],
            CompressionMethod::Stored,
        );
        let path = folder.path().join("s.npz");
        fs_err::write(&path, bytes).unwrap();
        let read = read_statistics(&path);
        assert_eq!(read.is_ok(), is_taken, "{shape}");
        if let Ok(read) = read {
            assert_eq!(read.statistics.mean().to_vec(), [1.0, 2.0]);
        }
    }
}

#[test]
fn arrays_that_are_there_are_listed() {
    let error = read_statistics(of_numpy("x_mean_cov.npz")).unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(
        cause,
        "there is no array 'mu' in it; there must be 'mu' and 'sigma', its arrays are: mean, cov"
    );
}

/// `numpy.savez` of mu (1, 2) and sigma ((4, 1), (1, 9)).
fn small_npz(compression: CompressionMethod) -> Vec<u8> {
    npz(
        &[
            ("arr_0.npy", npy("|u1", "(3,)", &[1, 2, 3])),
            ("mu.npy", npy("<f8", "(2,)", &doubles(&[1.0, 2.0]))),
            (
                "sigma.npy",
                npy("<f8", "(2, 2)", &doubles(&[4.0, 1.0, 1.0, 9.0])),
            ),
        ],
        compression,
    )
}

#[test]
fn statistics_come_back() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.npz");
    let statistics = Statistics::of(&features(uniform(30, 5, 1))).unwrap();
    let mut bytes = Vec::new();
    write_statistics(&mut bytes, &statistics, &metadata()).unwrap();
    fs_err::write(&path, &bytes).unwrap();
    let read = read_statistics(&path).unwrap();
    assert_eq!(read.statistics, statistics);
    assert_eq!(read.metadata, metadata());
    let mut again = Vec::new();
    write_statistics(&mut again, &statistics, &metadata()).unwrap();
    assert!(again == bytes, "the same statistics, another file");
}

#[test]
fn features_come_back() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.safetensors");
    let set = features(uniform(9, 4, 1));
    let logits = features(uniform(9, 3, 2));
    for logits in [None, Some(&logits)] {
        let mut bytes = Vec::new();
        write_features(&mut bytes, &set, logits, &metadata()).unwrap();
        fs_err::write(&path, &bytes).unwrap();
        let read = read_features(&path).unwrap();
        assert_eq!(read.features, set);
        assert_eq!(read.logits.as_ref(), logits);
        assert_eq!(read.metadata, metadata());
    }
}

#[test]
fn statistics_of_other_programs() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.npz");
    for compression in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        fs_err::write(&path, small_npz(compression)).unwrap();
        let read = read_statistics(&path).unwrap();
        assert_eq!(read.statistics.mean(), array![1.0, 2.0]);
        assert_eq!(read.statistics.covariance(), array![[4.0, 1.0], [1.0, 9.0]]);
        assert_eq!(read.statistics.count(), None);
        assert_eq!(read.metadata, Metadata::new());
    }
}

/// 16, 32 and 64 bits; the last are rounded.
#[test]
fn features_of_other_programs() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.npy");
    let expected = Features::new(array![[1.5, -2.0], [0.1, 4.0], [8.0, 16.0]]).unwrap();
    let values = [1.5, -2.0, 0.1, 4.0, 8.0, 16.0];
    fs_err::write(&path, npy("<f8", "(3, 2)", &doubles(&values))).unwrap();
    assert_eq!(read_features(&path).unwrap().features, expected);
    let single: Vec<u8> = values
        .iter()
        .flat_map(|&v| (v as f32).to_be_bytes())
        .collect();
    fs_err::write(&path, npy(">f4", "(3, 2)", &single)).unwrap();
    assert_eq!(read_features(&path).unwrap().features, expected);
}

/// Files that NumPy wrote, one of them with a covariance in Fortran order.
#[test]
fn fortran_order_is_read() {
    let read = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/metrics/cases");
        let read = read_statistics(Path::new(folder).join(name)).unwrap();
        read.statistics
    };
    let distance = frechet_distance(&read("x_fortran.npz"), &read("y.npz")).unwrap();
    assert!((distance - 1.44227).abs() < 5e-6, "{distance}");
}

#[track_caller]
fn refused(name: &str, content: &[u8], message: &str) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs_err::write(&path, content).unwrap();
    let is_statistics = Path::new(name).extension().is_some_and(|end| end == "npz");
    let error = if is_statistics {
        read_statistics(&path).unwrap_err()
    } else {
        read_features(&path).unwrap_err()
    };
    let source = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
    assert!(source.contains(message), "{error}: {source}");
}

#[test]
fn what_is_refused() {
    let stored = CompressionMethod::Stored;
    refused("a.npz", b"no zip file", "no readable .npz");
    refused(
        "a.npz",
        &npz(&[("mu.npy", npy("<f8", "(1,)", &[0; 8]))], stored),
        "there is no array 'sigma' in it; there must be 'mu' and 'sigma'",
    );
    let with_sigma = |mu: Vec<u8>, shape: &str, count: usize| {
        let sigma = npy("<f8", shape, &doubles(&vec![0.0; count]));
        npz(&[("mu.npy", mu), ("sigma.npy", sigma)], stored)
    };
    let mu = npy("<f8", "(2,)", &[0; 16]);
    refused(
        "a.npz",
        &with_sigma(mu.clone(), "(2, 3)", 6),
        "'sigma' has the shape [2, 3]; it must be [d, d], for the d entries of 'mu'",
    );
    refused(
        "a.npz",
        &with_sigma(mu.clone(), "(4,)", 4),
        "'sigma' has the shape [4]; it must be",
    );
    // A header that promises more than any memory has.
    refused(
        "a.npz",
        &with_sigma(mu.clone(), "(4294967296, 1073741824)", 4),
        "4294967296 x 1073741824 entries is larger than any file",
    );
    refused(
        "a.npz",
        &with_sigma(mu, "(4194304, 1073741824)", 4),
        "'sigma' has 117 bytes, but by its header it has at least",
    );
    refused(
        "a.npz",
        &with_sigma(npy("<i8", "(2,)", &[0; 16]), "(2, 2)", 4),
        "the entries of 'mu' are of type '<i8'",
    );
    refused("a.npy", &npy("<f4", "(2, 3)", &[0; 20]), "the file has");
    refused(
        "a.npy",
        &npy("<f4", "(6,)", &[0; 24]),
        "'features' has the shape [6]; it must be [images, dimensions]",
    );
    refused("a.npy", &npy("<f4", "(2, 0)", &[]), "no dimensions");
    let no_images = npy("<f4", "(0, 18446744073709551615)", &[]);
    refused("a.npy", &no_images, "'features' has the shape [0, 1844");
    refused(
        "a.npy",
        &npy("<f4", "(1, 1)", &f32::NAN.to_le_bytes()),
        "row 0, column 0 is NaN",
    );
    let mut bytes = Vec::new();
    let (set, logits) = (features(uniform(9, 4, 1)), features(uniform(8, 3, 2)));
    write_features(&mut bytes, &set, Some(&logits), &metadata()).unwrap();
    refused(
        "a.safetensors",
        &bytes,
        "there are 9 rows of features and 8 of logits",
    );
}

/// Cut short at any place, or with any byte changed, a file is read or refused,
/// without a panic.
#[test]
fn damaged_files() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.npz");
    let whole = small_npz(CompressionMethod::Deflated);
    for length in 0..whole.len() {
        fs_err::write(&path, &whole[..length]).unwrap();
        assert!(read_statistics(&path).is_err(), "{length} bytes");
    }
    for place in 0..whole.len() {
        for flip in [1, 0x80, 0xFF] {
            let mut damaged = whole.clone();
            damaged[place] ^= flip;
            fs_err::write(&path, &damaged).unwrap();
            let _ = read_statistics(&path);
        }
    }
}

const SCRIPT: &str = "
import numpy as np
with np.load('ours.npz') as file:
    assert sorted(file.files) == ['mu', 'sigma']
    mu, sigma = file['mu'], file['sigma']
assert mu.dtype == np.float64 and mu.shape == (5,) and sigma.shape == (5, 5)
features = np.load('features.npy').astype(np.float64)
assert np.allclose(mu, features.mean(axis=0), rtol=1e-12, atol=1e-15)
assert np.allclose(sigma, np.cov(features, rowvar=False), rtol=1e-12, atol=1e-15)
np.savez('theirs.npz', mu=mu, sigma=sigma)
np.savez_compressed('packed.npz', mu=mu, sigma=sigma)
";

/// NumPy reads ours, agrees with them, and its own are read back. Where there is no python3
/// or no NumPy, this does not run, and says so.
#[test]
fn numpy_and_we() {
    if !numpy_is_here() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let values: Array2<f32> = uniform(30, 5, 1);
    let statistics = Statistics::of(&features(values.clone())).unwrap();
    let mut bytes = Vec::new();
    write_statistics(&mut bytes, &statistics, &metadata()).unwrap();
    fs_err::write(folder.path().join("ours.npz"), &bytes).unwrap();
    let entries: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    let entries = npy("<f4", "(30, 5)", &entries);
    fs_err::write(folder.path().join("features.npy"), entries).unwrap();
    let python = |code: &str| {
        let mut command = Command::new("python3");
        command
            .args(["-c", code])
            .current_dir(folder.path())
            .output()
    };
    let output = python(SCRIPT).unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    for name in ["theirs.npz", "packed.npz"] {
        let read = read_statistics(folder.path().join(name)).unwrap();
        assert_eq!(read.statistics.mean(), statistics.mean());
        assert_eq!(read.statistics.covariance(), statistics.covariance());
    }
}
