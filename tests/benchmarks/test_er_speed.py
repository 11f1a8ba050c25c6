"""The benchmark runs on any labelled pairs, measures what it says, and its page says what was met."""

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.er_speed import __main__ as command
from benchmarks.er_speed import beside, peers
from benchmarks.er_speed.results import ErSpeed, PeerRow, Rate
from benchmarks.er_speed.workloads import Records
from benchmarks.er_speed_page import FEATURES_TIMES, render, requirements
from mlops import documents
from mlops.errors import UsageRefusedError
from mlops.tasks.er.features import PairFeatures
from tests.benchmarks.tables import products, with_split, write

pytestmark = pytest.mark.usefixtures("few_trees")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> ErSpeed:
    """Return what a small run wrote."""
    folder = tmp_path_factory.mktemp("speed")
    data = write(folder / "data", abt_buy=with_split(products()))
    small = ["--only", "abt_buy", "--sizes", "300", "1000", "--sample", "20", "--repeats", "1", "--peer-pairs", "100"]
    assert command.main(["--data", str(data), *small, "--out", str(folder / "out.json")]) == 0
    return documents.read(folder / "out.json", ErSpeed)


@pytest.fixture(scope="module")
def records() -> Records:
    """Return the records of some labelled pairs."""
    table = products(90).to_pandas().astype(object)
    return Records.of(table.drop(columns="label"), table["label"].to_numpy(np.int8))


def test_every_size_has_rates_and_memory(results: ErSpeed) -> None:
    (row,) = results.datasets
    assert [size.pairs for size in row.sizes] == [300, 1000]
    assert all(min(size.features.median, size.scores.median) > 0 for size in row.sizes)
    assert all(size.memory.before > size.memory.above >= 0 for size in row.sizes)
    assert row.loop_pairs == 20
    assert row.training.pairs == 528


def test_a_library_that_is_not_there_is_named_so(results: ErSpeed) -> None:
    (row,) = results.datasets
    assert {(peer.name, peer.version, peer.note) for peer in row.peers} == {
        (name, None, "not installed here") for name in peers.PEERS
    }


def test_the_page_says_what_was_asked_and_what_was_met(results: ErSpeed) -> None:
    page = render(results.model_dump(mode="json"))
    asked = requirements(results)
    assert [one.what.split(" at ")[0] for one in asked[:2]] == ["features", "features and score"]
    assert page.count("✓") == sum(one.met for one in asked)
    assert page.count("✗") == sum(not one.met for one in asked)
    assert "not installed here" in page


def test_what_is_missed_is_said(results: ErSpeed) -> None:
    (row,) = results.datasets
    slow = Rate(median=1.0, lowest=1.0, highest=1.0)
    peer = PeerRow(name="other", version="1", note="a|b", pairs=9, comparisons=3, rate=slow, ours=slow, our_features=2)
    slowed = tuple(size.model_copy(update={"features": slow}) for size in row.sizes)
    changed = results.model_copy(
        update={"datasets": (row.model_copy(update={"sizes": slowed, "loop_features": slow, "peers": (peer,)}),)}
    )
    assert not requirements(changed)[0].met
    assert f"at least {FEATURES_TIMES['abt_buy']:g} times the loop, 1,000 pairs | 1.0 times | ✗" in render(
        changed.model_dump(mode="json")
    )
    assert "a\\|b" in render(changed.model_dump(mode="json"))


def test_candidates_hold_the_true_pairs_then_those_that_share_a_word(records: Records) -> None:
    left, right = records.candidates(200, seed=0)
    found = set(zip(left.tolist(), right.tolist(), strict=True))
    assert len(found) == len(left) == 200
    assert {tuple(pair) for pair in records.matches.tolist()} <= found
    assert left.tolist() == sorted(left.tolist())
    sides = (records.left["left_title"], records.right["right_title"])
    shared = [bool(set(sides[0][i].split()) & set(sides[1][j].split())) for i, j in found]
    assert np.mean(shared) > 0.9


def test_there_are_no_more_candidates_than_pairs(records: Records) -> None:
    left, right = records.candidates(10**6, seed=0)
    assert len(left) == len(records.left) * len(records.right)
    assert len(records.pairs(left, right)) == len(left)
    assert len(records.candidates(10, seed=0)[0]) == 10


def test_a_square_is_all_pairs_of_some_records(records: Records) -> None:
    left, right = records.square(25, seed=0)
    assert len(np.unique(left)) == len(np.unique(right)) == 5
    assert len(left) == 25


def test_a_library_that_fails_is_no_end(records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "peers.py"
    script.write_text("raise SystemExit('no such comparison')")
    monkeypatch.setattr(beside, "_SCRIPT", script)
    found = beside.compare(_features(records), records, records.square(25, seed=0), Path(sys.executable), 1)
    assert {(peer.note, peer.rate) for peer in found} == {("failed here: no such comparison", None)}


def test_a_python_that_does_not_start_is_refused_by_its_option(records: Records) -> None:
    with pytest.raises(UsageRefusedError, match="does not start") as refusal:
        beside.compare(_features(records), records, records.square(25, seed=0), Path("no/such/python"), 1)
    assert refusal.value.field == "--peer-python"


def _features(records: Records) -> PairFeatures:
    return PairFeatures.fit(records.pairs(*records.square(25, seed=0)))
