"""The registry: a card's front matter is the record of its version. Writer and reader stand side by side.

The front matter is YAML that the Hugging Face Hub reads too; our own keys stand under ``precision_gate``. It is read
strictly: unknown or missing keys, wrong types, duplicate keys, aliases, tags and great depth are errors.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from mlops.documents import MAX_DEPTH, Part, read_bytes
from mlops.errors import InputRefusedError, MlopsError
from mlops.gate import Verdict
from mlops.hashing import Sha256
from mlops.ids import DatasetId, ModelId
from mlops.metrics import Count, Estimate

FOLDER = Path("model_cards")
KEY = "precision_gate"

_FENCE = "---\n"
_BEGINS = re.compile(rf"^{KEY}:", re.MULTILINE)


class RecordedDataset(Part):
    """The dataset of a version: its name, its bytes, its size and its labels."""

    id: str
    sha256: Sha256
    rows: Count
    labels: dict[str, int]


class Record(Part):
    """A version as the registry knows it.

    Attributes:
        id: The model's id, which is also the card's file name.
        artifact_sha256: Hash of the artifact's ``checksums.txt``, and so of every file that it lists.
        confidence: Of each one-sided bound in ``metrics``.
        features: The names of the features, in the model's order.
        previous: The version that the card compares with; None for a task's first.
    """

    schema_version: Literal[1] = 1
    id: str
    task: str
    verdict: Verdict
    threshold: float
    metrics: dict[str, Estimate]
    confidence: float
    rows: Count
    dataset: RecordedDataset
    model_sha256: Sha256
    artifact_sha256: Sha256
    evaluation_sha256: Sha256
    policy_sha256: Sha256
    code_commit: str
    code_dirty: bool
    trained_at: datetime
    previous: str | None
    features: tuple[str, ...]


def format_front_matter(record: Record, hub: Mapping[str, Any]) -> str:
    """Return the fenced front matter: the Hub's keys, then the record.

    Args:
        record: The version's record.
        hub: Metadata in the Hub's words (``license``, ``model-index`` …): plain dicts, lists, text and numbers.
    """
    values = {**hub, KEY: record.model_dump(mode="json")}
    # Leaves in flow style: a list of a hundred features takes a few lines. ASCII only: nothing invisible in the file.
    text = yaml.safe_dump(values, sort_keys=False, default_flow_style=None, width=118, allow_unicode=False)
    return f"{_FENCE}{text}{_FENCE}"


def parse_front_matter(text: str, *, file: object = "") -> Record:
    """Return the record in a card's text; the inverse of :func:`format_front_matter`.

    Raises:
        InputRefusedError: No front matter, no acceptable YAML, or no valid record.
    """
    values = _load_yaml(split_front_matter(text, file=file)[0], file=file)
    own = values.get(KEY) if isinstance(values, dict) else None
    if not isinstance(own, dict):
        raise _refused("the key is missing", file=file, field=KEY)
    try:
        return Record.model_validate_json(json.dumps(own, default=_not_json))
    except (ValidationError, TypeError, ValueError) as error:
        first = error.errors(include_url=False)[0] if isinstance(error, ValidationError) else None
        where = ".".join(map(str, first["loc"])) if first else KEY
        raise _refused(first["msg"] if first else str(error), file=file, field=where) from None


def split_front_matter(text: str, *, file: object = "") -> tuple[str, str]:
    """Return the YAML and the Markdown of a card; raises InputRefusedError when there is no front matter."""
    before, fence, rest = text.partition(_FENCE)
    head, closing, body = rest.partition(f"\n{_FENCE}")
    if before or not fence or not closing:
        raise _refused("no front matter between two lines `---`", file=file, field="front matter")
    return head, body


def read_record(path: Path, *, hub: bool = True) -> Record:
    """Read the record of a committed card.

    Args:
        path: The card.
        hub: Whether the Hub's keys before the record must hold, too: half the time; ``card --check`` compares them.

    Raises:
        InputRefusedError: The card cannot be read, its record is not valid, or it is the record of another id.
    """
    data = read_bytes(path)
    try:
        text = data.decode("utf-8")
        record = parse_front_matter(text if hub else _without_hub(text), file=path)
    except UnicodeDecodeError as error:
        raise _refused(f"not UTF-8 at byte {error.start}", file=path, field="front matter") from None
    if record.id != path.stem or ModelId.parse(record.id).dataset.task != record.task:
        raise _refused(f"the id {record.id!r} of task {record.task!r}", file=path, field="id", expected=path.stem)
    return record


def _without_hub(text: str) -> str:
    """Return a card from its record on; the whole of it where it is not plain where that begins."""
    begins = [found.start() for found in _BEGINS.finditer(text.partition(f"\n{_FENCE}")[0])]
    return f"{_FENCE}{text[begins[0] :]}" if text.startswith(_FENCE) and len(begins) == 1 else text


def model_ids(folder: Path = FOLDER) -> list[ModelId]:
    """Return the ids of the cards in ``folder``, oldest first; files whose names are no ids are not cards."""
    found = []
    for path in folder.glob("*.md"):
        try:
            found.append(ModelId.parse(path.stem))
        except MlopsError:
            continue
    return sorted(found, key=lambda model: (model.dataset.day, model.dataset.task, model.number))


def previous(folder: Path, model_id: ModelId) -> Record | None:
    """Return the record of the newest version of the same task before ``model_id``; None when it is the first."""
    earlier = [model for model in model_ids(folder) if model.dataset.task == model_id.dataset.task and model < model_id]
    return read_record(path_of(max(earlier), folder)) if earlier else None


def next_model_id(folder: Path, dataset_id: DatasetId) -> ModelId:
    """Return the id for a further model on a dataset: the dataset's own, then ``-2`` and so on."""
    taken = [model.number for model in model_ids(folder) if model.dataset == dataset_id]
    return ModelId(dataset_id, max(taken, default=0) + 1)


