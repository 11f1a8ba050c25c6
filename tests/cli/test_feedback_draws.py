"""``mlops feedback export --only-audited``: a probability sample says how much of it there is."""

import json
from pathlib import Path

from mlops import manifest as manifests
from tests.conftest import RunCli
from tests.feedback.logs import Written
from tests.tables import assert_refused, picture

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


def test_a_sheet_that_was_filled_in_stands_and_says_what_to_do_with_it(
    repository: Path, run_cli: RunCli, tmp_path: Path
) -> None:
    log = Written(tmp_path / "serving.sqlite")
    log.many("2025-01-05", [(score / 100, None) for score in range(100)], {"left_name": "a", "right_name": "b"})
    command = ("feedback", "audit", "--log", log.path, "--task", "er", *AS_OF, "--size", "20", "--seed", "7")
    assert run_cli(*command).code == 0
    path = repository / "dist/audits/er_20250301-s7.csv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    filled = [f"{line.removesuffix(',,')},1,2025-02-01" for line in lines[:3]]
    path.write_text("\n".join([header, *filled, *lines[3:]]).replace(",", ";"), encoding="utf-8")
    kept = path.read_bytes()
    before = picture(repository)
    again = run_cli(*command)
    assert (again.code, again.err) == (0, "")
    assert "stands unchanged, and holds 3 decisions of 20." in again.out
    assert "do now: mlops feedback label dist/audits/er_20250301-s7.csv --server URL" in again.out
    assert json.loads(run_cli(*command, "--json").out)["decided"] == 3
    other = run_cli(*command[:-3], "21", "--seed", "7")
    assert_refused(other, 6, "Send the 3 decisions of dist/audits/er_20250301-s7.csv first: mlops feedback label")
    assert "remove" not in other.err
    path.write_text("something else\n", encoding="utf-8")
    assert_refused(run_cli(*command), 6, "dist/audits/er_20250301-s7.csv", "--output")
    path.write_bytes(kept)
    (repository / "audits/er/er_20250301-s7.json").unlink()
    assert run_cli(*command).code == 0
    assert picture(repository) == before
