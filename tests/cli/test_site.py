"""``mlops site``: one static page of what is committed, written whole or not at all."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from mlops.environments import PATH
from mlops.registry import FOLDER, path_of
from tests.conftest import RunCli, git
from tests.site import scenes
from tests.test_light_install import verb


def page(repository: Path) -> Path:
    return repository / "dist/site/index.html"


def test_an_empty_repository_has_a_page_that_says_how_to_begin(repository: Path, run_cli: RunCli) -> None:
    done = run_cli("site", "build")
    assert (done.code, done.err) == (0, "")
    text = page(repository).read_text(encoding="utf-8")
    assert "<code>mlops pin claims FILE</code>" in text
    assert "No environment is declared" in text
    assert "No model has been declared live yet" in text


def test_the_same_records_give_the_same_bytes_whenever_they_are_asked(
    repository: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes.full(repository, 3)
    first = json.loads(run_cli("site", "build", "--json").out)
    data = page(repository).read_bytes()
    assert first == {"page": "dist/site/index.html", "bytes": len(data), "models": 3, "tasks": 2}
    (repository / "notes.txt").write_text("no record", encoding="utf-8")
    git(repository, "add", "notes.txt")
    git(repository, "commit", "--quiet", "--message=Change no record")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert run_cli("site", "build").code == 0
    assert page(repository).read_bytes() == data


def test_a_damaged_record_is_named_and_the_page_stays(repository: Path, run_cli: RunCli) -> None:
    scenes.full(repository, 2)
    assert run_cli("site", "build").code == 0
    before = page(repository).read_bytes()
    for path in (path_of(scenes.model_id(1)), FOLDER / scenes.model_id(0) / "gate.json", FOLDER / "claims/ledger.jsonl",
                 PATH, Path("data_manifests") / f"{scenes.model_id(1)}.json"):  # fmt: skip
        whole = (repository / path).read_bytes()
        (repository / path).write_bytes(whole[: len(whole) // 2])
        done = run_cli("site", "build")
        assert done.code == 3
        assert path.as_posix() in done.err
        (repository / path).write_bytes(whole)
    assert page(repository).read_bytes() == before
    assert [path.name for path in page(repository).parent.iterdir()] == ["index.html"]


def test_a_commit_of_a_wrong_clock_tells_no_day_of_anything(
    repository: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes.full(repository, 2)
    for name in ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"):
        monkeypatch.setenv(name, "2098-01-01T00:00:00Z")
    (repository / FOLDER / "notes.md").write_text("no card", encoding="utf-8")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=Change what is watched")
    done = run_cli("site", "build")
    assert (done.code, "2098-01-01, by a wrong clock" in done.err) == (0, True)
    assert "2098" not in page(repository).read_text(encoding="utf-8")


def test_a_time_in_the_future_makes_no_axis_and_nothing_the_newest(repository: Path, run_cli: RunCli) -> None:
    scenes.full(repository, 3, switches=2)
    scenes.declare(repository, date(2098, 1, 1), {"production": {"er": scenes.model_id(0)}})
    scenes.declare(repository, date(2024, 2, 1), {"production": {"er": scenes.model_id(2)}})
    for number in (0, 2):
        card = repository / path_of(scenes.model_id(number))
        text = card.read_text(encoding="utf-8")
        assert text.count(f"trained_at: '{scenes.day_of(number)}T") == 1
        text = text.replace(f"trained_at: '{scenes.day_of(number)}T", "trained_at: '2098-05-05T")
        card.write_text(text, encoding="utf-8")
    done = run_cli("site", "build")
    assert (done.code, "(trained 2098-05-05)" in done.err, "commit " in done.err) == (0, True, True)
    text = page(repository).read_text(encoding="utf-8")
    assert re.findall("2098-.{30}", text) == ["2098-05-05</time>, by a wrong clock"] * 2
    [since] = re.findall("since <time>(.*?)</time>", text)
    assert since == "2024-02-01"
    assert text.count('<th scope="row">not known, by a wrong clock</th>') == 2
    assert "Records up to <time" in text


def test_a_folder_in_the_pages_place_is_left_alone(repository: Path, run_cli: RunCli) -> None:
    page(repository).mkdir(parents=True)
    done = run_cli("site", "build")
    assert done.code == 6
    assert "Another page stands there." in done.err


def test_a_verdict_that_is_not_the_cards_is_refused(repository: Path, run_cli: RunCli) -> None:
    scenes.model(repository, 0)
    gate = repository / FOLDER / scenes.model_id(0) / "gate.json"
    gate.write_text(gate.read_text(encoding="utf-8").replace('"verdict": "pass"', '"verdict": "fail"'), "utf-8")
    done = run_cli("site", "build")
    assert done.code == 3
    assert "do not agree" in done.err


def test_a_page_of_somebody_else_is_not_overwritten(repository: Path, run_cli: RunCli) -> None:
    (repository / "docs").mkdir()
    (repository / "docs/index.html").write_text("<h1>Ours</h1>", encoding="utf-8")
    assert run_cli("site", "build", "--out", "docs").code == 6
    assert (repository / "docs/index.html").read_text(encoding="utf-8") == "<h1>Ours</h1>"


def test_a_shallow_clone_says_what_it_does_not_know(
    repository: Path, tmp_path: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes.full(repository, 3)
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    assert run_cli("site", "build").code == 0
    text = page(tmp_path / "shallow").read_text(encoding="utf-8")
    assert "built from a shallow clone" in text
    assert " or earlier, " in text
    assert "<td>not known</td>" in text
    monkeypatch.chdir(repository)
    assert run_cli("site", "build").code == 0
    whole = page(repository).read_text(encoding="utf-8")
    assert not any(words in whole for words in ("shallow", " or earlier", "not known"))


def test_without_git_the_records_are_a_page_all_the_same(
    repository: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes.full(repository, 1)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repository.parent))
    (repository / ".git").rename(repository / "not-git")
    done = run_cli("site", "build")
    assert done.code == 0
    assert "Git could not be asked" in done.err
    text = page(repository).read_text(encoding="utf-8")
    assert "what was live before is not known" in text
    assert "since when is not known" in text


def test_on_github_records_are_links(repository: Path, run_cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    scenes.full(repository, 1)
    for name, value in {"SERVER_URL": "https://github.com", "REPOSITORY": "acme/matching"}.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    assert run_cli("site", "build").code == 0
    ident = scenes.model_id(0)
    link = f'<a href="https://github.com/acme/matching/blob/HEAD/model_cards/{ident}.md">{ident}</a>'
    assert link in page(repository).read_text(encoding="utf-8")
    monkeypatch.setenv("GITHUB_REPOSITORY", 'acme/"onload=')
    assert run_cli("site", "build").code == 0
    assert "acme" not in page(repository).read_text(encoding="utf-8")


def test_it_needs_no_learner(repository: Path) -> None:
    scenes.full(repository, 1)
    done = verb(repository, "site", "build")
    assert done.returncode == 0, done.stderr
