"""Runs and artifacts of the stand-in."""

import hashlib
import io
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from github import GithubException
from github.Repository import Repository

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub, serve
from tests.fakes.github.fixtures import REPOSITORY, bare_repository
from tests.fakes.github.hub import zipped


def folder(path: Path, text: str = "numbers") -> Path:
    """Return a folder with a file in a folder."""
    (path / "sub").mkdir(parents=True)
    (path / "sub" / "metrics.json").write_text(text, encoding="utf-8")
    return path


def test_runs_are_listed_newest_first_and_filtered(hub: Hub, repo: Repository) -> None:
    first = hub.add_run(77, event="push")
    second = hub.add_run(conclusion="failure", actor="stranger")
    third = hub.add_run(workflow_path=".github/workflows/ci.yml", status="in_progress")
    runs = repo.get_workflow_runs()
    assert [(run.id, run.status, run.conclusion) for run in runs] == [
        (third, "in_progress", None),
        (second, "completed", "failure"),
        (first, "completed", "success"),
    ]
    assert [run.id for run in repo.get_workflow_runs(status="success")] == [77]
    assert [run.id for run in repo.get_workflow_runs(event="workflow_dispatch", status="completed")] == [second]
    run = repo.get_workflow_run(77)
    assert (run.head_branch, run.head_sha, run.event) == ("main", hub.state.bare.branch("main"), "push")
    assert run.path == ".github/workflows/entity-resolution-train.yml"
    assert run.html_url == "https://github.com/acme/er-models/actions/runs/77"


def test_a_run_of_a_fork_says_so(hub: Hub, repo: Repository) -> None:
    number = hub.add_run(head_repository="stranger/er-models", head_sha="0" * 40, head_branch="main")
    hub.add_artifact(number, "comment", b"PK")
    run = repo.get_workflow_run(number)
    assert run.head_repository.full_name == "stranger/er-models"
    (artifact,) = repo.get_artifacts()
    about = artifact.raw_data["workflow_run"]
    assert about["head_repository_id"] != about["repository_id"] == run.repository.id


def test_artifacts_are_found_by_name_across_runs_newest_first(hub: Hub, repo: Repository, tmp_path: Path) -> None:
    runs = [hub.add_run(), hub.add_run()]
    ids = [hub.add_artifact(run, "er-model-20251020", folder(tmp_path / str(run), str(run))) for run in runs]
    hub.add_artifact(runs[0], "other", b"PK")
    found = list(repo.get_artifacts("er-model-20251020"))
    assert [artifact.id for artifact in found] == ids[::-1]
    assert [artifact.raw_data["workflow_run"]["id"] for artifact in found] == runs[::-1]
    assert {each.name for each in repo.get_workflow_run(runs[0]).get_artifacts()} == {"er-model-20251020", "other"}
    content = hub.state.artifacts[ids[0]].read()
    assert found[1].raw_data["digest"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert found[1].size_in_bytes == len(content)
    assert not found[1].expired


def test_an_artifact_is_downloaded_from_another_host(hub: Hub, ask: Ask, tmp_path: Path) -> None:
    number = hub.add_artifact(hub.add_run(), "er-model-20251020", folder(tmp_path / "artifact"))
    moved = ask("GET", f"/actions/artifacts/{number}/zip")
    assert moved.status_code == 302
    address = moved.headers["Location"]
    assert not address.startswith(hub.api)
    content = requests.get(address, timeout=20).content
    assert zipfile.ZipFile(io.BytesIO(content)).read("sub/metrics.json") == b"numbers"
    # requests itself leaves the token behind, because the host is another one
    token = {"Authorization": f"Bearer {hub.token}"}
    source = f"{hub.api}/repos/acme/er-models/actions/artifacts/{number}/zip"
    assert requests.get(source, headers=token, timeout=20).content == content


def test_the_other_host_refuses_a_token_and_what_is_not_signed(hub: Hub, ask: Ask) -> None:
    number = hub.add_artifact(hub.add_run(), "x", b"PK")
    address = ask("GET", f"/actions/artifacts/{number}/zip").headers["Location"]
    refused = ask("GET", address)
    assert (refused.status_code, "InvalidAuthenticationInfo" in refused.text) == (401, True)
    assert requests.get(address.partition("?")[0], timeout=20).status_code == 403


def test_a_signed_address_holds_a_minute(tmp_path: Path) -> None:
    times = [datetime(2025, 10, 20, tzinfo=UTC)]
    with serve(bare_repository(tmp_path), REPOSITORY, clock=lambda: times[-1]) as hub:
        number = hub.add_artifact(hub.add_run(), "x", b"PK")
        token = {"Authorization": f"Bearer {hub.token}"}
        source = f"{hub.api}/repos/acme/er-models/actions/artifacts/{number}/zip"
        address = requests.get(source, headers=token, timeout=20, allow_redirects=False).headers["Location"]
        assert requests.get(address, timeout=20).content == b"PK"
        times.append(times[0] + timedelta(seconds=61))
        assert requests.get(address, timeout=20).status_code == 403
        assert hub.violations == []


def test_an_expired_artifact_is_listed_and_gone(hub: Hub, repo: Repository, ask: Ask) -> None:
    number = hub.add_artifact(hub.add_run(), "x", b"PK", expired=True)
    assert repo.get_artifact(number).expired
    assert ask("GET", f"/actions/artifacts/{number}/zip").status_code == 410


def test_what_is_not_there_is_not_found(hub: Hub, repo: Repository, ask: Ask) -> None:
    with pytest.raises(GithubException, match="404"):
        repo.get_workflow_run(1)
    assert ask("GET", "/actions/runs/1/artifacts").status_code == 404
    number = hub.add_artifact(hub.add_run(), "x", b"PK")
    assert ask("GET", f"/actions/artifacts/{number}/tar").status_code == 404


def test_what_act_left_is_served_for_runs_that_are_known(hub: Hub, repo: Repository, tmp_path: Path) -> None:
    packed = zipped(folder(tmp_path / "files"))
    for run in ("5001", "5002"):
        (tmp_path / "act" / run / "er-model-20251020").mkdir(parents=True)
        (tmp_path / "act" / run / "er-model-20251020" / "er-model-20251020.zip").write_bytes(packed)
    hub.add_run(5001)
    hub.read_act_artifacts(tmp_path / "act")
    assert [artifact.raw_data["workflow_run"]["id"] for artifact in repo.get_artifacts()] == [5001]
    hub.add_run(5002)
    assert [artifact.raw_data["workflow_run"]["id"] for artifact in repo.get_artifacts()] == [5002, 5001]
    (found,) = repo.get_workflow_run(5002).get_artifacts()
    assert found.raw_data["digest"] == f"sha256:{hashlib.sha256(packed).hexdigest()}"
