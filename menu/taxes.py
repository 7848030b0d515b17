"""The tax of dishes: the components in force for a kind of order on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Component = tuple[str, Decimal]  # (name, percent)
Components = tuple[Component, ...]

EVERY_KIND = ""


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

    @classmethod
    def of(cls, rows: Iterable[tuple[str, date | None, str, Decimal]]) -> "CompiledTax":
        """Compile rows of (kind or "", valid from, name, percent)."""
        found: dict[str, dict[date | None, list[Component]]] = {}
        for kind, valid_from, name, percent in rows:
            found.setdefault(kind, {}).setdefault(valid_from, []).append((name, percent))
        return cls(
            {
                kind: tuple((day, tuple(dated[day])) for day in sorted(dated, key=_newest_first))
                for kind, dated in found.items()
            }
        )


NO_TAX = CompiledTax({})


def _newest_first(day: date | None) -> int:
    return -day.toordinal() if day else 0
