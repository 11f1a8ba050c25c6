"""Training: from examples to the artifact folder. The clock, the code version and the environment are handed in."""

from mlops.training.fitting import Circumstances, Trained, score, train
from mlops.training.folder import ARTIFACT_FILES, LEFT_BY_A_RUN, refuse_foreign_folder

__all__ = [
    "ARTIFACT_FILES",
    "LEFT_BY_A_RUN",
    "Circumstances",
    "Trained",
    "refuse_foreign_folder",
    "score",
    "train",
]
