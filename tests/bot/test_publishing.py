"""Publishing a card against a real git repository: by push, under races, and what is refused."""

import threading
from pathlib import Path

import pytest

from mlops import documents, judged, registry
from mlops.artifact import GATE
from mlops.bot.publishing import publish
from mlops.bot.racing import Published
from mlops.card import checking
from mlops.errors import ConflictError, InputRefusedError, MlopsError, UnavailableError
from mlops.gate import GateReport
from mlops.ids import ModelId
from tests import factories
from tests.bot import world
from tests.conftest import git
from tests.fakes.github import Hub

ID = factories.DATASET_ID


def push(hub: Hub, artifact: Path) -> Published:
    return publish(world.client(hub), world.order(hub, artifact, "push"), world.describe)


def test_a_push_puts_card_evidence_and_ledger_on_the_base_branch(pinned: Hub, artifact: Path, tmp_path: Path) -> None:
    before = world.head(pinned)
    done = push(pinned, artifact)
    assert (done.status, done.branch, done.commit) == ("pushed", "main", world.head(pinned))
    assert git(pinned.bare, "rev-parse", "main^") == before
    tree = world.clone(pinned, tmp_path / "clone")
    assert checking.check(ModelId.parse(ID), tree / registry.FOLDER, tree / "data_manifests") == []
    (line,) = judged.read(tree / judged.FILE)
    assert (line.model_id, line.judged_on) == (ID, world.TODAY)


def test_the_commit_names_its_key_its_run_and_the_bot(pinned: Hub, artifact: Path) -> None:
    push(pinned, artifact)
    message = git(pinned.bare, "log", "-1", "--format=%an <%ae>%n%B", "main")
    author, subject, _, key, run = message.splitlines()
    assert author == "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>"
    assert subject == f"Publish the card of {ID}"
    assert key.startswith("Mlops-Key: ")
    assert len(key) == len("Mlops-Key: ") + 64
    assert run == f"Mlops-Run: {world.RUN_URL}"


def test_only_the_cards_change(pinned: Hub, artifact: Path) -> None:
    push(pinned, artifact)
    names = git(pinned.bare, "diff", "--name-only", "main^", "main").splitlines()
    assert names
    assert all(name.startswith("model_cards/") for name in names)


def test_a_second_time_nothing_is_committed(pinned: Hub, artifact: Path) -> None:
    first = push(pinned, artifact)
    again = push(pinned, artifact)
    assert (again.status, again.commit) == ("unchanged", first.commit)
    assert world.head(pinned) == first.commit


def test_training_again_to_the_same_model_is_the_same_card(pinned: Hub, artifact: Path, tmp_path: Path) -> None:
    first = push(pinned, artifact)
    later = world.judged(tmp_path / "again", seconds={"features": 4.0, "fit": 7.0}, run_url=f"{world.RUN_URL}1")
    again = push(pinned, later)
    assert (again.status, world.head(pinned)) == ("unchanged", first.commit)


def test_another_model_under_the_same_id_is_a_conflict(pinned: Hub, artifact: Path, tmp_path: Path) -> None:
    first = push(pinned, artifact)
    with pytest.raises(ConflictError) as caught:
        push(pinned, world.judged(tmp_path / "other", model=b"another model"))
    assert f"{ID}-2" in caught.value.fix
    assert world.head(pinned) == first.commit


def test_a_further_model_gets_a_card_of_its_own(pinned: Hub, artifact: Path, tmp_path: Path) -> None:
    push(pinned, artifact)
    done = push(pinned, world.judged(tmp_path / "other", model_id=f"{ID}-2", model=b"another model"))
    assert done.status == "pushed"
    tree = world.clone(pinned, tmp_path / "clone")
    assert registry.model_ids(tree / registry.FOLDER) == [ModelId.parse(ID), ModelId.parse(f"{ID}-2")]
    assert len(judged.read(tree / judged.FILE)) == 2


