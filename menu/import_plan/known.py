"""The menu as an import finds it, read in a fixed number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.utils import timezone

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.money import surcharge
from bistro.core.kernel.texts import clean_text
from menu.allergens import Level, Stated, of_level
from menu.choices import choices_of
from menu.imported import ImportedGroup, ImportedModifier
from menu.models import Allergen, Category, Item, ItemGroup, MenuVersion, Modifier, ModifierGroup
from menu.statements import NOTHING_STATED, Statements, Subject, read_statements
from menu.tax_catalogue import TaxCatalogue
from menu.translations import texts_of


@dataclass(slots=True)
class KnownMenu:
    """The rows of a restaurant's menu by name. Categories, dishes, groups and choices are those in use."""

    restaurant_id: int
    currency: str
    locale: str
    version: int
    now: datetime
    categories: dict[str, Category]
    items: dict[str, Item]
    taxes: TaxCatalogue
    groups: dict[int, ModifierGroup]
    choices: dict[int, list[Modifier]]  # {group: choices in order}
    archived_choices: dict[tuple[int, str], Modifier]  # {(group, name key): the latest}
    links: dict[int, list[ItemGroup]]  # {item: groups in order}
    allergens: dict[str, str]  # {code: name} of the catalogue, in order
    stated: dict[Subject, Statements]

    @classmethod
    def read(cls, restaurant_id: int) -> Self:
        """Read the menu in twelve queries."""
        restaurant, now = restaurant_by_id(restaurant_id), timezone.now()
        version = MenuVersion.objects.filter(pk=restaurant_id).values_list("version", flat=True).first()
        items = Item.objects.of_restaurant(restaurant_id).not_archived().select_related("category", "tax")
        groups = {row.pk: row for row in ModifierGroup.objects.of_restaurant(restaurant_id).not_archived()}
        known = cls(
            restaurant_id=restaurant_id,
            currency=restaurant.currency,
            locale=restaurant.locale,
            version=version or 0,
            now=now,
            categories={row.name_key: row for row in Category.objects.of_restaurant(restaurant_id).not_archived()},
            items={row.name_key: row for row in items},
            taxes=TaxCatalogue(restaurant_id, restaurant.business_date(now)),
            groups=groups,
            choices={pk: [] for pk in groups},
            archived_choices={},
            links={},
            allergens=dict(Allergen.objects.of_restaurant(restaurant_id).not_archived().values_list("code", "name")),
            stated=read_statements(restaurant_id),
        )
        known._read_choices()
        return known

    def _read_choices(self) -> None:
        for choice in Modifier.objects.of_restaurant(self.restaurant_id):
            if choice.archived_at is not None:
                self.archived_choices[choice.group_id, choice.name_key] = choice
            elif choice.group_id in self.groups:
                self.choices[choice.group_id].append(choice)
        for link in ItemGroup.objects.of_restaurant(self.restaurant_id).filter(item__archived_at=None):
            if link.group_id in self.groups:
                link.group = self.groups[link.group_id]
                self.links.setdefault(link.item_id, []).append(link)

    def surcharge(self, amount: Decimal) -> str:
        """Return what a choice adds to the price, as people of the restaurant's locale write it."""
        return surcharge(amount, self.currency, self.locale)

    def levels(self, row: Item | Modifier) -> Stated:
        """Return what is stated about a dish or a choice, also for a new one."""
        kind = "item" if isinstance(row, Item) else "modifier"
        return self.stated.get((kind, row.pk or 0), NOTHING_STATED).levels

    def definition(self, group: ModifierGroup) -> ImportedGroup:
        """Return a group with its choices as an import would give it."""
        return definition_of(group, [(row, self.levels(row)) for row in self.choices[group.pk]])


def definition_of(group: ModifierGroup, choices: Iterable[tuple[Modifier, Stated]]) -> ImportedGroup:
    """Return a group, and its choices with their statements about allergens, as an import would give it."""
    return ImportedGroup(
        clean_text(group.name),
        group.min,
        group.max,
        tuple(
            ImportedModifier(
                name=clean_text(row.name),
                price=row.price,
                is_default=row.is_default,
                available=row.off_since is None,
                **by_level(stated),
                translations=texts_of(row.translations),
            )
            for row, stated in choices
        ),
        texts_of(group.translations),
    )


def by_level(stated: Stated) -> dict[str, Any]:
    """Return statements as the three lists of an imported dish or choice."""
    return {level.value: tuple(of_level(stated, level)) for level in Level}


def groups_of(item: Item) -> list[ImportedGroup]:
    """Return the groups that a dish offers, as an import would give them.

    Needs the prefetch of `item_groups__group__modifiers__statements__allergen`.
    """
    groups = [link.group for link in item.item_groups.all() if link.group.archived_at is None]
    return [definition_of(group, [(row, levels_of_row(row)) for row in choices_of(group)]) for group in groups]


def levels_of_row(row: Item | Modifier) -> Stated:
    """Return what is stated about a dish or choice. Needs the prefetch of `statements__allergen`."""
    return {each.allergen.code: each.level for each in row.statements.all() if each.allergen.archived_at is None}
