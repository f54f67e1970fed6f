"""Orders for programs with PyTorch. It imports torch, which `import orders` does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch.utils.data import Dataset

from ._native import OrdersError
from ._orders import Order, Orders, made, task
from ._values import Grid, whole

EPOCH_BITS = 40


def to(orders: Orders | Order, device: torch.device | str = "cpu") -> torch.Tensor:
    """The cells of orders as a tensor of int64 on a device: shape (orders, cells), of one order
    (cells,). It is a copy, since a tensor can be written to."""
    return torch.from_numpy(np.array(orders.cells)).to(device)


class OrderSampler(Dataset[torch.Tensor]):
    """Orders for a training loop: a data set of `num` orders, of which order i depends on
    (seed, epoch, i) only, whoever asks for it: the same for any number of workers and ranks.

    As a data set, put it beside that of the images (`sampler[i]` is the order for image i,
    int64, shape (cells,)). Iterated over, it gives the orders of this rank: i = rank,
    rank + world_size, and so on.

    Order i of epoch e is order e 2^40 + i of the seed, so that epoch 0 has those of
    `orders.generate`.
    """

    def __init__(
        self,
        method: str = "lpd",
        *,
        num: int,
        grid: Grid | None = None,
        res: int | None = None,
        steps: int | None = None,
        sizes: ArrayLike | str | None = None,
        shape: str | None = None,
        known: ArrayLike | None = None,
        seed: int = 0,
        rank: int = 0,
        world_size: int = 1,
        **parameters: Any,
    ) -> None:
        self.num = whole("num", num, 1, 2**EPOCH_BITS)
        self.seed = whole("seed", seed)
        self.world_size = whole("world_size", world_size, 1)
        self.rank = whole("rank", rank, 0, self.world_size - 1)
        self.epoch = 0
        self._asked = {
            "grid": grid, "res": res, "steps": steps, "sizes": sizes, "shape": shape, "known": known,
        }  # fmt: skip
        self._method = (method, parameters)
        self._bind()

    def _bind(self) -> None:
        method, parameters = self._method
        self._bound, self.problem, _ = task(method, parameters, **self._asked)  # type: ignore[arg-type]

    def __getstate__(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in self.__dict__.items()
            if name not in ("_bound", "problem")
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._bind()

    def set_epoch(self, epoch: int) -> None:
        """From now on, orders are those of another epoch. Data loaders whose workers live
        longer than an epoch have copies that do not hear of it."""
        self.epoch = whole("epoch", epoch, 0, 2**20)

    def __len__(self) -> int:
        """Number of orders, over all ranks."""
        return self.num

    def __getitem__(self, index: int) -> torch.Tensor:
        return self.batch([index])[0]

    def batch(self, indices: ArrayLike) -> torch.Tensor:
        """The orders of several images: int64, shape (indices, cells)."""
        if isinstance(indices, torch.Tensor):
            indices = indices.cpu().numpy()
        array = np.asarray(indices)
        if array.ndim != 1 or array.dtype.kind not in "iu":
            raise OrdersError(f"indices are a list of whole numbers; this is {indices!r}")
        array = array.astype(np.int64)
        if array.size and not (0 <= array.min() and array.max() < self.num):
            outside = array[(array < 0) | (array >= self.num)][0]
            # Whoever iterates by index waits for this one.
            raise IndexError(f"index {outside} is not from 0 to {self.num - 1}")
        cells = np.empty((len(array), self.problem.cells), np.int64)
        # Indices that follow each other are made together.
        ends = np.flatnonzero(np.diff(array) != 1) + 1
        for part in np.split(np.arange(len(array)), ends):
            if len(part):
                first = (self.epoch << EPOCH_BITS) + int(array[part[0]])
                cells[part] = made(self._bound, self.problem, self.seed, first, len(part))
        return torch.from_numpy(cells)

    def __iter__(self) -> Iterator[torch.Tensor]:
        return (self[index] for index in range(self.rank, self.num, self.world_size))
