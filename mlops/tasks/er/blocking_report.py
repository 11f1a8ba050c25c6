"""What blocking found and what it missed: a factor of every recall that is measured behind it."""

from dataclasses import dataclass

from mlops.intervals.proportions import wilson_lower

CONFIDENCE = 0.95


@dataclass(frozen=True)
class BlockingReport:
    """What blocking found and what it missed (measures of Christen, Data Matching, 2012, section 7.3).

    Attributes:
        records: Records read.
        linked: Whether pairs stand across two sources, else within one table.
        possible_pairs: All pairs that could have been compared.
        candidates: Pairs that share keys enough to be compared.
        true_pairs: Pairs of one entity among the possible ones.
        found_true_pairs: Those among the candidates.
        kept_pairs: Rows returned: the candidates, or as many of them as were asked for.
    """

    records: int
    linked: bool
    possible_pairs: int
    candidates: int
    true_pairs: int
    found_true_pairs: int
    kept_pairs: int

    @property
    def completeness(self) -> float:
        """Pair completeness, the recall of blocking; NaN without true pairs."""
        return self.found_true_pairs / self.true_pairs if self.true_pairs else float("nan")

    @property
    def completeness_lower(self) -> float:
        """The one-sided lower Wilson bound of :attr:`completeness`, as if pairs were independent."""
        return wilson_lower(self.found_true_pairs, self.true_pairs, CONFIDENCE)

    @property
    def reduction_ratio(self) -> float:
        """The share of the possible pairs that need no comparison."""
        return 1 - self.candidates / self.possible_pairs if self.possible_pairs else float("nan")

    def sentence(self) -> str:
        """Return the report in words, for the card."""
        text = (
            f"The pairs were derived from {self.records:,} records by blocking: {self.candidates:,} candidates "
            f"({self.candidates / max(1, self.records):.1f} a record, reduction ratio {self.reduction_ratio:.2%}) hold "
            f"{self.found_true_pairs:,} of {self.true_pairs:,} true pairs: pair completeness {self.completeness:.2%}, "
            f"at least {self.completeness_lower:.2%} with {CONFIDENCE:.0%} confidence. Recall is measured among the "
            "candidates; over all true pairs it is that recall times the completeness."
        )
        if self.kept_pairs < self.candidates:
            text += f" {self.kept_pairs:,} of the candidates were drawn, with weights that stand for the rest."
        return text
