//! The names that orders have in a picture.

use std::path::PathBuf;

use orders_core::Parameters;

use super::ShownOrder;
use crate::failure::Result;
use crate::settings::check_labels;

/// Names orders as flags say, or else so that they can be told apart: files that
/// are called alike by their paths, methods that are there several times by the
/// parameters in which they differ.
pub(super) fn set(orders: &mut [ShownOrder], files: &[PathBuf], given: &[String]) -> Result<()> {
    let names: Vec<String> = match given {
        [] => {
            let indices = 0..orders.len();
            indices.map(|index| name(orders, files, index)).collect()
        }
        given => given.to_vec(),
    };
    check_labels(&names, ("order", orders.len()))?;
    for (order, name) in orders.iter_mut().zip(names) {
        order.origin.label.clone_from(&name);
        order.label = name;
    }
    Ok(())
}

fn name(orders: &[ShownOrder], files: &[PathBuf], index: usize) -> String {
    let own = &orders[index];
    let alike: Vec<&ShownOrder> = orders.iter().filter(|o| o.label == own.label).collect();
    if alike.len() == 1 {
        return own.label.clone();
    }
    if let Some(path) = files.get(index) {
        return path.display().to_string();
    }
    let parameters = |order: &&ShownOrder| -> Parameters { order.origin.parameters.clone() };
    let all: Vec<Parameters> = alike.iter().map(parameters).collect();
    let differing = own
        .origin
        .parameters
        .iter()
        .filter(|(key, value)| all.iter().any(|other| other.get(*key) != Some(*value)));
    let mut name = own.label.clone();
    for (key, value) in differing {
        name.push_str(&format!(", {key} {value}"));
    }
    name
}
