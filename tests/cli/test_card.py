"""``mlops card``: written from an artifact, checked from git, and refused when text and evidence differ."""

import json
from pathlib import Path

import pytest

from mlops import documents
from mlops.card.facts import CHART
from mlops.errors import ExitCode
from mlops.hashing import sha256_bytes
from tests import factories
from tests.conftest import RunCli

ID = factories.DATASET_ID


@pytest.fixture
def artifact(repository: Path) -> Path:
    """Return a judged artifact in a repository that pins its dataset."""
    documents.write(repository / "data_manifests" / f"{ID}.json", factories.manifest())
    return factories.write_artifact(repository / "dist" / ID)


@pytest.fixture
def committed(artifact: Path, run_cli: RunCli, repository: Path) -> Path:
    """Return the folder of a card that was written."""
    assert run_cli("card", artifact).code == ExitCode.DONE
    return repository / "model_cards"


def test_it_writes_the_card_and_says_where(artifact: Path, run_cli: RunCli, repository: Path) -> None:
    outcome = run_cli("card", artifact)
    assert outcome.code == ExitCode.DONE
    assert outcome.out.endswith(f"{ID}.md: written (verdict: pass)\n")
    assert "Decide whether two records of a customer" in (repository / "model_cards" / f"{ID}.md").read_text()


def test_json_says_the_same(artifact: Path, run_cli: RunCli, tmp_path: Path) -> None:
    said = json.loads(run_cli("card", artifact, "--json", "--out", tmp_path / "cards").out)
    assert said == {"card": str(tmp_path / "cards" / f"{ID}.md"), "id": ID, "status": "written", "verdict": "pass"}


def test_a_second_time_nothing_changes(committed: Path, artifact: Path, run_cli: RunCli) -> None:
    before = (committed / f"{ID}.md").stat().st_mtime_ns
    assert "unchanged" in run_cli("card", artifact).out
    assert (committed / f"{ID}.md").stat().st_mtime_ns == before


def test_an_artifact_with_a_changed_file_is_refused_before_anything_is_written(artifact: Path, run_cli: RunCli) -> None:
    (artifact / "model.skops").write_bytes(b"other")
    outcome = run_cli("card", artifact)
    assert outcome.code == ExitCode.REFUSED
    assert "model.skops" in outcome.err
    assert not Path("model_cards").exists()


def test_another_model_under_the_same_id_is_a_conflict(committed: Path, repository: Path, run_cli: RunCli) -> None:
    other = sha256_bytes(b"other data")
    documents.write(repository / "data_manifests" / f"{ID}.json", factories.manifest(sha256=other))
    trained, measured = factories.training(dataset_sha256=other), factories.metrics(dataset_sha256=other)
    second = factories.write_artifact(repository / "dist" / "second", trained=trained, measured=measured)
    before = (committed / f"{ID}.md").read_bytes()
    assert run_cli("card", second).code == ExitCode.CONFLICT
    assert (committed / f"{ID}.md").read_bytes() == before


def test_it_asks_for_exactly_one_artifact(repository: Path, run_cli: RunCli) -> None:
    del repository
    for arguments in ((), ("a", "b")):
        outcome = run_cli("card", *arguments)
        assert outcome.code == ExitCode.USAGE
        assert "Name one artifact" in outcome.err


def test_an_absent_folder_is_refused(repository: Path, run_cli: RunCli) -> None:
    del repository
    outcome = run_cli("card", "dist/absent")
    assert outcome.code == ExitCode.REFUSED
    assert "training.json" in outcome.err


def test_untouched_cards_pass_the_check(committed: Path, run_cli: RunCli) -> None:
    outcome = run_cli("card", "--check")
    assert (outcome.code, ID in outcome.out) == (ExitCode.DONE, True)
    assert run_cli("card", "--check", ID).code == ExitCode.DONE
    assert json.loads(run_cli("card", "--check", "--json", "--out", committed).out) == {"checked": [ID], "problems": []}


