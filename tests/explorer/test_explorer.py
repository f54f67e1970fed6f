"""The page of `explore`: what it shows, what it computes, and that nothing from outside runs
in it. Values are held against those that the program prints."""

import json
import os
import shutil
from pathlib import Path

import pytest

MEASURES = ["total_correlation_nats", "nearest_context", "proximity", "mean_pair", "smallest_pair"]


@pytest.fixture
def zoo(orders_cli, tmp_path):
    orders_cli("explore", "--grid", "16x16", "--steps", "20", "--all-methods", "--out", "zoo.html")
    return tmp_path / "zoo.html"


def card(page, label):
    """The card of an order that is shown."""
    for card in page.locator("article.card").all():
        chosen = card.locator("select").evaluate("select => select.selectedOptions[0].text")
        if chosen == label:
            return card
    raise AssertionError(f"{label} is not shown")


def measured(card, name, what="total"):
    """The exact value of a measure: of the whole order, or of the step that is shown."""
    return float(card.locator(f"[data-measure={name}]").get_attribute(f"data-{what}"))


def click_cell(card, row, column, side=16):
    picture = card.locator("canvas.picture")
    box = picture.bounding_box()
    size = box["width"] / side
    picture.click(position={"x": (column + 0.5) * size, "y": (row + 0.5) * size})


def to_step(page, step):
    page.locator("#step").fill(str(step))
    drawn(page)


def change(page, label):
    """Makes a copy that can be changed, and gives its card and its tools."""
    card(page, label).get_by_label("Change this order by hand").click()
    drawn(page)
    return card(page, f"{label}, changed"), page.locator(".tools")


def drawn(page):
    """Waits until what was done is drawn: the page draws what changed in the next frame."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def until(page, condition):
    """Waits for something, at most 20 seconds. (The policy of the page forbids Playwright's
    own way to wait.)"""
    for _ in range(400):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not come")


def wait_until_measured(card):
    drawn(card.page)
    total = card.locator("[data-measure=total_correlation_nats]")
    until(card.page, lambda: total.get_attribute("data-total") != "")


def analyzed(orders_cli, *arguments):
    return json.loads(orders_cli("analyze", *arguments, "--field", "exp:5", "--json"))["orders"][0]


def test_orders_stand_side_by_side_under_one_scrubber(zoo, open_page):
    page = open_page(zoo)
    assert page.locator("article.card").count() == 3
    assert page.locator("#step-words").text_content() == "Step 20 of 20, 20 cells"
    before = card(page, "lpd").locator("canvas.picture").screenshot()
    to_step(page, 3)
    assert page.locator("#step-words").text_content() == "Step 3 of 20, 4 cells"
    assert card(page, "lpd").locator("canvas.picture").screenshot() != before
    page.locator("#forth").click()
    drawn(page)
    assert "Step 4 of 20" in page.locator("#step-words").text_content()
    # Keys do as well, wherever no field has the focus.
    page.locator("h1").click()
    page.keyboard.press("ArrowLeft")
    drawn(page)
    assert "Step 3 of 20" in page.locator("#step-words").text_content()


def test_it_plays_to_the_end_and_pauses(zoo, open_page):
    page = open_page(zoo)
    page.locator("#play").click()
    drawn(page)
    assert page.locator("#play").get_attribute("aria-label") == "Pause"
    until(page, lambda: int(page.locator("#step").input_value()) in range(3, 20))
    page.keyboard.press("Escape")
    page.locator("#play").click()
    step = page.locator("#step").input_value()
    page.wait_for_timeout(700)
    assert page.locator("#step").input_value() == step


def test_values_are_those_of_analyze(orders_cli, tmp_path, open_page):
    orders_cli("gen", "--grid", "12x10", "--steps", "11", "--num", "3", "--out", "lpd.json")
    orders_cli("explore", "lpd.json", "halton", "--index", "0", "--out", "page.html")
    page = open_page(tmp_path / "page.html")
    expected = analyzed(orders_cli, "lpd.json", "--limit", "1")
    lpd = card(page, "lpd")
    assert measured(lpd, MEASURES[0]) == pytest.approx(expected["total_correlation_nats"], abs=1e-12)
    for step, values in enumerate(expected["steps"], start=1):
        to_step(page, step)
        for name in MEASURES:
            if values[name] is not None:
                assert measured(lpd, name, "value") == pytest.approx(values[name], abs=1e-12), (name, step)


# A squared exponential is so smooth that its logarithms have fewer digits.
FIELDS = [("exp:5", 1e-9, 0), ("photos", 1e-9, 0), ("patches.npy", 1e-9, 0), ("se:4", 1e-7, 1e-9)]


@pytest.mark.parametrize("field, near, share", FIELDS)
def test_what_the_page_computes_is_what_the_program_computes(field, near, share, orders_cli, tmp_path, open_page):
    """A copy that can be changed has the values of the page's own arithmetic."""
    if field == "patches.npy":
        shutil.copy(Path(__file__).with_name("patches.npy"), tmp_path)
    orders_cli("explore", "lpd", "proximity", "hilbert", "bayer", "--grid", "12x12", "--steps", "14", "--field", field, "--out", "page.html")
    page = open_page(tmp_path / "page.html")
    for label in ["lpd", "proximity", "hilbert"]:
        copy, _ = change(page, label)
        own = card(page, label)
        wait_until_measured(copy)
        names = [*MEASURES, "reverse_total_correlation_nats"]
        for step in [1, 2, 5, 9, 14]:
            to_step(page, step)
            for name in names:
                if own.locator(f"[data-measure={name}]").get_attribute("data-value"):
                    theirs = measured(own, name, "value")
                    assert measured(copy, name, "value") == pytest.approx(theirs, abs=near, rel=share), (label, name, step)
        for name in names:
            assert measured(copy, name) == pytest.approx(measured(own, name), abs=near, rel=share), (label, name)
        card(page, f"{label}, changed").get_by_label("Put this order away").click()
        drawn(page)


