"""The rules of the house, for the whole repository: what no single module's test can hold."""

import ast
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pydantic import BaseModel

from mlops.cli.verbs import VERBS
from mlops.config import Settings
from tests.conftest import ROOT

# Spelled in parts, so that this file does not break its own rule.
REGISTRIES = [
    "py" + "pi.org",
    "python" + "hosted",
    "npm" + "js.",
    "conda." + "anaconda",
    "deb." + "debian",
    "crates" + ".io",
]
MACHINE_PATHS = re.compile(r"(?<![\w./-])/(?:work|root|home/\w+|Users/\w+|tm" + r"p)/")
LOCKS = ("base", "train", "bot", "dev", "mutation")


def tracked() -> list[Path]:
    """Return the files of the repository: what git tracks, and new files that it does not ignore."""
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "-C",
        str(ROOT),
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")  # noqa: S603  # fixed words
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def texts() -> Iterator[tuple[str, str]]:
    """Return the name and the text of every text file of the repository."""
    for path in tracked():
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def modules() -> list[Path]:
    """Return the modules of the package."""
    return [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / "mlops")]


def pyproject() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_no_file_names_a_package_registry() -> None:
    assert [(name, host) for name, text in texts() for host in REGISTRIES if host in text] == []


def test_no_file_names_a_path_of_some_machine() -> None:
    found = [(name, match[0]) for name, text in texts() for match in MACHINE_PATHS.finditer(text)]
    assert [pair for pair in found if not pair[0].startswith("tests/")] == []


def test_modules_are_small() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path.name: length for path, length in lengths.items() if length > 400} == {}
    assert statistics.median(length for path, length in lengths.items() if path.name != "__init__.py") <= 130


def test_every_suppression_names_a_rule_and_its_reason_on_the_same_line() -> None:
    suppression = re.compile(r"# *(?:noqa:|type: ignore)(?P<rest>.*)")
    complete = re.compile(r"(?: [A-Z]+\d+(?:, ?[A-Z]+\d+)*|\[[\w,-]+\])[# ]+\S.{2,}")
    bad = [
        f"{name}: {match[0]}"
        for name, text in texts()
        if name.endswith(".py") and name != "tests/test_house.py"
        for match in suppression.finditer(text)
        if not complete.fullmatch(match["rest"])
    ]
    assert bad == []


def test_every_rule_that_is_switched_off_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for block in re.findall(r"^ignore = \[\n(.*?)^\]|^\"tests/\*\*\" = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL):
        for line in filter(None, "".join(block).splitlines()):
            assert re.search(r"#\s*\S.{7,}", line), line


def test_nothing_is_left_to_do() -> None:
    marks = re.compile(r"(?:#|<!--|//).*\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b")
    assert [name for name, text in texts() if marks.search(text)] == []


def test_every_module_says_what_it_is() -> None:
    assert [path.name for path in modules() if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))] == []


