"""Files to and from GitHub: streamed, hashed meanwhile, within a size and the deadline.

A download is answered with a redirection to another host, which must never see the token; an upload carries the token
and goes to GitHub's own hosts only.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urljoin, urlsplit

import requests

from mlops import __version__
from mlops.bot import retrying
from mlops.bot.answers import Answer, refuse, unreachable
from mlops.bot.client import GitHub
from mlops.bot.permissions import Permission
from mlops.bot.reading import Reader
from mlops.bot.settings import Settings, is_safe_address
from mlops.bot.transport import API_VERSION, TIMEOUT
from mlops.errors import InputRefusedError
from mlops.hashing import CHUNK

_HOPS = 4
_BINARY = "application/octet-stream"


@dataclass(frozen=True)
class Received:
    """A file that was downloaded: its hash and its size."""

    sha256: str
    size: int


def download(hub: Reader, path: str, target: Path, *, limit: int, needs: Permission) -> Received:
    """Write what stands at ``path`` below the repository to ``target``, and hash it meanwhile.

    Args:
        hub: The repository.
        path: Below the repository, for example ``/actions/artifacts/1/zip``.
        target: A new file.
        limit: Bytes at most.
        needs: What the token must be allowed.

    Raises:
        InputRefusedError: It is larger than ``limit``, or GitHub redirects to where nothing may be fetched from.
        UsageRefusedError: GitHub does not know it.
        UnavailableError: It did not arrive before the deadline.
    """
    attempt = 0
    while True:
        attempt += 1
        try:
            got = hub.deadline.within(lambda: _download_once(hub, path, target, limit))
        except (requests.RequestException, OSError) as error:
            why, wait = str(error)[:200], None
        else:
            if isinstance(got, Received):
                return got
            limited = retrying.is_limit(got.status, got.headers, got.message)
            if not limited and not retrying.is_fault(got.status):
                refuse(got, needs)
            why = f"it answered {got.status}"
            wait = retrying.limit_wait(got.headers, now=hub.deadline.effects.now()) if limited else None
        if not hub.deadline.pause(retrying.backoff(attempt, hub.deadline.effects.chance()) if wait is None else wait):
            raise unreachable(f"GET {path}", why, hub.deadline.seconds)


def upload(hub: GitHub, url: str, name: str, data: bytes) -> Answer | None:
    """Upload the asset ``name`` once; return the answer, or None when none came: the asset may exist or not.

    Args:
        hub: The repository.
        url: The release's ``upload_url``, as GitHub gave it.
        name: Of the asset; a plain file name.
        data: Its bytes.

    Raises:
        InputRefusedError: The address is no host of GitHub's.
    """
    address = url.partition("{")[0]
    if not is_upload_address(address, hub.settings.api_url):
        raise _astray(address, f"a host of {hub.settings.api_url}")
    headers = {**_headers(hub.settings), "Content-Type": _BINARY}

    def once() -> Answer:
        where = f"{address}?name={quote(name)}"
        response = requests.post(
            where, data=data, headers=headers, timeout=TIMEOUT, allow_redirects=False, auth=_no_other
        )
        return _answer(f"POST assets {name}", response)

    try:
        return hub.deadline.within(once)
    except (requests.RequestException, OSError):
        return None


def is_upload_address(url: str, api_url: str) -> bool:
    """Tell whether ``url`` is where the server of ``api_url`` takes uploads: the same host, or ``uploads.`` for it."""
    if not is_safe_address(url):
        return False
    asked, api = urlsplit(url), urlsplit(api_url)
    hosts = {api.hostname, f"uploads.{(api.hostname or '').removeprefix('api.')}"}
    return asked.hostname in hosts and asked.scheme == api.scheme and asked.port == api.port


def _download_once(hub: Reader, path: str, target: Path, limit: int) -> Received | Answer:
    """Follow redirections by hand: only the first request carries the token."""
    url = f"{hub.settings.api_url}/repos/{hub.settings.repository}{path}"
    headers = {**_headers(hub.settings), "Accept": _BINARY}
    for _ in range(_HOPS):
        with requests.get(
            url, headers=headers, stream=True, timeout=TIMEOUT, allow_redirects=False, auth=_no_other
        ) as response:
            if response.is_redirect:
                url, headers = urljoin(url, response.headers["location"]), {"Accept-Encoding": "identity"}
                if not is_safe_address(url):
                    raise _astray(url, "https")
                continue
            if response.status_code != requests.codes.ok:
                return _answer(f"GET {path}", response)
            return _receive(response, target, limit, path)
    raise _astray(url, f"at most {_HOPS} redirections")


def _receive(response: requests.Response, target: Path, limit: int, path: str) -> Received:
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as stream:
        for chunk in response.iter_content(CHUNK):
            size += len(chunk)
            if size > limit:
                raise InputRefusedError(
                    "The download is too large; it was stopped.", file=path, expected=f"at most {limit:,} bytes",
                    found=f"more than {limit:,} bytes", fix="Is it a training run's artifact? Name another run.",
                )  # fmt: skip
            digest.update(chunk)
            stream.write(chunk)
    return Received(digest.hexdigest(), size)


def _headers(settings: Settings) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {settings.token}",
        "X-GitHub-Api-Version": API_VERSION,
        "User-Agent": f"precision-gate/{__version__}",
        "Accept-Encoding": "identity",
    }


def _no_other(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Authenticate by nothing else: without this, requests would look into .netrc."""
    return request


def _answer(where: str, response: requests.Response) -> Answer:
    return Answer(where, response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.text)


def _astray(url: str, expected: str) -> InputRefusedError:
    return InputRefusedError(
        "GitHub names an address that is not used.",
        field="location",
        expected=expected,
        found=url.partition("?")[0][:200],
        why="A proxy may have changed the answer.",
        fix="Check GITHUB_API_URL and the network, then run the same command again.",
    )
