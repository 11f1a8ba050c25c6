"""PromQL that panels and alerts share. Everything is looked for in the last :data:`~mlops.series.timeline.WINDOW`."""

from mlops.series.names import DATASET_TIME, VERDICT, Family
from mlops.series.timeline import WINDOW

CHOSEN = 'task=~"$task",model_id=~"$model",dataset_id=~"$dataset"'
"""What the dashboard's variables choose, of series that records fill."""
SERVED = 'task=~"$task",model_id=~"$model"'
"""The same, of series that servers and monitoring fill: they do not name a dataset."""
RATE = "$__rate_interval"
"""How far back Grafana has a rate look: four scrapes, or one step of the chart if that is longer."""


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


def judged() -> str:
    """Return the models that monitoring judges, each with the value 1: live ones, or a canary where none is live."""
    return 'max by (task, model_id) (mlops_model_info{role="live"} or on (task) mlops_model_info{role="canary"})'
