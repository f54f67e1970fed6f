"""Orders, made and read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native
from ._native import OrdersError, Problem
from ._values import (
    Cells,
    Grid,
    Progress,
    known_cells,
    progress_of,
    rows,
    sides,
    whole,
)


class _Ordered:
    """What one order and several have in common."""

    problem: Problem
    """What is ordered."""

    @property
    def sizes(self) -> Cells:
        """Cells of each group, first step first: int64, shape (steps,)."""
        return self.problem.sizes

    @property
    def grid(self) -> tuple[int, ...]:
        """(height, width), or (frames, height, width)."""
        return self.problem.grid

    def _repr_svg_(self) -> str:
        from ._figures import plot

        assert isinstance(self, (Order, Orders))
        return plot(self)._repr_svg_()


class Order(_Ordered):
    """One order: every free cell once, cut into groups that are generated at once.

    >>> import orders
    >>> order = orders.generate("raster", grid=(2, 3), sizes=[1, 2, 3])[0]
    >>> order.step_from_cell
    array([[0, 1, 1],
           [2, 2, 2]])
    """

    def __init__(self, cells: ArrayLike, problem: Problem) -> None:
        checked = Orders(cells, problem)
        if len(checked) != 1:
            raise OrdersError(f"one order is asked for, and there are {len(checked)}")
        self._set(checked.cells[0], problem)

    def _set(self, cells: Cells, problem: Problem) -> Order:
        self.cells = cells
        """The cells in the order in which they are generated: int64, shape (cells,)."""
        self.problem = problem
        return self

    def groups(self) -> list[Cells]:
        """The cells of each step, as views.

        >>> import orders
        >>> [group.tolist() for group in orders.generate("raster", grid=(2, 2), sizes=[1, 3])[0].groups()]
        [[0], [1, 2, 3]]
        """
        ends = np.cumsum(self.sizes)
        return [self.cells[end - size : end] for end, size in zip(ends, self.sizes)]

    @property
    def step_from_cell(self) -> Cells:
        """The step of each cell, from 0, in the shape of the grid; -1 at known cells."""
        return self._from_cell(np.repeat(np.arange(self.problem.steps), self.sizes))

    @property
    def rank_from_cell(self) -> Cells:
        """The place of each cell in the order, from 0, in the shape of the grid; -1 at known
        cells."""
        return self._from_cell(np.arange(len(self.cells)))

    def _from_cell(self, values: NDArray[Any]) -> Cells:
        found = np.full(int(np.prod(self.grid)), -1, np.int64)
        found[self.cells] = values
        return found.reshape(self.grid)

    def __len__(self) -> int:
        return len(self.cells)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Order):
            return NotImplemented
        return self.problem == other.problem and np.array_equal(self.cells, other.cells)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Order({_shape(self.problem)})"


class Orders(_Ordered, Sequence[Order]):
    """Orders of one problem. `generate` and `load` give them; from an array of your own they
    are made, and checked, by `Orders(cells, problem)`.

    >>> import orders
    >>> made = orders.Orders([[2, 0, 1, 3], [3, 1, 2, 0]], orders.Problem((2, 2), [1, 3]))
    >>> len(made), made.cells.shape
    (2, (2, 4))
    >>> orders.Orders([[0, 1, 2, 2]], orders.Problem((2, 2), [1, 3]))
    Traceback (most recent call last):
    orders.OrdersError: order 0 has cell 2 twice: as entry 2 and as entry 3
    """

    def __init__(self, cells: ArrayLike, problem: Problem) -> None:
        if not isinstance(problem, Problem):
            raise OrdersError(f"problem is an orders.Problem, not {type(problem).__name__}")
        copied = rows(cells)
        _native.check_rows(problem, copied)
        if copied is cells or np.shares_memory(copied, np.asarray(cells)):
            copied = copied.copy()
        self._set(copied, problem)

    def _set(
        self,
        cells: Cells,
        problem: Problem,
        method: str | None = None,
        parameters: dict[str, Any] | None = None,
        seed: int | None = None,
        note: str | None = None,
    ) -> Orders:
        cells.setflags(write=False)
        self.cells = cells
        """The cells of each order, first generated first: int64, shape (orders, cells),
        read-only. Views of it are not copied."""
        self.problem = problem
        self.method = method
        """The name of the method that made them, if it is known."""
        self.parameters = parameters or {}
        """Its parameters."""
        self.seed = seed
        """The seed of which they are orders 0 to len - 1; None if they are not."""
        self.note = note
        """What there is to know of the group sizes, in a sentence."""
        return self

    @property
    def offsets(self) -> Cells:
        """Where each group begins, and the number of cells at the end: shape (steps + 1,)."""
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(self.sizes)])

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether each cell is known from the start: bool, in the shape of the grid."""
        return self.problem.known

    @property
    def step_from_cell(self) -> Cells:
        """The step of each cell, from 0: shape (orders, *grid); -1 at known cells."""
        cells = int(np.prod(self.grid))
        found = np.full((len(self), cells), -1, np.int64)
        steps = np.repeat(np.arange(self.problem.steps), self.sizes)
        np.put_along_axis(found, self.cells, np.broadcast_to(steps, self.cells.shape), axis=1)
        return found.reshape(len(self), *self.grid)

    def masks(self, kind: str = "new") -> NDArray[np.bool_]:
        """Masks by step, as MaskGIT's programs keep them: bool, shape (orders, steps, *grid).

        "new": cells that the step generates. "before": cells that are masked when the step
        begins. "after": cells that are still masked when it ends.

        >>> import orders
        >>> masks = orders.generate("raster", grid=(1, 4), sizes=[1, 3]).masks("before")
        >>> masks[0, :, 0].astype(int)
        array([[1, 1, 1, 1],
               [0, 1, 1, 1]])
        """
        kinds = ["new", "before", "after"]
        if kind not in kinds:
            raise OrdersError(f"there are no masks {kind!r}; there are {', '.join(kinds)}")
        steps = self.step_from_cell[:, np.newaxis]
        step = np.arange(self.problem.steps).reshape(1, -1, *[1] * len(self.grid))
        compare = {"new": np.equal, "before": np.greater_equal, "after": np.greater}[kind]
        masks: NDArray[np.bool_] = compare(steps, step)
        return masks

    def positions(self) -> Cells:
        """Row and column of each cell, as Halton-MaskGIT's programs keep an order: int64,
        shape (orders, cells, 2); (orders, cells, 3) with frames first of a video.

        >>> import orders
        >>> orders.generate("raster", grid=(2, 2), sizes=[4]).positions()[0].tolist()
        [[0, 0], [0, 1], [1, 0], [1, 1]]
        """
        return np.stack(np.unravel_index(self.cells, self.grid), axis=-1)

    def lists(self) -> list[list[int]]:
        """A list of cells for each order, as LPD's programs read them from JSON; `save` to a
        name that ends in .json writes such a file."""
        return self.cells.tolist()  # type: ignore[no-any-return]

    def save(
        self, path: str | os.PathLike[str], *, overwrite: bool = False, progress: Progress = None
    ) -> None:
        """Writes an order file (.json, .npy or .safetensors) and its manifest, the bytes of
        `orders-cli gen`; whole or not at all. The .json file is what LPD's programs read.
        """
        path = Path(path)
        with progress_of(progress, len(self), "written") as tell:
            _native.save_orders(
                self.problem,
                self.cells,
                path,
                overwrite,
                self.method,
                self.parameters,
                self.seed,
                tell,
            )

    def __len__(self) -> int:
        return len(self.cells)

    @overload
    def __getitem__(self, index: int) -> Order: ...
    @overload
    def __getitem__(self, index: slice) -> Orders: ...
    def __getitem__(self, index: int | slice) -> Order | Orders:
        if isinstance(index, slice):
            part = Orders.__new__(Orders)
            seed = self.seed if index.indices(len(self))[::2] == (0, 1) else None
            return part._set(
                self.cells[index], self.problem, self.method, self.parameters, seed, self.note
            )
        return Order.__new__(Order)._set(self.cells[index], self.problem)

    def __iter__(self) -> Iterator[Order]:
        return (self[index] for index in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Orders):
            return NotImplemented
        return self.problem == other.problem and np.array_equal(self.cells, other.cells)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        method = f"{self.method}, " if self.method else ""
        seed = f", seed {self.seed}" if self.seed is not None else ""
        return f"Orders({len(self)}, {method}{_shape(self.problem)}{seed})"


