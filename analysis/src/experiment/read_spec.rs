//! Reading a sweep file.

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::fmt::Display;
use std::ops::Range;
use std::path::PathBuf;
use std::str::FromStr;

use orders_core::catalogue::ParameterEntry;
use orders_core::decoding::Drafts;
use orders_core::sizes::SizesChoice;
use orders_core::{Catalogue, Grid};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::{Spanned, Value};

use super::error::SpecError;
use super::measure::{Input, MeasureEntry, MeasureKind, Measures};
use super::sizes::sizes_choice;
use super::spec::{
    Axis, ClockChoice, Design, MOST_ORDERS, MOST_SAMPLES, MOST_TRIALS, MethodAxes, ModelChoice,
    PARALLEL, SamplesChoice, Spec,
};
use crate::information::Field;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: Option<String>,
    orders: Option<Spanned<Value>>,
    measures: Option<Spanned<Vec<Spanned<Value>>>>,
    design: Option<Spanned<DesignTable>>,
    methods: Spanned<Vec<MethodTable>>,
    grids: Spanned<Vec<Spanned<Value>>>,
    steps: Option<Vec<Spanned<Value>>>,
    sizes: Option<Spanned<Vec<Spanned<Value>>>>,
    decoding: Option<Spanned<Vec<Spanned<Value>>>>,
    fields: Option<Vec<Spanned<Value>>>,
    models: Option<Spanned<Vec<Spanned<Value>>>>,
    samples: Option<Spanned<SamplesChoice>>,
    clock: Option<Spanned<ClockChoice>>,
    seeds: Option<Spanned<Vec<Spanned<Value>>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MethodTable {
    name: Option<Spanned<String>>,
    /// An order file, in the place of a name.
    file: Option<Spanned<PathBuf>>,
    label: Option<Spanned<String>>,
    #[serde(default)]
    set: BTreeMap<String, Spanned<Value>>,
    sizes: Option<Spanned<Vec<Spanned<Value>>>>,
    decoding: Option<Spanned<Vec<Spanned<Value>>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DesignTable {
    kind: Spanned<String>,
    points: Option<Spanned<Value>>,
    seed: Option<Spanned<Value>>,
}

impl Spec {
    /// The space that the text of a sweep file states, with methods and measures of
    /// catalogues.
    ///
    /// # Errors
    ///
    /// [`SpecError`] with the line that is wrong.
    pub fn read(text: &str, catalogue: &Catalogue, measures: &Measures) -> Result<Self, SpecError> {
        let reader = Reader {
            text,
            catalogue,
            measures,
        };
        let file: File = reader.toml()?;
        reader.spec(file)
    }
}

impl Reader<'_> {
    fn spec(&self, file: File) -> Result<Spec, SpecError> {
        let design = self.design(file.design)?;
        let orders = match &file.orders {
            None => 100,
            Some(value) => self.whole("orders", value, 1, MOST_ORDERS)?,
        };
        let sizes = match &file.sizes {
            None => vec![SizesChoice::Published],
            Some(values) => self.sizes(values)?,
        };
        let decodings = match &file.decoding {
            None => vec![PARALLEL.to_owned()],
            Some(values) => self.decodings(values)?,
        };
        let methods_span = file.methods.span();
        let methods = file.methods.into_inner();
        if methods.is_empty() {
            return self.refuse(
                methods_span,
                "methods is empty; at least one [[methods]] is needed",
            );
        }
        let methods = methods
            .into_iter()
            .map(|method| self.method(method, &sizes, &decodings, design))
            .collect::<Result<Vec<_>, _>>()?;
        self.check_labels(&methods)?;
        let methods: Vec<MethodAxes> = methods.into_iter().map(|(method, _)| method).collect();
        let grids = self.some("grids", &file.grids)?;
        let seeds = match &file.seeds {
            None => vec![0],
            Some(seeds) => self.list("seeds", self.some("seeds", seeds)?, |value| {
                self.whole("seeds", value, 0, i64::MAX as u64)
            })?,
        };
        let models = match &file.models {
            None => Vec::new(),
            Some(values) => self.models(values)?,
        };
        if let Some(listed) = &file.seeds
            && seeds.len() > 1
            && !models.is_empty()
        {
            return self.refuse(
                listed.span(),
                "seeds lists several, and models are asked about image i for order i of each; one seed is taken with models",
            );
        }
        let samples = self.samples(file.samples, &models)?;
        let clock = self.clock(file.clock, &models)?;
        let is_found = methods.iter().any(|method| {
            let is_parallel = method.decodings.iter().all(|text| text == PARALLEL);
            method.finds_steps || !is_parallel
        });
        let has_field = !file.fields.as_ref().is_none_or(Vec::is_empty);
        let is_there = |measure: &&MeasureEntry| match measure.kind() {
            MeasureKind::Orders(Some(Input::Background)) => {
                !models.is_empty() && models.iter().all(ModelChoice::has_background)
            }
            // Its maps, of all cells with all, are made where they are asked for.
            MeasureKind::Orders(Some(Input::Attention)) => false,
            MeasureKind::Orders(_) => {
                (has_field || !measure.asks_field()) && !(models.is_empty() && measure.asks_model())
                // With orders that are decoded a group at a time, these are the steps.
                    && (measure.kind() != MeasureKind::Orders(Some(Input::Passes)) || is_found)
            }
            MeasureKind::Samples => samples.is_some(),
            MeasureKind::Machine => clock.is_some(),
            // They take trials of their own, which nobody asked for.
            MeasureKind::Difference(_) => false,
        };
        let measures = match &file.measures {
            None => {
                let all = self.measures.entries().iter();
                all.filter(is_there).cloned().collect()
            }
            Some(values) => self.list("measures", self.some("measures", values)?, |value| {
                self.measure(value)
            })?,
        };
        Ok(Spec {
            title: file.title.unwrap_or_default(),
            orders,
            measures,
            design,
            methods,
            grids: self.list("grids", grids, |value| self.parsed("grids", value))?,
            steps: self.list("steps", &file.steps.unwrap_or_default(), |value| {
                let steps = self.whole("steps", value, 1, Grid::MAX_CELLS)?;
                Ok(steps as usize)
            })?,
            fields: self.list("fields", &file.fields.unwrap_or_default(), |value| {
                self.field(value)
            })?,
            models,
            samples,
            clock,
            seeds,
        })
    }

    fn samples(
        &self,
        samples: Option<Spanned<SamplesChoice>>,
        models: &[ModelChoice],
    ) -> Result<Option<SamplesChoice>, SpecError> {
        let Some(samples) = samples else {
            return Ok(None);
        };
        let span = samples.span();
        let samples = samples.into_inner();
        let reason = match &samples {
            _ if models.is_empty() => {
                "samples are generated by models, and the file lists none".into()
            }
            SamplesChoice { count, .. } if !(1..=MOST_SAMPLES).contains(count) => {
                format!("samples: count {count} is no whole number from 1 to {MOST_SAMPLES}")
            }
            SamplesChoice { cfg, .. } if !cfg.is_finite() => {
                format!("samples: cfg {cfg} is no number")
            }
            _ => return Ok(Some(samples)),
        };
        self.refuse(span, reason)
    }

    fn clock(
        &self,
        clock: Option<Spanned<ClockChoice>>,
        models: &[ModelChoice],
    ) -> Result<Option<ClockChoice>, SpecError> {
        let Some(clock) = clock else {
            return Ok(None);
        };
        let span = clock.span();
        let clock = clock.into_inner();
        let ClockChoice { batch, runs, cfg } = clock;
        let is_fine = |count| (1..=65_536).contains(&count);
        let reason = match clock {
            _ if models.is_empty() => "clock times models, and the file lists none".into(),
            _ if !is_fine(batch) => {
                format!("clock: batch {batch} is no whole number from 1 to 65536")
            }
            _ if !is_fine(runs) => format!("clock: runs {runs} is no whole number from 1 to 65536"),
            _ if !cfg.is_finite() => format!("clock: cfg {cfg} is no number"),
            clock => return Ok(Some(clock)),
        };
        self.refuse(span, reason)
    }

    fn design(&self, design: Option<Spanned<DesignTable>>) -> Result<Design, SpecError> {
        let Some(design) = design else {
            return Ok(Design::Grid);
        };
        let span = design.span();
        let design = design.into_inner();
        let points = |most| match &design.points {
            None => self.refuse(
                span.clone(),
                "a random or Sobol design needs points as well",
            ),
            Some(value) => Ok(self.whole("points", value, 1, most)? as u32),
        };
        let seed = |most| match &design.seed {
            None => Ok(0),
            Some(value) => self.whole("seed", value, 0, most),
        };
        match design.kind.get_ref().as_str() {
            "grid" => match design.points.as_ref().or(design.seed.as_ref()) {
                None => Ok(Design::Grid),
                Some(value) => self.refuse(
                    value.span(),
                    "a grid design takes every combination; points and seed are for random and sobol",
                ),
            },
            "random" => Ok(Design::Random {
                points: points(MOST_TRIALS as u64)?,
                seed: seed(i64::MAX as u64)?,
            }),
            "sobol" => Ok(Design::Sobol {
                points: points(1 << 16)?,
                seed: seed(u32::MAX.into())? as u32,
            }),
            other => self.refuse(
                design.kind.span(),
                format!("there is no design '{other}'; there are grid, random, sobol"),
            ),
        }
    }

    /// A method, and where its label is, if the file gives one.
    fn method(
        &self,
        table: MethodTable,
        sizes: &[SizesChoice],
        decodings: &[String],
        design: Design,
    ) -> Result<Labelled, SpecError> {
        let mut method = match (&table.name, &table.file) {
            (Some(name), None) => self.named(name, &table.set, design)?,
            (None, Some(file)) => self.of_file(file, &table.set)?,
            (Some(name), Some(_)) => {
                let reason =
                    "a method has a name or a file; to call a file something, give a label";
                return self.refuse(name.span(), reason);
            }
            (None, None) => {
                return Err(SpecError {
                    line: None,
                    reason: "[[methods]]: each needs a name, or the file of its orders".into(),
                });
            }
        };
        let is_rule = self.catalogue.scheduler_entry(&method.name).is_some();
        match &table.sizes {
            Some(sizes) if method.finds_steps => {
                let name = &method.name;
                let reason =
                    format!("sizes: {name} finds out itself how many cells a step reveals");
                return self.refuse(sizes.span(), reason);
            }
            Some(values) => method.sizes = self.sizes(values)?,
            None if method.finds_steps || method.file.is_some() => {}
            None => method.sizes = sizes.to_vec(),
        }
        match &table.decoding {
            Some(decoding) if is_rule => {
                let name = &method.name;
                let reason =
                    format!("decoding: {name} has no orders that could be decoded exactly");
                return self.refuse(decoding.span(), reason);
            }
            Some(values) => method.decodings = self.decodings(values)?,
            None if is_rule => {}
            None => method.decodings = decodings.to_vec(),
        }
        let span = table.label.as_ref().map(Spanned::span);
        if let Some(label) = table.label {
            method.label = label.into_inner();
        }
        Ok((method, span))
    }

    /// A method or scheduler of the catalogue, with the axes of its parameters.
    fn named(
        &self,
        name: &Spanned<String>,
        set: &BTreeMap<String, Spanned<Value>>,
        design: Design,
    ) -> Result<MethodAxes, SpecError> {
        let mut method = MethodAxes::named(name.get_ref(), self.catalogue);
        let rule = self.catalogue.scheduler_entry(&method.name);
        let entry = match self.catalogue.entry(&method.name) {
            Ok(entry) => Some(entry),
            Err(_) if rule.is_some() => None,
            Err(error) => return self.refuse(name.span(), error.to_string()),
        };
        for (parameter, value) in set {
            let kind = match (entry, rule) {
                (Some(entry), _) => entry.parameter(parameter).map(ParameterEntry::kind),
                (None, Some(entry)) => entry.parameter(parameter).map(ParameterEntry::kind),
                (None, None) => continue,
            };
            let kind = match kind {
                Ok(kind) => kind,
                Err(error) => return self.refuse(value.span(), error.to_string()),
            };
            let axis = Axis::new(parameter, value.get_ref(), kind, design != Design::Grid);
            match axis {
                Ok(axis) => method.parameters.push((parameter.clone(), axis)),
                Err(reason) => return self.refuse(value.span(), reason),
            }
        }
        Ok(method)
    }

    /// An order file, which is called by its name without the folder.
    fn of_file(
        &self,
        file: &Spanned<PathBuf>,
        set: &BTreeMap<String, Spanned<Value>>,
    ) -> Result<MethodAxes, SpecError> {
        if let Some((name, value)) = set.iter().next() {
            let reason = format!("{name} is set, but an order file has no parameters");
            return self.refuse(value.span(), reason);
        }
        let path = file.get_ref();
        match path.file_name() {
            Some(name) => Ok(MethodAxes::of_file(name.to_string_lossy(), path)),
            None => self.refuse(file.span(), format!("'{}' names no file", path.display())),
        }
    }

    /// Refuses a label that is given and that another method has too, or that is no line.
    fn check_labels(&self, methods: &[Labelled]) -> Result<(), SpecError> {
        for (place, (method, span)) in methods.iter().enumerate() {
            let mut others = methods
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != place);
            if let Some(span) = span
                && method.label.contains(char::is_control)
            {
                let label = method.label.escape_debug();
                let reason = format!(
                    "the label \"{label}\" has a control character; it takes one line of text"
                );
                return self.refuse(span.clone(), reason);
            }
            if let Some(span) = span
                && others.any(|(_, (other, _))| other.label == method.label)
            {
                let label = &method.label;
                let reason =
                    format!("two [[methods]] are called '{label}'; give each a label of its own");
                return self.refuse(span.clone(), reason);
            }
        }
        Ok(())
    }

    fn sizes(&self, values: &Spanned<Vec<Spanned<Value>>>) -> Result<Vec<SizesChoice>, SpecError> {
        self.list("sizes", self.some("sizes", values)?, |value| {
            sizes_choice(value.get_ref())
                .or_else(|reason| self.refuse(value.span(), format!("sizes: {reason}")))
        })
    }

    fn decodings(&self, values: &Spanned<Vec<Spanned<Value>>>) -> Result<Vec<String>, SpecError> {
        self.list("decoding", self.some("decoding", values)?, |value| {
            let text = self.text("decoding", value)?;
            // Which cells there are is not known yet, nor does it matter here.
            let grid = Grid::new(1, 1).expect("a grid of one cell");
            match Drafts::of_text(text, grid) {
                Ok(_) => Ok(text.to_owned()),
                Err(error) => self.refuse(value.span(), format!("decoding: {error}")),
            }
        })
    }

    fn field(&self, value: &Spanned<Value>) -> Result<Field, SpecError> {
        Field::read(self.text("fields", value)?).or_else(|error| {
            let mut reason = format!("fields: {error}");
            let mut source = error.source();
            while let Some(error) = source {
                reason.push_str(&format!(": {error}"));
                source = error.source();
            }
            self.refuse(value.span(), reason)
        })
    }

    fn models(&self, values: &Spanned<Vec<Spanned<Value>>>) -> Result<Vec<ModelChoice>, SpecError> {
        let models = self.list("models", values.get_ref(), |value| {
            ModelChoice::new(value.get_ref())
                .or_else(|reason| self.refuse(value.span(), format!("models: {reason}")))
        })?;
        let mut names = HashSet::new();
        match models.iter().find(|model| !names.insert(model.name())) {
            None => Ok(models),
            Some(model) => self.refuse(
                values.span(),
                format!("models lists two of the name {}; name each", model.name()),
            ),
        }
    }

    fn measure(&self, value: &Spanned<Value>) -> Result<MeasureEntry, SpecError> {
        match self.measures.entry(self.text("measures", value)?) {
            Ok(measure) => Ok(measure.clone()),
            Err(error) => self.refuse(value.span(), error.to_string()),
        }
    }
}

