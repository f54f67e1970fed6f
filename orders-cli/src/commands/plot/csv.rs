//! Charts of CSV files that this program writes: logs of training and tables of
//! evaluations.

use std::collections::BTreeMap;
use std::path::Path;

use csv::{ErrorKind, StringRecord};
use orders_figures::{Axis, Chart, Series};

use crate::args::PlotArgs;
use crate::bounded_file::read_bounded;
use crate::commands::figure_failure;
use crate::failure::{Failure, Result};
use crate::output::PROGRAM;
use crate::picture_file::PictureFile;
use crate::printer::Printer;
use crate::settings;

/// The longest file that is read.
const MOST_BYTES: u64 = 1 << 28;
/// The most points of a loss curve; more updates are averaged.
const POINTS: usize = 200;

/// A CSV file: columns by name.
struct Columns {
    label: String,
    rows: Vec<StringRecord>,
    places: BTreeMap<String, usize>,
}

pub(super) fn run(args: &PlotArgs, printer: &Printer) -> Result<()> {
    let file = PictureFile::new("--out", &args.out, args.written.force)?;
    let files = &args.orders.files;
    let labels = match &args.orders.label[..] {
        [] => files.iter().map(|path| usual_label(path)).collect(),
        given => given.to_vec(),
    };
    settings::check_labels(&labels, ("table", files.len()))?;
    if let Some(title) = &args.orders.title {
        settings::line_of_text("--title", title)?;
    }
    let tables = files.iter().zip(labels);
    let tables: Vec<Columns> = tables
        .map(|(path, label)| Columns::read(path, label))
        .collect::<Result<_, _>>()?;
    let are_logs = tables
        .iter()
        .all(|table| table.has("update") && table.has("loss"));
    let are_evaluations = tables
        .iter()
        .all(|table| table.has("method") && table.has("nats_per_cell"));
    let (chart, series) = if are_logs {
        training(&tables)?
    } else if are_evaluations {
        evaluations(&tables)?
    } else {
        let names: Vec<String> = files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        return Err(Failure::input(format!(
            "{}: neither logs of train nor tables of eval, all of one kind",
            names.join(", ")
        )));
    };
    let look = settings::look(&args.look, args.orders.title.is_some())?;
    let chart = Chart {
        y: args.axis.applied_to(chart.y),
        title: args.orders.title.clone().unwrap_or(chart.title),
        ..chart
    };
    let names: Vec<&str> = tables.iter().map(|table| table.label.as_str()).collect();
    let origin = serde_json::json!({"program": PROGRAM, "files": names});
    let figure = look.line_chart(&chart, &series).map_err(figure_failure)?;
    let figure = figure.made_by(origin.to_string());
    file.write(&figure)?;
    let path = args.out.display().to_string();
    printer.report(
        args.written.json,
        &serde_json::json!({
            "path": path,
            "width": figure.width(),
            "height": figure.height(),
            "program": PROGRAM,
        }),
        || path,
    )
}

/// Loss over epochs, with held-out loss where it was measured.
fn training(logs: &[Columns]) -> Result<(Chart, Vec<Series>)> {
    let mut series = Vec::new();
    let mut averaged = 1;
    for log in logs {
        let name = |what: &str| match logs.len() {
            1 => what.to_owned(),
            _ => format!("{}, {what}", log.label),
        };
        let points = log.points("epoch", "loss")?;
        let size = points.len().div_ceil(POINTS).max(1);
        averaged = averaged.max(size);
        let means: Vec<(f64, f64)> = points
            .chunks(size)
            .map(|chunk| {
                let mean = |part: fn(&(f64, f64)) -> f64| {
                    chunk.iter().map(part).sum::<f64>() / chunk.len() as f64
                };
                (mean(|point| point.0), mean(|point| point.1))
            })
            .collect();
        series.push(Series::new(name("training"), means));
        let held_out = log.points("epoch", "held_out")?;
        if !held_out.is_empty() {
            series.push(Series::new(name("held out"), held_out));
        }
    }
    let subtitle = match averaged {
        1 => String::new(),
        count => format!("training loss: means of {count} updates"),
    };
    let chart = Chart::new(
        "Training",
        Axis::linear("epoch"),
        Axis::linear("nats per cell"),
    );
    Ok((chart.with_subtitle(subtitle), series))
}

