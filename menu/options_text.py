"""Conversion of a dish's choices to the text of one spreadsheet cell, and back.

    Side [1-1]: Fries *; Salad +1.50
    Allergies [0-2]: Nut allergy !nuts; Milk allergy !milk

One group a line; `*` marks the default, `+1.50` the price, `!nuts` the allergy that a choice declares.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

from bistro.core.kernel.money import text
from bistro.core.kernel.names import name_key
from menu.imported import ImportedGroup, ImportedModifier
from menu.models import ModifierGroup

_GROUP = re.compile(r"^(?P<name>[^\[\]:]+?)\s*(?:\[(?P<min>\d{1,3})\s*-\s*(?P<max>\d{1,3})\])?\s*:\s*(?P<choices>.+)$")
_CHOICE = re.compile(
    r"^(?P<name>[^*!]+?)(?:\s+(?P<price>[+-]\d{1,12}(?:[.,]\d{1,4})?))?\s*(?P<default>\*)?\s*(?:!\s*(?P<allergen>.+))?$"
)


def write_options(groups: Iterable[ModifierGroup], currency: str) -> str:
    """Return the text of a dish's groups and choices, without archived ones."""
    return "\n".join(_group_text(group, currency) for group in groups if group.archived_at is None)


def read_options(cell: str) -> tuple[ImportedGroup, ...]:
    """Return the groups that a cell describes. Raises ValueError with the part that cannot be read."""
    groups = tuple(_group(line.strip()) for line in cell.splitlines() if line.strip())
    seen: set[str] = set()
    for choice in (choice for group in groups for choice in group.modifiers):
        if name_key(choice.name) in seen:
            raise ValueError(f"“{choice.name}” is listed twice.")
        seen.add(name_key(choice.name))
    return groups


def _group(line: str) -> ImportedGroup:
    found = _GROUP.match(line)
    if found is None:
        raise ValueError(f"“{line[:60]}” is not “Group [min-max]: choice; choice”.")
    choices = tuple(_choice(each.strip()) for each in found["choices"].split(";") if each.strip())
    least, most = int(found["min"] or 0), int(found["max"] or len(choices))
    if not choices or most < 1 or most < least or len(choices) < least:
        raise ValueError(f"“{found['name']}” asks for {least} to {most} of {len(choices)} choices.")
    return ImportedGroup(found["name"], least, most, choices)


def _choice(part: str) -> ImportedModifier:
    found = _CHOICE.match(part)
    if found is None:
        raise ValueError(f"“{part[:60]}” is not “choice +1.50 * !allergy”.")
    price = Decimal((found["price"] or "0.00").replace(",", "."))
    return ImportedModifier(found["name"], price, bool(found["default"]), (found["allergen"] or "").strip())


def _group_text(group: ModifierGroup, currency: str) -> str:
    choices = "; ".join(
        _name(choice.name)
        + (f" {'+' if choice.price > 0 else ''}{text(choice.price, currency)}" if choice.price else "")
        + (" *" if choice.is_default else "")
        + (f" !{choice.allergen}" if choice.allergen else "")
        for choice in group.modifiers.all()
        if choice.archived_at is None
    )
    return f"{_name(group.name)} [{group.min}-{group.max}]: {choices}"


def _name(name: str) -> str:
    """Remove the characters that have a meaning in the cell's grammar."""
    return re.sub(r"[\[\]:;*!]+", " ", name).strip()
