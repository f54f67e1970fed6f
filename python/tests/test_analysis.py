"""Measures against their definitions."""

import numpy as np
import pytest

import orders


def covariance(height, width, length):
    rows, columns = np.divmod(np.arange(height * width), width)
    return np.exp(-np.hypot(rows[:, None] - rows, columns[:, None] - columns) / length)


def literal_total_correlation(matrix, groups):
    """Sum over the groups of half (sum of log conditional variances - log determinant)."""
    total, context = 0.0, np.zeros(0, int)
    for group in groups:
        inner = matrix[np.ix_(group, group)]
        if len(context):
            cross = matrix[np.ix_(group, context)]
            inner = inner - cross @ np.linalg.solve(matrix[np.ix_(context, context)], cross.T)
        total += 0.5 * (np.log(np.diag(inner)).sum() - np.linalg.slogdet(inner)[1])
        context = np.concatenate([context, group])
    return total


@pytest.mark.parametrize("method", ["lpd", "halton", "random"])
def test_total_correlation(method):
    made = orders.generate(method, grid=(6, 7), steps=6, num=3)
    matrix = covariance(6, 7, 5.0)
    expected = [literal_total_correlation(matrix, order.groups()) for order in made]
    for field in ("exp:5", matrix, orders.Covariance((6, 7), "exp:5")):
        assert np.allclose(orders.total_correlation(made, field), expected, atol=1e-9)
    measured = orders.analyze(made, matrix)
    assert np.allclose(measured["total_correlation_nats"], expected, atol=1e-9)
    assert np.allclose(measured["total_correlation_nats_by_step"].sum(axis=1), expected, atol=1e-9)
    alone = orders.total_correlation(made, matrix, sizes=np.ones(42, int))
    assert np.allclose(alone, 0.0, atol=1e-9)


def test_geometry_by_step():
    made = orders.generate("random", grid=(4, 4), sizes=[1, 2, 13])
    measured = orders.analyze(made)
    first, second = made[0].groups()[1]
    distance = np.hypot(first // 4 - second // 4, first % 4 - second % 4)
    assert np.isclose(measured["smallest_pair_by_step"][0, 1], distance)
    assert np.isnan(measured["nearest_context_by_step"][0, 0])
    assert "total_correlation_nats" not in measured


def test_optimal_sizes_are_the_best_of_all():
    field = covariance(2, 4, 3.0)
    made = orders.generate("random", grid=(2, 4), sizes=[2, 2, 4], num=4)
    best = orders.optimal_sizes(made, field)
    assert best.sum() == 8 and len(best) == 3

    def cost(sizes):
        return orders.total_correlation(made, field, sizes=sizes).mean()

    every = [[a, b, 8 - a - b] for a in range(1, 7) for b in range(1, 8 - a)]
    assert np.isclose(cost(best), min(map(cost, every)), atol=1e-6)
    assert max(orders.optimal_sizes(made, field, largest=3)) <= 3
    again = orders.optimal_sizes("random", "exp:3", grid=(2, 4), steps=3, num=50)
    assert again.sum() == 8 and len(again) == 3


def test_search_finds_what_loses_less():
    start = orders.generate("raster", grid=(5, 5), steps=4)
    order, nats = orders.search("exp:4", grid=(5, 5), steps=4, rounds=30, start=start)
    assert np.isclose(orders.total_correlation(order, "exp:4")[0], nats)
    assert nats < orders.total_correlation(start, "exp:4")[0]
    by_name, of_name = orders.search("exp:4", grid=(5, 5), steps=4, rounds=30, start="raster")
    assert by_name == order and of_name == nats
