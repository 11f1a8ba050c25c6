"""``pointer.json``, which model a target serves and which it served before; ``golden.json``, a model's golden rows."""

import re
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from mlops.documents import Document, Part
from mlops.hashing import Sha256
from mlops.ids import ModelId
from mlops.metrics import Count

POINTER = "pointer.json"
GOLDEN = "golden.json"
KEPT = 50
"""Replaced models that a pointer remembers."""

Mode = Literal["live", "canary", "shadow"]
"""``live`` answers, ``canary`` answers a share of the entities, ``shadow`` is only asked and logged."""

_PREFIX = 16


class Placed(Part):
    """A model on a target.

    Attributes:
        model_id: Its id.
        artifact_sha256: Hash of its ``checksums.txt``, and so of every file that it lists.
        gate_sha256: Hash of the verdict that let it in.
        golden_sha256: Hash of its golden rows.
        since: When it got its place.
        commit: The commit that asked for it.
        run_url: The run that put it there; empty when local.
        notice: What whoever sees its answers must be told; empty for a model that needs no notice.
    """

    model_id: str
    artifact_sha256: Sha256
    gate_sha256: Sha256
    golden_sha256: Sha256
    since: AwareDatetime
    commit: str
    run_url: str = ""
    notice: str = ""

    @property
    def folder(self) -> str:
        """The folder of its files: by id and bytes, so that no model overwrites another."""
        return folder_of(self.model_id, self.artifact_sha256)


class Trial(Part):
    """A model beside the one that is live.

    Attributes:
        placed: The model.
        mode: Whether it answers anybody.
        share: Of the entities, in percent, that a canary answers.
    """

    placed: Placed
    mode: Literal["canary", "shadow"]
    share: Annotated[int, Field(ge=1, le=99)]


class Replaced(Part):
    """A model that was live.

    Attributes:
        placed: The model.
        until: When another took its place.
        taken_back: Whether a rollback ended it: then no rollback chooses it by itself. One that undoes a rollback finds
            no fault with what it ends.
    """

    placed: Placed
    until: AwareDatetime
    taken_back: bool = False


class Pointer(Document):
    """What a target serves of a task.

    Attributes:
        task: The task.
        environment: Of which environment this is the target.
        sequence: Number of this state, one more than the one before: who writes it has seen that one.
        live: The model that answers; None before the first.
        trial: A model on trial beside it.
        before: What was live before, newest first.
    """

    task: str
    environment: str
    sequence: Count
    live: Placed | None
    trial: Trial | None = None
    before: Annotated[tuple[Replaced, ...], Field(max_length=KEPT)] = ()

    @model_validator(mode="after")
    def _of_one_task(self) -> Self:
        placed = [self.live, self.trial.placed if self.trial else None, *(one.placed for one in self.before)]
        for one in placed:
            if one is not None and ModelId.parse(one.model_id).dataset.task != self.task:
                raise ValueError(f"{one.model_id} is no model of the task {self.task}")
        return self


class GoldenRow(Part):
    """A test row and the score that it got when the model was judged.

    Attributes:
        row_id: Names it in the evaluation.
        inputs: By column, as the server is sent it.
        score: What the model must say of it.
    """

    row_id: str
    inputs: dict[str, str | float | None]
    score: Annotated[float, Field(ge=0, le=1)]


class Golden(Document):
    """``golden.json``: rows on which a model must do on the target what it did when it was judged."""

    task: str
    model_sha256: Sha256
    rows: Annotated[tuple[GoldenRow, ...], Field(min_length=1)]


def folder_of(model_id: str, artifact_sha256: str) -> str:
    """Return the folder of a model's files on a target."""
    task = ModelId.parse(model_id).dataset.task
    return f"{task}/models/{model_id}-{artifact_sha256[:_PREFIX]}"


def pointer_of(task: str) -> str:
    """Return the name of a task's pointer on a target."""
    if re.fullmatch(r"[a-z][a-z0-9]*", task, re.ASCII) is None:
        raise ValueError(f"{task!r} is no task")
    return f"{task}/{POINTER}"


def moved(pointer: Pointer, placed: Placed, now: datetime, *, taken_back: bool = False) -> Pointer:
    """Return the pointer after ``placed`` went live: what was live comes first among what was before.

    Args:
        pointer: What the target said.
        placed: The model that is live from now on.
        now: The moment.
        taken_back: Whether this is a rollback of what was live.
    """
    before = pointer.before
    if pointer.live is not None:
        before = (Replaced(placed=pointer.live, until=now, taken_back=taken_back), *before)
    return pointer.model_copy(
        update={"sequence": pointer.sequence + 1, "live": placed, "trial": None, "before": before[:KEPT]}
    )
