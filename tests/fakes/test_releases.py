"""Releases and assets of the stand-in."""

import hashlib
from pathlib import Path

import pytest
import requests
from github import GithubException
from github.GitRelease import GitRelease
from github.Repository import Repository

from tests.fakes.conftest import Ask
from tests.fakes.github import Hub

BYTES = {"Accept": "application/octet-stream"}


@pytest.fixture
def release(repo: Repository) -> GitRelease:
    """Return a published release."""
    return repo.create_git_release("er-model-20251020", "er_20251020", "Passed.", target_commitish="main")


def test_publishing_makes_the_tag(hub: Hub, release: GitRelease) -> None:
    assert hub.state.bare.tag("er-model-20251020") == hub.state.bare.branch("main")
    assert (release.draft, release.author.login) == (False, "github-actions[bot]")
    assert release.html_url == "https://github.com/acme/er-models/releases/tag/er-model-20251020"


def test_a_draft_has_no_tag_until_it_is_published(hub: Hub, repo: Repository) -> None:
    draft = repo.create_git_release("v1", "One", "", draft=True)
    assert hub.state.bare.text("tag", "--list") == ""
    with pytest.raises(GithubException, match="404"):
        repo.get_release("v1")
    assert [each.draft for each in repo.get_releases()] == [True]
    draft.update_release("One", "Ready.", draft=False)
    assert hub.state.bare.tag("v1")
    assert repo.get_release("v1").body == "Ready."
    assert repo.get_latest_release().tag_name == "v1"


def test_a_tag_has_one_release(repo: Repository, release: GitRelease) -> None:
    with pytest.raises(GithubException) as error:
        repo.create_git_release(release.tag_name, "Again", "")
    assert error.value.status == 422
    assert error.value.data["errors"] == [{"resource": "Release", "code": "already_exists", "field": "tag_name"}]


@pytest.mark.parametrize("tag", ["a b", "a..b", "a~", ""])
def test_a_tag_is_a_name_that_git_takes(repo: Repository, tag: str) -> None:
    with pytest.raises(GithubException, match="Validation Failed"):
        repo.create_git_release(tag, "Bad", "")


def test_a_release_needs_its_target(repo: Repository) -> None:
    with pytest.raises(GithubException) as error:
        repo.create_git_release("v1", "One", "", target_commitish="0" * 40)
    assert error.value.data["errors"][0]["field"] == "target_commitish"


def test_a_deleted_release_leaves_its_tag(hub: Hub, repo: Repository, release: GitRelease) -> None:
    release.delete_release()
    assert list(repo.get_releases()) == []
    assert hub.state.bare.tag(release.tag_name)
    with pytest.raises(GithubException, match="404"):
        repo.get_latest_release()


def test_an_asset_is_uploaded_listed_and_downloaded(hub: Hub, release: GitRelease, tmp_path: Path, ask: Ask) -> None:
    content = b"weights" * 1000
    (tmp_path / "model.skops").write_bytes(content)
    asset = release.upload_asset(str(tmp_path / "model.skops"))
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert (asset.name, asset.state, asset.size, asset.raw_data["digest"]) == ("model.skops", "uploaded", 7000, digest)
    assert [each.name for each in release.get_assets()] == ["model.skops"]
    found = ask("GET", f"/releases/assets/{asset.id}", headers=BYTES)
    assert found.status_code == 302
    assert not found.headers["Location"].startswith(hub.api)
    assert requests.get(found.headers["Location"], timeout=20).content == content
    assert hub.state.releases[release.id].assets[0].downloads == 1


def test_a_name_is_uploaded_once(hub: Hub, release: GitRelease, tmp_path: Path) -> None:
    (tmp_path / "card.md").write_text("# Card\n", encoding="utf-8")
    asset = release.upload_asset(str(tmp_path / "card.md"))
    with pytest.raises(GithubException) as error:
        release.upload_asset(str(tmp_path / "card.md"))
    assert error.value.data["errors"] == [{"resource": "ReleaseAsset", "field": "name", "code": "already_exists"}]
    asset.delete_asset()
    assert release.upload_asset(str(tmp_path / "card.md")).id != asset.id
    assert len(hub.state.releases[release.id].assets) == 1


def test_an_asset_is_renamed_as_github_renames(release: GitRelease, ask: Ask) -> None:
    address = release.upload_url.partition("{")[0]
    plain = {"Content-Type": "text/plain"}
    name = ask("POST", f"{address}?name=.a model (1).md", data=b"x", headers=plain).json()["name"]
    assert name == "a.model.1.md"
    assert ask("POST", f"{address}?name=...", data=b"x", headers=plain).status_code == 422
    assert ask("POST", f"{address}?name=empty", data=b"", headers=plain).status_code == 400


def test_assets_are_not_uploaded_to_the_api_itself(hub: Hub, release: GitRelease, ask: Ask) -> None:
    assert ask("POST", f"/releases/{release.id}/assets?name=x", data=b"x").status_code == 404
    assert hub.state.releases[release.id].assets == []


def test_an_upload_may_break_and_leave_a_starter(hub: Hub, release: GitRelease, tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "model.skops").write_bytes(b"weights")
    hub.break_upload()
    with pytest.raises(GithubException, match="502"):
        release.upload_asset(str(tmp_path / "model.skops"))
    (left,) = release.get_assets()
    assert (left.state, left.size, left.raw_data["digest"]) == ("starter", 0, None)
    assert ask("GET", f"/releases/assets/{left.id}", headers=BYTES).status_code == 404
    left.delete_asset()
    assert release.upload_asset(str(tmp_path / "model.skops")).state == "uploaded"
