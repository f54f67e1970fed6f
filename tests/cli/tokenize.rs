//! `tokenize` and `detokenize` with a small tokenizer.

use std::path::{Path, PathBuf};

use crate::folder::Folder;

const FLAGS: &str = "--tokenizer model.pth --config config.json";

/// A file of the reference.
fn reference(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../model/tests/reference/vq_tiny")
        .join(name)
}

fn folder() -> Folder {
    let folder = Folder::new();
    for name in ["model.pth", "config.json"] {
        fs_err::copy(reference(name), folder.path(name)).unwrap();
    }
    folder
}

/// A PNG file of coloured stripes.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let pixels: Vec<u8> = (0..width * height * 3)
        .map(|i| (i * 7 % 251) as u8)
        .collect();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    file
}

/// The JSON and the bytes of the tensors of a safetensors file.
fn parts(file: &[u8]) -> (String, Vec<u8>) {
    let header = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let text = String::from_utf8(file[8..8 + header].to_vec()).unwrap();
    (text, file[8 + header..].to_vec())
}

#[test]
fn images_become_tokens_and_images_again() {
    let folder = folder();
    for name in ["a.png", "b.png"] {
        folder.write(name, png(24, 16));
    }
    folder
        .run(&format!("tokenize a.png b.png {FLAGS} --out t.safetensors"))
        .is(0, "2 images of 4x6 tokens below 64: t.safetensors\n", "");
    let (header, tokens) = parts(&folder.read("t.safetensors"));
    for part in [
        "\"grid\":\"4x6\"",
        "\"codebook_size\":\"64\"",
        "\"tokenizer\":\"vq-codebook:",
        "\"tokenizer_file\":\"model.pth\"",
        "\"dtype\":\"I64\",\"shape\":[2,24]",
    ] {
        assert!(header.contains(part), "{part} is not in {header}");
    }
    // The same image has the same tokens.
    assert_eq!(tokens.len(), 2 * 24 * 8);
    assert_eq!(tokens[..24 * 8], tokens[24 * 8..]);

    folder
        .run(&format!("detokenize t.safetensors {FLAGS} --out out"))
        .is(0, "2 images of 16x24 pixels: out\n", "");
    let first = folder.read("out/0000.png");
    assert_eq!(folder.read("out/0001.png"), first);
    let mut reader = png::Decoder::new(std::io::Cursor::new(&first))
        .read_info()
        .unwrap();
    assert_eq!((reader.info().width, reader.info().height), (24, 16));
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();

    // As an array the pixels are the same, with any number of threads; and an
    // array can be turned into tokens.
    folder.done(&format!(
        "detokenize t.safetensors {FLAGS} --out a.safetensors --threads 1"
    ));
    let (header, array) = parts(&folder.read("a.safetensors"));
    assert!(header.contains("\"images\":{\"dtype\":\"U8\",\"shape\":[2,16,24,3]"));
    assert_eq!(array[..pixels.len()], pixels);
    folder.done(&format!(
        "tokenize a.safetensors {FLAGS} --out u.safetensors"
    ));
    folder.done(&format!(
        "tokenize out/0000.png out/0001.png {FLAGS} --out v.safetensors"
    ));
    assert_eq!(folder.read("u.safetensors"), folder.read("v.safetensors"));
}

#[test]
fn both_files_of_weights_give_the_same_tokens() {
    let folder = folder();
    fs_err::copy(reference("model.safetensors"), folder.path("m.safetensors")).unwrap();
    folder.write("i.png", png(32, 32));
    for (weights, out) in [("model.pth", "x"), ("m.safetensors", "y")] {
        folder.done(&format!(
            "tokenize i.png --tokenizer {weights} --config config.json --out {out}.safetensors"
        ));
    }
    let tokens = |name: &str| parts(&folder.read(name)).1;
    assert_eq!(tokens("x.safetensors"), tokens("y.safetensors"));
}

