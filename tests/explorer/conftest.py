"""The program, the browser, and pages in it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("ORDERS_CLI", ROOT / "target/debug/orders-cli")).resolve()
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")


@pytest.fixture
def orders_cli(tmp_path):
    """Runs the program in a folder of the test's own and gives what it prints."""

    def run(*arguments):
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)], cwd=tmp_path, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def browser():
    assert CHROMIUM, "there is no chromium; CHROMIUM=/path/to/it says where it is"
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def complaints():
    """What pages write to the console, their errors, and what they ask of networks."""
    return []


@pytest.fixture
def expect_complaint(complaints):
    """Takes a complaint back that has to be there."""

    def expect(text):
        found = [complaint for complaint in complaints if text in complaint]
        assert found, complaints
        complaints.remove(found[0])

    return expect


@pytest.fixture
def open_page(browser, complaints):
    """Opens a file. At the end of the test nothing may have been complained of."""
    contexts = []

    def open(path, *, width=1360, height=900, scheme="light", touch=False):
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=touch
        )
        contexts.append(context)
        # A machine that does other work as well may be slow.
        context.set_default_timeout(120_000)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(dialog.message), dialog.dismiss()))
        local = ("file:", "data:", "blob:")
        page.on("request", lambda r: r.url.startswith(local) or complaints.append(r.url))
        page.goto(path.resolve().as_uri())
        page.wait_for_timeout(150)
        return page

    yield open
    for context in contexts:
        context.close()
    assert complaints == []