def test_an_order_that_is_changed_is_measured_saved_and_checked(zoo, orders_cli, tmp_path, open_page):
    page = open_page(zoo)
    before = measured(card(page, "lpd"), "total_correlation_nats")
    copy, tools = change(page, "lpd")
    tools.get_by_role("button", name="Exchange cells").click()
    drawn(page)
    assert "two cells" in tools.locator(".hint").text_content()
    # Cells of steps that are far apart, found in the data of the page.
    cells = page.evaluate(
        """() => {
          const order = JSON.parse(document.getElementById("data").textContent).orders[0];
          const bytes = Uint8Array.from(atob(order.cells), (c) => c.charCodeAt(0));
          const cells = new Uint16Array(bytes.buffer);
          return [cells[1], cells[cells.length - 1]];
        }"""
    )
    for cell in cells:
        click_cell(copy, cell // 16, cell % 16)
        drawn(page)
    wait_until_measured(copy)
    exchanged = measured(copy, "total_correlation_nats")
    assert abs(exchanged - before) > 1e-6
    to_step(page, 5)
    tools.get_by_label("One cell more in this step").click()
    drawn(page)
    wait_until_measured(copy)

    for button, name in [("Save the order", "lpd-changed.json"), ("Save its manifest", "lpd-changed.json.toml")]:
        with page.expect_download() as download:
            tools.get_by_role("button", name=button).click()
        assert download.value.suggested_filename == name
        download.value.save_as(tmp_path / name)
    sizes = page.get_by_label("All sizes").input_value()
    assert sizes.startswith("1,2,4,5,8,7,10")
    orders_cli("check", "lpd-changed.json")
    expected = analyzed(orders_cli, "lpd-changed.json")
    assert measured(copy, "total_correlation_nats") == pytest.approx(expected["total_correlation_nats"], abs=1e-9)
    for step, values in enumerate(expected["steps"], start=1):
        to_step(page, step)
        for name in MEASURES:
            if values[name] is not None:
                assert measured(copy, name, "value") == pytest.approx(values[name], abs=1e-9), (name, step)
    # Without the manifest, the command that the page states does it.
    (tmp_path / "lpd-changed.json.toml").unlink()
    tools.locator("summary").click()
    command = tools.locator("code").text_content().split()
    assert command[0] == "orders-cli"
    orders_cli(*command[1:])

    # All of it can be undone, and done again.
    tools.get_by_role("button", name="Undo").click()
    wait_until_measured(copy)
    assert measured(copy, "total_correlation_nats") == pytest.approx(exchanged, abs=1e-12)
    tools.get_by_role("button", name="Undo").click()
    wait_until_measured(copy)
    assert measured(copy, "total_correlation_nats") == pytest.approx(before, abs=1e-9)
    assert tools.get_by_role("button", name="Undo").is_disabled()
    page.keyboard.press("Control+Shift+Z")
    wait_until_measured(copy)
    assert measured(copy, "total_correlation_nats") == pytest.approx(exchanged, abs=1e-9)


def test_sizes_that_do_not_fit_are_refused(zoo, open_page):
    page = open_page(zoo)
    copy, tools = change(page, "lpd")
    field = tools.get_by_label("All sizes")
    for wrong in ["1,2,3", "256,0", "255,-1,2", "x", ""]:
        field.fill(wrong)
        field.blur()
        assert "sum to 256" in tools.locator(".refusal").text_content(), wrong
    field.fill("56,200")
    field.blur()
    drawn(page)
    assert tools.locator(".refusal").text_content() == ""
    wait_until_measured(copy)
    assert measured(copy, "total_correlation_nats") > measured(card(page, "lpd"), "total_correlation_nats")


def test_known_cells_stay_and_go_into_the_manifest(orders_cli, tmp_path, open_page):
    (tmp_path / "known.json").write_text(json.dumps(list(range(0, 30))))
    orders_cli("explore", "lpd", "halton", "--grid", "10x10", "--known", "known.json", "--steps", "8", "--out", "known.html")
    page = open_page(tmp_path / "known.html")
    original = measured(card(page, "lpd"), "total_correlation_nats")
    copy, tools = change(page, "lpd")
    wait_until_measured(copy)
    assert measured(copy, "total_correlation_nats") == pytest.approx(original, abs=1e-9)
    for button, name in [("Save the order", "lpd-changed.json"), ("Save its manifest", "lpd-changed.json.toml")]:
        with page.expect_download() as download:
            tools.get_by_role("button", name=button).click()
        download.value.save_as(tmp_path / name)
    orders_cli("check", "lpd-changed.json")
    value = analyzed(orders_cli, "lpd-changed.json")["total_correlation_nats"]
    assert value == pytest.approx(original, abs=1e-9)


def test_a_cell_that_is_picked_says_what_it_sees(zoo, open_page):
    page = open_page(zoo)
    assert page.locator("#cell-parts").is_hidden()
    click_cell(card(page, "lpd"), 5, 7)
    until(page, lambda: "\u2026" not in page.locator("#cell-table").text_content())
    assert page.locator("#cell-title").text_content() == "Cell in row 6, column 8"
    rows = page.locator("#cell-table tbody tr")
    assert rows.count() == 3
    step, context, mates, nearest, left, *_ = rows.first.locator("td").all_text_contents()[1:]
    sizes = [1, 2, 4, 5, 7, 8, 10, 11, 12, 14, 15, 16, 17, 18, 18, 19, 19, 20, 20, 20]
    assert int(context) == sum(sizes[: int(step) - 1])
    assert int(mates) == sizes[int(step) - 1] - 1
    assert 0 < float(left) < 1
    # It is walked to with keys as well, and put away.
    card(page, "lpd").locator("canvas.picture").focus()
    page.keyboard.press("ArrowRight")
    drawn(page)
    assert page.locator("#cell-title").text_content() == "Cell in row 6, column 9"
    page.keyboard.press("Escape")
    drawn(page)
    assert page.locator("#cell-parts").is_hidden()


def test_points_are_brushed_and_picked(zoo, open_page):
    page = open_page(zoo)
    assert page.locator(".thumbnail").count() == 18
    scatter = page.locator("#scatter")
    scatter.scroll_into_view_if_needed()
    box = scatter.bounding_box()
    # The lower half: orders that lose little.
    page.mouse.move(box["x"] + 60, box["y"] + box["height"] - 45)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 5, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    drawn(page)
    names = page.locator(".thumbnail .name").all_text_contents()
    assert "lpd" in names and "hilbert" not in names and 1 < len(names) < 18
    page.locator(".thumbnail", has_text="bayer").click()
    drawn(page)
    assert page.locator("article.card").count() == 4
    page.locator("#unbrush").click()
    drawn(page)
    assert page.locator(".thumbnail").count() == 18
    page.locator("#x").select_option("mean_pair")
    drawn(page)
    assert "group spread" in scatter.get_attribute("aria-label")


def test_every_measure_says_what_it_is(zoo, open_page):
    page = open_page(zoo)
    for term in card(page, "lpd").locator("button.term").all():
        term.focus()
        assert len(page.locator("#tip").text_content()) > 40
        assert page.locator("#tip").is_visible()


HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "\"><svg onload=alert(3)>",
    "{{title}} ${alert(4)} <!-- ",
]


