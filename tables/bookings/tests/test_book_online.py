"""The page on which guests book: free times, a time that is kept, one booking, limits, and the links of the house."""

import re
from datetime import time, timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from bistro.core.auth import rate_limits
from bistro.core.models import Event, OpeningHours, Restaurant
from bistro.core.tests.http import nothing_changes
from tables.bookings.hold_steps import MOST_TYPING
from tables.bookings.models import Booking, BookingRules, OnlineHold, TableHold
from tables.bookings.services import cancel_booking, drop_lapsed_holds, renew_link
from tables.bookings.tests.evenings import body, book, evening, open_all_day, path
from tables.guests.models import Guest
from tables.models import Section
from tables.tests.factories import TableFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
KEY = "k" * 24


@pytest.fixture
def address(house):
    open_all_day(house)
    return f"/book/{renew_link(which='page', actor=house.actor('manager'))}/"


@pytest.fixture
def guest():
    return Client(enforce_csrf_checks=True)


def choice(starts=None, **more):
    return {"starts": (starts or evening()).isoformat(), "size": "2", "hold": KEY, **more}


def typed(starts=None, **more):
    return {**choice(starts), "do": "book", "name": "Lindqvist", "email": "ana@example.com", **more}


def rule(**fields):
    BookingRules.objects.update(**fields)


def test_book_a_table_without_javascript(house, guest, address):
    first = guest.get(address, {"day": evening().date().isoformat(), "size": "2"}, headers={"accept-language": "de"})
    assert f'name="starts" value="{evening().isoformat()}"' in first.content.decode()
    assert first["Cache-Control"] == "no-store"
    assert "<script src" not in first.content.decode()
    kept = guest.post(address, choice())
    assert kept.status_code == 302
    form = guest.get(kept["Location"]).content.decode()
    assert "until" in form
    done = guest.post(address, typed(notes="Pram", occasion="Birthday"), headers={"accept-language": "de-AT"})
    booking = Booking.objects.get()
    assert (done.status_code, done["Location"]) == (302, f"/booking/{booking.token}/")
    assert (booking.guest_name, booking.starts_at, booking.size, booking.source) == (
        "Lindqvist",
        evening(),
        2,
        "online",
    )
    assert (booking.email, booking.notes, booking.occasion, booking.language) == (
        "ana@example.com", "Pram", "Birthday", "de",
    )  # fmt: skip
    assert [hold.booking for hold in TableHold.objects.all()] == [booking]
    assert not OnlineHold.objects.exists()
    assert "Lindqvist" in guest.get(done["Location"]).content.decode()


def test_a_second_tap_is_the_same_booking(guest, address):
    answers = {guest.post(address, typed())["Location"] for _ in range(2)}
    assert (len(answers), Booking.objects.count()) == (1, 1)


def test_another_contact_or_a_cancelling_makes_another_booking(house, guest, address):
    house.add_table()
    guest.post(address, typed())
    assert guest.post(address, typed(email="ANA@example.com")).status_code == 302
    guest.post(address, typed(email="anna@example.com"))
    first, second = Booking.objects.order_by("pk")
    assert second.email == "anna@example.com"
    cancel_booking(booking_id=first.pk, actor=house.actor("host"))
    again = {guest.post(address, typed())["Location"] for _ in range(2)}
    third = Booking.objects.latest("pk")
    assert again == {f"/booking/{third.token}/"}
    assert (Booking.objects.count(), third.status) == (3, "booked")


def test_a_kept_time_is_taken_for_others_until_it_lapses(house, guest, address):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        guest.post(address, choice())
        with nothing_changes():
            other = Client().post(address, choice(hold="o" * 24))
        assert other.status_code == 409
        assert "Free: " in other.content.decode(), "names the nearest times"
        guest.post(address, choice(evening(12)))
        assert OnlineHold.objects.get().starts_at == evening(12), "the next choice replaces the first"
        assert TableHold.objects.count() == 1
        assert Client().post(address, choice(hold="o" * 24)).status_code == 302, "so that the first is free again"
        clock.shift(timedelta(minutes=5))
        day = {"day": evening().date().isoformat()}
        assert evening(12).isoformat() in Client().get(address, day).content.decode(), "lapsed, and not swept yet"
        assert drop_lapsed_holds(now=timezone.now()) == 2
        assert not TableHold.objects.exists()
        assert guest.post(address, typed(evening(12))).status_code == 302, "and can still be had"


