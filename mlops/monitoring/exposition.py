"""What monitoring measured, as Prometheus text: gauges by the names that dashboards and rules know."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from mlops.monitoring.document import ModelReport
from mlops.series import names
from mlops.series.names import Family

JOB = names.MONITORING_JOB


def expose(task: str, models: Iterable[ModelReport]) -> bytes:
    """Return the text; what too few rows or labels tell is not told.

    Of an index only what lies above chance is told, so that it is compared with ``psi_max`` alone; of a metric that was
    measured in two ways, the audit's where that is sufficient.
    """
    registry = CollectorRegistry()
    psi, estimated = _gauge(names.PSI, registry), _gauge(names.ESTIMATED_ACCURACY, registry)
    realised = {one.name.removeprefix("mlops_realised_"): _gauge(one, registry) for one in names.REALISED}
    for model in models:
        own = (task, model.model_id)
        for shift in model.shifts:
            if shift.word != "unknown" and shift.psi is not None and shift.floor is not None:
                psi.labels(*own, shift.feature).set(max(0.0, shift.psi - shift.floor))
        for guess in model.estimated:
            if guess.metric == "accuracy" and guess.value is not None:
                estimated.labels(*own).set(guess.value)
        for one in sorted(model.realised, key=lambda one: one.selection == "audited"):
            bounds = {"value": one.estimate.value, "lower": one.estimate.lower, "upper": one.estimate.upper}
            for bound, value in bounds.items():
                if one.sufficient and value is not None:
                    realised[one.metric].labels(*own, bound).set(value)
    return generate_latest(registry)


def _gauge(family: Family, registry: CollectorRegistry) -> Gauge:
    return Gauge(family.name, family.help, family.labels, registry=registry)
