#!/usr/bin/env python3
"""Does total correlation predict what a model loses?

    scripts/compare-views.py SWEEP EVAL

SWEEP is the folder of a sweep, EVAL that of an evaluation, of the same methods
with their default parameters and the same numbers of steps on one grid. For every
field of the sweep: Spearman's rank correlation, over all pairs of method and steps,
of the mean total correlation with the model's loss above one cell at a time; with a
95 % interval from 2,000 resamples of the pairs, seed 0. Then the same within each
number of steps and within each method. Needs NumPy.
"""

import csv
import pathlib
import sys

import numpy as np


def ranks(values):
    """Ranks from 1; equal values share their mean rank."""
    values = np.asarray(values)
    order = values.argsort(kind="stable")
    result = np.empty(len(values))
    result[order] = np.arange(1, len(values) + 1)
    for value in np.unique(values):
        result[values == value] = result[values == value].mean()
    return result


def spearman(a, b):
    a, b = ranks(a), ranks(b)
    if a.std() == 0 or b.std() == 0:
        return float("nan")
    return np.corrcoef(a, b)[0, 1]


def main(sweep, evaluation):
    losses = {}
    for row in csv.DictReader(open(pathlib.Path(evaluation) / "table.csv")):
        if row["parallel_loss"]:
            name = row["method"].split(",")[0]
            losses[name, int(row["steps"])] = float(row["parallel_loss"])
    fields = {}
    for row in csv.DictReader(open(pathlib.Path(sweep) / "trials.csv")):
        key = row["method"], int(row["steps"])
        if key in losses:
            field = fields.setdefault(row["field"], {})
            field[key] = float(row["total_correlation_nats"])
    rng = np.random.default_rng(0)
    for field, costs in fields.items():
        keys = sorted(costs)
        x = np.array([costs[key] for key in keys])
        y = np.array([losses[key] for key in keys])
        resampled = []
        for _ in range(2000):
            chosen = rng.integers(len(keys), size=len(keys))
            resampled.append(spearman(x[chosen], y[chosen]))
        low, high = np.nanpercentile(resampled, [2.5, 97.5])
        print(f"{field}: {len(keys)} pairs, Spearman {spearman(x, y):.3f} [{low:.3f}, {high:.3f}]")
        for place, what in [(1, "steps"), (0, "method")]:
            parts = []
            for value in sorted({key[place] for key in keys}):
                of = [i for i, key in enumerate(keys) if key[place] == value]
                parts.append(f"{value} {spearman(x[of], y[of]):.2f}")
            print(f"  within {what}: {', '.join(parts)}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
