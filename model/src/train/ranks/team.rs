//! What the processes of a training say to each other.
//!
//! They stand in a row. Rank 0 leads: it has the state of the run, makes the updates and
//! writes. What is to be computed, and the weights for it, go up the row from it. Each
//! computes its share of a batch's parts, the last rank the first of them, and the sum of the
//! gradients comes down the row: each adds its parts, one after the other. So the sum is
//! rounded as one process rounds it, and neither the update nor the weights depend on how
//! many there are.

use std::ops::Range;

use orders_core::Watch;

use super::{Ranks, RanksError};
use crate::train::gradient::part_count;

/// Numbers of a message. While one rank adds to a stretch, the next one takes the one before.
const STRETCH: usize = 1 << 18;

/// What is to be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::train) enum Work {
    /// The gradient of an update.
    Update(u64),
    /// The loss of a batch of held-out images.
    HeldOut(u64),
}

/// What rank 0 says.
pub(in crate::train) enum Heard {
    /// All is ready, with these settings.
    Begin(String),
    /// Something is to be computed, with new weights or those before.
    Work(Work, bool),
    /// The end.
    End,
}

const BEGIN: u8 = 0;
const END: u8 = 1;
const UPDATE: u8 = 2;
const HELD_OUT: u8 = 3;

/// The processes of a training, of which this is one.
///
/// A team that is dropped by the rank that leads it, while nothing is being computed, tells
/// the others that it is the end.
pub struct Team {
    /// None: this process is alone.
    ranks: Option<Box<dyn Ranks>>,
    /// Whether others are at work, or something went wrong, and would not hear of an end.
    is_busy: bool,
}

impl Team {
    /// This process and no other.
    pub fn alone() -> Self {
        Self {
            ranks: None,
            is_busy: false,
        }
    }

    /// These processes.
    pub fn of(ranks: Box<dyn Ranks>) -> Self {
        Self {
            is_busy: ranks.rank() > 0,
            ranks: Some(ranks),
        }
    }

    /// The number of this one; 0 leads.
    pub fn rank(&self) -> usize {
        self.ranks.as_ref().map_or(0, |ranks| ranks.rank())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.ranks.as_ref().map_or(1, |ranks| ranks.count())
    }

    /// How many of them share this machine.
    pub fn beside(&self) -> usize {
        self.ranks.as_ref().map_or(1, |ranks| ranks.beside())
    }

    /// Whether a batch of so many samples has something for each.
    pub(in crate::train) fn check(&self, batch: usize) -> Result<(), RanksError> {
        let (ranks, parts) = (self.count(), part_count(batch));
        match ranks <= parts {
            true => Ok(()),
            false => Err(RanksError::Many {
                ranks,
                batch,
                parts,
            }),
        }
    }

    /// The parts of a batch that this one computes.
    pub(in crate::train) fn share(&self, batch: usize) -> Range<usize> {
        let (parts, count) = (part_count(batch), self.count());
        let place = count - 1 - self.rank();
        parts * place / count..parts * (place + 1) / count
    }

    fn above(&self) -> Option<usize> {
        let above = self.rank() + 1;
        (above < self.count()).then_some(above)
    }

    fn below(&self) -> Option<usize> {
        self.rank().checked_sub(1)
    }

    fn send(&mut self, to: usize, message: Vec<u8>, watch: Watch<'_>) -> Result<(), RanksError> {
        match &mut self.ranks {
            Some(ranks) => ranks.send(to, message, watch),
            None => Ok(()),
        }
    }

    fn receive(&mut self, from: usize, watch: Watch<'_>) -> Result<Vec<u8>, RanksError> {
        match &mut self.ranks {
            Some(ranks) => ranks.receive(from, watch),
            None => Err(RanksError::Gone { rank: from }),
        }
    }

    fn up(&mut self, message: Vec<u8>, watch: Watch<'_>) -> Result<(), RanksError> {
        match self.above() {
            Some(above) => self.send(above, message, watch),
            None => Ok(()),
        }
    }

    /// From here on nothing is said to the others.
    pub(in crate::train) fn desert(&mut self) {
        self.is_busy = true;
    }

    /// Of rank 0: all is ready, with these settings.
    pub(in crate::train) fn greet(
        &mut self,
        settings: &str,
        watch: Watch<'_>,
    ) -> Result<(), RanksError> {
        let mut message = vec![BEGIN];
        message.extend_from_slice(settings.as_bytes());
        self.is_busy = true;
        self.up(message, watch)?;
        self.is_busy = false;
        Ok(())
    }

