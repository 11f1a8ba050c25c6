"""What a target serves, changed: a model goes live, comes back, is tried beside the live one, or is taken out.

The pointer moves last. A model that fails its golden rows or, after the switch, the health check is not served: then
the target serves what it served before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from mlops.artifact import CHECKSUMS, GATE
from mlops.deploy.document import GOLDEN, Mode, Placed, Pointer, Replaced, Trial, moved
from mlops.deploy.placing import put, read_placed, write_pointer
from mlops.errors import UsageRefusedError
from mlops.hashing import sha256_bytes
from mlops.storage.target import Target

Test = Callable[[Mapping[str, bytes]], None]
"""Loads a model from its files and scores its golden rows; raises InputRefusedError if it does otherwise."""

Healthy = Callable[[Placed | None], str]
"""Asks the server whether it serves a model; returns why it does not, empty if it does."""

State = Literal["unchanged", "switched", "rolled back"]


class Why(NamedTuple):
    """Who asks for a change: for the record of what was live when.

    Attributes:
        now: The moment, UTC.
        commit: The commit that asks for it.
        run_url: The run that does it; empty when local.
        notice: What whoever sees the model's answers must be told.
    """

    now: datetime
    commit: str
    run_url: str = ""
    notice: str = ""


@dataclass(frozen=True)
class Switched:
    """What came of it.

    Attributes:
        state: ``rolled back`` if the model went live and the server did not take it.
        pointer: What the target says now.
        before: What it said before.
        reason: Why it was rolled back, or why its server could not be asked; else empty.
    """

    state: State
    pointer: Pointer
    before: Pointer
    reason: str = ""


def place(target: Target, model_id: str, files: Mapping[str, bytes], why: Why, test: Test) -> Placed:
    """Put a model's files on a target and have it prove itself from there; nothing goes live.

    Raises:
        InputRefusedError: The target gives back other bytes, or the model does not score its golden rows.
        UnavailableError: The target did not take or deliver a file.
    """
    there = put(target, model_id, files)
    test(there)
    return Placed(
        model_id=model_id,
        artifact_sha256=sha256_bytes(there[CHECKSUMS]),
        gate_sha256=sha256_bytes(there[GATE]),
        golden_sha256=sha256_bytes(there[GOLDEN]),
        since=why.now,
        commit=why.commit,
        run_url=why.run_url,
        notice=why.notice,
    )


def switch(
    target: Target, pointer: Pointer, placed: Placed, why: Why, *, mode: Mode, share: int, healthy: Healthy
) -> Switched:
    """Have a target serve a model that :func:`place` put there.

    Args:
        target: The target.
        pointer: What it says; if it says something else meanwhile, nothing is changed.
        placed: The model.
        why: Who asks.
        mode: Whether it answers all, a share, or nobody.
        share: Of the entities, in percent; 100 unless it is a canary.
        healthy: Asks the server after the switch.

    Raises:
        ConflictError: Another deployment moved the pointer meanwhile.
    """
    if mode == "live":
        new = moved(pointer, placed, why.now)
    else:
        trial = Trial(placed=placed, mode=mode, share=share if mode == "canary" else 1)
        new = pointer.model_copy(update={"sequence": pointer.sequence + 1, "trial": trial})
    if _same(pointer, new):
        return Switched("unchanged", pointer, pointer)
    return _switch(target, pointer, new, healthy)


def end_trial(target: Target, pointer: Pointer) -> Switched:
    """Have a target serve its live model alone again, each file of it hashed."""
    verify(target, pointer.model_copy(update={"trial": None}))
    alone = pointer.model_copy(update={"sequence": pointer.sequence + 1, "trial": None})
    return _switch(target, pointer, alone, lambda _: "")


def take_out(target: Target, pointer: Pointer, why: Why) -> Switched:
    """Have a target serve no model of the task."""
    if pointer.live is None and pointer.trial is None:
        return Switched("unchanged", pointer, pointer)
    before = pointer.before
    if pointer.live is not None:
        before = (Replaced(placed=pointer.live, until=why.now), *before)
    changes = {"sequence": pointer.sequence + 1, "live": None, "trial": None, "before": before}
    return _switch(target, pointer, pointer.model_copy(update=changes), lambda _: "")


def former(pointer: Pointer, model_id: str | None, days: int, now: datetime) -> Placed:
    """Return the model that may come back without being judged again.

    Args:
        pointer: What the target says.
        model_id: Which one; None takes the newest that no rollback ended.
        days: For how many days after it was replaced it may.
        now: The moment.

    Raises:
        UsageRefusedError: There is none, or it was replaced too long ago.
    """
    live = pointer.live.model_id if pointer.live else None
    known = [one for one in pointer.before if one.placed.model_id != live]
    bad = {one.placed.artifact_sha256 for one in known if one.taken_back}
    wanted = [
        one
        for one in known
        if one.placed.model_id == model_id or (model_id is None and one.placed.artifact_sha256 not in bad)
    ]
    names = tuple(dict.fromkeys(one.placed.model_id for one in known))
    if not wanted:
        raise UsageRefusedError(
            "This environment has served no such model before.",
            field="--to",
            expected=" or ".join(names[:5]) or "a model that was live, and there is none",
            found=model_id or "none that no rollback ended",
            fix="Name one with --to, or deploy a model: mlops deploy ID --environment NAME.",
        )
    found = wanted[0]
    if now - found.until > timedelta(days=days):
        raise UsageRefusedError(
            "This model was replaced too long ago to come back without being judged again.",
            field="rollback_days",
            expected=f"replaced at most {days} days ago",
            found=f"{found.placed.model_id}, replaced on {found.until:%Y-%m-%d}",
            why="What it learned may no longer hold, and nobody has looked since.",
            fix=f"Judge it on today's data and deploy it: mlops deploy {found.placed.model_id}.",
        )
    return found.placed


def bring_back(target: Target, pointer: Pointer, placed: Placed, why: Why, *, test: Test, healthy: Healthy) -> Switched:
    """Roll back to a model that a target still holds, if every hash holds and it scores its golden rows.

    Raises:
        InputRefusedError: A file is not what it was when it was live, or the model scores its golden rows otherwise.
        ConflictError: Another deployment moved the pointer meanwhile.
    """
    again = held(target, placed, why, test)
    undone = any(one.taken_back for one in pointer.before if one.placed.artifact_sha256 == placed.artifact_sha256)
    return _switch(target, pointer, moved(pointer, again, why.now, taken_back=not undone), healthy)


def held(target: Target, placed: Placed, why: Why, test: Test) -> Placed:
    """Have a model prove itself that a target holds already, and return it as it is placed now.

    Raises:
        InputRefusedError: A file is not what it was, or the model scores its golden rows otherwise.
    """
    test(read_placed(target, placed))
    now = {"since": why.now, "commit": why.commit, "run_url": why.run_url, "notice": why.notice}
    return placed.model_copy(update=now)


def verify(target: Target, pointer: Pointer) -> None:
    """Hash again everything that a target serves; raises InputRefusedError for what does not hold."""
    for placed in (pointer.live, pointer.trial.placed if pointer.trial else None):
        if placed is not None:
            read_placed(target, placed)


def _switch(target: Target, old: Pointer, new: Pointer, healthy: Healthy) -> Switched:
    write_pointer(target, old, new)
    reason = healthy(new.live)
    if not reason:
        return Switched("switched", new, old)
    back = old.model_copy(update={"sequence": new.sequence + 1})
    write_pointer(target, new, back)
    return Switched("rolled back", back, old, reason)


def _same(old: Pointer, new: Pointer) -> bool:
    """Tell whether both serve the same bytes in the same way."""
    if old.trial and new.trial and old.live == new.live:
        one, other = old.trial, new.trial
        return (one.mode, one.share, _bytes(one.placed)) == (other.mode, other.share, _bytes(other.placed))
    return old.trial is None and new.trial is None and old.live is not None and _bytes(old.live) == _bytes(new.live)


def _bytes(placed: Placed | None) -> str:
    return "" if placed is None else f"{placed.model_id} {placed.artifact_sha256}"


def next_share(asked: int | None, allowed: tuple[int, ...], pointer: Pointer, model_id: str) -> int:
    """Return the share of the entities, in percent, that a model is given now.

    Args:
        asked: What was asked for; None takes the first of those allowed.
        allowed: The shares through which the model must go, in order; one alone, 100, lets any share be a first step.
        pointer: What the target says.
        model_id: The model.

    Raises:
        UsageRefusedError: The share is none of those allowed, or the step before was not taken.
    """
    share = allowed[0] if asked is None else asked
    if allowed == (100,):
        return share
    trial = pointer.trial
    has = trial.share if trial and trial.mode == "canary" and trial.placed.model_id == model_id else 0
    if pointer.live is not None and pointer.live.model_id == model_id:
        has = 100
    reached = [one for one in allowed if one <= has]
    open_to = allowed[: len(reached) + 1]
    if share not in open_to:
        raise UsageRefusedError(
            "This model may not be given this share of the traffic yet.",
            field="--share",
            expected=" or ".join(f"{one}" for one in open_to),
            found=share,
            why=f"It goes through {', '.join(f'{one} %' for one in allowed)} in turn, and has {has} % now.",
            fix="Take the next step, look at the metrics, then take the one after it.",
        )
    return share
