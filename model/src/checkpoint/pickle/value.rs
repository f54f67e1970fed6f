//! Values of a pickle, and the names that it may use.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::checkpoint::error::PickleError;

/// The most objects in a pickle, and the most entries of all of them together.
const MOST_OBJECTS: usize = 1 << 20;

/// A value; those with parts lie in the [`Heap`], so that copying one is cheap
/// and dropping a deeply nested one is no recursion.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::checkpoint) enum Value {
    None,
    Bool(bool),
    Int(i64),
    /// A whole number of over 64 bits, little endian.
    Long(Arc<[u8]>),
    Float,
    Text(Arc<str>),
    Bytes,
    Global(Global),
    /// A storage, as a position in the heap's list.
    Storage(usize),
    /// An object, as a position in the heap.
    Object(usize),
    /// Something that says nothing about tensors: what would be made of a name, if anything
    /// were run.
    Foreign(Arc<str>),
}

/// A value with parts.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::checkpoint) enum Object {
    Tuple(Vec<Value>),
    List(Vec<Value>),
    /// Keys and values in the order in which they were set.
    Dictionary(Vec<(Value, Value)>),
    Tensor(TensorView),
}

/// A storage that a pickle refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::checkpoint) struct Storage {
    pub(in crate::checkpoint) key: Arc<str>,
    pub(in crate::checkpoint) elements: ElementType,
    pub(in crate::checkpoint) numel: u64,
}

/// A tensor as a view of a storage, inside of which it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::checkpoint) struct TensorView {
    /// Position in [`Heap::storages`].
    pub(in crate::checkpoint) storage: usize,
    pub(in crate::checkpoint) offset: usize,
    pub(in crate::checkpoint) shape: Vec<usize>,
    pub(in crate::checkpoint) stride: Vec<usize>,
}

impl TensorView {
    /// A view whose elements all lie within `numel` elements, and are no more
    /// than those. The second rules out strides of 0 that blow a byte up to a
    /// terabyte.
    pub(super) fn new(
        (storage, numel): (usize, u64),
        offset: usize,
        shape: Vec<usize>,
        stride: Vec<usize>,
    ) -> Result<Self, PickleError> {
        if shape.len() != stride.len() {
            return Err(PickleError::Value(
                "a tensor has not a stride for each side",
            ));
        }
        let fits = || {
            let count = shape
                .iter()
                .try_fold(1_usize, |count, &side| count.checked_mul(side))?;
            if count == 0 {
                return Some(true);
            }
            let mut last = offset;
            for (&side, &stride) in shape.iter().zip(&stride) {
                last = last.checked_add((side - 1).checked_mul(stride)?)?;
            }
            Some((last as u64) < numel && count as u64 <= numel)
        };
        if fits() != Some(true) {
            return Err(PickleError::Extent { shape, numel });
        }
        Ok(Self {
            storage,
            offset,
            shape,
            stride,
        })
    }

    /// Number of elements.
    pub(in crate::checkpoint) fn count(&self) -> usize {
        self.shape.iter().product()
    }
}

/// Everything that has parts, and the storages.
#[derive(Debug, Default)]
pub(in crate::checkpoint) struct Heap {
    objects: Vec<Object>,
    entries: usize,
    pub(in crate::checkpoint) storages: Vec<Storage>,
    by_key: BTreeMap<Arc<str>, usize>,
}

impl Heap {
    fn object(&self, value: &Value) -> Option<&Object> {
        match value {
            Value::Object(position) => self.objects.get(*position),
            _ => None,
        }
    }

    pub(super) fn add(&mut self, object: Object) -> Result<Value, PickleError> {
        self.count(match &object {
            Object::Tuple(items) | Object::List(items) => items.len(),
            Object::Dictionary(pairs) => pairs.len(),
            Object::Tensor(_) => 0,
        })?;
        self.objects.push(object);
        Ok(Value::Object(self.objects.len() - 1))
    }

    /// Puts pairs into a dictionary.
    pub(super) fn insert(
        &mut self,
        dictionary: &Value,
        pairs: Vec<(Value, Value)>,
    ) -> Result<(), PickleError> {
        self.count(pairs.len())?;
        match self.object_mut(dictionary) {
            Some(Object::Dictionary(all)) => all.extend(pairs),
            // What is set on things that are passed over is passed over.
            None if matches!(dictionary, Value::Foreign(_)) => {}
            _ => return Err(PickleError::Value("items are set on what is no dictionary")),
        }
        Ok(())
    }

    /// Appends to a list.
    pub(super) fn extend(&mut self, list: &Value, items: Vec<Value>) -> Result<(), PickleError> {
        self.count(items.len())?;
        match self.object_mut(list) {
            Some(Object::List(all)) => all.extend(items),
            None if matches!(list, Value::Foreign(_)) => {}
            _ => return Err(PickleError::Value("items are appended to what is no list")),
        }
        Ok(())
    }

    /// The storage of a key, which is described in the same way each time.
    pub(super) fn storage(&mut self, storage: Storage) -> Result<Value, PickleError> {
        if let Some(&position) = self.by_key.get(&storage.key) {
            if self.storages[position] != storage {
                return Err(PickleError::Storage(storage.key.to_string()));
            }
            return Ok(Value::Storage(position));
        }
        self.count(0)?;
        let position = self.storages.len();
        self.by_key.insert(storage.key.clone(), position);
        self.storages.push(storage);
        Ok(Value::Storage(position))
    }

