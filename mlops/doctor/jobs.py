"""Jobs among themselves: what they wait for, what they may be interrupted in, what a deployment stands behind."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from mlops.doctor.expressions import inside
from mlops.doctor.findings import Check, Trouble
from mlops.doctor.reading import Repository
from mlops.doctor.workflows import COMMAND, Job, Workflow

_PUBLISHING = {"publish", "release", "promote", "deployment", "deployed", "apply", "variables", "announce"}
_RELEASES = re.compile(rf"{COMMAND}gh\s+release\s+(?:create|upload|edit)\b", re.MULTILINE)
_OF_ONE_RUN = re.compile(r"\$\{\{\s*github\.(?:run_id|sha)\s*\}\}", re.IGNORECASE)
"""In the name of a group: no other run shares it."""

_RUNS_ANYWAY = re.compile(r"\b(?:always|failure|cancelled)\s*\(", re.IGNORECASE)


def is_deploying(job: Job) -> bool:
    """Tell whether a job puts a model somewhere: it uses our actions, or releases or switches with our command."""
    return is_following(job) or any(
        step.is_ours("model-release")
        or step.runs("bot (?:deployment|release)")
        or (step.is_ours("bot") and step.given("verb") in {"deployment", "release"})
        for step in job.steps
    )


def is_following(job: Job) -> bool:
    """Tell whether a job has a target follow what is declared, which it holds against what was judged and merged."""
    return any(
        step.is_ours("model-reconcile") or step.is_ours("model-rollback") or step.runs("(?:reconcile|rollback)")
        for step in job.steps
    )


def is_judging(job: Job) -> bool:
    """Tell whether a job judges a model."""
    return any(step.is_ours("er-precision-gate") or step.runs("gate") for step in job.steps)


def is_publishing(job: Job) -> bool:
    """Tell whether a job changes what others see."""
    return is_deploying(job) or any(
        (step.is_ours("bot") and step.given("verb") in _PUBLISHING)
        or step.runs(f"bot (?:{'|'.join(sorted(_PUBLISHING))})")
        or (step.script is not None and _RELEASES.search(step.script.text))
        for step in job.steps
    )


def _unknown_needs(repository: Repository) -> Iterator[Trouble]:
    elsewhere: dict[str, list[str]] = {}
    for workflow, job in repository.jobs():
        elsewhere.setdefault(job.id, []).append(workflow.file)
    for workflow, job in repository.jobs():
        for need in job.needs:
            if need.text in workflow.jobs or "${{" in need.text:
                continue
            files = elsewhere.get(need.text, [])
            near = get_close_matches(need.text, workflow.jobs, 1)
            where = f" It is a job of {' and '.join(files)}, which `needs` cannot reach." if files else ""
            if near and not files:
                fix = f"It is spelled otherwise:\nneeds: [{near[0]}]"
            elif files and "workflow_call" in _triggers(repository, files[0]):
                fix = f"Call that workflow as a job of this one:\n{need.text}:\n  uses: ./{files[0]}"
            elif files:
                fix = (
                    f"Write the job `{need.text}` into this workflow, too; or start this workflow after the other:\n"
                    f"on:\n  workflow_run:\n    workflows: [{_name(repository, files[0])}]\n    types: [completed]"
                )
            else:
                fix = f"Name one of the jobs of this workflow: {', '.join(workflow.jobs)}."
            what = f"The job `{job.id}` needs `{need.text}`, which this workflow does not have.{where}"
            yield Trouble(workflow.file, need.line, what, fix)


def _triggers(repository: Repository, file: str) -> set[str]:
    return {trigger for each in repository.workflows if each.file == file for trigger in each.triggers}


def _name(repository: Repository, file: str) -> str:
    return next(each.node.text_at("name") or file for each in repository.workflows if each.file == file)


def _half_done(repository: Repository) -> Iterator[Trouble]:
    for workflow in repository.workflows:
        publishing = [job for job in workflow.jobs.values() if is_publishing(job)]
        for node in (workflow.node, *(job.node for job in publishing)):
            group = node.at("concurrency")
            if group is None or _OF_ONE_RUN.search(group.text_at("group")):
                continue
            if publishing and group.text_at("cancel-in-progress") == "true":
                yield Trouble(
                    workflow.file, group.keys["cancel-in-progress"],
                    f"A newer run cancels the job `{publishing[0].id}` while it publishes.",
                    "Let the newer one wait:\ncancel-in-progress: false",
                )  # fmt: skip


def _no_environment(repository: Repository) -> Iterator[Trouble]:
    for workflow, job in repository.jobs():
        if is_deploying(job) and not job.environment:
            yield Trouble(
                workflow.file, job.line, f"The job `{job.id}` deploys, and has no environment.",
                "Give the job its environment, whose reviewers and branches then hold:\nenvironment: production",
            )  # fmt: skip


def _before_gate(repository: Repository) -> Iterator[Trouble]:
    for workflow, job in repository.jobs():
        if not is_deploying(job) or is_judging(job) or is_following(job):
            continue
        judges = [each for each in _ancestors(workflow, job) if is_judging(each)]
        if not judges:
            gate = next((each.id for each in workflow.jobs.values() if is_judging(each)), "precision-gate")
            yield Trouble(
                workflow.file, job.node.keys.get("needs", job.line),
                f"The job `{job.id}` deploys, and waits for no job that judges the model.",
                f"Let it wait for a job of this workflow that uses actions/er-precision-gate:\nneeds: [{gate}]\n"
                f"if: needs.{gate}.result == 'success'",
            )  # fmt: skip
            continue
        condition = inside(job.node.text_at("if"))
        passed = any(re.search(rf"needs\.{re.escape(each.id)}\.result\s*==\s*'success'", condition) for each in judges)
        if _RUNS_ANYWAY.search(condition) and not passed:
            yield Trouble(
                workflow.file, job.node.keys["if"],
                f"The job `{job.id}` deploys also when `{judges[0].id}` did not pass.",
                f"if: needs.{judges[0].id}.result == 'success'",
            )  # fmt: skip


def _ancestors(workflow: Workflow, job: Job) -> list[Job]:
    """Return the jobs that a job waits for, and those that these wait for."""
    found: dict[str, Job] = {}
    waiting = [job]
    while waiting:
        for need in waiting.pop().needs:
            other = workflow.jobs.get(need.text)
            if other is not None and other.id not in found:
                found[other.id] = other
                waiting.append(other)
    return list(found.values())


CHECKS: tuple[Check[Repository], ...] = (
    Check("needs-unknown-job", "block", "`needs` names a job of another file, or none at all",
          "`needs` sees the jobs of its own file alone; GitHub refuses the whole workflow.", _unknown_needs),
    Check("deploy-without-environment", "block", "a job that deploys has no `environment`",
          "Reviewers and limits of branches belong to environments: without one, any branch deploys unasked.",
          _no_environment),
    Check("deploy-not-behind-gate", "block", "a job that deploys does not need one that judges",
          "What nobody judged in this run goes out: a verdict never travels between runs.", _before_gate),
    Check("publishing-cancelled-half-way", "warn", "`cancel-in-progress: true` where something is published",
          "A run that is cancelled between two writes leaves a release without its files, or a deployment without an "
          "end.", _half_done),
)  # fmt: skip
