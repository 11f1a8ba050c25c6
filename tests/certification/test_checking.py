"""A committed report is judged again, and the ledger of a branch must continue the base's."""

from pathlib import Path
from typing import Any

import pytest

from mlops import documents
from mlops.artifact import CERTIFICATION
from mlops.certification import keeping
from mlops.certification.checking import check_line
from mlops.certification.document import CertificationReport
from mlops.certification.evidence import check_evidence
from mlops.certification.ledger import Ledger
from mlops.errors import ConflictError, InputRefusedError
from tests.certification.scenes import ledger, red, report


def committed(folder: Path, found: CertificationReport) -> Path:
    path = folder / found.model_id / CERTIFICATION
    documents.write(path, found)
    return path


def test_every_report_beside_a_card_is_judged_again(tmp_path: Path) -> None:
    runs = (report(0), red(1), report(2))
    for one in runs[:2]:
        committed(tmp_path, one)
    assert list(check_evidence(ledger(*runs), tmp_path)) == ["claims_20251201", "claims_20251208"]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"verdict": "pass"}, "verdict"),
        ({"best_tier": "minimum"}, "best_tier"),
        ({"criteria": ()}, "criteria.cv_mean"),
        ({"policy": report().policy.model_copy(update={"streak": 2})}, "bindings.policy_sha256"),
        ({"profile": "easy"}, "profile"),
    ],
)
def test_a_typed_verdict_is_refused_though_the_ledger_holds(tmp_path: Path, typed: dict[str, Any], field: str) -> None:
    forged = red(0).model_copy(update=typed)
    committed(tmp_path, forged)
    with pytest.raises(InputRefusedError) as refusal:
        list(check_evidence(ledger(forged), tmp_path))
    assert refusal.value.field == field


def test_a_repeat_that_is_said_to_count_is_refused() -> None:
    repeat = report(0, run="2")
    alone = Ledger().line_of(repeat)  # what it would be without the run before it
    assert alone.counts
    check_line(alone, repeat, Ledger(), file="certification.json")
    with pytest.raises(InputRefusedError) as refusal:
        check_line(alone, repeat, ledger(report(0)), file="certification.json")
    assert refusal.value.field == "counts of line 1 of the ledger"


def test_a_report_that_no_line_is_about_is_refused(tmp_path: Path) -> None:
    committed(tmp_path, report(0, run="2"))
    with pytest.raises(InputRefusedError, match="No line of the ledger"):
        list(check_evidence(ledger(report(0)), tmp_path))


def test_a_branch_continues_the_ledger_of_its_base(tmp_path: Path) -> None:
    path = tmp_path / keeping.FILE
    base, mine = ledger(report(0), red(1)), ledger(report(0), red(1), report(2))
    keeping.check_extends(mine, base.data, path, "main")
    keeping.check_extends(base, b"", path, "main")
    for other in (ledger(report(0)), ledger(report(0), report(1), report(2))):
        with pytest.raises(ConflictError) as refusal:
            keeping.check_extends(other, base.data, path, "main")
        assert refusal.value.field == "line 2" if len(other.lines) == 3 else "line 1"


def test_the_file_is_replaced_whole_and_only_by_what_extends_it(tmp_path: Path) -> None:
    path = keeping.path_of("claims", tmp_path)
    assert keeping.read(path) == Ledger()
    one = ledger(report(0))
    keeping.write(path, one, Ledger())
    assert keeping.read(path) == one
    two = one.appended(report(1))
    with pytest.raises(ConflictError, match="in between"):
        keeping.write(path, two.appended(report(2)), two)
    assert keeping.read(path) == one
    with pytest.raises(ValueError, match="only grows"):
        keeping.write(path, Ledger(), one)
