"""Generation orders for parallel autoregressive image models: which tokens are generated
together, and in which order.

>>> import orders
>>> lpd = orders.generate("lpd", res=256, steps=20, num=1000)
>>> lpd.cells.shape
(1000, 256)
"""

from ._analysis import analyze, optimal_sizes, search, total_correlation
from ._checks import Violation, check, conforms
from ._decoding import Scheduler
from ._evaluate import evaluate
from ._figures import animate, plot
from ._methods import (
    Method,
    MethodInfo,
    Parameter,
    SchedulerInfo,
    methods,
    register,
    scheduling_rules,
)
from ._native import Covariance, Figure, OrdersError, Problem, Rng
from ._orders import Order, Orders, generate, group_sizes, load
from ._results import Result, Results
from ._sample import Samples, sample
from ._sweeps import sweep
from ._traces import validate_trace

__all__ = [
    "Covariance",
    "Figure",
    "Method",
    "MethodInfo",
    "Order",
    "Orders",
    "OrdersError",
    "Parameter",
    "Problem",
    "Result",
    "Results",
    "Rng",
    "Samples",
    "Scheduler",
    "SchedulerInfo",
    "Violation",
    "analyze",
    "animate",
    "check",
    "conforms",
    "evaluate",
    "generate",
    "group_sizes",
    "load",
    "methods",
    "optimal_sizes",
    "plot",
    "register",
    "sample",
    "scheduling_rules",
    "search",
    "sweep",
    "total_correlation",
    "validate_trace",
]
