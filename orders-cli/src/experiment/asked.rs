//! What trials ask of LPD models, as the models take it.

use orders_analysis::experiment::{Chosen, JudgeError};
use orders_core::decoding::Drafts;
use orders_core::decoding::schedulers::SampleRule;
use orders_core::{Cell, Order, Problem};
use orders_model::lpd::{Chooser, SampleOrders};

/// What chooses the cells of images from a number on.
pub(super) enum Asked<'a> {
    Orders(SampleOrders),
    Exactly(SampleOrders, Drafts),
    Rule(&'a SampleRule),
}

impl<'a> Asked<'a> {
    pub(super) fn new(first: u64, chosen: Chosen<'a>) -> Result<Self, JudgeError> {
        Ok(match chosen {
            Chosen::Orders { problem, orders } => Self::Orders(listed(first, problem, orders)?),
            Chosen::Exactly {
                problem,
                orders,
                drafts,
            } => Self::Exactly(listed(first, problem, orders)?, drafts),
            Chosen::Rule { rule, .. } => Self::Rule(rule),
            _ => return Err("cells are chosen in a way that the model does not know".into()),
        })
    }

    pub(super) fn chooser(&self) -> Chooser<'_> {
        match self {
            Self::Orders(orders) => Chooser::Orders(orders),
            Self::Exactly(orders, drafts) => Chooser::Exact(orders, *drafts),
            Self::Rule(rule) => Chooser::Rule(rule),
        }
    }
}

fn listed(first: u64, problem: &Problem, orders: &[Vec<Cell>]) -> Result<SampleOrders, JudgeError> {
    let orders = orders.iter().cloned();
    let orders = orders.map(|cells| Order::new(problem.clone(), cells));
    let orders = orders.collect::<Result<_, _>>()?;
    Ok(SampleOrders::listed_from("orders".into(), first, orders)?)
}
