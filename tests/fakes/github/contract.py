"""Check exchanges against GitHub's own OpenAPI description, in this process.

``openapi.json.gz`` is the part of it that the stand-in serves, cut out by ``tools/slice_openapi.py`` from the npm
package ``@octokit/openapi`` (MIT, ``OPENAPI-LICENSE.txt``).
"""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

DESCRIPTION = Path(__file__).with_name("openapi.json.gz")
JSON = "application/json"
_NAME = "urn:github"
_SHOWN = 80
_REFUSED = 400  # from here on an answer is a refusal, and always has a message

Loose = Callable[[dict[str, Any]], None]


def _nullables(node: Any) -> None:
    """``nullable`` beside a list of values or of alternatives without null: the API does send null there."""
    if isinstance(node, dict):
        if node.get("nullable") is True:
            for values, null in (("enum", None), ("oneOf", {"enum": [None]}), ("anyOf", {"enum": [None]})):
                if values in node and null not in node[values]:
                    node[values].append(null)
        for value in node.values():
            _nullables(value)
    elif isinstance(node, list):
        for value in node:
            _nullables(value)


def _broken_uploads(document: dict[str, Any]) -> None:
    """The text about uploading assets tells of a state ``starter``, which the list of states forgets."""
    asset = document["components"]["schemas"].get("release-asset")
    if asset is not None:
        asset["properties"]["state"]["enum"].append("starter")


def _plain_labels(document: dict[str, Any]) -> None:
    """The text about labels of issues allows an array of names directly, which the schema forgets."""
    item = document["paths"].get("/repos/{owner}/{repo}/issues/{issue_number}/labels", {})
    for method in item.keys() & {"post", "put"}:
        names = {"type": "array", "items": {"type": "string"}}
        item[method]["requestBody"]["content"][JSON]["schema"]["oneOf"].append(names)


def _contents(document: dict[str, Any]) -> None:
    """A conflict is one of two schemas that ask for nothing: every refusal is both, never exactly one.

    What stands at a path is told apart by a property ``type``, but a folder is an array, which has none.
    """
    item = document["paths"].get("/repos/{owner}/{repo}/contents/{path}", {})
    if "put" in item:
        schema = item["put"]["responses"]["409"]["content"][JSON]["schema"]
        schema["anyOf"] = schema.pop("oneOf")
    if "get" in item:
        del item["get"]["responses"]["200"]["content"][JSON]["schema"]["discriminator"]


def _either_checks(document: dict[str, Any]) -> None:
    """A protection names ``contexts`` or ``checks``: the API refuses both and neither, the schema demands the first."""
    item = document["paths"].get("/repos/{owner}/{repo}/branches/{branch}/protection", {})
    if "put" in item:
        body = item["put"]["requestBody"]["content"][JSON]["schema"]
        wanted = body["properties"]["required_status_checks"]
        wanted["required"].remove("contexts")
        wanted["oneOf"] = [{"enum": [None]}, *({"type": "object", "required": [n]} for n in ("contexts", "checks"))]


def _worded_refusals(document: dict[str, Any]) -> None:
    """The API words some refusals (a ruleset's name that is taken), where the schema knows only objects."""
    refusal = document["components"]["schemas"].get("validation-error")
    if refusal is not None:
        errors = refusal["properties"]["errors"]
        errors["items"] = {"anyOf": [errors["items"], {"type": "string"}]}


def _no_addresses(node: Any) -> None:
    """An address that is empty by default (of a deployment's log) is sent empty, which is no address."""
    if isinstance(node, dict):
        if node.get("format") == "uri" and node.get("default") == "":
            del node["format"]
        for value in node.values():
            _no_addresses(value)
    elif isinstance(node, list):
        for value in node:
            _no_addresses(value)


# Where the description is stricter than the API, with the reason in the docstring of each.
LOOSENED: tuple[Loose, ...] = (
    _nullables, _broken_uploads, _plain_labels, _contents, _either_checks, _worded_refusals, _no_addresses
)  # fmt: skip


