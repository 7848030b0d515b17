"""The servers of sections, and the choice of the next one."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from bistro.core.auth.access import staff_actor
from bistro.core.kernel.errors import InvalidInput, NotPermitted
from bistro.core.models import Event, Membership
from bistro.core.tests.factories import MembershipFactory
from bistro.core.tests.http import nothing_changes
from orders.services import seat_party
from tables.bookings.services import seat_booking
from tables.bookings.tests.evenings import book
from tables.models import Party
from tables.sections.balance import next_server, read_loads
from tables.sections.models import Duty
from tables.sections.services import give_as_last_time, give_sections
from tables.tests.factories import SectionFactory, TableFactory
from tables.waitlist import services as waitlist

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PAGE = "/host/sections/"


def waiter(house, name):
    return MembershipFactory(restaurant=house.restaurant, role="waiter", staff__name=name).staff


def seated(house, server, size, minutes_ago=0, **fields):
    """Note guests who were seated some minutes ago."""
    at = timezone.now() - timedelta(minutes=minutes_ago)
    return Party.objects.create(
        restaurant=house.restaurant, table=house.table, server=server, size=size, seated_at=at, **fields
    )


@pytest.fixture
def terrace(house):
    return SectionFactory(restaurant=house.restaurant, name="Terrace")


def on_duty(house, terrace):
    """Let Wim serve the room, Ines and Ben the terrace."""
    people = {name: waiter(house, name) for name in ("Wim", "Ines", "Ben")}
    duties = {house.table.section_id: [people["Wim"].pk], terrace.pk: [people["Ines"].pk, people["Ben"].pk]}
    give_sections(servers=duties, actor=house.actor("host"))
    return people


@pytest.fixture
def team(house, terrace):
    return on_duty(house, terrace)


def loads(house):
    return read_loads(house.restaurant, timezone.now())


def upcoming(house, section):
    found = next_server(loads(house), section)
    return found and found.name


@time_machine.travel("2026-03-07T20:00:00Z", tick=False)
def test_next_is_who_got_fewest_lately_and_then_fewest_tonight(house, terrace):
    team = on_duty(house, terrace)
    assert upcoming(house, terrace.pk) == "Ben", "equal, so by name"
    seated(house, team["Ben"], 2, minutes_ago=10)
    assert upcoming(house, terrace.pk) == "Ines"
    seated(house, team["Ines"], 4, minutes_ago=40)
    assert upcoming(house, terrace.pk) == "Ines", "the last half hour counts first"
    Party.objects.filter(server=team["Ben"]).update(seated_at=timezone.now() - timedelta(minutes=31))
    assert upcoming(house, terrace.pk) == "Ben", "two tonight against four"
    seated(house, team["Ben"], 6, minutes_ago=60, status="completed", completed_at=timezone.now())
    assert upcoming(house, terrace.pk) == "Ines", "guests who are gone count too"
    assert upcoming(house, house.table.section_id) == "Wim", "the room is his alone"
    other = SectionFactory(restaurant=house.restaurant, name="Bar")
    assert upcoming(house, other.pk) == "Wim", "a section of nobody is served by who is next of all"
    [ben] = [load for load in loads(house) if load.name == "Ben"]
    assert (ben.recent, ben.tonight, ben.tables) == (0, 8, 1)
    assert ben.reason == "0 guests in the last 30 minutes, 8 tonight"


def test_what_does_not_count(house, team, other_house):
    wim = team["Wim"]
    seated(house, wim, 5, minutes_ago=60 * 26, status="completed", completed_at=timezone.now() - timedelta(hours=25))
    into = seated(house, wim, 3)
    seated(house, wim, 2, joined_to=into, status="completed", completed_at=timezone.now())
    Party.objects.create(restaurant=house.restaurant, server=wim, size=9, seated_at=timezone.now())
    seated(house, wim, None)
    [load] = [each for each in loads(house) if each.name == "Wim"]
    assert (load.recent, load.tonight, load.tables) == (5, 5, 2), "unknown sizes count as two"
    assert read_loads(other_house.restaurant, timezone.now()) == []


@pytest.mark.parametrize("way", ["floor", "waiting list", "booking", "program"])
def test_guests_who_are_seated_get_the_next_server_or_the_chosen_one(house, team, way):
    host = house.actor("host")

    def seat(table, server=None):
        if way == "floor":
            return seat_party(table_id=table.pk, size=2, server_id=server, actor=host)
        if way == "waiting list":
            entry = waitlist.add_party(size=2, actor=host)
            return waitlist.seat_party(party_id=entry.party_id, table_id=table.pk, server_id=server, actor=host)
        if way == "booking":
            booking = book(house, timezone.now() + timedelta(minutes=5), tables=[table.pk])
            return seat_booking(booking_id=booking.pk, server_id=server, actor=host).party
        body = {"table": table.pk, "size": 2, **({"server": server} if server else {})}
        return Party.objects.get(pk=house.done(house.api("host").post("/api/v1/parties", body))["id"])

    assert seat(house.table).server == team["Wim"]
    assert seat(house.add_table(), team["Ben"].pk).server == team["Ben"]
    here, table = Party.objects.seated().count(), house.add_table()
    with pytest.raises((InvalidInput, AssertionError)):
        seat(table, 10**9)
    assert Party.objects.seated().count() == here


def test_a_waiter_on_duty_serves_the_guests_that_the_waiter_seats_and_a_manager_gives_them_to_who_is_next(house, team):
    ben = staff_actor(team["Ben"], house.restaurant.pk)
    assert seat_party(table_id=house.table.pk, size=2, actor=ben).server == team["Ben"]
    assert seat_party(table_id=house.add_table().pk, size=2, actor=house.actor("manager")).server == team["Wim"]


def test_without_duties_it_is_as_before(house):
    manager = house.actor("manager")
    assert seat_party(table_id=house.table.pk, size=2, actor=manager).server_id == manager.id
    assert seat_party(table_id=house.add_table().pk, size=2, actor=house.actor("host")).server_id is None


def test_an_order_of_guests_at_a_pad_chooses_no_server(house, team):
    house.order()
    assert Party.objects.get(table=house.table).server_id is None


def test_the_page_divides_the_sections_and_shows_who_is_next(house, terrace, team):
    host = house.browser("host")
    page = host.get(PAGE).content.decode()
    assert page.count("checked") == 3
    assert "next: Ben" in page
    box = f"{terrace.pk}-{team['Wim'].pk}"
    assert host.post(PAGE, {"serves": [box, box, "x", "1-", "-1"]}).status_code == 302
    assert list(Duty.objects.values_list("section", "server")) == [(terrace.pk, team["Wim"].pk)]
    assert Event.objects.filter(type="sections_updated").count() == 2
    assert host.post(PAGE, {}).status_code == 302
    assert not Duty.objects.exists()


def test_the_sections_of_the_last_day_come_back(house, team):
    Duty.objects.update(day=house.restaurant.business_date(timezone.now()) - timedelta(days=6))
    Membership.objects.filter(staff=team["Ben"]).update(is_active=False)
    give_as_last_time(actor=house.actor("waiter"))
    today = house.restaurant.business_date(timezone.now())
    names = sorted(Duty.objects.filter(day=today).values_list("server__name", flat=True))
    assert names == ["Ines", "Wim"], "Ben does not work here any more"


def test_refusals(house, other_house, team):
    elsewhere = other_house.table.section_id
    cook = MembershipFactory(restaurant=house.restaurant, role="kitchen").staff
    host = house.actor("host")
    for servers, code in (
        ({elsewhere: [team["Wim"].pk]}, "unknown_section"),
        ({house.table.section_id: [cook.pk]}, "unknown_server"),
        ({house.table.section_id: [other_house.staff("waiter").pk]}, "unknown_server"),
    ):
        with nothing_changes(), pytest.raises(InvalidInput) as refused:
            give_sections(servers=servers, actor=host)
        assert refused.value.code == code
    Duty.objects.all().delete()
    with nothing_changes(), pytest.raises(InvalidInput) as refused:
        give_as_last_time(actor=host)
    assert refused.value.code == "no_earlier_day"
    for role in ("kitchen", "cashier"):
        with nothing_changes(), pytest.raises(NotPermitted):
            give_sections(servers={}, actor=house.actor(role))
        assert house.browser(role).get(PAGE).status_code == 403


def test_the_suggestion_and_its_reason_stand_where_guests_are_seated(house, team):
    host = house.browser("host")
    reason = "Wim – 0 guests in the last 30 minutes, 0 tonight"
    assert reason in host.get(f"/floor/tables/{house.table.pk}/").content.decode()
    booking = book(house, timezone.now() + timedelta(minutes=5), tables=[house.table.pk])
    assert reason in host.get(f"/host/bookings/{booking.pk}/").content.decode()
    waitlist.add_party(size=2, name="Okafor", actor=house.actor("host"))
    TableFactory(section=house.table.section)
    page = host.get("/host/waiting/").content.decode()
    assert "Wim serves next: 0 guests in the last 30 minutes, 0 tonight" in page
    answer = host.post(f"/floor/tables/{house.table.pk}/seat/", {"size": "2", "server": str(team["Ines"].pk)})
    assert answer.status_code == 302
    assert Party.objects.get(table=house.table).server == team["Ines"]
