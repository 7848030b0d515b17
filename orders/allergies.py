"""The allergy rule: the allergies that matter for a line, and their conflicts with the dish and its choices.

Every screen, slip and API answer reads a line through these functions, so that all of them warn in the same cases.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.names import name_key
from menu.allergens import Level, Stated, declared_by, of_level, word_of
from menu.compiled import CompiledAllergens, CompiledItem, CompiledModifier
from orders.models import OrderLine
from orders.order_commands import LineRequest
from tables.declarations import Declared, declared_for, each_once

NOT_STATED = "not_stated"
_WARNINGS = {
    Level.CONTAINS.value: (_("IN {where}"), _("{where} CONTAINS IT")),
    Level.MAY_CONTAIN.value: (_("MAY BE IN {where}"), _("{where} MAY CONTAIN IT")),
    NOT_STATED: (_("NOT STATED, ASK"), _("NOT STATED, ASK")),
}
SEVERITY = {level: place for place, level in enumerate(_WARNINGS)}

Place = tuple[str, Stated]  # the name of a dish or choice, and what is stated about it


class Conflict(TypedDict):
    """A declared allergen that a dish or choice contains or may contain, or about which nothing is stated."""

    allergen: str
    where: str
    level: str


@dataclass(frozen=True, slots=True)
class AllergyMark:
    """An allergy as screens show it. `allergen` is its word in the reader's language.

    `level` is the most serious conflict, or "" for none. `words` and `paper` are the warning on screens and on slips.
    """

    allergen: str
    level: str = ""
    words: str = ""
    paper: str = ""


# --- the declared allergies of a line --------------------------------------------------------------------------------
def own_allergies(
    catalogue: CompiledAllergens, place: int, request: LineRequest, chosen: Sequence[CompiledModifier]
) -> tuple[str, ...]:
    """Return the codes that the line itself declares: its `allergies` and choices named "… allergy".

    Raises InvalidInput for codes that are not in the catalogue.
    """
    given = request.allergies or ()
    if not (given or request.modifiers or chosen):
        return ()
    require_known(catalogue, given, f"lines.{place}.allergies")
    names = (declared_by(name, catalogue.words) for name in request.modifiers or () if isinstance(name, str))
    declared = [*given, *filter(None, names), *(choice.declares for choice in chosen if choice.declares)]
    return tuple(dict.fromkeys(declared))


def require_known(catalogue: CompiledAllergens, codes: Iterable[str], field: str) -> None:
    """Raise InvalidInput, with the name of the field, for codes that are not in the catalogue."""
    unknown = [code for code in codes if code not in catalogue.names]
    if unknown:
        sentence = gettext("“%(code)s” is not in the catalogue of allergens.")
        messages = [sentence % {"code": code} for code in unknown]
        raise InvalidInput(" ".join(messages), code="unknown_allergen", fields={field: messages})


def without_allergies(
    catalogue: CompiledAllergens, item: CompiledItem, wanted: Sequence[int | str]
) -> Sequence[int | str]:
    """Return the wanted choices without the names that only declare an allergy.

    A dish may have a choice of its own with such a name. It stays a choice, because it may have a price.
    """
    if not any(isinstance(name, str) and declared_by(name, catalogue.words) for name in wanted):
        return wanted
    own = {choice.name_key for choice in item.modifiers()}
    return [
        name
        for name in wanted
        if isinstance(name, int) or name_key(name) in own or declared_by(name, catalogue.words) is None
    ]


def effective_allergies(own: Iterable[str], declared: Declared, seat: int | None) -> list[str]:
    """Return the codes that matter for a line: its own and those of the guests who may eat it."""
    return each_once([*own, *declared_for(declared, seat)])


# --- conflicts -------------------------------------------------------------------------------------------------------
def conflicts_of(codes: Iterable[str], places: Sequence[Place]) -> list[Conflict]:
    """Return the conflicts of allergies with a dish and its choices; `places` begins with the dish.

    Silence about an allergen counts only where nothing worse is known: a dish without a statement speaks for its
    choices too.
    """
    found: list[Conflict] = []
    for code in codes:
        levels = [(where, stated.get(code, NOT_STATED)) for where, stated in places]
        known = [each for each in levels if each[1] in (Level.CONTAINS, Level.MAY_CONTAIN)]
        silent = [each for each in levels if each[1] == NOT_STATED]
        if silent and silent[0] == levels[0]:
            silent = silent[:1]
        found += [Conflict(allergen=code, where=where, level=level) for where, level in known or silent]
    return found


def harms(codes: Iterable[str], places: Sequence[Place]) -> bool:
    """Return whether a dish or its choices contain or may contain one of the allergens; silence does not count."""
    return any(conflict["level"] != NOT_STATED for conflict in conflicts_of(codes, places))


def conflicts(line: OrderLine) -> list[Conflict]:
    """Return the conflicts of a line, from the statements that were copied when it was sold."""
    return conflicts_of(line.allergies, _places(line)) if line.allergies else []


def marks_of(codes: Sequence[str], places: Sequence[Place]) -> list[AllergyMark]:
    """Return one mark for each allergy, with its most serious conflict."""
    if not codes:
        return []
    dish = places[0][0]
    worst: dict[str, Conflict] = {}
    for conflict in sorted(conflicts_of(codes, places), key=lambda each: SEVERITY[each["level"]]):
        worst.setdefault(conflict["allergen"], conflict)
    return [_mark(code, worst.get(code), dish) for code in codes]


def allergy_marks(line: OrderLine) -> list[AllergyMark]:
    """Return the marks of a line for screens and slips."""
    return marks_of(line.allergies, _places(line)) if line.allergies else []


def in_words(line: OrderLine) -> str:
    """Return the allergies as one text for tables of text: `nuts (in this dish), milk`."""
    marks = allergy_marks(line)
    return ", ".join(f"{mark.allergen} ({mark.words.lower()})" if mark.words else mark.allergen for mark in marks)


def contents(line: OrderLine) -> list[str]:
    """Return the words of the allergens that the dish and its choices contain, in their order: databases keep none."""
    return sorted({word_of(code) for _where, stated in _places(line) for code in of_level(stated, Level.CONTAINS)})


def choice_names(line: OrderLine) -> list[str]:
    """Return the names of the choices."""
    return [choice["name"] for choice in line.modifiers]


def _places(line: OrderLine) -> list[Place]:
    choices: list[dict[str, Any]] = line.modifiers
    return [(line.name, line.stated), *((choice["name"], choice.get("stated", {})) for choice in choices)]


def _mark(code: str, conflict: Conflict | None, dish: str) -> AllergyMark:
    word = word_of(code)
    if conflict is None:
        return AllergyMark(word)
    words, paper = _WARNINGS[conflict["level"]]
    of_dish = conflict["where"] == dish
    return AllergyMark(
        allergen=word,
        level=conflict["level"],
        words=gettext(words).format(where=gettext("THIS DISH") if of_dish else conflict["where"]),
        paper=gettext(paper).format(where=gettext("THE DISH") if of_dish else conflict["where"].upper()),
    )