def orders_of(rows: Cells, sizes: list[list[int]], grid: list[int], known: Any) -> list[Order]:
    """Orders with group sizes of their own."""
    return [
        Orders(row, Problem(grid, of_row, known))[0] for row, of_row in zip(rows, sizes)
    ]


def _shape(problem: Problem) -> str:
    text = "x".join(map(str, problem.grid))
    known = int(problem.known.sum())
    return f"{text}{f', {known} known' if known else ''}, {problem.steps} steps"


def task(
    method: str,
    parameters: dict[str, Any],
    grid: Grid | None = None,
    res: int | None = None,
    steps: int | None = None,
    sizes: ArrayLike | str | None = None,
    shape: str | None = None,
    known: ArrayLike | None = None,
    first_group: str | None = None,
) -> tuple[_native.BoundMethod, Problem, str | None]:
    """A method, what it is to order, and what there is to know of the sizes."""
    of_grid = sides(grid, res)
    bound = _native.method(method, of_grid, parameters)
    problem, note = problem_of(of_grid, steps, sizes, shape, known, first_group, bound)
    return bound, problem, note


def problem_of(
    grid: list[int],
    steps: int | None,
    sizes: ArrayLike | str | None,
    shape: str | None,
    known: ArrayLike | None,
    first_group: str | None,
    bound: _native.BoundMethod | None,
) -> tuple[Problem, str | None]:
    listed = None
    choice = shape
    if isinstance(sizes, str):
        if shape is not None:
            raise OrdersError("give sizes or shape, not both")
        choice = sizes
    elif sizes is not None:
        array = np.asarray(sizes)
        if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
            raise OrdersError(f"sizes is {sizes!r}; it takes a list of whole numbers, or a name")
        listed = [int(size) for size in array]
    count = None if steps is None else whole("steps", steps, 1, 2**24)
    return _native.group_sizes(grid, known_cells(known), count, listed, choice, first_group, bound)


