"""docs/metrics.md tells each metric and each alert, and no other."""

import re

from mlops import config
from mlops.dashboard.rules import alerts
from mlops.series.names import FAMILIES, SERVING, VERSION
from mlops.serving.measures import Measures
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")


def test_every_metric_is_in_the_tables_as_it_is_declared() -> None:
    rows = re.findall(r"^\| `(mlops_\w+)` \| (.*) \| (.+) \|$", PAGE, re.MULTILINE)
    assert sorted(rows) == sorted(
        (one.name, ", ".join(f"`{label}`" for label in one.labels if label not in {*VERSION, *SERVING}), one.help)
        for one in FAMILIES.values()
    )


def test_every_metric_of_a_server_is_named() -> None:
    served = re.findall(r"^# TYPE (mlops_\w+) ", Measures().text().decode(), re.MULTILINE)
    assert {name for name in served if not name.endswith("_created")} - set(re.findall(r"`(mlops_\w+)`", PAGE)) == set()


def test_every_alert_is_in_the_table_with_its_severity() -> None:
    declared = config.load(ROOT / config.FILE_NAME)
    rows = re.findall(r"^\| `(Mlops\w+)` \| .+ \| (\w+) \|$", PAGE, re.MULTILINE)
    assert rows == list(dict.fromkeys((one.name, one.severity) for one in alerts(declared)))
