//! `sweep plot`

use std::collections::BTreeMap;

use orders_analysis::experiment::{
    Better as Way, MeasureEntry, Measures, PooledPoint, PooledResults,
};
use orders_analysis::statistics::Interval;
use orders_figures::{
    Axis, Better, BoxPlot, Chart, Difference, Figure, FigureError, HeatMap, Look, ScatterPoint,
    Series,
};

use super::compared::Compared;
use super::{at, chosen, varying};
use crate::args::{PlotKind, SweepPlotArgs};
use crate::commands::figure_failure;
use crate::failure::{Failure, Result};
use crate::picture_file::PictureFile;
use crate::printer::Printer;
use crate::settings;

pub(crate) fn run(args: &SweepPlotArgs, measures: &Measures, printer: &Printer) -> Result<()> {
    check_flags(args)?;
    if let Some(title) = &args.title {
        settings::line_of_text("--title", title)?;
    }
    let file = PictureFile::new("--out", &args.out, args.force)?;
    let (title, results) = chosen(&args.folder, &args.filter, measures)?;
    let figure = figure(args, &title, &results)?;
    file.write(&figure)?;
    printer.result(&args.out.display().to_string())?;
    Ok(())
}

/// The picture of results that flags ask for. Without one of theirs it has this title.
pub(super) fn figure(args: &SweepPlotArgs, title: &str, results: &PooledResults) -> Result<Figure> {
    let picture = Picture {
        args,
        look: settings::look(&args.look, args.title.is_some())?,
        title: args.title.as_deref().unwrap_or(title),
        varying: varying(results)?,
        results,
    };
    match args.kind {
        PlotKind::Line => picture.lines(),
        PlotKind::Difference => picture.differences(),
        PlotKind::HeatMap => picture.heat_map(),
        PlotKind::Scatter => picture.scatter(),
        PlotKind::Box => picture.boxes(),
    }
}

/// Refuses flags that the kind of picture has no use for.
fn check_flags(args: &SweepPlotArgs) -> Result<()> {
    let is_line = matches!(args.kind, PlotKind::Line);
    let is_difference = matches!(args.kind, PlotKind::Difference);
    if !args.against.is_empty() && !is_line && !is_difference {
        return Err(Failure::input(
            "--against is taken by --kind line and --kind difference alone",
        ));
    }
    if is_difference && args.against.is_empty() {
        return Err(Failure::input(
            "--kind difference needs --against: the points that the others differ from",
        ));
    }
    let is_heat_map = matches!(args.kind, PlotKind::HeatMap);
    let has_numbers_across = is_line || matches!(args.kind, PlotKind::Scatter);
    for (flag, is_given, is_taken, kinds) in [
        ("--value", args.value.is_some(), is_heat_map, "heat-map"),
        (
            "--x",
            args.x.is_some(),
            has_numbers_across || is_heat_map,
            "line, scatter and heat-map",
        ),
        (
            "--log-x",
            args.log_x,
            has_numbers_across,
            "line and scatter",
        ),
    ] {
        if is_given && !is_taken {
            return Err(Failure::input(format!(
                "{flag} is taken by --kind {kinds} alone"
            )));
        }
    }
    let panels = args.panels.as_ref().map(|_| "--panels");
    match args.axis.given().or(panels) {
        Some(flag) if !is_line => Err(Failure::input(format!(
            "{flag} is taken by --kind line alone"
        ))),
        _ => Ok(()),
    }
}

/// What all kinds of pictures need.
struct Picture<'a> {
    args: &'a SweepPlotArgs,
    look: Look,
    title: &'a str,
    results: &'a PooledResults,
    /// Settings that tell points apart.
    varying: Vec<String>,
}

/// The means of a line, by its name.
type NamedMeans = (String, Vec<Mean>);

