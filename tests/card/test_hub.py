"""The Hugging Face Hub's own library reads the front matter as it was meant."""

from typing import Any

import yaml
from huggingface_hub import EvalResult, ModelCard, ModelCardData
from huggingface_hub.repocard_data import model_index_to_eval_results

from mlops.card import render
from mlops.metrics import Counts
from tests import factories


def metadata(text: str) -> dict[str, Any]:
    found = yaml.safe_load(text.split("---\n")[1])
    assert isinstance(found, dict)
    return found


def results(text: str) -> list[EvalResult]:
    name, found = model_index_to_eval_results(metadata(text)["model-index"])
    assert name == "er_20251020"
    return found


def read_by_the_library(text: str) -> Any:
    return ModelCard(text).data


def test_the_library_reads_the_metrics_of_all_rows_and_of_every_slice_with_enough_rows() -> None:
    measured = factories.metrics()
    found = {
        (result.dataset_config, result.metric_type): result.metric_value
        for result in results(render(factories.card_facts()))
    }
    assert found == {
        ("default", "precision"): measured.metrics["precision"].value,
        ("default", "recall"): measured.metrics["recall"].value,
        ("default", "f1"): measured.metrics["f1"].value,
    } | {
        (f"{part.slice}={part.value}", "f1"): part.metrics["f1"].value
        for part in measured.slices
        if part.rows >= factories.policy().min_slice_rows
    }


def test_what_the_library_writes_again_is_the_same_model_index() -> None:
    text = render(factories.card_facts())
    data = read_by_the_library(text)
    again: Any = ModelCardData(model_name="er_20251020", eval_results=data.eval_results)
    assert again.to_dict()["model-index"] == metadata(text)["model-index"]
    assert (data.license, data.library_name, data.datasets) == ("apache-2.0", "sklearn", ["er_20251020"])


def test_our_record_survives_the_library() -> None:
    text = render(factories.card_facts())
    assert read_by_the_library(text).to_dict()["precision_gate"] == metadata(text)["precision_gate"]


def test_a_metric_that_is_not_defined_is_left_out() -> None:
    nothing = factories.metrics(Counts(tp=0, fp=0, fn=20, tn=380), curve=(), slices=())
    text = render(factories.card_facts(metrics=nothing, gate=factories.gate_report(nothing)))
    assert [result.metric_type for result in results(text)] == ["recall", "f1"]
