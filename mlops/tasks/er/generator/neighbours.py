"""Neighbours: other entities that blocking would put beside an anchor, from faint likeness to near twins."""

from collections.abc import Callable
from dataclasses import replace

from mlops.draw import Draw
from mlops.tasks.er.generator import making, words
from mlops.tasks.er.generator.entities import Address, Entity, OrganisationName, PersonName, slug
from mlops.tasks.er.generator.rates import Rates
from mlops.tasks.er.generator.words import Term

CLOSE = frozenset({"branch", "sister", "lookalike", "namesake", "generation", "household"})
"""The kinds that also people mistake for the anchor."""

_SUFFIX_DIGITS = 2


def neighbour(draw: Draw, rates: Rates, anchor: Entity) -> tuple[Entity, str]:
    """Return another entity that resembles ``anchor``, and how (a kind of the rates' tables)."""
    if anchor.person is not None:
        kind = draw.weighted(rates.person_neighbour)
        return _PERSON_KINDS[kind](draw, rates, anchor, anchor.person), kind
    if anchor.organisation is None:
        raise AssertionError("an entity has a person's or an organisation's name")
    kind = draw.weighted(rates.organisation_neighbour)
    return _ORGANISATION_KINDS[kind](draw, rates, anchor, anchor.organisation), kind


def _branch(draw: Draw, rates: Rates, anchor: Entity, name: OrganisationName) -> Entity:
    """The same company in another city: same name and website, own address, phone and registration suffix."""
    del rates
    home = making.address(draw, anchor.country, beside=anchor.address.city)
    division = home.city.name if draw.chance(0.5) else None
    return replace(
        anchor,
        organisation=replace(name, division=division),
        address=home,
        phone=making.phone(draw),
        email=f"{slug(home.city.name.plain)}@{anchor.email.partition('@')[2]}",
        website=anchor.website if draw.chance(0.2) else "",
        registration=anchor.registration[:-_SUFFIX_DIGITS] + draw.filled("#" * _SUFFIX_DIGITS),
        born=making.day(draw, anchor.born[0], 2023),
    )


def _sister(draw: Draw, rates: Rates, anchor: Entity, name: OrganisationName) -> Entity:
    """Parent or subsidiary: the same core name with a division, mostly at the same address."""
    here = draw.chance(0.25)
    return replace(
        anchor,
        organisation=replace(
            name,
            division=draw.pick(words.load().divisions),
            legal=draw.pick(anchor.country.legal) if name.legal else None,
        ),
        address=anchor.address if here else making.address(draw, anchor.country),
        phone=anchor.phone[:-_SUFFIX_DIGITS] + draw.filled("#" * _SUFFIX_DIGITS) if here else making.phone(draw),
        website=anchor.website if not draw.chance(rates.unfounded_website) else "",
        registration=draw.filled(anchor.country.registration),
        born=making.day(draw, anchor.born[0], 2023),
    )


def _lookalike(draw: Draw, rates: Rates, anchor: Entity, name: OrganisationName) -> Entity:
    """Another organisation whose name differs in one word or one number, mostly in the same city."""
    other = making.organisation(draw, rates, anchor.country, anchor.entity_type)
    home = making.address_in(draw, anchor.country, anchor.address.city) if draw.chance(0.6) else other.address
    language = words.load().languages[anchor.country.language]
    for changed in draw.shuffled(range(len(name.slots))):
        slot, term = name.slots[changed]
        fresh = _similar(draw, slot, term, making.fill(draw, slot, language, home.city))
        if fresh != term:
            slots = (*name.slots[:changed], (slot, fresh), *name.slots[changed + 1 :])
            return making.named(replace(other, address=home), replace(name, slots=slots))
    return other


def _similar(draw: Draw, slot: str, term: Term, fresh: Term) -> Term:
    """Return a term near ``term``: for coined words the same head or tail, else another word of the kind."""
    if slot != "core" or draw.chance(0.3):
        return fresh
    tails, heads = words.load().coined_tails, words.load().coined_heads
    tail = next((tail for tail in tails if term.plain.endswith(tail)), "")
    head = term.plain.removesuffix(tail)
    spelled = head + draw.pick(tails) if draw.chance(0.5) else draw.pick(heads) + tail
    return Term(spelled, (spelled,))


