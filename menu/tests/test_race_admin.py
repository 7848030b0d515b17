"""A manager saves the page of a dish while a service changes another column of it: neither change is lost.

The control reads the row without a lock, as Django does. Then the page writes the old value of every column.
"""

import threading

import pytest

from bistro.core.admin import base
from bistro.core.tests.racing import race
from menu.models import Item
from menu.services import set_portions, translate_menu

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
MEANWHILE = 1  # seconds that the services have between the reading and the writing of the page


def save_while_others_write(house, monkeypatch):
    """Save a new name, and between reading and writing the row let services try to change it."""
    dish, boss, read = house.item, house.actor("manager"), threading.Event()
    browser = house.browser("manager")
    form = browser.get(f"/admin/menu/item/{dish.pk}/change/").context["adminform"].form
    rows = {f"{name}-{count}_FORMS": 0 for name in ("item_groups", "recipe") for count in ("TOTAL", "INITIAL")}
    sent = {name: form[name].value() or "" for name in ("description", "price", "prep_minutes")}
    sent |= {"name": "Renamed", "category": dish.category_id, **rows}
    real, done = base.TenantAdmin.save_model, threading.Event()

    def save_late(self, *args, **kwargs):
        read.set()
        done.wait(timeout=MEANWHILE)
        real(self, *args, **kwargs)

    def others():
        assert read.wait(timeout=30)
        set_portions(item_id=dish.pk, portions_left=3, actor=boss)
        translate_menu(language="fr", texts={f"i{dish.pk}.name": "Soupe"}, seen={}, actor=boss)
        done.set()

    monkeypatch.setattr(base.TenantAdmin, "save_model", save_late)
    answer, failure = race([lambda: browser.post(f"/admin/menu/item/{dish.pk}/change/", sent), others])
    assert (answer.status_code, failure) == (302, None)
    return Item.objects.get(pk=dish.pk)


def test_no_change_is_lost(house, monkeypatch):
    item = save_while_others_write(house, monkeypatch)
    assert (item.name, item.portions_left, item.translations) == ("Renamed", 3, {"fr": {"name": "Soupe"}})


@pytest.mark.postgres
def test_control_without_the_lock_the_page_overwrites(house, monkeypatch):
    monkeypatch.setattr(base, "locked_row", lambda row: type(row)._base_manager.all())
    item = save_while_others_write(house, monkeypatch)
    assert (item.name, item.portions_left, item.translations) == ("Renamed", None, {})
