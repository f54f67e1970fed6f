//! LPD-L at full size, with weights by formula.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor};
use ndarray::Array2;
use orders_core::{Grid, GroupSizes, Order, Problem};
use orders_model::lpd::{Batch, Guidance, GuidanceSchedule, Lpd, LpdConfig};
use orders_model::weights::{FormulaTensor, Weights};
use serde::Deserialize;

use crate::reference::{assert_close, integers, path, tensors};

#[derive(Deserialize)]
struct Manifest {
    model: String,
    image_size: u32,
    steps: usize,
    cfg: f64,
    cfg_schedule: String,
    tensors: Vec<FormulaTensor>,
}

/// Along the path of tokens that the released program was led on, guided
/// logits are the same.
#[test]
fn guided_logits_along_the_forced_path() {
    let folder = "lpd_l_256_full";
    let manifest = fs_err::read(path(&format!("{folder}/manifest.json"))).unwrap();
    let manifest: Manifest = serde_json::from_slice(&manifest).unwrap();
    let expected = tensors(&format!("{folder}/expected.safetensors"));
    let config = LpdConfig::named(&manifest.model, manifest.image_size).unwrap();
    let by_formula: BTreeMap<String, Tensor> = manifest
        .tensors
        .iter()
        .map(|tensor| {
            let values = Tensor::from_vec(tensor.values(), &tensor.shape[..], &Device::Cpu);
            (tensor.name.clone(), values.unwrap())
        })
        .collect();
    let weights = Weights::checked(&config.tensors(), by_formula).unwrap();
    let lpd = Lpd::new(config, weights).unwrap();

    let grid = Grid::for_image(manifest.image_size, 16).unwrap();
    let sizes = GroupSizes::new(integers(&expected["group_sizes"])).unwrap();
    assert_eq!(sizes.steps(), manifest.steps);
    let problem = Problem::new(grid, sizes).unwrap();
    let order = Order::new(problem, integers(&expected["orders"])).unwrap();
    let label = integers(&expected["labels"])[0];
    let batch = Batch::new(&[order], &[Some(label)]).unwrap();
    let forced = integers(&expected["forced_tokens_in_generation_order"]);
    let probes = integers(&expected["probe_vocab_ids"]);

    assert_eq!(manifest.cfg_schedule, "linear");
    let guidance = Guidance::new(manifest.cfg, GuidanceSchedule::Linear).unwrap();
    let mut generation = lpd.generation(&batch, None, guidance).unwrap();
    let mut at_probes = Array2::zeros((grid.cells(), probes.len()));
    let (mut logsumexp, mut argmax) = (Vec::new(), Vec::new());
    while let Some(step) = generation.next_step().unwrap() {
        let logits = step.logits.squeeze(0).unwrap();
        for (rank, row) in step.ranks.clone().zip(logits.to_vec2::<f32>().unwrap()) {
            for (probe, &id) in probes.iter().enumerate() {
                at_probes[[rank, probe]] = row[id as usize];
            }
        }
        logsumexp.push(logits.log_sum_exp(1).unwrap());
        argmax.extend(logits.argmax(1).unwrap().to_vec1::<u32>().unwrap());
        let tokens = forced[step.ranks.clone()].to_vec();
        generation
            .commit(Tensor::from_vec(tokens, (1, step.ranks.len()), &Device::Cpu).unwrap())
            .unwrap();
    }
    let tokens = generation.finish().unwrap().tokens;
    assert_eq!(tokens.len(), grid.cells());

    let shape = expected["guided_logits_at_probe"].dims().to_vec();
    let at_probes =
        Tensor::from_vec(at_probes.into_raw_vec_and_offset().0, shape, &Device::Cpu).unwrap();
    assert_eq!(at_probes.dtype(), DType::F32);
    assert_close(
        &at_probes,
        &expected["guided_logits_at_probe"],
        1e-4,
        "probes",
    );
    let logsumexp = Tensor::cat(&logsumexp, 0).unwrap().unsqueeze(0).unwrap();
    assert_close(
        &logsumexp,
        &expected["guided_logits_logsumexp"],
        1e-5,
        "log of the sum of exponentials",
    );
    assert_eq!(argmax, integers(&expected["guided_logits_argmax"]));
}
