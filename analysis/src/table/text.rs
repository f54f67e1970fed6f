//! Tables as papers and guides have them.

/// Rows of words below a header, to be set in Markdown or LaTeX.
///
/// ```
/// use orders_analysis::table::TextTable;
///
/// let mut table = TextTable::new(["method", "loss"]);
/// table.push(["lpd", "0.65"]);
/// assert_eq!(table.markdown(), "| method | loss |\n|---|---|\n| lpd | 0.65 |\n");
/// assert!(table.latex().contains("lpd & 0.65 \\\\"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextTable {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl TextTable {
    /// A table without rows.
    pub fn new<S: Into<String>>(header: impl IntoIterator<Item = S>) -> Self {
        Self {
            header: header.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row. It is cut or filled up to the length of the header.
    pub fn push<S: Into<String>>(&mut self, row: impl IntoIterator<Item = S>) {
        let mut row: Vec<String> = row.into_iter().map(Into::into).collect();
        row.resize(self.header.len(), String::new());
        self.rows.push(row);
    }

    /// The words of the header.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The rows, each as long as the header.
    pub fn rows(&self) -> &[Vec<String>] {
        &self.rows
    }

    /// The header and then the rows.
    fn lines(&self) -> impl Iterator<Item = &Vec<String>> {
        std::iter::once(&self.header).chain(&self.rows)
    }

    /// A table of Markdown (GitHub's).
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        for (index, row) in self.lines().enumerate() {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
            if index == 0 {
                text.push_str(&format!("|{}\n", "---|".repeat(row.len())));
            }
        }
        text
    }

    /// A `tabular` of LaTeX with the rules of the package booktabs.
    pub fn latex(&self) -> String {
        let columns = "l".repeat(self.header.len());
        let mut text = format!("\\begin{{tabular}}{{{columns}}}\n\\toprule\n");
        for (index, row) in self.lines().enumerate() {
            let cells: Vec<String> = row.iter().map(|cell| escaped(cell)).collect();
            text.push_str(&format!("{} \\\\\n", cells.join(" & ")));
            if index == 0 {
                text.push_str("\\midrule\n");
            }
        }
        text + "\\bottomrule\n\\end{tabular}\n"
    }
}

/// A text in which LaTeX sees nothing but text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '\\' => out.push_str("\\textbackslash{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_language_would_misread_is_escaped() {
        let mut table = TextTable::new(["a|b", "50 %"]);
        table.push(["x, \"y\"", "p_1 & {2}"]);
        assert_eq!(
            table.markdown(),
            "| a\\|b | 50 % |\n|---|---|\n| x, \"y\" | p_1 & {2} |\n"
        );
        assert_eq!(
            table.latex(),
            "\\begin{tabular}{ll}\n\\toprule\na|b & 50 \\% \\\\\n\\midrule\nx, \"y\" & p\\_1 \\& \\{2\\} \\\\\n\\bottomrule\n\\end{tabular}\n"
        );
    }
}
