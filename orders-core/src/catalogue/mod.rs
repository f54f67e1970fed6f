//! What can be asked for by name: a value that can be added to.
//!
//! A [`Catalogue`] holds [`MethodEntry`]s and [`SchedulerEntry`]s: name, line, parameters,
//! source, what it can do or needs, and how it is made. Whoever takes methods or schedulers
//! by name is given one, and asks it. A program of one's own adds its methods to those that
//! come with this crate:
//!
//! ```
//! use orders_core::catalogue::{Catalogue, MethodEntry, ParameterEntry};
//! use orders_core::{Cell, Grid, MethodError, OrderGenerator, OrderRng, OrderingMethod};
//! use orders_core::{Parameters, Problem};
//!
//! /// Every n-th column first.
//! struct Columns {
//!     every: u32,
//! }
//!
//! impl OrderingMethod for Columns {
//!     fn name(&self) -> &str {
//!         "columns"
//!     }
//!     fn parameters(&self) -> Parameters {
//!         Parameters::from([("every".into(), f64::from(self.every).into())])
//!     }
//!     fn is_random(&self) -> bool {
//!         false
//!     }
//!     fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
//!         let grid = problem.grid();
//!         let mut free: Vec<Cell> = problem.known().free_cells().collect();
//!         free.sort_by_key(|&cell| grid.position_from_cell(cell).1 % self.every);
//!         Ok(Box::new(move |_: &mut OrderRng, out: &mut Vec<Cell>| out.extend(&free)))
//!     }
//! }
//!
//! let every = ParameterEntry::whole("every", "columns from one to the next", 1).or(2.0);
//! let columns = MethodEntry::new("columns", "every n-th column first", |arguments| {
//!     Ok(Box::new(Columns { every: arguments.whole("every")? }))
//! })
//! .with_parameter(every);
//! let catalogue = Catalogue::standard().with(columns)?;
//!
//! let method = catalogue.method("columns", Grid::new(4, 4)?, &Parameters::new())?;
//! assert_eq!(method.parameters()["every"], 2.0.into());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod entry;
mod error;
mod methods;
mod parameters;
mod schedulers;
mod standard_methods;
mod standard_schedulers;

pub use entry::{Entry, EntryKind};
pub use error::CatalogueError;
pub use methods::{Capabilities, MethodEntry, MethodKind};
pub use parameters::{Arguments, ParameterEntry};
pub use schedulers::{Needs, SchedulerEntry, SchedulerKind};

use crate::decoding::schedulers::{FixedOrders, SchedulerError, SchedulingRule};
use crate::grid::Grid;
use crate::method::{MethodError, OrderingMethod};
use crate::names::UnknownName;
use crate::parameter::Parameters;

/// What can be asked for by name. See [the module](self).
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    methods: Vec<MethodEntry>,
    schedulers: Vec<SchedulerEntry>,
}

impl Catalogue {
    /// A catalogue of nothing.
    pub fn empty() -> Self {
        Self::default()
    }

    /// All methods and schedulers that come with this crate.
    pub fn standard() -> Self {
        Self {
            methods: standard_methods::methods(),
            schedulers: standard_schedulers::schedulers(),
        }
    }

    /// Adds a method.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] if a name is taken or can't be typed, or a default is outside
    /// the range of its parameter.
    pub fn register(&mut self, entry: MethodEntry) -> Result<(), CatalogueError> {
        entry.check()?;
        self.check_names(entry.names())?;
        self.methods.push(entry);
        Ok(())
    }

    /// Adds a scheduler. Methods and schedulers share their names.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register).
    pub fn register_scheduler(&mut self, entry: SchedulerEntry) -> Result<(), CatalogueError> {
        entry.check()?;
        self.check_names(entry.names())?;
        self.schedulers.push(entry);
        Ok(())
    }

