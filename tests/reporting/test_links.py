"""Only an address on GitHub is a link."""

import pytest

from mlops.reporting import Links

GOOD = {"server": "https://github.com", "repository": "acme/matching", "commit": "0" * 40, "run_id": "17"}


def test_the_parts_of_a_run_give_links() -> None:
    links = Links.of(**GOOD)
    assert links.to_run("run") == "[run](https://github.com/acme/matching/actions/runs/17)"
    assert links.to_file("a/b.json", "b") == f"[b](https://github.com/acme/matching/blob/{'0' * 40}/a/b.json)"
    assert links.run_id == "17"


def test_a_server_of_ones_own_is_one_too() -> None:
    assert "(http://ghes.example.org:8443/acme/m" in Links.of(
        **GOOD | {"server": "http://ghes.example.org:8443/"}
    ).to_run("x")


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("server", ""),
        ("server", "javascript:alert(1)"),
        ("repository", "acme"),
        ("repository", "acme/m) [x](http://evil"),
        ("repository", "acme/m\n# x"),
    ],
)
def test_another_address_gives_plain_words(part: str, value: str) -> None:
    links = Links.of(**GOOD | {part: value})
    assert (links.to_run("run"), links.to_file("a", "b"), links.run_id) == ("run", "b", "")


@pytest.mark.parametrize("value", ["", "main", "0" * 39, "0" * 40 + "\n", "../x"])
def test_a_commit_that_is_none_gives_no_file(value: str) -> None:
    assert Links.of(**GOOD | {"commit": value}).to_file("a", "b") == "b"


@pytest.mark.parametrize("value", ["", "x", "1\n2", "1?a=b", "٣"])
def test_a_run_that_is_none_gives_plain_words(value: str) -> None:
    assert Links.of(**GOOD | {"run_id": value}).to_run("run") == "run"


@pytest.mark.parametrize("path", ["", "a b", "a](x)", "a\nb", "ä"])
def test_a_path_that_could_leave_the_link_gives_plain_words(path: str) -> None:
    assert Links.of(**GOOD).to_file(path, "b") == "b"


def test_links_that_were_made_by_hand_are_held_to_the_same() -> None:
    assert Links(run="https://evil.example/x y").to_run("run") == "run"
    assert Links().to_run("run") == "run"
