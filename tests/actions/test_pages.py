"""The workflow of the history page: who reads the repository writes nothing, who publishes reads nothing."""

from tests.actions.documents import workflows

[PAGES] = [workflow for workflow in workflows() if workflow.name == "pages.yml"]


def test_what_reads_the_repository_may_write_nothing() -> None:
    build = PAGES.jobs["build"]
    assert build["permissions"] == {"contents": "read"}
    assert "token" not in str(build)
    [checkout] = [step["with"] for step in build["steps"] if "actions/checkout@" in str(step.get("uses"))]
    assert checkout["fetch-depth"] == 0
    assert checkout["ref"] == "${{ github.event.repository.default_branch }}"


def test_what_publishes_reads_nothing_and_stands_in_an_environment() -> None:
    deploy = PAGES.jobs["deploy"]
    assert deploy["permissions"] == {"pages": "write", "id-token": "write"}
    assert (deploy["environment"], deploy["needs"]) == ("github-pages", ["build"])
    assert [str(step["uses"]).partition("@")[0] for step in deploy["steps"]] == ["actions/deploy-pages"]


def test_it_runs_for_every_file_that_the_page_is_made_of() -> None:
    assert set(PAGES.says["on"]) == {"push", "workflow_dispatch"}
    assert PAGES.says["on"]["push"] == {
        "branches": ["main"], "paths": ["data_manifests/**", "model_cards/**", "mlops.toml"],
    }  # fmt: skip
