"""The machine and the versions that a measurement was made on: without them a time says nothing."""

import os
import platform
from pathlib import Path

from mlops import provenance
from mlops.documents import Part

ROOT = Path(__file__).resolve().parents[1]
"""The repository."""

RESULTS = ROOT / "benchmarks" / "results"
"""The folder of the committed results."""

_CPU = Path("/proc/cpuinfo")


class Machine(Part):
    """What the numbers were measured on.

    Attributes:
        cpu: Model of the processor, as the operating system names it.
        cores: Logical cores that the operating system shows.
        versions: Of Python, the platform and the packages that shape a model.
    """

    cpu: str
    cores: int
    versions: dict[str, str]


def describe() -> Machine:
    """Return this machine; what cannot be found out is ``unknown``."""
    return Machine(cpu=_cpu(), cores=os.cpu_count() or 1, versions=provenance.environment())


def _cpu() -> str:
    try:
        lines = _CPU.read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or "unknown")
