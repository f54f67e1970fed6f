//! The methods, one entry each, and how they are made.

use super::MethodEntry;
use super::parameters::{
    DEFAULT_PROXIMITY, DIRECTION, FRAME_DISTANCE, PROXIMITY, REGIONS, REPULSION, ROLL, SCRAMBLE,
    WINDOW, default_regions, default_repulsion, default_window,
};
use crate::grid::Grid;
use crate::lpd::LocalityAware;
use crate::method::MethodError;
use crate::methods::{
    Diagonal, Dilated, Halton, Hierarchical, Hilbert, Morton, Random, Raster, RegionParallel,
    RowParallel, Snake, Spiral, SpiralDirection,
};
use crate::parameter::{ParameterValue, Parameters};
use crate::topology::{GraphLocalityAware, Topology};

pub(super) static METHODS: [MethodEntry; 15] = [
    MethodEntry {
        name: "lpd",
        summary: "close to what is generated, far from its own members",
        parameters: &[PROXIMITY, REPULSION, FRAME_DISTANCE],
        is_random: true,
        has_own_sizes: false,
        is_for_video: true,
        source: "LPD, arXiv 2507.01957",
        build: |grid, parameters| {
            let proximity = number(parameters, "proximity").unwrap_or(DEFAULT_PROXIMITY);
            let repulsion = number(parameters, "repulsion");
            let repulsion = repulsion.unwrap_or_else(|| default_repulsion(grid));
            Ok(match video_topology("lpd", grid, parameters)? {
                Some(video) => Box::new(GraphLocalityAware::new(video, proximity, repulsion)?),
                None => Box::new(LocalityAware::new(proximity, repulsion)?),
            })
        },
    },
    MethodEntry {
        name: "proximity",
        summary: "LPD's principle 1 alone: close to what is generated",
        parameters: &[PROXIMITY, FRAME_DISTANCE],
        is_random: true,
        has_own_sizes: false,
        is_for_video: true,
        source: "LPD, arXiv 2507.01957, ablation",
        build: |grid, parameters| {
            let proximity = number(parameters, "proximity").unwrap_or(DEFAULT_PROXIMITY);
            Ok(match video_topology("proximity", grid, parameters)? {
                Some(video) => Box::new(GraphLocalityAware::proximity_only(video, proximity)?),
                None => Box::new(LocalityAware::proximity_only(proximity)?),
            })
        },
    },
    MethodEntry {
        name: "farthest",
        summary: "LPD's principle 2 alone: farthest points in every group",
        parameters: &[FRAME_DISTANCE],
        is_random: true,
        has_own_sizes: false,
        is_for_video: true,
        source: "LPD, arXiv 2507.01957, ablation",
        build: |grid, parameters| {
            Ok(match video_topology("farthest", grid, parameters)? {
                Some(video) => Box::new(GraphLocalityAware::farthest_points(video)),
                None => Box::new(LocalityAware::farthest_points()),
            })
        },
    },
    MethodEntry {
        name: "raster",
        summary: "row by row",
        parameters: &[],
        is_random: false,
        has_own_sizes: false,
        is_for_video: true,
        source: "LlamaGen, arXiv 2406.06525",
        build: |_, _| Ok(Box::new(Raster)),
    },
    MethodEntry {
        name: "random",
        summary: "a uniform random permutation for each order",
        parameters: &[],
        is_random: true,
        has_own_sizes: false,
        is_for_video: true,
        source: "MAR, arXiv 2406.11838; RandAR, arXiv 2412.01827",
        build: |_, _| Ok(Box::new(Random)),
    },
    MethodEntry {
        name: "halton",
        summary: "first visits of a Halton sequence",
        parameters: &[ROLL, SCRAMBLE],
        is_random: false,
        has_own_sizes: false,
        is_for_video: true,
        source: "Halton-MaskGIT, arXiv 2503.17076",
        build: |_, parameters| {
            let flag = |name| parameters.get(name).and_then(ParameterValue::flag);
            Ok(Box::new(Halton {
                roll: flag("roll").unwrap_or(false),
                scramble: flag("scramble").unwrap_or(false),
            }))
        },
    },
    MethodEntry {
        name: "snake",
        summary: "rows forwards and backwards in turn",
        parameters: &[],
        is_random: false,
        has_own_sizes: false,
        is_for_video: true,
        source: "VQGAN, arXiv 2012.09841, appendix",
        build: |_, _| Ok(Box::new(Snake)),
    },
    MethodEntry {
        name: "diagonal",
        summary: "anti-diagonals",
        parameters: &[],
        is_random: false,
        has_own_sizes: true,
        is_for_video: true,
        source: "NAR, arXiv 2503.10696",
        build: |_, _| Ok(Box::new(Diagonal)),
    },
    MethodEntry {
        name: "region-parallel",
        summary: "the same place of all regions at once",
        parameters: &[REGIONS],
        is_random: false,
        has_own_sizes: true,
        is_for_video: true,
        source: "PAR, arXiv 2412.15119",
        build: |grid, parameters| {
            let regions = whole(parameters, "regions").unwrap_or_else(|| default_regions(grid));
            Ok(Box::new(RegionParallel::new(regions)?))
        },
    },
    MethodEntry {
        name: "row-parallel",
        summary: "each row starts when the row above has some cells",
        parameters: &[WINDOW],
        is_random: false,
        has_own_sizes: true,
        is_for_video: true,
        source: "ZipAR, arXiv 2412.04062",
        build: |grid, parameters| {
            let window = whole(parameters, "window").unwrap_or_else(|| default_window(grid));
            Ok(Box::new(RowParallel::new(window)?))
        },
    },
    MethodEntry {
        name: "hierarchical",
        summary: "even rows and columns first, each part at random",
        parameters: &[],
        is_random: true,
        has_own_sizes: false,
        is_for_video: true,
        source: "RandAR, arXiv 2412.01827, resolution extrapolation",
        build: |_, _| Ok(Box::new(Hierarchical)),
    },
    MethodEntry {
        name: "dilated",
        summary: "twice as many cells in every step, never two neighbours",
        parameters: &[],
        is_random: false,
        has_own_sizes: true,
        is_for_video: true,
        source: "DUS, arXiv 2506.19037, on a plane",
        build: |_, _| Ok(Box::new(Dilated)),
    },
    MethodEntry {
        name: "spiral",
        summary: "around the edge, inwards or outwards",
        parameters: &[DIRECTION],
        is_random: false,
        has_own_sizes: false,
        is_for_video: false,
        source: "VQGAN, arXiv 2012.09841, appendix",
        build: |_, parameters| {
            let direction = match parameters.get("direction").and_then(ParameterValue::word) {
                Some("out") => SpiralDirection::Out,
                _ => SpiralDirection::In,
            };
            Ok(Box::new(Spiral::new(direction)))
        },
    },
    MethodEntry {
        name: "hilbert",
        summary: "along a Hilbert curve",
        parameters: &[],
        is_random: false,
        has_own_sizes: false,
        is_for_video: true,
        source: "Hilbert, 1891",
        build: |_, _| Ok(Box::new(Hilbert)),
    },
    MethodEntry {
        name: "morton",
        summary: "by the interleaved bits of row and column",
        parameters: &[],
        is_random: false,
        has_own_sizes: false,
        is_for_video: true,
        source: "Morton, 1966; VQGAN, arXiv 2012.09841, appendix",
        build: |_, _| Ok(Box::new(Morton)),
    },
];

fn number(parameters: &Parameters, name: &str) -> Option<f64> {
    parameters.get(name).and_then(ParameterValue::number)
}

/// A number that is whole and fits, because its kind says so.
fn whole(parameters: &Parameters, name: &str) -> Option<u32> {
    number(parameters, name).map(|number| number as u32)
}

/// What LPD and its parts order a grid of several frames on; none for one
/// frame, where a frame distance would say nothing.
fn video_topology(
    method: &str,
    grid: Grid,
    parameters: &Parameters,
) -> Result<Option<Topology>, MethodError> {
    let frame_distance = number(parameters, FRAME_DISTANCE.name);
    if grid.frames() > 1 {
        let topology = Topology::lattice(grid, frame_distance.unwrap_or(1.0));
        return topology.map(Some).map_err(|error| MethodError::Grid {
            method: method.into(),
            grid,
            reason: error.to_string(),
        });
    }
    match frame_distance {
        None => Ok(None),
        Some(value) => Err(MethodError::Parameter {
            method: method.into(),
            parameter: FRAME_DISTANCE.name.into(),
            value: value.into(),
            allowed: format!("a value on grids of several frames only, and {grid} is one frame"),
        }),
    }
}
