"""``python -m benchmarks.mutation``: change the judging code in every small way, and see whether the tests notice.

mutmut makes the mutants and runs the tests that call the changed function; ``[tool.mutmut]`` in pyproject.toml says of
what and with which tests. Nothing is left out: a mutant that no test calls has survived, and so has one that is known
to be harmless. Why it is harmless stands in ``mutation_survivors.toml``. A run that was broken off goes on where it
was.
"""

import argparse
import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

import click

from benchmarks import machine
from benchmarks.mutation_results import ModuleScore, Mutation, Survivor
from mlops import documents, provenance
from mlops.cli import faults
from mlops.errors import InputRefusedError, UsageRefusedError

RESULT: Final = machine.RESULTS / "mutation.json"
REASONS: Final = Path(__file__).with_name("mutation_survivors.toml")
LEAST_SCORE: Final = 0.95

_UNTESTED: Final = "no tests"
_SURVIVED: Final = {"survived", "skipped", _UNTESTED}
_UNFINISHED: Final = {"not checked", "check was interrupted by user"}
_TIMEOUT: Final = "timeout"
_MUTANT: Final = re.compile(r"(?P<module>[\w.]+)\.x(?:_(?P<function>\w+)|ǁ(?P<owner>\w+)ǁ(?P<method>\w+))__mutmut_\d+")


class Mutant(NamedTuple):
    """A mutant by the tool's name, and what became of it."""

    name: str
    status: str

    @property
    def module(self) -> str:
        """Return the dotted name of its module."""
        return self._parts()["module"]

    @property
    def function(self) -> str:
        """Return the dotted name of the function that it changes."""
        parts = self._parts()
        return ".".join(filter(None, (parts["module"], parts["owner"], parts["function"] or parts["method"])))

    def _parts(self) -> Mapping[str, str]:
        found = _MUTANT.fullmatch(self.name)
        if not found:
            raise InputRefusedError(
                "The tool names a mutant in a way that is not known here.",
                expected="module.x_function__mutmut_1",
                found=self.name,
                fix="Use the version of mutmut that requirements/mutation.txt pins.",
            )
        return found.groupdict(default="")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 when enough mutants are noticed and every survivor has its reason, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation", description="Test the tests of the gate.")
    parser.add_argument("--out", type=Path, default=RESULT, help="file for the results")
    parser.add_argument("--jobs", type=int, default=2, help="tests that run at once")
    parser.add_argument("--fresh", action="store_true", help="forget the mutants of earlier runs")
    asked = parser.parse_args(arguments)
    try:
        found = run(machine.ROOT, jobs=asked.jobs, fresh=asked.fresh)
        documents.write(asked.out, found)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # a person reads a letter, not a traceback
        return faults.tell(error)
    for survivor in found.survivors:
        if not survivor.reason:
            click.echo(f"survived: {survivor.function}\n- {survivor.removed}\n+ {survivor.added}")
    click.echo(f"{found.mutants} mutants, {100 * found.score:.1f} % noticed. Written to {asked.out}.", err=True)
    return int(found.score < LEAST_SCORE or any(not survivor.reason for survivor in found.survivors))


def run(root: Path, *, jobs: int, fresh: bool) -> Mutation:
    """Make and judge the mutants of the repository at ``root``.

    Raises:
        UsageRefusedError: The tool is not installed, or a reason is given for what is no survivor.
        InputRefusedError: The tool did not finish: the tests fail without any mutant, for example.
    """
    if fresh:
        shutil.rmtree(root / "mutants", ignore_errors=True)
    _tool(root, "run", "--max-children", str(jobs), show=True)
    mutants = parse_results(_tool(root, "results", "--all", "true"))
    surviving = [mutant for mutant in mutants if mutant.status in _SURVIVED]
    survivors = explain(
        [(mutant, *parse_diff(_tool(root, "show", mutant.name))) for mutant in surviving],
        tomllib.loads(REASONS.read_text(encoding="utf-8"))["survivor"],
    )
    config = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]
    return Mutation(
        machine=machine.describe(),
        code=provenance.code_version(root),
        tool=f"mutmut {version('mutmut')}",
        tests=tuple(config["pytest_add_cli_args_test_selection"]),
        mutants=len(mutants),
        score=1 - len(surviving) / len(mutants),
        modules=tuple(score(mutants)),
        survivors=survivors,
        unmutated=tuple(unmutated(root, config["only_mutate"])),
    )


