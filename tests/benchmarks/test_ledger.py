"""The ledger counts every variant of the matcher that was judged, and each of them once."""

from datetime import UTC, datetime
from pathlib import Path

from benchmarks.er_quality import ledger
from benchmarks.er_quality.ledger import Before, Judged
from mlops.hashing import sha256_bytes

DATA, OTHER_DATA = sha256_bytes(b"data"), sha256_bytes(b"other data")
ONE, TWO = sha256_bytes(b"matcher 1"), sha256_bytes(b"matcher 2")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_judging_the_same_code_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "judged.json"
    ledger.record(path, [("shop", DATA)], matcher=ONE, now=NOW)
    before = path.read_bytes()
    ledger.record(path, [("shop", DATA)], matcher=ONE, now=NOW.replace(year=2027))
    assert path.read_bytes() == before


def test_other_code_on_the_same_data_is_another_variant(tmp_path: Path) -> None:
    path = tmp_path / "judged.json"
    ledger.record(path, [("shop", DATA), ("town", OTHER_DATA)], matcher=ONE, now=NOW)
    ledger.record(path, [("shop", DATA)], matcher=TWO, now=NOW)
    judged = ledger.read(path)
    assert [ledger.variants(judged, sha256).recorded for sha256 in (DATA, OTHER_DATA)] == [2, 1]


def test_what_was_judged_before_the_ledger_is_kept_apart() -> None:
    before = Before(dataset_sha256=DATA, name="shop", about=8, note="Nobody counted.")
    found = ledger.variants(Judged(before=(before,)), DATA)
    assert (found.recorded, found.before) == (0, 8)


def source(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_the_fingerprint_follows_the_sources_of_the_matcher(tmp_path: Path) -> None:
    source(tmp_path, "mlops/learning/threshold.py", "choose")
    source(tmp_path, "mlops/training/fitting.py", "train")
    source(tmp_path, "mlops/tasks/er/matcher.py", "one")
    source(tmp_path, "mlops/tasks/er/generator/words.py", "words")
    first = ledger.matcher_sha256(tmp_path)
    source(tmp_path, "mlops/tasks/er/generator/words.py", "other words")
    source(tmp_path, "mlops/gate.py", "no part of the matcher")
    assert ledger.matcher_sha256(tmp_path) == first
    source(tmp_path, "mlops/tasks/er/models/forest.py", "a new file below it")
    second = ledger.matcher_sha256(tmp_path)
    source(tmp_path, "mlops/learning/threshold.py", "choose better")
    third = ledger.matcher_sha256(tmp_path)
    source(tmp_path, "mlops/training/fitting.py", "train better")
    assert len({first, second, third, ledger.matcher_sha256(tmp_path)}) == 4
