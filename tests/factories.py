"""Builders of realistic documents: a model of 10,000 labelled pairs, and what each keyword changes about it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from mlops import checksums, documents
from mlops.artifact import EVALUATION, GATE, METRICS, MODEL, TRAINING, Feature, SplitFacts, Training
from mlops.card import CardFacts, CardNotes
from mlops.config import CardSettings, Criterion, Policy, TaskSettings, policy_sha256
from mlops.gate import Bindings, Facts, GateReport, decide
from mlops.hashing import sha256_bytes
from mlops.intervals.proportions import wilson_lower, wilson_upper
from mlops.manifest import Column, Fingerprint, LabelQuality, Manifest
from mlops.metrics import Counts, CurvePoint, Estimate, IntervalMethod, Metrics, SliceMetrics
from mlops.provenance import CodeVersion

DATASET_ID = "er_20251020"
CONFIDENCE = 0.95
COUNTS = Counts(tp=976, fp=24, fn=44, tn=956)
MODEL_BYTES = b"model"
EVALUATION_BYTES = b"evaluation"
DATA_SHA256 = sha256_bytes(b"data")

SLICES: Mapping[tuple[str, str], Counts] = {
    ("entity_type", "organisation"): Counts(tp=610, fp=12, fn=22, tn=596),
    ("entity_type", "person"): Counts(tp=352, fp=9, fn=14, tn=350),
    ("entity_type", "trust"): Counts(tp=14, fp=3, fn=8, tn=10),
    ("script", "latin"): Counts(tp=901, fp=17, fn=21, tn=890),
    ("script", "cyrillic"): Counts(tp=58, fp=6, fn=20, tn=52),
    ("script", "greek"): Counts(tp=4, fp=0, fn=1, tn=5),
    ("special_characters", "yes"): Counts(tp=231, fp=7, fn=13, tn=240),
    ("special_characters", "no"): Counts(tp=745, fp=17, fn=31, tn=716),
    ("missing_fields", "none"): Counts(tp=800, fp=15, fn=24, tn=780),
    ("missing_fields", "some"): Counts(tp=176, fp=9, fn=20, tn=176),
}


def estimate(successes: int, n: int, confidence: float = CONFIDENCE) -> Estimate:
    """Return ``successes / n`` with Wilson's bounds; undefined without rows."""
    if n == 0:
        return Estimate(value=None, lower=None, upper=None, n=0, reason="there is no row to count")
    lower, upper = wilson_lower(successes, n, confidence), wilson_upper(successes, n, confidence)
    return Estimate(value=successes / n, lower=lower, upper=upper, n=n)


def estimates(counts: Counts) -> dict[str, Estimate]:
    """Return precision, recall and F1 of ``counts``; F1's bounds as those of 2tp / (2tp + fp + fn)."""
    both = 2 * counts.tp + counts.fp + counts.fn
    return {
        "precision": estimate(counts.tp, counts.tp + counts.fp),
        "recall": estimate(counts.tp, counts.tp + counts.fn),
        "f1": estimate(2 * counts.tp, both),
    }


def manifest(**changes: Any) -> Manifest:
    """Return a manifest of 10,000 pairs."""
    columns = ("pair_id", "left_id", "right_id", "left_name", "right_name", "label", "entity_type")
    facts: dict[str, Any] = {
        "id": DATASET_ID,
        "task": "er",
        "as_of": date(2025, 10, 20),
        "uris": (f"data/training/{DATASET_ID}.parquet",),
        "format": "parquet",
        "sha256": DATA_SHA256,
        "bytes": 1_234_567,
        "rows": 10_000,
        "columns": tuple(Column(name=name, type="string", missing=12 * (name == "left_name")) for name in columns),
        "labels": {"0": 4_900, "1": 5_100},
        "fingerprint": Fingerprint(rows=sha256_bytes(b"rows"), columns={n: sha256_bytes(n.encode()) for n in columns}),
        "label_quality": LabelQuality(
            annotators=("annotator_1", "annotator_2"), rows=10_000, agreement=0.981, kappa=0.962, alpha=0.962
        ),
        "source": "mlops data generate er --rows 10000 --seed 42",
        "licence": "CC0-1.0",
        "limitations": ("Names are generated; real files hold errors that nobody has thought of.",),
    }
    return Manifest(**(facts | changes))


