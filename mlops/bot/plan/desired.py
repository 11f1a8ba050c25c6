"""What ``mlops.toml`` and the newest manifest ask for, each setting in one spelling (pure)."""

from collections.abc import Iterator, Mapping

from mlops.bot.plan import checks, rulesets
from mlops.bot.plan.environments import BRANCHES, REVIEWERS, SELF, WAIT
from mlops.bot.plan.lists import COLOR, DESCRIPTION, VALUE
from mlops.bot.plan.model import Value, Wanted
from mlops.bot.variables import of_dataset
from mlops.config import FILE_NAME
from mlops.errors import UsageRefusedError
from mlops.github_settings import BranchSettings, EnvironmentSettings, GitHubSettings, LabelSettings
from mlops.manifest import Manifest


def desired(settings: GitHubSettings, manifest: Manifest | None, *, owner: str) -> tuple[Wanted, ...]:
    """Return every declared setting, in the order of sections and names.

    Args:
        settings: ``[github]``.
        manifest: The newest of the task that ``dataset_variables`` names; None where it names none.
        owner: Of the repository.

    Raises:
        UsageRefusedError: A team of another organisation is to review, which GitHub does not have.
    """
    variables = dict(settings.variables) | ({} if manifest is None else of_dataset(manifest))
    return (
        *(Wanted("variables", name, {VALUE: value}) for name, value in sorted(variables.items())),
        *(Wanted("labels", name, _label(label)) for name, label in sorted(settings.labels.items())),
        *(
            Wanted("environments", name, dict(_environment(name, environment, owner)))
            for name, environment in sorted(settings.environments.items())
        ),
        *(_branch(name, branch) for name, branch in sorted(settings.branches.items())),
    )


def _label(label: LabelSettings) -> Mapping[str, Value]:
    described = {} if label.description is None else {DESCRIPTION: label.description}
    return {COLOR: label.color} | described


def _environment(name: str, environment: EnvironmentSettings, owner: str) -> Iterator[tuple[str, Value]]:
    """Yield the managed fields of an environment."""
    if environment.reviewers is not None:
        _refuse_strange_teams(name, environment.reviewers, owner)
        yield REVIEWERS, tuple(sorted(environment.reviewers, key=str.casefold))
    if environment.prevent_self_review is not None:
        yield SELF, environment.prevent_self_review
    if environment.wait_minutes is not None:
        yield WAIT, environment.wait_minutes
    if isinstance(environment.branches, tuple):
        yield BRANCHES, tuple(sorted(environment.branches))
    elif environment.branches is not None:
        yield BRANCHES, environment.branches


def _branch(name: str, branch: BranchSettings) -> Wanted:
    if branch.kind == "protection":
        return Wanted("branches", name, checks.declared(branch), branch.kind)
    fields = {**rulesets.declared(name), **checks.declared(branch)}
    return Wanted("branches", name, fields, f"{rulesets.FORM}{branch.ruleset}")


def _refuse_strange_teams(name: str, reviewers: tuple[str, ...], owner: str) -> None:
    for reviewer in reviewers:
        if "/" in reviewer and reviewer.partition("/")[0].casefold() != owner.casefold():
            raise UsageRefusedError(
                "Only a team of the organisation that owns the repository can review.",
                file=FILE_NAME,
                field=f"github.environments.{name}.reviewers",
                expected=f"{owner}/TEAM, or the login of a person",
                found=reviewer,
                fix="Name a team of that organisation, or people.",
            )
