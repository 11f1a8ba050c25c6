"""Repository variables: which dataset the workflows use when nobody names one."""

from collections.abc import Mapping

from mlops.bot.answers import Part, read
from mlops.bot.client import GitHub
from mlops.bot.permissions import WRITE_VARIABLES
from mlops.errors import UnavailableError
from mlops.ids import DatasetId, format_date
from mlops.manifest import Manifest


class Variable(Part):
    """A variable of the repository."""

    name: str
    value: str


def of_dataset(manifest: Manifest) -> dict[str, str]:
    """Return the variables that name a dataset."""
    day = DatasetId.parse(manifest.id).day
    return {"ML_DATASET_DATE": format_date(day), "ML_DATASET_HASH": manifest.sha256}


def set_all(hub: GitHub, wanted: Mapping[str, str]) -> list[str]:
    """Set variables and return the names of those that were changed; each is read back.

    Raises:
        UnavailableError: The token may not, GitHub did not answer, or it kept another value.
    """
    return [name for name, value in wanted.items() if _set(hub, name, value)]


def _set(hub: GitHub, name: str, value: str) -> bool:
    path = f"/actions/variables/{name}"
    before = _find(hub, path)
    if before is not None and before.value == value:
        return False
    body = {"name": name, "value": value}
    if before is None:
        hub.make("/actions/variables", body, WRITE_VARIABLES, look=lambda: _find(hub, path), read=lambda _: None)
    else:
        hub.patch(path, body, WRITE_VARIABLES)
    kept = _find(hub, path)
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


def _find(hub: GitHub, path: str) -> Variable | None:
    value = hub.find(path, WRITE_VARIABLES)
    return None if value is None else read(Variable, value, where=path)
