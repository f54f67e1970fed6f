//! Token caches in `.npz` files.

use std::io::{Cursor, Write};

use orders_core::Grid;
use orders_datasets::{
    CacheOptions, TokenParts, TokenSet, check_cache_names, read_token_cache, write_token_cache,
};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::files::{Folder, npy, says};
use crate::tokens::parts;

fn options(codebook_size: u32) -> CacheOptions {
    CacheOptions {
        grid: Grid::new(1, 2).unwrap(),
        codebook_size,
    }
}

/// A zip archive of files.
fn zip(method: CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, content) in files {
        archive.start_file(*name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_cache_gives_the_tokens_back() {
    let folder = Folder::new();
    // In the order in which folders are read.
    let parts = TokenParts {
        labels: Some(vec![0, 1, 1]),
        classes: 2,
        source_index: None,
        tokenizer: None,
        provenance: Default::default(),
        ..parts()
    };
    let set = TokenSet::new(parts).unwrap();
    let root = folder.path("cache");
    let place = |index: usize| {
        let class = ["n01", "n02", "n02"][index];
        (class.to_owned(), format!("{index}.JPEG"))
    };
    write_token_cache(&root, &set, place).unwrap();
    assert!(root.join("n02/1.JPEG.npz").is_file());
    assert_eq!(read_token_cache(&root, &options(300)).unwrap(), set);
    says(write_token_cache(&root, &set, place), &[&"exists already"]);
    let elsewhere = |_| ("..".to_owned(), "x".to_owned());
    says(
        write_token_cache(folder.path("bad"), &set, elsewhere),
        &[&"\"..\""],
    );
    // Two images of one name would be one file.
    let same = |_| ("a".to_owned(), "x".to_owned());
    says(
        write_token_cache(folder.path("bad"), &set, same),
        &[&"x.npz"],
    );
    assert!(!folder.path("bad").exists());
    // Nothing is left of what failed.
    assert_eq!(fs_err::read_dir(root.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn names_are_those_of_files() {
    let long = "x".repeat(251);
    for (class, name) in [("n01", "1.JPEG"), ("a b", &long), ("\u{e9}", "...")] {
        check_cache_names(class, name).unwrap();
        let set = TokenSet::new(TokenParts {
            tokens: vec![0; 2],
            flipped: None,
            labels: None,
            source_index: None,
            ..parts()
        });
        let folder = Folder::new();
        let place = |_| (class.to_owned(), name.to_owned());
        write_token_cache(folder.path("cache"), &set.unwrap(), place).unwrap();
    }
    let longer = "x".repeat(252);
    for name in ["", ".", "..", "a/b", "a\\b", "a\0", &longer] {
        for (class, name) in [(name, "x"), ("x", name)] {
            says(
                check_cache_names(class, name),
                &[&"can't be the name of a file", &"up to 251 bytes"],
            );
        }
    }
}

#[test]
fn what_is_wrong_is_said() {
    let folder = Folder::new();
    let stored = CompressionMethod::Stored;
    let refused = |file: Vec<u8>, parts: &[&dyn std::fmt::Display]| {
        let path = folder.write("cache/a/x.npz", file);
        says(
            read_token_cache(folder.path("cache"), &options(10)),
            &[&path.display()],
        );
        says(read_token_cache(folder.path("cache"), &options(10)), parts);
    };
    let array = |descr: &str, shape: &[u64], entries: &[u8]| npy(descr, shape, entries);
    let of = |array: Vec<u8>| zip(stored, &[("indices.npy", &array)]);
    refused(b"no zip at all".to_vec(), &[&"zip archive"]);
    refused(vec![], &[&"zip archive"]);
    let good = of(array("|u1", &[2], &[1, 2]));
    refused(good[..good.len() - 30].to_vec(), &[&"zip archive"]);
    refused(zip(stored, &[("other.npy", b"")]), &[&"no array 'indices'"]);
    refused(of(b"nonsense".to_vec()), &[&"x.npz"]);
    refused(of(array("<f4", &[2], &[0; 8])), &[&"'<f4'"]);
    refused(of(array("|u1", &[3], &[1, 2, 3])), &[&"[3]", &"2 cells"]);
    refused(of(array("|u1", &[2], &[1])), &[&"'indices' has"]);
    refused(
        of(array("|u1", &[1 << 62, 1 << 62], &[1])),
        &[&"larger than any file"],
    );
    refused(of(array("|i1", &[2], &[1, 255])), &[&"-1"]);
    refused(
        of(array("|u1", &[2], &[1, 10])),
        &[&"has token 10", &"10 codes"],
    );
    // Zeros that were packed well: 20 MB in a small file.
    let bomb = vec![0; 20 << 20];
    let bomb = zip(
        CompressionMethod::Deflated,
        &[("indices.npy", &array("|u1", &[20 << 20], &bomb))],
    );
    assert!(bomb.len() < 100_000);
    refused(bomb, &[&"over 16777216 bytes"]);
    // A damaged entry.
    let mut damaged = of(array("|u1", &[2], &[1, 2]));
    let at = damaged.windows(2).rposition(|pair| pair == [1, 2]);
    damaged[at.unwrap()] = 7;
    let path = folder.write("cache/a/x.npz", damaged);
    assert!(
        read_token_cache(folder.path("cache"), &options(10)).is_err(),
        "{path:?}"
    );

    // Mirror images in one file only.
    folder.write("cache/a/x.npz", good.clone());
    let both = array("|u1", &[2], &[1, 2]);
    let both = zip(
        stored,
        &[("indices.npy", &both), ("indices_flip.npy", &both)],
    );
    folder.write("cache/a/y.npz", both);
    says(
        read_token_cache(folder.path("cache"), &options(10)),
        &[&"y.npz", &"in all files or in none"],
    );
    folder.write("empty/readme.txt", "");
    says(
        read_token_cache(folder.path("empty"), &options(10)),
        &[&"no .npz files"],
    );
}

/// Files that NumPy wrote of arrays [4, 4] in Fortran order.
#[test]
fn fortran_order_is_read_into_c_order() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/datasets/fortran_cache");
    let options = CacheOptions {
        grid: Grid::new(4, 4).unwrap(),
        codebook_size: 100,
    };
    let set = read_token_cache(root, &options).unwrap();
    assert_eq!((set.len(), set.classes()), (4, 2));
    let first = [89, 77, 42, 54, 26, 28, 78, 53, 91, 65, 17, 91, 1, 95, 92, 1];
    assert_eq!(set.image(0).unwrap(), first);
}
