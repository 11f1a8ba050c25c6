"""The words that records are made of, read once from ``words.toml``."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Term:
    """One word with its spellings.

    Attributes:
        native: As its bearer writes it.
        latin: Spellings in Latin letters, the usual one first: nicknames, variants, transliterations.
    """

    native: str
    latin: tuple[str, ...]

    @property
    def plain(self) -> str:
        """The usual spelling in Latin letters."""
        return self.latin[0]


@dataclass(frozen=True)
class Template:
    """The pattern of an organisation's name, with slots such as ``{noun}``, in its own script and in Latin."""

    native: str
    latin: str
    slots: tuple[str, ...]


@dataclass(frozen=True)
class Language:
    """The words of one language; templates hold the patterns of names per type of organisation."""

    code: str
    latin_script: bool
    given: tuple[Term, ...]
    surnames: tuple[Term, ...]
    streets: tuple[Term, ...]
    industry: tuple[Term, ...]
    nouns: tuple[Term, ...]
    sons: tuple[Term, ...]
    offices: tuple[Term, ...]
    company: tuple[Template, ...]
    nonprofit: tuple[Template, ...]
    public: tuple[Template, ...]


@dataclass(frozen=True)
class City:
    """A city and how its postcodes begin."""

    name: Term
    prefix: str


@dataclass(frozen=True)
class Country:
    """A country: how its addresses, numbers and legal forms look."""

    code: str
    alpha3: str
    names: tuple[str, ...]
    dial: str
    language: str
    minority: tuple[str, ...]
    postcode: str
    number_first: bool
    registration: str
    legal: tuple[Term, ...]
    cities: tuple[City, ...]


@dataclass(frozen=True)
class Words:
    """All words."""

    languages: Mapping[str, Language]
    countries: Mapping[str, Country]
    weights: Mapping[str, float]
    coined_heads: tuple[str, ...]
    coined_tails: tuple[str, ...]
    adjectives: tuple[Term, ...]
    mail_hosts: tuple[str, ...]
    person_titles: tuple[str, ...]
    divisions: tuple[Term, ...]
    abbreviations: Mapping[str, str]


Schemes = tuple[dict[int, str], dict[int, str]]

_SLOT = re.compile(r"\{(\w+)\}")


@cache
def load() -> Words:
    """Read ``words.toml`` of this package."""
    raw = tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8"))
    schemes = _schemes(raw["transliteration"])
    return Words(
        languages={code: _language(code, entry, schemes) for code, entry in raw["language"].items()},
        countries={code: _country(code, entry, schemes) for code, entry in raw["country"].items()},
        weights={code: float(entry["weight"]) for code, entry in raw["country"].items()},
        coined_heads=tuple(raw["coined_heads"].split()),
        coined_tails=tuple(raw["coined_tails"].split()),
        adjectives=_terms(raw["adjectives"], schemes),
        mail_hosts=tuple(raw["mail_hosts"].split()),
        person_titles=tuple(raw["person_titles"].split()),
        divisions=_terms(raw["divisions"], schemes),
        abbreviations=raw["abbreviations"],
    )


def _schemes(tables: list[dict[str, str]]) -> Schemes:
    first: dict[int, str] = {}
    second: dict[int, str] = {}
    for table in tables:
        for entry in table["letters"].split("|"):
            letter, usual, other = entry.replace("_", "").split(" ")
            for scheme, spelled in ((first, usual), (second, other)):
                scheme[ord(letter)] = spelled
                if letter.upper() != letter and len(letter.upper()) == 1:
                    scheme[ord(letter.upper())] = spelled.capitalize()
    return first, second


def _latin(text: str, schemes: Schemes) -> tuple[str, ...]:
    """Return ``text`` by both schemes of transliteration; Latin letters stay as they are."""
    return tuple(dict.fromkeys(text.translate(scheme) for scheme in schemes))


def _term(text: str, schemes: Schemes) -> Term:
    native, found, latin = text.partition("=")
    spellings = latin.split("/") if found else native.split("/")
    return Term(
        native if found else spellings[0],
        tuple(dict.fromkeys(form for spelling in spellings for form in _latin(spelling, schemes))),
    )


def _terms(text: str, schemes: Schemes) -> tuple[Term, ...]:
    return tuple(_term(entry.replace("_", " "), schemes) for entry in text.split())


def _templates(text: str, schemes: Schemes) -> tuple[Template, ...]:
    return tuple(_template(entry, schemes) for entry in text.split("|"))


def _template(text: str, schemes: Schemes) -> Template:
    native, found, latin = text.partition("=")
    return Template(native, latin if found else _latin(native, schemes)[0], tuple(_SLOT.findall(native)))


def _language(code: str, entry: dict[str, Any], schemes: Schemes) -> Language:
    lists = ("given", "surnames", "streets", "industry", "nouns", "offices")
    terms = {name: _terms(entry[name], schemes) for name in lists}
    return Language(
        code=code,
        latin_script=all(term.native == term.plain for term in terms["surnames"]),
        **terms,
        sons=tuple(_term(sons, schemes) for sons in entry["sons"].split("|")),
        company=_templates(entry["company"], schemes),
        nonprofit=_templates(entry["nonprofit"], schemes),
        public=_templates(entry["public"], schemes),
    )


def _country(code: str, entry: dict[str, Any], schemes: Schemes) -> Country:
    cities = [text.replace("_", " ").rpartition(":") for text in entry["cities"].split()]
    return Country(
        code=code,
        alpha3=entry["alpha3"],
        names=tuple(name.replace("_", " ") for name in entry["names"].split("/")),
        dial=entry["dial"],
        language=entry["language"],
        minority=tuple(entry["minority"].split()),
        postcode=entry["postcode"],
        number_first=entry["number_first"],
        registration=entry["registration"],
        legal=_terms(entry["legal"], schemes),
        cities=tuple(City(_term(name, schemes), prefix) for name, _, prefix in cities),
    )
