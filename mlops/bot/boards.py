"""Project boards (Projects v2): finding one, choosing among its issues, and setting a field of an item.

Asked over GraphQL. The token of a workflow sees no board of an organization: that takes an App, or for a person's board
a classic token. What is chosen is decided by pure functions of what GitHub answered.
"""

from collections.abc import Iterator
from typing import Any

from mlops.bot.answers import AbsentError, DeniedError, Part, read
from mlops.bot.client import GitHub
from mlops.bot.permissions import READ_PROJECTS, WRITE_PROJECTS
from mlops.errors import MlopsError, UsageRefusedError

_OWNERS = ("organization", "user")
_BOARD = """query ($login: String!, $number: Int!, $owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) { id }
  owner: %s(login: $login) { projectV2(number: $number) { id title url fields(first: 100) { nodes {
    ... on ProjectV2FieldCommon { id name dataType }
    ... on ProjectV2SingleSelectField { options { id name } }
  } } } }
}"""
_ITEMS = """query ($board: ID!, $after: String) {
  node(id: $board) { ... on ProjectV2 { items(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes {
      id isArchived type
      content { ... on Issue {
        number state repository { id nameWithOwner } labels(first: 100) { nodes { name } } milestone { title }
      } }
      fieldValues(first: 100) { nodes {
        ... on ProjectV2ItemFieldTextValue { text field { ...Name } }
        ... on ProjectV2ItemFieldSingleSelectValue { name field { ...Name } }
        ... on ProjectV2ItemFieldNumberValue { number field { ...Name } }
        ... on ProjectV2ItemFieldDateValue { date field { ...Name } }
        ... on ProjectV2ItemFieldIterationValue { title field { ...Name } }
      } }
    }
  } } }
}
fragment Name on ProjectV2FieldCommon { name }"""
_SET = """mutation ($board: ID!, $item: ID!, $field: ID!, $value: ProjectV2FieldValue!) {
  updateProjectV2ItemFieldValue(input: {projectId: $board, itemId: $item, fieldId: $field, value: $value}) {
    projectV2Item { id }
  }
}"""


class Option(Part):
    """An option of a single select."""

    id: str
    name: str


class Field(Part):
    """A column of a board; ``options`` of a single select."""

    id: str
    name: str
    dataType: str  # noqa: N815  # GitHub's own name
    options: tuple[Option, ...] = ()


class Board(Part):
    """A board, and the id of the repository whose issues are meant."""

    id: str
    title: str
    url: str
    fields: tuple[Field, ...]
    repository: str

    def field(self, name: str) -> Field:
        """Return a column by its name, whatever its case.

        Raises:
            UsageRefusedError: There is none.
        """
        for field in self.fields:
            if field.name.casefold() == name.casefold():
                return field
        raise UsageRefusedError(
            "The board has no such field.", field="--field, --set-field", found=ascii(name[:100]),
            expected=", ".join(field.name for field in self.fields)[:500], fix=f"Look at the columns of {self.url}",
        )  # fmt: skip


class _Name(Part):
    name: str = ""
    title: str = ""


class _Names(Part):
    nodes: tuple[_Name, ...] = ()


class _Repository(Part):
    id: str = ""
    nameWithOwner: str = ""  # noqa: N815  # GitHub's own name


class Value(Part):
    """The value of a column, in one of several forms."""

    field: _Name = _Name()
    text: str | None = None
    name: str | None = None
    title: str | None = None
    date: str | None = None
    number: float | None = None

    @property
    def shown(self) -> str:
        """Return the value as a person writes it."""
        number = "" if self.number is None else f"{self.number:.15g}"  # all digits that a float surely keeps
        return next((text for text in (self.text, self.name, self.title, self.date) if text is not None), number)


class _Values(Part):
    nodes: tuple[Value, ...] = ()


class Content(Part):
    """The issue behind an item; without a number there is none."""

    number: int = 0
    state: str = ""
    repository: _Repository = _Repository()
    labels: _Names | None = None
    milestone: _Name | None = None