def test_every_part_of_the_package_is_tested() -> None:
    sources = [path for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")]
    tests = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    parts = {path.relative_to(ROOT / "mlops").parts[0].removesuffix(".py") for path in modules()}
    untested = {
        part
        for part in parts
        if not re.search(rf"\bmlops\.{part}\b|from mlops import [^\n]*\b{part}\b", tests) and not part.startswith("__")
    }
    assert untested == set()


@pytest.mark.parametrize("name", list(VERBS))
def test_every_verb_has_a_module_and_a_test(name: str) -> None:
    module = VERBS[name].module
    package = ROOT / "mlops" / "cli" / module
    assert package.with_suffix(".py").is_file() or (package / "__init__.py").is_file()
    assert (ROOT / "tests" / "cli" / f"test_{module}.py").is_file()


def commands_in(text: str) -> list[list[str]]:
    """Return the words of every ``mlops …`` and ``make …`` command in a Markdown text."""
    code = "\n".join(
        re.findall(r"```(?:console|sh|bash)\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text)
    )
    lines = (line.removeprefix("$ ").split("#")[0].split() for line in code.splitlines())
    return [words for words in lines if len(words) > 1 and words[0] in {"mlops", "make"}]


DOCUMENTATION = sorted(p.relative_to(ROOT).as_posix() for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("name", DOCUMENTATION)
def test_every_command_in_the_documentation_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for program, word, *_ in commands_in((ROOT / name).read_text(encoding="utf-8")):
        if program == "make":
            assert word in targets, f"{name}: make {word}"
        elif word.islower() and not word.startswith("-"):
            assert word in VERBS, f"{name}: mlops {word}"


@pytest.mark.parametrize("name", DOCUMENTATION)
def test_every_relative_link_in_the_documentation_leads_somewhere(name: str) -> None:
    page = ROOT / name
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_readme_begins_with_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert ["make", "demo"] in commands_in(text)
    assert ["make", "test"] in commands_in(text)


def test_the_readme_has_the_table_of_exit_codes() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d+) \|", text, re.MULTILINE) == ["0", "1", "2", "3", "4", "5", "6", "70"]


def test_check_ends_with_the_very_command_of_test() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipes = {
        name: body.splitlines() for name, body in re.findall(r"^([a-z0-9-]+):.*\n((?:\t.*\n)+)", text, re.MULTILINE)
    }
    assert recipes["check"][-1] == recipes["test"][-1]
    assert len(recipes["test"]) == 1


def models(annotation: object) -> Iterator[type[BaseModel]]:
    """Return the settings classes that an annotation mentions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    if get_origin(annotation) in {dict, tuple, Union, UnionType}:
        for argument in get_args(annotation):
            yield from models(argument)


def tables(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Return a settings class and all that it contains."""
    yield kind
    for field in kind.model_fields.values():
        for part in models(field.annotation):
            yield from tables(part)


@pytest.mark.parametrize("kind", list(tables(Settings)), ids=lambda kind: kind.__name__)
def test_every_setting_is_described_with_its_default(kind: type[BaseModel]) -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    sections = [set(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)) for part in text.split("\n## ")]
    fields = {field.alias or name: field for name, field in kind.model_fields.items()}
    assert set(fields) in sections
    for name, field in fields.items():
        rows = re.findall(rf"^\| `{name}` \| [^|]+ \| ([^|]+) \|", text, re.MULTILINE)
        default = field.default
        if field.is_required():
            assert "required" in rows
        elif isinstance(default, str):
            assert f'`"{default}"`' in rows
        elif isinstance(default, int | float):
            assert str(default).lower() in rows  # as TOML writes it


def locked(name: str) -> dict[str, list[str]]:
    """Return the packages of a lock file with their versions."""
    packages: dict[str, list[str]] = {}
    for line in (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            package, version = re.match(r"([\w.-]+)==([^\s;]+)", line).groups()  # type: ignore[union-attr]  # a line without a version must fail
            packages.setdefault(package, []).append(version)
    return packages


@pytest.mark.parametrize("name", [*LOCKS, "pip"])
def test_every_locked_package_has_a_version_and_a_hash(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert locked(name)
    for entry in re.split(r"\n(?=[a-z])", text.partition("\n")[2]):
        if not entry.startswith("#"):
            assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry


@pytest.mark.parametrize("name", [*LOCKS, "pip"])
def test_no_lock_file_names_where_packages_come_from(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    assert re.findall(r"^\s*--(?!hash=).*|\w+://\S+", text, re.MULTILINE) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_declared_dependency_is_locked_in_a_version_that_it_accepts(name: str) -> None:
    project = pyproject()["project"]
    declared = [*project["dependencies"], *pyproject()["dependency-groups"]["build"]]
    extras = {
        "base": [],
        "train": ["train"],
        "bot": ["bot"],
        "dev": ["dev", "train"],
        "mutation": ["mutation", "dev", "train"],
    }[name]
    declared += [line for extra in extras for line in project["optional-dependencies"][extra]]
    versions = locked(name) | locked("pip")
    for requirement in map(Requirement, [*declared, *pyproject()["dependency-groups"]["pip"]]):
        if requirement.name != project["name"]:
            assert all(map(requirement.specifier.contains, versions[canonicalize_name(requirement.name)]))


def test_every_package_that_is_imported_is_declared() -> None:
    distributions = {"sklearn": "scikit-learn", "yaml": "pyyaml", "github": "pygithub", "jwt": "pyjwt"}
    project = pyproject()["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for package in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"mlops"}:
                assert distributions.get(package, package.replace("_", "-")) in declared, f"{path}: {package}"


def test_all_lock_files_agree() -> None:
    dev = locked("dev")
    for name in LOCKS:
        for package, versions in locked(name).items():
            assert dev.get(package, versions) == versions


def test_what_builds_the_package_is_locked_with_it() -> None:
    assert pyproject()["dependency-groups"]["build"] == pyproject()["build-system"]["requires"]


def test_the_base_installs_no_learner() -> None:
    assert not {"numpy", "pandas", "pyarrow", "scikit-learn", "scipy"} & locked("base").keys()


def test_hooks_download_nothing() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", text) == ["local"]
    assert set(re.findall(r"entry: (\S+)/", text)) == {".venv/bin"}
    assert set(re.findall(r"language: (\S+)", text)) == {"unsupported"}


def test_ci_is_make_check() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "make check" in script.read_text(encoding="utf-8")
