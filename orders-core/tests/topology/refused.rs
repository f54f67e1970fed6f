//! What is no topology, and what does not fit one: each error once.

use orders_core::topology::{GraphLocalityAware, Norm, Topology, TopologyError, conflict_graph};
use orders_core::{
    Catalogue, Conformance, Grid, GroupSizes, MethodError, OrderingMethod, Parameters, Problem,
};
use petgraph::graph::UnGraph;

#[track_caller]
fn assert_error(actual: Result<Topology, TopologyError>, expected: TopologyError, text: &str) {
    let actual = actual.unwrap_err();
    assert_eq!(actual, expected);
    assert_eq!(actual.to_string(), text);
}

fn triangle(coordinates: [[f64; 2]; 3], edges: &[(u32, u32)]) -> Result<Topology, TopologyError> {
    Topology::from_coordinates(&coordinates, edges, Norm::Maximum)
}

const CORNERS: [[f64; 2]; 3] = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]];

#[test]
fn nodes() {
    assert_error(
        Topology::from_coordinates::<2>(&[], &[], Norm::Euclidean),
        TopologyError::NoNodes,
        "the topology has no nodes; it takes at least 1",
    );
    assert_error(
        Topology::lattice(Grid::new(1024, 1025).unwrap(), 1.0),
        TopologyError::TooManyNodes {
            nodes: 1_049_600,
            limit: 1_048_576,
        },
        "the topology has 1049600 nodes; at most 1048576 are allowed",
    );
    let edges = (0..4096).map(|node| (node, node + 1, 1.0));
    assert_error(
        Topology::from_graph(&UnGraph::<(), f64>::from_edges(edges)),
        TopologyError::TooManyNodes {
            nodes: 4097,
            limit: 4096,
        },
        "the topology has 4097 nodes; at most 4096 are allowed",
    );
    assert_error(
        triangle(CORNERS, &[(0, 1)]),
        TopologyError::Isolated { node: 2 },
        "node 2 has no neighbours; every node needs an edge (unless there is one node only)",
    );
    // One node alone is no mistake.
    assert!(Topology::from_coordinates(&[[5.0]], &[], Norm::Euclidean).is_ok());
}

#[test]
fn coordinates() {
    for value in [f64::INFINITY, 2e100] {
        assert_error(
            triangle([[0.0, 0.0], [1.0, value], [0.0, 1.0]], &[(0, 1), (1, 2)]),
            TopologyError::Coordinate {
                node: 1,
                axis: 1,
                value,
            },
            &format!("coordinate 1 of node 1 is {value}; coordinates go from -1e100 to 1e100"),
        );
    }
    assert!(matches!(
        triangle([[f64::NAN, 0.0], [1.0, 0.0], [0.0, 1.0]], &[(0, 1), (1, 2)]),
        Err(TopologyError::Coordinate { node: 0, axis: 0, value }) if value.is_nan()
    ));
    assert_error(
        triangle([[0.0, 0.0], [1.0, 0.0], [-0.0, 0.0]], &[(0, 1), (1, 2)]),
        TopologyError::DuplicateNodes {
            first: 0,
            second: 2,
        },
        "nodes 0 and 2 have the same coordinates; every node needs its own",
    );
}

#[test]
fn edges() {
    assert_error(
        triangle(CORNERS, &[(0, 1), (1, 3)]),
        TopologyError::UnknownNode { node: 3, nodes: 3 },
        "an edge ends at node 3, but the nodes go from 0 to 2",
    );
    assert_error(
        triangle(CORNERS, &[(0, 1), (2, 2)]),
        TopologyError::SelfLoop { node: 2 },
        "an edge joins node 2 with itself; edges join two different nodes",
    );
    assert_error(
        triangle(CORNERS, &[(0, 1), (1, 2), (1, 0)]),
        TopologyError::DuplicateEdge {
            first: 0,
            second: 1,
        },
        "two edges join nodes 0 and 1; there may be one",
    );
    // So close that its square is 0.
    assert_error(
        triangle([[0.0, 0.0], [1e-200, 0.0], [0.0, 1.0]], &[(0, 1), (1, 2)]),
        TopologyError::Length {
            first: 0,
            second: 1,
            length: 0.0,
        },
        "the edge between nodes 0 and 1 is 0 long; lengths go from 1e-100 to 1e100",
    );
    for length in [0.0, -1.0, f64::INFINITY, f64::NAN] {
        let graph = UnGraph::<(), f64>::from_edges([(0, 1, 1.0), (1, 2, length)]);
        assert!(matches!(
            Topology::from_graph(&graph),
            Err(TopologyError::Length {
                first: 1,
                second: 2,
                ..
            })
        ));
    }
}

