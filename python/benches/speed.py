"""What the package costs beside the program, and beside methods of Python themselves.

    python python/benches/speed.py [ORDERS_CLI]

The program is the console script beside this Python unless another is named.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import orders

RUNS = 5


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best(work):
    return min(seconds(work) for _ in range(RUNS))


class Given(orders.Method):
    """What there is, as it is."""

    name = "given"
    random = False
    made = None

    def generate(self, problem, rng):
        return Given.made


def callbacks(grid, kind):
    """Seconds of an order made by Python, less those of its Python."""
    count = 20_000
    problem = orders.Problem(grid, [grid[0] * grid[1]])
    Given.made = kind(range(problem.cells))
    method, rng = Given(), orders.Rng(0, 0)

    def alone():
        for _ in range(count):
            method.generate(problem, rng)

    def whole():
        orders.generate("given", grid=grid, sizes=problem.sizes, num=count)

    return (best(whole) - best(alone)) / count


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else str(Path(sys.executable).parent / "orders-cli")
    asked = dict(res=512, steps=48)
    with tempfile.TemporaryDirectory() as folder:
        flags = ["--res", "512", "--steps", "48", "--num", "60000", "--quiet", "--force"]
        command = [program, "gen", *flags, "--format", "npy", "--out", f"{folder}/orders.npy"]
        # In turn, so that what else the machine does is shared.
        times = [
            (
                seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)),
                seconds(lambda: orders.generate("lpd", num=60_000, **asked)),
            )
            for _ in range(RUNS)
        ]
    theirs, ours = (min(column) for column in zip(*times))
    print(
        f"60,000 orders of 512 px: gen --format npy {theirs:.2f} s, generate {ours:.2f} s, ratio {ours / theirs:.2f}"
    )
    orders.register(Given)
    for grid in [(8, 8), (16, 16), (32, 32)]:
        for kind in (np.array, list):
            made = callbacks(grid, lambda cells: kind(list(cells)))
            print(
                f"a method of Python, {grid[0]}x{grid[1]}, {kind.__name__}: {made * 1e6:.2f} us an order"
            )
    for grid in [(8, 8), (16, 16), (32, 32)]:
        count, sizes = 20_000, [grid[0] * grid[1]]
        made = best(lambda: orders.generate("raster", grid=grid, sizes=sizes, num=count)) / count
        print(f"raster, of the library itself, {grid[0]}x{grid[1]}: {made * 1e6:.2f} us an order")
    one = best(lambda: [orders.generate("lpd", **asked) for _ in range(20)]) / 20
    print(f"one order of 512 px: {one * 1e6:.0f} us")


main()
