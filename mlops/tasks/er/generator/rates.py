"""How often things happen: the one place to make the example data easier or harder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


def _table(**weights: float) -> Mapping[str, float]:
    return MappingProxyType(weights)


@dataclass(frozen=True)
class Rates:
    """Probabilities in [0, 1], and weights that need not sum to one.

    Attributes:
        entity_type: Weights of the types of entities.
        candidates: Weights of the number of other entities that stand beside an anchor.
        no_match: An anchor has no record in the other source.
        second_match: An anchor that has a record there has two of them.
        second_anchor: A neighbour of the anchor is in the left source too, with candidates of its own.
        duplicate_anchor: The anchor stands twice in the left source.
        organisation_neighbour: Weights of how a neighbour resembles an organisation.
        person_neighbour: Weights of how a neighbour resembles a person.
        moved: An entity's address changed between the two sources.
        renamed: Its name changed (marriage, new brand); most of these moved to another city too.
        new_phone: Its phone changed.
        new_email: Its email address changed.
        sparse: A record holds hardly more than a name and a place.
        swapped: Two fields of a record stand in each other's place.
        minority: A person's name comes from another language than the country's.
        unfounded_website: An organisation has no website at all.
        single_annotator: Only one annotator labelled a pair.
        annotator_error: An annotator is wrong about an ordinary pair.
        annotator_error_close: The same for matches and close neighbours.
        adjudicator_error: The third annotator, who settles disagreements, is wrong.
    """

    entity_type: Mapping[str, float] = field(
        default_factory=lambda: _table(company=0.50, person=0.38, sole_trader=0.05, non_profit=0.04, public_body=0.03)
    )
    candidates: Mapping[int, float] = field(
        default_factory=lambda: MappingProxyType({1: 0.24, 2: 0.32, 3: 0.24, 4: 0.13, 5: 0.07})
    )
    no_match: float = 0.08
    second_match: float = 0.06
    second_anchor: float = 0.06
    duplicate_anchor: float = 0.02
    organisation_neighbour: Mapping[str, float] = field(
        default_factory=lambda: _table(branch=0.012, sister=0.005, lookalike=0.06, trade=0.833, colocated=0.09)
    )
    person_neighbour: Mapping[str, float] = field(
        default_factory=lambda: _table(namesake=0.022, generation=0.002, household=0.006, surname=0.86, colocated=0.11)
    )
    moved: float = 0.06
    renamed: float = 0.03
    new_phone: float = 0.10
    new_email: float = 0.12
    sparse: float = 0.03
    swapped: float = 0.02
    minority: float = 0.12
    unfounded_website: float = 0.25
    single_annotator: float = 0.03
    annotator_error: float = 0.010
    annotator_error_close: float = 0.034
    adjudicator_error: float = 0.02


SHIPPED = Rates()
"""The rates that the committed dataset was made with; changing them changes every dataset."""