#[test]
fn wrong_input_is_refused() {
    let folder = folder();
    folder.write("odd.png", png(10, 8));
    folder.write("a.png", png(8, 8));
    folder.write("b.png", png(16, 8));
    folder.write("text.png", "no image");
    folder.write("there.safetensors", "kept");
    folder.write("small.json", "{\"ch\": 64, \"ch_mult\": [1], \"z_channels\": 8, \"codebook_size\": 4, \"codebook_dim\": 2}");
    let weights = "the weights of VQ-16, vq_ds16_c2i.pt, are published by LlamaGen's authors at https://huggingface.co/FoundationVision/LlamaGen";
    let before = folder.names();
    for (line, error) in [
        (
            "tokenize a.png --out t.safetensors".to_owned(),
            format!("a tokenizer is needed: --tokenizer FILE; {weights}"),
        ),
        (
            "tokenize a.png --tokenizer vq.pt --out t.safetensors".to_owned(),
            format!("--tokenizer vq.pt is not there; {weights}"),
        ),
        (
            format!("tokenize odd.png {FLAGS} --out t.safetensors"),
            "odd.png has 8x10 pixels; both sides have to be multiples of 4".to_owned(),
        ),
        (
            format!("tokenize a.png b.png {FLAGS} --out t.safetensors"),
            "b.png has 8x16 pixels, those before it 8x8; images of one file of tokens have one size".to_owned(),
        ),
        (
            format!("tokenize text.png {FLAGS} --out t.safetensors"),
            "text.png: it is neither a PNG, a JPEG nor a WebP image".to_owned(),
        ),
        (
            format!("tokenize gone.png {FLAGS} --out t.safetensors"),
            "gone.png can't be read: there is no such file or folder".to_owned(),
        ),
        (
            format!("tokenize a.png {FLAGS} --out t.npy"),
            "--out t.npy does not end in .safetensors".to_owned(),
        ),
        (
            format!("tokenize a.png {FLAGS} --out there.safetensors"),
            "there.safetensors exists already; --force replaces it".to_owned(),
        ),
        (
            format!("tokenize a.png {FLAGS} --device abacus --out t.safetensors"),
            "--device: \"abacus\" is no device; there are cpu, cuda, cuda:N (N from 0 to 255) and metal".to_owned(),
        ),
        (
            format!("tokenize a.png {FLAGS} --device cuda --out t.safetensors"),
            "--device: this program was built without cuda; build it with --features cuda".to_owned(),
        ),
        (
            "tokenize a.png --tokenizer model.pth --config small.json --out t.safetensors".to_owned(),
            "--tokenizer-config small.json: it is not the configuration of a tokenizer: missing field `res_blocks` at line 1 column 82".to_owned(),
        ),
        (
            format!("detokenize model.pth {FLAGS} --out o"),
            "model.pth has no 'tokens' of whole numbers and shape (images, cells) as safetensors".to_owned(),
        ),
    ] {
        folder.refuses(2, &line, &error);
    }
    let others = reference("../lpd_tiny/expected.safetensors");
    fs_err::copy(others, folder.path("others.safetensors")).unwrap();
    let outcome = folder.run(&format!("detokenize others.safetensors {FLAGS} --out o"));
    assert_eq!(outcome.status, 2);
    let error = "error: image 0 of others.safetensors has the token ";
    assert!(outcome.stderr.starts_with(error), "{outcome}");
    let error = ", but --tokenizer has 64 codes, counted from 0\n";
    assert!(outcome.stderr.ends_with(error), "{outcome}");
    folder.remove("others.safetensors");
    // The default is the published size, which these weights do not have.
    let wrong = folder.run("tokenize a.png --tokenizer model.pth --out t.safetensors");
    assert_eq!(wrong.status, 2);
    assert!(
        wrong.stderr.starts_with(
            "error: --tokenizer model.pth: the tensors don't fit the network; missing: "
        ),
        "{}",
        wrong.stderr
    );
    folder.done(&format!(
        "tokenize a.png {FLAGS} --out there.safetensors --force"
    ));
    assert_eq!(folder.names(), before);
    folder.refuses(
        2,
        &format!("detokenize there.safetensors {FLAGS} --grid 1x5 --out o"),
        "there.safetensors has 4 tokens an image, which is not one image of 1x5",
    );
    assert_eq!(folder.names(), before);
}
