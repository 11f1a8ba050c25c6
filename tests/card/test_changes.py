"""Changes between versions are differences of their records."""

from mlops.card import render
from mlops.card.changes import changes_between
from mlops.card.facts import record_of
from mlops.hashing import sha256_bytes
from mlops.metrics import Counts
from mlops.registry import Record, RecordedDataset
from tests import factories
from tests.card.test_page import section

OLD_DATA = RecordedDataset(id="er_20250901", sha256=sha256_bytes(b"old"), rows=9_000, labels={"0": 4_000, "1": 5_000})
NOW = record_of(factories.card_facts())


def earlier(**changes: object) -> Record:
    old = factories.metrics(Counts(tp=950, fp=50, fn=70, tn=930))
    facts: dict[str, object] = {"id": "er_20250901", "metrics": old.metrics, "dataset": OLD_DATA}
    return NOW.model_copy(update=facts | changes)


def test_metrics_are_compared_in_points() -> None:
    changes = changes_between(earlier(), NOW)
    assert [(row.name, row.before, row.after, row.change) for row in changes.metrics] == [
        ("Precision", "95.0 %", "97.6 %", "+2.6 points"),
        ("Recall", "93.1 %", "95.7 %", "+2.5 points"),
        ("F1", "94.1 %", "96.6 %", "+2.6 points"),
    ]


def test_equal_and_almost_equal_and_absent_values_are_told_apart() -> None:
    close = {name: found.model_copy(update={"value": (found.value or 0) + 1e-5}) for name, found in NOW.metrics.items()}
    assert {row.change for row in changes_between(earlier(metrics=NOW.metrics), NOW).metrics} == {"no change"}
    assert {row.change for row in changes_between(earlier(metrics=close), NOW).metrics} == {"less than 0.1 points"}
    assert {row.change for row in changes_between(earlier(metrics={}), NOW).metrics} == {"not comparable"}


def test_new_and_removed_features_are_named_and_many_are_counted() -> None:
    changes = changes_between(earlier(features=("old", *NOW.features[:2])), NOW)
    assert (changes.new_features, changes.removed_features) == ((NOW.features[2],), ("old",))
    many = changes_between(earlier(features=()), NOW.model_copy(update={"features": tuple(map(str, range(30)))}))
    assert (len(many.new_features), many.more_new) == (20, 10)


def test_rows_labels_and_hash_of_the_data_are_compared() -> None:
    changes = changes_between(earlier(), NOW)
    assert [(row.label, row.before, row.after, row.change) for row in changes.counts] == [
        ("", "9,000", "10,000", "+1,000"),
        ("0", "4,000", "4,900", "+900"),
        ("1", "5,000", "5,100", "+100"),
    ]
    assert not changes.same_data
    assert changes_between(earlier(dataset=NOW.dataset), NOW).same_data


def test_the_card_tells_them() -> None:
    notes = factories.card_notes(previous="er_20250901")
    old = earlier(policy_sha256=sha256_bytes(b"old policy"), features=())
    text = section(render(factories.card_facts(notes=notes, previous=old)), "Changes from the previous version")
    for words in (
        "[er_20250901](er_20250901.md)",
        "| Precision | 95.0 % | 97.6 % | +2.6 points |",
        "Rows: 9,000 became 10,000 (+1,000).",
        OLD_DATA.sha256,
        "verdicts are not comparable",
        "Features: new <code>name&#58;jaro",
    ):
        assert words in text
