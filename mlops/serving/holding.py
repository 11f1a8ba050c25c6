"""The models that a server holds: those that its target points at, each tested on its golden rows before it answers.

A model is exchanged by one assignment, so a request sees the old one or the new one and never a mixture. What cannot be
loaded is not served: then the server goes on with what it has, and says so.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from mlops.deploy import loading
from mlops.deploy.document import Mode, Placed, Pointer
from mlops.deploy.placing import read_placed, read_pointer
from mlops.errors import MlopsError, UnavailableError
from mlops.inputs import Kind
from mlops.storage.target import Target
from mlops.task import Model, Task

_PARTS = 10_000


class Serving(NamedTuple):
    """A model that is ready.

    Attributes:
        placed: Which.
        model: It.
        kinds: What each column that it reads holds.
        threshold: The score from which it calls a row positive.
    """

    placed: Placed
    model: Model
    kinds: dict[str, Kind]
    threshold: float


class Held(NamedTuple):
    """What answers for a task.

    Attributes:
        sequence: Number of the pointer that says so.
        live: Answers whom no canary answers; None before the first model.
        trial: A canary or a shadow; None if there is none.
        mode: Which of the two.
        share: Of the entities, in percent, that a canary answers.
    """

    sequence: int
    live: Serving | None
    trial: Serving | None = None
    mode: Mode = "live"
    share: int = 0

    def answering(self, entity: str) -> tuple[Serving | None, Mode]:
        """Return the model that answers for an entity, always the same one while nothing is deployed."""
        if self.trial is not None and self.mode == "canary" and in_share(entity, self.share):
            return self.trial, "canary"
        return self.live, "live"


def in_share(entity: str, share: int) -> bool:
    """Tell whether an entity belongs to a share: those in 5 % are also in 25 %."""
    number = int.from_bytes(hashlib.sha256(entity.encode()).digest()[:8], "big")
    return number % _PARTS < share * (_PARTS // 100)


@dataclass
class Holder:
    """Holds the models of some tasks and follows their pointers.

    Attributes:
        target: Where they are served from.
        environment: Whose target it is.
        tasks: The plugs, by name.
        said: Hears of every exchange: the task, what is held now, and why nothing was exchanged (empty if it was).
    """

    target: Target
    environment: str
    tasks: Mapping[str, Task]
    said: Callable[[str, Held | None, str], None] = lambda _task, _held, _why: None
    _held: dict[str, Held] = field(default_factory=dict)
    _failed: dict[str, tuple[int, str]] = field(default_factory=dict)
    _one: threading.Lock = field(default_factory=threading.Lock)

    @property
    def held(self) -> Mapping[str, Held]:
        """What answers now, by task."""
        return self._held

    @property
    def failures(self) -> Mapping[str, str]:
        """Why a task is not served as its pointer says, by task."""
        return {task: why for task, (_, why) in self._failed.items()}

    def follow(self) -> None:
        """Look at every pointer, and exchange what is to be served by another model; never raises MlopsError.

        What is raised is a fault of this program, and only after every other task was looked at.
        """
        faults: list[Exception] = []
        with self._one:
            for name in self.tasks:
                try:
                    self._follow(name)
                except Exception as fault:  # noqa: BLE001  # raised below: it must not keep other tasks from their models
                    faults.append(fault)
                    if name not in self._failed:
                        self._fail(name, -1, _words_of(fault))
        if faults:
            raise faults[0]

    def _follow(self, name: str) -> None:
        held = self._held.get(name)
        try:
            pointer = read_pointer(self.target, self.environment, name)
        except MlopsError as error:
            self._fail(name, -1, f"{error.what} {error.why}".strip())
            return
        if held is not None and held.sequence == pointer.sequence:
            self._failed.pop(name, None)
            return
        if self._failed.get(name, (None, ""))[0] == pointer.sequence:
            return  # tried already; another pointer, or a restart, tries again
        try:
            new = self._load(name, pointer, held)
        except UnavailableError as error:  # the storage may deliver the next time
            self._fail(name, -1, f"{error.what} {error.why}".strip())
            return
        except MlopsError as error:
            self._fail(name, pointer.sequence, f"{error.what} {error.found}".strip())
            return
        except Exception as fault:
            again = isinstance(fault, OSError | MemoryError)  # these may pass; others would load the model every second
            self._fail(name, -1 if again else pointer.sequence, _words_of(fault))
            raise
        self._held = {**self._held, name: new}
        self._failed.pop(name, None)
        self.said(name, new, "")

    def _fail(self, name: str, sequence: int, why: str) -> None:
        if self._failed.get(name) != (sequence, why):
            self._failed[name] = (sequence, why)
            self.said(name, self._held.get(name), why)

    def _load(self, name: str, pointer: Pointer, held: Held | None) -> Held:
        known = [one for one in ((held.live, held.trial) if held else ()) if one is not None]

        def serving(placed: Placed) -> Serving:
            for one in known:
                if (one.placed.folder, one.placed.golden_sha256) == (placed.folder, placed.golden_sha256):
                    return one._replace(placed=placed)
            files = read_placed(self.target, placed)
            loaded = loading.load(files, self.tasks[name], place=self.target.uri)
            return Serving(placed, loaded.model, loaded.model.reads(), loaded.model.threshold)

        live = None if pointer.live is None else serving(pointer.live)
        if pointer.trial is None:
            return Held(pointer.sequence, live)
        trial = pointer.trial
        return Held(pointer.sequence, live, serving(trial.placed), trial.mode, trial.share)


def _words_of(fault: Exception) -> str:
    return f"A fault of mlops itself, told in the server's own log: {type(fault).__name__}."
