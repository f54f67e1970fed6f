"""Sweeps."""

import numpy as np
import pytest

import orders

SPEC = {
    "orders": 6,
    "grids": ["6x6"],
    "steps": [4, 6],
    "sizes": ["cosine"],
    "fields": ["exp:5"],
    "methods": [{"name": "lpd", "set": {"repulsion": [1, 2]}}, {"name": "random"}],
}


def test_columns_are_what_analyze_says(tmp_path):
    told = []
    table = orders.sweep(SPEC, tmp_path / "results", progress=told.append)
    assert (
        table["method"] == ["lpd"] * 4 + ["random"] * 2
        or sorted(table["method"]) == ["lpd"] * 4 + ["random"] * 2
    )
    assert len({len(column) for column in table.values()}) == 1
    row = next(
        place
        for place in range(6)
        if (table["method"][place], table["steps"][place]) == ("lpd", 6)
        and table["repulsion"][place] == "2"
    )
    made = orders.generate(
        "lpd", grid=(6, 6), steps=6, shape="cosine", num=6, repulsion=2, seed=table["seed"][row]
    )
    mean = orders.total_correlation(made, "exp:5").mean()
    assert np.isclose(table["total_correlation_nats"][row], mean, rtol=1e-9)
    # A second call finds every result.
    assert orders.sweep(SPEC, tmp_path / "results") == table


def test_a_file_says_the_same(tmp_path):
    (tmp_path / "sweep.toml").write_text(
        'orders = 6\ngrids = ["6x6"]\nsteps = [4, 6]\nsizes = ["cosine"]\nfields = ["exp:5"]\n'
        '[[methods]]\nname = "lpd"\nset = { repulsion = [1, 2] }\n[[methods]]\nname = "random"\n'
    )
    of_file = orders.sweep(tmp_path / "sweep.toml", tmp_path / "a")
    assert of_file == orders.sweep(SPEC, tmp_path / "b")


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"methods": [{"name": "lqd"}]}, "did you mean 'lpd'"),
        ({"steps": [0]}, "0"),
        ({"stpes": [4]}, "stpes"),
        ({"steps": [object()]}, "no sweep file has"),
    ],
)
def test_refused(tmp_path, change, sentence):
    with pytest.raises(orders.OrdersError, match=sentence):
        orders.sweep({**SPEC, **change}, tmp_path / "results")
    assert not (tmp_path / "results").exists()
