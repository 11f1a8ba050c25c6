"""The tracker as Markdown: what came in, what is missing, and what each gate needs (pure)."""

from collections.abc import Iterator, Mapping

from mlops.formatting import format_rate
from mlops.manifest import Tally
from mlops.progress.facts import Facts, Gap
from mlops.progress.marking import table
from mlops.render import inert

_LAST_WEEKS = 12


def tracker(facts: Facts) -> str:
    """Return the text of the tracker, without its markers."""
    found = facts.collection
    has = (
        f"As of {facts.as_of}: **{found.decided:,} decided claims** in {inert(facts.newest.id)}, {found.negatives:,} "
        f"of them denied (non-claimable); {found.undecided:,} more wait for a decision."
    )
    lines = [
        has,
        "",
        "![Claims by week and decided claims against the tiers](collection.svg)",
        "",
        "## What is missing",
        "",
        *table(("tier", "decided claims", "denied", "missing", "missing denied", "reached"), map(_gap, facts.gaps)),
        "",
        f"{_pace(facts)} Denied claims are the rarer ones and decide when a tier is reached: **collect them first**.",
        "",
        "## What each gate needs before it can decide",
        "",
        *table(
            ("gate", "needs at least", "of", "has"),
            (
                (one.gate, f"{one.needed:,}", one.of, "no run yet" if one.has is None else f"{one.has:,}")
                for one in facts.needs
            ),
        ),
        "",
        "These are the rows that would do if the model is right on 98 of 100; a worse one needs more.",
        "",
        "## Integrated batches",
        "",
        *_batches(facts),
        "",
        f"## By week of the event, against {facts.weekly:,} a week",
        "",
        *table(
            ("week", "claims", "against the plan", "granted", "denied", "undecided"),
            (
                (name, f"{one.rows:,}", f"{one.rows - facts.weekly:+,}", f"{one.positives:,}", f"{one.negatives:,}",
                 f"{one.rows - one.positives - one.negatives:,}")
                for name, one in list(facts.weeks.items())[-_LAST_WEEKS:]
            ),
        ),
        "",
        *_shares(facts),
    ]  # fmt: skip
    return "\n".join(lines)


def _gap(gap: Gap) -> tuple[str, ...]:
    done = not gap.missing and not gap.missing_negatives
    reached = "yes" if done else "not at this pace" if gap.eta is None else f"about {gap.eta}"
    return (
        gap.tier, f"{gap.rows:,}", f"{gap.negatives:,}", f"{gap.missing:,}", f"{gap.missing_negatives:,}", reached,
    )  # fmt: skip


def _pace(facts: Facts) -> str:
    pace = facts.pace
    if pace is None:
        return "Nothing was integrated yet, so there is no pace to reckon with."
    return (
        f"Pace: {pace[0]:,.0f} decided claims a week, {pace[1]:,.0f} of them denied (median of the last four "
        "integrations, or fewer)."
    )


def _batches(facts: Facts) -> Iterator[str]:
    rows = [
        (
            str(one.as_of), str(inert(done.batch)), f"{done.received:,}", f"{done.added:,}", f"{done.revised:,}",
            f"{done.quarantined:,}", f"{done.validation_score:.3f}",
            "" if done.champion_accuracy is None else format_rate(done.champion_accuracy),
        )
        for one in facts.lineage
        if (done := one.integrated) is not None
    ]  # fmt: skip
    if not rows:
        yield f"None yet: {inert(facts.newest.id)} was pinned as a whole."
        return
    header = ("day", "batch", "received", "new", "got their label", "quarantine", "quality", "model before")
    yield from table(header, reversed(rows))


def _shares(facts: Facts) -> Iterator[str]:
    found = facts.collection
    yield from _tallies("quarter", found.quarters)
    for name, values in found.by.items():
        yield from _tallies(str(inert(name)), values)
    if found.label_delay:
        yield "## Days from the event to the decision"
        yield ""
        yield from table(
            ("days", "claims"), ((name, f"{rows:,}") for name, rows in sorted(found.label_delay.items(), key=_first))
        )
        yield ""


def _first(delay: tuple[str, int]) -> int:
    """Return where a span of days begins: ``8-14``, ``57 or more``."""
    return int(delay[0].split("-")[0].split(" ")[0])


def _tallies(title: str, found: Mapping[str, Tally]) -> Iterator[str]:
    if not found:
        return
    yield f"## By {title}"
    yield ""
    total = sum(one.rows for one in found.values())
    ordered = found.items() if title == "quarter" else sorted(found.items(), key=lambda one: (-one[1].rows, one[0]))
    yield from table(
        (title, "claims", "share", "granted", "denied"),
        (
            (
                str(inert(name)),
                f"{one.rows:,}",
                format_rate(one.rows / total),
                f"{one.positives:,}",
                f"{one.negatives:,}",
            )
            for name, one in ordered
        ),
    )
    yield ""
