"""The tree of nodes that skops writes as ``schema.json``, walked without recursion and without building anything."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlops.persistence.refusal import refusal

PROTOCOL = 2
"""The version of the skops format that this code was read against."""

_KEYS: Mapping[str, tuple[str, ...]] = {
    "DictNode": ("content", "key_types"),
    "ListNode": ("content",),
    "TupleNode": ("content",),
    "JsonNode": ("content", "is_json"),
    "TypeNode": (),
    "DTypeNode": ("content",),
    "RandomGeneratorNode": ("content",),
    "ObjectNode": ("content",),
    "TreeNode": ("__reduce__", "content"),
    "LossNode": ("__reduce__", "content"),
}
_ALWAYS = ("__class__", "__module__", "__loader__")


@dataclass(frozen=True)
class Visit:
    """A node on the walk.

    Attributes:
        path: Where it stands, for a message, for example ``classifier._predictors.0``.
        node: Its JSON object.
        owner: The nearest enclosing node that is restored as an object with attributes.
    """

    path: str
    node: dict[str, Any]
    owner: dict[str, Any] | None

    @property
    def loader(self) -> str:
        """The part of skops that would build the node."""
        return str(self.node["__loader__"])

    @property
    def type(self) -> str:
        """The type that would be built."""
        return f"{self.node['__module__']}.{self.node['__class__']}"


class ShapeError(Exception):
    """A node does not have the members that its loader reads."""


def walk(root: dict[str, Any]) -> Iterator[Visit]:
    """Yield every node below and including ``root``, parents first, in the order in which skops would meet them.

    A node's members are looked at only when the walk goes on after it, so that a caller may refuse it first.

    Raises:
        ShapeError: A member is missing, of the wrong type, or one that skops does not write.
    """
    stack: list[tuple[str, Any, dict[str, Any] | None]] = [("", root, None)]
    while stack:
        path, node, owner = stack.pop()
        if not isinstance(node, dict) or not all(isinstance(node.get(key), str) for key in _ALWAYS):
            raise ShapeError(f"no node at {path or 'the root'}")
        visit = Visit(path, node, owner)
        yield visit
        if visit.loader == "ObjectNode":
            owner = node
        try:
            children = _children(node)
        except (KeyError, TypeError, AttributeError) as error:
            raise ShapeError(f"a malformed {visit.loader} at {path or 'the root'}: {error!r}") from None
        stack.extend((f"{path}.{name}".strip("."), child, owner) for name, child in reversed(children))


def check_keys(visit: Visit) -> None:
    """Refuse members that skops does not write for this loader, ids of shared objects among them.

    Raises:
        ShapeError: With the names of the members.
    """
    node = visit.node
    wanted = _KEYS.get(visit.loader)
    if wanted is None:
        wanted = ("type", "file") if node.get("type") == "numpy" else ("type", "content", "shape")
    if set(node) != {*_ALWAYS, *wanted}:
        raise ShapeError(f"{visit.loader} with members {sorted(set(node) ^ {*_ALWAYS, *wanted})} too many or missing")


def scalar(node: Mapping[str, Any], *, file: object = "", path: str = "") -> bool | int | float | str | None:
    """Return the number, text, truth value or None that a ``JsonNode`` holds.

    Raises:
        InputRefusedError: It holds anything else, or no JSON.
    """
    text = node.get("content")
    if isinstance(text, str) and not text.lstrip().startswith(("[", "{")):
        try:
            return json.loads(text)  # type: ignore[no-any-return]  # JSON without brackets is one of these
        except ValueError:
            pass
    raise refusal(repr(text)[:200], file=file, field=path, expected="a number, a text, true, false or null")


def attribute(owner: Mapping[str, Any] | None, name: str) -> bool | int | float | str | None:
    """Return a plain attribute of an ``ObjectNode``, or None where it has none or no plain one."""
    node = members(owner.get("content")).get(name) if owner else None
    return scalar(node) if isinstance(node, dict) and node.get("__loader__") == "JsonNode" else None


def members(node: object) -> Mapping[str, Any]:
    """Return the named nodes of a ``DictNode``; none for anything else."""
    content = node.get("content") if isinstance(node, dict) and node.get("__loader__") == "DictNode" else None
    return content if isinstance(content, dict) else {}


def _children(node: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the nodes directly below, each with its name in a path."""
    content = node.get("content")
    children: list[tuple[str, Any]] = []
    match node["__loader__"]:
        case "DictNode":
            children = [("", node["key_types"]), *content.items()]  # type: ignore[union-attr]  # the caller catches it
        case "ListNode" | "TupleNode":
            children = _numbered(content)
        case "NdArrayNode" if node["type"] == "json":
            children = [*_numbered(content), ("shape", node["shape"])]
        case "DTypeNode" | "ObjectNode":
            children = [("", content)]
        case "TreeNode" | "LossNode":
            children = [("", node["__reduce__"]["args"]), ("", content)]
        case "RandomGeneratorNode":
            children = [("", content["bit_generator"]), ("", content["seed_seq"])]  # type: ignore[index]  # as above
    return children


def _numbered(content: object) -> list[tuple[str, Any]]:
    """Return the members of a list, each with its position."""
    if not isinstance(content, list):
        raise TypeError(f"{type(content).__name__} in place of a list")
    return [(str(position), value) for position, value in enumerate(content)]
