"""Releases: a draft is filled file by file and published last; other bytes are a conflict."""

from pathlib import Path

import pytest

from mlops.bot.artifacts import obtain
from mlops.bot.releases import Contents, Published, publish
from mlops.bot.sources import Wanted
from mlops.bot.transfers import is_upload_address
from mlops.errors import ConflictError, InputRefusedError, UnavailableError
from mlops.ids import ModelId
from tests import factories
from tests.bot import world
from tests.fakes.github import Hub
from tests.fakes.github.state import Release

ID = factories.DATASET_ID


def contents(artifact: Path) -> Contents:
    files = {path.name: path.read_bytes() for path in artifact.iterdir()}
    gate = files.pop("gate.json")
    return Contents(files, {"gate.json": gate, f"{ID}.md": b"# Card\n"})


def release(hub: Hub, artifact: Path, *, token: str | None = None, deadline: float = 60) -> Published:
    client = world.client(hub, token=token, deadline=deadline)
    return publish(client, contents(artifact), tag=ID, commit=world.head(hub), title=f"Model {ID}", body="Passed.")


def only(hub: Hub) -> Release:
    (found,) = hub.state.releases.values()
    return found


def test_it_holds_the_artifact_the_verdict_and_the_card_under_the_models_id(hub: Hub, artifact: Path) -> None:
    done = release(hub, artifact)
    assert (done.status, done.tag) == ("created", ID)
    found = only(hub)
    assert (found.tag, found.draft, found.target) == (ID, False, world.head(hub))
    wanted = contents(artifact)
    assert {asset.name: asset.content for asset in found.assets} == {**wanted.artifact, **wanted.companions}
    assert done.url.endswith(f"/releases/tag/{ID}")


def test_it_is_published_after_the_last_upload(hub: Hub, artifact: Path) -> None:
    release(hub, artifact)
    writes = [exchange for exchange in hub.log if exchange.method != "GET"]
    assert (writes[0].method, writes[-1].method) == ("POST", "PATCH")
    assert writes[0].body["draft"] is True
    assert [exchange.method for exchange in writes[1:-1]] == ["POST"] * 7


def test_a_second_time_nothing_is_written(hub: Hub, artifact: Path) -> None:
    release(hub, artifact)
    writes = len([exchange for exchange in hub.log if exchange.method != "GET"])
    assert release(hub, artifact).status == "unchanged"
    assert len([exchange for exchange in hub.log if exchange.method != "GET"]) == writes


def test_judged_again_the_same_model_stays_as_it_was_released(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    release(hub, artifact)
    again = world.judged(tmp_path / "again", run_url=f"{world.RUN_URL}9")
    assert release(hub, again).status == "unchanged"
    kept = next(asset for asset in only(hub).assets if asset.name == "gate.json")
    assert kept.content == (artifact / "gate.json").read_bytes()


def test_another_model_under_the_same_id_is_a_conflict(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    release(hub, artifact)
    before = {asset.name: asset.content for asset in only(hub).assets}
    with pytest.raises(ConflictError, match="another model"):
        release(hub, world.judged(tmp_path / "other", model=b"m0del"))
    assert {asset.name: asset.content for asset in only(hub).assets} == before


def test_a_half_uploaded_file_is_removed_and_uploaded_again(hub: Hub, artifact: Path) -> None:
    hub.faults.answer("PATCH", r"/releases/", 401, message="Bad credentials")
    with pytest.raises(UnavailableError):
        release(hub, artifact)
    asset = only(hub).assets[0]
    asset.state, asset.content = "starter", b""
    assert release(hub, artifact).status == "updated"
    assert {asset.state for asset in only(hub).assets} == {"uploaded"}
    assert {a.name: a.content for a in only(hub).assets}[asset.name] == contents(artifact).artifact[asset.name]


@pytest.mark.parametrize("stored", [True, False])
def test_an_upload_whose_answer_was_lost_is_looked_for(hub: Hub, artifact: Path, *, stored: bool) -> None:
    hub.faults.cut("POST", r"/assets$", stored=stored)
    hub.faults.bad_gateway("POST", r"/assets$", stored=stored)
    release(hub, artifact)
    assert len(only(hub).assets) == 7


@pytest.mark.parametrize("stored", [True, False])
def test_a_draft_whose_answer_was_lost_is_made_once(hub: Hub, artifact: Path, *, stored: bool) -> None:
    hub.faults.bad_gateway("POST", r"/releases$", stored=stored)
    release(hub, artifact)
    assert not only(hub).draft


def test_two_runs_at_once_leave_one_release(hub: Hub, artifact: Path) -> None:
    client = world.client(hub)
    wanted = contents(artifact)

    def somebody_is_faster() -> None:
        publish(client, wanted, tag=ID, commit=world.head(hub), title="Earlier", body="Passed.")

    hub.faults.before("POST", r"/releases$", somebody_is_faster)
    release(hub, artifact)
    assert only(hub).name == "Earlier"


def test_an_upload_that_never_ends_stops_at_the_deadline(hub: Hub, artifact: Path) -> None:
    hub.faults.bad_gateway("POST", r"/assets$", times=None)
    with pytest.raises(UnavailableError):
        release(hub, artifact, deadline=20)
    assert only(hub).draft


def test_a_token_that_may_not_write_is_told_the_line(hub: Hub, artifact: Path) -> None:
    token = hub.token_for("github-actions[bot]", without=("contents",))
    with pytest.raises(UnavailableError) as caught:
        release(hub, artifact, token=token)
    assert "`contents: write`" in caught.value.fix


def test_a_released_model_is_found_again(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    release(hub, artifact)
    wanted = Wanted(names=("er-model-20251020",), model_id=ModelId.parse(ID))
    found = obtain(world.client(hub), wanted, tmp_path / "out")
    assert (found.run_id, found.run_url) == ("", f"https://github.com/acme/er-models/releases/tag/{ID}")
    out = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert out == {path.name: path.read_bytes() for path in artifact.iterdir()}


def test_a_release_that_somebody_else_filled_is_refused(hub: Hub, artifact: Path, tmp_path: Path) -> None:
    release(hub, artifact)
    asset = next(asset for asset in only(hub).assets if asset.name == "model.skops")
    asset.content = b"exchanged"
    hub.add_artifact(hub.add_run(), "er-model-20251020", artifact)
    wanted = Wanted(names=("er-model-20251020",), model_id=ModelId.parse(ID))
    with pytest.raises(InputRefusedError, match="does not match"):
        obtain(world.client(hub), wanted, tmp_path / "out")


@pytest.mark.parametrize(
    ("url", "api", "allowed"),
    [
        ("https://uploads.github.com/repos/a/b/releases/1/assets", "https://api.github.com", True),
        ("https://host/api/uploads/repos/a/b/releases/1/assets", "https://host/api/v3", True),
        ("https://uploads.acme.ghe.com/x", "https://api.acme.ghe.com", True),
        ("https://uploads.github.com.example.org/x", "https://api.github.com", False),
        ("http://uploads.github.com/x", "https://api.github.com", False),
        ("https://example.org/x", "https://api.github.com", False),
        ("https://host:8443/x", "https://host/api/v3", False),
    ],
)
def test_uploads_go_to_githubs_hosts_only(url: str, api: str, *, allowed: bool) -> None:
    assert is_upload_address(url, api) is allowed
