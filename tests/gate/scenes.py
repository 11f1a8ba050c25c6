"""Typical inputs of the gate and of the linter, and every number and word that they give.

``python -m tests.gate.scenes`` writes ``scenes.json`` again after a change that is meant; the diff is then reviewed.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from mlops.config import Change, Criterion, HoldoutBudget, Policy, SliceRule, ThresholdSettings
from mlops.gate import Facts, HoldoutUse, decide
from mlops.gate.linting import lint
from mlops.gate.outcomes import decided_by, not_simulated, of_grid, of_model
from mlops.gate.prospects import Rule, bounds, chances, judge, limits, needed_for, needed_without_error
from mlops.gate.sample import Denominator, Sample, SliceSample, Truth, from_counts, from_metrics
from mlops.intervals.proportions import f1_of_jaccard, wilson_lower, wilson_upper
from mlops.metrics import Counts, Difference, Estimate, IntervalMethod, Metrics, Paired, Repeat, SliceMetrics
from mlops.policy import Loosened
from tests.factories import bindings, task_settings

FILE = Path(__file__).with_name("scenes.json")
_ASKED = ("verdict", "reason", "first_version", "criteria", "slices", "changes", "seeds", "holdout", "warnings")
_HASHES = {name: character * 64 for name, character in (("data", "d"), ("model", "1"), ("rows", "e"), ("other", "0"))}


def plain(value: Any) -> Any:
    """Return ``value`` as JSON has it, numbers to nine digits."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if hasattr(value, "model_dump"):
        return plain(value.model_dump(mode="json"))
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return float(f"{value:.9g}") if isinstance(value, float) else value


def share(hits: float, n: int, reason: str = "") -> Estimate:
    """Return ``hits`` of ``n`` with Wilson's bounds; undefined where there are none."""
    if not n:
        return Estimate(value=None, lower=None, upper=None, n=0, reason=reason)
    return Estimate(value=hits / n, lower=wilson_lower(hits, n, 0.95), upper=wilson_upper(hits, n, 0.95), n=n)


def estimates(tp: int, fp: int, fn: int) -> dict[str, Estimate]:
    """Return the three metrics of these counts."""
    jaccard = share(tp, tp + fp + fn, "no row is positive or predicted positive")
    f1 = {
        key: None if number is None else f1_of_jaccard(number)
        for key, number in (("value", jaccard.value), ("lower", jaccard.lower), ("upper", jaccard.upper))
    }
    return {
        "precision": share(tp, tp + fp, "no row is predicted positive"),
        "recall": share(tp, tp + fn, "no row is positive"),
        "f1": Estimate(**f1, n=jaccard.n, reason=jaccard.reason),
    }


def part(name: str, value: str, tp: int, fp: int, fn: int, rows: int) -> SliceMetrics:  # noqa: PLR0917  # a table's row
    """Return one value of a slice."""
    counts = Counts(tp=tp, fp=fp, fn=fn, tn=rows - tp - fp - fn)
    return SliceMetrics(
        slice=name, value=value, rows=rows, positives=tp + fn, counts=counts, metrics=estimates(tp, fp, fn)
    )  # fmt: skip


def metrics(tp: int, fp: int, fn: int, tn: int, **changes: Any) -> Metrics:
    """Return a measurement with these counts."""
    facts: dict[str, Any] = {
        "task": "er",
        "model_id": "er_20251020",
        "dataset_sha256": _HASHES["data"],
        "model_sha256": _HASHES["model"],
        "evaluation_sha256": _HASHES["rows"],
        "threshold": 0.5,
        "rows": tp + fp + fn + tn,
        "positives": tp + fn,
        "clusters": tp + fp + fn + tn,
        "weighted": False,
        "interval": IntervalMethod(confidence=0.95, name="wilson", replicates=0, seed=0),
        "counts": Counts(tp=tp, fp=fp, fn=fn, tn=tn),
        "metrics": estimates(tp, fp, fn),
        "slices": (),
        "curve": (),
    }
    return Metrics(**(facts | changes))


