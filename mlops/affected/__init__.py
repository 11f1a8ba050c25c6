"""Does a change touch what a model depends on? Decided from two plain folders; what cannot be decided is judged."""

from mlops.affected.deciding import Decision, Facts, State, decide
from mlops.affected.reading import read

__all__ = ["Decision", "Facts", "State", "decide", "read"]
