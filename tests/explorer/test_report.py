"""The page of `sweep report`. It needs a program with the feature 'tables'."""

import os
import subprocess

import pytest

from conftest import PROGRAM

HOSTILE = "</script><script>alert(1)</script>"
SPEC = f"""
title = "<img src=x onerror=alert(2)>"
orders = 6
grids = ["8x8"]
steps = [6, 10]
sizes = ["cosine"]
fields = ["exp:3"]
measures = ["total_correlation_nats", "nearest_context"]
[[methods]]
name = "lpd"
label = "{HOSTILE}"
[[methods]]
name = "random"
[[methods]]
name = "raster"
"""


@pytest.fixture
def report(orders_cli, tmp_path):
    if "is not in this build" in subprocess.run([PROGRAM, "sweep"], capture_output=True, text=True).stderr:
        pytest.skip("this build has no sweep")
    (tmp_path / "sweep.toml").write_text(SPEC)
    orders_cli("sweep", "sweep.toml", "--out", "results")
    orders_cli("sweep", "report", "results", "--out", "report.html")
    return tmp_path / "report.html"


def test_a_report_sorts_and_runs_nothing_from_outside(report, open_page):
    page = open_page(report)
    assert page.title() == "<img src=x onerror=alert(2)>"
    assert page.locator("script").count() == 1
    figures = page.locator("figure img")
    assert figures.count() == 3
    for figure in figures.all():
        assert figure.evaluate("image => image.naturalWidth") > 100
    assert HOSTILE in page.locator("tbody td").all_text_contents()

    titles = page.locator("thead th")
    column = titles.all_text_contents().index("total correlation (nats)")

    def values():
        cells = page.locator(f"tbody td:nth-child({column + 1})").all_text_contents()
        return [float(cell.split(" ")[0]) for cell in cells]

    titles.nth(column).locator("button").click()
    assert values() == sorted(values())
    assert titles.nth(column).get_attribute("aria-sort") == "ascending"
    titles.nth(column).locator("button").click()
    assert values() == sorted(values(), reverse=True)
    # Steps are numbers: 6 comes before 10.
    steps = titles.all_text_contents().index("steps")
    titles.nth(steps).locator("button").click()
    cells = page.locator(f"tbody td:nth-child({steps + 1})").all_text_contents()
    assert cells == ["6"] * 3 + ["10"] * 3
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=f"{folder}/report.png", full_page=True)


def test_a_report_fits_a_phone(report, open_page):
    page = open_page(report, width=390, height=844, scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.screenshot(path=f"{folder}/report-phone.png", full_page=True)
