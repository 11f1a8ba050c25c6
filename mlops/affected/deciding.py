"""The decision whether a change is judged: two states of a repository in, yes or no and the reasons out (pure)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from mlops.config import FILE_NAME, Policy, TaskSettings, policy_sha256
from mlops.errors import MlopsError
from mlops.formatting import printable
from mlops.globs import matches
from mlops.ids import DatasetId
from mlops.trees import Difference, Fingerprint, compare

SETTINGS = ("contract", "split", "threshold", "sample_size", "seed", "certification")
"""The fields of a task's settings that make or certify a model, beside its policy."""

_NAMED = 20
_VALUE = 60


@dataclass(frozen=True)
class State:
    """One tree, seen from one task.

    Attributes:
        settings: What ``mlops.toml`` says of the task; None where it does not declare it or cannot be read.
        problem: Why the settings cannot be read; empty where they can, or where there are none.
        manifests: By path, the manifests of every task.
        files: By path, the files that a model depends on, by the globs of both trees.
    """

    settings: TaskSettings | None
    manifests: Mapping[str, Fingerprint]
    files: Mapping[str, Fingerprint]
    problem: str = ""


@dataclass(frozen=True)
class Facts:
    """All that the decision needs.

    Attributes:
        base: The base branch.
        head: The change: the working tree.
        pins: By dataset id, the hash that a manifest of the working tree pins; empty where it is not valid.
        champion: The model that the base branch has in production; empty if none.
        unknown: What could not be found out, as sentences.
    """

    task: str
    base: State
    head: State
    pins: Mapping[str, str]
    champion: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """Whether the change is judged, and on what.

    Attributes:
        judge: True also where it could not be decided.
        dataset_id: The dataset to judge on: the newest that the change adds or alters, else the task's newest; empty
            where the task has none.
        dataset_hash: What its manifest pins; empty where there is no valid one.
        champion: The model that the base branch has in production; empty if none.
        reasons: Why it is judged; none where it is not.
        notes: What does not call for a judgement and should be known.
    """

    judge: bool
    dataset_id: str
    dataset_hash: str
    champion: str
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


def decide(facts: Facts) -> Decision:
    """Decide whether a change touches data, policy, settings or code that a model depends on."""
    base, head = facts.base, facts.head
    change = _data(facts)
    if head.settings is None:
        raise ValueError("the task is declared in the working tree")
    fields = (*_policy(facts.task, base.settings, head.settings), *_settings(facts.task, base.settings, head.settings))
    reasons = (
        *_base(base),
        *facts.unknown,
        *change.reasons,
        *fields,
        *_code(compare(base.files, head.files)),
        *_blind(facts),
    )
    return Decision(
        judge=bool(reasons),
        dataset_id=change.dataset_id,
        dataset_hash=facts.pins.get(change.dataset_id, ""),
        champion=facts.champion,
        reasons=reasons,
        notes=(*change.notes, *_globs(facts.task, base.settings, head.settings)),
    )


@dataclass(frozen=True)
class _Data:
    """What the change does to the data, and which dataset it is judged on."""

    dataset_id: str
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


def _base(base: State) -> Iterator[str]:
    if base.problem:
        yield f"The settings of the base branch cannot be read: {printable(base.problem)}"
    elif base.settings is None:
        yield "The base branch does not declare this task: it is new."


def _data(facts: Facts) -> _Data:
    difference = compare(facts.base.manifests, facts.head.manifests)
    told = [
        (path, what)
        for what, paths in (
            ("was added", difference.added),
            ("was changed", difference.changed),
            ("cannot be compared", difference.unknown),
        )
        for path in paths
    ]
    ours = {path: dataset for path, _ in told if (dataset := _dataset(path)) and dataset.task == facts.task}
    strays = [path for path, _ in told if _dataset(path) is None]
    reasons = [f"Data: {printable(path)} {what}." for path, what in told if path in ours]
    reasons += [f"Data: {printable(path)} is new or changed and not named like a manifest." for path in strays]
    present = _newest_first(facts.head.manifests, facts.task)
    touched = [dataset for dataset in present if dataset in ours.values()]
    chosen = next(iter(touched or present), None)
    dataset_id = "" if chosen is None else str(chosen)
    removed = _removed(facts, difference)
    reasons += removed.reasons
    if dataset_id and not facts.pins.get(dataset_id):
        reasons.append(f"Data: the manifest of {dataset_id} is not valid.")
    notes = [*removed.notes, *_left_out(touched)]
    return _Data(dataset_id, tuple(reasons), tuple(notes))


