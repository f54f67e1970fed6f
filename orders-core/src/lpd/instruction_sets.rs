//! Tests that every instruction set gives the same orders.

use pulp::Arch;

use super::generator::Generator;
use super::groups::Groups;
use super::proximity::{EightNeighbours, NoProximity, Proximity, ProximityState};
use super::thresholds::{Chebyshev, Threshold};
use super::{FarthestPoints, Fill, LocalityAware};
use crate::method::{OrderGenerator, OrderingMethod};
use crate::problem::Problem;
use crate::random::OrderRng;
use crate::shape::{FirstGroup, Shape};
use crate::{Cell, Grid};

/// Those that this machine has, the plain one first.
pub(super) fn available() -> Vec<Arch> {
    #[cfg_attr(
        not(target_arch = "x86_64"),
        expect(unused_mut, reason = "there is none to add")
    )]
    let mut all = vec![Arch::Scalar];
    #[cfg(target_arch = "x86_64")]
    {
        all.extend(pulp::x86::V3::try_new().map(Arch::V3));
        all.extend(pulp::x86::V4::try_new().map(Arch::V4));
    }
    all
}

const THRESHOLDS: [(f64, f64); 4] = [(1.0, 2.0), (1.0, 0.0), (0.0, 4.0), (7.0, 0.0)];

fn generator<P: Proximity>(
    arch: Arch,
    proximity: &P,
    (proximity_threshold, repulsion_threshold): (f64, f64),
    problem: &Problem,
) -> Generator<impl ProximityState + use<P>, Threshold, super::FarthestPointsState> {
    let grid = problem.grid();
    let groups = Groups::new(
        grid,
        proximity.state(grid),
        Threshold {
            proximity_threshold,
        },
        &Chebyshev {
            repulsion_threshold,
        },
        FarthestPoints.state(grid),
    );
    Generator::new(problem, groups).on(arch)
}

fn orders(generator: &mut dyn OrderGenerator, count: u64) -> Vec<Cell> {
    let mut cells = Vec::new();
    for index in 0..count {
        let mut order = Vec::new();
        generator.generate(&mut OrderRng::new(8, index), &mut order);
        cells.extend(order);
    }
    cells
}

fn problem(height: u32, width: u32, steps: usize) -> Problem {
    let grid = Grid::new(height, width).unwrap();
    let sizes = Shape::Cosine.group_sizes(grid.cells(), steps, FirstGroup::One);
    Problem::new(grid, sizes.unwrap()).unwrap()
}

#[test]
fn every_instruction_set_gives_the_same_orders() {
    for (height, width, steps, count) in [
        (16, 16, 20, 50),
        (32, 32, 48, 10),
        (7, 45, 12, 20),
        (1, 33, 9, 20),
        (50, 1, 9, 20),
        (17, 15, 3, 20),
        // With distances of 32 bits.
        (3, 260, 40, 4),
    ] {
        let problem = problem(height, width, steps);
        for thresholds in THRESHOLDS {
            let method = LocalityAware::new(thresholds.0, thresholds.1).unwrap();
            let as_used = orders(&mut *method.generator(&problem).unwrap(), count);
            for arch in available() {
                let mut one = generator(arch, &EightNeighbours, thresholds, &problem);
                let made = orders(&mut one, count);
                assert!(made == as_used, "{arch:?} {problem:?} {thresholds:?}");
            }
            let mut plain = generator(Arch::Scalar, &NoProximity, thresholds, &problem);
            let expected = orders(&mut plain, count);
            for arch in available() {
                let mut one = generator(arch, &NoProximity, thresholds, &problem);
                assert!(orders(&mut one, count) == expected, "{arch:?} {problem:?}");
            }
        }
    }
}
