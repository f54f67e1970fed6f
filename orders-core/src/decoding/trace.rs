//! What a decoder did, step by step, held against what decoding is.

use crate::grid::{Cell, Grid};
use crate::group_sizes::GroupSizes;
use crate::known::KnownCells;

/// The record of one sample of any decoder: which cells each step revealed, and, if there is
/// word of them, the tokens after each step.
///
/// Published samplers are not all of them decoders in the sense of this crate: some draw
/// the tokens of known cells again, some those of cells that were revealed. [`check`](Self::check)
/// says what is so.
///
/// ```
/// use orders_core::decoding::{Trace, TraceViolation};
/// use orders_core::{Grid, KnownCells};
///
/// let known = KnownCells::new(Grid::new(2, 2)?, [0])?;
/// assert_eq!(Trace::of_cells([vec![3], vec![1, 2]]).check(&known, None), []);
///
/// let trace = Trace::of_cells([vec![3], vec![1, 0]]);
/// assert_eq!(
///     trace.check(&known, None),
///     [
///         TraceViolation::Known { step: 2, cell: 0 },
///         TraceViolation::Never { cell: 2, others: 0 },
///     ]
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    steps: Steps,
    tokens: Option<Vec<Vec<i64>>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Steps {
    Revealed(Vec<Vec<Cell>>),
    Settled(Vec<Vec<bool>>),
}

/// What is wrong with a [`Trace`]. Steps count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum TraceViolation {
    /// A mask or a row of tokens has more or fewer entries than the grid has cells.
    #[error("step {step} has {found} {what}; a {grid} grid has {} cells", grid.cells())]
    Length {
        step: usize,
        found: usize,
        what: &'static str,
        grid: Grid,
    },
    /// A cell that is none of the grid's is revealed.
    #[error(
        "step {step} reveals cell {cell}, but the cells of a {grid} grid go from 0 to {}",
        grid.cells() - 1
    )]
    OutOfRange { step: usize, cell: Cell, grid: Grid },
    /// A known cell is revealed.
    #[error("step {step} reveals cell {cell}, which is known from the start")]
    Known { step: usize, cell: Cell },
    /// A cell that was known or revealed is no longer settled.
    #[error("cell {cell} was settled before step {step} and is not after it")]
    Lost { step: usize, cell: Cell },
    /// A cell is revealed a second time.
    #[error("step {step} reveals cell {cell} again, which step {first} revealed")]
    Again {
        step: usize,
        cell: Cell,
        first: usize,
    },
    /// A free cell is never revealed, and so many others.
    #[error(
        "cell {cell}{} never revealed",
        match others { 0 => " is".to_owned(), n => format!(" and {n} more are") }
    )]
    Never { cell: Cell, others: usize },
    /// There are more or fewer steps than were asked for.
    #[error("there {}; {asked} {} asked for", are(*found, "step"), were(*asked))]
    StepCount { found: usize, asked: usize },
    /// A step reveals more or fewer cells than were asked for.
    #[error("step {step} reveals {}; {asked} {} asked for", counted(*found, "cell"), were(*asked))]
    Size {
        step: usize,
        found: usize,
        asked: usize,
    },
    /// There are tokens of another number of steps.
    #[error(
        "there are tokens of {}; the cells have {steps}, or {} with the start before them",
        counted(*found, "step"),
        steps + 1
    )]
    TokenSteps { found: usize, steps: usize },
    /// The token of a cell that is known or revealed changes.
    #[error(
        "step {step} changes the token of cell {cell}, which {}, from {before} to {after}",
        match since { 0 => "is known from the start".to_owned(), n => format!("step {n} revealed") }
    )]
    Token {
        step: usize,
        cell: Cell,
        /// The step that revealed it, 0 if it is known.
        since: usize,
        before: i64,
        after: i64,
    },
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn are(count: usize, what: &str) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{verb} {}", counted(count, what))
}

fn were(count: usize) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

