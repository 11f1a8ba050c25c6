"""Requests of HTTP alone that follow no redirection: nothing goes to, or comes from, an address that nobody named."""

import urllib.request


def opener() -> urllib.request.OpenerDirector:
    """Return what opens ``http`` and ``https``; every answer but a 2xx is raised as ``urllib.error.HTTPError``."""
    found = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler, urllib.request.HTTPHandler, urllib.request.HTTPSHandler,
        urllib.request.HTTPErrorProcessor, urllib.request.HTTPDefaultErrorHandler,
    ):  # fmt: skip
        found.add_handler(handler())
    return found
