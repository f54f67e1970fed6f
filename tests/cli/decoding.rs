//! `sample`, `score` and `bench` with exact decoding and with schedulers, on the bundled
//! model.

use safetensors::{Dtype, SafeTensors};

use crate::folder::Folder;

/// Numbers of a tensor, whatever integers they are.
fn integers(file: &[u8], name: &str) -> Vec<i64> {
    let file = SafeTensors::deserialize(file).unwrap();
    let tensor = file.tensor(name).unwrap();
    let bytes = tensor.data();
    match tensor.dtype() {
        Dtype::I64 => words(bytes, i64::from_le_bytes),
        Dtype::I32 => words(bytes, |word| i64::from(i32::from_le_bytes(word))),
        Dtype::U32 => words(bytes, |word| i64::from(u32::from_le_bytes(word))),
        other => panic!("{name} is {other:?}"),
    }
}

fn words<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> i64) -> Vec<i64> {
    let (words, rest) = bytes.as_chunks();
    assert!(rest.is_empty());
    words.iter().map(|&word| number(word)).collect()
}

/// Coupled drafts change nothing: one cell at a time gives the same tokens, in 257 passes
/// instead of a dozen; for any batch.
#[test]
fn exact_samples_are_those_of_one_by_one() {
    let folder = Folder::new();
    let sample = |rest: &str| {
        let said = folder.done(&format!(
            "sample --method halton --steps 20 --labels 1,7,none --seed 5 --cfg 2 --top-p 0.95 {rest} --tokens-out t.safetensors --force --json"
        ));
        let file = folder.read("t.safetensors");
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        let passes = integers(&file, "passes");
        let mean = passes.iter().sum::<i64>() as f64 / passes.len() as f64;
        assert!((said["mean_passes"].as_f64().unwrap() - mean).abs() < 1e-9);
        (integers(&file, "tokens"), passes)
    };
    let (tokens, passes) = sample("--decoding exact,window=1");
    assert_eq!(passes, [257; 3]);
    for rest in [
        "--decoding exact",
        "--decoding exact,window=all --batch 2",
        "--decoding exact,ahead=0 --batch 1 --threads 1",
    ] {
        let (found, passes) = sample(rest);
        assert_eq!(found, tokens, "{rest}");
        assert!(
            passes.iter().all(|&passes| passes < 60),
            "{rest}: {passes:?}"
        );
    }
    for rest in [
        "--decoding exact,drafts=kept,ahead=0",
        "--decoding exact,drafts=renewed",
    ] {
        let (found, passes) = sample(rest);
        assert_ne!(found, tokens, "{rest}");
        assert!(
            passes.iter().all(|&passes| passes < 80),
            "{rest}: {passes:?}"
        );
    }
}

/// What a scheduler did is recorded: each cell in one step, and as many steps as passes.
#[test]
fn what_schedulers_did_is_recorded() {
    let folder = Folder::new();
    for (scheduler, fixed) in [
        ("entropy-bound,budget=20,repulsion=1", None),
        ("lpd-adaptive,budget=30", None),
        ("maskgit --steps 12", Some(12)),
        ("confidence --steps 8", Some(8)),
    ] {
        let sample = |rest: &str| {
            folder.done(&format!(
                "-q sample --scheduler {scheduler} --labels 0,3,8 --seed 2 {rest} --tokens-out t.safetensors --force"
            ));
            folder.read("t.safetensors")
        };
        let file = sample("--batch 3");
        assert_eq!(sample("--batch 1 --threads 1"), file, "{scheduler}");
        let (steps, passes) = (integers(&file, "step"), integers(&file, "passes"));
        for (steps, &passes) in steps.chunks(256).zip(&passes) {
            assert_eq!(steps.iter().max(), Some(&(passes - 1)), "{scheduler}");
            for step in 0..passes {
                assert!(steps.contains(&step), "{scheduler}: nothing in step {step}");
            }
            assert!(fixed.is_none_or(|fixed| passes == fixed), "{scheduler}");
        }
    }
}

