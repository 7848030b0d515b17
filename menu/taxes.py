"""The tax of dishes as plain values: the components in force, and their text in a cell of a spreadsheet.

19            one component, called “Tax”
VAT 19 %      one with a name
GST 5 + QST 9.975
0             no tax
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext

from bistro.core.kernel.money import short
from bistro.core.kernel.order_kinds import OrderKind

Component = tuple[str, Decimal]  # (name, percent)
Components = tuple[Component, ...]

EVERY_KIND = ""
NAMELESS = "Tax"
MOST_OF_NAME = 40
_COMPONENT = re.compile(r"(?:(?P<name>.*\S)\s+)?(?P<percent>[0-9]{1,3}(?:[.,][0-9]{1,4})?)\s*%?", re.DOTALL)
_NO_TAX = re.compile(r"0(?:[.,]0+)?\s*%?")


@dataclass(frozen=True, slots=True)
class DishTax:
    """The tax of a dish on a day: `components`, and those of take-away where they differ."""

    components: Components
    take_away: Components | None = None

    def __str__(self) -> str:
        here = write_components(self.components)
        return here if self.take_away is None else f"{here}, take-away {write_components(self.take_away)}"


@dataclass(frozen=True, slots=True)
class CompiledTax:
    """The components of a tax by kind of order and by date, the newest first."""

    sets: Mapping[str, tuple[tuple[date | None, Components], ...]]

    def on(self, kind: str, day: date) -> Components:
        """Return the components in force: those of the kind, else those of every kind, of the latest date."""
        for of_kind in (kind, EVERY_KIND):
            for valid_from, components in self.sets.get(of_kind, ()):
                if valid_from is None or valid_from <= day:
                    return components
        return ()

    def dish_tax(self, day: date) -> DishTax:
        """Return what a file says about this tax on a day."""
        eaten_in, taken_away = (self.on(kind, day) for kind in (OrderKind.DINE_IN, OrderKind.TAKE_AWAY))
        return DishTax(eaten_in, None if taken_away == eaten_in else taken_away)

    @classmethod
    def of(cls, rows: Iterable[tuple[str, date | None, str, Decimal]]) -> "CompiledTax":
        """Compile rows of (kind or "", valid from, name, percent)."""
        found: dict[str, dict[date | None, list[Component]]] = {}
        for kind, valid_from, name, percent in rows:
            found.setdefault(kind, {}).setdefault(valid_from, []).append((name, percent))
        return cls(
            {
                kind: tuple((day, tuple(sorted(dated[day]))) for day in sorted(dated, key=_newest_first))
                for kind, dated in found.items()
            }
        )


NO_TAX = CompiledTax({})


def _newest_first(day: date | None) -> int:
    return -day.toordinal() if day else 0


def read_components(cell: str) -> Components:
    """Return the components that a cell names. Raises ValueError with a sentence for people."""
    if _NO_TAX.fullmatch(cell.strip()):
        return ()
    components = tuple(_component(part.strip()) for part in cell.split("+"))
    names = [name for name, _percent in components]
    if len(set(names)) < len(names):
        raise ValueError(gettext("“%(value)s” names a tax twice.") % {"value": cell.strip()})
    return tuple(sorted(components))


def read_dish_tax(cell: str, take_away: str = "") -> DishTax | None:
    """Return what the cells `tax` and `tax_take_away` say. An empty first cell means the restaurant's default.

    Raises ValueError with a sentence for people.
    """
    if not cell.strip():
        if take_away.strip():
            raise ValueError(gettext("A tax for take-away needs a tax for guests who eat in."))
        return None
    components = read_components(cell)
    other = read_components(take_away) if take_away.strip() else components
    return DishTax(components, None if other == components else other)


def _no_tax(part: str) -> str:
    words = gettext("“%(part)s” is not a tax. Write 19, VAT 19 or GST 5 + QST 9.975.") % {"part": part}
    letters = gettext("If these are letters or keys of another system, the preview asks what they mean.")
    return f"{words} {letters}" if part.isalpha() else words


def _component(part: str) -> Component:
    found = _COMPONENT.fullmatch(part)
    if found is None:
        raise ValueError(_no_tax(part))
    name, percent = found["name"] or NAMELESS, Decimal(found["percent"].replace(",", "."))
    if percent > 100:
        raise ValueError(gettext("“%(part)s” is more than 100 %%.") % {"part": part})
    if len(name) > MOST_OF_NAME:
        raise ValueError(
            gettext("“%(name)s” is too long for the name of a tax: at most %(most_of_name)s characters.")
            % {"name": name, "most_of_name": MOST_OF_NAME}
        )
    return name, percent


def same_rates(known: DishTax, wanted: DishTax, any_take_away: bool = False) -> bool:
    """Return whether two taxes have the same rates. A component without a name is like any of its rate."""
    if not _alike(known.components, wanted.components):
        return False
    if any_take_away and wanted.take_away is None:
        return True
    here, there = known.take_away, wanted.take_away
    return here is there if here is None or there is None else _alike(here, there)


def _alike(known: Components, wanted: Components) -> bool:
    pairs = list(zip(_by_rate(known), _by_rate(wanted), strict=False))
    return len(known) == len(wanted) and all(
        of[1] == to[1] and (of[0] == to[0] or NAMELESS in (of[0], to[0])) for of, to in pairs
    )


def _by_rate(components: Components) -> list[Component]:
    return sorted(components, key=lambda each: (each[1], each[0]))


def write_components(components: Components) -> str:
    """Return the text of components that `read_components` reads."""
    return " + ".join(_text(*component) for component in components) or "0"


def _text(name: str, percent: Decimal) -> str:
    return short(percent) if name == NAMELESS and percent else f"{name} {short(percent)}"
