"""Planning of an import: each imported dish against the menu. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.money import ZERO, display, exact, text
from bistro.core.kernel.names import name_key
from bistro.core.kernel.texts import clean_text
from menu.allergens import Stated, of_level
from menu.import_plan.allergens import COLUMN_OF, Catalogue
from menu.import_plan.checking import GroupChecker, refusals
from menu.import_plan.differences import translation_changes
from menu.import_plan.groups import DishGroups, GroupPlanner
from menu.import_plan.known import KnownMenu
from menu.import_plan.results import ImportPlan, PlannedChange, PlannedDish, PlannedTax, Problem, Rows, State
from menu.import_plan.routes import RoutePlanner
from menu.import_words import words_of
from menu.imported import ImportedCategory, ImportedGroup, ImportedItem
from menu.models import Category, Item, Tax
from menu.translations import TranslatedText, merged, texts_of, too_long

_STATED = ("description", "prep_minutes", "popular", "diets")


def plan_import(
    *,
    categories: Sequence[ImportedCategory],
    actor: Actor,
    add_only: bool = False,
    new_stations: Sequence[str] = (),
) -> ImportPlan:
    """Return everything that an import would do, with its problems.

    A dish that names one of `new_stations` creates it. With `add_only`, dishes that are known keep everything and only
    get the groups and choices that they lack.
    Raises DomainError for an actor without a restaurant.
    """
    if actor.restaurant_id is None:
        raise DomainError(gettext("Choose a restaurant first."), code="no_restaurant")
    known = KnownMenu.read(actor.restaurant_id)
    return plan_for(known, categories, add_only=add_only, new_stations=new_stations)


def plan_for(
    known: KnownMenu,
    categories: Sequence[ImportedCategory],
    *,
    add_only: bool = False,
    new_stations: Sequence[str] = (),
) -> ImportPlan:
    """Return the plan of an import into a menu that was read. A pure function, except that it changes these rows."""
    return _Planner(known, add_only, new_stations).plan(categories)


@dataclass(eq=False, slots=True)
class _Draft:
    """A dish that is being planned."""

    imported: ImportedItem
    item: Item
    category: str
    changes: list[PlannedChange] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def new(self) -> bool:
        return self.item.pk is None

    def done(self) -> PlannedDish:
        state = State.NEW if self.new else State.CHANGED if self.changes else State.UNCHANGED
        name, row = self.imported.name, self.imported.row
        return PlannedDish(name, self.category, state, tuple(self.changes), tuple(self.remarks), row)


class _Planner:
    """The state of planning one import."""

    def __init__(self, known: KnownMenu, add_only: bool, new_stations: Sequence[str]) -> None:
        self.known, self.add_only, self.rows = known, add_only, Rows(taxes=known.taxes)
        self.problems: list[Problem] = []
        self.taxes: dict[str, PlannedTax] = {}
        self.routes = RoutePlanner(known.restaurant_id, self.rows, new_stations)
        self.seen: dict[str, ImportedItem] = {}
        self.catalogue = Catalogue(known.allergens)
        self.checker = GroupChecker(known.currency, self.catalogue)
        self.places = {
            Category: _next_place(known.categories.values()),
            Item: _next_place(known.items.values()),
        }

    def plan(self, categories: Sequence[ImportedCategory]) -> ImportPlan:
        drafts = []
        for category in categories:
            planned = [self._dish(dish, category) for dish in category.items]
            if planned and not self.add_only:
                self._change_course(category, planned[0])
                self._change_names(category, planned[0])
            drafts += planned
        self._plan_groups(drafts)
        dishes = tuple(draft.done() for draft in drafts)
        return ImportPlan(dishes, tuple(self.problems), self.rows, self.known.version, tuple(self.taxes.values()))

    # --- facts of a dish ----------------------------------------------------------------------------------------
    def _dish(self, imported: ImportedItem, category: ImportedCategory) -> _Draft:
        key = name_key(imported.name)
        if key in self.seen:
            first = self.seen[key].row
            self._problem(
                imported,
                "name",
                gettext("Also in row %(row)s.") % {"row": first} if first else gettext("This name is given twice."),
            )
        self.seen[key] = imported
        item = self.known.items.get(key)
        if item is None:
            return self._new_dish(imported, category)
        draft = _Draft(imported, item, category.name)
        if not self.add_only:
            self._change_dish(draft, category)
        return draft

    def _new_dish(self, imported: ImportedItem, category: ImportedCategory) -> _Draft:
        item = Item(
            restaurant_id=self.known.restaurant_id,
            category=self._category(category, imported),
            position=self._place(Item),
            portions_left=imported.portions_left,
            off_since=None if imported.available else self.known.now,
            **self._facts(imported, None),
        )
        self._check(item, imported)
        self.rows.items.append(item)
        self.rows.state(item, self._stated(imported, {}), {})
        draft = _Draft(imported, item, category.name)
        self.routes.plan(item, imported, draft.changes, draft.remarks)
        return draft

    def _change_dish(self, draft: _Draft, category: ImportedCategory) -> None:
        item, imported = draft.item, draft.imported
        wanted = self._facts(imported, item)
        if name_key(item.category.name) != name_key(category.name):
            wanted["category"] = self._category(category, imported)
        changed = {name: value for name, value in wanted.items() if _cleaned(getattr(item, name)) != value}
        shown = {name: (self._shown(getattr(item, name)), self._shown(value)) for name, value in changed.items()}
        words = {name: tuple(map(_in_words, values)) for name, values in shown.items()}
        if "price" in changed:
            words["price"] = self._amount(item.price), self._amount(changed["price"])
        if changed:
            self.rows.change(item, changed, shown)
            self._check(item, imported)
        known = self.known.levels(item)
        stated = self._stated(imported, known)
        self.rows.state(item, stated, known)
        for level, column in COLUMN_OF.items():
            before, after = sorted(of_level(known, level)), sorted(of_level(stated, level))
            if before != after:
                words[column] = ", ".join(before), ", ".join(after)
        words.pop("translations", None)
        draft.changes += translation_changes("", "", *map(texts_of, shown.get("translations", ({}, {}))))
        draft.changes += [PlannedChange(name, words_of(name), *texts) for name, texts in words.items()]
        self.routes.plan(item, imported, draft.changes, draft.remarks)

    def _stated(self, imported: ImportedItem, known: Stated) -> Stated:
        try:
            return self.catalogue.stated(imported, known)
        except ValueError as error:
            self._problem(imported, "allergens", str(error))
            return known

    def _facts(self, imported: ImportedItem, item: Item | None) -> dict[str, Any]:
        """Return the fields that the import states."""
        facts: dict[str, Any] = {"name": clean_text(imported.name), "price": self._price(imported)}
        for name in _STATED:
            value = getattr(imported, name)
            if value is not None:
                facts[name] = list(value) if isinstance(value, tuple) else value
        if "description" in facts:
            facts["description"] = clean_text(facts["description"])
        if imported.translations:
            facts["translations"] = merged(item.translations if item else {}, imported.translations)
            self._check_texts(Item, imported.translations, imported)
        if imported.tax is not None:
            facts["tax"] = self._tax(imported, item)
        return facts

    def _tax(self, imported: ImportedItem, item: Item | None) -> Tax | None:
        """Return the tax that an import states: the dish's own if it says the same today."""
        wanted, present = imported.tax, item.tax_id if item else None
        known = self.known.taxes.meaning(present)
        if wanted is not None and known is not None and not imported.take_away_given:
            wanted = replace(wanted, take_away=known.take_away)
        tax = self.known.taxes.tax_for(wanted, present, any_take_away=not imported.take_away_given)
        if wanted is not None and tax is not None:
            self.taxes[str(wanted)] = PlannedTax(str(wanted), tax.name, new=tax.pk is None)
        return tax

    def _price(self, imported: ImportedItem) -> Decimal:
        try:
            return exact(imported.price, self.known.currency)
        except (ValueError, ArithmeticError) as error:  # more decimals than the currency has, or not a number
            self._problem(imported, "price", str(error))
            return ZERO

    def _amount(self, price: Decimal) -> str:
        return display(price, self.known.currency, self.known.locale)

    def _shown(self, value: Any) -> Any:
        """Return a value for the audit trail, in JSON types."""
        if isinstance(value, Decimal):
            return text(value, self.known.currency)
        return str(value) if isinstance(value, Model) else value

    # --- rows that dishes refer to ------------------------------------------------------------------------------
    def _category(self, imported: ImportedCategory, dish: ImportedItem) -> Category:
        key = name_key(imported.name)
        row = self.known.categories.get(key)
        if row is None:
            row = Category(
                restaurant_id=self.known.restaurant_id,
                name=clean_text(imported.name),
                course=1 if imported.course is None else imported.course,
                position=self._place(Category),
                translations=merged({}, imported.translations),
            )
            self._check_texts(Category, imported.translations, dish, column="category")
            self._check(row, dish, column="category")
            self.known.categories[key] = row
            self.rows.categories.append(row)
        return row

    def _change_course(self, imported: ImportedCategory, first: _Draft) -> None:
        """Change the course of a known category. The preview shows it at the first dish."""
        row, after = self.known.categories.get(name_key(imported.name)), imported.course
        if row is not None and row.pk and after is not None and row.course != after:
            before = row.course
            self.rows.change(row, {"course": after}, {"course": (before, after)})
            self._check(row, first.imported, column="course")
            first.changes.append(
                PlannedChange(
                    "course", gettext("course of %(category)s") % {"category": row.name}, str(before), str(after)
                )
            )

    def _change_names(self, imported: ImportedCategory, first: _Draft) -> None:
        """Change the names of a known category in other languages. The preview shows it at the first dish."""
        row = self.known.categories.get(name_key(imported.name))
        after = merged(row.translations, imported.translations) if row is not None else {}
        if row is None or not row.pk or after == row.translations:
            return
        before = row.translations
        self.rows.change(row, {"translations": after}, {"translations": (before, after)})
        self._check_texts(Category, imported.translations, first.imported, column="category")
        first.changes += translation_changes("category", f"{row.name}, ", texts_of(before), texts_of(after))

    # --- choice groups ------------------------------------------------------------------------------------------
    def _plan_groups(self, drafts: Sequence[_Draft]) -> None:
        dishes: list[tuple[_Draft, DishGroups]] = []
        for draft in drafts:
            if draft.imported.groups is None:
                continue
            wanted = [self._checked(group, draft.imported) for group in draft.imported.groups]
            links = [] if draft.new else self.known.links.get(draft.item.pk, [])
            if self.add_only:
                wanted = self._merged(links, wanted)
            self._refuse_doubled(wanted, draft.imported)
            dishes.append((draft, DishGroups(draft.item, wanted, links)))
        GroupPlanner(self.known, self.rows).plan([dish for _draft, dish in dishes])
        for draft, dish in dishes:
            draft.changes += dish.changes
            draft.remarks += dish.remarks

    def _checked(self, group: ImportedGroup, dish: ImportedItem) -> ImportedGroup:
        cleaned, messages = self.checker.check(group)
        for message in messages:
            self._problem(dish, "options", message)
        return cleaned

    def _merged(self, links: Sequence[Any], wanted: Sequence[ImportedGroup]) -> list[ImportedGroup]:
        """Return a dish's own groups with the groups and choices that they lack."""
        merged = [self.known.definition(link.group) for link in links]
        names = {name_key(choice.name) for group in merged for choice in group.modifiers}
        for group in wanted:
            lacking = tuple(choice for choice in group.modifiers if name_key(choice.name) not in names)
            same = (at for at, own in enumerate(merged) if name_key(own.name) == name_key(group.name))
            place = next(same, None)
            if place is None:
                merged.append(replace(group, modifiers=lacking))
            else:
                own = merged[place]
                most = max(own.max, group.max) if lacking else own.max
                merged[place] = replace(own, max=most, modifiers=(*own.modifiers, *lacking))
        return merged

    def _refuse_doubled(self, groups: Sequence[ImportedGroup], dish: ImportedItem) -> None:
        names: set[str] = set()
        for choice in (choice for group in groups for choice in group.modifiers):
            if name_key(choice.name) in names:
                self._problem(dish, "options", gettext("“%(name)s” is listed twice.") % {"name": choice.name})
            names.add(name_key(choice.name))

    # --- problems -----------------------------------------------------------------------------------------------
    def _check(self, row: Model, dish: ImportedItem, column: str = "") -> None:
        for name, message in refusals(row):
            self._problem(dish, column or name, message)

    def _check_texts(
        self, model: type[Model], texts: Sequence[TranslatedText], dish: ImportedItem, column: str = ""
    ) -> None:
        for (language, name), message in too_long(model, texts).items():
            self._problem(dish, f"{column or name}:{language}", message)

    def _problem(self, dish: ImportedItem, column: str, message: str) -> None:
        self.problems.append(Problem(dish.name, dish.row, column, message))

    def _place(self, model: type[Model]) -> int:
        place = self.places[model]  # type: ignore[index]
        self.places[model] += 1  # type: ignore[index]
        return place


def _cleaned(value: Any) -> Any:
    """Return a stored text as the import would give it, which cleans all texts."""
    return clean_text(value) if isinstance(value, str) else value


def _next_place(rows: Any) -> int:
    return 1 + max((row.position for row in rows), default=-1)


def _in_words(value: Any) -> str:
    """Return a value as the file writes it."""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