/// The line of a place in a text, from 1.
fn line_at(text: &str, offset: usize) -> usize {
    let before = &text.as_bytes()[..offset.min(text.len())];
    before.iter().filter(|&&byte| byte == b'\n').count() + 1
}

/// A method, and where its label is, if the file gives one.
type Labelled = (MethodAxes, Option<Range<usize>>);

/// Turns what is written into what is meant; errors name the line.
struct Reader<'a> {
    text: &'a str,
    catalogue: &'a Catalogue,
    measures: &'a Measures,
}

impl Reader<'_> {
    /// The text as TOML.
    fn toml<T: DeserializeOwned>(&self) -> Result<T, SpecError> {
        toml::from_str(self.text).map_err(|error| SpecError {
            line: error.span().map(|span| line_at(self.text, span.start)),
            reason: error.message().trim().replace('\n', " "),
        })
    }

    /// Wrong input at a place of the text.
    fn refuse<T>(&self, span: Range<usize>, reason: impl Into<String>) -> Result<T, SpecError> {
        Err(SpecError {
            line: Some(line_at(self.text, span.start)),
            reason: reason.into(),
        })
    }

    /// The entries of a list that must have some.
    fn some<'v, T>(&self, what: &str, list: &'v Spanned<Vec<T>>) -> Result<&'v [T], SpecError> {
        match list.get_ref().as_slice() {
            [] => self.refuse(
                list.span(),
                format!("{what} is empty; at least one is needed"),
            ),
            entries => Ok(entries),
        }
    }

    /// The entries of a list, none of which may come twice.
    fn list<T: PartialEq>(
        &self,
        what: &str,
        values: &[Spanned<Value>],
        read: impl Fn(&Spanned<Value>) -> Result<T, SpecError>,
    ) -> Result<Vec<T>, SpecError> {
        let mut list = Vec::with_capacity(values.len());
        for value in values {
            let item = read(value)?;
            if list.contains(&item) {
                let shown = value.get_ref();
                return self.refuse(value.span(), format!("{what} lists {shown} twice"));
            }
            list.push(item);
        }
        Ok(list)
    }

    /// A text.
    fn text<'v>(&self, what: &str, value: &'v Spanned<Value>) -> Result<&'v str, SpecError> {
        match value.get_ref() {
            Value::String(text) => Ok(text),
            other => self.refuse(
                value.span(),
                format!("{what}: {other} is no text in quotes"),
            ),
        }
    }

    /// What a text stands for.
    fn parsed<T: FromStr<Err: Display>>(
        &self,
        what: &str,
        value: &Spanned<Value>,
    ) -> Result<T, SpecError> {
        let text = self.text(what, value)?;
        text.parse()
            .or_else(|error| self.refuse(value.span(), format!("{what}: {error}")))
    }

    /// A whole number of a range.
    fn whole(
        &self,
        what: &str,
        value: &Spanned<Value>,
        least: u64,
        most: u64,
    ) -> Result<u64, SpecError> {
        let number = match value.get_ref() {
            Value::Integer(number) => u64::try_from(*number).ok(),
            _ => None,
        };
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(number),
            None => {
                let shown = value.get_ref();
                self.refuse(
                    value.span(),
                    format!("{what}: {shown} is no whole number from {least} to {most}"),
                )
            }
        }
    }
}
