"""Samples of a model of one's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native
from ._decoding import Chooser, Decoder, Schedulers, ask_of, batch_of, labels_of, tokens_of
from ._native import OrdersError
from ._orders import Order, Orders, made, orders_of, problem_of, task
from ._values import Cells, Grid, sides, whole


@dataclass
class Samples:
    """Samples of a model."""

    tokens: Cells
    """int64, shape (samples, *grid)."""
    orders: list[Order] = field(repr=False)
    """The order in which each was generated; of exact decoding, the one whose one-by-one
    distribution it is from."""
    passes: NDArray[np.int64]
    """How often the model was asked about each sample."""
    nats: NDArray[np.float64] | None = field(repr=False)
    """What each cell's token cost where it was drawn, shape (samples, *grid); None of exact
    decoding."""


def sample(
    decoder: Decoder,
    method: str | Orders = "lpd",
    *,
    grid: Grid | None = None,
    res: int | None = None,
    steps: int | None = None,
    sizes: ArrayLike | str | None = None,
    shape: str | None = None,
    num: int = 1,
    seed: int = 0,
    scheduler: Schedulers | None = None,
    exact: bool = False,
    rule: str = "coupled",
    window: int | None = None,
    labels: ArrayLike | None = None,
    known: ArrayLike | None = None,
    tokens: ArrayLike | None = None,
    temperature: float = 1.0,
    batch: int = 64,
    device: Any = None,
    **parameters: Any,
) -> Samples:
    """Draws samples of a model, cells of a group at once, by orders of a method or given ones,
    or by a `scheduler`: the name of one of the catalogue (see `scheduling_rules`), whose
    parameters it takes then, or a function that makes a `Scheduler` for each sample.

    With `exact`, samples are those of the one-by-one distribution of the order, in fewer
    passes: drafts of the next `window` cells (else of the group) are verified in one, by
    `rule`: "coupled", "kept" or "renewed". The decoder is then asked about a sample several
    times in a pass, with other drafts in its context, as rows of one batch.

    `tokens` of shape (num, cells) hold those of `known` cells. What sample i gets depends on
    (seed, i) and on the logits only, whatever the batch is.

    >>> import numpy as np, orders
    >>> def coins(tokens, known, asked, labels):
    ...     return np.zeros((*tokens.shape, 2), np.float32)
    >>> orders.sample(coins, "halton", grid=(4, 4), steps=4, num=3).tokens.shape
    (3, 4, 4)
    """
    num, seed, batch = whole("num", num, 1, 2**32), whole("seed", seed), batch_of(batch)
    if not temperature > 0:
        raise OrdersError(f"temperature is {temperature}; it takes a number above 0")
    if scheduler is not None and exact:
        raise OrdersError(
            "exact decoding follows an order; give a method, or a scheduler without exact"
        )
    bound = chooser = None
    if isinstance(method, Orders):
        if len(method) not in (1, num):
            raise OrdersError(
                f"there are {len(method)} orders for {num} samples; one for all, or one for each"
            )
        problem, listed = method.problem, np.broadcast_to(method.cells, (num, method.problem.cells))
    elif scheduler is not None:
        of_grid = sides(grid, res)
        chooser = Chooser.of("given", scheduler, of_grid, parameters)
        if not chooser.needs_group_sizes:
            steps, sizes, shape = None, None, "one-by-one"
        problem, _ = problem_of(of_grid, steps, sizes, shape, known, None, None)
    else:
        bound, problem, _ = task(method, parameters, grid, res, steps, sizes, shape, known)
    of_grid = list(problem.grid)
    all_cells = int(np.prod(of_grid))
    if tokens is None:
        if problem.known.any():
            raise OrdersError("tokens of the known cells are needed: tokens, of shape (num, cells)")
        given = np.zeros((num, all_cells), np.int64)
    else:
        given = tokens_of(tokens, all_cells)
        if len(given) != num:
            raise OrdersError(f"there are tokens of {len(given)} samples, and num is {num}")
    of_labels = labels_of(labels, num)

    drawn, orders, passes, nats = [], [], [], []
    for start in range(0, num, batch):
        part = slice(start, min(start + batch, num))
        ask = ask_of(decoder, None if of_labels is None else of_labels[part], device, temperature)
        count = part.stop - part.start
        if bound is not None:
            rows = made(bound, problem, seed, start, count)
        elif chooser is None:
            rows = np.ascontiguousarray(listed[part])
        if exact:
            of_part, of_passes, _ = _native.decode_exactly(
                ask, problem, rows, given[part], rule, None if window is None else whole("window", window, 1),
                seed, start, batch,
            )  # fmt: skip
            orders += list(Orders(rows, problem))
            passes += of_passes
        else:
            fixed = (problem, rows) if chooser is None else None
            named, own = (
                (None, []) if chooser is None else chooser.for_samples(count, problem, seed)
            )
            costs, of_part, rows, of_sizes = _native.decode(
                ask,
                of_grid,
                problem.known,
                given[part],
                False,
                fixed,
                named,
                own,
                seed,
                start,
                batch,
            )
            orders += orders_of(rows, of_sizes, of_grid, problem.known)
            passes += [len(of_sample) for of_sample in of_sizes]
            nats.append(costs)
        drawn.append(np.where(problem.known.ravel(), given[part], of_part))
    return Samples(
        np.concatenate(drawn).reshape(num, *of_grid),
        orders,
        np.asarray(passes, np.int64),
        np.concatenate(nats).reshape(num, *of_grid) if nats else None,
    )
