"""What dashboards are told: nothing that too few rows or labels say, and indices above chance alone."""

from prometheus_client.parser import text_string_to_metric_families

from mlops.metrics import Estimate
from mlops.monitoring.document import Realised, Selection
from mlops.monitoring.exposition import expose
from tests.monitoring.reports import report


def line(selection: Selection, value: float, *, sufficient: bool) -> Realised:
    return Realised(
        metric="recall", selection=selection, estimate=Estimate(value=value, lower=value - 0.1, upper=1.0, n=100),
        effective=100.0, coverage=1.0, minimum=0.9, sufficient=sufficient, judged=False, word="unknown", reason="",
    )  # fmt: skip


def told(*lines: Realised, words: str = "ok") -> dict[str, float]:
    [model] = report("alarm" if words == "ok" else "unknown").models
    text = expose("er", [model.model_copy(update={"realised": lines})]).decode()
    samples = (one for family in text_string_to_metric_families(text) for one in family.samples)
    return {f"{one.name} {one.labels.get('bound', one.labels.get('feature'))}": one.value for one in samples}


def test_labels_that_chance_did_not_choose_are_not_told() -> None:
    assert not [name for name in told(line("labelled", 1.0, sufficient=False)) if "recall" in name]
    both = told(line("audited", 0.6, sufficient=True), line("labelled", 0.9, sufficient=True))
    assert (both["mlops_realised_recall value"], both["mlops_realised_recall lower"]) == (0.6, 0.5)


def test_an_index_is_told_above_chance_and_only_with_enough_rows() -> None:
    assert round(told()["mlops_psi left_name"], 3) == 0.226  # 0.25, of which chance explains 0.024
    assert told(words="few") == {}
