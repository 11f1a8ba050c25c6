"""Sending numbers to a Prometheus Pushgateway, within a time that nothing on the other side can prolong."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from urllib.parse import quote

from mlops.formatting import printable
from mlops.storage.opening import opener

SECONDS = 5.0
"""How long the whole call may take, however many groups it sends."""

Group = tuple[str, str]
"""The grouping key: the job, and the model's id."""

_SHORT = 100
_MOST_BYTES = 64_000_000
"""Of a list: a Pushgateway tells everything that it has, and this is more than any has."""


class _NotDoneError(Exception):
    """What a Pushgateway was asked for is not done; the text says why in few words."""


def push(
    url: str, groups: Mapping[Group, bytes], *, content_type: str, seconds: float = SECONDS,
    outdated: Callable[[Group], bool] | None = None,
) -> str:  # fmt: skip
    """Put each group in the place of what the Pushgateway has of it, so that twice is as once.

    A Pushgateway forgets nothing by itself: what nobody reports any more has to be removed, or its alerts never end.

    Name lookup, connecting and an answer that comes byte by byte have no time limit of their own that holds; so the
    requests are made by a thread that is left behind when the time is over, and that ends with the process.

    Args:
        url: Address of the Pushgateway, as :func:`mlops.metrics_settings.check_address` accepts it.
        groups: By job and model what is known of it, in Prometheus' text format.
        content_type: Of these bytes.
        seconds: For the whole call.
        outdated: Tells of a group that the Pushgateway lists whether it is to be removed, once all others were put;
            None removes none. Groups whose key has other parts than job and model are nobody's here.

    Returns:
        Why not all was done, in a sentence; empty if it was.
    """
    end = time.monotonic() + seconds
    said: list[str] = []
    sent: list[Group] = []
    done = threading.Event()

    def send() -> None:
        try:
            for group, data in groups.items():
                _ask("PUT", _address(url, group), end, data=data, content_type=content_type)
                sent.append(group)
            if outdated is not None:
                for group in filter(outdated, _groups(_ask("GET", f"{url.rstrip('/')}/api/v1/metrics", end))):
                    _ask("DELETE", _address(url, group), end)
        except _NotDoneError as error:
            said.append(str(error))
        else:
            done.set()

    sending = threading.Thread(target=send, name="pushing", daemon=True)
    sending.start()
    sending.join(seconds)
    if done.is_set():
        return ""
    why = said[0] if said else f"it did not answer within {seconds:g} seconds"
    pushed = f"{len(sent)} of {len(groups)} models were pushed"
    if len(sent) < len(groups):
        return f"{pushed}: {why}."
    return f"{pushed}, but what it keeps of models that are no longer reported was not all removed: {why}."


def _address(url: str, group: Group) -> str:
    job, model = (quote(part, safe="") for part in group)
    return f"{url.rstrip('/')}/metrics/job/{job}/model_id/{model}"


def _ask(method: str, address: str, end: float, *, data: bytes | None = None, content_type: str = "") -> bytes:
    """Make a request; return the body of what was asked for by GET. Any other body is not waited for.

    Raises:
        _NotDoneError: It was refused, or failed, or the time is over.
    """
    left = end - time.monotonic()
    if left <= 0:
        raise _NotDoneError("there was no time left")
    headers = {"Content-Type": content_type} if content_type else {}
    request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310  # its scheme was checked
    try:
        # A silent socket ends a second later: by then nobody waits for it any more.
        with opener().open(request, timeout=left + 1) as answer:
            body: bytes = answer.read(_MOST_BYTES + 1) if method == "GET" else b""
    except urllib.error.HTTPError as error:
        with error:
            raise _NotDoneError(f"it answered {error.code}") from None
    except Exception as error:  # noqa: BLE001  # whatever a server may do, it must not end the run that tells of itself
        raise _NotDoneError(_short(getattr(error, "reason", error))) from None
    if len(body) > _MOST_BYTES:
        raise _NotDoneError(f"its list has more than {_MOST_BYTES // 1_000_000} MB")
    return body


def _groups(listed: bytes) -> list[Group]:
    """Return the groups of a list whose key is a job and a model.

    Raises:
        _NotDoneError: It is no list of a Pushgateway.
    """
    try:
        keys = [one["labels"] for one in json.loads(listed)["data"]]
        return [(str(key["job"]), str(key["model_id"])) for key in keys if set(key) == {"job", "model_id"}]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise _NotDoneError("its list of what it keeps cannot be read") from None


def _short(reason: object) -> str:
    """Return what went wrong in few words that no server chose the length of, and no byte that a terminal acts on."""
    text = printable(" ".join(str(reason).split()), _SHORT)
    return text.rstrip(".") or "it could not be reached"
