"""Names and descriptions of the menu in other languages: the API, the admin, and what keeps the sold name."""

import pytest

from bistro.core.tests.http import refused
from menu.models import Item
from menu.tests.factories import ModifierFactory, ModifierGroupFactory
from menu.translations import merged, preferred_languages

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/menu"


@pytest.fixture
def soup(house):
    """A dish of which everything but the choice Dark has a French name."""
    house.category.translations = {"fr": {"name": "Entrées"}}
    house.category.save()
    french = {"name": "Soupe à l'oignon", "description": "Gratinée."}
    item = house.add_item(name="Onion soup", description="Gratinated.", translations={"fr": french})
    group = ModifierGroupFactory(item=item, name="Bread", min=1, translations={"fr": {"name": "Pain"}})
    ModifierFactory(group=group, name="White", translations={"fr": {"name": "Blanc"}})
    ModifierFactory(group=group, name="Dark")
    return item


def read(house, language, **headers):
    return house.api().get(PATH, accept_language=language, **headers)


def names(answer, pk):
    (category,) = answer.json()["categories"]
    (item,) = [item for item in category["items"] if item["id"] == pk]
    (group,) = item["modifier_groups"]
    choices = [choice["name"] for choice in group["modifiers"]]
    return category["name"], item["name"], item["description"], group["name"], *choices


def test_accept_language_chooses_the_texts(house, soup):
    answer = read(house, "fr-CA, en;q=0.5")
    assert names(answer, soup.pk) == ("Entrées", "Soupe à l'oignon", "Gratinée.", "Pain", "Blanc", "Dark")
    assert (answer["Content-Language"], answer.json()["language"], answer.json()["languages"]) == (
        "fr",
        "fr",
        ["en", "fr"],
    )
    assert "Accept-Language" in answer["Vary"]
    for unknown in ("", "es, xx;q=0.9", "*", "en, fr;q=0.9"):
        assert names(read(house, unknown), soup.pk)[1] == "Onion soup"
    assert names(read(house, "es, fr;q=0.9"), soup.pk)[1] == "Soupe à l'oignon"


def test_each_language_has_its_own_etag(house, soup):
    english, french = read(house, "en"), read(house, "fr")
    assert english["ETag"] != french["ETag"]
    assert read(house, "fr", if_none_match=french["ETag"]).status_code == 304
    assert read(house, "fr", if_none_match=english["ETag"]).status_code == 200


def test_orders_keep_the_name_in_the_restaurants_language(house, soup):
    lines = [{"item": soup.pk, "quantity": 1, "modifiers": ["White"]}]
    body = {"table": house.table.pk, "lines": lines}
    answer = house.api().post("/api/v1/orders", body, accept_language="fr", idempotency_key="a" * 20)
    (line,) = answer.json()["lines"]
    assert (line["name"], line["modifiers"][0]["name"]) == ("Onion soup", "White")
    lines[0]["item"] = "Soupe à l'oignon"  # a translation is no name by which programs order
    refused(
        house.api().post("/api/v1/orders", body, accept_language="fr", idempotency_key="b" * 20), 422, "unknown_item"
    )


def test_preferred_languages_end_with_the_restaurants_own():
    assert preferred_languages("fr;q=0.8, DE-at, en;q=0.9, es;q=0.1", "en") == ("de", "en")
    assert preferred_languages("nonsense;;;", "en") == ()


def test_an_empty_text_removes_a_translation():
    before = {"fr": {"name": "Soupe", "description": "Chaude"}, "xx": {"name": "Kept"}}
    told = [("fr", "description", ""), ("es", "name", "Sopa")]
    assert merged(before, told) == {"fr": {"name": "Soupe"}, "es": {"name": "Sopa"}, "xx": {"name": "Kept"}}


def saved(house, soup, **typed):
    page = house.browser("manager").get(f"/admin/menu/item/{soup.pk}/change/")
    form = page.context["adminform"].form
    assert "translations-en-name" not in page.content.decode()
    fields = {name: form[name].value() for name in ("name", "description", "price", "prep_minutes")}
    rows = dict.fromkeys(("item_groups-TOTAL_FORMS", "item_groups-INITIAL_FORMS"), 0)
    rows |= dict.fromkeys(("recipe-TOTAL_FORMS", "recipe-INITIAL_FORMS"), 0)
    body = {**fields, **rows, "category": soup.category_id, "_seen": page.context["seen"], **typed}
    return house.browser("manager").post(f"/admin/menu/item/{soup.pk}/change/", body)


def test_a_manager_types_translations_on_the_page_of_a_dish(house, soup):
    answer = saved(house, soup, **{"translations-fr-name": "Gratinée", "translations-ar-name": " حساء "})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    soup.refresh_from_db()
    assert soup.translations == {"fr": {"name": "Gratinée"}, "ar": {"name": "حساء"}}
    assert names(read(house, "fr"), soup.pk)[1:3] == ("Gratinée", "Gratinated.")
    assert Item.history.filter(id=soup.pk).latest().translations == soup.translations


def test_a_translation_that_is_too_long_is_refused(house, soup):
    before = soup.translations
    answer = saved(house, soup, **{"translations-fr-name": "x" * 121})
    assert "Français, name: At most 120 characters." in answer.content.decode()
    soup.refresh_from_db()
    assert soup.translations == before
