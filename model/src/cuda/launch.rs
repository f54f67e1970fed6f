//! Our kernels. Every function holds the shapes of its tensors against each other first,
//! which is what its launch rests on: a kernel touches what these sizes say, and nothing else.

use candle_core::cuda_backend::cudarc::driver::{
    CudaSlice, CudaView, CudaViewMut, DeviceRepr, LaunchConfig, PushKernelArg,
};
use candle_core::cuda_backend::{CudaDType, WrapErr};
use candle_core::{
    CpuStorage, CudaDevice, CudaStorage, CustomOp1, DType, InplaceOp1, Layout, Result, Shape,
    Storage, Tensor, bail,
};
use half::bf16;

use crate::fused::{Draws, Sight, Tables, Turn, WIDEST_HEAD};
use crate::lpd::Choice;

/// The kernels as build.rs compiled them.
const PTX: &str = include_str!(concat!(env!("OUT_DIR"), "/kernels.ptx"));

/// Threads of a block that has a row.
const ROW_THREADS: u32 = 256;
/// As in kernels.cu.
const ATTENTION_THREADS: u32 = 128;
const TILE_QUERIES: usize = 16;
const TILE_KEYS: usize = 32;
const DRAW_THREADS: u32 = 256;
const PRODUCT_THREADS: u32 = 256;
const PRODUCT_TILE: usize = 64;
/// Blocks of what has no rows, at most.
const MOST_BLOCKS: usize = 4096;

/// Types that kernels are compiled for.
trait Number: CudaDType + DeviceRepr {
    const SUFFIX: &'static str;
}

impl Number for f32 {
    const SUFFIX: &'static str = "f32";
}

impl Number for bf16 {
    const SUFFIX: &'static str = "bf16";
}

/// Does it for the type of a tensor's numbers.
macro_rules! of_type {
    ($tensor:expr, $function:ident($($argument:expr),*)) => {
        match $tensor.dtype() {
            DType::F32 => $function::<f32>($($argument),*),
            DType::BF16 => $function::<bf16>($($argument),*),
            other => bail!("there are no kernels for {other:?}"),
        }
    };
}

/// Makes a tensor on a card.
struct Make<F>(F);

impl<F: Fn(&CudaStorage, &Layout) -> Result<(CudaStorage, Shape)>> CustomOp1 for Make<F> {
    fn name(&self) -> &'static str {
        "kernel"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        bail!("kernels run on a card")
    }

    fn cuda_fwd(&self, storage: &CudaStorage, layout: &Layout) -> Result<(CudaStorage, Shape)> {
        (self.0)(storage, layout)
    }
}

/// Changes a tensor on a card.
struct Change<F>(F);

impl<F: Fn(&mut CudaStorage, &Layout) -> Result<()>> InplaceOp1 for Change<F> {
    fn name(&self) -> &'static str {
        "kernel"
    }

    fn cpu_fwd(&self, _: &mut CpuStorage, _: &Layout) -> Result<()> {
        bail!("kernels run on a card")
    }

    fn cuda_fwd(&self, storage: &mut CudaStorage, layout: &Layout) -> Result<()> {
        (self.0)(storage, layout)
    }
}

/// The numbers of a storage that a layout is of, one behind the other.
fn view<'a, T: CudaDType>(storage: &'a CudaStorage, layout: &Layout) -> Result<CudaView<'a, T>> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(storage.as_cuda_slice::<T>()?.slice(start..end)),
        None => bail!("kernels take numbers that lie one behind the other"),
    }
}

/// Gives `work` the numbers of a tensor.
fn with<T: CudaDType, R>(
    tensor: &Tensor,
    work: impl FnOnce(&CudaView<'_, T>) -> Result<R>,
) -> Result<R> {
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        Storage::Cuda(storage) => work(&view(storage, layout)?),
        _ => bail!("a tensor is not on the card"),
    }
}

fn number(size: usize) -> Result<u32> {
    u32::try_from(size).map_err(|_| candle_core::Error::msg(format!("{size} is too large a size")))
}

fn numbers<const N: usize>(sizes: [usize; N]) -> Result<[u32; N]> {
    let mut all = [0; N];
    for (to, size) in all.iter_mut().zip(sizes) {
        *to = number(size)?;
    }
    Ok(all)
}

/// The kernel for a type.
fn name<T: Number>(kernel: &str) -> String {
    format!("{kernel}_{}", T::SUFFIX)
}

