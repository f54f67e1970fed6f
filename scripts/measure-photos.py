#!/usr/bin/env python3
"""Measures the field 'photos' and writes analysis/data/photos.npy.

    scripts/measure-photos.py SHARE [OUT]

SHARE is the folder usr/share of the unpacked packages that analysis/data/photos.md
names; OUT is analysis/data/photos.npy if not given. Every photograph is held against
its SHA-256 digest in analysis/data/photos.sha256. Needs NumPy and Pillow.
"""

import hashlib
import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image

DATA = Path(__file__).resolve().parent.parent / "analysis" / "data"

# Cells of the shorter side of a photograph, and the offsets that are measured: those
# of 0 to 63 rows and columns.
SIDE = 64

# The least spectral density, as a share of the variance.
FLOOR = 1e-4


def cells(content):
    """The mean luma of the square cells of a photograph."""
    image = Image.open(io.BytesIO(content)).convert("L").convert("F")
    cell = min(image.size) / SIDE
    width, height = (int(side / cell + 1e-9) for side in image.size)
    box = (0, 0, width * cell, height * cell)
    return np.asarray(image.resize((width, height), Image.BOX, box=box), dtype=float)


def mean_products(values):
    """For each offset (dy, dx), dy, dx >= 0, the mean product of all pairs of cells at
    (dy, dx) or (dy, -dx)."""
    height, width = values.shape
    # Twice the cells, so that nothing wraps around.
    shape = (2 * height, 2 * width)
    sums = np.fft.irfft2(np.abs(np.fft.rfft2(values, shape)) ** 2, shape)
    columns = np.arange(SIDE)
    both = (sums[:SIDE, columns] + sums[:SIDE, -columns]) / 2
    pairs = np.outer(height - np.arange(SIDE), width - columns)
    return both / pairs


def positive(correlations):
    """The nearest correlations on a torus of 127x127 cells, which has each offset
    once, whose spectral density is at least FLOOR everywhere; scaled to a variance
    of 1."""
    offsets = np.minimum(np.arange(2 * SIDE - 1), np.arange(2 * SIDE - 1)[::-1] + 1)
    density = np.fft.fft2(correlations[np.ix_(offsets, offsets)]).real
    raised = density < FLOOR
    print(f"{raised.mean():.1%} of the frequencies are raised to {FLOOR}")
    found = np.fft.ifft2(np.where(raised, FLOOR, density)).real[:SIDE, :SIDE]
    found /= found[0, 0]
    print(f"which changes a correlation by {np.abs(found - correlations).max():.4f} at most")
    return found


def main():
    share = Path(sys.argv[1])
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else DATA / "photos.npy"
    photographs = []
    for line in (DATA / "photos.sha256").read_text().splitlines():
        digest, name = line.split("  ", 1)
        content = (share / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            sys.exit(f"{share / name} is not the photograph that was measured")
        photographs.append(cells(content))
    # Every photograph counts alike, whatever its number of cells.
    mean = np.mean([values.mean() for values in photographs])
    covariances = np.mean([mean_products(values - mean) for values in photographs], axis=0)
    deviation = covariances[0, 0] ** 0.5
    print(f"{len(photographs)} photographs: mean {mean:.2f}, deviation {deviation:.2f} of 255")
    np.save(out, positive(covariances / covariances[0, 0]))


if __name__ == "__main__":
    main()
