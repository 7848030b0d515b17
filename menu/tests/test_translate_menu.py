"""The page that translates the whole menu: side by side, only what is missing, saved as one unit, lost races."""

import html
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.kernel.errors import DomainError
from bistro.core.models import Event, Restaurant
from bistro.core.tests.http import nothing_changes
from menu.models import Category, Item, MenuVersion
from menu.services import translate_menu
from menu.tests.factories import ModifierFactory, ModifierGroupFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PAGE = "/admin/menu/category/languages/?language=fr"
LIMIT = 150_000  # bytes of a page of a large menu


@pytest.fixture
def soup(house):
    item = house.add_item(name="Onion soup", description="Gratinated.", translations={"fr": {"name": "Soupe"}})
    group = ModifierGroupFactory(item=item, name="Bread", translations={"de": {"name": "Brot"}})
    ModifierFactory(group=group, name="White")
    return item


@pytest.fixture
def boss(house):
    return house.browser("manager")


def inputs(page):
    """Return {name: value} of the texts on a page, and what it has seen."""
    text = page.content.decode()
    found = re.findall(r'name="([cigm]\d+\.\w+)" value="([^"]*)"', text)
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', text)
    return {name: html.unescape(value) for name, value in found}, html.unescape(seen)


def test_the_whole_menu_is_translated_as_one_unit(house, soup, boss):
    shown, seen = inputs(boss.get(PAGE))
    group = soup.item_groups.get().group
    keys = [f"i{soup.pk}.name", f"i{soup.pk}.description", f"g{group.pk}.name", f"m{group.modifiers.get().pk}.name"]
    assert [shown[key] for key in keys] == ["Soupe", "", "", ""]
    missing, _seen = inputs(boss.get(f"{PAGE}&missing=1"))
    assert keys[0] not in missing
    assert set(keys[1:]) <= set(missing)
    before, events = MenuVersion.objects.get().version, Event.objects.count()
    french = dict(zip(keys, ("Soupe à l’oignon", "Gratinée.", "Pain", "Blanc"), strict=True))
    assert boss.post(PAGE, {**shown, **french, "seen": seen}).status_code == 302
    soup.refresh_from_db()
    group.refresh_from_db()
    assert soup.translations == {"fr": {"name": "Soupe à l’oignon", "description": "Gratinée."}}
    assert group.translations == {"de": {"name": "Brot"}, "fr": {"name": "Pain"}}, "other languages stay"
    assert MenuVersion.objects.get().version == before + 1
    assert Event.objects.count() == events + 4, "three rows and the menu"
    shown, seen = inputs(boss.get(PAGE))
    with nothing_changes():
        assert boss.post(PAGE, {**shown, "seen": seen}).status_code == 302
    boss.post(PAGE, {**shown, keys[3]: " ", "seen": seen})
    assert group.modifiers.get().translations == {}, "a blank text removes a translation"


def test_a_lost_race_saves_nothing_and_shows_both(soup, boss):
    shown, seen = inputs(boss.get(PAGE))
    Item.objects.filter(pk=soup.pk).update(translations={"fr": {"name": "Potage"}})
    typed = {**shown, f"i{soup.pk}.name": "Soupe à l’oignon", f"i{soup.pk}.description": "Gratinée.", "seen": seen}
    with nothing_changes():
        lost = boss.post(PAGE, typed)
    assert lost.status_code == 409
    assert "Now: Potage" in html.unescape(lost.content.decode())
    again, seen = inputs(lost)
    assert again[f"i{soup.pk}.name"] == "Soupe à l’oignon"
    assert boss.post(PAGE, {**again, "seen": seen}).status_code == 302
    soup.refresh_from_db()
    assert soup.translations["fr"]["name"] == "Soupe à l’oignon"


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [("fr", "x" * 121, "too_long"), ("en", "Soup", "language_unknown"), ("xx", "Soup", "language_unknown")],
)
def test_refusals_change_nothing(house, soup, language, text, code):
    with nothing_changes(), pytest.raises(DomainError) as refused:
        translate_menu(
            language=language,
            texts={f"i{soup.pk}.name": text, f"i{soup.pk}.description": "Gratinée."},
            seen={f"i{soup.pk}.name": "Soupe"},
            actor=house.actor("manager"),
        )
    assert refused.value.code == code


def test_texts_never_become_those_of_another_language(house, soup, boss):
    """A manager changes the language of the house to French while somebody translates into it."""
    shown, seen = inputs(boss.get(PAGE))
    Restaurant.objects.filter(pk=house.restaurant.pk).update(language="fr")
    with nothing_changes():
        answer = boss.post(PAGE, {**shown, f"i{soup.pk}.description": "Gratinée.", "seen": seen})
    assert (answer.status_code, "cannot have this language" in answer.content.decode()) == (422, True)


def test_other_houses_and_other_roles(house, other_house, soup, boss):
    strange = other_house.add_item(name="Elsewhere")
    keys = (f"i{strange.pk}.name", "i0.price", "x1.name", "i99999999999999999999.name")
    with nothing_changes():
        statuses = {boss.post(PAGE, {key: "Y", "seen": "[]"}).status_code for key in keys}
        assert house.browser("waiter").post(PAGE, {f"i{soup.pk}.name": "Y"}).status_code in (302, 403)
        with pytest.raises(DomainError):
            translate_menu(language="fr", texts={f"i{soup.pk}.name": "Y"}, seen={}, actor=house.actor("waiter"))
    assert statuses == {404}
    assert "Elsewhere" not in boss.get(PAGE).content.decode()


def test_a_large_menu_costs_no_more_queries_and_stays_small(house, boss):
    def cost():
        boss.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            page = boss.get(PAGE)
        return len(queries), len(page.content)

    few, _size = cost()
    category = Category.objects.get()
    Item.objects.bulk_create(
        Item(restaurant=house.restaurant, category=category, name=f"Plate {n}",
             description="With herbs. " * 20, price=1)
        for n in range(300)
    )  # fmt: skip
    many, size = cost()
    assert many == few
    assert size <= LIMIT, f"{size / 1000:.0f} kB"
    assert json.loads(inputs(boss.get(f"{PAGE}&page=2"))[1] or "{}") == {}