class Contract:
    """A description of an API, ready to judge exchanges.

    Args:
        document: An OpenAPI 3.0 description.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        for loosen in LOOSENED:
            loosen(document)
        self.document = document
        self._registry: Registry[Any] = Registry().with_resource(_NAME, DRAFT4.create_resource(document))
        self._validators: dict[str, Validator] = {}

    def operations(self) -> set[tuple[str, str]]:
        """Return the method and the path template of everything that is described."""
        methods = {"get", "post", "put", "patch", "delete"}
        return {(name.upper(), path) for path, item in self.document["paths"].items() for name in methods & item.keys()}

    def request(self, method: str, path: str, query: Mapping[str, str], body: Any) -> list[str]:
        """Return what is wrong with a request.

        Args:
            method: In capitals.
            path: Template of the path, such as ``/repos/{owner}/{repo}``.
            query: Parameters as sent.
            body: The JSON value; None when nothing or no JSON was sent.
        """
        where = ["paths", path, method.lower()]
        operation = self.document["paths"].get(path, {}).get(method.lower())
        if operation is None:
            return [f"{method} {path} is not described"]
        found = list(self._query(where, operation, query))
        content = self._follow(operation.get("requestBody", {}))[0].get("content", {})
        if JSON in content:
            if body is not None:
                found += self._judge(where, ["requestBody", "content", JSON, "schema"], body)
            elif self._follow(operation["requestBody"])[0].get("required"):
                found.append("a body is required")
        elif body is not None and not content:
            found.append("a body was sent where none is described")
        return [f"request {method} {path}: {problem}" for problem in found]

    def answer(self, method: str, path: str, status: int, body: Any, *, binary: bool = False) -> list[str]:
        """Return what is wrong with an answer.

        Args:
            method: Of the request.
            path: Template of the path.
            status: Of the answer.
            body: Its JSON value; None when there is none.
            binary: The answer is bytes, which nothing describes further.
        """
        where = ["paths", path, method.lower()]
        responses = self.document["paths"][path][method.lower()]["responses"]
        found: list[str] = []
        if str(status) not in responses:
            # Refusals that any request may meet (401, 403, 429, 5xx) are described for few operations only.
            found += [] if status >= _REFUSED else [f"status {status} is not described, only {', '.join(responses)}"]
        elif not binary:
            content = self._follow(responses[str(status)])[0].get("content", {})
            if JSON in content:
                found += self._judge(where, ["responses", str(status), "content", JSON, "schema"], body)
            elif body is not None and not content and status < _REFUSED:
                found.append("a body was sent where none is described")
        return [f"answer {status} of {method} {path}: {problem}" for problem in found]

    def _query(self, where: list[str], operation: Mapping[str, Any], query: Mapping[str, str]) -> Iterator[str]:
        known = {}
        for index, given in enumerate(operation.get("parameters", [])):
            parameter, place = self._follow(given)
            if parameter["in"] == "query":
                known[parameter["name"]] = (parameter, place or [*where, "parameters", str(index)])
        for name, text in query.items():
            if name not in known:
                yield f"query parameter {name} is not described"
                continue
            parameter, place = known[name]
            for problem in self._judge(place, ["schema"], _typed(parameter["schema"], text)):
                yield f"query parameter {name}: {problem}"
        for name in known.keys() - query.keys():
            if known[name][0].get("required"):
                yield f"query parameter {name} is required"

    def _follow(self, node: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[str] | None]:
        """Return what ``node`` refers to and where that stands; ``node`` itself when it refers to nothing."""
        place = None
        while "$ref" in node:
            place = node["$ref"].removeprefix("#/").split("/")
            node = self.document
            for part in place:
                node = node[part]
        return node, place

    def _judge(self, where: list[str], below: list[str], value: Any) -> list[str]:
        """Return how ``value`` breaks the schema that stands ``below`` a place, references on the way followed."""
        node: Any = self.document
        for part in where:
            node = node[int(part)] if isinstance(node, list) else node[part]
        place = where
        for part in below:
            node, moved = self._follow(node[part])
            place = moved or [*place, part]
        pointer = "".join(f"/{quote(part.replace('~', '~0').replace('/', '~1'))}" for part in place)
        if pointer not in self._validators:
            schema = {"$ref": f"{_NAME}#{pointer}"}
            self._validators[pointer] = OAS30Validator(
                schema, registry=self._registry, format_checker=oas30_format_checker
            )
        errors = self._validators[pointer].iter_errors(value)
        return [f"{'/'.join(map(str, e.absolute_path)) or 'the whole'}: {_short(e.message)}" for e in errors]


def _typed(schema: Mapping[str, Any], text: str) -> Any:
    """Return a query parameter as the type that its schema wants; unchanged when it is not one."""
    if schema.get("type") == "integer" and text.lstrip("-").isascii() and text.lstrip("-").isdigit():
        return int(text)
    if schema.get("type") == "boolean" and text in {"true", "false"}:
        return text == "true"
    return text


def _short(message: str) -> str:
    """Return the two ends of a message, which quotes the whole value between them."""
    return message if len(message) <= 2 * _SHOWN else f"{message[:_SHOWN]} … {message[-_SHOWN:]}"


@cache
def description() -> Contract:
    """Return GitHub's description, read once."""
    return Contract(json.loads(gzip.decompress(DESCRIPTION.read_bytes())))
