//! `methods`

use orders_core::Catalogue;
use orders_core::catalogue::{Entry, EntryKind, MethodEntry, ParameterEntry, SchedulerEntry};
use serde::{Serialize, Serializer};

use crate::args::MethodsArgs;
use crate::failure::Result;
use crate::printer::Printer;
use crate::settings;

/// Columns of a line, at most.
const WIDTH: usize = 100;

/// A method or a scheduler, for `--json`.
#[derive(Serialize)]
struct Listed {
    /// `method` or `scheduler`.
    kind: &'static str,
    name: String,
    summary: String,
    parameters: Vec<Parameter>,
    #[serde(flatten, serialize_with = "as_map")]
    facts: Vec<Fact>,
    source: String,
}

/// What is so or not: in the words of `--json`, which have underscores for spaces.
type Fact = (&'static str, bool);

fn as_map<S: Serializer>(facts: &[Fact], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(facts.iter().copied())
}

/// A parameter, for `--json`.
#[derive(Serialize)]
struct Parameter {
    name: String,
    summary: String,
    /// Which values it takes, in words.
    takes: String,
    default: String,
}

impl Listed {
    fn new<K: EntryKind>(entry: &Entry<K>, facts: impl Into<Vec<Fact>>) -> Self {
        Self {
            kind: K::WORD,
            name: entry.name().into(),
            summary: entry.summary().into(),
            parameters: entry.parameters().iter().map(Parameter::from).collect(),
            facts: facts.into(),
            source: entry.source().into(),
        }
    }
}

impl From<&MethodEntry> for Listed {
    fn from(entry: &MethodEntry) -> Self {
        let can = entry.capabilities();
        // Whether orders differ from one index to the next; whether it brings group sizes
        // of its own; whether it orders grids of several frames.
        let facts = [
            ("random", can.random),
            ("own_sizes", can.own_sizes),
            ("video", can.video),
        ];
        Self::new(entry, facts)
    }
}

impl From<&SchedulerEntry> for Listed {
    fn from(entry: &SchedulerEntry) -> Self {
        let needs = entry.needs();
        // Whether it draws random numbers; whether it needs group sizes; whether it looks
        // at drawn tokens; whether it does grids of several frames.
        let facts = [
            ("random", needs.randomness),
            ("sizes", needs.group_sizes),
            ("tokens", needs.tokens),
            ("video", !needs.one_frame),
        ];
        Self::new(entry, facts)
    }
}

impl From<&ParameterEntry> for Parameter {
    fn from(entry: &ParameterEntry) -> Self {
        Self {
            name: entry.name().into(),
            summary: entry.summary().into(),
            takes: entry.kind().to_string(),
            default: entry.default_words(),
        }
    }
}

pub(crate) fn run(args: &MethodsArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    if let Some(name) = &args.name {
        let listed = match catalogue.scheduler_entry(name) {
            Some(scheduler) => Listed::from(scheduler),
            None => Listed::from(settings::method_entry(catalogue, name)?),
        };
        return printer.report(args.json, &listed, || details(&listed));
    }
    let methods: Vec<Listed> = catalogue.methods().iter().map(Listed::from).collect();
    let schedulers: Vec<Listed> = catalogue.schedulers().iter().map(Listed::from).collect();
    let all: Vec<&Listed> = methods.iter().chain(&schedulers).collect();
    printer.report(args.json, &all, || {
        let tables = [&methods, &schedulers].into_iter();
        let tables = tables.filter(|listed| !listed.is_empty());
        let mut parts: Vec<String> = tables.map(|listed| table(listed)).collect();
        let hint = "'orders-cli methods NAME' tells more of one; --set KEY=VALUE sets a parameter.";
        parts.push(hint.into());
        parts.join("\n\n")
    })
}

/// All methods, or all schedulers; there are some. What it does, the source and the
/// parameters share the last column, each beginning a line of its own.
fn table(all: &[Listed]) -> String {
    let kind = all[0].kind;
    let name_width = all.iter().map(|listed| listed.name.len()).max();
    let name_width = name_width.unwrap_or(0).max(kind.len());
    let heads: Vec<String> = all[0].facts.iter().map(|fact| words(fact.0)).collect();
    // As wide as the word for yes at least.
    let row = |name: &str, values: Vec<&str>| {
        let columns = values.iter().zip(&heads);
        let columns = columns.map(|(value, head)| format!("  {value:<0$}", head.len().max(3)));
        format!("{name:<name_width$}{}  ", columns.collect::<String>())
    };
    let head = row(kind, heads.iter().map(String::as_str).collect());
    let indent = head.len();
    let mut lines = vec![head + "what it does, source, parameters"];
    for listed in all {
        let mut cell = wrapped(&listed.summary, WIDTH - indent);
        cell.extend(wrapped(&listed.source, WIDTH - indent));
        for parameter in &listed.parameters {
            let text = format!(
                "{}: {}; default {}",
                parameter.name, parameter.takes, parameter.default
            );
            // What goes on in the next line stands further right.
            let lines = wrapped(&text, WIDTH - indent - 2);
            let lines = lines.into_iter().enumerate();
            cell.extend(lines.map(|(i, line)| if i == 0 { line } else { format!("  {line}") }));
        }
        let values = listed.facts.iter().map(|fact| yes_or_no(fact.1));
        let mut start = row(&listed.name, values.collect());
        for line in cell {
            lines.push(start + &line);
            start = " ".repeat(indent);
        }
    }
    lines.join("\n")
}

/// All there is to know of one.
fn details(listed: &Listed) -> String {
    let mut lines = wrapped(&format!("{}: {}", listed.name, listed.summary), WIDTH);
    lines.push(String::new());
    for &(what, is_so) in &listed.facts {
        lines.push(format!("{:<9}  {}", words(what), yes_or_no(is_so)));
    }
    lines.extend(hanging(&format!("{:<9}  ", "source"), &listed.source));
    lines.push(String::new());
    if listed.parameters.is_empty() {
        lines.push("no parameters".into());
        return lines.join("\n");
    }
    lines.push("parameters, for --set KEY=VALUE:".into());
    let names = listed
        .parameters
        .iter()
        .map(|parameter| parameter.name.len());
    let width = names.max().unwrap_or(0);
    for parameter in &listed.parameters {
        let start = format!("  {:<width$}  ", parameter.name);
        lines.extend(hanging(&start, &parameter.summary));
        let values = format!("{}; default {}", parameter.takes, parameter.default);
        lines.extend(hanging(&" ".repeat(start.len()), &values));
    }
    lines.join("\n")
}

/// The words of a fact.
fn words(fact: &str) -> String {
    fact.replace('_', " ")
}

fn yes_or_no(is_so: bool) -> &'static str {
    if is_so { "yes" } else { "no" }
}

/// A text in lines behind a start, below which the lines go on.
fn hanging(start: &str, text: &str) -> Vec<String> {
    let lines = wrapped(text, WIDTH - start.len()).into_iter().enumerate();
    let indent = " ".repeat(start.len());
    lines
        .map(|(i, line)| format!("{}{line}", if i == 0 { start } else { &indent }))
        .collect()
}

/// A text in lines of at most so many columns, cut between words.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
