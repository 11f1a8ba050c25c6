"""Asking a server which model it serves: after a switch, until it says the right one or the time is over."""

import http.client
import json
import time
import urllib.error
import urllib.request
from typing import IO, Any

_PAUSE = 0.2
_REQUEST = 5.0
_LIMIT = 1 << 20


def wait_for(url: str, task: str, model_id: str, artifact_sha256: str, *, seconds: float) -> str:
    """Ask ``url`` until it says that it serves a model.

    Args:
        url: The server's ``/readyz``: JSON with ``models``, by task ``model_id`` and ``artifact_sha256``.
        task: Which task.
        model_id: Which model it shall serve.
        artifact_sha256: Which bytes.
        seconds: For how long to ask.

    Returns:
        Why it does not, in a sentence; empty if it does.
    """
    end = time.monotonic() + seconds
    while True:
        said = _ask(url, task, model_id, artifact_sha256)
        if not said or time.monotonic() >= end or not _is_web(url):
            return said
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
    return _asked(url, strict=False)[1]


def _ask(url: str, task: str, model_id: str, artifact_sha256: str) -> str:
    models, why = _asked(url, strict=True)
    if why:
        return why
    found = models.get(task)
    named = (found.get("model_id"), found.get("artifact_sha256")) if isinstance(found, dict) else (None, None)
    if named == (model_id, artifact_sha256):
        return ""
    return f"The server serves {named[0] or 'no model'} instead of {model_id}."


def _asked(url: str, *, strict: bool) -> tuple[dict[str, Any], str]:
    """Return the models that a server names, or why there are none; ``strict`` refuses any status but a 2xx."""
    if not _is_web(url):
        return {}, f"The address of the health check is none of http or https: {url[:200]}"
    try:
        with urllib.request.urlopen(url, timeout=_REQUEST) as answer:  # noqa: S310  # http or https, see above
            return _models(answer), ""
    except urllib.error.HTTPError as error:
        with error:
            found = {} if strict else _models_or_none(error)
        return found, "" if found else f"The server answered {error.code}."
    except urllib.error.URLError as error:
        return {}, f"Nobody answered: {error.reason}."
    except TimeoutError:
        return {}, "Nobody answered in time."
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException) as error:
        return {}, f"The server did not answer as it should: {type(error).__name__}."


def _models(answer: IO[bytes]) -> dict[str, Any]:
    found = json.loads(answer.read(_LIMIT))["models"]
    if not isinstance(found, dict):
        raise TypeError("models is no table")
    return found


def _models_or_none(answer: IO[bytes]) -> dict[str, Any]:
    try:
        return _models(answer)
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return {}


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))
