//! Exact decoding: samples of the one-by-one distribution of an order, in fewer passes
//! than cells.
//!
//! Sequential sampling of an order draws cell after cell from p(x | what is settled), one
//! pass a cell. Here, *drafts* of the next cells are verified in one pass, as ASSD (arXiv
//! 2504.20456) and SSMD (arXiv 2510.03929) do for texts: all drafts enter as context, one by
//! one, and each of their cells is asked given the drafts before it. Those that hold are
//! settled; the first that does not gets another token, and the pass ends there. The same
//! pass drafts the cells behind. Whatever the drafts are, the tokens come from the
//! one-by-one distribution: [`DraftRule`] says why.

use std::ops::{ControlFlow, Range};

use super::decode::answers;
use super::decoder::{AskedGroup, Decoder, Draft, Question};
use super::distributions::Distributions;
use super::draw::{draw, token_rng};
use super::error::DecodeError;
use crate::grid::Cell;
use crate::group_sizes::GroupSizes;
use crate::order::Order;
use crate::random::OrderRng;

/// Streams of a seed from here on are the noise of a cell: bits below the number of a
/// sample are those of cells.
const NOISE_STREAMS: u64 = 1 << 62;
const CELL_BITS: u32 = 24;

/// How drafts are made and when they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DraftRule {
    /// Each cell has fixed noise, an exponential number e(k) for every token k, and its
    /// token is the k of the largest p(k) / e(k): a draw from p, whatever p is (the Gumbel
    /// trick). The draft is the same of the distribution at hand, so that it holds if the
    /// right distribution leads to the same token. Drafts behind a refusal are made anew
    /// from the pass that refused, and mostly stay. A sample is the one that one-by-one
    /// decoding gives for the same noise: the fixed point of predictive sampling (arXiv
    /// 2002.09928).
    Coupled,
    /// Drafts are drawn from their distribution q and hold with probability min(1, p/q);
    /// a refused cell is drawn from max(p - q, 0), normalised (speculative sampling, arXiv
    /// 2211.17192). Drafts behind a refusal are kept: nothing was decided by them.
    Kept,
    /// The same, but drafts behind a refusal are drawn anew, from what the pass that
    /// refused said of their cells (speculative Jacobi decoding, arXiv 2410.01699).
    Renewed,
}

impl DraftRule {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Coupled, Self::Kept, Self::Renewed];

    /// The name, as flags and settings give it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Coupled => "coupled",
            Self::Kept => "kept",
            Self::Renewed => "renewed",
        }
    }

    /// The rule of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.name() == name)
    }
}

/// Which of the next cells carry drafts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Window {
    /// Those of the group that is under way and of so many groups behind it, by the group
    /// sizes of the order. 0: the group alone.
    Groups(usize),
    /// So many cells, at least 1.
    Cells(usize),
}

/// How exact decoding drafts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drafts {
    /// How drafts are made.
    pub rule: DraftRule,
    /// Which cells carry them.
    pub window: Window,
}

impl Window {
    /// The end of the window, as a rank, when the first `settled` cells of an order are
    /// settled. `ends` are the ends of its groups.
    fn end(self, settled: usize, ends: &[usize]) -> usize {
        let cells = ends.last().copied().unwrap_or(0);
        match self {
            Self::Groups(ahead) => {
                let group = ends.partition_point(|&end| end <= settled);
                ends.get(group.saturating_add(ahead))
                    .copied()
                    .unwrap_or(cells)
            }
            Self::Cells(count) => cells.min(settled.saturating_add(count.max(1))),
        }
    }

    /// The most cells that carry drafts at once, for orders of these group sizes.
    pub fn most(self, sizes: &GroupSizes) -> usize {
        let ends = ends(sizes);
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let of_start = |start| self.end(start, &ends) - start;
        starts.map(of_start).max().unwrap_or(0)
    }
}

/// What is decoded exactly.
pub struct ExactDecoding<'a> {
    /// An order for each sample: tokens follow the distribution of generating its cells
    /// one by one. Its group sizes say no more than how far drafts go, with
    /// [`Window::Groups`].
    pub orders: &'a [Order],
    /// How drafts are made.
    pub drafts: Drafts,
    /// The seed, and the number of the first sample. What sample i gets depends on both
    /// and on the decoder's answers.
    pub draws: (u64, u64),
}

