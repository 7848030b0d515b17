"""The service that imports a menu, for the admin, the demo and the simulator."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Model

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.money import exact, text
from bistro.core.kernel.names import name_key
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.configuration_events import ConfigurationChanged
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.allergens import Stated
from menu.choices import refuse_doubled_choices
from menu.imported import ImportedCategory, ImportedGroup, ImportedItem, ImportedModifier, ImportReport, need_no_check
from menu.models import Category, Item, ItemGroup, Modifier, ModifierGroup
from menu.statements import NOTHING_STATED, levels_of, read_statements, state_allergens
from menu.steps import touch_menu
from menu.tax_catalogue import TaxCatalogue

_RELATED = ("category", "tax")


def import_menu(*, categories: Sequence[ImportedCategory], actor: Actor, overwrite: bool = False) -> ImportReport:
    """Add categories, items, groups and modifiers by name; existing items get the new price and texts.

    With `overwrite`, existing items also get category, tax, preparation time, allergens and diets. 86 and portions
    left are set for new items only. Nothing is removed. Dishes with the same new group share it.
    One invalid row refuses the whole import. Raises InvalidInput with the name of that row, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        importer = _Importer(work, overwrite)
        for category in categories:
            importer.category(category)
        importer.finish()
        refuse_doubled_choices(work)
        report = ImportReport(importer.created, importer.updated, importer.modifiers)
        touch_menu(work, f"import: {report}")
    return report


class _Importer:
    """The state of one import: the restaurant's rows by name, and the counts so far."""

    def __init__(self, work: UnitOfWork, overwrite: bool) -> None:
        self.work, self.restaurant_id, self.overwrite = work, work.restaurant_id, overwrite
        self.created = self.updated = self.modifiers = 0
        self.currency = restaurant_by_id(work.restaurant_id).currency
        mine = self.restaurant_id
        self.categories = {row.name_key: row for row in Category.objects.of_restaurant(mine).not_archived()}
        self.items = {
            row.name_key: row for row in Item.objects.of_restaurant(mine).not_archived().select_related(*_RELATED)
        }
        day = restaurant_by_id(mine).business_date(work.now)
        self.taxes = TaxCatalogue(mine, day)
        self.known: dict[int, list[Modifier]] = defaultdict(list)  # {group: its choices}
        for choice in Modifier.objects.of_restaurant(mine).not_archived():
            self.known[choice.group_id].append(choice)
        self.groups: dict[int, list[ModifierGroup]] = defaultdict(list)  # {item: its groups in order}
        for link in ItemGroup.objects.of_restaurant(mine).filter(group__archived_at=None).select_related("group"):
            self.groups[link.item_id].append(link.group)
        groups = ModifierGroup.objects.of_restaurant(mine).not_archived()
        self.shared = {_definition(group, self.known[group.pk]): group for group in groups}
        self.choices: list[tuple[Modifier, Stated]] = []  # new choices, inserted in one statement
        self.stated = read_statements(mine)
        self.statements: dict[Item | Modifier, Stated] = {}  # new statements, written together

    def finish(self) -> None:
        """Insert the new choices in one statement, and write the new statements about allergens."""
        Modifier.objects.bulk_create(modifier for modifier, _stated in self.choices)
        state_allergens(self.work, self.statements | {row: stated for row, stated in self.choices if stated})

    def category(self, imported: ImportedCategory) -> None:
        row = self.categories.get(name_key(imported.name))
        if row is None:
            row = Category(
                restaurant_id=self.restaurant_id,
                name=clean_text(imported.name),
                course=imported.course,
                position=len(self.categories),
            )
            _save(row, imported.name)
            self.categories[row.name_key] = row
        for item in imported.items:
            self.item(item, row)

    def item(self, imported: ImportedItem, category: Category) -> None:
        row = self.items.get(name_key(imported.name))
        new = row is None
        if row is None:
            row = Item(restaurant_id=self.restaurant_id, category=category, position=len(self.items))
        stated = self.stated.get(("item", row.pk), NOTHING_STATED).levels if row.pk else {}
        before = _facts(row, self.currency, stated)
        row.name, row.price = clean_text(imported.name), self._amount(imported.price, imported.name)
        row.description = clean_text(imported.description) or row.description
        if new or self.overwrite:
            row.category = category
            self._own_facts(row, imported)
            stated = _stated(imported)
        if new:
            row.portions_left = imported.portions_left
            row.off_since = None if imported.available else self.work.now
        after = _facts(row, self.currency, stated)
        if new or before != after:
            _save(row, imported.name)
            self.created, self.updated = self.created + new, self.updated + (not new)
        if not new and before != after:
            changed = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
            self.work.record(ConfigurationChanged(row=row, pk=row.pk, changed=changed))
        if before["allergens"] != after["allergens"]:
            self.statements[row] = stated
        self.items[row.name_key] = row
        for group in imported.groups:
            self.group(group, row)

    def _own_facts(self, row: Item, imported: ImportedItem) -> None:
        """Set the facts that managers may change later: for a new item, or with `overwrite`."""
        row.tax = self.taxes.tax_for(imported.tax, row.tax_id)
        self.taxes.save()
        row.prep_minutes, row.popular = imported.prep_minutes, imported.popular
        row.diets = list(imported.diets)

    def _amount(self, price: Decimal, what: str) -> Decimal:
        """Return a price with the currency's decimals. Raises InvalidInput if it has more."""
        try:
            return exact(price, self.currency)
        except (ValueError, ArithmeticError) as error:  # more decimals, or not a number
            raise InvalidInput(f"{what}.price: {error}", fields={f"{what}.price": [str(error)]}) from None

    def group(self, imported: ImportedGroup, item: Item) -> None:
        rows = self.groups[item.pk]
        row = next((each for each in rows if name_key(each.name) == name_key(imported.name)), None)
        if row is None:
            row = self.shared.get(_definition(imported, imported.modifiers)) or self._new_group(imported, item)
            rows.append(row)
            ItemGroup.objects.create(restaurant_id=self.restaurant_id, item=item, group=row, position=len(rows) - 1)
        elif imported.max > row.max:
            row.max = imported.max
            _save(row, f"{item.name}: {imported.name}")
        known = {choice.name_key for each in rows for choice in self.known[each.pk]}
        for choice in imported.modifiers:
            if name_key(choice.name) not in known:
                self._choice(choice, row, item)

    def _new_group(self, imported: ImportedGroup, item: Item) -> ModifierGroup:
        row = ModifierGroup(
            restaurant_id=self.restaurant_id, name=clean_text(imported.name), min=imported.min, max=max(imported.max, 1)
        )
        _save(row, f"{item.name}: {imported.name}")
        self.shared[_definition(imported, imported.modifiers)] = row
        return row

    def _choice(self, choice: ImportedModifier, group: ModifierGroup, item: Item) -> None:
        modifier = Modifier(
            restaurant_id=self.restaurant_id,
            group=group,
            name=clean_text(choice.name),
            name_key=name_key(choice.name),
            price=self._amount(choice.price, f"{item.name}: {choice.name}"),
            is_default=choice.is_default,
            allergen=choice.allergen,
            position=len(self.known[group.pk]),
        )
        _check(modifier, f"{item.name}: {choice.name}")
        self.known[group.pk].append(modifier)
        self.choices.append((modifier, _stated(choice)))
        self.modifiers += 1