def report(found: Metrics, policy: Policy, *, declared: Policy | None = None, **facts: Any) -> dict[str, Any]:
    """Return what the gate says, without what it is given."""
    bound = bindings(
        dataset_sha256=_HASHES["data"], model_sha256=_HASHES["model"], evaluation_sha256=_HASHES["rows"]
    )  # fmt: skip
    known = Facts(**({"first_version": True} | facts))
    decided = decide(found, policy, declared=declared or policy, bindings=bound, facts=known)
    return {name: getattr(decided, name) for name in _ASKED}


def paired(differences: dict[str, Difference], **changes: Any) -> Paired:
    """Return a comparison with a champion."""
    facts: dict[str, Any] = {
        "champion_id": "er_20250901",
        "champion_model_sha256": _HASHES["other"],
        "champion_evaluation_sha256": _HASHES["other"],
        "champion_threshold": 0.5,
        "interval": IntervalMethod(confidence=0.95, name="paired", replicates=0, seed=0),
        "rows": 1_000,
        "gained": 3,
        "lost": 5,
        "mcnemar_p": 0.7,
        "differences": differences,
        "gained_rows": (),
        "lost_rows": (),
    }
    return Paired(**(facts | changes))


def difference(value: float | None, lower: float | None, upper: float | None, n: int = 500, reason: str = "") -> Any:
    """Return a difference of two models."""
    given = None if value is None else 0.9
    return Difference(candidate=given, champion=given, value=value, lower=lower, upper=upper, n=n, reason=reason)


USUAL = Policy(criteria={"precision": Criterion(min=0.92), "recall": Criterion(min=0.88), "f1": Criterion(min=0.9)})
GOOD = (970, 20, 30, 980)
LATIN = part("script", "latin", 700, 10, 12, 1_400)


def judged() -> dict[str, Any]:
    """Criteria of every direction, decided by the bound and by the estimate, all three ways."""
    scenes: dict[str, Any] = {}
    for name, counts in {"good": GOOD, "between": (465, 35, 45, 1455), "poor": (700, 200, 300, 800)}.items():
        for decide_on in ("lower_bound", "point"):
            policy = Policy(
                criteria={
                    "precision": Criterion(min=0.92, decide_on=decide_on),
                    "f1": Criterion(min=0.9, decide_on=decide_on),
                    "recall": Criterion(max=0.91, decide_on=decide_on, action="warn"),
                    "auc": Criterion(min=0.9, action="warn"),
                }
            )
            scenes[f"{name} by {decide_on}"] = report(metrics(*counts), policy)
    return scenes


def supported() -> dict[str, Any]:
    """Denominators that are smaller than the policy asks for."""
    return {
        f"min_samples {least} of {counts}": report(
            metrics(*counts), Policy(min_rows=1, criteria={"precision": Criterion(min=minimum, min_samples=least)})
        )
        for counts, minimum, least in (
            ((40, 2, 3, 55), 0.92, 43),
            ((40, 2, 3, 55), 0.92, 42),
            ((40, 2, 3, 55), 0.5, 100),
            ((40, 2, 3, 55), 0.955, 500),
            ((40, 0, 3, 57), 1.0, 50),
            ((40, 1, 3, 56), 0.9, 1),
        )
    } | {"undefined": report(metrics(1, 0, 9, 190, metrics=estimates(0, 0, 10)), USUAL)}


def obstructed() -> dict[str, Any]:
    """Rows on which nothing can be decided, and how often rows may be used."""
    use = {"test_sha256": _HASHES["rows"], "warn_after": 20, "stop_after": 50}
    wide = IntervalMethod(confidence=0.9, name="wilson", replicates=0, seed=0)
    scenes = {
        "no rows": report(metrics(0, 0, 0, 0), USUAL),
        "no positive": report(metrics(0, 5, 0, 1_495), USUAL),
        "all positive": report(metrics(900, 0, 100, 0), USUAL),
        "few rows": report(metrics(40, 1, 1, 57), USUAL),
        "just enough rows": report(metrics(40, 1, 1, 58), USUAL),
        "nothing called": report(metrics(0, 0, 50, 950), USUAL),
        "other bytes": report(metrics(*GOOD, model_sha256=_HASHES["other"]), USUAL),
        "less confidence": report(metrics(*GOOD, interval=wide), USUAL),
        "nothing asked": report(metrics(*GOOD), Policy(criteria={"f1": Criterion(min=0.9, action="warn")})),
        "noted": report(
            metrics(*GOOD), USUAL, loosened=(Loosened(field="min_rows", base="200", head="1"),), notes=("A note.",)
        ),
    }
    for models in (20, 21, 50, 51):
        scenes[f"{models} models"] = report(metrics(*GOOD), USUAL, holdout=HoldoutUse(models=models, **use))
    return scenes


