//! Pieces of a trial's result, kept while it is not whole.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::ops::Range;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView2, Axis, concatenate, s};
use orders_arrays::{ElementType, npy_header, open_npy};
use serde::{Deserialize, Serialize};

use super::disk::{bytes_of, io, json, read_json, write};
use super::error::{ExperimentError, TrialError};
use super::judge::{SampledFeatures, TrialSamples};

/// Pieces of one trial, each kind from the first order or image to the last.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) orders: Vec<OrderPiece>,
    pub(super) samples: Vec<SamplePiece>,
    pub(super) machine: Option<BTreeMap<String, Option<f64>>>,
}

/// One of them.
#[derive(Debug)]
pub(super) enum Piece {
    Orders(OrderPiece),
    Samples(SamplePiece),
    Machine(BTreeMap<String, Option<f64>>),
}

/// What was measured of consecutive orders.
#[derive(Debug)]
pub(super) struct OrderPiece {
    pub(super) first: u64,
    /// Numbers of an order.
    pub(super) width: usize,
    /// A row of numbers for each order; NaN where there is none.
    pub(super) values: Vec<f64>,
}

/// What a feature network says of consecutive images.
#[derive(Debug)]
pub(super) struct SamplePiece {
    first: u64,
    /// A row for each image: features, then logits.
    rows: Array2<f32>,
}

impl Pieces {
    /// Adds a piece. One that begins where the last of its kind ends becomes part of it.
    pub(super) fn add(&mut self, piece: Piece) {
        match piece {
            Piece::Orders(piece) => match self.orders.last_mut() {
                Some(last) if last.range().end == piece.first => last.values.extend(piece.values),
                _ => self.orders.push(piece),
            },
            Piece::Samples(piece) => match self.samples.last_mut() {
                Some(last) if last.range().end == piece.first => {
                    last.rows = concatenate![Axis(0), last.rows, piece.rows];
                }
                _ => self.samples.push(piece),
            },
            Piece::Machine(values) => self.machine = Some(values),
        }
    }

    /// Takes in those of another folder.
    pub(super) fn extend(&mut self, other: Self) {
        self.orders.extend(other.orders);
        self.samples.extend(other.samples);
        self.machine = self.machine.take().or(other.machine);
        self.sort();
    }

    pub(super) fn sort(&mut self) {
        self.orders
            .sort_by_key(|piece| (piece.first, u64::MAX - piece.range().end));
        self.samples
            .sort_by_key(|piece| (piece.first, u64::MAX - piece.range().end));
    }
}

impl OrderPiece {
    pub(super) fn range(&self) -> Range<u64> {
        let rows = self.values.len().checked_div(self.width).unwrap_or(0);
        self.first..self.first + rows as u64
    }

    /// The numbers of all orders from 0 on, of pieces in their order that leave none out.
    pub(super) fn join(pieces: &[Self]) -> Vec<f64> {
        let mut all = Vec::new();
        let mut end = 0;
        for piece in pieces.iter().filter(|piece| piece.range().end > 0) {
            let range = piece.range();
            if range.end > end {
                let known = (end.max(range.start) - range.start) as usize * piece.width;
                all.extend_from_slice(&piece.values[known..]);
                end = range.end;
            }
        }
        all
    }
}

impl SamplePiece {
    /// A piece of what was generated.
    pub(super) fn new(
        range: Range<u64>,
        sampled: &SampledFeatures,
        settings: &TrialSamples,
    ) -> Result<Self, TrialError> {
        let rows = concatenate(Axis(1), &[sampled.features.view(), sampled.logits.view()]);
        let expected = [
            (range.end - range.start) as usize,
            settings.dimensions + settings.classes,
        ];
        match rows {
            Ok(rows) if rows.shape() == expected => Ok(Self {
                first: range.start,
                rows,
            }),
            _ => Err(TrialError::Sampler {
                first: range.start,
                source: "it does not say what it should of every image".into(),
            }),
        }
    }

