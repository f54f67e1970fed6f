"""Pictures of orders."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import _native
from ._native import Figure, OrdersError, Problem
from ._orders import Order, Orders
from ._values import Cells, rows, whole


def _shown(
    orders: Orders | Order | Mapping[str, Orders | Order], index: int
) -> list[tuple[str, Problem, Cells]]:
    named = orders if isinstance(orders, Mapping) else {_name(orders): orders}
    shown = []
    for label, some in named.items():
        if isinstance(some, Orders):
            if not 0 <= index < len(some):
                raise OrdersError(
                    f"index is {index}, and {label or 'there'} has {len(some)} orders"
                )
            some = some[index]
        if not isinstance(some, Order):
            raise OrdersError(
                f"orders are drawn, or a dict of them by name, not {type(some).__name__}"
            )
        shown.append((str(label), some.problem, rows(some.cells)))
    return shown


def _name(orders: Orders | Order) -> str:
    if not isinstance(orders, Orders):
        return ""
    return orders.method or ""


def _title(shown: list[tuple[str, Problem, Cells]]) -> str:
    problem = shown[0][1] if shown else None
    if problem is None or any(other[1] != problem for other in shown):
        return ""
    grid = "x".join(map(str, problem.grid))
    name = f"{shown[0][0]}, " if len(shown) == 1 and shown[0][0] else ""
    return f"{name}{grid}, {problem.steps} steps"


def plot(
    orders: Orders | Order | Mapping[str, Orders | Order],
    path: str | os.PathLike[str] | None = None,
    *,
    show: str | Sequence[str] = "map",
    steps: Sequence[int] = (),
    index: int = 0,
    title: str | None = None,
    columns: int | None = None,
    overwrite: bool = False,
) -> Figure:
    """A picture of an order, or of several by their names on one sheet; notebooks show it,
    and with `path` (.svg, .pdf or .png) it is written as well. `show` has some of "map" (each cell
    coloured by its step), "steps" (selected steps: those of `steps`, from 1, or 8 of them) and
    "sizes" (group sizes over steps). Of orders, number `index` is shown.

    >>> import orders
    >>> lpd, halton = [orders.generate(m, res=256, steps=20) for m in ("lpd", "halton")]
    >>> figure = orders.plot({"LPD": lpd, "Halton": halton})
    >>> figure.to_png()[:4]
    b'\\x89PNG'
    """
    shown = _shown(orders, index)
    parts = [show] if isinstance(show, str) else list(show)
    which = [whole("steps", step, 1) for step in steps]
    most = None if columns is None else whole("columns", columns, 1, 16)
    figure = _native.plot(
        shown, parts, which, _title(shown) if title is None else title, f"order {index}", most
    )
    if path is not None:
        figure.save(Path(path), overwrite=overwrite)
    return figure


def animate(
    orders: Orders | Order | Mapping[str, Orders | Order],
    path: str | os.PathLike[str],
    *,
    index: int = 0,
    title: str | None = None,
    fps: float = 4.0,
    pause: float = 2.0,
    frames: int = 256,
    overwrite: bool = False,
) -> None:
    """Writes orders being generated, side by side, to a .gif, .png or .apng file."""
    shown = _shown(orders, index)
    path = Path(path)
    if path.suffix not in (".gif", ".png", ".apng"):
        raise OrdersError(f"{path} ends in neither .gif, .png nor .apng")
    most = whole("frames", frames, 2, 1024)
    content = _native.animate(
        shown,
        _title(shown) if title is None else title,
        float(fps),
        float(pause),
        most,
        path.suffix[1:],
    )
    _native.write_file(path, content, overwrite)