class Item(Part):
    """A row of a board."""

    id: str
    isArchived: bool  # noqa: N815  # GitHub's own name
    type: str
    content: Content | None = None
    fieldValues: _Values = _Values()  # noqa: N815  # GitHub's own name

    @property
    def issue(self) -> Content:
        """Return the issue behind it; one without a number for a draft, a pull request or what the token cannot see."""
        return self.content or Content()

    def value(self, field: str) -> str:
        """Return the value of a column as a person writes it; empty without one."""
        return next((v.shown for v in self.fieldValues.nodes if v.field.name.casefold() == field.casefold()), "")


class _Page(Part):
    class _Info(Part):
        hasNextPage: bool  # noqa: N815  # GitHub's own name
        endCursor: str | None  # noqa: N815  # GitHub's own name

    pageInfo: _Info  # noqa: N815  # GitHub's own name
    nodes: tuple[Item, ...]


def find(hub: GitHub, owner: str, number: int) -> Board:
    """Return the board ``number`` of an organization or, where there is no such organization or board, of a person.

    Raises:
        UsageRefusedError: There is none, or the token cannot see it.
        UnavailableError: The token may not read boards, or GitHub did not answer.
    """
    refusals: list[MlopsError] = []
    for kind in _OWNERS:
        try:
            data = hub.query(
                _BOARD % kind, READ_PROJECTS, login=owner, number=number, owner=hub.settings.owner,
                name=hub.settings.repository.partition("/")[2],
            )  # fmt: skip
        except (AbsentError, DeniedError) as error:  # a token for a person's board may not even ask for organizations
            refusals.append(error)
        else:
            found, where = data["owner"]["projectV2"], f"board {number} of {owner}"
            fields = [field for field in found["fields"]["nodes"] if field]
            return read(Board, {**found, "fields": fields, "repository": data["repository"]["id"]}, where=where)
    denied = any(isinstance(error, DeniedError) for error in refusals)
    letter: type[MlopsError] = DeniedError if denied else UsageRefusedError
    said = "; ".join(dict.fromkeys(error.found for error in refusals))
    raise letter(*_unseen(owner, number), **_tokens(said))


def items(hub: GitHub, board: Board) -> Iterator[Item]:
    """Yield every item of a board, on all pages."""
    after = None
    while True:
        found = hub.query(_ITEMS, READ_PROJECTS, board=board.id, after=after)
        page = read(_Page, found["node"]["items"], where=f"items of {board.url}")
        yield from page.nodes
        if not page.pageInfo.hasNextPage:
            return
        after = page.pageInfo.endCursor


def value_for(field: Field, text: str) -> dict[str, str]:
    """Return what GraphQL takes to set ``field`` to ``text``.

    Raises:
        UsageRefusedError: The field takes no text, or has no such option.
    """
    if field.dataType == "TEXT":
        return {"text": text}
    for option in field.options:
        if option.name == text:
            return {"singleSelectOptionId": option.id}
    select = field.dataType == "SINGLE_SELECT"
    raise UsageRefusedError(
        f"The field {field.name} has no option of this name." if select else "The field takes no text.",
        field="--set-field",
        expected=f"the option {text}" if select else "a text field, or a single select",
        found=", ".join(option.name for option in field.options)[:500] if select else f"{field.name}, {field.dataType}",
        fix=f"Add the option {text} in the board's settings, or make it a text field."
        if select
        else "Name another field.",
    )


def set_value(hub: GitHub, board: Board, item: Item, field: Field, text: str) -> bool:
    """Make a field of an item say ``text``; return whether it said something else before."""
    if item.value(field.name) == text:
        return False
    hub.mutate(_SET, WRITE_PROJECTS, board=board.id, item=item.id, field=field.id, value=value_for(field, text))
    return True


def _unseen(owner: str, number: int) -> tuple[str]:
    return (f"There is no project board {number} of {owner}, or the token cannot see it.",)


def _tokens(said: str) -> dict[str, Any]:
    return {
        "field": "--project, --owner",
        "expected": "the number in the board's address, and the organization or person that owns it",
        "found": said,
        "why": "GITHUB_TOKEN can never see the board of an organization, nor that of a person.",
        "fix": "Check number and owner. If they are right, pass as GITHUB_TOKEN the token of a GitHub App that has the "
        "organization permission Projects: read and write; for a person's board a classic token with the scope "
        "`project`.",
    }
