//! Token files.

use std::collections::BTreeMap;

use orders_arrays::{ElementType, safetensors_header};
use orders_core::Grid;
use orders_datasets::{
    Provenance, TokenError, TokenFileOptions, TokenParts, TokenRows, TokenSet, is_token_file,
};
use proptest::prelude::*;

use crate::files::{Folder, says};

pub fn parts() -> TokenParts {
    TokenParts {
        grid: Grid::new(1, 2).unwrap(),
        codebook_size: 300,
        tokens: vec![0, 1, 299, 3, 4, 5],
        flipped: Some(vec![1, 0, 3, 299, 5, 4]),
        labels: Some(vec![2, 0, 1]),
        classes: 3,
        source_index: Some(vec![70_000, 1, 2]),
        tokenizer: Some("patch-codebook:abc".into()),
        provenance: Provenance::from([("program".into(), "a test".into())]),
    }
}

#[test]
fn rows_of_a_file_are_those_of_the_set() {
    let folder = Folder::new();
    let path = folder.path("tokens.safetensors");
    let set = TokenSet::new(parts()).unwrap();
    set.write(&path, false).unwrap();
    let of_file = TokenRows::open(&path, &TokenFileOptions::default()).unwrap();
    for mut rows in [of_file, TokenRows::from(set.clone())] {
        assert_eq!((rows.len(), rows.has_flipped()), (3, true));
        assert_eq!(rows.labels(), set.labels());
        for (flipped, expected) in [(false, set.tokens()), (true, set.flipped().unwrap())] {
            let mut all = Vec::new();
            rows.all(flipped, |tokens| all.extend_from_slice(tokens))
                .unwrap();
            assert_eq!(all, expected);
            let mut tokens = vec![7];
            for image in [1, 0, 2] {
                rows.image(image, flipped, &mut tokens).unwrap();
                assert_eq!(tokens, expected[2 * image..][..2]);
            }
            rows.image(3, flipped, &mut tokens).unwrap();
            assert!(tokens.is_empty());
        }
    }
}

#[test]
fn rows_are_checked_when_they_are_read() {
    let folder = Folder::new();
    let path = folder.path("tokens.safetensors");
    let set = TokenSet::new(parts()).unwrap();
    set.write(&path, false).unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let mut rows = TokenRows::open(&path, &TokenFileOptions::default()).unwrap();
    // Somebody writes to it: the second token of the second image.
    let needle = [0, 0, 1, 0, 43, 1, 3, 0, 4, 0, 5, 0];
    let at = bytes.windows(12).position(|window| window == needle);
    bytes[at.unwrap() + 7] = 2;
    std::fs::write(&path, &bytes).unwrap();
    let mut tokens = Vec::new();
    rows.image(0, false, &mut tokens).unwrap();
    says(
        rows.image(1, false, &mut tokens),
        &[
            &"tokens.safetensors can't be read as tokens",
            &"cell 1 of image 1 has token 515, but the codebook has 300 codes, from 0",
        ],
    );
    // And cuts it off.
    std::fs::write(&path, &bytes[..bytes.len() - 20]).unwrap();
    assert!(rows.image(2, true, &mut tokens).is_err());
}

#[test]
fn files_give_the_tokens_back() {
    let folder = Folder::new();
    let path = folder.path("tokens.safetensors");
    let lean = TokenParts {
        flipped: None,
        labels: None,
        classes: 0,
        source_index: None,
        tokenizer: None,
        ..parts()
    };
    let wide = TokenParts {
        codebook_size: 1 << 20,
        classes: 1 << 20,
        ..parts()
    };
    for parts in [parts(), lean, wide] {
        let set = TokenSet::new(parts).unwrap();
        set.write(&path, true).unwrap();
        assert!(is_token_file(&path));
        assert_eq!(
            TokenSet::read(&path, &TokenFileOptions::default()).unwrap(),
            set
        );
        let bytes = fs_err::read(&path).unwrap();
        set.write(&path, true).unwrap();
        assert_eq!(fs_err::read(&path).unwrap(), bytes);
    }
    assert!(!is_token_file(folder.path("none")));
    assert_eq!(TokenSet::new(parts()).unwrap().image(1).unwrap(), [299, 3]);
    assert_eq!(TokenSet::new(parts()).unwrap().counts()[299], 1);
}

#[test]
fn broken_sets_cannot_be_made() {
    let broken = |change: fn(&mut TokenParts)| {
        let mut parts = parts();
        change(&mut parts);
        TokenSet::new(parts).unwrap_err()
    };
    let error = broken(|parts| parts.tokens[3] = 300);
    let token = TokenError::Token {
        image: 1,
        cell: 1,
        token: 300,
        codebook_size: 300,
    };
    assert_eq!(error, token);
    let error = broken(|parts| parts.flipped.as_mut().unwrap()[4] = 1000);
    assert!(matches!(
        error,
        TokenError::Token {
            image: 2,
            cell: 0,
            ..
        }
    ));
    let error = broken(|parts| parts.labels.as_mut().unwrap()[0] = 3);
    assert!(matches!(
        error,
        TokenError::Label {
            image: 0,
            label: 3,
            classes: 3
        }
    ));
    for change in [
        |parts: &mut TokenParts| parts.tokens.truncate(5),
        |parts: &mut TokenParts| parts.flipped.as_mut().unwrap().truncate(4),
        |parts: &mut TokenParts| parts.labels.as_mut().unwrap().push(0),
        |parts: &mut TokenParts| parts.source_index.as_mut().unwrap().truncate(2),
    ] {
        assert!(matches!(broken(change), TokenError::Length { .. }));
    }
}

