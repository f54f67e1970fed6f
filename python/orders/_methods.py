"""Methods: those that there are, and those of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from numpy.typing import ArrayLike

from . import _native
from ._native import OrdersError, Problem, Rng


@dataclass(frozen=True)
class Parameter:
    """A parameter of a method."""

    summary: str
    takes: str
    """Which values it takes, in words."""
    default: str
    """What it is where it is not given, in words."""


@dataclass(frozen=True)
class MethodInfo:
    """A method of the catalogue."""

    name: str
    summary: str
    source: str
    """Where it was published."""
    parameters: dict[str, Parameter]
    random: bool
    """Whether orders differ from one index to the next."""
    own_sizes: bool
    """Whether it brings group sizes of its own (sizes="own")."""
    video: bool
    """Whether it orders grids of several frames."""


def methods() -> dict[str, MethodInfo]:
    """All methods by name, those that were registered too.

    >>> import orders
    >>> orders.methods()["lpd"].parameters["repulsion"].takes
    'a number from 0'
    """
    return {
        name: MethodInfo(
            name,
            summary,
            source,
            {key: Parameter(*words) for key, words in parameters.items()},
            random,
            own_sizes,
            video,
        )
        for name, summary, source, parameters, random, own_sizes, video in _native.methods()
    }


@dataclass(frozen=True)
class SchedulerInfo:
    """A scheduler of the catalogue."""

    name: str
    summary: str
    source: str
    """Where it was published."""
    parameters: dict[str, Parameter]
    group_sizes: bool
    """Whether it takes the number of cells of each step from group sizes."""
    random: bool
    """Whether it draws random numbers of its own."""
    tokens: bool
    """Whether it looks at drawn tokens, so that no likelihood can be had under it."""
    one_frame: bool
    """Whether it is for grids of one frame only."""


def scheduling_rules() -> dict[str, SchedulerInfo]:
    """All schedulers of the catalogue by name: what chooses cells while a model generates.

    >>> import orders
    >>> orders.scheduling_rules()["entropy-bound"].parameters["budget"].takes
    'a number from 0'
    """
    return {
        name: SchedulerInfo(
            name,
            summary,
            source,
            {key: Parameter(*words) for key, words in parameters.items()},
            *needs,
        )
        for name, summary, source, parameters, *needs in _native.schedulers()
    }


class Method:
    """A method of one's own: give it a `name` and a `generate`, and `register` it.

    `parameters` are names with their defaults: a bool, an int (a whole number from 0), a
    float, or a tuple of words, of which the first is the default. Their values are
    attributes of `self`.

    >>> import numpy as np, orders
    >>> @orders.register
    ... class EveryOther(orders.Method):
    ...     '''Every n-th column first, each column in random order.'''
    ...     name = "every-other"
    ...     parameters = {"every": 2}
    ...     def generate(self, problem, rng):
    ...         cells = rng.permutation(problem.free)
    ...         return cells[np.argsort(cells % problem.grid[1] % self.every, kind="stable")]
    >>> made = orders.generate("every-other", grid=(4, 4), sizes=[8, 8], num=2, every=2)
    >>> np.unique(made.cells[0, :8] % 4).tolist()
    [0, 2]
    """

    name: ClassVar[str]
    """The name by which it is asked for: small letters, digits and hyphens."""
    parameters: ClassVar[dict[str, Any]] = {}
    random: ClassVar[bool] = True
    """Whether orders differ from one index to the next."""
    video: ClassVar[bool] = False
    """Whether it orders grids of several frames."""

    def __init__(self, **parameters: Any) -> None:
        for name, value in parameters.items():
            default = type(self).parameters.get(name)
            is_whole = isinstance(default, int) and not isinstance(default, bool)
            setattr(self, name, int(value) if is_whole else value)

    def generate(self, problem: Problem, rng: Rng) -> ArrayLike:
        """The free cells of the problem (`problem.free`), each once, first generated first.
        It may depend on the problem and on what it draws from `rng` only, which is seeded
        by the seed and the number of the order."""
        raise NotImplementedError


M = TypeVar("M", bound=type[Method])


def register(method: M) -> M:
    """Adds a method to the catalogue, in place of one of that name that was registered before.
    From then on all functions take it by its name."""
    if not (isinstance(method, type) and issubclass(method, Method)):
        raise OrdersError(f"register takes a subclass of orders.Method, not {method!r}")
    name = getattr(method, "name", None)
    if not isinstance(name, str):
        raise OrdersError(f"{method.__name__} has no name: give the class an attribute 'name'")
    summary = (method.__doc__ or "").strip().split("\n")[0]
    _native.register(method, name, summary, method.parameters, method.random, method.video)
    return method
