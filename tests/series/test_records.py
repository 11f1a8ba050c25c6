"""From committed documents to samples: each number from its own record, in its own unit."""

import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mlops import documents, judged
from mlops.series import names
from mlops.series.files import believed, evidence_path, of_history, of_tree
from mlops.series.names import Family
from mlops.series.records import Reader
from mlops.series.sampling import EARLIEST, Samples, key
from tests.certification import scenes
from tests.history import CLAIMS, FAILED, NEW, OLD, Repository, line, serving


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository.make(tmp_path_factory.mktemp("history") / "repository")


@pytest.fixture(scope="module")
def samples(told: Repository) -> Samples:
    reader = Reader()
    found = reader.samples(of_tree(told.folder, {}))
    assert reader.refused == {}
    return found


def at(samples: Samples, family: Family, model: str, *labels: str) -> float | None:
    return samples.get(key(family, model.partition("_")[0], model, model, *labels))


def test_a_models_numbers_come_from_its_documents(samples: Samples) -> None:
    assert at(samples, names.QUALITY, OLD, "precision", "value") == 0.976
    assert at(samples, names.QUALITY_ROWS, OLD, "recall") == 1020
    assert at(samples, names.THRESHOLD, OLD, "f1", "min") == 0.9
    assert at(samples, names.TRAINING, OLD, "fit") == 39.0
    assert at(samples, names.TRAINED_ROWS, OLD) == 7600
    assert at(samples, names.SCORING, OLD) == 1.0 / 2000
    assert at(samples, names.TRAINED_TIME, NEW) == datetime(2025, 11, 10, 9, tzinfo=UTC).timestamp()
    assert at(samples, names.DATASET_TIME, OLD) == datetime(2025, 10, 20, tzinfo=UTC).timestamp()
    assert at(samples, names.VERDICT, NEW, "pass") == 1
    assert at(samples, names.VERDICT, NEW, "fail") == 0


def test_a_model_that_failed_is_known_from_the_ledger_of_verdicts(samples: Samples) -> None:
    assert at(samples, names.VERDICT, FAILED, "fail") == 1
    assert at(samples, names.VERDICT, FAILED, "pass") == 0
    assert at(samples, names.DATASET_TIME, FAILED) is not None
    assert at(samples, names.QUALITY, FAILED, "f1", "value") is None


def test_a_verdict_comes_from_the_gate_else_from_the_card_else_from_the_ledger(
    told: Repository, tmp_path: Path
) -> None:
    told.clone(tmp_path / "own")
    folder = tmp_path / "own"
    (folder / judged.FILE).write_bytes(judged.dumps([line(NEW, "fail", date(2025, 11, 12))]))
    assert at(Reader().samples(of_tree(folder, {})), names.VERDICT, NEW, "pass") == 1
    (folder / evidence_path(NEW, "gate.json")).unlink()
    assert at(Reader().samples(of_tree(folder, {})), names.VERDICT, NEW, "pass") == 1
    (folder / "model_cards" / f"{NEW}.md").unlink()
    assert at(Reader().samples(of_tree(folder, {})), names.VERDICT, NEW, "fail") == 1


def test_a_card_that_was_deleted_by_hand_proves_nothing(told: Repository, tmp_path: Path) -> None:
    told.clone(tmp_path / "own")
    folder = tmp_path / "own"
    for model in (OLD, NEW, CLAIMS):
        (folder / "model_cards" / f"{model}.md").unlink()  # the evidence beside it and the lines of ledgers stay
    found = Reader().samples(of_tree(folder, {}))
    assert not {dict(one.labels)["model_id"] for one in found} & {OLD}
    assert {one.name for one in found if dict(one.labels)["model_id"] == NEW} == {
        names.DATASET_TIME.name, names.DECLARED.name
    }  # fmt: skip
    assert at(found, names.EXPIRY, CLAIMS) is None
    assert at(found, names.VERDICT, FAILED, "fail") == 1
    Repository(folder).commit("2025-12-20", {})
    *_, (_, files) = of_history(folder)
    assert at(Reader().samples(files), names.VERDICT, OLD, "pass") is None


def test_a_certificate_tells_its_end_and_latency_in_seconds(samples: Samples) -> None:
    assert at(samples, names.ONE_ROW, CLAIMS, "0.95") == 0.008
    assert at(samples, names.CERTIFICATION, CLAIMS, "test_accuracy", "value") == 317 / 320
    assert not [one for one in samples if "latency" in str(one.labels)]
    assert at(samples, names.CERTIFICATION_VERDICT, CLAIMS, "pass") == 1
    end = datetime(2025, 12, 15, tzinfo=UTC).timestamp() + (scenes.settings().expiry_days + 1) * 86_400
    assert at(samples, names.EXPIRY, CLAIMS) == end
    assert at(samples, names.EXPIRY, "claims_20251208") is None


