"""What an order, and many of them, say of themselves."""

import numpy as np
import pytest

import orders


@pytest.fixture
def made():
    return orders.generate("lpd", grid=(4, 6), sizes=[1, 4, 7, 12], num=5, seed=1)


def test_arrays(made):
    assert made.cells.dtype == np.int64 and made.cells.shape == (5, 24)
    assert made.cells.flags.c_contiguous and not made.cells.flags.writeable
    with pytest.raises(ValueError):
        made.cells[0, 0] = 1
    assert np.shares_memory(made[3].cells, made.cells)
    assert made.sizes.tolist() == [1, 4, 7, 12] and made.offsets.tolist() == [0, 1, 5, 12, 24]
    assert made.grid == (4, 6) and not made.known.any()
    assert (np.sort(made.cells) == np.arange(24)).all()


def test_an_order(made):
    order = made[2]
    groups = order.groups()
    assert [len(group) for group in groups] == [1, 4, 7, 12]
    assert np.array_equal(np.concatenate(groups), order.cells)
    steps = order.step_from_cell
    assert steps.shape == (4, 6)
    for step, group in enumerate(groups):
        assert sorted(np.flatnonzero(steps == step)) == sorted(group)
    assert np.array_equal(order.rank_from_cell.flat[order.cells], np.arange(24))
    assert np.array_equal(made.step_from_cell[2], steps)


def test_known_cells_have_no_step():
    order = orders.generate("random", grid=(2, 3), known=[1, 4], sizes=[2, 2])[0]
    assert (order.step_from_cell.flat[[1, 4]] == -1).all()
    assert (order.rank_from_cell.flat[[1, 4]] == -1).all()
    assert sorted(order.cells) == [0, 2, 3, 5]


def test_a_sequence(made):
    assert len(made) == 5 and len(list(made)) == 5
    assert made[-1] == made[4] and made[1:3].cells.shape == (2, 24)
    with pytest.raises(IndexError):
        made[5]
    assert made[:3].seed == 1 and made[1:].seed is None and made[::2].seed is None
    assert made == orders.generate("lpd", grid=(4, 6), sizes=[1, 4, 7, 12], num=5, seed=1)
    assert made != made[:4]
    assert "5, lpd, 4x6, 4 steps, seed 1" in repr(made)


def test_masks_by_step(made):
    steps = made.step_from_cell
    new, before, after = (made.masks(kind) for kind in ("new", "before", "after"))
    assert new.shape == (5, 4, 4, 6)
    for step in range(4):
        assert np.array_equal(new[:, step], steps == step)
        assert np.array_equal(before[:, step], steps >= step)
        assert np.array_equal(after[:, step], steps > step)
    assert before[:, 0].all() and not after[:, -1].any()


def test_outputs_for_published_programs(made, tmp_path):
    import json

    made.save(tmp_path / "lpd.json")
    assert json.loads((tmp_path / "lpd.json").read_text()) == made.lists()
    halton = orders.generate("halton", grid=(4, 4), steps=4, roll=False)
    positions = halton.positions()
    assert positions.shape == (1, 16, 2)
    assert np.array_equal(positions[0] @ [4, 1], halton.cells[0])
    # First visits of (floor(phi_2(i) G), floor(phi_3(i) G)), the published sequence.
    seen = []
    index = 1
    while len(seen) < 16:
        cell = (int(radical_inverse(index, 2) * 4), int(radical_inverse(index, 3) * 4))
        if cell not in seen:
            seen.append(cell)
        index += 1
    assert [tuple(position) for position in positions[0]] == seen


def radical_inverse(index, base):
    value, scale = 0.0, 1.0 / base
    while index:
        value += index % base * scale
        index, scale = index // base, scale / base
    return value


def test_traces(made):
    traced = orders.validate_trace(made.masks("before"))
    for order, trace in zip(made, traced):
        assert np.array_equal(order.step_from_cell, trace.step_from_cell)
    known = orders.generate("random", grid=(3, 3), known=[4], sizes=[3, 5])
    assert np.array_equal(
        orders.validate_trace(known.masks("before"))[0].step_from_cell, known[0].step_from_cell
    )


def test_traces_with_sizes_and_tokens(made):
    masks = made.masks("before")
    orders.validate_trace(masks, sizes=made.sizes)
    with pytest.raises(orders.OrdersError, match="sample 0: step 2 reveals 4 cells; 5 were asked"):
        orders.validate_trace(masks, sizes=[1, 5, 6, 12])
    kept = np.where(made.masks("after"), -1, np.arange(24).reshape(4, 6))
    orders.validate_trace(masks, tokens=kept)
    first = made.cells[2, 0]
    kept[2, 2].flat[first] = 99
    with pytest.raises(
        orders.OrdersError, match=f"sample 2: step 3 changes the token of cell {first}"
    ):
        orders.validate_trace(masks, tokens=kept)
    with pytest.raises(orders.OrdersError, match="tokens are whole numbers"):
        orders.validate_trace(masks, tokens=kept[0])
    twice = np.repeat(masks, 2, axis=1)
    assert [order.sizes.tolist() for order in orders.validate_trace(twice)] == [[1, 4, 7, 12]] * 5


def test_own_orders_are_copied():
    own = np.array([[3, 1, 0, 2]], np.int64)
    made = orders.Orders(own, orders.Problem((2, 2), [1, 3]))
    own[0, 0] = 0
    assert made.cells.tolist() == [[3, 1, 0, 2]]
    assert orders.Order([3, 1, 0, 2], orders.Problem((2, 2), [4])).groups()[0].tolist() == [
        3,
        1,
        0,
        2,
    ]


def test_problems():
    problem = orders.Problem((2, 3), [2, 3], np.array([2]))
    assert problem.free.tolist() == [0, 1, 3, 4, 5] and problem.steps == 2 and problem.cells == 5
    assert (
        problem == orders.Problem((2, 3), [2, 3], np.array([2])) != orders.Problem((2, 3), [2, 4])
    )
    assert hash(problem) == hash(orders.Problem((2, 3), [2, 3], np.array([2])))
    assert orders.Problem((2, 2, 2), [8]).grid == (2, 2, 2)


def test_files_without_a_manifest(made, tmp_path):
    np.save(tmp_path / "own.npy", made.cells.astype(np.uint8))
    loaded = orders.load(tmp_path / "own.npy", grid=(4, 6), sizes=[1, 4, 7, 12])
    assert loaded == made and loaded.method is None
    assert len(orders.load(tmp_path / "own.npy", grid=(4, 6), sizes=[24], limit=2)) == 2


def test_a_manifest_of_another_file_is_not_believed(made, tmp_path):
    made.save(tmp_path / "a.npy")
    np.save(tmp_path / "a.npy", made.cells[::-1].astype(np.uint16))
    with pytest.raises(ValueError, match=r"a\.npy is not the file that .*a\.npy\.toml describes: "):
        orders.load(tmp_path / "a.npy")


def test_loaded_orders_are_saved_as_they_were(made, tmp_path, program):
    made.save(tmp_path / "a.npy")
    orders.load(tmp_path / "a.npy").save(tmp_path / "b.npy")
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
    done = program("check", tmp_path / "b.npy")
    assert done.returncode == 0 and "trust" not in done.stdout, done.stdout
    # Orders that are not the first of their seed don't say so.
    made[2:].save(tmp_path / "c.npy")
    assert program("check", tmp_path / "c.npy").returncode == 0