impl Picture<'_> {
    fn lines(&self) -> Result<Figure> {
        let setting = self.args.x.as_deref().unwrap_or("steps");
        self.check("--x", setting)?;
        let measure = self.measure("--y", self.args.y.as_deref())?;
        let compared = Compared::new(self.results, &[measure], &self.args.against)?;
        let panels = self.args.panels.as_deref();
        if let Some(panels) = panels {
            self.check("--panels", panels)?;
        }
        let apart: Vec<&str> = [setting].into_iter().chain(panels).collect();
        let others = self.others(&apart);
        // In the order in which they come first.
        let mut charts: Vec<(String, Vec<NamedMeans>)> = Vec::new();
        let means = match &compared {
            None => self.means(measure)?,
            Some(compared) => {
                let rows = compared.rows.iter().map(|row| row[0]);
                rows.map(|found| Some(Mean::new(found?.difference)))
                    .collect()
            }
        };
        for (point, mean) in self.results.points().zip(means) {
            let (Some(x), Some(mean)) = (number(point, setting)?, mean) else {
                continue;
            };
            let panel = match panels {
                None => String::new(),
                Some(name) => format!("{name} {}", point.setting(name).unwrap_or_default()),
            };
            let name = point.name(&others);
            let lines = entry(&mut charts, panel);
            entry(lines, name).push(Mean { x, ..mean });
        }
        let charts: Vec<(String, Vec<Series>)> = charts
            .into_iter()
            .map(|(panel, lines)| (panel, lines.into_iter().map(series).collect()))
            .collect();
        let label = setting_label(setting);
        let mut chart = self.chart(self.axis(label, self.args.log_x), measure, "band");
        chart.y = self.args.axis.applied_to(chart.y);
        if let Some(compared) = compared {
            let subtitle = self.subtitle("band");
            chart = chart.with_subtitle(format!("difference to {}: {subtitle}", compared.with));
        }
        drawn(match (panels, &charts[..]) {
            (None, [(_, series)]) => self.look.line_chart(&chart, series),
            (None, _) => self.look.line_chart(&chart, &[]),
            (Some(_), charts) => self.look.line_panels(&chart, charts),
        })
    }

    fn differences(&self) -> Result<Figure> {
        let measure = self.measure("--y", self.args.y.as_deref())?;
        let compared = Compared::new(self.results, &[measure], &self.args.against)?;
        let compared =
            compared.ok_or_else(|| Failure::input("--kind difference needs --against"))?;
        let rows = self.results.points().zip(&compared.rows);
        let rows: Vec<Difference> = rows
            .filter_map(|(point, row)| {
                let mean = Mean::new(row[0]?.difference);
                let name = point.name(&self.varying);
                Some(Difference::new(name, mean.mean, (mean.low, mean.high)))
            })
            .collect();
        let axis = self.axis(
            format!("difference in {}", measure.label()),
            self.args.log_y,
        );
        let subtitle = self.subtitle("whiskers");
        let titles = (self.title, subtitle.as_str());
        drawn(
            self.look
                .differences(titles.0, titles.1, &axis, &compared.with, &rows),
        )
    }

    fn scatter(&self) -> Result<Figure> {
        let (Some(x), Some(y)) = (&self.args.x, &self.args.y) else {
            return Err(Failure::input(
                "a scatter chart needs --x and --y, two measures",
            ));
        };
        let y = self.measure("--y", Some(y))?;
        let (across, x_axis, x_better): (Vec<Option<f64>>, _, _) = match self.results.measure(x) {
            Ok(x) => (
                self.means(x)?
                    .into_iter()
                    .map(|mean| Some(mean?.mean))
                    .collect(),
                self.axis(x.label(), self.args.log_x),
                better(x),
            ),
            Err(error) => {
                if self.results.check_setting(x).is_err() {
                    return Err(Failure::input_at("--x", &error));
                }
                let numbers = self.results.points().map(|point| number(point, x));
                (
                    numbers.collect::<Result<_>>()?,
                    self.axis(setting_label(x), self.args.log_x),
                    Better::Lower,
                )
            }
        };
        let others = self.others(&["label"]);
        let mut points = Vec::new();
        let means = across.into_iter().zip(self.means(y)?);
        for (point, (x, y)) in self.results.points().zip(means) {
            let (Some(x), Some(y)) = (x, y) else {
                continue;
            };
            let name = match others.is_empty() {
                true => point.label(),
                false => point.name(&others),
            };
            points.push(ScatterPoint::new(name, x, y.mean).in_group(point.label()));
        }
        let chart = self.chart(x_axis, y, "");
        drawn(
            self.look
                .scatter(&chart, &points, Some((x_better, better(y)))),
        )
    }

    fn heat_map(&self) -> Result<Figure> {
        let across = self.args.x.as_deref().unwrap_or("repulsion");
        let upwards = self.args.y.as_deref().unwrap_or("proximity");
        self.check("--x", across)?;
        self.check("--y", upwards)?;
        let measure = self.measure("--value", self.args.value.as_deref())?;
        let columns = values(self.results, across)?;
        let rows = values(self.results, upwards)?;
        let mut means: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for (point, mean) in self.results.points().zip(self.means(measure)?) {
            let place = |list: &[String], name| {
                let value = point.setting(name)?;
                list.iter().position(|known| *known == value)
            };
            let (Some(row), Some(column)) = (place(&rows, upwards), place(&columns, across)) else {
                continue;
            };
            let Some(mean) = mean else {
                continue;
            };
            if means.insert((row, column), mean.mean).is_some() {
                let others = self.others(&[across, upwards]);
                return Err(Failure::input(format!(
                    "several points have {across} {} and {upwards} {}; choose by {} with --where",
                    columns[column],
                    rows[row],
                    others.join(", ")
                )));
            }
        }
        let places = (0..rows.len()).flat_map(|row| (0..columns.len()).map(move |c| (row, c)));
        drawn(self.look.heat_map(&HeatMap {
            title: self.title.to_owned(),
            subtitle: self.subtitle(""),
            x_label: setting_label(across),
            y_label: setting_label(upwards),
            value: self.axis(measure.label(), self.args.log_y),
            values: places.map(|place| means.get(&place).copied()).collect(),
            best: measure.better().map(|_| better(measure)),
            columns,
            rows,
        }))
    }

    fn boxes(&self) -> Result<Figure> {
        let measure = self.measure("--y", self.args.y.as_deref())?;
        let mut boxes = Vec::new();
        for point in self.results.points() {
            let values = self.results.values(point, measure).map_err(at("--y"))?;
            let values: Vec<f64> = values.into_iter().flatten().collect();
            if !values.is_empty() {
                boxes.push(BoxPlot::new(point.name(&self.varying), values));
            }
        }
        let axis = self.axis(measure.label(), self.args.log_y);
        let orders = self.orders();
        let subtitle = [format!("{orders} orders each"), self.constant()];
        let subtitle = subtitle.into_iter().filter(|text| !text.is_empty());
        let subtitle = subtitle.collect::<Vec<_>>().join("; ");
        drawn(self.look.box_plots(self.title, &subtitle, &axis, &boxes))
    }

    fn chart(&self, x: Axis, y: &MeasureEntry, interval: &str) -> Chart {
        let y = self.axis(y.label(), self.args.log_y);
        Chart::new(self.title, x, y).with_subtitle(self.subtitle(interval))
    }

    /// What the numbers are, and which settings all points share.
    fn subtitle(&self, interval: &str) -> String {
        let orders = self.orders();
        let mean = match orders {
            1 => "1 order".to_owned(),
            orders => format!("mean of {orders} orders"),
        };
        let interval = match interval {
            "" => String::new(),
            mark => format!("{mark}: 95 % interval"),
        };
        let parts = [mean, interval, self.constant()].into_iter();
        let parts = parts.filter(|text| !text.is_empty());
        parts.collect::<Vec<_>>().join("; ")
    }

    /// Orders of a point.
    fn orders(&self) -> usize {
        let points = self.results.points();
        points.map(PooledPoint::orders).max().unwrap_or_default()
    }

    /// Settings that all points share, where there are several.
    fn constant(&self) -> String {
        let Some(point) = self.results.points().next() else {
            return String::new();
        };
        let shared = ["grid", "steps", "sizes", "field", "model"].map(str::to_owned);
        let shared: Vec<String> = shared
            .into_iter()
            .filter(|name| !self.varying.contains(name) && point.setting(name).is_some())
            .collect();
        match shared.is_empty() {
            true => String::new(),
            false => point.name(&shared),
        }
    }

    /// The settings that tell points apart, without some.
    fn others(&self, without: &[&str]) -> Vec<String> {
        let others = self.varying.iter();
        let others = others.filter(|name| !without.contains(&name.as_str()));
        others.cloned().collect()
    }

    fn axis(&self, label: String, is_log: bool) -> Axis {
        match is_log {
            true => Axis::log(label),
            false => Axis::linear(label),
        }
    }

    fn check(&self, flag: &str, setting: &str) -> Result<()> {
        self.results
            .check_setting(setting)
            .map_err(|error| Failure::input_at(flag, &error))
    }

    fn measure(&self, flag: &str, name: Option<&str>) -> Result<&MeasureEntry> {
        let known = || {
            let known: Vec<_> = self
                .results
                .measures()
                .into_iter()
                .map(MeasureEntry::name)
                .collect();
            known.join(", ")
        };
        let name = name.ok_or_else(|| {
            Failure::input(format!(
                "{flag} is needed, a measure; there are {}",
                known()
            ))
        })?;
        self.results.measure(name).map_err(at(flag))
    }

    fn means(&self, measure: &MeasureEntry) -> Result<Vec<Option<Mean>>> {
        let means = self.results.means(measure).map_err(at("--y"))?;
        Ok(means.into_iter().map(|mean| mean.map(Mean::new)).collect())
    }
}

