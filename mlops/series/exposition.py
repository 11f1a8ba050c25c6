"""Samples as text: for a Pushgateway, and as OpenMetrics with times for promtool."""

import re
from collections.abc import Iterator, Mapping

from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric

from mlops.errors import InputRefusedError
from mlops.series.names import FAMILIES
from mlops.series.sampling import Key, Point, Samples, check_point, checked

JOB = "mlops"
"""The job of all series that records fill, pushed or filled in, so that they are the same series."""

TEXT = "text/plain; version=0.0.4; charset=utf-8"


_SAMPLE = re.compile(
    r'(?P<name>[a-z_0-9]+)(?P<series>\{(?:,?[a-z_]+="(?:[^"\\\n]|\\["\\n])*")+\}) '
    r"(?P<value>[0-9.e+-]+) (?P<time>[0-9]{1,12})",
    re.ASCII,
)


class _Collected:
    """What both writers of prometheus_client ask for."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        """Yield the families."""
        yield from self._metrics


def text(samples: Samples) -> bytes:
    """Return samples in Prometheus' text format, without times: a Pushgateway refuses those.

    Raises:
        InputRefusedError: A value is not in its metric's unit.
    """
    metrics: dict[str, Metric] = {}
    for key in sorted(samples):
        value = checked(FAMILIES[key.name], samples[key], key.labels)
        _metric(metrics, key.name).add_sample(key.name, dict(key.labels), value)
    return generate_latest(_Collected(list(metrics.values())))


def openmetrics(series: Mapping[Key, list[Point]]) -> bytes:
    """Return series as OpenMetrics 1.0: families and series sorted, samples in the order of time, ``# EOF`` last.

    The text is read again before it is returned: :func:`check`.

    Raises:
        InputRefusedError: A value is not in its metric's unit, or times do not rise.
    """
    lines: list[str] = []
    before = ""
    for name, labels, points in sorted((key.name, _labels(key), points) for key, points in series.items()):
        if name != before:
            family, before = FAMILIES[name], name
            lines += [f"# HELP {name} {family.help}", f"# TYPE {name} gauge"]
            lines += [f"# UNIT {name} {family.unit}"] if family.unit else []
        lines += [f"{name}{labels} {point.value!r} {point.time}" for point in points]
    data = "\n".join([*lines, "# EOF", ""]).encode()
    check(data)
    return data


def check(data: bytes) -> int:
    """Read OpenMetrics as :func:`openmetrics` writes it, strictly, and return how many samples it holds.

    Raises:
        InputRefusedError: A line is of another form, or ``# EOF`` is not the last; a family is unknown, declared in
            another unit or without one, out of order or twice; a series is; a value is not of the unit; times fall.
    """
    *lines, eof, rest = data.decode().split("\n") if data.count(b"\n") else ["", ""]
    if (eof, rest) != ("# EOF", ""):
        raise _refused("no `# EOF` at the end")
    family, series, time, count = "", "", 0, 0
    expected: list[str] = []
    for line in lines:
        if line.startswith("# HELP "):
            name = line.split(" ")[2]
            if expected or name not in FAMILIES or name <= family:
                raise _refused(line)
            family, series = name, ""
            unit = FAMILIES[name].unit
            expected = [f"# TYPE {name} gauge", *([f"# UNIT {name} {unit}"] if unit else [])]
        elif line.startswith("#") or expected:
            if not expected or line != expected.pop(0):
                raise _refused(line)
        else:
            found = _SAMPLE.fullmatch(line)
            if found is None or found["name"] != family or found["series"] < series:
                raise _refused(line)
            time = 0 if found["series"] != series else time
            series, point = found["series"], Point(int(found["time"]), float(found["value"]))
            check_point(family, point, time)
            time, count = point.time, count + 1
    return count


def _metric(metrics: dict[str, Metric], name: str) -> Metric:
    if name not in metrics:
        family = FAMILIES[name]
        metrics[name] = Metric(name, family.help, "gauge", family.unit)
    return metrics[name]


def _labels(key: Key) -> str:
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in sorted({*key.labels, ("job", JOB)})) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _refused(found: str) -> InputRefusedError:
    return InputRefusedError(
        "This is not OpenMetrics as promtool shall read it.",
        expected="sorted families of mlops, each in its own unit, samples in the order of time, `# EOF` last",
        found=found,
        fix="Write it again: mlops metrics backfill --output FILE",
    )
