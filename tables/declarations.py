"""Allergies that the guests of a party have declared, as `Party.allergies` stores them."""

from collections.abc import Iterable, Mapping, Sequence

WHOLE_PARTY = ""
Declared = Mapping[str, Sequence[str]]  # {seat as text, or WHOLE_PARTY: codes of the restaurant's allergens}


def declared_for(declared: Declared, seat: int | None) -> list[str]:
    """Return the codes that matter for food at a seat: those of the whole party and of that seat.

    Food without a seat may reach every guest, so all declarations matter for it.
    """
    if not declared:
        return []
    if seat is None:
        return each_once(code for codes in declared.values() for code in codes)
    return each_once([*declared.get(WHOLE_PARTY, ()), *declared.get(str(seat), ())])


def declare(declared: Declared, seat: int | None, codes: Iterable[str]) -> dict[str, list[str]]:
    """Return the declarations with the list of one seat or of the whole party replaced, the whole party first."""
    key = WHOLE_PARTY if seat is None else str(seat)
    changed = {**declared, key: each_once(codes)}
    return {
        place: list(changed[place]) for place in sorted(changed, key=lambda place: int(place or 0)) if changed[place]
    }


def each_once(codes: Iterable[str]) -> list[str]:
    """Return the codes without repetitions, in their order."""
    return list(dict.fromkeys(codes))
