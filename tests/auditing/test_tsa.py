"""On real claims the audit passes, and what the authority wrote after its decision is blocked as a feature."""

from pathlib import Path

import pyarrow.parquet as pq

from mlops.contract.loading import load_contract
from tests.auditing.scenes import audited, verdicts, with_role


def test_real_claims_pass_and_what_came_with_the_decision_is_blocked(shared_data: Path) -> None:
    table = pq.read_table(shared_data / "claims" / "tsa_claims_2010_2013.parquet").sort_by("claim_date")
    table = table.take(list(range(0, table.num_rows, 8)))
    contract = load_contract("tsa_claims", Path())
    report = audited(table, contract)
    assert (report.verdict, verdicts(report)) == ("pass", {})
    leaks = {one.name: one.auc for one in report.features if not one.feature}
    assert set(leaks) == {"close_amount", "disposition"}
    assert min(auc or 0 for auc in leaks.values()) > 0.99
    for name in leaks:
        declared = audited(table, with_role(contract, **{name: "feature"}), blocks=2)
        found = next(one for one in declared.criteria if one.metric == "single_feature_auc")
        assert (declared.verdict, found.verdict) == ("fail", "fail")
        assert found.reason.startswith(f"{name} alone has an AUC of ")
        assert any(
            note.startswith(f"{name}: Its role is feature, but it is named after an outcome") for note in declared.notes
        )