#[test]
fn frame_distances() {
    let grid = Grid::video(2, 2, 2).unwrap();
    for frame_distance in [0.0, -1.0, 0.0009, 1e7, f64::INFINITY] {
        assert_error(
            Topology::lattice(grid, frame_distance),
            TopologyError::FrameDistance { frame_distance },
            &format!(
                "a frame distance of {frame_distance} is not allowed; it takes a number from 0.001 to 1000000 cells"
            ),
        );
    }
    assert!(Topology::lattice(grid, f64::NAN).is_err());
}

#[test]
fn problems_on_other_nodes() {
    let topology = triangle(CORNERS, &[(0, 1), (1, 2)]).unwrap();
    let sizes = GroupSizes::new([1, 3]).unwrap();
    let problem = Problem::new(Grid::new(2, 2).unwrap(), sizes).unwrap();
    let method = GraphLocalityAware::new(topology.clone(), 1.0, 1.0).unwrap();
    assert_eq!(
        method.order(&problem, 0, 0).unwrap_err().to_string(),
        "method graph-lpd can't order a 2x2 grid: the topology has 3 nodes, but the grid has 4 cells; there must be as many"
    );
    // As many cells, but other rows.
    let lattice = Topology::lattice(Grid::new(1, 4).unwrap(), 1.0).unwrap();
    let method = GraphLocalityAware::new(lattice.clone(), 1.0, 1.0).unwrap();
    assert_eq!(
        method.order(&problem, 0, 0).unwrap_err().to_string(),
        "method lpd can't order a 2x2 grid: its topology is a 1x4 lattice"
    );
    assert!(matches!(
        Conformance::on(lattice, &problem, 1.0, 1.0),
        Err(MethodError::Grid { .. })
    ));
}

#[test]
fn thresholds_and_radii() {
    let topology = triangle(CORNERS, &[(0, 1), (1, 2)]).unwrap();
    let sizes = GroupSizes::new([1, 2]).unwrap();
    let problem = Problem::new(Grid::new(1, 3).unwrap(), sizes).unwrap();

    for bad in [-0.5, f64::NAN] {
        let is_parameter = |error: MethodError| matches!(error, MethodError::Parameter { .. });
        for (tau, rho) in [(bad, 1.0), (1.0, bad)] {
            assert!(is_parameter(
                GraphLocalityAware::new(topology.clone(), tau, rho).unwrap_err()
            ));
            assert!(is_parameter(
                Conformance::on(topology.clone(), &problem, tau, rho).unwrap_err()
            ));
        }
        assert!(is_parameter(
            GraphLocalityAware::proximity_only(topology.clone(), bad).unwrap_err()
        ));
        assert!(matches!(
            conflict_graph(&topology, bad),
            Err(TopologyError::Radius { .. })
        ));
    }
}

#[test]
fn too_many_pairs() {
    let topology = Topology::lattice(Grid::new(1, 5794).unwrap(), 1.0).unwrap();
    assert_eq!(
        conflict_graph(&topology, f64::INFINITY)
            .unwrap_err()
            .to_string(),
        "there are more than 16777216 edges, which is the most that are allowed"
    );
}

#[test]
fn a_frame_distance_for_one_frame() {
    let parameters = Parameters::from([("frame-distance".into(), 2.0.into())]);
    for name in ["lpd", "proximity", "farthest"] {
        let error = Catalogue::standard()
            .method(name, Grid::new(4, 4).unwrap(), &parameters)
            .err()
            .unwrap();
        assert_eq!(
            error.to_string(),
            format!(
                "frame-distance of method {name} is 2; it takes a value on grids of several frames only, and 4x4 is one frame"
            )
        );
        let video = Catalogue::standard()
            .method(name, Grid::video(2, 4, 4).unwrap(), &parameters)
            .unwrap();
        assert_eq!(video.parameters()["frame-distance"], 2.0.into());
    }
    let zero = Parameters::from([("frame-distance".into(), 0.0.into())]);
    assert!(
        Catalogue::standard()
            .method("lpd", Grid::video(2, 4, 4).unwrap(), &zero)
            .is_err()
    );
}
