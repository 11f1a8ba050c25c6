"""Documents: one way to write them, no leniency in reading, and never half a file."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops import documents
from mlops.documents import Document, Part
from mlops.errors import InputRefusedError, UnavailableError


class Leaf(Part):
    """A part of the example."""

    value: float | None
    at: datetime


class Example(Document):
    """A document as any other."""

    name: str
    count: int
    leaves: tuple[Leaf, ...] = ()
    notes: dict[str, str]


AT = datetime(2025, 10, 20, 12, tzinfo=UTC)
EXAMPLE = Example(name="ß 漢", count=3, leaves=(Leaf(value=0.1, at=AT),), notes={"b": "2", "a": "1"})
words = st.text(st.characters(codec="utf-8"))
moments = st.datetimes(timezones=st.just(UTC))
leaves = st.builds(Leaf, value=st.none() | st.floats(allow_nan=False, allow_infinity=False), at=moments)
examples = st.builds(
    Example,
    name=words,
    count=st.integers(-(2**63), 2**63),
    leaves=st.tuples(leaves),
    notes=st.dictionaries(words, words),
)


def changed(**changes: Any) -> bytes:
    """Return the example's JSON with some values replaced; None takes a key away."""
    value = {**json.loads(documents.dumps(EXAMPLE)), **changes}
    return json.dumps({key: entry for key, entry in value.items() if entry is not None}).encode()


@given(examples)
def test_a_document_survives_the_round_trip(example: Example) -> None:
    assert documents.loads(documents.dumps(example), Example) == example


@given(examples)
def test_writing_what_was_read_gives_the_same_bytes(example: Example) -> None:
    data = documents.dumps(example)
    assert documents.dumps(documents.loads(data, Example)) == data


def test_a_document_is_written_canonically() -> None:
    text = documents.dumps(EXAMPLE).decode()
    assert text.endswith("}\n")
    assert text.index('"a"') < text.index('"b"')
    assert "ß 漢" in text
    assert json.loads(text)["schema_version"] == 1


def test_the_bytes_written_are_returned(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "example.json"
    assert documents.write(path, EXAMPLE) == path.read_bytes() == documents.dumps(EXAMPLE)
    assert documents.read(path, Example) == EXAMPLE


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (changed(surprise=1), "surprise"),
        (changed(name=None), "name"),
        (changed(count="3"), "count"),
        (changed(count=3.5), "count"),
        (changed(count=True), "count"),
        (changed(schema_version=2), "schema_version"),
        (changed(schema_version=None), "schema_version"),
        (changed(leaves=[{"value": 1}]), "leaves.0.at"),
        (b"[]", "schema_version"),
        (b"3", "schema_version"),
    ],
)
def test_a_reader_names_the_field_that_is_wrong(data: bytes, field: str) -> None:
    with pytest.raises(InputRefusedError) as refusal:
        documents.loads(data, Example, file="example.json")
    assert refusal.value.field == field
    assert refusal.value.file == "example.json"
    assert refusal.value.fix


def test_a_reader_says_how_many_other_fields_are_wrong() -> None:
    with pytest.raises(InputRefusedError) as refusal:
        documents.loads(changed(name=1, count="x"), Example)
    assert refusal.value.why == "1 further fields are wrong too."


def test_a_number_that_is_not_finite_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="finite number"):
        Leaf(value=float("nan"), at=AT)
    with pytest.raises(ValueError, match="JSON compliant"):
        documents.canonical_json({"value": float("inf")})


def test_nesting_is_counted_outside_of_strings_only() -> None:
    text = json.dumps({"x": "[" * 1000 + '\\"' + "{" * 1000})
    assert documents.check_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize("text", ["]", '\\"]', "\\\\", '\\\\\\"]'])
def test_no_text_hides_how_deep_it_stands(text: str) -> None:
    nested = f'["{text}",' * 40 + "null" + "]" * 40
    assert json.loads(nested)
    with pytest.raises(InputRefusedError) as refusal:
        documents.check_json(nested.encode())
    assert "deeper than 32" in str(refusal.value.found)


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "example.json"
    path.write_bytes(b"old")

    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(UnavailableError, match="No space left") as refusal:
        documents.write(path, EXAMPLE)
    assert refusal.value.file == str(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["example.json"]
    assert path.read_bytes() == b"old"


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "example.json"
    path.write_bytes(b"old")

    def killed(_descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        documents.write(path, EXAMPLE)
    assert [entry.name for entry in tmp_path.iterdir()] == ["example.json"]
    assert path.read_bytes() == b"old"


def test_a_folder_that_is_a_file_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnavailableError) as refusal:
        documents.write(tmp_path / "file" / "example.json", EXAMPLE)
    assert "intact" in refusal.value.what


def test_a_written_file_can_be_read_by_others(tmp_path: Path) -> None:
    documents.write(tmp_path / "example.json", EXAMPLE)
    assert (tmp_path / "example.json").stat().st_mode & 0o777 == 0o644