def tightened() -> dict[str, Any]:
    """A policy in force beside the declared one."""
    asked = Policy(criteria={"precision": Criterion(min=0.95), "f1": Criterion(min=0.8)})
    return {
        "tightened": report(metrics(*GOOD), asked, declared=USUAL),
        "maximum": report(
            metrics(*GOOD), Policy(criteria={"precision": Criterion(max=0.99)}), declared=USUAL
        ),
    }  # fmt: skip


def sliced() -> dict[str, Any]:
    """Bounds inside slices: good, poor, small, absent, warning, mirrored."""
    parts = (
        LATIN,
        part("script", "greek", 60, 2, 30, 200),
        part("script", "cyrillic", 88, 8, 8, 220),
        part("script", "thai", 12, 0, 1, 40),
        part("script", 'quoted "value" \x1b of more than forty characters in all', 100, 3, 3, 300),
        part("length", "short", 300, 20, 20, 700),
        part("length", "long", 650, 2, 14, 1_300),
        part("source", "shop", 0, 0, 0, 10),
    )
    found = metrics(*GOOD, slices=parts)

    def rules(**slices: dict[str, SliceRule]) -> Policy:
        return Policy(criteria={metric: Criterion(min=0.8, slices=by_name) for metric, by_name in slices.items()})

    return {
        "minima": report(found, rules(recall={"script": SliceRule(min=0.88)}, f1={"length": SliceRule(min=0.9)})),
        "lower minima pass": report(found, rules(precision={"script": SliceRule(min=0.7, min_samples=5)})),
        "point": report(found, rules(recall={"script": SliceRule(min=0.9, decide_on="point", min_samples=13)})),
        "maximum": report(
            found,
            Policy(
                criteria={
                    "recall": Criterion(max=1.0, slices={"script": SliceRule(max=0.95), "length": SliceRule(max=1)})
                }
            ),
        ),
        "warning": report(found, rules(precision={"length": SliceRule(min=0.97, action="warn")})),
        "values that are missing": report(
            found, rules(precision={"length": SliceRule(min=0.5, values=("short", "tiny", "huge"))})
        ),
        "slices that are missing": report(found, rules(f1={"planet": SliceRule(min=0.5)})),
        "no slices at all": report(metrics(*GOOD), rules(f1={"planet": SliceRule(min=0.5)})),
        "undefined": report(found, rules(f1={"source": SliceRule(min=0.5, min_samples=1)})),
        "one of a kind": report(
            found, rules(recall={"script": SliceRule(min=0.5)}, f1={"length": SliceRule(min=0.95)})
        ),
    }


