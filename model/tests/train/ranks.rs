//! Several ranks make the run that one makes.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use orders_core::{Catalogue, MemoryLimit, Watch};
use orders_model::Device;
use orders_model::train::{
    HelpRequest, Helper, Ranks, RanksError, Recipe, Team, TrainError, TrainProgress, TrainRequest,
};

use crate::{data, recipe};

/// Threads in the place of processes.
struct ThreadRanks {
    rank: usize,
    to: Vec<Sender<Vec<u8>>>,
    from: Vec<Receiver<Vec<u8>>>,
}

impl ThreadRanks {
    fn team(count: usize) -> Vec<Team> {
        let mut all: Vec<Self> = (0..count)
            .map(|rank| Self {
                rank,
                to: Vec::new(),
                from: Vec::new(),
            })
            .collect();
        for receiver in 0..count {
            for sender in 0..count {
                let (to, from) = channel();
                all[sender].to.push(to);
                all[receiver].from.push(from);
            }
        }
        let all = all.into_iter();
        all.map(|ranks| Team::of(Box::new(ranks))).collect()
    }
}

impl Ranks for ThreadRanks {
    fn rank(&self) -> usize {
        self.rank
    }

    fn count(&self) -> usize {
        self.to.len()
    }

    fn beside(&self) -> usize {
        self.to.len()
    }

    fn send(&mut self, to: usize, message: Vec<u8>, _: Watch<'_>) -> Result<(), RanksError> {
        let sent = self.to[to].send(message);
        sent.map_err(|_| RanksError::Gone { rank: to })
    }

    fn receive(&mut self, from: usize, watch: Watch<'_>) -> Result<Vec<u8>, RanksError> {
        loop {
            match self.from[from].recv_timeout(Duration::from_millis(5)) {
                Ok(message) => return Ok(message),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(RanksError::Gone { rank: from });
                }
                Err(RecvTimeoutError::Timeout) if watch.ask().is_break() => {
                    return Err(RanksError::Stopped);
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn leave(self: Box<Self>) {}
}

fn request(folder: &Path, recipe: Recipe, updates: u64, team: Team) -> TrainRequest<'_> {
    TrainRequest {
        start: None,
        recipe,
        tokens: data(20, 1).into(),
        held_out: Some((data(12, 2).into(), 12)),
        updates: Some(updates),
        every: 3,
        folder,
        anew: false,
        program: "a test",
        holder: "a test",
        memory: MemoryLimit::NONE,
        team,
    }
}

fn help(recipe: Recipe, images: usize, team: Team) -> Result<bool, Box<TrainError>> {
    let Some(helper) = Helper::wait(team)? else {
        return Ok(false);
    };
    let request = HelpRequest {
        recipe,
        tokens: data(images, 1).into(),
        held_out: Some((data(12, 2).into(), 12)),
        memory: MemoryLimit::NONE,
    };
    helper.help(request, &Catalogue::standard())?;
    Ok(true)
}

fn lead(request: TrainRequest<'_>) -> Result<TrainProgress, Box<TrainError>> {
    let training = request.begin(&Catalogue::standard(), &Device::Cpu)?;
    Ok(training.finish(|_| ControlFlow::Continue(()))?)
}

/// A run up to an update by so many ranks.
fn train(folder: &Path, recipe: &Recipe, updates: u64, ranks: usize) {
    std::thread::scope(|scope| {
        let mut team = ThreadRanks::team(ranks).into_iter();
        let leader = team.next().unwrap();
        let helpers: Vec<_> = team
            .map(|team| scope.spawn(|| help(recipe.clone(), 20, team)))
            .collect();
        lead(request(folder, recipe.clone(), updates, leader)).unwrap();
        for helper in helpers {
            assert!(helper.join().unwrap().unwrap());
        }
    });
}

/// The state, the model, and the log.
fn files(folder: &Path) -> [Vec<u8>; 3] {
    let files = ["run.safetensors", "model.safetensors", "log.csv"];
    files.map(|name| std::fs::read(folder.join(name)).unwrap())
}

#[test]
fn any_number_of_ranks_makes_the_same_files() {
    for (batch, dropout, counts) in [
        (6, 0.1, &[2, 3, 5, 6][..]),
        (16, 0.0, &[2, 4, 8, 16]),
        // 11 parts of 2 samples, but for the last.
        (21, 0.0, &[2, 8, 11]),
    ] {
        let mut recipe = recipe();
        recipe.batch = batch;
        recipe.dropout = dropout;
        let folder = tempfile::tempdir().unwrap();
        let alone = folder.path().join("alone");
        train(&alone, &recipe, u64::MAX, 1);
        let expected = files(&alone);
        for &ranks in counts {
            let together = folder.path().join(ranks.to_string());
            train(&together, &recipe, u64::MAX, ranks);
            assert!(files(&together) == expected, "{ranks} ranks of {batch}");
        }
        // Gone on with on other numbers of ranks. The log says more of held-out images then.
        let changing = folder.path().join("changing");
        for (updates, ranks) in [(1, 3), (3, 1), (u64::MAX, 2)] {
            train(&changing, &recipe, updates, ranks);
        }
        assert!(files(&changing)[..2] == expected[..2], "{batch}");
    }
}

#[test]
fn what_ranks_can_not_do_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let new = |name: &str| folder.path().join(name);
    // Where rank 0 can't begin, the others end without a word.
    std::thread::scope(|scope| {
        let mut team = ThreadRanks::team(7).into_iter();
        let leader = team.next().unwrap();
        let helpers: Vec<_> = team
            .map(|team| scope.spawn(|| help(recipe(), 20, team)))
            .collect();
        let error = lead(request(&new("many"), recipe(), 1, leader)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "there are 7 ranks, and a batch of 6 is cut into 6 parts: at most 6 ranks have something to do"
        );
        for helper in helpers {
            assert!(!helper.join().unwrap().unwrap());
        }
        assert!(!new("many").exists());
    });
    // One that has other tokens, or another recipe, does not train along; and then it is
    // gone, which ends the others too.
    let mut other = recipe();
    other.seed += 1;
    for (helpers, images, what) in [(recipe(), 19, "tokens"), (other, 20, "recipe")] {
        std::thread::scope(|scope| {
            let mut team = ThreadRanks::team(2).into_iter();
            let (leader, helper) = (team.next().unwrap(), team.next().unwrap());
            let helper = scope.spawn(move || help(helpers, images, helper));
            let path = new(what);
            let error = lead(request(&path, recipe(), 3, leader)).unwrap_err();
            assert_eq!(error.to_string(), "rank 1 can't be reached any more");
            let error = helper.join().unwrap().unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("its {what} is not that of rank 0")
            );
            // What there was is kept, and another team goes on.
            train(&path, &recipe(), 3, 2);
        });
    }
}

#[test]
fn one_that_waits_for_others_can_be_told_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    train(&path, &recipe(), 2, 1);
    let state = std::fs::read(path.join("run.safetensors")).unwrap();
    // The other one is there, and never answers.
    let mut team = ThreadRanks::team(2).into_iter();
    let leader = team.next().unwrap();
    let training = request(&path, recipe(), u64::MAX, leader);
    let training = training
        .begin(&Catalogue::standard(), &Device::Cpu)
        .unwrap();
    let asked = std::sync::atomic::AtomicU32::new(0);
    let done =
        training.finish(
            |_| match asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
                0..200 => ControlFlow::Continue(()),
                _ => ControlFlow::Break(()),
            },
        );
    assert_eq!(done.unwrap().updates, 2);
    assert!(std::fs::read(path.join("run.safetensors")).unwrap() == state);
}
