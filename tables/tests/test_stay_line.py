"""The time line of a stay: its phases and the guests' calls, in the admin and on the table's sheet."""

import pytest
import time_machine

from tables.models import Party, ServiceCall
from tables.services import call_staff, take_call, withdraw_call
from tables.stay_line import calls_in_words, moments_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def stay(house):
    """Seat guests at 19:00. They call at 19:05 (taken after 4 minutes) and at 19:20 (withdrawn after 2)."""
    with time_machine.travel("2026-03-01T19:00:00Z", tick=False) as clock:
        house.order(house.actor("waiter"))
        clock.shift(300)
        first = call_staff(table_id=house.table.pk, reason="waiter", actor=house.pad_actor)[0]
        clock.shift(240)
        take_call(call_id=first.pk, actor=house.actor("waiter"))
        clock.move_to("2026-03-01T19:20:00Z")
        second = call_staff(table_id=house.table.pk, reason="help", actor=house.pad_actor)[0]
        clock.shift(120)
        withdraw_call(call_id=second.pk, table_id=house.table.pk, actor=house.pad_actor)
        yield Party.objects.get()


def calls_of(party):
    return list(party.service_calls.order_by("at"))


def test_calls_stand_between_the_phases(house, stay):
    name = ServiceCall.objects.order_by("pk")[0].taken_by_name
    assert [(each.word, each.minutes) for each in moments_of(stay, calls_of(stay))] == [
        ("Seated", 0),
        ("First order", 0),
        (f"Waiter wanted: {name} went after 4 min", 5),
        ("Help needed: withdrawn after 2 min", 20),
    ]


def test_calls_are_counted_with_their_waiting(house, stay):
    calls, now = calls_of(stay), stay.seated_at
    assert calls_in_words(calls, now) == "2 calls, waited 6 min"
    assert calls_in_words(calls[:1], now) == "1 call, waited 4 min"
    assert calls_in_words([], now) == ""


def test_an_open_call_waits_until_now(house, stay):
    call_staff(table_id=house.table.pk, reason="bill", actor=house.pad_actor)
    with time_machine.travel("2026-03-01T19:32:00Z", tick=False):
        assert (
            "3 calls, waited 16 min" in house.browser("waiter").get(f"/floor/tables/{house.table.pk}/").content.decode()
        )


def test_the_admin_shows_the_time_line_with_names_escaped(house, stay):
    ServiceCall.objects.filter(taken_at__isnull=False).update(taken_by_name="<b>Ana</b>")
    page = house.browser("manager").get(f"/admin/tables/party/{stay.pk}/change/").content.decode()
    assert "Waiter wanted: &lt;b&gt;Ana&lt;/b&gt; went after 4 min" in page
    assert "2 calls, waited 6 min" in page
    assert "<b>Ana" not in page


def test_a_party_without_a_table_has_no_time_line():
    assert moments_of(Party(seated_at=None), []) == []
