"""Releases and their assets."""

import hashlib
import re

from tests.fakes.github import shapes
from tests.fakes.github.bare import Bare, NoSuchObjectError
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes, invalid, page
from tests.fakes.github.shapes import Json
from tests.fakes.github.state import Asset, Release, State

ROUTES = Routes()
_ONE = f"{REPO}/releases/{{release_id}}"
_ASSETS = f"{_ONE}/assets"
_ASSET = f"{REPO}/releases/assets/{{asset_id}}"
_BYTES = "application/octet-stream"


def asset_json(call: Call, release: Release, asset: Asset) -> Json:
    """Return an asset."""
    whole = asset.state == "uploaded"
    return {
        "id": asset.number,
        "node_id": shapes.node("RA", asset.number),
        "url": call.urls.api(f"/releases/assets/{asset.number}"),
        "browser_download_url": call.urls.html(f"/releases/download/{release.tag}/{asset.name}"),
        "name": asset.name,
        "label": asset.label,
        "state": asset.state,
        "content_type": asset.content_type,
        "size": len(asset.content),
        "digest": f"sha256:{hashlib.sha256(asset.content).hexdigest()}" if whole else None,
        "download_count": asset.downloads,
        "created_at": asset.created,
        "updated_at": asset.created,
        "uploader": shapes.account(call.urls, asset.author),
    }


def release_json(call: Call, release: Release) -> Json:
    """Return a release."""
    address = call.urls.api(f"/releases/{release.number}")
    page_name = f"untagged-{release.number}" if release.draft else release.tag
    archive = None if release.draft else call.urls.api
    return {
        "id": release.number,
        "node_id": shapes.node("RE", release.number),
        "url": address,
        "html_url": call.urls.html(f"/releases/tag/{page_name}"),
        "assets_url": f"{address}/assets",
        "upload_url": f"{call.urls.upload(f'/releases/{release.number}/assets')}{{?name,label}}",
        "tarball_url": archive and archive(f"/tarball/{release.tag}"),
        "zipball_url": archive and archive(f"/zipball/{release.tag}"),
        "tag_name": release.tag,
        "target_commitish": release.target,
        "name": release.name,
        "body": release.body,
        "draft": release.draft,
        "prerelease": release.prerelease,
        "immutable": False,
        "created_at": release.created,
        "published_at": release.published,
        "updated_at": release.published or release.created,
        "author": shapes.account(call.urls, release.author),
        "assets": [asset_json(call, release, asset) for asset in release.assets],
    }


def publish(state: State, release: Release) -> None:
    """Give a release its tag in git, as publishing does when there is none yet."""
    try:
        state.bare.tag(release.tag)
    except NoSuchObjectError:
        state.bare.point(f"refs/tags/{release.tag}", _target(state.bare, release.target))
    release.published = release.published or state.now()


def _target(bare: Bare, target: str) -> str:
    try:
        return bare.resolve(target)
    except NoSuchObjectError as error:
        raise invalid("Release", "target_commitish") from error


def _refuse_taken_tag(state: State, tag: str, but: int = 0) -> None:
    if not re.fullmatch(r"(?!.*\.\.)[\w+][\w.+/-]*(?<![./])", tag):
        raise invalid("Release", "tag_name")
    if any(release.tag == tag and not release.draft and number != but for number, release in state.releases.items()):
        raise invalid("Release", "tag_name", "already_exists")


@ROUTES("POST", f"{REPO}/releases", "contents")
def create_release(call: Call) -> Answer:
    body, now = call.body, call.state.now()
    release = Release(
        call.state.numbers(), body["tag_name"], body.get("target_commitish") or shapes.MAIN, call.account, now,
        body.get("name"), body.get("body"), body.get("draft", False), body.get("prerelease", False),
    )  # fmt: skip
    _refuse_taken_tag(call.state, release.tag)
    _target(call.state.bare, release.target)
    if not release.draft:
        publish(call.state, release)
    call.state.releases[release.number] = release
    return Answer(201, release_json(call, release))


