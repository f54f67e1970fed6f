//! `methods`

use orders_core::catalogue::{MethodEntry, ParameterEntry};
use serde::Serialize;

use orders_core::Catalogue;

use crate::args::MethodsArgs;
use crate::failure::Result;
use crate::printer::Printer;
use crate::settings;

/// Columns of a line, at most.
const WIDTH: usize = 100;

/// A method, for `--json`.
#[derive(Serialize)]
struct Method {
    name: String,
    summary: String,
    parameters: Vec<Parameter>,
    /// Whether orders differ from one index to the next.
    random: bool,
    /// Whether it brings group sizes of its own.
    own_sizes: bool,
    /// Whether it orders grids of several frames.
    video: bool,
    source: String,
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

impl From<&MethodEntry> for Method {
    fn from(entry: &MethodEntry) -> Self {
        let can = entry.capabilities();
        Self {
            name: entry.name().into(),
            summary: entry.summary().into(),
            parameters: entry.parameters().iter().map(Parameter::from).collect(),
            random: can.random,
            own_sizes: can.own_sizes,
            video: can.video,
            source: entry.source().into(),
        }
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
    match &args.name {
        Some(name) => {
            let method = Method::from(settings::method_entry(catalogue, name)?);
            printer.report(args.json, &method, || details(&method))?;
        }
        None => {
            let methods: Vec<Method> = catalogue.methods().iter().map(Method::from).collect();
            printer.report(args.json, &methods, || table(&methods))?;
        }
    }
    Ok(())
}

/// All methods. What it does, the source and the parameters share the last
/// column, each beginning a line of its own.
fn table(methods: &[Method]) -> String {
    let name_width = methods.iter().map(|method| method.name.len()).max();
    let name_width = name_width.unwrap_or(0).max("method".len());
    let row = |name: &str, random: &str, own: &str, video: &str| {
        format!("{name:<name_width$}  {random:<6}  {own:<9}  {video:<5}  ")
    };
    let head = row("method", "random", "own sizes", "video");
    let indent = head.len();
    let mut lines = vec![head + "what it does, source, parameters"];
    for method in methods {
        let mut cell = wrapped(&method.summary, WIDTH - indent);
        cell.extend(wrapped(&method.source, WIDTH - indent));
        for parameter in &method.parameters {
            let text = format!(
                "{}: {}; default {}",
                parameter.name, parameter.takes, parameter.default
            );
            // What goes on in the next line stands further right.
            let lines = wrapped(&text, WIDTH - indent - 2);
            let lines = lines.into_iter().enumerate();
            cell.extend(lines.map(|(i, line)| if i == 0 { line } else { format!("  {line}") }));
        }
        let mut start = row(
            &method.name,
            yes_or_no(method.random),
            yes_or_no(method.own_sizes),
            yes_or_no(method.video),
        );
        for line in cell {
            lines.push(start + &line);
            start = " ".repeat(indent);
        }
    }
    lines.push(String::new());
    lines.push(
        "'orders-cli methods NAME' tells more of one; --set KEY=VALUE sets a parameter.".into(),
    );
    lines.join("\n")
}

/// All there is to know of one method.
fn details(method: &Method) -> String {
    let mut lines = wrapped(&format!("{}: {}", method.name, method.summary), WIDTH);
    lines.push(String::new());
    for (what, text) in [
        ("random", yes_or_no(method.random)),
        ("own sizes", yes_or_no(method.own_sizes)),
        ("video", yes_or_no(method.video)),
        ("source", &method.source),
    ] {
        lines.extend(hanging(&format!("{what:<9}  "), text));
    }
    lines.push(String::new());
    if method.parameters.is_empty() {
        lines.push("no parameters".into());
        return lines.join("\n");
    }
    lines.push("parameters, for --set KEY=VALUE:".into());
    let names = method
        .parameters
        .iter()
        .map(|parameter| parameter.name.len());
    let width = names.max().unwrap_or(0);
    for parameter in &method.parameters {
        let start = format!("  {:<width$}  ", parameter.name);
        lines.extend(hanging(&start, &parameter.summary));
        let values = format!("{}; default {}", parameter.takes, parameter.default);
        lines.extend(hanging(&" ".repeat(start.len()), &values));
    }
    lines.join("\n")
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