def compared() -> dict[str, Any]:
    """The comparison with the model in production."""
    policy = Policy(
        criteria={
            "precision": Criterion(min=0.92, change=Change(max_drop=0.02), min_samples=30),
            "recall": Criterion(min=0.88, change=Change(max_drop=0.0, baseline="staging"), decide_on="point"),
            "f1": Criterion(min=0.9, change=Change(max_drop=0.005), action="warn"),
        }
    )

    def three(*numbers: tuple[float, float, float]) -> dict[str, Difference]:
        return {
            metric: difference(*each) for metric, each in zip(("precision", "recall", "f1"), numbers, strict=True)
        }  # fmt: skip

    cases: dict[str, dict[str, Difference]] = {
        "met": three((0.01, -0.02, 0.03), (0.0, -0.1, 0.1), (0.02, 0.01, 0.03)),
        "open": three((-0.01, -0.03, 0.01), (-0.001, -0.1, 0.1), (-0.005, -0.02, 0.01)),
        "missed": three((-0.05, -0.07, -0.03), (-0.2, -0.3, -0.1), (-0.03, -0.04, -0.02)),
        "few": {
            "precision": difference(0.01, -0.01, 0.02, n=29),
            "recall": difference(None, None, None, n=0, reason="no row"),
        },
        "far": {"precision": difference(-0.0199999, -0.5, 0.4), "f1": difference(-0.0051, -0.006, 0.3)},
        "below": {"precision": difference(-0.03, -0.06, 0.0)},
    }  # fmt: skip
    found = metrics(*GOOD)
    scenes = {
        name: report(found, policy, first_version=False, comparison=paired(differences))
        for name, differences in cases.items()
    }
    maximum = Policy(criteria={"recall": Criterion(max=0.999, change=Change(max_drop=0.02))})
    for value, lower, upper in ((0.01, -0.01, 0.02), (0.01, -0.01, 0.03), (0.05, 0.03, 0.07)):
        comparison = paired({"recall": difference(value, lower, upper)})
        scenes[f"a rise of {value} to {upper}"] = report(found, maximum, first_version=False, comparison=comparison)
    itself = paired({}, champion_model_sha256=_HASHES["model"])
    wide = paired({}, interval=IntervalMethod(confidence=0.9, name="paired", replicates=0, seed=0))
    return scenes | {
        "not scored": report(found, policy, first_version=False),
        "not scored, but known": report(found, policy, first_version=False, served="er_20250901"),
        "itself": report(found, policy, first_version=False, comparison=itself),
        "less confidence": report(found, policy, first_version=False, comparison=wide),
        "first version": report(found, policy),
    }


def seeded() -> dict[str, Any]:
    """Several seeds."""

    def repeat(seed: int, tp: int, fp: int, fn: int) -> Repeat:
        return Repeat(
            seed=seed, threshold=0.4, evaluation_sha256=str(seed % 10) * 64, metrics=estimates(tp, fp, fn)
        )  # fmt: skip

    good, between, poor = repeat(43, 972, 22, 28), repeat(44, 465, 40, 60), repeat(45, 700, 200, 300)
    warns = Policy(seeds=2, criteria={"precision": Criterion(min=0.9, action="warn")})
    policy = USUAL.model_copy(update={"seeds": 3})
    return {
        "all there": report(metrics(*GOOD, repeats=(good, good)), policy),
        "one missing": report(metrics(*GOOD, repeats=(good,)), policy),
        "all missing": report(metrics(*GOOD), policy),
        "between and poor": report(metrics(*GOOD, repeats=(between, poor)), policy),
        "more than asked for": report(metrics(*GOOD, repeats=(good, good, between)), policy),
        "nothing blocks": report(metrics(*GOOD, repeats=(poor,)), warns),
        "obstructed": report(metrics(40, 1, 1, 57, repeats=(good, good)), policy),
    }


def _lint(policy: Policy, sample: Sample | None = None, **threshold: Any) -> dict[str, Any]:
    found = lint(task_settings(policy=policy, threshold=ThresholdSettings(**threshold)), sample)
    return {
        "can_pass": found.can_pass, "findings": found.findings, "criteria": found.criteria, "slices": found.slices,
        "changes": found.changes,
    }  # fmt: skip