def _definition(group: ModifierGroup | ImportedGroup, choices: Sequence[Modifier | ImportedModifier]) -> object:
    """Return everything that makes two groups the same, so that dishes share one."""
    return (
        name_key(group.name),
        group.min,
        group.max,
        tuple((name_key(choice.name), choice.price, choice.is_default, choice.allergen) for choice in choices),
    )


def _stated(imported: ImportedItem | ImportedModifier) -> Stated:
    return levels_of(imported.contains, imported.may_contain, imported.free_of)


def _facts(row: Item, currency: str, stated: Stated) -> dict[str, object]:
    """Return the fields of an item that an import may change, for the audit trail."""
    names = ("name", "description", "prep_minutes", "popular", "diets")
    related = {"category": row.category.name, "tax": str(row.tax) if row.tax else None}
    price = text(row.price, currency) if row.price is not None else None
    return (
        {name: getattr(row, name) for name in names}
        | {"price": price}
        | related
        | {"allergens": dict(sorted(stated.items()))}
    )


def _save(row: Category | Item | ModifierGroup, what: str) -> None:
    """Validate and save a row. Raises InvalidInput whose fields begin with `what`."""
    _check(row, what)
    row.save()


def _check(row: Model, what: str) -> None:
    try:
        row.clean_fields(exclude=need_no_check(row))
    except ValidationError as error:
        fields = {f"{what}.{name}": list(messages) for name, messages in error.message_dict.items()}
        first = next(iter(fields.items()))
        raise InvalidInput(f"{first[0]}: {first[1][0]}", fields=fields) from None
