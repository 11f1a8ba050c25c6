"""What the bot knows of its surroundings, and where it does not send the token."""

import pytest

from mlops.bot.settings import Settings, is_safe_address, parse_commit
from mlops.errors import UsageRefusedError

ENVIRON = {"GITHUB_TOKEN": "ghs_secret", "GITHUB_REPOSITORY": "acme/er-models"}


def test_a_workflow_needs_only_token_and_repository() -> None:
    found = Settings.of(ENVIRON)
    assert (found.api_url, found.server_url) == ("https://api.github.com", "https://github.com")
    assert (found.owner, found.repository_url) == ("acme", "https://github.com/acme/er-models")
    assert (found.run_url, found.sha) == ("", "")


def test_the_token_is_never_shown() -> None:
    assert "ghs_secret" not in repr(Settings.of(ENVIRON))


def test_inside_a_run_its_address_and_commit_are_known() -> None:
    more = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_RUN_ID": "7", "GITHUB_SHA": "a" * 40}
    found = Settings.of(ENVIRON | more)
    assert found.run_url == "https://github.com/acme/er-models/actions/runs/7"
    assert found.sha == "a" * 40


def test_a_person_passes_gh_token_and_an_empty_variable_is_none() -> None:
    assert Settings.of(ENVIRON | {"GITHUB_TOKEN": "", "GH_TOKEN": "gho_mine"}).token == "gho_mine"  # noqa: S105  # no real token


def test_an_enterprise_server_is_another_address() -> None:
    found = Settings.of(ENVIRON | {"GITHUB_API_URL": "https://git.example.org/api/v3/"})
    assert found.api_url == "https://git.example.org/api/v3"


@pytest.mark.parametrize("token", ["", "two words", "ends\n", "ü"])
def test_what_is_no_token_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(UsageRefusedError, match="no token") as caught:
        Settings.of(ENVIRON | {"GITHUB_TOKEN": token})
    assert "github.token" in caught.value.fix


@pytest.mark.parametrize("repository", ["", "acme", "acme/a/b", "../x", "acme/er models", "-a/b", "acme/x\n"])
def test_what_names_no_repository_is_refused(repository: str) -> None:
    with pytest.raises(UsageRefusedError, match="which repository"):
        Settings.of(ENVIRON | {"GITHUB_REPOSITORY": repository})


@pytest.mark.parametrize(
    "url",
    [
        "http://api.github.com",
        "ftp://api.github.com",
        "https://user:word@api.github.com",
        "https://",
        "api.github.com",
        "https://api.github.com/?x=1",
        "https://api.github.com:99999999",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
    ],
)
def test_the_token_is_not_sent_to_a_doubtful_address(url: str) -> None:
    with pytest.raises(UsageRefusedError, match="not sent to this address"):
        Settings.of(ENVIRON | {"GITHUB_API_URL": url})


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://localhost:1", "http://github.localhost", "http://[::1]:9"]
)
def test_plain_http_is_good_enough_for_this_machine(url: str) -> None:
    assert is_safe_address(url)


@pytest.mark.parametrize("text", ["", "main", "A" * 40, "a" * 39, "a" * 41, "a" * 40 + "\n"])
def test_a_commit_is_named_in_full(text: str) -> None:
    with pytest.raises(UsageRefusedError, match="full name of a commit"):
        parse_commit(text, field="--head-sha")