def test_names_from_outside_run_nothing(orders_cli, tmp_path, open_page, expect_complaint):
    name = "<img src=x onerror=alert(5)>.json"
    orders_cli("gen", "--grid", "8x8", "--steps", "6", "--num", "1", "--out", name)
    labels = [part for label in HOSTILE for part in ("--label", label)]
    orders_cli("explore", name, "lpd", "halton", "raster", "--steps", "6", *labels, "--title", HOSTILE[0], "--out", "hostile.html")
    page = open_page(tmp_path / "hostile.html")
    assert page.title() == HOSTILE[0]
    assert page.locator("h1").text_content() == HOSTILE[0]
    assert page.locator(".thumbnail .name").all_text_contents() == HOSTILE
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2
    change(page, HOSTILE[1])
    click_cell(card(page, HOSTILE[0]), 2, 2, side=8)
    drawn(page)
    assert HOSTILE[1] in page.locator("#cell-table").text_content()
    # What gets into the markup all the same, the policy does not let run.
    assert page.evaluate(
        """() => {
          const blocked = new Promise((done) => addEventListener("securitypolicyviolation", (event) => done(event.effectiveDirective)));
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          return blocked.then((directive) => [directive, window.ran === undefined]);
        }"""
    ) == ["script-src-elem", True]
    expect_complaint("Content Security Policy")


