"""From a request to its answer: parse, validate, the token's scopes, execute; and what of it broke the schema."""

import gzip
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute_sync,
    get_named_type,
    parse,
    validate,
)

from tests.fakes.github.accounts import Grant
from tests.fakes.github.graphql import mutations, queries
from tests.fakes.github.graphql.asking import Asked, Record, Refusal
from tests.fakes.github.graphql.documents import roots
from tests.fakes.github.routing import Answer
from tests.fakes.github.state import State

SCHEMA = Path(__file__).with_name("schema.graphql.gz")
NEWER = Path(__file__).with_name("newer.graphql")
MOST_NODES = 100
_BOARD = ("projectV2", "projectsV2")
_SCOPES = {"query": ("read:project", "project"), "mutation": ("project",)}
# GitHub lets the alternatives of a union name fields alike whose types differ; gh relies on it.
_LENIENT = "because they return conflicting types"
_NO_TEXT = "A query attribute must be specified and must be a string."


class UnservedError(NotImplementedError):
    """GitHub's schema has a field that the stand-in does not serve."""


@cache
def schema() -> GraphQLSchema:
    """Return the part of GitHub's schema that is kept, and what is newer than the published one, read once."""
    text = gzip.decompress(SCHEMA.read_bytes()).decode() + NEWER.read_text(encoding="utf-8")
    return build_schema(text, assume_valid=True, no_location=True)


def endpoint(violations: list[str]) -> Callable[[State, Grant, Any], Answer]:
    """Return what answers requests; ``violations`` grows by what the schema does not allow."""

    def serve(state: State, grant: Grant, body: Any) -> Answer:
        text = body.get("query") if isinstance(body, dict) else None
        if not isinstance(text, str):
            violations.append(f"GraphQL: {_NO_TEXT}")
            return Answer(400, {"message": _NO_TEXT})
        payload, broken = _answered(Asked(state, grant), text, body)
        violations.extend(f"GraphQL: {problem} in\n{text}" for problem in broken)
        return Answer(200, payload)

    return serve


def _answered(asked: Asked, text: str, body: Mapping[str, Any]) -> tuple[Record, list[str]]:
    """Return the answer to a document, and what in it is not as on GitHub."""
    try:
        document = parse(text)
        errors = [error for error in validate(schema(), document) if _LENIENT not in error.message]
    except GraphQLError as error:
        errors = [error]
    if errors:
        broken = [f"{error.message} (or types.txt leaves its type out)" for error in errors]
        return {"errors": [_shown(error) for error in errors]}, broken
    if lacking := list(_lacking(asked.grant, text, document)):
        return {"errors": lacking}, []
    result = execute_sync(
        schema(), document, {**queries.FIELDS, **mutations.FIELDS}, asked, body.get("variables"),
        body.get("operationName"), field_resolver=resolve,
    )  # fmt: skip
    failed = result.errors or []
    payload: Record = {"data": result.data} | ({"errors": [_shown(error) for error in failed]} if failed else {})
    return payload, [error.message for error in failed if not isinstance(error.original_error, Refusal)]


def _shown(error: GraphQLError) -> Record:
    """Return an error as GitHub writes it."""
    refusal = error.original_error
    shown: Record = {"type": refusal.kind} if isinstance(refusal, Refusal) else {}
    if error.path:
        shown["path"] = list(error.path)
    if error.locations:
        shown["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    return shown | {"message": error.message}


def _lacking(grant: Grant, text: str, document: DocumentNode) -> Iterator[Record]:
    """Yield the errors for a classic token that lacks the scope for boards."""
    if grant.scopes is None:
        return
    for kind, root in roots(document):
        wanted = [scope for scope in _SCOPES.get(kind, ()) if scope not in grant.scopes]
        asked = next((name for name in _BOARD if f"{name}(" in text), "")
        name = root.name.value if kind == "mutation" and "ProjectV2" in root.name.value else asked
        if name and len(wanted) == len(_SCOPES[kind]):
            yield {
                "type": "INSUFFICIENT_SCOPES",
                "message": f"Your token has not been granted the required scopes to execute this query. The '{name}' "
                f"field requires one of the following scopes: {[wanted[0]]}, but your token has only been granted the: "
                f"{sorted(grant.scopes)} scopes. Please modify your token's scopes at: "
                "https://github.com/settings/tokens.",
            }


def resolve(source: Mapping[str, Any], info: GraphQLResolveInfo[Asked], **arguments: Any) -> Any:
    """Return a field of a record; a function in it is called with who asks and the field's arguments.

    Raises:
        UnservedError: The record lacks the field.
    """
    name = info.field_name
    if name not in source:
        raise UnservedError(f"the stand-in does not serve {info.parent_type.name}.{name}")
    if get_named_type(info.return_type).name.endswith("Connection") and _lists(info):
        _check_page(name, arguments)
    value = source[name]
    return value(info.context, arguments) if callable(value) else value


def _lists(info: GraphQLResolveInfo[Asked]) -> bool:
    """Tell whether the nodes of a list are asked for, and not only how many there are."""
    chosen = (node.selection_set.selections for node in info.field_nodes if node.selection_set)
    return any(isinstance(s, FieldNode) and s.name.value in {"nodes", "edges"} for every in chosen for s in every)


def _check_page(name: str, arguments: Mapping[str, Any]) -> None:
    """Refuse a list without a bound, which GitHub's schema cannot say."""
    sizes = [arguments[bound] for bound in ("first", "last") if arguments.get(bound) is not None]
    if not sizes:
        raise ValueError(f"You must provide a `first` or `last` value to properly paginate the `{name}` connection.")
    if not all(0 <= size <= MOST_NODES for size in sizes):
        raise ValueError(
            f"Requesting {max(sizes)} records on the `{name}` connection exceeds the limit of 100 records."
        )
