"""What a document of GraphQL asks for, before anything is executed."""

import json
from collections.abc import Iterator

from graphql import DocumentNode, FieldNode, GraphQLError, OperationDefinitionNode, parse


def roots(document: DocumentNode) -> Iterator[tuple[str, FieldNode]]:
    """Yield the root fields of a document, each with ``query`` or ``mutation``."""
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            for selection in definition.selection_set.selections:
                if isinstance(selection, FieldNode):
                    yield definition.operation.value, selection


def operations(raw: bytes) -> tuple[str, ...]:
    """Return what the body of a request asks for, such as ``mutation addComment``; nothing when that is unclear."""
    try:
        document = parse(json.loads(raw)["query"])
    except (GraphQLError, KeyError, TypeError, ValueError):
        return ()
    return tuple(f"{kind} {field.name.value}" for kind, field in roots(document))