@pytest.mark.parametrize("verdict", ["fail", "inconclusive"])
def test_what_did_not_pass_is_refused(pinned: Hub, artifact: Path, verdict: str) -> None:
    report = documents.read(artifact / GATE, GateReport)
    documents.write(artifact / GATE, report.model_copy(update={"verdict": verdict}))
    before = world.head(pinned)
    with pytest.raises(InputRefusedError, match="Only what passed"):
        push(pinned, artifact)
    assert world.head(pinned) == before


def test_a_verdict_by_a_looser_policy_than_the_base_branchs_is_refused(pinned: Hub, artifact: Path) -> None:
    settings = pinned.state.bare.read("main", "mlops.toml").replace(b"min = 0.92", b"min = 0.95")
    pinned.state.bare.write("main", "mlops.toml", settings, "Ask for more", "octocat")
    with pytest.raises(InputRefusedError, match="looser policy") as caught:
        push(pinned, artifact)
    assert "0.95" in caught.value.found


def test_a_dataset_that_the_base_branch_does_not_pin_is_refused(hub: Hub, artifact: Path) -> None:
    world.pin(hub, id="er_20250101")
    with pytest.raises(InputRefusedError, match="does not pin") as caught:
        push(hub, artifact)
    assert "Merge the manifest first" in caught.value.fix


def test_a_damaged_artifact_is_refused(pinned: Hub, artifact: Path) -> None:
    (artifact / "model.skops").write_bytes(b"other")
    before = world.head(pinned)
    with pytest.raises(InputRefusedError, match=r"model\.skops"):
        push(pinned, artifact)
    assert world.head(pinned) == before


def test_a_branch_that_does_not_exist_is_told(pinned: Hub, artifact: Path) -> None:
    with pytest.raises(UnavailableError, match="git fetch"):
        publish(world.client(pinned), world.order(pinned, artifact, "push", base="absent"), world.describe)


def test_racing_runs_all_land_on_a_linear_history(pinned: Hub, tmp_path: Path) -> None:
    numbers = range(2, 5)
    artifacts = [world.judged(tmp_path / f"{n}", model_id=f"{ID}-{n}", model=f"model {n}".encode()) for n in numbers]
    done: list[Published] = []
    failed: list[MlopsError] = []

    def run(artifact: Path) -> None:
        try:
            done.append(push(pinned, artifact))
        except MlopsError as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(artifact,)) for artifact in artifacts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [one.status for one in done] == ["pushed"] * 3
    tree = world.clone(pinned, tmp_path / "clone")
    assert [model.number for model in registry.model_ids(tree / registry.FOLDER)] == list(numbers)
    assert len(judged.read(tree / judged.FILE)) == 3
    assert git(tree, "log", "--merges", "--format=%H") == ""


@pytest.mark.parametrize("said", ["GH006: Protected branch update failed", "GH013: Repository rule violations found"])
def test_a_protected_branch_is_explained(pinned: Hub, artifact: Path, said: str) -> None:
    hook = pinned.bare / "hooks" / "pre-receive"
    hook.write_text(f"#!/bin/sh\necho 'error: {said} for refs/heads/main.' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(UnavailableError, match="protected") as caught:
        push(pinned, artifact)
    assert "--mode pull-request" in caught.value.fix
    assert "GitHub App" in caught.value.fix


def test_hooks_and_settings_of_the_machine_are_not_asked(pinned: Hub, artifact: Path, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("pre-commit", "commit-msg", "pre-push"):
        (hooks / name).write_text("#!/bin/sh\nexit 1\n")
        (hooks / name).chmod(0o755)
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(f"[core]\n\thooksPath = {hooks}\n[commit]\n\tgpgSign = true\n")
    order = world.order(pinned, artifact, "push", environ=world.environ(HOME=str(home)))
    assert publish(world.client(pinned), order, world.describe).status == "pushed"