    pub(super) fn range(&self) -> Range<u64> {
        self.first..self.first + self.rows.nrows() as u64
    }

    /// Features and logits of all images from 0 on, of pieces in their order that leave
    /// none out.
    pub(super) fn join(
        pieces: &[Self],
        settings: &TrialSamples,
    ) -> Result<(Array2<f32>, Array2<f32>), TrialError> {
        let mut end = 0;
        let mut views: Vec<ArrayView2<'_, f32>> = Vec::new();
        for piece in pieces {
            let range = piece.range();
            if range.end > end {
                let known = (end.max(range.start) - range.start) as usize;
                views.push(piece.rows.slice(s![known.., ..]));
                end = range.end;
            }
        }
        let rows = concatenate(Axis(0), &views).map_err(|error| TrialError::Settings {
            reason: error.to_string(),
        })?;
        let (features, logits) = rows.view().split_at(Axis(1), settings.dimensions);
        Ok((features.to_owned(), logits.to_owned()))
    }
}

/// The files of the pieces of one trial: a folder of its own.
pub(super) struct PieceFiles {
    folder: PathBuf,
    key: String,
    /// Numbers of an order, numbers of an image, orders, images.
    shape: PieceShape,
}

/// How much the pieces of a trial hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct PieceShape {
    /// Numbers of an order.
    pub(super) order_width: usize,
    /// Orders that are made.
    pub(super) orders: u64,
    /// Numbers of an image.
    pub(super) sample_width: usize,
    /// Images.
    pub(super) samples: u64,
}

/// The file of a piece that is no array.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The key of the trial.
    key: String,
    first: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    values: Vec<Option<f64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    machine: Option<BTreeMap<String, Option<f64>>>,
}

