"""Files of the repository, read from and committed to the bare repository."""

import base64
import binascii

from tests.fakes.github import shapes
from tests.fakes.github.bare import Bare, NoSuchObjectError
from tests.fakes.github.routing import REPO, Answer, Call, Problem, Routes
from tests.fakes.github.shapes import Json

ROUTES = Routes()
_PATH = f"{REPO}/contents/{{path}}"


@ROUTES("GET", _PATH, "contents")
def get_contents(call: Call) -> Answer:
    path, ref = call["path"].strip("/"), call.query.get("ref") or shapes.MAIN
    try:
        sha = call.state.bare.resolve(ref)
    except NoSuchObjectError as error:
        raise Problem(404, f"No commit found for the ref {ref}") from error
    try:
        content = call.state.bare.read(sha, path)
    except NoSuchObjectError:
        return Answer(200, _folder(call, sha, path, ref))
    encoded = base64.encodebytes(content).decode()
    blob = call.state.bare.blob(sha, path)
    return Answer(200, _file(call, path, blob, len(content), ref) | {"encoding": "base64", "content": encoded})


@ROUTES("PUT", _PATH, "contents")
def put_contents(call: Call) -> Answer:
    path, branch = call["path"].strip("/"), call.body.get("branch") or shapes.MAIN
    bare = call.state.bare
    try:
        head = bare.branch(branch)
    except NoSuchObjectError as error:
        raise Problem(404, f"Branch {branch} not found") from error
    try:
        content = base64.b64decode(call.body["content"].replace("\n", ""), validate=True)
    except binascii.Error as error:
        raise Problem(422, "content is not valid Base64") from error
    before = _present(bare, head, path)
    given = call.body.get("sha")
    if before and not given:
        raise Problem(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if given and given != before:
        raise Problem(409, f"{path} does not match {given}")
    commit = bare.write(branch, path, content, call.body["message"], call.account.login)
    return Answer(200 if before else 201, _written(call, path, commit, len(content), branch))


def _present(bare: Bare, ref: str, path: str) -> str | None:
    """Return the blob that stands at a path; None where there is no file."""
    try:
        return bare.blob(ref, path)
    except NoSuchObjectError:
        return None


def _written(call: Call, path: str, commit: str, size: int, branch: str) -> Json:
    found = call.state.bare.commit(commit)
    blob = call.state.bare.blob(commit, path)
    return {
        "content": _file(call, path, blob, size, branch),
        "commit": shapes.git_commit(call.urls, found) | {
            "sha": commit,
            "node_id": shapes.node("C", commit),
            "html_url": call.urls.html(f"/commit/{commit}"),
            "parents": shapes.parents(call.urls, found),
        },
    }  # fmt: skip


def _folder(call: Call, sha: str, path: str, ref: str) -> list[Json]:
    bare = call.state.bare
    entries = [
        _file(call, name, blob, int(bare.text("cat-file", "-s", blob)), ref)
        if kind == "blob"
        else _entry(call, name, blob, "dir", ref) | {"size": 0, "download_url": None}
        for kind, blob, name in bare.entries(sha, path)
    ]
    if not entries:
        raise Problem(404)
    return entries


def _file(call: Call, path: str, blob: str, size: int, ref: str) -> Json:
    raw = f"https://raw.githubusercontent.com/{call.state.repository}/{ref}/{path}"
    return _entry(call, path, blob, "file", ref) | {"size": size, "download_url": raw}


def _entry(call: Call, path: str, blob: str, kind: str, ref: str) -> Json:
    links = {
        "self": call.urls.api(f"/contents/{path}?ref={ref}"),
        "git": call.urls.api(f"/git/{'blobs' if kind == 'file' else 'trees'}/{blob}"),
        "html": call.urls.html(f"/{'blob' if kind == 'file' else 'tree'}/{ref}/{path}"),
    }
    return {
        "type": kind,
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": blob,
        "url": links["self"],
        "git_url": links["git"],
        "html_url": links["html"],
        "_links": links,
    }