/// Likelihood over steps, a line with a band for each method.
fn evaluations(tables: &[Columns]) -> Result<(Chart, Vec<Series>)> {
    let mut lines: Vec<(String, Vec<[f64; 4]>)> = Vec::new();
    for table in tables {
        for row in 0..table.rows.len() {
            let columns = [
                "steps",
                "nats_per_cell",
                "nats_per_cell_low",
                "nats_per_cell_high",
            ];
            let mut point = [0.0; 4];
            for (value, column) in point.iter_mut().zip(columns) {
                *value = table.number(row, column)?.unwrap_or(f64::NAN);
            }
            if point.iter().any(|value| value.is_nan()) {
                continue;
            }
            let method = table.text(row, "method");
            let name = match tables.len() {
                1 => method.to_owned(),
                _ => format!("{}: {method}", table.label),
            };
            match lines.iter_mut().find(|(known, _)| *known == name) {
                Some((_, points)) => points.push(point),
                None => lines.push((name, vec![point])),
            }
        }
    }
    let series = lines.into_iter().map(|(name, mut points)| {
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let line: Vec<_> = points.iter().map(|point| (point[0], point[1])).collect();
        let band: Vec<_> = points.iter().map(|point| (point[2], point[3])).collect();
        Series::new(name, line).with_band(band)
    });
    let chart = Chart::new(
        "Held-out parallel likelihood",
        Axis::log("steps"),
        Axis::linear("nats per cell"),
    );
    Ok((
        chart.with_subtitle("bands: 95 % intervals over images"),
        series.collect(),
    ))
}

impl Columns {
    fn read(path: &Path, label: String) -> Result<Self> {
        let bytes = read_bounded(path, "a table", MOST_BYTES, path.display())?;
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let refused = |error: csv::Error| {
            let line = error.position().map_or(1, csv::Position::line);
            let reason = match error.kind() {
                ErrorKind::UnequalLengths {
                    expected_len, len, ..
                } => format!("there are {len} fields, not {expected_len}"),
                _ => "it is no text in UTF-8".to_owned(),
            };
            Failure::input(format!("{} line {line}: {reason}", path.display()))
        };
        let header = reader.headers().map_err(refused)?.clone();
        let rows = reader.records().collect::<Result<_, _>>();
        Ok(Self {
            label,
            rows: rows.map_err(refused)?,
            places: header.iter().map(str::to_owned).zip(0..).collect(),
        })
    }

    fn has(&self, column: &str) -> bool {
        self.places.contains_key(column)
    }

    fn text(&self, row: usize, column: &str) -> &str {
        self.places
            .get(column)
            .map_or("", |&place| &self.rows[row][place])
    }

    /// The number in a field; none if it is empty.
    fn number(&self, row: usize, column: &str) -> Result<Option<f64>> {
        let text = self.text(row, column);
        if text.is_empty() {
            return Ok(None);
        }
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.map(Some).ok_or_else(|| {
            Failure::input(format!(
                "{} line {}: {column} is '{text}', which is no number",
                self.label,
                self.rows[row].position().map_or(0, csv::Position::line)
            ))
        })
    }

    fn points(&self, x: &str, y: &str) -> Result<Vec<(f64, f64)>> {
        let mut points = Vec::with_capacity(self.rows.len());
        for row in 0..self.rows.len() {
            if let (Some(x), Some(y)) = (self.number(row, x)?, self.number(row, y)?) {
                points.push((x, y));
            }
        }
        Ok(points)
    }
}

/// What a table is called where nothing is said: by its folder, or its name if that says
/// none.
fn usual_label(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name);
    let name = folder.or(path.file_stem()).unwrap_or_default();
    name.to_string_lossy().into_owned()
}
