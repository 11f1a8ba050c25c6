"""``mlops check``: whatever was damaged is told at its file, all of it at once, and a consistent repository passes."""

import json
import os
import shutil
import socket
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mlops import documents, judged, registry
from mlops.artifact import GATE, METRICS, TRAINING
from mlops.card import checking, evidence, render
from mlops.card.facts import CHART, NOTES
from mlops.consistency import cards as card_checks
from mlops.documents import canonical_json
from mlops.environments import Environments
from mlops.hashing import sha256_bytes
from mlops.judged import Judged
from mlops.metrics import Counts
from tests import factories
from tests.cli.pages import Page
from tests.conftest import RunCli

ID = factories.DATASET_ID
DATA = f"data/training/{ID}.parquet"
MANIFEST = f"data_manifests/{ID}.json"
CARD = f"model_cards/{ID}.md"
BAD = Counts(tp=800, fp=200, fn=40, tn=960)

LINE = Judged(
    test_sha256="a" * 64,
    model_sha256="b" * 64,
    model_id=ID,
    task="er",
    verdict="pass",
    policy_sha256="c" * 64,
    judged_on=date(2025, 10, 21),
)


def publish(repository: Path, dataset_id: str = ID, model_id: str = "", counts: Counts = factories.COUNTS) -> None:
    """Pin a dataset whose bytes lie in the repository, judge a model of it, and publish its card."""
    name = model_id or dataset_id
    data = f"data/training/{dataset_id}.parquet"
    documents.write_bytes(repository / data, b"data")
    manifest = factories.manifest(id=dataset_id, uris=(data,), bytes=4)
    documents.write(repository / "data_manifests" / f"{dataset_id}.json", manifest)
    artifact = factories.write_artifact(
        repository / "dist" / name,
        trained=factories.training(model_id=name, dataset_id=dataset_id),
        measured=factories.metrics(counts, model_id=name),
    )
    cards = repository / "model_cards"
    evidence.publish(evidence.collect(artifact, manifest, factories.task_settings(), cards), cards)


def serve(repository: Path, **environments: dict[str, str]) -> None:
    """Declare what is served, and have the cards say so."""
    cards = repository / "model_cards"
    documents.write(cards / "environments.json", Environments(environments=environments))
    for model in registry.model_ids(cards):
        evidence.publish(evidence.load(model, cards), cards)


@pytest.fixture
def state(repository: Path) -> Path:
    """Return a repository with a card in production, its evidence, its data, and a ledger."""
    publish(repository)
    serve(repository, production={"er": ID})
    judged.record(repository / judged.FILE, LINE)
    return repository


@pytest.fixture
def base(state: Path, tmp_path: Path) -> Path:
    """Return a checkout of the base branch, to which the working tree is equal yet."""
    folder = tmp_path / "base"
    shutil.copytree(state, folder, ignore=shutil.ignore_patterns(".git"))
    return folder


def found(run_cli: RunCli, *options: str | Path) -> dict[str, Any]:
    outcome = run_cli("check", "--json", *options)
    answer: dict[str, Any] = json.loads(outcome.out)
    assert outcome.code == (0 if answer["consistent"] else 3), outcome.err
    for problem in answer["problems"]:
        assert all(problem[name] for name in ("what", "file", "expected", "found", "fix")), problem
        assert not Path(problem["file"]).is_absolute()
    return answer


def problems(run_cli: RunCli, *options: str | Path) -> list[tuple[str, str]]:
    """Return what is wrong: the file, and what is said of it."""
    return [(problem["file"], problem["what"]) for problem in found(run_cli, *options)["problems"]]


