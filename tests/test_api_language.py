"""The language of the API: `detail` follows Accept-Language, codes and stored texts do not."""

import json

import pytest
from django.utils import translation
from django.utils.translation import override

from bistro.core.models import Event
from bistro.core.writing.configuration_events import ConfigurationChanged
from menu.models import ModifierGroup
from orders.services import PlacedOrder, place_orders

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
MARK = "⟦"


def asked(house, language, method="post", path="/api/v1/orders", role="waiter", **body):
    headers = {"accept_language": language} if language else {}
    answer = getattr(house.api(role), method)(path, body or None, **headers)
    assert answer.headers["Content-Language"] == ("de" if language.startswith("de") else "en")
    assert "Accept-Language" in answer.headers["Vary"]
    return answer.json()


@pytest.mark.parametrize("language", ["", "en", "de", "de-AT,en;q=0.5", "tlh"])
def test_detail_follows_accept_language_and_the_code_stays(house, language):
    german = language.startswith("de")
    line = {"item": "Unicorn", "quantity": 1}
    problem = asked(house, language, lines=[line], table=house.table.pk)
    assert problem["code"] == "unknown_item"
    assert problem["detail"] == ("„Unicorn“ steht nicht auf der Karte." if german else "“Unicorn” is not on the menu.")
    assert problem["errors"] == {"lines.0.item": [problem["detail"]]}
    problem = asked(house, language, lines=[], table=house.table.pk)
    assert problem["code"] == "validation_error"
    problem = asked(house, language, "get", "/api/v1/orders/999999")
    assert problem["code"] == "order_not_found"
    assert problem["detail"] == ("Diese Bestellung gibt es nicht." if german else "There is no such order.")


def test_orders_written_together_are_each_answered_in_their_language(house):
    waiter = house.actor("waiter")

    def wanted(language, **more):
        with override(language):
            return house.request(waiter, **more)

    house.table.out_of_service = True
    house.table.save()
    outcomes = place_orders([wanted("de"), wanted("en"), wanted("de", key="a", fingerprint="f")])
    outcomes += place_orders([wanted("en", key="b", fingerprint="f"), wanted("de", key="b", fingerprint="f")])
    name = house.table.name
    german, english = f"{name} ist außer Betrieb.", f"{name} is out of service."
    assert [outcome.message for outcome in outcomes] == [german, english, german, english, german]
    house.table.out_of_service = False
    house.table.save()
    first, again = place_orders([wanted("en", key="c", fingerprint="f"), wanted("de", key="c", fingerprint="f")])
    assert isinstance(first, PlacedOrder)
    assert (again.id, again.replayed) == (first.id, True)


def test_the_event_log_holds_no_translated_text(house, monkeypatch):
    plain = translation._trans.gettext
    monkeypatch.setattr(translation._trans, "gettext", lambda message: f"{MARK}{plain(message)}")
    api = house.api("waiter")
    refused = api.post("/api/v1/orders", {"lines": []}, key="1")
    assert MARK in refused.json()["detail"]  # the control: texts of gettext carry the mark
    for status in ("delivered", "cancelled"):
        house.reach(status)
    calls = house.api("pad").post("/api/v1/pad/calls", {"reason": "bill"}, key="2")
    assert calls.status_code < 300
    kept = [json.dumps([event.data, event.private], ensure_ascii=False, default=str) for event in Event.objects.all()]
    assert len(kept) > 8
    assert [event for event in kept if MARK in event] == []


def test_a_change_in_the_admin_is_logged_in_english(house):
    group = ModifierGroup(pk=1, restaurant=house.restaurant, name="Soße")
    with override("de"):
        assert str(group._meta.verbose_name) == "Auswahlgruppe"  # the control: the model's name is translated
        data = ConfigurationChanged(row=group, pk=1).data()
    assert (data["what"], data["name"]) == ("choice group", "Soße")