    /// The position of a storage in the list.
    pub(in crate::checkpoint) fn storage_of(&self, key: &str) -> Option<usize> {
        self.by_key.get(key).copied()
    }

    /// The items of a tuple.
    pub(in crate::checkpoint) fn tuple(&self, value: &Value) -> Option<&[Value]> {
        match self.object(value)? {
            Object::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The items of a list.
    pub(in crate::checkpoint) fn list(&self, value: &Value) -> Option<&[Value]> {
        match self.object(value)? {
            Object::List(items) => Some(items),
            _ => None,
        }
    }

    /// The pairs of a dictionary.
    pub(in crate::checkpoint) fn dictionary(&self, value: &Value) -> Option<&[(Value, Value)]> {
        match self.object(value)? {
            Object::Dictionary(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// A tensor, of any type of element.
    pub(super) fn any_tensor(&self, value: &Value) -> Option<&TensorView> {
        match self.object(value)? {
            Object::Tensor(view) => Some(view),
            _ => None,
        }
    }

    /// A tensor of a type that is read.
    pub(in crate::checkpoint) fn tensor(&self, value: &Value) -> Option<&TensorView> {
        let view = self.any_tensor(value)?;
        let elements = self.storages[view.storage].elements;
        (!matches!(elements, ElementType::Other(..))).then_some(view)
    }

    /// What a value is, for those who expected a tensor.
    pub(in crate::checkpoint) fn kind(&self, value: &Value) -> Cow<'static, str> {
        let kind = match value {
            Value::None => "None",
            Value::Bool(_) => "a truth value",
            Value::Int(_) | Value::Long(_) => "a whole number",
            Value::Float => "a number",
            Value::Text(_) => "a text",
            Value::Bytes => "a string of bytes",
            Value::Global(_) => "a name",
            Value::Storage(_) => "a storage",
            Value::Foreign(name) if name.starts_with("torch._utils._rebuild_") => {
                "a tensor of a kind that is not read"
            }
            Value::Foreign(name) => return format!("an object of {name}").into(),
            // Positions are made above only, and nothing is ever taken out.
            Value::Object(position) => match &self.objects[*position] {
                Object::Tuple(_) => "a tuple",
                Object::List(_) => "a list",
                Object::Dictionary(_) => "a dictionary",
                Object::Tensor(view) => match self.storages[view.storage].elements {
                    ElementType::Other(name, _) => return format!("a tensor of {name}").into(),
                    _ => "a tensor",
                },
            },
        };
        kind.into()
    }

    fn object_mut(&mut self, value: &Value) -> Option<&mut Object> {
        match value {
            Value::Object(position) => self.objects.get_mut(*position),
            _ => None,
        }
    }

    fn count(&mut self, entries: usize) -> Result<(), PickleError> {
        self.entries = self.entries.saturating_add(entries + 1);
        if self.entries > MOST_OBJECTS {
            return Err(PickleError::TooMany {
                what: "objects",
                limit: MOST_OBJECTS,
            });
        }
        Ok(())
    }
}

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::checkpoint) enum Global {
    /// Makes an empty dictionary, or one from pairs.
    Dictionary,
    /// `(storage, offset, shape, stride, ..)`
    Tensor,
    /// `(tensor, ..)`
    Parameter,
    /// `(name, type, arguments, ..)`, which stands for the name applied to the arguments.
    FromType,
    /// `((..),)`
    Shape,
    Storage(ElementType),
    /// Anything else, such as settings of the training, by its name, cut if it is long.
    /// Whatever is made of it is passed over.
    Foreign(Arc<str>),
}

impl Global {
    /// What a name stands for.
    pub(super) fn of(module: &str, name: &str) -> Self {
        let elements = match module {
            "torch" | "torch.storage" => storage(name),
            _ => None,
        };
        if let Some(elements) = elements {
            return Self::Storage(elements);
        }
        match (module, name) {
            ("collections", "OrderedDict") => Self::Dictionary,
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Self::Tensor,
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => {
                Self::Parameter
            }
            ("torch._tensor", "_rebuild_from_type_v2") => Self::FromType,
            ("torch", "Size") => Self::Shape,
            _ => {
                // The name is the file's; what is shown of it is short and plain.
                let name: String = format!("{module}.{name}")
                    .chars()
                    .filter(|character| !character.is_control())
                    .take(100)
                    .collect();
                Self::Foreign(name.into())
            }
        }
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
        "QInt8Storage" => ElementType::Other("qint8", 1),
        "QUInt8Storage" => ElementType::Other("quint8", 1),
        "QInt32Storage" => ElementType::Other("qint32", 4),
        "UntypedStorage" => ElementType::Other("bytes", 1),
        "ComplexHalfStorage" => ElementType::Other("complex32", 4),
        "ComplexFloatStorage" => ElementType::Other("complex64", 8),
        "ComplexDoubleStorage" => ElementType::Other("complex128", 16),
        _ => return None,
    })
}
