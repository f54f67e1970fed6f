//! Writes a figure of every kind into a folder: `gallery FOLDER`.

use std::env;
use std::error::Error;
use std::path::Path;

use orders_core::methods::{Halton, Random, Raster};
use orders_core::{
    FirstGroup, Grid, GroupSizes, KnownCells, LocalityAware, Order, OrderingMethod, Problem, Shape,
};
use orders_figures::{
    AnimationOptions, Axis, Better, BoxPlot, Chart, Difference, Figure, HeatMap, Look, Panel,
    ScatterPoint, Series, SheetOptions, StepsShown, Theme, animation, box_plots, differences,
    group_sizes_chart, heat_map, line_chart, line_panels, order_map, order_map_subtitle, scatter,
    sheet, small_multiples,
};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("give the folder to write to")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let save = |name: &str, figure: &Figure| -> Result<(), Box<dyn Error>> {
        std::fs::write(folder.join(format!("{name}.png")), figure.to_png())?;
        std::fs::write(folder.join(format!("{name}.svg")), figure.to_svg())?;
        std::fs::write(folder.join(format!("{name}.pdf")), figure.to_pdf())?;
        Ok(())
    };

    let grid = Grid::new(16, 16)?;
    let problem = cosine(KnownCells::none(grid), 20)?;
    let lpd = LocalityAware::new(1.0, 2.0)?.order(&problem, 0, 0)?;
    let subtitle = order_map_subtitle(&lpd, "order 0 of seed 0");
    save(
        "order_map",
        &order_map(&lpd, "lpd, 16x16, 20 steps", &subtitle)?,
    )?;
    let column = Look::new(Theme::Paper).with_width("3.25in".parse()?);
    save(
        "order_map_paper",
        &column.order_map(&lpd, "lpd", &subtitle)?,
    )?;
    save(
        "steps",
        &small_multiples(&lpd, &[], "lpd, 16x16, 20 steps", "")?,
    )?;

    let known = KnownCells::new(grid, (0..64).chain((4..12).map(|row| row * 16 + 15)))?;
    let known = LocalityAware::new(1.0, 2.0)?.order(&cosine(known, 12)?, 0, 0)?;
    save(
        "order_map_known",
        &order_map(&known, "Outpainting", "order 0")?,
    )?;
    save(
        "steps_known",
        &small_multiples(&known, &[1, 3, 6, 9, 12], "Outpainting", "")?,
    )?;
    let video = cosine(KnownCells::none(Grid::video(6, 12, 16)?), 24)?;
    let video = Random::default().order(&video, 0, 0)?;
    save(
        "order_map_video",
        &order_map(&video, "random, 6 frames of 12x16", "")?,
    )?;

    let orders = contact_orders(&problem)?;
    let panels: Vec<Panel<'_>> = orders.iter().map(|(l, o)| Panel::new(l, o)).collect();
    let title = |title: &str| SheetOptions {
        title: title.into(),
        subtitle: "16x16 cells in 20 steps; colour and number: step of generation".into(),
        ..SheetOptions::default()
    };
    save("contact_sheet", &sheet(&panels, &title("Fifteen orders"))?)?;
    let whole = SheetOptions {
        steps: StepsShown::Spread(6),
        sizes: true,
        ..title("Four methods")
    };
    save("sheet", &sheet(&panels[..4], &whole)?)?;
    let mixed = [
        Panel::new("20 steps", &lpd),
        Panel::new("12 steps, known cells", &known),
    ];
    let with_sizes = SheetOptions {
        sizes: true,
        subtitle: "16x16 cells; colour and number: step of generation".into(),
        ..title("Unlike step counts")
    };
    save("sheet_mixed", &sheet(&mixed, &with_sizes)?)?;

    let shapes = [
        ("cosine", Shape::Cosine),
        ("arccos", Shape::Arccos),
        ("uniform", Shape::Uniform),
    ];
    let lists: Vec<(&str, GroupSizes)> = shapes
        .iter()
        .map(|(name, shape)| Ok((*name, shape.group_sizes(256, 20, FirstGroup::One)?)))
        .collect::<Result<_, orders_core::ShapeError>>()?;
    let lists: Vec<(&str, &GroupSizes)> = lists.iter().map(|(l, s)| (*l, s)).collect();
    save(
        "group_sizes",
        &group_sizes_chart(&lists, "Group sizes", "256 cells in 20 steps")?,
    )?;

    charts(save)?;

    let short = Raster.order(&cosine(KnownCells::none(grid), 12)?, 0, 0)?;
    let pair = [
        Panel::new("lpd, 20 steps", &lpd),
        Panel::new("raster, 12 steps", &short),
    ];
    let options = AnimationOptions {
        title: "Two orders being generated".into(),
        ..AnimationOptions::default()
    };
    let moving = animation(&pair, &options)?;
    std::fs::write(folder.join("animation.gif"), moving.to_gif()?)?;
    std::fs::write(folder.join("animation.apng"), moving.to_apng()?)?;
    save("animation_frame", &moving.frame(14)?)
}

