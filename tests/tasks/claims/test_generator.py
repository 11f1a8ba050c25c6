"""Example claims are the same everywhere, as hard as the generator says, and told late as in life."""

import hashlib
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from mlops.contract.loading import load_contract
from mlops.contract.reading import typed
from mlops.dataset.writing import to_csv, to_parquet
from mlops.errors import UsageRefusedError
from mlops.tasks.claims.generator import (
    BETA,
    CERTIFIABLE,
    SETTINGS,
    Setting,
    Span,
    batch,
    bayes_accuracy,
    generate,
    granted_rate,
    oracle,
)
from mlops.tasks.claims.generator.rates import DELAYS, TONES, doubtful
from mlops.tasks.claims.generator.truth import cells, granted

COMMITTED = {
    0: "claims_20251006",
    1: "claims_batch_20251013",
    2: "claims_batch_20251020",
    3: "claims_batch_20251027",
    4: "claims_batch_20251103",
}
CONTENT_OF_100_ROWS = {
    "certifiable": "30659f42d9191a8523cf593a8c03e3f720efd58a977d2cceab59abcb2ce8f081",
    "beta": "721439b043f781d6003be3f4a10b72e8cced3d4f1f95c1aa17924b72704ee0d9",
}
OUTCOME = ("claimable", "decision_date", "reimbursed_amount")
YEAR = Span(date(2024, 7, 1), date(2025, 6, 29))


@pytest.fixture(scope="module", params=list(SETTINGS.values()), ids=list(SETTINGS))
def year(request: pytest.FixtureRequest) -> tuple[Setting, pa.Table]:
    setting: Setting = request.param
    return setting, generate(6000, 3, setting=setting, span=YEAR)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_bytes_for_a_seed_never_change(name: str) -> None:
    data = to_csv(generate(100, 42, setting=SETTINGS[name]))
    assert hashlib.sha256(data).hexdigest() == CONTENT_OF_100_ROWS[name]


