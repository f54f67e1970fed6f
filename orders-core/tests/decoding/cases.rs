//! The cases of `tests/reference/scheduler_cases.json`, computed elsewhere.

use std::path::Path;

use orders_core::decoding::schedulers::Task;
use orders_core::decoding::{Asked, Distributions, Settled};
use orders_core::{Catalogue, Cell, Grid, GroupSizes, KnownCells, Parameters, Problem};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    grid: (u32, u32),
    cells: Vec<Cell>,
    logits: Vec<Vec<f32>>,
    logits_before: Vec<Vec<f32>>,
    rule: Rule,
    reveal: Vec<Cell>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    name: String,
    size: Option<u32>,
    repulsion: Option<f64>,
    threshold: Option<f64>,
    budget_nats: Option<f64>,
    kl: Option<f64>,
}

#[test]
fn each_case_reveals_the_same_cells_in_the_same_order() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference");
    let text = fs_err::read(folder.join("scheduler_cases.json")).unwrap();
    let cases: Vec<Case> = serde_json::from_slice(&text).unwrap();
    assert_eq!(cases.len(), 239);
    let catalogue = Catalogue::standard();
    for (place, case) in cases.iter().enumerate() {
        let grid = Grid::new(case.grid.0, case.grid.1).unwrap();
        let known = (0..grid.cells() as Cell).filter(|cell| !case.cells.contains(cell));
        let known = KnownCells::new(grid, known).unwrap();
        let parameters = [
            ("repulsion", case.rule.repulsion),
            ("threshold", case.rule.threshold),
            ("budget", case.rule.budget_nats),
            ("kl", case.rule.kl),
        ];
        let given = parameters.into_iter();
        let parameters: Parameters = given
            .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
            .collect();
        let rule = catalogue
            .scheduler(&case.rule.name, grid, &parameters)
            .unwrap();
        assert_eq!(rule.needs_group_sizes(), case.rule.size.is_some());

        let task: Task = match case.rule.size {
            None => known.clone().into(),
            Some(size) => {
                let rest = known.free_count() as u32 - size;
                let sizes = [size, rest].into_iter().filter(|&size| size > 0);
                let sizes = GroupSizes::new(sizes.collect::<Vec<_>>()).unwrap();
                Problem::with_known(known.clone(), sizes).unwrap().into()
            }
        };
        let mut scheduler = rule.scheduler(&task, 0, 0).unwrap();
        let settled = Settled::at_start(&known);
        assert_eq!(scheduler.candidates(&settled), case.cells);
        let mut choose = |logits: &[Vec<f32>]| {
            let distributions = Distributions::of_logits(logits[0].len(), &logits.concat());
            let asked = Asked {
                cells: &case.cells,
                distributions: &distributions,
                tokens: None,
            };
            scheduler.choose(&settled, &asked)
        };
        if case.rule.kl.is_some() {
            choose(&case.logits_before);
        }
        assert_eq!(
            choose(&case.logits),
            case.reveal,
            "case {place}: {:?}",
            case.rule
        );
    }
}
