"""The defects of real claims are found, each with its exact number: nothing in the public file was cleaned."""

import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from mlops import dataset
from mlops.config import StorageSettings
from mlops.contract.reading import typed
from mlops.validation import Batch, Limits, Occasion, Outcome, quarantine_of, to_parquet, validate
from tests.conftest import SHARED_DATA
from tests.validation.batches import SHA256, contract, defects, judge, not_met

AS_OF = "2013-12-31"


@pytest.fixture(scope="module")
def published() -> pa.Table:
    """Return the claims of 2010 to 2013; skip where they are not at hand."""
    path = SHARED_DATA / "claims" / "tsa_claims_2010_2013.parquet"
    if not path.is_file():
        pytest.skip("the public datasets are not beside the repository (../shared/data)")
    return dataset.read_file(path, settings=StorageSettings()).table


@pytest.fixture(scope="module")
def outcome(published: pa.Table) -> Outcome:
    return judge(published, rules=contract("tsa_claims"), as_of=AS_OF)


def test_169_claims_lie_before_their_incident(outcome: Outcome) -> None:
    assert defects(outcome)["incident_date <= claim_date"] == 169


def test_the_dash_that_stands_for_nothing_is_counted_as_missing(outcome: Outcome) -> None:
    disguised = {one.name: one.disguised for one in outcome.report.fields if one.disguised}
    assert disguised == {
        "airline": 3129,
        "airport_code": 318,
        "claim_type": 212,
        "claim_site": 199,
        "item_category": 2844,
        "disposition": 6949,
    }


def test_undecided_claims_fail_the_label_and_nothing_else(outcome: Outcome) -> None:
    labels = outcome.report.labels
    assert (labels.decided, labels.positive, labels.undecided) == (34_648, 12_743, 6_949)
    assert (labels.mature, labels.mature_undecided, labels.bad) == (31_899, 3_484, {})
    assert not_met(outcome) == {"label_validity"}
    value = next(one.value for one in outcome.report.criteria if one.metric == "label_validity")
    assert value == pytest.approx(1 - 3_484 / 31_899)


def test_1033_rows_go_to_quarantine(outcome: Outcome) -> None:
    assert outcome.report.quarantined == 1_033
    assert defects(outcome) == {
        "missing airport_code": 318,
        "missing claim_type": 212,
        "missing claim_site": 199,
        "invalid airport_code": 361,
        "incident_date <= claim_date": 169,
    }


def test_claims_that_come_back_decided_are_revisions_and_repeated_ones_block(published: pa.Table) -> None:
    """Every id of the file stands once: its history is made from it, with the labels that were not known at first."""
    old = published.filter(pc.less(pc.year(published["claim_date"]), 2013))
    decided = np.flatnonzero(np.asarray(old["claimable"].is_valid()))
    late, again = decided[:500], decided[500:520]
    known = old.set_column(old.schema.get_field_index("claimable"), "claimable", _without(old["claimable"], late))
    for name in ("close_amount", "disposition"):
        known = known.set_column(known.schema.get_field_index(name), name, _without(known[name], late))
    batch = pa.concat_tables([published.filter(pc.equal(pc.year(published["claim_date"]), 2013)), old.take(late)])
    keys = judge(batch, rules=contract("tsa_claims"), as_of=AS_OF, base=known).report.keys
    assert keys.model_dump() == {"revised": 500, "identical": 0, "flipped": 0, "changed": 0}
    repeated = judge(pa.concat_tables([batch, old.take(again)]), rules=contract("tsa_claims"), as_of=AS_OF, base=known)
    assert repeated.report.keys.model_dump() == {"revised": 500, "identical": 20, "flipped": 0, "changed": 0}
    assert not_met(repeated) == {"uniqueness", "duplicate_keys"}


def test_50_000_real_rows_are_read_judged_and_put_apart(
    published: pa.Table, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Print the seconds, which no test holds to a bound: machines are shared."""
    rows = pa.concat_tables([published, published.slice(0, 50_000 - published.num_rows)])
    path = tmp_path / "claims.parquet"
    path.write_bytes(to_parquet(rows))
    begin = time.perf_counter()
    table = dataset.read_file(path, settings=StorageSettings()).table
    rules = contract("tsa_claims")
    batch = Batch(table, typed(table, rules), rules, np.datetime64(AS_OF))
    judged = validate(batch, Occasion("claims", path.name, SHA256, "option"), Limits())
    held = to_parquet(quarantine_of(batch, judged.findings))
    seconds = time.perf_counter() - begin
    with capsys.disabled():
        print(f"\n50,000 rows validated in {seconds:.2f} s, {len(held):,} bytes of quarantine")  # noqa: T201  # the number to prove
    assert judged.report.keys.identical == 50_000 - published.num_rows


def _without(column: pa.ChunkedArray, places: np.ndarray[tuple[int], np.dtype[np.intp]]) -> pa.Array:
    """Return the column with nothing at these places."""
    empty = np.zeros(len(column), dtype=bool)
    empty[places] = True
    return pc.if_else(pa.array(empty), pa.scalar(None, column.type), column.combine_chunks())
