"""A manifest states what can be computed from the data, and is checked against it again."""

from pathlib import Path

import pyarrow as pa
import pytest

from mlops import documents
from mlops.dataset import Dataset
from mlops.errors import InputRefusedError
from mlops.fingerprint import fingerprint
from mlops.ids import DatasetId
from mlops.manifest import Column, Manifest
from mlops.pinning import differing_facts, label_counts, make_manifest
from tests.tables import pairs

WANTED = DatasetId.parse("er_20251020")


def _dataset(table: pa.Table) -> Dataset:
    return Dataset(table, "0" * 64, 1234, "parquet")


def _manifest(table: pa.Table) -> Manifest:
    return make_manifest(
        _dataset(table), dataset_id=WANTED, as_of=WANTED.day, uris=["a.parquet", "s3://b/a.parquet"],
        parent="er_20250101", source="CRM", licence="CC0-1.0", limitations=["Latin script only."],
    )  # fmt: skip


def test_a_manifest_says_what_the_table_holds() -> None:
    manifest = _manifest(pairs())
    assert (manifest.id, manifest.task, manifest.as_of) == ("er_20251020", "er", WANTED.day)
    assert (manifest.rows, manifest.bytes, manifest.format) == (6, 1234, "parquet")
    assert manifest.columns[-2:] == (
        Column(name="right_name", type="string", missing=1),
        Column(name="label", type="int8", missing=0),
    )
    assert manifest.labels == {"0": 4, "1": 2}
    assert manifest.fingerprint == fingerprint(pairs())
    assert manifest.label_quality is None
    assert manifest.uris == ("a.parquet", "s3://b/a.parquet")
    assert (manifest.parent, manifest.source, manifest.licence) == ("er_20250101", "CRM", "CC0-1.0")
    assert manifest.limitations == ("Latin script only.",)


def test_a_manifest_survives_its_file(tmp_path: Path) -> None:
    table = pairs().append_column("annotator_1", pairs()["label"]).append_column("annotator_2", pairs()["label"])
    manifest = _manifest(table)
    assert manifest.label_quality is not None
    documents.write(tmp_path / "er_20251020.json", manifest)
    assert documents.read(tmp_path / "er_20251020.json", Manifest) == manifest


def test_labels_are_counted_by_value_and_missing_ones_are_not() -> None:
    assert label_counts(pa.table({"label": [1.0, None, 0.0, 1.0]})) == {"0": 1, "1": 2}
    assert label_counts(pa.table({"x": [1]})) == {}


@pytest.mark.parametrize("labels", [[f"class {i}" for i in range(101)], ["x" * 101]], ids=["many", "long"])
def test_a_label_column_that_holds_no_classes_is_refused(labels: list[str]) -> None:
    with pytest.raises(InputRefusedError, match="does not hold classes") as caught:
        _manifest(pa.table({"label": labels}))
    assert (caught.value.field, caught.value.file) == ("label", "a.parquet")


def test_a_hundred_classes_are_accepted() -> None:
    assert len(_manifest(pa.table({"label": [f"class {i}" for i in range(100)]})).labels) == 100


def test_an_empty_dataset_is_refused() -> None:
    with pytest.raises(InputRefusedError, match="no rows"):
        _manifest(pairs(0))


def test_a_true_manifest_is_not_contradicted_by_its_data() -> None:
    assert differing_facts(_manifest(pairs()), _dataset(pairs())) == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [("rows", 7), ("labels", {"0": 3, "1": 3}), ("columns", ()), ("bytes", 1), ("fingerprint", fingerprint(pairs(7)))],
)
def test_a_fact_that_does_not_hold_is_named(field: str, value: object) -> None:
    forged = _manifest(pairs()).model_copy(update={field: value})
    assert differing_facts(forged, _dataset(pairs())) == (field,)
