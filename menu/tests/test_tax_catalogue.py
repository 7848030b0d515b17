"""A tax is found by what it says today, or created."""

from datetime import date
from decimal import Decimal

import pytest

from menu.models import Tax, TaxComponent
from menu.tax_catalogue import TaxCatalogue, compiled
from menu.taxes import DishTax, read_dish_tax
from menu.tests.factories import TaxComponentFactory, TaxFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 1)


def catalogue(house, day=DAY):
    return TaxCatalogue(house.restaurant.pk, day)


def test_a_known_tax_is_found(house):
    taxes = catalogue(house)
    found = taxes.tax_for(read_dish_tax("Food 10"))
    assert found == Tax.objects.get(restaurant=house.restaurant)
    assert taxes.tax_for(None) is None
    taxes.save()
    assert Tax.objects.of_restaurant(house.restaurant.pk).count() == 1


def test_a_new_tax_is_created_once(house, other_house):
    taxes = catalogue(house)
    wanted = read_dish_tax("GST 5 + QST 9.975")
    first = taxes.tax_for(wanted)
    assert taxes.tax_for(wanted) is first
    assert first.pk is None, "a preview writes nothing"
    taxes.save()
    assert (first.name, first.is_default) == ("GST 5 + QST 9.975 %", False)
    rows = TaxComponent.objects.filter(tax=first, restaurant=house.restaurant)
    assert [(row.name, row.percent) for row in rows] == [("GST", 5), ("QST", Decimal("9.975"))]
    assert catalogue(house).tax_for(wanted) == first
    assert Tax.objects.filter(restaurant=other_house.restaurant).count() == 1


@pytest.mark.parametrize("take_away", ["8", "0", "GST 5"])
def test_take_away_has_its_own(house, take_away):
    taxes, wanted = catalogue(house), read_dish_tax("10", take_away)
    made = taxes.tax_for(wanted)
    taxes.save()
    again = compiled(made.components.all())
    assert again.on("take_away", DAY) == (wanted.take_away or ())
    assert again.on("dine_in", DAY) == again.on("counter", DAY) == wanted.components
    assert catalogue(house).tax_for(wanted) == made


def test_the_present_tax_of_a_dish_stays_while_it_says_the_same(house):
    """Two taxes say 10 % today; one of them has a date in the future, which an import must not lose."""
    kept = TaxFactory(restaurant=house.restaurant, name="Until 2030", percent=None, is_default=False)
    TaxComponentFactory(tax=kept, name="Food", percent=10)
    TaxComponentFactory(tax=kept, name="Food", percent=12, valid_from=date(2030, 1, 1))
    taxes = catalogue(house)
    assert taxes.tax_for(read_dish_tax("Food 10"), kept.pk) == kept
    assert taxes.tax_for(read_dish_tax("Food 10"), None) != kept
    assert catalogue(house, date(2030, 1, 1)).meaning(kept.pk) == DishTax((("Food", Decimal(12)),))


@pytest.mark.parametrize("untaxed", [False, True])
def test_the_first_tax_of_a_house_is_its_default_unless_dishes_have_none(house, untaxed):
    house.restaurant.items.update(tax=None)
    Tax.objects.all().delete()
    taxes = catalogue(house)
    first, second = taxes.tax_for(read_dish_tax("VAT 7")), taxes.tax_for(read_dish_tax("0"))
    taxes.save()
    if not untaxed:
        house.restaurant.items.update(tax=second)
    taxes.make_first_default()
    first.refresh_from_db()
    assert (first.is_default, second.is_default, second.name) == (not untaxed, False, "No tax")
    assert not second.components.exists()


def test_a_name_in_use_gets_a_number(house):
    TaxFactory(restaurant=house.restaurant, name="VAT 7 %", percent=9, is_default=False)
    taxes = catalogue(house)
    taxes.tax_for(read_dish_tax("VAT 7"))
    taxes.save()
    assert Tax.objects.filter(name="VAT 7 % (2)").exists()


def test_reading_costs_two_queries_and_finding_none(house, django_assert_num_queries):
    for number in range(5):
        TaxFactory(restaurant=house.restaurant, name=f"Tax {number}", percent=number, is_default=False)
    with django_assert_num_queries(2):
        taxes = catalogue(house)
        for number in range(5):
            taxes.tax_for(read_dish_tax(f"Tax {number} {number}"))
