"""Texts of the admin that cannot be translated, found by a pseudo-language (docs/languages.md)."""

import re

import pytest
from django.utils.translation import override

from bistro.core.models import Restaurant
from bistro.core.tests.factories import MembershipFactory
from tests import pseudo
from tests.journeys.house import open_house
from tests.test_admin_pages import MODELS, fill, page

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

NAMES = ["Bistro", "Stripe", "English", "Deutsch", "Français", "Español", "العربية", "Max", "Device", "Tea"]
# What rows hold: subjects of the log, hashes, JSON, addresses, codes of vouchers, ids of card readers.
DATA = re.compile(
    r"#?\d* ?\w+:\d+|#\d+ \w+ \w+|[0-9a-f]{64}|\{.*\}|https?:\S+|[\w.-]+@[\w.]+|[\w.]+\.(?:com|csv)|[0-9A-Z]{4}|tmr_\w+"
)
ALLERGENS = {"gluten", "crustaceans", "eggs", "fish", "peanuts", "soybeans", "milk", "nuts", "celery", "mustard"}
ALLERGENS |= {"sesame", "sulphites", "lupin", "molluscs"}  # codes, which are data
KITCHEN_NOTES = "Sauce aside No salt Cut in two Serve with the others Birthday"


@pytest.fixture
def house():
    return open_house()


def test_every_text_of_the_admin_is_translatable(client, house, monkeypatch):
    fill(house, 1)
    client.force_login(MembershipFactory(restaurant=house.restaurant, role="owner").staff)
    data, seen = [*pseudo.stored(), *NAMES], set()
    pseudo.speak(monkeypatch)
    found = {}
    for path in paths(house):
        answer = client.get(path)
        assert answer.status_code == 200, path
        for text in unseen(answer.content.decode(), seen):
            rest = [word for word in pseudo.without(text, data) if not DATA.fullmatch(word.strip())]
            found |= {word: path for word in rest if word not in {*ALLERGENS, KITCHEN_NOTES}}
    assert found == {}, "bistro/core/admin/names.py lists the names of tables and columns"


def paths(house):
    """Yield the list of each table, its empty form, and the page of one row."""
    for model in MODELS:
        yield page(model, "changelist")
        yield page(model, "change", model.objects.filter(**here(model, house)).first().pk)
        if model.__name__ in ("Device", "Membership", "Invitation", "Item", "MenuImport", "Combination", "Printer"):
            yield page(model, "add")


def here(model, house):
    return {"pk": house.restaurant.pk} if model is Restaurant else {"restaurant": house.restaurant}


def unseen(html, seen):
    """Yield the texts of a page that gettext has not given and that no earlier page had: all have the same menu."""
    joined = pseudo.without_marks("\n".join(pseudo.Texts(html).found))
    for line in joined.split("\n"):
        if line not in seen and pseudo.WORD.search(line):
            seen.add(line)
            yield line


def test_german_plurals_are_german():
    same = {"Restaurants", "Webhooks", "Bons"}
    with override("de"):
        names = {(str(model._meta.verbose_name), str(model._meta.verbose_name_plural)) for model in MODELS}
    assert {plural for one, plural in names if plural == f"{one}s"} - same == set()
    assert ("Auswahlgruppe", "Auswahlgruppen") in names