/// A piece that is to be kept.
enum Kept<'a> {
    Orders(&'a OrderPiece),
    Samples(&'a SamplePiece),
    Machine(&'a BTreeMap<String, Option<f64>>),
}

const MACHINE: &str = "machine.json";

impl PieceFiles {
    /// Those of a trial of this key in a folder of results.
    pub(super) fn new(results: &Path, key: String, shape: PieceShape) -> Self {
        Self {
            folder: results.join("pieces").join(&key),
            key,
            shape,
        }
    }

    /// All that are there.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::Damaged`] if one is not what it must be.
    pub(super) fn read(&self) -> Result<Pieces, ExperimentError> {
        let mut pieces = Pieces::default();
        if !self.folder.is_dir() {
            return Ok(pieces);
        }
        for entry in fs_err::read_dir(&self.folder).map_err(io(&self.folder, "read"))? {
            let name = entry.map_err(io(&self.folder, "read"))?.file_name();
            let name = name.to_string_lossy().into_owned();
            if name.starts_with('.') {
                // What a killed program left of a file.
                continue;
            }
            let path = self.folder.join(&name);
            let damaged = |reason: String| ExperimentError::Damaged {
                file: path.clone(),
                reason: format!("{reason}; without the file, that piece is measured again"),
            };
            let PieceShape {
                order_width,
                orders,
                sample_width,
                samples,
            } = self.shape;
            if name == MACHINE {
                let file = self.json(&path, 1 << 16)?;
                pieces.machine = file.machine;
            } else if let Some(range) = range_of(&name, "orders-", ".json") {
                let file = self.json(&path, 4096 + 32 * orders * order_width as u64)?;
                let length = (range.end - range.start) * order_width as u64;
                if file.first != range.start
                    || range.end > orders
                    || file.values.len() as u64 != length
                {
                    return Err(damaged("it does not hold the orders of its name".into()));
                }
                let values = file.values.into_iter();
                pieces.orders.push(OrderPiece {
                    first: range.start,
                    width: order_width,
                    values: values.map(|value| value.unwrap_or(f64::NAN)).collect(),
                });
            } else if let Some(range) = range_of(&name, "samples-", ".npy") {
                let rows = (range.end - range.start) as usize;
                let bytes = bytes_of(&path, 4096 + 4 * rows as u64 * sample_width as u64)?;
                let array = open_npy(Cursor::new(bytes)).and_then(|array| {
                    let shape = array.shape().to_vec();
                    Ok((shape, array.entries::<f32>()?.read_all()?))
                });
                let (shape, values) = array.map_err(|error| damaged(error.to_string()))?;
                let is_finite = values.iter().all(|value| value.is_finite());
                if shape != [rows, sample_width] || range.end > samples || !is_finite {
                    return Err(damaged("it does not hold the images of its name".into()));
                }
                let rows = Array2::from_shape_vec((rows, sample_width), values);
                pieces.samples.push(SamplePiece {
                    first: range.start,
                    rows: rows.map_err(|error| damaged(error.to_string()))?,
                });
            } else {
                return Err(damaged("it is no piece of a result".into()));
            }
        }
        pieces.sort();
        Ok(pieces)
    }

    /// Keeps pieces.
    pub(super) fn keep(&self, pieces: &Pieces) -> Result<(), ExperimentError> {
        let orders = pieces.orders.iter().map(Kept::Orders);
        let samples = pieces.samples.iter().map(Kept::Samples);
        let machine = pieces.machine.iter().map(Kept::Machine);
        let mut all = orders.chain(samples).chain(machine);
        all.try_for_each(|piece| self.keep_one(&piece))
    }

    fn keep_one(&self, piece: &Kept<'_>) -> Result<(), ExperimentError> {
        fs_err::create_dir_all(&self.folder).map_err(io(&self.folder, "made"))?;
        let file = |first, values, machine| {
            json(&File {
                key: self.key.clone(),
                first,
                values,
                machine,
            })
        };
        let name = |kind: &str, range: Range<u64>, ending: &str| {
            format!("{kind}-{:010}-{:010}.{ending}", range.start, range.end)
        };
        let (name, bytes) = match piece {
            Kept::Orders(piece) => {
                let values = piece.values.iter();
                let values = values
                    .map(|&value| (!value.is_nan()).then_some(value))
                    .collect();
                let name = name("orders", piece.range(), "json");
                (name, file(piece.first, values, None))
            }
            Kept::Samples(piece) => {
                let header = npy_header(ElementType::F32, piece.rows.shape());
                let mut bytes = header.map_err(|error| ExperimentError::Damaged {
                    file: self.folder.clone(),
                    reason: error.to_string(),
                })?;
                bytes.extend(piece.rows.iter().flat_map(|value| value.to_le_bytes()));
                (name("samples", piece.range(), "npy"), bytes)
            }
            Kept::Machine(values) => {
                let values = (*values).clone();
                (MACHINE.into(), file(0, Vec::new(), Some(values)))
            }
        };
        write(&self.folder.join(name), &bytes)
    }

    /// Removes all: the result is whole.
    pub(super) fn remove(&self) -> Result<(), ExperimentError> {
        if self.folder.is_dir() {
            fs_err::remove_dir_all(&self.folder).map_err(io(&self.folder, "removed"))?;
        }
        // The folder of all pieces goes with the last.
        if let Some(parent) = self.folder.parent() {
            let _ = std::fs::remove_dir(parent);
        }
        Ok(())
    }

    fn json(&self, path: &Path, most_bytes: u64) -> Result<File, ExperimentError> {
        let file: File = read_json(path, most_bytes)?;
        match file.key == self.key {
            true => Ok(file),
            false => Err(ExperimentError::Damaged {
                file: path.into(),
                reason: "it is a piece of another trial".into(),
            }),
        }
    }
}

/// The range that a file's name states.
fn range_of(name: &str, kind: &str, ending: &str) -> Option<Range<u64>> {
    let (first, end) = name
        .strip_prefix(kind)?
        .strip_suffix(ending)?
        .split_once('-')?;
    let (first, end) = (first.parse().ok()?, end.parse().ok()?);
    (first < end).then_some(first..end)
}
