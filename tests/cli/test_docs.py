"""``mlops docs``: written once, checked ever after."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import ROOT, RunCli


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "mlops.toml", tmp_path)
    (tmp_path / "data_manifests").mkdir()
    shutil.copy(ROOT / "data_manifests" / "claims_20251006.json", tmp_path / "data_manifests")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_documents_are_written_then_current_and_a_changed_byte_is_told(repository: Path, run_cli: RunCli) -> None:
    page = repository / "model_cards" / "claims" / "ML_CERTIFICATION_DASHBOARD.md"
    assert run_cli("docs", "claims", "--check").code == 1
    assert not page.exists()
    assert run_cli("docs", "claims").out.count("written") == 5
    assert run_cli("docs", "claims", "--check").code == 0
    assert run_cli("docs", "claims").out == "The documents are current.\n"
    text = page.read_text(encoding="utf-8")
    page.write_text(text + "\nOur own words.\n", encoding="utf-8")
    assert run_cli("docs", "claims", "--check").code == 0
    page.write_text(text.replace("none", "gold", 1), encoding="utf-8")
    told = run_cli("docs", "claims", "--check")
    assert told.code == 1
    assert "-**Tier on 2025-10-06: gold**" in told.out
    assert "mlops docs claims" in told.err


def test_a_day_to_come_is_not_asked_of_the_clock(repository: Path, run_cli: RunCli) -> None:
    assert run_cli("docs", "claims").code == 0
    page = repository / "model_cards" / "claims" / "ML_CERTIFICATION_DASHBOARD.md"
    assert "Tier on 2025-10-06" in page.read_text(encoding="utf-8")


def test_a_link_is_not_written_through(repository: Path, run_cli: RunCli) -> None:
    folder = repository / "model_cards" / "claims"
    folder.mkdir(parents=True)
    (folder / "PHASE3_RESULTS.md").symlink_to(repository / "mlops.toml")
    before = (repository / "mlops.toml").read_bytes()
    assert run_cli("docs", "claims").code == 3
    assert (repository / "mlops.toml").read_bytes() == before


@pytest.mark.usefixtures("repository")
def test_a_task_without_a_certificate_has_no_documents(run_cli: RunCli) -> None:
    assert run_cli("docs", "er").code == 2
