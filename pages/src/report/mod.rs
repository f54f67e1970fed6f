//! Reports: settings, tables and figures on one page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::document::{Document, escaped};

/// A page with what was found, and how.
///
/// ```
/// use orders_pages::{Align, Column, Report, ReportTable};
///
/// let table = ReportTable {
///     title: "Means".into(),
///     note: String::new(),
///     columns: vec![Column::new("method", Align::Text), Column::new("nats", Align::Number)],
///     rows: vec![vec!["lpd".into(), "0.62".into()], vec!["a < b".into(), "1.04".into()]],
/// };
/// let report = Report {
///     title: "A sweep".into(),
///     program: "an example".into(),
///     command: "orders-cli sweep a.toml --out a/".into(),
///     settings: vec![("grid".into(), "16x16".into())],
///     figures: Vec::new(),
///     tables: vec![table],
/// };
/// assert!(report.to_html().contains("a &lt; b"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What the page is called.
    pub title: String,
    /// The program that made it, with its version.
    pub program: String,
    /// The command that made what is reported, or that reported it.
    pub command: String,
    /// What was set, by name.
    pub settings: Vec<(String, String)>,
    /// SVG documents, each with the command that draws it.
    pub figures: Vec<(String, String)>,
    /// The tables.
    pub tables: Vec<ReportTable>,
}

/// A table that a reader can sort by each of its columns.
#[derive(Clone, Debug)]
pub struct ReportTable {
    /// What it is called.
    pub title: String,
    /// What there is to know of it; may be empty.
    pub note: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, a text for each column. A row that is too short has empty cells at its end.
    pub rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// What it is called.
    pub title: String,
    /// Which side it stands on.
    pub align: Align,
}

/// What a column has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words, on the left.
    Text,
    /// Numbers, on the right, which are sorted by the first number of each.
    Number,
}

impl Column {
    /// A column.
    pub fn new(title: impl Into<String>, align: Align) -> Self {
        Self {
            title: title.into(),
            align,
        }
    }
}

impl Report {
    /// The page.
    ///
    /// Figures are images of the page that can run nothing. O(n) time and memory for n
    /// bytes of what it shows.
    pub fn to_html(&self) -> String {
        let mut body = format!(
            "<header class=\"top\">\n<h1>{}</h1>\n<button type=\"button\" id=\"theme\">Dark</button>\n</header>\n<main>\n",
            escaped(&self.title)
        );
        if !self.command.is_empty() {
            body += &format!(
                "<code class=\"command\">{}</code>\n",
                escaped(&self.command)
            );
        }
        if !self.settings.is_empty() {
            body += "<section>\n<h2>Settings</h2>\n<dl>\n";
            for (name, value) in &self.settings {
                body += &format!("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(value));
            }
            body += "</dl>\n</section>\n";
        }
        for (title, svg) in &self.figures {
            body += &format!(
                "<figure>\n<img alt=\"{0}\" src=\"data:image/svg+xml;base64,{1}\">\n<figcaption><code class=\"small muted\">{0}</code></figcaption>\n</figure>\n",
                escaped(title),
                STANDARD.encode(svg)
            );
        }
        for table in &self.tables {
            body += &table.to_html();
        }
        body += &format!(
            "</main>\n<footer>Made by {}. A click on a column sorts by it, another one turns it round.</footer>",
            escaped(&self.program)
        );
        let document = Document {
            title: &self.title,
            style: include_str!("report.css"),
            scripts: &[include_str!("report.js")],
            data: None,
            body: &body,
        };
        document.to_html()
    }
}

impl ReportTable {
    fn to_html(&self) -> String {
        let mut html = format!("<section>\n<h2>{}</h2>\n", escaped(&self.title));
        if !self.note.is_empty() {
            html += &format!("<p class=\"small muted\">{}</p>\n", escaped(&self.note));
        }
        html += "<div class=\"scroll\"><table class=\"sortable\">\n<thead><tr>";
        for column in &self.columns {
            html += &format!(
                "<th scope=\"col\"{}><button type=\"button\">{}</button></th>",
                column.align.class(),
                escaped(&column.title)
            );
        }
        html += "</tr></thead>\n<tbody>\n";
        for row in &self.rows {
            html += "<tr>";
            for (column, index) in self.columns.iter().zip(0..) {
                let text = row.get(index).map_or("", String::as_str);
                html += &format!("<td{}>{}</td>", column.align.class(), escaped(text));
            }
            html += "</tr>\n";
        }
        html += "</tbody></table></div>\n</section>\n";
        html
    }
}

impl Align {
    fn class(self) -> &'static str {
        match self {
            Self::Text => " class=\"text\"",
            Self::Number => "",
        }
    }
}
