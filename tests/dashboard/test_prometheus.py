"""Every query of the dashboard and every alert, asked of a real Prometheus."""

import json
import re
import urllib.request
from collections.abc import Iterator

import pytest

from mlops.dashboard.grafana import dashboard
from mlops.dashboard.rules import alerts
from mlops.series import names
from mlops.series.timeline import WINDOW
from tests.cli.chain import within
from tests.dashboard.prometheus import Prometheus, noon
from tests.dashboard.test_grafana import DECLARED, targets
from tests.history import CLAIMS, FAILED, NEW, OLD

ALL = {"$task": ".+", "$model": ".+", "$dataset": ".+", "$__rate_interval": "1m"}
PAST = "20251218"


def filled(expr: str) -> str:
    """Return a query as Grafana sends it when everything is chosen."""
    for variable, value in ALL.items():
        expr = expr.replace(variable, value)
    assert "$" not in expr
    return expr


def test_every_query_of_the_dashboard_finds_something(scraped: Prometheus) -> None:
    queries = [(title, filled(expr)) for title, expr in targets(dashboard(DECLARED))]
    assert len(queries) > 40
    assert [one for one in queries if not scraped.query(one[1])] == []
    recorded = [one for one in queries if WINDOW in one[1]]
    assert len(recorded) > 30
    assert [one for one in recorded if not scraped.query(one[1], PAST)] == []


def quality(part: str, metric: str = "precision") -> str:
    for title, expr in targets(dashboard(DECLARED)):
        if title.startswith(f"{metric}, at least 92 %") and f'bound="{part}"' in expr:
            return filled(expr)
    raise AssertionError(part)


def test_quality_over_time_is_that_of_the_newest_model_with_a_record(scraped: Prometheus) -> None:
    old, new = 976 / 1000, 990 / 1000
    for day, value in (("20251022", old), ("20251103", old), ("20251107", old), ("20251111", new), ("20251215", new)):
        assert scraped.value(quality("value"), day) == value, day
    assert scraped.value(quality("lower"), "20251111") < new < scraped.value(quality("upper"), "20251111")
    assert scraped.query(quality("value"), "20251020") == []
    steps = scraped.ask("query_range", query=quality("value"), start=str(noon("20251022")), end=str(noon("20251215")),
                        step="1800")["result"]  # fmt: skip
    assert [len(one["values"]) for one in steps] == [54 * 48 + 1]  # no hole between the daily samples


def test_verdicts_and_what_is_live_are_those_of_the_day(scraped: Prometheus) -> None:
    failed = next(iter(alerts(DECLARED))).expr
    assert scraped.query(failed, "20251021") == []
    assert [one["metric"]["model_id"] for one in scraped.query(failed, "20251105")] == [FAILED]
    assert scraped.query(failed, "20251112") == []
    live = f"last_over_time({names.DECLARED.name}[{WINDOW}]) == 1"
    for day, model in (("20251023", OLD), ("20251111", OLD), ("20251112", NEW), ("20251215", NEW)):
        assert [one["metric"]["model_id"] for one in scraped.query(live, day)] == [model], day


def test_a_deployment_is_marked_on_its_day(scraped: Prometheus) -> None:
    [annotation] = dashboard(DECLARED)["annotations"]["list"]
    marked = {
        day: [one["metric"]["model_id"] for one in scraped.query(filled(annotation["expr"]), day)]
        for day in ("20251022", "20251023T08", "20251024", "20251112", "20251114")
    }
    assert marked == {"20251022": [OLD], "20251023T08": [OLD], "20251024": [], "20251112": [NEW], "20251114": []}


def test_what_is_pushed_and_what_is_filled_in_are_the_same_series(scraped: Prometheus) -> None:
    for family in names.RECORDED:
        past, now = (
            sorted(json.dumps(one["metric"], sort_keys=True)
                   for one in scraped.query(f"last_over_time({family.name}[{WINDOW}])", at))
            for at in (PAST, "")
        )  # fmt: skip
        assert past == now != [], family.name


def test_every_alert_is_evaluated_and_none_fires_without_a_reason(scraped: Prometheus) -> None:
    [group] = scraped.ask("rules")["groups"]
    rules = group["rules"]
    assert len(rules) == len(list(alerts(DECLARED)))
    assert {rule["health"] for rule in rules} == {"ok"}
    assert [rule.get("lastError") for rule in rules if rule.get("lastError")] == []
    assert {rule["name"] for rule in rules if rule["alerts"]} == {"MlopsCertificateOver"}  # that of 2025 is over


def test_what_monitoring_tells_is_joined_to_what_servers_tell(scraped: Prometheus) -> None:
    found = {}
    for one in alerts(DECLARED):
        expr = re.sub(r" [<>] [0-9.]+( \* 86400)?(?= and on )", "", one.expr)
        if expr != one.expr:
            series = sorted((series["metric"] for series in scraped.query(expr)), key=str)
            found[one.name, dict(one.labels).get("task", "")] = series
    own, other = {"task": "er", "model_id": NEW}, {"task": "claims", "model_id": CLAIMS}
    assert found == {
        ("MlopsPsiHigh", "er"): [own | {"feature": "name"}],
        ("MlopsPsiHigh", "claims"): [other | {"feature": "amount"}],
        ("MlopsRealisedBelowThreshold", "er"): [own], ("MlopsRealisedBelowThreshold", "claims"): [other],
        ("MlopsMonitoringStale", ""): [{"task": "claims"}, {"task": "er"}],
    }  # fmt: skip


def test_the_variables_find_their_values(scraped: Prometheus) -> None:
    found: dict[str, list[str]] = {}
    for variable in dashboard(DECLARED)["templating"]["list"]:
        if variable["type"] == "query":
            series, label = re.fullmatch(r"label_values\((.+), (\w+)\)", filled(variable["query"]["query"])).groups()  # type: ignore[union-attr]  # another form must fail
            found[variable["name"]] = scraped.ask(f"label/{label}/values", **{"match[]": series})
    assert found["task"] == ["claims", "er"]
    assert {OLD, FAILED, NEW} < set(found["model"])
    assert {OLD, FAILED, NEW} < set(found["dataset"])


def test_every_metric_that_is_asked_for_exists(scraped: Prometheus) -> None:
    known = set(scraped.ask("label/__name__/values"))
    asked = {
        name
        for _, expr in [*targets(dashboard(DECLARED)), *((alert.name, alert.expr) for alert in alerts(DECLARED))]
        for name in re.findall(r"\bmlops_\w+", re.sub(r'"[^"]*"', "", expr))
    }
    assert asked - known == set()
    assert set(names.FAMILIES) - known == set()


def gathered(gateway: str) -> Iterator[str]:
    with urllib.request.urlopen(f"{gateway}/metrics", timeout=10) as answer:  # noqa: S310  # our own
        text: str = answer.read().decode()
    yield from (line for line in text.splitlines() if line.startswith("mlops_"))


def test_pushing_twice_is_as_pushing_once(scraped: Prometheus, capsys: pytest.CaptureFixture[str]) -> None:
    before = list(gathered(scraped.gateway))
    assert within(scraped.repository, "metrics", "push", "--pushgateway", scraped.gateway) == 0
    assert "Pushed" in capsys.readouterr().out
    assert list(gathered(scraped.gateway)) == before != []
