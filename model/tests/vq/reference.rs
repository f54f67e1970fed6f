//! What the released program computed.

use orders_model::vq::VqTokenizer;

use crate::setup::{by_formula, candle, cpu, difference, expected, stored, tokens, values};

/// Encoding and decoding as the released program does it.
fn check(model: &str, tokenizer: &VqTokenizer) {
    let expected = expected(model);
    let encoded = tokenizer.encode(&expected["image"]).unwrap();
    let apart = difference(&encoded.latent, &expected["encoder_latent"]);
    assert!(apart < 1e-4, "latent: {apart}");
    let margins = values(&expected["encoded_margin"]);
    assert!(margins.iter().all(|&margin| margin >= 0.0));
    let (found, wanted) = (
        tokens(&encoded.tokens),
        tokens(&expected["encoded_indices"]),
    );
    for (cell, margin) in margins.iter().enumerate() {
        // Nearer than that, rounding decides.
        assert!(
            found[cell] == wanted[cell] || *margin < 1e-4,
            "token {cell} is {}, not {}, by {margin}",
            found[cell],
            wanted[cell]
        );
    }
    let same = found.iter().zip(&wanted).filter(|(a, b)| a == b).count();
    assert!(
        same * 100 >= wanted.len() * 95,
        "{same} tokens are the same"
    );
    let apart = difference(&encoded.margin, &expected["encoded_margin"]);
    assert!(apart < 1e-3, "margin: {apart}");

    let stride = tokenizer.config().stride();
    let (_, _, height, width) = expected["image"].dims4().unwrap();
    let image = tokenizer
        .decode(&expected["codes"], height / stride, width / stride)
        .unwrap();
    let apart = difference(&image, &expected["decoded_image"]);
    assert!(apart < 1e-4, "image: {apart}");
}

#[test]
fn tiny_from_both_files_in_both_ways() {
    for file in ["model.safetensors", "model.pth"] {
        let weights = stored("vq_tiny", file);
        check("vq_tiny", &cpu("vq_tiny", &weights));
        check("vq_tiny", &candle("vq_tiny", &weights));
    }
}

#[test]
fn full_size_by_formula() {
    let model = "vq_ds16_c2i_full";
    let weights = by_formula(model);
    check(model, &cpu(model, &weights));
}
