//! Which implementation of the operations a transformer uses.

/// Which implementation of the operations a transformer uses. All compute
/// the same function, up to rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kernels {
    /// Our own, for f32 on the CPU: packed weights, fused operations. The bits
    /// of a sample depend neither on threads nor on the rest of its batch.
    Cpu,
    /// Those of candle that are fastest, on any device. Gradients do not
    /// flow through all of them.
    Device,
    /// Those of candle that gradients flow through, on any device.
    Differentiable,
}
