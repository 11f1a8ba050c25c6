"""``mlops monitor``: a real model's log, from the pinned data that it was trained on to the word and its exit code."""

import json
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from mlops import manifest as manifests
from mlops.cli import plugs, steps
from mlops.cli.common import load_settings
from mlops.inputs import rows_of
from mlops.series.exposition import TEXT
from mlops.serving.log import Answered, Label
from mlops.storage import pushing
from tests.cli.chain import DATASET, Chain
from tests.conftest import RunCli
from tests.dashboard.prometheus import gateway
from tests.feedback.logs import Written, on
from tests.tables import assert_refused


@pytest.fixture(scope="session")
def answered(finished: Chain) -> list[tuple[Answered, Label]]:
    """Return 600 rows of the dataset itself, as its model answers them, each with what is true."""
    settings = load_settings(finished.repository)
    pinned = manifests.load(finished.repository / "data_manifests" / f"{DATASET}.json")
    examples = steps.read_examples(plugs.open_task("er"), pinned, settings, finished.repository)
    _, model = steps.load_model(plugs.open_task("er"), finished.artifact)
    chosen = np.random.default_rng(0).choice(len(examples), 600, replace=False)
    some = examples.take(chosen)
    scores = model.predict_proba(some.inputs)
    done = [
        Answered(
            f"{at:032x}", "er", DATASET, "a" * 64, "live", f"{at:032x}", "", f"{at:032x}", row, float(score),
            bool(score >= model.threshold),
        )
        for at, (row, score) in enumerate(zip(rows_of(some.inputs, model.reads()), scores, strict=True))
    ]  # fmt: skip
    return [(one, Label(one.id, int(label), "2025-01-25")) for one, label in zip(done, some.label, strict=True)]


@pytest.fixture
def log(answered: list[tuple[Answered, Label]], tmp_path: Path) -> Written:
    """Return a log of these rows, asked in January."""
    found = Written(tmp_path / "serving.sqlite", model=DATASET)
    with on("2025-01-20"):
        found.log.add([one for one, _ in answered])
        found.log.label([label for _, label in answered])
    return found


def declare(root: Path, **rules: Any) -> None:
    path = root / "mlops.toml"
    table = "".join(f"{name} = {json.dumps(value)}\n" for name, value in rules.items())
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\n[tasks.er.monitoring]\n{table}", encoding="utf-8")


RULES = {"min_rows": 500, "min_labels": 50, "window_days": 28, "stale_after_days": 11}


def test_the_data_that_trained_it_is_no_alarm(chain: Chain, run_cli: RunCli, log: Written, tmp_path: Path) -> None:
    declare(chain.repository, **RULES, log=str(log.path))
    options = ("--reference", chain.artifact, "--metrics", tmp_path / "prom", "--json")
    done = run_cli("monitor", "--task", "er", "--as-of", "2025-01-31", *options)
    found = json.loads(done.out)
    assert (done.code, found["word"]) == (0, "ok"), found["reasons"]
    assert found == json.loads((chain.repository / "dist/monitoring.json").read_text(encoding="utf-8"))
    assert "score" in {one["feature"] for one in found["models"][0]["shifts"]}
    families = {one.name: one for one in text_string_to_metric_families((tmp_path / "prom").read_text())}
    assert {
        "mlops_psi", "mlops_estimated_accuracy", "mlops_realised_precision", "mlops_realised_recall",
        "mlops_realised_f1", "mlops_realised_accuracy",
    } == set(families)  # fmt: skip
    [lower] = [one.value for one in families["mlops_realised_f1"].samples if one.labels["bound"] == "lower"]
    estimate = next(one for one in found["models"][0]["realised"] if one["metric"] == "f1")["estimate"]
    assert lower == estimate["lower"] < estimate["value"]


def test_other_customers_are_an_alarm_and_few_rows_are_unknown(chain: Chain, run_cli: RunCli, log: Written) -> None:
    declare(chain.repository, **RULES)
    command = ("monitor", "--task", "er", "--log", log.path, "--as-of", "2025-01-31", "--json")
    with log.log._writing() as writing:
        writing.execute("UPDATE predictions SET inputs = json_set(inputs, '$.left_name', 'x') WHERE number % 2")
    moved = run_cli(*command)
    assert moved.code == 1
    assert json.loads(moved.out)["reasons"][0].startswith("left_name: The index is ")
    assert json.loads(moved.out)["parts"] == {"realised": "ok", "shift": "alarm", "estimated": "ok"}
    with log.log._writing() as writing:
        writing.execute("DELETE FROM labels")
        writing.execute("DELETE FROM predictions WHERE number > 499")
    few = run_cli(*command)
    assert (few.code, json.loads(few.out)["word"]) == (4, "unknown")
    nobody = run_cli(*command[:-3], "--as-of", "2024-01-31")
    assert (nobody.code, "answered anybody" in nobody.out) == (4, True)


