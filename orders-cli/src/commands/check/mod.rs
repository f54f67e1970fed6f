//! `check`

mod origin;
mod rows;
mod trace;
mod trace_file;

use std::path::Path;

use orders_core::conformance::Replay;
use orders_core::files::Manifest;
use orders_core::{Catalogue, GroupSizes, KnownCells, Parameters};
use serde::Serialize;

use self::origin::Origin;
use self::rows::Rows;

use crate::args::CheckArgs;
use crate::description::counted;
use crate::failure::{Failure, Result, SAID_NO};
use crate::order_file;
use crate::printer::Printer;
use crate::settings::{self, KnownFile};

/// The verdict on a file, for `--json`.
#[derive(Serialize)]
struct Verdict {
    path: String,
    ok: bool,
    count: u64,
    cells: usize,
    /// The grid, where there is word of it.
    grid: Option<String>,
    /// Cells of the grid that are known from the start.
    known_count: usize,
    /// What was checked.
    checked: Vec<String>,
    /// What is wrong.
    fault: Option<String>,
}

pub(crate) fn run(args: &CheckArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    if args.trace {
        return trace::run(args, printer);
    }
    // What is wrong with it for every file is said once.
    settings::grid(&args.grid)?;
    if let Some(text) = &args.method {
        check_method(args, catalogue, text)?;
    }
    let known_file = KnownFile::read(&args.known)?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let check = |file: &Path| {
        pool.install(|| check_file(args, catalogue, known_file.as_ref(), file, printer))
    };
    of_each_file(args, printer, check, |verdict| {
        printer.report(args.json, verdict, || words(verdict))?;
        Ok(verdict.ok)
    })
}

/// Checks file after file; `tell` tells a verdict, and says whether all is well.
fn of_each_file<V>(
    args: &CheckArgs,
    printer: &Printer,
    check: impl Fn(&Path) -> Result<V>,
    tell: impl Fn(&V) -> Result<bool>,
) -> Result<()> {
    let mut all_well = true;
    let mut first_failure = None;
    for file in &args.files {
        match check(file) {
            Ok(verdict) => all_well &= tell(&verdict)?,
            // The other files still get their verdicts.
            Err(failure) => {
                let exit = printer.failure(failure);
                first_failure.get_or_insert(exit);
            }
        }
    }
    match first_failure {
        Some(status) => Err(Failure::Told(status)),
        None if all_well => Ok(()),
        None => Err(Failure::Told(SAID_NO)),
    }
}

fn words(verdict: &Verdict) -> String {
    let known = match verdict.known_count {
        0 => String::new(),
        count => format!(" ({count} of {} known)", count + verdict.cells),
    };
    match &verdict.fault {
        Some(fault) => format!("{}: no: {fault}", verdict.path),
        None => format!(
            "{}: ok: {} of {} cells{known}, {}",
            verdict.path,
            counted(verdict.count, "order"),
            verdict.cells,
            verdict.checked.join(", ")
        ),
    }
}

fn check_file(
    args: &CheckArgs,
    catalogue: &Catalogue,
    known_file: Option<&KnownFile<'_>>,
    path: &Path,
    printer: &Printer,
) -> Result<Verdict> {
    let manifest = order_file::manifest_beside(path)?;
    let known = settings::known_of_file(&args.grid, known_file, manifest.as_ref(), path)?;
    let rules = rules(
        args,
        catalogue,
        manifest.as_ref(),
        known.as_ref(),
        path,
        printer,
    )?;

    let known_count = known.as_ref().map_or(0, KnownCells::count);
    let of_what = if known_count > 0 {
        " of the free cells"
    } else {
        ""
    };
    let mut checked = vec![format!("all permutations{of_what}")];
    if let Some(rules) = &rules {
        checked.push(format!("all possible outcomes of {}", rules.rules()));
    }
    let origin = match &manifest {
        Some(manifest) => Origin::of(manifest, catalogue),
        None => Ok(None),
    };
    let mut fault = origin.as_ref().err().cloned();
    let origin = origin.unwrap_or_default();
    if let Some(manifest) = &manifest {
        let own_rules = rules.is_some() && args.method.is_none();
        let held = origin.is_some();
        checked.push(as_stated(manifest, (own_rules || held, held)));
    }

    let expected = manifest.as_ref().map_or(0, |manifest| manifest.count);
    let progress = printer.progress(expected, "checking");
    let grid = known.as_ref().map(|known| known.grid().to_string());
    let read = Rows {
        rules,
        known,
        origin,
        progress,
    }
    .check(path, manifest.as_ref())?;
    // LPD's released script writes such a file without a word.
    let summary = read.summary;
    let empty = (summary.count == 0).then(|| "the file holds no orders".to_owned());
    fault = read.unlike_manifest.or(read.fault).or(fault).or(empty);
    Ok(Verdict {
        path: path.display().to_string(),
        ok: fault.is_none(),
        count: summary.count,
        cells: summary.cells,
        grid,
        known_count,
        checked,
        fault,
    })
}

