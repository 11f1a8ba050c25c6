"""The dashboard as Grafana reads it: ids, places, data sources, variables, lines of the policy."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from mlops import config
from mlops.dashboard import rendered
from mlops.dashboard.grafana import dashboard
from mlops.dashboard.panels import WIDTH
from tests.conftest import ROOT

DECLARED = config.load(ROOT / config.FILE_NAME)
SHOWN = dashboard(DECLARED)


def targets(shown: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield title and query of every target of every panel."""
    for panel in shown["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def test_the_same_settings_give_the_same_bytes() -> None:
    again = config.load(ROOT / config.FILE_NAME)
    assert rendered(DECLARED) == rendered(again)
    assert rendered(DECLARED) == {name: (ROOT / "dashboards" / name).read_bytes() for name in rendered(DECLARED)}


def test_every_panel_has_an_id_and_a_place_of_its_own() -> None:
    ids = [panel["id"] for panel in SHOWN["panels"]]
    assert ids == sorted(set(ids))
    taken: dict[tuple[int, int], str] = {}
    for panel in SHOWN["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= WIDTH
        for cell in ((x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])):  # fmt: skip
            assert cell not in taken, f"{panel['title']} covers {taken[cell]}"
            taken[cell] = panel["title"]


def test_every_query_asks_the_chosen_data_source_by_known_variables() -> None:
    variables = [one["name"] for one in SHOWN["templating"]["list"]]
    assert variables == ["datasource", "task", "dataset", "model"]
    for number, one in enumerate(SHOWN["templating"]["list"]):  # each may use those before it
        later = {f"${name}" for name in variables[number:]}
        assert not [name for name in later if name in str(one.get("query"))], one["name"]
    for panel in SHOWN["panels"]:
        if panel["type"] == "row":
            continue
        assert panel["datasource"]["uid"] == "${datasource}"
        letters = [target["refId"] for target in panel["targets"]]
        assert letters == sorted(set(letters)) != []
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}


def test_each_bound_of_the_policy_is_a_line_and_the_interval_a_band() -> None:
    lines = {
        (row, panel["title"].partition(",")[0]): panel["fieldConfig"]["defaults"]["thresholds"]["steps"][1]["value"]
        for row, panel in by_row()
        if "quality" in row
    }
    assert lines == {
        (f"{name}: quality of the newest model", metric): criterion.min
        for name, task in DECLARED.tasks.items()
        for metric, criterion in task.policy.criteria.items()
    }
    panel = next(panel for row, panel in by_row() if "quality" in row)
    assert [target["legendFormat"] for target in panel["targets"]] == ["upper", "lower", "value", "threshold"]
    assert panel["fieldConfig"]["defaults"]["custom"]["thresholdsStyle"] == {"mode": "line"}
    upper = {one["id"]: one["value"] for one in panel["fieldConfig"]["overrides"][0]["properties"]}
    assert upper["custom.fillBelowTo"] == "lower"


def test_what_came_true_and_drift_are_measured_by_the_own_tasks_bounds() -> None:
    er = DECLARED.tasks["er"]
    moved = er.model_copy(update={"monitoring": er.monitoring.model_copy(update={"psi_max": 0.3})})
    settings = DECLARED.model_copy(update={"tasks": DECLARED.tasks | {"er": moved}})
    found, of = {}, dict[str, set[str]]()
    for row, panel in by_row(dashboard(settings)):
        if panel["title"].startswith(("Came true: ", "Population stability index")):
            steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
            found[row, panel["title"]] = [(step["color"], step["value"]) for step in steps]
            of[row] = of.get(row, set()) | {
                task for one in panel["targets"] for task in re.findall(r'task="(\w+)"', one["expr"])
            }
    wanted: dict[tuple[str, str], list[tuple[str, float | None]]] = {}
    for name, task in settings.tasks.items():
        row = f"{name}: drift and what came true"
        assert of[row] == {name}
        wanted[row, "Population stability index, above chance"] = [("green", None), ("red", task.monitoring.psi_max)]
        for metric in ("precision", "recall", "f1"):
            wanted[row, f"Came true: {metric}"] = [("red", None), ("green", task.policy.criteria[metric].min)]
        wanted[row, "Came true: accuracy"] = [("green", None)]  # the policies do not bound it
    assert found == wanted


def by_row(shown: dict[str, Any] = SHOWN) -> Iterator[tuple[str, dict[str, Any]]]:
    row = ""
    for panel in shown["panels"]:
        if panel["type"] == "row":
            row = panel["title"]
        else:
            yield row, panel


def test_what_was_asked_for_is_there() -> None:
    assert {panel["title"] for _, panel in by_row()} >= {
        "Verdict of each model's gate", "Training: seconds of each stage", "Population stability index, above chance",
        "Inference: seconds for the rows of a request", "What environments.json says", "Came true: precision",
    }  # fmt: skip


def test_provisioning_names_what_is_there() -> None:
    folder = ROOT / "dashboards" / "provisioning"
    [source] = yaml.safe_load((folder / "datasources" / "prometheus.yml").read_text(encoding="utf-8"))["datasources"]
    assert (source["type"], source["access"]) == ("prometheus", "proxy")
    [provider] = yaml.safe_load((folder / "dashboards" / "mlops.yml").read_text(encoding="utf-8"))["providers"]
    assert (provider["type"], provider["allowUiUpdates"]) == ("file", False)
