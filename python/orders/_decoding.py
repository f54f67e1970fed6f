"""Models as decoders: functions that give logits."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native
from ._native import BoundScheduler, OrdersError, Problem
from ._values import Cells, whole

Decoder = Callable[..., Any]
"""`decoder(tokens, known, asked, labels) -> logits`. Of B samples on a grid of N cells, in
raster order: `tokens` (int64, shape (B, N)) are those of the cells that `known` (bool, shape
(B, N)) has, and 0 elsewhere; `asked` (bool, shape (B, N)) are the cells whose distributions are
wanted, all of them given the same context. `labels` are those of the samples, or None. Logits
have the shape (B, N, V), or (B, A, V) with the A cells that are asked in raster order (where
samples have different numbers of them, A is the largest, and rows behind are not read).

Arrays are of NumPy, or tensors where a device is named or the model is a torch.nn.Module."""


class SchedulerLike(Protocol):
    def choose(self, step: int, cells: Cells, probabilities: NDArray[np.float32]) -> ArrayLike: ...


class Scheduler:
    """Says which cells come next, from what the model says of all free ones.

    >>> import numpy as np, orders
    >>> class MostCertain(orders.Scheduler):
    ...     '''The four most certain cells of each step.'''
    ...     def choose(self, step, cells, probabilities):
    ...         return cells[np.argsort(-probabilities.max(axis=1), kind="stable")[:4]]
    """

    def choose(self, step: int, cells: Cells, probabilities: NDArray[np.float32]) -> ArrayLike:
        """The cells that this step (from 0) reveals, at least one: some of `cells`, which
        are all that are free, in raster order. `probabilities`, of shape (cells, V), is what
        the model says of each. A new scheduler is made for each sample, and may remember
        what it saw."""
        raise NotImplementedError


Schedulers = str | Mapping[str, Any] | Callable[[], SchedulerLike]
"""A scheduler: the name of one of the catalogue, a dict of its name and parameters, such as
{"scheduler": "entropy-bound", "budget": 0.2}, or a function that makes one for each sample."""


@dataclass
class Chooser:
    """A scheduler for samples of a grid."""

    label: str
    named: BoundScheduler | None
    make: Callable[[], SchedulerLike] | None

    @classmethod
    def of(
        cls, label: str, scheduler: Schedulers, grid: list[int], parameters: dict[str, Any]
    ) -> Chooser:
        if isinstance(scheduler, Mapping):
            parameters = {**scheduler, **parameters}
            scheduler = parameters.pop("scheduler", None)
        if isinstance(scheduler, str):
            return cls(label, _native.scheduler(scheduler, grid, parameters), None)
        if not callable(scheduler):
            raise OrdersError(
                f"scheduler {label} is a name, a dict with a 'scheduler', or a function that makes one; "
                f"it is {scheduler!r}"
            )
        if parameters:
            raise OrdersError(
                f"a scheduler of one's own takes no parameters here, so no {next(iter(parameters))!r}"
            )
        return cls(label, None, scheduler)

    @property
    def needs_group_sizes(self) -> bool:
        return self.named is not None and self.named.needs_group_sizes

    def for_samples(self, count: int, problem: Problem | None, seed: int) -> tuple[Any, list[Any]]:
        """What the extension module decodes by: of the catalogue, or one for each sample."""
        if self.named is not None:
            return (self.named, problem if self.needs_group_sizes else None, seed), []
        assert self.make is not None
        made = [self.make() for _ in range(count)]
        if any(not callable(getattr(scheduler, "choose", None)) for scheduler in made):
            raise OrdersError(f"scheduler {self.label} makes something that has no 'choose'")
        return None, made


def ask_of(
    decoder: Decoder, labels: NDArray[Any] | None, device: Any, temperature: float = 1.0
) -> Decoder:
    """What the extension module calls: arrays of NumPy and numbers of samples in, logits in
    float32 out."""
    if not callable(decoder):
        raise OrdersError(
            f"decoder is called with tokens, known, asked and labels; {decoder!r} can't be"
        )
    torch: Any = sys.modules.get("torch")
    if device is None and torch is not None and isinstance(decoder, torch.nn.Module):
        device = next((weights.device for weights in decoder.parameters()), "cpu")
    if device is not None and torch is None:
        torch = import_module("torch")

    def ask(
        tokens: Cells, known: NDArray[Any], asked: NDArray[Any], samples: Cells
    ) -> NDArray[np.float32]:
        given: list[Any] = [tokens, known, asked, None if labels is None else labels[samples]]
        if device is None:
            logits = decoder(*given)
        else:
            # Tensors on the CPU share the memory of the arrays.
            tensors = [
                None if array is None else torch.from_numpy(array).to(device) for array in given
            ]
            with torch.no_grad():
                logits = decoder(*tensors)
        logits = as_float32(logits)
        return logits if temperature == 1.0 else logits / np.float32(temperature)

    return ask


def as_float32(logits: Any) -> NDArray[np.float32]:
    """Logits as an array, without a copy where they are float32 on the CPU."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(logits, torch.Tensor):
        logits = logits.detach().to(device="cpu", dtype=torch.float32).numpy()
    elif not isinstance(logits, np.ndarray) and hasattr(logits, "__dlpack__"):
        logits = np.from_dlpack(logits)
    try:
        array = np.asarray(logits)
    except ValueError:
        raise OrdersError(
            "the decoder's logits are no array: their rows have different lengths"
        ) from None
    if array.ndim != 3 or array.dtype.kind not in "fiu":
        raise OrdersError(
            "the decoder gives logits of shape (samples, cells, tokens); "
            f"these are an array of {array.dtype} and shape {array.shape}"
        )
    return np.asarray(array, np.float32)


def tokens_of(tokens: ArrayLike, cells: int, what: str = "tokens") -> Cells:
    """Tokens of shape (samples, cells); grids are laid out as rows."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(tokens, torch.Tensor):
        tokens = tokens.detach().cpu().numpy()
    array = np.asarray(tokens)
    if array.dtype.kind not in "iu" or array.ndim < 2 or int(np.prod(array.shape[1:])) != cells:
        raise OrdersError(
            f"{what} are whole numbers of shape (samples, {cells}), or with the sides of the grid; "
            f"this is an array of {array.dtype} and shape {array.shape}"
        )
    # A copy, so that nobody changes them under way.
    return np.array(array.reshape(len(array), cells), np.int64)


def labels_of(labels: ArrayLike | None, samples: int) -> NDArray[Any] | None:
    """A label for each sample."""
    if labels is None:
        return None
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(labels, torch.Tensor):
        labels = labels.detach().cpu().numpy()
    array = np.array(labels)
    if array.ndim == 0 or len(array) != samples:
        raise OrdersError(
            f"there are {samples} samples, and labels of shape {array.shape}: one for each"
        )
    return array


def batch_of(batch: int) -> int:
    return whole("batch", batch, 1, 2**24)