def path_of(model_id: ModelId | str, folder: Path = FOLDER) -> Path:
    """Return where the card of ``model_id`` stands; its evidence stands in the folder of the same name."""
    return folder / f"{model_id}.md"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # libyaml, where PyYAML has it
    """A safe loader that reads no dates into objects; only single scalars are asked of it."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@lru_cache(maxsize=4096)
def _plain(text: str) -> Any:  # noqa: ANN401  # a scalar of any type, and none that can be changed
    """Return what a scalar without quotes means; the cards of a task repeat most of them."""
    loader = _Loader("")
    tag = loader.resolve(yaml.ScalarNode, text, (True, False))
    return loader.construct_object(yaml.ScalarNode(tag, text))


class _Reader:
    """Builds values from a YAML text's events, without nodes: no aliases, no tags, no key twice, no great depth."""

    def __init__(self, text: str) -> None:
        self._next: Callable[[], Any] = _Loader(text).get_event  # an event of yaml.events

    def read(self) -> Any:  # noqa: ANN401  # YAML is anything
        """Return the one document; None where there is none."""
        self._next()  # the stream begins
        value = None
        event = self._next()
        if isinstance(event, yaml.DocumentStartEvent):
            value = self._value(self._next(), 1)
            self._next()  # the document ends
            event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise yaml.YAMLError("a second document")
        return value

    def _value(self, event: Any, depth: int) -> Any:  # noqa: ANN401  # an event; YAML is anything
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        if event.tag is not None:
            raise yaml.YAMLError(f"the tag {event.tag}")
        if isinstance(event, yaml.ScalarEvent):  # quoted it is text, whatever it looks like
            return _plain(event.value) if event.implicit[0] else event.value
        if depth > MAX_DEPTH:
            raise yaml.YAMLError(f"nesting deeper than {MAX_DEPTH}")
        return self._mapping(depth + 1) if isinstance(event, yaml.MappingStartEvent) else self._sequence(depth + 1)

    def _sequence(self, depth: int) -> list[Any]:
        values = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            values.append(self._value(event, depth))
        return values

    def _mapping(self, depth: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._value(event, depth)
            if not isinstance(key, str):
                raise yaml.YAMLError("a key that is no text")
            if key in values:
                raise yaml.YAMLError("a key twice in one mapping")
            values[key] = self._value(self._next(), depth)
        return values


def _load_yaml(text: str, *, file: object) -> Any:  # noqa: ANN401  # YAML is anything
    try:
        return _Reader(text).read()
    except (yaml.YAMLError, ValueError) as error:
        raise _refused(" ".join(str(error).split()), file=file, field="front matter") from None


def _not_json(value: object) -> None:
    raise TypeError(f"a value of type {type(value).__name__}")


def _refused(found: str, *, file: object, field: str, expected: str = "") -> InputRefusedError:
    return InputRefusedError(
        "The card's front matter is not the record of a version.", file=file, field=field,
        expected=expected or "what `mlops card` writes", found=found[:300],
        fix="Restore the card from git, or render it again: mlops card ARTIFACT_DIR",
    )  # fmt: skip
