"""Admin pages of taxes."""

from datetime import date
from decimal import Decimal

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from menu.compiled import current_menu
from menu.models import MenuVersion, Tax
from menu.tests.factories import ItemFactory, TaxFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def owner(house):
    return house.browser("owner")


def version(house):
    return MenuVersion.objects.get(pk=house.restaurant.pk).version


def components(*rows, initial=0):
    data = {"components-TOTAL_FORMS": len(rows), "components-INITIAL_FORMS": initial}
    for place, row in enumerate(rows):
        data |= {f"components-{place}-{name}": value for name, value in row.items()}
    return data


def test_the_default_tax_moves_in_one_step_and_cannot_be_unticked(house, owner):
    old = Tax.objects.get(restaurant=house.restaurant)
    new = TaxFactory(restaurant=house.restaurant, name="Drinks", percent=20, is_default=False)
    path = f"/admin/menu/tax/{new.pk}/change/"
    assert owner.post(path, {"name": "Drinks", "is_default": "on", **components()}).status_code == 302
    assert Tax.objects.get(restaurant=house.restaurant, is_default=True) == new
    assert current_menu(house.restaurant.pk).by_id[house.item.pk].tax.on("dine_in", date(2026, 1, 1)) == (
        ("Drinks", 20),
    )
    owner.post(path, {"name": "Drinks", **components()})
    new.refresh_from_db()
    assert new.is_default
    assert owner.post(f"/admin/menu/tax/{new.pk}/delete/", {"post": "yes"}).status_code == 403
    assert owner.post(f"/admin/menu/tax/{old.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Tax.objects.filter(pk=old.pk).exists()


def test_a_tax_has_components_for_kinds_and_dates(house, owner):
    tax = Tax.objects.get(restaurant=house.restaurant)
    (kept,) = tax.components.all()
    path, before = f"/admin/menu/tax/{tax.pk}/change/", version(house)
    assert 'value="10"' in owner.get(path).content.decode()
    rows = (
        {"id": kept.pk, "tax": tax.pk, "name": "VAT", "percent": "19"},
        {"tax": tax.pk, "name": "VAT", "percent": "9.975", "order_kind": "take_away", "valid_from": "2026-01-01"},
    )
    answer = owner.post(path, {"name": "Food", **components(*rows, initial=1)})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    found = current_menu(house.restaurant.pk).by_id[house.item.pk]
    assert found.taxes_for("take_away", date(2026, 1, 1)) == (("VAT", Decimal("9.975")),)
    assert (
        found.taxes_for("take_away", date(2025, 12, 31))
        == found.taxes_for("counter", date(2026, 1, 1))
        == (("VAT", 19),)
    )
    assert version(house) == before + 1
    assert Event.objects.filter(restaurant=house.restaurant, type="configuration_updated").exists()
    assert "VAT 19 %, take-away VAT 9.975 %" in owner.get("/admin/menu/tax/").content.decode()


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"name": "VAT", "percent": "101"}, "percent"),
        ({"name": "VAT", "percent": "-1"}, "percent"),
        ({"name": "VAT", "percent": "9.97501"}, "percent"),
        ({"name": "GST + QST", "percent": "5"}, "name"),
        ({"name": "Food", "percent": "5"}, "name"),
        ({"name": "", "percent": "5"}, "name"),
        ({"name": "VAT", "percent": "5", "order_kind": "drive_in"}, "order_kind"),
        ({"name": "VAT", "percent": "5", "valid_from": "soon"}, "valid_from"),
    ],
)
def test_a_component_that_cannot_be(house, owner, row, field):
    tax = Tax.objects.get(restaurant=house.restaurant)
    (kept,) = tax.components.all()
    rows = ({"id": kept.pk, "tax": tax.pk, "name": "Food", "percent": "10"}, {"tax": tax.pk, **row})
    with nothing_changes():
        answer = owner.post(f"/admin/menu/tax/{tax.pk}/change/", {"name": "Food", **components(*rows, initial=1)})
    (formset,) = answer.context["inline_admin_formsets"]
    assert field in formset.formset.errors[1]


def test_another_restaurants_tax_is_not_found(house, other_house, owner):
    theirs = Tax.objects.get(restaurant=other_house.restaurant)
    with nothing_changes():
        owner.post(f"/admin/menu/tax/{theirs.pk}/change/", {"name": "Mine", **components()})


def test_a_tax_in_use_is_not_deleted(house, owner):
    rate = TaxFactory(restaurant=house.restaurant, name="Drinks", is_default=False)
    ItemFactory(category=house.category, tax=rate)
    answer = owner.post(f"/admin/menu/tax/{rate.pk}/delete/", {"post": "yes"})
    assert answer.status_code == 200
    assert Tax.objects.filter(pk=rate.pk).exists()
