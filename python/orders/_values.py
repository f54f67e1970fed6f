"""What is given, turned into what the extension module takes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native
from ._native import OrdersError

Cells: TypeAlias = NDArray[np.int64]
"""Cells of the grid as raster indices, `row * width + column`, from 0."""

Grid: TypeAlias = "str | Sequence[int]"
"""Sides: (height, width), (frames, height, width), or text such as "16x16"."""

Progress: TypeAlias = "bool | Callable[[int], object] | None"
"""A function that is told how much is done, or True for a bar of tqdm."""

LARGEST_SEED = 2**64 - 1


def whole(name: str, value: object, low: int = 0, high: int = LARGEST_SEED) -> int:
    """A whole number in a range."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = low - 1
    if isinstance(value, bool) or not low <= number <= high:
        raise OrdersError(f"{name} is {value!r}; it takes a whole number from {low} to {high}")
    return number


def sides(grid: Grid | None, res: int | None) -> list[int]:
    """The sides of a grid, or of the grid of an image of `res` pixels."""
    if grid is not None and res is not None:
        raise OrdersError("give grid or res, not both")
    if res is not None:
        return _native.grid_of_image(whole("res", res, 1, 2**31))
    if grid is None:
        raise OrdersError("a grid is needed: grid or res")
    if isinstance(grid, str):
        words = grid.split("x")
        if not all(word.isdecimal() for word in words):
            raise OrdersError(
                f"grid is {grid!r}; it is written HEIGHTxWIDTH or FRAMESxHEIGHTxWIDTH"
            )
        return [int(word) for word in words]
    try:
        return [operator.index(side) for side in grid]
    except TypeError:
        raise OrdersError(
            f"grid is {grid!r}; it takes (height, width) or (frames, height, width)"
        ) from None


def known_cells(known: ArrayLike | None) -> NDArray[Any] | None:
    """A mask of bool, or a list of cells; None if there is none."""
    if known is None:
        return None
    array = np.asarray(known)
    if array.dtype == np.bool_:
        return array
    if array.size == 0:
        return np.zeros(0, np.int64)
    if array.dtype.kind not in "iu":
        raise OrdersError(
            "known is a mask of bool with an entry for each cell, or a list of whole numbers; "
            f"it is an array of {array.dtype}"
        )
    return array.astype(np.int64)


def rows(cells: ArrayLike) -> Cells:
    """Cells of orders, of shape (orders, cells); one row alone is one order."""
    try:
        array = np.asarray(cells)
    except ValueError:
        raise OrdersError(
            "the orders have different lengths; each has every free cell once"
        ) from None
    if array.ndim == 1:
        array = array[np.newaxis]
    if array.ndim != 2 or array.dtype.kind not in "iu":
        raise OrdersError(
            "orders are whole numbers of shape (orders, cells); "
            f"this is an array of {array.dtype} and shape {array.shape}"
        )
    if array.dtype == np.uint64 and array.size and array.max() > np.iinfo(np.int64).max:
        raise OrdersError("an entry of an order is no cell: it is over 2^63 - 1")
    return np.ascontiguousarray(array, dtype=np.int64)


@contextmanager
def progress_of(
    progress: Progress, total: int, what: str
) -> Iterator[Callable[[int], object] | None]:
    """What the extension module tells of progress; True makes a bar of tqdm."""
    if progress is None or progress is False:
        yield None
        return
    if progress is not True:
        if not callable(progress):
            raise OrdersError("progress is a function that takes a number, or True")
        yield progress
        return
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise OrdersError("progress=True shows a bar of tqdm, which is not installed") from None
    with tqdm(total=total, desc=what) as bar:
        yield lambda done: bar.update(done - bar.n)
