"""Compiled menus: plain objects by id and by name for placing orders, kept in memory for each menu version.

Compiling costs seven queries and happens once per menu version and process; placing an order only reads the version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.money import Rounding
from bistro.core.models import Restaurant
from bistro.core.speed.compiled_queries import CompiledQuery
from menu.allergens import Stated, declared_by, words_of
from menu.models import Allergen, Category, Item, ItemGroup, MenuVersion, Modifier, Tax
from menu.pauses import Pauses, read_pauses
from menu.per_version import PerMenuVersion
from menu.statements import NOTHING_STATED, Statements, Subject, read_statements
from menu.taxes import NO_TAX, CompiledTax, Components
from menu.translations import Translations, languages_of


@dataclass(frozen=True, slots=True)
class CompiledModifier:
    """A choice of a modifier group."""

    id: int
    group_id: int
    name: str
    name_key: str
    price: Decimal
    is_default: bool
    declares: str  # the allergy that its name declares, as in "Nut allergy", or ""
    stated: Stated  # of what the choice adds
    off: bool
    translations: Translations = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompiledGroup:
    """A modifier group with its choices."""

    id: int
    name: str
    min: int
    max: int
    modifiers: tuple[CompiledModifier, ...]
    translations: Translations = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompiledItem:
    """A dish with everything that an order line copies."""

    id: int
    category_id: int
    name: str
    name_key: str
    description: str
    price: Decimal
    tax: CompiledTax
    prep_minutes: int
    soon_minutes: int | None
    late_minutes: int | None
    course: int
    stated: Stated
    allergens_checked_at: datetime | None  # the oldest check; None if nothing is stated
    diets: tuple[str, ...]
    popular: bool
    image: str
    groups: tuple[CompiledGroup, ...]
    counted: bool  # has a portions countdown, so that selling needs the current row
    open_price: bool = False  # name and price are typed
    translations: Translations = field(default_factory=dict)

    def taxes_for(self, kind: str, day: date) -> Components:
        """Return the components of the tax on an order of this kind on a business day."""
        return self.tax.on(kind, day)

    def modifiers(self) -> list[CompiledModifier]:
        return [modifier for group in self.groups for modifier in group.modifiers]


@dataclass(frozen=True, slots=True)
class CompiledCategory:
    """A part of the menu with its items."""

    id: int
    name: str
    items: tuple[CompiledItem, ...]
    translations: Translations = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompiledAllergens:
    """The catalogue of allergens. `names` is {code: name}; `words` is {comparable word: code} (`words_of`)."""

    names: Mapping[str, str]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CompiledMenu:
    """A version of a restaurant's menu. It includes the items that are off; `MenuNow` lists those."""

    version: int
    restaurant: Restaurant  # as of this version; a change of its settings raises the version too
    currency: str
    tax_mode: str
    rounding: Rounding
    categories: tuple[CompiledCategory, ...]
    by_id: Mapping[int, CompiledItem]
    by_name: Mapping[str, CompiledItem]
    allergens: CompiledAllergens
    languages: tuple[str, ...]  # into which something is translated, without the restaurant's own


@dataclass(frozen=True, slots=True)
class MenuNow:
    """A menu with the items that are off (86) and the pauses. `stamp` is the availability stamp of that state."""

    menu: CompiledMenu
    stamp: int
    off: frozenset[int]
    pauses: Pauses


_menus: PerMenuVersion[MenuNow] = PerMenuVersion()

# Parameter: restaurant. Rows: one (version, availability, pauses), or none for a restaurant without a menu.
menu_versions = CompiledQuery(
    lambda restaurant: MenuVersion.objects.filter(pk=restaurant).values_list("version", "availability", "pauses")
)


Versions = Sequence[tuple[int, int, int]]


def menu_now(restaurant_id: int) -> MenuNow:
    """Return the menu in force. Costs one query if nothing changed since this process last compiled it."""
    return menu_of(restaurant_id, menu_versions(restaurant_id))


def menu_of(restaurant_id: int, versions: Versions) -> MenuNow:
    """Return the menu in force for a known result of `menu_versions`. Costs no query if nothing changed."""
    version, stamp, pause_stamp = next(iter(versions), (0, 0, 0))

    def read(known: MenuNow | None) -> MenuNow:
        same = known is not None and known.menu.version == version
        menu = known.menu if known is not None and same else compile_menu(restaurant_id, version)
        off = Item.objects.of_restaurant(restaurant_id).not_archived().filter(off_since__isnull=False)
        pauses = known.pauses if known is not None and known.pauses.stamp == pause_stamp else None
        return MenuNow(
            menu=menu,
            stamp=stamp,
            off=frozenset(off.values_list("pk", flat=True)),
            pauses=pauses or read_pauses(restaurant_id, pause_stamp),
        )

    return _menus.get(restaurant_id, (version, stamp), read)


def current_menu(restaurant_id: int) -> CompiledMenu:
    """Return the menu in force, without the items that are off and the pauses."""
    return menu_now(restaurant_id).menu


