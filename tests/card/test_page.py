"""The card has every section, each says what the documents say, and the verdict stands first."""

import re
from datetime import datetime, timedelta, timezone

import pytest

from mlops.card import render
from mlops.card.facts import record_of
from mlops.card.structure import empty_sections, sections
from mlops.metrics import Counts
from mlops.provenance import CodeVersion
from mlops.registry import parse_front_matter, split_front_matter
from tests import factories

SECTIONS = [
    "Metrics against thresholds",
    "Intended use",
    "Known limitations",
    "Model details",
    "Dataset",
    "Changes from the previous version",
    "Ethical considerations",
    "Deployment",
    "Provenance",
    "Features",
]
FAILING = Counts(tp=850, fp=150, fn=170, tn=830)
FEW = Counts(tp=96, fp=4, fn=6, tn=110)


def section(text: str, title: str) -> str:
    """Return a section with those below it, as one text."""
    found = sections(text)
    start = next(at for at, part in enumerate(found) if part.title == title)
    parts = [found[start]]
    for part in found[start + 1 :]:
        if part.depth <= found[start].depth:
            break
        parts.append(part)
    return "\n".join(part.text for part in parts)


def cells(text: str, first: str) -> list[str]:
    """Return the further cells of the table row that begins with ``first``."""
    line = next(line for line in text.splitlines() if line.startswith(f"| {first} |"))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_every_section_is_there_and_none_is_empty() -> None:
    text = render(factories.card_facts())
    assert [part.title for part in sections(text) if part.depth == 2] == SECTIONS
    assert empty_sections(text) == []


def test_equal_facts_give_equal_bytes() -> None:
    assert render(factories.card_facts()) == render(factories.card_facts())


def test_the_front_matter_is_the_record() -> None:
    facts = factories.card_facts()
    assert parse_front_matter(render(facts)) == record_of(facts)


def test_the_verdict_stands_before_everything_else() -> None:
    body = split_front_matter(render(factories.card_facts()))[1]
    lines = [line for line in body.splitlines() if line and not line.startswith("<!--")]
    assert lines[0] == "# er_20251020"
    assert lines[1].startswith("> **Verdict: pass.**")


@pytest.mark.parametrize(("counts", "verdict"), [(FAILING, "fail"), (FEW, "inconclusive")])
def test_a_model_that_did_not_pass_says_so_first_and_why(counts: Counts, verdict: str) -> None:
    measured = factories.metrics(counts)
    report = factories.gate_report(measured)
    text = render(factories.card_facts(metrics=measured, gate=report))
    assert report.verdict == verdict
    assert f"> **Verdict: {verdict}. This model did not pass the gate and must not be deployed.**" in text
    for criterion in report.criteria:
        if criterion.verdict != "pass":
            assert f", {criterion.verdict}: " in section(text, "Metrics against thresholds")


def test_metrics_stand_beside_bounds_denominator_threshold_and_status() -> None:
    text = section(render(factories.card_facts()), "Metrics against thresholds")
    assert cells(text, "Precision")[:5] == [
        "**97.6 %**", "96.7 % to 98.3 %", "1,000", "lower bound at least 92 %", "pass",
    ]  # fmt: skip
    assert cells(text, "Recall")[0] == "**95.7 %**"
    assert cells(text, "F1")[4] == "pass"
    assert "one-sided at 95 %" in text
    assert cells(text, "Positive") == ["976", "44"]
    assert cells(text, "Negative") == ["24", "956"]
    assert "](er_20251020/precision-recall.svg)" in text


def test_a_tightened_threshold_names_the_policys_too() -> None:
    report = factories.gate_report()
    first = report.criteria[0].model_copy(update={"threshold": 0.95, "blocking": False})
    text = render(factories.card_facts(gate=report.model_copy(update={"criteria": (first, *report.criteria[1:])})))
    assert cells(text, "Precision")[3:5] == ["lower bound at least 95 % (policy: 92 %)", "pass (warns only)"]


def test_a_value_just_below_its_threshold_is_not_rounded_up_to_it() -> None:
    report = factories.gate_report()
    first = report.criteria[0].model_copy(update={"value": 0.91996, "verdict": "fail"})
    text = render(factories.card_facts(gate=report.model_copy(update={"criteria": (first, *report.criteria[1:])})))
    assert cells(text, "Precision")[0] == "**91.996 %**"
    assert cells(text, "Precision")[4] == "**fail**"