/// What is said of a file that is as its manifest says; whether method and seed were held
/// against it.
fn as_stated(manifest: &Manifest, (is_method_held, is_seed_held): (bool, bool)) -> String {
    let mut trusted = Vec::new();
    if let Some(method) = manifest.method.as_ref().filter(|_| !is_method_held) {
        trusted.push(format!("method {method}"));
    }
    if let Some(seed) = manifest.seed.filter(|_| !is_seed_held) {
        trusted.push(format!("seed {seed}"));
    }
    let all = "as its manifest says".to_owned();
    match trusted.is_empty() {
        true => all,
        false => format!("{all} ({} taken on trust)", trusted.join(" and ")),
    }
}

/// Refuses methods whose orders can't be replayed, and what is the name of none.
fn check_method(args: &CheckArgs, catalogue: &Catalogue, text: &str) -> Result<()> {
    let (set, thresholds) = (&args.set.set, Some(&args.thresholds));
    let (entry, _) = settings::method_and_parameters(catalogue, text, set, thresholds)?;
    if entry.capabilities().replay {
        return Ok(());
    }
    let having = match &catalogue.names_of(|can| can.replay)[..] {
        [] => "no method has".to_owned(),
        [one] => format!("{one} has"),
        [first @ .., last] => format!("{} and {last} have", first.join(", ")),
    };
    Err(Failure::input(format!(
        "--method {} has no rules to replay orders against; {having}",
        entry.name()
    )))
}

/// The rules to replay a file against: those of the flags, else those of the
/// manifest.
fn rules(
    args: &CheckArgs,
    catalogue: &Catalogue,
    manifest: Option<&Manifest>,
    known: Option<&KnownCells>,
    path: &Path,
    printer: &Printer,
) -> Result<Option<Box<dyn Replay>>> {
    if args.rows_only {
        return Ok(None);
    }
    let stated = manifest.and_then(|manifest| manifest.method.as_deref());
    let thresholds = &args.thresholds;
    let sets_some = !args.set.set.is_empty()
        || thresholds.proximity.is_some()
        || thresholds.repulsion.is_some();
    let has_rules = |name| {
        let entry = catalogue.entry(name);
        entry.is_ok_and(|entry| entry.capabilities().replay)
    };
    let text = match (&args.method, stated) {
        (Some(text), _) => text.as_str(),
        (None, Some(name)) if has_rules(name) => name,
        (None, _) if !sets_some => return Ok(None),
        (None, _) => {
            return Err(Failure::input(
                "--set, --proximity and --repulsion need --method lpd as well, if no manifest names it",
            ));
        }
    };
    let needed = |what: &str| {
        Failure::input(format!(
            "{}: to replay orders, {what} is needed, since no manifest names it",
            path.display()
        ))
    };
    let known = known.ok_or_else(|| needed("--res or --grid"))?;
    let (set, thresholds) = (&args.set.set, Some(thresholds));
    let (entry, given) = settings::method_and_parameters(catalogue, text, set, thresholds)?;
    let mut parameters = Parameters::new();
    if let Some(manifest) = manifest.filter(|_| stated == Some(entry.name())) {
        parameters.clone_from(&manifest.parameters);
    }
    parameters.extend(given);
    let method = settings::method_by_name(catalogue, entry.name(), &parameters, known.grid())?;
    let listed = manifest.and_then(|manifest| manifest.group_sizes.clone());
    let sizes = match settings::sizes(&args.sizes, known, Some((catalogue, method.as_ref())))? {
        Some(sizes) => {
            if let Some(note) = &sizes.note {
                printer.note(note);
            }
            sizes.sizes
        }
        None => {
            let listed = listed.ok_or_else(|| needed("--steps or --group-sizes"))?;
            GroupSizes::new(listed).map_err(Failure::bad_input)?
        }
    };
    let problem = settings::problem(known.clone(), &sizes, path.display())?;
    entry
        .replay(&parameters, &problem)
        .map_err(Failure::bad_input)
}
