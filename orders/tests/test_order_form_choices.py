"""Choices on the waiter's order form: the form makes none for the guest, and says what each costs or takes off."""

import re
from decimal import Decimal

import pytest
from django.utils import timezone

from bistro.core.tests.http import nothing_changes
from menu.compiled import forget as forget_menus
from menu.tests.factories import ModifierFactory, ModifierGroupFactory
from orders.models import Order

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def waiter(house):
    return house.browser("waiter")


@pytest.fixture
def doneness(house):
    """Add a required choice of one without a default."""
    group = ModifierGroupFactory(item=house.item, name="Doneness", min=1, max=1)
    group.rare, group.medium = (ModifierFactory(group=group, name=name, price=0) for name in ("Rare", "Medium"))
    forget_menus()
    return group


def sheet_of(house, waiter):
    return waiter.get(f"/floor/tables/{house.table.pk}/", headers=HTMX).content.decode()


def send(house, waiter, **form):
    path = f"/floor/tables/{house.table.pk}/order/"
    return waiter.post(path, {f"quantity-{house.item.pk}": "2", "key": "k1", **form}, headers=HTMX)


def field(house, group):
    return f"modifier-{house.item.pk}-{group.pk}"


def options(page, name):
    """Return `(value, chosen, words)` of each option of a select."""
    select = re.search(rf'<select name="{name}".*?</select>', page, re.S)[0]
    found = re.findall(r'<option value="(\d*)"\s*(selected)?>(.*?)</option>', select, re.S)
    return [(value, bool(chosen), words) for value, chosen, words in found]


def boxes(page, name):
    """Return `{value: checked}` of each checkbox."""
    found = re.findall(rf'<input type="checkbox"\s+name="{name}" value="(\d+)"( checked)?>', page)
    return {int(value): bool(checked) for value, checked in found}


def test_a_required_choice_without_a_default_starts_empty(house, waiter, doneness):
    shown = options(sheet_of(house, waiter), field(house, doneness))
    assert shown[0] == ("", False, "Choose…"), "a browser takes the first option"
    assert not [chosen for _value, chosen, _words in shown if chosen]


@pytest.mark.parametrize("sent", [None, "", "x"])
def test_an_order_without_the_choice_is_refused_by_name(house, waiter, doneness, sent):
    form = {} if sent is None else {field(house, doneness): sent}
    with nothing_changes():
        answer = send(house, waiter, **form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f"Choose 1 of Doneness for {house.item.name}." in page
    assert options(page, field(house, doneness))[0] == ("", False, "Choose…"), "still nobody's choice"


def test_the_guests_choice_is_what_the_kitchen_gets(house, waiter, doneness):
    with nothing_changes():
        refusal = send(house, waiter, **{field(house, doneness): doneness.medium.pk, "note": "", "quantity-x": "1",
                                         f"quantity-{house.item.pk}": "1000"})  # fmt: skip
    chosen = [words for _value, picked, words in options(refusal.content.decode(), field(house, doneness)) if picked]
    assert chosen == ["Medium"], "a refused form is shown as it was sent"
    assert send(house, waiter, **{field(house, doneness): doneness.medium.pk}).status_code == 200
    (line,) = Order.objects.get().lines.all()
    assert [choice["name"] for choice in line.modifiers] == ["Medium"]


def test_a_default_of_the_house_is_chosen_beforehand(house, waiter, doneness):
    doneness.medium.is_default = True
    doneness.medium.save()
    forget_menus()
    shown = options(sheet_of(house, waiter), field(house, doneness))
    assert [(words, chosen) for _value, chosen, words in shown] == [("Rare", False), ("Medium", True)]


def test_a_default_that_is_off_is_no_default(house, waiter, doneness):
    doneness.medium.is_default, doneness.medium.off_since = True, timezone.now()
    doneness.medium.save()
    forget_menus()
    assert options(sheet_of(house, waiter), field(house, doneness)) == [
        ("", False, "Choose…"), (str(doneness.rare.pk), False, "Rare")]  # fmt: skip
    with nothing_changes():
        assert send(house, waiter).status_code == 422


def test_what_is_optional_is_never_chosen_beforehand(house, waiter):
    """The default of an optional group counts for nobody: the API does not take it either."""
    group = ModifierGroupFactory(item=house.item, name="Extras", min=0, max=3)
    cheese = ModifierFactory(group=group, name="Cheese", price=Decimal("1.50"), is_default=True)
    forget_menus()
    assert boxes(sheet_of(house, waiter), field(house, group)) == {cheese.pk: False}
    assert send(house, waiter).status_code == 200
    assert Order.objects.get().lines.get().modifiers == []


def test_of_several_defaults_only_as_many_as_are_required(house, waiter):
    group = ModifierGroupFactory(item=house.item, name="Sides", min=1, max=3)
    first, second = (ModifierFactory(group=group, is_default=True) for _ in range(2))
    forget_menus()
    assert boxes(sheet_of(house, waiter), field(house, group)) == {first.pk: True, second.pk: False}


@pytest.mark.parametrize(("currency", "locale", "price", "words"), [
    ("EUR", "en_IE", "-1.25", "No sauce −€1.25"),
    ("EUR", "en_IE", "1.50", "No sauce +€1.50"),
    ("EUR", "de_DE", "-1.25", "No sauce −1,25 €"),
    ("JPY", "ja_JP", "-50", "No sauce −￥50"),
    ("JPY", "ja_JP", "150", "No sauce +￥150"),
    ("KWD", "en_US", "-0.125", "No sauce −KWD0.125"),
    ("EUR", "en_IE", "0.00", "No sauce"),
])  # fmt: skip
@pytest.mark.parametrize("most", [1, 2], ids=["list", "boxes"])
def test_a_choice_says_what_it_adds_or_takes_off(house, waiter, currency, locale, price, words, most):
    type(house.restaurant).objects.filter(pk=house.restaurant.pk).update(currency=currency, locale=locale)
    group = ModifierGroupFactory(item=house.item, name="Sauce", max=most)
    ModifierFactory(group=group, name="No sauce", price=Decimal(price))
    forget_menus()
    page = sheet_of(house, waiter).replace("\xa0", " ")
    assert f">{words}</" in page
    assert "+-" not in page
    assert "+−" not in page
