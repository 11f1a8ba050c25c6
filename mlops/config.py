"""``mlops.toml``: the declared state, and the only settings file. Read strictly, once, into frozen objects."""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from mlops.certification_settings import CertificationSettings
from mlops.criterion_settings import Action, Bounded, Change, Criterion, DecideOn, Rate, Samples, SliceRule
from mlops.deploy_settings import DeploySettings
from mlops.documents import Part, canonical_json, read_bytes
from mlops.errors import InputRefusedError, UsageRefusedError
from mlops.github_settings import GitHubSettings, check_task
from mlops.globs import check_glob
from mlops.hashing import sha256_bytes
from mlops.metrics_settings import MetricsSettings
from mlops.monitoring_settings import MonitoringSettings
from mlops.places import keys_of

__all__ = [
    "FILE_NAME", "Action", "Bounded", "CardSettings", "CertificationSettings", "Change", "Criterion", "DecideOn",
    "HoldoutBudget", "MonitoringSettings", "Policy", "Rate", "Samples", "Scheme", "Settings", "SliceRule",
    "SplitSettings", "StorageSettings", "TaskSettings", "ThresholdSettings", "load", "parse", "policy_sha256",
]  # fmt: skip

FILE_NAME = "mlops.toml"

Scheme = Literal["file", "https", "s3", "gs", "az"]


class StorageSettings(Part):
    """Where data may come from: the URI schemes that are accepted at all."""

    schemes: tuple[Scheme, ...] = ("file",)
    max_bytes: Annotated[int, Field(gt=0)] = 4 << 30
    max_cells: Annotated[int, Field(gt=0)] = 50_000_000


class SplitSettings(Part):
    """How rows are divided; the seed is the split's own, so that every model of a dataset meets the same test rows.

    Attributes:
        seed: Of a split by entity.
        test_share: Share of the entities, or of the rows of a split by date, that test.
        valid_share: Share of the rows of a split by date, next before the test rows, that neither train nor test.
        embargo_days: Days between blocks of a split by date in which no row trains; None is the contract's maturity.
        valid_from: First day of that block; None lets ``valid_share`` decide.
        test_from: First day of the test rows; None lets ``test_share`` decide, and then later data move it.
    """

    seed: int = 0
    test_share: Annotated[float, Field(gt=0, lt=1)] = 0.2
    valid_share: Annotated[float, Field(ge=0, lt=1)] = 0.0
    embargo_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    valid_from: date | None = None
    test_from: date | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.test_share + self.valid_share >= 1:
            raise ValueError("`test_share` and `valid_share` leave no rows to train on")
        if self.valid_from is not None and (self.test_from is None or self.valid_from > self.test_from):
            raise ValueError("`valid_from` needs a `test_from` that is not earlier")
        return self


class ThresholdSettings(Part):
    """How the decision threshold is chosen from out-of-fold scores.

    ``f1`` takes the best F1, ``accuracy`` the best accuracy; ``recall_at_precision`` the highest recall whose lower
    bound of precision is at least ``precision_floor``.
    """

    objective: Literal["f1", "accuracy", "recall_at_precision"] = "f1"
    precision_floor: Rate = 0.92
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95


class HoldoutBudget(Part):
    """How many models may be judged on the same test rows before those are no longer unseen."""

    warn_after: Samples = 20
    stop_after: Samples = 50

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.warn_after > self.stop_after:
            raise ValueError("`warn_after` must not be greater than `stop_after`")
        return self


class Policy(Part):
    """The thresholds that a model must clear, reviewed like code; its hash is in every verdict.

    Attributes:
        confidence: Of each one-sided bound.
        min_rows: Test rows below which nothing is decided.
        min_slice_rows: Rows below which a value of a slice is not called the worst.
        seeds: Models, of as many seeds, that must all clear the criteria; the first is the one that is released.
        holdout: How often the test rows may be used to judge.
        criteria: By the name of a metric.
    """

    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    min_rows: Samples = 100
    min_slice_rows: Samples = 30
    seeds: Annotated[int, Field(ge=1, le=20)] = 1
    holdout: HoldoutBudget = HoldoutBudget()
    criteria: dict[str, Criterion]


class CardSettings(Part):
    """The free text of a task's model cards: what no measurement can say."""

    intended_use: str
    out_of_scope: str
    ethical_considerations: tuple[str, ...] = ()
    licence: str = "apache-2.0"
    contact: str = ""


class CollectionSettings(Part):
    """How much data is to come in.

    Attributes:
        weekly_rows: Labelled rows that the plan asks for each week; the tracker measures against it.
    """

    weekly_rows: Samples = 250


class TaskSettings(Part):
    """One task: how it samples, splits, chooses its threshold and is judged.

    Attributes:
        contract: The contract of a task that reads tables by one: a profile's name, or a JSON file's path from here.
        code: Globs of the files, beside data and settings, that a model depends on: a change of one is judged.
        certification: When a run certifies; None where the task knows no certificate.
        monitoring: When what a served model does is an alarm.
    """

    description: str
    contract: str = ""
    sample_size: Annotated[int, Field(ge=2)] = 10_000
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 42
    code: tuple[Annotated[str, AfterValidator(check_glob)], ...] = ()
    split: SplitSettings = SplitSettings()
    collection: CollectionSettings = CollectionSettings()
    threshold: ThresholdSettings = ThresholdSettings()
    policy: Policy
    certification: CertificationSettings | None = None
    monitoring: MonitoringSettings = MonitoringSettings()
    card: CardSettings


class Settings(Part):
    """The whole of ``mlops.toml``."""

    schema_version: Literal[1]
    storage: StorageSettings = StorageSettings()
    tasks: dict[str, TaskSettings]
    deploy: dict[str, DeploySettings] = Field(default_factory=dict)
    github: GitHubSettings = GitHubSettings()
    metrics: MetricsSettings = MetricsSettings()

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

    def environment(self, name: str) -> DeploySettings:
        """Return where an environment is served from; raises UsageRefusedError when ``mlops.toml`` does not say."""
        try:
            return self.deploy[name]
        except KeyError:
            raise UsageRefusedError(
                "Nothing says where this environment is served from.",
                file=FILE_NAME,
                field="deploy",
                expected=" or ".join(sorted(self.deploy)) or f"a table [deploy.{name}] with a target",
                found=name,
                fix=f'Add [deploy.{name}] with target = "..." to {FILE_NAME}, or pass --target.',
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
        tables = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageRefusedError("The settings are not valid TOML.", file=file, found=error) from None
    try:
        settings = Settings.model_validate_json(_as_json(tables))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise UsageRefusedError(
            "The settings hold a value that is not accepted.",
            file=file,
            field=".".join(keys_of(tables, first["loc"])),
            expected=first["msg"],
            found=repr(first["input"])[:200],
            fix="docs/configuration.md describes every field.",
        ) from None
    check_task(settings.github, settings.tasks, file)
    return settings


def policy_sha256(policy: Policy) -> str:
    """Return the hash of a policy's meaning: of its canonical JSON, so that comments and order do not matter."""
    return sha256_bytes(canonical_json(policy.model_dump(mode="json")))


def _as_json(tables: dict[str, object]) -> bytes:
    """Return TOML's tables as JSON, because strict validation accepts lists for tuples only from JSON."""
    return json.dumps(tables, default=str).encode()
