//! The methods that come with this crate, one entry each.

use super::methods::MethodEntry;
use super::parameters::{Arguments, ParameterEntry};
use crate::conformance::{Conformance, Replay};
use crate::lpd::LocalityAware;
use crate::method::MethodError;
use crate::methods::{
    Bayer, BinarySearch, Diagonal, Dus, Halton, Hierarchical, Hilbert, Morton, Random, Raster,
    RegionParallel, RowParallel, Snake, Spiral, SpiralCorner, SpiralDirection, Subsample,
};
use crate::parameter::{ParameterError, ParameterKind, ParameterValue};
use crate::problem::Problem;
use crate::topology::{GraphLocalityAware, Topology};

const PROXIMITY: &str = "proximity";
const REPULSION: &str = "repulsion";
const FRAME_DISTANCE: &str = "frame-distance";

pub(super) fn methods() -> Vec<MethodEntry> {
    let lpd = MethodEntry::new(
        "lpd",
        "close to what is generated, far from its own members",
        |arguments| {
            let (proximity, repulsion) =
                (arguments.number(PROXIMITY)?, arguments.number(REPULSION)?);
            Ok(match video_topology(arguments)? {
                Some(video) => Box::new(GraphLocalityAware::new(video, proximity, repulsion)?),
                None => Box::new(LocalityAware::new(proximity, repulsion)?),
            })
        },
    )
    .from_source("LPD, arXiv 2507.01957")
    .with_parameter(proximity())
    .with_parameter(repulsion())
    .with_parameter(frame_distance())
    .random()
    .for_video()
    .for_graphs(|arguments, topology| {
        Ok(Box::new(GraphLocalityAware::new(
            topology,
            arguments.number(PROXIMITY)?,
            arguments.number(REPULSION)?,
        )?))
    })
    .with_replay(replay);

    let proximity_only = MethodEntry::new(
        PROXIMITY,
        "LPD's principle 1 alone: close to what is generated",
        |arguments| {
            let proximity = arguments.number(PROXIMITY)?;
            Ok(match video_topology(arguments)? {
                Some(video) => Box::new(GraphLocalityAware::proximity_only(video, proximity)?),
                None => Box::new(LocalityAware::proximity_only(proximity)?),
            })
        },
    )
    .from_source("LPD, arXiv 2507.01957, ablation")
    .with_parameter(proximity())
    .with_parameter(frame_distance())
    .random()
    .for_video()
    .for_graphs(|arguments, topology| {
        let proximity = arguments.number(PROXIMITY)?;
        Ok(Box::new(GraphLocalityAware::proximity_only(
            topology, proximity,
        )?))
    })
    .with_replay(replay);

    let farthest = MethodEntry::new(
        "farthest",
        "LPD's principle 2 alone: farthest points in every group",
        |arguments| {
            Ok(match video_topology(arguments)? {
                Some(video) => Box::new(GraphLocalityAware::farthest_points(video)),
                None => Box::new(LocalityAware::farthest_points()),
            })
        },
    )
    .from_source("LPD, arXiv 2507.01957, ablation")
    .with_parameter(frame_distance())
    .random()
    .for_video()
    .for_graphs(|_, topology| Ok(Box::new(GraphLocalityAware::farthest_points(topology))));

    let raster = MethodEntry::new("raster", "row by row", |_| Ok(Box::new(Raster)))
        .from_source("LlamaGen, arXiv 2406.06525")
        .for_video()
        .for_graphs(|_, _| Ok(Box::new(Raster)));

    let random = MethodEntry::new(
        "random",
        "a uniform random permutation for each order",
        |arguments| Ok(Box::new(Random::in_batches_of(arguments.whole("batch")?)?)),
    )
    .from_source("MAR, arXiv 2406.11838; RandAR, arXiv 2412.01827; ARPG, arXiv 2503.10568")
    .with_parameter(ParameterEntry::whole(
        "batch",
        "consecutive orders that share one permutation, as ARPG's batches do",
        1,
    ))
    .random()
    .for_video()
    .for_graphs(|arguments, _| Ok(Box::new(Random::in_batches_of(arguments.whole("batch")?)?)));

    let halton = MethodEntry::new("halton", "first visits of a Halton sequence", |arguments| {
        Ok(Box::new(Halton {
            rotate: arguments.flag("rotate")?,
            roll: arguments.flag("roll")?,
            scramble: arguments.flag("scramble")?,
        }))
    })
    .from_source("Halton-MaskGIT, arXiv 2503.17076")
    .with_parameter(ParameterEntry::flag(
        "rotate",
        "begin the list of cells of each order at a random place (the released program's option)",
    ))
    .with_parameter(ParameterEntry::flag(
        "roll",
        "shift each order cyclically in space, by random numbers of rows and columns",
    ))
    .with_parameter(ParameterEntry::flag(
        "scramble",
        "permute the digits of each order's points at random",
    ))
    .for_video();

    let snake = MethodEntry::new("snake", "rows forwards and backwards in turn", |_| {
        Ok(Box::new(Snake))
    })
    .from_source("VQGAN, arXiv 2012.09841, appendix")
    .for_video();

    let diagonal = MethodEntry::new("diagonal", "anti-diagonals", |arguments| {
        Ok(Box::new(Diagonal::delayed(arguments.whole("delay")?)?))
    })
    .from_source("NAR, arXiv 2503.10696; DiagD, arXiv 2503.14070")
    .with_parameter(ParameterEntry::whole(
        "delay",
        "steps from the start of a frame to that of the next (video only); the height is DiagD",
        1,
    ))
    .with_own_sizes()
    .for_video();

    let region_parallel = MethodEntry::new(
        "region-parallel",
        "the same place of all regions at once",
        |arguments| Ok(Box::new(RegionParallel::new(arguments.whole("regions")?)?)),
    )
    .from_source("PAR, arXiv 2412.15119")
    .with_parameter(
        ParameterEntry::whole("regions", "regions in each direction, M: M x M in all", 1)
            .or_by_grid("4, or the shorter side if that is less", |grid| {
                Some(f64::from(RegionParallel::default_regions(grid)).into())
            }),
    )
    .with_own_sizes()
    .for_video();

    let row_parallel = MethodEntry::new(
        "row-parallel",
        "each row starts when the row above has some cells",
        |arguments| Ok(Box::new(RowParallel::new(arguments.whole("window")?)?)),
    )
    .from_source("ZipAR, arXiv 2412.04062")
    .with_parameter(
        ParameterEntry::whole(
            "window",
            "cells that the row above has when a row starts",
            1,
        )
        .or_by_grid("a third of the width, rounded up", |grid| {
            Some(f64::from(RowParallel::default_window(grid)).into())
        }),
    )
    .with_own_sizes()
    .for_video();

    let hierarchical = MethodEntry::new(
        "hierarchical",
        "even rows and columns first, each part at random",
        |_| Ok(Box::new(Hierarchical)),
    )
    .from_source("RandAR, arXiv 2412.01827, resolution extrapolation")
    .random()
    .for_video();

    let bayer = MethodEntry::new(
        "bayer",
        "twice as many cells in every step, never two neighbours",
        |_| Ok(Box::new(Bayer)),
    )
    .with_alias("dilated")
    .from_source("Bayer, 1973; DUS, arXiv 2506.19037, on a plane")
    .with_own_sizes()
    .for_video();

    let dus = MethodEntry::new(
        "dus",
        "blocks of the raster line, each from far places to near ones",
        |arguments| {
            let (block, base) = (arguments.whole("block")?, arguments.whole("base")?);
            Ok(Box::new(Dus::new(block, base)?))
        },
    )
    .from_source("DUS, arXiv 2506.19037")
    .with_parameter(ParameterEntry::whole("block", "cells of a block, B", 1).or(32.0))
    .with_parameter(ParameterEntry::whole(
        "base",
        "how many times smaller the next stride is, a",
        2,
    ))
    .with_own_sizes()
    .for_video();

    let binary_search = MethodEntry::new(
        "binary-search",
        "the middle of the raster line, then those of its halves, and so on",
        |_| Ok(Box::new(BinarySearch)),
    )
    .from_source("the search in a sorted list")
    .with_own_sizes()
    .for_video();

    let subsample = MethodEntry::new(
        "subsample",
        "every other row and column, each quarter in the same way",
        |_| Ok(Box::new(Subsample)),
    )
    .from_source("VQGAN, arXiv 2012.09841, appendix")
    .for_video();

    let spiral = MethodEntry::new(
        "spiral",
        "around the edge, inwards or outwards",
        |arguments| {
            let direction = match &*arguments.word("direction")? {
                "out" => SpiralDirection::Out,
                _ => SpiralDirection::In,
            };
            let corner = match &*arguments.word("corner")? {
                "lower-right" => SpiralCorner::LowerRight,
                _ => SpiralCorner::UpperLeft,
            };
            Ok(Box::new(Spiral::new(direction).at(corner)))
        },
    )
    .from_source("VQGAN, arXiv 2012.09841, appendix")
    .with_parameter(ParameterEntry::one_of(
        "direction",
        "to the middle or from the middle",
        &["in", "out"],
    ))
    .with_parameter(ParameterEntry::one_of(
        "corner",
        "where the outer end is; lower-right turns left, as the released program does",
        &["upper-left", "lower-right"],
    ));

    let hilbert = MethodEntry::new("hilbert", "along a Hilbert curve", |_| {
        Ok(Box::new(Hilbert))
    })
    .from_source("Hilbert, 1891")
    .for_video();

    let morton = MethodEntry::new(
        "morton",
        "by the interleaved bits of row and column",
        |_| Ok(Box::new(Morton)),
    )
    .from_source("Morton, 1966; VQGAN, arXiv 2012.09841, appendix")
    .for_video();

    vec![
        lpd,
        proximity_only,
        farthest,
        raster,
        random,
        halton,
        snake,
        diagonal,
        region_parallel,
        row_parallel,
        hierarchical,
        bayer,
        dus,
        binary_search,
        subsample,
        spiral,
        hilbert,
        morton,
    ]
}

