#!/usr/bin/env python3
"""Cut the types that the tests' GitHub stand-in serves out of GitHub's GraphQL schema.

The schema is ``schema.graphql`` of the npm package ``@octokit/graphql-schema`` (MIT; its notice stands beside the
result). ``types.txt`` names the fields of ``Query`` and ``Mutation``, and the object types. What follows from them is
kept, too: arguments with what they are made of, enums, scalars, interfaces, unions, connections, what mutations answer.
A field whose type is not kept goes, and so does every text. The same input gives the same bytes::

    npm pack @octokit/graphql-schema && tar -xzf octokit-graphql-schema-*.tgz
    python tools/slice_graphql.py package/schema.graphql
"""

import argparse
import gzip
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from graphql import build_schema, parse
from graphql.language import ast

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "fakes" / "github" / "graphql"
ROOTS = ("Query", "Mutation")
BUILTIN = frozenset({"String", "Int", "Float", "Boolean", "ID"})
_OBJECT, _INTERFACE = ast.ObjectTypeDefinitionNode, ast.InterfaceTypeDefinitionNode

Definitions = Mapping[str, ast.Node]


class Wanted(NamedTuple):
    """What ``types.txt`` asks for: the fields of the roots, and object types."""

    fields: Mapping[str, frozenset[str]]
    types: frozenset[str]


def wanted(text: str) -> Wanted:
    """Return what a list asks for: ``Root: field field`` or one type a line."""
    fields, types = dict[str, frozenset[str]](), set[str]()
    for line in filter(None, text.splitlines()):
        name, colon, names = line.partition(":")
        if colon:
            fields[name] = frozenset(names.split())
        types.add(name)
    return Wanted(fields, frozenset(types))


def base(node: ast.Node) -> str:
    """Return the name of a type without lists and exclamation marks."""
    while not isinstance(node, ast.NamedTypeNode):
        node = node.type
    return node.name.value


def fields(definition: ast.Node, asked: Wanted) -> list[ast.FieldDefinitionNode]:
    """Return the fields of a type, of a root those that were asked for."""
    found = list(getattr(definition, "fields", None) or ())
    only = asked.fields.get(definition.name.value)
    return found if only is None else [field for field in found if field.name.value in only]


def kept(definitions: Definitions, asked: Wanted) -> set[str]:
    """Return the names of the types that may stay."""
    names = set(asked.types) | BUILTIN
    names |= {base(field.type) for field in fields(definitions["Mutation"], asked)}
    for name, definition in definitions.items():
        if not isinstance(definition, _OBJECT | _INTERFACE | ast.UnionTypeDefinitionNode):
            names.add(name)
    while more := set(_following(definitions, names)):
        names |= more
    while empty := {name for name in names & definitions.keys() if _is_empty(definitions[name], names)}:
        names -= empty
    return names


def _is_empty(definition: ast.Node, names: set[str]) -> bool:
    """Tell whether nothing is left of an interface."""
    return isinstance(definition, _INTERFACE) and not any(base(field.type) in names for field in definition.fields)


def _following(definitions: Definitions, names: set[str]) -> Iterator[str]:
    """Yield the types that follow from others: of what they stand for, or of what they list."""
    for name in names & definitions.keys():
        yield from _interfaces(definitions[name]) - names
    for name, definition in definitions.items():
        if name in names:
            continue
        if isinstance(definition, ast.UnionTypeDefinitionNode):
            if any(member.name.value in names for member in definition.types):
                yield name
        elif name.endswith(("Connection", "Edge")):
            inner = {base(f.type) for f in definition.fields if f.name.value in {"nodes", "node"}}
            if inner & names:
                yield name