/// A sample that was decoded exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExactSample {
    /// The tokens by cell, 0 at known cells.
    pub tokens: Vec<u32>,
    /// Passes that it took: those that asked about it.
    pub passes: usize,
    /// Drafts that did not hold.
    pub refusals: usize,
}

/// One sample under way.
struct Sample<'a> {
    cells: &'a [Cell],
    ends: Vec<usize>,
    /// Ranks that are settled.
    settled: usize,
    /// Drafts of the ranks behind, with what they were drawn from where the rule asks
    /// for it.
    drafts: Vec<(u32, Vec<f32>)>,
    /// Ranks that the pass under way drafts.
    next: Range<usize>,
    result: ExactSample,
    random: OrderRng,
    number: u64,
}

/// Samples of orders, exactly as one by one, in as few passes as drafts hold. Passes are
/// made for all samples at once; samples that are done are not asked about.
///
/// `watch` is asked before each pass whether to go on.
///
/// # Errors
///
/// [`DecodeError`]: what the decoder did wrong, [`DecodeError::NoDrafts`] if it takes none.
pub fn decode_exactly(
    decoder: &mut dyn Decoder,
    request: &ExactDecoding<'_>,
    watch: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Vec<ExactSample>, DecodeError> {
    if !decoder.takes_drafts() {
        return Err(DecodeError::NoDrafts);
    }
    let grid = decoder.grid();
    let count = request.orders.len();
    let mut grids = request.orders.iter().map(Order::grid);
    if let Some(found) = grids.find(|&found| found != grid) {
        return Err(DecodeError::Grid {
            what: "orders are",
            found,
            expected: grid,
        });
    }
    if count != decoder.samples() {
        return Err(DecodeError::Count {
            what: "orders",
            found: count,
            samples: decoder.samples(),
        });
    }
    let (seed, first) = request.draws;
    let samples = request.orders.iter().zip(first..);
    let mut samples: Vec<Sample<'_>> = samples
        .map(|(order, number)| Sample::begin(order, seed, number))
        .collect();
    while samples.iter().any(|sample| !sample.is_done()) {
        if watch().is_break() {
            return Err(DecodeError::Stopped);
        }
        let questions: Vec<Question> = samples
            .iter_mut()
            .map(|sample| sample.question(request.drafts.window))
            .collect();
        let answers = answers(decoder, &questions)?;
        for (index, (sample, answer)) in samples.iter_mut().zip(&answers).enumerate() {
            if sample.is_done() {
                continue;
            }
            for draft in sample.take(answer, request) {
                decoder
                    .commit(index, &[draft])
                    .map_err(DecodeError::Decoder)?;
            }
        }
    }
    Ok(samples.into_iter().map(|sample| sample.result).collect())
}

impl<'a> Sample<'a> {
    fn begin(order: &'a Order, seed: u64, number: u64) -> Self {
        Self {
            cells: order.cell_from_rank(),
            ends: ends(order.group_sizes()),
            settled: 0,
            drafts: Vec::new(),
            next: 0..0,
            result: ExactSample {
                tokens: vec![0; order.grid().cells()],
                passes: 0,
                refusals: 0,
            },
            random: token_rng(seed, number),
            number,
        }
    }

    fn is_done(&self) -> bool {
        self.settled == self.cells.len()
    }

    /// Each draft given those before it, and cells behind all of them.
    fn question(&mut self, window: Window) -> Question {
        if self.is_done() {
            return Question::nothing();
        }
        self.result.passes += 1;
        let (first, end) = (self.settled, self.settled + self.drafts.len());
        // As far as the window goes if all drafts hold.
        self.next = end..window.end(end, &self.ends).max(end);
        let cells = |ranks: Range<usize>| self.cells[ranks].to_vec();
        let alone = (first..end).map(|rank| AskedGroup {
            after: rank - first,
            cells: cells(rank..rank + 1),
            in_order: true,
        });
        let mut groups: Vec<AskedGroup> = alone.collect();
        if !self.next.is_empty() {
            groups.push(AskedGroup {
                after: end - first,
                cells: cells(self.next.clone()),
                in_order: true,
            });
        }
        let drafts = self.cells[first..end].iter().zip(&self.drafts);
        Question {
            drafts: drafts.map(|(&cell, draft)| (cell, draft.0)).collect(),
            groups,
        }
    }

    /// What the answers settle; the drafts of the next pass are made.
    fn take(&mut self, answer: &Distributions, request: &ExactDecoding<'_>) -> Vec<Draft> {
        let (first, count) = (self.settled, self.drafts.len());
        let mut settled = Vec::new();
        for place in 0..count {
            let cell = self.cells[first + place];
            let right = answer.row(place);
            let (token, holds) = self.decide(cell, place, right, request);
            settled.push((cell, token));
            self.result.tokens[cell as usize] = token;
            if !holds {
                self.result.refusals += 1;
                break;
            }
        }
        self.settled += settled.len();

        // Drafts behind what is settled, and then of cells that had none.
        let end = request.drafts.window.end(self.settled, &self.ends);
        let mut old = std::mem::take(&mut self.drafts)
            .into_iter()
            .skip(settled.len());
        for rank in self.settled..end.min(self.next.end) {
            let draft = match (old.next(), request.drafts.rule) {
                (Some(draft), DraftRule::Kept) => draft,
                _ => self.draft(self.cells[rank], answer.row(rank - first), request),
            };
            self.drafts.push(draft);
        }
        settled
    }

    /// The token of a cell whose draft is verified, and whether it is the draft.
    fn decide(
        &mut self,
        cell: Cell,
        place: usize,
        right: &[f32],
        request: &ExactDecoding<'_>,
    ) -> (u32, bool) {
        let (draft, drawn_from) = &self.drafts[place];
        if request.drafts.rule == DraftRule::Coupled {
            let token = self.coupled(cell, right, request);
            return (token, token == *draft);
        }
        let (p, q) = (right[*draft as usize], drawn_from[*draft as usize]);
        // q is not 0, since the draft was drawn from it.
        if self.random.uniform() * f64::from(q) < f64::from(p) {
            return (*draft, true);
        }
        let residual = right.iter().zip(drawn_from);
        let residual: Vec<f32> = residual.map(|(p, q)| (p - q).max(0.0)).collect();
        // Without a residual, the two differ by rounding alone.
        let drawn = draw(&residual, self.random.uniform());
        let token = drawn.or_else(|| draw(right, self.random.uniform()));
        (token.unwrap_or(*draft), false)
    }

    /// A draft of a cell.
    fn draft(&mut self, cell: Cell, row: &[f32], request: &ExactDecoding<'_>) -> (u32, Vec<f32>) {
        match request.drafts.rule {
            DraftRule::Coupled => (self.coupled(cell, row, request), Vec::new()),
            _ => {
                let token = draw(row, self.random.uniform());
                (token.unwrap_or(0), row.to_vec())
            }
        }
    }

    /// The token of a cell by its noise.
    fn coupled(&self, cell: Cell, row: &[f32], request: &ExactDecoding<'_>) -> u32 {
        let stream = NOISE_STREAMS | self.number << CELL_BITS | u64::from(cell);
        let mut noise = OrderRng::new(request.draws.0, stream);
        let mut best = (0, f64::NEG_INFINITY);
        for (token, &probability) in (0..).zip(row) {
            // Each token has its own draw, whether it can win or not.
            let uniform = noise.uniform();
            if probability > 0.0 {
                let score = f64::from(probability) / -libm::log1p(-uniform);
                if score > best.1 {
                    best = (token, score);
                }
            }
        }
        best.0
    }
}

/// The rank behind each group.
fn ends(sizes: &GroupSizes) -> Vec<usize> {
    let sizes = sizes.as_slice().iter();
    let ends = sizes.scan(0, |end, &size| {
        *end += size as usize;
        Some(*end)
    });
    ends.collect()
}