/// A method as a scheduler is the method, and likelihoods are those of its orders.
#[test]
fn likelihoods_under_schedulers() {
    let folder = Folder::new();
    folder.done("-q sample --labels 0,3,8 --per-label 2 --steps 20 --tokens-out t.safetensors");
    let score = |rest: &str| -> f64 {
        let said = folder.done(&format!(
            "score --tokens t.safetensors {rest} --out s.safetensors --force --json"
        ));
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        said["nats_per_cell"].as_f64().unwrap()
    };
    let beforehand = score("--method halton --steps 20");
    let scheduled = score("--scheduler halton --steps 20");
    assert!(
        (beforehand - scheduled).abs() < 1e-5,
        "{beforehand} {scheduled}"
    );
    let one_by_one = score("--method halton --shape one-by-one --steps 256");
    let exact = score("--method halton --steps 20 --decoding exact");
    assert!((one_by_one - exact).abs() < 1e-9, "{one_by_one} {exact}");
    let steps = integers(
        &{
            score("--scheduler entropy-bound,budget=20");
            folder.read("s.safetensors")
        },
        "step",
    );
    assert_eq!(steps.len(), 6 * 256);
    folder.refuses(
        2,
        "score --tokens t.safetensors --scheduler maskgit --steps 20 --out new.safetensors",
        "scheduler maskgit looks at the tokens that it draws, so that images have no likelihood under it",
    );
}

#[test]
fn speed_of_exact_decoding_is_reported() {
    let folder = Folder::new();
    let json = folder.done(
        "bench --model nano --method halton --steps 20 --decoding exact --runs 1 --warm-up 0 --no-baselines --json",
    );
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let case = &report["cases"][0];
    assert_eq!(case["method"], "halton, exactly");
    assert!(
        (5..60).contains(&case["passes"].as_u64().unwrap()),
        "{json}"
    );
    assert!(case["positions"].as_f64().unwrap() > 512.0, "{json}");
}

#[test]
fn what_is_not_allowed_is_said() {
    let folder = Folder::new();
    for (rest, error) in [
        (
            "--decoding exakt",
            "--decoding exakt: 'exakt' is neither 'parallel' nor 'exact'",
        ),
        (
            "--decoding parallel,window=2",
            "--decoding parallel,window=2: parallel decoding has no parameters",
        ),
        (
            "--decoding exact,window=0",
            "--decoding exact,window=0: window 0 is not a number of cells from 1, nor 'all'",
        ),
        (
            "--decoding exact,drafts=bold",
            "--decoding exact,drafts=bold: there are no drafts 'bold'; there are coupled, kept and renewed",
        ),
        (
            "--decoding exact,ahead=1,window=3 --steps 8",
            "--decoding exact,ahead=1,window=3: window and ahead, or one of them twice: give one",
        ),
        (
            "--decoding exact",
            "group sizes are needed: --steps, or --group-sizes LIST",
        ),
        (
            "--scheduler confidence",
            "--scheduler confidence needs group sizes, which say how many cells a step reveals: --steps, or --group-sizes LIST",
        ),
        (
            "--scheduler stable --steps 20",
            "--scheduler stable finds out itself how many cells a step reveals: --steps and --group-sizes say nothing",
        ),
        (
            "--scheduler entropy-bound,budget=-1",
            "--scheduler entropy-bound,budget=-1: '-1' is not allowed; it takes a number from 0",
        ),
        (
            "--scheduler entropy-bound,budget",
            "--scheduler entropy-bound,budget: there is no '='; write KEY=VALUE",
        ),
    ] {
        let line = format!("sample {rest} --labels 1 --tokens-out t.safetensors");
        folder.refuses(2, &line, error);
    }
    for rest in [
        "--method halton",
        "--decoding exact",
        "--orders o.json",
        "--repulsion 2",
    ] {
        let outcome = folder.run(&format!(
            "sample --scheduler stable {rest} --labels 1 --tokens-out t.safetensors"
        ));
        assert_eq!(outcome.status, 2, "{outcome}");
        assert!(outcome.stderr.contains("--scheduler"), "{outcome}");
    }
}