def test_model_details_keep_the_hashes_of_dataset_and_artifact_apart() -> None:
    facts = factories.card_facts()
    text = section(render(facts), "Model details")
    assert cells(text, "Dataset SHA-256") == [f"`{facts.manifest.sha256}`"]
    assert cells(text, "Artifact SHA-256") == [f"`{facts.notes.artifact_sha256}`"]
    assert cells(text, "Model SHA-256") == [f"`{facts.training.model_sha256}`"]
    assert cells(text, "Seed") == ["42"]
    assert cells(text, "Decision threshold") == ["0.4375"]
    assert cells(text, "Framework") == ["scikit-learn 1.9.0, skops 0.16.0"]
    assert "HistGradientBoostingClassifier" in cells(text, "Architecture")[0]


def test_the_training_date_is_utc_wherever_it_was_trained() -> None:
    tokyo = datetime(2025, 10, 21, 1, 30, tzinfo=timezone(timedelta(hours=9)))
    text = render(factories.card_facts(training=factories.training(trained_at=tokyo)))
    assert cells(text, "Trained") == ["2025-10-20 16:30 UTC"]


def test_the_dataset_section_says_how_it_was_sampled_split_and_labelled() -> None:
    text = section(render(factories.card_facts()), "Dataset")
    assert cells(text, "Sampling method") == ["none: all training rows were used"]
    assert "400 purged" in cells(text, "Split")[0]
    assert "Cohen's kappa 0.962" in cells(text, "Label quality")[0]
    sampled = render(factories.card_facts(training=factories.training(trained_rows=500, sample_size=500)))
    assert cells(sampled, "Sampling method")[0].startswith("stratified by label")
    assert cells(sampled, "Sample size") == ["500 training rows; at most 500 were asked for"]


def test_what_was_not_measured_or_stated_is_said_to_be_so() -> None:
    bare = factories.manifest(label_quality=None, source="", licence="", limitations=())
    quiet = factories.training(findings=())
    text = render(factories.card_facts(manifest=bare, training=quiet))
    assert cells(text, "Label quality") == ["not measured"]
    assert cells(text, "Source") == ["not stated"]
    assert "Nothing is stated in the manifest" in section(text, "Known limitations")
    assert empty_sections(text) == []


def test_a_measurement_without_slices_says_that_nothing_is_known_of_them() -> None:
    text = render(factories.card_facts(metrics=factories.metrics(slices=())))
    assert "No slice was measured" in section(text, "Known limitations")
    assert "no slice with two values" in section(text, "Ethical considerations")


def test_limitations_of_the_manifest_and_findings_of_the_training_are_told() -> None:
    facts = factories.card_facts()
    text = section(render(facts), "Known limitations")
    assert all(sentence in text for sentence in (*facts.manifest.limitations, *facts.training.findings))


def test_a_dirty_tree_and_an_unknown_commit_are_shown() -> None:
    dirty = factories.training(code=CodeVersion(commit="unknown", dirty=True))
    text = section(render(factories.card_facts(training=dirty)), "Provenance")
    assert cells(text, "Code commit") == ["<code>unknown</code>, **with uncommitted changes**"]
    assert "er_20251020 cannot be deployed: it was trained outside of git." in text
    assert "cannot be deployed" not in section(render(factories.card_facts()), "Provenance")


def test_a_run_is_linked_only_when_its_address_is_one_of_a_run() -> None:
    url = "https://github.com/some-org/some-repo/actions/runs/12345"
    linked = render(factories.card_facts(training=factories.training(run_url=url)))
    assert cells(linked, "Run") == [f"[12345]({url})"]
    for strange in ("javascript:alert(1)", f"{url})[x](y", "https://example.org/"):
        text = render(factories.card_facts(training=factories.training(run_url=strange)))
        assert cells(text, "Run")[0].startswith("<code>")
    assert cells(render(factories.card_facts()), "Run") == ["trained locally"]


def test_the_card_claims_no_deployment() -> None:
    assert "Status: not deployed." in section(render(factories.card_facts()), "Deployment")


def test_every_feature_has_its_row() -> None:
    facts = factories.card_facts()
    text = section(render(facts), "Features")
    assert len(re.findall(r"^\| <code>", text, flags=re.MULTILINE)) == len(facts.training.features)


def test_undefined_metrics_leave_a_whole_card() -> None:
    nothing = factories.metrics(Counts(tp=0, fp=0, fn=20, tn=380), curve=())
    text = render(factories.card_facts(metrics=nothing, gate=factories.gate_report(nothing)))
    assert cells(text, "Precision")[:2] == ["**not defined**", "not defined"]
    assert "nothing can be projected" in text
    assert empty_sections(text) == []
