"""What monitoring measured, as Prometheus text: gauges by the names that dashboards and rules know."""

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from mlops.monitoring.document import Monitoring
from mlops.series import names
from mlops.series.names import Family


def expose(found: Monitoring) -> bytes:
    """Return the text; what was not measured is not told.

    Of a metric that was measured in two ways the one that was judged is told, and with no judged one that of every
    labelled row.
    """
    registry = CollectorRegistry()
    psi, estimated = _gauge(names.PSI, registry), _gauge(names.ESTIMATED_ACCURACY, registry)
    realised = {one.name.removeprefix("mlops_realised_"): _gauge(one, registry) for one in names.REALISED}
    for model in found.models:
        own = (found.task, model.model_id)
        for shift in model.shifts:
            if shift.psi is not None:
                psi.labels(*own, shift.feature).set(shift.psi)
        for guess in model.estimated:
            if guess.metric == "accuracy" and guess.value is not None:
                estimated.labels(*own).set(guess.value)
        for one in sorted(model.realised, key=lambda one: (one.judged, one.selection == "labelled")):
            bounds = {"value": one.estimate.value, "lower": one.estimate.lower, "upper": one.estimate.upper}
            for bound, value in bounds.items():
                if value is not None:
                    realised[one.metric].labels(*own, bound).set(value)
    return generate_latest(registry)


def _gauge(family: Family, registry: CollectorRegistry) -> Gauge:
    return Gauge(family.name, family.help, family.labels, registry=registry)
