//! Elements of tensors, and out of bytes.

use std::io::{self, Read};

use candle_core::{Device, Tensor, WithDType};
use orders_arrays::Element;

use super::error::Fault;
use super::pickle::TensorView;

/// Bytes that are read or written at once.
pub(super) const BLOCK_BYTES: usize = 1 << 18;

/// Reads `count` elements into memory of exactly that size. The caller has held
/// the count against the length of the file.
pub(super) fn read_elements<T: Element>(source: &mut dyn Read, count: usize) -> io::Result<Vec<T>> {
    let mut elements = Vec::new();
    elements
        .try_reserve_exact(count)
        .map_err(|_| io::ErrorKind::OutOfMemory)?;
    let block = count.min(BLOCK_BYTES / size_of::<T>());
    let mut bytes = vec![0; block * size_of::<T>()];
    while elements.len() < count {
        let next = (count - elements.len()).min(block);
        let bytes = &mut bytes[..next * size_of::<T>()];
        source.read_exact(bytes)?;
        elements.extend(bytes.chunks_exact(size_of::<T>()).map(T::from_le));
    }
    Ok(elements)
}

/// One storage's elements, and the tensors that are views of it. A tensor that
/// is the whole storage takes its memory; others are copied out of it.
pub(super) fn read_views<T: Element + WithDType>(
    source: &mut dyn Read,
    numel: usize,
    views: &[(String, TensorView)],
    device: &Device,
    mut take: impl FnMut(&str, Tensor),
) -> Result<(), Fault> {
    let elements: Vec<T> = read_elements(source, numel)?;
    if let [(name, view)] = views
        && view.count() == numel
        && is_contiguous(view)
    {
        take(name, Tensor::from_vec(elements, &view.shape[..], device)?);
        return Ok(());
    }
    for (name, view) in views {
        let values = gather(&elements, view);
        take(name, Tensor::from_vec(values, &view.shape[..], device)?);
    }
    Ok(())
}

/// Whether the elements lie in the order of the shape, without gaps.
fn is_contiguous(view: &TensorView) -> bool {
    let mut expected = 1;
    for (&side, &stride) in view.shape.iter().zip(&view.stride).rev() {
        if side != 1 && stride != expected {
            return false;
        }
        expected *= side;
    }
    view.offset == 0
}

/// The elements of a view in the order of its shape. The view lies within.
fn gather<T: Element>(elements: &[T], view: &TensorView) -> Vec<T> {
    let count = view.count();
    let mut gathered = Vec::with_capacity(count);
    let mut index = vec![0; view.shape.len()];
    let mut at = view.offset;
    for _ in 0..count {
        gathered.push(elements[at]);
        for axis in (0..index.len()).rev() {
            index[axis] += 1;
            at += view.stride[axis];
            if index[axis] < view.shape[axis] {
                break;
            }
            at -= index[axis] * view.stride[axis];
            index[axis] = 0;
        }
    }
    gathered
}
