"""Publishing a card by pull request: opened once, renewed in place, and nobody's work is replaced."""

from pathlib import Path

import pytest

from mlops import registry
from mlops.bot import pages
from mlops.bot.publishing import publish
from mlops.bot.racing import Published
from mlops.errors import ConflictError, UnavailableError
from mlops.gate import GateReport
from mlops.hashing import sha256_bytes
from tests import factories
from tests.bot import world
from tests.conftest import git
from tests.fakes.github import Hub

ID = factories.DATASET_ID
BRANCH = f"mlops/card-{ID}"


def propose(hub: Hub, artifact: Path, token: str | None = None) -> Published:
    client = world.client(hub, token=token)

    def describe(report: GateReport, commit: str) -> str:
        return pages.card_pull_request(report, pages.links_at(client.settings, commit))

    return publish(client, world.order(hub, artifact, "pull-request"), describe)


def pulls(hub: Hub) -> list[int]:
    return [number for number, issue in hub.state.issues.items() if issue.pull is not None]


def test_the_card_arrives_on_a_branch_of_its_own(pinned: Hub, artifact: Path) -> None:
    before = world.head(pinned)
    done = propose(pinned, artifact)
    (number,) = pulls(pinned)
    issue = pinned.state.issues[number]
    assert (done.status, done.branch, done.commit) == ("opened", BRANCH, world.head(pinned, BRANCH))
    assert done.url.endswith(f"/pull/{number}")
    assert issue.title == f"Publish the card of {ID}"
    assert f"/blob/{done.commit}/model_cards/{ID}.md" in (issue.body or "")
    assert "Precision" in (issue.body or "")
    assert world.head(pinned) == before
    assert git(pinned.bare, "rev-parse", f"{BRANCH}^") == before


def test_a_second_time_nothing_is_pushed_or_asked_for(pinned: Hub, artifact: Path) -> None:
    first = propose(pinned, artifact)
    writes = len(pinned.requests("POST")) + len(pinned.requests("PATCH"))
    again = propose(pinned, artifact)
    assert again == first._replace(status="unchanged")
    assert len(pinned.requests("POST")) + len(pinned.requests("PATCH")) == writes


def test_after_the_merge_there_is_nothing_left_to_do(pinned: Hub, artifact: Path) -> None:
    propose(pinned, artifact)
    merged = pinned.merge_pull(pulls(pinned)[0])
    done = propose(pinned, artifact)
    assert (done.status, done.branch, done.commit) == ("unchanged", "main", merged)
    assert len(pulls(pinned)) == 1


def test_on_a_newer_base_branch_the_card_is_made_again(pinned: Hub, artifact: Path) -> None:
    first = propose(pinned, artifact)
    pinned.state.bare.write("main", "README.md", b"# More\n", "Say more", "octocat")
    done = propose(pinned, artifact)
    assert (done.status, done.url) == ("updated", first.url)
    assert git(pinned.bare, "rev-parse", f"{BRANCH}^") == world.head(pinned)


def test_a_new_model_replaces_a_card_that_was_not_merged(pinned: Hub, artifact: Path, tmp_path: Path) -> None:
    propose(pinned, artifact)
    done = propose(pinned, world.judged(tmp_path / "other", model=b"another model"))
    assert done.status == "updated"
    tree = world.clone(pinned, tmp_path / "clone", BRANCH)
    record = registry.read_record(tree / registry.FOLDER / f"{ID}.md")
    assert record.model_sha256 == sha256_bytes(b"another model")
    assert len(pulls(pinned)) == 1


def test_a_closed_pull_request_is_opened_anew(pinned: Hub, artifact: Path) -> None:
    first = propose(pinned, artifact)
    pinned.close_pull(pulls(pinned)[0])
    done = propose(pinned, artifact)
    assert (done.status, done.commit) == ("opened", first.commit)
    assert len(pulls(pinned)) == 2


def test_what_a_person_committed_to_the_branch_stays(pinned: Hub, artifact: Path) -> None:
    propose(pinned, artifact)
    theirs = pinned.state.bare.write(BRANCH, "model_cards/note.txt", b"mine\n", "A note", "octocat")
    with pytest.raises(ConflictError, match="Somebody else's commit"):
        propose(pinned, artifact)
    assert world.head(pinned, BRANCH) == theirs


def test_a_pull_request_whose_answer_was_lost_is_found(pinned: Hub, artifact: Path) -> None:
    pinned.faults.bad_gateway("POST", r"/pulls$", stored=True)
    assert propose(pinned, artifact).status == "opened"
    assert len(pulls(pinned)) == 1


def test_a_pull_request_that_failed_is_made_on_the_next_run(pinned: Hub, artifact: Path) -> None:
    pinned.faults.answer("POST", r"/pulls$", 403, message="Resource not accessible by integration")
    with pytest.raises(UnavailableError, match="lacks a permission") as caught:
        propose(pinned, artifact)
    assert caught.value.expected == "pull-requests: write"
    assert propose(pinned, artifact).status == "opened"


def test_a_repository_that_forbids_workflows_to_open_pull_requests_is_explained(pinned: Hub, artifact: Path) -> None:
    pinned.state.actions_open_pulls = False
    with pytest.raises(UnavailableError) as caught:
        propose(pinned, artifact)
    assert "Allow GitHub Actions to create and approve pull requests" in caught.value.fix
    assert propose(pinned, artifact, token=pinned.app_token).status == "opened"
