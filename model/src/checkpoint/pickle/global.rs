//! The names that a pickle may use.

/// What a storage's elements are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::checkpoint) enum ElementType {
    F64,
    F32,
    F16,
    Bf16,
    I64,
    I32,
    I16,
    /// Bytes; truth values are bytes as well.
    U8,
    /// A type that is only passed over: its name and bytes in each element.
    Other(&'static str, u64),
}

impl ElementType {
    /// Bytes in an element.
    pub(in crate::checkpoint) fn bytes(self) -> u64 {
        match self {
            Self::F64 | Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::Bf16 | Self::I16 => 2,
            Self::U8 => 1,
            Self::Other(_, bytes) => bytes,
        }
    }
}

/// What a name in a pickle stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Global {
    /// Makes an empty dictionary, or one from pairs.
    Dictionary,
    /// `(storage, offset, shape, stride, ..)`
    Tensor,
    /// `(tensor, ..)`
    Parameter,
    /// `((..),)`
    Shape,
    Storage(ElementType),
    /// Things that say nothing about tensors, such as settings of the training.
    /// Whatever is made of them is passed over.
    Inert,
}

impl Global {
    /// What a name stands for; `None` for all that are refused.
    pub(super) fn of(module: &str, name: &str) -> Option<Self> {
        Some(match (module, name) {
            ("collections", "OrderedDict") => Self::Dictionary,
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Self::Tensor,
            ("torch._utils", "_rebuild_parameter") => Self::Parameter,
            ("torch", "Size") => Self::Shape,
            ("torch", name) if name.ends_with("Storage") => Self::Storage(storage(name)?),
            ("torch", name) if is_dtype(name) => Self::Inert,
            ("torch", "device")
            | ("argparse", "Namespace")
            | ("collections", "defaultdict" | "Counter")
            | ("pathlib", "PosixPath" | "WindowsPath")
            | ("__builtin__" | "builtins", "set" | "frozenset" | "dict" | "list" | "object")
            | ("numpy", "dtype" | "ndarray")
            | ("numpy.core.multiarray" | "numpy._core.multiarray", "scalar" | "_reconstruct")
            | ("copy_reg" | "copyreg", "_reconstructor")
            | ("_codecs", "encode") => Self::Inert,
            _ => return None,
        })
    }
}

fn storage(name: &str) -> Option<ElementType> {
    Some(match name {
        "DoubleStorage" => ElementType::F64,
        "FloatStorage" => ElementType::F32,
        "HalfStorage" => ElementType::F16,
        "BFloat16Storage" => ElementType::Bf16,
        "LongStorage" => ElementType::I64,
        "IntStorage" => ElementType::I32,
        "ShortStorage" => ElementType::I16,
        "ByteStorage" | "BoolStorage" => ElementType::U8,
        "CharStorage" => ElementType::Other("int8", 1),
        "ComplexFloatStorage" => ElementType::Other("complex64", 8),
        "ComplexDoubleStorage" => ElementType::Other("complex128", 16),
        _ => return None,
    })
}

fn is_dtype(name: &str) -> bool {
    matches!(
        name,
        "float64"
            | "float32"
            | "float16"
            | "bfloat16"
            | "int64"
            | "int32"
            | "int16"
            | "int8"
            | "uint8"
            | "bool"
    )
}
