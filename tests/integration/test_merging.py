"""Merging: each claim once, in its place, with its newest content."""

from datetime import date

import pyarrow as pa
import pytest

from mlops.contract.loading import load_contract
from mlops.contract.reading import typed
from mlops.errors import InputRefusedError
from mlops.integration import Integration, Merged, Revision, merge, to_markdown
from tests.conftest import ROOT

FBA = load_contract("fba_claims", ROOT)


def claims(*rows: tuple[str | None, int | None, str], kind: pa.DataType | None = None) -> pa.Table:
    """A table of keys, labels and categories."""
    keys, labels, categories = zip(*rows, strict=True)
    return pa.table({
        "claim_id": pa.array(keys, pa.string()),
        "claimable": pa.array(labels, pa.int64()).cast(kind or pa.int64()),
        "category": pa.array(categories, pa.string()),
    })  # fmt: skip


def merged(base: pa.Table, batch: pa.Table) -> Merged:
    return merge(base, typed(base, FBA), batch, typed(batch, FBA))


def test_a_claim_keeps_its_place_and_takes_its_newest_row() -> None:
    base = claims(("a", None, "toys"), ("b", 1, "books"))
    batch = claims(("c", 0, "toys"), ("a", None, "toys"), ("a", 1, "toys"))
    found = merged(base, batch)
    assert found.table.to_pylist() == claims(("a", 1, "toys"), ("b", 1, "books"), ("c", 0, "toys")).to_pylist()
    assert found.fresh.tolist() == [True, False, True]
    assert found.added == 1
    assert found.revisions == (Revision("a", "", "1"),)


def test_the_result_has_the_types_of_the_base() -> None:
    base = claims(("a", 1, "toys"), kind=pa.string())
    found = merged(base, claims(("b", 0, "toys")))
    assert found.table.schema == base.schema
    assert found.table.column("claimable").to_pylist() == ["1", "0"]


def test_bad_input_20_names_and_ids_stay_what_they_are() -> None:
    """What looks like nothing or like a number is a text like any other, in the base and in the batch."""
    base = claims(("00123", 1, "None"), ("9007199254740993", 0, "null"))
    found = merged(base, claims(("123", 1, "NA"), ("1e5", 0, "nan"), kind=pa.float64()))
    assert found.added == 2, "00123 and 123 are two claims"
    assert found.table.column("claim_id").to_pylist() == ["00123", "9007199254740993", "123", "1e5"]
    assert found.table.column("category").to_pylist() == ["None", "null", "NA", "nan"]


def test_a_cell_that_does_not_fit_is_refused_with_its_column() -> None:
    batch = claims(("b", 0, "toys"), kind=pa.string()).set_column(1, "claimable", pa.array(["many"]))
    with pytest.raises(InputRefusedError) as caught:
        merged(claims(("a", 1, "toys")), batch)
    assert caught.value.field == "claimable"


@pytest.mark.parametrize("keys", [("a", "a"), ("a", None)])
def test_a_base_without_a_key_in_every_row_is_refused(keys: tuple[str, str | None]) -> None:
    base = claims(*((key, 1, "toys") for key in keys))
    with pytest.raises(InputRefusedError, match="cannot be added to"):
        merged(base, claims(("b", 0, "toys")))


def test_the_page_is_inert_and_says_what_became_of_the_rows() -> None:
    report = Integration(
        task="claims", status="refused", reason="No.", dataset_id="claims_20250101", parent="claims_20250101",
        backup_sha256="0" * 64, batch="<img src=x>.csv", batch_sha256="0" * 64, as_of=date(2025, 1, 2), received=9,
        identical=1, added=0, revised=0, conflicts=2, quarantined=3, verdict="fail", score=0.5, rows=5, data="d.csv",
        dataset_sha256=None, notes=("Look.",),
    )  # fmt: skip
    page = to_markdown(report)
    assert "<img" not in page
    assert "| in quarantine | 3 |" in page
    assert "verified (sha256 000000000000…)" in page
    assert "> Look." in page
    assert "verified" not in to_markdown(report.model_copy(update={"backup_sha256": None}))
