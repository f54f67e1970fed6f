#![allow(clippy::unwrap_used)]
use candle_core::{Device, Tensor};
use orders_core::{Grid, GroupSizes, Order, OrderingMethod, Problem, methods::Random};
use orders_model::lpd::*;
use orders_model::weights::*;
use std::collections::BTreeMap;
use std::time::Instant;
#[test]
fn timing() {
    let config = LpdConfig::named("lpd_l", 256).unwrap();
    let t = Instant::now();
    let tensors: BTreeMap<String, Tensor> = config
        .tensors()
        .into_iter()
        .map(|s| {
            let n: usize = s.shape.iter().product();
            let v = formula_values(&s.name, n, 0.0, 0.03);
            (
                s.name.clone(),
                Tensor::from_vec(v, s.shape, &Device::Cpu).unwrap(),
            )
        })
        .collect();
    println!("formula {:?}", t.elapsed());
    let t = Instant::now();
    let weights = Weights::checked(&config.tensors(), tensors).unwrap();
    let lpd = Lpd::new(config, weights).unwrap();
    println!("pack {:?}", t.elapsed());
    let grid = Grid::for_image(256, 16).unwrap();
    let sizes = GroupSizes::published(grid, 20).unwrap();
    let order: Order = Random
        .order(&Problem::new(grid, sizes).unwrap(), 0, 0)
        .unwrap();
    let batch = Batch::new(&[order], &[Some(1)]).unwrap();
    let g = Guidance::new(4.0, GuidanceSchedule::Linear).unwrap();
    let runs: usize = std::env::var("RUNS")
        .ok()
        .and_then(|r| r.parse().ok())
        .unwrap_or(5);
    for _ in 0..runs {
        let t = Instant::now();
        let cpu = cputime();
        let out = lpd
            .generate(&batch, None, g, Choice::Sample(Sampling::default()), (0, 0))
            .unwrap();
        println!(
            "generate {:?} cpu {:.2} {}",
            t.elapsed(),
            cputime() - cpu,
            out.tokens[[0, 0]]
        );
    }
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", s.lines().find(|l| l.starts_with("VmHWM")).unwrap());
}
fn cputime() -> f64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0
}