    /// Fails if a name is taken.
    fn check_names<'a>(&self, names: impl Iterator<Item = &'a str>) -> Result<(), CatalogueError> {
        for name in names {
            let kind = if self.methods.iter().any(|known| known.answers_to(name)) {
                MethodKind::WORD
            } else if self.schedulers.iter().any(|known| known.answers_to(name)) {
                SchedulerKind::WORD
            } else {
                continue;
            };
            let name = name.into();
            return Err(CatalogueError::Twice { kind, name });
        }
        Ok(())
    }

    /// The catalogue with a method more.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register).
    pub fn with(mut self, entry: MethodEntry) -> Result<Self, CatalogueError> {
        self.register(entry)?;
        Ok(self)
    }

    /// The catalogue with a scheduler more.
    ///
    /// # Errors
    ///
    /// As [`register`](Self::register).
    pub fn with_scheduler(mut self, entry: SchedulerEntry) -> Result<Self, CatalogueError> {
        self.register_scheduler(entry)?;
        Ok(self)
    }

    /// All schedulers, in the order in which they were added.
    pub fn schedulers(&self) -> &[SchedulerEntry] {
        &self.schedulers
    }

    /// All methods, in the order in which they were added.
    pub fn methods(&self) -> &[MethodEntry] {
        &self.methods
    }

    /// The names of the methods that can do something.
    pub fn names_of(&self, can: impl Fn(Capabilities) -> bool) -> Vec<&str> {
        let methods = self.methods.iter();
        let able = methods.filter(|entry| can(entry.capabilities()));
        able.map(MethodEntry::name).collect()
    }

    /// The entry of a name or of another name for it.
    ///
    /// # Errors
    ///
    /// [`MethodError::UnknownMethod`], [`MethodError::IsScheduler`].
    pub fn entry(&self, name: &str) -> Result<&MethodEntry, MethodError> {
        let mut entries = self.methods.iter();
        entries.find(|entry| entry.answers_to(name)).ok_or_else(|| {
            let known = self.methods.iter().map(MethodEntry::name);
            match self.scheduler_entry(name) {
                Some(_) => MethodError::IsScheduler {
                    name: name.into(),
                    methods: known.map(str::to_owned).collect(),
                },
                None => MethodError::UnknownMethod(UnknownName::new("method", name, known)),
            }
        })
    }

    /// The method of a name for a grid, with parameters by name; those not given have
    /// their defaults.
    ///
    /// ```
    /// use orders_core::{Catalogue, Grid, Parameters};
    ///
    /// let grid = Grid::new(24, 24)?;
    /// let parameters = Parameters::from([("proximity".into(), 0.5.into())]);
    /// let method = Catalogue::standard().method("lpd", grid, &parameters)?;
    /// assert_eq!(method.parameters()["repulsion"], 3.0.into());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`entry`](Self::entry); [`MethodError::Video`] if the grid has several
    /// frames and the method orders one, and what [`MethodEntry::method`] gives.
    pub fn method(
        &self,
        name: &str,
        grid: Grid,
        parameters: &Parameters,
    ) -> Result<Box<dyn OrderingMethod>, MethodError> {
        let entry = self.entry(name)?;
        if grid.frames() > 1 && !entry.capabilities().video {
            let for_video = self.names_of(|can| can.video);
            return Err(MethodError::Video {
                method: entry.name().into(),
                grid,
                for_video: for_video.into_iter().map(str::to_owned).collect(),
            });
        }
        entry.method(grid, parameters)
    }

    /// The entry of a scheduler, by its name or another name for it; none if there is no
    /// such scheduler.
    pub fn scheduler_entry(&self, name: &str) -> Option<&SchedulerEntry> {
        self.schedulers.iter().find(|entry| entry.answers_to(name))
    }

    /// The scheduling rule of a name for a grid, with parameters by name; those not given
    /// have their defaults. The name of a method stands for the orders that it makes
    /// beforehand.
    ///
    /// ```
    /// use orders_core::{Catalogue, Grid, Parameters};
    ///
    /// let (catalogue, grid) = (Catalogue::standard(), Grid::new(16, 16)?);
    /// let rule = catalogue.scheduler("entropy-bound", grid, &Parameters::new())?;
    /// assert_eq!(rule.parameters()["budget"], 0.1.into());
    /// let rule = catalogue.scheduler("halton", grid, &Parameters::new())?;
    /// assert!(rule.needs_group_sizes());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SchedulerError::Unknown`], what [`SchedulerEntry::rule`] gives, and for methods
    /// what [`method`](Self::method) gives.
    pub fn scheduler(
        &self,
        name: &str,
        grid: Grid,
        parameters: &Parameters,
    ) -> Result<Box<dyn SchedulingRule>, SchedulerError> {
        if let Some(entry) = self.scheduler_entry(name) {
            return entry.rule(grid, parameters);
        }
        if self.entry(name).is_err() {
            let schedulers = self.schedulers.iter().map(SchedulerEntry::name);
            let known = schedulers.chain(self.methods.iter().map(MethodEntry::name));
            let kind = SchedulerKind::WORD;
            return Err(SchedulerError::Unknown(UnknownName::new(kind, name, known)));
        }
        let method = self.method(name, grid, parameters)?;
        Ok(Box::new(FixedOrders::of(method.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{GroupSizes, Problem};

    #[test]
    fn entries_tell_the_truth() {
        let grid = Grid::new(4, 5).unwrap();
        let problem = Problem::new(grid, GroupSizes::new([1, 4, 15]).unwrap()).unwrap();
        let catalogue = Catalogue::standard();
        for entry in catalogue.methods() {
            let method = entry.method(grid, &Parameters::new()).unwrap();
            let can = entry.capabilities();
            assert_eq!(method.name(), entry.name());
            assert_eq!(method.is_random(), can.random);
            let own_sizes = method.own_group_sizes(problem.known()).unwrap();
            assert_eq!(own_sizes.is_some(), can.own_sizes);
            let names: Vec<String> = method.parameters().into_keys().collect();
            let mut expected: Vec<&str> = entry.parameters().iter().map(|p| p.name()).collect();
            // One frame has no other, and what came later is said where it is not the default.
            let unsaid = ["frame-distance", "rotate", "corner", "delay", "batch"];
            expected.retain(|name| !unsaid.contains(name));
            expected.sort_unstable();
            assert_eq!(names, expected);
            let orders: Vec<_> = (0..5)
                .map(|i| method.order(&problem, 0, i).unwrap())
                .collect();
            assert_eq!(orders.iter().any(|order| *order != orders[0]), can.random);
            let video = Grid::video(2, 4, 5).unwrap();
            let made = catalogue.method(entry.name(), video, &Parameters::new());
            assert_eq!(made.is_ok(), can.video);
            let rules = entry.replay(&Parameters::new(), &problem).unwrap();
            assert_eq!(rules.is_some(), can.replay);
        }
    }

    #[test]
    fn unknown_names_are_refused() {
        let grid = Grid::new(4, 4).unwrap();
        let catalogue = Catalogue::standard();
        let refusal = |name: &str, parameter: &str, value: f64| {
            let parameters = Parameters::from([(parameter.into(), value.into())]);
            let method = catalogue.method(name, grid, &parameters);
            method.err().expect("it is refused").to_string()
        };
        assert!(refusal("lqd", "rho", 1.0).contains("did you mean 'lpd'?"));
        let known = "there are proximity, repulsion, frame-distance";
        assert_eq!(
            refusal("lpd", "rho", 1.0),
            format!("there is no lpd parameter 'rho'; {known}")
        );
        assert_eq!(
            refusal("raster", "rho", 1.0),
            "method raster has no parameters, so no 'rho'"
        );
        for value in [f64::NAN, -0.5] {
            assert_eq!(
                refusal("proximity", "proximity", value),
                format!("proximity of method proximity is {value}; it takes a number from 0")
            );
        }
    }

    fn raster(name: &str) -> MethodEntry {
        MethodEntry::new(name, "rows", |_| Ok(Box::new(crate::methods::Raster)))
    }

    #[test]
    fn what_is_no_entry_is_not_registered() {
        let parameter = || ParameterEntry::number("x", "a number", 1.0);
        let refused = [
            raster("lpd"),
            raster("mine").with_alias("halton"),
            raster(""),
            raster("My method"),
            raster("mine").with_alias("mine"),
            raster("mine").with_parameter(parameter().or(0.0)),
            raster("mine").with_parameter(parameter().or("in")),
            raster("mine").with_parameter(ParameterEntry::one_of("x", "a word", &["in", "inf"])),
            raster("mine")
                .with_parameter(parameter().or(1.0))
                .with_parameter(parameter().or(2.0)),
        ];
        for entry in refused {
            let words = format!("{entry:?}");
            let error = Catalogue::standard().with(entry).expect_err(&words);
            assert!(!error.to_string().is_empty());
        }
        assert!(Catalogue::empty().with(raster("lpd")).is_ok());
    }

    #[test]
    fn a_method_of_another_name_is_refused() {
        let catalogue = Catalogue::standard().with(raster("mine")).unwrap();
        let method = catalogue.method("mine", Grid::new(4, 4).unwrap(), &Parameters::new());
        assert_eq!(
            method.err().expect("it is refused").to_string(),
            "the catalogue's entry 'mine' makes a method that calls itself 'raster'"
        );
    }
}
