//! `attention`

use std::path::Path;

use ndarray::{Array2, s};
use orders_analysis::attention::{
    AttentionLocality, AttentionParams, AttentionReport, AttentionScope, Locality, TokenIndexing,
};
use orders_analysis::table::TextTable;
use orders_core::sizes::{SizesChoice, SizesRequest};
use orders_core::{Catalogue, Grid, KnownCells, Order, OrderingMethod, Problem, Shape};
use orders_figures::{Axis, Chart, Series};
use orders_model::lpd::LpdError;
use serde::Serialize;

use super::figure_failure;
use crate::args::AttentionArgs;
use crate::experiment::{attention_of_image, attention_params};
use crate::failure::{Failure, Result, with_sources};
use crate::picture_file::PictureFile;
use crate::printer::Printer;
use crate::settings::RunsOn;
use crate::token_images::TokenImages;
use crate::{interrupt, settings};

/// The longest distance that the table for people has, in cells.
const SHOWN: f64 = 5.0;

/// What was measured, and what attention that knows nothing of distance would be.
#[derive(Serialize)]
struct Report {
    attention: AttentionReport,
    uniform: Locality,
}

pub(crate) fn run(args: &AttentionArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    if !(args.within.is_finite() && args.within >= 0.0) {
        return Err(Failure::input(format!(
            "--within {} is no distance; it takes a number from 0",
            args.within
        )));
    }
    let picture = args.plot.as_deref();
    let picture = picture
        .map(|path| PictureFile::new("--plot", path, args.force))
        .transpose()?;
    let look = settings::look(&args.look, false)?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    interrupt::catch()?;
    let report = pool.install(|| match &args.maps {
        Some(path) => of_file(args, path, catalogue),
        None => of_model(args, catalogue, printer),
    })?;
    if let Some(picture) = picture {
        let mut series: Vec<Series> = report
            .attention
            .layers
            .iter()
            .map(|layer| line(format!("layer {}", layer.layer), &layer.locality))
            .collect();
        series.push(line("uniform".into(), &report.uniform));
        let chart = Chart::new(
            "Attention by distance",
            Axis::linear("distance (cells)"),
            Axis::log("per-token attention"),
        );
        let figure = look.line_chart(&chart, &series).map_err(figure_failure)?;
        picture.write(&figure)?;
    }
    printer.report(args.json, &report, || words(&report, args.within))
}

/// A curve of per-token attention, where there is some.
fn line(label: String, locality: &Locality) -> Series {
    let points = locality.by_distance.iter().filter(|at| at.attention > 0.0);
    Series::new(
        label,
        points
            .map(|at| (at.distance, at.attention))
            .collect::<Vec<_>>(),
    )
}

/// Maps of a file.
fn of_file(args: &AttentionArgs, path: &Path, catalogue: &Catalogue) -> Result<Report> {
    let grid = args.grid.as_deref().ok_or_else(|| {
        Failure::input(format!(
            "--grid is needed: the grid of the maps of {}",
            path.display()
        ))
    })?;
    let grid: Grid = grid
        .parse()
        .map_err(|error| Failure::input_at("--grid", &error))?;
    let (method, problem) = method_and_problem(args, catalogue, grid)?;
    let order = method
        .order(&problem, args.seed, 0)
        .map_err(Failure::bad_input)?;
    let params = AttentionParams {
        within: args.within,
        row_sum_tolerance: args.tolerance,
        prefix_tokens: args.prefix,
        scope: args.scope,
    };
    let locality =
        AttentionLocality::new(&order, args.indexing, params).map_err(Failure::bad_input)?;
    Ok(Report {
        attention: locality.measure_file(path).map_err(Failure::bad_input)?,
        uniform: uniform(&order, params)?,
    })
}