def parse_results(text: str) -> list[Mutant]:
    """Return the mutants in what ``mutmut results --all true`` prints.

    Raises:
        InputRefusedError: There are none, or some were not judged.
    """
    found = re.findall(r"^\s+(\S+__mutmut_\d+): (.+?)\s*$", text, re.MULTILINE)
    mutants = [Mutant(name, status) for name, status in found]
    unjudged = [mutant for mutant in mutants if mutant.status in _UNFINISHED]
    if unjudged or not mutants:
        raise InputRefusedError(
            "The mutants are not all judged.",
            expected="a verdict on every mutant",
            found=f"{len(unjudged)} of {len(mutants)} without one",
            fix="Run the command again: it goes on where it was.",
        )
    return mutants


def parse_diff(text: str) -> tuple[str, str]:
    """Return the lines that a mutant removes and adds, from what ``mutmut show`` prints."""
    sides = {
        side: [
            line[1:].strip() for line in text.splitlines() if line.startswith(side) and not line.startswith(3 * side)
        ]
        for side in "-+"
    }
    return "\n".join(sides["-"]), "\n".join(sides["+"])


def explain(
    surviving: Iterable[tuple[Mutant, str, str]], reasons: Iterable[Mapping[str, object]]
) -> tuple[Survivor, ...]:
    """Give survivors the reasons that are written down for their function and line.

    Args:
        surviving: Mutants with the line that each removes and adds.
        reasons: Tables with ``function``, ``removed``, ``added`` (one line or several) and ``reason``.

    Raises:
        UsageRefusedError: A reason belongs to no survivor any more.
    """
    known = {
        (str(one["function"]), str(one["removed"]).strip(), added.strip()): str(one["reason"])
        for one in reasons
        for added in ([one["added"]] if isinstance(one["added"], str) else list(one["added"]))  # type: ignore[call-overload]  # from TOML
    }
    survivors = tuple(
        Survivor(
            function=mutant.function,
            removed=removed,
            added=added,
            untested=mutant.status == _UNTESTED,
            reason=known.get((mutant.function, removed, added), ""),
        )
        for mutant, removed, added in surviving
    )
    stale = known.keys() - {(one.function, one.removed, one.added) for one in survivors}
    if stale:
        function, _, added = min(stale)
        raise UsageRefusedError(
            "A reason is written down for a mutant that does not survive.",
            file=REASONS,
            field=function,
            found=added,
            fix="Remove the entry: the line has changed, or a test notices the mutant now.",
        )
    return survivors


def score(mutants: Sequence[Mutant]) -> list[ModuleScore]:
    """Return the counts of each module, by name."""
    by_module = {name: Counter(m.status for m in mutants if m.module == name) for name in {m.module for m in mutants}}
    return [
        ModuleScore(
            module=name,
            mutants=counts.total(),
            killed=counts.total() - counts[_TIMEOUT] - sum(counts[status] for status in _SURVIVED),
            timeout=counts[_TIMEOUT],
            survived=sum(counts[status] for status in _SURVIVED),
        )
        for name, counts in sorted(by_module.items())
    ]


def unmutated(root: Path, patterns: Iterable[str]) -> list[str]:
    """Return the functions in the files that match, which the tool leaves alone because they are decorated."""
    found = []
    patterns = list(patterns)
    for path in sorted((root / "mlops").rglob("*.py")):
        relative = path.relative_to(root)
        if not any(fnmatch(relative.as_posix(), pattern) for pattern in patterns):
            continue
        module = ".".join(relative.with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                names = [ast.unparse(decorator) for decorator in node.decorator_list]
                if names and names not in (["staticmethod"], ["classmethod"]):
                    found.append(f"{module}.{node.name}")
    return found


def _tool(root: Path, *arguments: str, show: bool = False) -> str:
    """Run mutmut in ``root`` and return what it prints, or show it."""
    command = [sys.executable, "-m", "mutmut", *arguments]
    done = subprocess.run(command, cwd=root, text=True, stdout=None if show else subprocess.PIPE, check=False)  # noqa: S603  # fixed words
    if done.returncode:
        raise UsageRefusedError(
            "mutmut did not finish.",
            found=f"{' '.join(command[1:])}: exit {done.returncode}",
            fix="Install it (`make mutate` does), and see that the tests pass without any mutant: `make test`.",
        )
    return done.stdout or ""


if __name__ == "__main__":
    sys.exit(main())
