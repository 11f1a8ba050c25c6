"""The benchmark of the history page builds and opens a small one, and its page says what was met."""

from pathlib import Path

import pytest

from benchmarks import history
from benchmarks.history_page import render, requirements
from benchmarks.history_results import History
from benchmarks.machine import RESULTS
from mlops import documents
from tests.programs import needs


@pytest.fixture(scope="module")
def committed() -> History:
    return documents.read(RESULTS / "history.json", History)


def test_every_limit_is_met_by_what_is_committed(committed: History) -> None:
    assert [one.what for one in requirements(committed) if not one.met] == []
    assert (committed.models, committed.switches) == (500, 100)


def test_what_is_missed_is_said(committed: History) -> None:
    for name, value in {"cpu": 3.0, "bytes": 300_000, "first_paint": 1.0}.items():
        page = render(committed.model_copy(update={name: value}).model_dump(mode="json"))
        assert (page.count("✓"), page.count("✗")) == (2, 1)


def test_a_page_is_built_and_opened(tmp_path: Path) -> None:
    chromium = needs("chromium", package="chromium")
    needs("git", package="git")
    found = history.measure(tmp_path, models=3, switches=2, repeats=1, chromium=chromium)
    assert 20_000 < found.bytes < 100_000
    assert found.elements > 200
    assert 0 < found.first_paint < 60
    assert 0 < found.cpu < 60
    text = (tmp_path / "repository/dist/site/index.html").read_text(encoding="utf-8")
    assert text.count('<tr class="is-pass">') == 3
