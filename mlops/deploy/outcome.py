"""``reconciled.json``: what came of having an environment follow what is declared, for whoever records it."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from mlops.documents import Document, Part
from mlops.hashing import Sha256
from mlops.ids import ModelId

State = Literal["live", "on trial", "released", "rolled back", "failed", "taken out"]


class Outcome(Part):
    """What came of one task.

    Attributes:
        state: ``live`` if the target serves the model that was asked for, ``on trial`` while another one answers beside
            it, ``released`` where no target is named and the release is what is used, ``rolled back`` if the server did
            not take it, ``failed`` if it never went live, ``taken out`` if no model was asked for.
        model_id: The model that was asked for; empty for ``taken out``, and for ``failed`` if that failed.
        artifact_sha256: Hash of its ``checksums.txt``; empty where it was not found out.
        serves: What is served now, as far as it is known; empty for nothing.
        reason: Why it is not live, with which share it is tried, or that its server could not be asked.
    """

    state: State
    model_id: str
    artifact_sha256: Sha256 | Literal[""] = ""
    serves: str = ""
    reason: str = ""


class Reconciled(Document):
    """``reconciled.json``.

    Attributes:
        environment: Which one.
        target: Where it is served from; empty where nothing is named.
        commit: The commit that declares it, in full.
        rollback: Whether it was rolled back, beside what is declared.
        tasks: By the name of a task, what came of it.
    """

    environment: str
    target: str
    commit: Annotated[str, Field(pattern=r"^(?:[0-9a-f]{40}|[0-9a-f]{64})$")]
    rollback: bool = False
    tasks: dict[str, Outcome]

    @model_validator(mode="after")
    def _of_their_tasks(self) -> Self:
        for task, outcome in self.tasks.items():
            for model in (outcome.model_id, outcome.serves):
                if model and ModelId.parse(model).dataset.task != task:
                    raise ValueError(f"{model} is no model of the task {task}")
            if outcome.state != "failed" and (outcome.state == "taken out") is bool(outcome.model_id):
                raise ValueError(f"{task}: a model is named unless it was taken out")
        return self
