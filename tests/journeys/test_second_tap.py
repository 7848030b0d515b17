"""A second tap on a form of the host stand: the same post twice makes one party, one booking, one place in the list."""

import re

import pytest

from bistro.core.kernel.once import Once
from bistro.core.tests.racing import race
from tables.bookings.models import Booking
from tables.bookings.tests.evenings import evening
from tables.models import Party
from tables.waitlist.models import WaitlistEntry
from tables.waitlist.services import add_party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
STARTS = evening()
NEW = f"/host/bookings/new/?day={STARTS.date()}&size=2"
FORMS = [
    ("/floor/tables/{table}/", "/floor/tables/{table}/seat/", {"size": "2"}, Party),
    ("/host/waiting/", "/host/waiting/add/", {"size": "2", "name": ""}, WaitlistEntry),
    (NEW, "/host/bookings/new/", {"size": "2", "starts": STARTS.isoformat(), "name": "Klein"}, Booking),
]


def key_on(browser, path):
    """Return the only key on a page."""
    (key,) = re.findall(r'<input type="hidden" name="key" value="(\w{32})">', browser.get(path).content.decode())
    return key


@pytest.mark.parametrize(("path", "target", "typed", "model"), FORMS)
def test_the_same_post_twice_makes_one(house, path, target, typed, model):
    house.add_table()
    browser = house.browser("host")
    path, target = path.format(table=house.table.pk), target.format(table=house.table.pk)
    key = key_on(browser, path)
    answers = [browser.post(target, {**typed, "key": key}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert model.objects.count() == 1
    if model is not Party:
        assert key_on(browser, path) != key, "the next page has its own"


def test_another_content_of_the_same_page_is_another_party(house):
    browser = house.browser("host")
    for name in ("Klein", "Moreau"):
        browser.post("/host/waiting/add/", {"size": "2", "name": name, "key": "k" * 32})
    assert WaitlistEntry.objects.count() == 2


def test_control_without_a_key_each_post_makes_one(house):
    browser = house.browser("host")
    for _ in range(2):
        browser.post("/host/waiting/add/", {"size": "2"})
    assert WaitlistEntry.objects.count() == 2


def test_a_second_tap_on_seat_finds_the_guests_seated(house):
    browser = house.browser("host")
    browser.post("/host/waiting/add/", {"size": "2"})
    party = Party.objects.get()
    seats = [browser.post(f"/host/waiting/{party.pk}/seat/", {"table": str(house.table.pk)}) for _ in range(2)]
    assert [answer.status_code for answer in seats] == [302, 302]
    assert house.table.occupancies.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("keys", "made"), [(("a", "a"), 1), (("a", "b"), 2)], ids=["one key", "control: two keys"])
def test_two_posts_at_the_same_time(house, keys, made):
    host = house.actor("host")
    race([lambda key=key: add_party(size=2, actor=host, once=Once(key * 32, "f")) for key in keys])
    assert WaitlistEntry.objects.count() == made