/// Maps of a model, in the mean over images.
fn of_model(args: &AttentionArgs, catalogue: &Catalogue, printer: &Printer) -> Result<Report> {
    let source = settings::model(&args.model)?;
    let config = source.config();
    let images = match &args.tokens {
        Some(path) => TokenImages::read(path)?,
        None if source.bundled().is_some() => TokenImages::bundled()?,
        None => return Err(Failure::input("images are needed: --tokens FILE")),
    }
    .first(args.limit);
    images.check(&config)?;
    let (method, problem) = method_and_problem(args, catalogue, config.grid())?;
    let depth = config.depth();
    let layers: Vec<usize> = match &args.layers[..] {
        [] => (0..depth).collect(),
        layers => layers.to_vec(),
    };
    if let Some(layer) = layers.iter().find(|&&layer| layer >= depth) {
        return Err(Failure::input(format!(
            "--layers: there is no layer {layer}; the model has {depth}, from 0 on"
        )));
    }
    let mut notes = Vec::new();
    let runs_on = RunsOn::new(&args.model.runs, &mut notes)?;
    printer.notes(&notes);
    let lpd = settings::lpd(&source, &runs_on)?;
    let params = AttentionParams {
        row_sum_tolerance: args.tolerance,
        ..attention_params(args.within)
    };
    let bar = printer.progress(images.len() as u64, "images");
    let (mut reports, mut uniforms) = (Vec::new(), Vec::new());
    for image in 0..images.len() {
        interrupt::check()?;
        bar.set_position(image as u64);
        let order = method.order(&problem, args.seed, image as u64);
        let order = order.map_err(Failure::bad_input)?;
        let tokens = images.tokens.slice(s![image..=image, ..]);
        let asked = (images.labels[image], tokens);
        let report = attention_of_image(&lpd, &order, asked, &layers, params);
        let report = report.map_err(|error| match error.downcast::<LpdError>() {
            Ok(error) => images.failure(&error),
            Err(error) => Failure::Work(with_sources(&*error)),
        });
        reports.push(report?);
        uniforms.push(uniform(&order, params)?);
    }
    bar.finish_and_clear();
    Ok(Report {
        attention: AttentionReport::mean_of(&reports).map_err(Failure::work)?,
        uniform: Locality::mean_of(&uniforms),
    })
}

/// What `--method` and `--steps` say for a grid.
fn method_and_problem(
    args: &AttentionArgs,
    catalogue: &Catalogue,
    grid: Grid,
) -> Result<(Box<dyn OrderingMethod>, Problem)> {
    let (entry, parameters) = settings::method_and_parameters(catalogue, &args.method, &[], None)?;
    let method = settings::method_by_name(catalogue, entry.name(), &parameters, grid)?;
    let known = KnownCells::none(grid);
    let (choice, steps) = match args.steps {
        Some(steps) => (SizesChoice::Usual, steps),
        None => (SizesChoice::Shape(Shape::OneByOne), grid.cells()),
    };
    let request = SizesRequest {
        method: Some(method.as_ref()),
        ..SizesRequest::new(&known, Some(steps))
    };
    let sizes = settings::resolved(&choice, &request, Some(catalogue))?.sizes;
    let problem = settings::problem(known, &sizes, "--steps")?;
    Ok((method, problem))
}

/// The locality of weights that are equal for all that a query may see.
fn uniform(order: &Order, params: AttentionParams) -> Result<Locality> {
    let times: Vec<Option<u32>> = match params.scope {
        AttentionScope::All => vec![Some(0); order.grid().cells()],
        AttentionScope::Groups => order.step_from_cell(),
        AttentionScope::Causal => order.rank_from_cell(),
    };
    let cells = times.len();
    let mut map: Array2<f64> = Array2::zeros((cells, cells));
    for (query, mut row) in map.rows_mut().into_iter().enumerate() {
        let seen = |cell: usize| times[cell] <= times[query];
        let count = (0..cells).filter(|&cell| seen(cell)).count() as f64;
        for cell in (0..cells).filter(|&cell| seen(cell)) {
            row[cell] = 1.0 / count;
        }
    }
    let params = AttentionParams {
        prefix_tokens: 0,
        ..params
    };
    let locality = AttentionLocality::new(order, TokenIndexing::Cell, params);
    let measured = locality.and_then(|locality| locality.measure_map(0, 0, map.view()));
    Ok(measured.map_err(Failure::work)?.locality)
}

fn words(report: &Report, within: f64) -> String {
    let layers = &report.attention.layers;
    let mut header = vec!["distance".to_owned()];
    header.extend(layers.iter().map(|layer| format!("layer {}", layer.layer)));
    header.extend(["all".to_owned(), "uniform".to_owned()]);
    let columns: Vec<&Locality> = layers
        .iter()
        .map(|layer| &layer.locality)
        .chain([&report.attention.overall, &report.uniform])
        .collect();
    let mut table = TextTable::new(header);
    for (place, at) in report.uniform.by_distance.iter().enumerate() {
        if at.distance > SHOWN {
            break;
        }
        let mut row = vec![format!("{:.2}", at.distance)];
        row.extend(
            columns
                .iter()
                .map(|column| match column.by_distance.get(place) {
                    Some(at) => format!("{:.4}", at.attention),
                    None => String::new(),
                }),
        );
        table.push(row);
    }
    let mut row = vec![format!("sum within {within}")];
    row.extend(
        columns
            .iter()
            .map(|column| format!("{:.3}", column.attention_within)),
    );
    table.push(row);
    table.markdown().trim_end().to_owned()
}
