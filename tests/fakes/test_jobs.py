"""Jobs of runs on the stand-in."""

from github.Repository import Repository

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub

BOOM = {"path": "train.py", "start_line": 1, "end_line": 1, "annotation_level": "failure", "message": "Boom"}


def test_a_job_is_a_check_run_too(hub: Hub, repo: Repository, ask: Ask) -> None:
    run = hub.add_run(status="in_progress")
    steps = [{"name": "Check out"}, {"name": "Train", "conclusion": "failure"}]
    failed, waits = hub.add_jobs(
        run,
        [
            {"name": "train", "conclusion": "failure", "steps": steps, "annotations": [BOOM], "log": "Boom\n"},
            {"name": "publish", "status": "queued"},
        ],
    )
    found = list(repo.get_workflow_run(run).jobs())
    assert [(job.id, job.status, job.conclusion) for job in found] == [
        (failed, "completed", "failure"),
        (waits, "queued", None),
    ]
    assert [(step.number, step.name, step.conclusion) for step in found[0].steps] == [
        (1, "Check out", "success"),
        (2, "Train", "failure"),
    ]
    check = repo.get_check_run(failed)
    assert (check.name, check.conclusion, check.app.id) == ("train", "failure", 15368)
    assert [note.message for note in check.get_annotations()] == ["Boom"]
    assert ask("GET", ask("GET", f"/actions/jobs/{failed}").json()["check_run_url"]).json()["id"] == failed
    assert ask("GET", f"/actions/jobs/{failed}/logs").status_code == 302
    assert ask("GET", f"/actions/jobs/{waits}/logs").status_code == 404


def test_a_run_comes_to_its_end(hub: Hub, ask: Ask) -> None:
    run = hub.add_run(status="queued")
    hub.add_jobs(run, [{"name": "train"}])
    assert ask("GET", f"/actions/runs/{run}").json()["conclusion"] is None
    hub.end_run(run, "failure")
    attempt = ask("GET", f"/actions/runs/{run}/attempts/1").json()
    assert (attempt["status"], attempt["conclusion"]) == ("completed", "failure")
    assert ask("GET", f"/actions/runs/{run}/attempts/1/jobs").json()["total_count"] == 1
    assert ask("GET", f"/actions/runs/{run}/attempts/2").status_code == 404
