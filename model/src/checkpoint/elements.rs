//! Elements of tensors out of bytes and into bytes.

use std::io::{self, Read, Write};

use candle_core::{DType, Device, Tensor, WithDType};
use half::{bf16, f16};
use orders_arrays::Element;

use super::pickle::TensorView;
use super::read::Fault;

/// Bytes that are read or written at once.
const BLOCK_BYTES: usize = 1 << 18;

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

/// Writes the elements of a tensor in the order of its shape.
pub(super) fn write_tensor(out: &mut impl Write, tensor: &Tensor) -> Result<(), WriteFault> {
    match tensor.dtype() {
        DType::U8 => write_as::<u8>(out, tensor),
        DType::U32 => write_as::<u32>(out, tensor),
        DType::I16 => write_as::<i16>(out, tensor),
        DType::I32 => write_as::<i32>(out, tensor),
        DType::I64 => write_as::<i64>(out, tensor),
        DType::F16 => write_as::<f16>(out, tensor),
        DType::BF16 => write_as::<bf16>(out, tensor),
        DType::F32 => write_as::<f32>(out, tensor),
        DType::F64 => write_as::<f64>(out, tensor),
        other => Err(WriteFault::ElementType(other)),
    }
}

fn write_as<T: Element + WithDType>(
    out: &mut impl Write,
    tensor: &Tensor,
) -> Result<(), WriteFault> {
    let elements: Vec<T> = tensor.flatten_all()?.to_vec1()?;
    let mut bytes = Vec::new();
    for block in elements.chunks(BLOCK_BYTES / size_of::<T>()) {
        bytes.clear();
        for &element in block {
            element.append_le(&mut bytes);
        }
        out.write_all(&bytes)?;
    }
    Ok(())
}

/// Why elements can't be written.
#[derive(Debug)]
pub(super) enum WriteFault {
    ElementType(DType),
    Device(candle_core::Error),
    Io(io::Error),
}

impl From<candle_core::Error> for WriteFault {
    fn from(error: candle_core::Error) -> Self {
        Self::Device(error)
    }
}

impl From<io::Error> for WriteFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
