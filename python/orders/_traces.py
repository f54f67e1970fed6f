"""What decoding loops did, held against what they may do."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native
from ._native import OrdersError, Problem
from ._orders import Order, Orders
from ._values import Cells


def validate_trace(
    masks: ArrayLike, *, sizes: ArrayLike | None = None, tokens: ArrayLike | None = None
) -> list[Order]:
    """The order in which cells were revealed, from the masks that a decoding loop kept: bool,
    shape (steps, *grid), or (samples, steps, *grid), true where a cell is still masked before
    each step; the last step reveals what is left. Cells that are unmasked from the start are
    known. Gives an order for each sample, cells of a step in raster order, without steps that
    reveal nothing.

    Refused is a cell that is masked again; with `sizes`, a step that reveals more or fewer
    cells; and with `tokens` after each step (the same shape, those of masked cells whatever
    they are), a token that changes after it was revealed.

    >>> import orders
    >>> masks = orders.generate("random", grid=(4, 4), sizes=[1, 5, 10]).masks("before")
    >>> orders.validate_trace(masks)[0].sizes.tolist()
    [1, 5, 10]
    >>> orders.validate_trace(masks, sizes=[1, 6, 9])
    Traceback (most recent call last):
    orders.OrdersError: sample 0: step 2 reveals 5 cells; 6 were asked for
    """
    array = np.asarray(masks)
    if array.dtype != np.bool_ or array.ndim not in (3, 4) or not array.size:
        raise OrdersError(
            "masks are an array of bool of shape (steps, height, width) or "
            f"(samples, steps, height, width); this is one of {array.dtype} and shape {array.shape}"
        )
    if array.ndim == 3:
        array = array[np.newaxis]
    kept = None
    if tokens is not None:
        kept = np.asarray(tokens)
        if kept.dtype.kind not in "iu" or kept.size != array.size:
            raise OrdersError(
                "tokens are whole numbers with the shape of the masks; "
                f"this is an array of {kept.dtype} and shape {kept.shape}"
            )
        kept = kept.reshape(*array.shape[:2], -1).astype(np.int64)
    wanted = None if sizes is None else [int(size) for size in np.asarray(sizes)]
    return [
        _traced(sample, masks, wanted, None if kept is None else kept[sample])
        for sample, masks in enumerate(array)
    ]


def _traced(
    sample: int, masks: NDArray[np.bool_], sizes: list[int] | None, tokens: NDArray[Any] | None
) -> Order:
    flat = masks.reshape(len(masks), -1)
    settled = np.vstack([~flat, np.ones((1, flat.shape[1]), np.bool_)])
    faults = _native.trace_violations(list(masks.shape[1:]), settled, sizes, tokens)
    if faults:
        raise OrdersError(f"sample {sample}: {faults[0]}")
    groups: list[Cells] = [np.flatnonzero(new) for new in settled[1:] & ~settled[:-1]]
    groups = [group for group in groups if len(group)]
    problem = Problem(masks.shape[1:], [len(group) for group in groups], settled[0])
    return Orders(np.concatenate(groups), problem)[0]
