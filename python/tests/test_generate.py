"""Orders are those of the program, bit for bit."""

import json

import numpy as np
import pytest

import orders

CASES = [
    (["--res", 256, "--steps", 20], dict(res=256, steps=20), "lpd", {}),
    (
        ["--res", 256, "--steps", 20, "--repulsion", 2],
        dict(res=256, steps=20),
        "lpd",
        {"repulsion": 2},
    ),
    (["--res", 512, "--steps", 48], dict(res=512, steps=48), "lpd", {}),
    (["--grid", "8x12", "--steps", 7], dict(grid=(8, 12), steps=7), "halton", {}),
    (
        ["--grid", "8x12", "--shape", "power:2", "--steps", 7],
        dict(grid="8x12", shape="power:2", steps=7),
        "random",
        {},
    ),
    (
        ["--grid", "4x4", "--group-sizes", "1,5,10"],
        dict(grid=[4, 4], sizes=[1, 5, 10]),
        "random",
        {"batch": 2},
    ),
    (
        ["--grid", "3x4x4", "--steps", 6],
        dict(grid=(3, 4, 4), steps=6),
        "lpd",
        {"frame_distance": 2},
    ),
    (["--grid", "9x9", "--group-sizes", "own"], dict(grid=(9, 9), sizes="own"), "diagonal", {}),
]


@pytest.mark.parametrize("flags, asked, method, parameters", CASES)
@pytest.mark.parametrize("ending", ["json", "npy", "safetensors"])
def test_bytes_are_those_of_the_program(
    program, tmp_path, flags, asked, method, parameters, ending
):
    theirs, ours = tmp_path / f"theirs.{ending}", tmp_path / f"ours.{ending}"
    sets = [
        word
        for key, value in parameters.items()
        for word in ("--set", f"{key.replace('_', '-')}={value}")
    ]
    flags = [flag for flag in flags if flag not in ("--repulsion", 2)]
    done = program(
        "gen", *flags, "--method", method, *sets, "--num", 300, "--seed", 5, "--out", theirs
    )
    assert done.returncode == 0, done.stderr
    made = orders.generate(method, num=300, seed=5, **asked, **parameters)
    made.save(ours)
    assert ours.read_bytes() == theirs.read_bytes()
    manifests = [path.with_name(path.name + ".toml").read_text() for path in (ours, theirs)]
    assert manifests[0].replace("ours", "theirs") == manifests[1]
    assert orders.load(theirs) == made


def test_known_cells(program, tmp_path):
    (tmp_path / "known.json").write_text(json.dumps([0, 1, 5, 9]))
    theirs = tmp_path / "theirs.npy"
    done = program(
        "gen",
        "--grid",
        "4x4",
        "--steps",
        3,
        "--known",
        tmp_path / "known.json",
        "--num",
        20,
        "--out",
        theirs,
    )
    assert done.returncode == 0, done.stderr
    mask = np.zeros((4, 4), bool)
    mask.flat[[0, 1, 5, 9]] = True
    for known in ([0, 1, 5, 9], mask, mask.ravel(), np.array([9, 5, 1, 0], np.uint16)):
        made = orders.generate(grid=(4, 4), steps=3, known=known, num=20)
        assert np.array_equal(made.cells, np.load(theirs))
        assert np.array_equal(made.known, mask)
    assert orders.load(theirs) == made


def test_order_i_depends_on_seed_and_i_only():
    few = orders.generate(res=256, steps=20, num=5, seed=3)
    many = orders.generate(res=256, steps=20, num=2000, seed=3)
    assert np.array_equal(few.cells, many.cells[:5])
    other = orders.generate(res=256, steps=20, num=5, seed=4)
    assert not np.array_equal(few.cells, other.cells)


def test_nothing_is_an_array_too():
    assert orders.generate(res=256, steps=20, num=0).cells.shape == (0, 256)


def test_group_sizes(program):
    for flags, asked in [
        (["--res", 256, "--steps", 20], dict(res=256, steps=20)),
        (["--grid", "10x6", "--steps", 9], dict(grid=(10, 6), steps=9)),
        (["--grid", "10x6", "--steps", 9, "--shape", "released:halton"], dict(grid=(10, 6), steps=9, shape="released:halton")),
        (["--grid", "10x6", "--steps", 9, "--shape", "cosine", "--first-group", "formula"],
         dict(grid=(10, 6), steps=9, shape="cosine", first_group="formula")),
    ]:  # fmt: skip
        done = program("schedule", *flags)
        assert done.stdout.strip() == ",".join(map(str, orders.group_sizes(**asked)))


def test_methods_are_those_of_the_program(program):
    theirs = {
        method["name"]: method
        for method in json.loads(program("methods", "--json").stdout)
        if method["kind"] == "method"
    }
    ours = {name: method for name, method in orders.methods().items() if name in theirs}
    assert list(ours) == list(theirs)
    for name, method in ours.items():
        assert method.summary == theirs[name]["summary"]
        assert method.random == theirs[name]["random"]
        assert {key.replace("_", "-") for key in method.parameters} == {
            parameter["name"] for parameter in theirs[name]["parameters"]
        }


def test_progress_is_told_and_may_raise():
    told = []
    orders.generate(res=512, steps=48, num=3000, progress=told.append)
    assert told == sorted(told) and told[-1] == 3000

    def refuse(done):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        orders.generate(res=512, steps=48, num=10**5, progress=refuse)