def _trade(draw: Draw, rates: Rates, anchor: Entity, name: OrganisationName) -> Entity:
    """Another organisation that shares the trade and the city, or a word of the name."""
    other = making.organisation(draw, rates, anchor.country, anchor.entity_type)
    if other.organisation is None:
        raise AssertionError("an organisation has a name")
    known = dict(name.slots)
    shared = [slot for slot, _ in other.organisation.slots if slot in known]
    kept = draw.pick(shared) if shared else ""
    slots = tuple((slot, known[slot] if slot == kept else term) for slot, term in other.organisation.slots)
    home = making.address_in(draw, anchor.country, anchor.address.city) if draw.chance(0.6) else other.address
    looks = replace(other.organisation, slots=slots)
    return other if looks.latin() == name.latin() else making.named(replace(other, address=home), looks)


def _shared_house(draw: Draw, rates: Rates, anchor: Entity, name: OrganisationName) -> Entity:
    """Another organisation in the same building, with nothing else in common."""
    del name
    other = making.organisation(draw, rates, anchor.country, anchor.entity_type)
    return replace(other, address=_next_door(draw, anchor.address))


def _namesake(draw: Draw, rates: Rates, anchor: Entity, name: PersonName) -> Entity:
    """Another person of the same name, half of the time in the same city."""
    other = making.person(draw, rates, anchor.country, anchor.entity_type)
    home = making.address_in(draw, anchor.country, anchor.address.city) if draw.chance(0.12) else other.address
    middle = name.middle if draw.chance(0.3) else (other.person.middle if other.person else None)
    return making.renamed_person(
        draw, replace(other, address=home, latin_script=anchor.latin_script), replace(name, middle=middle)
    )


def _generation(draw: Draw, rates: Rates, anchor: Entity, name: PersonName) -> Entity:
    """Father or son, mother or daughter, of the same name at the same address."""
    del rates
    year = anchor.born[0] + draw.pick((-1, 1)) * draw.between(20, 38)
    suffix = ("Jr" if year > anchor.born[0] else "Sr") if draw.chance(0.6) else ""
    return replace(
        anchor,
        person=replace(name, suffix=suffix, middle=name.middle if draw.chance(0.3) else None),
        phone=anchor.phone if draw.chance(0.3) else making.phone(draw),
        email=making.person_email(draw, name),
        registration=draw.filled(anchor.country.registration) if anchor.registration else "",
        born=(year, draw.between(1, 12), draw.between(1, 28)),
    )


def _household(draw: Draw, rates: Rates, anchor: Entity, name: PersonName) -> Entity:
    """Spouse, sibling or twin: same surname, address and often phone, another given name."""
    other = making.person(draw, rates, anchor.country, anchor.entity_type)
    language = next(language for language in words.load().languages.values() if name.given in language.given)
    given = draw.pick([term for term in language.given if term is not name.given])
    twin = draw.chance(0.08)
    home = replace(
        other,
        address=anchor.address,
        latin_script=anchor.latin_script,
        phone=anchor.phone if draw.chance(0.3) else other.phone,
        born=anchor.born if twin else (anchor.born[0] + draw.between(-9, 9), *other.born[1:]),
    )
    return making.renamed_person(draw, home, PersonName(given, None, name.surname))


def _surname(draw: Draw, rates: Rates, anchor: Entity, name: PersonName) -> Entity:
    """Another person who shares the surname or the given name, often in the same city."""
    other = making.person(draw, rates, anchor.country, anchor.entity_type)
    if other.person is None:
        raise AssertionError("a person has a name")
    if name.given == other.person.given or name.surname == other.person.surname:
        return other
    shared = (
        replace(other.person, surname=name.surname) if draw.chance(0.7) else replace(other.person, given=name.given)
    )
    home = making.address_in(draw, anchor.country, anchor.address.city) if draw.chance(0.5) else other.address
    return making.renamed_person(draw, replace(other, address=home, latin_script=anchor.latin_script), shared)


def _neighbour_next_door(draw: Draw, rates: Rates, anchor: Entity, name: PersonName) -> Entity:
    """Another person in the same house or street."""
    del name
    other = making.person(draw, rates, anchor.country, anchor.entity_type)
    return replace(other, address=_next_door(draw, anchor.address))


def _next_door(draw: Draw, address: Address) -> Address:
    return address if draw.chance(0.10) else replace(address, number=draw.between(1, 180))


_OrganisationKind = Callable[[Draw, Rates, Entity, OrganisationName], Entity]
_PersonKind = Callable[[Draw, Rates, Entity, PersonName], Entity]

_ORGANISATION_KINDS: dict[str, _OrganisationKind] = {
    "branch": _branch,
    "sister": _sister,
    "lookalike": _lookalike,
    "trade": _trade,
    "colocated": _shared_house,
}
_PERSON_KINDS: dict[str, _PersonKind] = {
    "namesake": _namesake,
    "generation": _generation,
    "household": _household,
    "surname": _surname,
    "colocated": _neighbour_next_door,
}
