"""Check runs: the gate's conclusion on a commit, under the name that a branch protection requires."""

from typing import Any, Literal, NamedTuple

from mlops.bot import pages
from mlops.bot.answers import Part, read
from mlops.bot.client import GitHub
from mlops.bot.keys import key_of
from mlops.bot.permissions import WRITE_CHECKS
from mlops.errors import InputRefusedError
from mlops.gate import GateReport
from mlops.reporting import title_of

NAME = "ER Precision Gate"

Conclusion = Literal["success", "failure"]


class CheckRun(Part):
    """A check run on a commit."""

    id: int
    name: str
    html_url: str | None = None
    conclusion: str | None = None
    external_id: str | None = None


class Posted(NamedTuple):
    """The check run that now stands, and whether this call made it."""

    url: str
    conclusion: Conclusion
    fresh: bool


def conclusion_of(report: GateReport) -> Conclusion:
    """Return what the check run concludes: success for a pass, and failure for all else.

    GitHub counts neutral and skipped as success, so what cannot be decided must be a failure to block; the title says
    which it is.
    """
    return "success" if report.verdict == "pass" else "failure"


def post(hub: GitHub, report: GateReport, gate_sha256: str, *, head_sha: str, name: str = NAME) -> Posted:
    """Post the gate's conclusion on a commit, once.

    Args:
        hub: The repository.
        report: The verdict.
        gate_sha256: Hash of the bytes of ``gate.json``.
        head_sha: The commit that the check is about.
        name: Of the check.

    Raises:
        InputRefusedError: A pass is about other code than this commit's, so that it would wave the change through.
    """
    conclusion = conclusion_of(report)
    if conclusion == "success":
        _refuse_other_code(report, head_sha)
    bound = report.bindings
    key = key_of("check", report.model_id, bound.artifact_sha256, gate_sha256, head_sha, name)
    body = {
        "name": name,
        "head_sha": head_sha,
        "status": "completed",
        "conclusion": conclusion,
        "external_id": key,
        "output": {
            "title": title_of(report),
            "summary": pages.verdict_summary(report, pages.links_at(hub.settings, head_sha)),
        },
    } | ({"details_url": hub.settings.run_url} if hub.settings.run_url else {})

    def look() -> CheckRun | None:
        path = f"/commits/{head_sha}/check-runs"
        found = hub.pages(path, WRITE_CHECKS, key="check_runs", check_name=name, filter="all")
        runs = (_read(entry) for entry in found)
        return next((run for run in runs if (run.name, run.external_id) == (name, key)), None)

    made = hub.make("/check-runs", body, WRITE_CHECKS, look=look, read=_read)
    return Posted(made.value.html_url or "", conclusion, made.fresh)


def _read(value: Any) -> CheckRun:  # noqa: ANN401  # JSON is anything
    return read(CheckRun, value, where="a check run")


def _refuse_other_code(report: GateReport, head_sha: str) -> None:
    bound = report.bindings
    if bound.code_commit != head_sha or bound.code_dirty:
        raise InputRefusedError(
            "The model that passed was made by other code than this commit's.",
            field="bindings.code_commit",
            expected=head_sha,
            found=f"{bound.code_commit}{', with uncommitted changes' if bound.code_dirty else ''}",
            why="A pass of other code says nothing about this change and would wave it through.",
            fix="Train and judge on the pull request's branch: gh workflow run WORKFLOW --ref BRANCH",
        )