pub(super) fn proximity() -> ParameterEntry {
    let summary = "proximity threshold tau: cells with at least this score are near";
    ParameterEntry::number(PROXIMITY, summary, 0.0).or(LocalityAware::DEFAULT_PROXIMITY)
}

pub(super) fn repulsion() -> ParameterEntry {
    let summary = "repulsion threshold rho: cells this close are not generated together";
    let words = "2 at 16x16, 4 at 32x32, else an eighth of the grid's side";
    ParameterEntry::number(REPULSION, summary, 0.0).or_by_grid(words, |grid| {
        Some(LocalityAware::default_repulsion(grid).into())
    })
}

fn frame_distance() -> ParameterEntry {
    let range = ParameterKind::NumberBetween(
        Topology::SMALLEST_FRAME_DISTANCE,
        Topology::LARGEST_FRAME_DISTANCE,
    );
    let summary = "how many cells a frame counts in all distances (video only)";
    // On one frame it would say nothing.
    ParameterEntry::new(FRAME_DISTANCE, summary, range, 1.0)
        .or_by_grid("1", |grid| (grid.frames() > 1).then(|| 1.0.into()))
}

/// What LPD and its parts order a grid of several frames on; none for one frame.
fn video_topology(arguments: &Arguments<'_>) -> Result<Option<Topology>, MethodError> {
    let distance = arguments.get(FRAME_DISTANCE);
    let Some(distance) = distance.and_then(ParameterValue::number) else {
        return Ok(None);
    };
    let (method, grid) = (arguments.name().to_owned(), arguments.grid());
    if grid.frames() == 1 {
        return Err(MethodError::Parameter(ParameterError::Value {
            of: format!("method {method}"),
            parameter: FRAME_DISTANCE.into(),
            value: distance.into(),
            allowed: format!("a value on grids of several frames only, and {grid} is one frame"),
        }));
    }
    let topology = Topology::lattice(grid, distance).map_err(|error| MethodError::Grid {
        method,
        grid,
        reason: error.to_string(),
    });
    topology.map(Some)
}

/// The rules of LPD, and of its first principle, which is LPD without repulsion.
fn replay(arguments: &Arguments<'_>, problem: &Problem) -> Result<Box<dyn Replay>, MethodError> {
    let proximity = arguments.number(PROXIMITY)?;
    let repulsion = arguments.get(REPULSION).and_then(ParameterValue::number);
    let repulsion = repulsion.unwrap_or(0.0);
    Ok(Box::new(match video_topology(arguments)? {
        Some(video) => Conformance::on(video, problem, proximity, repulsion)?,
        None => Conformance::new(problem, proximity, repulsion)?,
    }))
}
