"""``mlops affected``: two plain folders in, a decision and the runner's outputs out."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from mlops import documents
from mlops.environments import Environments
from tests import factories
from tests.cli.pages import Page
from tests.conftest import RunCli, git

ID = factories.DATASET_ID
NEXT = "er_20251120"


@pytest.fixture
def base(repository: Path, tmp_path: Path) -> Path:
    """Return a checkout of the base branch, to which the working tree is equal yet."""
    settings = repository / "mlops.toml"
    before, rest = settings.read_text().split("code = [", 1)
    settings.write_text(f'{before}code = ["src/**/*.py"]\n{rest.partition("]")[2]}')
    (repository / "src" / "deep").mkdir(parents=True)
    (repository / "src" / "deep" / "features.py").write_text("x = 1\n")
    documents.write(repository / "data_manifests" / f"{ID}.json", factories.manifest())
    served = Environments(environments={"production": {"er": "er_20250101"}})
    documents.write(repository / "model_cards" / "environments.json", served)
    folder = tmp_path / "base"
    shutil.copytree(repository, folder, ignore=shutil.ignore_patterns(".git"))
    return folder


def decided(run_cli: RunCli, base: Path) -> dict[str, Any]:
    outcome = run_cli("affected", "--task", "er", "--base", base, "--json")
    assert outcome.code == 0, outcome.err
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def test_an_equal_tree_is_not_judged(base: Path, run_cli: RunCli) -> None:
    assert decided(run_cli, base) == {
        "task": "er",
        "judge": False,
        "dataset_id": ID,
        "dataset_hash": factories.DATA_SHA256,
        "champion": "er_20250101",
        "reasons": [],
        "notes": [],
    }
    said = run_cli("affected", "--task", "er", "--base", base).out
    assert said == "The change touches nothing that a model of er depends on: it need not be judged.\n"


def test_other_files_of_the_repository_do_not_matter(base: Path, repository: Path, run_cli: RunCli) -> None:
    (repository / "README.md").write_text("other")
    (repository / "src" / "notes.md").write_text("other")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=Write")
    assert not decided(run_cli, base)["judge"]


def test_settings_of_github_make_no_model(base: Path, repository: Path, run_cli: RunCli) -> None:
    settings = repository / "mlops.toml"
    settings.write_text(settings.read_text().partition("[github]")[0] + "[github.labels.x]\ncolor = 'b60205'\n")
    assert (base / "mlops.toml").read_text() != settings.read_text()
    assert not decided(run_cli, base)["judge"]


def test_each_of_data_policy_settings_and_code_is_judged(base: Path, repository: Path, run_cli: RunCli) -> None:
    documents.write(repository / "data_manifests" / f"{NEXT}.json", factories.manifest(id=NEXT))
    settings = repository / "mlops.toml"
    settings.write_text(settings.read_text().replace("min = 0.92", "min = 0.9").replace("seed = 42", "seed = 7"))
    (repository / "src" / "deep" / "features.py").rename(repository / "src" / "features.py")
    found = decided(run_cli, base)
    assert found["judge"]
    assert found["dataset_id"] == NEXT
    assert found["reasons"] == [
        f"Data: data_manifests/{NEXT}.json was added.",
        "mlops.toml: tasks.er.policy.criteria.precision.min is 0.92 on the base branch, 0.9 here.",
        "mlops.toml: tasks.er.seed is 42 on the base branch, 7 here.",
        "Code: src/features.py was added.",
        "Code: src/deep/features.py was removed.",
    ]
    said = run_cli("affected", "--task", "er", "--base", base).out
    assert said.startswith(f"The change must be judged on {NEXT}, against er_20250101.\n- Data: ")


def test_a_checkout_with_other_line_ends_is_equal(base: Path, run_cli: RunCli) -> None:
    for path in (base / "src" / "deep" / "features.py", base / "data_manifests" / f"{ID}.json", base / "mlops.toml"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert not decided(run_cli, base)["judge"]


def test_a_glob_that_the_change_removes_still_counts(base: Path, repository: Path, run_cli: RunCli) -> None:
    settings = repository / "mlops.toml"
    settings.write_text(settings.read_text().replace('code = ["src/**/*.py"]', "code = []"))
    (repository / "src" / "deep" / "features.py").write_text("x = 2\n")
    found = decided(run_cli, base)
    assert found["reasons"] == ["Code: src/deep/features.py was changed."]
    assert "the files of both count" in found["notes"][0]


def test_the_base_branch_says_what_is_in_production(base: Path, repository: Path, run_cli: RunCli) -> None:
    served = Environments(environments={"production": {"er": ID}})
    documents.write(repository / "model_cards" / "environments.json", served)
    assert decided(run_cli, base)["champion"] == "er_20250101"
    (base / "model_cards" / "environments.json").unlink()
    assert decided(run_cli, base)["champion"] == ""


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("mlops.toml", None, "it is new"),
        ("mlops.toml", "nonsense", "cannot be read: The settings are not valid TOML."),
        ("mlops.toml", "schema_version = 2\ntasks = {}\n", "cannot be read: The settings hold a value"),
        ("model_cards/environments.json", "{}", "The model in production cannot be told: This document does not say"),
        (
            "model_cards/environments.json",
            '{"schema_version": 1, "environments": {"prod": {}}}',
            "The model in production cannot be told: The policy compares with an environment that is not declared.",
        ),
    ],
)
def test_what_the_base_branch_does_not_say_is_judged(
    base: Path, run_cli: RunCli, file: str, text: str | None, reason: str
) -> None:
    (base / file).unlink()
    if text is not None:
        (base / file).write_text(text)
    found = decided(run_cli, base)
    assert found["judge"]
    assert reason in found["reasons"][0]


def test_a_task_that_only_the_change_declares_is_judged(base: Path, run_cli: RunCli) -> None:
    settings = base / "mlops.toml"
    renamed = (
        settings.read_text().replace("[tasks.er", "[tasks.other").replace('variables = "er"', 'variables = "other"')
    )
    settings.write_text(renamed)
    found = decided(run_cli, base)
    assert "it is new" in found["reasons"][0]


def test_a_manifest_that_is_not_valid_is_judged_without_a_hash(base: Path, repository: Path, run_cli: RunCli) -> None:
    (repository / "data_manifests" / f"{NEXT}.json").write_text("{")
    found = decided(run_cli, base)
    assert (found["judge"], found["dataset_id"], found["dataset_hash"]) == (True, NEXT, "")


def test_code_that_cannot_be_read_is_judged(base: Path, repository: Path, run_cli: RunCli) -> None:
    os.mkfifo(repository / "src" / "pipe.py")
    assert decided(run_cli, base)["reasons"] == ["Code: src/pipe.py cannot be compared: no regular file."]


def test_the_checkout_may_stand_inside_of_the_working_tree(base: Path, repository: Path, run_cli: RunCli) -> None:
    settings = repository / "mlops.toml"
    for path in (settings, base / "mlops.toml"):
        path.write_text(path.read_text().replace("src/**/*.py", "**/*.py"))
    inside = repository / "base"
    shutil.copytree(base, inside)
    assert not decided(run_cli, inside)["judge"]


def test_the_working_tree_itself_as_base_is_judged_for_nothing_could_differ(base: Path, run_cli: RunCli) -> None:
    assert base.is_dir()
    found = decided(run_cli, Path())
    assert found["reasons"] == ["The base is this working tree itself, with which nothing can differ."]
    assert (found["judge"], found["dataset_id"], found["champion"]) == (True, ID, "er_20250101")


@pytest.mark.parametrize("name", ["absent", "mlops.toml"])
def test_a_base_that_is_no_folder_is_refused(base: Path, run_cli: RunCli, name: str) -> None:
    assert base.is_dir()
    outcome = run_cli("affected", "--task", "er", "--base", name)
    assert outcome.code == 2
    assert "There is no checkout of the base branch here." in outcome.err
    assert outcome.out == ""


def test_a_task_that_is_not_declared_here_is_refused(base: Path, run_cli: RunCli) -> None:
    outcome = run_cli("affected", "--task", "fraud", "--base", base)
    assert outcome.code == 2
    assert "This task is not declared." in outcome.err


def test_inside_actions_it_sets_outputs_and_a_summary(
    base: Path, repository: Path, run_cli: RunCli, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLOPS_AFFECTED_TASK", "er")
    monkeypatch.setenv("MLOPS_AFFECTED_BASE", str(base))
    (repository / "src" / "``` @team <b>\nx.py").write_text("")
    assert run_cli("affected").code == 0
    assert page.outputs() == {
        "judge": "true",
        "dataset-id": ID,
        "dataset-hash": factories.DATA_SHA256,
        "champion": "er_20250101",
        "reasons": r"Code: src/``` @team <b>\nx.py was added.",
    }
    summary = page.summary
    assert summary.startswith(f"The change must be judged on {ID}, against er_20250101.\n\n````text\n- Code")
    assert summary.endswith("\n````\n")


def test_a_refusal_sets_no_output(base: Path, run_cli: RunCli, page: Page) -> None:
    assert run_cli("affected", "--task", "fraud", "--base", base).code == 2
    assert not page.output.exists()