def test_a_consistent_repository_passes_and_says_what_was_looked_at(state: Path, run_cli: RunCli) -> None:
    assert state.is_dir()
    answer = found(run_cli)
    assert (answer["consistent"], answer["problems"], answer["notes"]) == (True, [], [])
    assert answer["checked"] == {
        "manifests": 1,
        "data files": 1,
        "cards": 1,
        "lines of the ledger": 1,
        "served models": 1,
    }
    said = run_cli("check").out
    assert said.startswith("Everything holds. Checked in ")
    assert said.endswith("1 manifest, 1 data file, 1 card, 1 line of the ledger, 1 served model.\n")


def test_a_repository_with_nothing_but_settings_passes(repository: Path, run_cli: RunCli) -> None:
    assert repository.is_dir()
    assert run_cli("check").out.endswith(" s: nothing yet.\n")


def test_settings_that_cannot_be_read_are_the_callers_matter(state: Path, run_cli: RunCli) -> None:
    (state / "mlops.toml").write_text("nonsense")
    assert run_cli("check").code == 2


def edit(path: Path, **changes: object) -> None:
    path.write_bytes(canonical_json(json.loads(path.read_bytes()) | changes))


def flip(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"a", b"b", 1))


def steps(*parts: Callable[[Path], object]) -> Callable[[Path], object]:
    """Return what does several things to a repository, one after another."""

    def all_of_them(root: Path) -> None:
        for part in parts:
            part(root)

    return all_of_them


DAMAGE: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "data": (lambda root: flip(root / DATA), DATA, "sha256 mismatch"),
    "absent data": (lambda root: (root / DATA).unlink(), MANIFEST, "is not here"),
    "a pointer": (
        lambda root: (root / DATA).write_text("version https://git-lfs.github.com/spec/v1\n"),
        DATA,
        "Git LFS pointer",
    ),
    "a pipe": (
        steps(lambda root: (root / DATA).unlink(), lambda root: os.mkfifo(root / DATA)),
        DATA,
        "not a regular file",
    ),
    "a manifest": (lambda root: (root / MANIFEST).write_text("{"), MANIFEST, "not acceptable JSON"),
    "a key too much": (lambda root: edit(root / MANIFEST, more=1), MANIFEST, "not a valid Manifest"),
    "a foreign place": (lambda root: edit(root / MANIFEST, uris=["s3://a/b"]), MANIFEST, "does not allow data"),
    "a place outside": (lambda root: edit(root / MANIFEST, uris=["../x"]), MANIFEST, "inside the repository"),
    "another id": (lambda root: edit(root / MANIFEST, id="er_20250101"), MANIFEST, "do not agree"),
    "a card": (lambda root: flip(root / CARD), CARD, "not what its evidence renders to"),
    "words of a card": (
        lambda root: (root / CARD).write_text((root / CARD).read_text().replace("Verdict: pass", "Verdict: fine")),
        CARD,
        "not what its evidence renders to",
    ),
    "a chart": (lambda root: flip(root / "model_cards" / ID / CHART), f"model_cards/{ID}/{CHART}", "The chart"),
    "evidence": (
        lambda root: edit(root / "model_cards" / ID / GATE, verdict="fail"),
        f"model_cards/{ID}/{GATE}",
        "do not belong together",
    ),
    "evidence taken away": (
        lambda root: (root / "model_cards" / ID / METRICS).unlink(),
        f"model_cards/{ID}/{METRICS}",
        "does not exist",
    ),
    "a card taken away": (lambda root: (root / CARD).unlink(), f"model_cards/{ID}", "evidence without a card"),
    "another pin": (
        steps(
            lambda root: edit(root / MANIFEST, sha256=sha256_bytes(b"else")),
            lambda root: (root / DATA).write_bytes(b"else"),
        ),
        MANIFEST,
        "pinned to other bytes",
    ),
    "the ledger": (lambda root: flip(root / judged.FILE), "model_cards/judged.jsonl", ""),
    "environments": (
        lambda root: edit(root / "model_cards" / "environments.json", environments={"production": {"er": "x"}}),
        "model_cards/environments.json",
        "not a valid Environments",
    ),
    "a model that is not there": (
        lambda root: serve(root, production={"er": "er_20250101"}),
        "model_cards/environments.json",
        "must not serve",
    ),
    "a task that is not declared": (
        lambda root: serve(root, production={"er": ID, "claims": "claims_20250101"}),
        "model_cards/environments.json",
        "must not serve",
    ),
    "a baseline that is not declared": (
        lambda root: serve(root, staging={}),
        "model_cards/environments.json",
        "environment that is not declared",
    ),
    "a linked folder": (
        steps(
            lambda root: (root / "data_manifests").rename(root / "x"),
            lambda root: (root / "data_manifests").symlink_to("x"),
        ),
        "data_manifests",
        "not a folder",
    ),
}