/// Charts of made-up values.
fn charts(
    save: impl Fn(&str, &Figure) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let series: Vec<Series> = ["lpd", "halton", "random", "raster"]
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let points: Vec<(f64, f64)> = [4, 8, 16, 32, 64, 128, 256]
                .iter()
                .map(|&steps| {
                    let steps = f64::from(steps);
                    (steps, 2.0 + (3.0 + index as f64) / steps.sqrt())
                })
                .collect();
            let band: Vec<_> = points.iter().map(|&(_, y)| (0.93 * y, 1.08 * y)).collect();
            Series::new(*name, points).with_band(band)
        })
        .collect();
    let chart = Chart::new(
        "Made-up loss",
        Axis::log("steps"),
        Axis::linear("loss (nats)"),
    )
    .with_subtitle("line: mean of 5 seeds; band: 95% interval");
    save("line_chart", &line_chart(&chart, &series)?)?;
    let column = Look::new(Theme::Paper).with_width("3.25in".parse()?);
    save("line_chart_paper", &column.line_chart(&chart, &series)?)?;
    let panels: Vec<(String, Vec<Series>)> = ["16x16", "24x24", "32x32"]
        .iter()
        .enumerate()
        .map(|(index, grid)| ((*grid).to_owned(), series[..4 - index].to_vec()))
        .collect();
    save("line_panels", &line_panels(&chart, &panels)?)?;
    let far = Series::new("far off", [(4.0, 60.0), (32.0, 21.0), (256.0, 2.5)]);
    let clipped = Chart {
        y: chart.y.clone().clipped(),
        ..chart
    };
    let series: Vec<Series> = series.into_iter().chain([far]).collect();
    save("line_chart_clipped", &line_chart(&clipped, &series)?)?;

    let rows: Vec<Difference> = [
        ("lpd", -0.31),
        ("halton", -0.12),
        ("poisson", 0.02),
        ("raster", 0.4),
    ]
    .iter()
    .map(|&(name, value)| Difference::new(name, value, (value - 0.07, value + 0.05)))
    .collect();
    let axis = Axis::linear("difference in loss (nats)");
    let figure = differences(
        "Against random orders",
        "95 % intervals",
        &axis,
        "random",
        &rows,
    )?;
    save("differences", &figure)?;

    let points: Vec<ScatterPoint> = (0..24)
        .map(|index| {
            let steps = 4.0 * 1.2_f64.powi(index);
            let wobble = f64::from(index * 7 % 11) / 6.0;
            ScatterPoint::new(
                format!("method {index}"),
                steps,
                1.5 + 12.0 / steps.sqrt() + wobble,
            )
            .in_group(["lpd", "other"][index as usize % 2])
        })
        .collect();
    let chart = Chart::new(
        "Made-up cost and quality",
        Axis::log("steps"),
        Axis::linear("FID"),
    );
    save(
        "scatter",
        &scatter(&chart, &points, Some((Better::Lower, Better::Lower)))?,
    )?;

    let values = (0..48)
        .map(|i| (i != 17).then_some(f64::from(i * i % 97) / 7.0))
        .collect();
    save(
        "heat_map",
        &heat_map(&HeatMap {
            title: "Made-up total correlation".into(),
            subtitle: "each field: mean of 100 orders".into(),
            x_label: "repulsion (cells)".into(),
            y_label: "steps".into(),
            value: Axis::linear("total correlation (nats)"),
            columns: (1..=8).map(|i| i.to_string()).collect(),
            rows: [8, 12, 16, 20, 32, 48].map(|i| i.to_string()).to_vec(),
            values,
            best: Some(Better::Lower),
        })?,
    )?;

    let boxes: Vec<BoxPlot> = [
        "lpd",
        "halton",
        "random",
        "raster",
        "a name that is far too long",
    ]
    .iter()
    .enumerate()
    .map(|(index, name)| {
        let value = |i: u32| f64::from(i * 37 % 53) / 20.0 + index as f64 + f64::from(i / 39) * 3.0;
        BoxPlot::new(*name, (0..40).map(value).collect::<Vec<_>>())
    })
    .collect();
    let figure = box_plots(
        "Made-up spread",
        "40 seeds each",
        &Axis::linear("loss (nats)"),
        &boxes,
    )?;
    save("box_plots", &figure)
}

fn cosine(known: KnownCells, steps: usize) -> Result<Problem, Box<dyn Error>> {
    let sizes = Shape::Cosine.group_sizes(known.free_count(), steps, FirstGroup::One)?;
    Ok(Problem::with_known(known, sizes)?)
}

fn contact_orders(problem: &Problem) -> Result<Vec<(String, Order)>, Box<dyn Error>> {
    let mut orders = vec![
        (
            "lpd".to_owned(),
            LocalityAware::new(1.0, 2.0)?.order(problem, 0, 0)?,
        ),
        ("halton".into(), Halton::default().order(problem, 0, 0)?),
        ("random".into(), Random::default().order(problem, 0, 0)?),
        ("raster".into(), Raster.order(problem, 0, 0)?),
    ];
    for index in 0..11_u32 {
        let repulsion = f64::from(index) / 2.0;
        let label = format!("lpd, repulsion {repulsion}");
        orders.push((
            label,
            LocalityAware::new(1.0, repulsion)?.order(problem, 0, 0)?,
        ));
    }
    Ok(orders)
}
