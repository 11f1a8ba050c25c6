"""The three documents as Markdown; everything from outside is inert (pure)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from mlops.certification.document import GATES as GATE_NAMES
from mlops.certification.document import LedgerLine, Measured
from mlops.formatting import format_p, format_rate, format_threshold
from mlops.manifest import Tally
from mlops.progress.advice import GATES, METRICS, OTHERWISE
from mlops.progress.charts import certification_svg, collection_svg
from mlops.progress.facts import LOWER_IS_BETTER, Facts, Gap, trend
from mlops.render import inert, prose

TRACKER = "data_manifests/{task}/DATA_COLLECTION_TRACKER.md"
RESULTS = "model_cards/{task}/PHASE3_RESULTS.md"
DASHBOARD = "model_cards/{task}/ML_CERTIFICATION_DASHBOARD.md"
COLLECTION_SVG = "data_manifests/{task}/collection.svg"
CERTIFICATION_SVG = "model_cards/{task}/certification.svg"
DOCUMENTS = (TRACKER, RESULTS, DASHBOARD, COLLECTION_SVG, CERTIFICATION_SVG)
_LAST_WEEKS = 12
_LIFTS = frozenset({"lift_majority", "lift_one_rule"})


def rendered(facts: Facts) -> dict[Path, str]:
    """Return the text of each document by its path in the repository; Markdown without its markers."""
    pages: Mapping[str, Callable[[Facts], str]] = {
        TRACKER: _tracker,
        RESULTS: _results,
        DASHBOARD: _dashboard,
        COLLECTION_SVG: collection_svg,
        CERTIFICATION_SVG: certification_svg,
    }
    return {Path(path.format(task=facts.task)): render(facts) for path, render in pages.items()}


def _tracker(facts: Facts) -> str:
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
        *_table(("tier", "decided claims", "denied", "missing", "missing denied", "reached"), map(_gap, facts.gaps)),
        "",
        f"{_pace(facts)} Denied claims are the rarer ones and decide when a tier is reached: **collect them first**.",
        "",
        "## What each gate needs before it can decide",
        "",
        *_table(
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
        *_table(
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
    yield from _table(header, reversed(rows))


def _shares(facts: Facts) -> Iterator[str]:
    found = facts.collection
    yield from _tallies("quarter", found.quarters)
    for name, values in found.by.items():
        yield from _tallies(str(inert(name)), values)
    if found.label_delay:
        yield "## Days from the event to the decision"
        yield ""
        yield from _table(
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
    yield from _table(
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


def _results(facts: Facts) -> str:
    if not facts.runs:
        return (
            f"No run is recorded yet. `mlops run {facts.task} --record` goes through all gates and records one; "
            "[the tracker](../../data_manifests/{task}/DATA_COLLECTION_TRACKER.md) says how many rows each gate needs."
        ).replace("{task}", facts.task)
    new, before = facts.runs[-1], facts.runs[-2] if len(facts.runs) > 1 else None
    red = [name for name, one in new.metrics.items() if one.verdict != "pass"]
    gates = [name for name in GATE_NAMES if new.gates.get(name) != "pass"]
    counts = "It counts." if new.counts else f"It does not count. {prose(new.why_not)}"
    tested = (
        f"Tested: {new.tested.rows:,} claims of {new.tested.first} to {new.tested.last}, {new.tested.new_rows:,} of "
        f"them later than every day tested before. Data: {new.rows:,} decided claims, {new.negatives:,} denied."
    )
    hashes = (
        f"Bytes: model {new.model_sha256[:12]}…, data {new.dataset_sha256[:12]}…, scored rows "
        f"{new.evaluation_sha256[:12]}…, policy {new.policy_sha256[:12]}…, code {inert(new.code_commit[:12])}."
    )
    done = "Nothing: every gate and every metric is green. Collect on, and run again next week."
    lines = [
        f"Run {new.sequence} of {new.date}: **{new.verdict}**, {inert(new.model_id)} on {inert(new.dataset_id)}.",
        "",
        f"Profile {inert(new.profile)}. {counts}",
        "",
        *_table(
            ("metric", "value", "bounds", "required", "n", "verdict", "since the run before"),
            (_metric(name, one, before) for name, one in new.metrics.items()),
        ),
        "",
        *_table(("gate", "verdict"), ((name, new.gates.get(name, "missing")) for name in GATE_NAMES)),
        "",
        tested,
        "",
        "## What to do",
        "",
        *([f"- **{name}**: {GATES.get(name, OTHERWISE)}" for name in gates]),
        *([f"- **{name}**: {METRICS.get(name, OTHERWISE)}" for name in red]),
        *([] if gates or red else [done]),
        "",
        hashes,
    ]  # fmt: skip
    return "\n".join(lines)


def _metric(name: str, one: Measured, before: LedgerLine | None) -> tuple[str, ...]:
    old = None if before is None else before.metrics.get(name)
    bounds = "" if one.lower is None or one.upper is None or one.lower == one.upper else (
        f"{_shown(name, one.lower)} to {_shown(name, one.upper)}"
    )  # fmt: skip
    sign = "<" if name == "permutation_p" else "&gt;" if name in _LIFTS else "≤" if name in LOWER_IS_BETTER else "≥"
    asked = f"{one.threshold:g}" if name == "permutation_p" else _limit(name, one.threshold)
    required = f"{sign.replace('<', '&lt;')} {asked}"
    return (
        name,
        _shown(name, one.value, one.threshold),
        bounds,
        required,
        f"{one.n:,}",
        one.verdict,
        trend(name, one, old),
    )


def _limit(name: str, threshold: float) -> str:
    if name in _LIFTS:
        return f"{100 * threshold:g} points"
    return f"{threshold:g} ms" if name == "latency_p95_ms" else format_threshold(threshold)


def _shown(name: str, value: float | None, threshold: float | None = None) -> str:
    if value is None:
        return "not measured"
    if name == "permutation_p":
        return format_p(value, threshold or 0.05)
    if name == "latency_p95_ms":
        return f"{value:.1f} ms"
    if name in _LIFTS:
        return f"{100 * value:+.1f} points"
    return format_rate(value, threshold)


def _dashboard(facts: Facts) -> str:
    now = facts.status
    until = f" until {now.certified_until}" if now.certified_until else ""
    held = f", held by {inert(now.model_id)}{until}" if now.model_id else ""
    streak = (
        f"{now.attempts:,} runs are recorded, {now.replicates:,} of them on a dataset that was certified before; the "
        f"last **{now.streak}** are green and count, {now.needed} such runs certify."
    )
    lines = [
        f"**Tier on {now.as_of}: {now.tier}**{held}.",
        "",
        streak,
        "",
        *(f"- {prose(reason)}" for reason in now.reasons),
        "",
        "![Four metrics over the runs with their bounds](certification.svg)",
        "",
        "## Runs",
        "",
        *_runs(facts),
        "",
        "## What changed",
        "",
        *_changes(facts.runs),
        "",
        "Words come from the bounds: a value that moved inside them has not been shown to change.",
    ]
    return "\n".join(lines)


def _runs(facts: Facts) -> Iterator[str]:
    if not facts.runs:
        yield "None yet."
        return
    left_out = {"latency_p95_ms", *_LIFTS}
    names = list(dict.fromkeys(name for run in facts.runs for name in run.metrics if name not in left_out))
    header = ("run", "day", "verdict", "counts", "alone", "model", *names)
    yield from _table(
        header,
        (
            (
                str(run.sequence), run.date, run.verdict, "yes" if run.counts else "no", run.best_tier,
                str(inert(run.model_id)),
                *(_shown(name, run.metrics[name].value) if name in run.metrics else "" for name in names),
            )
            for run in reversed(facts.runs)
        ),
    )  # fmt: skip


def _changes(runs: Sequence[LedgerLine]) -> Iterator[str]:
    if len(runs) < 2:  # noqa: PLR2004  # a change needs two
        yield "Nothing to compare yet."
        return
    new, old = runs[-1], runs[-2]
    told = [(name, trend(name, one, old.metrics.get(name))) for name, one in new.metrics.items()]
    for word in ("improved", "worse", "no change shown", "first", "has no bounds"):
        names = [name for name, said in told if said == word]
        if names:
            yield f"- {word}: {', '.join(names)}"


def _table(header: Sequence[str], rows: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|---{'|--:' * (len(header) - 1)}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
