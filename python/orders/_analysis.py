"""What orders cost before any model runs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native
from ._checks import of
from ._native import Covariance, OrdersError, Problem
from ._orders import Order, Orders, generate, problem_of, task
from ._values import Cells, Grid, Progress, progress_of, sides, whole


def covariance_of(grid: tuple[int, ...] | list[int], field: Any) -> Covariance:
    """The covariance of a field on a grid."""
    if isinstance(field, Covariance):
        return field
    if isinstance(field, str):
        return Covariance(list(grid), field)
    array = np.asarray(field)
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        raise OrdersError(
            "field is text such as 'exp:5', or a covariance of shape (cells, cells); "
            f"it is an array of {array.dtype} and shape {array.shape}"
        )
    return Covariance(list(grid), array.astype(np.float64))


def analyze(
    orders: Orders | Order,
    field: str | ArrayLike | Covariance | None = None,
    *,
    progress: Progress = None,
) -> dict[str, NDArray[np.float64]]:
    """Every measure of each order, shape (orders,), and, as NAME_by_step, of each step, shape
    (orders, steps). NaN is no value. With a field, a text such as "exp:5" or a covariance
    of shape (cells, cells), also what orders lose by generating groups at once, in nats.

    >>> import orders
    >>> measured = orders.analyze(orders.generate("lpd", res=256, steps=20, num=4), "exp:5")
    >>> measured["total_correlation_nats"].shape, measured["proximity_by_step"].shape
    ((4,), (4, 20))
    """
    problem, cells = of(orders)
    covariance = None if field is None else covariance_of(problem.grid, field)
    with progress_of(progress, len(cells), "measured") as tell:
        return _native.analyze(problem, cells, covariance, tell)


def total_correlation(
    orders: Orders | Order | ArrayLike,
    field: str | ArrayLike | Covariance,
    *,
    sizes: ArrayLike | None = None,
    problem: Problem | None = None,
    progress: Progress = None,
) -> NDArray[np.float64]:
    """What each order loses on a field by generating its groups at once, in nats: shape
    (orders,). `sizes` cuts the orders otherwise than they were made.

    >>> import orders
    >>> halton = orders.generate("halton", res=256, steps=20, roll=False)
    >>> bool(orders.total_correlation(halton, "exp:5")[0] < 1.1)
    True
    """
    problem, cells = of(orders, problem)
    if sizes is not None:
        problem, _ = problem_of(list(problem.grid), None, sizes, None, problem.known, None, None)
    with progress_of(progress, len(cells), "measured") as tell:
        return _native.total_correlation(problem, cells, covariance_of(problem.grid, field), tell)


def optimal_sizes(
    method: str | Orders = "lpd",
    field: str | ArrayLike | Covariance = "exp:5",
    *,
    grid: Grid | None = None,
    res: int | None = None,
    steps: int | None = None,
    known: ArrayLike | None = None,
    num: int = 100,
    seed: int = 0,
    largest: int | None = None,
    non_decreasing: bool = False,
    progress: Progress = None,
    **parameters: Any,
) -> Cells:
    """The group sizes that lose least in the mean over the orders of a method, or over given
    ones, exactly: int64, shape (steps,). None is over `largest`; with `non_decreasing` none
    is smaller than the one before it.

    >>> import orders
    >>> orders.optimal_sizes("halton", grid=(8, 8), steps=4).sum()
    np.int64(64)
    """
    bound = cells = None
    if isinstance(method, str):
        bound, problem, _ = task(method, parameters, grid, res, steps, None, None, known)
    else:
        problem, cells = of(method)
        if steps is not None:
            problem, _ = problem_of(
                list(problem.grid), steps, None, "uniform", problem.known, None, None
            )
    most = None if largest is None else whole("largest", largest, 1, 2**24)
    num, seed = whole("num", num, 1, 2**32), whole("seed", seed)
    covariance = covariance_of(problem.grid, field)
    with progress_of(progress, num, "measured") as tell:
        sizes, _, _ = _native.optimal_sizes(
            problem, covariance, cells, bound, num, seed, most, non_decreasing, tell
        )
    return np.asarray(sizes, np.int64)


def search(
    field: str | ArrayLike | Covariance = "exp:5",
    *,
    grid: Grid | None = None,
    res: int | None = None,
    steps: int | None = None,
    sizes: ArrayLike | str | None = None,
    shape: str | None = None,
    known: ArrayLike | None = None,
    start: str | Orders | Order = "greedy",
    rounds: int = 100,
    seed: int = 0,
    progress: Progress = None,
) -> tuple[Order, float]:
    """An order that loses little on a field, found by local search, and what it loses in
    nats. It starts at the greedy order, at order 0 of a method, or at a given order.

    >>> import orders
    >>> order, nats = orders.search("exp:5", grid=(6, 6), steps=4, rounds=20)
    >>> nats <= orders.total_correlation(orders.generate(grid=(6, 6), steps=4), "exp:5")[0]
    np.True_
    """
    problem, _ = problem_of(sides(grid, res), steps, sizes, shape, known, None, None)
    seed, rounds = whole("seed", seed), whole("rounds", rounds, 0, 2**53)
    if isinstance(start, str) and start != "greedy":
        start = generate(
            start, grid=problem.grid, sizes=problem.sizes, known=problem.known, seed=seed
        )
    first = None if isinstance(start, str) else of(start, problem)[1][:1]
    covariance = covariance_of(problem.grid, field)
    with progress_of(progress, rounds, "rounds") as tell:
        cells, nats, _ = _native.search(problem, covariance, first, seed, rounds, tell)
    return Orders(cells, problem)[0], nats
