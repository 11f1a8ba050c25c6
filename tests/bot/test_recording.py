"""Submitting the records of a certification: one pull request, exact paths, evidence that is only added."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from mlops import documents
from mlops.bot.git import BOT
from mlops.bot.recording import read_records, rule_of
from mlops.bot.submitting import Records, submit
from mlops.errors import ConflictError, InputRefusedError
from tests import factories
from tests.bot import world
from tests.conftest import git
from tests.fakes.github import Hub

PAGE = "model_cards/er/PHASE3_RESULTS.md"
MANIFEST = f"data_manifests/{factories.DATASET_ID}.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a manifest and a page."""
    records = tmp_path / "records"
    for name, data in ((MANIFEST, documents.dumps(factories.manifest())), (PAGE, b"# Results\n")):
        (records / name).parent.mkdir(parents=True, exist_ok=True)
        (records / name).write_bytes(data)
    return records


def order(hub: Hub, folder: Path) -> Records:
    return Records(folder, "er", "main", BOT, str(hub.bare), os.environ, "The body")


def test_records_go_into_one_pull_request_which_a_second_run_finds(hub: Hub, folder: Path) -> None:
    before = world.head(hub)
    first = submit(world.client(hub), order(hub, folder))
    assert (first.status, first.branch, world.head(hub)) == ("opened", "mlops/records-er", before)
    assert git(hub.bare, "diff", "--name-only", "main", first.commit).splitlines() == [MANIFEST, PAGE]
    again = submit(world.client(hub), order(hub, folder))
    assert (again.status, again.commit, again.url) == ("unchanged", first.commit, first.url)
    (folder / PAGE).write_bytes(b"# Other results\n")
    later = submit(world.client(hub), order(hub, folder))
    assert (later.status, later.url) == ("updated", first.url)
    git(hub.bare, "update-ref", "refs/heads/main", later.commit)
    merged = submit(world.client(hub), order(hub, folder))
    assert (merged.status, merged.branch) == ("unchanged", "main")


@pytest.mark.parametrize(
    "name",
    [".github/workflows/x.yml", "mlops.toml", "data/er/er_20251020.csv", "data/er/claims_batch_20251013.csv",
     "model_cards/environments.json", "model_cards/er_20251020/x.py", "model_cards/claims/ledger.jsonl",
     "model_cards/er_20251020/../../x.json", "data_manifests/er_20251020.json\n"],
)  # fmt: skip
def test_no_other_path_is_ever_published(name: str) -> None:
    with pytest.raises(InputRefusedError, match="does not write this file"):
        rule_of(name, "er")


def link(folder: Path) -> None:
    (folder / PAGE).unlink()
    (folder / PAGE).symlink_to(folder / MANIFEST)


def other(folder: Path) -> None:
    documents.write(folder / MANIFEST, factories.manifest(id="er_20251021"))


def nothing(folder: Path) -> None:
    (folder / PAGE).unlink()
    (folder / MANIFEST).unlink()


def ledger(folder: Path) -> None:
    (folder / "model_cards/er/ledger.jsonl").write_bytes(b"{}\n")


@pytest.mark.parametrize("change", [link, other, nothing, ledger])
def test_what_is_no_folder_of_records_is_refused(folder: Path, change: Callable[[Path], None]) -> None:
    change(folder)
    with pytest.raises(InputRefusedError):
        read_records(folder, "er")


def test_a_card_that_stands_stays_with_its_evidence(hub: Hub, folder: Path) -> None:
    card = f"model_cards/{factories.DATASET_ID}.md"
    hub.state.bare.write("main", card, b"# The first\n", "A card", "octocat")
    for name in (card, f"model_cards/{factories.DATASET_ID}/gate.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"{}\n")
    done = submit(world.client(hub), order(hub, folder))
    assert git(hub.bare, "diff", "--name-only", "main", done.commit).splitlines() == [MANIFEST, PAGE]


def test_evidence_is_only_ever_added(pinned: Hub, folder: Path) -> None:
    documents.write(folder / MANIFEST, factories.manifest(source="another one"))
    with pytest.raises(ConflictError, match="published already"):
        submit(world.client(pinned), order(pinned, folder))


@pytest.mark.parametrize("name", ["model_cards/er/ledger.jsonl", "model_cards/judged.jsonl"])
def test_a_ledger_that_does_not_continue_the_base_is_a_conflict(hub: Hub, folder: Path, name: str) -> None:
    hub.state.bare.write("main", name, b"{}\n", "A run", "octocat")
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"")
    with pytest.raises(ConflictError, match=r"not an extension|only grows"):
        submit(world.client(hub), order(hub, folder))