impl Trace {
    /// A record of the cells that each step revealed.
    pub fn of_cells(steps: impl IntoIterator<Item = Vec<Cell>>) -> Self {
        Self::of(Steps::Revealed(steps.into_iter().collect()))
    }

    /// A record of a mask for each step, true at the cells that it revealed.
    pub fn of_revealed(masks: impl IntoIterator<Item = Vec<bool>>) -> Self {
        let cells = |mask: Vec<bool>| {
            let cells = (0..).zip(mask);
            cells.filter_map(|(cell, revealed)| revealed.then_some(cell))
        };
        Self::of_cells(masks.into_iter().map(|mask| cells(mask).collect()))
    }

    /// A record of a mask for each step, true at the cells that were settled after it: known
    /// or revealed. A mask before them, of the known cells, may come first.
    pub fn of_settled(masks: impl IntoIterator<Item = Vec<bool>>) -> Self {
        Self::of(Steps::Settled(masks.into_iter().collect()))
    }

    fn of(steps: Steps) -> Self {
        Self {
            steps,
            tokens: None,
        }
    }

    /// The same with the tokens of all cells after each step, whatever stands at cells
    /// without one; those before the first step may come first.
    pub fn with_tokens(mut self, tokens: impl IntoIterator<Item = Vec<i64>>) -> Self {
        self.tokens = Some(tokens.into_iter().collect());
        self
    }

    /// Number of steps, given which cells are known.
    pub fn steps(&self, known: &KnownCells) -> usize {
        match &self.steps {
            Steps::Revealed(steps) => steps.len(),
            Steps::Settled(masks) => without_start(masks, known).len(),
        }
    }

    /// What is wrong with it: known cells have to stay as they are, and every free cell to
    /// be revealed once, in steps of the sizes asked for, if some are, and to keep its token.
    /// A step may reveal nothing. Of violations of one kind, the first; nothing if all is
    /// well. O(N T) for N cells and T steps.
    pub fn check(&self, known: &KnownCells, sizes: Option<&GroupSizes>) -> Vec<TraceViolation> {
        let mut violations = Violations::default();
        let (steps, since) = match &self.steps {
            Steps::Revealed(steps) => (steps.len(), violations.of_cells(known, steps)),
            Steps::Settled(masks) => {
                let Some(steps) = violations.cells_of(known, masks) else {
                    return violations.found;
                };
                (steps.len(), violations.of_cells(known, &steps))
            }
        };
        if let Some(sizes) = sizes {
            violations.of_sizes(sizes);
        }
        if let Some(tokens) = &self.tokens {
            violations.of_tokens(known, (steps, &since), tokens);
        }
        violations.found
    }
}

/// The masks after each step, without the one before them.
fn without_start<'a>(masks: &'a [Vec<bool>], known: &KnownCells) -> &'a [Vec<bool>] {
    match masks {
        [first, rest @ ..] if first == known.mask() => rest,
        all => all,
    }
}

/// Violations, one of each kind.
#[derive(Default)]
struct Violations {
    found: Vec<TraceViolation>,
    /// How many cells each step reveals.
    counts: Vec<usize>,
}

impl Violations {
    fn add(&mut self, violation: TraceViolation) {
        let kind = std::mem::discriminant(&violation);
        let is_new = |other: &TraceViolation| std::mem::discriminant(other) != kind;
        if self.found.iter().all(is_new) {
            self.found.push(violation);
        }
    }

    /// The cells that steps revealed, by what was settled after them; none if a mask is of
    /// another grid.
    fn cells_of(&mut self, known: &KnownCells, masks: &[Vec<bool>]) -> Option<Vec<Vec<Cell>>> {
        let (grid, mut before) = (known.grid(), known.mask());
        let masks = without_start(masks, known);
        let mut steps = Vec::with_capacity(masks.len());
        for (step, mask) in (1..).zip(masks) {
            if mask.len() != grid.cells() {
                let (found, what) = (mask.len(), "entries");
                self.add(TraceViolation::Length {
                    step,
                    found,
                    what,
                    grid,
                });
                return None;
            }
            let mut revealed = Vec::new();
            for (cell, (&was, &is)) in (0..).zip(before.iter().zip(mask)) {
                match (was, is) {
                    (false, true) => revealed.push(cell),
                    (true, false) => self.add(TraceViolation::Lost { step, cell }),
                    _ => {}
                }
            }
            steps.push(revealed);
            before = mask;
        }
        Some(steps)
    }

