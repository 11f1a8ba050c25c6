"""Whether a card's documents belong together: every hash, every id, and the verdict itself, decided again."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from mlops import checksums, documents
from mlops.artifact import CHECKSUMS, EVALUATION, GATE, METRICS, MODEL, TRAINING, seed_evaluation
from mlops.card.certificate import certificate_differences
from mlops.card.facts import MANIFEST, NOTES, CardFacts
from mlops.card.slices import as_judged, slice_differences
from mlops.config import Criterion
from mlops.documents import canonical_json
from mlops.errors import InputRefusedError
from mlops.gate import CriterionResult, Facts, GateReport, decide
from mlops.hashing import sha256_bytes
from mlops.metrics import Estimate, Metrics

NOT_MEASURED = Estimate(value=None, lower=None, upper=None, n=0)

# The gate measures again; with another version of numpy the bootstrap draws other replicates, so bounds move a little.
_TOLERANCE = {"value": 1e-9, "lower": 0.01, "upper": 0.01, "n": 0}
_DECIDED = ("threshold", "policy_threshold", "direction", "decide_on", "blocking", "verdict")


class Disagreement(NamedTuple):
    """A field of one document that is not what the others say."""

    file: str
    field: str
    expected: object
    found: object


def refuse_disagreement(facts: CardFacts, files: Mapping[str, bytes], folder: Path) -> None:
    """Raise InputRefusedError, naming the first difference, if the documents do not belong together.

    Args:
        facts: The documents, parsed.
        files: The bytes that they were parsed from, and those of ``checksums.txt``, by name.
        folder: Where they stand, for the message.
    """
    for found in disagreements(facts, files):
        raise InputRefusedError(
            "The documents of this model do not belong together.",
            file=folder / found.file,
            field=found.field,
            expected=found.expected,
            found=found.found,
            why="They come from different runs, or one was changed by hand.",
            fix="Judge the artifact again with `mlops gate`, then run `mlops card` on it; "
            "restore committed evidence from git.",
        )


def disagreements(facts: CardFacts, files: Mapping[str, bytes]) -> Iterator[Disagreement]:
    """Yield every field that is not what the other documents say."""
    certified = (Disagreement(*entry) for entry in certificate_differences(facts, files))
    for entry in (*_hashes(facts, files), *_names(facts), *_decision(facts.metrics, facts.gate), *certified):
        if entry.expected != entry.found:
            yield entry


def _hashes(facts: CardFacts, files: Mapping[str, bytes]) -> Iterator[Disagreement]:
    listed, bound = checksums.parse(files[CHECKSUMS], file=CHECKSUMS), facts.gate.bindings
    for name in (TRAINING, METRICS):
        yield Disagreement(name, "sha256", listed.get(name), sha256_bytes(files[name]))
    artifact = sha256_bytes(files[CHECKSUMS])
    yield Disagreement(GATE, "bindings.artifact_sha256", artifact, bound.artifact_sha256)
    yield Disagreement(NOTES, "artifact_sha256", artifact, facts.notes.artifact_sha256)
    model, evaluation = listed.get(MODEL), listed.get(EVALUATION)
    yield Disagreement(TRAINING, "model_sha256", model, facts.training.model_sha256)
    yield Disagreement(METRICS, "model_sha256", model, facts.metrics.model_sha256)
    yield Disagreement(GATE, "bindings.model_sha256", model, bound.model_sha256)
    yield Disagreement(METRICS, "evaluation_sha256", evaluation, facts.metrics.evaluation_sha256)
    yield Disagreement(GATE, "bindings.evaluation_sha256", evaluation, bound.evaluation_sha256)
    for repeat in facts.metrics.repeats:
        scored = listed.get(seed_evaluation(repeat.seed))
        yield Disagreement(METRICS, f"repeats.{repeat.seed}.evaluation_sha256", scored, repeat.evaluation_sha256)
    # Of the policy as it is written in gate.json: later versions of mlops may give a policy further fields.
    policy = canonical_json(documents.check_json(files[GATE])["policy"])
    yield Disagreement(GATE, "bindings.policy_sha256", sha256_bytes(policy), bound.policy_sha256)
    dataset = facts.manifest.sha256
    yield Disagreement(TRAINING, "dataset_sha256", dataset, facts.training.dataset_sha256)
    yield Disagreement(METRICS, "dataset_sha256", dataset, facts.metrics.dataset_sha256)
    yield Disagreement(GATE, "bindings.dataset_sha256", dataset, bound.dataset_sha256)


def _names(facts: CardFacts) -> Iterator[Disagreement]:
    training, metrics, gate, notes = facts.training, facts.metrics, facts.gate, facts.notes
    for name, document in ((METRICS, metrics), (GATE, gate), (NOTES, notes)):
        yield Disagreement(name, "model_id", training.model_id, document.model_id)
        yield Disagreement(name, "task", training.task, document.task)
    yield Disagreement(MANIFEST, "id", training.dataset_id, facts.manifest.id)
    yield Disagreement(MANIFEST, "task", training.task, facts.manifest.task)
    yield Disagreement(METRICS, "threshold", training.threshold, metrics.threshold)
    made, found = ([(r.seed, r.threshold) for r in repeats] for repeats in (training.repeats, metrics.repeats))
    yield Disagreement(METRICS, "repeats", made, found)
    if facts.previous:
        yield Disagreement(NOTES, "previous", facts.previous.task, training.task)


def _decision(metrics: Metrics, gate: GateReport) -> Iterator[Disagreement]:
    """Yield each number of the gate beside the measured one, and each verdict beside the one that follows from it."""
    again = decided_again(metrics, gate)
    names = [result.metric for result in again.criteria]
    yield Disagreement(GATE, "criteria", names, [result.metric for result in gate.criteria])
    for fresh, kept in zip(again.criteria, gate.criteria, strict=False):
        where = f"criteria.{kept.metric}"
        measured = metrics.metrics.get(kept.metric, NOT_MEASURED)
        for field, tolerance in _TOLERANCE.items():
            expected, found = getattr(measured, field), getattr(kept, field)
            if not _close(expected, found, tolerance):
                yield Disagreement(GATE, f"{where}.{field}", expected, found)
        for field in _DECIDED:
            yield Disagreement(GATE, f"{where}.{field}", getattr(fresh, field), getattr(kept, field))
    yield from _seeds(metrics, gate, again)
    yield from _comparison(metrics, gate, again)
    yield from (Disagreement(GATE, *found) for found in slice_differences(metrics, gate, again))
    yield Disagreement(GATE, "verdict", again.verdict, gate.verdict)


def _seeds(metrics: Metrics, gate: GateReport, again: GateReport) -> Iterator[Disagreement]:
    """Yield what the gate says of every other seed beside what was measured of it."""
    fresh, kept = ([(r.seed, r.evaluation_sha256, r.verdict) for r in report.seeds] for report in (again, gate))
    yield Disagreement(GATE, "seeds", fresh, kept)
    for repeat, result in zip(metrics.repeats, gate.seeds, strict=False):
        measured = {name: estimate.value for name, estimate in repeat.metrics.items()}
        where = f"seeds.{repeat.seed}.values"
        yield Disagreement(GATE, where, sorted(measured), sorted(result.values))
        for name in sorted(measured.keys() & result.values.keys()):
            if not _close(measured[name], result.values[name], _TOLERANCE["value"]):
                yield Disagreement(GATE, f"{where}.{name}", measured[name], result.values[name])


def _comparison(metrics: Metrics, gate: GateReport, again: GateReport) -> Iterator[Disagreement]:
    """Yield what the gate says of the model in production beside what follows from the comparison that it kept."""
    fresh, kept = ([change.model_copy(update={"reason": ""}) for change in r.changes] for r in (again, gate))
    yield Disagreement(GATE, "changes", fresh, kept)
    if gate.comparison is None:
        return
    yield Disagreement(GATE, "comparison.rows", metrics.rows, gate.comparison.rows)
    for name, difference in sorted(gate.comparison.differences.items()):
        measured = metrics.metrics.get(name, NOT_MEASURED).value
        if not _close(measured, difference.candidate, _TOLERANCE["value"]):
            yield Disagreement(GATE, f"comparison.differences.{name}.candidate", measured, difference.candidate)


def decided_again(metrics: Metrics, gate: GateReport) -> GateReport:
    """Return what the gate decides on its own numbers with the thresholds that it says were in force."""
    in_force = gate.policy.model_copy(update={"criteria": {c.metric: _criterion(c) for c in gate.criteria}})
    numbers = {
        c.metric: Estimate(value=c.value, lower=c.lower, upper=c.upper, n=c.n)
        for c in gate.criteria
        if c.metric in metrics.metrics
    }
    judged = {
        "metrics": metrics.metrics | numbers,
        "slices": as_judged(metrics, gate),
        "interval": metrics.interval.model_copy(update={"confidence": gate.policy.confidence}),
    }
    return decide(
        metrics.model_copy(update=judged),
        in_force,
        declared=gate.policy,
        bindings=gate.bindings,
        facts=Facts(
            first_version=gate.first_version, comparison=gate.comparison, holdout=gate.holdout, loosened=gate.loosened
        ),
    )


def _criterion(result: CriterionResult) -> Criterion:
    return Criterion(
        min=result.threshold if result.direction == "min" else None,
        max=result.threshold if result.direction == "max" else None,
        decide_on=result.decide_on,
        action="block" if result.blocking else "warn",
    )


def _close(expected: float | None, found: float | None, tolerance: float) -> bool:
    if expected is None or found is None:
        return expected is found
    return abs(expected - found) <= tolerance
