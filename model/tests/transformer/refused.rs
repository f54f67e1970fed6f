//! Configs, batches and weights that don't fit.

use orders_core::methods::Raster;
use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
use orders_model::lpd::{Batch, ImageSize, Kernels, Lpd, LpdConfig, LpdError, LpdParams};

use crate::reference::Tiny;

#[test]
fn configs() {
    let good = r#"{"image_size": 128, "stride": 16, "embed_dim": 64, "depth": 3, "heads": 4,
        "mlp_ratio": 4, "classes": 10, "vocab": 96, "norm_eps": 1e-6}"#;
    let config: LpdConfig = serde_json::from_str(good).unwrap();
    assert_eq!(config, Tiny::load().config);
    let text = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<LpdConfig>(&text).unwrap(), config);
    let wide = good.replace("128", "[32, 160]");
    let wide: LpdConfig = serde_json::from_str(&wide).unwrap();
    assert_eq!(wide.grid(), Grid::new(2, 10).unwrap());
    for (from, to, message) in [
        (
            "\"heads\": 4",
            "\"heads\": 5",
            "embed_dim is 64, which 5 heads can't share evenly",
        ),
        (
            "\"depth\": 3",
            "\"depth\": 0",
            "depth is 0; it takes a whole number from 1 to 4096",
        ),
        (
            "128",
            "100",
            "an image of 100 px is not a positive multiple of the tokenizer stride 16",
        ),
        (
            "1e-6",
            "0",
            "norm_eps is 0; it takes a number above 0 and below 1",
        ),
        (
            "\"depth\"",
            "\"dropout\": 0.1, \"depth\"",
            "unknown field `dropout`",
        ),
        ("\"heads\": 4,", "", "missing field `heads`"),
    ] {
        let error = serde_json::from_str::<LpdConfig>(&good.replace(from, to)).unwrap_err();
        assert!(error.to_string().starts_with(message), "{error}");
    }
    let error = LpdConfig::named("lpd-m", 256).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no model 'lpd-m'; there are lpd_l, lpd_xl, lpd_xxl"
    );
}

#[test]
fn published_sizes() {
    for (name, pixels, millions) in [
        ("lpd_l", 256, 337),
        ("lpd_xl", 256, 751),
        ("lpd-xxl", 256, 1412),
        ("LPD-L", 512, 337),
    ] {
        let config = LpdConfig::named(name, pixels).unwrap();
        let count: usize = config
            .tensors()
            .iter()
            .map(|tensor| tensor.shape.iter().product::<usize>())
            .sum();
        assert_eq!(count / 1_000_000, millions, "{name}");
    }
}

#[test]
fn batches() {
    let tiny = Tiny::load();
    let lpd = tiny.lpd(Kernels::Cpu);
    let tokens = tiny.tokens();
    let pass = |batch: &Batch| lpd.training_pass(batch, tokens.view(), None).map(|_| ());
    let error = pass(&Batch::new(&tiny.orders(), &[Some(1), Some(10), None]).unwrap());
    assert_eq!(
        error.unwrap_err().to_string(),
        "label 10 of sample 1 is no class of the model; they go from 0 to 9"
    );
    assert!(matches!(
        Batch::new(&tiny.orders(), &[None]).unwrap_err(),
        LpdError::Count {
            found: 1,
            expected: 3,
            ..
        }
    ));
    assert!(matches!(Batch::new(&[], &[]).unwrap_err(), LpdError::Empty));
    let sizes = GroupSizes::new([6]).unwrap();
    let problem = Problem::new(Grid::new(2, 3).unwrap(), sizes).unwrap();
    let order = Raster.order(&problem, 0, 0).unwrap();
    let small = Batch::new(std::slice::from_ref(&order), &[None]).unwrap();
    assert_eq!(
        pass(&small).unwrap_err().to_string(),
        "the orders are of a 2x3 grid, but the model generates 8x8"
    );
    let mixed = [tiny.orders().remove(0), order];
    assert!(matches!(
        Batch::new(&mixed, &[None, None]).unwrap_err(),
        LpdError::Problems { index: 1 }
    ));
    let mut wrong = tokens.clone();
    wrong[[2, 7]] = 96;
    let error = lpd.log_likelihood(&tiny.batch(), wrong.view()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "token 96 of sample 2 at cell 7 is not in the vocabulary, which goes from 0 to 95"
    );
    let few = tokens.slice(ndarray::s![..2, ..]);
    assert!(matches!(
        lpd.log_likelihood(&tiny.batch(), few).unwrap_err(),
        LpdError::TokenShape { found: [2, 64], .. }
    ));
}

#[test]
fn weights_of_another_size() {
    let tiny = Tiny::load();
    let params = tiny.config.params().clone();
    let other = LpdConfig::new(LpdParams {
        image_size: ImageSize::Square(4 * params.stride),
        ..params
    })
    .unwrap();
    let error = Lpd::new(other, tiny.weights).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the tensors don't fit the network; of another shape: pos_embed is [1, 65, 64], not [1, 17, 64]"
    );
}