    /// The step that revealed each cell: 0 if it is known, none if none did.
    fn of_cells(&mut self, known: &KnownCells, steps: &[Vec<Cell>]) -> Vec<Option<usize>> {
        let grid = known.grid();
        let known_since = |&is_known: &bool| is_known.then_some(0);
        let mut since: Vec<Option<usize>> = known.mask().iter().map(known_since).collect();
        for (step, cells) in (1..).zip(steps) {
            for &cell in cells {
                match since.get_mut(cell as usize) {
                    None => self.add(TraceViolation::OutOfRange { step, cell, grid }),
                    Some(Some(0)) => self.add(TraceViolation::Known { step, cell }),
                    Some(&mut Some(first)) => {
                        self.add(TraceViolation::Again { step, cell, first });
                    }
                    Some(slot) => *slot = Some(step),
                }
            }
            self.counts.push(cells.len());
        }
        let mut never = (0..).zip(&since).filter(|(_, since)| since.is_none());
        if let Some((cell, _)) = never.next() {
            let others = never.count();
            self.add(TraceViolation::Never { cell, others });
        }
        since
    }

    fn of_sizes(&mut self, sizes: &GroupSizes) {
        let (found, asked) = (self.counts.len(), sizes.steps());
        if found != asked {
            self.add(TraceViolation::StepCount { found, asked });
        }
        let counts = std::mem::take(&mut self.counts);
        for (step, (&found, &asked)) in (1..).zip(counts.iter().zip(sizes.as_slice())) {
            let asked = asked as usize;
            if found != asked {
                self.add(TraceViolation::Size { step, found, asked });
            }
        }
    }

