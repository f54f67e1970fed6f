//! `check --trace`

use std::path::Path;

use orders_core::decoding::Trace;
use orders_core::{GroupSizes, KnownCells};
use serde::Serialize;

use super::of_each_file;
use super::trace_file::{TokensFile, TraceFile};
use crate::args::{CheckArgs, TraceMasks};
use crate::description::counted;
use crate::failure::{Failure, Result};
use crate::printer::Printer;
use crate::settings::{self, KnownFile};

/// The verdict on a record, for `--json`.
#[derive(Serialize)]
struct Verdict {
    path: String,
    ok: bool,
    samples: u64,
    /// The fewest and the most steps of a sample.
    steps: Option<(usize, usize)>,
    grid: String,
    /// Cells of the grid that are known from the start.
    known_count: usize,
    /// What was checked.
    checked: Vec<&'static str>,
    /// Samples of which something is wrong.
    wrong_samples: u64,
    /// What is wrong with the first of them: of each kind, the first fault.
    faults: Vec<String>,
}

pub(super) fn run(args: &CheckArgs, printer: &Printer) -> Result<()> {
    let grid = settings::grid(&args.grid)?;
    let grid = grid.ok_or_else(|| Failure::input("--trace needs --res or --grid as well"))?;
    let known = match KnownFile::read(&args.known)? {
        Some(file) => file.cells(grid)?,
        None => KnownCells::none(grid),
    };
    let sizes = settings::sizes(&args.sizes, &known, None)?;
    let sizes = match sizes {
        None if args.sizes.group_sizes.is_some() => {
            return Err(Failure::input(
                "--group-sizes own are those of a method, which records have not",
            ));
        }
        None => None,
        Some(sizes) => {
            if let Some(note) = &sizes.note {
                printer.note(note);
            }
            settings::problem(known.clone(), &sizes.sizes, "--trace")?;
            Some(sizes.sizes)
        }
    };
    if args.trace_tokens.is_some() && args.files.len() > 1 {
        return Err(Failure::input(format!(
            "--trace-tokens are those of one record, and there are {}",
            args.files.len()
        )));
    }
    let check = |file: &Path| check(args, &known, sizes.as_ref(), file);
    of_each_file(args, printer, check, |verdict| {
        printer.report(args.json, verdict, || words(verdict))?;
        Ok(verdict.ok)
    })
}

fn check(
    args: &CheckArgs,
    known: &KnownCells,
    sizes: Option<&GroupSizes>,
    path: &Path,
) -> Result<Verdict> {
    let grid = known.grid();
    let mut file = TraceFile::open(path, grid, args.masks.unwrap_or(TraceMasks::Revealed))?;
    let mut tokens = match &args.trace_tokens {
        Some(tokens) => Some(TokensFile::open(tokens, grid)?),
        None => None,
    };
    let mut verdict = Verdict {
        path: path.display().to_string(),
        ok: false,
        samples: 0,
        steps: None,
        grid: grid.to_string(),
        known_count: known.count(),
        checked: vec!["every free cell revealed once"],
        wrong_samples: 0,
        faults: Vec::new(),
    };
    if known.count() > 0 {
        verdict.checked.push("no known cell revealed");
    }
    if sizes.is_some() {
        verdict.checked.push("group sizes as asked for");
    }
    if tokens.is_some() {
        verdict.checked.push("tokens kept");
    }
    while let Some(mut trace) = file.next_sample()? {
        if let Some(tokens) = &mut tokens {
            trace = trace.with_tokens(tokens.next_sample(path)?);
        }
        verdict.take(&trace, known, sizes);
    }
    if let Some(tokens) = &tokens {
        tokens.check_end(path)?;
    }
    if verdict.samples == 0 {
        verdict.faults.push("the file holds no samples".into());
    }
    verdict.ok = verdict.faults.is_empty();
    Ok(verdict)
}

impl Verdict {
    fn take(&mut self, trace: &Trace, known: &KnownCells, sizes: Option<&GroupSizes>) {
        let count = trace.steps(known);
        let (fewest, most) = self.steps.unwrap_or((count, count));
        self.steps = Some((fewest.min(count), most.max(count)));
        let violations = trace.check(known, sizes);
        if !violations.is_empty() {
            self.wrong_samples += 1;
        }
        if self.faults.is_empty() {
            let sample = self.samples;
            let say = |violation: &dyn std::fmt::Display| format!("sample {sample}: {violation}");
            self.faults = violations.iter().map(|v| say(v)).collect();
        }
        self.samples += 1;
    }
}

fn words(verdict: &Verdict) -> String {
    if !verdict.ok {
        let more = match verdict.wrong_samples {
            0 | 1 => String::new(),
            count => format!(" ({count} of {} samples are wrong)", verdict.samples),
        };
        return format!("{}: no: {}{more}", verdict.path, verdict.faults.join("; "));
    }
    let steps = match verdict.steps {
        Some((fewest, most)) if fewest < most => format!("{fewest} to {most} steps"),
        Some((count, _)) => counted(count as u64, "step"),
        None => String::new(),
    };
    let samples = counted(verdict.samples, "sample");
    format!(
        "{}: ok: {samples} in {steps}, {}",
        verdict.path,
        verdict.checked.join(", ")
    )
}