def generate(
    method: str = "lpd",
    *,
    grid: Grid | None = None,
    res: int | None = None,
    steps: int | None = None,
    sizes: ArrayLike | str | None = None,
    shape: str | None = None,
    num: int = 1,
    seed: int = 0,
    known: ArrayLike | None = None,
    first_group: str | None = None,
    progress: Progress = None,
    **parameters: Any,
) -> Orders:
    """Orders 0 to `num - 1` of a method, the same as those of `orders-cli gen`.

    The grid is given by its sides, (height, width) or (frames, height, width), or as the
    pixels of an image with 16 px for each cell. Group sizes: `steps` alone takes the
    published ones, else those of the cosine shape; `sizes` takes a list that sums to the free
    cells, or "published" or "own"; `shape` a formula. `known` is a mask of bool in the shape of
    the grid, or a list of cells. All else are parameters of the method (see `methods`).

    Order i depends on (seed, i) only, on any machine and for any number of threads.

    >>> import orders
    >>> made = orders.generate("lpd", res=256, steps=20, num=3, repulsion=2)
    >>> made
    Orders(3, lpd, 16x16, 20 steps, seed 0)
    >>> made.cells.shape, made.cells.dtype, made.sizes[:4].tolist()
    ((3, 256), dtype('int64'), [1, 2, 4, 5])
    """
    num, seed = whole("num", num, 0, 2**48), whole("seed", seed)
    bound, problem, note = task(
        method, parameters, grid, res, steps, sizes, shape, known, first_group
    )
    with progress_of(progress, num, bound.name) as tell:
        cells = made(bound, problem, seed, 0, num, tell)
    found = Orders.__new__(Orders)
    return found._set(cells, problem, bound.name, bound.parameters, seed, note)


def made(
    bound: _native.BoundMethod, problem: Problem, seed: int, first: int, num: int, tell: Any = None
) -> Cells:
    """Orders `first` to `first + num - 1` of a seed, of shape (num, cells)."""
    try:
        cells = np.empty((num, problem.cells), np.int64)
    except (MemoryError, ValueError):
        raise OrdersError(f"num is {num}, and so many orders do not fit into memory") from None
    _native.generate(bound, problem, seed, first, cells, tell)
    return cells


def load(
    path: str | os.PathLike[str],
    *,
    grid: Grid | None = None,
    res: int | None = None,
    steps: int | None = None,
    sizes: ArrayLike | str | None = None,
    shape: str | None = None,
    known: ArrayLike | None = None,
    limit: int | None = None,
) -> Orders:
    """The orders of a file (.json, .npy or .safetensors), at most `limit` of them. What its
    manifest does not say, grid, sizes and known cells, is to be given."""
    path = Path(path)
    at_most = None if limit is None else whole("limit", limit, 1)
    cells, stated = _native.read_orders(path, at_most)
    parameters: dict[str, Any] = {}
    method = seed = None
    of_grid = sides(grid, res) if grid is not None or res is not None else None
    if stated is not None:
        stated_grid, stated_known, stated_sizes, method, parameters, seed = stated
        if known is None and stated_known and of_grid in (None, stated_grid):
            known = stated_known
        of_grid = of_grid or stated_grid
        if steps is None and sizes is None and shape is None:
            sizes = stated_sizes
    if of_grid is None:
        raise OrdersError(f"{path}: grid or res is needed, since no manifest names it")
    if steps is None and sizes is None and shape is None:
        raise OrdersError(
            f"{path}: steps, sizes or shape are needed, since no manifest names the sizes"
        )
    problem, note = problem_of(of_grid, steps, sizes, shape, known, None, None)
    _native.check_rows(problem, cells)
    found = Orders.__new__(Orders)
    return found._set(cells, problem, method, parameters, seed, note)


def group_sizes(
    *,
    grid: Grid | None = None,
    res: int | None = None,
    steps: int | None = None,
    shape: str | None = None,
    known: ArrayLike | None = None,
    first_group: str | None = None,
) -> Cells:
    """Group sizes for the free cells of a grid: int64, shape (steps,). Without a `shape`,
    the published ones, else those of the cosine shape.

    >>> import orders
    >>> orders.group_sizes(grid=(4, 6), steps=5, shape="power:2.5").tolist()
    [1, 2, 4, 7, 10]
    """
    problem, _ = problem_of(sides(grid, res), steps, None, shape, known, first_group, None)
    return problem.sizes
