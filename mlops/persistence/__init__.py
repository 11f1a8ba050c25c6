"""Model files: the only place that writes or loads a model, and it never runs what a file says.

A model file is a skops archive in one canonical form, so that equal states give equal bytes and the SHA-256 of the
file is a test of reproducibility. Loading goes from cheap and certain to costly: hash, version of scikit-learn,
container, arrays, types, trees; only then does skops build objects, and from the checked bytes alone.

What remains: these checks prove where indices point, not that a model is any good, and a type on the list may still
raise when its attributes are nonsense. A file whose origin is not attested belongs in a child process with limits.
"""

from mlops.persistence.modelfile import dump, load

__all__ = ["dump", "load"]
