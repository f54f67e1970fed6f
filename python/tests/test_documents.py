"""The Python of README and guide does what they say."""

import contextlib
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@pytest.mark.parametrize("document", ["README.md", "python/README.md", "docs/src/python.md"])
def test_its_python_runs(document, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall((ROOT / document).read_text("utf-8"))
    names: dict[str, object] = {}
    ran = 0
    printed = None
    for language, text in blocks:
        if language == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(compile(text, document, "exec"), names)
            printed, ran = out.getvalue(), ran + 1
        elif language == "text" and printed:
            assert_alike(printed, text)
            printed = None
        else:
            printed = None
    assert ran


def assert_alike(printed, shown):
    """The same words, and numbers that differ by no more than processors do."""
    assert NUMBER.sub("#", printed).split() == NUMBER.sub("#", shown).split()
    for ours, theirs in zip(NUMBER.findall(printed), NUMBER.findall(shown)):
        assert float(ours) == pytest.approx(float(theirs), abs=2e-3)