@pytest.mark.parametrize("damage", list(DAMAGE))
def test_whatever_is_damaged_is_told_at_its_file(state: Path, run_cli: RunCli, damage: str) -> None:
    change, file, words = DAMAGE[damage]
    change(state)
    told = problems(run_cli)
    assert any(name.startswith(file) and words in what for name, what in told), told


def test_every_problem_is_told_not_only_the_first(state: Path, run_cli: RunCli) -> None:
    flip(state / DATA)
    documents.write_bytes(state / "data_manifests" / "er_20250101.json", b"[]")
    edit(state / "model_cards" / ID / METRICS, model_id="er_20250101", threshold=0.1)
    (state / judged.FILE).write_text("{}\n")
    told = problems(run_cli)
    files = [file for file, _ in told]
    assert {DATA, "data_manifests/er_20250101.json", f"model_cards/{ID}/{METRICS}"} <= set(files)
    assert any(file.startswith("model_cards/judged.jsonl") for file in files)
    assert files.count(f"model_cards/{ID}/{METRICS}") == 3  # its hash, its model and its threshold
    assert "whose evidence does not" in found(run_cli)["problems"][-1]["found"]
    outcome = run_cli("check")
    assert outcome.code == 3
    assert f"{len(told)} things do not hold. Checked in " in outcome.out
    assert outcome.err.count("do now: ") == len(told)


def test_a_model_that_did_not_pass_is_not_served(repository: Path, run_cli: RunCli) -> None:
    publish(repository, counts=BAD)
    assert found(run_cli)["consistent"]
    serve(repository, production={"er": ID})
    (problem,) = found(run_cli)["problems"]
    assert problem["field"] == "environments.production.er"
    assert problem["found"] == f"{ID}, whose verdict is fail"


def test_a_card_that_is_served_and_cannot_be_read_is_told(state: Path, run_cli: RunCli) -> None:
    (state / CARD).write_text("no front matter\n")
    assert "a card that can be read" in found(run_cli)["problems"][-1]["expected"]


def test_data_that_lies_elsewhere_is_not_fetched_and_this_is_said(
    state: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = state / "mlops.toml"
    settings.write_text(settings.read_text().replace('schemes = ["file"]', 'schemes = ["file", "https"]'))
    edit(state / MANIFEST, uris=[DATA, "https://data.example.org/er.parquet"])

    def no_network(*arguments: object) -> None:
        raise AssertionError(f"asked the network: {arguments}")

    monkeypatch.setattr(socket, "socket", no_network)
    answer = found(run_cli)
    assert answer["consistent"]
    assert "1 place outside of the repository not looked at" in answer["notes"][0]
    (state / DATA).unlink()
    answer = found(run_cli)
    assert answer["consistent"]
    assert f"{DATA} is not here; the manifest names another place too." in answer["notes"][1]
    assert answer["checked"]["data files"] == 0


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["x.md", "X.md"], "differ only by case"),
        (["CON.md"], "keeps this name"),
        (["nul"], "keeps this name"),
        (["ER_20251020-2.md"], "resembles an id"),
        (["aux_20251020.md"], "resembles an id"),
        (["er_20251340.md"], "resembles an id"),
        (["er_20251020_2.md"], "resembles an id"),
    ],
)
@pytest.mark.parametrize("folder", ["model_cards", "data_manifests"])
def test_bad_input_53_names_that_are_not_the_same_everywhere(
    state: Path, run_cli: RunCli, folder: str, names: list[str], words: str
) -> None:
    for name in names:
        (state / folder / name).write_text("x\n")
    ((file, what),) = problems(run_cli)
    assert file == f"{folder}/{min(names)}"
    assert words in what


