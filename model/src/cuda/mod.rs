//! NVIDIA cards: opening one, what it says of itself, and our kernels on it.
//!
//! The only place with `unsafe` code: calls of the driver that cudarc has no safe function
//! for, and launches, whose arguments no compiler holds against the kernel. Each says why it
//! is sound.

#![allow(unsafe_code)]

pub(crate) mod launch;

use candle_core::cuda_backend::WrapErr;
use candle_core::cuda_backend::cudarc::driver::{result, sys};
use candle_core::{CudaDevice, Result};

use crate::device::Card;

/// The card of a number, with one stream for all threads: what one of them puts there is
/// there for the others.
pub(crate) fn open(ordinal: usize) -> Result<CudaDevice> {
    let device = CudaDevice::new_with_stream(ordinal)?;
    // SAFETY: Events order the use of memory by several streams. There is one stream, on
    // which all is done in the order in which it is asked for.
    unsafe { device.disable_event_tracking() };
    if device.cuda_stream().context().has_async_alloc() {
        keep_memory(&device)?;
    }
    Ok(device)
}

/// Has the pool keep what was let go, instead of giving it back at each synchronisation.
fn keep_memory(device: &CudaDevice) -> Result<()> {
    let mut most = u64::MAX;
    // SAFETY: The device is that of a context, which has a pool for as long as there is a
    // driver; the attribute is a 64-bit number, and the driver only reads it.
    unsafe {
        let pool = pool(device)?;
        let attribute = sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
        result::mem_pool::set_attribute(pool, attribute, (&raw mut most).cast()).w()
    }
}

/// The pool that memory is taken from.
fn pool(device: &CudaDevice) -> Result<sys::CUmemoryPool> {
    let stream = device.cuda_stream();
    // SAFETY: The number of the device is that of a context, which had it from the driver.
    unsafe { result::device::get_default_mem_pool(stream.context().cu_device()) }.w()
}

/// What a card says of itself.
pub(crate) fn card(device: &CudaDevice) -> Result<Card> {
    let stream = device.cuda_stream();
    let context = stream.context();
    let mut version = 0;
    // SAFETY: The driver writes one number where the pointer is.
    let asked = unsafe { sys::cuDriverGetVersion(&raw mut version) };
    asked.result().w()?;
    Ok(Card {
        name: context.name().w()?,
        ordinal: context.ordinal(),
        cuda: [version / 1000, version % 1000 / 10].map(i32::unsigned_abs),
    })
}

/// Bytes that can be taken: what the card has free, and what the pool holds unused.
pub(crate) fn free_bytes(device: &CudaDevice) -> Result<u64> {
    let stream = device.cuda_stream();
    let (free, _) = stream.context().mem_get_info().w()?;
    let mut bytes = free as u64;
    if stream.context().has_async_alloc() {
        let pool = pool(device)?;
        let number = |attribute| {
            let mut number = 0_u64;
            // SAFETY: The pool is that of the device; both attributes that are asked for are
            // 64-bit numbers, which the driver writes where the pointer is.
            let asked = unsafe {
                result::mem_pool::get_attribute(pool, attribute, (&raw mut number).cast())
            };
            asked.w().map(|()| number)
        };
        let reserved = number(sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RESERVED_MEM_CURRENT)?;
        let used = number(sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_USED_MEM_CURRENT)?;
        bytes += reserved.saturating_sub(used);
    }
    Ok(bytes)
}

/// Whether products of f32 are taken in TF32 by cuBLAS. It is a switch of the whole process.
pub(crate) fn use_tf32(on: bool) {
    candle_core::cuda_backend::set_gemm_reduced_precision_f32(on);
}
