"""What scoring takes of memory: a process of its own that loads a model, builds a workload and scores it.

``python -m benchmarks.er_speed.memory MODEL DATA SIZE SEED`` prints the bytes before and above. ``MODEL`` and ``DATA``
are pickles that :mod:`benchmarks.er_speed.measuring` has just written.
"""

import json
import pickle
import resource
import subprocess
import sys
from pathlib import Path

from benchmarks.er_speed.results import Memory
from benchmarks.machine import ROOT

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_PEAK_SO_FAR = "5"


def of_scoring(model: Path, records: Path, size: int, seed: int) -> Memory:
    """Return what scoring ``size`` pairs takes in a process of its own."""
    asked = [sys.executable, "-m", "benchmarks.er_speed.memory", str(model), str(records), str(size), str(seed)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603  # this very module
    return Memory(**json.loads(done.stdout))


def main() -> None:
    """Score and print."""
    model, data, size, seed = sys.argv[1:]
    matcher = pickle.loads(Path(model).read_bytes())  # noqa: S301  # written by the parent process
    records = pickle.loads(Path(data).read_bytes())  # noqa: S301  # the same
    table = records.pairs(*records.candidates(int(size), seed=int(seed)))
    matcher.predict_proba(table.iloc[:1])  # whatever is loaded once
    before = _resident("VmRSS")
    if _CLEAR.exists():
        _CLEAR.write_text(_PEAK_SO_FAR)
    matcher.predict_proba(table)
    print(json.dumps({"before": before, "above": max(0, _resident("VmHWM") - before)}))  # noqa: T201  # the answer


def _resident(name: str) -> int:
    """Return bytes from the kernel's status of this process; elsewhere the peak since it began."""
    if not _STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
