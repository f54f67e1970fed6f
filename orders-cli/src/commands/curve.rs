//! `curve`

use std::collections::BTreeMap;

use orders_analysis::information::{CurveSums, InformationCurve};
use orders_core::{Catalogue, GroupSizes};
use orders_model::lpd::PrefixRequest;
use serde::Serialize;

use crate::args::CurveArgs;
use crate::description::{commas, counted};
use crate::failure::{Failure, Result};
use crate::printer::Printer;
use crate::settings::AskedModel;
use crate::single_file::SingleFile;
use crate::{interrupt, memory, settings};

/// Steps whose loss is said.
const STEPS: [usize; 6] = [8, 12, 20, 32, 64, 128];

pub(crate) fn run(args: &CurveArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let file = SingleFile::out(&args.out, "json", args.written.force)?;
    let mut notes = Vec::new();
    let asked = AskedModel::new(&args.of_model, &mut notes)?;
    let (grid, images) = (asked.grid(), &asked.images);
    let named = (args.orders.as_deref(), &args.method, &args.sizes);
    let orders = settings::orders_of_all_cells(catalogue, named, grid, images.len(), args.seed)?;
    printer.notes(&notes);
    interrupt::catch()?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let bar = printer.progress(images.len() as u64, "images");
    let request = PrefixRequest {
        orders: &orders,
        labels: &images.labels,
        tokens: images.tokens.view(),
        batch: asked.batch,
        memory: memory::limit(),
    };
    let mut sums = CurveSums::new(grid);
    let scored = pool.install(|| {
        asked
            .lpd
            .score_prefixes(&request, interrupt::watch(&bar), |order, row| {
                sums.add(order, row);
            })
    });
    scored.map_err(|error| settings::request_failure(error, |error| images.failure(error)))?;
    bar.finish_and_clear();

    let mut about: BTreeMap<String, String> = asked
        .about()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let sizes = orders.problem().group_sizes();
    about.insert("orders".to_owned(), orders.label());
    about.insert("group_sizes".to_owned(), commas(sizes.as_slice()));
    let curve = sums.mean(about).map_err(Failure::work)?;
    let json = serde_json::to_vec(&curve).map_err(Failure::work)?;
    file.write(&json)?;
    let report = Report::of(&curve, args);
    printer.report(args.written.json, &report, || report.words())
}

/// What is said of a curve.
#[derive(Serialize)]
struct Report {
    path: String,
    images: u64,
    cells: usize,
    /// One by one, nats a cell.
    nats_per_cell: f64,
    losses: Vec<Loss>,
}

/// What published sizes lose.
#[derive(Serialize)]
struct Loss {
    steps: usize,
    nats_per_cell: f64,
}

impl Report {
    fn of(curve: &InformationCurve, args: &CurveArgs) -> Self {
        let grid = curve.grid();
        let cells = grid.cells() as f64;
        let costs = curve.cut_costs();
        let loss = |steps| {
            let sizes = GroupSizes::published(grid, steps)?;
            Some(Loss {
                steps,
                nats_per_cell: costs.total(&sizes) / cells,
            })
        };
        Self {
            path: args.out.display().to_string(),
            images: curve.images(),
            cells: grid.cells(),
            nats_per_cell: curve.one_by_one() / cells,
            losses: STEPS.into_iter().filter_map(loss).collect(),
        }
    }

    fn words(&self) -> String {
        let mut words = format!(
            "{} of {} cells, {:.4} nats a cell one by one",
            counted(self.images, "image"),
            self.cells,
            self.nats_per_cell
        );
        for loss in &self.losses {
            words.push_str(&format!(
                "\n{} steps lose {:.4}",
                loss.steps, loss.nats_per_cell
            ));
        }
        format!("{words}\n{}", self.path)
    }
}
