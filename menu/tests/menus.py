"""Any menu, for Hypothesis: names that look like the notation of a spreadsheet, archived and empty groups."""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

from bistro.core.kernel.names import name_key
from bistro.core.kernel.texts import clean_text
from menu.models import Category, Item, ItemGroup, Modifier, ModifierGroup

ODD_NAMES = (
    "Size: L", "Combo +2", "7-Up -1.50", "'=quoted", "''=twice", "Extra! Hot", "Salad [small]", "Half * Half",
    '"quoted"', 'Say "hi"', "a; b", "*", "(86)", "Area (86)", "+1", "-1", "=1+1", "@x", "!nuts", "a !b", "none",
    "[0-1]:", "x [1-1]: y", "'", '"', "Fries*", "1.50", "Ü +1,5", "ﷺ", "👨‍👩‍👧 +2", "نوشیدنی‌ها", "x\u2028y",
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


@dataclass
class DrawnGroup:
    """A group whose choices are (name, price, default, off, archived)."""

    name: str
    min: int
    max: int
    choices: list


@st.composite
def menus(draw):
    """Return [(category, dish, price, indexes of its groups)] and the groups. A name is only once on a dish."""
    groups = []
    taken = iter(draw(unique_names(min_size=12, max_size=12)))
    for _ in range(draw(st.integers(0, 4))):
        most = draw(st.integers(1, 4))
        choices = [
            (next(taken), draw(st.decimals(-50, 50, places=2)), *draw(st.tuples(*[st.booleans()] * 3)))
            for _ in range(draw(st.integers(0, 3)))
        ]
        groups.append(DrawnGroup(draw(names), draw(st.integers(0, most)), most, choices))
    indexes = st.lists(st.sampled_from(range(len(groups))), unique=True, max_size=4) if groups else st.just([])
    dishes = [
        (draw(names), dish, draw(prices), draw(indexes), draw(st.booleans()))
        for dish in draw(unique_names(min_size=1, max_size=4))
    ]
    return dishes, groups


def build(restaurant, menu):
    """Save a drawn menu in a restaurant without one."""
    dishes, groups = menu
    rows = [_group(restaurant, group) for group in groups]
    categories = {}
    for place, (category, name, price, indexes, off) in enumerate(dishes):
        key = name_key(category)
        if key not in categories:
            fields = {"restaurant": restaurant, "name": category, "position": len(categories)}
            categories[key] = Category.objects.create(**fields)
        item = Item.objects.create(
            restaurant=restaurant, category=categories[key], name=name, price=price, position=place,
            off_since=ARCHIVED if off else None, description=name, diets=["vegan"] if off else [],
        )  # fmt: skip
        for at, index in enumerate(indexes):
            ItemGroup.objects.create(restaurant=restaurant, item=item, group=rows[index], position=at)


def _group(restaurant, group):
    row = ModifierGroup.objects.create(restaurant=restaurant, name=group.name, min=group.min, max=group.max)
    for place, (name, price, default, off, archived) in enumerate(group.choices):
        Modifier.objects.create(
            restaurant=restaurant, group=row, name=name, price=Decimal(price), is_default=default, position=place,
            off_since=ARCHIVED if off else None, archived_at=ARCHIVED if archived else None,
        )  # fmt: skip
    return row
