"""PromQL that panels and alerts share. Everything is looked for in the last :data:`~mlops.series.timeline.WINDOW`."""

from mlops.series.names import DATASET_TIME, EXPIRY, MONITORING_JOB, VERDICT, Family
from mlops.series.timeline import WINDOW

CHOSEN = 'task=~"$task",model_id=~"$model",dataset_id=~"$dataset"'
"""What the dashboard's variables choose, of series that records fill."""
SERVED = 'task=~"$task",model_id=~"$model"'
"""The same, of series that servers and monitoring fill: they do not name a dataset."""
RATE = "$__rate_interval"
"""How far back Grafana has a rate look: four scrapes, or one step of the chart if that is longer."""

SERVER_JOB = "mlops-serve"
"""The job under which Prometheus has to scrape servers: dashboards/prometheus.yml and docs/metrics.md say so."""


def last(family: Family, by: str, selector: str) -> str:
    """Return the newest value of a recorded family, whoever scraped it.

    Args:
        family: The family.
        by: Labels that are kept, with commas.
        selector: Label matchers, with commas; may be empty.
    """
    matchers = f"{{{selector}}}" if selector else ""
    return f"max by ({by}) (last_over_time({family.name}{matchers}[{WINDOW}]))"


def newest(expression: str, selector: str, *, among: str = "") -> str:
    """Return ``expression`` for the newest model of each task only.

    Args:
        expression: PromQL whose result names task and model.
        selector: Label matchers of the models to choose from; may be empty.
        among: PromQL; a model that it does not return is not chosen from. Empty for all.
    """
    order = last(DATASET_TIME, "task, model_id", selector)
    if among:
        order += f" and on (task, model_id) {among}"
    return f"{expression} and on (task, model_id) topk by (task) (1, {order})"


def verdict(outcome: str, selector: str = "") -> str:
    """Return the models whose gate said ``outcome``, each with the value 1."""
    matchers = ", ".join(filter(None, (selector, f'verdict="{outcome}"')))
    return f"{last(VERDICT, 'task, model_id', matchers)} == 1"


def live() -> str:
    """Return the models that servers answer with, each with the value 1."""
    return 'max by (task, model_id) (mlops_model_info{role="live"})'


def unproven() -> str:
    """Return live models of which no record says that they passed, or that a certificate or beta holds for them.

    A beta may be one that the gate could not decide on; none that failed is proven by a certificate.
    """
    certified = f"{last(EXPIRY, 'task, model_id', '')} > time() unless on (task, model_id) {verdict('fail')}"
    return f"{live()} unless on (task, model_id) ({verdict('pass')}) unless on (task, model_id) ({certified})"


def unproven_canary() -> str:
    """Return canaries whose gate failed, or of which no record tells a verdict: an undecided one may be a beta."""
    known = last(VERDICT, "task, model_id", 'verdict=~"pass|inconclusive"')
    return f'max by (task, model_id) (mlops_model_info{{role="canary"}}) unless on (task, model_id) ({known} == 1)'


def judged(selector: str = "") -> str:
    """Return the models that monitoring judges, each with the value 1: live ones, or a canary where none is live.

    Args:
        selector: More label matchers, each after a comma; may be empty.
    """
    live, canary = (f'mlops_model_info{{role="{role}"{selector}}}' for role in ("live", "canary"))
    return f"max by (task, model_id) ({live} or on (task) {canary})"


def told(over: str = "") -> str:
    """Return by task when monitoring told something for the last time, Unix time.

    Args:
        over: How far back a Pushgateway is believed that cannot be scraped, such as 1h; empty for not at all.
    """
    pushed = f'push_time_seconds{{job="{MONITORING_JOB}"}}'
    found = f"last_over_time({pushed}[{over}])" if over else pushed
    return f'max by (task) (label_replace({found}, "task", "$1", "model_id", "(.+)_.+"))'