@ROUTES("GET", f"{REPO}/releases", "contents")
def list_releases(call: Call) -> Answer:
    part, links = page(call, [release for _, release in sorted(call.state.releases.items(), reverse=True)])
    return Answer(200, [release_json(call, release) for release in part], links)


@ROUTES("GET", f"{REPO}/releases/latest", "contents")
def latest_release(call: Call) -> Answer:
    full = [r for _, r in sorted(call.state.releases.items()) if not r.draft and not r.prerelease]
    if not full:
        raise Problem(404)
    return Answer(200, release_json(call, full[-1]))


@ROUTES("GET", f"{REPO}/releases/tags/{{tag}}", "contents")
def get_release_by_tag(call: Call) -> Answer:
    for release in call.state.releases.values():
        if release.tag == call["tag"] and not release.draft:
            return Answer(200, release_json(call, release))
    raise Problem(404)


@ROUTES("GET", _ONE, "contents")
def get_release(call: Call) -> Answer:
    return Answer(200, release_json(call, call.find(call.state.releases, "release_id")))


@ROUTES("PATCH", _ONE, "contents")
def update_release(call: Call) -> Answer:
    release, body = call.find(call.state.releases, "release_id"), call.body
    tag = body.get("tag_name", release.tag)
    _refuse_taken_tag(call.state, tag, release.number)
    release.tag = tag
    release.target = body.get("target_commitish", release.target)
    for name in ("name", "body", "prerelease", "draft"):
        setattr(release, name, body.get(name, getattr(release, name)))
    if not release.draft:
        publish(call.state, release)
    return Answer(200, release_json(call, release))


@ROUTES("DELETE", _ONE, "contents")
def delete_release(call: Call) -> Answer:
    del call.state.releases[call.find(call.state.releases, "release_id").number]
    return Answer(204)


@ROUTES("GET", _ASSETS, "contents")
def list_assets(call: Call) -> Answer:
    release = call.find(call.state.releases, "release_id")
    part, links = page(call, release.assets)
    return Answer(200, [asset_json(call, release, asset) for asset in part], links)


@ROUTES("POST", _ASSETS, "contents", uploads=True)
def upload_asset(call: Call) -> Answer:
    release = call.find(call.state.releases, "release_id")
    if not call.raw:
        raise Problem(400, "Bad Content-Length: 0")
    # GitHub renames: what is not plain becomes a dot.
    name = re.sub(r"[^A-Za-z0-9_+@~-]+", ".", call.query["name"]).strip(".")
    if not name:
        raise invalid("ReleaseAsset", "name", "missing_field")
    if any(asset.name == name for asset in release.assets):
        raise invalid("ReleaseAsset", "name", "already_exists")
    kind = call.headers.get("Content-Type") or _BYTES
    asset = Asset(call.state.numbers(), name, call.raw, kind, call.account, call.state.now(), call.query.get("label"))
    release.assets.append(asset)
    return Answer(201, asset_json(call, release, asset))


def _find_asset(call: Call) -> tuple[Release, Asset]:
    pairs = {asset.number: (release, asset) for release in call.state.releases.values() for asset in release.assets}
    return call.find(pairs, "asset_id")


@ROUTES("GET", _ASSET, "contents")
def get_asset(call: Call) -> Answer:
    release, asset = _find_asset(call)
    if _BYTES not in call.headers.get("Accept", ""):
        return Answer(200, asset_json(call, release, asset))
    if asset.state != "uploaded":
        raise Problem(404)
    asset.downloads += 1
    return Answer(302, None, {"Location": call.storage.sign(asset.content, asset.content_type, asset.name)})


@ROUTES("PATCH", _ASSET, "contents")
def update_asset(call: Call) -> Answer:
    release, asset = _find_asset(call)
    name = call.body.get("name", asset.name)
    if any(other.name == name and other is not asset for other in release.assets):
        raise invalid("ReleaseAsset", "name", "already_exists")
    asset.name, asset.label = name, call.body.get("label", asset.label)
    return Answer(200, asset_json(call, release, asset))


@ROUTES("DELETE", _ASSET, "contents")
def delete_asset(call: Call) -> Answer:
    release, asset = _find_asset(call)
    release.assets.remove(asset)
    return Answer(204)
