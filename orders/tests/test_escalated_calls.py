"""A guest's call that nobody takes, on the screens: of its waiter, of everybody, of the host, and as an alarm."""

import pytest
import time_machine
from django.utils import timezone

from orders.floor.alarms import alarms
from orders.floor.plan import read_floor
from orders.floor.viewer import viewer_of
from tables.models import Party, ServiceCall
from tables.services import take_call
from tables.tests.calls import call, sweep
from tables.transitions import RINGS_FOR

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def evening():
    with time_machine.travel("2026-03-01T19:00:00Z", tick=False) as clock:
        yield clock


def seen_by(house, waiter):
    """Return whether the table of the call is shown to a waiter in the tab of the waiter's own tables."""
    floor = read_floor(waiter)
    return house.table.pk not in viewer_of(waiter, floor, "mine").outside


def test_first_the_server_then_every_waiter_then_an_alarm(house, evening):
    ana, ben, boss = house.actor("waiter"), house.actor("waiter"), house.actor("manager")
    house.order(ana)
    Party.objects.update(server=ana.id)
    made = call(house)
    assert (seen_by(house, ana), seen_by(house, ben)) == (True, False)
    sweep(90)
    assert (seen_by(house, ana), seen_by(house, ben)) == (True, True)
    (table,) = read_floor(ben).needs
    assert (table.need.words, table.need.rings, table.need.is_for_all) == (
        "Nobody is going yet: Waiter wanted",
        2,
        True,
    )
    assert alarms(boss, timezone.now()) == ()
    sweep(180)
    (alarm,) = alarms(boss, timezone.now())
    assert (alarm.cause, alarm.table_name, alarm.text) == (
        "call", house.table.name, "Nobody answers the guests: Waiter wanted",
    )  # fmt: skip
    take_call(call_id=made.pk, actor=ben)
    assert (seen_by(house, ben), alarms(boss, timezone.now())) == (False, ())


def test_an_alarm_and_the_hosts_line_end_with_the_ringing(house, evening):
    boss, host = house.actor("manager"), house.browser("host")
    call(house)
    sweep(90)
    sweep(180)
    evening.shift(RINGS_FOR.total_seconds() - 1)
    assert len(alarms(boss, timezone.now())) == len(read_floor(boss).alarms) == 1
    assert "Nobody is going yet" in host.get("/host/").content.decode()
    evening.shift(1)
    assert (alarms(boss, timezone.now()), read_floor(boss).alarms) == ((), ())
    assert "Nobody is going yet" not in host.get("/host/").content.decode()


def test_the_host_reads_five_calls_and_that_there_are_more(house, evening):
    for _ in range(6):
        house.done(house.add_pad(house.add_table()).post("/api/v1/pad/calls", {"reason": "help"}))
    sweep(90)
    page = house.browser("host").get("/host/").content.decode()
    assert (page.count("Nobody is going yet"), "More guests are calling" in page) == (5, True)
    ServiceCall.objects.filter(pk=ServiceCall.objects.first().pk).update(taken_at=timezone.now())
    page = house.browser("host").get("/host/").content.decode()
    assert (page.count("Nobody is going yet"), "More guests are calling" in page) == (5, False)


def test_an_escalated_call_comes_before_a_newer_call_for_help(house, evening):
    call(house)
    sweep(90)
    evening.shift(91)
    other = house.add_table()
    house.done(house.add_pad(other).post("/api/v1/pad/calls", {"reason": "help"}))
    assert [table.id for table in read_floor(house.actor("waiter")).needs] == [house.table.pk, other.pk]


def test_the_floor_marks_the_row_and_the_host_reads_it(house, evening):
    call(house)
    browser, host = house.browser("waiter"), house.browser("host")
    assert "data-for-all" not in browser.get("/floor/").content.decode()
    assert "Nobody is going yet" not in host.get("/host/").content.decode()
    sweep(90)
    assert browser.get("/floor/").content.decode().count("data-for-all") == 2  # the table and its row
    page = host.get("/host/").content.decode()
    assert "Nobody is going yet: Waiter wanted, since" in page
    assert f'href="/floor/tables/{house.table.pk}/"' in page
    sweep(180)
    assert "Nobody answers the guests: Waiter wanted" in house.browser("manager").get("/admin/").content.decode()


def test_programs_read_the_escalation(house, evening):
    call(house)
    (before,) = house.api("waiter").get("/api/v1/calls").json()["results"]
    sweep(90)
    (after,) = house.api("waiter").get("/api/v1/calls").json()["results"]
    assert (before["escalation"], before["escalated_at"]) == (0, None)
    assert (after["escalation"], after["escalated_at"]) == (1, "2026-03-01T19:01:30+00:00")
