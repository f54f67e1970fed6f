//! Images to tokens and back.

use std::fmt;
use std::ops::ControlFlow;

use orders_core::Grid;
use orders_core::files::{Digest, Hasher};

use super::error::CodebookError;
use super::kmeans::{self, CodebookInfo, CodebookParams, MOST_CODES};
use super::nearest::NearestCode;
use super::patches::{CountedPatches, PatchShape};
use crate::image::Image;
use crate::tokens::Provenance;

/// A tokenizer whose codes are patches of pixels.
///
/// ```
/// use orders_datasets::{CodebookParams, CountedPatches, Image, PatchCodebook, PatchShape};
/// use std::ops::ControlFlow;
///
/// let image = Image::new(2, 4, 1, vec![0, 0, 9, 9, 0, 0, 9, 9])?;
/// let patches = CountedPatches::from_images(PatchShape::new(2, 1)?, [&image])?;
/// let params = CodebookParams { codes: 2, ..CodebookParams::default() };
/// let go_on = |_| ControlFlow::Continue(());
/// let (codebook, info) = PatchCodebook::train(&patches, &params, go_on)?;
/// assert_eq!((info.patches, info.mean_squared_error), (2, 0.0));
///
/// let (grid, tokens) = codebook.encode(&image)?;
/// assert_eq!((grid.to_string(), &tokens[..]), ("1x2".into(), &[0, 1][..]));
/// assert_eq!(codebook.decode(grid, &tokens)?, image);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct PatchCodebook {
    shape: PatchShape,
    codes: Vec<f32>,
    nearest: NearestCode,
    id: Digest,
    provenance: Provenance,
}

impl PatchCodebook {
    /// A codebook of codes given one after the other, each with the values of a
    /// patch: rows from the top, pixels from the left, channels together.
    ///
    /// # Errors
    ///
    /// [`CodebookError::Values`] if they are no whole number of codes,
    /// [`CodebookError::Codes`] if there are none or over 65,536,
    /// [`CodebookError::Value`] if a value is not from 0 to 255.
    pub fn new(
        shape: PatchShape,
        codes: Vec<f32>,
        provenance: Provenance,
    ) -> Result<Self, CodebookError> {
        let values = shape.values();
        if !codes.len().is_multiple_of(values) {
            return Err(CodebookError::Values {
                values: codes.len(),
                expected: values,
            });
        }
        let count = codes.len() / values;
        if !(1..=MOST_CODES).contains(&count) {
            return Err(CodebookError::Codes {
                codes: count,
                most: MOST_CODES,
            });
        }
        if let Some(index) = codes
            .iter()
            .position(|value| !(0.0..=255.0).contains(value))
        {
            return Err(CodebookError::Value {
                code: index / values,
                value: codes[index],
            });
        }
        let id = id_of(shape, &codes);
        Ok(Self {
            shape,
            nearest: NearestCode::new(&codes, values),
            codes,
            id,
            provenance,
        })
    }

    /// Finds codes for patches by k-means, and says what it did. The darkest
    /// code is number 0. `progress` is told the number of rounds done, again and again and
    /// from any thread, and may end it.
    ///
    /// The same patches and parameters give the same codes, whatever the number
    /// of threads. O(k n) time for each round, with k codes and n different
    /// patches.
    ///
    /// # Errors
    ///
    /// [`CodebookError::Codes`] unless 1 to 65,536 codes are asked for,
    /// [`CodebookError::TooFewPatches`] if there are fewer different patches,
    /// [`CodebookError::Stopped`] if `progress` ended it.
    pub fn train(
        patches: &CountedPatches,
        params: &CodebookParams,
        progress: impl Fn(u32) -> ControlFlow<()> + Sync,
    ) -> Result<(Self, CodebookInfo), CodebookError> {
        let (codes, info) = kmeans::codes(patches, params, progress)?;
        Ok((Self::new(patches.shape, codes, Provenance::new())?, info))
    }

    /// The same codebook with a word on how it was made.
    pub fn with_provenance(self, provenance: Provenance) -> Self {
        Self { provenance, ..self }
    }

    /// The shape of the patches.
    pub fn shape(&self) -> PatchShape {
        self.shape
    }

