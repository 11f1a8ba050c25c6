"""What a rule of a policy may say: a bound on a metric, and how uncertainty enters the decision."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mlops.documents import Part
from mlops.slices import is_slice

Rate = Annotated[float, Field(ge=0, le=1)]
DecideOn = Literal["point", "lower_bound"]
Action = Literal["block", "warn"]
Samples = Annotated[int, Field(ge=1)]


def _slice_name(name: str) -> str:
    """Return ``name`` if it may name a slice; in the policy as on the command line none is ever an expression."""
    if not is_slice(name):
        raise ValueError("a slice is named by a lower-case ASCII letter, then letters, digits or underscores")
    return name


class Bounded(Part):
    """A bound on a metric: exactly one of ``min`` and ``max``."""

    min: Rate | None = None
    max: Rate | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.min is None) == (self.max is None):
            raise ValueError("give exactly one of `min` and `max`")
        return self


class Change(Part):
    """How far a metric may fall behind the model in production: non-inferiority on the same test rows.

    Attributes:
        max_drop: The margin: by how much the metric may be worse, at most.
        baseline: The environment whose model is the champion.
    """

    max_drop: Rate
    baseline: str = "production"


class SliceRule(Bounded):
    """A bound that the metric must also keep inside each value of one slice.

    Attributes:
        decide_on: See :class:`Criterion`.
        action: See :class:`Criterion`.
        min_samples: Rows in the metric's own denominator below which a value of the slice is not decided.
        values: The values that must be there; empty means those that the test rows show. A value that is missing is
            not a pass.
    """

    decide_on: DecideOn = "lower_bound"
    action: Action = "block"
    min_samples: Samples = 30
    values: tuple[str, ...] = ()


class Criterion(Bounded):
    """One rule of a policy: a bound on a metric, and how uncertainty enters the decision.

    Attributes:
        decide_on: Whether the estimate (``point``) or its bound is compared.
        action: Whether a criterion that is not met blocks or only warns.
        min_samples: Rows in the metric's own denominator below which nothing is decided.
        change: How far the metric may fall behind the model in production; None asks for no comparison.
        slices: By the name of a slice, the bound inside each of its values.
    """

    decide_on: DecideOn = "lower_bound"
    action: Action = "block"
    min_samples: Samples = 1
    change: Change | None = None
    slices: dict[Annotated[str, AfterValidator(_slice_name)], SliceRule] = Field(default_factory=dict)
