//! Orders that schedulers find while a bundled model generates a sample.

use orders_core::{Catalogue, KnownCells};
use orders_model::lpd::{Choice, Chooser, Guidance, RequestError, SampleRequest, Sampling};

use super::{Origin, ShownOrder};
use crate::args::OrdersShownArgs;
use crate::failure::{Failure, Result};
use crate::memory;
use crate::settings::chooser::{rule_of_text, sample_rule};
use crate::settings::{RunsOn, bundled_or_files, grid, lpd, sizes};

/// The order that each scheduler of the flags finds.
pub(super) fn orders(
    catalogue: &Catalogue,
    args: &OrdersShownArgs,
    first: Option<&ShownOrder>,
    notes: &mut Vec<String>,
) -> Result<Vec<ShownOrder>> {
    let asked = &args.scheduled;
    if asked.scheduler.is_empty() {
        return Ok(Vec::new());
    }
    let source = bundled_or_files(asked.model.as_deref(), None, None)?;
    let of_model = source.config().grid();
    let wanted = grid(&args.grid)?.or(first.map(|shown| shown.order.grid()));
    if let Some(wanted) = wanted.filter(|&wanted| wanted != of_model) {
        return Err(Failure::input(format!(
            "--scheduler: model {} has a grid of {of_model}, not of {wanted}",
            source.label()
        )));
    }
    if args.known.known.is_some() {
        return Err(Failure::input(
            "--scheduler: known cells have no tokens here; 'sample --known-tokens' takes some, and records which cells were revealed",
        ));
    }
    let classes = source.config().classes() as u32;
    let class = asked
        .class
        .unwrap_or((args.index % u64::from(classes)) as u32);
    if class >= classes {
        return Err(Failure::input(format!(
            "--class {class}: model {} has classes 0 to {}",
            source.label(),
            classes - 1
        )));
    }
    let known = KnownCells::none(of_model);
    let mut model = None;
    let mut found = Vec::new();
    for text in &asked.scheduler {
        let rule = rule_of_text(catalogue, text, of_model)?;
        let sizes = match rule.needs_group_sizes() {
            true => sizes(&args.sizes, &known, None)?,
            false => None,
        };
        let sizes = sizes.map(|sizes| {
            notes.extend(sizes.note);
            sizes.sizes
        });
        let rule = sample_rule(rule, text, sizes, &known, args.seed)?;
        let lpd = match &model {
            Some(lpd) => lpd,
            None => model.insert(lpd(&source, &RunsOn::cpu())?),
        };
        let request = SampleRequest {
            chooser: Chooser::Rule(&rule),
            samples: args.index..args.index.saturating_add(1),
            label: &|_| Some(class),
            known: None,
            guidance: Guidance::NONE,
            choice: Choice::Sample(Sampling::default()),
            seed: args.seed,
            batch: 1,
            memory: memory::limit(),
        };
        let mut order = None;
        let go_on = |_| crate::interrupt::flow();
        let sampled = lpd.sample(&request, go_on, |_, sampled| {
            order = sampled.orders.first().cloned();
            Ok::<_, RequestError>(())
        });
        sampled?;
        let order = order.ok_or_else(|| Failure::input("--index: there is no such sample"))?;
        let name = rule.rule().name().to_owned();
        let origin = Origin {
            label: name.clone(),
            method: Some(name.clone()),
            parameters: rule.rule().parameters(),
            seed: Some(args.seed),
            ..Origin::of_order(&order, args.index)
        };
        found.push(ShownOrder {
            label: name,
            order,
            origin,
        });
    }
    Ok(found)
}
