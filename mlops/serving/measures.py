"""What a server measures, for Prometheus: how many, how fast, which scores, which model."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from mlops.certification_settings import MOST_MS
from mlops.serving.holding import Held
from mlops.serving.log import Answered

CONTENT_TYPE = CONTENT_TYPE_LATEST
MODELS = 20
"""Models whose predictions stay counted: a server that lives long sees many, and each takes memory for ever."""
NOT_OFFERED = "not_offered"
"""The status of a 503 that is no fault: nobody answers for such an entity, because the deployment says so."""
_SECONDS = (
    0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, MOST_MS / 1000,
)  # fmt: skip
_SCORES = tuple(step / 10 for step in range(1, 11))


class Measures:
    """Metrics of one server, in a registry of its own."""

    def __init__(self) -> None:
        """Begin at zero."""
        self._registry = CollectorRegistry()
        self._held: dict[str, Held] = {}
        self._known: dict[tuple[str, str], None] = {}
        names, own = ["task", "model_id", "role"], self._registry
        self.requests = Counter("mlops_requests", "Requests that were answered.", ["route", "status"], registry=own)
        self.request_seconds = Histogram(
            "mlops_request_seconds", "Seconds from the first byte of a request to its answer.", ["route"],
            buckets=_SECONDS, registry=own,
        )  # fmt: skip
        self.predictions = Counter("mlops_predictions", "Rows that were scored.", [*names, "positive"], registry=own)
        self.predict_seconds = Histogram(
            "mlops_predict_seconds", "Seconds that a model took for the rows of a request.", ["task", "role"],
            buckets=_SECONDS, registry=own,
        )  # fmt: skip
        self.scores = Histogram("mlops_score", "Scores that were answered.", names, buckets=_SCORES, registry=own)
        self.labels = Counter("mlops_labels", "Labels that arrived and were new.", registry=own)
        self.model = Gauge(
            "mlops_model_info", "1 for each model that is held.", [*names, "artifact_sha256"], registry=own
        )
        self.since = Gauge("mlops_model_since_seconds", "When a model got its place, Unix time.", names, registry=own)
        self.not_followed = Gauge(
            "mlops_pointer_not_followed", "1 while a task is not served as its pointer says.", ["task"], registry=own
        )
        self.faults = Counter(
            "mlops_follow_faults", "Looks at the pointers that a fault of the server ended.", registry=own
        )
        self.refused = Counter("mlops_log_errors", "Requests that the log could not keep.", registry=own)

    def hold(self, held: Mapping[str, Held], failures: Mapping[str, str]) -> None:
        """Tell which models are held, and which tasks do not follow their pointer."""
        for task in held:
            self.not_followed.labels(task).set(task in failures)
        for task in failures:
            self.not_followed.labels(task).set(1)
        if held == self._held:
            return
        self._held = dict(held)
        self.model.clear()
        self.since.clear()
        for task, one in held.items():
            for role, serving in (("live", one.live), (one.mode, one.trial)):
                if serving is not None:
                    placed = serving.placed
                    self.model.labels(task, placed.model_id, role, placed.artifact_sha256).set(1)
                    self.since.labels(task, placed.model_id, role).set(placed.since.timestamp())
                    self._known.pop((task, placed.model_id), None)
                    self._known[task, placed.model_id] = None  # the newest is last
        for names in list(self._known)[:-MODELS]:
            del self._known[names]
            for metric in (self.predictions, self.scores):
                metric.remove_by_labels(dict(zip(("task", "model_id"), names, strict=True)))

    def count(self, answered: Iterable[Answered]) -> None:
        """Count rows that were scored and kept."""
        groups: dict[tuple[str, str, str], list[Answered]] = {}
        for one in answered:
            groups.setdefault((one.task, one.model_id, one.role), []).append(one)
        for names, some in groups.items():
            positive = sum(one.positive for one in some)
            for word, number in (("true", positive), ("false", len(some) - positive)):
                self.predictions.labels(*names, word).inc(number)
            scores = self.scores.labels(*names)
            for one in some:
                scores.observe(one.score)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)
