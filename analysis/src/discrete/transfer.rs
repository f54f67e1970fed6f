//! Sums over all colourings, cell by cell.
//!
//! Cells are gone through along the shorter side of the grid. What lies behind matters only
//! by the colours of the last cells, as many as that side has: the *state*, a number whose
//! digit k to the base of the colours is the colour at place k of the side. The cell that
//! comes next replaces the digit of its place, whose old value is the neighbour across the
//! lines. A digit that has no cell yet is 0. This is the transfer matrix of statistical
//! physics, factored into a cell at a time (Baxter, Exactly Solved Models, 1982).

use orders_core::{Cell, Grid};

use super::params::PottsParams;

/// The tables of a field on a grid.
#[derive(Clone, Debug)]
pub(super) struct Transfer {
    pub(super) colours: usize,
    /// Cells of the shorter side.
    pub(super) side: usize,
    /// The cells of the grid in the order in which they are gone through.
    pub(super) cells: Vec<Cell>,
    /// What a pair of equal neighbours, and what colour 0, multiplies the weight by.
    equal: f64,
    favoured: f64,
    /// Number of states.
    pub(super) states: usize,
}

/// A place of the sum: the cell that comes next.
#[derive(Clone, Copy)]
struct Place {
    /// What one more in its digit adds to the state.
    stride: usize,
    /// Whether there is a neighbour before it, along the line and across.
    has_before: bool,
    has_across: bool,
}

/// Sums over colourings that agree with what is settled; buffers are reused.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    /// For each number of cells behind, the weight of each state, scaled to a sum of 1.
    forward: Vec<f64>,
    backward: Vec<f64>,
    next: Vec<f64>,
    /// The logarithm of the sum over all colourings.
    pub(super) log_sum: f64,
    /// What the weights were divided by after each cell.
    scales: Vec<f64>,
}

impl Transfer {
    pub(super) fn new(params: PottsParams, grid: Grid) -> Self {
        let (height, width) = (grid.height(), grid.width());
        let colours = params.colours() as usize;
        let side = height.min(width);
        let position = |line: u32, place: u32| match width <= height {
            true => grid.cell_from_position(line, place),
            false => grid.cell_from_position(place, line),
        };
        let lines = 0..height.max(width);
        let cells = lines.flat_map(|line| (0..side).map(move |place| position(line, place)));
        Self {
            colours,
            side: side as usize,
            cells: cells.collect(),
            equal: params.coupling().exp(),
            favoured: params.bias().exp(),
            states: colours.pow(side),
        }
    }

    fn place(&self, index: usize) -> Place {
        Place {
            stride: self.colours.pow((index % self.side) as u32),
            has_before: !index.is_multiple_of(self.side),
            has_across: index >= self.side,
        }
    }

    fn digit(&self, state: usize, stride: usize) -> usize {
        state / stride % self.colours
    }

    /// The weight of a colour of the next cell, by its neighbour along the line.
    fn weight(&self, place: Place, state: usize, colour: usize) -> f64 {
        let mut weight = if colour == 0 { self.favoured } else { 1.0 };
        if place.has_before && self.digit(state, place.stride / self.colours) == colour {
            weight *= self.equal;
        }
        weight
    }

    /// The weight of a colour by the one across the lines.
    fn across(&self, place: Place, colour: usize, other: usize) -> f64 {
        match place.has_across && colour == other {
            true => self.equal,
            false => 1.0,
        }
    }

    /// The colours that a cell may have.
    fn allowed(&self, settled: Option<u32>) -> std::ops::Range<usize> {
        match settled {
            Some(token) => token as usize..token as usize + 1,
            None => 0..self.colours,
        }
    }
}

impl Sums {
    /// The weights of all states, after each cell.
    pub(super) fn forward(&mut self, transfer: &Transfer, settled: &[Option<u32>]) {
        let states = transfer.states;
        self.forward.clear();
        self.forward
            .resize((transfer.cells.len() + 1) * states, 0.0);
        self.forward[0] = 1.0;
        self.scales.clear();
        self.log_sum = 0.0;
        for (index, &cell) in transfer.cells.iter().enumerate() {
            let place = transfer.place(index);
            let (old, new) =
                self.forward[index * states..(index + 2) * states].split_at_mut(states);
            for colour in transfer.allowed(settled[cell as usize]) {
                for_states_without(transfer, place.stride, |base| {
                    let state = base + colour * place.stride;
                    let sum: f64 = (0..transfer.colours)
                        .map(|other| {
                            let weight = transfer.across(place, colour, other);
                            old[base + other * place.stride] * weight
                        })
                        .sum();
                    new[state] = sum * transfer.weight(place, state, colour);
                });
            }
            let scale: f64 = new.iter().sum();
            new.iter_mut().for_each(|weight| *weight /= scale);
            self.scales.push(scale);
            self.log_sum += scale.ln();
        }
    }

