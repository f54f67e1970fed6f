//! What a decoder says of tokens that are known, after every prefix of an order.

use super::decode::answers;
use super::decoder::{AskedGroup, Decoder, Question};
use super::error::DecodeError;
use crate::grid::Cell;
use crate::order::Order;

/// Negative log-probabilities of the cells of a sample that are left, in nats.
#[derive(Clone, Copy, Debug)]
pub struct PrefixNats<'a> {
    /// The sample, from 0.
    pub sample: usize,
    /// How many cells are settled: the first ranks of the order.
    pub settled: usize,
    /// A number for each rank from `settled` on.
    pub nats: &'a [f64],
}

/// Asks a decoder about all cells that are left, each for itself, again and again, while
/// the cells of an order get the tokens that they have, one by one. Sample s has order s, and `token` says
/// the token of a cell of a sample. `on_prefix` gets N rows for each sample, of N, N - 1,
/// ... 1 numbers, where N is the number of free cells. A token of a probability below that
/// of the smallest normal number in f32 has the nats of that number, 87.3.
///
/// N passes, which ask about N (N + 1) / 2 cells of each sample.
///
/// # Errors
///
/// [`DecodeError`]: orders of another grid or number than the samples, a token that the
/// decoder has not, or what the decoder did wrong.
pub fn score_prefixes(
    decoder: &mut dyn Decoder,
    orders: &[Order],
    token: &dyn Fn(usize, Cell) -> u32,
    on_prefix: &mut dyn FnMut(PrefixNats<'_>),
) -> Result<(), DecodeError> {
    let (grid, samples) = (decoder.grid(), decoder.samples());
    if orders.len() != samples {
        return Err(DecodeError::Count {
            what: "orders",
            found: orders.len(),
            samples,
        });
    }
    if let Some(other) = orders.iter().find(|order| order.grid() != grid) {
        return Err(DecodeError::Grid {
            what: "orders are",
            found: other.grid(),
            expected: grid,
        });
    }
    let most = orders
        .iter()
        .map(|order| order.cell_from_rank().len())
        .max();
    for settled in 0..most.unwrap_or(0) {
        let alone = |cell| AskedGroup {
            after: 0,
            cells: vec![cell],
            in_order: false,
        };
        let left = |order: &Order| -> Vec<Cell> {
            let left = order.cell_from_rank().get(settled..);
            left.unwrap_or_default().to_vec()
        };
        let question = |order: &Order| Question {
            drafts: Vec::new(),
            groups: left(order).into_iter().map(alone).collect(),
        };
        let questions: Vec<Question> = orders.iter().map(question).collect();
        let answers = answers(decoder, &questions)?;
        for (sample, (order, answer)) in orders.iter().zip(&answers).enumerate() {
            let cells = left(order);
            let Some(&next) = cells.first() else {
                continue;
            };
            let mut nats = Vec::with_capacity(cells.len());
            for (&cell, row) in cells.iter().zip(answer.rows()) {
                let of_cell = token(sample, cell);
                let Some(&probability) = row.get(of_cell as usize) else {
                    return Err(DecodeError::Token {
                        sample,
                        cell,
                        token: of_cell,
                        vocabulary: decoder.vocabulary(),
                    });
                };
                nats.push(-libm::log(f64::from(probability.max(f32::MIN_POSITIVE))));
            }
            on_prefix(PrefixNats {
                sample,
                settled,
                nats: &nats,
            });
            let group = [(next, token(sample, next))];
            decoder
                .commit(sample, &group)
                .map_err(DecodeError::Decoder)?;
        }
    }
    Ok(())
}
