"""A server as a process of its own, on one core, and clients that keep their connections."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOKEN = "of-the-benchmark"  # noqa: S105  # nothing is behind it


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    process: "subprocess.Popen[str]"
    host: str

    def client(self) -> "Client":
        """Return a client with a connection of its own."""
        return Client(self.host)

    def resident(self) -> int:
        """Return the bytes that the process has in memory."""
        return int(self._status("VmRSS").split()[0]) * 1024

    def cpu_seconds(self) -> float:
        """Return the processor's time that the process has taken."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """End it at once, as a failing machine would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def _status(self, name: str) -> str:
        lines = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2] for line in lines if line.startswith(f"{name}:"))


class Client:
    """Asks one request after the other over a connection that stays."""

    def __init__(self, host: str) -> None:
        """Connect when the first request is sent."""
        self._connection = http.client.HTTPConnection(host, timeout=60)

    def post(self, body: bytes) -> tuple[int, bytes]:
        """Return status and body of the answer to a prediction's body."""
        head = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
        self._connection.request("POST", "/v1/predict", body, head)
        answer = self._connection.getresponse()
        return answer.status, answer.read()

    def ready(self) -> dict[str, Any]:
        """Return what the server says it serves."""
        self._connection.request("GET", "/readyz")
        found: dict[str, Any] = json.loads(self._connection.getresponse().read())
        return found


@contextmanager
def serving(folder: Path, log: Path) -> Iterator[Server]:
    """Run a server on the first core that this process may use, and leave the others to the clients."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    try:
        process = subprocess.Popen(  # noqa: S603  # our own tool
            [sys.executable, "-m", "mlops", "serve", "--target", "served", "--port", "0", "--log", str(log)],
            cwd=folder, env={**os.environ, "MLOPS_SERVE_TOKEN": TOKEN}, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    finally:
        os.sched_setaffinity(0, cores[1:] or cores)
    try:
        yield Server(process, _address(process))
    finally:
        os.sched_setaffinity(0, cores)
        process.terminate()
        process.wait()


def _address(process: "subprocess.Popen[str]") -> str:
    said = []
    for line in process.stderr or ():
        found = re.search(r"at http://(\S+);", line)
        if found:
            threading.Thread(target=_drain, args=(process,), daemon=True).start()
            return found[1]
        said.append(line)
    raise RuntimeError("the server did not start: " + "".join(said))


def _drain(process: "subprocess.Popen[str]") -> None:
    for _ in process.stderr or ():
        pass


def together(works: Sequence[Callable[[], None]]) -> None:
    """Do works side by side until all have ended."""
    threads = [threading.Thread(target=work) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
