"""Prometheus' alerts: promtool tests each of them, and each of these tests can fail."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlops import config
from mlops.dashboard.queries import SERVER_JOB
from mlops.dashboard.rules import alerts, p95_seconds, rules
from mlops.serving.measures import NOT_OFFERED
from tests.conftest import ROOT
from tests.programs import needs

DECLARED = config.load(ROOT / config.FILE_NAME)
TESTS = ("alerts_test.yml", "alerts_days_test.yml")
RULES: list[dict[str, Any]] = yaml.safe_load(rules(DECLARED))["groups"][0]["rules"]


def promtool(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = needs("promtool", package="prometheus")
    return subprocess.run([program, *words], cwd=folder, check=False, capture_output=True, text=True)  # noqa: S603  # found on PATH


def test_configuration_and_rules_are_valid_and_tested() -> None:
    folder = ROOT / "dashboards"
    for words in (("check", "config", "prometheus.yml"), ("check", "rules", "--lint-fatal", "alerts.yml"),
                  ("test", "rules", *TESTS)):  # fmt: skip
        done = promtool(folder, *words)
        assert done.returncode == 0, done.stdout + done.stderr


def silent(expr: str) -> str:
    return f"({expr}) unless on () vector(1)"


def loud(expr: str) -> str:
    """Return ``expr`` without what it compares, or takes away."""
    word = next((word for word in (" unless ", " > ", " < ") if word in expr), "")
    return expr.partition(word)[0] if word else re.sub(" == [01]", "", expr)


def of_any(expr: str) -> str:
    """Return ``expr`` about every model that monitoring told of, live or not."""
    return expr.partition(" and on ")[0] if "last_over_time" not in expr else expr


def failed(folder: Path, changed: list[dict[str, Any]]) -> set[str]:
    """Return the alerts whose tests fail with these rules."""
    for name in TESTS:
        shutil.copy(ROOT / "dashboards" / name, folder)
    (folder / "alerts.yml").write_text(yaml.safe_dump({"groups": [{"name": "mlops", "rules": changed}]}))
    done = promtool(folder, "test", "rules", *TESTS)
    return set(re.findall(r"alertname: (\w+), time", done.stdout + done.stderr))


@pytest.mark.parametrize("mutate", [silent, loud])
def test_every_alert_that_never_or_always_fires_fails_a_test(mutate: Callable[[str], str], tmp_path: Path) -> None:
    changed = [rule | {"expr": mutate(rule["expr"])} for rule in RULES]
    assert failed(tmp_path, changed) == {rule["alert"] for rule in RULES}


def test_an_alert_about_what_is_not_live_fails_a_test(tmp_path: Path) -> None:
    changed = [rule | {"expr": of_any(rule["expr"])} for rule in RULES]
    assert failed(tmp_path, changed) == {"MlopsPsiHigh", "MlopsRealisedBelowThreshold", "MlopsMonitoringStale"}


def test_every_rule_has_a_test_in_which_it_fires() -> None:
    fired = [
        {"alertname": one["alertname"]} | alert["exp_labels"]
        for name in TESTS
        for test in yaml.safe_load((ROOT / "dashboards" / name).read_text(encoding="utf-8"))["tests"]
        for one in test["alert_rule_test"]
        for alert in one["exp_alerts"]
    ]
    wanted = [{"alertname": rule["alert"]} | rule["labels"] for rule in RULES]
    lacking = [labels for labels in wanted if not any(labels.items() <= one.items() for one in fired)]
    assert lacking == []


def test_every_alert_has_a_name_of_its_own_with_its_labels_and_says_what_to_do() -> None:
    named = [(rule["alert"], *sorted(rule["labels"].items())) for rule in RULES]
    assert len(named) == len(set(named))
    assert all(rule["annotations"]["description"].endswith("See docs/metrics.md.") for rule in RULES)


def test_limits_come_from_the_policy() -> None:
    assert {name: p95_seconds(task) for name, task in DECLARED.tasks.items()} == {"er": 0.5, "claims": 0.1}
    floors = {
        (dict(one.labels)["task"], dict(one.labels)["metric"]): float(re.findall(r" < ([0-9.]+) and ", one.expr)[0])
        for one in alerts(DECLARED)
        if one.name == "MlopsRealisedBelowThreshold"
    }
    assert floors["er", "precision"] == DECLARED.tasks["er"].policy.criteria["precision"].min
    assert len(floors) == 6


def test_whom_no_model_is_offered_to_is_left_out_by_the_servers_own_word() -> None:
    [expr] = [one.expr for one in alerts(DECLARED) if one.name == "MlopsErrorRate"]
    assert re.findall('status!="([^"]+)"', expr) == [NOT_OFFERED]


def test_a_dead_server_is_looked_for_under_the_job_that_is_scraped_and_documented() -> None:
    [expr] = [one.expr for one in alerts(DECLARED) if one.name == "MlopsServerDown"]
    assert f'job="{SERVER_JOB}"' in expr
    scraped = yaml.safe_load((ROOT / "dashboards" / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    assert SERVER_JOB in {one["job_name"] for one in scraped}
    assert f"`{SERVER_JOB}`" in (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")


def test_the_documentation_names_every_alert_with_its_severity() -> None:
    text = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(Mlops\w+)` \|.*\| (\w+) \|$", text, re.MULTILINE)
    assert rows == list(dict.fromkeys((rule["alert"], rule["labels"]["severity"]) for rule in RULES))


def test_the_bound_that_alarms_is_that_of_monitoring() -> None:
    er = DECLARED.tasks["er"]
    strict = er.model_copy(update={"monitoring": er.monitoring.model_copy(update={"alarm_on": "lower_bound"})})
    settings = DECLARED.model_copy(update={"tasks": DECLARED.tasks | {"er": strict}})
    bounds = {
        (dict(one.labels)["task"], re.findall('bound="([a-z]+)"', one.expr)[0], "may be below" in one.summary)
        for one in alerts(settings)
        if one.name == "MlopsRealisedBelowThreshold"
    }
    assert bounds == {("er", "lower", True), ("claims", "upper", False)}


def test_who_does_not_run_monitoring_on_a_schedule_hears_of_no_silence(tmp_path: Path) -> None:
    er = DECLARED.tasks["er"]
    alone = er.model_copy(update={"monitoring": er.monitoring.model_copy(update={"scheduled": False})})
    (tmp_path / "alerts.yml").write_bytes(rules(DECLARED.model_copy(update={"tasks": DECLARED.tasks | {"er": alone}})))
    info = 'mlops_model_info{{task="{0}",model_id="{0}_20251020",role="live"}}'
    pushed = 'push_time_seconds{{job="mlops_monitoring",model_id="{}_20251020"}}'
    never, once = (
        [{"series": one.format(task), "values": "1x90"} for task in ("er", "claims") for one in kinds]
        for kinds in ((info,), (info, pushed))
    )
    tests = [
        {"interval": "1h", "input_series": series, "promql_expr_test": [
            {"expr": f'count by (task) (ALERTS{{alertname="{alert}",alertstate="firing"}})', "eval_time": "85h",
             "exp_samples": [{"labels": '{task="claims"}', "value": 1}]},
        ]}
        for alert, series in (("MlopsMonitoringSilent", never), ("MlopsMonitoringStale", once))
    ]  # fmt: skip
    (tmp_path / "test.yml").write_text(
        yaml.safe_dump({"rule_files": ["alerts.yml"], "evaluation_interval": "1h", "tests": tests}), "utf-8"
    )
    done = promtool(tmp_path, "test", "rules", "test.yml")
    assert done.returncode == 0, done.stdout + done.stderr
