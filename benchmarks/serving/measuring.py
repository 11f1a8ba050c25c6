"""What is measured of a real server; every number is a count, or seconds of a clock that only goes forward."""

import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.serving import process, repository
from benchmarks.serving.process import Server
from benchmarks.serving.repository import NEW, OLD
from benchmarks.serving.results import Death, Latency, Memory, Seconds, Switching
from mlops.inputs import Value

CLIENTS = 4
_WARM = 30
_OK = 200

Rows = Sequence[dict[str, Value]]
Say = Callable[[str], None]


def bodies(task: str, rows: Rows, each: int) -> list[bytes]:
    """Return the bodies of requests of ``each`` rows."""
    return [
        json.dumps({"task": task, "rows": [{"inputs": row} for row in rows[start : start + each]]}).encode()
        for start in range(0, len(rows) - each + 1, each)
    ]


def latency(server: Server, what: str, asked: Sequence[bytes], requests: int) -> Latency:
    """Ask one request after the other, after some that only warm up.

    Raises:
        RuntimeError: One was not answered.
    """
    client, source, times = server.client(), cycle(asked), []
    for number in range(_WARM + requests):
        if number == _WARM:
            before = server.cpu_seconds()
        started = perf_counter()
        status, answer = client.post(next(source))
        times.append(perf_counter() - started)
        if status != _OK:
            raise RuntimeError(f"{what}: {answer.decode()}")
    cpu = (server.cpu_seconds() - before) / requests
    ordered = sorted(times[_WARM:])
    at = (ordered[int(share * (requests - 1))] for share in (0.5, 0.95, 0.99))
    p50, p95, p99 = (round(1000 * each, 2) for each in at)
    return Latency(what=what, requests=requests, p50=p50, p95=p95, p99=p99, cpu=round(1000 * cpu, 2))


def switching(server: Server, folder: Path, asked: Sequence[bytes], requests: int) -> Switching:
    """Move the pointer to and fro, each time by ``mlops rollback``, while clients ask."""
    found: Counter[str] = Counter()
    failed, moves, left = 0, 0, iter(range(requests))
    lock, done = threading.Lock(), threading.Event()

    def ask() -> None:
        nonlocal failed
        client, source = server.client(), cycle(asked)
        while True:
            with lock:
                if next(left, None) is None:
                    return
            try:
                status, answer = client.post(next(source))
                said = json.loads(answer)["predictions"][0]["model_id"] if status == _OK else ""
            except (OSError, ValueError, LookupError) as error:
                client, said = server.client(), ""
                sys.stderr.write(f"{error!r}\n")
            with lock:
                failed += said == ""
                found[said] += 1

    def move() -> None:
        nonlocal moves
        run = repository.mlops(folder)
        while not done.is_set():
            run("rollback", "--to", OLD if moves % 2 == 0 else NEW)
            moves += 1

    moving = threading.Thread(target=move)
    moving.start()
    process.together([ask] * CLIENTS)
    done.set()
    moving.join()
    del found[""]
    return Switching(requests=requests, failed=failed, moves=moves, answered=dict(sorted(found.items())))


def memory(server: Server, asked: Sequence[bytes], at: Sequence[int], say: Say) -> list[Memory]:
    """Return what the server's process has in memory after so many further requests.

    Raises:
        RuntimeError: A request was not answered.
    """
    found, sent = [], 0
    for wanted in at:
        left, lock = iter(range(wanted - sent)), threading.Lock()
        refused: list[bytes] = []

        def ask(left: "Sequence[int] | object" = left, lock: threading.Lock = lock) -> None:
            client, source = server.client(), cycle(asked)
            while not refused:  # noqa: B023  # joined before the next round
                with lock:
                    if next(left, None) is None:  # type: ignore[call-overload]  # an iterator
                        return
                status, answer = client.post(next(source))
                if status != _OK:
                    refused.append(answer)  # noqa: B023  # as above

        process.together([ask] * CLIENTS)
        if refused:
            raise RuntimeError(refused[0].decode())
        sent = wanted
        found.append(Memory(requests=wanted, resident=server.resident()))
        say(f"{wanted:,} requests, {found[-1].resident / 1e6:,.0f} MB")
    return found


def death(folder: Path, log: Path, asked: Sequence[bytes], after: int, *, alone: bool = True) -> Death:
    """Kill a server once clients have ``after`` predictions, and look for all that they have in the log."""
    acknowledged: list[str] = []
    with process.serving(folder, log, alone=alone) as server:

        def ask() -> None:
            client, source = server.client(), cycle(asked)
            try:
                while True:
                    _, answer = client.post(next(source))
                    acknowledged.extend(one["prediction_id"] for one in json.loads(answer)["predictions"])
            except (OSError, ValueError, LookupError):  # killed
                return

        asking = threading.Thread(target=process.together, args=([ask] * CLIENTS,))
        asking.start()
        while len(acknowledged) < after and asking.is_alive():
            asking.join(0.005)
        server.kill()
        asking.join()
    connection = sqlite3.connect(log)
    kept = {one for (one,) in connection.execute("SELECT id FROM predictions")}
    connection.close()
    return Death(acknowledged=len(acknowledged), lost=len(set(acknowledged) - kept))


def commands(folder: Path, repeats: int) -> list[Seconds]:
    """Return the seconds of each command of a deployment: the newer model anew, then back to the older."""
    asked = {
        "mlops deploy ID": ("deploy", NEW),
        "mlops reconcile --artifact FOLDER": ("reconcile", "--artifact", f"dist/{NEW}"),
        "mlops rollback": ("rollback",),
    }
    times: dict[str, list[float]] = {name: [] for name in asked}
    for number in range(repeats):
        own = shutil.copytree(folder, folder.with_name(f"{folder.name}-{number}"))
        for name, words in asked.items():
            started = perf_counter()
            done = subprocess.run(  # noqa: S603  # our own tool
                [sys.executable, "-m", "mlops", *words], cwd=own, capture_output=True, text=True, check=False
            )
            times[name].append(perf_counter() - started)
            if done.returncode:
                raise RuntimeError(f"{name}: {done.stderr}")
            repository.commit(own, "Serve it")
        shutil.rmtree(own)
    return [
        Seconds(command=name, median=round(median(found), 2), lowest=round(min(found), 2), highest=round(max(found), 2))
        for name, found in times.items()
    ]
