"""From single results to one verdict and the sentence that says why (pure)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mlops.formatting import format_threshold, printable
from mlops.gate import seeding, slicing
from mlops.gate.report import ChangeResult, CriterionResult, SeedResult, SliceResult, Verdict

_WORST_FIRST: tuple[Verdict, ...] = ("fail", "inconclusive", "pass")
_ONE_MORE = {"fail": "fails too", "inconclusive": "cannot be decided either", "pass": "passes too"}
_MORE = {"fail": "fail too", "inconclusive": "cannot be decided either", "pass": "pass too"}
_NAME_CAP = 100


class Outcome(NamedTuple):
    """One thing decided: what it is called, how it came out, whether that counts, and why."""

    name: str
    verdict: Verdict
    blocking: bool
    reason: str

    @property
    def warns(self) -> bool:
        """Whether it is not met and does not block."""
        return not self.blocking and self.verdict != "pass"

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


def outcomes_of(
    criteria: Sequence[CriterionResult],
    slices: Sequence[SliceResult],
    changes: Sequence[ChangeResult],
    seeds: Sequence[SeedResult],
) -> tuple[Outcome, ...]:
    """Return everything that was decided, named; of the slices the worst of each kind, with how many more there are."""
    return (
        *(Outcome(printable(r.metric, _NAME_CAP), r.verdict, r.blocking, r.reason) for r in criteria),
        *_slices(slices),
        *(
            Outcome(printable(f"{r.metric} against {r.baseline}", _NAME_CAP), r.verdict, r.blocking, r.reason)
            for r in changes
        ),
        *(Outcome(seeding.name_of(r), r.verdict, blocking=True, reason=r.reason) for r in seeds),
    )


def _slices(slices: Sequence[SliceResult]) -> Iterator[Outcome]:
    """Yield the worst slice value of each verdict, those that block and those that warn apart."""
    for verdict in _WORST_FIRST:
        for blocking in (True, False):
            found = [r for r in slices if r.verdict == verdict and r.blocking == blocking]
            if found:
                reason = found[0].reason + _others(len(found) - 1, verdict)
                yield Outcome(slicing.name_of(found[0]), verdict, blocking, reason)


def _others(count: int, verdict: Verdict) -> str:
    if count == 0:
        return ""
    return (
        f" 1 more slice value {_ONE_MORE[verdict]}."
        if count == 1
        else f" {count:,} more slice values {_MORE[verdict]}."
    )


def combine(
    criteria: Sequence[CriterionResult], slices: Sequence[SliceResult], outcomes: Sequence[Outcome], obstacle: str
) -> tuple[Verdict, str]:
    """Return the verdict over everything that blocks, and the sentence that says why.

    Args:
        criteria: At least one must block, or nothing is asked of the model.
        slices: The worst first; on a pass the worst of those that block is named.
        outcomes: What :func:`outcomes_of` returns.
        obstacle: Why nothing can be decided on these rows; empty if something can.
    """
    if not any(result.blocking for result in criteria):
        return "inconclusive", "The policy has no blocking criterion, so it asks nothing of the model."
    if obstacle:
        return "inconclusive", obstacle
    noted = "".join(f" Warning: {outcome}" for outcome in outcomes if outcome.warns)
    for verdict in ("fail", "inconclusive"):
        found = [outcome for outcome in outcomes if outcome.blocking and outcome.verdict == verdict]
        if found:
            return verdict, " ".join(map(str, found)) + noted
    met = ", ".join(
        f"{printable(r.metric, _NAME_CAP)} {'>=' if r.direction == 'min' else '<='} {format_threshold(r.threshold)}"
        for r in criteria
        if r.blocking
    )
    return "pass", f"Every blocking criterion is met: {met}.{_worst_slice(slices)}{noted}"


def _worst_slice(slices: Sequence[SliceResult]) -> str:
    """Return which slice value passed with the least to spare; empty where the policy bounds none."""
    blocking = [result for result in slices if result.blocking]
    if not blocking:
        return ""
    worst = blocking[0]
    return f" The worst of {len(blocking):,} slice values is {slicing.name_of(worst)}: {worst.reason}"
