"""Entities as they are in truth: people and organisations with a name, an address and ways to reach them."""

import re
from dataclasses import dataclass

from mlops.tasks.er.generator.noise import plain_letters
from mlops.tasks.er.generator.words import City, Country, Template, Term

PERSON = "person"
SOLE_TRADER = "sole_trader"


@dataclass(frozen=True)
class Address:
    """Where an entity is."""

    street: Term
    number: int
    city: City
    postcode: str


@dataclass(frozen=True)
class PersonName:
    """A person's name; ``suffix`` is ``Jr``, ``Sr`` or empty."""

    given: Term
    middle: Term | None
    surname: Term
    suffix: str = ""


@dataclass(frozen=True)
class OrganisationName:
    """An organisation's name: a template and what fills its slots.

    Attributes:
        template: The pattern.
        slots: Slot name to term, in the order of drawing.
        legal: The legal form, None where there is none.
        division: What tells it from its sister organisations, None for the usual single organisation.
    """

    template: Template
    slots: tuple[tuple[str, Term], ...]
    legal: Term | None
    division: Term | None = None

    def native(self) -> str:
        """The name in its own script, without the legal form."""
        return self.template.native.format(**{slot: term.native for slot, term in self.slots})

    def latin(self) -> str:
        """The name in Latin letters, usual spellings, without the legal form."""
        return self.template.latin.format(**{slot: term.plain for slot, term in self.slots})


@dataclass(frozen=True)
class Entity:
    """One person or organisation; a sole trader has both names.

    Attributes:
        entity_type: Its type, for the slice of that name.
        country: Where it is.
        latin_script: Whether its name is written in Latin letters at home.
        person: The person's name, None for organisations.
        organisation: The organisation's name, None for people.
        address: Where it is.
        phone: National number, digits with the leading zero left out.
        email: Its email address.
        website: Its website, empty if it has none.
        registration: Its registration number, empty for people.
        born: Year, month and day of birth or foundation.
    """

    entity_type: str
    country: Country
    latin_script: bool
    person: PersonName | None
    organisation: OrganisationName | None
    address: Address
    phone: str
    email: str
    website: str
    registration: str
    born: tuple[int, int, int]


def slug(text: str) -> str:
    """Return ``text`` as the label of a domain: lower-case ASCII letters and digits joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", plain_letters(text, digraphs=False).lower()).strip("-")