def reached(definitions: Definitions, names: set[str], asked: Wanted) -> set[str]:
    """Return the types that the roots reach."""
    found, waiting = set[str](), list(ROOTS)
    while waiting:
        name = waiting.pop()
        if name in found or name not in definitions:
            continue
        found.add(name)
        definition = definitions[name]
        for field in fields(definition, asked):
            if base(field.type) in names:
                arguments = getattr(field, "arguments", None) or ()
                waiting += [base(field.type), *(base(argument.type) for argument in arguments)]
        waiting += _interfaces(definition) & names
        members = definition.types if isinstance(definition, ast.UnionTypeDefinitionNode) else ()
        waiting += [member.name.value for member in members if member.name.value in names]
        if isinstance(definition, _INTERFACE):
            waiting += [n for n in names & definitions.keys() if name in _interfaces(definitions[n])]
    return found


def _interfaces(definition: ast.Node) -> set[str]:
    return {above.name.value for above in getattr(definition, "interfaces", None) or ()}


def written(definition: ast.Node, names: set[str], asked: Wanted) -> str:
    """Return a type as text, with the fields whose types are kept."""
    name = definition.name.value
    if isinstance(definition, ast.ScalarTypeDefinitionNode):
        return f"scalar {name}\n"
    if isinstance(definition, ast.EnumTypeDefinitionNode):
        return f"enum {name} {{{' '.join(value.name.value for value in definition.values)}}}\n"
    if isinstance(definition, ast.UnionTypeDefinitionNode):
        return f"union {name}={'|'.join(m.name.value for m in definition.types if m.name.value in names)}\n"
    if isinstance(definition, ast.InputObjectTypeDefinitionNode):
        return f"input {name} {{{_arguments(definition.fields)}}}\n"
    above = "&".join(sorted(_interfaces(definition) & names))
    lines = [
        f"{field.name.value}{f'({_arguments(field.arguments)})' if field.arguments else ''}:{_text(field.type)}"
        for field in fields(definition, asked)
        if base(field.type) in names
    ]
    kind = "interface" if isinstance(definition, _INTERFACE) else "type"
    return f"{kind} {name}{f' implements {above}' if above else ''} {{{' '.join(lines)}}}\n"


def _arguments(nodes: Iterable[ast.InputValueDefinitionNode]) -> str:
    given = (
        f"{n.name.value}:{_text(n.type)}" + (f"={_text(n.default_value)}" if n.default_value else "") for n in nodes
    )
    return " ".join(given)


def _text(node: ast.Node) -> str:
    """Return a type or a default as it stood in the schema."""
    return node.loc.source.body[node.loc.start : node.loc.end]


def cut(schema: str, asked: Wanted) -> str:
    """Return the part of a schema that was asked for.

    Raises:
        SystemExit: The schema lacks something that was asked for.
    """
    definitions = {node.name.value: node for node in parse(schema).definitions
                   if not isinstance(node, ast.DirectiveDefinitionNode | ast.SchemaDefinitionNode)}  # fmt: skip
    missing = sorted(asked.types - definitions.keys())
    for root, names in asked.fields.items():
        missing += sorted(f"{root}.{name}" for name in names - {f.name.value for f in definitions[root].fields})
    if missing:
        sys.exit(f"The schema has no {', '.join(missing)}. Mend {FOLDER / 'types.txt'}.")
    names = reached(definitions, kept(definitions, asked), asked) | BUILTIN
    return "".join(written(definitions[name], names, asked) for name in sorted(names & definitions.keys()))


def main() -> None:
    """Renew ``schema.graphql.gz`` beside the list of types."""
    parser = argparse.ArgumentParser(description="Renew tests/fakes/github/graphql/schema.graphql.gz.")
    parser.add_argument("schema", type=Path, help="schema.graphql of the npm package @octokit/graphql-schema")
    source = parser.parse_args().schema
    asked = wanted((FOLDER / "types.txt").read_text(encoding="utf-8"))
    text = cut(source.read_text(encoding="utf-8"), asked)
    build_schema(text)  # says what does not fit together
    content = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    (FOLDER / "schema.graphql.gz").write_bytes(content)
    sys.stdout.write(f"{len(asked.types)} types asked for, {len(content)} bytes\n")


if __name__ == "__main__":
    main()
