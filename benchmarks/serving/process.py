"""A server as a process of its own, on one core, and clients that keep their connections."""

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TOKEN = "of-the-benchmark"  # noqa: S105  # nothing is behind it


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    process: "subprocess.Popen[str]"
    host: str
    clients: list["Client"] = field(default_factory=list)

    def client(self) -> "Client":
        """Return a client with a connection of its own, which is closed with the server."""
        self.clients.append(Client(self.host))
        return self.clients[-1]

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

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@contextmanager
def serving(folder: Path, log: Path, *, alone: bool = True) -> Iterator[Server]:
    """Run a server; ``alone`` on the first core that this process may use, the others being left to the clients."""
    cores = sorted(os.sched_getaffinity(0))
    own, others = (cores[:1], cores[1:] or cores) if alone else (cores, cores)
    os.sched_setaffinity(0, own)
    try:
        process = subprocess.Popen(  # noqa: S603  # our own tool
            [sys.executable, "-m", "mlops", "serve", "--target", "served", "--port", "0", "--log", str(log)],
            cwd=folder, env={**os.environ, "MLOPS_SERVE_TOKEN": TOKEN}, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    finally:
        os.sched_setaffinity(0, others)
    with process:
        try:
            address, draining = _address(process)
            server = Server(process, address)
            yield server
            for client in server.clients:
                client.close()
        finally:
            os.sched_setaffinity(0, cores)
            process.terminate()
            process.wait()
        draining.join()


def _address(process: "subprocess.Popen[str]") -> tuple[str, threading.Thread]:
    """Return where the server listens, and what reads on whatever it says, so that it never waits for a reader."""
    said = []
    for line in process.stderr or ():
        found = re.search(r"at http://(\S+);", line)
        if found:
            draining = threading.Thread(target=lambda: [None for _ in process.stderr or ()], daemon=True)
            draining.start()
            return found[1], draining
        said.append(line)
    raise RuntimeError("the server did not start: " + "".join(said))


def together(works: Sequence[Callable[[], None]]) -> None:
    """Do works side by side until all have ended."""
    threads = [threading.Thread(target=work) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