    /// Goes back through the cells and calls `visit` for each of them, with the sums that
    /// the cells before and behind it give. Needs [`forward`](Self::forward) of the same.
    pub(super) fn backward(
        &mut self,
        transfer: &Transfer,
        settled: &[Option<u32>],
        mut visit: impl FnMut(Joined<'_>),
    ) {
        let states = transfer.states;
        self.backward.clear();
        self.backward.resize(states, 1.0);
        self.next.resize(states, 0.0);
        for (index, &cell) in transfer.cells.iter().enumerate().rev() {
            let place = transfer.place(index);
            let (old, new) = self.forward[index * states..(index + 2) * states].split_at(states);
            visit(Joined {
                transfer,
                place,
                cell,
                old,
                new,
                behind: &self.backward,
                scale: self.scales[index],
            });
            let allowed = transfer.allowed(settled[cell as usize]);
            for_states_without(transfer, place.stride, |base| {
                for other in 0..transfer.colours {
                    let of_colour = |colour: usize| {
                        let state = base + colour * place.stride;
                        transfer.across(place, colour, other)
                            * transfer.weight(place, state, colour)
                            * self.backward[state]
                    };
                    let sum: f64 = allowed.clone().map(of_colour).sum();
                    self.next[base + other * place.stride] = sum;
                }
            });
            let scale: f64 = self.next.iter().copied().fold(0.0, f64::max);
            self.next.iter_mut().for_each(|weight| *weight /= scale);
            std::mem::swap(&mut self.backward, &mut self.next);
        }
    }

    /// A colouring of all cells, given uniform numbers from 0 up to 1. Needs
    /// [`forward`](Self::forward).
    pub(super) fn draw(&self, transfer: &Transfer, mut uniform: impl FnMut() -> f64) -> Vec<u32> {
        let states = transfer.states;
        let cells = transfer.cells.len();
        let mut tokens = vec![0; cells];
        let last = &self.forward[cells * states..];
        let mut state = drawn(last.iter().copied(), uniform());
        let mut others = vec![0.0; transfer.colours];
        for (index, &cell) in transfer.cells.iter().enumerate().rev() {
            let place = transfer.place(index);
            let colour = transfer.digit(state, place.stride);
            tokens[cell as usize] = colour as u32;
            let base = state - colour * place.stride;
            let old = &self.forward[index * states..];
            for (other, weight) in others.iter_mut().enumerate() {
                let before = old[base + other * place.stride];
                *weight = before * transfer.across(place, colour, other);
            }
            let total: f64 = others.iter().sum();
            let other = drawn(others.iter().map(|weight| weight / total), uniform());
            state = base + other * place.stride;
        }
        tokens
    }
}

/// The place of a distribution at which its sum passes a number from 0 up to 1; the last of
/// positive probability, if rounding keeps it below.
fn drawn(probabilities: impl Iterator<Item = f64>, mut left: f64) -> usize {
    let mut last = 0;
    for (place, probability) in probabilities.enumerate() {
        if probability > 0.0 {
            last = place;
            left -= probability;
            if left < 0.0 {
                break;
            }
        }
    }
    last
}

/// All states whose digit of a stride is 0.
fn for_states_without(transfer: &Transfer, stride: usize, mut visit: impl FnMut(usize)) {
    for high in (0..transfer.states).step_by(stride * transfer.colours) {
        for base in high..high + stride {
            visit(base);
        }
    }
}

/// What is known of a cell from both sides.
pub(super) struct Joined<'a> {
    transfer: &'a Transfer,
    place: Place,
    pub(super) cell: Cell,
    /// Weights of the states before the cell and with it, and those of all cells behind
    /// given the state with it.
    old: &'a [f64],
    new: &'a [f64],
    behind: &'a [f64],
    scale: f64,
}

impl Joined<'_> {
    /// The probabilities of the colours of the cell.
    pub(super) fn probabilities(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.transfer.colours];
        for (state, (before, behind)) in self.new.iter().zip(self.behind).enumerate() {
            sums[self.transfer.digit(state, self.place.stride)] += before * behind;
        }
        let total: f64 = sums.iter().sum();
        sums.iter_mut().for_each(|sum| *sum /= total);
        sums
    }

    /// The expected number of its neighbours among earlier cells that have its colour.
    pub(super) fn equal_neighbours(&self) -> f64 {
        let (transfer, place) = (self.transfer, self.place);
        let (mut total, mut along, mut across) = (0.0, 0.0, 0.0);
        for (state, (before, behind)) in self.new.iter().zip(self.behind).enumerate() {
            let colour = transfer.digit(state, place.stride);
            let weight = before * behind;
            total += weight;
            if place.has_before && transfer.digit(state, place.stride / transfer.colours) == colour
            {
                along += weight;
            }
            // The same colour stood at its place before. (A state that was not allowed has
            // no weight.)
            if place.has_across && weight > 0.0 {
                let own = transfer.weight(place, state, colour) * transfer.equal;
                across += self.old[state] * own / self.scale * behind;
            }
        }
        (along + across) / total
    }
}
