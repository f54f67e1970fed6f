"""Comparing orders by a model of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _native
from ._decoding import Chooser, Decoder, Schedulers, ask_of, batch_of, labels_of, tokens_of
from ._native import OrdersError, Problem
from ._orders import Order, Orders, generate, orders_of, problem_of
from ._results import Numbers, Result, Results
from ._values import Grid, Progress, known_cells, progress_of, sides, whole


def evaluate(
    decoder: Decoder,
    tokens: ArrayLike,
    methods: str | Orders | Sequence[str | Orders] | Mapping[str, Any] = ("lpd", "halton"),
    *,
    grid: Grid | None = None,
    res: int | None = None,
    steps: Sequence[int] | int = (),
    shape: str | None = None,
    schedulers: str | Sequence[str] | Mapping[str, Schedulers] = (),
    labels: ArrayLike | None = None,
    known: ArrayLike | None = None,
    seed: int = 0,
    batch: int = 64,
    device: Any = None,
    one_by_one: bool = True,
    progress: Progress = None,
) -> Results:
    """Compares orders by how likely a model finds held-out images when it generates them in
    these orders: its parallel likelihood, teacher forced.

    `decoder(tokens, known, asked, labels)` gives logits (see the guide). `tokens` are those of
    the images, shape (images, cells). `methods` are names, or a dict of a label for each: a
    name, a dict of a name and parameters such as {"method": "lpd", "repulsion": 4}, or
    `Orders` of one order or of one for each image, whose sizes are their own. `steps` are
    numbers of steps. `schedulers` are names of the catalogue (see `scheduling_rules`), or a dict
    of a label for each: a name, a dict such as {"scheduler": "entropy-bound", "budget": 0.2},
    or a function that makes a `Scheduler` for each image.

    Image i gets order i of each method, so that methods are compared in pairs. With
    `one_by_one`, the cost is split: what generating groups at once costs (parallel loss),
    and what the model has not learned of an order (learning error), which takes as many
    passes as there are cells for each method. `batch` images are asked about at once.
    With a `device`, the decoder takes and gives tensors there.
    """
    of_grid = sides(grid, res)
    cells = int(np.prod(of_grid))
    given = tokens_of(tokens, cells)
    if not len(given):
        raise OrdersError("there are no images")
    listed = steps if isinstance(steps, Iterable) else [steps]
    counts = [whole("steps", count, 1, 2**24) for count in listed]
    methods = [methods] if isinstance(methods, (str, Orders)) else methods
    schedulers = [schedulers] if isinstance(schedulers, str) else schedulers
    named = (
        methods if isinstance(methods, Mapping) else {_label(method): method for method in methods}
    )
    settings = [_setting(label, method) for label, method in named.items()]
    by_label = (
        schedulers if isinstance(schedulers, Mapping) else {name: name for name in schedulers}
    )
    choosers = [Chooser.of(label, scheduler, of_grid, {}) for label, scheduler in by_label.items()]
    by_sizes: list[Any] = [setting for _, setting in settings if not isinstance(setting, Orders)]
    by_sizes += [chooser for chooser in choosers if chooser.needs_group_sizes]
    if not counts and by_sizes:
        raise OrdersError("steps are needed: a number, or a list of numbers")
    if not settings and not choosers:
        raise OrdersError("there is nothing to compare: methods or schedulers are needed")
    asked = _Asked(
        decoder,
        given,
        of_grid,
        known,
        labels_of(labels, len(given)),
        batch_of(batch),
        device,
        whole("seed", seed),
    )
    rounds = len(counts) * len(by_sizes) + len(settings) + len(choosers) - len(by_sizes)
    alone = 1 + len(settings) + len(choosers) if one_by_one else 0
    total = rounds + alone
    with progress_of(progress, total, "compared") as tell:
        asked.tell = tell
        return asked.results(settings, counts, shape, choosers, one_by_one)


def _label(method: Any) -> str:
    if isinstance(method, str):
        return method
    if isinstance(method, Orders):
        return method.method or "orders"
    raise OrdersError(f"methods are names, Orders, or a dict of them by label; this is {method!r}")


def _setting(label: str, method: Any) -> tuple[str, Orders | dict[str, Any]]:
    if isinstance(method, str):
        return label, {"method": method}
    if isinstance(method, Order):
        return label, Orders(method.cells, method.problem)
    if isinstance(method, Orders):
        return label, method
    if isinstance(method, Mapping) and "method" in method:
        return label, dict(method)
    raise OrdersError(
        f"method {label} is a name, a dict with a 'method', or Orders; it is {method!r}"
    )


class _Asked:
    """A model, and the images that it is asked about."""

    def __init__(
        self,
        decoder: Decoder,
        tokens: NDArray[np.int64],
        grid: list[int],
        known: ArrayLike | None,
        labels: NDArray[Any] | None,
        batch: int,
        device: Any,
        seed: int,
    ) -> None:
        self.decoder, self.tokens, self.grid, self.labels = decoder, tokens, grid, labels
        self.known, self.batch, self.device, self.seed = known_cells(known), batch, device, seed
        self.tell: Callable[[int], object] | None = None
        self.done = 0

    def results(
        self,
        settings: list[tuple[str, Orders | dict[str, Any]]],
        counts: list[int],
        shape: str | None,
        choosers: list[Chooser],
        one_by_one: bool,
    ) -> Results:
        random = None
        if one_by_one:
            random = self.per_cell(
                self.of_orders(self.made({"method": "random"}, shape="one-by-one"))[0]
            )
        results = []
        for label, setting in settings:
            if isinstance(setting, Orders):
                orders = [self.listed(label, setting)]
                alone = self.ones(orders[0])
            else:
                orders = [self.made(setting, steps=count, shape=shape) for count in counts]
                alone = self.made(setting, shape="one-by-one")
            single = self.per_cell(self.of_orders(alone)[0]) if one_by_one else None
            for some in orders:
                nats, found = self.of_orders(some)
                steps = some.problem.steps
                results.append(self.result(label, steps, nats, single, random, found))
        for chooser in choosers:
            problems: list[Problem | None] = [None]
            if chooser.needs_group_sizes:
                problems = [
                    problem_of(self.grid, k, None, shape, self.known, None, None)[0] for k in counts
                ]
            for problem in problems:
                nats, found = self.of_scheduler(chooser, problem)
                single = self.per_cell(self.of_traces(found)) if one_by_one else None
                mean = float(np.mean([order.problem.steps for order in found]))
                results.append(self.result(chooser.label, mean, nats, single, random, found))
        results.sort(key=lambda result: result.steps)
        return Results(results)

    def result(
        self,
        label: str,
        steps: float,
        nats: Numbers,
        single: Numbers | None,
        random: Numbers | None,
        orders: list[Order],
    ) -> Result:
        per_grid = nats.reshape(len(nats), *self.grid)
        return Result(label, steps, self.per_cell(nats), single, random, per_grid, orders)

    def made(self, setting: dict[str, Any], **sizes: Any) -> Orders:
        return generate(
            grid=self.grid,
            known=self.known,
            num=len(self.tokens),
            seed=self.seed,
            **sizes,
            **setting,
        )

    def listed(self, label: str, orders: Orders) -> Orders:
        if list(orders.grid) != self.grid:
            raise OrdersError(f"{label} orders a grid of {orders.grid}, not of {tuple(self.grid)}")
        if len(orders) not in (1, len(self.tokens)):
            raise OrdersError(
                f"{label} has {len(orders)} orders for {len(self.tokens)} images; one for all, or one for each"
            )
        return Orders(
            np.broadcast_to(orders.cells, (len(self.tokens), orders.problem.cells)), orders.problem
        )

    def ones(self, orders: Orders) -> Orders:
        problem = Problem(orders.grid, np.ones(orders.problem.cells, np.int64), orders.known)
        return Orders(orders.cells, problem)

    def of_orders(self, orders: Orders) -> tuple[Numbers, list[Order]]:
        """What each cell of each image costs."""

        def nats(part: slice) -> Numbers:
            fixed = (orders.problem, np.ascontiguousarray(orders.cells[part]))
            return self.decoded(part, orders.problem.known, fixed, None, [])[0]

        found = np.concatenate([nats(part) for part in self.parts()])
        self.count()
        return found, list(orders)

    def of_scheduler(
        self, chooser: Chooser, problem: Problem | None
    ) -> tuple[Numbers, list[Order]]:
        nats, orders = [], []
        for part in self.parts():
            by = chooser.for_samples(len(self.tokens[part]), problem, self.seed)
            of_part, _, rows, sizes = self.decoded(part, self.known, None, *by)
            nats.append(of_part)
            orders += orders_of(rows, sizes, self.grid, self.known)
        self.count()
        return np.concatenate(nats), orders

    def of_traces(self, orders: list[Order]) -> Numbers:
        """What each cell costs, one by one in orders that were found."""
        cells = np.stack([order.cells for order in orders])
        problem = orders[0].problem
        return self.of_orders(
            self.ones(Orders(cells, Problem(problem.grid, [cells.shape[1]], problem.known)))
        )[0]

    def decoded(
        self, part: slice, known: NDArray[Any] | None, fixed: Any, named: Any, own: list[Any]
    ) -> tuple[Numbers, Any, Any, Any]:
        labels = None if self.labels is None else self.labels[part]
        ask = ask_of(self.decoder, labels, self.device)
        return _native.decode(
            ask,
            self.grid,
            known,
            self.tokens[part],
            True,
            fixed,
            named,
            own,
            0,
            part.start,
            self.batch,
        )

    def parts(self) -> list[slice]:
        images = len(self.tokens)
        return [
            slice(start, min(start + self.batch, images)) for start in range(0, images, self.batch)
        ]

    def per_cell(self, nats: Numbers) -> Numbers:
        known = 0
        if self.known is not None:
            is_mask = self.known.dtype == np.bool_
            known = int(np.count_nonzero(self.known)) if is_mask else len(self.known)
        mean: Numbers = nats.sum(axis=1) / (nats.shape[1] - known)
        return mean

    def count(self) -> None:
        self.done += 1
        if self.tell is not None:
            self.tell(self.done)
