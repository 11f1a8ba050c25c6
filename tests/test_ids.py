"""The grammar of ids: what the writer writes the reader reads, and nothing else."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops.errors import MlopsError, UsageRefusedError
from mlops.ids import (
    DatasetId,
    ModelId,
    artifact_name,
    format_date,
    is_reserved,
    parse_artifact_name,
    parse_date,
    parse_task,
    utc_today,
)

tasks = st.from_regex(r"\A[a-z][a-z0-9]{0,31}\Z").filter(lambda word: word not in {"con", "prn", "aux", "nul"})
datasets = st.builds(DatasetId, tasks.filter(lambda word: word[:3] not in {"com", "lpt"}), st.dates())
models = st.builds(ModelId, datasets, st.integers(1, 9999))


@given(st.dates())
def test_a_date_survives_the_round_trip(day: date) -> None:
    assert parse_date(format_date(day)) == day


@given(datasets)
def test_a_dataset_id_survives_the_round_trip(dataset: DatasetId) -> None:
    assert DatasetId.parse(str(dataset)) == dataset


@given(models)
def test_a_model_id_survives_the_round_trip(model: ModelId) -> None:
    assert ModelId.parse(str(model)) == model


@given(models)
def test_an_artifacts_name_survives_the_round_trip(model: ModelId) -> None:
    assert parse_artifact_name(artifact_name(model)) == model


@given(st.from_regex(r"\A[a-z][a-z0-9]{0,3}-model-[0-9]{8}(-[0-9]{1,4})?\Z"))
def test_an_artifacts_name_that_is_accepted_is_written_again_as_it_was(text: str) -> None:
    try:
        model = parse_artifact_name(text)
    except UsageRefusedError:
        return
    assert artifact_name(model) == text


@pytest.mark.parametrize(
    ("model", "name"), [("er_20251020", "er-model-20251020"), ("er_20251020-2", "er-model-20251020-2")]
)
def test_an_artifact_is_named_after_its_model(model: str, name: str) -> None:
    assert artifact_name(ModelId.parse(model)) == name


@pytest.mark.parametrize(
    "text",
    ["", "er_20251020", "er-model-2025102", "er-model-20250229", "er-model-20251020-1", "er-model-20251020-02",
     "ER-model-20251020", "er-model-20251020\n", "con-model-20251020", "er-model-20251020-2-3", "../er-model-20251020"],
)  # fmt: skip
def test_another_name_is_no_artifacts(text: str) -> None:
    with pytest.raises(UsageRefusedError):
        parse_artifact_name(text)


@given(st.text(max_size=50))
def test_whatever_is_accepted_is_written_again_as_it_was(text: str) -> None:
    try:
        model = ModelId.parse(text)
    except MlopsError:
        return
    assert str(model) == text


@given(models)
def test_an_id_is_one_plain_file_name(model: ModelId) -> None:
    assert str(model).isascii()
    assert not set(str(model)) & set('/\\:*?"<>| .\n')
    assert str(model) == str(model).lower()


def test_the_first_model_has_its_datasets_id() -> None:
    assert str(ModelId(DatasetId("er", date(2025, 10, 20)))) == "er_20251020"
    assert str(ModelId(DatasetId("er", date(2025, 10, 20)), 2)) == "er_20251020-2"


@pytest.mark.parametrize("text", ["er_20251020-1", "er_20251020-0", "er_20251020-02", "er_20251020-", "er-20251020"])
def test_a_model_has_one_spelling(text: str) -> None:
    with pytest.raises(UsageRefusedError, match="not an id"):
        ModelId.parse(text)


def test_a_model_id_is_no_dataset_id() -> None:
    with pytest.raises(UsageRefusedError, match="id of a model") as refusal:
        DatasetId.parse("er_20251020-2")
    assert refusal.value.fix == "Name the dataset: er_20251020"


def test_ids_sort_by_day_within_a_task() -> None:
    texts = ["er_20251020", "er_20251020-2", "er_20251020-10", "er_20260101"]
    assert [str(model) for model in sorted(map(ModelId.parse, reversed(texts)))] == texts


def test_tomorrow_is_accepted_because_clocks_and_zones_differ() -> None:
    today = date(2026, 2, 28)
    assert parse_date("20260301", today=today) == today + timedelta(days=1)


def test_a_task_of_32_letters_is_the_longest() -> None:
    assert parse_task("a" * 32) == "a" * 32
    with pytest.raises(UsageRefusedError):
        parse_task("a" * 33)


def test_the_clock_gives_a_day_that_is_not_in_the_future() -> None:
    assert parse_date(format_date(utc_today()), today=utc_today()) <= utc_today()


def test_names_that_windows_keeps_are_known_whatever_their_case_and_suffix() -> None:
    assert all(map(is_reserved, ["con", "CON.json", "nul.tar.gz", "Com1.md", "lpt9 .txt"]))
    assert not any(map(is_reserved, ["er_20251020.json", "console.md", "com.md", "com10", ""]))


@pytest.mark.parametrize(
    ("field", "words"),
    [("--as-of", "for example --as-of 20251020"), ("--date", "on which the dataset was drawn"), ("date", "was drawn")],
)
def test_a_wrong_day_is_told_in_the_words_of_its_option(field: str, words: str) -> None:
    with pytest.raises(UsageRefusedError) as told:
        parse_date("20251332", field=field)
    assert words in told.value.fix
    with pytest.raises(UsageRefusedError, match="lies in the future") as told:
        parse_date("20990101", field=field, today=date(2026, 1, 5))
    assert ("dataset" in told.value.letter()) is (field != "--as-of")


@pytest.mark.parametrize("path", ["dist/er_20251020", "dist/er_20251020/", "/a/b/er_20251020", "dist\\er_20251020"])
def test_a_path_where_an_id_is_asked_for_is_told_by_its_id(path: str) -> None:
    with pytest.raises(UsageRefusedError, match="a path, not an id") as told:
        ModelId.parse(path)
    assert told.value.fix.endswith(" er_20251020")