def test_a_further_model_on_the_same_data_is_the_newer_one(tmp_path: Path) -> None:
    (tmp_path / "model_cards").mkdir()
    lines = [line(f"{OLD}{number}", "fail", date(2025, 10, 21)) for number in ("", "-2", "-10")]
    (tmp_path / judged.FILE).write_bytes(judged.dumps(lines))
    found = Reader().samples(of_tree(tmp_path, {}))
    first, second, tenth = (found[key(names.DATASET_TIME, "er", f"{OLD}{one}", OLD)] for one in ("", "-2", "-10"))
    assert (second, tenth) == (first + 1, first + 9)


def test_what_is_declared_is_told_of_the_model_that_serves(samples: Samples) -> None:
    assert at(samples, names.DECLARED, NEW, "production") == 1
    assert at(samples, names.DECLARED, OLD, "production") == 0


def test_the_documents_of_a_run_stand_in_the_place_of_committed_ones(told: Repository, tmp_path: Path) -> None:
    for name in ("training.json", "gate.json", "metrics.json"):
        text = (told.folder / evidence_path(OLD, name)).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace('"fit": 39.0', '"fit": 40.0'), encoding="utf-8")
    found = Reader().samples(of_tree(told.folder, {OLD: tmp_path}))
    assert at(found, names.TRAINING, OLD, "fit") == 40.0
    assert at(found, names.TRAINING, NEW, "fit") == 39.0
    (tmp_path / "training.json").unlink()
    assert at(Reader().samples(of_tree(told.folder, {OLD: tmp_path})), names.TRAINING, OLD, "fit") is None


def test_of_several_verdicts_the_newest_counts_and_of_one_day_the_worst(tmp_path: Path) -> None:
    for days, verdict in (((3, 4), "pass"), ((4, 3), "fail"), ((4, 4), "fail")):
        lines = [line(FAILED, "fail", date(2025, 11, days[0])), line(FAILED, "pass", date(2025, 11, days[1]))]
        (tmp_path / "model_cards").mkdir(exist_ok=True)
        (tmp_path / judged.FILE).write_bytes(judged.dumps(lines))
        found = Reader().samples(of_tree(tmp_path, {}))
        told = None if verdict == "pass" else 1  # what passed has a card
        assert at(found, names.VERDICT, FAILED, verdict) == told


def test_history_tells_what_held_after_each_commit(told: Repository) -> None:
    reader = Reader()
    states = [(time, reader.samples(files)) for time, files in of_history(told.folder)]
    live = [
        {dict(one.labels)["model_id"] for one, value in found.items() if one.name == names.DECLARED.name and value}
        for _, found in states
    ]
    assert live == [set(), set(), {OLD}, {OLD}, {OLD}, {NEW}, {NEW}]
    assert states[-1][1] == reader.samples(of_tree(told.folder, {}))
    assert [time for time, _ in states] == sorted(time for time, _ in states)