def training(**changes: Any) -> Training:
    """Return the record of a training run on :func:`manifest`."""
    facts: dict[str, Any] = {
        "task": "er",
        "model_id": DATASET_ID,
        "dataset_id": DATASET_ID,
        "dataset_sha256": DATA_SHA256,
        "model_sha256": sha256_bytes(MODEL_BYTES),
        "seed": 42,
        "sample_size": 10_000,
        "trained_rows": 7_600,
        "threshold": 0.4375,
        "architecture": "HistGradientBoostingClassifier(max_iter=300, learning_rate=0.06, max_leaf_nodes=15)",
        "features": (
            Feature(name="name:jaro_winkler", description="Jaro-Winkler similarity of the two names."),
            Feature(name="name:words_jaccard", description="Share of words that both names have."),
            Feature(name="record:idf_cosine", description="IDF cosine of the words of the whole records."),
        ),
        "split": SplitFacts(
            train_rows=7_600, test_rows=2_000, purged_rows=400, train_positives=3_880, test_positives=1_020
        ),
        "facts": {"out_of_fold_f1": 0.9662, "threshold_objective": "best F1", "split": "by entity of the left record"},
        "findings": ("4 pairs of the test rows have the same content as a training pair.",),
        "code": CodeVersion(commit="0123456789abcdef0123456789abcdef01234567", dirty=False),
        "environment": {"python": "3.11.7", "platform": "Linux-x86_64", "scikit-learn": "1.9.0", "skops": "0.16.0"},
        "trained_at": datetime(2025, 10, 20, 8, 30, tzinfo=UTC),
        "seconds": {"features": 3.2, "fit": 6.1},
    }
    return Training(**(facts | changes))


def slice_metrics(name: str, value: str, counts: Counts) -> SliceMetrics:
    """Return the metrics of one slice."""
    rows, positives = counts.tp + counts.fp + counts.fn + counts.tn, counts.tp + counts.fn
    found = estimates(counts)
    return SliceMetrics(slice=name, value=value, rows=rows, positives=positives, counts=counts, metrics=found)


def curve(counts: Counts = COUNTS) -> tuple[CurvePoint, ...]:
    """Return a plausible precision-recall curve through ``counts`` at threshold 0.4375."""
    positives, negatives = counts.tp + counts.fn, counts.fp + counts.tn
    points = []
    for step in range(1, 100):
        share = step / 100  # of positives found: from few at a high threshold to all at a low one
        scale = (share / (counts.tp / positives)) ** 24 if counts.tp else 0.0
        tp, fp = round(positives * share), min(negatives, round(counts.fp * scale) + 2 * (share > 0.2))
        found = estimates(Counts(tp=tp, fp=fp, fn=positives - tp, tn=negatives - fp))
        points.append(CurvePoint(threshold=1 - share, precision=found["precision"], recall=found["recall"]))
    return tuple(sorted(points, key=lambda point: point.threshold))


def metrics(counts: Counts = COUNTS, **changes: Any) -> Metrics:
    """Return the measurement of :func:`training`'s model; ``counts`` sets all overall numbers."""
    facts: dict[str, Any] = {
        "task": "er",
        "model_id": DATASET_ID,
        "dataset_sha256": DATA_SHA256,
        "model_sha256": sha256_bytes(MODEL_BYTES),
        "evaluation_sha256": sha256_bytes(EVALUATION_BYTES),
        "threshold": 0.4375,
        "rows": counts.tp + counts.fp + counts.fn + counts.tn,
        "positives": counts.tp + counts.fn,
        "clusters": 1_310,
        "weighted": False,
        "interval": IntervalMethod(
            confidence=CONFIDENCE, name="wilson and cluster bootstrap", replicates=2_000, seed=0
        ),
        "counts": counts,
        "metrics": estimates(counts),
        "slices": tuple(slice_metrics(name, value, found) for (name, value), found in SLICES.items()),
        "curve": curve(counts),
    }
    return Metrics(**(facts | changes))


