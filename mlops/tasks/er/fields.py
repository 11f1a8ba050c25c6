"""One thing that two records are compared by: an attribute, or the whole record as one text."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from mlops.task import FeatureNote
from mlops.tasks.er.attributes import Kind, infer_kind
from mlops.tasks.er.comparisons import DATE_FEATURES, NUMBER_FEATURES, TEXT_FEATURES, Comparison
from mlops.tasks.er.numbering import PairedColumn
from mlops.tasks.er.overlaps import OVERLAP_FEATURES
from mlops.tasks.er.profile import TOKEN_SETS, TokenSet, Values
from mlops.tasks.er.vocabulary import Vocabulary


@dataclass(frozen=True)
class Field:
    """A fitted field.

    Attributes:
        name: The attribute's name.
        kind: What its values are; decides which features it gets.
        vocabularies: By the name of the token set.
        symmetric: Whether left and right are exchangeable: features of one side are then given as the lesser and the
            greater of the two.
    """

    name: str
    kind: Kind
    vocabularies: Mapping[str, Vocabulary]
    symmetric: bool = False

    @classmethod
    def fit(cls, name: str, column: PairedColumn, *, symmetric: bool = False) -> Self:
        """Learn from the values of training pairs."""
        distinct = [text for text in column.texts if text]
        kind = infer_kind(distinct, column.left.filled() + column.right.filled())
        values = Values(distinct)
        vocabularies = {tokens.name: Vocabulary.fit(tokens.keys(values)) for tokens in token_sets(kind)}
        return cls(name, kind, vocabularies, symmetric)

    def notes(self) -> tuple[FeatureNote, ...]:
        """Return name and meaning of each feature, taken from the docstrings of the functions that compute it."""
        return tuple(map(_unsided, self._notes())) if self.symmetric else self._notes()

    def sided(self) -> tuple[list[int], list[int]]:
        """Return the positions of the features of the left side, and of the same features of the right side."""
        names = [note.name for note in self._notes()]
        lefts = [position for position, name in enumerate(names) if ".left_" in name]
        return lefts, [names.index(names[position].replace(".left_", ".right_")) for position in lefts]

    @cached_property
    def width(self) -> int:
        """The number of features."""
        return len(self._notes())

    def _notes(self) -> tuple[FeatureNote, ...]:
        subject = f"{self.name} ({self.kind.value})"
        plain = [
            FeatureNote(f"{self.name}.{compare.__name__}", f"{subject}: {_meaning(compare)}")
            for compare in comparisons(self.kind)
        ]
        over_sets = [
            FeatureNote(
                f"{self.name}.{tokens.name}.{feature.__name__}", f"{subject}, {tokens.title}: {_meaning(feature)}"
            )
            for tokens in token_sets(self.kind)
            for feature in OVERLAP_FEATURES
        ]
        return (*plain, *over_sets)

    def state(self) -> dict[str, Any]:
        """Return what :meth:`restore` needs, as plain values and arrays."""
        vocabularies = {name: vocabulary.state() for name, vocabulary in self.vocabularies.items()}
        return {
            "name": self.name,
            "kind": self.kind.value,
            "vocabularies": vocabularies,
            "symmetric": int(self.symmetric),
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild a field from :meth:`state`."""
        vocabularies = {name: Vocabulary.restore(kept) for name, kept in state["vocabularies"].items()}
        return cls(state["name"], Kind(state["kind"]), vocabularies, bool(state["symmetric"]))


def token_sets(kind: Kind) -> tuple[TokenSet, ...]:
    """Return the token sets over which values of a kind are compared."""
    if kind is Kind.NUMBER:
        return tuple(tokens for tokens in TOKEN_SETS if tokens.name == "numbers")
    return TOKEN_SETS


def comparisons(kind: Kind) -> tuple[Comparison, ...]:
    """Return the plain comparisons of values of a kind."""
    if kind is Kind.NUMBER:
        return NUMBER_FEATURES
    return (*TEXT_FEATURES, *DATE_FEATURES) if kind is Kind.DATE else TEXT_FEATURES


def _meaning(function: Any) -> str:  # noqa: ANN401  # any callable that has a docstring
    return (function.__doc__ or "").strip().split("\n")[0]


def _unsided(note: FeatureNote) -> FeatureNote:
    """Return the note of a feature of one side as that of the lesser or the greater of both sides."""
    for side, which in ((".left_", "lesser"), (".right_", "greater")):
        head, found, function = note.name.rpartition(side)
        if found:
            return FeatureNote(
                f"{head}.{which}_{function}", f"{note.description} Of both directions, the {which} value."
            )
    return note
