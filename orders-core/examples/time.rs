use orders_core::*;
use std::time::Instant;
fn main() {
    let only: Option<u32> = std::env::args().nth(1).map(|a| a.parse().unwrap());
    for (g, k, rho) in [(16, 20, 2.0), (16, 32, 2.0), (32, 48, 4.0), (64, 96, 8.0)] {
        if only.is_some_and(|o| o != g) {
            continue;
        }
        let grid = Grid::new(g, g).unwrap();
        let sizes = GroupSizes::published(grid, k).unwrap_or_else(|| {
            Shape::Cosine
                .group_sizes(grid.cells(), k, FirstGroup::One)
                .unwrap()
        });
        let p = Problem::new(grid, sizes).unwrap();
        let m = LocalityAware::new(1.0, rho);
        let mut gen_ = m.generator(&p).unwrap();
        let mut cells = Vec::new();
        let mut best = f64::MAX;
        for r in 0..10 {
            let t = Instant::now();
            let n = 1_000_000 / (g * g);
            for i in 0..n {
                cells.clear();
                gen_.generate(&mut OrderRng::new(0, (r * n + i) as u64), &mut cells);
            }
            best = best.min(t.elapsed().as_secs_f64() * 1e6 / n as f64);
        }
        println!("{g} {k} {best:.2} us");
    }
}
