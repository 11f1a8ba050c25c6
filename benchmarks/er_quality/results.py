"""``er_quality.json``: what was measured, on what, with which code."""

from datetime import datetime

from benchmarks.machine import Machine
from mlops.documents import Document, Part
from mlops.hashing import Sha256
from mlops.metrics import Count
from mlops.provenance import CodeVersion


class Rates(Part):
    """Precision, recall and F1 in [0, 1]; None where not defined."""

    precision: float | None
    recall: float | None
    f1: float | None


class SeenGroup(Part):
    """Test pairs of which training shows both, one or neither record. F1 is None where no pair is a match."""

    rows: Count
    positives: Count
    f1: float | None


class BaselineRun(Part):
    """The similarity table with a random forest, on the same rows in the same process.

    Attributes:
        rates: At threshold 0.5.
        features: Columns of its table.
        feature_seconds: CPU seconds for the table of the training rows.
        fit_seconds: CPU seconds for fitting.
    """

    rates: Rates
    features: Count
    feature_seconds: float
    fit_seconds: float


class ModelRun(Part):
    """One model: trained with one seed, judged once on its test rows.

    Attributes:
        seed: Of the fit; on an own split also of the split.
        training_pairs: Pairs it was trained on.
        purged_pairs: Pairs left out so that training shows no test entity.
        test_pairs: Pairs it was judged on.
        test_positives: Matches among them.
        rates: At its own threshold, chosen from out-of-fold scores of training pairs.
        threshold: That threshold.
        out_of_fold_f1: F1 of the out-of-fold scores there; None where the model does not say.
        best_test_f1: F1 at the threshold that is best on these very test pairs: seen on test, no result.
        best_test_threshold: That threshold.
        honesty_gap: ``best_test_f1`` minus the honest F1.
        seen: By ``both``, ``one`` and ``neither``.
        features: Features that the classifier reads.
        fit_seconds: CPU seconds from pairs to the fitted model: features, folds, threshold.
        baseline: The baseline's run.
    """

    seed: int
    training_pairs: Count
    purged_pairs: Count
    test_pairs: Count
    test_positives: Count
    rates: Rates
    threshold: float
    out_of_fold_f1: float | None
    best_test_f1: float | None
    best_test_threshold: float | None
    honesty_gap: float | None
    seen: dict[str, SeenGroup]
    features: Count
    fit_seconds: float
    baseline: BaselineRun


class SplitRuns(Part):
    """The models of one way to split a dataset, one a seed; or why there are none."""

    runs: tuple[ModelRun, ...] = ()
    refusal: str = ""


class DatasetRow(Part):
    """All runs of one dataset.

    Attributes:
        name: Its file's name without the ending.
        sha256: Hash of the file.
        key: Hash of everything the runs depend on: data, code, settings, seeds, versions.
        matcher_sha256: Fingerprint of the matcher's source code.
        measured_at: When the runs were finished, UTC.
        code: The commit of the code, and whether files differed from it.
        pairs: Labelled pairs.
        positives: Matches among them.
        attributes: Attributes of the left record.
        published: On the published split; None where the data has none.
        resplit: On our own split by entity.
        refusal: Why the dataset could not be read at all; empty otherwise.
    """

    name: str
    sha256: Sha256
    key: Sha256
    matcher_sha256: Sha256
    measured_at: datetime
    code: CodeVersion
    pairs: Count = 0
    positives: Count = 0
    attributes: Count = 0
    published: SplitRuns | None = None
    resplit: SplitRuns | None = None
    refusal: str = ""


class CrossCriterion(Part):
    """What the gate says of one metric of a model that is judged on other data than it was trained on."""

    metric: str
    value: float | None
    lower: float | None
    upper: float | None
    threshold: float
    verdict: str


class CrossRow(Part):
    """A model trained on one dataset and judged on the test rows of another, by the policy of ``mlops.toml``.

    Attributes:
        train: The dataset it was trained on.
        test: The dataset it was judged on.
        key: As for :class:`DatasetRow`.
        attributes: Attributes that both datasets have; the model reads no others.
        test_pairs: Pairs it was judged on.
        threshold: Its own threshold.
        criteria: What the gate says of each metric.
        verdict: The gate's verdict.
        expected: The criterion that was expected to fail, empty if nobody said.
        refusal: Why it could not be judged; empty otherwise.
    """

    train: str
    test: str
    key: Sha256
    attributes: tuple[str, ...] = ()
    test_pairs: Count = 0
    threshold: float | None = None
    criteria: tuple[CrossCriterion, ...] = ()
    verdict: str = ""
    expected: str = ""
    refusal: str = ""


class Spread(Part):
    """A number over several seeds."""

    median: float
    lowest: float
    highest: float
    seeds: Count


class Requirement(Part):
    """What is asked of the median F1 on the published split, x 100, and whether it is met.

    Attributes:
        required: The least that will do.
        aim: What was aimed at.
        f1: What was measured; None where it was not.
        met: Whether ``f1`` is at least ``required``.
        aim_met: Whether it is at least ``aim``.
    """

    required: float
    aim: float
    f1: float | None
    met: bool
    aim_met: bool


class TrainingCost(Part):
    """What training costs, median CPU seconds on one core, features included.

    Attributes:
        ours: Our seconds.
        baseline: The baseline's.
        ratio: Ours over the baseline's; None where that took no measurable time.
        limit: The ratio that is asked for; None where none is.
        met: Whether the ratio keeps the limit; None where there is none.
    """

    ours: float
    baseline: float
    ratio: float | None
    limit: float | None
    met: bool | None


class Mean(Part):
    """The mean F1 x 100 over the datasets with a requirement; None where one of them was not measured."""

    datasets: tuple[str, ...]
    ours: float | None
    baseline: float | None
    ditto: float
    above_ditto: bool


class Variants(Part):
    """How many variants of the matcher were judged on a dataset's test rows.

    Attributes:
        recorded: Different sources of the matcher in the ledger.
        before: About how many before the ledger began.
    """

    recorded: Count
    before: Count


class Summary(Part):
    """What follows from the rows.

    Attributes:
        f1: By dataset, ours on the published split.
        resplit_f1: By dataset, ours on our own split.
        baseline_f1: By dataset, the baseline's on the published split.
        requirements: By dataset.
        training: By dataset.
        mean: Beside Ditto's.
    """

    f1: dict[str, Spread]
    resplit_f1: dict[str, Spread]
    baseline_f1: dict[str, Spread]
    requirements: dict[str, Requirement]
    training: dict[str, TrainingCost]
    mean: Mean


class ErQuality(Document):
    """``er_quality.json``."""

    machine: Machine
    jobs: Count
    seeds: tuple[int, ...]
    resplit_seeds: tuple[int, ...]
    datasets: tuple[DatasetRow, ...]
    cross: tuple[CrossRow, ...]
    variants: dict[str, Variants]
    summary: Summary
