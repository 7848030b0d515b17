"""The waiting list's pages: two taps to seat a walk-in, offers, refusals, the guests' own page by link."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bistro.core.tests.http import nothing_changes
from bistro.core.writing import unit_of_work
from tables.bookings.tests.evenings import book
from tables.models import Occupancy, Party, TableOffer
from tables.waitlist.models import WaitlistEntry
from tables.waitlist.quoting import Room

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(house):
    return Page(house)


class Page:
    """The browser of a host on the waiting list."""

    def __init__(self, house, role="host"):
        self.house, self.browser = house, house.browser(role)

    def read(self, **headers):
        answer = self.browser.get("/host/waiting/", headers=headers)
        assert answer.status_code == 200
        return answer.content.decode()

    def add(self, size=2, status=302, **typed):
        answer = self.browser.post("/host/waiting/add/", {"size": size, **typed})
        assert answer.status_code == status, answer.content
        return WaitlistEntry.objects.open().last() if status == 302 else answer.content.decode()

    def act(self, entry, what, status=302, **typed):
        answer = self.browser.post(f"/host/waiting/{entry.party_id}/{what}/", typed)
        assert answer.status_code == status, answer.content
        return answer.content.decode()


def test_a_walk_in_is_seated_with_two_taps(page):
    assert "Nobody waits." in page.read()
    entry = page.add(3)
    text = page.read()
    assert f'name="table" value="{page.house.table.pk}"' in text
    page.act(entry, "seat", table=page.house.table.pk)
    assert Occupancy.objects.open().get().party.size == 3
    assert f"Seated at {page.house.table}." in page.read()


def test_a_table_that_is_booked_soon_is_kept_by_a_host_who_insists(page):
    book(page.house, timezone.now() + timedelta(minutes=40))
    entry, table = page.add(), page.house.table.pk
    with nothing_changes():
        text = page.act(entry, "offer", status=409, table=table)
    assert "is booked at" in text
    page.act(entry, "offer", table=table, insist="1")
    assert TableOffer.objects.get().table_id == table
    assert "Kept for waiting guests · 2" in page.browser.get("/host/", {"view": "timeline"}).content.decode()


def test_the_accuracy_is_read_with_the_page_and_not_with_each_poll(page):
    def reads(**headers):
        with CaptureQueriesContext(connection) as queries:
            page.read(**headers)
        return [query["sql"] for query in queries if "quoted_high" in query["sql"] and "seated_at" in query["sql"]]

    reads()
    once, polled = reads(), reads(**HTMX)
    assert len(once) == len(polled) + 1


def test_a_quote_is_computed_before_others_wait_for_it(page, monkeypatch):
    inside, quote = [], Room.quote

    def noted(room, size, **more):
        inside.append(getattr(unit_of_work._thread, "at_work", False))
        return quote(room, size, **more)

    monkeypatch.setattr(Room, "quote", noted)
    page.add(2)
    api = page.house.api("host")
    api.post(f"/restaurants/{page.house.restaurant.uid}/guests", {"guestName": "Blanc", "partySize": 2})
    assert inside == [False, False]


def test_what_was_typed_is_on_the_list(page):
    page.add(4, name="Okafor", phone="030 12345", notes="high chair")
    text = page.read(**HTMX)
    assert "<html" not in text
    for shown in ("Okafor", "high chair", "quoted: now"):
        assert shown in text
    again = page.add(2, 409, name="Twin", phone="030 12345")
    assert "on the waiting list already" in again
    assert 'value="Twin"' in again, "what was typed stays"


def test_an_offer_is_shown_and_taken_back(page):
    entry = page.add(2, name="Okafor")
    page.act(entry, "offer", table=page.house.table.pk)
    assert "is kept for them until" in page.read()
    page.act(entry, "take-back")
    assert not TableOffer.objects.exists()
    page.act(entry, "leave")
    assert "Nobody waits." in page.read()


def test_a_party_that_is_too_large_is_refused_beside_its_row(page):
    entry = page.add(9)
    with nothing_changes():
        assert "are too many for" in page.act(entry, "seat", 422, table=page.house.table.pk)
        assert page.browser.post("/host/waiting/add/", {"size": ""}).status_code == 422
        assert "no such table" in page.act(entry, "seat", 404)
    page.act(entry, "seat", table=page.house.table.pk, insist="1")
    assert Party.objects.get().status == "seated"


def test_the_page_costs_the_same_for_one_party_and_many(page):
    page.add()
    page.read()
    with CaptureQueriesContext(connection) as few:
        page.read()
    for _ in range(4):
        page.add()
    page.read()
    with CaptureQueriesContext(connection) as many:
        page.read()
    assert len(few) == len(many)


def test_how_good_quotes_were_is_measured(page):
    assert "Nobody from the list was seated" in page.read()
    page.act(page.add(), "seat", table=page.house.table.pk)
    assert re.search(r"100% of 1 party was seated within 5 minutes", page.read())


def test_guests_see_their_place_and_leave(page):
    page.add(name="Before")
    entry, guest = page.add(name="Okafor"), Client()
    path = f"/waitlist/{entry.token}/"
    shown = guest.get(path)
    text = shown.content.decode()
    assert "1 party is before you." in text
    assert "Before" not in text
    assert shown["X-Robots-Tag"] == "noindex, nofollow"
    assert guest.post(f"{path}leave/").status_code == 302
    assert "You are off the list" in guest.get(path).content.decode()
    assert Party.objects.get(pk=entry.party_id).status == "left"


def test_guests_see_their_table_and_cannot_leave_from_it(page):
    entry, guest = page.add(), Client()
    path = f"/waitlist/{entry.token}/"
    page.act(entry, "offer", table=page.house.table.pk)
    assert "Your table is ready" in guest.get(path).content.decode()
    page.act(entry, "seat", table=page.house.table.pk)
    assert "You have your table" in guest.get(path).content.decode()
    with nothing_changes():
        assert guest.post(f"{path}leave/").status_code == 422
        assert guest.get("/waitlist/unknown/").status_code == 404
        assert guest.post("/waitlist/unknown/leave/").status_code == 404


def test_a_cook_has_no_waiting_list(house):
    assert house.browser("kitchen").get("/host/waiting/").status_code == 403


BESIDE = {**HTMX, "HX-Target": "beside"}


def test_the_list_beside_the_day_costs_as_many_queries_however_many_wait(page):
    def read():
        with CaptureQueriesContext(connection) as queries:
            text = page.read(**BESIDE)
        return text, len(queries)

    page.add(2, name="K <b>", notes="Pram")
    read()
    text, few = read()
    assert "<html" not in text
    assert "K &lt;b&gt;" in text
    assert "How good our quotes are" not in text
    assert [int(size) for size in re.findall(r'name="size" value="(\d+)"', text)] == [2, 4, 6, 8]
    for number in range(4):
        page.house.add_table()
        page.add(2, name=f"Party {number}")
    text, many = read()
    assert "Party 3" in text
    assert many == few


def test_the_wait_is_marked_near_the_end_of_the_quote_and_past_it(page):
    entry = page.add(2)
    marks = (20, 14, ""), (20, 16, "soon"), (20, 21, "late"), (5, 1, ""), (5, 4, "soon")
    for quoted, waited, state in marks:
        arrived = timezone.now() - timedelta(minutes=waited, seconds=5)
        WaitlistEntry.objects.filter(pk=entry.pk).update(arrived_at=arrived, quoted_low=quoted, quoted_high=quoted)
        text = page.read(**BESIDE)
        mark = f' data-state="{state}"' if state else ""
        assert f'<span class="waitlist__wait"{mark}>' in text
        assert (f"{waited} min, too long" in text) == (state == "late")
        assert f"quoted {quoted} min" in text


def test_a_party_is_added_and_seated_beside_the_day_which_is_loaded_again(page):
    def post(path, **fields):
        return page.browser.post(f"/host/waiting/{path}/", fields, headers=BESIDE)

    for _ in range(2):  # two taps on the same form
        added = post("add", size="2", key="b" * 32)
        assert (added.status_code, added["HX-Trigger"]) == (200, '{"room-changed": {}}')
    entry = WaitlistEntry.objects.open().get()
    for _ in range(2):
        seated = post(f"{entry.party_id}/seat", table=page.house.table.pk)
        assert (seated.status_code, "HX-Trigger" in seated) == (200, True)
        assert f"Seated at {page.house.table}." in seated.content.decode()
        assert "Nobody waits." in seated.content.decode()
    assert Occupancy.objects.open().get().party_id == entry.party_id


def test_a_refusal_stands_at_its_party_beside_the_day(page):
    first, second = page.add(2, name="First"), page.add(2, name="Second")
    page.act(first, "seat", table=page.house.table.pk)
    with nothing_changes():
        refused = page.browser.post(
            f"/host/waiting/{second.party_id}/seat/", {"table": page.house.table.pk}, headers=BESIDE
        )
    text = refused.content.decode()
    assert (refused.status_code, "HX-Trigger" in refused, "<html" in text) == (409, False, False)
    assert 'id="problem"' in text[text.index("Second") :]
    with nothing_changes():
        assert page.browser.post("/host/waiting/add/", {"size": "0"}, headers=BESIDE).status_code == 422


def test_the_day_has_the_list_beside_it(page):
    text = page.browser.get("/host/").content.decode()
    assert 'id="beside"' in text
    assert 'hx-get="/host/waiting/"' in text
    part = page.browser.get("/host/", headers=HTMX).content.decode()
    assert 'id="beside"' not in part, "the list is not drawn again with the day"
