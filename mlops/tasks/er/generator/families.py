"""Families: an anchor, its neighbours, and the labelled pairs of their records."""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from mlops.draw import Draw
from mlops.tasks.er.generator import making, writing
from mlops.tasks.er.generator.entities import Entity
from mlops.tasks.er.generator.habits import CRM, RIGHT_SOURCES
from mlops.tasks.er.generator.labelling import Judgement, judge
from mlops.tasks.er.generator.neighbours import CLOSE, neighbour
from mlops.tasks.er.generator.rates import Rates
from mlops.tasks.er.generator.writing import Record


class Member(NamedTuple):
    """A record in a family: its id, its content, the number of its entity in the family, its source."""

    record_id: str
    record: Record
    entity: int
    source: str


class Pair(NamedTuple):
    """A labelled pair of records."""

    left: Member
    right: Member
    entity_type: str
    judgement: Judgement


def pairs(seed: int, family: int, rates: Rates) -> Iterator[Pair]:
    """Yield the pairs of one family, a function of its arguments alone."""
    draw = Draw(seed, family)
    anchor = making.entity(draw, rates)
    neighbours = [neighbour(draw, rates, anchor) for _ in range(draw.weighted(rates.candidates))]
    entities = [anchor, *(entity for entity, _ in neighbours)]
    close = [True, *(kind in CLOSE for _, kind in neighbours)]
    right = list(_right(draw, rates, entities, f"{seed}/{family}"))
    for left in _left(draw, rates, entities, f"{seed}/{family}"):
        for candidate in draw.shuffled(right):
            same = left.entity == candidate.entity
            hesitant = close[candidate.entity] and close[left.entity]
            yield Pair(
                left, candidate, entities[left.entity].entity_type, judge(draw, rates, same=same, close=hesitant)
            )


def _left(draw: Draw, rates: Rates, entities: list[Entity], family: str) -> Iterator[Member]:
    """Yield the records of the left source: the anchor, sometimes a copy of it or one of its neighbours."""
    chosen = [0]
    if draw.chance(rates.duplicate_anchor):
        chosen.append(0)
    if draw.chance(rates.second_anchor):
        chosen.append(draw.between(1, len(entities) - 1))
    for number, index in enumerate(chosen):
        record = writing.write(draw, rates, entities[index], CRM)
        yield Member(_opaque_id("C", f"{family}/left/{number}"), record, index, CRM.name)


def _right(draw: Draw, rates: Rates, entities: list[Entity], family: str) -> Iterator[Member]:
    """Yield the records of the right sources: none to two of the anchor, one of each neighbour."""
    copies = 0 if draw.chance(rates.no_match) else 1 + draw.chance(rates.second_match)
    chosen = [0] * copies + list(range(1, len(entities)))
    for number, index in enumerate(chosen):
        habits = draw.pick(RIGHT_SOURCES)
        record = writing.write(draw, rates, writing.later(draw, rates, entities[index]), habits)
        yield Member(_opaque_id("S", f"{family}/right/{number}"), record, index, habits.name)


def _opaque_id(letter: str, key: str) -> str:
    """Return an id that tells nothing of the record, its entity or its family."""
    return f"{letter}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
