//! Ranks by MPI.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use mpi::Threading;
use mpi::environment::{Universe, initialize_with_threading};
use mpi::traits::{Communicator, Destination, Source};
use orders_core::Watch;

use super::{Ranks, RanksError};

/// How often it is asked, while another rank is waited for, whether to go on.
const ASKED_EVERY: Duration = Duration::from_millis(20);

/// The processes that `mpirun` or `srun` started.
///
/// A thread of its own speaks with MPI, whose calls wait without end for a rank that is gone:
/// this one can still be told to stop, and keep what it has.
pub struct MpiRanks {
    rank: usize,
    count: usize,
    beside: usize,
    calls: Sender<Call>,
    answers: Receiver<Vec<u8>>,
    thread: JoinHandle<()>,
}

enum Call {
    Send(usize, Vec<u8>),
    Receive(usize),
}

/// Number, count, and how many are on this machine; none if MPI can't be had.
type Place = Result<[usize; 3], RanksError>;

impl MpiRanks {
    /// Joins the others. A process that was started by itself is one of one.
    ///
    /// # Errors
    ///
    /// [`RanksError::Mpi`]. Where MPI itself can't begin, it ends the process.
    pub fn begin() -> Result<Self, RanksError> {
        let (calls, called) = channel();
        let (answer, answers) = channel();
        let (tell, told) = channel();
        let thread = std::thread::Builder::new()
            .name("mpi".into())
            .spawn(move || speak(&tell, &called, &answer))
            .map_err(|_| RanksError::Mpi {
                why: "has no thread",
            })?;
        let begun = told.recv().unwrap_or(Err(RanksError::Mpi {
            why: "did not begin",
        }));
        let [rank, count, beside] = begun?;
        Ok(Self {
            rank,
            count,
            beside,
            calls,
            answers,
            thread,
        })
    }

    fn call(&mut self, rank: usize, call: Call, watch: Watch<'_>) -> Result<Vec<u8>, RanksError> {
        let gone = RanksError::Gone { rank };
        if self.calls.send(call).is_err() {
            return Err(gone);
        }
        loop {
            match self.answers.recv_timeout(ASKED_EVERY) {
                Ok(answer) => return Ok(answer),
                Err(RecvTimeoutError::Disconnected) => return Err(gone),
                Err(RecvTimeoutError::Timeout) if watch.ask().is_break() => {
                    return Err(RanksError::Stopped);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

impl Ranks for MpiRanks {
    fn rank(&self) -> usize {
        self.rank
    }

    fn count(&self) -> usize {
        self.count
    }

    fn beside(&self) -> usize {
        self.beside
    }

    fn send(&mut self, to: usize, message: Vec<u8>, watch: Watch<'_>) -> Result<(), RanksError> {
        self.call(to, Call::Send(to, message), watch).map(|_| ())
    }

    fn receive(&mut self, from: usize, watch: Watch<'_>) -> Result<Vec<u8>, RanksError> {
        self.call(from, Call::Receive(from), watch)
    }

    fn leave(self: Box<Self>) {
        let Self { calls, thread, .. } = *self;
        drop(calls);
        // It has nothing to say that anybody could do something about.
        let _ = thread.join();
    }
}

/// Does what is called for until nobody calls any more.
fn speak(tell: &Sender<Place>, called: &Receiver<Call>, answer: &Sender<Vec<u8>>) {
    let universe = match begin() {
        Ok(universe) => universe,
        Err(error) => {
            let _ = tell.send(Err(error));
            return;
        }
    };
    let world = universe.world();
    let beside = world.split_shared(world.rank());
    let place = [world.rank(), world.size(), beside.size()];
    let _ = tell.send(Ok(place.map(|number| number as usize)));
    drop(beside);
    for call in called {
        let done = match call {
            Call::Send(to, message) => {
                world.process_at_rank(to as i32).send(&message[..]);
                Vec::new()
            }
            Call::Receive(from) => world.process_at_rank(from as i32).receive_vec::<u8>().0,
        };
        if answer.send(done).is_err() {
            return;
        }
    }
}

fn begin() -> Result<Universe, RanksError> {
    let begun = initialize_with_threading(Threading::Funneled);
    let (universe, threading) = begun.ok_or(RanksError::Mpi {
        why: "was begun before",
    })?;
    match threading >= Threading::Funneled {
        true => Ok(universe),
        false => Err(RanksError::Mpi {
            why: "was built without threads",
        }),
    }
}
