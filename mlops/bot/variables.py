"""Repository variables: which dataset the workflows use when nobody names one."""

from collections.abc import Mapping
from functools import partial

from mlops.bot.answers import Part, read
from mlops.bot.client import GitHub
from mlops.bot.permissions import READ_VARIABLES, WRITE_VARIABLES, Permission
from mlops.bot.reading import Reader
from mlops.errors import UnavailableError
from mlops.github_settings import DATE_VARIABLE, HASH_VARIABLE
from mlops.ids import DatasetId, format_date
from mlops.manifest import Manifest


class Variable(Part):
    """A variable of the repository."""

    name: str
    value: str


def of_dataset(manifest: Manifest) -> dict[str, str]:
    """Return the variables that name a dataset."""
    day = DatasetId.parse(manifest.id).day
    return {DATE_VARIABLE: format_date(day), HASH_VARIABLE: manifest.sha256}


def set_all(hub: GitHub, wanted: Mapping[str, str]) -> list[str]:
    """Set variables and return the names of those that were changed; each is read back.

    Raises:
        UnavailableError: The token may not, GitHub did not answer, or it kept another value.
    """
    return [name for name, value in wanted.items() if _set(hub, name, value)]


def find_variable(hub: Reader, name: str, needs: Permission = READ_VARIABLES) -> Variable | None:
    """Return a variable; None where there is none of that name."""
    path = f"/actions/variables/{name}"
    value = hub.find(path, needs)
    return None if value is None else read(Variable, value, where=path)


def set_variable(hub: GitHub, name: str, value: str, before: Variable | None) -> None:
    """Give a variable a value.

    Args:
        hub: The repository.
        name: Of the variable.
        value: What it shall be.
        before: What it is; None for nothing.
    """
    body = {"name": name, "value": value}
    if before is None:
        look = partial(find_variable, hub, name)
        hub.make("/actions/variables", body, WRITE_VARIABLES, look=look, read=lambda _: None)
    else:
        hub.patch(f"/actions/variables/{name}", body, WRITE_VARIABLES)


def _set(hub: GitHub, name: str, value: str) -> bool:
    before = find_variable(hub, name, WRITE_VARIABLES)
    if before is not None and before.value == value:
        return False
    set_variable(hub, name, value, before)
    kept = find_variable(hub, name)
    if kept is None or kept.value != value:
        raise UnavailableError(
            "GitHub keeps another value than the one that was set.",
            field=name,
            expected=value,
            found=kept.value if kept else "nothing",
            why="Another run may set it at the same time.",
            fix="Run the same command again.",
        )
    return True
