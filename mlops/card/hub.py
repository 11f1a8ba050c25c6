"""The front matter in the words of the Hugging Face Hub: licence, tags and model-index.

Source: the Hub's model card specification. Results that differ only in the dataset's name or a source's address are
merged by its library, so that slices are told apart by ``config``. Of the slices only F1 is listed: GitHub shows front
matter as a table above the page, and the card has the table of all slices.
"""

from typing import Any

from mlops.card.facts import CardFacts
from mlops.metrics import Estimate
from mlops.words import metric_order

TASK_TYPE = "tabular-classification"
WHOLE = "default"


def hub_metadata(facts: CardFacts) -> dict[str, Any]:
    """Return the Hub's part of the front matter; metrics that are not defined are left out, as the Hub has no word."""
    manifest, metrics = facts.manifest, facts.metrics
    enough = [part for part in metrics.slices if part.rows >= facts.gate.policy.min_slice_rows]
    results = [
        _result(facts, WHOLE, metrics.metrics),
        *(
            _result(facts, f"{part.slice}={part.value}", {"f1": part.metrics["f1"]})
            for part in enough
            if "f1" in part.metrics
        ),
    ]
    return {
        "license": facts.notes.card.licence,
        "library_name": "sklearn",
        "tags": ["precision-gate", facts.training.task],
        "datasets": [manifest.id],
        "metrics": sorted(metrics.metrics, key=metric_order),
        "model-index": [{"name": facts.training.model_id, "results": [r for r in results if r["metrics"]]}],
    }


def _result(facts: CardFacts, config: str, estimates: dict[str, Estimate]) -> dict[str, Any]:
    defined = [(name, estimates[name].value) for name in sorted(estimates, key=metric_order)]
    return {
        "task": {"type": TASK_TYPE},
        "dataset": {
            "type": facts.training.task,
            "name": facts.manifest.id,
            "config": config,
            "split": "test",
            "revision": facts.manifest.sha256,
        },
        "metrics": [{"type": name, "value": value} for name, value in defined if value is not None],
    }
