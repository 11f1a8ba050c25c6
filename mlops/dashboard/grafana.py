"""``ml_model_quality.json``: models by their records, and what servers measure of them (pure)."""

from collections.abc import Iterator

from mlops.config import Criterion, Settings, TaskSettings
from mlops.dashboard.panels import Json, fields, override, panel, placed, query_variable, states, target
from mlops.dashboard.queries import CHOSEN, last, newest
from mlops.dashboard.rules import EXPIRY_DAYS
from mlops.dashboard.served import answers, drift, live_models, serving
from mlops.formatting import format_threshold
from mlops.series import names
from mlops.series.timeline import WINDOW

_OUTCOMES = {"1": "pass", "0": "inconclusive", "-1": "fail"}
_BAND = {
    "custom.lineWidth": 0,
    "custom.showPoints": "never",
    "custom.hideFrom": {"legend": True, "tooltip": False, "viz": False},
}


def dashboard(settings: Settings) -> Json:
    """Return the dashboard of all tasks that ``mlops.toml`` declares."""
    tasks = sorted(settings.tasks.items())
    rows = [(f"{name}: quality of the newest model", list(_quality(name, task))) for name, task in tasks]
    rows += [
        ("Models and verdicts", list(_models())),
        ("Training", list(_training())),
        ("What is live", list(live_models())),
        ("Serving", [*serving(settings), *answers()]),
    ]
    rows += [(f"{name}: drift and what came true", list(drift(name, task))) for name, task in tasks]
    return {
        "uid": "ml-model-quality", "title": "ML model quality", "schemaVersion": 39, "version": 1, "id": None,
        "description": "Rendered from mlops.toml by `mlops metrics dashboard`; changes made here are lost.",
        "tags": ["mlops"], "editable": False, "graphTooltip": 1, "refresh": "1m", "timezone": "utc", "weekStart": "",
        "time": {"from": "now-90d", "to": "now"}, "timepicker": {}, "fiscalYearStartMonth": 0, "liveNow": False,
        "links": [], "annotations": {"list": [_deployments()]}, "templating": {"list": _variables()},
        "panels": placed(rows),
    }  # fmt: skip


def _variables() -> list[Json]:
    order = names.DATASET_TIME.name
    return [
        {
            "name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "hide": 0,
            "current": {}, "includeAll": False, "multi": False, "options": [], "refresh": 1, "regex": "",
            "skipUrlSync": False,
        },
        query_variable("task", "Task", f"label_values({order}, task)", "A task of mlops.toml."),
        query_variable(
            "dataset", "Dataset version", f'label_values({order}{{task=~"$task"}}, dataset_id)',
            "The pinned dataset that models were trained and tested on.",
        ),
        query_variable(
            "model", "Model", f'label_values({order}{{task=~"$task",dataset_id=~"$dataset"}}, model_id)',
            "A model, whether it passed or not.",
        ),
    ]  # fmt: skip


def _deployments() -> Json:
    """Return the annotation that marks when another model was declared."""
    by, declared = "environment, task, model_id", f'{names.DECLARED.name}{{task=~"$task"}}[{WINDOW}]'
    now, before = (f"max by ({by}) (last_over_time({one})) == 1" for one in (declared, f"{declared} offset 1d"))
    expr = f"{now} unless on ({by}) ({before})"
    return {
        "name": "Deployments", "datasource": {"type": "prometheus", "uid": "${datasource}"}, "enable": True,
        "expr": expr, "step": "1d", "iconColor": "blue", "titleFormat": "{{environment}}: {{model_id}}", "hide": False,
    }  # fmt: skip


