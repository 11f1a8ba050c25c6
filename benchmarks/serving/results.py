"""``serving.json``: what was measured of a real server, on what, with which code."""

from datetime import datetime

from benchmarks.machine import Machine
from mlops.documents import Document, Part
from mlops.metrics import Count
from mlops.provenance import CodeVersion


class Latency(Part):
    """Milliseconds from sending a request to having its answer: one client, one request after the other.

    Attributes:
        what: What each request asks.
        requests: How many.
        p50: Median.
        p95: Of 100 requests, 95 take no longer.
        p99: Likewise.
        cpu: Of the server's processor, a request, mean: a busy neighbour counts little in it.
    """

    what: str
    requests: Count
    p50: float
    p95: float
    p99: float
    cpu: float


class Switching(Part):
    """Requests while the pointer moves.

    Attributes:
        requests: How many were sent.
        failed: How many were not answered with 200.
        moves: How often the pointer moved meanwhile.
        answered: By model how many it answered.
    """

    requests: Count
    failed: Count
    moves: Count
    answered: dict[str, Count]


class Memory(Part):
    """Resident memory of the server's process after so many requests, in bytes."""

    requests: Count
    resident: Count


class Death(Part):
    """SIGKILL while clients ask.

    Attributes:
        acknowledged: Predictions that clients had the answer of.
        lost: Those of them that the log does not have.
    """

    acknowledged: Count
    lost: Count


class Seconds(Part):
    """Seconds of a command as a process of its own: the median of repeats, and their range."""

    command: str
    median: float
    lowest: float
    highest: float


class ServingLoad(Document):
    """The results of ``python -m benchmarks.serving``.

    Attributes:
        machine: What it ran on.
        code: The commit that was measured.
        measured_at: When, UTC.
        training_rows: Pairs that each model was trained on.
        estimators: By task, what the model that answers is.
        latencies: By kind of request.
        switching: The pointer under load.
        memory: By number of requests.
        deaths: One a killed server.
        repeats: How often each command was timed.
        commands: Of a deployment.
    """

    machine: Machine
    code: CodeVersion
    measured_at: datetime
    training_rows: Count
    estimators: dict[str, str]
    latencies: tuple[Latency, ...]
    switching: Switching
    memory: tuple[Memory, ...]
    deaths: tuple[Death, ...]
    repeats: Count
    commands: tuple[Seconds, ...]
