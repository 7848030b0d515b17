"""Any menu, for Hypothesis: names like the notation of a file, archived and empty groups, allergens, taxes."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from hypothesis import strategies as st

from bistro.core.kernel.names import name_key
from bistro.core.kernel.texts import clean_text
from menu.models import AllergenStatement, Category, Item, ItemGroup, Modifier, ModifierGroup
from menu.setup_steps import add_catalogue
from menu.tax_catalogue import TaxCatalogue
from menu.taxes import DishTax

ODD_NAMES = (
    "Size: L", "Combo +2", "7-Up -1.50", "'=quoted", "''=twice", "Extra! Hot", "Salad [small]", "Half * Half",
    '"quoted"', 'Say "hi"', "a; b", "*", "(86)", "Area (86)", "+1", "-1", "=1+1", "@x", "!nuts", "a !b", "none",
    "[0-1]:", "x [1-1]: y", "'", '"', "Fries*", "1.50", "Ü +1,5",
    "Fries+1.50", "Wine +1,000.50", "Soup + 2 €", "ﷺ", "👨‍👩‍👧 +2", "نوشیدنی‌ها", "x\u2028y",
)  # fmt: skip
ARCHIVED = "2026-01-01T00:00Z"

names = st.one_of(
    st.sampled_from(ODD_NAMES),
    st.text("\"';:[]*!()+-=@86 ,.aßé字−\t\n", min_size=1, max_size=12),
    st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8),
).map(lambda name: clean_text(name.replace("\0", "")))
names = names.filter(lambda name: bool(name_key(name)))
prices = st.decimals(0, 9999, places=2)


def unique_names(**sizes):
    return st.lists(names, unique_by=name_key, **sizes)


french = st.none() | names
LEVELS = ("contains", "may_contain", "free_of")
VAT, GST, QST = ("VAT", Decimal(19)), ("GST", Decimal(5)), ("QST", Decimal("9.975"))
TAXES = (
    DishTax((VAT,)),
    DishTax((GST, QST)),
    DishTax((VAT,), (("VAT", Decimal(7)),)),
    DishTax((VAT,), ()),
    DishTax(()),
)

statements = st.dictionaries(st.sampled_from(["gluten", "milk", "nuts"]), st.sampled_from(LEVELS), max_size=2)


@dataclass
class DrawnDish:
    """A dish with the indexes of its groups."""

    category: str
    name: str
    price: Decimal
    groups: list
    off: bool
    stated: dict
    tax: DishTax | None
    french: str | None


@dataclass
class DrawnChoice:
    """A choice of a group."""

    name: str
    price: Decimal
    default: bool
    off: bool
    archived: bool
    stated: dict
    french: str | None


@dataclass
class DrawnGroup:
    """A group with its choices."""

    name: str
    min: int
    max: int
    choices: list
    french: str | None


@st.composite
def menus(draw):
    """Return dishes and groups. A choice's name is only once on a dish."""
    groups = []
    taken = iter(draw(unique_names(min_size=12, max_size=12)))
    amounts, flags = st.decimals(-50, 50, places=2), st.booleans()
    for _ in range(draw(st.integers(0, 4))):
        most = draw(st.integers(1, 4))
        choices = [
            DrawnChoice(
                next(taken), draw(amounts), draw(flags), draw(flags), draw(flags), draw(statements), draw(french)
            )
            for _ in range(draw(st.integers(0, 3)))
        ]
        groups.append(DrawnGroup(draw(names), draw(st.integers(0, most)), most, choices, draw(french)))
    indexes = st.lists(st.sampled_from(range(len(groups))), unique=True, max_size=4) if groups else st.just([])
    dishes = [
        DrawnDish(
            draw(names), name, draw(prices), draw(indexes), draw(flags), draw(statements),
            draw(st.sampled_from([None, *TAXES])), draw(french),
        )
        for name in draw(unique_names(min_size=1, max_size=4))
    ]  # fmt: skip
    return dishes, groups


def build(restaurant, menu):
    """Save a drawn menu in a restaurant without one."""
    dishes, groups = menu
    allergens = {row.code: row for row in add_catalogue(restaurant.pk)}
    rows = [_group(restaurant, group, allergens) for group in groups]
    taxes = TaxCatalogue(restaurant.pk, restaurant.business_date(timezone.now()))
    categories = {}
    for place, dish in enumerate(dishes):
        key = name_key(dish.category)
        if key not in categories:
            at = len(categories)
            categories[key] = Category.objects.create(
                restaurant=restaurant, name=dish.category, position=at, course=at,
                translations=_translations(dish.category, dish.french),
            )  # fmt: skip
        tax = taxes.tax_for(dish.tax)
        taxes.save()
        item = Item.objects.create(
            restaurant=restaurant, category=categories[key], name=dish.name, price=dish.price, position=place, tax=tax,
            off_since=ARCHIVED if dish.off else None, description=dish.name, diets=["vegan"] if dish.off else [],
            translations=_translations(dish.name, dish.french, description=dish.category),
        )  # fmt: skip
        _state(allergens, dish.stated, item=item)
        for at, index in enumerate(dish.groups):
            ItemGroup.objects.create(restaurant=restaurant, item=item, group=rows[index], position=at)


def _translations(name, french, **more):
    """Return a drawn French name. A file cannot tell a choice's translation that is the same as its name."""
    return {"fr": {"name": french, **more}} if french and french != name else {}


def _group(restaurant, group, allergens):
    row = ModifierGroup.objects.create(
        restaurant=restaurant, name=group.name, min=group.min, max=group.max,
        translations=_translations(group.name, group.french),
    )  # fmt: skip
    for place, choice in enumerate(group.choices):
        modifier = Modifier.objects.create(
            restaurant=restaurant, group=row, name=choice.name, price=choice.price, is_default=choice.default,
            position=place, off_since=ARCHIVED if choice.off else None,
            archived_at=ARCHIVED if choice.archived else None, translations=_translations(choice.name, choice.french),
        )  # fmt: skip
        _state(allergens, choice.stated, modifier=modifier)
    return row


def _state(allergens, stated, **subject):
    for code, level in stated.items():
        AllergenStatement.objects.create(
            restaurant_id=allergens[code].restaurant_id, allergen=allergens[code], level=level, checked_by="Ana",
            checked_at=ARCHIVED, **subject,
        )  # fmt: skip
