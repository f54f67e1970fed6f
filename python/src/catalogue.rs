//! The methods that can be asked for by name.

use std::collections::BTreeMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use orders_core::catalogue::{Entry, EntryKind, MethodEntry, ParameterEntry};
use orders_core::{Catalogue, ParameterKind, ParameterValue, Parameters};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::error::{refused, told};
use crate::own_method::OwnClass;

/// The standard methods, those of Python, and both in one.
struct Known {
    own: Vec<MethodEntry>,
    classes: BTreeMap<String, Py<PyAny>>,
    all: Catalogue,
}

static KNOWN: LazyLock<RwLock<Known>> = LazyLock::new(|| {
    RwLock::new(Known {
        own: Vec::new(),
        classes: BTreeMap::new(),
        all: Catalogue::standard(),
    })
});

/// All methods there are now.
pub(crate) fn catalogue() -> Catalogue {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    known.all.clone()
}

/// The class of a method of Python, by its name.
pub(crate) fn class_of(py: Python<'_>, name: &str) -> Option<Py<PyAny>> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    known.classes.get(name).map(|class| class.clone_ref(py))
}

/// Registers a class of Python, in place of one of the same name that was registered
/// before.
#[pyfunction]
pub(crate) fn register(
    class: &Bound<'_, PyAny>,
    name: &str,
    summary: String,
    parameters: &Bound<'_, PyDict>,
    is_random: bool,
    for_video: bool,
) -> PyResult<()> {
    let names: Vec<String> = parameters.keys().extract()?;
    let own = OwnClass {
        class: class.clone().unbind(),
        parameters: names.iter().map(|name| in_catalogue(name)).collect(),
        is_random,
    };
    let mut entry = MethodEntry::new(name, summary, move |arguments| own.method(arguments));
    if is_random {
        entry = entry.random();
    }
    if for_video {
        entry = entry.for_video();
    }
    for (key, value) in parameters.iter() {
        entry = entry.with_parameter(parameter(&in_catalogue(&key.extract::<String>()?), &value)?);
    }
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    let mut own = known.own.clone();
    own.retain(|other| other.name() != name);
    own.push(entry);
    let mut all = Catalogue::standard();
    for entry in &own {
        all.register(entry.clone())
            .map_err(|error| refused(&error))?;
    }
    known.classes.insert(name.into(), class.clone().unbind());
    (known.own, known.all) = (own, all);
    Ok(())
}

/// The name of a parameter in the catalogue, which has hyphens where Python has underscores.
fn in_catalogue(name: &str) -> String {
    name.replace('_', "-")
}

/// The same the other way round.
fn in_python(name: &str) -> String {
    name.replace('-', "_")
}

/// A parameter, by its default: yes or no, a number from 0, or the first of some words.
fn parameter(name: &str, default: &Bound<'_, PyAny>) -> PyResult<ParameterEntry> {
    if let Ok(flag) = default.cast::<PyBool>() {
        return Ok(ParameterEntry::flag(name, "").or(flag.is_true()));
    }
    if default.is_instance_of::<PyInt>() {
        return Ok(ParameterEntry::whole(name, "", 0).or(default.extract::<f64>()?));
    }
    if default.is_instance_of::<PyFloat>() {
        let kind = ParameterKind::NumberBetween(f64::NEG_INFINITY, f64::INFINITY);
        return Ok(ParameterEntry::new(
            name,
            "",
            kind,
            default.extract::<f64>()?,
        ));
    }
    if let Ok(words) = default.cast::<PyTuple>()
        && let Ok(words) = words.extract::<Vec<String>>()
    {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        return Ok(ParameterEntry::one_of(name, "", &words));
    }
    Err(told(format!(
        "the default of parameter '{name}' is {}; it takes a bool, an int, a float, or a tuple of words, the first of which is the default",
        default.repr()?
    )))
}

/// Parameters by name, of values of Python. A word may stand for a value of another kind,
/// such as "inf".
pub(crate) fn parameters<K: EntryKind>(
    entry: &Entry<K>,
    given: &Bound<'_, PyDict>,
) -> PyResult<Parameters> {
    let mut parameters = Parameters::new();
    for (name, value) in given.iter() {
        let name = in_catalogue(&name.extract::<String>()?);
        let known = entry.parameter(&name).map_err(|error| refused(&error))?;
        let read: ParameterValue = if let Ok(flag) = value.cast::<PyBool>() {
            flag.is_true().into()
        } else if let Ok(word) = value.cast::<PyString>() {
            let word = word.to_string();
            known.kind().parse(&word).unwrap_or(word.as_str().into())
        } else if let Ok(number) = value.extract::<f64>() {
            number.into()
        } else {
            return Err(told(format!(
                "{name} of {} {} is {}; it takes {}",
                K::WORD,
                entry.name(),
                value.repr()?,
                known.kind()
            )));
        };
        parameters.insert(name, read);
    }
    Ok(parameters)
}

/// Parameters as Python has them.
pub(crate) fn to_dict<'py>(
    py: Python<'py>,
    parameters: &Parameters,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (name, value) in parameters {
        match value {
            ParameterValue::Flag(flag) => dict.set_item(in_python(name), flag)?,
            ParameterValue::Number(number) => dict.set_item(in_python(name), number)?,
            ParameterValue::Word(word) => dict.set_item(in_python(name), word)?,
        }
    }
    Ok(dict)
}

/// Parameters by their names: what they are, which values they take, and their defaults.
pub(crate) fn listed_parameters<'py, K: EntryKind>(
    py: Python<'py>,
    entry: &Entry<K>,
) -> PyResult<Bound<'py, PyDict>> {
    let parameters = PyDict::new(py);
    for parameter in entry.parameters() {
        let words = (
            parameter.summary(),
            parameter.kind().to_string(),
            parameter.default_words(),
        );
        parameters.set_item(in_python(parameter.name()), words)?;
    }
    Ok(parameters)
}

/// What there is to know of every method.
#[pyfunction]
pub(crate) fn methods(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let list = PyList::empty(py);
    for entry in catalogue().methods() {
        let can = entry.capabilities();
        let parameters = listed_parameters(py, entry)?;
        let known = (
            entry.name(),
            entry.summary(),
            entry.source(),
            parameters,
            can.random,
            can.own_sizes,
            can.video,
        );
        list.append(known)?;
    }
    Ok(list)
}