def test_both_themes_and_a_phone(zoo, open_page):
    folder = os.environ.get("SCREENSHOTS")
    colours = set()
    for scheme in ["light", "dark"]:
        for name, width, height in [("desk", 1360, 900), ("phone", 390, 844)]:
            page = open_page(zoo, width=width, height=height, scheme=scheme, touch=name == "phone")
            # Nothing stands out to the side.
            assert page.evaluate("document.documentElement.scrollWidth") == width
            colours.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
            cards = [card.bounding_box() for card in page.locator("article.card").all()]
            assert cards[0]["y"] == cards[1]["y"], "the first two are side by side"
            if name == "phone":
                page.locator("canvas.picture").first.tap()
            else:
                page.locator("canvas.picture").first.click()
            to_step(page, 8)
            if folder:
                page.screenshot(path=f"{folder}/explorer-{name}-{scheme}.png", full_page=True)
            page.locator("#theme").click()
            switched = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert switched in colours or len(colours) == 1
    assert len(colours) == 2


def test_the_zoo_at_32x32_is_small_and_quick(orders_cli, tmp_path, open_page):
    orders_cli("explore", "--grid", "32x32", "--steps", "48", "--all-methods", "--out", "zoo.html")
    assert (tmp_path / "zoo.html").stat().st_size < 5_000_000
    page = open_page(tmp_path / "zoo.html")
    copy, _ = change(page, "lpd")
    wait_until_measured(copy)
    original = measured(card(page, "lpd"), "total_correlation_nats")
    assert measured(copy, "total_correlation_nats") == pytest.approx(original, abs=1e-9)
