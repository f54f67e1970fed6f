//! Fields whose sums are known, and what must hold on grids too large to enumerate.

use orders_analysis::discrete::{PottsField, PottsParams};
use orders_core::{Cell, Grid, OrderRng};

fn field(height: u32, width: u32, text: &str) -> PottsField {
    PottsField::new(Grid::new(height, width).unwrap(), text.parse().unwrap()).unwrap()
}

/// On a line, neighbours are equal or not independently of each other.
#[test]
fn a_line_is_a_chain() {
    for (height, width) in [(1, 300), (300, 1)] {
        for (colours, coupling) in [(2, 0.7), (5, -1.3), (9, 10.0)] {
            let field = field(height, width, &format!("potts:{colours}:{coupling}"));
            let free = vec![None; 300];
            let equal = f64::exp(coupling) / (f64::exp(coupling) + f64::from(colours) - 1.0);
            let other = (1.0 - equal) / (f64::from(colours) - 1.0);
            let of_pair = -equal * equal.ln() - (1.0 - equal) * other.ln();
            let expected = f64::from(colours).ln() + 299.0 * of_pair;
            let entropy = field.entropy(&free).unwrap();
            assert!(
                (entropy - expected).abs() < 1e-9 * expected,
                "{entropy} {expected}"
            );
            let alike = field.log_probability(&[0; 300]).unwrap();
            let expected = -f64::from(colours).ln() + 299.0 * equal.ln();
            assert!((alike - expected).abs() < 1e-9 * (1.0 + expected.abs()));
        }
    }
}

/// A coupling of 0 makes cells independent, with the bias as their logit.
#[test]
fn without_coupling_cells_are_independent() {
    let field = field(8, 8, "potts:3:0:bias=1.5");
    let mut settled = vec![None; 64];
    settled[10] = Some(2);
    let favoured = 1.5_f64.exp() / (1.5_f64.exp() + 2.0);
    let rows = field.distributions(&settled).unwrap();
    for (cell, row) in rows.chunks(3).enumerate() {
        let expected = match cell {
            10 => [0.0, 0.0, 1.0],
            _ => [favoured, (1.0 - favoured) / 2.0, (1.0 - favoured) / 2.0],
        };
        assert!(row.iter().zip(expected).all(|(p, q)| (p - q).abs() < 1e-13));
    }
    assert!(field.total_correlation(&settled, &[0, 1, 2, 8]).unwrap() < 1e-13);
}

/// Rows and columns change places, and so do the images.
#[test]
fn a_transposed_grid_has_the_same_field() {
    let (wide, tall) = (
        field(5, 9, "potts:3:1.01:bias=0.1"),
        field(9, 5, "potts:3:1.01:bias=0.1"),
    );
    let transposed = |cell: Cell| (cell % 9) * 5 + cell / 9;
    let mut rng = OrderRng::new(4, 0);
    for _ in 0..3 {
        let image = wide.sample(&[None; 45], &mut rng).unwrap();
        let mut of_wide = vec![None; 45];
        let mut of_tall = vec![None; 45];
        for cell in (0..45).filter(|cell| cell % 4 == 1) {
            of_wide[cell as usize] = Some(image[cell as usize]);
            of_tall[transposed(cell) as usize] = Some(image[cell as usize]);
        }
        let entropy = (
            wide.entropy(&of_wide).unwrap(),
            tall.entropy(&of_tall).unwrap(),
        );
        assert!((entropy.0 - entropy.1).abs() < 1e-10, "{entropy:?}");
        let rows = (
            wide.distributions(&of_wide).unwrap(),
            tall.distributions(&of_tall).unwrap(),
        );
        for cell in 0..45 {
            let other = transposed(cell) as usize;
            for colour in 0..3 {
                let (a, b) = (
                    rows.0[cell as usize * 3 + colour],
                    rows.1[other * 3 + colour],
                );
                assert!((a - b).abs() < 1e-12);
            }
        }
    }
}

/// The chain rule: the log-probability of an image is the sum over its cells, whatever the
/// order; also where coupling and bias are as strong as can be, and the image as unlikely.
#[test]
fn conditionals_multiply_to_the_joint() {
    for (text, unlikely) in [
        ("ising:0.44", false),
        ("potts:4:1.1", false),
        ("potts:2:10:bias=10", true),
        ("potts:2:-10:bias=-10", true),
    ] {
        let field = field(8, 6, text);
        let mut rng = OrderRng::new(5, 0);
        let image = match unlikely {
            false => field.sample(&[None; 48], &mut rng).unwrap(),
            // A chessboard where neighbours want to be alike, one colour where not.
            true if field.params().coupling() > 0.0 => {
                (0..48).map(|cell| (cell / 6 + cell) % 2).collect()
            }
            true => vec![0; 48],
        };
        let mut order: Vec<usize> = (0..48).collect();
        rng.shuffle(&mut order);
        let colours = field.params().colours() as usize;
        let (mut settled, mut nats) = (vec![None; 48], 0.0);
        for cell in order {
            let rows = field.distributions(&settled).unwrap();
            nats += rows[cell * colours + image[cell] as usize].ln();
            settled[cell] = Some(image[cell]);
        }
        let expected = field.log_probability(&image).unwrap();
        assert!(
            (nats - expected).abs() < 1e-9 * expected.abs(),
            "{text}: {nats} {expected}"
        );
        let of_all = field.log_probability_of(&settled).unwrap();
        assert!((of_all - expected).abs() < 1e-9 * expected.abs());
    }
}

/// The entropy that settled cells leave is that of the whole less theirs, on average.
#[test]
fn a_large_group_depends_less_when_it_lies_apart() {
    let field = field(8, 8, "ising:0.4");
    let free = vec![None; 64];
    let close = field.total_correlation(&free, &[27, 28, 35, 36]).unwrap();
    let apart = field.total_correlation(&free, &[0, 7, 56, 63]).unwrap();
    assert!(close > 10.0 * apart && apart > 0.0, "{close} {apart}");
    // Settled cells around them cut the group off: it depends on itself only through cells
    // that are free.
    let mut cut = free;
    for cell in [1, 8, 6, 15] {
        cut[cell] = Some(0);
    }
    assert!(field.total_correlation(&cut, &[0, 7]).unwrap() < 1e-12);
}

#[test]
fn fields_are_read_and_written() {
    for (text, written) in [
        ("potts:3:0.8", "potts:3:0.8"),
        ("ising:0.25", "potts:2:0.5"),
        ("potts:4:-1:bias=2", "potts:4:-1:bias=2"),
    ] {
        let params: PottsParams = text.parse().unwrap();
        assert_eq!(params.to_string(), written);
        assert_eq!(written.parse::<PottsParams>().unwrap(), params);
    }
}
