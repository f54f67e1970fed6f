//! Pictures of orders.

use orders_core::{Catalogue, GroupSizes};
use orders_figures::{Figure, FigureError, Look, Panel, SheetOptions, StepsShown};

use crate::args::{PartArg, PlotArgs};
use crate::commands::{drawn, figure_failure};
use crate::failure::{Failure, Result};
use crate::picture_file::PictureFile;
use crate::printer::Printer;
use crate::settings::{self, OrdersShown};

/// How many steps are shown of an order on a sheet where nobody says which.
const STEPS_SHOWN: u32 = 8;

pub(super) fn run(args: &PlotArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    if let Some(flag) = args.axis.given() {
        return Err(Failure::input(format!(
            "{flag} is taken with tables (.csv): pictures of orders have no lines that could leave an axis"
        )));
    }
    let look = settings::look(&args.look, args.orders.title.is_some())?;
    let file = PictureFile::new("--out", &args.out, args.written.force)?;
    let shown = OrdersShown::new(catalogue, &args.orders)?;
    for order in &shown.orders {
        let steps = order.order.group_sizes().steps();
        if let Some(step) = args.steps_shown.iter().find(|&&step| step > steps) {
            return Err(Failure::input(format!(
                "--steps-shown {step}: {} has steps 1 to {steps}",
                order.label
            )));
        }
    }
    let figure = figure(args, &shown, &look)
        .map_err(figure_failure)?
        .made_by(shown.origin_text()?);
    printer.notes(&shown.notes);
    file.write(&figure)?;
    let size = (figure.width(), figure.height());
    drawn(&shown, (&args.out, size, None), args.written.json, printer)
}

/// The picture of these orders: a single part of a single order has one of its
/// own, all else is a sheet.
fn figure(args: &PlotArgs, shown: &OrdersShown, look: &Look) -> Result<Figure, FigureError> {
    let mut parts = args.show.clone();
    if !args.steps_shown.is_empty() && parts == [PartArg::Map] {
        parts = vec![PartArg::Steps];
    }
    let has = |part: PartArg| parts.contains(&part);
    let title = shown.title();
    let which = shown.which();
    let only = [PartArg::Map, PartArg::Steps, PartArg::Sizes]
        .into_iter()
        .filter(|&part| has(part))
        .collect::<Vec<_>>();
    match (&only[..], &shown.orders[..]) {
        ([PartArg::Map], [one]) => {
            let subtitle = look.order_map_subtitle(&one.order, &which);
            look.order_map(&one.order, &title, &subtitle)
        }
        ([PartArg::Steps], [one]) => {
            look.small_multiples(&one.order, &args.steps_shown, &title, &which)
        }
        ([PartArg::Sizes], orders) => {
            // Curves that are the same would hide each other.
            let mut lists: Vec<(String, &GroupSizes)> = Vec::new();
            for shown in orders {
                let sizes = shown.order.group_sizes();
                match lists.iter_mut().find(|(_, other)| *other == sizes) {
                    Some((label, _)) => *label += &format!(", {}", shown.label),
                    None => lists.push((shown.label.clone(), sizes)),
                }
            }
            let lists: Vec<_> = lists
                .iter()
                .map(|(l, sizes)| (l.as_str(), *sizes))
                .collect();
            look.group_sizes_chart(&lists, &title, "cells generated in each step")
        }
        (_, orders) => {
            let panels: Vec<Panel<'_>> = orders
                .iter()
                .map(|shown| Panel::new(&shown.label, &shown.order))
                .collect();
            let steps = match (has(PartArg::Steps), &args.steps_shown[..]) {
                (false, _) => StepsShown::None,
                (true, []) => StepsShown::Spread(STEPS_SHOWN),
                (true, steps) => StepsShown::Listed(steps.to_vec()),
            };
            let subtitle = match has(PartArg::Map) {
                true => format!("{which}; colour: step of generation"),
                false => which,
            };
            let options = SheetOptions {
                title,
                subtitle,
                maps: has(PartArg::Map),
                steps,
                sizes: has(PartArg::Sizes),
                columns: args.columns,
            };
            look.sheet(&panels, &options)
        }
    }
}
