"""The registry reads back exactly what a card's writer wrote, and refuses what only looks like it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlops import registry
from mlops.card.facts import record_of
from mlops.errors import InputRefusedError
from mlops.ids import DatasetId, ModelId
from mlops.metrics import Estimate
from mlops.registry import Record, RecordedDataset, format_front_matter, parse_front_matter
from tests import factories

RATE = st.floats(0, 1)
TEXT = st.text(max_size=30)
HASH = st.text("0123456789abcdef", min_size=64, max_size=64)
ESTIMATES = st.builds(Estimate, value=st.none() | RATE, lower=RATE, upper=RATE, n=st.integers(0, 10**9), reason=TEXT)
RECORDS = st.builds(
    Record,
    id=st.just("er_20251020"),
    task=st.just("er"),
    verdict=st.sampled_from(["pass", "fail", "inconclusive"]),
    threshold=RATE,
    metrics=st.dictionaries(TEXT, ESTIMATES, max_size=3),
    confidence=RATE,
    rows=st.integers(0, 10**9),
    dataset=st.builds(
        RecordedDataset,
        id=TEXT,
        sha256=HASH,
        rows=st.integers(0, 10**9),
        labels=st.dictionaries(TEXT, st.integers(0, 9)),
    ),
    model_sha256=HASH,
    artifact_sha256=HASH,
    evaluation_sha256=HASH,
    policy_sha256=HASH,
    code_commit=TEXT,
    code_dirty=st.booleans(),
    trained_at=st.datetimes(min_value=datetime(1970, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # hypothesis adds the zone
    previous=st.none() | TEXT,
    features=st.lists(TEXT, max_size=5).map(tuple),
)


def card(record: Record) -> str:
    """Return a card with the front matter of ``record``."""
    return format_front_matter(record, {"license": "apache-2.0"}) + "# A card\n"


def put(folder: Path, model_id: str) -> Record:
    """Write a card of ``model_id`` into ``folder`` and return its record."""
    record = record_of(factories.card_facts(training=factories.training(model_id=model_id)))
    (folder / f"{model_id}.md").write_text(card(record), encoding="utf-8")
    return record


@given(RECORDS)
def test_a_record_reads_back_as_it_was_written(record: Record) -> None:
    assert parse_front_matter(card(record)) == record


@given(RECORDS)
def test_front_matter_holds_nothing_invisible(record: Record) -> None:
    assert all(character.isascii() and (character.isprintable() or character == "\n") for character in card(record))


def test_a_committed_card_is_read_by_its_path(tmp_path: Path) -> None:
    record = put(tmp_path, "er_20251020-2")
    assert registry.read_record(tmp_path / "er_20251020-2.md") == record


def test_who_reads_hundreds_of_cards_may_leave_out_the_hubs_part(tmp_path: Path) -> None:
    record, path = put(tmp_path, "er_20251020"), tmp_path / "er_20251020.md"
    whole = path.read_text(encoding="utf-8")
    assert registry.read_record(path, hub=False) == record
    path.write_text(whole.replace("license: apache-2.0", "license: [", 1), encoding="utf-8")
    assert registry.read_record(path, hub=False) == record
    with pytest.raises(InputRefusedError):
        registry.read_record(path)
    for worse in (
        whole.replace("license:", "precision_gate: {}\nlicense:", 1),
        whole.replace("  task: er\n", "", 1),
        whole.replace("---\n", "", 1),
        whole.replace("precision_gate:", "precision:", 1),
        whole.replace("\n---\n", "\n", 1),
    ):
        path.write_text(worse, encoding="utf-8")
        with pytest.raises(InputRefusedError):
            registry.read_record(path, hub=False)


def test_a_card_under_another_name_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "er_20251020").model_dump()
    (tmp_path / "er_20251020.md").rename(tmp_path / "er_20251021.md")
    with pytest.raises(InputRefusedError, match="er_20251021"):
        registry.read_record(tmp_path / "er_20251021.md")


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("precision_gate: 3", "precision_gate"),
        ("licence: mit", "precision_gate"),
        ("precision_gate: {id: er_20251020}", "Field required"),
        ("precision_gate: &a {b: *a}", "alias"),
        ("precision_gate: {a: 1, a: 2}", "twice"),
        ("precision_gate: !!python/object/apply:os.system [id]", "front matter"),
        ("a: " + "[" * 5_000, "nesting deeper"),
        ("precision_gate: [", "front matter"),
        ("precision_gate: {1: a}", "no text"),
        ("precision_gate: !!map {a: 1}", "the tag"),
        ("precision_gate: !!str a", "the tag"),
        ("precision_gate: {*a : 1}", "front matter"),
        ("- precision_gate", "precision_gate"),
        ("a: " + "9" * 5_000, "front matter"),
    ],
)
def test_what_is_no_record_is_refused_with_the_reason(tmp_path: Path, head: str, said: str) -> None:
    path = tmp_path / "er_20251020.md"
    path.write_text(f"---\n{head}\n---\n# A card\n", encoding="utf-8")
    with pytest.raises(InputRefusedError, match=said) as refused:
        registry.read_record(path)
    assert "mlops card" in refused.value.letter()


@pytest.mark.parametrize("text", ["1_000", "0x1f", "1:30", "on", "~", "2025-10-20", "1.5", ".inf", "plain", "null"])
def test_what_scalars_mean_is_what_the_library_says_but_for_dates(text: str) -> None:
    expected = text if text.count("-") else yaml.safe_load(text)
    assert registry._load_yaml(f"a: [{text}, '{text}']", file="card.md") == {"a": [expected, text]}


@pytest.mark.parametrize("data", [b"# A card\n", b"", b"---\nno end", b"\xff\xfe---\n", b"text\n---\na: 1\n---\n"])
def test_a_card_without_front_matter_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "er_20251020.md"
    path.write_bytes(data)
    with pytest.raises(InputRefusedError, match="front matter"):
        registry.read_record(path)


def test_unknown_keys_and_wrong_types_are_refused() -> None:
    text = card(record_of(factories.card_facts()))
    with pytest.raises(InputRefusedError, match="surprise"):
        parse_front_matter(text.replace("  task: er\n", "  task: er\n  surprise: 1\n"))
    with pytest.raises(InputRefusedError, match="rows"):
        parse_front_matter(text.replace("  rows: 2000\n", "  rows: many\n"))
    with pytest.raises(InputRefusedError, match="threshold"):
        parse_front_matter(text.replace("  threshold: 0.4375\n", "  threshold: .nan\n"))


def test_the_previous_version_is_the_newest_earlier_one_of_the_same_task(tmp_path: Path) -> None:
    for model_id in ("er_20250101", "er_20250601", "er_20250601-2", "er_20250601-10", "er_20251231"):
        put(tmp_path, model_id)
    (tmp_path / "claims_20251001.md").write_text("of another task")
    (tmp_path / "README.md").write_text("no card")

    def before(text: str) -> str | None:
        found = registry.previous(tmp_path, ModelId.parse(text))
        return found.id if found else None

    assert before("er_20251020") == "er_20250601-10"
    assert before("er_20250601-10") == "er_20250601-2"
    assert before("er_20250601") == "er_20250101"
    assert before("er_20250101") is None


def test_the_next_model_of_a_dataset_gets_the_next_number(tmp_path: Path) -> None:
    dataset = DatasetId("er", date(2025, 10, 20))
    assert str(registry.next_model_id(tmp_path, dataset)) == "er_20251020"
    put(tmp_path, "er_20251020")
    assert str(registry.next_model_id(tmp_path, dataset)) == "er_20251020-2"
    put(tmp_path, "er_20251020-7")
    put(tmp_path, "er_20251021-9")
    assert str(registry.next_model_id(tmp_path, dataset)) == "er_20251020-8"


def test_a_folder_that_does_not_exist_holds_no_cards(tmp_path: Path) -> None:
    assert registry.model_ids(tmp_path / "absent") == []
