"""Writing an entity down as a record, with the habits of one source system."""

from dataclasses import replace

from mlops.draw import Draw
from mlops.tasks.er.generator import making, noise, words
from mlops.tasks.er.generator.entities import Entity, OrganisationName, PersonName
from mlops.tasks.er.generator.habits import ATTRIBUTES, Habits
from mlops.tasks.er.generator.rates import Rates
from mlops.tasks.er.generator.words import Term

Record = dict[str, str | None]

_DIGITS = ("phone", "registration_number", "birth_or_founded", "postcode")
_KEPT_IN_SPARSE = 0.2
_SWAPS = (("street", "city"), ("email", "website"), ("city", "postcode"), ("phone", "registration_number"))
_LOST_ROOT = 0.3
_MOVED_WHEN_RENAMED = 0.7


def later(draw: Draw, rates: Rates, entity: Entity) -> Entity:
    """Return ``entity`` as another source knows it: some have moved, or have another name, phone or email address."""
    if draw.chance(rates.moved):
        near = draw.chance(0.45)
        home = (
            making.address_in(draw, entity.country, entity.address.city)
            if near
            else making.address(draw, entity.country)
        )
        entity = replace(entity, address=home)
    if draw.chance(rates.renamed):
        entity = _renamed(draw, entity)
        if draw.chance(_MOVED_WHEN_RENAMED):
            entity = replace(entity, address=making.address(draw, entity.country, beside=entity.address.city))
    if draw.chance(rates.new_phone):
        entity = replace(entity, phone=making.phone(draw))
    if draw.chance(rates.new_email):
        email = (
            making.person_email(draw, entity.person) if entity.person else f"service@{entity.email.partition('@')[2]}"
        )
        entity = replace(entity, email=email)
    return entity


def _renamed(draw: Draw, entity: Entity) -> Entity:
    language = words.load().languages[entity.country.language]
    if entity.person is not None:
        return replace(entity, person=replace(entity.person, surname=making.surname(draw, language)))
    if entity.organisation is None:
        return entity
    slots = entity.organisation.slots
    if not slots:
        return entity
    changed = draw.below(len(slots))
    fresh = making.fill(draw, slots[changed][0], language, entity.address.city)
    return replace(
        entity,
        organisation=replace(
            entity.organisation, slots=(*slots[:changed], (slots[changed][0], fresh), *slots[changed + 1 :])
        ),
    )


def write(draw: Draw, rates: Rates, entity: Entity, habits: Habits) -> Record:
    """Return the record of ``entity`` in the source with ``habits``; it does not know what it will be compared with."""
    native = not entity.latin_script and draw.chance(habits.native)
    raw = {
        "name": _name(draw, entity, habits, native=native),
        "street": _street(draw, entity, habits, native=native),
        "city": _spelled(draw, entity.address.city.name, habits, native=native),
        "postcode": entity.address.postcode,
        "country": _country(draw, entity, habits),
        "phone": _phone(entity, habits),
        "email": entity.email,
        "website": _website(draw, entity, habits),
        "registration_number": entity.registration,
        "birth_or_founded": _day(entity, habits),
    }
    sparse = draw.chance(rates.sparse)
    record: Record = {}
    for attribute in ATTRIBUTES:
        value = raw[attribute]
        there = draw.chance(habits.present[attribute]) and bool(value)
        if sparse and attribute not in ("name", "city"):
            there = there and draw.chance(_KEPT_IN_SPARSE)
        record[attribute] = _noisy(draw, attribute, value, habits) if there else None
    if draw.chance(rates.swapped):
        one, other = draw.pick(_SWAPS)
        record[one], record[other] = record[other], record[one]
    return record


def _spelled(draw: Draw, term: Term, habits: Habits, *, native: bool) -> str:
    if native:
        return term.native
    return draw.pick(term.latin) if draw.chance(habits.variant) else term.plain


def _name(draw: Draw, entity: Entity, habits: Habits, *, native: bool) -> str:
    if entity.person is not None and (entity.organisation is None or draw.chance(0.5)):
        return _person(draw, entity.person, habits, native=native)
    if entity.organisation is None:
        raise AssertionError("an entity has a person's or an organisation's name")
    return _organisation(draw, entity.organisation, habits, native=native)


