"""``[github]`` of ``mlops.toml``: the declared settings of the repository on GitHub. What is not named is left.

Names follow GitHub's own rules, so that what GitHub would refuse, or silently spell otherwise, is refused here.
"""

import re
from collections.abc import Collection, Iterable
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from mlops.documents import Part
from mlops.errors import UsageRefusedError

DATE_VARIABLE, HASH_VARIABLE = "ML_DATASET_DATE", "ML_DATASET_HASH"
"""The variables that follow the newest manifest of a task."""

MAX_VALUE = 48 << 10
"""Bytes of a variable's value."""

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*", re.ASCII)
_LONGEST_NAME = 255
_COLOR = re.compile(r"#?[0-9A-Fa-f]{6}", re.ASCII)
_LOGIN = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})"
_REVIEWER = re.compile(rf"{_LOGIN}(?:_[a-z0-9]+)?(?:/[a-z0-9][a-z0-9_.-]{{0,99}})?", re.ASCII)
_BAD_IN_BRANCH = re.compile(r"[\s~^:?\[\\\x00-\x1f\x7f]|\.\.|@\{|//|^[-/.]|[/.]$|\.lock$")


def _variable_name(name: str) -> str:
    if _VARIABLE.fullmatch(name) is None or len(name) > _LONGEST_NAME:
        raise ValueError("GitHub keeps the names of variables as capitals, digits and underscores, no digit first")
    if name.startswith("GITHUB_"):
        raise ValueError("GitHub keeps names that begin with GITHUB_ for itself")
    return name


def _variable_value(value: str) -> str:
    if not value.strip() or len(value.encode()) > MAX_VALUE:
        raise ValueError(f"a value has at least one character that is no space, and at most {MAX_VALUE} bytes")
    return value


def _plain(text: str) -> str:
    if not text.isprintable() or text != text.strip() or not text:
        raise ValueError("a text of printable characters, without spaces at its ends")
    return text


def _color(text: str) -> str:
    if _COLOR.fullmatch(text) is None:
        raise ValueError("six hexadecimal digits, such as b60205")
    return text.removeprefix("#").lower()


def _reviewer(text: str) -> str:
    if _REVIEWER.fullmatch(text) is None:
        raise ValueError("the login of a person, or organisation/team with the team's name as in its address")
    return text


def _branch(text: str) -> str:
    if _BAD_IN_BRANCH.search(_plain(text)) or len(text) > _LONGEST_NAME:
        raise ValueError("the name of a branch; * stands for anything but /, and ** for anything")
    return text