/// A file of tensors with their bytes.
fn tensors(metadata: &[(&str, &str)], tensors: &[(&str, ElementType, &[usize], &[u8])]) -> Vec<u8> {
    let metadata: BTreeMap<String, String> = metadata
        .iter()
        .map(|&(key, value)| (key.into(), value.into()))
        .collect();
    let infos: Vec<_> = tensors
        .iter()
        .map(|&(name, dtype, shape, _)| (name, dtype, shape))
        .collect();
    let mut file = safetensors_header(&metadata, &infos).unwrap();
    file.extend(tensors.iter().flat_map(|tensor| tensor.3));
    file
}

#[test]
fn files_of_other_programs() {
    let folder = Folder::new();
    let tokens: Vec<u8> = [3_i64, 0, 1, 2]
        .iter()
        .flat_map(|token| token.to_le_bytes())
        .collect();
    let labels = [1_u8, 0];
    let file = tensors(
        &[],
        &[
            ("tokens", ElementType::I64, &[2, 2], &tokens),
            ("labels", ElementType::U8, &[2], &labels),
        ],
    );
    let path = folder.write("theirs.safetensors", file);
    let read = |options: &TokenFileOptions| TokenSet::read(&path, options);
    says(
        read(&TokenFileOptions::default()),
        &[&path.display(), &"grid of its 2 cells"],
    );
    let mut options = TokenFileOptions {
        grid: Some(Grid::new(2, 1).unwrap()),
        codebook_size: None,
    };
    says(read(&options), &[&"how many codes"]);
    options.codebook_size = Some(4);
    let set = read(&options).unwrap();
    assert_eq!((set.tokens(), set.classes()), (&[3, 0, 1, 2][..], 2));
    options.codebook_size = Some(3);
    says(
        read(&options),
        &[&"cell 0 of image 0 has token 3", &"3 codes"],
    );
    options.grid = Some(Grid::new(3, 1).unwrap());
    says(read(&options), &[&"'tokens' has shape [2, 2]", &"[2, 3]"]);
}

#[test]
fn what_is_wrong_is_said() {
    let folder = Folder::new();
    let refused = |file: Vec<u8>, parts: &[&dyn std::fmt::Display]| {
        let path = folder.write("bad.safetensors", file);
        says(
            TokenSet::read(&path, &TokenFileOptions::default()),
            &[&path.display()],
        );
        says(TokenSet::read(&path, &TokenFileOptions::default()), parts);
    };
    let meta: [(&str, &str); 3] = [("grid", "1x2"), ("codebook_size", "4"), ("classes", "2")];
    let tokens: (&str, ElementType, &[usize], &[u8]) =
        ("tokens", ElementType::U8, &[1, 2], &[3, 1]);
    refused(
        tensors(&meta, &[("tokens", ElementType::U8, &[1, 2], &[3, 4])]),
        &[&"has token 4"],
    );
    refused(
        tensors(&meta, &[("tokens", ElementType::I8, &[1, 2], &[3, 255])]),
        &[&"-1"],
    );
    refused(
        tensors(&meta, &[("tokens", ElementType::F32, &[1, 2], &[0; 8])]),
        &[&"F32"],
    );
    refused(
        tensors(&meta, &[("tokens", ElementType::U8, &[2], &[3, 1])]),
        &[&"[2]", &"(images, cells)"],
    );
    refused(
        tensors(&meta, &[("codes", ElementType::U8, &[1, 2], &[3, 1])]),
        &[&"no tensor 'tokens'"],
    );
    refused(
        tensors(&meta, &[tokens, ("labels", ElementType::U8, &[1], &[2])]),
        &[&"label 2", &"2 classes"],
    );
    refused(
        tensors(&meta, &[tokens, ("labels", ElementType::U8, &[2], &[0, 0])]),
        &[&"'labels'", &"[1]"],
    );
    refused(
        tensors(&[("grid", "two")], &[tokens]),
        &[&"grid is \"two\""],
    );
    refused(
        tensors(&[("grid", "1x2"), ("codebook_size", "-4")], &[tokens]),
        &[&"codebook_size"],
    );
    refused(b"".to_vec(), &[&"bad.safetensors"]);
    let mut absurd = u64::MAX.to_le_bytes().to_vec();
    absurd.extend([b' '; 20]);
    refused(absurd, &[&"bad.safetensors"]);
    let good = tensors(&meta, &[tokens]);
    refused(good[..good.len() - 1].to_vec(), &[&"bytes"]);

    let path = folder.write("good.safetensors", good);
    let wanted = TokenFileOptions {
        grid: Some(Grid::new(2, 1).unwrap()),
        codebook_size: None,
    };
    says(TokenSet::read(&path, &wanted), &[&"of grid 1x2, not 2x1"]);
    let wanted = TokenFileOptions {
        grid: None,
        codebook_size: Some(5),
    };
    says(TokenSet::read(&path, &wanted), &[&"4 codes, not 5"]);
}

proptest! {
    #[test]
    fn damaged_files_never_break_a_set(at in any::<prop::sample::Index>(), value in any::<u8>()) {
        let folder = Folder::new();
        let path = folder.path("t.safetensors");
        TokenSet::new(parts()).unwrap().write(&path, false).unwrap();
        let mut bytes = fs_err::read(&path).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = value;
        fs_err::write(&path, bytes).unwrap();
        if let Ok(set) = TokenSet::read(&path, &TokenFileOptions::default()) {
            prop_assert!(set.tokens().iter().all(|&token| token < set.codebook_size()));
        }
    }
}