/// What a kernel made, as a tensor.
fn made<T: Number>(
    numbers: CudaSlice<T>,
    device: &CudaDevice,
    shape: impl Into<Shape>,
) -> Result<(CudaStorage, Shape)> {
    let storage = CudaStorage::wrap_cuda_slice(numbers, device.clone());
    Ok((storage, shape.into()))
}

/// The address that a kernel takes as none.
const NOTHING: u64 = 0;

/// Room for so many numbers, which a kernel fills.
fn room<T: DeviceRepr>(device: &CudaDevice, count: usize) -> Result<CudaSlice<T>> {
    // SAFETY: Whoever asks launches a kernel that writes all of it, on the only stream, before
    // anything reads it.
    unsafe { device.alloc(count) }
}

/// Blocks and threads of a launch, if there are any.
fn config(
    (x, y, z): (usize, usize, usize),
    threads: u32,
    shared_floats: usize,
) -> Result<Option<LaunchConfig>> {
    if x.min(y).min(z) == 0 {
        return Ok(None);
    }
    if x > i32::MAX as usize || y.max(z) > usize::from(u16::MAX) {
        bail!("the batch is too large for a kernel");
    }
    Ok(Some(LaunchConfig {
        grid_dim: (number(x)?, number(y)?, number(z)?),
        block_dim: (threads, 1, 1),
        shared_mem_bytes: number(4 * shared_floats)?,
    }))
}

/// Launches a kernel with arguments, which are references.
macro_rules! launch {
    ($device:expr, $name:expr, $config:expr, $($argument:expr),+ $(,)?) => {
        if let Some(config) = $config {
            let function = $device.get_or_load_custom_func($name, "orders", PTX)?;
            let mut launch = function.builder();
            $(launch.arg($argument);)+
            // SAFETY: The arguments are those of the kernel, in number, order and type; the
            // function around has held the sizes among them against the memory behind them.
            unsafe { launch.launch(config) }.w()?;
        }
    };
}

/// An error unless sizes fit.
fn hold(fit: bool, what: &str) -> Result<()> {
    match fit {
        true => Ok(()),
        false => bail!("{what}: the sizes of tensors don't fit"),
    }
}

pub(crate) fn embed(
    (tokens, slots, labels): (&Tensor, &Tensor, &Tensor),
    tables: &Tables,
    turn: Turn,
) -> Result<Tensor> {
    of_type!(tables.all, embedded((tokens, slots, labels), tables, turn))
}

fn embedded<T: Number>(
    (tokens, slots, labels): (&Tensor, &Tensor, &Tensor),
    tables: &Tables,
    turn: Turn,
) -> Result<Tensor> {
    let (samples, cells) = tokens.dims2()?;
    let (table_rows, width) = tables.all.dims2()?;
    let rows = labels.dim(0)?;
    let classes = tables.classes + 1;
    let Turn {
        settled,
        fresh,
        has_class,
        queries,
    } = turn;
    let positions = fresh + queries;
    hold(
        slots.dims2()? == (samples, cells)
            && table_rows == 2 + tables.cells + classes + tables.vocab
            && cells == tables.cells
            && settled + queries <= cells
            && if has_class {
                fresh == 1
            } else {
                fresh <= settled
            },
        "embed",
    )?;
    let sizes = [samples, cells, settled, fresh, usize::from(has_class)];
    let [samples, cells, settled, fresh, has_class] = numbers(sizes)?;
    let [of_classes, vocab, of_width] = numbers([classes, tables.vocab, width])?;
    let make = Make(|storage: &CudaStorage, layout: &Layout| {
        let device = &storage.device;
        let tables = view::<T>(storage, layout)?;
        let mut out = room::<T>(device, rows * positions * width)?;
        with::<u32, _>(tokens, |tokens| {
            with::<u32, _>(slots, |slots| {
                with::<u32, _>(labels, |labels| {
                    launch!(
                        device,
                        &name::<T>("embed"),
                        config((positions, rows, 1), ROW_THREADS, 0)?,
                        tokens,
                        slots,
                        labels,
                        &tables,
                        &mut out,
                        &samples,
                        &cells,
                        &settled,
                        &fresh,
                        &has_class,
                        &of_classes,
                        &vocab,
                        &of_width,
                    );
                    Ok(())
                })
            })
        })?;
        made(out, device, (rows, positions, width))
    });
    tables.all.apply_op1_no_bwd(&make)
}

pub(crate) fn norm(x: &Tensor, params: &Tensor, skipped: usize, epsilon: f32) -> Result<Tensor> {
    of_type!(x, normed(x, params, skipped, epsilon))
}

