"""The part of docs/benchmarks.md about the tests of the judging code."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from benchmarks.markdown import flat, percent, table
from benchmarks.mutation_results import Mutation, Survivor
from mlops import documents


def render(results: dict[str, Any]) -> str:
    """Return the part of the page that ``mutation.json`` gives.

    Raises:
        InputRefusedError: The value is not what the run writes.
    """
    found = documents.loads(documents.canonical_json(results), Mutation, file="benchmarks/results/mutation.json")
    return "\n\n".join(
        (
            "## Do the tests notice a changed gate?",
            _answer(found),
            _modules(found),
            "### Mutants that no test notices",
            _survivors(found.survivors),
            _circumstances(found),
        )
    )


def _answer(found: Mutation) -> str:
    survived = len(found.survivors)
    unexplained = sum(not survivor.reason for survivor in found.survivors)
    timeouts = sum(module.timeout for module in found.modules)
    return (
        f"**{percent(found.score)} %** of {found.mutants:,} mutants of the code that judges are noticed: a comparison "
        f"turned around, a number off by one, an argument left out. {survived} survive, {unexplained} of them without "
        f"a reason why that is harmless; {timeouts} are noticed because the tests do not come to an end."
    )


def _modules(found: Mutation) -> str:
    return table(
        ["Module", "Mutants", "Noticed", "of these by timeout", "Survived", "Score"],
        (
            [
                f"`{module.module}`",
                f"{module.mutants:,}",
                f"{module.killed + module.timeout:,}",
                f"{module.timeout:,}",
                f"{module.survived:,}",
                percent(1 - module.survived / module.mutants),
            ]
            for module in found.modules
        ),
    )


def _survivors(survivors: Sequence[Survivor]) -> str:
    """List the survivors, those with one reason together."""
    if not survivors:
        return "None."
    by_reason: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in survivors:
        reason = one.reason or ("no test calls the function" if one.untested else "**no reason yet**")
        by_reason[one.function, one.removed, reason].append(one.added)
    lines = []
    for (function, removed, reason), added in sorted(by_reason.items()):
        lines.append(f"- `{function}`: {flat(reason)}")
        lines += ["", "  ```diff", *_indented("- ", removed)]
        lines += [line for text in added for line in _indented("+ ", text)]
        lines += ["  ```", ""]
    return "\n".join(lines).rstrip()


def _indented(mark: str, text: str) -> list[str]:
    return [f"  {mark}{line}" for line in text.splitlines()]


def _circumstances(found: Mutation) -> str:
    left_alone = ", ".join(f"`{name}`" for name in found.unmutated) or "none"
    changes = " with changes" if found.code.dirty else ""
    return (
        f"`python -m benchmarks.mutation` (`make mutate`), {found.tool}; for each mutant the tests among "
        f"{', '.join(f'`{tests}`' for tests in found.tests)} that call the function. Every mutant counts, also those "
        "that are known to be harmless. The tool changes the bodies of functions; it leaves alone what a module or a "
        f"class says outside of them, and decorated functions: {left_alone}. Commit `{found.code.commit[:12]}`"
        f"{changes}."
    )
