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
    kept = {place: list(listed) for place, listed in declared.items()}
    return _in_order({**kept, key: each_once(codes)})


def join_declared(mine: Declared, theirs: Declared, shift: int) -> dict[str, list[str]]:
    """Return the declarations of two parties in one. The seats of the second are counted on by `shift`.

    What holds for the whole of one party holds for everybody then, because nobody knows who sits where.
    """
    joined = {place: list(codes) for place, codes in mine.items()}
    for place, codes in theirs.items():
        seat = str(int(place) + shift) if place else WHOLE_PARTY
        joined[seat] = each_once([*joined.get(seat, ()), *codes])
    return _in_order(joined)


def part_declared(declared: Declared, seats: range) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the declarations of the guests who stay and of those who leave, who have these seats.

    The first of the seats becomes their seat 1. The declaration of the whole party goes along and stays, too.
    """
    staying, leaving = dict[str, list[str]](), dict[str, list[str]]()
    for place, codes in declared.items():
        if not place:
            staying[place], leaving[place] = list(codes), list(codes)
        elif int(place) in seats:
            leaving[str(int(place) - seats.start + 1)] = list(codes)
        else:
            staying[place] = list(codes)
    return staying, leaving


def _in_order(declared: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the declarations that are not empty, the whole party first."""
    places = sorted(declared, key=lambda place: int(place or 0))
    return {place: list(declared[place]) for place in places if declared[place]}


def each_once(codes: Iterable[str]) -> list[str]:
    """Return the codes without repetitions, in their order."""
    return list(dict.fromkeys(codes))