def _distinct(values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value.casefold() in seen:
            raise ValueError(f"{value!r} stands here twice; GitHub does not tell capitals from small letters")
        seen.add(value.casefold())


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    _distinct(values)
    return values


PlainText = Annotated[str, AfterValidator(_plain)]
BranchName = Annotated[str, AfterValidator(_branch)]


class LabelSettings(Part):
    """A label of issues and pull requests.

    Attributes:
        color: Six hexadecimal digits.
        description: A few words; None leaves what is there.
    """

    color: Annotated[str, AfterValidator(_color)]
    description: Annotated[str, Field(max_length=100)] | None = None


class EnvironmentSettings(Part):
    """An environment that jobs run in; a None is left as it is.

    Attributes:
        reviewers: Exactly who may approve a job, any one of them: a person, or organisation/team.
        prevent_self_review: Whether who started a run may not approve it.
        wait_minutes: How long a job waits before it starts.
        branches: Exactly the branches that may run jobs in it; or ``protected``: those with a protection.
    """

    reviewers: (
        Annotated[
            tuple[Annotated[str, AfterValidator(_reviewer)], ...], Field(max_length=6), AfterValidator(_each_once)
        ]
        | None
    ) = None
    prevent_self_review: bool | None = None
    wait_minutes: Annotated[int, Field(ge=0, le=43_200)] | None = None
    branches: (
        Annotated[tuple[BranchName, ...], Field(min_length=1), AfterValidator(_each_once)] | Literal["protected"] | None
    ) = None

    @model_validator(mode="after")
    def _somebody_else(self) -> Self:
        if self.prevent_self_review and self.reviewers == ():
            raise ValueError("`prevent_self_review` needs a reviewer: GitHub keeps it beside them")
        return self


class CheckSettings(Part):
    """A check that a branch requires.

    Attributes:
        context: Its name: that of the job.
        app_id: The App that it must come from, 15368 for GitHub Actions; None leaves that to GitHub, and lets whoever
            may write statuses report it.
    """

    context: PlainText
    app_id: Annotated[int, Field(gt=0)] | None = None


class BranchSettings(Part):
    """The checks that a branch requires.

    Attributes:
        kind: As a ruleset, or as branch protection, the older form.
        ruleset: The name of the ruleset.
        strict: Whether a branch must be up to date before it is merged; None leaves what is there.
        checks: The checks; others that are required already stay.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(serialize_by_alias=True)

    kind: Literal["ruleset", "protection"] = Field("ruleset", alias="as")
    ruleset: Annotated[PlainText, Field(max_length=100)] = "Precision Gate"
    strict: bool | None = None
    checks: Annotated[tuple[CheckSettings, ...], Field(min_length=1)]

    @field_validator("checks")
    @classmethod
    def _each_check_once(cls, checks: tuple[CheckSettings, ...]) -> tuple[CheckSettings, ...]:
        contexts = [check.context for check in checks]
        if len(set(contexts)) != len(contexts):
            raise ValueError("each check stands here once")
        return checks

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.kind == "protection" and "ruleset" in self.model_fields_set:
            raise ValueError('`ruleset` is the name of a ruleset, and `as = "protection"` makes none')
        return self


class GitHubSettings(Part):
    """``[github]``: what the repository on GitHub shall be set to; everything else there is left as it is.

    Attributes:
        dataset_variables: The task whose newest manifest the variables ML_DATASET_DATE and ML_DATASET_HASH follow.
        variables: Plain variables of Actions.
        labels: By name.
        environments: By name.
        branches: By name; with ``as = "ruleset"`` also a pattern.
    """

    dataset_variables: str | None = None
    variables: dict[Annotated[str, AfterValidator(_variable_name)], Annotated[str, AfterValidator(_variable_value)]] = (
        Field(default_factory=dict)
    )
    labels: dict[Annotated[PlainText, Field(max_length=50)], LabelSettings] = Field(default_factory=dict)
    environments: dict[Annotated[PlainText, Field(max_length=_LONGEST_NAME)], EnvironmentSettings] = Field(
        default_factory=dict
    )
    branches: dict[BranchName, BranchSettings] = Field(default_factory=dict)

    @field_validator("variables")
    @classmethod
    def _not_the_datasets(cls, variables: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        both = {DATE_VARIABLE, HASH_VARIABLE} & variables.keys()
        if info.data.get("dataset_variables") is not None and both:
            raise ValueError(f"{', '.join(sorted(both))} follow the manifest, as `dataset_variables` says")
        return variables

    @field_validator("labels", "environments")
    @classmethod
    def _distinct_names(cls, tables: dict[str, Part]) -> dict[str, Part]:
        _distinct(tables)
        return tables

    @field_validator("branches")
    @classmethod
    def _distinct_rulesets(cls, branches: dict[str, BranchSettings]) -> dict[str, BranchSettings]:
        _distinct(branch.ruleset for branch in branches.values() if branch.kind == "ruleset")
        for name, branch in branches.items():
            if branch.kind == "protection" and "*" in name:
                raise ValueError(f'{name!r} is a pattern, which needs `as = "ruleset"`')
        return branches


def check_task(settings: GitHubSettings, tasks: Collection[str], file: object) -> None:
    """Refuse variables of a dataset that follow a task which is not among ``tasks``."""
    if settings.dataset_variables not in {None, *tasks}:
        raise UsageRefusedError(
            "The variables of the dataset follow a task that is not declared.",
            file=file,
            field="github.dataset_variables",
            expected=" or ".join(sorted(tasks)),
            found=settings.dataset_variables,
            fix="Name a declared task, or leave the field out.",
        )
