"""``mlops.toml``: the declared state, and the only settings file. Read strictly, once, into frozen objects."""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from mlops.documents import Part, canonical_json, read_bytes
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.hashing import sha256_bytes

FILE_NAME = "mlops.toml"

Rate = Annotated[float, Field(ge=0, le=1)]
Scheme = Literal["file", "https", "s3", "gs", "az"]


class StorageSettings(Part):
    """Where data may come from: the URI schemes that are accepted at all."""

    schemes: tuple[Scheme, ...] = ("file",)
    max_bytes: Annotated[int, Field(gt=0)] = 4 << 30
    max_cells: Annotated[int, Field(gt=0)] = 200_000_000


class SplitSettings(Part):
    """How rows are divided; the seed is the split's own, so that every model of a dataset meets the same test rows."""

    seed: int = 0
    test_share: Annotated[float, Field(gt=0, lt=1)] = 0.2


class ThresholdSettings(Part):
    """How the decision threshold is chosen from out-of-fold scores.

    ``f1`` takes the best F1; ``recall_at_precision`` the highest recall whose lower bound of precision is at least
    ``precision_floor``.
    """

    objective: Literal["f1", "recall_at_precision"] = "f1"
    precision_floor: Rate = 0.92
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95


class Criterion(Part):
    """One rule of a policy: a bound on a metric, and how uncertainty enters the decision."""

    min: Rate | None = None
    max: Rate | None = None
    decide_on: Literal["point", "lower_bound"] = "lower_bound"
    action: Literal["block", "warn"] = "block"

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.min is None) == (self.max is None):
            raise ValueError("give exactly one of `min` and `max`")
        return self


class Policy(Part):
    """The thresholds that a model must clear, reviewed like code; its hash is in every verdict."""

    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    min_rows: Annotated[int, Field(ge=1)] = 100
    min_slice_rows: Annotated[int, Field(ge=1)] = 30
    criteria: dict[str, Criterion]


class CardSettings(Part):
    """The free text of a task's model cards: what no measurement can say."""

    intended_use: str
    out_of_scope: str
    ethical_considerations: tuple[str, ...] = ()
    licence: str = "apache-2.0"
    contact: str = ""


class TaskSettings(Part):
    """One task: how it samples, splits, chooses its threshold and is judged."""

    description: str
    sample_size: Annotated[int, Field(ge=2)] = 10_000
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 42
    split: SplitSettings = SplitSettings()
    threshold: ThresholdSettings = ThresholdSettings()
    policy: Policy
    card: CardSettings


class Settings(Part):
    """The whole of ``mlops.toml``."""

    schema_version: Literal[1]
    storage: StorageSettings = StorageSettings()
    tasks: dict[str, TaskSettings]

    def task(self, name: str) -> TaskSettings:
        """Return the settings of a task; raises UsageRefusedError when ``mlops.toml`` has no such table."""
        try:
            return self.tasks[name]
        except KeyError:
            raise UsageRefusedError(
                "This task is not declared.",
                file=FILE_NAME,
                field="tasks",
                expected=" or ".join(sorted(self.tasks)),
                found=name,
                fix=f"Add a table [tasks.{name}] to {FILE_NAME}, or name a declared task.",
            ) from None


def load(path: Path) -> Settings:
    """Read ``mlops.toml`` strictly.

    Raises:
        UsageRefusedError: The file is absent, is no TOML, or holds unknown, missing or wrong values.
    """
    try:
        return parse(read_bytes(path), file=path)
    except InputRefusedError as error:
        raise UsageRefusedError(
            "The settings file cannot be read.",
            file=path,
            why=error.what,
            fix=f"Run mlops in a repository that has {FILE_NAME}, or pass --config PATH.",
        ) from error


def parse(data: bytes, *, file: object = FILE_NAME) -> Settings:
    """Parse the bytes of a settings file; see :func:`load`."""
    try:
        return Settings.model_validate_json(_as_json(tomllib.loads(data.decode("utf-8"))))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageRefusedError("The settings are not valid TOML.", file=file, found=error) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise UsageRefusedError(
            "The settings hold a value that is not accepted.",
            file=file,
            field=".".join(map(str, first["loc"])),
            expected=first["msg"],
            found=repr(first["input"])[:200],
            fix="docs/configuration.md describes every field.",
        ) from None


def policy_sha256(policy: Policy) -> str:
    """Return the hash of a policy's meaning: of its canonical JSON, so that comments and order do not matter."""
    return sha256_bytes(canonical_json(policy.model_dump(mode="json")))


def _as_json(tables: dict[str, object]) -> bytes:
    """Return TOML's tables as JSON, because strict validation accepts lists for tuples only from JSON."""
    return json.dumps(tables, default=str).encode()
