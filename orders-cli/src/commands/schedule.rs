//! `schedule`

use orders_core::Catalogue;
use orders_core::topology::{StepBounds, Topology, conflict_graph};
use serde::Serialize;

use crate::args::ScheduleArgs;
use crate::description::commas;
use crate::failure::{Failure, Result};
use crate::printer::Printer;
use crate::settings::{self, Place, Task};

pub(crate) fn run(args: &ScheduleArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let place = Place::new(&args.place)?;
    if let Some(repulsion) = args.least_steps {
        return least_steps(args, &place, repulsion, printer);
    }
    let (entry, parameters) =
        settings::method_and_parameters(catalogue, &args.method, &args.set.set, None)?;
    let method = (entry, &parameters);
    let task = Task::new(catalogue, &place, &args.known, &args.sizes, method)?;
    printer.notes(&task.notes);
    let sizes = task.problem.group_sizes().as_slice();
    printer.report(args.json, &sizes, || commas(sizes))
}

/// How few steps a repulsion threshold allows, for `--json`.
#[derive(Serialize)]
struct LeastSteps<'a> {
    /// No order without violations has fewer steps.
    at_least: usize,
    /// There is one in so many.
    at_most: usize,
    group_sizes: &'a [u32],
    /// The cells of these groups, group after group.
    order: &'a [u32],
}

/// The groups of a colouring of the graph in which cells that repel each other are
/// joined.
fn least_steps(
    args: &ScheduleArgs,
    place: &Place,
    repulsion: f64,
    printer: &Printer,
) -> Result<()> {
    let at_flag = |error: &dyn std::error::Error| Failure::input_at("--least-steps", error);
    let (known, note) = place.known(&args.known)?;
    let topology = match place {
        Place::Grid(grid) => Topology::lattice(*grid, 1.0).map_err(|error| at_flag(&error))?,
        Place::Graph(topology, _) => topology.clone(),
    };
    let mut conflicts = conflict_graph(&topology, repulsion).map_err(|error| at_flag(&error))?;
    conflicts.retain_nodes(|graph, node| !known.contains(graph[node]));
    let bounds = StepBounds::new(&conflicts);
    let order = bounds
        .best()
        .order(&known)
        .map_err(|error| at_flag(&error))?;
    if let Some(note) = note {
        printer.note(&note);
    }
    let (at_least, at_most) = (bounds.at_least(), bounds.at_most());
    let sizes = order.group_sizes().as_slice();
    if args.json {
        printer.result_json(&LeastSteps {
            at_least,
            at_most,
            group_sizes: sizes,
            order: order.cell_from_rank(),
        })?;
        return Ok(());
    }
    printer.note(&match at_least == at_most {
        true => format!("{at_most} steps are the fewest without two cells within {repulsion} of each other in a group"),
        false => format!("{at_most} steps are enough without two cells within {repulsion} of each other in a group, and fewer than {at_least} are not"),
    });
    printer.result(&commas(sizes))?;
    Ok(())
}
