"""Real public pairs: every file runs unchanged, and the matcher keeps the quality that it has shown.

The minima are floors against regressions, not aims; the threshold is chosen without the test rows. Seed 42. One file
is learned from whole. From the others a sample, or all of few rows, is learned by a small model, which takes a tenth of
the time and asks for no quality. ``--all-data`` (``make
bench`` passes it) learns from every file whole and asks for every minimum.
"""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from mlops import documents
from mlops.gate import GateReport
from tests.cli.chain import within
from tests.small import few_trees

MINIMA = {
    "abt_buy": 0.85,
    "amazon_google": 0.70,
    "beer": 0.0,
    "dblp_acm": 0.98,
    "dblp_scholar": 0.93,
    "dirty_dblp_acm": 0.98,
    "dirty_itunes_amazon": 0.0,
    "fodors_zagats": 0.98,
    "walmart_amazon": 0.82,
    "wdc_cameras_medium": 0.84,
    "wdc_cameras_small": 0.0,
    "wdc_computers_medium": 0.83,
    "wdc_computers_small": 0.0,
}
"""Dataset to the least F1 on its published test split; 0 where too few test rows could tell."""
WHOLE = {"amazon_google"}
SAMPLE = ("--sample-size", "600")

EXIT = {"pass": 0, "fail": 1, "inconclusive": 4}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Name the files, and which are learned from whole."""
    if "whole" in metafunc.fixturenames:
        every = metafunc.config.getoption("--all-data")
        metafunc.parametrize(("name", "whole"), [(name, every or name in WHOLE) for name in MINIMA], ids=list(MINIMA))


def test_every_public_file_has_its_minimum(shared_data: Path) -> None:
    assert {path.stem for path in (shared_data / "er").glob("*.parquet")} == set(MINIMA)


def test_a_public_file_runs_unchanged_from_data_to_card(
    name: str, shared_data: Path, root: Path, tmp_path: Path, *, whole: bool
) -> None:
    data, out = shared_data / "er" / f"{name}.parquet", tmp_path / "out"
    with nullcontext() if whole else few_trees():
        sample = () if whole else SAMPLE
        code = within(root, "run", "er", "--data", str(data), "--out", str(out), "--json", *sample)
    gate = documents.read(out / "gate.json", GateReport)
    assert code == EXIT[gate.verdict]
    metrics = json.loads((out / "metrics.json").read_text())["metrics"]
    for metric in ("precision", "recall", "f1"):
        assert set(metrics[metric]) >= {"value", "lower", "upper", "n"}
    assert metrics["f1"]["value"] >= (MINIMA[name] if whole else 0.0)
    assert len(list((out / "model_cards").glob("er_*.md"))) == 1