def test_guests_who_type_count_for_the_pace(house, guest, address):
    rule(pacing_online=2)
    house.add_table()
    guest.post(address, choice())
    assert Client().post(address, choice(hold="o" * 24)).status_code == 409


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"size": "9"}, 422, "Online at most 8 guests"),
        ({"starts": "soon"}, 422, "Choose a time."),
        ({"starts": "2020-01-01T19:00:00+00:00"}, 422, "This time has passed."),
        ({"name": " "}, 422, "A booking needs a name."),
        ({"email": ""}, 422, "We need a phone number or an e-mail address."),
        ({"email": "ana"}, 422, "This is not an e-mail address."),
        ({"phone": "call me"}, 422, "This is not a phone number."),
        ({"website": "https://spam.example"}, 422, "Leave the field"),
    ],
)
def test_refusals_say_why_and_change_nothing(guest, address, fields, status, words):
    with nothing_changes():
        answer = guest.post(address, {**typed(), **fields})
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_a_time_that_is_gone_offers_others_and_keeps_what_was_typed(house, guest, address):
    book(house)
    with nothing_changes():
        answer = guest.post(address, typed(notes="Pram"))
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Pram" in text
    (first, *_rest) = re.findall(r'type="radio" name="starts" value="([^"]+)"', text)
    assert guest.post(address, {**typed(notes="Pram"), "starts": first}).status_code == 302


def test_lead_time_and_days_ahead(house, guest, address):
    rule(online_lead_minutes=600, online_days=3)
    with time_machine.travel(evening(15, days=0).replace(hour=12), tick=False):
        with nothing_changes():
            soon = guest.post(address, typed(evening(19, days=0)))
            far = guest.post(address, typed(evening(19, days=4)))
        assert (soon.status_code, far.status_code) == (422, 422)
        assert "too late to book this time online" in soon.content.decode()
        today = guest.get(address, {"day": evening(days=0).date().isoformat()}).content.decode()
        assert evening(21, days=0).isoformat() not in today
        assert evening(22, days=0).isoformat() in today


def test_a_time_that_is_too_soon_names_times_of_the_same_part(house, guest, address):
    rule(online_lead_minutes=600)
    terrace = Section.objects.create(restaurant=house.restaurant, name="Terrace")
    table = TableFactory(section=terrace)
    with time_machine.travel(evening(12, days=0), tick=False):
        late = evening(21, days=0)
        book(house, late, tables=[table.pk], ends_at=late + timedelta(hours=9))
        offered = [
            guest.post(address, typed(evening(19, days=0), part=part)).content.decode()
            for part in ("", str(terrace.pk))
        ]
    assert ['type="radio"' in page for page in offered] == [True, False]


def test_a_part_of_the_room(house, guest, address):
    terrace = Section.objects.create(restaurant=house.restaurant, name="Terrace")
    table = TableFactory(section=terrace)
    page = guest.get(address).content.decode()
    assert "Terrace" in page
    guest.post(address, typed(part=str(terrace.pk)))
    assert TableHold.objects.get().table == table
    with nothing_changes():
        assert guest.post(address, typed(part=str(terrace.pk), hold="o" * 24)).status_code == 409


def test_a_full_day_names_the_next_days_with_room(house, guest, address):
    OpeningHours.objects.update(opens=time(18), closes=time(23))
    book(house, evening(18), ends_at=evening(23))
    page = guest.get(address, {"day": evening().date().isoformat()}).content.decode()
    assert "No time is free on this day." in page
    assert f"day={evening(days=2).date().isoformat()}" in page