def test_a_commit_that_claims_to_be_older_counts_from_then_on(tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    own = Repository.make(folder / "own")
    own.commit("2025-01-01", serving(er=OLD))
    *_, before, last = of_history(own.folder)
    assert last[0] == before[0] + 1
    assert at(Reader().samples(last[1]), names.DECLARED, OLD, "production") == 1


def test_what_was_withdrawn_is_gone_and_a_broken_document_is_told(told: Repository, tmp_path: Path) -> None:
    told.clone(tmp_path / "own")
    own = Repository(tmp_path / "own")
    for path in (own.folder / "model_cards").glob(f"{OLD}*/*"):
        path.unlink()
    (own.folder / "model_cards" / f"{OLD}.md").unlink()
    own.commit("2025-12-20", {evidence_path(NEW, "gate.json"): b"{}", "model_cards/environments.json": b"\xff"})
    reader = Reader()
    *_, (_, files) = of_history(own.folder)
    found = reader.samples(files)
    assert at(found, names.QUALITY, OLD, "f1", "value") is None
    assert at(found, names.VERDICT, OLD, "pass") is None
    assert at(found, names.DATASET_TIME, OLD) is None
    assert at(found, names.VERDICT, FAILED, "fail") == 1  # judged.jsonl remembers
    assert at(found, names.VERDICT, NEW, "pass") == 1  # the card does
    assert reader.refused.keys() == {evidence_path(NEW, "gate.json"), "model_cards/environments.json"}


@pytest.mark.parametrize(
    ("before", "after"),
    [("2025-11-10T09:00:00Z", "1970-01-01T00:00:00Z"), ('"trained_rows": 7600', f'"trained_rows": 1{400 * "0"}'),
     ('"fit": 39.0', '"fit": 39000000000.0')],
)  # fmt: skip
def test_a_document_with_a_number_that_no_metric_can_have_is_left_out_alone(
    told: Repository, samples: Samples, tmp_path: Path, before: str, after: str
) -> None:
    told.clone(tmp_path / "own")
    path = evidence_path(NEW, "training.json")
    text = (tmp_path / "own" / path).read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "own" / path).write_text(text.replace(before, after), encoding="utf-8")
    reader = Reader()
    found = reader.samples(of_tree(tmp_path / "own", {}))
    assert reader.refused.keys() == {path}
    lost = {one for one in samples if one.name.startswith(("mlops_train", "mlops_scoring")) and str(one).count(NEW)}
    assert found == {one: value for one, value in samples.items() if one not in lost}


def test_a_model_of_no_possible_day_is_left_out_of_what_names_it(told: Repository, tmp_path: Path) -> None:
    told.clone(tmp_path / "own")
    bad = "er_99990101"
    lines = [line(bad, "fail", date(2025, 11, 12)), line(FAILED, "fail", date(2025, 11, 13))]
    (tmp_path / "own" / judged.FILE).write_bytes(judged.dumps(lines))
    declared = serving(er=bad) | {"mlops.toml": b"\xff"}
    for name, data in declared.items():
        (tmp_path / "own" / name).write_bytes(data)
    reader = Reader()
    found = reader.samples(of_tree(tmp_path / "own", {}))
    assert reader.refused.keys() == {judged.FILE.as_posix(), *declared}
    assert at(found, names.VERDICT, FAILED, "fail") == 1
    assert at(found, names.DECLARED, NEW, "production") == 0
    assert not [one for one in found if bad in str(one)]


def test_a_time_without_a_zone_is_utc(told: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (told.folder / evidence_path(NEW, "training.json")).read_text(encoding="utf-8")
    (tmp_path / "training.json").write_text(text.replace("2025-11-10T09:00:00Z", "2025-11-10T09:00:00"), "utf-8")
    (tmp_path / "gate.json").write_bytes((told.folder / evidence_path(NEW, "gate.json")).read_bytes())
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        found = Reader().samples(of_tree(told.folder, {NEW: tmp_path}))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert at(found, names.TRAINED_TIME, NEW) == datetime(2025, 11, 10, 9, tzinfo=UTC).timestamp()


def test_revoking_ends_the_certificate(told: Repository, tmp_path: Path) -> None:
    ledger = scenes.ledger(*(scenes.report(week) for week in range(3)))
    revoked = ledger.revoked(date="2025-12-16", task="claims", model_id=CLAIMS, reason="A mistake.")
    told.clone(tmp_path / "own")
    documents.write_bytes(tmp_path / "own" / "model_cards" / "claims" / "ledger.jsonl", revoked.data)
    found = Reader().samples(of_tree(tmp_path / "own", {}))
    assert not [one for one in found if one.name == names.EXPIRY.name]


DAY = 86_400
Y26 = 1_767_225_600  # 1 January 2026


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        ([0, 1, 2], [0, 1, 2]),
        ([0, 270, 31, 40], [0, 0, 31, 40]),  # October between January and February
        ([9_000, 5, 6], [5, 5, 6]),  # the first of all is of a later year
        ([-20_000, 5, 6], [5, 5, 6]),  # or of 1970
        ([5, 9_000, 9_001], [5, 5, 5]),
        ([9_000], None),
        ([], []),
    ],
)
def test_the_longest_run_of_times_is_believed(claimed: list[int], expected: list[int] | None) -> None:
    found = believed([Y26 + day * DAY for day in claimed], Y26 + 365 * DAY)
    days = None if expected is None else [Y26 + day * DAY for day in expected]
    assert len(found) == len(claimed)
    assert found == sorted(found)
    if days is None:
        assert found == [EARLIEST]
    else:
        assert all(0 <= one - day <= len(claimed) for one, day in zip(found, days, strict=True))
