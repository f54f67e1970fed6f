//! Where the orders of a file are from.

use std::collections::BTreeMap;

use super::manifest::Manifest;
use crate::parameter::Parameters;
use crate::problem::Problem;

/// What made the orders of a file, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderOrigin {
    /// The name of the method.
    pub method: Option<String>,
    /// Its parameters.
    pub parameters: Parameters,
    /// The seed, of files that have its orders from number 0 on.
    pub seed: Option<u64>,
}

impl OrderOrigin {
    /// What a file says of itself inside, where its format has room for it.
    pub fn metadata(&self, program: &str, problem: &Problem) -> BTreeMap<String, String> {
        let sizes = problem.group_sizes().as_slice().iter();
        let sizes: Vec<String> = sizes.map(u32::to_string).collect();
        let mut metadata = BTreeMap::from([
            ("program".to_owned(), program.to_owned()),
            ("grid".to_owned(), problem.grid().to_string()),
            ("group_sizes".to_owned(), sizes.join(",")),
        ]);
        let method = self.method.iter();
        metadata.extend(method.map(|name| ("method".to_owned(), name.clone())));
        let seed = self.seed.iter();
        metadata.extend(seed.map(|seed| ("seed".to_owned(), seed.to_string())));
        let known = problem.known().count();
        if known > 0 {
            metadata.insert("known_count".to_owned(), known.to_string());
        }
        let parameters = self.parameters.iter();
        metadata.extend(parameters.map(|(name, value)| (name.clone(), value.to_string())));
        metadata
    }

    /// Notes it in a manifest.
    pub fn set_in(&self, manifest: &mut Manifest) {
        manifest.method.clone_from(&self.method);
        manifest.parameters.clone_from(&self.parameters);
        manifest.seed = self.seed;
    }
}
