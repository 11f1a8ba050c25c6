"""Sending numbers to a Prometheus Pushgateway, within a time that nothing on the other side can prolong."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from urllib.parse import quote

from mlops.formatting import printable

SECONDS = 5.0
"""How long the whole call may take, however many groups it sends."""

Group = tuple[str, str]
"""The grouping key: the job, and the model's id."""

_SHORT = 100


def push(url: str, groups: Mapping[Group, bytes], *, content_type: str, seconds: float = SECONDS) -> str:
    """Put each group in the place of what the Pushgateway has of it, so that twice is as once.

    Name lookup, connecting and an answer that comes byte by byte have no time limit of their own that holds; so the
    requests are made by a thread that is left behind when the time is over, and that ends with the process.

    Args:
        url: Address of the Pushgateway, as :func:`mlops.metrics_settings.check_address` accepts it.
        groups: By job and model what is known of it, in Prometheus' text format.
        content_type: Of these bytes.
        seconds: For the whole call.

    Returns:
        Why not all arrived, in a sentence; empty if they did.
    """
    end = time.monotonic() + seconds
    said: list[str] = []
    sent: list[Group] = []

    def send() -> None:
        for group, data in groups.items():
            left = end - time.monotonic()  # a silent socket ends a second later: by then nobody waits for it any more
            why = _put(_address(url, group), data, content_type, left + 1) if left > 0 else "there was no time left"
            if why:
                said.append(why)
                return
            sent.append(group)

    sending = threading.Thread(target=send, name="pushing", daemon=True)
    sending.start()
    sending.join(seconds)
    if len(sent) == len(groups):
        return ""
    why = said[0] if said else f"it did not answer within {seconds:g} seconds"
    return f"{len(sent)} of {len(groups)} models were pushed: {why}."


def _address(url: str, group: Group) -> str:
    job, model = (quote(part, safe="") for part in group)
    return f"{url.rstrip('/')}/metrics/job/{job}/model_id/{model}"


def _put(address: str, data: bytes, content_type: str, seconds: float) -> str:
    """Put ``data``; return why that failed, or nothing. The answer's body is of no interest and is not waited for."""
    request = urllib.request.Request(address, data, {"Content-Type": content_type}, method="PUT")  # noqa: S310  # its scheme was checked
    try:
        with urllib.request.urlopen(request, timeout=seconds):  # noqa: S310  # its scheme was checked
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return f"it answered {error.code}"
    except Exception as error:  # noqa: BLE001  # whatever a server may do, it must not end the run that tells of itself
        return _short(getattr(error, "reason", error))


def _short(reason: object) -> str:
    """Return what went wrong in few words that no server chose the length of, and no byte that a terminal acts on."""
    text = printable(" ".join(str(reason).split()), _SHORT)
    return text.rstrip(".") or "it could not be reached"
