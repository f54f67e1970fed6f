//! Curves of group sizes over steps.

use orders_core::GroupSizes;

use crate::chart::{Axis, Chart, Scale, Series, stepped};
use crate::error::FigureError;
use crate::figure::Figure;
use crate::look::Look;

/// Draws the size of each group over its step (from 1), for 1 to 28 lists of
/// group sizes with a name each.
///
/// A step is as wide as one of the axis, so that the area under a curve is the
/// number of cells.
///
/// ```
/// use orders_core::{FirstGroup, GroupSizes, Shape};
/// use orders_figures::group_sizes_chart;
///
/// let cosine = Shape::Cosine.group_sizes(256, 20, FirstGroup::One)?;
/// let uniform = Shape::Uniform.group_sizes(256, 20, FirstGroup::Formula)?;
/// let lists = [("cosine", &cosine), ("uniform", &uniform)];
/// let figure = group_sizes_chart(&lists, "Group sizes", "256 cells in 20 steps")?;
/// assert!(figure.to_svg().contains("aria-label=\"group size (cells)\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// O(K) time and space for K steps in all.
///
/// # Errors
///
/// [`FigureError::Count`] for no list or too many, or over 2^19 steps in all.
pub fn group_sizes_chart(
    lists: &[(&str, &GroupSizes)],
    title: &str,
    subtitle: &str,
) -> Result<Figure, FigureError> {
    Look::default().group_sizes_chart(lists, title, subtitle)
}

impl Look {
    /// As [`group_sizes_chart`](crate::group_sizes_chart()), in this look.
    ///
    /// # Errors
    ///
    /// As there, and [`FigureError::Narrow`].
    pub fn group_sizes_chart(
        &self,
        lists: &[(&str, &GroupSizes)],
        title: &str,
        subtitle: &str,
    ) -> Result<Figure, FigureError> {
        draw(self, lists, (title, subtitle))
    }
}

fn draw(
    look: &Look,
    lists: &[(&str, &GroupSizes)],
    (title, subtitle): (&str, &str),
) -> Result<Figure, FigureError> {
    let steps = lists.iter().map(|(_, sizes)| sizes.steps()).sum();
    FigureError::check_count("steps", steps, 1, 1 << 19)?;
    let chart = Chart::new(
        title,
        Axis::linear("step"),
        Axis::linear("group size (cells)").showing(0.0),
    )
    .with_subtitle(subtitle);
    let series: Vec<Series> = lists
        .iter()
        .map(|(label, sizes)| Series::new(*label, outline(sizes)))
        .collect();
    stepped(look, &chart, &series)
}

/// The corners of the curve: each step from half a step before its number to
/// half a step after it.
pub(crate) fn outline(sizes: &GroupSizes) -> Vec<(f64, f64)> {
    let sizes = sizes.as_slice().iter().enumerate();
    sizes
        .flat_map(|(step, &size)| {
            let (step, size) = (step as f64, f64::from(size));
            [(step + 0.5, size), (step + 1.5, size)]
        })
        .collect()
}

/// The axes of a small curve: steps, and sizes up to `largest`.
pub(crate) fn small_axes(steps: usize, largest: u32) -> (Scale, Scale) {
    (
        Scale::exactly("step", 0.5, steps as f64 + 0.5),
        Scale::exactly("cells", 0.0, 1.08 * f64::from(largest)),
    )
}
