"""Finding an artifact across runs: which one counts, and what is never believed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from mlops import checksums
from mlops.bot.artifacts import Found, card_of, names_for, obtain, wanted_for_model
from mlops.bot.client import GitHub
from mlops.bot.publishing import publish
from mlops.bot.sources import Wanted
from mlops.errors import InputRefusedError, UnavailableError
from mlops.hashing import sha256_bytes
from mlops.ids import DatasetId, ModelId
from tests import factories
from tests.bot import world
from tests.fakes.github import Hub
from tests.fakes.github.hub import zipped

ID = factories.DATASET_ID
NAME = "er-model-20251020"
WANTED = Wanted(names=(NAME,), dataset_sha256=factories.DATA_SHA256)


def found_by(hub: Hub, out: Path, wanted: Wanted = WANTED, github: GitHub | None = None) -> Found:
    return obtain(github or world.client(hub), wanted, out)


def refused(hub: Hub, out: Path, wanted: Wanted = WANTED, *, match: str = "no artifact") -> InputRefusedError:
    with pytest.raises(InputRefusedError, match=match) as caught:
        found_by(hub, out, wanted)
    assert not out.exists()
    assert list(out.parent.glob(".artifact-*")) == []
    return caught.value


def test_it_is_downloaded_verified_and_named(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    run = hub.add_run()
    hub.add_artifact(run, NAME, artifact)
    out = tmp_path / "out"
    found = found_by(hub, out)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == {p.name: p.read_bytes() for p in artifact.iterdir()}
    assert found.artifact_sha256 == sha256_bytes((artifact / "checksums.txt").read_bytes())
    assert (found.training.model_id, found.run_id) == (ID, str(run))
    assert found.run_url.endswith(f"/actions/runs/{run}")


def test_the_newest_run_wins(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    hub.add_artifact(hub.add_run(), NAME, artifact)
    newest = hub.add_run()
    hub.add_artifact(newest, NAME, world.judged(tmp_path / "newer", model=b"newer"))
    assert found_by(hub, tmp_path / "out").run_id == str(newest)


def test_a_run_that_is_named_wins_over_newer_ones(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    old = hub.add_run(head_branch="main", workflow_path=".github/workflows/data-refresh.yml")
    hub.add_artifact(old, NAME, artifact)
    hub.add_artifact(hub.add_run(), NAME, world.judged(tmp_path / "newer", model=b"newer"))
    assert found_by(hub, tmp_path / "out", replace(WANTED, run_id=old)).run_id == str(old)


def test_the_content_decides_between_datasets_of_one_name(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    ours = hub.add_run()
    hub.add_artifact(ours, NAME, artifact)
    hub.add_artifact(hub.add_run(), NAME, world.judged(tmp_path / "new", dataset_sha256=sha256_bytes(b"other")))
    assert found_by(hub, tmp_path / "out").run_id == str(ours)


@pytest.mark.parametrize(
    "run",
    [
        {"head_repository": "mallory/er-models"},
        {"head_branch": "feature"},
        {"workflow_path": ".github/workflows/evil.yml"},
    ],
)
def test_runs_of_forks_other_branches_and_other_workflows_do_not_count(
    hub: Hub, artifact: Path, tmp_path: Path, run: dict[str, str]
) -> None:
    world.clone(hub, tmp_path / "clone")
    hub.state.bare.point("refs/heads/feature", hub.state.bare.branch("main"), "0" * 40)
    hub.add_artifact(hub.add_run(**run), NAME, artifact)  # type: ignore[arg-type]  # texts only
    error = refused(hub, tmp_path / "out")
    assert error.found == "none"
    assert hub.requests("GET", r"/zip$") == []


def test_a_fork_does_not_count_even_when_its_run_is_named(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    run = hub.add_run(head_repository="mallory/er-models")
    hub.add_artifact(run, NAME, artifact)
    refused(hub, tmp_path / "out", replace(WANTED, run_id=run))


def test_an_expired_artifact_does_not_count(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    hub.add_artifact(hub.add_run(), NAME, artifact, expired=True)
    assert "expire" in refused(hub, tmp_path / "out").why


def test_without_any_it_says_what_to_run(hub: Hub, tmp_path: Path) -> None:
    fix = refused(hub, tmp_path / "out").fix
    assert fix == f"Train first: gh workflow run entity-resolution-train.yml -f dataset_hash={factories.DATA_SHA256}"


def test_it_looks_at_all_pages(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    hub.add_artifact(hub.add_run(), NAME, artifact)
    other = world.judged(tmp_path / "other", dataset_sha256=sha256_bytes(b"other"))
    feature = hub.add_run(workflow_path=".github/workflows/other.yml")
    for _ in range(120):
        hub.add_artifact(feature, NAME, zipped(other))
    found_by(hub, tmp_path / "out")
    assert len(hub.requests("GET", r"/actions/artifacts$")) == 2
    assert len(hub.requests("GET", r"/actions/runs/")) == 2


def test_an_archive_with_another_digest_than_githubs_ends_the_search(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    number = hub.add_artifact(hub.add_run(), NAME, artifact)
    kept = hub.state.artifacts[number]
    hub.faults.after("GET", r"/actions/runs/", lambda: setattr(kept, "content", kept.read() + b"x"))
    assert refused(hub, tmp_path / "out", match="not the one that was uploaded").field == "digest"


def test_a_file_that_was_exchanged_inside_ends_the_search(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    hub.add_artifact(hub.add_run(), NAME, artifact)
    (artifact / "model.skops").write_bytes(b"exchanged")
    hub.add_artifact(hub.add_run(), NAME, artifact)
    assert refused(hub, tmp_path / "out", match="does not match").field == "sha256"


def test_a_record_that_names_another_model_file_ends_the_search(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    training = artifact / "training.json"
    training.write_text(training.read_text().replace(sha256_bytes(factories.MODEL_BYTES), sha256_bytes(b"x")))
    checksums.write(artifact, ("evaluation.parquet", "metrics.json", "model.skops", "training.json"))
    hub.add_artifact(hub.add_run(), NAME, artifact)
    assert refused(hub, tmp_path / "out", match="another model file").field == "model_sha256"


def test_the_token_does_not_follow_the_redirection(
    hub: Hub, artifact: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, bool]] = []
    get = requests.get

    def looked_at(url: str, **options: Any) -> requests.Response:
        seen.append((url.split("/")[2], "Authorization" in options["headers"]))
        return get(url, **options)

    monkeypatch.setattr(requests, "get", looked_at)
    hub.add_artifact(hub.add_run(), NAME, artifact)
    found_by(hub, tmp_path / "out")
    (api, with_token), (storage, without) = seen
    assert api != storage
    assert (with_token, without) == (True, False)


def test_a_folder_with_files_is_left_alone(hub: Hub, artifact: Path) -> None:
    with pytest.raises(InputRefusedError, match="not empty"):
        found_by(hub, artifact)
    assert hub.log == []


def test_an_empty_folder_is_used(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    hub.add_artifact(hub.add_run(), NAME, artifact)
    (tmp_path / "out").mkdir()
    found_by(hub, tmp_path / "out")
    assert (tmp_path / "out" / "model.skops").is_file()


def test_a_download_that_is_cut_is_tried_again(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    hub.add_artifact(hub.add_run(), NAME, artifact)
    hub.faults.cut("GET", r"/zip$")
    hub.faults.bad_gateway("GET", r"/zip$")
    found_by(hub, tmp_path / "out")
    assert len(hub.requests("GET", r"/zip$")) == 3


def test_a_download_that_never_works_ends_at_the_deadline(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    hub.add_artifact(hub.add_run(), NAME, artifact)
    hub.faults.bad_gateway("GET", r"/zip$", times=None)
    with pytest.raises(UnavailableError, match="within 30 s"):
        found_by(hub, tmp_path / "out", github=world.client(hub, deadline=30))
    assert not (tmp_path / "out").exists()


def test_a_token_that_may_not_read_runs_is_told_the_line(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    hub.add_artifact(hub.add_run(), NAME, artifact)
    token = hub.token_for("github-actions[bot]", without=("actions",))
    with pytest.raises(UnavailableError) as caught:
        found_by(hub, tmp_path / "out", github=world.client(hub, token=token))
    assert "`actions: read`" in caught.value.fix


def test_further_models_on_a_dataset_are_looked_for_too() -> None:
    dataset = DatasetId.parse(ID)
    assert names_for(dataset, []) == (NAME,)
    assert names_for(dataset, [ModelId(dataset), ModelId.parse("er_20250101-7")]) == (f"{NAME}-2", NAME)


def test_a_card_says_which_bytes_its_model_is(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    world.pin(hub)
    publish(world.client(hub), world.order(hub, artifact, "push"), world.describe)
    root = world.clone(hub, tmp_path / "clone")
    record = card_of(ModelId.parse(ID), root)
    wanted = wanted_for_model(ModelId.parse(ID), record, Wanted(names=()))
    assert wanted.names == (NAME,)
    assert wanted.artifact_sha256 == sha256_bytes((artifact / "checksums.txt").read_bytes())
    hub.add_artifact(hub.add_run(), NAME, world.judged(tmp_path / "other", model=b"other"))
    refused(hub, tmp_path / "out", wanted)
    hub.add_artifact(hub.add_run(), NAME, artifact)
    assert found_by(hub, tmp_path / "out", wanted).artifact_sha256 == wanted.artifact_sha256
    assert card_of(ModelId.parse(f"{ID}-2"), root) is None
