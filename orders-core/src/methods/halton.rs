//! The order of a Halton sequence.

use super::fixed::FixedOrder;
use crate::grid::{Cell, Grid};
use crate::known::KnownCells;
use crate::method::{MethodError, OrderGenerator, OrderingMethod};
use crate::parameter::Parameters;
use crate::problem::Problem;
use crate::random::OrderRng;

/// The cells in the order in which a Halton sequence first visits them: point
/// i = 1, 2, ... lies in row `floor(phi_2(i) H)` and column `floor(phi_3(i) W)`,
/// with phi_b the radical inverse in base b (Halton-MaskGIT, arXiv 2503.17076,
/// section 3.3). For video it lies in frame `floor(phi_5(i) T)`.
///
/// Any grid: the sequence runs until every cell has been visited. (The
/// released program stops after 10,000 points, which leaves out 6 cells of a
/// 64 x 64 grid.) Places are exact, computed in whole numbers.
///
/// Three options make it random, alone or together:
///
/// - `rotate`: each order begins at a random place of the list of all cells and
///   goes around it, as the released program can do (its `randomize`): the last
///   n cells of the list come first, for a uniform n below N.
/// - `roll`: each order is shifted in space, by a random number of rows and of
///   columns (and of frames), cyclically. Which cells lie near each other in the
///   order stays the same, but for the edge of the grid.
/// - `scramble`: each order has its own random permutation of the digits, one
///   for each base and each place of a digit (random digit scrambling). A point
///   stays as evenly spread as before, and which cell comes first is random.
///
/// # Why every cell is visited
///
/// A cell's row interval `[r/H, (r+1)/H)` holds an interval `[a/2^p,
/// (a+1)/2^p)` for the least p with `2^p >= 2H - 1`; its column interval holds
/// one of base 3 for `3^q >= 2W - 1`, its frame interval one of base 5 for `5^s
/// >= 2T - 1` (s = 0 for one frame). In which interval of base 2 a point lies
/// depends on the p lowest digits of i alone, and each of the `2^p` values of
/// these gives another interval; scrambled or not, because a permutation in
/// each place is a bijection of the digits. By the Chinese remainder theorem
/// any `P = 2^p 3^q 5^s` points in a row visit each box of such intervals
/// exactly once, and so every cell (Halton, 1960). Points 1 to P are enough;
/// `P < 24 N` for an image of N cells and `P < 240 N` for video.
///
/// For scrambling, a point has just as many digits as P has, zeros included: a
/// permuted zero counts too, and there are endlessly many. Without scrambling
/// these zeros change nothing, so that the plain order is the one whose
/// permutations are all the identity.
///
/// O(P) with the number of digits as a factor: once for each generator, and
/// once for each order if scrambled.
///
/// ```
/// use orders_core::methods::Halton;
/// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
///
/// // phi_2: 1/2 1/4 3/4; phi_3: 1/3 2/3 1/9.
/// let problem = Problem::new(Grid::new(16, 16)?, GroupSizes::new([256])?)?;
/// let order = Halton::default().order(&problem, 0, 0)?;
/// assert_eq!(order.cell_from_rank()[..3], [8 * 16 + 5, 4 * 16 + 10, 12 * 16 + 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Halton {
    /// Begin the list of cells of each order at a random place.
    pub rotate: bool,
    /// Shift the cells of each order cyclically in space.
    pub roll: bool,
    /// Permute the digits of each order's points.
    pub scramble: bool,
}

impl OrderingMethod for Halton {
    fn name(&self) -> &str {
        "halton"
    }

    fn parameters(&self) -> Parameters {
        let mut parameters = Parameters::from([
            ("roll".into(), self.roll.into()),
            ("scramble".into(), self.scramble.into()),
        ]);
        if self.rotate {
            parameters.insert("rotate".into(), true.into());
        }
        parameters
    }

