//! A rank that does not lead: it computes its share of each batch.

use candle_core::Device;
use orders_core::{Catalogue, MemoryLimit, Watch};
use orders_datasets::TokenRows;

use super::checkpoint;
use super::draw::Draw;
use super::error::TrainError;
use super::gradient::{Asked, Gradients, Layout};
use super::memory;
use super::ranks::{Heard, RanksError, Team, Work};
use super::recipe::Recipe;
use super::run::{HeldOut, SETTINGS, dropout, own, settings};

/// A rank that was told that there is work.
pub struct Helper {
    team: Team,
    settings: String,
}

/// What it needs for it: all as rank 0 has it.
pub struct HelpRequest {
    /// Every setting.
    pub recipe: Recipe,
    /// What is trained on.
    pub tokens: TokenRows,
    /// Other images, on which the loss is measured, and how many of them are looked at.
    pub held_out: Option<(TokenRows, usize)>,
    /// What all that are on this machine may take.
    pub memory: MemoryLimit,
}

impl Helper {
    /// Waits until rank 0 is ready; none if it had to end before.
    ///
    /// # Errors
    ///
    /// [`TrainError::Ranks`].
    pub fn wait(mut team: Team) -> Result<Option<Self>, TrainError> {
        match team.hear()? {
            Heard::Begin(settings) => Ok(Some(Self { team, settings })),
            Heard::End => Ok(None),
            Heard::Work(..) => Err(RanksError::Message { rank: 0 }.into()),
        }
    }

    /// Computes what is asked for until rank 0 says that it is the end. It is for the current
    /// rayon pool.
    ///
    /// # Errors
    ///
    /// [`TrainError`]; [`RanksError::Other`] if something is not as rank 0 has it. Then the
    /// others wait in vain, and whoever started them has to end them.
    pub fn help(self, request: HelpRequest, catalogue: &Catalogue) -> Result<(), TrainError> {
        let Self {
            mut team,
            settings: expected,
        } = self;
        let HelpRequest {
            recipe,
            mut tokens,
            held_out,
            memory,
        } = request;
        let prepared = recipe.checked(catalogue)?;
        memory::check(&recipe, &prepared, &team, memory)?;
        let tokenizer = tokens.tokenizer_identity().map(str::to_owned);
        let data_digest = checkpoint::digest(&mut tokens)?;
        let held_out = held_out.map(|(held_out, images)| {
            HeldOut::new(&recipe, catalogue, tokenizer.as_deref(), held_out, images)
        });
        let mut held_out = held_out.transpose().map_err(TrainError::of_held_out)?;
        let own_settings = settings(&recipe, &data_digest, held_out.as_ref())?;
        let mut lines = own_settings
            .split('\n')
            .zip(expected.split('\n'))
            .zip(SETTINGS);
        if let Some((_, what)) = lines.find(|((own, expected), _)| own != expected) {
            return Err(RanksError::Other { what }.into());
        }
        let config = prepared.config.clone();
        let layout = Layout::new(&config);
        let mut parameters = vec![0.0; layout.length()];
        let mut gradient = parameters.clone();
        let mut gradients = Gradients::new(&config, &layout, &parameters, &Device::Cpu)?;
        let mut draw = Draw::new(&recipe, prepared, tokens)?;
        loop {
            let work = match team.hear()? {
                Heard::End => return Ok(()),
                Heard::Begin(_) => return Err(RanksError::Message { rank: 0 }.into()),
                Heard::Work(work, are_new) => {
                    if are_new {
                        team.weights(&mut parameters)?;
                    }
                    work
                }
            };
            let samples = own(&team, &recipe);
            let (drawn, dropout) = match (work, &mut held_out) {
                (Work::Update(step), _) => (draw.step(step, samples)?, dropout(&recipe, step)),
                (Work::HeldOut(batch), Some(held_out)) => (held_out.batch(batch, samples)?, None),
                (Work::HeldOut(_), None) => return Err(RanksError::Message { rank: 0 }.into()),
            };
            let asked = Asked {
                config: &config,
                layout: &layout,
                parameters: &parameters,
                drawn: &drawn,
                dropout,
                watch: Watch::NONE,
            };
            gradients.compute(&asked, &mut gradient, &mut team)?;
        }
    }
}