def words() -> dict[str, Any]:
    """What a policy's words alone show."""
    odd = Policy(
        confidence=0.85,
        seeds=3,
        holdout=HoldoutBudget(warn_after=10),
        criteria={
            "auc": Criterion(min=0.5, action="warn"),
            "precision": Criterion(min=0.995, action="warn", slices={"script": SliceRule(min=0.998)}),
            "recall": Criterion(min=0.0, action="warn"),
            "f1": Criterion(max=1.0, decide_on="point", action="warn"),
        },
    )

    def three(precision: dict[str, float], recall: dict[str, float], f1: dict[str, Any]) -> Policy:
        return Policy(
            criteria={
                "precision": Criterion(**precision), "recall": Criterion(**recall), "f1": Criterion(**f1),
            }
        )  # fmt: skip

    return {
        "odd": _lint(odd),
        "auc": _lint(Policy(criteria={"auc": Criterion(min=0.5)})),
        "confidence": _lint(Policy(confidence=0.9, criteria={"f1": Criterion(min=0.99)})),
        "floor below": _lint(USUAL, objective="recall_at_precision", precision_floor=0.9),
        "floor at it": _lint(USUAL, objective="recall_at_precision", precision_floor=0.92),
        "floor unused": _lint(USUAL, objective="f1", precision_floor=0.9),
        "contradiction": _lint(three({"max": 0.5}, {"max": 0.6}, {"min": 0.9})),
        "contradiction that warns": _lint(three({"min": 0.9}, {"min": 0.9}, {"max": 0.8, "action": "warn"})),
        "asks nothing more": _lint(three({"min": 0.95}, {"min": 0.9}, {"min": 0.9})),
        "asks more": _lint(three({"min": 0.9}, {"min": 0.8}, {"min": 0.9})),
        "no minima": _lint(three({"min": 0.0}, {"min": 0.0}, {"min": 0.9})),
        "exactly": _lint(three({"min": 0.9}, {"min": 0.9}, {"min": 0.9})),
        "points": _lint(
            Policy(
                criteria={
                    "precision": Criterion(min=0.92, decide_on="point"),
                    "recall": Criterion(max=0.3, decide_on="point"),
                }
            )
        ),
    }


def _rows(n: int, effect: float = 1.0, **changes: Any) -> Sample:
    denominators = {"precision": Denominator(n, effect), "recall": Denominator(n, effect), "f1": Denominator(n, effect)}
    facts: dict[str, Any] = {"source": "here", "rows": 4 * n, "positives": n, "denominators": denominators}
    return Sample(**(facts | changes))


def rows() -> dict[str, Any]:
    """What a policy can decide on the test rows at hand."""
    high = Policy(criteria={"precision": Criterion(min=0.96), "recall": Criterion(max=0.05, action="warn")})
    never = Policy(criteria={"precision": Criterion(min=1.0), "f1": Criterion(min=1.0, action="warn")})
    slices = (
        SliceSample("script", "latin", 900, {"precision": Denominator(400), "f1": Denominator(500, 2.0)}),
        SliceSample("script", "greek \x1b", 40, {"precision": Denominator(12), "f1": Denominator(31, 3.0)}),
        SliceSample("length", "long", 10, {}),
    )
    inside = Policy(
        min_rows=5_000,
        criteria={
            "precision": Criterion(
                min=0.9,
                change=Change(max_drop=0.001),
                slices={"script": SliceRule(min=0.9, values=("latin", "thai", "old")), "source": SliceRule(min=0.5)},
            ),
            "f1": Criterion(
                min=0.85,
                action="warn",
                change=Change(max_drop=0.05),
                slices={"script": SliceRule(min=0.92, action="warn"), "length": SliceRule(min=0.9, min_samples=40)},
            ),
        },
    )
    return {
        "37 rows": _lint(high, _rows(37)),
        "37 rows worth 20": _lint(high, _rows(37, 1.85)),
        "no rows": _lint(high, _rows(0)),
        "too few rows": _lint(Policy(criteria={"precision": Criterion(min=0.5, min_samples=50)}), _rows(49)),
        "just enough rows": _lint(Policy(criteria={"precision": Criterion(min=0.5, min_samples=50)}), _rows(50)),
        "never": _lint(never, _rows(100)),
        "never, without rows": _lint(never),
        "point": _lint(
            Policy(
                criteria={
                    "precision": Criterion(min=0.92, decide_on="point"),
                    "f1": Criterion(max=0.5, decide_on="point"),
                }
            ),
            _rows(100, 2.0),
        ),
        "inside": _lint(inside, _rows(1_000, slices=slices)),
        "inside no slices": _lint(inside, _rows(1_250, slices=())),
        "inside unknown slices": _lint(inside, _rows(1_250, rows=None)),
        "enough": _lint(USUAL, _rows(2_000, 1.5)),
    }


