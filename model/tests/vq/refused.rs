//! What can't be done is said in one sentence.

use candle_core::{DType, Device, Tensor};
use orders_model::vq::VqConfig;

use crate::setup::{cpu, stored};

#[test]
fn images_and_tokens_that_do_not_fit() {
    let tokenizer = cpu("vq_tiny", &stored("vq_tiny", "model.safetensors"));
    for shape in [
        &[1, 3, 10, 8][..],
        &[1, 3, 0, 8],
        &[0, 3, 8, 8],
        &[1, 1, 8, 8],
        &[3, 8, 8],
    ] {
        let images = Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
        let error = tokenizer.encode(&images).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "images have to be 3 channels of multiples of 4 pixels, not a tensor of shape {shape:?}"
            )
        );
    }
    let decode = |tokens: &[i64], height, width| {
        let tokens = Tensor::from_slice(tokens, (1, tokens.len()), &Device::Cpu).unwrap();
        tokenizer
            .decode(&tokens, height, width)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        decode(&[1, 2, 3], 2, 2),
        "tokens have to be rows of 4 (2x2 cells), not of shape [1, 3]"
    );
    for token in [64, -1, i64::MAX] {
        assert_eq!(
            decode(&[0, 63, token, 0], 2, 2),
            format!("token {token} of image 0 at cell 2 is not one of the 64 of the codebook")
        );
    }
}

#[test]
fn configurations_that_cannot_be_built() {
    let with = |field: &str, value: &str| {
        let mut fields = vec![
            ("ch", "32"),
            ("ch_mult", "[1, 2]"),
            ("z_channels", "32"),
            ("codebook_size", "64"),
            ("codebook_dim", "8"),
            ("res_blocks", "2"),
        ];
        for (name, default) in &mut fields {
            if *name == field {
                *default = value;
            }
        }
        let fields: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("\"{name}\": {value}"))
            .collect();
        VqConfig::from_json(format!("{{{}}}", fields.join(", ")).as_bytes())
    };
    assert_eq!(with("ch", "32").unwrap().stride(), 2);
    for (field, value, error) in [
        ("ch", "33", "ch has to be a multiple of 32 up to 16384"),
        ("ch", "0", "ch has to be a multiple of 32 up to 16384"),
        ("ch_mult", "[]", "ch_mult has to be 1 to 8 numbers"),
        (
            "ch_mult",
            "[1, 0]",
            "ch_mult has to be numbers from 1 that make at most 16384 channels",
        ),
        (
            "ch_mult",
            "[18446744073709551615]",
            "ch_mult has to be numbers from 1 that make at most 16384 channels",
        ),
        ("res_blocks", "0", "res_blocks has to be 1 to 64"),
        ("z_channels", "0", "z_channels has to be 1 to 16384"),
        ("codebook_dim", "0", "codebook_dim has to be 1 to 16384"),
        (
            "codebook_size",
            "1",
            "codebook_size has to be 2 to 33554432",
        ),
    ] {
        assert_eq!(with(field, value).unwrap_err().to_string(), error);
    }
    let error = with("ch", "\"many\"").unwrap_err().to_string();
    assert!(error.starts_with("it is not the configuration of a tokenizer: invalid type"));
}
