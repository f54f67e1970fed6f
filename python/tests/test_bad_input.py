"""What is wrong is an OrdersError with one sentence, and leaves nothing behind."""

import numpy as np
import pytest

import orders

GENERATE = [
    (dict(), "a grid is needed"),
    (dict(grid=(4, 4)), "group sizes are needed"),
    (dict(grid=(4, 4), res=64, steps=2), "give grid or res, not both"),
    (dict(grid=(0, 4), steps=2), "0x4 grid has no cells"),
    (dict(grid=(-1, 4), steps=2), "whole numbers from 1, not -1x4"),
    (dict(grid=(4,), steps=2), r"a grid is \(height, width\)"),
    (dict(grid=(4.5, 4), steps=2), "grid is"),
    (dict(grid="4by4", steps=2), "HEIGHTxWIDTH"),
    (dict(grid=(1 << 20, 1 << 20), steps=2), "more than"),
    (dict(grid=4, steps=2), "grid is 4"),
    (dict(res=250, steps=20), "250 px is not a positive multiple"),
    (dict(res=-16, steps=20), "res is -16"),
    (dict(grid=(4, 4), steps=0), "steps is 0"),
    (dict(grid=(4, 4), steps=17), "17 steps cannot share 16 cells"),
    (dict(grid=(4, 4), steps=2.5), "steps is 2.5"),
    (dict(grid=(4, 4), steps=True), "steps is True"),
    (dict(grid=(4, 4), sizes=[1, 2]), "sum to 3"),
    (dict(grid=(4, 4), sizes=[16, 0]), "size 0"),
    (dict(grid=(4, 4), sizes=[-1, 17]), "not -1"),
    (dict(grid=(4, 4), sizes=[1.5, 14.5]), "sizes is"),
    (dict(grid=(4, 4), sizes=[]), "empty"),
    (dict(grid=(4, 4), sizes=[[16]]), "sizes is"),
    (dict(grid=(4, 4), sizes=[16], steps=1), "steps or a list"),
    (dict(grid=(4, 4), sizes="cosine", shape="cosine", steps=2), "sizes or shape"),
    (dict(grid=(4, 4), sizes="optimal", steps=2), "optimal_sizes"),
    (dict(grid=(4, 4), sizes="own"), "lpd"),
    (dict(grid=(4, 4), shape="cosinus", steps=2), "cosinus"),
    (dict(grid=(4, 4), steps=2, first_group="two"), "did you mean|there are"),
    (dict(grid=(4, 4), steps=2, num=-1), "num is -1"),
    (dict(grid=(4, 4), steps=2, num="3"), "num is '3'"),
    (dict(grid=(4, 4), steps=2, num=2**48), "do not fit into memory"),
    (dict(grid=(4, 4), steps=2, seed=-1), "seed is -1"),
    (dict(grid=(4, 4), steps=2, seed=2**64), "seed is"),
    (dict(grid=(4, 4), steps=2, method="lqd"), "did you mean 'lpd'"),
    (dict(grid=(4, 4), steps=2, repulsoin=2), "did you mean 'repulsion'"),
    (
        dict(grid=(4, 4), steps=2, repulsion=-2),
        "repulsion of method lpd is -2; it takes a number from 0",
    ),
    (dict(grid=(4, 4), steps=2, repulsion=float("nan")), "NaN"),
    (dict(grid=(4, 4), steps=2, repulsion="far"), "far"),
    (dict(grid=(4, 4), steps=2, repulsion=None), "None"),
    (dict(grid=(4, 4), steps=2, known=[16]), "known cell 16"),
    (dict(grid=(4, 4), steps=2, known=[-1]), "known cell -1"),
    (dict(grid=(4, 4), steps=2, known=[1, 1]), "listed twice"),
    (dict(grid=(4, 4), steps=2, known=[0.5]), "known is a mask"),
    (dict(grid=(4, 4), steps=2, known=np.ones((4, 4), bool)), "at least one must be free"),
    (dict(grid=(4, 4), steps=2, known=np.ones((2, 8), bool)), "mask of known cells has the shape"),
    (dict(grid=(2, 4, 4), steps=2, method="spiral"), "one frame"),
    (dict(grid=(4, 4), steps=2, progress=3), "progress is a function"),
]


