"""``tools/play_traffic.py``: what a server refuses is told, and no traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from mlops.serving.app import make
from mlops.serving.holding import Holder
from mlops.serving.log import Log
from mlops.serving.measures import Measures
from mlops.storage.target import Target
from tests.conftest import ROOT
from tests.serving.running import running


def play(
    folder: Path, url: str, columns: tuple[str, ...] = ("left_name", "label"), **variables: str
) -> subprocess.CompletedProcess[str]:
    path = folder / "pairs.parquet"
    pq.write_table(pa.table({name: ["1"] for name in columns}), path)
    environment = {name: text for name, text in os.environ.items() if name != "MLOPS_SERVE_TOKEN"} | variables
    return subprocess.run(  # noqa: S603  # our own tool, this interpreter
        [sys.executable, ROOT / "tools" / "play_traffic.py", path, "--url", url],
        capture_output=True, text=True, check=False, timeout=60, env=environment,
    )  # fmt: skip


def test_a_refusal_is_a_letter(tmp_path: Path) -> None:
    log = Log(tmp_path / "serving.sqlite")
    holder = Holder(Target.open("served", root=tmp_path), "production", {})
    with running(make(holder, log, Measures(), token="right")) as url:  # noqa: S106  # of the test
        nothing = play(tmp_path, url)
        wrong = play(tmp_path, url, MLOPS_SERVE_TOKEN="wrong")  # noqa: S106  # the same
        no_model = play(tmp_path, url, MLOPS_SERVE_TOKEN="right")  # noqa: S106  # the same
    gone = play(tmp_path, url)
    for done, said in (
        (nothing, "found: nothing"), (wrong, "found: another one"), (no_model, "No model of such a task"),
        (gone, "No server answers."),
    ):  # fmt: skip
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_a_file_that_cannot_be_played_is_told_before_anybody_is_asked(tmp_path: Path) -> None:
    unlabelled = play(tmp_path, "http://127.0.0.1:9", columns=("left_name",))
    assert (unlabelled.returncode, "expected: a column `label`\n  found: left_name" in unlabelled.stderr) == (2, True)
    path = tmp_path / "pairs.parquet"
    pq.write_table(pa.table({"left_name": ["a", "b"], "label": [1, None]}), path)
    words = [sys.executable, str(ROOT / "tools" / "play_traffic.py"), str(path)]
    blank = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603  # our own tool
    assert (blank.returncode, "expected: 0 or 1\n  found: None" in blank.stderr) == (2, True)
    path.unlink()
    absent = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603  # our own tool
    assert (absent.returncode, "This file cannot be read." in absent.stderr) == (2, True)
    assert "Traceback" not in unlabelled.stderr + blank.stderr + absent.stderr
