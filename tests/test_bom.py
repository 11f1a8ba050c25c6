"""The bill of materials: what CycloneDX 1.6 allows, all of it from the documents, the same bytes each time."""

import json
from datetime import timedelta, timezone
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from mlops import bom, config
from mlops.artifact import Training
from mlops.gate import Facts, GateReport, decide
from mlops.manifest import Manifest
from mlops.metrics import Estimate, Metrics
from tests import factories
from tests.conftest import ROOT

FILES = {"model.skops": "1" * 64, "metrics.json": "2" * 64}


def judged(measured: Metrics) -> GateReport:
    policy = config.load(ROOT / "mlops.toml").task("er").policy
    return decide(measured, policy, declared=policy, bindings=factories.bindings(), facts=Facts(first_version=True))


def built(trained: Training | None = None, measured: Metrics | None = None, manifest: Manifest | None = None) -> bytes:
    values = measured or factories.metrics()
    return bom.build(trained or factories.training(), values, judged(values), files=FILES, manifest=manifest)


def valid(data: bytes) -> Any:
    """Return the document if CycloneDX's own schema has nothing against it."""
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode()) is None
    return json.loads(data)


@pytest.mark.parametrize("manifest", [None, factories.manifest(licence="CC0-1.0", source="Survey <b>2025</b>")])
def test_it_is_what_cyclonedx_describes(manifest: Manifest | None) -> None:
    found = valid(built(manifest=manifest))
    model, dataset = found["metadata"]["component"], found["components"][0]
    assert (model["type"], dataset["type"]) == ("machine-learning-model", "data")
    assert model["hashes"][0]["content"] == factories.training().model_sha256
    assert dataset["hashes"][0]["content"] == factories.DATA_SHA256
    assert ("licenses" in dataset) == (manifest is not None)
    assert model["modelCard"]["modelParameters"]["datasets"] == [{"ref": dataset["bom-ref"]}]
    assert {file["name"]: file["hashes"][0]["content"] for file in model["components"]} == FILES


def test_each_metric_stands_in_it_with_its_bounds() -> None:
    measured = factories.metrics()
    listed = valid(built())["metadata"]["component"]["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    whole = {entry["type"]: entry for entry in listed if "slice" not in entry}
    precision = measured.metrics["precision"]
    assert float(whole["precision"]["value"]) == precision.value
    assert float(whole["precision"]["confidenceInterval"]["lowerBound"]) == precision.lower
    assert len(listed) == len(measured.metrics) + sum(len(part.metrics) for part in measured.slices)


def test_a_metric_that_is_not_defined_is_said_to_be_so() -> None:
    nothing = Estimate(value=None, lower=None, upper=None, n=0, reason="no predicted positives")
    measured = factories.metrics()
    found = valid(built(measured=measured.model_copy(update={"metrics": {**measured.metrics, "precision": nothing}})))
    listed = found["metadata"]["component"]["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    assert {"type": "precision", "value": "undefined"} in listed


def test_what_the_model_was_made_with_stands_in_it_as_packages() -> None:
    environment = {"python": "3.11.9", "platform": "Linux x86_64", "numpy": "2.3.1+local", "scikit-learn": "1.9.0"}
    found = valid(built(factories.training(environment=environment)))
    purls = [component.get("purl") for component in found["components"]]
    assert purls == [None, "pkg:generic/python@3.11.9", "pkg:pypi/numpy@2.3.1%2Blocal", "pkg:pypi/scikit-learn@1.9.0"]
    refs = {component["bom-ref"] for component in found["components"]}
    assert set(found["dependencies"][0]["dependsOn"]) == refs


def test_the_same_documents_give_the_same_bytes_and_others_another_number() -> None:
    assert built() == built()
    at = factories.training().trained_at
    elsewhere = factories.training(trained_at=at.astimezone(timezone(timedelta(hours=9))))
    assert built(elsewhere) == built()
    serials = {
        json.loads(data)["serialNumber"] for data in (built(), built(factories.training(model_id="er_20251020-2")))
    }
    assert len(serials) == 2
