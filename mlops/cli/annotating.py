"""Annotations of a verdict: what blocks, beside the lines of ``mlops.toml`` that ask for it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mlops import runner
from mlops.cli import outputs
from mlops.cli.faults import in_workspace
from mlops.config import FILE_NAME
from mlops.formatting import format_threshold, printable
from mlops.gate import CriterionResult, GateReport
from mlops.places import toml_line
from mlops.policy import sentence
from mlops.words import metric_name

MOST = 10
"""Annotations of one step that GitHub shows per level; a step gets no more in all."""

_NAME_CAP = 60
_HELD = "The base branch's policy holds"


class Note(NamedTuple):
    """An annotation on a line of the settings."""

    level: runner.Level
    title: str
    message: str
    line: int


def annotate(report: GateReport, root: Path) -> None:
    """Show on the run's page, and in the pull request, what blocks; does nothing outside of GitHub Actions."""
    page = outputs.here()
    if page is None:
        return
    settings = root / FILE_NAME
    file = in_workspace(settings, Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()))
    for note in notes_of(report, settings.read_text(encoding="utf-8")):
        runner.annotate(page, note.level, note.message, title=note.title, file=file, line=note.line)


def notes_of(report: GateReport, settings: str) -> tuple[Note, ...]:
    """Return at most ten annotations: an error for each thing that blocks, a warning for each field that is held.

    A verdict that is inconclusive blocks, so its annotations are errors that say the word.

    Args:
        report: The gate's report.
        settings: The text of ``mlops.toml``, in which the lines are counted.
    """
    policy = ("tasks", report.task, "policy")
    found = [
        Note("error", title, message, toml_line(settings, (*policy, *keys)))
        for keys, title, message in _blocking(report)
    ]
    found += [
        Note("warning", _HELD, sentence(one), toml_line(settings, (*policy, *one.field.split("."))))
        for one in report.loosened
    ]
    if len(found) <= MOST:
        return tuple(found)
    more = f"{len(found) - MOST + 1} more stand in the summary of this step and in gate.json."
    return (*found[: MOST - 1], Note(found[MOST - 1].level, "And more", more, 0))


def _blocking(report: GateReport) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield the keys below the policy, the title and the message of everything that blocks."""
    if report.verdict == "pass":
        return
    word, said = report.verdict, False
    for result in report.criteria:
        if result.blocking and result.verdict == word:
            yield ("criteria", result.metric, result.direction), _title(report, result.metric), _tightened(result)
            said = True
    for change in report.changes:
        if change.blocking and change.verdict == word:
            title = _title(report, change.metric, f" against {printable(change.baseline, _NAME_CAP)}")
            yield ("criteria", change.metric, "change"), title, change.reason
            said = True
    for metric, name in dict.fromkeys((r.metric, r.slice) for r in report.slices if r.blocking and r.verdict == word):
        missed = [r for r in report.slices if (r.metric, r.slice, r.verdict) == (metric, name, word) and r.blocking]
        values = ", ".join(printable(r.value, _NAME_CAP) for r in missed[:5])
        title = _title(report, metric, f" in slices of {name}")
        yield ("criteria", metric, "slices", name), title, f"{values}: {missed[0].reason}"
        said = True
    for seed in report.seeds:
        if seed.verdict == word:
            yield ("seeds",), _title(report, "", "seed" if seed.seed is None else f"seed {seed.seed}"), seed.reason
            said = True
    if not said:
        yield (), _title(report, "", "the policy"), report.reason


def _title(report: GateReport, metric: str, rest: str = "") -> str:
    name = printable(str(metric_name(metric, start=False)), _NAME_CAP) if metric else ""
    return f"{report.verdict.capitalize()}: {name}{rest} of {printable(report.model_id, _NAME_CAP)}"


def _tightened(result: CriterionResult) -> str:
    """Return the reason of a criterion, and that an option raised its threshold, where one did."""
    if result.threshold == result.policy_threshold:
        return result.reason
    raised, declared = format_threshold(result.threshold), format_threshold(result.policy_threshold)
    return f"{result.reason} An option asks for {raised}; the policy for {declared}."
