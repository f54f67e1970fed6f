"""What is no order, and what is none of a method."""

import numpy as np

import orders


def test_orders_of_lpd_conform():
    made = orders.generate("lpd", res=256, steps=20, num=50, repulsion=2)
    assert orders.check(made) == [] and orders.conforms(made, repulsion=2)
    assert not orders.conforms(made, repulsion=4)
    assert not orders.conforms(orders.generate("random", res=256, steps=20), repulsion=2)


def test_violations_are_objects(program, tmp_path):
    made = orders.generate("lpd", res=256, steps=20, num=3, repulsion=2)
    cells = made.cells.copy()
    cells[1, [1, 255]] = cells[1, [255, 1]]
    (found,) = orders.check(cells, "lpd", problem=made.problem, repulsion=2)
    assert (found.order, found.step, found.rank, found.cell) == (1, 1, 1, cells[1, 1])
    assert found.rule == "near before far" and found.before is not None
    orders.Orders(cells, made.problem).save(tmp_path / "own.json")
    done = program("check", tmp_path / "own.json", "--method", "lpd", "--repulsion", 2)
    assert done.returncode == 1 and str(found) in done.stdout


def test_rows_that_are_no_orders():
    problem = orders.Problem((2, 2), [1, 3])
    rows = [[0, 1, 2, 3], [0, 1, 1, 3], [4, 1, 2, 0]]
    found = orders.check(rows, problem=problem)
    assert [(fault.order, fault.rule, fault.rank, fault.cell) for fault in found] == [
        (1, "repeated", 2, 1),
        (2, "out of range", 0, 4),
    ]
    known = orders.Problem((2, 2), [1, 2], np.array([0]))
    assert orders.check([[1, 0, 2]], problem=known)[0].rule == "known"
    assert orders.check([[1, 2]], problem=problem)[0].rule == "length"