def test_a_column_that_the_model_does_not_read_is_no_shift(chain: Chain, run_cli: RunCli, log: Written) -> None:
    declare(chain.repository, **RULES)
    with log.log._writing() as writing:
        writing.execute("UPDATE predictions SET inputs = json_remove(inputs, '$.left_name')")
    command = ("monitor", "--task", "er", "--log", log.path, "--as-of", "2025-01-31", "--json")
    done = run_cli(*command, "--reference", chain.artifact)
    found = json.loads(done.out)
    assert found["parts"]["shift"] == "ok"
    assert "left_name" not in {one["feature"] for one in found["models"][0]["shifts"]}


def kept(gateway: str) -> dict[tuple[str, ...], set[str]]:
    """Return by the values of its key what metrics a Pushgateway has of each group."""
    with urllib.request.urlopen(f"{gateway}/api/v1/metrics", timeout=10) as answer:  # noqa: S310  # our own
        found = json.load(answer)["data"]
    return {
        tuple(value for _, value in sorted(one["labels"].items())): {name for name in one if name.startswith("mlops_")}
        for one in found
    }


def test_a_pushgateway_has_what_the_report_says_and_changes_no_word(
    chain: Chain, run_cli: RunCli, log: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(chain.repository, **RULES)
    command = (
        "monitor", "--task", "er", "--log", log.path, "--as-of", "2025-01-31", "--reference", chain.artifact,
        "--pushgateway",
    )  # fmt: skip
    own, others = [DATASET, "er_20240101", "er_20240101-2"], ["claims_20240101", "ers_20240101"]
    before = {("mlops_monitoring", model): b"mlops_old 1\n" for model in [*own, *others]} | {
        ("mlops", "er_20240101"): b"mlops_old 1\n"
    }
    with gateway() as url:
        assert pushing.push(url, before, content_type=TEXT) == ""
        done = run_cli(*command, url)
        after = kept(url)
    assert (done.code, done.err) == (0, "")
    realised = {f"mlops_realised_{metric}" for metric in ("precision", "recall", "f1", "accuracy")}
    assert after.pop(("mlops_monitoring", DATASET)) == {"mlops_psi", "mlops_estimated_accuracy", *realised}
    assert set(after) == {("mlops", "er_20240101"), *(("mlops_monitoring", model) for model in others)}
    monkeypatch.setenv("MLOPS_METRICS_PUSHGATEWAY", url)
    dead = run_cli(*command[:-1])
    assert (dead.code, "warning: the Pushgateway" in dead.err) == (0, True)
    assert_refused(run_cli(*command, "ftp://gateway"), 2, "Pushgateway")


def test_a_snapshot_that_is_not_there_is_refused(chain: Chain, run_cli: RunCli) -> None:
    declare(chain.repository, log="logs/serving.sqlite")
    assert_refused(run_cli("monitor", "--task", "er", "--skip-unset"), 3, "no snapshot", "mlops feedback snapshot")


def test_wrong_answers_are_an_alarm_that_wants_training(chain: Chain, run_cli: RunCli, log: Written) -> None:
    declare(chain.repository, **RULES, retrain="dispatch")
    with log.log._writing() as writing:
        writing.execute("UPDATE labels SET label = 1 - label WHERE number % 3 = 0")
    done = run_cli("monitor", "--task", "er", "--log", log.path, "--as-of", "2025-01-31", "--json")
    found = json.loads(done.out)
    assert done.code == 1
    assert found["retraining"] == {"policy": "dispatch", "wanted": True, "cooldown_days": 7}
    assert found["reasons"][0].startswith("precision, realised: Its upper bound")


def test_without_a_log_there_is_nothing_to_monitor(chain: Chain, run_cli: RunCli) -> None:
    assert_refused(run_cli("monitor", "--task", "er"), 2, "tasks.er.monitoring.log")
    done = run_cli("monitor", "--task", "er", "--skip-unset")
    assert (done.code, "Nothing is monitored" in done.err) == (0, True)
    assert not (chain.repository / "dist/monitoring.json").exists()


def test_an_audit_decides_where_labels_came_for_some_alone(chain: Chain, run_cli: RunCli, log: Written) -> None:
    declare(chain.repository, **RULES | {"min_labels": 20})
    drawn = run_cli(
        "feedback", "audit", "--log", log.path, "--task", "er", "--size", "300", "--seed", "1", "--as-of", "2025-01-31",
        "--json",
    )  # fmt: skip
    assert drawn.code == 0, drawn.err
    path = chain.repository / json.loads(drawn.out)["draw"]
    ids = tuple(json.loads(path.read_text(encoding="utf-8"))["rows"])
    with log.log._writing() as writing:
        marks = ", ".join("?" * len(ids))
        writing.execute(
            f"DELETE FROM labels WHERE prediction NOT IN ({marks}) AND prediction IN "  # noqa: S608  # question marks
            "(SELECT id FROM predictions WHERE NOT positive)", ids,
        )  # fmt: skip
    done = run_cli("monitor", "--task", "er", "--log", log.path, "--as-of", "2025-01-31", "--json")
    lines = json.loads(done.out)["models"][0]["realised"]
    assert {(one["metric"], one["selection"]) for one in lines if one["judged"]} == {
        (metric, "audited") for metric in ("precision", "recall", "f1")
    }
    path.unlink()
    alone = json.loads(run_cli("monitor", "--task", "er", "--log", log.path, "--as-of", "2025-01-31", "--json").out)
    words = {one["metric"]: one["word"] for one in alone["models"][0]["realised"]}
    assert (words["precision"], words["recall"]) == ("ok", "unknown")


def test_a_reference_that_is_missing_is_unknown_and_named(chain: Chain, run_cli: RunCli, log: Written) -> None:
    declare(chain.repository, **RULES)
    command = ("monitor", "--task", "er", "--log", log.path, "--as-of", "2025-01-31", "--json")
    done = run_cli(*command)
    found = json.loads(done.out)
    assert (done.code, found["word"]) == (4, "unknown")
    assert found["parts"] == {"realised": "ok", "shift": "unknown", "estimated": "ok"}
    [why] = found["reasons"]
    assert why.startswith("score: There is no reference for it: no target is declared")
    assert "--reference ARTIFACT" in why
    (chain.repository / "data_manifests" / f"{DATASET}.json").unlink()
    done = run_cli(*command, "--reference", chain.artifact)
    [why] = json.loads(done.out)["reasons"]
    assert (done.code, why.startswith("columns: There is no reference for them: ")) == (4, True)
    assert "mlops pin" in why


def test_a_column_that_the_reference_lacks_is_unknown(chain: Chain, run_cli: RunCli, log: Written) -> None:
    declare(chain.repository, **RULES)
    with log.log._writing() as writing:
        writing.execute("UPDATE predictions SET inputs = json_set(inputs, '$.new', 'x') WHERE number = 7")
    command = ("monitor", "--task", "er", "--log", log.path, "--as-of", "2025-01-31", "--reference", chain.artifact)
    done = run_cli(*command, "--json")
    assert done.code == 4
    assert json.loads(done.out)["reasons"][0].startswith("new: The reference has no such column")


def test_a_canary_alone_is_judged_as_one(chain: Chain, run_cli: RunCli, log: Written) -> None:
    declare(chain.repository, **RULES)
    with log.log._writing() as writing:
        writing.execute("UPDATE predictions SET role = 'canary'")
    command = ("monitor", "--task", "er", "--log", log.path, "--as-of", "2025-01-31", "--reference", chain.artifact)
    done = run_cli(*command)
    assert (done.code, f"er: ok ({DATASET}, canary)" in done.out) == (0, True), done.out
    page = (chain.repository / "dist/monitoring.md").read_text(encoding="utf-8")
    assert ", canary\n" in page
    assert "No model answered as the live one" in page
    with log.log._writing() as writing:
        writing.execute("UPDATE predictions SET role = 'live', model_id = 'er_20240101' WHERE number = 1")
    found = json.loads(run_cli(*command, "--json").out)
    assert [(one["model_id"], one["live"], one["role"]) for one in found["models"]] == [
        ("er_20240101", True, "live"), (DATASET, False, None),
    ]  # fmt: skip


def test_a_log_that_nobody_renews_is_unknown_and_told_to_no_dashboard(
    chain: Chain, run_cli: RunCli, log: Written, tmp_path: Path
) -> None:
    declare(chain.repository, **RULES, retrain="dispatch")
    command = ("monitor", "--task", "er", "--log", log.path, "--reference", chain.artifact, "--json")
    options = ("--metrics", tmp_path / "prom", "--pushgateway", "http://127.0.0.1:9")  # nobody listens there
    fresh = run_cli(*command, "--as-of", "2025-01-31", *options)
    assert (fresh.code, "mlops_psi{" in (tmp_path / "prom").read_text(), "warning" in fresh.err) == (0, True, True)
    done = run_cli(*command, "--as-of", "2025-02-01", *options)
    found = json.loads(done.out)
    assert (done.code, found["word"], found["stale"], found["parts"]["realised"]) == (4, "unknown", True, "ok")
    assert found["newest"] == "2025-01-20T12:00:00Z"
    assert found["reasons"][0].startswith("The log is stale: its newest prediction is of 2025-01-20, 12 days before")
    assert ("mlops_psi{" in (tmp_path / "prom").read_text(), "warning" in done.err) == (False, False)
    assert not found["retraining"]["wanted"]
    later = json.loads(run_cli(*command, "--as-of", "2025-06-01").out)
    assert [one.split(":")[0] for one in later["reasons"]] == [
        "The log is stale", "No prediction of the window answered anybody.",
    ]  # fmt: skip