    fn is_random(&self) -> bool {
        self.rotate || self.roll || self.scramble
    }

    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        let options = *self;
        let known = problem.known().clone();
        let mut sequence = Sequence::new(problem.grid());
        let mut cells = sequence.first_visits();
        if !self.is_random() {
            return Ok(FixedOrder::from_list(&known, cells).into_generator());
        }
        Ok(Box::new(move |rng: &mut OrderRng, out: &mut Vec<Cell>| {
            if options.scramble {
                sequence.scramble(rng);
                cells = sequence.first_visits();
            }
            let mut shift = [0; 3];
            if options.roll {
                let grid = known.grid();
                let sides = [grid.frames(), grid.height(), grid.width()];
                shift = sides.map(|side| rng.below(side));
            }
            let count = cells.len() as u32;
            let turned = if options.rotate { rng.below(count) } else { 0 };
            let (late, early) = cells.split_at((count - turned) as usize);
            extend_rolled(out, early, &known, shift);
            extend_rolled(out, late, &known, shift);
        }))
    }
}

/// Appends the free cells among shifted cells.
fn extend_rolled(out: &mut Vec<Cell>, cells: &[Cell], known: &KnownCells, shift: [u32; 3]) {
    let grid = known.grid();
    let [frames, rows, columns] = shift;
    let rolled = cells.iter().map(|&cell| {
        let (row, column) = grid.position_from_cell(cell);
        grid.cell_in_frame(
            (grid.frame_from_cell(cell) + frames) % grid.frames(),
            (row + rows) % grid.height(),
            (column + columns) % grid.width(),
        )
    });
    out.extend(rolled.filter(|&cell| !known.contains(cell)));
}

/// The sequence on a grid: a coordinate for each side.
struct Sequence {
    grid: Grid,
    /// Points that are enough to visit all cells.
    points: u64,
    /// Frame, row and column.
    coordinates: [Coordinate; 3],
}

impl Sequence {
    fn new(grid: Grid) -> Self {
        let sides = [(5, grid.frames()), (2, grid.height()), (3, grid.width())];
        let points = sides
            .map(|(base, side)| intervals(base, side))
            .iter()
            .product();
        Self {
            grid,
            points,
            coordinates: sides.map(|(base, side)| Coordinate::new(base, side, points)),
        }
    }

    /// New random permutations of all digits.
    fn scramble(&mut self, rng: &mut OrderRng) {
        for coordinate in &mut self.coordinates {
            coordinate.scramble(rng);
        }
    }

    /// All cells of the grid, in the order of their first visit.
    fn first_visits(&self) -> Vec<Cell> {
        let count = self.grid.cells();
        let mut visited = vec![false; count];
        let mut order = Vec::with_capacity(count);
        let [frame, row, column] = &self.coordinates;
        for index in 1..=self.points {
            let (row, column) = (row.place(index), column.place(index));
            let cell = self.grid.cell_in_frame(frame.place(index), row, column);
            if !std::mem::replace(&mut visited[cell as usize], true) {
                order.push(cell);
                if order.len() == count {
                    break;
                }
            }
        }
        order
    }
}

/// The least power of the base so that each of `side` equal parts of `[0, 1)`
/// holds one of as many intervals: at least `2 side - 1`, and less than `2 side
/// base`. For a side of 1 it is 1.
fn intervals(base: u64, side: u32) -> u64 {
    let mut power = 1;
    while power < 2 * u64::from(side) - 1 {
        power *= base;
    }
    power
}

/// One coordinate of the points, scaled to a side of the grid.
struct Coordinate {
    base: u64,
    side: u64,
    /// What each value of each digit adds to the numerator, lowest digit first;
    /// `base` entries for each digit.
    terms: Vec<u64>,
    denominator: u64,
}

impl Coordinate {
    /// The radical inverse with the digits of `points`.
    fn new(base: u64, side: u32, points: u64) -> Self {
        // At most 2^24 * 240 points, so the denominator is below 2^35, and what
        // it is multiplied with, a side, at most 2^24. On one frame, which is
        // the usual case, there is nothing to compute.
        let mut digits = 0;
        let mut denominator = 1;
        while side > 1 && denominator <= points {
            denominator *= base;
            digits += 1;
        }
        let mut coordinate = Self {
            base,
            side: side.into(),
            terms: vec![0; digits * base as usize],
            denominator,
        };
        coordinate.unscramble();
        coordinate
    }

