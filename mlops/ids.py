"""The grammar of dataset and model ids: one writer, one reader, round-trip tested.

A dataset is ``<task>_<YYYYMMDD>``; a model has its dataset's id, with ``-2``, ``-3`` … for a further model on the
same data. Ids are file names on every platform, so the grammar is lower-case ASCII. The artifact that GitHub keeps of
a model is ``<task>-model-<YYYYMMDD>``, with the same number.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from mlops.errors import UsageRefusedError

_TASK = re.compile(r"[a-z][a-z0-9]{0,31}", re.ASCII)
_DATE = re.compile(r"[0-9]{8}", re.ASCII)
_ID = re.compile(r"(?P<task>[a-z][a-z0-9]{0,31})_(?P<date>[0-9]{8})(?:-(?P<number>[1-9][0-9]{0,3}))?", re.ASCII)
_ARTIFACT = re.compile(r"(?P<task>[a-z][a-z0-9]{0,31})-model-(?P<rest>[0-9]{8}(?:-[0-9]{1,4})?)", re.ASCII)
_OF_DATASETS = frozenset({"--date", "--dataset-date"})
"""Options that name the day on which a dataset was drawn; others name any day."""
_WINDOWS_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{i}" for i in range(1, 10)), *(f"lpt{i}" for i in range(1, 10))]
)


def id_in(path: str) -> str:
    """Return the id that a path such as ``dist/er_20251020/`` ends with; empty if it ends with none, or is no path."""
    folder, _, name = path.replace("\\", "/").rstrip("/").rpartition("/")
    return name if folder and _ID.fullmatch(name) else ""


def is_reserved(name: str) -> bool:
    """Tell whether Windows keeps a file name for a device, whatever its case and its suffix."""
    return name.partition(".")[0].rstrip(" ").casefold() in _WINDOWS_RESERVED


def parse_task(text: str) -> str:
    """Return ``text`` if it may name a task: a lower-case ASCII word that is a file name on every platform."""
    if _TASK.fullmatch(text) is None or text in _WINDOWS_RESERVED:
        raise UsageRefusedError(
            "This cannot be the name of a task.",
            field="task",
            expected="a lower-case ASCII letter, then up to 31 letters or digits; no name that Windows reserves",
            found=ascii(text[:100]),
            fix="Choose another name, for example `er`.",
        )
    return text


def parse_date(text: str, *, field: str = "date", today: date | None = None) -> date:
    """Return the day that eight ASCII digits name.

    Args:
        text: ``YYYYMMDD``.
        field: How the caller calls it, for the message.
        today: The current UTC day; when given, a date more than one day later is refused.

    Raises:
        UsageRefusedError: Not eight ASCII digits, not a day of the calendar, or in the future.
    """
    drawn = not field.startswith("--") or field in _OF_DATASETS
    wrong = UsageRefusedError(
        "This is not a dataset date." if drawn else "This is no day.",
        field=field,
        expected="8 ASCII digits that name a day, YYYYMMDD, for example 20251020",
        found=ascii(text[:100]),
        fix="Pass the day on which the dataset was drawn, for example --date 20251020."
        if drawn
        else f"Name a day of the calendar, for example {field} 20251020.",
    )
    if _DATE.fullmatch(text) is None:
        raise wrong
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise wrong from None
    if today is not None and day > today + timedelta(days=1):
        raise UsageRefusedError(
            "The dataset date lies in the future." if drawn else "This day lies in the future.",
            field=field,
            expected=f"at most {format_date(today + timedelta(days=1))} (UTC today plus one day)",
            found=text,
            fix="Check the year and the order of month and day"
            + ("; pass the day on which the dataset was drawn." if drawn else f" of {field}."),
        )
    return day


def format_date(day: date) -> str:
    """Return ``day`` as eight digits; the inverse of :func:`parse_date`."""
    return f"{day.year:04d}{day.month:02d}{day.day:02d}"


def utc_today() -> date:
    """Return the current day in UTC; the only place that asks the clock for a day."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, order=True)
class DatasetId:
    """A dataset's name: its task and the day on which it was drawn."""

    task: str
    day: date

    def __post_init__(self) -> None:
        parse_task(self.task)

    @classmethod
    def parse(cls, text: str) -> "DatasetId":
        """Read ``er_20251020``; raises UsageRefusedError for anything else, a model id included."""
        model = ModelId.parse(text)
        if model.number != 1:
            raise UsageRefusedError(
                "This is the id of a model, not of a dataset.",
                field="dataset",
                expected=str(model.dataset),
                found=text,
                fix=f"Name the dataset: {model.dataset}",
            )
        return model.dataset

    def __str__(self) -> str:
        return f"{self.task}_{format_date(self.day)}"


@dataclass(frozen=True, order=True)
class ModelId:
    """A model's name: its dataset, and a number from 2 on when it is a further model on the same data."""

    dataset: DatasetId
    number: int = 1

    @classmethod
    def parse(cls, text: str) -> "ModelId":
        """Read ``er_20251020`` or ``er_20251020-2``; raises UsageRefusedError for anything else."""
        match = _ID.fullmatch(text)
        number = int(match["number"] or 1) if match else 0
        if match is None or (match["number"] is not None and number == 1):
            alone = id_in(text)
            raise UsageRefusedError(
                "This is a path, not an id." if alone else "This is not an id.",
                field="id",
                expected="<task>_<YYYYMMDD>, for example er_20251020 or er_20251020-2, in lower case",
                found=ascii(text[:100]),
                fix=f"Name the id alone: {alone}"
                if alone
                else "List the ids that exist with `ls data_manifests model_cards`.",
            )
        return cls(DatasetId(parse_task(match["task"]), parse_date(match["date"], field="id")), number)

    def __str__(self) -> str:
        return str(self.dataset) + (f"-{self.number}" if self.number > 1 else "")


def artifact_name(model: ModelId) -> str:
    """Return the name under which GitHub keeps a model's artifact: ``er-model-20251020`` for ``er_20251020``."""
    dataset = model.dataset
    return f"{dataset.task}-model-{str(model).removeprefix(f'{dataset.task}_')}"


def parse_artifact_name(text: str) -> ModelId:
    """Return the model whose artifact ``text`` names, the inverse of :func:`artifact_name`.

    Raises:
        UsageRefusedError: It names none.
    """
    match = _ARTIFACT.fullmatch(text)
    if match is None:
        raise UsageRefusedError(
            "This is not the name of a model's artifact.",
            field="artifact-name",
            expected="<task>-model-<YYYYMMDD>, for example er-model-20251020 or er-model-20251020-2",
            found=ascii(text[:100]),
            fix="Name the artifact as the training run's summary does.",
        )
    return ModelId.parse(f"{match['task']}_{match['rest']}")