    fn of_tokens(
        &mut self,
        known: &KnownCells,
        (steps, since): (usize, &[Option<usize>]),
        tokens: &[Vec<i64>],
    ) {
        let (grid, found) = (known.grid(), tokens.len());
        // The step of the first row.
        let first = match found.checked_sub(steps) {
            Some(0) => 1,
            Some(1) => 0,
            _ => return self.add(TraceViolation::TokenSteps { found, steps }),
        };
        for (step, row) in (first..).zip(tokens) {
            if row.len() != grid.cells() {
                let (found, what) = (row.len(), "tokens");
                return self.add(TraceViolation::Length {
                    step,
                    found,
                    what,
                    grid,
                });
            }
        }
        for (step, rows) in (first + 1..).zip(tokens.windows(2)) {
            for (cell, &since) in (0..).zip(since) {
                let (before, after) = (rows[0][cell as usize], rows[1][cell as usize]);
                if let Some(since) = since
                    && since < step
                    && before != after
                {
                    self.add(TraceViolation::Token {
                        step,
                        cell,
                        since,
                        before,
                        after,
                    });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> KnownCells {
        KnownCells::new(Grid::new(2, 3).unwrap(), [0, 4]).unwrap()
    }

    fn sizes() -> GroupSizes {
        GroupSizes::new([1, 3]).unwrap()
    }

    fn words(trace: &Trace) -> Vec<String> {
        let violations = trace.check(&known(), Some(&sizes()));
        violations.iter().map(ToString::to_string).collect()
    }

    fn mask(text: &str) -> Vec<bool> {
        text.chars().map(|c| c == '1').collect()
    }

    #[test]
    fn records_that_are_well() {
        let cells = Trace::of_cells([vec![5], vec![1, 3, 2]]);
        let revealed = Trace::of_revealed(["000001", "011100"].map(mask));
        let settled = Trace::of_settled(["100011", "111111"].map(mask));
        let with_start = Trace::of_settled(["100010", "100011", "111111"].map(mask));
        for trace in [cells, revealed, settled, with_start] {
            assert_eq!(words(&trace), Vec::<String>::new());
            // What stands at cells without a token may change.
            let rows = [[7, -1, -1, -1, 8, 3], [7, 1, 2, 3, 8, 3]].map(Vec::from);
            let trace = trace.with_tokens(rows.clone());
            assert_eq!(words(&trace), Vec::<String>::new());
            let start = vec![7, 0, 0, 0, 8, 0];
            let trace = trace.with_tokens([vec![start], rows.into()].concat());
            assert_eq!(words(&trace), Vec::<String>::new());
        }
    }

    #[test]
    fn each_kind_of_violation() {
        let never = "cell 1 and 2 more are never revealed";
        for (steps, expected) in [
            (
                vec![vec![6], vec![1, 2, 3]],
                vec![
                    "step 1 reveals cell 6, but the cells of a 2x3 grid go from 0 to 5",
                    "cell 5 is never revealed",
                ],
            ),
            (
                vec![vec![5], vec![1, 2, 5, 3]],
                vec![
                    "step 2 reveals cell 5 again, which step 1 revealed",
                    "step 2 reveals 4 cells; 3 were asked for",
                ],
            ),
            (
                vec![vec![5, 4, 0]],
                vec![
                    "step 1 reveals cell 4, which is known from the start",
                    never,
                    "there is 1 step; 2 were asked for",
                    "step 1 reveals 3 cells; 1 was asked for",
                ],
            ),
            (
                vec![],
                vec![
                    "cell 1 and 3 more are never revealed",
                    "there are 0 steps; 2 were asked for",
                ],
            ),
        ] {
            assert_eq!(words(&Trace::of_cells(steps)), expected);
        }
        let lost = Trace::of_settled(["100011", "000110", "111111"].map(mask));
        assert_eq!(
            words(&lost),
            [
                "cell 0 was settled before step 2 and is not after it",
                "step 3 reveals cell 0, which is known from the start",
                "step 3 reveals cell 5 again, which step 1 revealed",
                "there are 3 steps; 2 were asked for",
                "step 2 reveals 1 cell; 3 were asked for",
            ]
        );
        let short = Trace::of_settled(["100011", "11111"].map(mask));
        assert_eq!(
            words(&short),
            ["step 2 has 5 entries; a 2x3 grid has 6 cells"]
        );
    }

    #[test]
    fn tokens_that_change() {
        let trace = Trace::of_cells([vec![5], vec![1, 3, 2]]);
        let with = |rows: &[[i64; 6]]| {
            let rows = rows.iter().map(|row| row.to_vec());
            words(&trace.clone().with_tokens(rows))
        };
        assert_eq!(
            with(&[[7, 0, 0, 0, 8, 3], [7, 1, 2, 3, 9, 3]]),
            ["step 2 changes the token of cell 4, which is known from the start, from 8 to 9"]
        );
        assert_eq!(
            with(&[[7, 0, 0, 0, 8, 3], [7, 1, 2, 3, 8, 1]]),
            ["step 2 changes the token of cell 5, which step 1 revealed, from 3 to 1"]
        );
        // With the start, what the first step does to known cells is seen as well.
        let start = [7, 0, 0, 0, 8, 0];
        assert_eq!(
            with(&[start, [6, 0, 0, 0, 8, 3], [6, 1, 2, 3, 8, 3]]),
            ["step 1 changes the token of cell 0, which is known from the start, from 7 to 6"]
        );
        assert_eq!(
            with(&[start]),
            ["there are tokens of 1 step; the cells have 2, or 3 with the start before them"]
        );
        let short = trace.clone().with_tokens([vec![0; 6], vec![0; 5]]);
        assert_eq!(
            words(&short),
            ["step 2 has 5 tokens; a 2x3 grid has 6 cells"]
        );
    }
}