def _person(draw: Draw, name: PersonName, habits: Habits, *, native: bool) -> str:
    given = _spelled(draw, name.given, habits, native=native)
    surname = _spelled(draw, name.surname, habits, native=native)
    if native and not given.isascii() and min(map(ord, given)) > 0x3000:  # noqa: PLR2004  # CJK: surname first, no blank
        return surname + given
    if draw.chance(habits.abbreviate * 0.10):
        given = given[0] + "."
    if name.middle is not None and draw.chance(habits.middle):
        middle = _spelled(draw, name.middle, habits, native=native)
        given = f"{given} {middle[0]}." if draw.chance(0.5) else f"{given} {middle}"
    suffix = f" {name.suffix}" if name.suffix and draw.chance(habits.middle) else ""
    if draw.chance(habits.surname_first):
        return f"{surname}, {given}{suffix}" if draw.chance(0.7) else f"{surname} {given}{suffix}"
    title = f"{draw.pick(words.load().person_titles)} " if draw.chance(0.05) else ""
    return f"{title}{given} {surname}{suffix}"


def _organisation(draw: Draw, name: OrganisationName, habits: Habits, *, native: bool) -> str:
    if native:
        written = name.native()
    else:
        spelled = {slot: _spelled(draw, term, habits, native=False) for slot, term in name.slots}
        written = name.template.latin.format(**spelled)
        if draw.chance(habits.abbreviate * 0.05):
            written = _initials(written)
        elif draw.chance(habits.abbreviate * 0.12) and written.count(" ") > 1:
            written = written.rpartition(" ")[0]
    if name.division is not None:
        written = f"{written} {name.division.native if native else name.division.plain}"
    legal = draw.weighted(habits.legal)
    if name.legal is None or legal == "none":
        return written
    form = name.legal.native if native else name.legal.plain
    if not native and legal == "long":
        form = name.legal.latin[min(1, len(name.legal.latin) - 1)]
    elif not native and draw.chance(habits.variant):
        form = draw.pick(name.legal.latin)
    return f"{written} {form}"


def _initials(written: str) -> str:
    parts = [part for part in written.replace("&", " ").split() if part[0].isalnum()]
    return "".join(part[0].upper() for part in parts) if len(parts) > 2 else written  # noqa: PLR2004  # two letters name nothing


def _street(draw: Draw, entity: Entity, habits: Habits, *, native: bool) -> str:
    street = _spelled(draw, entity.address.street, habits, native=native)
    number = str(entity.address.number)
    unit = f"{draw.pick(('Apt ', '#', 'Unit ', '/'))}{draw.between(1, 40)}" if draw.chance(0.04) else ""
    first = entity.country.number_first
    return " ".join(part for part in ((number, street, unit) if first else (street, number, unit)) if part)


def _country(draw: Draw, entity: Entity, habits: Habits) -> str:
    if habits.country == "alpha2":
        return entity.country.code
    if habits.country == "alpha3":
        return entity.country.alpha3
    return draw.pick(entity.country.names) if draw.chance(habits.variant) else entity.country.names[0]


def _phone(entity: Entity, habits: Habits) -> str:
    digits = entity.phone
    if habits.phone == "international":
        return f"+{entity.country.dial} {digits[:3]} {digits[3:6]} {digits[6:]}"
    if habits.phone == "digits":
        return f"00{entity.country.dial}{digits}"
    return f"0{digits[:3]} {digits[3:]}"


def _website(draw: Draw, entity: Entity, habits: Habits) -> str:
    if not entity.website:
        return ""
    if habits.phone == "international":
        return f"https://{entity.website}/"
    return entity.website.removeprefix("www.") if draw.chance(_LOST_ROOT) else entity.website


def _day(entity: Entity, habits: Habits) -> str:
    year, month, day = entity.born
    if habits.date == "year":
        return str(year)
    return f"{year:04d}-{month:02d}-{day:02d}" if habits.date == "iso" else f"{day:02d}.{month:02d}.{year:04d}"


def _noisy(draw: Draw, attribute: str, value: str, habits: Habits) -> str:
    if attribute in _DIGITS:
        return noise.typo(draw, value) if draw.chance(habits.slip_digits) else value
    if attribute == "name" and draw.chance(habits.reorder):
        value = noise.reordered(draw, value)
    if attribute in ("name", "street"):
        value = noise.abbreviated(draw, value, words.load().abbreviations, habits.abbreviate)
        value = noise.spaced(draw, value) if draw.chance(habits.special) else value
    if attribute != "country" and draw.chance(habits.slip):
        value = noise.typo(draw, value)
    return _lettered(draw, attribute, value, habits)


def _lettered(draw: Draw, attribute: str, value: str, habits: Habits) -> str:
    """Return ``value`` in the letters, the case and the width of the source."""
    if attribute in ("email", "website"):
        return value
    if not value.isascii():
        if draw.chance(habits.garble):
            return noise.garbled(value)
        if habits.letters != "kept":
            value = noise.plain_letters(value, digraphs=habits.letters == "spelled")
    if habits.case == "upper":
        value = value.upper()
    return value[: habits.width].rstrip() if attribute in ("name", "street") else value
