"""``[metrics]`` of ``mlops.toml``: where numbers are sent to."""

import re
from typing import Annotated

from pydantic import AfterValidator

from mlops.documents import Part

_HOST = r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])"
_ADDRESS = re.compile(rf"https?://{_HOST}(?::[1-9][0-9]{{0,4}})?(?:/[A-Za-z0-9._~/%-]*)?", re.ASCII)


def check_address(url: str) -> str:
    """Return ``url`` if a Pushgateway may be addressed by it.

    Raises:
        ValueError: No ``http://`` or ``https://``, a user or a password, ``?`` or ``#``, or no host; the message
            repeats nothing of the address, for a password may stand in it.
    """
    if "@" in url:
        raise ValueError("an address with a user or a password would be committed, or printed in a log")
    if _ADDRESS.fullmatch(url) is None:
        raise ValueError("http:// or https://, a host, and perhaps a port and a path; no blanks, no ? and no #")
    return url


def _address(url: str) -> str:
    return check_address(url) if url else url


class MetricsSettings(Part):
    """Where numbers are sent to.

    Attributes:
        pushgateway: Address of a Prometheus Pushgateway; empty sends nothing.
    """

    pushgateway: Annotated[str, AfterValidator(_address)] = ""
