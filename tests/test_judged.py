"""The ledger of judged models: counted once, read strictly, merged by git."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops import documents, judged
from mlops.artifact import GATE, METRICS
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes
from mlops.judged import Judged
from tests import factories
from tests.conftest import git

ROWS = sha256_bytes(b"rows")
OTHER_ROWS = sha256_bytes(b"other rows")


def entry(model: int = 1, rows: str = ROWS, **changes: Any) -> Judged:
    """Return the line of a model."""
    facts: dict[str, Any] = {
        "test_sha256": rows,
        "model_sha256": sha256_bytes(str(model).encode()),
        "model_id": "er_20251020",
        "task": "er",
        "verdict": "pass",
        "policy_sha256": sha256_bytes(b"policy"),
        "judged_on": date(2025, 10, 20),
    }
    return Judged(**(facts | changes))


def models(*entries: Judged, rows: str = ROWS, folder: Path = Path("absent")) -> int:
    return len(judged.models_on(rows, entries, folder))


ENTRIES = st.builds(
    entry,
    st.integers(0, 5),
    st.sampled_from([ROWS, OTHER_ROWS]),
    verdict=st.sampled_from(["pass", "fail", "inconclusive"]),
    judged_on=st.dates(),
)


@given(st.lists(ENTRIES))
def test_what_is_written_is_read_and_written_the_same(entries: list[Judged]) -> None:
    data = judged.dumps(entries)
    assert set(judged.loads(data)) == set(entries)
    assert judged.dumps(judged.loads(data)) == data


@given(st.lists(ENTRIES).flatmap(lambda entries: st.tuples(st.just(entries), st.permutations(entries))))
def test_order_says_nothing(lists: tuple[list[Judged], list[Judged]]) -> None:
    one, other = lists
    assert judged.dumps(one) == judged.dumps(other)
    assert models(*one) == models(*other)


def test_a_model_counts_once_however_often_it_was_judged() -> None:
    again = entry(verdict="fail", judged_on=date(2025, 11, 1))
    assert models(entry(), again, entry(2)) == 2


def test_a_line_that_a_merge_left_twice_is_written_once() -> None:
    assert judged.dumps([entry(), entry()]) == judged.dumps([entry()])


def test_other_rows_are_counted_apart() -> None:
    assert models(entry(), entry(2, OTHER_ROWS)) == 1
    assert models(entry(), rows=sha256_bytes(b"fresh")) == 0


def test_a_verdict_beside_a_card_counts_and_not_twice(tmp_path: Path) -> None:
    measured = factories.metrics(test_sha256=ROWS)
    (tmp_path / "er_20251020.md").write_text("a card")
    documents.write(tmp_path / "er_20251020" / METRICS, measured)
    assert models(entry(), folder=tmp_path) == 1, "without a verdict nothing was judged"
    documents.write(tmp_path / "er_20251020" / GATE, factories.gate_report(measured))
    assert models(entry(), folder=tmp_path) == 2
    assert models(entry(model_sha256=measured.model_sha256), folder=tmp_path) == 1
    assert models(rows=OTHER_ROWS, folder=tmp_path) == 0


def test_evidence_of_a_time_before_the_ledger_is_read_and_not_counted(tmp_path: Path) -> None:
    (tmp_path / "er_20251020.md").write_text("a card")
    documents.write(tmp_path / "er_20251020" / METRICS, factories.metrics())
    documents.write(tmp_path / "er_20251020" / GATE, factories.gate_report())
    assert models(folder=tmp_path) == 0


def test_recording_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "model_cards" / "judged.jsonl"
    assert judged.read(path) == ()
    assert judged.record(path, entry())
    first = path.read_bytes()
    assert not judged.record(path, entry(verdict="fail", judged_on=date(2026, 1, 1)))
    assert path.read_bytes() == first
    assert judged.record(path, entry(2))
    assert judged.read(path) == judged.loads(judged.dumps([entry(), entry(2)]))
    assert [found.name for found in path.parent.iterdir()] == ["judged.jsonl"]


GOOD = judged.dumps([entry()])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(GOOD[:-1], "does not end", id="no newline"),
        pytest.param(GOOD + b"\n", "an empty line", id="empty line"),
        pytest.param(GOOD + b"<<<<<<< HEAD\n" + GOOD, "conflict that git left open", id="conflict"),
        pytest.param(GOOD.replace(b'"task"', b'"task":"er","task"'), "the key 'task' twice", id="duplicate key"),
        pytest.param(GOOD.replace(b'"er"', b"NaN"), "the constant NaN", id="NaN"),
        pytest.param(GOOD.replace(b'"er"', b"[" * 100_000), "nesting deeper", id="depth"),
        pytest.param(GOOD.replace(b'"pass"', b'"passed"'), "verdict", id="unknown verdict"),
        pytest.param(GOOD.replace(b'"task"', b'"tusk"'), "task", id="unknown key"),
        pytest.param(GOOD.replace(b'"schema_version":1', b'"schema_version":2'), "schema_version", id="version"),
        pytest.param(GOOD.replace(b"2025-10-20", b"2025-13-20"), "judged_on", id="no day"),
        pytest.param(GOOD.replace(ROWS.encode(), ROWS.upper().encode()), "test_sha256", id="hash in upper case"),
        pytest.param(GOOD + b"[]\n", "schema_version", id="no object"),
        pytest.param(GOOD + b"\xff\n", "not UTF-8", id="not UTF-8"),
    ],
)
def test_a_line_that_no_verdict_leaves_is_refused_by_its_number(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "judged.jsonl"
    path.write_bytes(data)
    with pytest.raises(InputRefusedError) as caught:
        judged.read(path)
    letter = caught.value.letter()
    assert words in letter
    assert "judged.jsonl, line " in letter
    with pytest.raises(InputRefusedError):
        judged.record(path, entry(9))
    assert path.read_bytes() == data


def test_a_ledger_that_is_too_large_or_no_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "judged.jsonl"
    path.write_bytes(GOOD)
    (tmp_path / "link").symlink_to(path)
    (tmp_path / "dangling").symlink_to(tmp_path / "absent")
    monkeypatch.setattr(judged, "MAX_BYTES", len(GOOD) - 1)
    for name in ("judged.jsonl", "link", "dangling", "."):
        with pytest.raises(InputRefusedError):
            judged.read(tmp_path / name)


def test_two_branches_that_each_judged_merge(root: Path, repository: Path) -> None:
    """With ``merge=union`` git keeps the lines of both sides, also where both add at the same place."""
    (repository / ".gitattributes").write_bytes((root / ".gitattributes").read_bytes())
    path = repository / judged.FILE
    judged.record(path, entry())
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=First")
    for name, model in (("one", 2), ("two", 3)):
        git(repository, "checkout", "--quiet", "-b", name, "main")
        judged.record(path, entry(model))
        git(repository, "commit", "--quiet", "--all", f"--message={name}")
    git(repository, "merge", "--quiet", "--no-edit", "one")
    assert models(*judged.read(path)) == 3
    assert judged.record(path, entry(4))
    assert path.read_bytes() == judged.dumps(entry(model) for model in (1, 2, 3, 4))


def test_a_line_is_one_object_of_compact_json() -> None:
    text = GOOD.decode()
    assert text.count("\n") == 1
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":")) + "\n"
