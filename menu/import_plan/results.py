"""The result of planning an import: dishes with their changes for people, and the rows to write."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from menu.allergens import Stated
from menu.models import Category, Item, ItemGroup, Modifier, ModifierGroup
from menu.tax_catalogue import TaxCatalogue


class State(StrEnum):
    """The state of a dish in an import."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """A change of a dish: a column of the file, what of it in words, the text before and after.

    `before` is empty for something new, `after` for something that goes; `gone` says where to.
    """

    field: str
    what: str
    before: str
    after: str
    gone: str = ""

    def __str__(self) -> str:
        if self.before and self.after:
            return f"{self.what}: {self.before} → {self.after}"
        if self.after:
            return gettext("%(what)s: %(text)s added") % {"what": self.what, "text": self.after}
        words = {"archived": gettext("archived"), "": gettext("removed")}
        return f"{self.what}: {self.before} {words.get(self.gone, self.gone)}"


@dataclass(frozen=True, slots=True)
class Problem:
    """The reason why a dish cannot be imported: a column of the file and a sentence."""

    dish: str
    row: int | None
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class PlannedDish:
    """A dish of an import. `remarks` are sentences about what people may not expect."""

    name: str
    category: str
    state: State
    changes: tuple[PlannedChange, ...] = ()
    remarks: tuple[str, ...] = ()
    row: int | None = None


@dataclass(slots=True)
class Rows:
    """The rows that a plan writes. Changed rows stand with the names of their changed fields."""

    categories: list[Category] = field(default_factory=list)
    taxes: TaxCatalogue | None = None  # with the new taxes of these dishes
    items: list[Item] = field(default_factory=list)
    groups: list[ModifierGroup] = field(default_factory=list)
    choices: list[Modifier] = field(default_factory=list)
    links: list[ItemGroup] = field(default_factory=list)
    changed: dict[Model, set[str]] = field(default_factory=dict)
    unlinked: list[ItemGroup] = field(default_factory=list)
    audit: dict[Model, dict[str, tuple[Any, Any]]] = field(default_factory=dict)  # {row: {field: (before, after)}}
    stated: list[tuple[Item | Modifier, Stated]] = field(default_factory=list)  # new statements about allergens
    copied: list[tuple[Modifier, Modifier]] = field(default_factory=list)  # (choice, its copy in a dish's own group)
    routes: list[tuple[Item, tuple[int | str, ...]]] = field(
        default_factory=list
    )  # ids of stations, or names of new ones
    added_choices: list[Modifier] = field(default_factory=list)  # new choices of groups that dishes offered before

    def __bool__(self) -> bool:
        new = self.categories, self.items, self.groups, self.choices, self.links
        return any((*new, self.changed, self.unlinked, self.stated, self.routes))

    def change(self, row: Model, values: Mapping[str, Any], shown: Mapping[str, tuple[Any, Any]]) -> None:
        """Set the fields of a known row. `shown` are the values before and after for the audit trail."""
        for name, value in values.items():
            setattr(row, name, value)
        if values:
            self.changed.setdefault(row, set()).update(values)
        if shown:
            self.audit.setdefault(row, {}).update(shown)

    def state(self, row: Item | Modifier, stated: Stated, before: Stated) -> None:
        """Replace the statements about the allergens of a dish or choice, if they change."""
        if dict(stated) == dict(before):
            return
        self.stated.append((row, stated))
        if row.pk:
            self.change(row, {}, {"allergens": (dict(before), dict(stated))})


@dataclass(frozen=True, slots=True)
class PlannedTax:
    """A tax as the file writes it, and the name of the tax that its dishes get."""

    text: str
    name: str
    new: bool


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Everything that an import would do, in the order in which the dishes were given.

    A plan with problems writes nothing. `version` is the version of the menu that it was made for.
    """

    dishes: tuple[PlannedDish, ...]
    problems: tuple[Problem, ...]
    rows: Rows = field(repr=False)
    version: int = 0
    taxes: tuple[PlannedTax, ...] = ()

    def count(self, state: str) -> int:
        """Return the number of dishes in a state."""
        return sum(dish.state == state for dish in self.dishes)

    @property
    def summary(self) -> str:
        """Return the counts of new and changed dishes and of new choices as a phrase."""
        words = f"{self.count(State.NEW)} items added, {self.count(State.CHANGED)} changed"
        return f"{words}, {len(self.rows.choices)} modifiers added"

    def __str__(self) -> str:
        return self.summary

    def require_valid(self) -> None:
        """Raise InvalidInput with all problems, `{dish.field: messages}`."""
        if not self.problems:
            return
        fields: dict[str, list[str]] = {}
        for problem in self.problems:
            fields.setdefault(f"{problem.dish}.{problem.field}", []).append(problem.message)
        first, messages = next(iter(fields.items()))
        raise InvalidInput(f"{first}: {messages[0]}", fields=fields)
