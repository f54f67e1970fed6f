"""Sweeps."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from . import _native
from ._native import OrdersError
from ._values import Progress, progress_of


def sweep(
    spec: str | os.PathLike[str] | dict[str, Any],
    out: str | os.PathLike[str],
    *,
    progress: Progress = None,
) -> dict[str, list[Any]]:
    """Tries a declared space of methods, steps, sizes and fields: a sweep file, or a dict of
    what one says. Results are kept in the folder `out`, where the same call goes on after an
    interruption and `orders-cli sweep table` and `plot` read them. Gives columns, a row for
    each trial: its settings, and each measure with the ends of its 95 % interval
    (NAME_low, NAME_high), as pandas.DataFrame and polars.DataFrame take them.

    >>> import orders, tempfile
    >>> spec = {"orders": 4, "grids": ["8x8"], "steps": [6], "sizes": ["cosine"],
    ...         "fields": ["exp:5"], "methods": [{"name": "lpd"}, {"name": "random"}]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = orders.sweep(spec, folder + "/results")
    >>> table["method"]
    ['lpd', 'random']
    >>> table["total_correlation_nats"][0] < table["total_correlation_nats"][1]
    True
    """
    if isinstance(spec, dict):
        try:
            text = json.dumps(spec)
        except (TypeError, ValueError) as error:
            raise OrdersError(f"the sweep has a value that no sweep file has: {error}") from None
        place, is_json = "the sweep", True
    else:
        path = Path(spec)
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise OrdersError(f"{path} can't be read: {error}") from None
        place, is_json = str(path), False
    with progress_of(progress, 0, "trials") as tell:
        return _native.sweep(text, place, Path(out), is_json, tell)