fn normed<T: Number>(x: &Tensor, params: &Tensor, skipped: usize, epsilon: f32) -> Result<Tensor> {
    let (rows, positions, width) = x.dims3()?;
    hold(
        params.dims2()? == (2, width) && skipped <= positions,
        "norm",
    )?;
    let kept = positions - skipped;
    let [positions, skipped, of_width] = numbers([positions, skipped, width])?;
    let make = Make(|storage: &CudaStorage, layout: &Layout| {
        let device = &storage.device;
        let x = view::<T>(storage, layout)?;
        let mut out = room::<T>(device, rows * kept * width)?;
        with::<T, _>(params, |params| {
            launch!(
                device,
                &name::<T>("norm"),
                config((rows * kept, 1, 1), ROW_THREADS, 0)?,
                &x,
                params,
                &mut out,
                &positions,
                &skipped,
                &of_width,
                &epsilon,
            );
            Ok(())
        })?;
        made(out, device, (rows, kept, width))
    });
    x.apply_op1_no_bwd(&make)
}

/// Sizes of an attention that fit each other.
struct Attention {
    rows: usize,
    positions: usize,
    heads: usize,
    width: usize,
    cache_rows: usize,
    capacity: usize,
    /// Zero where each position says itself what it sees.
    past: usize,
    fresh: usize,
}

impl Attention {
    fn new(qkv: &Tensor, bias: &Tensor, cache: &Tensor, sight: &Sight) -> Result<Self> {
        let (halves, cache_rows, heads, capacity, width) = cache.dims5()?;
        let (rows, positions, three) = qkv.dims3()?;
        let (past, fresh, fits) = match sight {
            Sight::Step { past, fresh } => (
                *past,
                *fresh,
                rows <= cache_rows && *fresh <= positions && past + positions <= capacity,
            ),
            // Sight::new holds places and keys against the capacity.
            Sight::Each(each) => {
                let [of_cache, of_capacity] = each.cache;
                let is_whole = each.seen.dim(0)? == 5 * positions;
                let fits = rows + of_cache <= cache_rows + 1 && of_capacity == capacity;
                (0, 0, is_whole && fits)
            }
        };
        let is_whole = halves == 2 && three == 3 * heads * width && bias.dim(0)? == three;
        hold(fits && is_whole && width <= WIDEST_HEAD, "attention")?;
        Ok(Self {
            rows,
            positions,
            heads,
            width,
            cache_rows,
            capacity,
            past,
            fresh,
        })
    }

    /// The last arguments of both kernels.
    fn numbers(&self) -> Result<[u32; 7]> {
        numbers([
            self.past,
            self.fresh,
            self.positions,
            self.heads,
            self.width,
            self.cache_rows,
            self.capacity,
        ])
    }
}

pub(crate) fn store(cache: &Tensor, qkv: &Tensor, bias: &Tensor, sight: &Sight) -> Result<()> {
    of_type!(qkv, stored(cache, qkv, bias, sight))
}

fn stored<T: Number>(cache: &Tensor, qkv: &Tensor, bias: &Tensor, sight: &Sight) -> Result<()> {
    let sizes = Attention::new(qkv, bias, cache, sight)?;
    let [past, fresh, positions, heads, width, cache_rows, capacity] = sizes.numbers()?;
    let blocks = (sizes.rows * sizes.positions, 1, 1);
    let change = Change(|storage: &mut CudaStorage, layout: &Layout| {
        let device = storage.device.clone();
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("a cache lies in one piece");
        };
        let mut cache = storage.as_cuda_slice_mut::<T>()?.slice_mut(start..end);
        let run = |seen: Option<&CudaView<'_, u32>>, cache: &mut CudaViewMut<'_, T>| {
            with::<T, _>(qkv, |qkv| {
                with::<T, _>(bias, |bias| {
                    let kernel = name::<T>("store");
                    let config = config(blocks, ROW_THREADS, 0)?;
                    match seen {
                        Some(seen) => launch!(
                            device,
                            &kernel,
                            config,
                            qkv,
                            bias,
                            cache,
                            seen,
                            &past,
                            &fresh,
                            &positions,
                            &heads,
                            &width,
                            &cache_rows,
                            &capacity,
                        ),
                        None => launch!(
                            device,
                            &kernel,
                            config,
                            qkv,
                            bias,
                            cache,
                            &NOTHING,
                            &past,
                            &fresh,
                            &positions,
                            &heads,
                            &width,
                            &cache_rows,
                            &capacity,
                        ),
                    }
                    Ok(())
                })
            })
        };
        match sight {
            Sight::Each(each) => with::<u32, _>(&each.seen, |seen| run(Some(seen), &mut cache)),
            Sight::Step { .. } => run(None, &mut cache),
        }
    });
    cache.inplace_op1(&change)
}

