"""Pages to look at, each made once, and a browser to look with."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.browser import Browser
from mlops import config, site
from mlops.cli import live
from tests.conftest import ROOT
from tests.programs import needs
from tests.site import scenes

ADDRESS = "https://github.com/acme/matching"

Pages = Callable[[int], Path]


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Return a function that gives the page of a repository with so many models."""
    made: dict[int, Path] = {}

    def page(models: int) -> Path:
        if models not in made:
            folder = scenes.repository(tmp_path_factory.mktemp("site") / "repository")
            if models:
                scenes.full(folder, models)
            settings = config.load(ROOT / config.FILE_NAME)
            history = site.History(switches=tuple(live.switches(folder)))
            text = site.render_page(site.read(folder, settings, history, ADDRESS))
            made[models] = folder / "index.html"
            made[models].write_text(text, encoding="utf-8")
        return made[models]

    return page


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Return a Chromium that all tests of a session share."""
    program = needs("chromium", "google-chrome", package="chromium")
    with Browser.started(program, tmp_path_factory.mktemp("chromium")) as started:
        yield started
