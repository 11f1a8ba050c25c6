"""Prometheus' alerts, with the thresholds of ``mlops.toml`` where it has them (pure)."""

from collections.abc import Iterator
from typing import NamedTuple

import yaml

from mlops.config import Settings, TaskSettings
from mlops.dashboard.queries import SERVER_JOB, judged, last, newest, told, unproven, unproven_canary, verdict
from mlops.series.names import EXPIRY, PSI, REALISED

P95_SECONDS = 0.5
"""95 of 100 requests are scored faster, of a task whose certification says nothing else."""
ERROR_SHARE = 0.05
EXPIRY_DAYS = 14
_OFFERED = '!="not_offered"'
"""Whom no model is offered to, beside a beta's share, is refused on purpose: that neither is an error nor hides any."""
STALE_DAYS = 3
"""Monitoring runs every morning: so many days without a report are no single run that failed."""
_AWAY = "1h"
_VALUE = "{{ printf `%.6g` $value }}"
"""In the unit of the bound that it is told with, and with so many digits that it does not look equal to it."""
_UNPROVEN = "mlops registry drift; then mlops rollback. If the record is only not pushed: mlops metrics push."
_BOUNDS = {
    "upper": ("is below", "at most", "Look at the newest wrong answers; export their labels and train on newer data."),
    "lower": (
        "may be below",
        "as low as",
        "Too few labels make a bound low, too: see how many came in. Otherwise train on newer data.",
    ),
}
"""By the bound that alarms: what it says, what to do."""

_HEAD = "# Rendered from mlops.toml by `mlops metrics dashboard`: what you change here is lost.\n"


class Alert(NamedTuple):
    """A rule.

    Attributes:
        name: In CamelCase.
        expr: PromQL; whatever it returns is an alert.
        wait: For how long it must hold.
        severity: ``critical`` wakes somebody, ``warning`` waits for the morning.
        summary: One sentence; may use Prometheus' templates.
        action: What to do now.
        labels: More labels, that tell rules of one name apart.
    """

    name: str
    expr: str
    wait: str
    severity: str
    summary: str
    action: str
    labels: tuple[tuple[str, str], ...] = ()


def rules(settings: Settings) -> bytes:
    """Return ``alerts.yml``."""
    group = {"name": "mlops", "rules": [_rule(alert) for alert in alerts(settings)]}
    text = yaml.safe_dump({"groups": [group]}, sort_keys=False, width=4096, allow_unicode=False)
    return (_HEAD + text).encode()


def alerts(settings: Settings) -> Iterator[Alert]:
    """Yield the alerts, in the order of the file."""
    yield Alert(
        "MlopsGateFailed", newest(verdict("fail"), ""), "0m", "warning",
        "The newest model of {{ $labels.task }}, {{ $labels.model_id }}, failed its gate.",
        "Read its report in the run's summary; a fix is a new dataset or a new model, never a lower bound.",
    )  # fmt: skip
    yield Alert(
        "MlopsLiveModelUnproven", unproven(), "15m", "critical",
        "{{ $labels.model_id }} answers for {{ $labels.task }}, and no record says that it passed its gate or may be "
        "served as a beta.",
        _UNPROVEN,
    )  # fmt: skip
    yield Alert(
        "MlopsCanaryUnproven", unproven_canary(), "15m", "critical",
        "{{ $labels.model_id }} answers a share of the requests for {{ $labels.task }}, and its gate failed or nothing "
        "is recorded of it.",
        _UNPROVEN,
    )  # fmt: skip
    yield Alert(
        "MlopsServerDown", f'up{{job="{SERVER_JOB}"}} == 0', "5m", "critical",
        "The server {{ $labels.instance }} does not answer Prometheus.",
        "Read its own log and start it again: while it is down, whatever else is wrong with it raises no alert.",
    )  # fmt: skip
    yield Alert(
        "MlopsPointerNotFollowed", "max by (task) (mlops_pointer_not_followed) == 1", "5m", "critical",
        "A server does not follow the pointer of {{ $labels.task }}: it goes on with the model before.",
        "GET /readyz says why.",
    )  # fmt: skip
    errors, answered = (
        f'sum by (job, instance) (rate(mlops_requests_total{{route=~"/v1/.*",status{which}}}[5m]))'
        for which in ('=~"5.."', _OFFERED)
    )
    yield Alert(
        "MlopsErrorRate", f"{errors} / {answered} > {ERROR_SHARE:g}",
        "10m", "critical",
        "{{ $value | humanizePercentage }} of the requests to {{ $labels.instance }} fail on the server's side.",
        "Look at the server's own log, and at mlops_log_errors_total: without a log nobody is answered.",
    )  # fmt: skip
    for name, task in sorted(settings.tasks.items()):
        limit = p95_seconds(task)
        yield Alert(
            "MlopsLatencyHigh", f"{p95(name)} > {limit:g}", "10m", "warning",
            f"Scoring for {name} takes {_VALUE} s (P95), more than {limit:g} s.",
            "Send fewer rows a request, or give the server more cores.",
            (("task", name),),
        )  # fmt: skip
    yield Alert(
        "MlopsNoPredictions",
        'sum by (task) (mlops_model_info{role="live"}) unless on (task) '
        "(sum by (task) (increase(mlops_predictions_total[1h])) > 0)",
        "1h", "warning", "Nobody has asked the model of {{ $labels.task }} for two hours.",
        "Ask the clients; POST /v1/predict yourself.",
    )  # fmt: skip
    for name, task in sorted(settings.tasks.items()):
        limit = task.monitoring.psi_max
        yield Alert(
            "MlopsPsiHigh",
            _of_judged(f'max by (task, model_id, feature) ({PSI.name}{{task="{name}"}}) > {limit:g}'), "1h", "warning",
            "{{ $labels.feature }} of {{ $labels.task }} has moved since training: "
            f"PSI {_VALUE} above chance, more than {limit:g}.",
            "Look whether its source changed; pin newer data and train again.",
            (("task", name),),
        )  # fmt: skip
    for name, task in sorted(settings.tasks.items()):
        yield from _realised(name, task)
    yield from _unheard(settings)
    until, action = last(EXPIRY, "task", ""), "Collect newer data and certify a model on it: docs/certification.md."
    yield Alert(
        "MlopsCertificateExpiring", f"{until} - time() < {EXPIRY_DAYS} * 86400 >= 0", "0m", "warning",
        "What models of {{ $labels.task }} were certified for ends in {{ $value | humanizeDuration }}.", action,
    )  # fmt: skip
    yield Alert(
        "MlopsCertificateOver", f"time() - {until} > 0", "0m", "critical",
        "What models of {{ $labels.task }} were certified for ended {{ $value | humanizeDuration }} ago.", action,
    )  # fmt: skip


