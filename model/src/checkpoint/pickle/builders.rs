//! What the allowed names make of their arguments.

use super::value::{Global, Heap, Object, Storage, TensorView, Value};
use crate::checkpoint::error::PickleError;

/// The most arguments that a name takes.
const MOST_ARGUMENTS: usize = 8;
/// The most dimensions of a tensor.
const MOST_DIMENSIONS: usize = 16;

/// Applies a name to a tuple of arguments.
pub(super) fn build(
    heap: &mut Heap,
    callable: &Value,
    arguments: &Value,
) -> Result<Value, PickleError> {
    if let Value::Foreign(name) | Value::Global(Global::Foreign(name)) = callable {
        return Ok(Value::Foreign(name.clone()));
    }
    let Some(arguments) = heap.tuple(arguments) else {
        return Err(PickleError::Value("arguments are no tuple"));
    };
    if arguments.len() > MOST_ARGUMENTS {
        return Err(PickleError::Value("there are too many arguments"));
    }
    let arguments = arguments.to_vec();
    match callable {
        Value::Global(Global::Dictionary) => dictionary(heap, &arguments),
        Value::Global(Global::Tensor) => tensor(heap, &arguments),
        Value::Global(Global::Parameter) => match arguments.first() {
            Some(tensor) if heap.any_tensor(tensor).is_some() => Ok(tensor.clone()),
            Some(Value::Foreign(name)) => Ok(Value::Foreign(name.clone())),
            _ => Err(PickleError::Value("a parameter is made of no tensor")),
        },
        // Not another of its kind, so that the depth is bounded.
        Value::Global(Global::FromType) => match &arguments[..] {
            [callable, _, arguments, ..] if *callable != Value::Global(Global::FromType) => {
                build(heap, callable, arguments)
            }
            _ => Err(PickleError::Value(
                "a tensor of a type is made of no tensor",
            )),
        },
        Value::Global(Global::Shape) => match &arguments[..] {
            [shape] if heap.tuple(shape).is_some() => Ok(shape.clone()),
            _ => Err(PickleError::Value("a torch.Size is made of no tuple")),
        },
        _ => Err(PickleError::Value(
            "what is called is no name that makes something",
        )),
    }
}

/// `OrderedDict()`, `OrderedDict(pairs)`
fn dictionary(heap: &mut Heap, arguments: &[Value]) -> Result<Value, PickleError> {
    let wrong = || PickleError::Value("an OrderedDict is not made of pairs");
    let pairs = match arguments {
        [] => Vec::new(),
        [pairs] => heap
            .list(pairs)
            .ok_or_else(wrong)?
            .iter()
            .map(|pair| match heap.tuple(pair).or_else(|| heap.list(pair)) {
                Some([key, value]) => Ok((key.clone(), value.clone())),
                _ => Err(wrong()),
            })
            .collect::<Result<_, _>>()?,
        _ => return Err(wrong()),
    };
    heap.add(Object::Dictionary(pairs))
}

/// `(storage, offset, shape, stride)`, after which gradients and hooks may come.
fn tensor(heap: &mut Heap, arguments: &[Value]) -> Result<Value, PickleError> {
    if let [Value::Foreign(name), ..] = arguments {
        return Ok(Value::Foreign(name.clone()));
    }
    let [Value::Storage(storage), offset, shape, stride, ..] = arguments else {
        return Err(PickleError::Value(
            "a tensor is not made of storage, offset, shape and stride",
        ));
    };
    let sides = |value: &Value| -> Result<Vec<usize>, PickleError> {
        let items = heap
            .tuple(value)
            .filter(|items| items.len() <= MOST_DIMENSIONS)
            .ok_or(PickleError::Value("a shape is no tuple of up to 16 sides"))?;
        items.iter().map(natural).collect()
    };
    let (shape, stride) = (sides(shape)?, sides(stride)?);
    let numel = heap.storages[*storage].numel;
    let view = TensorView::new((*storage, numel), natural(offset)?, shape, stride)?;
    heap.add(Object::Tensor(view))
}

/// `('storage', type, key, place, elements)`, which stands for a storage outside
/// of the pickle. Old files may add a view of another storage, which is `None`
/// in all but the oldest.
pub(super) fn persistent(heap: &mut Heap, id: &Value) -> Result<Value, PickleError> {
    const WRONG: PickleError = PickleError::Value("a reference is not to a storage of torch.save");
    let (key, elements, numel) = match heap.tuple(id).ok_or(WRONG)? {
        // Of a type that is not known.
        [Value::Text(word), Value::Global(Global::Foreign(name)), ..] if &**word == "storage" => {
            return Ok(Value::Foreign(name.clone()));
        }
        [
            Value::Text(word),
            Value::Global(Global::Storage(elements)),
            Value::Text(key),
            Value::Text(_),
            numel,
        ]
        | [
            Value::Text(word),
            Value::Global(Global::Storage(elements)),
            Value::Text(key),
            Value::Text(_),
            numel,
            Value::None,
        ] if &**word == "storage" => (key.clone(), *elements, natural(numel)? as u64),
        _ => return Err(WRONG),
    };
    heap.storage(Storage {
        key,
        elements,
        numel,
    })
}

fn natural(value: &Value) -> Result<usize, PickleError> {
    match value {
        Value::Int(number) => usize::try_from(*number).ok(),
        _ => None,
    }
    .ok_or(PickleError::Value("a size is no whole number from 0"))
}