def _removed(facts: Facts, difference: Difference) -> _Data:
    """Return what is to be said of manifests that are gone; that of the newest dataset was what a model is made of."""
    gone = [
        (path, dataset) for path in difference.removed if (dataset := _dataset(path)) and dataset.task == facts.task
    ]
    newest = next(iter(_newest_first(facts.base.manifests, facts.task)), None)
    reasons = tuple(
        f"Data: {path} was removed, the base branch's newest." for path, dataset in gone if dataset == newest
    )
    notes = tuple(f"{path} was removed." for path, dataset in gone if dataset != newest)
    return _Data("", reasons, notes)


def _left_out(touched: Sequence[DatasetId]) -> Iterator[str]:
    if len(touched) > 1:
        chosen, *others = map(str, touched)
        yield f"The change adds or alters {len(touched)} datasets; {chosen} is judged, {', '.join(others)} not."


def _newest_first(paths: Mapping[str, Fingerprint], task: str) -> list[DatasetId]:
    found = [dataset for path in paths if (dataset := _dataset(path)) and dataset.task == task]
    return sorted(found, reverse=True)


def _dataset(path: str) -> DatasetId | None:
    """Return the dataset whose manifest stands at ``path``; None where the name is no dataset's."""
    try:
        return DatasetId.parse(PurePosixPath(path).stem)
    except MlopsError:
        return None


def _policy(task: str, base: TaskSettings | None, head: TaskSettings) -> Iterator[str]:
    if base is not None and policy_sha256(base.policy) != policy_sha256(head.policy):
        yield from _differences(f"tasks.{task}.policy", _json(base.policy), _json(head.policy))


def _settings(task: str, base: TaskSettings | None, head: TaskSettings) -> Iterator[str]:
    for field in SETTINGS if base is not None else ():
        old, new = (settings.model_dump(mode="json")[field] for settings in (base, head) if settings is not None)
        yield from _differences(f"tasks.{task}.{field}", old, new)


def _json(policy: Policy) -> dict[str, Any]:
    return policy.model_dump(mode="json")


def _differences(path: str, base: object, head: object) -> Iterator[str]:
    """Yield a sentence for each field that is not the same."""
    if isinstance(base, dict) and isinstance(head, dict):
        for name in sorted(base.keys() | head.keys()):
            yield from _differences(f"{path}.{name}", base.get(name), head.get(name))
    elif base != head:
        old, new = (printable("nothing" if value is None else str(value), _VALUE) for value in (base, head))
        yield f"{FILE_NAME}: {printable(path)} is {old} on the base branch, {new} here."


def _code(difference: Difference) -> Iterator[str]:
    told = [
        *(f"Code: {printable(path)} cannot be compared: {why}." for path, why in difference.unknown.items()),
        *(f"Code: {printable(path)} was changed." for path in difference.changed),
        *(f"Code: {printable(path)} was added." for path in difference.added),
        *(f"Code: {printable(path)} was removed." for path in difference.removed),
    ]
    yield from told[:_NAMED]
    if len(told) > _NAMED:
        yield f"Code: {len(told) - _NAMED:,} further files."


def _blind(facts: Facts) -> Iterator[str]:
    """Yield each glob that means no file at all: misspelled, it would let a change of code pass unseen."""
    field, known = f"tasks.{facts.task}.code", [*facts.base.files, *facts.head.files]
    for glob in facts.head.settings.code if facts.head.settings else ():
        if not any(matches(path, (glob,)) for path in known):
            yield f"{FILE_NAME}: {field}: {printable(glob)} matches no file, here and on the base branch."


def _globs(task: str, base: TaskSettings | None, head: TaskSettings) -> Iterator[str]:
    """Yield what is to be said of the globs themselves."""
    field = f"tasks.{task}.code"
    if base is not None and base.code != head.code:
        yield f"{FILE_NAME}: {field} is another here than on the base branch; the files of both count."
    elif not head.code:
        yield f"{FILE_NAME}: {field} names no file, so a change of code is not noticed."