def p95(task: str) -> str:
    """Return the 95th percentile of the time that scoring the rows of a request takes, in seconds."""
    selector = f'{{task="{task}",role="live"}}'
    return f"histogram_quantile(0.95, sum by (task, le) (rate(mlops_predict_seconds_bucket{selector}[5m])))"


def p95_seconds(task: TaskSettings) -> float:
    """Return how long 95 of 100 requests may take: what certification asks of one row, if it asks."""
    rules = task.certification
    limit = rules.profiles[rules.profile].latency if rules else None
    return P95_SECONDS if limit is None else limit.p95_ms / 1000


def _of_judged(expression: str) -> str:
    """Return ``expression`` for models that answer: a trial beside one, or the model before, is only shown."""
    return f"{expression} and on (task, model_id) ({judged()})"


def _realised(name: str, task: TaskSettings) -> Iterator[Alert]:
    bound = task.monitoring.alarm_on.removesuffix("_bound")
    below, reach, action = _BOUNDS[bound]
    for family in REALISED:
        metric = family.name.removeprefix("mlops_realised_")
        criterion = task.policy.criteria.get(metric)
        if criterion is None or criterion.min is None:
            continue
        yield Alert(
            "MlopsRealisedBelowThreshold",
            _of_judged(
                f'max by (task, model_id) ({family.name}{{task="{name}",bound="{bound}"}}) < {criterion.min:g}'
            ),
            "1h", "warning",
            f"What came true: {metric} of {{{{ $labels.model_id }}}} {below} the policy's {criterion.min:g}: "
            f"{reach} {_VALUE}.",
            action,
            (("task", name), ("metric", metric)),
        )  # fmt: skip


def _unheard(settings: Settings) -> Iterator[Alert]:
    """Yield the alerts about reports that stopped: a Pushgateway keeps the last one for ever, or loses all of them."""
    alone = sorted(name for name, task in settings.tasks.items() if not task.monitoring.scheduled)
    others = f',task!~"{"|".join(alone)}"' if alone else ""
    yield Alert(
        "MlopsMonitoringStale",
        f"time() - {told()} > {STALE_DAYS} * 86400 and on (task) ({judged(others)})", "0m", "warning",
        "Monitoring told of {{ $labels.task }} for the last time {{ $value | humanizeDuration }} ago.",
        "Look at the runs of monitor.yml: whatever drifts meanwhile, nobody is told.",
    )  # fmt: skip
    # An hour back: a server that starts again must not start the days again.
    served = f'max by (task) (last_over_time(mlops_model_info{{role=~"live|canary"{others}}}[{_AWAY}]))'
    yield Alert(
        "MlopsMonitoringSilent", f"{served} unless on (task) {told(_AWAY)}", f"{STALE_DAYS}d", "warning",
        f"For {STALE_DAYS} days nothing has been known of what monitoring tells of {{{{ $labels.task }}}}.",
        "Look at the runs of monitor.yml, and whether it names this Pushgateway: it was never told, or has lost "
        "what it was.",
    )  # fmt: skip


def _rule(alert: Alert) -> dict[str, object]:
    rule: dict[str, object] = {"alert": alert.name, "expr": alert.expr}
    if alert.wait != "0m":
        rule["for"] = alert.wait
    return rule | {
        "labels": {"severity": alert.severity, **dict(alert.labels)},
        "annotations": {"summary": alert.summary, "description": f"{alert.action} See docs/metrics.md."},
    }
