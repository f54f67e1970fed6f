"""Whether orders are orders, and whether a method could have made them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from . import _native
from ._native import OrdersError, Problem
from ._orders import Order, Orders
from ._values import Cells, Progress, progress_of, rows


@dataclass(frozen=True)
class Violation:
    """The first fault of an order."""

    order: int
    """Number of the order, from 0."""
    rule: str
    """What it breaks: "repeated", "out of range", "known" or "length" if it is no order; else
    the rule of LPD, such as "highest score first"."""
    step: int | None
    """The step, from 0."""
    rank: int | None
    """The place in the order, from 0."""
    cell: int | None
    before: int | None
    """A cell that should have come before it."""
    message: str

    def __str__(self) -> str:
        return self.message


def check(
    orders: Orders | Order | ArrayLike,
    method: str | None = None,
    *,
    problem: Problem | None = None,
    progress: Progress = None,
    **parameters: Any,
) -> list[Violation]:
    """The first fault of each order that has one; empty if all is well.

    Every order has each free cell once. With a method that has rules ("lpd"), each is
    replayed against them as well: could some outcome of its random ties have given it? An
    array needs `problem`, which may be `orders.Problem(grid, sizes)`.

    >>> import orders
    >>> made = orders.generate("lpd", res=256, steps=20, repulsion=2)
    >>> orders.check(made, "lpd", repulsion=2)
    []
    >>> cells = made.cells.copy()
    >>> cells[0, [1, 255]] = cells[0, [255, 1]]
    >>> orders.check(cells, "lpd", problem=made.problem, repulsion=2)[0].rule
    'near before far'
    """
    problem, cells = of(orders, problem)
    with progress_of(progress, len(cells), "checked") as tell:
        found = _native.violations(problem, cells, method, parameters, tell)
    return [Violation(*violation) for violation in found]


def conforms(
    orders: Orders | Order | ArrayLike,
    method: str = "lpd",
    *,
    problem: Problem | None = None,
    **parameters: Any,
) -> bool:
    """Whether all are orders that the method could have made (see `check`)."""
    return not check(orders, method, problem=problem, **parameters)


def of(orders: Orders | Order | ArrayLike, problem: Problem | None = None) -> tuple[Problem, Cells]:
    """Problem and rows of orders."""
    if isinstance(orders, (Orders, Order)):
        return problem or orders.problem, rows(orders.cells)
    if problem is None:
        raise OrdersError("an array of orders needs problem=orders.Problem(grid, sizes)")
    return problem, rows(orders)
