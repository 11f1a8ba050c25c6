"""Making entities: a country, a name in one of its languages, an address there."""

from dataclasses import replace

from mlops.draw import Draw
from mlops.tasks.er.generator import words
from mlops.tasks.er.generator.entities import (
    PERSON,
    SOLE_TRADER,
    Address,
    Entity,
    OrganisationName,
    PersonName,
    slug,
)
from mlops.tasks.er.generator.rates import Rates
from mlops.tasks.er.generator.words import City, Country, Language, Template, Term

_PHONE_DIGITS = 9
_MIDDLE_NAME = 0.3
_OLDEST_FIRM, _YOUNGEST_FIRM = 1898, 2023
_OLDEST, _YOUNGEST = 1935, 2003


def entity(draw: Draw, rates: Rates) -> Entity:
    """Return a new entity."""
    kind = draw.weighted(rates.entity_type)
    country = words.load().countries[draw.weighted(words.load().weights)]
    return (
        person(draw, rates, country, kind)
        if kind in (PERSON, SOLE_TRADER)
        else organisation(draw, rates, country, kind)
    )


def person(draw: Draw, rates: Rates, country: Country, kind: str = PERSON) -> Entity:
    """Return a new person of ``country``; with ``kind`` sole trader, with a business under the own name."""
    code = draw.pick(country.minority) if draw.chance(rates.minority) else country.language
    language = words.load().languages[code]
    name = PersonName(
        given=draw.pick(language.given),
        middle=draw.pick(language.given) if draw.chance(_MIDDLE_NAME) else None,
        surname=surname(draw, language),
    )
    business = None
    if kind == SOLE_TRADER:
        trade = draw.pick(words.load().languages[country.language].industry)
        slots = (("given", name.given), ("surname", name.surname), ("industry", trade))
        pattern = "{given} {surname} {industry}"
        template = Template(pattern, pattern, ("given", "surname", "industry"))
        business = OrganisationName(template, slots, None)
    return Entity(
        entity_type=kind,
        country=country,
        latin_script=language.latin_script,
        person=name,
        organisation=business,
        address=address(draw, country),
        phone=phone(draw),
        email=person_email(draw, name),
        website="",
        registration=draw.filled(country.registration) if business else "",
        born=day(draw, _OLDEST, _YOUNGEST),
    )


def surname(draw: Draw, language: Language) -> Term:
    """Return a surname; in Spanish and Portuguese mostly a double one."""
    first = draw.pick(language.surnames)
    if language.code in ("es", "pt") and draw.chance(0.7):
        second = draw.pick(language.surnames)
        return Term(
            f"{first.native} {second.native}",
            (f"{first.plain} {second.plain}", f"{first.latin[-1]} {second.latin[-1]}", first.plain, first.latin[-1]),
        )
    return first


def organisation(draw: Draw, rates: Rates, country: Country, kind: str) -> Entity:
    """Return a new organisation of ``country``."""
    language = words.load().languages[country.language]
    home = address(draw, country)
    templates = {"company": language.company, "non_profit": language.nonprofit, "public_body": language.public}[kind]
    template = draw.pick(templates)
    name = OrganisationName(
        template=template,
        slots=tuple((slot, fill(draw, slot, language, home.city)) for slot in template.slots),
        legal=draw.pick(country.legal) if kind == "company" else None,
    )
    domain = domain_of(name)
    return Entity(
        entity_type=kind,
        country=country,
        latin_script=language.latin_script,
        person=None,
        organisation=name,
        address=home,
        phone=phone(draw),
        email=f"{draw.pick(('info', 'office', 'contact', 'mail', 'sales'))}@{domain}",
        website="" if draw.chance(rates.unfounded_website) else f"www.{domain}",
        registration=draw.filled(country.registration),
        born=day(draw, _OLDEST_FIRM, _YOUNGEST_FIRM),
    )


def named(of: Entity, name: OrganisationName) -> Entity:
    """Return ``of`` under another name, with email address and website to match."""
    domain = domain_of(name)
    return replace(
        of,
        organisation=name,
        email=f"{of.email.partition('@')[0]}@{domain}",
        website=f"www.{domain}" if of.website else "",
    )


def renamed_person(draw: Draw, of: Entity, name: PersonName) -> Entity:
    """Return the person ``of`` under another name, with the email address and the business to match."""
    business = of.organisation
    if business is not None:
        own = {"given": name.given, "surname": name.surname}
        business = replace(business, slots=tuple((slot, own.get(slot, term)) for slot, term in business.slots))
    return replace(of, person=name, organisation=business, email=person_email(draw, name))


def domain_of(name: OrganisationName) -> str:
    """Return the domain of an organisation, below the top-level domain that is reserved for examples."""
    return (slug(name.latin())[:28].strip("-") or "office") + ".example"


def fill(draw: Draw, slot: str, language: Language, city: City) -> Term:
    """Return a term for one slot of an organisation's name."""
    vocabulary = words.load()
    if slot == "city":
        return city.name
    if slot == "n":
        return _same(str(draw.between(1, 99)))
    if slot == "core":
        return _same(draw.pick(vocabulary.coined_heads) + draw.pick(vocabulary.coined_tails))
    if slot == "letters":
        return _same(draw.filled("X" * 3))
    if slot == "adjective":
        return draw.pick(vocabulary.adjectives)
    lists = {
        "noun": language.nouns,
        "industry": language.industry,
        "surname": language.surnames,
        "partner": language.surnames,
        "given": language.given,
        "sons": language.sons,
        "office": language.offices,
    }
    return draw.pick(lists[slot])


def _same(text: str) -> Term:
    return Term(text, (text,))


def address(draw: Draw, country: Country, *, beside: City | None = None) -> Address:
    """Return an address in ``country``; with ``beside``, in another city if there is one."""
    cities = [city for city in country.cities if city is not beside] if beside is not None else country.cities
    city = draw.pick(cities)
    return Address(
        street=draw.pick(words.load().languages[country.language].streets),
        number=draw.between(1, 180),
        city=city,
        postcode=draw.filled(country.postcode).replace("P", city.prefix, 1),
    )


def address_in(draw: Draw, country: Country, city: City) -> Address:
    """Return another address in ``city``."""
    return Address(
        street=draw.pick(words.load().languages[country.language].streets),
        number=draw.between(1, 180),
        city=city,
        postcode=draw.filled(country.postcode).replace("P", city.prefix, 1),
    )


def phone(draw: Draw) -> str:
    """Return a national phone number."""
    return str(draw.between(2, 9)) + draw.filled("#" * (_PHONE_DIGITS - 1))


def person_email(draw: Draw, name: PersonName) -> str:
    """Return an email address in one of the ways people choose theirs."""
    given, last = slug(name.given.plain).replace("-", ""), slug(name.surname.plain).replace("-", "")
    given, last = given or "mail", last or "box"
    local = draw.pick(
        (f"{given}.{last}", f"{given[0]}.{last}", f"{given}{last}", f"{last}.{given}", f"{given[0]}{last}")
    )
    number = str(draw.between(1, 99)) if draw.chance(0.5) else ""
    return f"{local}{number}@{draw.pick(words.load().mail_hosts)}"


def day(draw: Draw, first: int, last: int) -> tuple[int, int, int]:
    """Return a day of the years ``first`` to ``last``, never after the 28th."""
    return draw.between(first, last), draw.between(1, 12), draw.between(1, 28)