def test_only_guests_who_agree_are_remembered(guest, address):
    guest.post(address, typed())
    assert not Guest.objects.exists()
    guest.post(address, typed(evening(12), remember="1", hold="o" * 24))
    row = Guest.objects.get()
    assert (row.name, row.email, row.consent_by) == ("Lindqvist", "ana@example.com", "Booking page")
    assert row.consent_at is not None


def test_a_stranger_cannot_change_a_profile(house, guest, address):
    Guest.objects.create(restaurant=house.restaurant, name="Ana", phone="+4930123456", created_at=timezone.now())
    guest.post(address, typed(phone="+49 30 123456", remember="1"))
    row = Guest.objects.get()
    assert (row.name, row.email) == ("Ana", "")


def test_limits_of_an_address_and_of_a_booking(settings, guest, address, monkeypatch):
    monkeypatch.setattr(rate_limits, "_away", False)
    limits = {"guest-hold": "2/h", "guest-book": "1/h", "guest-booking": "1/h"}
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **limits}
    statuses = [guest.post(address, choice()).status_code for _ in range(3)]
    assert statuses == [302, 302, 429]
    done = guest.post(address, typed())
    assert guest.post(address, typed(evening(12), hold="o" * 24)).status_code == 429
    browser = Client()
    assert [browser.post(done["Location"], {"starts": "x"}).status_code for _ in range(2)] == [422, 429]


@pytest.mark.parametrize(("scope", "status"), [("guest-book-house", 429), ("guest-book-contact", 302)])
def test_limits_of_a_house_and_of_a_contact(settings, house, guest, address, monkeypatch, scope, status):
    monkeypatch.setattr(rate_limits, "_away", False)
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, scope: "1/h"}
    guest.post(address, typed(name=" "))  # does not count
    assert guest.post(address, typed(phone="+49 30 99")).status_code == 302
    with nothing_changes():
        again = {"email": "Ana@example.com", "phone": "+49 30 98"}
        assert guest.post(address, typed(evening(12), hold="o" * 24, **again)).status_code == 429
    assert guest.post(address, typed(evening(12), email="ben@example.com")).status_code == status


def test_a_house_keeps_a_few_times_only(house, guest, address):
    for number in range(MOST_TYPING):
        until = timezone.now() + timedelta(minutes=2 + number)
        OnlineHold.objects.create(
            restaurant=house.restaurant, key=f"{number:024}", size=1, starts_at=evening(), until=until
        )
    with nothing_changes():
        refused = guest.post(address, choice())
    assert (refused.status_code, 60 < int(refused["Retry-After"]) <= 120) == (429, True)
    assert guest.post(address, choice(hold=f"{0:024}")).status_code == 302, "another time for one of them"


