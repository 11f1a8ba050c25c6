"""``mlops feedback``: logged predictions become data that the next verbs take, and nothing is taken twice or bent."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mlops import dataset
from mlops import manifest as manifests
from mlops.config import StorageSettings
from mlops.ids import utc_today
from mlops.serving.log import Log
from tests.conftest import ROOT, RunCli
from tests.feedback.logs import Written
from tests.tables import assert_refused, picture

AS_OF = ("--as-of", "2025-03-01")
LATER = ("--as-of", "2025-11-02")
PAIR = {"left_name": "00123", "right_name": "NA"}
CLAIM = {
    "claim_date": "2025-10-05", "order_date": "2025-10-02", "amount": 12.5, "order_value": 20.0, "quantity": 2.0,
    "category": "NA", "marketplace": "US", "fulfillment_center": "0012",
}  # fmt: skip


@pytest.fixture
def log(tmp_path: Path) -> Written:
    return Written(tmp_path / "serving.sqlite")


def export(run: RunCli, log: Written, *options: str | Path) -> dict[str, object]:
    done = run("feedback", "export", "--log", log.path, "--task", log.task, *AS_OF, "--json", *options)
    assert done.code == 0, done.err
    return dict(json.loads(done.out))


def pairs(root: Path) -> list[dict[str, object]]:
    return list(pq.read_table(root / "data/er/er_batch_20250301.parquet").to_pylist())


def held(root: Path, name: str = "er_20250301") -> list[list[str]]:
    lines = (root / "dist/feedback" / name / "held.csv").read_text(encoding="utf-8").splitlines()[1:]
    return [line.split(",")[:2] for line in lines]


def test_pairs_as_they_were_sent_with_their_newest_label(repository: Path, run_cli: RunCli, log: Written) -> None:
    one = log.answer("2025-01-05", PAIR)
    log.answer("2025-01-05", PAIR, role="shadow", answers=one)
    log.decide("2025-01-20", one, 1)
    two = log.answer("2025-01-06", {"left_name": "", "right_name": None}, role="canary", score=0.1)
    log.decide("2025-01-07", two, 0)
    log.answer("2025-01-08", {"left_name": "never", "right_name": "labelled"})
    late = log.answer("2025-01-08", {"left_name": "decided", "right_name": "later"})
    log.decide("2025-03-02", late, 1)  # a day that nobody knew on --as-of
    found = export(run_cli, log)
    assert pairs(repository) == [
        {"pair_id": one, **PAIR, "label": 1},
        {"pair_id": two, "left_name": "", "right_name": None, "label": 0},
    ]
    assert (found["answered"], found["undecided"], found["immature"]) == (4, 2, 0)
    manifest = manifests.load(repository / "dist/feedback/er_20250301/er_20250301.json")
    assert (manifest.rows, manifest.labels, manifest.uris) == (
        2,
        {"0": 1, "1": 1},
        ("data/er/er_batch_20250301.parquet",),
    )
    assert "2 of 4 predictions that were old enough" in manifest.limitations[0]
    assert run_cli("verify", "dist/feedback/er_20250301/er_20250301.json").code == 0
    assert run_cli("pin", "er", "data/er/er_batch_20250301.parquet", "--date", "20250301").code == 0


def test_a_fast_label_does_not_count_before_a_slow_one_could(repository: Path, run_cli: RunCli, log: Written) -> None:
    old = log.answer("2025-02-15", {"left_name": "old", "right_name": "x"})
    young = log.answer("2025-02-16", {"left_name": "young", "right_name": "x"})
    log.decide("2025-02-16", young, 1)
    log.decide("2025-02-28", old, 0)
    found = export(run_cli, log, "--maturity", "14")
    assert [row["pair_id"] for row in pairs(repository)] == [old]
    assert found["immature"] == 1


def test_labels_of_days_to_come_are_not_waited_for(repository: Path, run_cli: RunCli, log: Written) -> None:
    log.decide("2025-01-06", log.answer("2025-01-05", PAIR), 1)
    command = ("export", "report", "audit")
    for verb in command:
        more = ("--size", "1", "--seed", "1") if verb == "audit" else ()
        done = run_cli("feedback", verb, "--log", log.path, "--task", "er", "--as-of", "2999-01-01", *more)
        assert_refused(done, 2, "--as-of", "future")
    done = run_cli("monitor", "--log", log.path, "--task", "er", "--as-of", "2999-01-01")
    assert_refused(done, 2, "--as-of", "future")
    assert not (repository / "data").exists()


def test_the_window_holds_its_first_day_and_not_its_last(repository: Path, run_cli: RunCli, log: Written) -> None:
    days = ["2025-01-31", "2025-02-01", "2025-02-14", "2025-02-15"]
    ids = [log.answer(day, {"left_name": day, "right_name": "x"}) for day in days]
    for one in ids:
        log.decide("2025-02-20", one, 1)
    export(run_cli, log, "--from", "2025-02-01", "--until", "20250215")
    assert [row["pair_id"] for row in pairs(repository)] == ids[1:3]


def test_conflicts_are_held_out_with_their_reason(repository: Path, run_cli: RunCli, log: Written) -> None:
    revised = log.answer("2025-01-01", {"left_name": "a", "right_name": "b"})
    log.decide("2025-01-02", revised, 1)
    log.decide("2025-01-03", revised, 0, revises=True)
    same = [log.answer("2025-01-01", {"left_name": "c", "right_name": "d"}) for _ in range(2)]
    twice = [log.answer("2025-01-01", {"left_name": "e", "right_name": "f"}) for _ in range(2)]
    for one, label in zip([*same, *twice], [0, 1, 1, 1], strict=True):
        log.decide("2025-01-04", one, label)
    found = export(run_cli, log)
    assert held(repository) == [
        ["revised", revised], ["same_inputs", same[0]], ["same_inputs", same[1]], ["repeated", twice[0]],
    ]  # fmt: skip
    assert [row["pair_id"] for row in pairs(repository)] == [twice[1]]
    assert found["held"] == {
        "revised": 1, "unnamed": 0, "same_name": 0, "same_inputs": 2, "unwritable": 0, "incomplete": 0, "repeated": 1,
    }  # fmt: skip
    options = ("--keep", "revised", "--out", "data/kept", "--output", "dist/kept")
    assert export(run_cli, log, *options)["rows"] == 2


def test_the_same_again_is_done_once_and_other_content_is_refused(
    repository: Path, run_cli: RunCli, log: Written
) -> None:
    one = log.answer("2025-01-05", PAIR)
    log.decide("2025-01-06", one, 1)
    assert export(run_cli, log)["status"] == "written"
    before = picture(repository)
    assert export(run_cli, log)["status"] == "unchanged"
    two = log.answer("2025-01-05", {"left_name": "x", "right_name": "y"})
    log.decide("2025-01-06", two, 1)
    again = run_cli("feedback", "export", "--log", log.path, "--task", "er", *AS_OF)
    assert_refused(again, 6, "er_batch_20250301.parquet")
    assert picture(repository) == before


def test_the_log_is_read_while_it_is_written_and_never_made(repository: Path, run_cli: RunCli, tmp_path: Path) -> None:
    assert_refused(run_cli("feedback", "export", "--log", tmp_path / "none", "--task", "er", *AS_OF), 3, "no log")
    assert not (tmp_path / "none").exists()
    (tmp_path / "text").write_text("no log at all, but long enough to be looked at\n" * 100)
    assert_refused(
        run_cli("feedback", "export", "--log", tmp_path / "text", "--task", "er", *AS_OF), 3, "cannot be read"
    )
    log = Written(tmp_path / "log")
    log.decide("2025-01-06", log.answer("2025-01-05", PAIR), 1)
    with log.log._writing() as writing:
        writing.execute("DELETE FROM labels")  # a server in the middle of a transaction
        assert export(run_cli, log)["rows"] == 1
    assert_refused(run_cli("feedback", "export", "--log", log.path, "--task", "er", *AS_OF), 3, "1 without a label")
    log.log.close()  # the last one takes the write-ahead log away
    assert Log(log.path).counts() == (1, 0)
    del repository


def records(folder: Path, ids: list[str]) -> Path:
    path = folder / "records.csv"
    path.write_text("claim_id,seller_id,order_id\n" + "".join(f"{one},0007,o-{one}\n" for one in ids), encoding="utf-8")
    return path


def test_claims_go_through_gate_1_and_into_the_dataset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_cli: RunCli
) -> None:
    shutil.copy(ROOT / "mlops.toml", tmp_path)
    for folder in ("data/claims", "data_manifests"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    log = Written(tmp_path / "log", task="claims", model="claims_20251006")
    for at in range(8):
        own = log.answer("2025-10-10", {**CLAIM, "amount": 10.25 + at}, row=f"00{at}")
        log.decide(f"2025-10-{10 + at}", own, at % 2)
    unnamed = log.answer("2025-10-10", {**CLAIM, "amount": 3.0})
    log.decide("2025-10-11", unnamed, 1)
    fresh = log.answer("2025-10-25", CLAIM, row="fresh")
    log.decide("2025-10-26", fresh, 1)  # fourteen days have not passed
    command = ("feedback", "export", "--log", log.path, "--task", "claims", *LATER)
    assert_refused(run_cli(*command), 2, "seller_id, order_id", "--records")
    assert_refused(run_cli(*command, "--records", records(tmp_path, ["000"])), 3, "7 of 8")
    found = export(run_cli, log, *LATER, "--records", records(tmp_path, [f"00{at}" for at in range(9)]))
    assert (found["rows"], found["immature"]) == (8, 1)
    assert held(tmp_path, "claims_20251102") == [["unnamed", unnamed]]
    path = tmp_path / "data/claims/claims_batch_20251102.csv"
    assert path.read_text(encoding="utf-8").splitlines()[:2] == [
        ",".join(["claim_id", "seller_id", "order_id", *CLAIM, "claimable", "decision_date"]),
        "000,0007,o-000,2025-10-05,2025-10-02,10.25,20,2,NA,US,0012,0,2025-10-10",
    ]
    validated = run_cli("validate", "claims", "--data-path", path)
    assert "columns are not" not in validated.err
    path.write_text(path.read_text(encoding="utf-8").replace(",NA,", ",toys,"), encoding="utf-8")
    integrated = run_cli("integrate", "claims", "--new-data", path, "--base", "claims_20251006", "--json")
    assert integrated.code == 0, integrated.out + integrated.err
    assert json.loads(integrated.out)["integrations"][0]["added"] == 8


@pytest.fixture
def claims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "mlops.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_odd_texts_neither_keep_data_back_nor_change_in_it(claims: Path, run_cli: RunCli) -> None:
    """A bare carriage return comes back as it was sent; NUL, which no table takes, is held out and counted."""
    log = Written(claims / "log", task="claims", model="claims_20251006")
    texts = ["a\rb", "c\nd", "", 'e,"f"', "g\0h", "i"]
    names = [f"00{at}" for at in range(len(texts))]
    for name, text in zip([*names, "n\0l"], [*texts, "j"], strict=True):
        own = log.answer("2025-10-10", {**CLAIM, "category": text}, row=name)
        log.decide("2025-10-12", own, 1)
    path = records(claims, names)
    found = export(run_cli, log, *LATER, "--records", path)
    assert (found["rows"], found["held"]["unwritable"]) == (5, 2)  # type: ignore[index]  # a dictionary
    data = claims / "data/claims/claims_batch_20251102.csv"
    table = dataset.read_file(data, settings=StorageSettings()).table
    assert table.column("category").to_pylist() == ["a\rb", "c\nd", None, 'e,"f"', "i"]
    manifest = manifests.load(claims / "dist/feedback/claims_20251102/claims_20251102.json")
    assert "1 cells were sent as empty texts" in manifest.limitations[-1]
    beside = claims / "dist/feedback/claims_20251102/held.csv"
    kept = dataset.read_file(beside, settings=StorageSettings()).table.to_pylist()
    assert [(one["reason"], one["id"]) for one in kept] == [("unwritable", "004"), ("unwritable", "n\u2400l")]
    assert [json.loads(one["inputs"])["category"] for one in kept] == ["g\0h", "j"]


def test_a_row_without_a_required_column_is_held_out(claims: Path, run_cli: RunCli) -> None:
    """An older model did not read a column; the newest row would have stood in the data with null in its place."""
    log = Written(claims / "log", task="claims", model="claims_20251006")
    without = {name: value for name, value in CLAIM.items() if name != "order_date"}
    for at, inputs in enumerate([{**without, "amount": 3.0}, CLAIM]):
        log.decide("2025-10-12", log.answer("2025-10-10", inputs, row=f"00{at}"), 1)
    found = export(run_cli, log, *LATER, "--records", records(claims, ["000", "001"]))
    assert (found["rows"], found["held"]["incomplete"]) == (1, 1)  # type: ignore[index]  # a dictionary
    path = claims / "records.csv"
    path.write_text("claim_id,seller_id,order_id,order_date\n000,1,1,2025-10-03\n001,1,2,\n", encoding="utf-8")
    options = ("--records", path, "--out", "data/more", "--output", "dist/more")
    assert export(run_cli, log, *LATER, *options)["rows"] == 2
    assert "000,1,1,2025-10-05,2025-10-03" in (claims / "data/more/claims_batch_20251102.csv").read_text("utf-8")


@pytest.mark.parametrize("inputs", ["", "{", "[]", '{"left_name": NaN}', '{"left_name": []}', "[" * 100_000])
def test_a_damaged_row_is_told(repository: Path, run_cli: RunCli, log: Written, inputs: str) -> None:
    log.answer("2025-01-04", PAIR)
    log.decide("2025-01-06", log.answer("2025-01-05", PAIR), 1)
    with log.log._writing() as writing:
        writing.execute("UPDATE predictions SET inputs = ? WHERE number = 2", (inputs,))
    for verb in ("export", "report"):
        done = run_cli("feedback", verb, "--log", log.path, "--task", "er", *AS_OF)
        assert_refused(done, 3, "serving.sqlite", "number 2", "damaged", "do now")
    assert not (repository / "data").exists()


def test_the_report_tells_how_labels_come(
    repository: Path, run_cli: RunCli, log: Written, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one, two, _old, _young = (
        log.answer(day, {**PAIR, "left_name": day}) for day in ("2025-01-05", "2025-01-06", "2025-01-07", "2025-02-28")
    )
    log.answer("2025-01-05", PAIR, role="shadow", answers=one)
    log.decide("2025-01-07", one, 1)
    log.decide("2025-01-01", two, 0)
    log.decide("2025-02-20", two, 1, revises=True)
    options = ("--log", log.path, "--task", "er", *AS_OF, "--maturity", "7")
    found = json.loads(run_cli("feedback", "report", *options, "--json").out)
    assert {name: count for name, count in found["histogram"].items() if count} == {"2-3": 1, "29-56": 1}
    assert [found[name] for name in ("answered", "labelled", "waiting", "overdue", "revised")] == [4, 2, 1, 1, 1]
    assert [(one["role"], one["predictions"], one["labelled"]) for one in found["models"]] == [
        ("live", 4, 2), ("shadow", 1, 0),
    ]  # fmt: skip
    page = tmp_path / "summary"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    assert "2 of 4 answered" in run_cli("feedback", "report", *options).out
    assert "| 29-56 | 1 |" in page.read_text(encoding="utf-8")
    del repository


def test_a_snapshot_is_whole_while_the_server_writes(repository: Path, run_cli: RunCli, log: Written) -> None:
    log.decide("2025-01-06", log.answer("2025-01-05", PAIR), 1)
    with log.log._writing() as writing:
        writing.execute("DELETE FROM labels")
        assert run_cli("feedback", "snapshot", "--log", log.path, "--to", "kept/serving.sqlite").code == 0
    assert [path.name for path in (repository / "kept").iterdir()] == ["serving.sqlite"]
    log.log.close()
    log.path = repository / "kept" / "serving.sqlite"
    assert export(run_cli, log)["rows"] == 1
    assert_refused(run_cli("feedback", "snapshot", "--log", log.path, "--to", "s3://bucket"), 2, "is a file")


def test_a_draw_goes_to_people_and_its_probabilities_come_along(
    repository: Path, run_cli: RunCli, log: Written
) -> None:
    ids = log.many("2025-01-05", [(score / 100, None) for score in range(100)], PAIR)
    command = ("feedback", "audit", "--log", log.path, "--task", "er", *AS_OF, "--size", "20", "--seed", "7")
    assert run_cli(*command).code == 0
    path, people = repository / "audits/er/er_20250301-s7.json", repository / "dist/audits/er_20250301-s7.csv"
    draw = json.loads(path.read_text(encoding="utf-8"))
    header, *lines = people.read_text(encoding="utf-8").splitlines()
    assert header == "prediction_id,id,day,input.left_name,input.right_name,inclusion_probability,label,decided"
    assert {line.split(",")[0]: float(line.split(",")[5]) for line in lines} == draw["rows"]
    before = picture(repository)
    assert json.loads(run_cli(*command, "--json").out)["status"] == "unchanged"
    assert picture(repository) == before
    for number, one in enumerate(ids):
        if one in draw["rows"] or number > 90:
            log.decide("2025-01-10", one, number % 2)
    found = export(run_cli, log)
    assert (found["rows"], found["audited"]) == (len({*draw["rows"], *ids[91:]}), 20)
    rows = (repository / "dist/feedback/er_20250301/rows.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {line.split(",")[0]: float(line.split(",")[-1]) for line in rows if line.split(",")[-1]} == draw["rows"]
    export(run_cli, log, "--only-audited", "--out", "data/audited", "--output", "dist/audited")
    table = pq.read_table(repository / "data/audited/er_batch_20250301.parquet").to_pylist()
    assert {row["pair_id"]: row["inclusion_prob"] for row in table} == draw["rows"]
    assert run_cli("pin", "er", "data/audited/er_batch_20250301.parquet", "--date", "20250301").code == 0
    other = run_cli(*command[:-3], "21", "--seed", "7")
    assert_refused(other, 6, "er_20250301-s7")


def test_pruning_counts_days_from_today(run_cli: RunCli, log: Written) -> None:
    today = utc_today()
    for days in (31, 30, 29):
        log.answer(str(today - timedelta(days=days)), {**PAIR, "left_name": str(days)})
    command = ("feedback", "prune", "--older-than", "30", "--log")
    done = json.loads(run_cli(*command, log.path, "--json").out)
    assert done == {"before": str(today - timedelta(days=30)), "predictions": 1, "labels": 0, "kept": 0}
    assert "0 predictions" in run_cli(*command, log.path).out
    assert_refused(run_cli(*command, log.path.parent / "none"), 3, "no log")
