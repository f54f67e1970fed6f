"""The console script."""

import signal
import sys

from ._native import run_program


def main() -> int:
    """Runs `orders-cli` with the arguments of this process."""
    # The program hears signals itself, and Python would only note them.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run_program(["orders-cli", *sys.argv[1:]])
