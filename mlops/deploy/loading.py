"""A model from the files that a target holds, tested on its golden rows before anybody is served."""

from collections.abc import Mapping
from typing import NamedTuple

from mlops import documents, persistence
from mlops.artifact import MODEL, TRAINING, Training
from mlops.deploy.document import GOLDEN, Golden
from mlops.deploy.golden import refuse_other_scores
from mlops.errors import InputRefusedError
from mlops.hashing import sha256_bytes
from mlops.task import Model, Task


class Loaded(NamedTuple):
    """A model that scored its golden rows as it did when it was judged.

    Attributes:
        model: The model.
        training: How it was made.
        golden: The rows.
        difference: The largest difference from a judged score.
    """

    model: Model
    training: Training
    golden: Golden
    difference: float


class Known(NamedTuple):
    """A model that was loaded before, and the hash of the bytes that it was loaded from."""

    sha256: str
    model: Model


def load(files: Mapping[str, bytes], task: Task, *, place: str, known: Known | None = None) -> Loaded:
    """Load a model and test it.

    Args:
        files: By name, as :func:`mlops.deploy.placing.read_placed` returns them: their hashes hold.
        task: The plug that rebuilds the model.
        place: Where they stand, for the message.
        known: Is taken instead of loading these very bytes a second time.

    Raises:
        InputRefusedError: The model file is not acceptable, of another version of scikit-learn, or scores its golden
            rows otherwise.
    """
    training = documents.loads(files[TRAINING], Training, file=f"{place}/{TRAINING}")
    golden = documents.loads(files[GOLDEN], Golden, file=f"{place}/{GOLDEN}")
    if training.task != task.name or golden.task != task.name or golden.model_sha256 != training.model_sha256:
        raise InputRefusedError(
            "The documents of this model do not belong together.", file=f"{place}/{GOLDEN}", field="model_sha256",
            expected=f"{task.name}, {training.model_sha256}", found=f"{golden.task}, {golden.model_sha256}",
            fix="Deploy the model again from its artifact.",
        )  # fmt: skip
    if known is not None and known.sha256 == training.model_sha256 == sha256_bytes(files[MODEL]):
        model = known.model
    else:
        state = persistence.load(
            files[MODEL],
            expected_sha256=training.model_sha256,
            sklearn_version=training.environment.get("scikit-learn", ""),
            file=f"{place}/{MODEL}",
        )
        model = task.restore(state)
    difference = refuse_other_scores(golden, model, model.reads(), file=f"{place}/{GOLDEN}")
    return Loaded(model, training, golden, difference)
