"""Variables of the stand-in."""

import pytest
from github import GithubException
from github.Repository import Repository

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub


def test_an_app_creates_reads_changes_and_deletes(hub: Hub, as_app: Repository) -> None:
    made = as_app.create_variable("ML_DATASET_DATE", "20251018")
    assert as_app.get_variable("ML_DATASET_DATE").value == "20251018"
    assert made.edit("20251020")
    hub.set_variable("ML_DATASET_HASH", "abc")
    assert {each.name: each.value for each in as_app.get_variables()} == hub.variables
    assert hub.variables == {"ML_DATASET_DATE": "20251020", "ML_DATASET_HASH": "abc"}
    as_app.get_variable("ml_dataset_date").delete()
    with pytest.raises(GithubException, match="404"):
        as_app.get_variable("ML_DATASET_DATE")


def test_a_variable_is_created_once(as_app: Repository) -> None:
    as_app.create_variable("A", "1")
    with pytest.raises(GithubException, match="Variable already exists") as error:
        as_app.create_variable("a", "2")
    assert error.value.status == 409


@pytest.mark.parametrize("name", ["GITHUB_X", "1A", "A-B", "Ä"])
def test_a_bad_name_is_refused(as_app: Repository, name: str) -> None:
    with pytest.raises(GithubException, match="Variable names can only contain"):
        as_app.create_variable(name, "1")


def test_a_workflow_has_no_access(hub: Hub, repo: Repository, ask: Ask) -> None:
    hub.set_variable("A", "1")
    with pytest.raises(GithubException, match="Resource not accessible by integration"):
        repo.get_variable("A")
    refused = ask("PATCH", "/actions/variables/A", json={"value": "2"})
    assert (refused.status_code, hub.variables) == (403, {"A": "1"})
    assert refused.headers["X-Accepted-GitHub-Permissions"] == "actions_variables=write"
