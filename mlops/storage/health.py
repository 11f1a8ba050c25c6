"""Asking a server which model it serves: after a switch, until it says the right one or the time is over."""

import json
import time
import urllib.error
import urllib.request

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
    if not url.startswith(("http://", "https://")):
        return f"The address of the health check is none of http or https: {url[:200]}"
    end, said = time.monotonic() + seconds, "It was not asked."
    while True:
        said = _ask(url, task, model_id, artifact_sha256)
        if not said or time.monotonic() >= end:
            return said
        time.sleep(_PAUSE)


def _ask(url: str, task: str, model_id: str, artifact_sha256: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=_REQUEST) as answer:  # noqa: S310  # http or https, see above
            value = json.loads(answer.read(_LIMIT))
        found = value["models"].get(task) or {}
        named = (found.get("model_id"), found.get("artifact_sha256"))
    except urllib.error.HTTPError as error:
        return f"The server answered {error.code}."
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        return f"The server did not answer as it should: {type(error).__name__}"
    if named == (model_id, artifact_sha256):
        return ""
    return f"The server serves {named[0] or 'no model'} instead of {model_id}."
