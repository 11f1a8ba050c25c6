"""The types that a model file may hold, written out by hand: the review of this list is the trust.

Nothing here is derived from a file or from what skops trusts by default (every estimator and every ufunc). A further
type is one line, added after reading what its constructor and ``__setstate__`` do with hostile attributes.
"""

from collections.abc import Mapping
from typing import Final

TREE_PREDICTOR: Final = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
BOOSTING: Final = "sklearn.ensemble._hist_gradient_boosting.gradient_boosting.HistGradientBoostingClassifier"
TREE: Final = "sklearn.tree._tree.Tree"

FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "gradient boosting": (
        BOOSTING,
        TREE_PREDICTOR,
        "sklearn.ensemble._hist_gradient_boosting.binning._BinMapper",
        "sklearn._loss.loss.HalfBinomialLoss",
        "sklearn._loss.link.Interval",
        "sklearn._loss.link.LogitLink",
        "sklearn.preprocessing._label.LabelEncoder",
    ),
    "linear": (
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.StandardScaler",
        "sklearn.impute._base.SimpleImputer",
    ),
    "forest": (
        "sklearn.ensemble._forest.RandomForestClassifier",
        "sklearn.tree._classes.DecisionTreeClassifier",
    ),
    "calibration": (
        "sklearn.isotonic.IsotonicRegression",
        "sklearn.calibration.CalibratedClassifierCV",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
    ),
}
"""Per model family, the classes whose instances are restored attribute by attribute."""

BY_LOADER: Final[Mapping[str, frozenset[str]]] = {
    "DictNode": frozenset({"builtins.dict"}),
    "ListNode": frozenset({"builtins.list"}),
    "TupleNode": frozenset({"builtins.tuple"}),
    "JsonNode": frozenset({"builtins.str"}),
    "TypeNode": frozenset({"builtins.str", "builtins.int"}),
    "NdArrayNode": frozenset(
        {
            "numpy.ndarray",
            "numpy.bool",
            "numpy.float32",
            "numpy.float64",
            "numpy.int32",
            "numpy.int64",
            "numpy.uint8",
            "numpy.uint32",
            "numpy.uint64",
            "numpy.str_",
        }
    ),
    "DTypeNode": frozenset({"numpy.dtype"}),
    "RandomGeneratorNode": frozenset({"numpy.random._generator.Generator"}),
    "LossNode": frozenset({"sklearn._loss._loss.CyHalfBinomialLoss"}),
    "TreeNode": frozenset({TREE}),
    "ObjectNode": frozenset(name for names in FAMILIES.values() for name in names),
}
"""Per skops loader, the types it may be asked for; a loader that is not here is never run."""

TOLD_SKOPS: Final[tuple[str, ...]] = (*BY_LOADER["ObjectNode"], TREE, "numpy.dtype")
"""What skops is told to trust, after the trees' indices were checked: its own list is not read."""