def test_a_repository_without_cards_passes_the_check(repository: Path, run_cli: RunCli) -> None:
    del repository
    assert run_cli("card", "--check").code == ExitCode.DONE


def test_later_edits_of_the_settings_leave_old_cards_valid(committed: Path, repository: Path, run_cli: RunCli) -> None:
    settings = repository / "mlops.toml"
    settings.write_text(settings.read_text().replace("Decide whether", "Suggest whether").replace("0.92", "0.95"))
    assert committed.is_dir()
    assert run_cli("card", "--check").code == ExitCode.DONE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("**97.6 %**", "**99.9 %**"),
        ("Verdict: pass.", "Verdict: excellent."),
        ("  threshold: 0.4375", "  threshold: 0.5"),
        ("- **Clearly worse** for script", "- **Fine** for script"),
        ("[training.json]", "[training file]"),
    ],
)
def test_a_word_or_number_changed_by_hand_is_shown_and_refused(
    committed: Path, run_cli: RunCli, before: str, after: str
) -> None:
    card = committed / f"{ID}.md"
    assert before in card.read_text()
    card.write_text(card.read_text().replace(before, after))
    outcome = run_cli("card", "--check")
    assert outcome.code == ExitCode.REFUSED
    assert "The card is not what its evidence renders to." in outcome.err
    assert any(line.strip().startswith("-") and after in line for line in outcome.err.splitlines())
    assert any(line.strip().startswith("+") and before in line for line in outcome.err.splitlines())


def test_evidence_changed_by_hand_is_refused(committed: Path, run_cli: RunCli) -> None:
    metrics = committed / ID / "metrics.json"
    metrics.write_text(metrics.read_text().replace("0.976", "0.999", 1))
    outcome = run_cli("card", "--check", ID)
    assert outcome.code == ExitCode.REFUSED
    assert "metrics.json" in outcome.err


@pytest.mark.parametrize("name", ["training.json", "metrics.json", "gate.json", "card.json", "manifest.json", CHART])
def test_a_missing_file_of_the_evidence_is_refused(committed: Path, run_cli: RunCli, name: str) -> None:
    (committed / ID / name).unlink()
    outcome = run_cli("card", "--check")
    assert outcome.code == ExitCode.REFUSED
    assert name in outcome.err


def test_a_chart_changed_by_hand_is_refused(committed: Path, run_cli: RunCli) -> None:
    chart = committed / ID / CHART
    chart.write_text(chart.read_text().replace("97.6 %", "99.9 %"))
    outcome = run_cli("card", "--check")
    assert outcome.code == ExitCode.REFUSED
    assert "chart" in outcome.err


def test_a_dataset_that_was_pinned_again_to_other_bytes_is_refused(
    committed: Path, repository: Path, run_cli: RunCli
) -> None:
    assert committed.is_dir()
    documents.write(repository / "data_manifests" / f"{ID}.json", factories.manifest(sha256=sha256_bytes(b"other")))
    outcome = run_cli("card", "--check")
    assert outcome.code == ExitCode.REFUSED
    assert "pinned to other bytes" in outcome.err


def test_evidence_without_a_card_is_told(committed: Path, run_cli: RunCli) -> None:
    (committed / f"{ID}.md").unlink()
    outcome = run_cli("card", "--check", "--json")
    assert outcome.code == ExitCode.REFUSED
    assert json.loads(outcome.out)["problems"][0]["what"] == "There is evidence without a card."


def test_a_card_that_differs_is_repaired_from_its_evidence_by_its_id(committed: Path, run_cli: RunCli) -> None:
    card = committed / f"{ID}.md"
    good = card.read_bytes()
    card.write_bytes(good.replace(b"97.6 %", b"99.9 %"))
    assert "rendered again" in run_cli("card", ID).out
    assert card.read_bytes() == good


def test_a_missing_card_and_a_misspelled_id_are_told_apart(repository: Path, run_cli: RunCli) -> None:
    del repository
    assert run_cli("card", "--check", "er_20251020").code == ExitCode.REFUSED
    assert run_cli("card", "--check", "ER_20251020").code == ExitCode.USAGE
