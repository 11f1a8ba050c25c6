"""Jobs of runs, and the attempts of a run. Only the last attempt is remembered."""

from collections.abc import Mapping
from typing import Any

from tests.fakes.github import shapes
from tests.fakes.github.accounts import WORKFLOW, Account
from tests.fakes.github.areas.actions import run_json
from tests.fakes.github.areas.checks import annotation
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, page
from tests.fakes.github.settings import Job
from tests.fakes.github.shapes import Json
from tests.fakes.github.state import CheckRun, Run, State

ROUTES = Routes()
_RUN = f"{REPO}/actions/runs/{{run_id}}"
_ATTEMPT = f"{_RUN}/attempts/{{attempt_number}}"
_ONE = f"{REPO}/actions/jobs/{{job_id}}"


def record(state: State, run: Run, given: Mapping[str, Any]) -> Job:
    """Remember a job of a run, and the check run that it is, by the same id.

    Args:
        state: Where.
        run: Its run.
        given: ``name``; ``status`` (``completed`` without it), ``conclusion`` (``success``), ``steps`` (with names, and
            the same words), ``annotations`` (as check runs have them), ``log`` (text).
    """
    now, number = state.now(), state.numbers()
    status, conclusion, completed = _ended(given, now)
    steps = []
    for place, step in enumerate(given.get("steps", []), start=1):
        its, result, until = _ended(step, now)
        steps.append({"number": place, "name": step["name"], "status": its, "conclusion": result, "started_at": now,
                      "completed_at": until})  # fmt: skip
    job = Job(number, run.number, given["name"], status, conclusion, now, completed, steps, run.attempt,
              given.get("log", ""))  # fmt: skip
    state.jobs[number] = job
    page_of = f"https://github.com/{state.repository}/blob/{run.head_sha}"
    annotations = [annotation(each, f"{page_of}/{each['path']}") for each in given.get("annotations", [])]
    state.checks[number] = CheckRun(number, job.name, run.head_sha, Account(WORKFLOW), now, status, conclusion,
                                    completed, annotations=annotations)  # fmt: skip
    return job


def _ended(given: Mapping[str, Any], now: str) -> tuple[str, str | None, str | None]:
    """Return state, result and end of a job or a step; two of them only when it has come to its end."""
    status = given.get("status", "completed")
    return (status, given.get("conclusion", "success"), now) if status == "completed" else (status, None, None)


def job_json(call: Call, job: Job) -> Json:
    """Return a job."""
    run = call.state.runs[job.run]
    run_address = call.urls.api(f"/actions/runs/{run.number}")
    return {
        "id": job.number,
        "node_id": shapes.node("CR", job.number),
        "run_id": run.number,
        "run_url": run_address,
        "run_attempt": job.attempt,
        "head_sha": run.head_sha,
        "head_branch": run.head_branch,
        "url": call.urls.api(f"/actions/jobs/{job.number}"),
        "html_url": call.urls.html(f"/actions/runs/{run.number}/job/{job.number}"),
        "check_run_url": call.urls.api(f"/check-runs/{job.number}"),
        "name": job.name,
        "workflow_name": run.name,
        "status": job.status,
        "conclusion": job.conclusion,
        "created_at": job.started,
        "started_at": job.started,
        "completed_at": job.completed,
        "steps": job.steps,
        "labels": ["ubuntu-latest"],
        "runner_id": 1,
        "runner_name": "GitHub Actions 1",
        "runner_group_id": 0,
        "runner_group_name": "GitHub Actions",
    }


def _jobs(call: Call, run: Run) -> Answer:
    found = [job for _, job in sorted(call.state.jobs.items()) if job.run == run.number]
    part, links = page(call, found)
    return Answer(200, {"total_count": len(found), "jobs": [job_json(call, job) for job in part]}, links)


def _attempted(call: Call) -> Run:
    """Return the run in the path, if it is the attempt in the path."""
    run = call.find(call.state.runs, "run_id")
    if call["attempt_number"] != str(run.attempt):
        raise Problem(404)
    return run


@ROUTES("GET", f"{_RUN}/jobs", "actions")
def list_jobs(call: Call) -> Answer:
    return _jobs(call, call.find(call.state.runs, "run_id"))


@ROUTES("GET", _ATTEMPT, "actions")
def get_attempt(call: Call) -> Answer:
    return Answer(200, run_json(call, _attempted(call)))


@ROUTES("GET", f"{_ATTEMPT}/jobs", "actions")
def list_jobs_of_attempt(call: Call) -> Answer:
    return _jobs(call, _attempted(call))


@ROUTES("GET", _ONE, "actions")
def get_job(call: Call) -> Answer:
    return Answer(200, job_json(call, call.find(call.state.jobs, "job_id")))


@ROUTES("GET", f"{_ONE}/logs", "actions")
def download_log(call: Call) -> Answer:
    job = call.find(call.state.jobs, "job_id")
    if job.status != "completed":
        raise Problem(404)
    return Answer(302, None, {"Location": call.storage.sign(job.log.encode(), "text/plain", f"{job.number}.txt")})
