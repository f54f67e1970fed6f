"""Methods of Python in the catalogue."""

import traceback

import numpy as np
import pytest

import orders


@orders.register
class Columns(orders.Method):
    """Columns from left to right, each in random order."""

    name = "own-columns"
    parameters = {"every": 1, "share": 0.5, "back": False, "kind": ("in", "out")}

    def generate(self, problem, rng):
        cells = rng.permutation(problem.free)
        column = cells % problem.grid[-1]
        order = cells[np.lexsort((column // self.every, column % self.every))]
        return order[::-1] if self.back else order


def test_it_works_by_its_name_everywhere(tmp_path, program):
    made = orders.generate("own-columns", grid=(4, 6), steps=4, num=30, seed=2, every=2)
    assert len(made) == 30 and made.parameters["every"] == 2.0
    assert (made.cells[:, :12] % 6 % 2 == 0).all() and (made.cells[0] != made.cells[1]).any()
    orders.plot(made)
    spec = {"orders": 3, "seeds": [2], "grids": ["4x6"], "steps": [4], "sizes": ["cosine"], "fields": ["exp:3"],
            "methods": [{"name": "own-columns", "set": {"every": [2]}}]}  # fmt: skip
    table = orders.sweep(spec, tmp_path / "results")
    mean = orders.total_correlation(
        orders.generate(
            "own-columns", grid=(4, 6), steps=4, shape="cosine", num=3, seed=2, every=2
        ),
        "exp:3",
    ).mean()
    assert np.isclose(table["total_correlation_nats"][0], mean)
    assert orders.optimal_sizes("own-columns", grid=(4, 6), steps=3, num=5).sum() == 24
    made.save(tmp_path / "own.npy")
    assert program("check", tmp_path / "own.npy").returncode == 0
    loaded = orders.load(tmp_path / "own.npy")
    assert (loaded.method, loaded.parameters) == ("own-columns", made.parameters)


def test_orders_depend_on_seed_and_number():
    few = orders.generate("own-columns", grid=(4, 6), steps=4, num=3, seed=2)
    many = orders.generate("own-columns", grid=(4, 6), steps=4, num=300, seed=2)
    assert np.array_equal(few.cells, many.cells[:3])


def test_parameters_have_the_kind_of_their_default():
    info = orders.methods()["own-columns"]
    assert info.summary == "Columns from left to right, each in random order."
    assert {name: parameter.takes for name, parameter in info.parameters.items()} == {
        "every": "a whole number from 0",
        "share": "a number from -inf to inf",
        "back": "true or false",
        "kind": "in or out",
    }
    forth = orders.generate("own-columns", grid=(3, 3), sizes=[9])
    back = orders.generate("own-columns", grid=(3, 3), sizes=[9], back=True)
    assert np.array_equal(forth.cells[0], back.cells[0, ::-1])
    for wrong in (
        {"every": 1.5},
        {"every": -1},
        {"back": 2},
        {"kind": "up"},
        {"other": 1},
        {"every": None},
    ):
        with pytest.raises(orders.OrdersError):
            orders.generate("own-columns", grid=(3, 3), sizes=[9], **wrong)


def test_what_is_made_may_be_any_sequence():
    class Listed(orders.Method):
        name = "listed"
        made = None

        def generate(self, problem, rng):
            return type(self).made

    orders.register(Listed)
    for made in (
        [3, 1, 0, 2],
        (3, 1, 0, 2),
        np.array([3, 1, 0, 2], np.uint8),
        np.array([2, 0, 1, 3])[::-1],
        range(4),
    ):
        Listed.made = made
        assert orders.generate("listed", grid=(2, 2), sizes=[4]).cells.tolist() == [list(made)]
    wrong = [
        ([0, 1, 2], "has 3 entries, but there are 4 cells"),
        ([0, 1, 2, 2], "cell 2 comes twice"),
        ([0, 1, 2, 4], "is 4, but cells go from 0 to 3"),
        ([0, 1, 2, -1], "is -1, which is no cell"),
        ([0.0, 1.0, 2.0, 3.0], "whole numbers"),
        ("0123", "whole numbers"),
        (None, "whole numbers"),
        ([[0, 1], [2, 3]], "whole numbers"),
        ([0, 1, [2], 3], "whole numbers"),
        (2**70, "whole numbers"),
    ]
    for made, sentence in wrong:
        Listed.made = made
        with pytest.raises(orders.OrdersError, match=sentence):
            orders.generate("listed", grid=(2, 2), sizes=[4])


class Raising(orders.Method):
    name = "raising"

    def generate(self, problem, rng):
        if rng.index == 7:
            self.fail()
        return problem.free

    def fail(self):
        raise ZeroDivisionError("in the middle")


@pytest.mark.parametrize("where", ["generate", "sweep", "sizes"])
def test_tracebacks_survive(tmp_path, where):
    orders.register(Raising)
    with pytest.raises(ZeroDivisionError, match="in the middle") as raised:
        if where == "generate":
            orders.generate("raising", grid=(2, 2), sizes=[4], num=20)
        elif where == "sizes":
            orders.optimal_sizes("raising", grid=(2, 2), steps=2, num=20)
        else:
            spec = {
                "orders": 20,
                "grids": ["2x2"],
                "steps": [2],
                "sizes": ["cosine"],
                "methods": [{"name": "raising"}],
            }
            orders.sweep(spec, tmp_path / "results")
    assert "fail" in [frame.name for frame in traceback.extract_tb(raised.value.__traceback__)]


def test_it_is_registered_again():
    class First(orders.Method):
        name = "again"

        def generate(self, problem, rng):
            return problem.free

    class Second(First):
        def generate(self, problem, rng):
            return problem.free[::-1]

    orders.register(First)
    orders.register(Second)
    assert orders.generate("again", grid=(1, 3), sizes=[3]).cells.tolist() == [[2, 1, 0]]


def test_what_is_no_method():
    class NoName(orders.Method):
        pass

    class Taken(orders.Method):
        name = "lpd"

    class Capital(orders.Method):
        name = "Mine"

    class Default(orders.Method):
        name = "mine"
        parameters = {"x": None}

    for wrong in (NoName, Taken, Capital, Default, 3, int):
        with pytest.raises(orders.OrdersError):
            orders.register(wrong)
    assert "mine" not in orders.methods()


def test_the_random_source():
    first, second = orders.Rng(0, 7), orders.Rng(0, 7)
    assert [first.random() for _ in range(5)] == [second.random() for _ in range(5)]
    assert 0 <= first.integers(3) < 3 and first.index == 7
    items = list("abcdef")
    first.shuffle(items)
    assert sorted(items) == list("abcdef")
    assert first.numpy().normal() != orders.Rng(0, 8).numpy().normal()
    assert orders.Rng(1, 2).numpy().normal() == orders.Rng(1, 2).numpy().normal()
    with pytest.raises(orders.OrdersError, match="bound is 0"):
        first.integers(0)
