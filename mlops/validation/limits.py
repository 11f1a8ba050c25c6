"""What the gate demands: the floor and the weight of each dimension, the score, and where a blocker begins."""

from typing import Annotated, Self

from pydantic import Field

from mlops.contract.model import Contract
from mlops.documents import Part

Rate = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(gt=0, le=100)]

DIMENSIONS = ("completeness", "uniqueness", "validity", "timeliness", "label_validity", "consistency")
"""The dimensions of data quality after DAMA-UK (2013), with the label's validity in place of accuracy."""


class Limit(Part):
    """A dimension: the least value that is allowed, and how much it weighs in the score."""

    floor: Rate
    weight: Weight = 1.0


class Limits(Part):
    """The bounds of gate 1, as METHOD.md section 3 has them.

    Attributes:
        min_score: The least weighted geometric mean of the dimensions.
        max_missing: The greatest missing share of one required field.
        min_parsable: The least share of a date column's cells that are dates.
        completeness: 1 less the mean missing share over the required fields.
        uniqueness: 1 less the share of rows beyond the first of their key.
        validity: The mean share of present cells that meet their type and constraints.
        timeliness: The share of rows whose event lies in the window.
        label_validity: The share of mature rows that have a label of the allowed set.
        consistency: The share of rows that meet the rules between fields.
    """

    min_score: Rate = 0.9
    max_missing: Rate = 0.05
    min_parsable: Rate = 0.98
    completeness: Limit = Limit(floor=0.95)
    uniqueness: Limit = Limit(floor=1.0)
    validity: Limit = Limit(floor=0.98)
    timeliness: Limit = Limit(floor=0.98)
    label_validity: Limit = Limit(floor=0.99)
    consistency: Limit = Limit(floor=0.98)

    @classmethod
    def under(cls, contract: Contract) -> Self:
        """Return the limits for data of a contract, which says how many labels may never come."""
        floor = round(1 - contract.max_undecided, 12)  # 1 - 0.01 is 0.99, not a bit beside it
        return cls(label_validity=Limit(floor=floor))

    def of(self, dimension: str) -> Limit:
        """Return the floor and the weight of one of :data:`DIMENSIONS`; raises KeyError for another name."""
        return {
            "completeness": self.completeness,
            "uniqueness": self.uniqueness,
            "validity": self.validity,
            "timeliness": self.timeliness,
            "label_validity": self.label_validity,
            "consistency": self.consistency,
        }[dimension]
