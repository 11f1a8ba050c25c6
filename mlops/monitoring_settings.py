"""``[tasks.<task>.monitoring]``: when what a served model does is an alarm, and what follows."""

from typing import Annotated, Literal

from pydantic import Field

from mlops.documents import Part

Days = Annotated[int, Field(ge=1, le=3650)]
Share = Annotated[float, Field(ge=0, le=1)]


class MonitoringSettings(Part):
    """How a model is watched while it is served.

    Attributes:
        log: URI of a snapshot of the server's log; empty where a scheduled run has none to look at.
        scheduled: Whether ``mlops monitor`` runs on a schedule and tells a Pushgateway; if not, no alert waits for it.
        stale_after_days: Days since the newest prediction after which nothing is judged; 0 never asks.
        window_days: Days of predictions that are looked at.
        maturity_days: Days that a label gets to come; None takes the contract's, or none without a contract.
        psi_max: Population stability index of a column from which it is an alarm, above what chance explains.
        min_rows: Predictions below which a shift is not judged.
        min_labels: Labelled rows in a metric's denominator below which it is not judged.
        min_coverage: Share that must be labelled of the rows that a metric is about, of each call; of an audit, of what
            it drew, and the share of rows that it could have drawn.
        alarm_on: ``upper_bound`` alarms when the whole interval lies below the policy, ``lower_bound`` as soon as the
            lower bound does.
        retrain: What an alarm of a measured kind asks for: nothing, a person's word, or a training run.
        cooldown_days: Days after a training was dispatched in which no other one is.
    """

    log: str = ""
    scheduled: bool = True
    stale_after_days: Annotated[int, Field(ge=0, le=3650)] = 3
    window_days: Days = 28
    maturity_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    psi_max: Annotated[float, Field(gt=0, le=10)] = 0.2
    min_rows: Annotated[int, Field(ge=1)] = 1_000
    min_labels: Annotated[int, Field(ge=1)] = 100
    min_coverage: Share = 0.8
    alarm_on: Literal["upper_bound", "lower_bound"] = "upper_bound"
    retrain: Literal["never", "ask", "dispatch"] = "never"
    cooldown_days: Days = 7
