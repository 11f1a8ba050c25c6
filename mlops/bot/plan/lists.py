"""Variables and labels: flat lists, in which GitHub does not tell capitals from small letters."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from mlops.bot.answers import Part, read
from mlops.bot.client import GitHub
from mlops.bot.paths import in_path
from mlops.bot.permissions import READ_ISSUES, READ_VARIABLES, WRITE_ISSUES
from mlops.bot.plan.handling import Handling
from mlops.bot.plan.model import Value, Wanted
from mlops.bot.reading import Reader
from mlops.bot.variables import Variable, find_variable, set_variable

COLOR, DESCRIPTION, VALUE = "color", "description", "value"


class Label(Part):
    """A label of the repository."""

    name: str
    color: str
    description: str | None = None


def variables(hub: Reader, wanted: Sequence[Wanted]) -> dict[str, Variable]:
    """Return the declared variables that are there, by name."""
    entries = hub.pages("/actions/variables", READ_VARIABLES, key="variables")
    return _until_found(wanted, (read(Variable, each, where="a variable") for each in entries), lambda v: v.name)


def labels(hub: Reader, wanted: Sequence[Wanted]) -> dict[str, Label]:
    """Return the declared labels that are there, by name."""
    entries = hub.pages("/labels", READ_ISSUES)
    return _until_found(wanted, (_label(each) for each in entries), lambda label: label.name)


def _until_found(wanted: Sequence[Wanted], entries: Iterable[Any], name_of: Callable[[Any], str]) -> dict[str, Any]:
    """Return the declared ones of a list, by declared name; when all are found, no further page is asked for."""
    missing = {each.name.casefold(): each.name for each in wanted}
    found: dict[str, Any] = {}
    for entry in entries:
        name = missing.pop(name_of(entry).casefold(), None)
        if name is not None:
            found[name] = entry
        if not missing:
            break
    return found


def variable_fields(wanted: Wanted, found: Variable) -> Mapping[str, Value]:
    """Return the value of a variable; white space at its end, which tools add and take away, is no difference."""
    value = wanted.fields[VALUE]
    return {VALUE: value if found.value.rstrip() == str(value).rstrip() else found.value}


def label_fields(wanted: Wanted, found: Label) -> Mapping[str, Value]:
    """Return the managed fields of a label."""
    whole: Mapping[str, Value] = {COLOR: found.color.lower(), DESCRIPTION: found.description or ""}
    return {name: whole[name] for name in wanted.fields}


def _look_label(hub: Reader, wanted: Wanted) -> Label | None:
    raw = hub.find(f"/labels/{in_path(wanted.name)}", READ_ISSUES)
    return None if raw is None else _label(raw)


def _write_variable(hub: GitHub, wanted: Wanted, found: Variable | None) -> None:
    set_variable(hub, wanted.name, str(wanted.fields[VALUE]), found)


def _write_label(hub: GitHub, wanted: Wanted, found: Label | None) -> None:
    if found is not None:
        hub.patch(f"/labels/{in_path(found.name)}", dict(wanted.fields), WRITE_ISSUES)
        return
    asked = {"name": wanted.name, **wanted.fields}
    hub.make("/labels", asked, WRITE_ISSUES, look=lambda: _look_label(hub, wanted), read=_label)


def _label(raw: Any) -> Label:  # noqa: ANN401  # JSON is anything
    return read(Label, raw, where="a label")


VARIABLE = Handling(
    lambda hub, wanted: find_variable(hub, wanted.name), variable_fields, _write_variable, lambda _, found: found.name
)
LABEL = Handling(_look_label, label_fields, _write_label, lambda _, found: found.name)
