"""The allergy rule: choices and declared allergies of a line, and conflicts between allergies and the dish.

Every screen, slip and API answer reads a line through these functions, so that all of them warn in the same cases.
"""

from typing import Any, TypedDict

from orders.models import OrderLine

Choice = dict[str, Any]  # an entry of OrderLine.modifiers


class Conflict(TypedDict):
    """An allergen that the guest must not eat and that the line contains. `where`: the dish that contains it."""

    allergen: str
    where: str
    level: str


def choices(line: OrderLine) -> list[Choice]:
    """Return the modifiers that change the dish, without the declared allergies."""
    return [modifier for modifier in line.modifiers if not modifier.get("allergen")]


def choice_names(line: OrderLine) -> list[str]:
    """Return the names of the choices."""
    return [choice["name"] for choice in choices(line)]


def allergies(line: OrderLine) -> list[str]:
    """Return the allergens that the guest must not eat, each once."""
    found = [modifier["allergen"] for modifier in line.modifiers if modifier.get("allergen")]
    return list(dict.fromkeys(found)) if len(found) > 1 else found


def conflicts(line: OrderLine) -> list[Conflict]:
    """Return the declared allergens that the dish contains."""
    declared = allergies(line)
    if not declared:
        return []
    contained = {allergen.casefold() for allergen in line.allergens}
    return [
        Conflict(allergen=allergen, where=line.name, level="contains")
        for allergen in declared
        if allergen.casefold() in contained
    ]


def conflicting(line: OrderLine) -> list[str]:
    """Return the names of the allergens in conflict, for screens and slips."""
    return [conflict["allergen"] for conflict in conflicts(line)]


def in_words(line: OrderLine) -> str:
    """Return the allergies as one text for tables of text: `nuts (in this dish), milk`."""
    contained = conflicting(line)
    return ", ".join(f"{name} (in this dish)" if name in contained else name for name in allergies(line))