def test_other_files_beside_the_cards_are_welcome(state: Path, run_cli: RunCli) -> None:
    (state / "model_cards" / "README.md").write_text("# Cards\n")
    (state / "model_cards" / "claims").mkdir()
    assert found(run_cli)["consistent"]


def test_it_hashes_each_data_file_and_renders_each_card_once(
    state: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2, 6):
        publish(state, model_id=f"{ID}-{number}")
    opened, rendered = [], []
    whole = os.open

    def counting_open(path: Any, *rest: Any, **named: Any) -> int:
        opened.append(str(path))
        return whole(path, *rest, **named)

    def counting_render(facts: Any) -> str:
        rendered.append(facts.training.model_id)
        return render(facts)

    monkeypatch.setattr(os, "open", counting_open)
    monkeypatch.setattr(checking, "render", counting_render)
    assert found(run_cli)["consistent"]
    assert opened.count(str(state / DATA)) == 1
    assert sorted(rendered) == [ID, *(f"{ID}-{number}" for number in range(2, 6))]


def test_against_an_equal_base_branch_nothing_is_said(base: Path, run_cli: RunCli) -> None:
    answer = found(run_cli, "--base", base)
    assert (answer["problems"], answer["notes"]) == ([], [])


def test_what_is_added_is_welcome_and_a_promotion_is_told(base: Path, state: Path, run_cli: RunCli) -> None:
    publish(state, "er_20251120")
    serve(state, production={"er": "er_20251120"}, staging={"er": ID})
    judged.record(state / judged.FILE, LINE.model_copy(update={"model_sha256": "d" * 64}))
    answer = found(run_cli, "--base", base)
    assert answer["problems"] == []
    assert answer["notes"] == [
        f"production: er is served by er_20251120 instead of {ID}.",
        f"staging: er is served by {ID} instead of no model.",
        f"model_cards/{ID}.md was rendered again.",
    ]


def rewrite(root: Path) -> None:
    """Replace card and evidence by those of another judgement of the same id, which agree with one another."""
    for name in ("dist", "model_cards"):
        shutil.rmtree(root / name)
    publish(root, counts=Counts(tp=978, fp=22, fn=42, tn=958))
    serve(root, production={"er": ID})
    judged.record(root / judged.FILE, LINE)


ALTERED: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "a manifest": (lambda root: edit(root / MANIFEST, source="elsewhere"), {MANIFEST}),
    "a manifest that a card names": (lambda root: (root / MANIFEST).unlink(), {MANIFEST}),
    "evidence that still agrees": (
        rewrite,
        {f"model_cards/{ID}/{name}" for name in (GATE, METRICS, "checksums.txt", NOTES)},
    ),
    "a served card": (
        steps(lambda root: (root / CARD).unlink(), lambda root: shutil.rmtree(root / "model_cards" / ID)),
        {CARD, f"model_cards/{ID}/{GATE}", f"model_cards/{ID}/{TRAINING}"},
    ),
    "the ledger": (lambda root: (root / judged.FILE).unlink(), {"model_cards/judged.jsonl"}),
    "a line of the ledger": (
        lambda root: documents.write_bytes(
            root / judged.FILE, judged.dumps([LINE.model_copy(update={"judged_on": date(2025, 10, 22)})])
        ),
        {"model_cards/judged.jsonl"},
    ),
    "a link": (
        steps(
            lambda root: (root / MANIFEST).rename(root / "x"),
            lambda root: (root / MANIFEST).symlink_to(root / "x"),
        ),
        {MANIFEST},
    ),
    "a link out": (
        steps(
            lambda root: (root / MANIFEST).rename(root.parent / "y"),
            lambda root: (root / MANIFEST).symlink_to(root.parent / "y"),
        ),
        {MANIFEST},
    ),
}


