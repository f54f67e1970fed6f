//! What images are had from.

use orders_core::files::Digest;

use super::error::SourceError;
use crate::image::Image;

/// Images, each with a number and perhaps a class.
///
/// Images may be read on several threads at once, and every reading of one
/// gives the same.
pub trait ImageSource: Send + Sync {
    /// How many images there are. They are numbered from 0.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Image `index`, as it is in the source.
    ///
    /// # Errors
    ///
    /// [`SourceError`] if it can't be read, or if there is no such image.
    fn image(&self, index: usize) -> Result<Image, SourceError>;

    /// Height and width of the images, if it is known that all have the same.
    fn size(&self) -> Option<(u32, u32)> {
        None
    }

    /// The class of each image, if they have classes: numbers below the length
    /// of [`class_names`](Self::class_names).
    fn labels(&self) -> Option<&[u32]>;

    /// The classes, in the order of their numbers; none if images have none.
    fn class_names(&self) -> &[String];

    /// What image `index` is called, for files made of it.
    fn name(&self, index: usize) -> String;

    /// Where image `index` is from, for messages: the path of its file, if it has one.
    fn place(&self, index: usize) -> String {
        format!("image {}", self.name(index))
    }

    /// What tells this source from others: for arrays a digest of pixels and
    /// labels, for folders one of classes, names and lengths, which does not see that the
    /// pixels of a file became others of as many bytes.
    ///
    /// # Errors
    ///
    /// [`SourceError`] if a file is gone.
    fn identity(&self) -> Result<Digest, SourceError>;

    /// What tells this source from what it was earlier on this machine, for work that is
    /// gone on with: as [`identity`](Self::identity), for folders also of the times at which
    /// files were changed. Copies of a source differ in it.
    ///
    /// # Errors
    ///
    /// [`SourceError`] if a file is gone.
    fn state(&self) -> Result<Digest, SourceError> {
        self.identity()
    }
}