def _quality(name: str, task: TaskSettings) -> Iterator[Json]:
    """Yield one panel for each metric that the policy bounds, with its bound as a line."""
    chosen = f'task="{name}",model_id=~"$model",dataset_id=~"$dataset"'
    for metric, criterion in task.policy.criteria.items():
        low = criterion.min is not None
        bound = criterion.min if low else criterion.max
        of = f'{chosen},metric="{metric}"'
        queries = [
            target(_newest(last(names.QUALITY, "task, model_id", f'{of},bound="{part}"'), chosen), part)
            for part in ("upper", "lower", "value")
        ]
        judged = _newest(last(names.THRESHOLD, "task, model_id", of), chosen)
        shown = fields("percentunit", threshold=bound, stepped=True, max=1, decimals=2)
        shown["overrides"] = [
            override("upper", _BAND | {"custom.fillBelowTo": "lower", "custom.fillOpacity": 15}),
            override("lower", _BAND),
            override("threshold", {"custom.lineStyle": {"fill": "dash", "dash": [6, 6]}, "color": _fixed("red")}),
        ]
        yield panel(
            "timeseries", f"{metric}, at {'least' if low else 'most'} {format_threshold(bound or 0.0)}",
            [*queries, target(judged, "threshold")], fieldConfig=shown, description=_what(criterion),
            options={"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
        )  # fmt: skip


def _newest(expression: str, chosen: str) -> str:
    return f"max({newest(expression, chosen, among=expression)})"


def _what(criterion: Criterion) -> str:
    part = "the bound of the interval" if criterion.decide_on == "lower_bound" else "the estimate"
    return (
        "Of the newest model at each time, on the pinned test rows; the band is between its one-sided bounds. "
        f"The policy compares {part} with the line; the dashed line is the bound that judged that model."
    )


def _models() -> Iterator[Json]:
    passed, failed = (last(names.VERDICT, "model_id", f'{CHOSEN},verdict="{one}"') for one in ("pass", "fail"))
    yield panel(
        "state-timeline", "Verdict of each model's gate", [target(f"{passed} - {failed}", "{{model_id}}")],
        size=(12, 8), fieldConfig=states(_OUTCOMES), options={"mergeValues": True, "showValue": "auto"},
        description="A model is there from the commit that records its verdict.",
    )  # fmt: skip
    by = "task, model_id, dataset_id, metric"
    yield panel(
        "table", "Models and their metrics", [target(last(names.QUALITY, by, f'{CHOSEN},bound="value"'), instant=True)],
        size=(12, 8), fieldConfig=fields("percentunit", decimals=2),
        transformations=[
            {"id": "groupingToMatrix", "options": {
                "columnField": "metric", "rowField": "model_id", "valueField": "Value",
            }},
        ],
    )  # fmt: skip
    yield panel(
        "timeseries", "Metrics of certification", size=(12, 8), targets=[
            target(last(names.CERTIFICATION, "model_id, metric", f'{CHOSEN},bound="value"'), "{{model_id}} {{metric}}"),
        ], fieldConfig=fields("percentunit", stepped=True),
    )  # fmt: skip
    yield panel(
        "stat", "Days that a certificate still holds", size=(12, 8), targets=[
            target(f"({last(names.EXPIRY, 'task, model_id', CHOSEN)} - time()) / 86400", "{{model_id}}"),
        ], fieldConfig=fields("d", threshold=float(EXPIRY_DAYS), decimals=0),
        description=f"Below {EXPIRY_DAYS} days there is an alert; below 0 it is over.",
    )  # fmt: skip


def _training() -> Iterator[Json]:
    yield panel(
        "timeseries", "Training: seconds of each stage", size=(8, 8), targets=[
            target(last(names.TRAINING, "model_id, stage", CHOSEN), "{{model_id}} {{stage}}"),
        ], fieldConfig=fields("s", stepped=True), description="As training.json records them, of whichever machine.",
    )  # fmt: skip
    yield panel("timeseries", "Rows trained on", [target(last(names.TRAINED_ROWS, "model_id", CHOSEN), "{{model_id}}")],
                fieldConfig=fields("short", stepped=True))  # fmt: skip
    yield panel(
        "timeseries", "Seconds a row, as they were measured before deployment", size=(8, 8), targets=[
            target(last(names.SCORING, "model_id", CHOSEN), "{{model_id}} in bulk"),
            target(last(names.ONE_ROW, "model_id, quantile", CHOSEN), "{{model_id}} alone, quantile {{quantile}}"),
        ], fieldConfig=fields("s", stepped=True),
    )  # fmt: skip


def _fixed(colour: str) -> Json:
    return {"mode": "fixed", "fixedColor": colour}