    /// Of rank 0: this is to be computed, with new weights or those before. Then rank 0 has
    /// to compute its share as well and [add](Self::sum) it.
    pub(in crate::train) fn ask(
        &mut self,
        work: Work,
        weights: Option<&[f32]>,
        watch: Watch<'_>,
    ) -> Result<(), RanksError> {
        if self.above().is_none() {
            return Ok(());
        }
        let (kind, number) = match work {
            Work::Update(number) => (UPDATE, number),
            Work::HeldOut(number) => (HELD_OUT, number),
        };
        let mut message = vec![kind, u8::from(weights.is_some())];
        message.extend_from_slice(&number.to_le_bytes());
        self.is_busy = true;
        self.up(message, watch)?;
        for stretch in weights.unwrap_or_default().chunks(STRETCH) {
            self.up(bytes(stretch), watch)?;
        }
        Ok(())
    }

    /// Of the others: what rank 0 says. It is passed on.
    pub(in crate::train) fn hear(&mut self) -> Result<Heard, RanksError> {
        let below = self.below().unwrap_or_default();
        let message = self.receive(below, Watch::NONE)?;
        self.up(message.clone(), Watch::NONE)?;
        let unknown = RanksError::Message { rank: below };
        match message.split_first() {
            Some((&BEGIN, settings)) => match String::from_utf8(settings.to_vec()) {
                Ok(settings) => Ok(Heard::Begin(settings)),
                Err(_) => Err(unknown),
            },
            Some((&END, [])) => {
                self.is_busy = false;
                Ok(Heard::End)
            }
            Some((&kind @ (UPDATE | HELD_OUT), [is_new @ (0 | 1), number @ ..])) => {
                let number = number.try_into().map_err(|_| unknown)?;
                let number = u64::from_le_bytes(number);
                let work = match kind {
                    UPDATE => Work::Update(number),
                    _ => Work::HeldOut(number),
                };
                Ok(Heard::Work(work, *is_new == 1))
            }
            _ => Err(unknown),
        }
    }

    /// Of the others: the weights that go with what was heard.
    pub(in crate::train) fn weights(&mut self, weights: &mut [f32]) -> Result<(), RanksError> {
        let below = self.below().unwrap_or_default();
        for stretch in weights.chunks_mut(STRETCH) {
            let message = self.receive(below, Watch::NONE)?;
            numbers(&message, stretch, below)?;
            self.up(message, Watch::NONE)?;
        }
        Ok(())
    }

    /// Adds the parts of this one to the sum that comes down the row: `add` does it, for a
    /// stretch of numbers from a place on. Rank 0 has the sum in `gradient` then, and is given
    /// the losses of all parts.
    pub(in crate::train) fn sum(
        &mut self,
        losses: Vec<f64>,
        gradient: &mut [f32],
        add: impl Fn(usize, &mut [f32]),
        watch: Watch<'_>,
    ) -> Result<Vec<f64>, RanksError> {
        let (above, below) = (self.above(), self.below());
        let mut all = Vec::new();
        if let Some(above) = above {
            let message = self.receive(above, watch)?;
            let (chunks, rest) = message.as_chunks();
            if !rest.is_empty() {
                return Err(RanksError::Message { rank: above });
            }
            all.extend(chunks.iter().map(|&bytes| f64::from_le_bytes(bytes)));
        }
        all.extend(losses);
        if let Some(below) = below {
            let message = all.iter().flat_map(|loss| loss.to_le_bytes()).collect();
            self.send(below, message, watch)?;
        }
        let at_once = match self.count() {
            1 => gradient.len().max(1),
            _ => STRETCH,
        };
        for (index, stretch) in gradient.chunks_mut(at_once).enumerate() {
            match above {
                Some(above) => numbers(&self.receive(above, watch)?, stretch, above)?,
                None => stretch.fill(0.0),
            }
            add(index * at_once, stretch);
            if let Some(below) = below {
                self.send(below, bytes(stretch), watch)?;
            }
        }
        if below.is_none() {
            self.is_busy = false;
        }
        Ok(all)
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        if self.is_busy {
            return;
        }
        if self.rank() == 0 {
            // Whoever can't be reached has ended by himself.
            let _ = self.up(vec![END], Watch::NONE);
        }
        if let Some(ranks) = self.ranks.take() {
            ranks.leave();
        }
    }
}

fn bytes(numbers: &[f32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

fn numbers(message: &[u8], numbers: &mut [f32], rank: usize) -> Result<(), RanksError> {
    let (chunks, rest) = message.as_chunks();
    if chunks.len() != numbers.len() || !rest.is_empty() {
        return Err(RanksError::Message { rank });
    }
    for (number, &bytes) in numbers.iter_mut().zip(chunks) {
        *number = f32::from_le_bytes(bytes);
    }
    Ok(())
}
