"""Grafana's dashboard and Prometheus' alerts, rendered from the policies of ``mlops.toml`` and nothing else (pure)."""

from mlops.config import Settings
from mlops.dashboard.grafana import dashboard
from mlops.dashboard.rules import rules
from mlops.documents import canonical_json

DASHBOARD = "ml_model_quality.json"
ALERTS = "alerts.yml"


def rendered(settings: Settings) -> dict[str, bytes]:
    """Return the files, by name; the same settings give the same bytes."""
    return {DASHBOARD: canonical_json(dashboard(settings)), ALERTS: rules(settings)}
