"""What blocks is shown beside the lines of the settings that ask for it."""

from pathlib import Path

import pytest

from mlops.cli.annotating import notes_of
from mlops.policy import Loosened
from tests.cli.job import annotations, enter
from tests.cli.test_gate import BAD, GOOD
from tests.conftest import ROOT, RunCli
from tests.reporting import scenes
from tests.scored import scored, write_artifact

SETTINGS = (ROOT / "mlops.toml").read_text(encoding="utf-8")
LINES = SETTINGS.splitlines()


def line_of(note: object) -> str:
    """Return the line of the settings that an annotation points at."""
    line = getattr(note, "line", 0)
    assert line > 0
    return LINES[line - 1]


def test_a_pass_needs_no_annotation() -> None:
    assert notes_of(scenes.report(), SETTINGS) == ()


def test_each_missed_criterion_is_an_error_on_its_minimum() -> None:
    notes = notes_of(scenes.report(scenes.BAD), SETTINGS)
    assert [note.level for note in notes] == ["error"] * 3
    assert [line_of(note) for note in notes] == ["min = 0.92", "min = 0.88", "min = 0.90"]
    assert notes[0].title == "Fail: precision of er_20251020"
    assert notes[0].message == "The upper bound 69.2 % is below 92 %."


def test_an_undecided_criterion_is_an_error_that_says_the_word() -> None:
    (note,) = notes_of(scenes.report(scenes.BETWEEN), SETTINGS)
    assert (note.level, note.title) == ("error", "Inconclusive: precision of er_20251020")
    assert "1,300 more labelled test rows" in note.message


def test_what_only_warns_is_none() -> None:
    report = scenes.report(scenes.BAD)
    lax = tuple(criterion.model_copy(update={"blocking": False}) for criterion in report.criteria)
    (note,) = notes_of(report.model_copy(update={"criteria": lax}), SETTINGS)
    assert (note.title, note.message) == ("Fail: the policy of er_20251020", report.reason)
    assert line_of(note) == "[tasks.er.policy]"


def test_a_threshold_that_an_option_raised_is_told_beside_the_policys() -> None:
    report = scenes.report(scenes.BAD)
    raised = report.criteria[0].model_copy(update={"threshold": 0.95})
    note = notes_of(report.model_copy(update={"criteria": (raised,)}), SETTINGS)[0]
    assert note.message.endswith("An option asks for 95 %; the policy for 92 %.")


def test_a_candidate_that_fell_behind_points_at_the_margin() -> None:
    notes = notes_of(scenes.report(change=True, worse=0.04), SETTINGS)
    assert [line_of(note)[:8] for note in notes if note.level == "error"] == ["change ="] * 3
    assert notes[0].title == "Fail: precision against production of er_20251020"


def test_slices_of_one_rule_are_one_annotation_on_it() -> None:
    settings = f"{SETTINGS}\n[tasks.er.policy.criteria.f1.slices.script]\nmin = 0.85\n"
    (note,) = notes_of(scenes.report(slices=True), settings)
    assert settings.splitlines()[note.line - 1] == "[tasks.er.policy.criteria.f1.slices.script]"
    assert note.title == "Inconclusive: F1 in slices of script of er_20251020"
    assert note.message.startswith("cyrillic, greek: ")


def test_other_seeds_point_at_the_policy() -> None:
    (note,) = notes_of(scenes.report(seeds=3), SETTINGS)
    assert note.title == "Fail: seed 44 of er_20251020"
    assert line_of(note) == "[tasks.er.policy]"


def test_what_the_base_branch_holds_is_a_warning_on_its_line() -> None:
    (note,) = notes_of(scenes.report(change=True), SETTINGS)
    assert (note.level, line_of(note)) == ("warning", "min = 0.92")
    assert note.message == "criteria.precision.min: 0.92 on the base branch, 0.9 here; 0.92 holds."


def test_there_are_at_most_ten_and_the_last_counts_the_rest() -> None:
    many = tuple(Loosened(field=f"criteria.x{at}.min", base="1", head="0") for at in range(30))
    notes = notes_of(scenes.report(scenes.BAD).model_copy(update={"loosened": many}), SETTINGS)
    assert len(notes) == 10
    assert [note.level for note in notes].count("error") == 3
    assert notes[-1].message.startswith("24 more stand in the summary")


@pytest.mark.parametrize("settings", ["", "no toml", "[other]\n"])
def test_settings_without_the_policy_give_no_line(settings: str) -> None:
    assert {note.line for note in notes_of(scenes.report(scenes.BAD), settings)} == {0}


def test_the_verb_annotates_the_settings_of_the_checkout(
    repository: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifact = write_artifact(repository / "artifact", scored(**BAD))
    enter(monkeypatch, tmp_path / "job", repository.parent)
    found = annotations(run_cli("gate", artifact).err)
    assert {(one.level, one.file) for one in found} == {("error", "repository/mlops.toml")}
    assert [LINES[one.line - 1] for one in found] == ["min = 0.92", "min = 0.88", "min = 0.90"]


def test_a_change_that_loosens_is_annotated_although_it_passes(
    repository: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (base / "mlops.toml").write_text(SETTINGS, encoding="utf-8")
    (repository / "mlops.toml").write_text(SETTINGS.replace("min = 0.92", "min = 0.5"), encoding="utf-8")
    artifact = write_artifact(repository / "artifact", scored(**GOOD))
    enter(monkeypatch, tmp_path / "job", repository)
    outcome = run_cli("gate", artifact, "--base", base)
    assert outcome.code == 0
    (one,) = annotations(outcome.err)
    assert (one.level, one.file, LINES[one.line - 1]) == ("warning", "mlops.toml", "min = 0.92")
    assert "0.92 on the base branch, 0.5 here" in one.message
