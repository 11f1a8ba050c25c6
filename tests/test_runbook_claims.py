"""The runbook of claims, played command by command as it stands there: from 240 rows to the certificate."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "runbooks" / "claims-phase3.md"


def test_every_command_but_those_of_github_is_executed() -> None:
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"(<!-- executed: \S+ -->\s*)?```console\n(.*?)```", text, re.DOTALL)
    left_out = [line for marked, block in blocks if not marked for line in block.splitlines()]
    assert [line for line in left_out if not line.startswith("$ gh ")] == []
    assert len(blocks) > 12


def test_the_runbook_leads_from_240_rows_to_the_certificate(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--all-data"):
        pytest.skip("four minutes of one core: `make runbook` and `make demo-claims` play it")
    folder = tmp_path / "play"
    done = subprocess.run(  # noqa: S603  # our own tool, this interpreter
        [sys.executable, ROOT / "tools" / "play_runbook.py", PAGE, "--folder", folder],
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "240 rows" in done.stdout
    assert "exit code 4: a replicate is no third run" in done.stdout
    assert "The same dataset was certified before" in done.stdout
    lines = (folder / "model_cards/claims/ledger.jsonl").read_text(encoding="utf-8").splitlines()
    runs = [json.loads(line) for line in lines]
    assert [(run["verdict"], run["counts"]) for run in runs] == [("pass", True)] * 2 + [("pass", False), ("pass", True)]
    assert "Tier on 2025-12-15: minimum" in done.stdout
    card = (folder / "model_cards/claims_20251215.md").read_text(encoding="utf-8")
    assert "> **Certified: tier minimum, until 2026-03-15.**" in card
    assert "Cards that agree with their evidence: claims_20251215" in done.stdout
    dashboard = (folder / "model_cards/claims/ML_CERTIFICATION_DASHBOARD.md").read_text(encoding="utf-8")
    assert "**Tier on 2025-12-15: minimum**" in dashboard
    tracker = (folder / "data_manifests/claims/DATA_COLLECTION_TRACKER.md").read_text(encoding="utf-8")
    assert tracker.count("| 250 |") >= 10
