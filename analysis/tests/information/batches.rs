//! Many orders at once.

use orders_analysis::information::{
    Covariance, Information, Loss, OrderInformation, OrderSource, mean_cut_costs, measure_batch,
};
use orders_core::{Catalogue, Grid, GroupSizes, Problem};

/// Each order is measured as it is alone, in sequence, and nothing depends on
/// the number of threads.
#[test]
fn do_not_depend_on_threads() {
    let grid = Grid::new(8, 6).unwrap();
    let problem = Problem::new(grid, GroupSizes::new([1, 7, 15, 25]).unwrap()).unwrap();
    let covariance = Covariance::of_field(&"exp:4".parse().unwrap(), grid).unwrap();
    let lpd = Catalogue::standard()
        .method("lpd", grid, &Default::default())
        .unwrap();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let mut taken: Vec<OrderInformation> = Vec::new();
            measure_batch(
                lpd.as_ref(),
                &problem,
                &covariance,
                700,
                9,
                |index, order| {
                    assert_eq!(index, taken.len() as u64);
                    taken.push(order.clone());
                },
            )
            .unwrap();
            let costs = mean_cut_costs(
                OrderSource::Method {
                    method: lpd.as_ref(),
                    count: 50,
                    seed: 9,
                },
                &problem,
                &covariance,
                Loss::TotalCorrelation,
                &|_| {},
            )
            .unwrap();
            (taken, costs)
        })
    };
    let one = run(1);
    assert_eq!(one, run(3));
    let mut information = Information::new(&problem, &covariance).unwrap();
    for (index, taken) in (0..).zip(&one.0) {
        let order = lpd.order(&problem, 9, index).unwrap();
        assert_eq!(*taken, information.measure(order.cell_from_rank()).unwrap());
    }
}
