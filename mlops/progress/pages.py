"""The three documents as Markdown; everything from outside is inert (pure)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from mlops.certification.document import GATES as GATE_NAMES
from mlops.certification.document import LATENCY, LedgerLine, Measured
from mlops.certification.showing import LIFTS, bounds, required, shown
from mlops.progress.advice import GATES, METRICS, OTHERWISE
from mlops.progress.charts import certification_svg, collection_svg
from mlops.progress.facts import Facts, trend
from mlops.progress.marking import table
from mlops.progress.tracker import tracker
from mlops.render import inert, prose

TRACKER = "data_manifests/{task}/DATA_COLLECTION_TRACKER.md"
RESULTS = "model_cards/{task}/PHASE3_RESULTS.md"
DASHBOARD = "model_cards/{task}/ML_CERTIFICATION_DASHBOARD.md"
COLLECTION_SVG = "data_manifests/{task}/collection.svg"
CERTIFICATION_SVG = "model_cards/{task}/certification.svg"
DOCUMENTS = (TRACKER, RESULTS, DASHBOARD, COLLECTION_SVG, CERTIFICATION_SVG)


def rendered(facts: Facts) -> dict[Path, str]:
    """Return the text of each document by its path in the repository; Markdown without its markers."""
    pages: Mapping[str, Callable[[Facts], str]] = {
        TRACKER: tracker,
        RESULTS: _results,
        DASHBOARD: _dashboard,
        COLLECTION_SVG: collection_svg,
        CERTIFICATION_SVG: certification_svg,
    }
    return {Path(path.format(task=facts.task)): render(facts) for path, render in pages.items()}


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
        *table(
            ("metric", "value", "bounds", "required", "n", "verdict", "since the run before"),
            (_metric(name, one, before) for name, one in new.metrics.items()),
        ),
        "",
        *table(("gate", "verdict"), ((name, new.gates.get(name, "missing")) for name in GATE_NAMES)),
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
    return (
        name,
        shown(name, one.value, one.threshold),
        bounds(name, one.lower, one.upper),
        required(name, one.threshold).replace("<", "&lt;").replace(">", "&gt;"),
        f"{one.n:,}",
        one.verdict,
        trend(name, one, old),
    )


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
    left_out = {LATENCY, *LIFTS}
    names = list(dict.fromkeys(name for run in facts.runs for name in run.metrics if name not in left_out))
    header = ("run", "day", "verdict", "counts", "alone", "model", *names)
    yield from table(
        header,
        (
            (
                str(run.sequence), run.date, run.verdict, "yes" if run.counts else "no", run.best_tier,
                str(inert(run.model_id)),
                *(shown(name, run.metrics[name].value) if name in run.metrics else "" for name in names),
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