@pytest.mark.parametrize("asked, sentence", GENERATE)
def test_generate(asked, sentence):
    with pytest.raises(orders.OrdersError, match=sentence) as raised:
        orders.generate(**asked)
    assert isinstance(raised.value, ValueError) and "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "cells, sentence",
    [
        ([[0, 1, 2, 2]], "has cell 2 twice"),
        ([[0, 1, 2, 4]], "is 4, but there are 4 cells"),
        ([[0, 1, 2, -1]], "entry 3 of order 0 is -1"),
        ([[0, 1, 2]], "have 3 entries each"),
        ([[0, 1, 2, 3], [0, 1, 2]], "different lengths"),
        ([[0.0, 1.0, 2.0, 3.0]], "whole numbers"),
        ([[True, False, True, False]], "whole numbers"),
        ([[[0, 1, 2, 3]]], "shape"),
        (np.array([[0, 1, 2, 2**63]], np.uint64), "no cell"),
        ([[0, 1, 2, 2**40]], "no cell"),
        ("0123", "whole numbers"),
        (None, "whole numbers"),
    ],
)
def test_own_orders(cells, sentence):
    with pytest.raises(orders.OrdersError, match=sentence):
        orders.Orders(cells, orders.Problem((2, 2), [1, 3]))


def test_files(tmp_path):
    made = orders.generate("random", grid=(4, 4), sizes=[4, 12])
    for name, sentence in [
        ("a.txt", "json, .npy or .safetensors"),
        ("no/a.npy", "a.npy"),
        ("", "named|folder"),
    ]:
        with pytest.raises(orders.OrdersError, match=sentence):
            made.save(tmp_path / name)
    made.save(tmp_path / "a.npy")
    with pytest.raises(orders.OrdersError, match="overwrite=True"):
        made.save(tmp_path / "a.npy")
    made.save(tmp_path / "a.npy", overwrite=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npy", "a.npy.toml"]

    with pytest.raises(orders.OrdersError, match="no such file|can't be|cannot|failed"):
        orders.load(tmp_path / "none.npy")
    (tmp_path / "broken.json").write_text("[[0,1,")
    with pytest.raises(orders.OrdersError, match="broken.json"):
        orders.load(tmp_path / "broken.json", grid=(2, 2), steps=2)
    (tmp_path / "twice.json").write_text("[[0,1,1,3]]")
    with pytest.raises(orders.OrdersError, match="has cell 1 twice"):
        orders.load(tmp_path / "twice.json", grid=(2, 2), steps=2)
    (tmp_path / "ok.json").write_text("[[0,1,2,3]]")
    for asked, sentence in [
        (dict(), "grid or res is needed"),
        (dict(grid=(2, 2)), "steps, sizes or shape are needed"),
        (dict(grid=(2, 3), steps=2), "have 4 entries each"),
        (dict(grid=(2, 2), steps=2, limit=0), "limit is 0"),
    ]:
        with pytest.raises(orders.OrdersError, match=sentence):
            orders.load(tmp_path / "ok.json", **asked)


@pytest.mark.parametrize(
    "field, sentence",
    [
        ("exp:-5", "exp:-5"),
        ("exq:5", "exq:5"),
        (np.eye(3), "3"),
        (np.full((16, 16), np.nan), "NaN|finite"),
        (-np.eye(16), "variance|positive"),
        (np.triu(np.ones((16, 16))), "symmetric|differ"),
        (np.eye(16).astype(complex), "complex"),
        (np.ones(16), "shape"),
        (3, "shape"),
    ],
)
def test_fields(field, sentence):
    made = orders.generate("random", grid=(4, 4), sizes=[4, 12])
    with pytest.raises(orders.OrdersError, match=sentence):
        orders.total_correlation(made, field)


@pytest.mark.parametrize(
    "masks, sentence",
    [
        (np.zeros((2, 4), bool), "masks are"),
        (np.zeros((1, 2, 2), int), "masks are"),
        (np.zeros((0, 2, 2), bool), "masks are"),
        (np.array([[[1, 0]], [[0, 1]]], bool), "cell 1 was settled before step 1 and is not"),
        (np.zeros((1, 2, 2), bool), "at least one must be free"),
    ],
)
def test_traces(masks, sentence):
    with pytest.raises(orders.OrdersError, match=sentence):
        orders.validate_trace(masks)


def test_other_arguments():
    made = orders.generate("random", grid=(4, 4), sizes=[4, 12])
    for call, sentence in [
        (lambda: made.masks("old"), "there are no masks 'old'"),
        (lambda: orders.check([[0, 1, 2, 3]]), "needs problem"),
        (lambda: orders.check(made, "halton"), "no rules"),
        (lambda: orders.check(made, "lqd"), "did you mean"),
        (lambda: orders.Orders([[0]], (1, 1)), "problem is an orders.Problem"),
        (lambda: orders.search("exp:5", grid=(4, 4), steps=2, rounds=-1), "rounds is -1"),
        (lambda: orders.search("exp:5", grid=(4, 4), steps=2, start="lqd"), "did you mean"),
        (lambda: orders.optimal_sizes("lpd", grid=(4, 4), steps=2, largest=1), "1"),
        (lambda: orders.Covariance((4, 4), "exp:x"), "exp:x"),
        (lambda: orders.animate(made, "x.mp4"), "ends in neither"),
        (lambda: orders.animate(made, "x.gif", fps=0), "0"),
    ]:
        with pytest.raises(orders.OrdersError, match=sentence):
            call()
