"""The runbooks of serving, played command by command as they stand there: deployed, watched, replaced, rolled back."""

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mlops import documents
from mlops.deploy.document import Pointer
from tests.conftest import ROOT, git
from tests.programs import needs

PAGES = ROOT / "docs" / "runbooks"
NAMES = ("deploy", "monitoring", "rollback")
ORDER = (
    "deploy.md:begin,target,deploy,serve,health", "monitoring.md:traffic", "monitoring.md:prometheus",
    "monitoring.md:monitor,feedback", "deploy.md:second", "rollback.md",
)  # fmt: skip
"""Blocks of pages, as `make demo-serve` plays them."""
OLD, NEW = "er_20251020", "er_20251027"


@pytest.mark.parametrize("name", NAMES)
def test_every_command_but_those_of_github_is_executed(name: str) -> None:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(<!-- executed: \S+ -->\s*)?```console\n(.*?)```", text, re.DOTALL)
    left_out = [line for marked, block in blocks if not marked for line in block.splitlines()]
    assert [line for line in left_out if not line.startswith("$ gh ")] == []
    played = {block for one in ORDER for block in one.partition(":")[2].split(",") if one.startswith(name)}
    marked = set(re.findall(r"<!-- executed: (\S+) -->", text))
    assert played in (marked, {""})


def test_the_demonstration_plays_the_same_blocks() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(
        r"docs/runbooks/([\w.:,-]+)", makefile.partition("SERVING := ")[2].partition("demo-serve:")[0]
    ) == [*ORDER]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the scratch repository after all pages were played, and what was printed."""
    needs("curl", package="curl")
    needs("prometheus", package="prometheus")
    needs("prometheus-pushgateway", package="prometheus-pushgateway")
    folder = tmp_path_factory.mktemp("runbook") / "play"
    environment = {
        **os.environ,
        **{name: str(_free_port()) for name in ("PORT", "GATEWAY", "QUERIES")},
        "MLOPS_RUN_SAMPLE_SIZE": "3000",
        "MLOPS_TRAIN_SAMPLE_SIZE": "3000",
        "PYTHONPATH": str(ROOT / "tests" / "few_trees"),
    }
    done = subprocess.run(  # noqa: S603  # our own tool, this interpreter
        [sys.executable, ROOT / "tools" / "play_runbook.py", *(str(PAGES / one) for one in ORDER), "--task", "er",
         "--folder", folder],
        capture_output=True, text=True, check=False, timeout=550, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder, done.stdout


def test_a_model_is_deployed_served_and_asked(played: tuple[Path, str]) -> None:
    _, said = played
    assert f"er: production (served) serves {OLD} instead of no model." in said
    assert f"600 rows scored by {OLD}\n498 labels kept" in said


def test_a_real_prometheus_has_seen_the_server_and_the_records(played: tuple[Path, str]) -> None:
    _, said = played
    assert f"Pushed {OLD}" in said
    assert f'{{model_id="{OLD}"}} => 600' in said
    assert re.search(r"^\{\} => 0\.\d+ @", said, re.MULTILINE)


def test_its_answers_become_data_with_what_came_of_them(played: tuple[Path, str]) -> None:
    folder, said = played
    assert "498 of 600 answered predictions have a label" in said
    [batch] = (folder / "data" / "er").glob("er_batch_*.parquet")
    assert f"{batch.relative_to(folder)}  written" in said
    assert "  pairs      498 new, 0 known, 0 known otherwise" in said
    assert "rows     10,000 -> 10,498 (498 added, 0 removed, 0 changed; joined on pair_id)" in said
    assert json.loads((folder / "dist" / "monitoring.json").read_text(encoding="utf-8"))["task"] == "er"


def test_nothing_that_was_sent_to_the_server_is_ever_committed(played: tuple[Path, str]) -> None:
    folder, _ = played
    tracked = git(folder, "log", "--all", "--format=", "--name-only").splitlines()
    [batch] = (folder / "data" / "er").glob("er_batch_*.parquet")
    [joined] = (folder / "data" / "er").glob("er_*-*.parquet")
    day = joined.name.partition("-")[0]
    by_name = {f"data_manifests/{day}.json", f"audits/er/{day}-s1.json", f"data_manifests/{NEW}.json"}
    assert by_name | {f"data/training/{NEW}.parquet", f"model_cards/{NEW}.md"} < set(tracked)
    secret = (str(batch.relative_to(folder)), str(joined.relative_to(folder)), "serving.sqlite", "dist/", "served/")
    assert [name for name in tracked if name.startswith(secret)] == []


def test_the_next_model_takes_over_by_shares_and_is_rolled_back(played: tuple[Path, str]) -> None:
    folder, said = played
    assert f"serves {OLD}, and beside it {NEW} as canary, which answers 25 % of the entities." in said
    assert f"er: production (served) serves {NEW} instead of {OLD}." in said
    pointer = documents.read(folder / "served" / "er" / "pointer.json", Pointer)
    assert pointer.live is not None
    assert (pointer.live.model_id, pointer.sequence) == (OLD, 4)
    assert [one.placed.model_id for one in pointer.before] == [NEW, OLD]
    history = said.rpartition("$ mlops registry history")[2]
    assert re.findall(r"production   er    (\S+) +(\S+)", history)[:3] == [("-", OLD), (OLD, NEW), (NEW, OLD)]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
