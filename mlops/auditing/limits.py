"""What the audit demands; METHOD.md section 4 has the reasons."""

from typing import Annotated

from pydantic import Field

from mlops.documents import Part

Share = Annotated[float, Field(ge=0, le=1)]


class AuditLimits(Part):
    """Where a feature blocks, and where a person should look at it.

    Attributes:
        block_auc: Out-of-fold area of one column alone from which it blocks: it holds the answer.
        review_auc: From which a person should look.
        block_spearman: Absolute rank correlation of two numbers from which it blocks.
        review_information: Normalised mutual information of two categories from which a person should look.
        block_unique: Share of different values from which a text names rows instead of describing them.
        block_twins: Share of test rows with a twin among the rows before, beyond chance, from which it blocks.
        review_twins: From which a person should look.
        block_neighbours: Area from which two neighbouring blocks of days differ by a marker, not by drift.
        block_step: By how much the newest such area may exceed the largest before it.
        review_step: From which a person should look.
        block_stability: Stability index between neighbouring blocks from which a column changed its meaning.
        review_stability: From which a person should look.
        min_rows: Decided rows below which nothing is decided.
    """

    block_auc: Share = 0.95
    review_auc: Share = 0.85
    block_spearman: Share = 0.9
    review_information: Share = 0.9
    block_unique: Share = 0.9
    block_twins: Share = 0.05
    review_twins: Share = 0.01
    block_neighbours: Share = 0.95
    block_step: Share = 0.25
    review_step: Share = 0.1
    block_stability: Annotated[float, Field(gt=0)] = 1.5
    review_stability: Annotated[float, Field(gt=0)] = 0.25
    min_rows: Annotated[int, Field(ge=1)] = 100
