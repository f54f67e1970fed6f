#!/usr/bin/env python3
"""Crops of the photographs of the field 'photos', to train a model on.

    scripts/photo-crops.py SHARE OUT [TRAIN [TEST]]

SHARE is the folder usr/share of the packages that analysis/data/photos.md names. Writes
OUT/train.npy with TRAIN (30,000) and OUT/test.npy with TEST (3,000) crops: uint8 of shape
(crops, 64, 64, 3), and labels for each, all 0. Each photograph is scaled to 320 pixels on its shorter side; crops lie
anywhere in it, drawn by seed 0. Every fourth photograph is in the test set and no other,
so that no scene is in both. Photographs are held against their SHA-256 digests in
analysis/data/photos.sha256. Needs NumPy and Pillow. The crops are for measuring: the
photographs have licences of their own.
"""

import hashlib
import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image

DATA = Path(__file__).resolve().parent.parent / "analysis" / "data"
SHORTER = 320
SIDE = 64


def scaled(content):
    image = Image.open(io.BytesIO(content)).convert("RGB")
    factor = SHORTER / min(image.size)
    size = [max(SHORTER, round(side * factor)) for side in image.size]
    return np.asarray(image.resize(size, Image.LANCZOS))


def crops(photographs, count, generator):
    found = np.empty((count, SIDE, SIDE, 3), np.uint8)
    for crop in found:
        photograph = photographs[generator.integers(len(photographs))]
        row, column = (generator.integers(side - SIDE + 1) for side in photograph.shape[:2])
        crop[:] = photograph[row : row + SIDE, column : column + SIDE]
    return found


def main():
    if not 3 <= len(sys.argv) <= 5:
        sys.exit(__doc__)
    share, out = Path(sys.argv[1]), Path(sys.argv[2])
    counts = [int(text) for text in sys.argv[3:]]
    counts += [30_000, 3_000][len(counts) :]
    photographs = []
    for line in (DATA / "photos.sha256").read_text().splitlines():
        digest, name = line.split(maxsplit=1)
        content = (share / name.lstrip("*")).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            sys.exit(f"{name} is not the file that was measured")
        photographs.append(scaled(content))
    test = photographs[3::4]
    train = [photo for index, photo in enumerate(photographs) if index % 4 != 3]
    generator = np.random.default_rng(0)
    out.mkdir(parents=True, exist_ok=True)
    for name, part, count in [("train", train, counts[0]), ("test", test, counts[1])]:
        np.save(out / f"{name}.npy", crops(part, count, generator))
        # All of one class, which models are asked about.
        np.save(out / f"{name}-labels.npy", np.zeros(count, np.int64))
        print(f"{out / name}.npy: {count} crops of {len(part)} photographs")


if __name__ == "__main__":
    main()
