//! Decoding as flags, files and settings of trials state it.

use std::fmt;

use super::exact::{DraftRule, Drafts, Window};
use crate::grid::Grid;

impl Drafts {
    /// The drafts that a text asks for: none of `parallel`; of `exact`, which may be followed
    /// by `,drafts=coupled|kept|renewed` and by `,window=CELLS|all` or `,ahead=GROUPS`, those.
    /// Drafts are coupled and a quarter of the grid's cells if the text does not say.
    ///
    /// ```
    /// use orders_core::Grid;
    /// use orders_core::decoding::Drafts;
    ///
    /// let grid = Grid::new(16, 16)?;
    /// let drafts = Drafts::of_text("exact,drafts=kept", grid)?.expect("it is exact");
    /// assert_eq!(drafts.to_string(), "exact,drafts=kept,window=64");
    /// assert_eq!(Drafts::of_text("parallel", grid)?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DraftsError`] if it says something else.
    pub fn of_text(text: &str, grid: Grid) -> Result<Option<Self>, DraftsError> {
        let refused = |problem| DraftsError {
            text: text.into(),
            problem,
        };
        let mut parts = text.split(',');
        match parts.next().unwrap_or_default() {
            "parallel" => {
                return match parts.next() {
                    None => Ok(None),
                    Some(_) => Err(refused(DraftsProblem::Parallel)),
                };
            }
            "exact" => {}
            name => return Err(refused(DraftsProblem::Name(name.into()))),
        }
        let mut drafts = Self {
            rule: DraftRule::Coupled,
            // Nearly as few passes as with all cells, at half the work: docs/src/exact.md.
            window: Window::Cells(grid.cells().div_ceil(4)),
        };
        let mut seen = Vec::new();
        for part in parts {
            let (key, value) = part
                .split_once('=')
                .ok_or_else(|| refused(DraftsProblem::NoValue(part.into())))?;
            // Both say how far drafts go.
            let what = if key == "ahead" { "window" } else { key };
            if seen.contains(&what) {
                return Err(refused(DraftsProblem::Twice(what.into())));
            }
            seen.push(what);
            let number = || value.parse::<usize>().ok();
            match key {
                "drafts" => {
                    drafts.rule = DraftRule::named(value)
                        .ok_or_else(|| refused(DraftsProblem::Rule(value.into())))?;
                }
                "window" => {
                    drafts.window = match number().filter(|&cells| cells > 0) {
                        Some(cells) => Window::Cells(cells),
                        None if value == "all" => Window::Cells(grid.cells()),
                        None => return Err(refused(DraftsProblem::Window(value.into()))),
                    }
                }
                "ahead" => {
                    drafts.window = number()
                        .map(Window::Groups)
                        .ok_or_else(|| refused(DraftsProblem::Ahead(value.into())))?;
                }
                _ => return Err(refused(DraftsProblem::Key(key.into()))),
            }
        }
        Ok(Some(drafts))
    }
}

impl fmt::Display for Drafts {
    /// As [`of_text`](Self::of_text) reads it, nothing left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = self.rule.name();
        match self.window {
            Window::Groups(ahead) => write!(f, "exact,drafts={rule},ahead={ahead}"),
            Window::Cells(cells) => write!(f, "exact,drafts={rule},window={cells}"),
        }
    }
}

/// Why a text asks for no decoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}: {problem}")]
#[non_exhaustive]
pub struct DraftsError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub problem: DraftsProblem,
}

/// What is wrong with a text that asks for decoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftsProblem {
    /// It begins with another word.
    #[error("'{0}' is neither 'parallel' nor 'exact'")]
    Name(String),
    /// Something stands behind `parallel`.
    #[error("parallel decoding has no parameters")]
    Parallel,
    /// A part is no pair.
    #[error("'{0}' has no '='; write KEY=VALUE")]
    NoValue(String),
    /// A key that is none.
    #[error("there is no '{0}'; there are drafts, window and ahead")]
    Key(String),
    /// A key is given twice, or both that say how far drafts go.
    #[error("{}", match .0.as_str() { "window" => "window and ahead, or one of them twice: give one", _ => "drafts is given twice" })]
    Twice(String),
    /// A rule that is none.
    #[error("there are no drafts '{0}'; there are coupled, kept and renewed")]
    Rule(String),
    /// Not a number of cells.
    #[error("window {0} is not a number of cells from 1, nor 'all'")]
    Window(String),
    /// Not a number of groups.
    #[error("ahead {0} is not a number of groups from 0")]
    Ahead(String),
}
