"""The allergies of the guests at a table, as the table sheet shows and changes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.numbers import whole_number
from menu.allergens import word_of
from tables.declarations import WHOLE_PARTY
from tables.models import Party, Table

MOST_SEATS = 30  # offered in the form


@dataclass(frozen=True, slots=True)
class DeclaredPlace:
    """A seat or the whole party with its declared allergies. `seat` is "" for the whole party."""

    seat: str
    name: str
    words: tuple[str, ...]
    choices: tuple[tuple[str, str, bool], ...]  # (code, name, declared) of the catalogue


@dataclass(frozen=True, slots=True)
class Guests:
    """The declared allergies of a party. `new` are the places without any, `catalogue` is [(code, name)]."""

    declared: tuple[DeclaredPlace, ...]
    new: tuple[tuple[str, str], ...]
    catalogue: tuple[tuple[str, str], ...]


def guests_of(party: Party, table: Table, catalogue: Mapping[str, str]) -> Guests:
    """Return the declared allergies of a party, read with its seats, for the forms of the sheet."""
    seats = seats_offered(party, table)
    places = [WHOLE_PARTY, *(str(seat) for seat in range(1, seats + 1))]
    return Guests(
        declared=tuple(_place(seat, codes, catalogue) for seat, codes in party.allergies.items()),
        new=tuple((seat, _name(seat)) for seat in places if seat not in party.allergies),
        catalogue=tuple(catalogue.items()),
    )


def seats_offered(party: Party | None, table: Table) -> int:
    """Return the number of seats to choose from, of a party that was read with its seats."""
    if party is None:
        return min(table.seats, MOST_SEATS)
    return min(max(party.size, table.seats) if party.size else party.seats_held, MOST_SEATS)


def read_allergies(data: QueryDict) -> dict[str, Any]:
    """Return {"seat", "allergies"} of a form. Raises InvalidInput for a seat that is not a number."""
    said = data.get("seat", "").strip()
    seat = whole_number(said, least=1, most=999)
    if said and seat is None:
        raise InvalidInput(gettext("Choose a seat or the whole party."), fields={"seat": [gettext("Not a seat.")]})
    return {"seat": seat, "allergies": data.getlist("allergy")[:50]}


def _place(seat: str, codes: list[str], catalogue: Mapping[str, str]) -> DeclaredPlace:
    choices = tuple((code, name, code in codes) for code, name in catalogue.items())
    return DeclaredPlace(seat, _name(seat), tuple(map(word_of, codes)), choices)


def _name(seat: str) -> str:
    return gettext("Seat %(seat)s") % {"seat": seat} if seat else gettext("Whole party")
