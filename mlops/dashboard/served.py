"""Panels of what servers and monitoring measure: which model is live, how fast it answers, whether it still holds."""

from collections.abc import Iterator

from mlops.config import Settings, TaskSettings
from mlops.dashboard.panels import Json, fields, panel, states, target
from mlops.dashboard.queries import CHOSEN, RATE, SERVED, last, live
from mlops.dashboard.rules import p95_seconds
from mlops.series import names


def live_models() -> Iterator[Json]:
    """Yield what is declared, what is served, and whether the one follows the other."""
    declared = last(names.DECLARED, "environment, task, model_id", CHOSEN)
    yield panel(
        "state-timeline", "What environments.json says", [
            target(f"{declared} == 1", "{{environment}}, {{task}}: {{model_id}}"),
        ], size=(12, 7), fieldConfig=states({"1": "pass"}, "declared"),
    )  # fmt: skip
    yield panel(
        "state-timeline", "What servers answer with", [target(live(), "{{task}}: {{model_id}}")], size=(12, 7),
        fieldConfig=states({"1": "pass"}, "live"),
    )  # fmt: skip
    yield panel(
        "state-timeline", "Pointer", [target("max by (task) (mlops_pointer_not_followed)", "{{task}}")], size=(12, 5),
        fieldConfig=states({"0": "pass", "1": "fail"}, "followed", "not followed"),
    )  # fmt: skip
    yield panel(
        "timeseries", "Numbers were last pushed", [
            target("time() - max by (job) (push_time_seconds)", "{{job}}, ago"),
        ], size=(12, 5),
        fieldConfig=fields("s"),
    )  # fmt: skip


def serving(settings: Settings) -> Iterator[Json]:
    """Yield how fast and how often servers answer."""
    limits = {name: p95_seconds(task) for name, task in settings.tasks.items()}
    quantiles = [
        target(
            f"histogram_quantile({q}, sum by (task, le) (rate("
            f'mlops_predict_seconds_bucket{{task=~"$task",role="live"}}[{RATE}])))',
            f"{{{{task}}}} P{float(q) * 100:g}",
        )
        for q in ("0.5", "0.95", "0.99")
    ]  # fmt: skip
    told = ", ".join(f"{name} {limit:g} s" for name, limit in sorted(limits.items()))
    yield panel(
        "timeseries", "Inference: seconds for the rows of a request", quantiles, description=f"P95 alarms at: {told}.",
        fieldConfig=fields("s"),
    )  # fmt: skip
    yield panel(
        "timeseries", "Rows scored a second", [
            target(
                f"sum by (model_id, role) (rate(mlops_predictions_total{{{SERVED}}}[{RATE}]))", "{{model_id}} {{role}}"
            ),
        ], fieldConfig=fields("short"),
    )  # fmt: skip
    yield panel(
        "timeseries", "Requests by status", [
            target(f'sum by (status) (rate(mlops_requests_total{{route=~"/v1/.*"}}[{RATE}]))', "{{status}}"),
        ], fieldConfig=fields("reqps"),
    )  # fmt: skip


def answers() -> Iterator[Json]:
    """Yield what servers answered."""
    yield panel(
        "heatmap", "Scores that were answered", [
            target(f"sum by (le) (increase(mlops_score_bucket{{{SERVED}}}[{RATE}]))", "{{le}}") | {"format": "heatmap"},
        ], size=(12, 8), options={"calculate": False, "yAxis": {"unit": "percentunit"}},
    )  # fmt: skip
    share = f'sum by (model_id) (rate(mlops_predictions_total{{{SERVED},positive="true"}}[{RATE}]))'
    yield panel(
        "timeseries", "Share of positive answers", [
            target(f"{share} / sum by (model_id) (rate(mlops_predictions_total{{{SERVED}}}[{RATE}]))", "{{model_id}}"),
        ], size=(12, 8), fieldConfig=fields("percentunit"),
    )  # fmt: skip


def drift(name: str, task: TaskSettings) -> Iterator[Json]:
    """Yield what moved since training of a task's models, and what labels say that came in, with the task's bounds.

    A task has panels of its own: where bounds differ, the lowest of them would show as good what is not.
    """
    chosen = f'task="{name}",model_id=~"$model"'
    yield panel(
        "timeseries", "Population stability index, above chance", [
            target(f"max by (model_id, feature) ({names.PSI.name}{{{chosen}}})", "{{model_id}} {{feature}}"),
        ], size=(24, 7), fieldConfig=_above(fields("short", threshold=task.monitoring.psi_max)),
    )  # fmt: skip
    for family in names.REALISED:
        metric = family.name.removeprefix("mlops_realised_")
        lines = [target(f"max by (model_id, bound) ({family.name}{{{chosen}}})", "{{model_id}} {{bound}}")]
        if metric == "accuracy":
            foretold = f"max by (model_id) ({names.ESTIMATED_ACCURACY.name}{{{chosen}}})"
            lines.append(target(foretold, "{{model_id}} foretold"))
        yield panel(
            "timeseries", f"Came true: {metric}", lines, size=(6, 8),
            fieldConfig=fields("percentunit", threshold=_min(task, metric), max=1),
        )  # fmt: skip


def _min(task: TaskSettings, metric: str) -> float | None:
    criterion = task.policy.criteria.get(metric)
    return None if criterion is None else criterion.min


def _above(shown: Json) -> Json:
    """Return ``shown`` with its colours exchanged: what is above the line is red."""
    steps = shown["defaults"]["thresholds"]["steps"]
    for step, colour in zip(steps, ("green", "red"), strict=False):
        step["color"] = colour
    return shown