/// The entry of a name in a list, which it joins if it is new.
fn entry<T>(list: &mut Vec<(String, Vec<T>)>, name: String) -> &mut Vec<T> {
    let index = list.iter().position(|(known, _)| *known == name);
    let index = index.unwrap_or_else(|| {
        list.push((name, Vec::new()));
        list.len() - 1
    });
    &mut list[index].1
}

/// The line of means, from left to right.
fn series((name, mut means): (String, Vec<Mean>)) -> Series {
    means.sort_by(|a, b| a.x.total_cmp(&b.x));
    let points: Vec<_> = means.iter().map(|mean| (mean.x, mean.mean)).collect();
    let band: Vec<_> = means.iter().map(|mean| (mean.low, mean.high)).collect();
    Series::new(name, points).with_band(band)
}

/// A mean with its interval, over a place.
struct Mean {
    x: f64,
    mean: f64,
    low: f64,
    high: f64,
}

impl Mean {
    /// A mean whose place is not known yet. Without an interval it has no width.
    fn new(interval: Interval) -> Self {
        let or_mean = |end: f64| if end.is_nan() { interval.estimate } else { end };
        Self {
            x: 0.0,
            mean: interval.estimate,
            low: or_mean(interval.low),
            high: or_mean(interval.high),
        }
    }
}

fn drawn(figure: Result<Figure, FigureError>) -> Result<Figure> {
    figure.map_err(figure_failure)
}

fn better(measure: &MeasureEntry) -> Better {
    match measure.better() {
        Some(Way::Low) => Better::Lower,
        Some(Way::High) | None => Better::Higher,
    }
}

/// What an axis calls a setting.
fn setting_label(setting: &str) -> String {
    match setting {
        "proximity" => "proximity threshold tau (1/cells)".into(),
        "repulsion" => "repulsion threshold rho (cells)".into(),
        other => other.into(),
    }
}

/// The value of a setting as a number.
fn number(point: PooledPoint<'_>, setting: &str) -> Result<Option<f64>> {
    let Some(text) = point.setting(setting) else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        Failure::input(format!(
            "--x {setting}: '{text}' is no number, so it has no place on an axis"
        ))
    })
}

/// All values of a setting: numbers by size, then words as they come.
fn values(results: &PooledResults, setting: &str) -> Result<Vec<String>> {
    let mut values = results.values_of(setting).map_err(Failure::work)?;
    let number = |text: &String| text.parse().unwrap_or(f64::INFINITY);
    values.sort_by(|a, b| number(a).total_cmp(&number(b)));
    Ok(values)
}
