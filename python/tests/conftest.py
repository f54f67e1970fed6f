"""What the tests share: the program, and toy models whose answers are known."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

PROGRAM = Path(sys.executable).parent / "orders-cli"


def run_program(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The console script that the package brings."""
    words = [str(PROGRAM), *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.fixture
def program():
    return run_program


class Mixture:
    """A bidirectional model whose answers are exact: tokens of an image are independent given
    its kind, so that every order costs the same one cell at a time."""

    def __init__(self, cells: int, tokens: int = 3, kinds: int = 4, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self.weights = rng.dirichlet(np.ones(kinds))
        self.tables = rng.dirichlet(np.full(tokens, 0.4), size=(kinds, cells)) * 0.97 + 0.01
        self.calls = 0

    def images(self, count: int, seed: int = 1) -> np.ndarray:
        rng = np.random.default_rng(seed)
        kinds = rng.choice(len(self.weights), size=count, p=self.weights)
        sums = np.cumsum(self.tables[kinds], axis=-1)
        return (rng.random((*sums.shape[:2], 1)) > sums / sums[..., -1:]).sum(axis=-1)

    def log_likelihood(self, images: np.ndarray) -> np.ndarray:
        cells = np.arange(images.shape[1])
        tables = self.tables / self.tables.sum(axis=-1, keepdims=True)
        of_kinds = np.log(tables[:, cells, images]).sum(axis=-1)
        return np.logaddexp.reduce(np.log(self.weights)[:, None] + of_kinds, axis=0)

    def probabilities(self, tokens: np.ndarray, known: np.ndarray) -> np.ndarray:
        """Shape (B, N, V)."""
        tables = self.tables / self.tables.sum(axis=-1, keepdims=True)
        cells = np.arange(tokens.shape[1])
        of_cells = np.log(tables[:, cells, tokens]) * known
        posterior = np.log(self.weights)[:, None] + of_cells.sum(axis=-1)
        posterior = np.exp(posterior - np.logaddexp.reduce(posterior, axis=0))
        return np.einsum("kb,knv->bnv", posterior, tables)

    def __call__(self, tokens, known, asked, labels):
        self.calls += 1
        return np.log(self.probabilities(tokens, known)).astype(np.float32)


class Causal(Mixture):
    """The same, but a cell sees only known cells before it in raster order, and logits are given
    of the asked cells alone."""

    def __call__(self, tokens, known, asked, labels):
        most = asked.sum(axis=1).max()
        answers = np.zeros((len(tokens), most, self.tables.shape[-1]), np.float32)
        for sample in range(len(tokens)):
            for place, cell in enumerate(np.flatnonzero(asked[sample])):
                seen = known[sample : sample + 1] & (np.arange(tokens.shape[1]) < cell)
                row = self.probabilities(tokens[sample : sample + 1], seen)[0, cell]
                answers[sample, place] = np.log(row)
        return answers


@pytest.fixture
def mixture() -> Mixture:
    return Mixture(cells=16)


@pytest.fixture
def causal() -> Causal:
    return Causal(cells=16)
