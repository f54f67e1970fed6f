"""What Python can't do itself. Shapes are checked here, types in the modules that call it."""

from collections.abc import Callable, Sequence
from os import PathLike
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BoundMethod",
    "BoundScheduler",
    "Covariance",
    "Figure",
    "OrdersError",
    "Problem",
    "Rng",
    "analyze",
    "animate",
    "check_rows",
    "compare_pairs",
    "decode",
    "decode_exactly",
    "generate",
    "grid_of_image",
    "group_sizes",
    "line_chart",
    "mean_interval",
    "method",
    "methods",
    "optimal_sizes",
    "plot",
    "read_orders",
    "register",
    "run_program",
    "save_orders",
    "scheduler",
    "schedulers",
    "search",
    "sweep",
    "total_correlation",
    "trace_violations",
    "violations",
    "write_file",
]

_Cells = NDArray[np.int64]
_Tell = Callable[[int], object] | None
_Shown = tuple[str, Problem, _Cells]

class OrdersError(ValueError):
    """What was asked for can't be done: one sentence that says what is wrong and what is
    allowed."""

@final
class Problem:
    """What is to be ordered: the free cells of a grid, and the sizes of the groups in which
    they are generated. `known` is a mask of bool, or a list of cells as int64."""

    def __new__(
        cls, grid: Sequence[int], sizes: Sequence[int] | _Cells, known: NDArray[Any] | None = None
    ) -> Problem: ...
    @property
    def grid(self) -> tuple[int, ...]:
        """Sides: (height, width), or (frames, height, width) of a video."""

    @property
    def sizes(self) -> _Cells:
        """Cells of each group, first step first: shape (steps,), read-only."""

    @property
    def steps(self) -> int: ...
    @property
    def cells(self) -> int:
        """Number of free cells."""

    @property
    def free(self) -> _Cells:
        """The free cells in raster order: shape (cells,), read-only."""

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether each cell is known from the start, in the shape of the grid, read-only."""

    def __hash__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Rng:
    """The random source of one order: it depends on the seed and the number of the order."""

    def __new__(cls, seed: int, index: int) -> Rng: ...
    @property
    def index(self) -> int: ...
    def random(self) -> float:
        """A number from 0 up to 1, without 1."""

    def integers(self, bound: int) -> int:
        """A whole number from 0 to bound - 1."""

    def permutation(self, cells: _Cells) -> _Cells:
        """A random permutation of cells, which stay as they are."""

    def shuffle(self, items: list[Any]) -> None:
        """Puts a list into random order."""

    def numpy(self) -> np.random.Generator:
        """A generator of NumPy that is seeded by this one."""

@final
class BoundMethod:
    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> dict[str, Any]: ...
    @property
    def is_random(self) -> bool: ...

@final
class BoundScheduler:
    @property
    def name(self) -> str: ...
    @property
    def parameters(self) -> dict[str, Any]: ...
    @property
    def needs_group_sizes(self) -> bool: ...

@final
class Covariance:
    """The covariance of a Gaussian field on a grid, checked: made once, it can be given in
    place of the field."""

    def __new__(cls, grid: Sequence[int], field: str | NDArray[np.float64]) -> Covariance: ...

@final
class Figure:
    """A picture, which notebooks show."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""

    def to_svg(self) -> str: ...
    def to_png(self) -> bytes: ...
    def to_pdf(self) -> bytes: ...
    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Writes a .svg, .pdf or .png file, whole or not at all."""

    def _repr_svg_(self) -> str: ...

def grid_of_image(pixels: int) -> list[int]: ...
def method(name: str, grid: Sequence[int], given: dict[str, Any]) -> BoundMethod: ...
def methods() -> list[tuple[str, str, str, dict[str, tuple[str, str, str]], bool, bool, bool]]: ...
def scheduler(name: str, grid: Sequence[int], given: dict[str, Any]) -> BoundScheduler: ...
def schedulers() -> list[
    tuple[str, str, str, dict[str, tuple[str, str, str]], bool, bool, bool, bool]
]: ...
def register(
    class_: type,
    name: str,
    summary: str,
    parameters: dict[str, Any],
    is_random: bool,
    for_video: bool,
) -> None: ...
def group_sizes(
    grid: Sequence[int],
    known: NDArray[Any] | None,
    steps: int | None,
    sizes: list[int] | None,
    choice: str | None,
    first_group: str | None,
    method: BoundMethod | None,
) -> tuple[Problem, str | None]: ...
def generate(
    method: BoundMethod,
    problem: Problem,
    seed: int,
    first: int,
    out: _Cells,
    progress: _Tell = None,
) -> None: ...
def check_rows(problem: Problem, cells: _Cells) -> None: ...
def violations(
    problem: Problem,
    cells: _Cells,
    method: str | None,
    given: dict[str, Any],
    progress: _Tell = None,
) -> list[tuple[int, str, int | None, int | None, int | None, int | None, str]]: ...
def save_orders(
    problem: Problem,
    cells: _Cells,
    path: PathLike[str],
    overwrite: bool,
    method: str | None,
    given: dict[str, Any],
    seed: int | None,
    progress: _Tell = None,
) -> None: ...
def read_orders(
    path: PathLike[str], limit: int | None = None
) -> tuple[
    _Cells,
    tuple[
        list[int] | None, list[int] | None, list[int] | None, str | None, dict[str, Any], int | None
    ]
    | None,
]: ...
def trace_violations(
    grid: Sequence[int],
    settled: NDArray[np.bool_],
    sizes: list[int] | None,
    tokens: _Cells | None,
) -> list[str]: ...
def write_file(path: PathLike[str], content: bytes, overwrite: bool) -> None: ...
def analyze(
    problem: Problem, cells: _Cells, covariance: Covariance | None, progress: _Tell = None
) -> dict[str, NDArray[np.float64]]: ...
def total_correlation(
    problem: Problem, cells: _Cells, covariance: Covariance, progress: _Tell = None
) -> NDArray[np.float64]: ...
def optimal_sizes(
    problem: Problem,
    covariance: Covariance,
    cells: _Cells | None,
    method: BoundMethod | None,
    num: int,
    seed: int,
    largest: int | None,
    non_decreasing: bool,
    progress: _Tell = None,
) -> tuple[list[int], float, float]: ...
def search(
    problem: Problem,
    covariance: Covariance,
    start: _Cells | None,
    seed: int,
    rounds: int,
    progress: _Tell = None,
) -> tuple[_Cells, float, float]: ...
def plot(
    shown: list[_Shown],
    show: list[str],
    steps: list[int],
    title: str,
    subtitle: str,
    columns: int | None,
) -> Figure: ...
def animate(
    shown: list[_Shown], title: str, fps: float, pause: float, frames: int, format: str
) -> bytes: ...
def mean_interval(values: NDArray[np.float64]) -> tuple[float, float | None, float | None]: ...
def compare_pairs(
    pairs: list[tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> list[tuple[float, float | None, float | None, float | None]]: ...
def line_chart(
    title: str,
    subtitle: str,
    x: str,
    y: str,
    lines: list[tuple[str, list[tuple[float, float]], list[tuple[float, float]]]],
) -> Figure: ...
def decode(
    ask: Callable[..., NDArray[np.float32]],
    grid: Sequence[int],
    known: NDArray[Any] | None,
    tokens: _Cells,
    given: bool,
    fixed: tuple[Problem, _Cells] | None,
    named: tuple[BoundScheduler, Problem | None, int] | None,
    own: list[Any],
    seed: int,
    first: int,
    at_once: int,
) -> tuple[NDArray[np.float64], _Cells, _Cells, list[list[int]]]: ...
def decode_exactly(
    ask: Callable[..., NDArray[np.float32]],
    problem: Problem,
    cells: _Cells,
    tokens: _Cells,
    rule: str,
    window: int | None,
    seed: int,
    first: int,
    at_once: int,
) -> tuple[_Cells, list[int], list[int]]: ...
def sweep(
    text: str, place: str, out: PathLike[str], is_json: bool, progress: _Tell = None
) -> dict[str, list[Any]]: ...
def run_program(command_line: list[str]) -> int: ...
