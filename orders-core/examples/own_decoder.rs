//! A decoder of one's own, decoded by a published scheduler.
//!
//! `cargo run -p orders-core --example own_decoder`

use orders_core::decoding::{Decoder, DecoderError, Decoding, Distributions, Question, decode};
use orders_core::{Catalogue, Cell, Grid, KnownCells, OrderRng, Parameters};

/// Black and white cells: a cell is as its settled neighbours are, the more the surer.
struct Blots {
    grid: Grid,
    tokens: Vec<Option<u32>>,
}

impl Decoder for Blots {
    fn grid(&self) -> Grid {
        self.grid
    }
    fn vocabulary(&self) -> usize {
        2
    }
    fn samples(&self) -> usize {
        1
    }
    fn ask(&mut self, questions: &[Question]) -> Result<Vec<Distributions>, DecoderError> {
        let logits = |cell: Cell| {
            let near = |&other: &Cell| self.grid.squared_distance(cell, other) <= 2;
            let tokens = (0..self.grid.cells() as Cell).filter(near);
            let pulls = tokens.filter_map(|other| self.tokens[other as usize]);
            [0.0, pulls.map(|token| token as f32 - 0.5).sum()]
        };
        let cells = questions[0].cells().flat_map(logits);
        let logits: Vec<f32> = cells.collect();
        Ok(vec![Distributions::of_logits(2, &logits)])
    }
    fn commit(&mut self, _: usize, group: &[(Cell, u32)]) -> Result<(), DecoderError> {
        group
            .iter()
            .for_each(|&(cell, token)| self.tokens[cell as usize] = Some(token));
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let grid = Grid::new(12, 24)?;
    let known = KnownCells::none(grid);
    let budget = Parameters::from([("budget".into(), 0.5.into())]);
    let rule = Catalogue::standard().scheduler("entropy-bound", grid, &budget)?;
    let mut decoder = Blots {
        grid,
        tokens: vec![None; grid.cells()],
    };
    let mut decoding = Decoding::new(&known, vec![rule.scheduler(&known.clone().into(), 0, 0)?]);
    let mut rng = OrderRng::new(0, 0);
    let mut draw = |_: usize, _: Cell, row: &[f32]| u32::from(rng.uniform() >= row[0].into());
    let sample = decode(&mut decoder, &mut decoding, &mut draw)?.remove(0);
    for row in sample.tokens.chunks(24) {
        println!(
            "{}",
            row.iter()
                .map(|&token| [" .", " #"][token as usize])
                .collect::<String>()
        );
    }
    println!(
        "{} cells in {} steps",
        grid.cells(),
        sample.order.groups().count()
    );
    Ok(())
}
