"""``actions/setup``: what the lock file hashes is installed, once, and nothing that a cache or a folder slips in."""

import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mlops.provenance import PACKAGES
from tests.actions.miniature import SOUND, Miniature, make, tiny
from tests.actions.shell import BASH, MLOPS
from tests.conftest import ROOT

SETUP = ROOT / "actions" / "setup"
SCRIPTS = sorted(SETUP.glob("*.sh"))
EVIL = b"import pathlib\npathlib.Path('pwned').touch()\nGOOD = False\n"

per_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)


@pytest.fixture
def mini(tmp_path: Path) -> Miniature:
    return make(tmp_path)


@pytest.fixture
def stocked(mini: Miniature) -> Miniature:
    """Return a miniature whose packages an earlier job has kept: a third less for pip to do."""
    for extra in ("base", "train", "bot"):
        tiny(mini.wheels.with_name(f"mlops-wheels-{extra}"), SOUND)
    return mini


@per_script
def test_bash_reads_it(script: Path) -> None:
    assert subprocess.run([BASH, "-n", str(script)], check=False).returncode == 0  # noqa: S603  # our own script


@per_script
def test_shellcheck_finds_nothing(script: Path) -> None:
    shellcheck = shutil.which("shellcheck", path=str(MLOPS.parent))
    if shellcheck is None:
        pytest.skip("there is no shellcheck for this platform")
    done = subprocess.run([shellcheck, "-x", str(script)], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # a linter
    assert (done.returncode, done.stdout) == (0, "")


@per_script
def test_it_uses_nothing_that_a_mac_lacks(script: Path) -> None:
    newer = r"\b(?:mapfile|readarray|declare -A|local -n|sha256sum|realpath|readlink -f|flock|timeout)\b"
    newer += r"|\|&|&>>|,,\}|\^\^\}"
    assert re.findall(newer, script.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", ["install.sh", "key.sh"])
def test_it_can_be_executed(name: str) -> None:
    assert (SETUP / name).stat().st_mode & 0o111


def test_it_installs_once_and_what_was_cut_short_again_from_what_it_kept(mini: Miniature) -> None:
    first = mini.run()
    assert first.code == 0, first.log
    assert re.search(r"Installed mlops 1\.2\.3 \(base, cpython-3\d+\) in \d+ s, packages from the index", first.log)
    assert first.outputs["version"] == "1.2.3"
    said = subprocess.run([first.outputs["mlops"]], check=True, capture_output=True, text=True)  # noqa: S603  # just installed
    assert said.stdout == "mlops, version 1.2.3\n"

    hidden = mini.wheels.rename(mini.wheels.with_name("hidden"))
    second = mini.run(PIP_FIND_LINKS="nowhere")
    assert (second.code, second.log, second.outputs) == (0, "", first.outputs)

    hidden.rename(mini.wheels)
    environment = Path(first.outputs["python"]).parents[1]
    (environment / "complete").unlink()
    shutil.rmtree(environment / "bin")
    again = mini.run(PIP_FIND_LINKS="nowhere")
    assert (again.code, again.outputs) == (0, first.outputs), again.log
    assert "packages from the cache" in again.log
    assert Path(again.outputs["mlops"]).exists()


def test_other_sources_get_another_environment(mini: Miniature) -> None:
    """Nothing is installed, for the environment has its name before anything is looked for."""
    kept = mini.temp.parent / "kept"
    nothing = {"MLOPS_ENVIRONMENTS": str(kept), "PIP_FIND_LINKS": "nowhere"}
    assert mini.run(**nothing).code == 5
    with (mini.root / "mlops" / "__init__.py").open("a", encoding="utf-8") as stream:
        stream.write("# changed\n")
    assert mini.run(**nothing).code == 5
    (mini.root / "mlops" / "new.py").write_text("", encoding="utf-8")
    assert mini.run(**nothing).code == 5
    assert len(list(kept.iterdir())) == 3


@pytest.mark.parametrize("name", ["tiny-1.0-py3-none-any.whl", "tiny-1.0-1-py3-none-any.whl"])
def test_a_poisoned_cache_is_thrown_away(mini: Miniature, name: str) -> None:
    tiny(mini.wheels, EVIL, name)
    ran = mini.run()
    assert ran.code == 0, ran.log
    assert "The cached packages do not hold" in ran.log
    assert "packages from the index" in ran.log
    assert [path.name for path in mini.wheels.iterdir()] == ["tiny-1.0-py3-none-any.whl"]
    [module] = Path(ran.outputs["python"]).parents[1].rglob("tiny.py")
    assert module.read_bytes() == SOUND
    assert not list(mini.root.parent.rglob("pwned"))


def test_an_index_with_other_bytes_is_refused(mini: Miniature) -> None:
    tiny(mini.index, EVIL)
    ran = mini.run()
    assert (ran.code, ran.outputs) == (3, {})
    assert "is not the one that the lock file names" in ran.log
    assert not mini.wheels.exists()
    assert list(mini.temp.rglob("tiny.py")) == []


def test_an_index_that_does_not_answer_ends_in_a_letter_and_a_rerun_finishes(mini: Miniature) -> None:
    ran = mini.run(PIP_FIND_LINKS="nowhere")
    assert (ran.code, ran.outputs) == (5, {})
    assert "::error title=mlops setup::The packages could not be downloaded" in ran.log
    assert "PIP_INDEX_URL" in ran.log
    assert mini.run().code == 0


def test_nothing_of_the_working_folder_or_of_python_path_is_imported(mini: Miniature) -> None:
    evil = "import pathlib\npathlib.Path(__file__).with_name('pwned').touch()\n"
    for name in ("pip", "venv", "os", "zipfile", "importlib", "ensurepip", "site", "sitecustomize"):
        (mini.workspace / f"{name}.py").write_text(evil, encoding="utf-8")
    ran = mini.run(PYTHONPATH=str(mini.workspace), PYTHONHOME=None)
    assert ran.code == 0, ran.log
    assert not (mini.workspace / "pwned").exists()


def test_a_kept_environment_is_made_once_for_jobs_that_come_together(stocked: Miniature, tmp_path: Path) -> None:
    kept = str(tmp_path / "kept" / "environments")
    with ThreadPoolExecutor(2) as pool:
        ran = list(pool.map(lambda number: stocked.run(output=f"output-{number}", MLOPS_ENVIRONMENTS=kept), range(2)))
    assert [one.code for one in ran] == [0, 0], ran
    assert ran[0].outputs == ran[1].outputs
    assert ran[0].outputs["mlops"].startswith(kept)
    assert sorted(one.log.count("Installed mlops") for one in ran) == [0, 1]
    assert list(Path(kept).glob("*.turn")) == []


def test_a_job_that_was_killed_over_a_kept_environment_holds_up_nobody_for_ever(mini: Miniature) -> None:
    kept = mini.temp.parent / "kept"
    assert mini.run(MLOPS_ENVIRONMENTS=str(kept), PIP_FIND_LINKS="nowhere").code == 5
    [environment] = kept.iterdir()
    turn = environment.with_name(f"{environment.name}.turn")
    turn.mkdir()
    os.utime(turn, (0, 0))
    again = mini.run(MLOPS_ENVIRONMENTS=str(kept))
    assert again.code == 0, again.log
    assert not turn.exists()


def test_a_place_for_environments_that_is_none_ends_in_a_letter(mini: Miniature) -> None:
    ran = mini.run(MLOPS_ENVIRONMENTS=str(mini.root / "LICENSE" / "x"))
    assert (ran.code, ran.outputs) == (5, {})
    assert "Let MLOPS_ENVIRONMENTS name a folder" in ran.log


@pytest.mark.parametrize("extra", ["", "bot"])
def test_every_extra_has_an_environment_of_its_own(stocked: Miniature, extra: str) -> None:
    ran = stocked.run(MLOPS_EXTRA=extra, PIP_FIND_LINKS="nowhere")
    assert ran.code == 0, ran.log
    assert "packages from the cache" in ran.log
    assert f"/mlops-{extra or 'train'}-cpython-" in ran.outputs["mlops"]


@pytest.mark.parametrize("script", ["install.sh", "key.sh"])
@pytest.mark.parametrize("extra", ["dev", "../base", '"; touch pwned #', "$(touch pwned)", "base\nbot"])
def test_an_extra_that_there_is_not_is_refused(mini: Miniature, script: str, extra: str) -> None:
    ran = mini.run(script, MLOPS_EXTRA=extra)
    assert (ran.code, ran.outputs) == (2, {})
    assert "do now: Set the input extra to base, train, bot, s3, gs or az." in ran.log
    assert list(mini.workspace.iterdir()) == []


@pytest.mark.parametrize("script", ["install.sh", "key.sh"])
def test_without_a_place_of_the_runner_it_says_so(mini: Miniature, script: str) -> None:
    for missing in (None, ""):
        ran = mini.run(script, RUNNER_TEMP=missing)
        assert (ran.code, ran.outputs) == (2, {})
        assert "RUNNER_TEMP is not set" in ran.log


def programs(folder: Path, *names: str) -> str:
    """Return a PATH with these programs alone."""
    folder.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return str(folder)


def test_without_git_it_says_so(mini: Miniature, tmp_path: Path) -> None:
    ran = mini.run(PATH=programs(tmp_path / "bin", "dirname", "python3"))
    assert (ran.code, "There is no git on the PATH" in ran.log) == (2, True)


def test_a_python_that_is_too_old_is_passed_over(mini: Miniature, tmp_path: Path) -> None:
    path = Path(programs(tmp_path / "bin", "dirname", "git", "sort", "find"))
    old = path / "python3"
    old.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    old.chmod(0o755)
    ran = mini.run(PATH=str(path))
    assert (ran.code, ran.outputs) == (2, {})
    assert "There is no Python 3.11 or later" in ran.log


def test_the_key_names_all_that_wheels_depend_on(mini: Miniature) -> None:
    ran = mini.run("key.sh")
    assert ran.code == 0, ran.log
    assert ran.outputs["path"] == str(mini.wheels)
    assert re.fullmatch(r"mlops-wheels-Linux-X64-cpython-3\d+-base-[0-9a-f]{40}", ran.outputs["key"])


def test_the_key_changes_with_the_lock_file_and_with_nothing_else_of_the_repository(mini: Miniature) -> None:
    before = mini.run("key.sh").outputs["key"]
    (mini.root / "mlops" / "__init__.py").write_text("changed = True\n", encoding="utf-8")
    assert mini.run("key.sh").outputs["key"] == before
    (mini.root / "requirements" / "base.txt").write_text("", encoding="utf-8")
    assert mini.run("key.sh").outputs["key"] != before
    assert mini.run("key.sh", RUNNER_ARCH="ARM64").outputs["key"] != before


@pytest.mark.parametrize("extra", ["s3", "gs", "az"])
def test_where_a_bucket_is_served_from_the_learner_is_that_which_trained(extra: str) -> None:
    """Else a model would be refused there, for another version of scikit-learn is another model."""

    def versions(name: str) -> set[tuple[str, ...]]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        pinned = re.findall(r"^([a-z0-9-]+)==(\S+)(?: ; (.*?))? \\$", text, re.MULTILINE)
        return {one for one in pinned if one[0] in PACKAGES}

    assert versions(extra) == versions("train")
    assert {name for name, *_ in versions(extra)} == {*PACKAGES} - {"precision-gate"}
