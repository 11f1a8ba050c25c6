"""GraphQL: telling a query from a mutation, and an answer with errors turned into what REST would have answered."""

import json
import re
from dataclasses import replace
from typing import Any

from mlops.bot.answers import Answer

GRAPHQL = "/graphql"
"""Stands for GraphQL's endpoint; its address follows from the REST API's."""

_STATUS = {
    "RATE_LIMITED": 429,
    "RATE_LIMIT": 429,
    "INSUFFICIENT_SCOPES": 403,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
}
"""Which status of REST says the same as a type of error; the first of them that occurs counts."""

_UNACCEPTED, _FAULT, _OK = 422, 502, 200
_FAULT_WORDS = "something went wrong while executing your query"
_IGNORED = re.compile(r'"""(?:\\"""|.)*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*', re.DOTALL)
_TOKEN = re.compile(r"[(){}]|[A-Za-z_][A-Za-z0-9_]*")


def is_query(document: str) -> bool:
    """Tell whether a document holds queries and fragments, and nothing that changes or subscribes."""
    depth, found, at_start = 0, False, True
    for word in _TOKEN.findall(_IGNORED.sub(" ", document)):
        if at_start and word not in {"query", "fragment", "{"}:
            return False
        found, at_start = True, False
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(word, 0)
        at_start = depth == 0 and word == "}"
    return found and depth == 0


def as_rest(answer: Answer) -> Answer:
    """Return an answer to GraphQL as REST would have given it: GraphQL says 200 whatever happened."""
    errors = _errors(answer)
    if answer.status != _OK or not errors:
        return answer
    message = "; ".join(str(error.get("message", "")) for error in errors)
    kinds = {error.get("type") for error in errors}
    status = next((status for kind, status in _STATUS.items() if kind in kinds), _UNACCEPTED)
    if status == _UNACCEPTED and _FAULT_WORDS in message.lower():
        status = _FAULT
    return replace(answer, status=status, text=json.dumps({"message": message}))


def data_in(answer: Answer) -> dict[str, Any]:
    """Return the ``data`` of an accepted answer."""
    value = answer.json()
    found = value.get("data") if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _errors(answer: Answer) -> list[dict[str, Any]]:
    try:
        value = json.loads(answer.text)
    except ValueError:
        return []
    errors = value.get("errors") if isinstance(value, dict) else None
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