def policy(**changes: Any) -> Policy:
    """Return the policy that ``mlops.toml`` ships."""
    minima = {"precision": 0.92, "recall": 0.88, "f1": 0.90}
    facts: dict[str, Any] = {
        "min_rows": 200,
        "criteria": {name: Criterion(min=minimum) for name, minimum in minima.items()},
    }
    return Policy(**(facts | changes))


def gate_report(
    measured: Metrics | None = None, *, rules: Policy | None = None, bound: Bindings | None = None, **changes: Any
) -> GateReport:
    """Return what the gate decides on ``measured`` by ``rules``, bound to ``bound`` or the factories' hashes."""
    measured, rules = measured or metrics(), rules or policy()
    bound = bound or bindings(policy_sha256=policy_sha256(rules))
    report = decide(measured, rules, declared=rules, bindings=bound, facts=Facts(first_version=True))
    return report.model_copy(update=changes)


def bindings(**changes: Any) -> Bindings:
    """Return what :func:`gate_report` is bound to."""
    facts: dict[str, Any] = {
        "dataset_sha256": DATA_SHA256,
        "model_sha256": sha256_bytes(MODEL_BYTES),
        "artifact_sha256": sha256_bytes(b"checksums"),
        "evaluation_sha256": sha256_bytes(EVALUATION_BYTES),
        "policy_sha256": policy_sha256(policy()),
        "code_commit": "0123456789abcdef0123456789abcdef01234567",
        "code_dirty": False,
        "run_url": "",
    }
    return Bindings(**(facts | changes))


def card_settings(**changes: Any) -> CardSettings:
    """Return the free text of a card."""
    facts: dict[str, Any] = {
        "intended_use": "Decide whether two records of a supplier file name the same organisation or person.",
        "out_of_scope": "Decisions about people; merging without a way back.",
        "ethical_considerations": ("A false match can show one person the data of another.",),
    }
    return CardSettings(**(facts | changes))


def task_settings(**changes: Any) -> TaskSettings:
    """Return the settings of the task ``er``."""
    facts: dict[str, Any] = {
        "description": "Entity resolution: do two records name the same organisation or person?",
        "policy": policy(),
        "card": card_settings(),
    }
    return TaskSettings(**(facts | changes))


def write_artifact(
    folder: Path,
    *,
    trained: Training | None = None,
    measured: Metrics | None = None,
    rules: Policy | None = None,
) -> Path:
    """Write what training and the gate leave to ``folder``, with stand-ins for model and rows, and return it."""
    trained, measured, rules = trained or training(), measured or metrics(), rules or policy()
    folder.mkdir(parents=True)
    (folder / MODEL).write_bytes(MODEL_BYTES)
    (folder / EVALUATION).write_bytes(EVALUATION_BYTES)
    documents.write(folder / TRAINING, trained)
    documents.write(folder / METRICS, measured)
    listing = checksums.write(folder, (EVALUATION, METRICS, MODEL, TRAINING))
    bound = bindings(
        dataset_sha256=trained.dataset_sha256,
        artifact_sha256=sha256_bytes(listing),
        policy_sha256=policy_sha256(rules),
        code_commit=trained.code.commit,
        code_dirty=trained.code.dirty,
    )
    documents.write(folder / GATE, gate_report(measured, rules=rules, bound=bound))
    return folder


def card_facts(**changes: Any) -> CardFacts:
    """Return the facts of a task's first card."""
    facts: dict[str, Any] = {
        "manifest": manifest(),
        "training": training(),
        "metrics": metrics(),
        "gate": gate_report(),
        "notes": card_notes(),
        "previous": None,
    }
    return CardFacts(**(facts | changes))


def card_notes(**changes: Any) -> CardNotes:
    """Return what a card says beside the other documents."""
    facts: dict[str, Any] = {
        "model_id": DATASET_ID,
        "task": "er",
        "description": task_settings().description,
        "card": card_settings(),
        "previous": None,
        "artifact_sha256": bindings().artifact_sha256,
    }
    return CardNotes(**(facts | changes))
