"""``mlops feedback export --only-audited``: a probability sample says how much of it there is."""

import json
from pathlib import Path

from mlops import manifest as manifests
from tests.conftest import RunCli
from tests.feedback.logs import Written

AS_OF = ("--as-of", "2025-03-01")


def test_what_people_left_out_of_a_draw_is_told(repository: Path, run_cli: RunCli, tmp_path: Path) -> None:
    log = Written(tmp_path / "serving.sqlite")
    scores = [(score / 100, None) for score in range(100)]
    ids = log.many("2025-01-05", scores, {"left_name": "a", "right_name": "b"})
    young = log.answer("2025-02-28", {"left_name": "young", "right_name": "x"})
    options = ("--log", log.path, "--task", "er", *AS_OF)
    assert run_cli("feedback", "audit", *options, "--size", "101", "--seed", "7").code == 0
    for number, one in enumerate([*ids[50:], young]):
        log.decide("2025-02-28", one, number % 2)
    export = ("feedback", "export", *options, "--maturity", "7", "--only-audited")
    found = json.loads(run_cli(*export, "--json").out)
    assert found["draws"] == {
        "positive": {"drawn": 50, "labelled": 50, "share": 1.0},
        "negative": {"drawn": 50, "labelled": 0, "share": 0.0},
    }
    [said] = [
        one
        for one in manifests.load(repository / "dist/feedback/er_20250301/er_20250301.json").limitations
        if "negative" in one
    ]
    assert "of those called negative for 0 of 50 (0.0 % by weight)" in said
    assert "called negative for 0 of 50" in run_cli(*export).out