@pytest.mark.parametrize("change", list(ALTERED))
def test_what_the_base_branch_has_committed_stands(base: Path, state: Path, run_cli: RunCli, change: str) -> None:
    alter, files = ALTERED[change]
    alter(state)
    kept = ("altered", "taken away", "missing", "cannot be compared")
    told = {file for file, what in problems(run_cli, "--base", base) if any(word in what for word in kept)}
    assert files <= told


def test_without_a_base_branch_evidence_that_agrees_is_believed(base: Path, state: Path, run_cli: RunCli) -> None:
    assert base.is_dir()
    rewrite(state)
    assert found(run_cli)["consistent"]


def test_what_nobody_needs_may_go_and_this_is_told(state: Path, tmp_path: Path, run_cli: RunCli) -> None:
    publish(state, "er_20251120")
    folder = tmp_path / "base"
    shutil.copytree(state, folder)
    (state / "data_manifests" / "er_20251120.json").unlink()
    (state / "model_cards" / "er_20251120.md").unlink()
    shutil.rmtree(state / "model_cards" / "er_20251120")
    answer = found(run_cli, "--base", folder)
    assert answer["consistent"]
    assert "data_manifests/er_20251120.json was removed." in answer["notes"]
    assert "model_cards/er_20251120.md was removed." in answer["notes"]


def test_a_page_may_be_rendered_again_from_the_same_evidence(base: Path, run_cli: RunCli) -> None:
    (base / CARD).write_text("as an older version rendered it\n")
    answer = found(run_cli, "--base", base)
    assert answer["consistent"]
    assert answer["notes"] == [f"{CARD} was rendered again."]


def test_a_base_branch_with_other_line_ends_is_equal(base: Path, run_cli: RunCli) -> None:
    for path in (base / MANIFEST, base / CARD):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert found(run_cli, "--base", base)["notes"] == []


def test_a_base_branch_whose_own_state_cannot_be_read_is_told(base: Path, run_cli: RunCli) -> None:
    (base / judged.FILE).write_text("{}\n")
    (base / "model_cards" / "environments.json").write_text("{}")
    answer = found(run_cli, "--base", base)
    assert [problem["file"] for problem in answer["problems"]] == ["model_cards/judged.jsonl"]
    assert "cannot be read" in answer["notes"][0]


@pytest.mark.parametrize("name", [".", "absent"])
def test_a_base_with_which_nothing_could_differ_is_refused(state: Path, run_cli: RunCli, name: str) -> None:
    assert state.is_dir()
    assert run_cli("check", "--base", name).code == 2


def test_inside_actions_every_problem_is_an_annotation_at_its_file(state: Path, run_cli: RunCli, page: Page) -> None:
    assert run_cli("check").code == 0
    assert page.summary.startswith("Everything holds. Checked in ")
    flip(state / DATA)
    (state / "model_cards" / "x``` @team\n.md").write_text("")
    (state / "model_cards" / "X``` @team\n.md").write_text("")
    outcome = run_cli("check")
    assert outcome.code == 3
    annotations = [line for line in outcome.err.splitlines() if line.startswith("::error ")]
    assert len(annotations) == 2
    assert f"file={DATA}::" in annotations[1]
    assert "2 things do not hold." in page.summary
    assert "\n````text\nTwo names differ only by case." in page.summary


def test_cards_that_hold_are_told_apart(state: Path) -> None:
    publish(state, "er_20251120")
    flip(state / "model_cards" / "er_20251120" / CHART)
    assert card_checks.check_cards(state).sound == {ID}
