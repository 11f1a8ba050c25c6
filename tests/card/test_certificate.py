"""What a card says of a certification: its head, its tier, its documents; and what does not belong to it shows."""

import json
from typing import Any

import pytest

from mlops import documents
from mlops.artifact import CERTIFICATION
from mlops.card.certificate import certificate_differences, parse
from mlops.card.facts import CardFacts, CardNotes, Certificate, Standing
from mlops.card.page import render
from mlops.card.structure import empty_sections
from mlops.certification.document import CertificationReport
from mlops.certification.ledger import Ledger
from mlops.certification.status import status
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes
from tests import factories
from tests.certification import scenes

MODEL = "claims_20251215"


def standing(report: CertificationReport, ledger: Ledger, *, line: int | None) -> Standing:
    said = ledger.line_of(report) if line is None else ledger.runs[line - 1]
    return Standing(
        files={CERTIFICATION: sha256_bytes(documents.dumps(report))},
        line=line,
        counts=said.counts,
        why_not=said.why_not,
        status=status(ledger, report.policy, report.as_of),
    )


def facts(report: CertificationReport, ledger: Ledger, *, line: int | None, gate: str = "pass") -> CardFacts:
    """Return a card's facts around a report; what er's factories say besides does not matter here."""
    found = standing(report, ledger, line=line)
    notes = factories.card_notes(model_id=report.model_id, certification=found)
    judged = factories.gate_report().model_copy(update={"verdict": gate})
    return factories.card_facts(
        training=factories.training(model_id=report.model_id), notes=notes, gate=judged,
        certificate=Certificate(report, found, None, ()),
    )  # fmt: skip


def head(found: CardFacts) -> str:
    """Return the first quoted line of the card."""
    return next(line for line in render(found).splitlines() if line.startswith("> "))


def third(**changes: Any) -> tuple[CertificationReport, Ledger]:
    runs = [scenes.report(0), scenes.report(1), scenes.report(2, **changes)]
    return runs[-1], scenes.ledger(*runs)


def test_the_third_green_run_is_certified() -> None:
    report, ledger = third()
    text = render(facts(report, ledger, line=3))
    assert "> **Certified: tier minimum, until 2026-03-15.**" in text
    assert "| Counting green runs in a row | 3 of 3 |" in text
    assert "Allowed: production, until 2026-03-15." in text
    assert "| cv_sd | **0.7 %** | 0.5 % to 1.7 % | 1,500 | ≤ 1.5 % | pass |" in text
    assert "Its document was not there" in text
    assert empty_sections(text) == []


def test_one_green_run_is_a_beta_with_a_notice() -> None:
    report = scenes.report()
    found = facts(report, scenes.ledger(report), line=1)
    assert head(found).startswith(
        "> **Beta: this model is not certified.** It may be given 5 %, 25 %, 100 % of the traffic"
    )
    text = render(found)
    assert "| Tier on 2025-12-01 | **beta**, until 2026-03-01 |" in text
    assert "Allowed as a beta: 5 %, 25 %, 100 % of the traffic" in text


@pytest.mark.parametrize(
    ("gate", "starts"),
    [
        ("inconclusive", "> **Beta: this model is not certified.**"),
        ("fail", "> **This model must not be deployed.** The m"),
    ],
)
def test_its_own_gate_limits_what_the_tier_allows(gate: str, starts: str) -> None:
    report, ledger = third()
    assert head(facts(report, ledger, line=3, gate=gate)).startswith(starts)


def test_a_run_that_is_not_recorded_has_earned_nothing() -> None:
    report, ledger = third()
    found = facts(report, ledger.until(3), line=None)
    assert head(found).startswith("> **Not recorded: this model must not be deployed.**")
    assert "| **none** |" in render(found)


def test_a_repeat_says_that_another_model_holds_the_tier() -> None:
    first = scenes.report()
    again = first.model_copy(update={
        "model_id": "claims_20251201-2",
        "bindings": first.bindings.model_copy(update={"model_sha256": "7" * 64, "evaluation_sha256": "8" * 64}),
    })  # fmt: skip
    found = facts(again, scenes.ledger(first, again), line=2)
    assert head(found).startswith("> **Tier beta is held by another model; this one must not be deployed.**")


def test_a_run_without_a_tier_says_why() -> None:
    report = scenes.red()
    found = facts(report, scenes.ledger(report), line=1)
    assert head(found).startswith("> **This model must not be deployed.** Counting green runs in a row: 0; 3 certify.")


def test_a_card_without_a_certificate_says_nothing_of_it_and_its_notes_neither() -> None:
    assert "ertif" not in render(factories.card_facts())
    assert b"certification" not in documents.dumps(factories.card_notes())


def test_notes_with_a_certificate_are_read_as_they_were_written() -> None:
    report = scenes.report()
    notes = factories.card_notes(certification=standing(report, scenes.ledger(report), line=1))
    assert documents.loads(documents.dumps(notes), CardNotes) == notes


@pytest.mark.parametrize("files", [{}, {CERTIFICATION: "0" * 64, "../../secret.json": "0" * 64}])
def test_notes_name_no_other_files(files: dict[str, str]) -> None:
    report = scenes.report()
    notes = factories.card_notes(certification=standing(report, scenes.ledger(report), line=1))
    data = json.loads(documents.dumps(notes))
    data["certification"]["files"] = files
    with pytest.raises(InputRefusedError, match="certification"):
        documents.loads(json.dumps(data).encode(), CardNotes)


def test_a_gate_that_says_no_verdict_is_refused(tmp_path: Any) -> None:
    report = scenes.report()
    found = standing(report, scenes.ledger(report), line=1)
    files = {CERTIFICATION: documents.dumps(report), "audit.json": b'{"verdict": "fine", "reason": "x"}'}
    with pytest.raises(InputRefusedError) as caught:
        parse(files, factories.card_notes(certification=found), tmp_path)
    assert caught.value.file == str(tmp_path / "audit.json")


def test_every_field_of_another_report_shows() -> None:
    report, ledger = third()
    found = facts(report, ledger, line=3)
    files = {CERTIFICATION: documents.dumps(report) + b" ", "audit.json": b'{"verdict": "fail", "task": "er"}'}
    wrong = {(file, field) for file, field, expected, said in certificate_differences(found, files) if expected != said}
    assert wrong >= {
        (CERTIFICATION, "sha256"), (CERTIFICATION, "task"), (CERTIFICATION, "dataset_id"),
        (CERTIFICATION, "bindings.model_sha256"), (CERTIFICATION, "bindings.dataset_sha256"),
        (CERTIFICATION, "bindings.evaluation_sha256"), ("audit.json", "dataset_sha256"),
        (CERTIFICATION, "gates.audit"),
    }  # fmt: skip
    assert ("audit.json", "task") not in wrong  # the factories' training is er's, too
