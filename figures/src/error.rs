//! Why a picture could not be made.

/// Why a picture could not be made.
///
/// Neither depends on what is drawn: every order has a picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FigureError {
    /// The font that is part of this crate could not be read: a damaged build.
    #[error("the built-in font is damaged; rebuild the program")]
    Font,
    /// The drawing library failed.
    #[error("the picture could not be drawn")]
    Drawing(#[source] Box<dyn std::error::Error + Send + Sync>),
}
