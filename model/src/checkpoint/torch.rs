//! What both formats of `torch.save` have in common: storages and views.

use std::collections::BTreeMap;
use std::io::Read;

use candle_core::{Device, Tensor};
use half::{bf16, f16};

use super::elements::read_views;
use super::error::{Fault, Malformed, PickleError};
use super::pickle::{ElementType, Heap, Storage, TensorView};

/// The longest pickle that is read.
pub(super) const MOST_PICKLE_BYTES: u64 = 1 << 24;
/// How many times the file's length its tensors may take, when several of them
/// are views of one storage.
const MOST_TIMES: u64 = 4;

/// Where the bytes of storages are.
pub(super) trait Storages {
    /// Gives a reader of exactly the storage's bytes to `read`. That there are
    /// as many is checked first.
    fn read(
        &mut self,
        storage: &Storage,
        read: &mut dyn FnMut(&mut dyn Read) -> Result<(), Fault>,
    ) -> Result<(), Fault>;
}

/// Bytes of a storage.
pub(super) fn storage_bytes(storage: &Storage) -> u64 {
    storage.numel.saturating_mul(storage.elements.bytes())
}

/// A file of `torch.save` whose tensors are known, but not read.
pub(super) struct TorchFile {
    pub(super) heap: Heap,
    /// The tensors of the network.
    pub(super) selected: BTreeMap<String, TensorView>,
    pub(super) storages: Box<dyn Storages>,
    /// Bytes of the file.
    pub(super) length: u64,
}

/// Reads the tensors that were selected, one storage after the other.
pub(super) fn read_tensors(
    file: TorchFile,
    device: &Device,
) -> Result<BTreeMap<String, Tensor>, Fault> {
    let TorchFile {
        heap,
        selected,
        mut storages,
        length,
    } = file;
    let mut bytes = 0_u64;
    let mut views: BTreeMap<usize, Vec<(String, TensorView)>> = BTreeMap::new();
    for (name, view) in selected {
        let elements = heap.storages[view.storage].elements;
        bytes = bytes.saturating_add((view.count() as u64).saturating_mul(elements.bytes()));
        views.entry(view.storage).or_default().push((name, view));
    }
    if bytes > length.saturating_mul(MOST_TIMES) {
        return Err(Malformed::TooLarge { bytes, length }.into());
    }
    let mut tensors = BTreeMap::new();
    for (&position, views) in &views {
        let storage = &heap.storages[position];
        storages.read(storage, &mut |source| {
            let numel = storage.numel as usize;
            let take = |name: &str, tensor| {
                tensors.insert(name.to_owned(), tensor);
            };
            match storage.elements {
                ElementType::F64 => read_views::<f64>(source, numel, views, device, take),
                ElementType::F32 => read_views::<f32>(source, numel, views, device, take),
                ElementType::F16 => read_views::<f16>(source, numel, views, device, take),
                ElementType::Bf16 => read_views::<bf16>(source, numel, views, device, take),
                ElementType::I64 => read_views::<i64>(source, numel, views, device, take),
                ElementType::I32 => read_views::<i32>(source, numel, views, device, take),
                ElementType::I16 => read_views::<i16>(source, numel, views, device, take),
                ElementType::U8 => read_views::<u8>(source, numel, views, device, take),
                // Not selected.
                ElementType::Other(..) => Ok(()),
            }
        })?;
    }
    Ok(tensors)
}

/// The fault of a pickle that begins `start` bytes from where offsets count.
pub(super) fn pickle_fault(start: usize, (offset, source): (usize, PickleError)) -> Malformed {
    Malformed::Pickle {
        offset: start + offset,
        source,
    }
}
