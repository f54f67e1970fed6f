//! The transformer.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use candle_core::{D, DType, Device, Result, Tensor, Var};

use super::config::LpdConfig;
use super::error::LpdError;
use super::fused_layers::{Flow, FusedBackEnd, FusedLayers};
use super::layers::{Block, Cache, Heads, Kernels, Linear, Norm, Pass, TensorBackEnd, Visibility};
use super::memory::Costs;
use super::statement::run;
use crate::cpu::Finish;
use crate::fused::{self, Tables};
use crate::precision::Precision;
use crate::weights::Weights;

/// An LPD transformer.
///
/// It generates with [`generate`](Self::generate) or step by step with
/// [`generation`](Self::generation), gives likelihoods with
/// [`log_likelihood`](Self::log_likelihood), and is trained with
/// [`training_pass`](Self::training_pass).
#[derive(Debug)]
pub struct Lpd {
    config: LpdConfig,
    kernels: Kernels,
    dtype: DType,
    device: Device,
    variables: BTreeMap<String, Var>,
    classes: Tensor,
    unconditional: Tensor,
    tokens: Tensor,
    positions: Tensor,
    query: Tensor,
    embedding_norm: Norm,
    blocks: Vec<Block>,
    norm: Norm,
    head: Linear,
    /// Caches of the last passes over all groups, with their rows and capacities: fresh
    /// memory for one costs what several per cent of such a pass do.
    spare: Mutex<Vec<((usize, usize), Cache)>>,
    /// With [`Kernels::Cuda`]: the layers once more, of the same tensors.
    fused: Option<(FusedLayers, Tables)>,
}

impl Lpd {
    /// A transformer for inference, on the device and in the precision of its
    /// weights: f32 on the CPU, f32 and bf16 on cards of NVIDIA with our own kernels,
    /// anything else with candle's.
    ///
    /// The weights are not held twice: those that are packed for our kernels
    /// are let go one by one.
    ///
    /// # Errors
    ///
    /// [`LpdError::Weights`] if the weights are not those of the config,
    /// [`LpdError::Tensor`] if memory can't be had on the device.
    pub fn new(config: LpdConfig, weights: Weights) -> std::result::Result<Self, LpdError> {
        let (dtype, device) = kind(&weights);
        let kernels = match (dtype, &device) {
            (DType::F32, Device::Cpu) => Kernels::Cpu,
            (_, Device::Cuda(_)) if fused::takes(dtype, config.head_dim()) => Kernels::Cuda,
            _ => Kernels::Device,
        };
        Self::with_kernels(config, weights, kernels)
    }

