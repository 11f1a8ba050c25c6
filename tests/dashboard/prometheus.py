"""A real Prometheus around our metrics: filled in from a repository's history, pushed, and scraped from a server."""

import http.server
import json
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from mlops.series import exposition, names
from mlops.series.sampling import Samples, by_model, key
from mlops.serving.measures import CONTENT_TYPE, Measures
from mlops.storage import pushing
from tests.cli.chain import within
from tests.conftest import ROOT
from tests.history import CLAIMS, NEW, Repository
from tests.programs import needs

UNTIL = "20251220"
"""The last day that is filled in: it does not depend on the day of the test."""
_BLOCK = "1500h"
"""Two blocks for the whole past instead of one a day: promtool reads its whole input for each of them."""
_SCRAPE = "200ms"
_WAIT = 20


@dataclass(frozen=True)
class Prometheus:
    """The server, and what stands around it."""

    url: str
    gateway: str
    repository: Path

    def ask(self, path: str, **parameters: str) -> Any:
        """Return the data of an answer; a refusal fails the test with Prometheus' words."""
        query = urllib.parse.urlencode(parameters, doseq=True)
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{query}", timeout=10) as answer:  # noqa: S310  # our own
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from None

    def query(self, expr: str, at: str = "") -> list[dict[str, Any]]:
        """Return the series of an instant query, now or at noon of a day."""
        moment = {"time": str(noon(at))} if at else {}
        found: list[dict[str, Any]] = self.ask("query", query=expr, **moment)["result"]
        return found

    def value(self, expr: str, at: str = "") -> float:
        """Return the value of a query that has one series."""
        [one] = self.query(expr, at)
        return float(one["value"][1])


def noon(day: str) -> float:
    """Return the Unix time of the noon of a day, or of another hour: 20251022T08."""
    hour = day if "T" in day else f"{day}T12"
    return datetime.strptime(hour, "%Y%m%dT%H").replace(tzinfo=UTC).timestamp()


def free_port() -> int:
    """Return a port that nobody listens to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@contextmanager
def running(*words: str, ready: str) -> Iterator[None]:
    """Run a program until it answers at ``ready``, and stop it at the end."""
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603  # found on PATH
        assert process.stderr is not None
        said: list[str] = []
        threading.Thread(target=said.extend, args=(process.stderr,), daemon=True).start()
        try:
            wait_for(lambda: process.poll() is None and _answers(ready), lambda: "".join(said)[-2000:])
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(fact: Callable[[], bool], why: Callable[[], str] = lambda: "") -> None:
    """Wait until something is so."""
    end = time.monotonic() + _WAIT
    while not fact():
        assert time.monotonic() < end, why()
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:  # noqa: S310  # our own
            return bool(answer.status == http.HTTPStatus.OK)
    except OSError:
        return False


@contextmanager
def gateway() -> Iterator[str]:
    """Run a Pushgateway, and return its address."""
    program = needs("prometheus-pushgateway", package="prometheus-pushgateway")
    port = free_port()
    alone = "--persistence.file="  # Debian's default is a file that all gateways of a machine share
    with running(program, alone, f"--web.listen-address=127.0.0.1:{port}", ready=f"http://127.0.0.1:{port}/-/ready"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def served(measures: Measures) -> Iterator[int]:
    """Answer with the text of a server's measures, and with nothing else of that server; return the port."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(ConnectionError):  # Prometheus gave this scrape up; a traceback would stand in another test
                self.send_response(200)
                self.send_header("Content-Type", CONTENT_TYPE)
                self.end_headers()
                self.wfile.write(measures.text())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def measured() -> Measures:
    """Return what a server measures that holds a model of each task."""
    measures = Measures()
    for task, model in (("er", NEW), ("claims", CLAIMS)):
        measures.model.labels(task, model, "live", "a" * 64).set(1)
        measures.not_followed.labels(task).set(0)
    return measures


def work(measures: Measures) -> None:
    """Have a server answer some requests."""
    for task, model in (("er", NEW), ("claims", CLAIMS)):
        for number in range(20):
            measures.predictions.labels(task, model, "live", "true" if number % 3 else "false").inc()
            measures.scores.labels(task, model, "live").observe(number / 20)
            measures.predict_seconds.labels(task, "live").observe(0.004)
        measures.requests.labels("/v1/predict", "200").inc(20)


def monitored() -> Samples:
    """Return what monitoring tells of a model of each task."""
    found: Samples = {}
    for of, feature in ((("er", NEW), "name"), (("claims", CLAIMS), "amount")):
        found |= {key(names.PSI, *of, feature): 0.04, key(names.ESTIMATED_ACCURACY, *of): 0.97}
        for family in names.REALISED:
            bounds = (("lower", 0.93), ("value", 0.96), ("upper", 0.98))
            found |= {key(family, *of, bound): value for bound, value in bounds}
    return found


@contextmanager
def prometheus(folder: Path) -> Iterator[Prometheus]:
    """Run a Prometheus that has everything: blocks of the past, a Pushgateway, a server, our alerts."""
    program, promtool = (needs(one, package="prometheus") for one in ("prometheus", "promtool"))
    repository = Repository.make(folder / "repository").folder
    assert within(repository, "metrics", "backfill", "--output", "past.om", "--until", UNTIL) == 0
    past = (
        promtool, "tsdb", "create-blocks-from", "openmetrics", f"--max-block-duration={_BLOCK}",
        repository / "past.om", folder / "data",
    )  # fmt: skip
    subprocess.run(past, check=True, capture_output=True)  # noqa: S603  # found on PATH
    shutil.copy(ROOT / "dashboards" / "alerts.yml", folder)
    measures = measured()
    with ExitStack() as stack:
        gateway_url = stack.enter_context(gateway())
        assert within(repository, "metrics", "push", "--pushgateway", gateway_url) == 0
        groups = {("mlops_monitoring", model): exposition.text(told) for model, told in by_model(monitored()).items()}
        assert pushing.push(gateway_url, groups, content_type=exposition.TEXT) == ""
        server = stack.enter_context(served(measures))
        config = yaml.safe_load((ROOT / "dashboards" / "prometheus.yml").read_text(encoding="utf-8"))
        config["global"] = {"scrape_interval": _SCRAPE, "scrape_timeout": _SCRAPE, "evaluation_interval": _SCRAPE}
        for scrape, target in zip(config["scrape_configs"], (gateway_url[7:], f"127.0.0.1:{server}"), strict=True):
            scrape["static_configs"] = [{"targets": [target]}]
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        stack.enter_context(
            running(
                program, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
                "--storage.tsdb.retention.time=50y", f"--web.listen-address=127.0.0.1:{port}", ready=f"{url}/-/ready",
            )
        )  # fmt: skip
        found = Prometheus(url, gateway_url, repository)
        wait_for(lambda: len(found.query("up == 1")) == len(config["scrape_configs"]))
        work(measures)
        wait_for(lambda: bool(found.query("mlops_predictions_total")))
        work(measures)  # a counter that begins at 20 has not risen by 20
        wait_for(lambda: bool(found.query("rate(mlops_predictions_total[1m]) > 0")))
        yield found