def test_a_site_of_the_owner_may_show_the_page(guest, address):
    plain = guest.get(address)
    assert "frame-ancestors 'none'" in plain["Content-Security-Policy"]
    assert plain["X-Frame-Options"] == "DENY"
    rule(embed_site="https://www.example.com")
    framed = guest.get(address)
    assert "frame-ancestors https://www.example.com;" in framed["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in framed
    assert 'target="_top"' in guest.get(address, choice()).content.decode(), "the guest's own page is in no frame"
    assert 'target="_top" lang="fr"' in framed.content.decode(), "a frame keeps no cookie with the language"


def test_the_lines_to_paste_hold_a_name_with_quotes(house, address):
    rule(embed_site="https://www.example.com")
    Restaurant.objects.update(name='Joe\'s "Best" <b>')
    page = house.browser("host").get("/host/links/").content.decode()
    (typed_in,) = re.findall(r'<textarea[^>]*id="frame"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    pasted = unescape(typed_in)
    assert 'title="Joe&#x27;s &quot;Best&quot; &lt;b&gt;"' in pasted
    assert unescape(pasted).count('Joe\'s "Best" <b>') == 1


def test_managers_open_renew_and_end_the_links(house, guest):
    boss, host = house.browser("manager"), house.browser("host")
    assert "page is closed" in host.get("/host/links/").content.decode()
    with nothing_changes():
        assert host.post("/host/links/", {"which": "page", "do": "renew"}).status_code == 403
    tokens = []
    for _ in range(2):
        boss.post("/host/links/", {"which": "page", "do": "renew"})
        tokens.append(BookingRules.objects.get().online_token)
    shown = host.get("/host/links/").content.decode()
    assert f"/book/{tokens[1]}/" in shown
    assert "<svg" in shown
    assert [guest.get(f"/book/{token}/").status_code for token in tokens] == [404, 200]
    assert tokens[1] not in str(list(Event.objects.values_list("data")))
    boss.post("/host/links/", {"which": "page", "do": "end"})
    assert guest.get(f"/book/{tokens[1]}/").status_code == 404
    assert boss.post("/host/links/", {"which": "x", "do": "renew"}).status_code == 400


def test_the_site_in_the_rules_is_the_start_of_an_address(house):
    browser = house.browser("manager")
    rules = {"slot_minutes": "15", "last_arrival_minutes": "30", "late_minutes": "15", "walk_in_percent": "0"}
    rules |= {"online_largest": "6", "online_days": "30", "online_lead_minutes": "0", "reminder_hours": "24"}
    wrong = browser.post(
        "/admin/bookings/bookingrules/add/", {**rules, "embed_site": "https://a.example; script-src *"}
    )
    assert wrong.status_code == 200
    assert not BookingRules.objects.exists()
    assert (
        browser.post("/admin/bookings/bookingrules/add/", {**rules, "embed_site": "https://a.example"}).status_code
        == 302
    )
    assert BookingRules.objects.get().embed_site == "https://a.example"


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize("starts", ["9999-12-31T23:59:59+00:00", "8999-12-31T23:59:59+00:00", "0001-01-01T00:00:00Z"])
def test_a_time_beyond_every_calendar_is_refused(house, guest, address, zone, starts):
    booking = book(house)
    Restaurant.objects.update(timezone=zone)
    with nothing_changes():
        for do in ("", "book"):
            assert guest.post(address, {**typed(), "do": do, "starts": starts}).status_code == 422
        assert guest.get(address, {**choice(), "starts": starts}).status_code == 200
        assert Client().post(f"/booking/{booking.token}/", {"starts": starts, "size": "2"}).status_code == 422
        answer = house.api("host").post(path(house), {**body(), "startsAt": starts})
        assert answer.json()["code"] in ("too_far", "time_passed")


def test_only_offered_times_are_booked(guest, address):
    odd = evening(19, 7)
    with nothing_changes():
        refused = [guest.post(address, each) for each in (choice(odd), typed(odd))]
    assert [answer.status_code for answer in refused] == [422, 422]
    assert "Choose one of the times that are shown." in refused[0].content.decode()


def test_a_house_without_opening_hours_offers_nothing_online(house, guest, address):
    OpeningHours.objects.all().delete()
    booking = book(house, evening(12))  # hosts still can
    with nothing_changes():
        refused = [guest.post(address, each) for each in (choice(), typed())]
        moved = Client().post(f"/booking/{booking.token}/", {"starts": evening().isoformat()})
    pages = [*refused, moved, guest.get(address)]
    assert [answer.status_code for answer in pages] == [422, 422, 422, 200]
    assert all("No table can be booked online yet. Please call us." in page.content.decode() for page in pages)
    assert 'name="starts"' not in pages[-1].content.decode()
    links = house.browser("manager").get("/host/links/").content.decode()
    assert "has no opening hours yet" in links
    assert 'href="/setup/hours/"' in links


@pytest.mark.parametrize("name", ["Win at https://evil.example", "See WWW.evil.example"])
def test_a_name_with_a_link_is_refused_so_that_no_stranger_gets_it_by_mail(guest, address, name):
    with nothing_changes():
        assert "Check what you typed." in guest.post(address, typed(name=name)).content.decode()