    /// Back to the plain radical inverse.
    fn unscramble(&mut self) {
        let mut weight = self.denominator;
        for digit in self.terms.chunks_exact_mut(self.base as usize) {
            weight /= self.base;
            for (value, term) in (0..).zip(digit) {
                *term = value * weight;
            }
        }
    }

    /// New permutations, which don't depend on those before.
    fn scramble(&mut self, rng: &mut OrderRng) {
        self.unscramble();
        for digit in self.terms.chunks_exact_mut(self.base as usize) {
            rng.shuffle(digit);
        }
    }

    /// `floor(phi(index) * side)`, exactly.
    fn place(&self, mut index: u64) -> u32 {
        let mut numerator = 0;
        for digit in self.terms.chunks_exact(self.base as usize) {
            numerator += digit[(index % self.base) as usize];
            index /= self.base;
        }
        (numerator * self.side / self.denominator) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_as_the_sequence_does() {
        // phi_2: 1/2 1/4 3/4 1/8 5/8; phi_3: 1/3 2/3 1/9 4/9 7/9.
        let grid = Grid::new(16, 16).unwrap();
        let expected = [(8, 5), (4, 10), (12, 1), (2, 7), (10, 12)];
        let cells: Vec<_> = Sequence::new(grid).first_visits()[..5]
            .iter()
            .map(|&cell| grid.position_from_cell(cell))
            .collect();
        assert_eq!(cells, expected);
    }

    #[test]
    fn video_begins_as_the_sequence_does() {
        // phi_5: 1/5 2/5 3/5 4/5 1/25.
        let grid = Grid::video(10, 16, 16).unwrap();
        let expected = [2, 4, 6, 8, 0];
        let cells = Sequence::new(grid).first_visits();
        let frames = cells.iter().map(|&cell| grid.frame_from_cell(cell));
        assert!(frames.take(5).eq(expected));
    }

    #[test]
    fn covers_every_grid_within_the_stated_points() {
        let sides = [
            (1, 1, 1),
            (1, 1, 97),
            (1, 97, 1),
            (1, 17, 23),
            (1, 128, 128),
        ];
        let videos = [(7, 9, 1), (2, 1, 1), (3, 5, 8), (26, 4, 4)];
        let mut rng = OrderRng::new(0, 0);
        for (frames, height, width) in sides.into_iter().chain(videos) {
            let grid = Grid::video(frames, height, width).unwrap();
            let mut sequence = Sequence::new(grid);
            let bound = if frames == 1 { 24 } else { 240 } * grid.cells() as u64;
            assert!(sequence.points <= bound, "{grid}");
            for _ in 0..4 {
                assert_eq!(sequence.first_visits().len(), grid.cells(), "{grid}");
                sequence.scramble(&mut rng);
            }
        }
    }

    /// Each box of elementary intervals has exactly one of any `2^p 3^q` points
    /// in a row, whatever the permutations.
    #[test]
    fn scrambled_points_are_balanced() {
        let mut rng = OrderRng::new(2, 0);
        for (p, q) in [(0, 0), (1, 1), (3, 2), (2, 3), (5, 0), (0, 3)] {
            let (rows, columns) = (2u32.pow(p), 3u32.pow(q));
            let count = u64::from(rows * columns);
            let mut sequence = Sequence {
                grid: Grid::new(rows, columns).unwrap(),
                points: 8 * count,
                coordinates: [(5, 1), (2, rows), (3, columns)]
                    .map(|(base, side)| Coordinate::new(base, side, 8 * count)),
            };
            for start in 0..7 * count {
                sequence.scramble(&mut rng);
                let [_, row, column] = &sequence.coordinates;
                let mut cells: Vec<Cell> = (start + 1..=start + count)
                    .map(|i| {
                        sequence
                            .grid
                            .cell_from_position(row.place(i), column.place(i))
                    })
                    .collect();
                cells.sort_unstable();
                assert!(cells.into_iter().eq(0..count as Cell), "{p} {q} {start}");
            }
        }
    }
}
