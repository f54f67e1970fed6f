"""Pictures."""

import pytest

import orders


@pytest.fixture
def made():
    return orders.generate("lpd", grid=(6, 6), steps=4)


def test_pictures_of_one_and_of_several(made, tmp_path):
    figure = orders.plot(made, tmp_path / "map.svg")
    assert (tmp_path / "map.svg").read_text() == figure.to_svg() == figure._repr_svg_()
    assert made._repr_svg_().startswith("<svg") and made[0]._repr_svg_().startswith("<svg")
    both = orders.plot(
        {"ours": made, "raster": orders.generate("raster", grid=(6, 6), steps=4)[0]}, title="two"
    )
    assert 'aria-label="raster"' in both.to_svg() and both.size[0] > figure.size[0]
    for show in ("steps", "sizes", ["map", "steps", "sizes"]):
        assert orders.plot(made, show=show).to_png().startswith(b"\x89PNG")


def test_animations(made, tmp_path):
    orders.animate({"lpd": made}, tmp_path / "a.gif", fps=10)
    assert (tmp_path / "a.gif").read_bytes().startswith(b"GIF89a")


def test_files_are_kept(made, tmp_path):
    path = tmp_path / "map.png"
    orders.plot(made, path)
    before = path.read_bytes()
    with pytest.raises(orders.OrdersError, match="exists already"):
        orders.plot(made, path, title="other")
    assert path.read_bytes() == before
    orders.plot(made, path, title="other", overwrite=True)
    assert path.read_bytes() != before


@pytest.mark.parametrize(
    "asked, sentence",
    [
        (dict(show="maps"), "there is no part 'maps'"),
        (dict(show="steps", steps=[9]), "9"),
        (dict(index=3), "index is 3"),
        (dict(columns=0), "columns is 0"),
        (dict(path="x.jpg"), "ends in none of .svg, .pdf and .png"),
    ],
)
def test_refused(made, asked, sentence):
    with pytest.raises(orders.OrdersError, match=sentence):
        orders.plot(made, **asked)