def test_the_bytes_do_not_depend_on_the_process() -> None:
    """Sets and dictionaries of another process hash differently; the data must not."""
    code = (
        "import hashlib; from mlops.tasks.claims.generator import BETA, batch; from mlops.dataset.writing import *;"
        "print(hashlib.sha256(to_parquet(batch(1, 42, setting=BETA))).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4242", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    said = subprocess.run(  # noqa: S603  # our own interpreter and words
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
    )
    assert said.stdout.strip() == hashlib.sha256(to_parquet(batch(1, 42, setting=BETA))).hexdigest()


@pytest.mark.parametrize("number", COMMITTED)
def test_the_committed_files_are_what_the_documented_commands_make(root: Path, number: int) -> None:
    data = (root / "data" / "claims" / f"{COMMITTED[number]}.csv").read_bytes()
    assert data == to_csv(batch(number, 42, setting=CERTIFIABLE))
    assert len(data) < 100_000


def test_a_longer_table_begins_with_the_shorter_one() -> None:
    long = generate(600, 9, setting=BETA)
    assert long.slice(0, 240).equals(generate(240, 9, setting=BETA))
    late = date(2026, 1, 1)
    known = generate(600, 9, setting=BETA, as_of=late)
    assert known.slice(0, 500).equals(generate(500, 9, setting=BETA, as_of=late))


def test_another_seed_is_other_data_and_so_is_another_setting() -> None:
    ids = [
        set(generate(60, seed, setting=s).column("claim_id").to_pylist())
        for seed in (1, 2)
        for s in (BETA, CERTIFIABLE)
    ]
    assert len(set.union(*ids)) == 240


def test_the_contract_accepts_every_row(year: tuple[Setting, pa.Table], root: Path) -> None:
    contract = load_contract("fba_claims", root)
    assert set(year[1].column_names) <= set(contract.names)
    read = typed(year[1], contract)
    assert read.unknown == ()
    assert all(read.present[name].all() and read.valid[name].all() for name in year[1].column_names)
    columns = read.columns
    assert (columns["order_date"] <= columns["claim_date"]).all()
    assert ((columns["amount"] > 0) & (columns["amount"] <= columns["order_value"])).all()
    assert (columns["quantity"] >= 1).all()
    assert len(set(columns["claim_id"])) == len(read)
    assert (np.diff(columns["claim_date"]) >= np.timedelta64(0, "D")).all()
    assert max(DELAYS) < contract.maturity_days


def test_the_best_accuracy_is_what_an_oracle_reaches(year: tuple[Setting, pa.Table]) -> None:
    """Exact sums against labels that were drawn: within four standard errors of 6,000 draws."""
    setting, table = year
    best, chance = bayes_accuracy(setting, YEAR.first, YEAR.last), oracle(table, setting)
    labels = np.array(table.column("claimable").to_pylist())
    error = 4 * np.sqrt(best * (1 - best) / len(labels))
    assert abs(((chance > 0.5) == labels).mean() - best) < error
    assert abs(np.maximum(chance, 1 - chance).mean() - best) < 0.01
    assert abs(labels.mean() - granted_rate(setting, YEAR.first, YEAR.last)) < 4 * 0.5 / np.sqrt(len(labels))
    assert sum(weight for _, weight in cells(doubtful_share=0.4)) == pytest.approx(1)


def test_the_settings_are_as_hard_as_documented() -> None:
    days = (date(2025, 7, 7), date(2025, 11, 30))
    assert bayes_accuracy(CERTIFIABLE, *days) == pytest.approx(0.993, abs=0.001)
    assert bayes_accuracy(BETA, *days) == pytest.approx(0.70, abs=0.01)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_tones_leave_probabilities_what_they_are(setting: Setting) -> None:
    """The sums are exact only if the tones cancel and no probability leaves [0, 1]."""
    assert sum(tone * weight for tone, weight in TONES.items()) == 0
    for cell, _ in cells(doubtful_share=0.4):
        assert setting.tone <= granted(cell, setting) <= 1 - setting.tone


def test_the_base_rate_drifts_and_falls_while_the_batches_are_collected() -> None:
    shares = [doubtful(date(2025, 7, 7) + timedelta(days=day)) for day in range(0, 126, 7)]
    assert shares == sorted(shares)
    assert [shares[0], shares[-1]] == pytest.approx([0.252, 0.46], abs=0.01)
    assert doubtful(date(2025, 7, 7)) == doubtful(date(2025, 7, 7) + timedelta(days=364))


def test_a_seller_has_many_claims_and_claims_of_one_are_alike(year: tuple[Setting, pa.Table]) -> None:
    """What is left of a label after all that may be read varies between sellers more than chance alone would."""
    setting, table = year
    frame = table.to_pandas()
    frame["left"] = frame["claimable"] - oracle(table, setting)
    sellers = frame.groupby("seller_id")["left"]
    sizes = sellers.size()
    assert sizes.max() > 10 * sizes.median()
    observed = (sellers.sum() ** 2).sum() / (frame["left"] ** 2).sum()
    assert observed > (1.5 if setting is BETA else 0.8)


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_decisions_come_late_and_arrive_as_revisions(setting: Setting) -> None:
    """What a Monday did not know, a later one sends again: the same claim, now with its outcome."""
    told: dict[str, dict[str, Any]] = {}
    for number in range(4):
        monday = date(2025, 10, 6) + timedelta(days=7 * number)
        rows = batch(number, 42, setting=setting).to_pylist()
        for row in rows:
            before = told.get(row["claim_id"])
            assert row["claim_date"] < monday
            assert (row["claimable"] is None) == (row["decision_date"] is None) == (row["reimbursed_amount"] is None)
            assert row["decision_date"] is None or row["decision_date"] < monday
            if before is not None:
                assert before["claimable"] is None
                assert row["claimable"] is not None
                same = set(row) - {*OUTCOME, "source_file"}
                assert {name: row[name] for name in same} == {name: before[name] for name in same}
            told[row["claim_id"]] = row
        mature = [row for row in told.values() if row["claim_date"] + timedelta(days=14) <= monday]
        assert all(row["claimable"] is not None for row in mature)
        assert 0.02 < sum(row["claimable"] is None for row in rows) / len(rows) < 0.4
    assert len(told) == 240 + 3 * 250
    final = generate(len(told), 42, setting=setting).to_pylist()
    decided = [(row, told[row["claim_id"]]) for row in final if told[row["claim_id"]]["claimable"] is not None]
    assert all(known[name] == row[name] for row, known in decided for name in OUTCOME)


def test_what_is_paid_tells_the_label(year: tuple[Setting, pa.Table]) -> None:
    """So it is a leak, which the contract keeps from the features and an audit must find."""
    frame = year[1].to_pandas()
    assert ((frame["reimbursed_amount"] > 0) == (frame["claimable"] == 1)).all()
    assert (frame["reimbursed_amount"] <= frame["amount"]).all()


@pytest.mark.parametrize("last", [date(2023, 12, 31), date(2100, 1, 1)])
def test_days_that_are_no_span_are_refused(last: date) -> None:
    with pytest.raises(UsageRefusedError) as refused:
        generate(60, 1, setting=BETA, span=Span(date(2024, 1, 1), last))
    assert refused.value.field == "from, to"


def test_the_documentation_states_the_true_best_accuracy_and_counts(root: Path) -> None:
    text = (root / "docs" / "example-data.md").read_text(encoding="utf-8").partition("\n# Claims")[2]
    days = (date(2025, 7, 7), date(2025, 11, 2))
    for name, setting in SETTINGS.items():
        assert f"| `{name}` | {bayes_accuracy(setting, *days):.3f} | {granted_rate(setting, *days):.3f} |" in text
    told: dict[str, int | None] = {}
    for number in range(5):
        rows = batch(number, 42, setting=CERTIFIABLE)
        told |= dict(zip(*(rows.column(name).to_pylist() for name in ("claim_id", "claimable")), strict=True))
        labels = [label for label in told.values() if label is not None]
        monday = date(2025, 10, 6) + timedelta(days=7 * number)
        assert f"| {monday} | {number} | {len(told)} | {len(labels)} | {labels.count(0)} |" in text
