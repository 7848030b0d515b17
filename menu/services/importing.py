"""Importing a menu: one service, whoever brings the rows (admin, the demo, the simulator)."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Model

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.money import short
from bistro.core.kernel.names import name_key
from bistro.core.kernel.roles import Permission
from bistro.core.writing.configuration_events import ConfigurationChanged
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.imported import ImportedCategory, ImportedGroup, ImportedItem, ImportReport, need_no_check
from menu.models import Category, Item, Modifier, ModifierGroup, TaxRate
from menu.steps import touch_menu

_RELATED = ("category", "tax_rate")


def import_menu(*, categories: Sequence[ImportedCategory], actor: Actor, overwrite: bool = False) -> ImportReport:
    """Add categories, items, groups and modifiers by name; items that exist get the new price and words.

    With `overwrite` the rows say everything: existing items also get category, tax, preparation time, allergens and
    diets. What is off and how many portions are left never comes from a file again. Nothing is ever removed.
    All or nothing. Raises InvalidInput naming the row that is wrong, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        importer = _Importer(work, overwrite)
        for category in categories:
            importer.category(category)
        importer.finish()
        report = ImportReport(importer.created, importer.updated, importer.modifiers)
        touch_menu(work, f"import: {report}")
    return report


class _Importer:
    """One import under way: what the restaurant has, by name, and what was done so far."""

    def __init__(self, work: UnitOfWork, overwrite: bool) -> None:
        self.work, self.restaurant_id, self.overwrite = work, work.restaurant_id, overwrite
        self.created = self.updated = self.modifiers = 0
        mine = self.restaurant_id
        self.categories = {row.name_key: row for row in Category.objects.of_restaurant(mine).not_archived()}
        self.items = {
            row.name_key: row for row in Item.objects.of_restaurant(mine).not_archived().select_related(*_RELATED)
        }
        self.rates = {rate.percent: rate for rate in TaxRate.objects.of_restaurant(mine)}
        self.groups: dict[int, list[ModifierGroup]] = defaultdict(list)
        for group in ModifierGroup.objects.of_restaurant(mine).not_archived():
            self.groups[group.item_id].append(group)
        self.names: dict[int, set[str]] = defaultdict(set)  # of choices, by item
        for item_id, name in Modifier.objects.of_restaurant(mine).not_archived().values_list("item_id", "name_key"):
            self.names[item_id].add(name)
        self.choices: list[Modifier] = []  # new ones: a menu has ten times as many as dishes

    def finish(self) -> None:
        """Write what was kept for one statement."""
        Modifier.objects.bulk_create(self.choices)

    def category(self, wish: ImportedCategory) -> None:
        row = self.categories.get(name_key(wish.name))
        if row is None:
            row = Category(
                restaurant_id=self.restaurant_id, name=wish.name, course=wish.course, position=len(self.categories)
            )
            _save(row, wish.name)
            self.categories[row.name_key] = row
        for item in wish.items:
            self.item(item, row)

    def item(self, wish: ImportedItem, category: Category) -> None:
        row = self.items.get(name_key(wish.name))
        new = row is None
        if row is None:
            row = Item(restaurant_id=self.restaurant_id, category=category, position=len(self.items))
        before = _facts(row)
        row.name, row.price = wish.name, wish.price
        row.description = wish.description or row.description
        if new or self.overwrite:
            row.category = category
            self._own_facts(row, wish)
        if new:
            row.portions_left = wish.portions_left
            row.off_since = None if wish.available else self.work.now
        after = _facts(row)
        if new or before != after:
            _save(row, wish.name)
            self.created, self.updated = self.created + new, self.updated + (not new)
        if not new and before != after:
            changed = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
            self.work.record(ConfigurationChanged(row=row, pk=row.pk, changed=changed))
        self.items[row.name_key] = row
        for group in wish.groups:
            self.group(group, row)

    def _own_facts(self, row: Item, wish: ImportedItem) -> None:
        """What managers change later is set once; only a file that says everything sets it again."""
        row.tax_rate = self._rate(wish.tax) if wish.tax is not None else None
        row.prep_minutes, row.popular = wish.prep_minutes, wish.popular
        row.allergens, row.diets = list(wish.allergens), list(wish.diets)

    def _rate(self, percent: Decimal) -> TaxRate:
        rate = self.rates.get(percent)
        if rate is None:
            rate = TaxRate(
                restaurant_id=self.restaurant_id,
                name=f"Tax {short(percent)} %",
                percent=percent,
                is_default=not self.rates,
            )
            _save(rate, rate.name)
            self.rates[percent] = rate
        return rate

    def group(self, wish: ImportedGroup, item: Item) -> None:
        rows = self.groups[item.pk]
        row = next((each for each in rows if name_key(each.name) == name_key(wish.name)), None)
        if row is None:
            row = ModifierGroup(restaurant_id=self.restaurant_id, item=item, name=wish.name, position=len(rows))
            row.min = wish.min
            rows.append(row)
        row.max = max(row.max, wish.max, 1) if row.pk else wish.max
        _save(row, f"{item.name}: {wish.name}")
        known = self.names[item.pk]
        for place, choice in enumerate(wish.modifiers, start=len(known)):
            if name_key(choice.name) in known:
                continue
            known.add(name_key(choice.name))
            modifier = Modifier(
                restaurant_id=self.restaurant_id,
                item=item,
                group=row,
                name=choice.name,
                price=choice.price,
                is_default=choice.is_default,
                allergen=choice.allergen,
                position=place,
            )
            _check(modifier, f"{item.name}: {choice.name}")
            self.choices.append(modifier)
            self.modifiers += 1


def _facts(row: Item) -> dict[str, object]:
    """What an import may change of an item, as the audit trail tells it."""
    names = ("name", "price", "description", "prep_minutes", "popular", "allergens", "diets")
    related = {"category": row.category.name, "tax_rate": str(row.tax_rate) if row.tax_rate else None}
    return {name: getattr(row, name) for name in names} | related


def _save(row: Category | Item | ModifierGroup | TaxRate, what: str) -> None:
    """Save, or refuse the whole import with the name of what is wrong."""
    _check(row, what)
    row.save()


def _check(row: Model, what: str) -> None:
    try:
        row.clean_fields(exclude=need_no_check(row))
    except ValidationError as error:
        fields = {f"{what}.{name}": list(messages) for name, messages in error.message_dict.items()}
        first = next(iter(fields.items()))
        raise InvalidInput(f"{first[0]}: {first[1][0]}", fields=fields) from None
