"""One world a session, and the scenarios that the collected tests ask for, begun before the first test."""

import sys
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.e2e import scenarios
from tests.e2e.act import PYTHON_FOLDER, Run
from tests.e2e.campaign import Campaign
from tests.e2e.packages import fetch, fill_cache
from tests.e2e.standins import standins
from tests.e2e.world import World, build

ACT = PYTHON_FOLDER / "act"


ON_DEMAND = {
    "deploy-fail": "gate-fail has the same gate red, and tests/actions hold what waits for it",
    "gate-inconclusive": "the way of gate-fail with another verdict",
    "refresh-all": "its jobs use the actions that the runbook's workflows use, and actionlint checks what they hand on",
    "race": "tests/safety/test_publishing.py has six runs push at once",
    "rollback": "tests/test_runbook_serving.py rolls back, tests/bot record and propose it",
    "monitor": "tests/cli/test_monitor.py and tests/bot measure and tell",
    "selftest": "tests/actions runs the same actions, and GitHub the workflow on each change",
}
"""Scenarios that only `make e2e` plays, and what shows the same in every run: a full run has 15 minutes."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, with the reason, what is played on demand."""
    for item in [] if config.getoption("--all-data") else items:
        for marker in item.iter_markers("scenario"):
            if marker.args[0] in ON_DEMAND:
                item.add_marker(pytest.mark.skip(reason=f"make e2e plays it: {ON_DEMAND[marker.args[0]]}"))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Return a repository on a remote like this one, before its first model was published."""
    if sys.platform != "linux" or not ACT.exists():
        pytest.skip("act runs the workflows on Linux, from the developer's environment: make test")
    folder = tmp_path_factory.mktemp("e2e")
    kept = ROOT / ".cache" / "wheels"
    kept.mkdir(parents=True, exist_ok=True)
    wheels = fetch(kept)
    store, scratch = folder / "cache", folder / "scratch"
    scratch.mkdir()
    fill_cache(store, wheels, scratch)
    environment = {
        "STANDIN_CACHE": str(store),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "MLOPS_ENVIRONMENTS": str(folder / "environments"),
        "TTY_COMPATIBLE": "0",  # act gives steps a terminal, GitHub does not
    }
    with build(
        folder, act=str(ACT), arguments=standins(ROOT), environment=environment, prepare=scenarios.prepare
    ) as made:
        yield made
        assert made.hub.violations == []


@pytest.fixture(scope="session")
def campaign(request: pytest.FixtureRequest, world: World) -> Iterator[Campaign]:
    """Return the scenarios, those begun that the collected tests mark."""
    items = [item for item in request.session.items if item.get_closest_marker("skip") is None]
    wanted = [marker.args[0] for item in items for marker in item.iter_markers("scenario")]
    playing = Campaign(world)
    playing.begin(wanted)
    try:
        yield playing
    finally:
        playing.close()
        _TIMES.extend(line for name, run in playing.runs() for line in _times(name, run))


@pytest.fixture(autouse=True)
def _bare_environment() -> None:
    """Leave the environment alone: act gets one of its own, and the session's world outlives each test."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how long jobs took, for `make e2e`; nothing is asserted on it, for machines are shared."""
    for line in _TIMES:
        terminalreporter.write_line(line)


_TIMES: list[str] = []


def _times(name: str, run: Run) -> Iterator[str]:
    for job_id, job in run.jobs.items():
        setup = sum(seconds for step, seconds in job.seconds.items() if step.startswith("Set up mlops"))
        yield f"{name:20} {job_id:16} set-up {setup:5.1f} s, after it {job.seconds_after_setup():5.1f} s"