    /// The same in a precision that tells [`Precision::TF32`] from f32.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub(crate) fn in_precision(
        config: LpdConfig,
        weights: Weights,
        precision: Precision,
    ) -> std::result::Result<Self, LpdError> {
        let (dtype, _) = kind(&weights);
        if precision != Precision::TF32 {
            return Self::new(config, weights);
        }
        let kernels = match fused::takes(dtype, config.head_dim()) {
            true => Kernels::CudaTf32,
            false => Kernels::Device,
        };
        Self::with_kernels(config, weights, kernels)
    }

    /// A transformer for inference with chosen kernels.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`LpdError::Tensor`] if the kernels don't
    /// take these weights: [`Kernels::Cpu`] wants f32 on the CPU, [`Kernels::Cuda`] f32 or
    /// bf16, and heads up to 128 wide.
    pub fn with_kernels(
        config: LpdConfig,
        weights: Weights,
        kernels: Kernels,
    ) -> std::result::Result<Self, LpdError> {
        let (dtype, device) = kind(&weights);
        let tensors = Weights::checked(&config.tensors(), weights.into_tensors())?.into_tensors();
        if kernels == Kernels::Cpu && (dtype != DType::F32 || !device.is_cpu()) {
            return Err(candle_core::Error::Msg(format!(
                "our own kernels take f32 on the CPU, not {dtype:?}"
            ))
            .into());
        }
        if kernels.are_fused() && !fused::takes(dtype, config.head_dim()) {
            return Err(candle_core::Error::Msg(format!(
                "the kernels of cards take f32 and bf16 and heads up to {} wide",
                fused::WIDEST_HEAD
            ))
            .into());
        }
        Ok(Self::build(
            config,
            tensors,
            BTreeMap::new(),
            (dtype, device, kernels),
        )?)
    }

    /// A transformer for training: its tensors are [`variables`](Self::variables),
    /// copied from the weights.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn trainable(config: LpdConfig, weights: &Weights) -> std::result::Result<Self, LpdError> {
        let (dtype, device) = kind(weights);
        let mut variables = BTreeMap::new();
        for (name, tensor) in weights.iter() {
            variables.insert(name.to_owned(), Var::from_tensor(tensor)?);
        }
        let tensors = variables
            .iter()
            .map(|(name, variable)| (name.clone(), variable.as_tensor().clone()))
            .collect();
        let tensors = Weights::checked(&config.tensors(), tensors)?.into_tensors();
        let kind = (dtype, device, Kernels::Differentiable);
        Ok(Self::build(config, tensors, variables, kind)?)
    }

    fn build(
        config: LpdConfig,
        mut tensors: BTreeMap<String, Tensor>,
        variables: BTreeMap<String, Var>,
        (dtype, device, kernels): (DType, Device, Kernels),
    ) -> Result<Self> {
        let mut take = |name: &str| {
            let missing = || candle_core::Error::Msg(format!("there is no tensor {name}"));
            tensors.remove(name).ok_or_else(missing)
        };
        let mut pair = |name: &str| {
            let weight = take(&format!("{name}.weight"))?;
            Result::Ok((weight, take(&format!("{name}.bias"))?))
        };
        let (width, epsilon) = (config.width(), config.norm_eps() as f32);
        let heads = Heads {
            count: config.heads(),
            width: config.head_dim(),
        };
        let norm = |(weight, bias): (Tensor, Tensor)| Norm {
            weight,
            bias,
            epsilon,
            kernels,
        };
        let linear = |(weight, bias): (Tensor, Tensor)| Linear::new(weight, Some(bias), kernels);
        let mut blocks = Vec::with_capacity(config.depth());
        for block in 0..config.depth() {
            let mut pair = |layer: &str| pair(&format!("blocks.{block}.{layer}"));
            blocks.push(Block {
                heads,
                norm1: norm(pair("norm1")?),
                qkv: linear(pair("attn.qkv")?)?,
                proj: linear(pair("attn.proj")?)?,
                norm2: norm(pair("norm2")?),
                fc1: linear(pair("mlp.fc1")?)?,
                fc2: linear(pair("mlp.fc2")?)?,
            });
        }
        let (embedding_norm, last_norm) = (norm(pair("z_proj_ln")?), norm(pair("norm")?));
        let head = Linear::new(take("head.weight")?, None, kernels)?;
        let mut of_tables = [
            take("mask_token")?.reshape((1, width))?,
            take("pos_embed")?.reshape(((), width))?,
            take("class_emb.weight")?,
            take("fake_latent")?,
            take("token_emb.weight")?,
        ];
        let fused = kernels.are_fused().then(|| {
            let norms = (&embedding_norm, &last_norm);
            let layers = FusedLayers::new(&blocks, norms, &head, kernels)?;
            let all = Tensor::cat(&of_tables, 0)?;
            // The tables are not held twice.
            let mut first = 0;
            for table in &mut of_tables {
                let rows = table.dim(0)?;
                *table = all.narrow(0, first, rows)?;
                first += rows;
            }
            let tables = Tables {
                all,
                cells: config.grid().cells(),
                classes: config.classes(),
                vocab: config.vocab(),
            };
            Result::Ok((layers, tables))
        });
        let fused = fused.transpose()?;
        let [query, positions, classes, unconditional, tokens] = of_tables;
        Ok(Self {
            embedding_norm,
            norm: last_norm,
            classes,
            unconditional,
            tokens,
            positions,
            query: query.reshape((1, 1, width))?,
            head,
            fused,
            blocks,
            config,
            kernels,
            dtype,
            device,
            variables,
            spare: Mutex::default(),
        })
    }

    /// The sizes.
    pub fn config(&self) -> &LpdConfig {
        &self.config
    }

    /// The kernels in use.
    pub fn kernels(&self) -> Kernels {
        self.kernels
    }

    /// The device that it runs on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The type of its weights.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The precision of its weights and products.
    pub fn precision(&self) -> Precision {
        match (self.dtype, self.kernels) {
            (DType::F32, Kernels::CudaTf32) => Precision::TF32,
            (DType::BF16, _) => Precision::BF16,
            (DType::F16, _) => Precision::F16,
            _ => Precision::F32,
        }
    }

    /// The layers and tables that cards of NVIDIA generate with, if it is on one.
    pub(super) fn fused(&self) -> Option<(&FusedLayers, &Tables)> {
        self.fused.as_ref().map(|(layers, tables)| (layers, tables))
    }

    /// The variables by name, if it is [trainable](Self::trainable); else none.
    /// Setting one changes the transformer.
    pub fn variables(&self) -> &BTreeMap<String, Var> {
        &self.variables
    }

    /// What its memory depends on.
    pub(super) fn costs(&self) -> Costs<'_> {
        Costs {
            config: &self.config,
            dtype: self.dtype,
            kernels: self.kernels,
        }
    }

    /// Room for keys and values of a generation.
    pub(crate) fn cache(&self, rows: usize, capacity: usize) -> Result<Cache> {
        // There is a block at least.
        let heads = self.blocks[0].heads;
        let kind = (self.dtype, &self.device, self.kernels);
        Cache::new(self.config.depth(), rows, capacity, heads, kind)
    }

    /// An empty cache; one that was spared, if it is of this size.
    pub(crate) fn spare_cache(&self, rows: usize, capacity: usize) -> Result<Cache> {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let fitting = spare.iter().position(|(size, _)| *size == (rows, capacity));
        let spared = fitting.map(|place| spare.swap_remove(place));
        drop(spare);
        match spared {
            Some((_, cache)) => Ok(cache),
            None => self.cache(rows, capacity),
        }
    }

    /// Keeps a cache for a later pass; one for each thread at most.
    pub(crate) fn spare(&self, size: (usize, usize), cache: Cache) {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() >= rayon::current_num_threads() {
            spare.remove(0);
        }
        spare.push((size, cache));
    }

    /// A pass whose positions see what is said.
    pub(crate) fn pass<'a>(
        &self,
        visibility: Visibility<'a>,
        cache: Option<&'a mut Cache>,
    ) -> Result<Pass<'a>> {
        Pass::new(visibility, cache, (self.dtype, &self.device, self.kernels))
    }

    /// The class of every sample as the first position: shape (rows, 1, width).
    /// With `unconditional`, as many rows more that have no class.
    pub(crate) fn embed_classes(
        &self,
        labels: &[Option<u32>],
        unconditional: bool,
    ) -> Result<Tensor> {
        let none = self.config.classes() as u32;
        let mut ids: Vec<u32> = labels.iter().map(|label| label.unwrap_or(none)).collect();
        if unconditional {
            ids.resize(2 * ids.len(), none);
        }
        let ids = Tensor::new(ids, &self.device)?;
        let table = Tensor::cat(&[&self.classes, &self.unconditional], 0)?;
        let classes = table.index_select(&ids, 0)?;
        classes
            .broadcast_add(&self.positions.narrow(0, 0, 1)?)?
            .unsqueeze(1)
    }

    /// Tokens at slots of the positional embedding, both of shape (rows,
    /// positions): shape (rows, positions, width).
    pub(crate) fn embed_tokens(&self, tokens: &Tensor, slots: &Tensor) -> Result<Tensor> {
        rows_of(&self.tokens, tokens)? + rows_of(&self.positions, slots)?
    }

    /// Queries at slots of the positional embedding: shape (rows, positions,
    /// width).
    pub(crate) fn embed_queries(&self, slots: &Tensor) -> Result<Tensor> {
        rows_of(&self.positions, slots)?.broadcast_add(&self.query)
    }

    /// Embedded positions through all blocks: shape (rows, positions, width).
    pub(crate) fn blocks(
        &self,
        embedded: &Tensor,
        pass: &mut Pass<'_>,
    ) -> std::result::Result<Tensor, LpdError> {
        if let Some((layers, _)) = &self.fused
            && pass.sight.is_some()
        {
            let mut back_end = FusedBackEnd { layers, pass };
            let embedded = Flow::new(embedded.clone());
            return Ok(run(&mut back_end, self.blocks.len(), &embedded)?.x);
        }
        let mut back_end = TensorBackEnd {
            embedding_norm: &self.embedding_norm,
            blocks: &self.blocks,
            pass,
        };
        run(&mut back_end, self.blocks.len(), embedded)
    }

    /// Logits of the last positions, `queries` of them, in f32: shape (rows,
    /// queries, vocabulary).
    pub(crate) fn logits(&self, x: &Tensor, queries: usize) -> Result<Tensor> {
        if let Some((layers, _)) = &self.fused {
            return layers.logits(x, queries)?.to_dtype(DType::F32);
        }
        let start = x.dim(1)? - queries;
        let x = x.narrow(1, start, queries)?.contiguous()?;
        let logits = self
            .head
            .forward(&self.norm.forward(&x)?, Finish::Nothing)?;
        logits.to_dtype(DType::F32)
    }
}

/// Precision and device of weights.
fn kind(weights: &Weights) -> (DType, Device) {
    let first = weights.iter().next();
    first.map_or((DType::F32, Device::Cpu), |(_, tensor)| {
        (tensor.dtype(), tensor.device().clone())
    })
}

/// Rows of a table by numbers of shape (rows, positions).
fn rows_of(table: &Tensor, ids: &Tensor) -> Result<Tensor> {
    let (rows, positions) = ids.dims2()?;
    let flat = ids.flatten_all()?;
    table
        .index_select(&flat, 0)?
        .reshape((rows, positions, table.dim(D::Minus1)?))
}
