"""What a comparison found."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _native
from ._native import Figure
from ._orders import Order

Numbers = NDArray[np.float64]


@dataclass
class Result:
    """A method, or a scheduler, at a number of steps. Arrays have an entry for each image."""

    label: str
    steps: float
    """Number of steps; of a scheduler, the mean over the images."""
    nats_per_cell: Numbers
    """Parallel negative log-likelihood: what the tokens of an image cost, in the mean over the
    cells that are generated."""
    one_by_one: Numbers | None
    """The same with the same method one cell at a time."""
    random_one_by_one: Numbers | None
    """The same with random orders one cell at a time."""
    nats: Numbers = field(repr=False)
    """What each cell cost: shape (images, *grid), 0 at known cells."""
    orders: list[Order] = field(repr=False)
    """The order of each image."""

    @property
    def parallel_loss(self) -> Numbers | None:
        """What generating groups at once costs above one by one, in nats per cell."""
        return None if self.one_by_one is None else self.nats_per_cell - self.one_by_one

    @property
    def learning_error(self) -> Numbers | None:
        """What the order costs above random orders, both one by one, in nats per cell."""
        if self.one_by_one is None or self.random_one_by_one is None:
            return None
        return self.one_by_one - self.random_one_by_one


class Results(Sequence[Result]):
    """What `evaluate` found: its items are `Result`s; printed, it is a table."""

    def __init__(self, results: list[Result]) -> None:
        self._results = results
        self._columns: dict[str, list[Any]] | None = None

    def __len__(self) -> int:
        return len(self._results)

    def __getitem__(self, index: Any) -> Any:
        return self._results[index]

    def __iter__(self) -> Iterator[Result]:
        return iter(self._results)

    def columns(self) -> dict[str, list[Any]]:
        """A row for each result, as pandas.DataFrame and polars.DataFrame take them: means with
        the ends of their 95 % intervals (NAME_low, NAME_high), and the difference to the
        first result of the same number of steps, image by image, with the p-value of the
        paired permutation test after Holm's correction over all tests of the table. None is
        no value."""
        if self._columns is None:
            columns: dict[str, list[Any]] = {
                "label": [result.label for result in self],
                "steps": [result.steps for result in self],
                "images": [len(result.nats_per_cell) for result in self],
            }
            for name in ("nats_per_cell", "parallel_loss", "learning_error"):
                values = [getattr(result, name) for result in self]
                found = [
                    (None, None, None) if value is None else _native.mean_interval(value)
                    for value in values
                ]
                for ending, column in zip(("", "_low", "_high"), zip(*found)):
                    columns[name + ending] = list(column)
            for ending, column in zip(("", "_low", "_high", "_p"), zip(*self._differences())):
                columns["difference" + ending] = list(column)
            self._columns = columns
        return self._columns

    def _differences(self) -> list[tuple[float | None, ...]]:
        partners = []
        for result in self:
            same = [other for other in self._results if other.steps == result.steps]
            partners.append(None if same[0] is result else same[0].nats_per_cell)
        pairs = [
            (result.nats_per_cell, partner)
            for result, partner in zip(self, partners)
            if partner is not None
        ]
        found = iter(_native.compare_pairs(pairs))
        return [(None,) * 4 if partner is None else next(found) for partner in partners]

    def table(self) -> str:
        """The table in words."""
        columns = self.columns()
        names = [
            ("label", "orders", None),
            ("steps", "steps", None),
            ("nats_per_cell", "nats per cell", "95 % interval"),
            ("parallel_loss", "parallel loss", None),
            ("learning_error", "learning error", None),
            ("difference", "difference", "95 % interval"),
            ("difference_p", "p", None),
        ]
        head: list[str] = []
        cells: list[list[str]] = [[] for _ in self]
        for name, words, interval in names:
            head.append(words)
            for row, value in zip(cells, columns[name]):
                row.append(_words(value))
            if interval:
                head.append(interval)
                for row, low, high in zip(cells, columns[name + "_low"], columns[name + "_high"]):
                    row.append("-" if low is None else f"{_words(low)} to {_words(high)}")
        widths = [max(len(row[place]) for row in [head, *cells]) for place in range(len(head))]
        lines = [
            "  ".join(
                text.ljust(width) if place == 0 else text.rjust(width)
                for place, (text, width) in enumerate(zip(row, widths))
            ).rstrip()
            for row in [head, *cells]
        ]
        return "\n".join(lines)

    __str__ = table

    def __repr__(self) -> str:
        return self.table()

    def plot(
        self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False
    ) -> Figure:
        """Nats per cell over steps, a line for each method, with the intervals as bands."""
        columns = self.columns()
        lines = []
        for label in dict.fromkeys(columns["label"]):
            points = sorted(
                (steps, mean, low, high)
                for other, steps, mean, low, high in zip(
                    columns["label"],
                    columns["steps"],
                    columns["nats_per_cell"],
                    columns["nats_per_cell_low"],
                    columns["nats_per_cell_high"],
                )
                if other == label
            )
            has_band = all(low is not None for _, _, low, _ in points)
            band = [(low, high) for _, _, low, high in points] if has_band else []
            lines.append((label, [(steps, mean) for steps, mean, _, _ in points], band))
        images = columns["images"][0]
        subtitle = f"mean of {images} images; bands: 95 % intervals"
        figure = _native.line_chart(
            "Parallel likelihood", subtitle, "steps", "nats per cell", lines
        )
        if path is not None:
            figure.save(Path(path), overwrite=overwrite)
        return figure


def _words(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if isinstance(value, int) or float(value).is_integer() and value >= 1:
        return str(int(value))
    words = f"{value:.4f}"
    return words[1:] if words == "-0.0000" else words
