"""YAML as data that knows its lines: every value as it is spelled, with where it stands (pure).

GitHub reads a workflow's words as they are spelled, so nothing is converted here: ``on`` stays ``on`` and does not
become true, ``3.10`` keeps its zero.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import yaml

MAX_NODES = 50_000
"""Values in one file, each alias counted as often as it is used: no file that GitHub runs has as many."""

MAX_DEPTH = 60

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BrokenYamlError(ValueError):
    """A text that is no YAML, or none that a workflow can be.

    Attributes:
        line: Where, counted from 1.
    """

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True)
class Node:
    """A value, and where it stands.

    Attributes:
        kind: What it is; ``nothing`` is an empty value.
        line: Where it begins, counted from 1.
        end: Its last line.
        text: Of a text, as it is spelled.
        items: Of a list.
        table: Of a table, its values by their keys.
        keys: Of a table, the line of each key.
    """

    kind: Literal["text", "list", "table", "nothing"]
    line: int
    end: int
    text: str = ""
    items: tuple["Node", ...] = ()
    table: Mapping[str, "Node"] = field(default_factory=dict)
    keys: Mapping[str, int] = field(default_factory=dict)

    def at(self, *path: str) -> "Node | None":
        """Return what stands at a path of keys; None where there is no such key."""
        found: Node | None = self
        for key in path:
            found = found.table.get(key) if found is not None else None
        return found

    def text_at(self, *path: str) -> str:
        """Return the text at a path of keys; empty where there is none."""
        found = self.at(*path)
        return found.text if found is not None else ""

    def texts(self) -> Iterator["Node"]:
        """Yield every text at or below this value."""
        if self.kind == "text":
            yield self
        for child in (*self.items, *self.table.values()):
            yield from child.texts()

    def words(self) -> tuple["Node", ...]:
        """Return the texts of a list, or the one text that stands in its place."""
        if self.kind == "text":
            return (self,)
        return tuple(item for item in self.items if item.kind == "text")


@dataclass(frozen=True)
class Repeated:
    """A key that stands twice in one table."""

    key: str
    line: int
    first: int


@dataclass(frozen=True)
class Parsed:
    """A text as data.

    Attributes:
        node: Its value.
        repeated: The keys that stand in it twice.
    """

    node: Node
    repeated: tuple[Repeated, ...]


def parse(text: str) -> Parsed:
    """Return a YAML text as data.

    Raises:
        BrokenYamlError: It is no YAML, has several documents, or is too deep or too large.
    """
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenYamlError(mark.line + 1 if mark else 1, " ".join((error.problem or str(error)).split())) from None
    except yaml.YAMLError as error:
        raise BrokenYamlError(1, " ".join(str(error).split())) from None
    except RecursionError:
        raise BrokenYamlError(1, f"nesting deeper than {MAX_DEPTH}") from None
    reader = _Reader()
    node = Node("nothing", 1, 1) if root is None else reader.node(root, 0)
    return Parsed(node, tuple(reader.repeated))


class _Reader:
    """Turns composed nodes into values, counting them."""

    def __init__(self) -> None:
        self.count = 0
        self.repeated: list[Repeated] = []

    def node(self, given: yaml.Node, depth: int) -> Node:
        line = given.start_mark.line + 1
        self.count += 1
        if self.count > MAX_NODES:
            raise BrokenYamlError(line, f"more than {MAX_NODES:,} values, aliases counted")
        if depth > MAX_DEPTH:
            raise BrokenYamlError(line, f"nesting deeper than {MAX_DEPTH}")
        mark = given.end_mark
        end = max(line, mark.line + (1 if mark.column else 0))
        if isinstance(given, yaml.SequenceNode):
            return Node("list", line, end, items=tuple(self.node(item, depth + 1) for item in given.value))
        if isinstance(given, yaml.MappingNode):
            return self._table(given, line, end, depth)
        if given.tag == "tag:yaml.org,2002:null":
            return Node("nothing", line, end)
        return Node("text", line, end, text=str(given.value))

    def _table(self, given: yaml.MappingNode, line: int, end: int, depth: int) -> Node:
        table: dict[str, Node] = {}
        keys: dict[str, int] = {}
        for key, value in given.value:
            if not isinstance(key, yaml.ScalarNode):
                raise BrokenYamlError(key.start_mark.line + 1, "a key that is no text")
            name, place = str(key.value), key.start_mark.line + 1
            if name in keys:
                self.repeated.append(Repeated(name, place, keys[name]))
                continue
            keys[name] = place
            table[name] = self.node(value, depth + 1)
        return Node("table", line, end, table=table, keys=keys)