def counted() -> dict[str, Any]:
    """Exact chances, limits and numbers of rows of single rules."""
    scenes: dict[str, Any] = {}
    for metric in ("precision", "f1"):
        for least in (True, False):
            for decide_on in ("lower_bound", "point"):
                threshold = 0.92 if least else 0.08
                rule = Rule(metric, threshold, least, decide_on, 0.95, 10)
                truths = [round(threshold + (step if least else -step), 3) for step in (-0.03, 0.0, 0.002, 0.02, 0.05)]
                scenes[f"{metric} {'at least' if least else 'at most'} {threshold} by {decide_on}"] = {
                    "limits": [limits(rule, n) for n in (9, 10, 37, 200, 1_000, 6_000)],
                    "worth less": [limits(rule, 200, worth) for worth in (150.4, 30.0)],
                    "chances": [chances(rule, n, truth) for n in (9, 40, 500) for truth in truths],
                    "without an error": needed_without_error(rule),
                    "needed": [needed_for(rule, truth) for truth in truths],
                    "needed for sure": [needed_for(rule, truth, 0.95) for truth in truths],
                    "judged": [judge(rule, hits, 100, worth) for hits in (0, 1, 50, 99, 100) for worth in (None, 40.5)],
                }
    scenes["bounds"] = [
        bounds(share, n, 0.95) for share in (0.0, 0.3, 0.5, 0.95, 1.0) for n in (0.3, 10.6, 5_000, 5_001)
    ]
    return scenes


def foreseen() -> dict[str, Any]:
    """Tables of chances; what is drawn by chance is left out."""
    policy = Policy(
        seeds=2,
        criteria={
            "precision": Criterion(min=0.92, min_samples=70, change=Change(max_drop=0.1)),
            "recall": Criterion(min=0.98, decide_on="point", slices={"script": SliceRule(min=0.5)}),
            "f1": Criterion(max=0.99, action="warn"),
            "auc": Criterion(min=0.5),
        },
    )
    sample = _rows(120, 1.5)
    grid, model = of_grid(policy, sample, runs=3), of_model(USUAL, sample, Truth(0.95, 0.9), runs=2)
    return {
        "grid": grid.criteria,
        "truths": [outcome.truth for outcome in grid.together],
        "grid is not simulated": grid.not_simulated,
        "without precision": [
            [outcome.truth for outcome in of_grid(Policy(criteria=criteria), sample, runs=1).together]
            for criteria in (
                {"recall": Criterion(min=0.5)}, {"f1": Criterion(min=0.99)}, {"precision": Criterion(max=0.5)},
                {"recall": Criterion(min=0.5, action="warn")},
            )
        ],
        "model": model.criteria,
        "model's truth": [(outcome.truth, outcome.n, outcome.effective) for outcome in model.together],
        "model is not simulated": model.not_simulated,
        "draws": (model.draws, model.seed),
        "decided": decided_by(sample, Truth(0.8, 0.9)),
        "decided without effects": decided_by(_rows(100, denominators={}), Truth(0.5, 0.5)),
        "not simulated": [
            not_simulated(Policy(criteria={"f1": Criterion(min=0.5, action=action, change=Change(max_drop=0.1))}))
            for action in ("block", "warn")
        ],
        "rows": from_metrics(metrics(*GOOD, slices=(part("script", "thai", 0, 0, 0, 5), LATIN)), "there"),
        "counts": from_counts(rows=None, positives=100, predicted=90, hits=80.4, effect=2.0),
    }  # fmt: skip


SCENES: dict[str, Callable[[], dict[str, Any]]] = {
    scene.__name__: scene
    for scene in (judged, supported, obstructed, tightened, sliced, compared, seeded, words, rows, counted, foreseen)
}


def stage(name: str) -> Any:
    """Return what a scene gives now."""
    return plain(SCENES[name]())


if __name__ == "__main__":
    everything = {name: stage(name) for name in SCENES}
    FILE.write_text(json.dumps(everything, indent=1, sort_keys=True) + "\n", encoding="utf-8")
