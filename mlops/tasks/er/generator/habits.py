"""Habits of the source systems: what each keeps, and how it writes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

ATTRIBUTES = (
    "name",
    "street",
    "city",
    "postcode",
    "country",
    "phone",
    "email",
    "website",
    "registration_number",
    "birth_or_founded",
)


@dataclass(frozen=True)
class Habits:
    """One source system.

    Attributes:
        name: Its name, the stratum of its pairs.
        present: Probability that an attribute is filled in at all.
        case: How letters are written.
        letters: Diacritics kept, dropped, or spelled out (``ue`` for ``ü``).
        native: Probability that a name in another script is kept in that script.
        variant: Probability that a name is given by nickname, variant or another transliteration.
        legal: Weights of how the legal form is written.
        surname_first: Probability that a person is written surname first.
        middle: Probability that a middle name is given, half of these as an initial.
        slip: Probability of one slip in a value.
        slip_digits: The same for numbers and dates.
        abbreviate: Probability that words are abbreviated.
        reorder: Probability that two words of a name change places.
        special: Probability of a special character more or less.
        garble: Probability that letters beyond ASCII are damaged by a wrong encoding.
        width: Names and streets are cut to so many characters.
        phone: How phone numbers are written.
        date: How dates are written.
        country: How countries are written.
    """

    name: str
    present: Mapping[str, float]
    case: Literal["mixed", "upper"]
    letters: Literal["kept", "dropped", "spelled"]
    native: float
    variant: float
    legal: Mapping[str, float]
    surname_first: float
    middle: float
    slip: float
    slip_digits: float
    abbreviate: float
    reorder: float
    special: float
    garble: float
    width: int
    phone: Literal["national", "international", "digits"]
    date: Literal["iso", "year", "dotted"]
    country: Literal["name", "alpha2", "alpha3"]


def _present(*probabilities: float) -> Mapping[str, float]:
    return dict(zip(ATTRIBUTES, probabilities, strict=True))


CRM = Habits(
    name="crm",
    present=_present(1.0, 0.92, 0.98, 0.92, 0.92, 0.75, 0.62, 0.55, 0.35, 0.60),
    case="mixed",
    letters="kept",
    native=0.20,
    variant=0.10,
    legal={"short": 0.75, "long": 0.05, "none": 0.20},
    surname_first=0.06,
    middle=0.45,
    slip=0.07,
    slip_digits=0.03,
    abbreviate=0.25,
    reorder=0.02,
    special=0.03,
    garble=0.01,
    width=80,
    phone="national",
    date="iso",
    country="name",
)
"""The left source: a customer file, typed in by people."""

REGISTER = Habits(
    name="register",
    present=_present(1.0, 0.97, 0.99, 0.97, 1.0, 0.20, 0.15, 0.15, 0.92, 0.92),
    case="upper",
    letters="kept",
    native=0.45,
    variant=0.03,
    legal={"short": 0.5, "long": 0.5},
    surname_first=0.9,
    middle=0.9,
    slip=0.03,
    slip_digits=0.01,
    abbreviate=0.05,
    reorder=0.01,
    special=0.03,
    garble=0.02,
    width=120,
    phone="digits",
    date="iso",
    country="alpha2",
)
DIRECTORY = Habits(
    name="directory",
    present=_present(1.0, 0.88, 0.97, 0.84, 0.80, 0.90, 0.60, 0.75, 0.05, 0.30),
    case="mixed",
    letters="dropped",
    native=0.15,
    variant=0.12,
    legal={"short": 0.25, "none": 0.75},
    surname_first=0.15,
    middle=0.2,
    slip=0.06,
    slip_digits=0.03,
    abbreviate=0.35,
    reorder=0.05,
    special=0.06,
    garble=0.03,
    width=60,
    phone="international",
    date="year",
    country="name",
)
LEDGER = Habits(
    name="ledger",
    present=_present(1.0, 0.82, 0.92, 0.84, 0.70, 0.55, 0.50, 0.10, 0.40, 0.15),
    case="upper",
    letters="spelled",
    native=0.0,
    variant=0.10,
    legal={"short": 0.7, "none": 0.3},
    surname_first=0.5,
    middle=0.3,
    slip=0.12,
    slip_digits=0.04,
    abbreviate=0.55,
    reorder=0.05,
    special=0.08,
    garble=0.0,
    width=30,
    phone="digits",
    date="dotted",
    country="alpha3",
)

RIGHT_SOURCES = (REGISTER, DIRECTORY, LEDGER)
"""The right sources: an official register, a web directory, an accounts ledger."""