    /// Number of codes.
    pub fn len(&self) -> usize {
        self.codes.len() / self.shape.values()
    }

    /// Never: a codebook has a code at least.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// All codes, one after the other.
    pub fn codes(&self) -> &[f32] {
        &self.codes
    }

    /// What tells the codebook from others: the SHA-256 digest of the shape of
    /// the patches and of the codes' bytes.
    pub fn id(&self) -> Digest {
        self.id
    }

    /// What tokens of this codebook name as their tokenizer:
    /// `patch-codebook:` and the [`id`](Self::id).
    pub fn tokenizer_id(&self) -> String {
        format!("patch-codebook:{}", self.id)
    }

    /// How it was made.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// The token of a black patch, as backgrounds have.
    pub fn black_token(&self) -> u32 {
        self.nearest.find(&vec![0; self.shape.values()])
    }

    /// The grid of an image and its tokens in raster order. O(pixels times
    /// codes).
    ///
    /// # Errors
    ///
    /// [`CodebookError::Channels`] or [`CodebookError::Indivisible`] if the image
    /// can't be cut into such patches.
    pub fn encode(&self, image: &Image) -> Result<(Grid, Vec<u32>), CodebookError> {
        let (rows, columns) = self.shape.grid_of(image)?;
        let grid = Grid::new(rows, columns)?;
        let mut tokens = Vec::with_capacity(grid.cells());
        let mut last: Vec<u8> = Vec::new();
        self.shape.for_each_patch(image, |patch| {
            // In plain areas a patch is like the one before it.
            let token = match tokens.last() {
                Some(&token) if *patch == last => token,
                _ => self.nearest.find(patch),
            };
            tokens.push(token);
            last.clear();
            last.extend_from_slice(patch);
        })?;
        Ok((grid, tokens))
    }

    /// The image of tokens in raster order, values rounded to whole grey levels
    /// (ties away from 0). O(pixels).
    ///
    /// # Errors
    ///
    /// [`CodebookError::Tokens`] unless there is one for each cell,
    /// [`CodebookError::Token`] if one is no code, [`CodebookError::Grid`] if the
    /// grid has several frames or the image a side over
    /// [`Image::MAX_SIDE`].
    pub fn decode(&self, grid: Grid, tokens: &[u32]) -> Result<Image, CodebookError> {
        if tokens.len() != grid.cells() {
            return Err(CodebookError::Tokens {
                tokens: tokens.len(),
                cells: grid.cells(),
            });
        }
        let codes = self.len();
        if let Some(cell) = tokens.iter().position(|&token| token as usize >= codes) {
            return Err(CodebookError::Token {
                cell,
                token: tokens[cell],
                codes,
            });
        }
        let (side, row_values) = (self.shape.side(), self.shape.row_values());
        let (height, width) = (
            u64::from(grid.height()) * u64::from(side),
            u64::from(grid.width()) * u64::from(side),
        );
        if grid.frames() != 1 || height.max(width) > u64::from(Image::MAX_SIDE) {
            return Err(CodebookError::Grid(grid.to_string()));
        }
        let mut pixels = Vec::with_capacity(tokens.len() * self.shape.values());
        for row in tokens.chunks_exact(grid.width() as usize) {
            for line in 0..side as usize {
                for &token in row {
                    let start = token as usize * self.shape.values() + line * row_values;
                    let values = self.codes[start..start + row_values].iter();
                    pixels.extend(values.map(|value| value.round() as u8));
                }
            }
        }
        let channels = self.shape.channels();
        let (height, width) = (height as u32, width as u32);
        Ok(Image::from_parts(height, width, channels, pixels))
    }
}

fn id_of(shape: PatchShape, codes: &[f32]) -> Digest {
    let mut hasher = Hasher::default();
    let (side, channels) = (shape.side(), shape.channels());
    hasher.update(format!("patch-codebook {side}x{channels}\0").as_bytes());
    for value in codes {
        hasher.update(&value.to_le_bytes());
    }
    hasher.finish().0
}

impl fmt::Debug for PatchCodebook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PatchCodebook")
            .field("shape", &self.shape)
            .field("codes", &self.len())
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
