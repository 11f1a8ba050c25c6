"""The part of docs/benchmarks.md about claims: what each step takes on real claims, and what comes out."""

from typing import Any, NamedTuple

from benchmarks.claims_tsa.results import ClaimsTsa, StepRow
from benchmarks.markdown import NONE, listed, percent, table
from mlops import documents

STEP_LIMITS = {"validate claims": 3.0, "audit claims": 60.0, "cv claims": 60.0, "run claims": 240.0}
"""Seconds from start to end that a command may take on one core."""
PERMUTATION_LIMIT = 30.0
PEAK_LIMIT = 2_000_000_000
TIER = "beta"
_MEGABYTE = 1e6

_HOW = """Claims of passengers against the US Transportation Security Administration, 2010 to 2013, by the contract
`tsa_claims`, with nothing cleaned. Each command runs in a process of its own, kept to one core; the imports of its
packages are inside its time. Rows that are validated are the claims, and the first of them again under other ids.
The last month is integrated onto the months before it; the rest is run on the whole, pinned. `cv claims` tests by
chance with 999 refits inside months and 999 over all rows; they fit a linear stand-in, and their time is CPU time
without imports. `run claims` does everything from the hash of the data to the card. An exit code of 1 is the verdict
fail, 4 that too little decides."""
_LIMITS = """No column of this data says what was decided, so accuracy is modest, and honest: the base rate is what
counting alone would reach. The profile `relative` asks for a lift and for no absolute accuracy, and never for more than
tier `beta`. The task's own policy asks for 85 % precision, which these claims do not reach. So `run claims` ends with
1, and the model goes nowhere, whatever its tier: for data like these the policy must be another one, too."""


class Requirement(NamedTuple):
    """What was asked for, and whether it was met."""

    what: str
    found: str
    met: bool


def requirements(found: ClaimsTsa) -> list[Requirement]:
    """Return what was asked for, and what was measured."""
    steps = {step.name: step for step in found.steps}
    asked = [
        Requirement(
            f"`mlops {name}` on {steps[name].rows:,} rows in less than {limit:g} s",
            f"{steps[name].wall:.1f} s",
            steps[name].wall < limit,
        )
        for name, limit in STEP_LIMITS.items()
    ]
    largest = max(step.peak for step in found.steps)
    quality = found.quality
    return [
        *asked,
        Requirement(
            f"{found.permutations:,} refits by chance, of a linear stand-in, in less than {PERMUTATION_LIMIT:g} s",
            f"{found.permutation_seconds:.1f} s",
            found.permutation_seconds < PERMUTATION_LIMIT,
        ),
        Requirement(
            f"at most {PEAK_LIMIT / _MEGABYTE:,.0f} MB", f"{largest / _MEGABYTE:,.0f} MB", largest < PEAK_LIMIT
        ),
        Requirement(f"tier `{TIER}`, no more and no less", f"`{quality.tier}`", quality.tier == TIER),
    ]


def render(results: dict[str, Any]) -> str:
    """Return the part of the page that ``claims_tsa.json`` gives.

    Raises:
        InputRefusedError: The value is not what the benchmark writes.
    """
    found = documents.loads(documents.canonical_json(results), ClaimsTsa, file="benchmarks/results/claims_tsa.json")
    asked = [[one.what, one.found, "✓" if one.met else "✗"] for one in requirements(found)]
    parts = [
        "## Real claims, from the file to the certificate",
        _answer(found),
        table(["required", "found", ""], asked),
        table(
            ["command", "rows", "exit code", "seconds", "CPU seconds", "memory, MB"],
            [_step(step) for step in found.steps],
        ),
        "### What came out",
        _quality(found),
        "### How claims were measured",
        _HOW,
        _circumstances(found),
        "### What these numbers do not say",
        _LIMITS,
    ]
    return "\n\n".join(parts)


def _answer(found: ClaimsTsa) -> str:
    whole, quality = next(step for step in found.steps if step.name == "run claims"), found.quality
    slowest = sorted(found.seconds, key=lambda name: -found.seconds[name])[:3]
    parts = ", ".join(f"{name} {found.seconds[name]:.0f} s" for name in slowest)
    lift = f"{percent(quality.lift.value)} points ({percent(quality.lift.lower)} to {percent(quality.lift.upper)})"
    return (
        f"`mlops {whole.name}` on {found.rows:,} claims takes **{whole.wall:.0f} s on one core** ({parts}) and "
        f"{whole.peak / _MEGABYTE:,.0f} MB. Accuracy by date is {percent(quality.cv_mean)} %, {lift} more than the "
        f"more frequent class, and such runs allow tier `{quality.tier}`."
    )


def _step(step: StepRow) -> list[str]:
    numbers = [f"{step.rows:,}", f"{step.code}", f"{step.wall:.1f}", f"{step.cpu:.1f}", f"{step.peak / _MEGABYTE:,.0f}"]
    return [f"`mlops {step.name}`", *numbers]


def _quality(found: ClaimsTsa) -> str:
    quality = found.quality
    gates = ", ".join(f"{name} {verdict}" for name, verdict in sorted(quality.gates.items()))
    said = (
        f"{quality.rows:,} decided claims, {quality.negatives:,} of them denied. Gates before: {gates}. Over blocks of "
        f"days: mean accuracy {percent(quality.cv_mean)} %, standard deviation {percent(quality.cv_sd)} points. On "
        f"the {quality.accuracy.n:,} test rows: accuracy {percent(quality.accuracy.value)} % "
        f"({percent(quality.accuracy.lower)} to {percent(quality.accuracy.upper)}), area under the ROC curve "
        f"{percent(quality.auc.value)} % ({percent(quality.auc.lower)} to {percent(quality.auc.upper)}), the more "
        f"frequent class {percent(quality.base_rate)} %; p by chance {quality.permutation_p:.1e}."
    )
    rows = [
        [
            f"{fold.first} to {fold.last}",
            f"{fold.n:,}",
            percent(fold.base_rate),
            percent(fold.accuracy),
            _area(fold.auc),
        ]
        for fold in quality.folds
    ]
    return f"{said}\n\n{table(['block of days', 'rows', 'granted, %', 'accuracy, %', 'area, %'], rows)}"


def _area(value: float | None) -> str:
    return NONE if value is None else percent(value)


def _circumstances(found: ClaimsTsa) -> str:
    versions = listed(f"{name} {version}" for name, version in sorted(found.machine.versions.items()))
    dirty = ", with changes" if found.code.dirty else ""
    return (
        f"Measured on {found.measured_at:%Y-%m-%d} at commit {found.code.commit[:12]}{dirty}, on {found.machine.cpu}, "
        f"{found.machine.cores} cores; {versions}. Data: SHA-256 {found.sha256}. Again: "
        "`make claims-speed CLAIMS=FILE`."
    )
