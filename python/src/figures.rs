//! Pictures of orders.

use std::path::PathBuf;

use numpy::PyReadonlyArray2;
use orders_core::Order;
use orders_figures::{
    AnimationOptions, Axis, Chart, Figure as Drawn, FigureError, Panel, Series, SheetOptions,
    StepsShown, group_sizes_chart, order_map, order_map_subtitle, sheet, small_multiples,
};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::{refused, told};
use crate::files::write;
use crate::problem::PyProblem;
use crate::rows;
use crate::work::watched;

/// How many steps are shown of an order on a sheet where nobody says which.
const STEPS_SHOWN: u32 = 8;

/// A picture.
#[pyclass(frozen, module = "orders")]
pub(crate) struct Figure {
    drawn: Drawn,
}

#[pymethods]
impl Figure {
    /// (width, height) in pixels.
    #[getter]
    fn size(&self) -> (u32, u32) {
        (self.drawn.width(), self.drawn.height())
    }

    /// The picture as SVG.
    fn to_svg(&self, py: Python<'_>) -> String {
        py.detach(|| self.drawn.to_svg())
    }

    /// The picture as the bytes of a PNG file.
    fn to_png<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &py.detach(|| self.drawn.to_png()))
    }

    /// The picture as the bytes of a PDF file.
    fn to_pdf<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &py.detach(|| self.drawn.to_pdf()))
    }

    /// Writes the picture, whole or not at all.
    #[pyo3(signature = (path, *, overwrite=false))]
    fn save(&self, py: Python<'_>, path: PathBuf, overwrite: bool) -> PyResult<()> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        let content = match ending {
            Some("svg") => py.detach(|| self.drawn.to_svg()).into_bytes(),
            Some("pdf") => py.detach(|| self.drawn.to_pdf()),
            Some("png") => py.detach(|| self.drawn.to_png()),
            _ => {
                return Err(told(format!(
                    "{} ends in none of .svg, .pdf and .png",
                    path.display()
                )));
            }
        };
        write(&path, &content, overwrite)
    }

    fn _repr_svg_(&self, py: Python<'_>) -> String {
        self.to_svg(py)
    }

    fn __repr__(&self) -> String {
        let (width, height) = self.size();
        format!("Figure({width}x{height} px)")
    }
}

/// An order with its name: a problem, and an array of shape (1, cells).
type Shown<'py> = (String, Bound<'py, PyProblem>, PyReadonlyArray2<'py, i64>);

fn orders_of(shown: &[Shown<'_>]) -> PyResult<Vec<(String, Order)>> {
    let orders = shown.iter().map(|(label, problem, cells)| {
        let order = rows::order(problem.get().problem(), cells)?;
        Ok((label.clone(), order))
    });
    orders.collect()
}

fn panels_of(orders: &[(String, Order)]) -> Vec<Panel<'_>> {
    let panels = orders.iter();
    panels
        .map(|(label, order)| Panel::new(label, order))
        .collect()
}

/// Draws orders: `show` has some of "map", "steps" and "sizes".
#[pyfunction]
pub(crate) fn plot(
    py: Python<'_>,
    shown: Vec<Shown<'_>>,
    show: Vec<String>,
    steps: Vec<usize>,
    title: String,
    subtitle: String,
    columns: Option<usize>,
) -> PyResult<Figure> {
    let orders = orders_of(&shown)?;
    let has = |part: &str| show.iter().any(|name| name == part);
    for name in &show {
        if !["map", "steps", "sizes"].contains(&name.as_str()) {
            let known = ["map", "steps", "sizes"];
            return Err(refused(&orders_core::UnknownName::new("part", name, known)));
        }
    }
    let drawn = watched(py, None, |_| {
        let drawn: Result<Drawn, FigureError> = match (&show[..], &orders[..]) {
            ([part], [(_, one)]) if part == "map" => {
                order_map(one, &title, &order_map_subtitle(one, &subtitle))
            }
            ([part], [(_, one)]) if part == "steps" => {
                small_multiples(one, &steps, &title, &subtitle)
            }
            ([part], orders) if part == "sizes" => {
                let lists: Vec<_> = orders
                    .iter()
                    .map(|(label, order)| (label.as_str(), order.group_sizes()))
                    .collect();
                group_sizes_chart(&lists, &title, "cells generated in each step")
            }
            (_, orders) => {
                let options = SheetOptions {
                    title: title.clone(),
                    subtitle: subtitle.clone(),
                    maps: has("map"),
                    steps: match (has("steps"), &steps[..]) {
                        (false, _) => StepsShown::None,
                        (true, []) => StepsShown::Spread(STEPS_SHOWN),
                        (true, steps) => StepsShown::Listed(steps.to_vec()),
                    },
                    sizes: has("sizes"),
                    columns,
                };
                sheet(&panels_of(orders), &options)
            }
        };
        drawn.map_err(|error| refused(&error))
    })?;
    let drawn = drawn.made_by(orders_cli::PROGRAM);
    Ok(Figure { drawn })
}

/// A line of a chart: its name, points, and the ends of a band at each of them, which may be
/// empty.
type Line = (String, Vec<(f64, f64)>, Vec<(f64, f64)>);

/// A chart of lines, over numbers of steps.
#[pyfunction]
pub(crate) fn line_chart(
    py: Python<'_>,
    title: String,
    subtitle: String,
    x: String,
    y: String,
    lines: Vec<Line>,
) -> PyResult<Figure> {
    let drawn = watched(py, None, |_| {
        let chart = Chart::new(title, Axis::log(x), Axis::linear(y)).with_subtitle(subtitle);
        let series = lines.into_iter();
        let series = series.map(|(label, points, band)| Series::new(label, points).with_band(band));
        let series: Vec<Series> = series.collect();
        orders_figures::line_chart(&chart, &series).map_err(|error| refused(&error))
    })?;
    let drawn = drawn.made_by(orders_cli::PROGRAM);
    Ok(Figure { drawn })
}

/// Animates orders: the bytes of a GIF or an APNG file.
#[pyfunction]
pub(crate) fn animate<'py>(
    py: Python<'py>,
    shown: Vec<Shown<'py>>,
    title: String,
    fps: f64,
    pause: f64,
    frames: usize,
    format: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    let orders = orders_of(&shown)?;
    let content = watched(py, None, |_| {
        let options = AnimationOptions {
            title: title.clone(),
            frames_per_second: fps,
            end_pause_seconds: pause,
            most_frames: frames,
        };
        let moving = orders_figures::animation(&panels_of(&orders), &options);
        let moving = moving.map_err(|error| refused(&error))?;
        let moving = moving.made_by(orders_cli::PROGRAM);
        let content = match format {
            "gif" => moving.to_gif(),
            _ => moving.to_apng(),
        };
        content.map_err(|error| refused(&error))
    })?;
    Ok(PyBytes::new(py, &content))
}