pub(crate) fn attend(qkv: &Tensor, bias: &Tensor, cache: &Tensor, sight: &Sight) -> Result<Tensor> {
    of_type!(qkv, attended(qkv, bias, cache, sight))
}

fn attended<T: Number>(
    qkv: &Tensor,
    bias: &Tensor,
    cache: &Tensor,
    sight: &Sight,
) -> Result<Tensor> {
    let sizes = Attention::new(qkv, bias, cache, sight)?;
    let [past, fresh, positions, heads, width, cache_rows, capacity] = sizes.numbers()?;
    let all = sizes.heads * sizes.width;
    let tiles = match sight {
        Sight::Each(each) => each.tiles.dim(0)? / 2,
        Sight::Step { .. } => sizes.positions.div_ceil(TILE_QUERIES),
    };
    let floats = TILE_QUERIES * sizes.width + TILE_KEYS * (2 * sizes.width + 1);
    let config = config((tiles, sizes.heads, sizes.rows), ATTENTION_THREADS, floats)?;
    let make = Make(|storage: &CudaStorage, layout: &Layout| {
        let device = &storage.device;
        let qkv = view::<T>(storage, layout)?;
        let mut out = room::<T>(device, sizes.rows * sizes.positions * all)?;
        let kernel = name::<T>("attend");
        with::<T, _>(bias, |bias| {
            with::<T, _>(cache, |cache| match sight {
                Sight::Each(each) => with::<u32, _>(&each.seen, |seen| {
                    with::<u32, _>(&each.tiles, |tiles| {
                        launch!(
                            device,
                            &kernel,
                            config,
                            &qkv,
                            bias,
                            cache,
                            seen,
                            tiles,
                            &mut out,
                            &past,
                            &fresh,
                            &positions,
                            &heads,
                            &width,
                            &cache_rows,
                            &capacity,
                        );
                        Ok(())
                    })
                }),
                Sight::Step { .. } => {
                    launch!(
                        device,
                        &kernel,
                        config,
                        &qkv,
                        bias,
                        cache,
                        &NOTHING,
                        &NOTHING,
                        &mut out,
                        &past,
                        &fresh,
                        &positions,
                        &heads,
                        &width,
                        &cache_rows,
                        &capacity,
                    );
                    Ok(())
                }
            })
        })?;
        made(out, device, (sizes.rows, sizes.positions, all))
    });
    qkv.apply_op1_no_bwd(&make)
}

pub(crate) fn gelu(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
    of_type!(x, activated(x, bias))
}

fn activated<T: Number>(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
    let width = bias.dim(0)?;
    let count = x.elem_count();
    hold(x.dim(candle_core::D::Minus1)? == width, "gelu")?;
    let (of_width, all) = (number(width)?, count as u64);
    let blocks = count.div_ceil(ROW_THREADS as usize).min(MOST_BLOCKS);
    let make = Make(|storage: &CudaStorage, layout: &Layout| {
        let device = &storage.device;
        let x = view::<T>(storage, layout)?;
        let mut out = room::<T>(device, count)?;
        with::<T, _>(bias, |bias| {
            launch!(
                device,
                &name::<T>("gelu"),
                config((blocks, 1, 1), ROW_THREADS, 0)?,
                &x,
                bias,
                &mut out,
                &all,
                &of_width,
            );
            Ok(())
        })?;
        made(out, device, layout.shape().clone())
    });
    x.apply_op1_no_bwd(&make)
}

pub(crate) fn add_norm(x: &Tensor, base: &Tensor, params: &Tensor, epsilon: f32) -> Result<Tensor> {
    of_type!(x, added(x, base, params, epsilon))
}

fn added<T: Number>(x: &Tensor, base: &Tensor, params: &Tensor, epsilon: f32) -> Result<Tensor> {
    let (rows, positions, width) = x.dims3()?;
    hold(
        base.dims() == x.dims() && params.dims2()? == (3, width),
        "add_norm",
    )?;
    let of_width = number(width)?;
    let make = Make(|storage: &CudaStorage, layout: &Layout| {
        let device = &storage.device;
        let x = view::<T>(storage, layout)?;
        let mut out = room::<T>(device, 2 * rows * positions * width)?;
        with::<T, _>(base, |base| {
            with::<T, _>(params, |params| {
                launch!(
                    device,
                    &name::<T>("add_norm"),
                    config((rows * positions, 1, 1), ROW_THREADS, 0)?,
                    &x,
                    base,
                    params,
                    &mut out,
                    &of_width,
                    &epsilon,
                );
                Ok(())
            })
        })?;
        made(out, device, (2, rows, positions, width))
    });
    x.apply_op1_no_bwd(&make)
}

