"""Can a required check be satisfied although nothing was judged? Skipped passes, and so does what may fail."""

import re
from collections.abc import Iterator

from mlops.doctor.expressions import holds, inside
from mlops.doctor.findings import Check, Trouble
from mlops.doctor.names import carriers
from mlops.doctor.reading import ACTIONS_APP, Repository, Required
from mlops.doctor.workflows import Job, Step, Workflow

_ALL_RESULTS = re.compile(r"needs\s*\.\s*\*\s*\.\s*result|\btojson\s*\(\s*needs\s*\)", re.IGNORECASE)


def _jobs(repository: Repository) -> Iterator[tuple[Required, Workflow, Job, tuple[str, ...]]]:
    """Yield the jobs that a required check depends on directly, with the events that start them; each once."""
    seen = set()
    for required, reported in repository.required_jobs:
        for workflow, job in reported.chain:
            if (workflow.file, job.id) not in seen:
                seen.add((workflow.file, job.id))
                queue = ("merge_group",) if "merge_group" in reported.workflow.triggers else ()
                yield required, workflow, job, (*carriers(reported.workflow), *queue)


def _conditional(repository: Repository) -> Iterator[Trouble]:
    for required, workflow, job, events in _jobs(repository):
        condition = job.node.text_at("if")
        if all(holds(condition, event=event, needs=bool(job.needs)) for event in events):
            continue
        names = [need.text for need in job.needs]
        if condition:
            what = f"The job of the required check `{required.context}` is left out unless `{_short(condition)}`."
            line = job.node.keys["if"]
        else:
            what = f"The job of the required check `{required.context}` is left out when {_or(names)} does not succeed."
            line = job.node.keys["needs"]
        yield Trouble(workflow.file, line, what, _guard(names, condition))


def _guard(names: list[str], condition: str) -> str:
    lines = ["Let the job always run, and decide in its steps:" if condition else "Let the job always run:"]
    lines.append("if: always()")
    if names:
        lines += ["And let its first step fail unless everything that it needs succeeded:", *_first_step(names)]
    return "\n".join(lines)


def _first_step(names: list[str]) -> list[str]:
    failed = " || ".join(f"needs.{name}.result != 'success'" for name in names)
    return [f"- if: {failed}", "  run: exit 1"]


def _or(names: list[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def _short(text: str) -> str:
    words = " ".join(inside(text).split())
    return words if len(words) <= 80 else words[:79] + "…"  # noqa: PLR2004  # a line of a terminal


def _ignores_results(repository: Repository) -> Iterator[Trouble]:
    for required, workflow, job, events in _jobs(repository):
        runs_anyway = all(holds(job.node.text_at("if"), event=event, needs=True) for event in events)
        if not runs_anyway or job.uses or _ALL_RESULTS.search(job.text):
            continue
        for need in job.needs:
            name = re.escape(need.text)
            seen = rf"needs\s*(?:\.\s*{name}|\[\s*'{name}'\s*\])\s*\.\s*result"
            if re.search(seen, job.text, re.IGNORECASE) is None:
                yield Trouble(
                    workflow.file, need.line,
                    f"The required check `{required.context}` always runs, and does not look at the result of "
                    f"`{need.text}`.",
                    "\n".join(["Make this its first step:", *_first_step([need.text])]),
                )  # fmt: skip


def _may_fail(repository: Repository) -> Iterator[Trouble]:
    for required, workflow, job, _ in _jobs(repository):
        needed = [found for need in job.needs if (found := workflow.jobs.get(need.text))]
        for each in (job, *needed):
            if each.node.text_at("continue-on-error") not in {"", "false"}:
                whose = "job of" if each is job else f"job `{each.id}`, which is needed by that of"
                yield Trouble(
                    workflow.file, each.node.keys["continue-on-error"],
                    f"The {whose} the required check `{required.context}` may fail and count as a success.",
                    "Delete the line `continue-on-error`.",
                )  # fmt: skip
        for step in job.steps:
            if step.node.text_at("continue-on-error") == "true" and not _is_asked_about(job, step):
                yield Trouble(
                    workflow.file, step.node.keys["continue-on-error"],
                    f"A step of the required check `{required.context}` may fail, and nothing looks at its outcome.",
                    "Delete the line `continue-on-error`, or give the step an id and let a later step fail:\n"
                    "- if: steps.ID.outcome != 'success'\n  run: exit 1",
                )  # fmt: skip


def _is_asked_about(job: Job, step: Step) -> bool:
    id_ = step.node.text_at("id")
    return bool(id_) and re.search(rf"steps\.{re.escape(id_)}\.(?:outcome|outputs)\b", job.text) is not None


def _open_source(repository: Repository) -> Iterator[Trouble]:
    for required in repository.required:
        if required.app_id is not None or not required.file:
            continue
        is_job = any(each.is_(required.context) for each in repository.reported)
        app = ACTIONS_APP if is_job else "NUMBER"
        yield Trouble(
            required.file, required.line,
            f"It is not said who must report the required check `{required.context}`.",
            f"Name the App; {ACTIONS_APP} is GitHub Actions:\n"
            f'{{ context = "{required.context}", app_id = {app} }}',
            severity=None if is_job else "warn",
        )  # fmt: skip


_SKIPPED = (
    "GitHub counts a skipped check as passed, and skips a job when one that it needs fails: the merge is open exactly "
    "when something went wrong."
)

CHECKS: tuple[Check[Repository], ...] = (
    Check("required-check-skippable", "block", "its job has an `if:` that may be false, or `needs` without `always()`",
          _SKIPPED, _conditional),
    Check("required-check-ignores-results", "block", "its job always runs and does not look at `needs.*.result`",
          "With `always()` the job also runs after a failure; if it does not fail itself then, the check is green.",
          _ignores_results),
    Check("required-check-may-fail", "block", "`continue-on-error` on its job, a step of it, or a job that it needs",
          "A failure that may be is a success for whatever asks: `needs.X.result` says `success`, and so does the job "
          "of a step.", _may_fail),
    Check("required-check-open-source", "block", "`mlops.toml` does not say which App must report it",
          "Without `app_id` anybody who may write a commit status can report the check and pass the gate.",
          _open_source),
)  # fmt: skip
