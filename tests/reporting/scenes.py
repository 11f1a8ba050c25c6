"""Reports of every kind: what the gate decides on typical inputs, and the hostile ones."""

from mlops.config import Change, Criterion, HoldoutBudget, Policy, SliceRule
from mlops.gate import Diagnosis, ErrorRow, Facts, GateReport, HoldoutUse, Moved, decide
from mlops.gate.report import PassingThreshold
from mlops.metrics import Counts, Difference, FlippedRow, IntervalMethod, Paired, Repeat
from mlops.policy import Loosened
from mlops.reporting import HistoryPoint
from tests import factories

CHAMPION = "er_20250920"
BAD = Counts(tp=600, fp=300, fn=420, tn=680)
PRECISION = (
    "Precision is low: 300 false positives. Read the worst of them. Where the label is wrong, correct it and check how "
    "well annotators agree; where the model is wrong, add hard negatives of the same kind to the training rows."
)
STRICTER = (
    'Ask for a stricter threshold: objective = "recall_at_precision" with precision_floor in [tasks.er.threshold] of '
    "mlops.toml, then train again."
)
BETWEEN = Counts(tp=188, fp=13, fn=12, tn=187)


def policy(*, slices: bool = False, change: bool = False, seeds: int = 1) -> Policy:
    """Return the usual minima, and what else is asked for."""
    rules = {"script": SliceRule(min=0.85, min_samples=20)} if slices else {}
    against = Change(max_drop=0.02) if change else None
    minima = {"precision": 0.92, "recall": 0.88, "f1": 0.90}
    criteria = {
        name: Criterion(min=least, change=against, slices=rules if name == "f1" else {})
        for name, least in minima.items()
    }
    return Policy(
        confidence=0.95, min_rows=200, criteria=criteria, seeds=seeds,
        holdout=HoldoutBudget(warn_after=20, stop_after=50),
    )  # fmt: skip


def paired(counts: Counts, *, name: str = CHAMPION, worse: float = 0.0) -> Paired:
    """Return a comparison with a champion that is better by ``worse``."""
    found = factories.estimates(counts)
    rows = counts.tp + counts.fp + counts.fn + counts.tn

    def difference(metric: str) -> Difference:
        value = found[metric].value or 0.0
        return Difference(
            candidate=value, champion=value + worse - 0.004, value=0.004 - worse, lower=-0.003 - worse,
            upper=0.012 - worse, n=found[metric].n,
        )  # fmt: skip

    flipped = tuple(
        FlippedRow(row_id=f"p{n:07}", label=n % 2, candidate_score=0.6, champion_score=0.3) for n in range(5)
    )
    return Paired(
        champion_id=name, champion_model_sha256="a" * 64, champion_evaluation_sha256="b" * 64, champion_threshold=0.5,
        interval=IntervalMethod(confidence=0.95, name="paired bootstrap", replicates=2_000, seed=0), rows=rows,
        gained=21, lost=13, mcnemar_p=0.2295, differences={name: difference(name) for name in found},
        gained_rows=flipped, lost_rows=flipped,
    )  # fmt: skip


def repeats() -> tuple[Repeat, ...]:
    """Return two further seeds, the second of which fails."""
    counts = (factories.COUNTS, BAD)
    return tuple(
        Repeat(seed=43 + at, threshold=0.5, evaluation_sha256=f"{at}" * 64, metrics=factories.estimates(found))
        for at, found in enumerate(counts)
    )


def report(counts: Counts = factories.COUNTS, *, text: str = "", worse: float = 0.0, **asked: bool | int) -> GateReport:
    """Return what the gate decides on ``counts``; every free text is ``text`` where one is given.

    Args:
        counts: The confusion matrix.
        text: Put wherever data or somebody else's artifact can put a text.
        worse: By how much the candidate lies behind the champion, where there is one.
        asked: ``slices``, ``change`` and ``seeds`` as above.
    """
    rules = policy(**asked)  # type: ignore[arg-type]  # its own keywords
    measured = factories.metrics(counts, repeats=repeats() if rules.seeds > 1 else ())
    comparison = paired(counts, worse=worse) if asked.get("change") else None
    facts = Facts(
        first_version=comparison is None,
        comparison=comparison,
        served=CHAMPION if comparison else "",
        holdout=HoldoutUse(test_sha256="c" * 64, models=23, warn_after=20, stop_after=50),
        loosened=(Loosened(field="criteria.precision.min", base="0.92", head="0.9"),) if comparison else (),
    )
    made = decide(measured, rules, declared=rules, facts=facts, bindings=factories.bindings())
    if made.verdict != "pass":
        made = made.model_copy(update={"diagnosis": diagnosis(text)})
    return hostile(made, text) if text else made


def diagnosis(text: str = "") -> Diagnosis:
    """Return why a model did not pass."""
    row = ErrorRow(
        row_id=text or "p0000850", score=0.97,
        slices={"script": text or "cyrillic", "entity_type": "company", "length": "long"},
        moved_by=(Moved(attribute=text or "street", log_odds=2.1), Moved(attribute="whole record", log_odds=-1.9)),
    )  # fmt: skip
    return Diagnosis(
        false_positives=(row,) * 6,
        false_negatives=(row,) * 3,
        worst_slice=f"script = {text or 'cyrillic'}: F1 81.7 %, precision 90.6 % (n = 64), recall 74.4 % (n = 78)",
        seen_on_test_thresholds=(PassingThreshold(threshold=0.61, precision=0.93, recall=0.89, f1=0.91),),
        advice=(PRECISION, STRICTER, text or "Recall is low: 420 false negatives. Read the worst of them."),
    )


def hostile(made: GateReport, text: str) -> GateReport:
    """Return ``made`` with ``text`` wherever somebody else's document can hold one."""
    criteria = tuple(c.model_copy(update={"metric": f"{text}{c.metric}", "reason": text}) for c in made.criteria)
    slices = tuple(s.model_copy(update={"value": text, "slice": text, "reason": text}) for s in made.slices)
    changes = tuple(c.model_copy(update={"baseline": text, "reason": text}) for c in made.changes)
    compared = made.comparison and made.comparison.model_copy(
        update={
            "champion_id": text,
            "lost_rows": tuple(r.model_copy(update={"row_id": text}) for r in made.comparison.lost_rows),
            "differences": {f"{text}{name}": found for name, found in made.comparison.differences.items()},
        }
    )
    return made.model_copy(
        update={
            "model_id": text, "task": text, "reason": text, "criteria": criteria, "slices": slices,
            "changes": changes, "comparison": compared, "warnings": (text,),
            "loosened": tuple(Loosened(field=text, base=text, head=text) for _ in made.loosened),
            "seeds": tuple(s.model_copy(update={"reason": text}) for s in made.seeds),
            "bindings": made.bindings.model_copy(update={"code_commit": text, "run_url": text}),
        }
    )  # fmt: skip


def history(versions: int = 9, text: str = "") -> tuple[HistoryPoint, ...]:
    """Return ``versions`` versions that became better."""
    values = (
        (month, 0.93 + month / 200, None if month == 2 else 0.9 + month / 150) for month in range(1, versions + 1)
    )
    return tuple(
        HistoryPoint(f"er_2025{month:02}10{text}", "pass", {"precision": precision, "recall": recall, "f1": precision})
        for month, precision, recall in values
    )
