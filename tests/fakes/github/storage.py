"""The host that keeps bytes: artifacts and assets are not served by the API but by signed addresses elsewhere."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote

SECONDS = 60  # how long GitHub's own addresses of artifacts hold
_REFUSED = (
    '<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>Server failed to authenticate the '
    "request.</Message></Error>"
)


@dataclass(frozen=True)
class Stored:
    """Bytes behind a signed address."""

    content: bytes
    content_type: str
    name: str
    until: datetime


@dataclass
class Storage:
    """Signs addresses, and serves what they stand for.

    Attributes:
        clock: Time of day; an address ends after a minute.
        origin: Scheme, host and port.
    """

    clock: Callable[[], datetime]
    origin: str = ""
    signed: dict[str, Stored] = field(default_factory=dict)

    def sign(self, content: bytes, content_type: str, name: str) -> str:
        """Return an address that serves ``content`` to whoever has it, for a minute."""
        signature = secrets.token_urlsafe(24)
        self.signed[signature] = Stored(content, content_type, name, self.clock() + timedelta(seconds=SECONDS))
        return f"{self.origin}/{quote(name)}?sig={signature}"

    def fetch(self, query: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body for a request.

        Like the real one it refuses whoever sends credentials that were meant for the API.
        """
        stored = self.signed.get(query.get("sig", ""))
        xml = {"Content-Type": "application/xml"}
        if "Authorization" in headers:
            return 401, xml, _REFUSED.format(code="InvalidAuthenticationInfo").encode()
        if stored is None or self.clock() > stored.until:
            return 403, xml, _REFUSED.format(code="AuthenticationFailed").encode()
        disposition = f'attachment; filename="{stored.name}"'
        return 200, {"Content-Type": stored.content_type, "Content-Disposition": disposition}, stored.content