def forget() -> None:
    """Empty every memory of menu versions, for tests that roll the database back."""
    PerMenuVersion.forget_all()


def compile_menu(restaurant_id: int, version: int) -> CompiledMenu:
    """Read the whole menu in seven queries."""
    restaurant = restaurant_by_id(restaurant_id)
    taxes, default = _taxes(restaurant_id)
    stated = read_statements(restaurant_id)
    allergens = _allergens(restaurant_id)
    groups = _groups(restaurant_id, stated, allergens)
    categories = list(Category.objects.of_restaurant(restaurant_id).not_archived())
    courses = {category.pk: category.course for category in categories}
    items: dict[int, CompiledItem] = {}
    for item in Item.objects.of_restaurant(restaurant_id).not_archived().filter(category_id__in=courses):
        tax = taxes[item.tax_id] if item.tax_id else default
        items[item.pk] = _item(item, tax, courses[item.category_id], groups.get(item.pk, []), stated)
    return CompiledMenu(
        version=version,
        restaurant=restaurant,
        currency=restaurant.currency,
        tax_mode=restaurant.tax_mode,
        rounding=restaurant.rounding,
        categories=tuple(
            CompiledCategory(c.pk, c.name, tuple(i for i in items.values() if i.category_id == c.pk), c.translations)
            for c in categories
        ),
        by_id=items,
        by_name={item.name_key: item for item in items.values()},
        allergens=allergens,
        languages=tuple(each for each in languages_of([*categories, *items.values()]) if each != restaurant.language),
    )


def _taxes(restaurant_id: int) -> tuple[dict[int, CompiledTax], CompiledTax]:
    """Return the taxes by id, and the tax of dishes without one of their own."""
    rows: dict[int, list[tuple[str, date | None, str, Decimal]]] = {}
    default = None
    columns = "components__order_kind", "components__valid_from", "components__name", "components__percent"
    for pk, is_default, *component in (
        Tax.objects.of_restaurant(restaurant_id).order_by("pk").values_list("pk", "is_default", *columns)
    ):
        default = pk if is_default else default
        found = rows.setdefault(pk, [])
        if component[2] is not None:  # None: the tax has no components
            found.append(tuple(component))
    taxes = {pk: CompiledTax.of(found) for pk, found in rows.items()}
    return taxes, taxes.get(default, NO_TAX) if default else NO_TAX


def _allergens(restaurant_id: int) -> CompiledAllergens:
    names = dict(Allergen.objects.of_restaurant(restaurant_id).not_archived().values_list("code", "name"))
    return CompiledAllergens(names, words_of(names.items()))


def _groups(
    restaurant_id: int, stated: Mapping[Subject, Statements], allergens: CompiledAllergens
) -> dict[int, list[CompiledGroup]]:
    """Return the groups of each item, {item: groups in order}."""
    choices: dict[int, list[CompiledModifier]] = {}
    for modifier in Modifier.objects.of_restaurant(restaurant_id).not_archived():
        choices.setdefault(modifier.group_id, []).append(
            CompiledModifier(
                id=modifier.pk,
                group_id=modifier.group_id,
                name=modifier.name,
                name_key=modifier.name_key,
                price=modifier.price,
                is_default=modifier.is_default,
                declares=declared_by(modifier.name, allergens.words) or "",
                stated=stated.get(("modifier", modifier.pk), NOTHING_STATED).levels,
                off=modifier.off_since is not None,
                translations=modifier.translations,
            )
        )
    compiled: dict[int, CompiledGroup] = {}  # one object serves every dish that offers the group
    groups: dict[int, list[CompiledGroup]] = {}
    links = ItemGroup.objects.of_restaurant(restaurant_id).filter(group__archived_at=None)
    for link in links.select_related("group"):
        group = link.group
        if group.pk not in compiled:
            offered = tuple(choices.get(group.pk, ()))
            compiled[group.pk] = CompiledGroup(group.pk, group.name, group.min, group.max, offered, group.translations)
        groups.setdefault(link.item_id, []).append(compiled[group.pk])
    return groups


def _item(
    item: Item, tax: CompiledTax, course: int, groups: list[CompiledGroup], stated: Mapping[Subject, Statements]
) -> CompiledItem:
    own = stated.get(("item", item.pk), NOTHING_STATED)
    return CompiledItem(
        id=item.pk,
        category_id=item.category_id,
        name=item.name,
        name_key=item.name_key,
        description=item.description,
        price=item.price,
        tax=tax,
        prep_minutes=item.prep_minutes,
        soon_minutes=item.soon_minutes,
        late_minutes=item.late_minutes,
        course=course,
        stated=own.levels,
        allergens_checked_at=own.checked_at,
        diets=tuple(item.diets),
        popular=item.popular,
        image=item.image.url if item.image else "",
        groups=tuple(groups),
        counted=item.portions_left is not None,
        open_price=item.open_price,
        translations=item.translations,
    )
