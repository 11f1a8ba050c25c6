"""Releases: a model's artifact under a tag of its id, uploaded file by file into a draft and published last."""

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from mlops.bot import retrying, transfers, unpacking
from mlops.bot.answers import Part, read, refuse, unreachable
from mlops.bot.client import GitHub
from mlops.bot.permissions import WRITE_CONTENTS
from mlops.bot.sources import Asset
from mlops.errors import ConflictError
from mlops.hashing import sha256_bytes

Status = Literal["created", "updated", "unchanged"]

_UPLOADED = "uploaded"
_ASSET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)


class Release(Part):
    """A release, perhaps a draft; ``assets`` may hold half-uploaded ones."""

    id: int
    tag_name: str
    draft: bool
    html_url: str
    upload_url: str
    assets: tuple[Asset, ...] = ()


class Published(NamedTuple):
    """The release that now stands, and what was done."""

    status: Status
    url: str
    tag: str


class Contents(NamedTuple):
    """What a release holds, by name.

    Attributes:
        artifact: The model's files: they are what the release is, and never change.
        companions: What was known when it was made, such as the verdict and the card: kept as first uploaded.
    """

    artifact: Mapping[str, bytes]
    companions: Mapping[str, bytes]


def publish(hub: GitHub, contents: Contents, *, tag: str, commit: str, title: str, body: str) -> Published:
    """Make the release ``tag`` hold these files, from wherever an earlier run stopped.

    Raises:
        ConflictError: A release of this tag holds a model file with other bytes.
        UnavailableError: GitHub did not do it before the deadline, or the token may not.
    """
    draft = {"tag_name": tag, "target_commitish": commit, "name": title, "body": body, "draft": True}
    made = hub.make("/releases", draft, WRITE_CONTENTS, look=lambda: _find(hub, tag), read=_read)
    release = _first(hub, made.value) if made.fresh else made.value
    changed = made.fresh
    for name, data in {**contents.artifact, **contents.companions}.items():
        if _ASSET.fullmatch(name) is None:
            raise ValueError(f"no name of an asset: {name!r}")
        changed |= _ensure_asset(hub, release, name, data, fixed=name in contents.artifact)
    if release.draft:
        release = _read(hub.patch(f"/releases/{release.id}", {"draft": False, "tag_name": tag}, WRITE_CONTENTS))
        changed = True
    status: Status = "created" if made.fresh else "updated" if changed else "unchanged"
    return Published(status, release.html_url, tag)


def _find(hub: GitHub, tag: str) -> Release | None:
    """Return the release of a tag: the published one, else the oldest draft, which no tag leads to."""
    found = [release for entry in hub.pages("/releases", WRITE_CONTENTS) if (release := _read(entry)).tag_name == tag]
    return min(found, key=lambda release: (release.draft, release.id), default=None)


def _first(hub: GitHub, own: Release) -> Release:
    """Return the release that counts; a draft that another run made at the same moment, but earlier, replaces ours."""
    kept = _find(hub, own.tag_name) or own
    if kept.id != own.id:
        hub.delete(f"/releases/{own.id}", WRITE_CONTENTS)
    return kept


def _ensure_asset(hub: GitHub, release: Release, name: str, data: bytes, *, fixed: bool) -> bool:
    """Have an asset hold these bytes; return whether anything was done."""
    attempt, changed = 0, False
    known = next((asset for asset in release.assets if asset.name == name), None)
    while True:
        if known is not None and known.state == _UPLOADED:
            if fixed:
                _refuse_other_bytes(hub, known, data, release)
            return changed
        if known is not None:  # half-uploaded: GitHub keeps its name, so it must go first
            hub.delete(f"/releases/assets/{known.id}", WRITE_CONTENTS)
        attempt += 1
        if attempt > 1 and not hub.deadline.pause(retrying.backoff(attempt, hub.deadline.effects.chance())):
            raise unreachable(f"POST assets {name}", "the upload did not end", hub.deadline.seconds)
        answer = transfers.upload(hub, release.upload_url, name, data)
        changed = True
        taken = 422  # the name exists: an upload whose answer was lost
        if answer is not None and not answer.accepted and answer.status != taken:
            limited = retrying.is_limit(answer.status, answer.headers, answer.message)
            if not limited and not retrying.is_fault(answer.status):
                refuse(answer, WRITE_CONTENTS)
        done = answer is not None and answer.accepted
        known = read(Asset, answer.json(), where="an asset") if answer and done else _asset(hub, release, name)
        if answer is not None and answer.status == taken and known is None:
            refuse(answer, WRITE_CONTENTS)


def _asset(hub: GitHub, release: Release, name: str) -> Asset | None:
    entries = hub.pages(f"/releases/{release.id}/assets", WRITE_CONTENTS)
    assets = (read(Asset, entry, where="an asset") for entry in entries)
    return next((asset for asset in assets if asset.name == name), None)


def _refuse_other_bytes(hub: GitHub, asset: Asset, data: bytes, release: Release) -> None:
    expected = sha256_bytes(data)
    if asset.size == len(data):
        found = asset.digest.removeprefix("sha256:") if asset.digest else _downloaded(hub, asset)
    else:
        found = f"{asset.size:,} bytes"
    if found != expected:
        raise ConflictError(
            "A release of this id holds another model.",
            file=asset.name,
            field=release.tag_name,
            expected=f"sha256 {expected}",
            found=f"sha256 {found}" if asset.size == len(data) else found,
            fix="Deploy the released artifact (mlops bot artifact --model ID), or train under the next id.",
        )


def _downloaded(hub: GitHub, asset: Asset) -> str:
    """Return the hash of an asset whose digest an older server does not tell."""
    with tempfile.TemporaryDirectory(prefix="mlops-release-") as folder:
        target = Path(folder, "asset")
        path = f"/releases/assets/{asset.id}"
        return transfers.download(hub, path, target, limit=unpacking.MAX_BYTES, needs=WRITE_CONTENTS).sha256


def _read(value: Any) -> Release:  # noqa: ANN401  # JSON is anything
    return read(Release, value, where="a release")