pub(crate) fn product(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let (outputs, inputs) = weight.dims2()?;
    let rows = x.elem_count() / inputs.max(1);
    hold(x.dim(candle_core::D::Minus1)? == inputs, "product")?;
    let [of_rows, of_inputs, of_outputs] = numbers([rows, inputs, outputs])?;
    let blocks = [outputs, rows].map(|size| size.div_ceil(PRODUCT_TILE));
    let mut shape = x.dims().to_vec();
    if let Some(last) = shape.last_mut() {
        *last = outputs;
    }
    let make = Make(|storage: &CudaStorage, layout: &Layout| {
        let device = &storage.device;
        let x = view::<f32>(storage, layout)?;
        let mut out = room::<f32>(device, rows * outputs)?;
        with::<f32, _>(weight, |weight| {
            launch!(
                device,
                "product_f32",
                config((blocks[0], blocks[1], 1), PRODUCT_THREADS, 0)?,
                &x,
                weight,
                &mut out,
                &of_rows,
                &of_inputs,
                &of_outputs,
            );
            Ok(())
        })?;
        made(out, device, shape.as_slice())
    });
    x.apply_op1_no_bwd(&make)
}

pub(crate) fn draw(tokens: &Tensor, logits: &Tensor, draws: &Draws, settled: usize) -> Result<()> {
    of_type!(logits, drawn(tokens, logits, draws, settled))
}

fn drawn<T: Number>(tokens: &Tensor, logits: &Tensor, draws: &Draws, settled: usize) -> Result<()> {
    let (samples, cells) = tokens.dims2()?;
    let (rows, queries, vocab) = logits.dims3()?;
    let (of_samples, free) = draws.numbers.dims2()?;
    let halves = if draws.scales.is_some() { 2 } else { 1 };
    let scales = draws.scales.as_ref().map_or(Ok(queries), |s| s.dim(0))?;
    hold(
        rows == halves * samples
            && of_samples == samples
            && free <= cells
            && settled >= cells - free
            && settled + queries <= cells
            && scales == queries
            && vocab > 0,
        "draw",
    )?;
    let first = settled - (cells - free);
    let (coldness, top_k, top_p) = match draws.choice {
        Choice::Greedy => (0.0, 0, 0.0),
        Choice::Sample(sampling) => (
            (1.0 / sampling.temperature()) as f32,
            // What keeps all is none.
            number(sampling.top_k().filter(|&k| k < vocab).unwrap_or(0))?,
            sampling.top_p().filter(|&p| p < 1.0).unwrap_or(0.0),
        ),
    };
    let config = config((samples * queries, 1, 1), DRAW_THREADS, 0)?;
    let [samples, queries, vocab, free] = numbers([samples, queries, vocab, free])?;
    let [first, cells, settled] = numbers([first, cells, settled])?;
    let change = Change(|storage: &mut CudaStorage, layout: &Layout| {
        let device = storage.device.clone();
        let Some((start, end)) = layout.contiguous_offsets() else {
            bail!("tokens lie in one piece");
        };
        let mut tokens = storage.as_cuda_slice_mut::<u32>()?.slice_mut(start..end);
        let kernel = name::<T>("draw");
        with::<T, _>(logits, |logits| {
            with::<f64, _>(&draws.numbers, |numbers| match &draws.scales {
                Some(scales) => with::<f32, _>(scales, |scales| {
                    launch!(
                        device,
                        &kernel,
                        config,
                        logits,
                        scales,
                        numbers,
                        &mut tokens,
                        &samples,
                        &queries,
                        &vocab,
                        &free,
                        &first,
                        &cells,
                        &settled,
                        &coldness,
                        &top_k,
                        &top_p,
                    );
                    Ok(())
                }),
                None => {
                    launch!(
                        device,
                        &kernel,
                        config,
                        logits,
                        &NOTHING,
                        numbers,
                        &mut tokens,
                        &samples,
                        &queries,
                        &vocab,
                        &free,
                        &first,
                        &cells,
                        &settled,
                        &coldness,
                        &top_k,
                        &top_p,
                    );
                    Ok(())
                }
            })
        })
    });
    tokens.inplace_op1(&change)
}
