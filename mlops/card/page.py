"""The page: facts in, Markdown out."""

from typing import Any

from mlops import registry
from mlops.artifact import Training
from mlops.card import certificate_page, measured
from mlops.card.changes import changes_between, comparison_of
from mlops.card.facts import CHART, MANIFEST, CardFacts, record_of
from mlops.card.hub import hub_metadata
from mlops.card.limitations import MARGIN, limitations_of
from mlops.card.seeds import seed_table
from mlops.card.slices import slice_rows
from mlops.ids import DatasetId, ModelId
from mlops.manifest import LabelQuality, Manifest
from mlops.provenance import undeployable
from mlops.render import Safe
from mlops.render import render as render_template
from mlops.words import bounds, commit, count, in_words, link_to_run, metric_name, moment, rate

TEMPLATE = "card.md.j2"

_FRAMEWORK = ("scikit-learn", "skops", "numpy", "scipy", "pandas", "pyarrow", "rapidfuzz")


def render(facts: CardFacts) -> str:
    """Return the card: front matter and every section. Equal facts give equal text.

    Raises:
        UsageRefusedError: An id in the facts is not one.
    """
    record = record_of(facts)
    body = render_template(TEMPLATE, _view(facts, record))
    return registry.format_front_matter(record, hub_metadata(facts)) + body


def _view(facts: CardFacts, record: registry.Record) -> dict[str, Any]:
    """Return what the templates may print; what is not ``Safe`` or a number is printed inert."""
    metrics, gate, notes = facts.metrics, facts.gate, facts.notes
    model_id = Safe(ModelId.parse(facts.training.model_id))
    return {
        "id": model_id,
        "verdict": Safe(gate.verdict),
        "verdict_reason": gate.reason,
        "description": notes.description,
        "settings": notes.card,
        "chart": Safe(f"{model_id}/{CHART}"),
        "chart_alt": _chart_alt(facts),
        "metric_rows": measured.metric_rows(metrics, gate),
        "explanations": measured.explanations(gate),
        "seeds": seed_table(metrics, gate, facts.training.seed),
        "confidence": Safe(f"{100 * metrics.interval.confidence:g} %"),
        "interval": metrics.interval,
        "test_rows": count(metrics.rows),
        "positives": count(metrics.positives),
        "prevalence": rate(metrics.positives / metrics.rows if metrics.rows else None),
        "clusters": count(metrics.clusters),
        "replicates": count(metrics.interval.replicates),
        "weighted": metrics.weighted,
        "confusion": {name: count(number) for name, number in metrics.counts},
        "projections": measured.projections(metrics),
        "model": _model(facts.training, record),
        "dataset": _dataset(facts.manifest, facts.training),
        "limitations": limitations_of(metrics, gate),
        "margin": round(100 * MARGIN),
        "min_slice_rows": gate.policy.min_slice_rows,
        "stated_limitations": facts.manifest.limitations,
        "findings": facts.training.findings,
        "changes": changes_between(facts.previous, record) if facts.previous else None,
        "comparison": comparison_of(gate),
        "slices": slice_rows(metrics, gate),
        "gaps": measured.gaps(metrics, gate),
        "bindings": _hashes(record),
        "certification": certificate_page.view(facts),
        "deployed": _deployed(facts.serves),
    }


def _deployed(serves: tuple[str, ...]) -> dict[str, Any]:
    """Return what is said of a deployment; names of environments are plain words, by the grammar of the file."""
    if not serves:
        return {"line": Safe("Not deployed."), "serves": "", "first": ""}
    names = Safe(" and ".join(serves))
    return {"line": Safe(f"Deployed: {names}."), "serves": names, "first": Safe(serves[0])}


def _chart_alt(facts: CardFacts) -> Safe:
    shown = [
        f"{metric_name(name)} {rate(found.value)}, {bounds(found)}"
        for name in ("precision", "recall")
        if (found := facts.metrics.metrics.get(name)) is not None
    ]
    return Safe(f"Precision over recall at all thresholds; at the chosen one {'; '.join(shown)}")


def _hashes(record: registry.Record) -> dict[str, Safe]:
    """Return the hashes; their type has checked that they are 64 hexadecimal digits."""
    return {
        "dataset": Safe(record.dataset.sha256),
        "artifact": Safe(record.artifact_sha256),
        "model": Safe(record.model_sha256),
        "evaluation": Safe(record.evaluation_sha256),
        "policy": Safe(record.policy_sha256),
    }


def _model(training: Training, record: registry.Record) -> dict[str, Any]:
    versions = training.environment
    return {
        "task": Safe(ModelId.parse(training.model_id).dataset.task),
        "trained_at": moment(training.trained_at),
        "architecture": training.architecture,
        "framework": ", ".join(f"{name} {versions[name]}" for name in _FRAMEWORK if name in versions),
        "python": versions.get("python", "not recorded"),
        "platform": versions.get("platform", "not recorded"),
        "mlops": versions.get("precision-gate", "not recorded"),
        "features": training.features,
        "feature_count": count(len(training.features)),
        "seed": training.seed,
        "threshold": Safe(f"{record.threshold:.4g}"),
        "facts": [
            (name, value if isinstance(value, str) else Safe(f"{value:,}")) for name, value in training.facts.items()
        ],
        "seconds": [(in_words(name), Safe(f"{seconds:.1f} s")) for name, seconds in training.seconds.items()],
        "commit": commit(training.code.commit),
        "dirty": training.code.dirty,
        "undeployable": Safe(undeployable(str(ModelId.parse(training.model_id)), training.code)),
        "run": link_to_run(training.run_url),
    }


def _dataset(manifest: Manifest, training: Training) -> dict[str, Any]:
    split = training.split
    dataset_id = Safe(DatasetId.parse(manifest.id))
    return {
        "id": dataset_id,
        "manifest": Safe(f"{training.model_id}/{MANIFEST}"),
        "as_of": Safe(manifest.as_of.isoformat()),
        "source": manifest.source or Safe("not stated"),
        "licence": manifest.licence or Safe("not stated"),
        "parent": manifest.parent or Safe("none"),
        "rows": count(manifest.rows),
        "size": Safe(f"{manifest.bytes:,} bytes, {manifest.format}"),
        "labels": [(label, count(number)) for label, number in sorted(manifest.labels.items())],
        "columns": manifest.columns,
        "missing": [(c.name, rate(c.missing / manifest.rows)) for c in manifest.columns if c.missing and manifest.rows],
        "sample_size": count(training.sample_size),
        "trained_rows": count(training.trained_rows),
        "sampled": training.trained_rows < split.train_rows,
        "train_rows": count(split.train_rows),
        "train_positives": count(split.train_positives),
        "test_rows": count(split.test_rows),
        "test_positives": count(split.test_positives),
        "purged_rows": count(split.purged_rows),
        "split": str(training.facts.get("split", "")),
        "quality": _quality(manifest.label_quality),
    }


def _quality(quality: LabelQuality | None) -> dict[str, Any] | None:
    """Return the annotators' agreement; None where it was not measured."""
    if quality is None:
        return None

    def coefficient(value: float | None) -> Safe:
        return Safe("not defined" if value is None else f"{value:.3f}")

    return {
        "annotators": count(len(quality.annotators)),
        "rows": count(quality.rows),
        "agreement": rate(quality.agreement),
        "kappa": coefficient(quality.kappa),
        "alpha": coefficient(quality.alpha),
    }
