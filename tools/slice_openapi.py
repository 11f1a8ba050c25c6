#!/usr/bin/env python3
"""Cut the paths that the tests' GitHub stand-in serves out of GitHub's OpenAPI description.

The description is ``generated/api.github.com.json`` of the npm package ``@octokit/openapi`` (MIT; its notice stands
beside the result). Texts and examples are left out: only what a check of an exchange reads is kept, with every
component that it reaches. The same input gives the same bytes::

    npm pack @octokit/openapi && tar -xzf octokit-openapi-*.tgz
    python tools/slice_openapi.py package/generated/api.github.com.json
"""

import argparse
import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "fakes" / "github"
TEXTS = frozenset({"description", "summary", "example", "examples", "externalDocs", "tags", "title"})
# Below these keys stand names that the API uses, which may be spelled like the words above.
NAMES = frozenset({"properties", "parameters", "responses", "schemas", "headers", "content", "paths", "requestBodies"})


def bare(node: object, *, names: bool = False) -> object:
    """Return a part of the description without texts and extensions; ``names`` when its keys are the API's names."""
    if isinstance(node, list):
        return [bare(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if names or not (key in TEXTS or key.startswith("x-"))}
    return {key: bare(value, names=not names and key in NAMES) for key, value in kept.items()}


def references(node: object) -> Iterator[str]:
    """Return every reference to a component in a part of the description."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def cut(description: dict[str, Any], paths: list[str]) -> dict[str, Any]:
    """Return the description of ``paths`` alone, with all components that they reach.

    Raises:
        SystemExit: A path is not in the description.
    """
    missing = [path for path in paths if path not in description["paths"]]
    if missing:
        sys.exit(f"The description has no path {', '.join(missing)}. Mend {FOLDER / 'openapi_paths.txt'}.")
    kept = {path: bare(description["paths"][path]) for path in paths}
    components: dict[str, dict[str, Any]] = {}
    waiting = list(references(kept))
    while waiting:
        _, _, kind, name = waiting.pop().split("/", 3)
        if name not in components.setdefault(kind, {}):
            components[kind][name] = bare(description["components"][kind][name])
            waiting += references(components[kind][name])
    return {
        "openapi": description["openapi"],
        "info": {key: description["info"][key] for key in ("version", "license")},
        "paths": kept,
        "components": components,
    }


def packed(document: dict[str, Any]) -> bytes:
    """Return a document as gzipped JSON; the same document gives the same bytes."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def main() -> None:
    """Renew ``openapi.json.gz`` beside the list of paths."""
    parser = argparse.ArgumentParser(description="Renew tests/fakes/github/openapi.json.gz.")
    parser.add_argument("description", type=Path, help="api.github.com.json of the npm package @octokit/openapi")
    source = parser.parse_args().description
    paths = (FOLDER / "openapi_paths.txt").read_text(encoding="utf-8").split()
    content = packed(cut(json.loads(source.read_text(encoding="utf-8")), paths))
    (FOLDER / "openapi.json.gz").write_bytes(content)
    sys.stdout.write(f"{len(paths)} paths, {len(content)} bytes\n")


if __name__ == "__main__":
    main()
