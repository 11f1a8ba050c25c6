"""Asking a server which model it serves: after a switch, until it says the right one or the time is over."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import IO, Any, NamedTuple

_PAUSE = 0.2
_PATIENCE = 3.0
"""Seconds without a word while a server takes a model; longer, and a person thinks that nothing happens."""
_REQUEST = 5.0
_LIMIT = 1 << 20
_WELL = range(200, 300)


def wait_for(
    url: str, task: str, model_id: str, artifact_sha256: str, *, seconds: float,
    waiting: Callable[[str, float], None] = lambda _why, _left: None,
) -> str:  # fmt: skip
    """Ask ``url`` until it says that it serves a model.

    Args:
        url: The server's ``/readyz``: JSON with ``models``, by task ``model_id`` and ``artifact_sha256``; with 503
            also ``failures``, by task why it does not follow its pointer. Those of other tasks are theirs to tell.
        task: Which task.
        model_id: Which model it shall serve.
        artifact_sha256: Which bytes.
        seconds: For how long to ask.
        waiting: Told once, where it takes long, why not yet and for how many seconds it will be asked further.

    Returns:
        Why it does not, in a sentence; empty if it does.
    """
    begin, told = time.monotonic(), False
    while True:
        said = _ask(url, task, model_id, artifact_sha256)
        passed = time.monotonic() - begin
        if not said or passed >= seconds or not _is_web(url):
            return said
        if passed >= _PATIENCE and not told:
            waiting(said, seconds - passed)
            told = True
        time.sleep(_PAUSE)


def silence_of(url: str) -> str:
    """Ask ``url`` once whether a server there says which models it serves, whichever they are.

    What does not say so before a switch says nothing of the model after it. A server that does not follow a pointer
    names its models all the same, with 503.

    Args:
        url: As for :func:`wait_for`.

    Returns:
        Why it does not, in a sentence; empty if it does.
    """
    return _asked(url)[1]


def _ask(url: str, task: str, model_id: str, artifact_sha256: str) -> str:
    said, why = _asked(url)
    if why:
        return why
    if said.status not in _WELL and (task in said.failures or not said.failures):  # or for no reason that is told
        return f"The server answered {said.status}."
    found = said.models.get(task)
    named = (found.get("model_id"), found.get("artifact_sha256")) if isinstance(found, dict) else (None, None)
    if named == (model_id, artifact_sha256):
        return ""
    return f"The server serves {named[0] or 'no model'} instead of {model_id}."


class _Said(NamedTuple):
    """What a server answers: with which status it names which models, and which tasks it cannot follow."""

    status: int = 0
    models: Mapping[str, Any] = MappingProxyType({})
    failures: Mapping[str, Any] = MappingProxyType({})


def _asked(url: str) -> tuple[_Said, str]:
    """Return what a server says of its models, or why it names none."""
    if not _is_web(url):
        return _Said(), f"The address of the health check is none of http or https: {url[:200]}"
    try:
        with urllib.request.urlopen(url, timeout=_REQUEST) as answer:  # noqa: S310  # http or https, see above
            return _said(answer, answer.status), ""
    except urllib.error.HTTPError as error:
        with error:
            found = _said_or_none(error, error.code)
        return (found, "") if found is not None and found.models else (_Said(), f"The server answered {error.code}.")
    except urllib.error.URLError as error:
        return _Said(), f"Nobody answered: {error.reason}."
    except TimeoutError:
        return _Said(), "Nobody answered in time."
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException) as error:
        return _Said(), f"The server did not answer as it should: {type(error).__name__}."


def _said(answer: IO[bytes], status: int) -> _Said:
    body = json.loads(answer.read(_LIMIT))
    models, failures = body["models"], body.get("failures", {})
    if not isinstance(models, dict) or not isinstance(failures, dict):
        raise TypeError("models or failures is no table")
    return _Said(status, models, failures)


def _said_or_none(answer: IO[bytes], status: int) -> _Said | None:
    try:
        return _said(answer, status)
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return None


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))
