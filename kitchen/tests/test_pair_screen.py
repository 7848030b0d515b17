"""Pairing: a screen shows a code, a manager types it in the admin, and the screen becomes a device."""

import html
import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from bistro.core.auth.authentication import DEVICE_COOKIE, DEVICE_COOKIE_AGE
from bistro.core.kernel.errors import DomainError, InvalidInput, NotPermitted, NotYours
from bistro.core.kernel.secrets import CODE_ALPHABET
from bistro.core.models import Device, Event, Pairing
from bistro.core.services import pairing
from bistro.core.services.devices import give_token, revoke
from bistro.core.tests.factories import DeviceFactory
from bistro.core.tests.http import nothing_changes
from bistro.core.tests.racing import race
from bistro.core.web.pairing_views import PAIRING_COOKIE
from kitchen.services.pairing import pair_device, pair_new_device
from kitchen.tests.factories import StationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

DOOR, CODE, PAIR = "/device/", "/device/code/", "/admin/core/device/pair/"
HTMX = {"HX-Request": "true"}


class Browser(Client):
    """A screen without credentials, which shows a code."""

    def begin(self) -> str:
        assert self.post(CODE).status_code == 302
        return self.code()

    def code(self) -> str:
        page = self.get(CODE)
        assert page.status_code == 200, page
        return "".join(re.findall(r"<span>([A-Z0-9]{3})</span>", page.content.decode()))


@pytest.fixture
def wall():
    return Browser()


@pytest.fixture
def owner(house):
    return house.browser("owner")


def said(page):
    return page.content.decode()


def errors(page):
    return page.context["form"].errors


# --- the normal way --------------------------------------------------------------------------------------------------
def test_a_new_wall_goes_from_its_code_to_its_board(house, owner, wall):
    grill = StationFactory(restaurant=house.restaurant)
    assert 'action="/device/code/"' in said(wall.get(DOOR))
    code = wall.begin()
    assert len(code) == 6
    assert set(code) <= set(CODE_ALPHABET)
    assert wall.code() == code, "it stays while the page asks again"
    typed = f"{code[:3].lower()} {code[3:]}"
    answer = owner.post(PAIR, {"code": typed, "kind": "kitchen", "name": "Wall", "stations": [grill.pk]})
    assert answer.status_code == 302
    device = Device.objects.get(name="Wall")
    assert (device.restaurant, device.token_hash) == (house.restaurant, None)
    assert list(device.screen.stations.all()) == [grill]
    answer = wall.get(CODE)
    assert (answer.status_code, answer["Location"]) == (302, "/kitchen/")
    assert wall.get("/kitchen/", follow=True).redirect_chain == [(f"/kitchen/{grill.pk}/", 302)]
    actions = Event.objects.filter(subject=f"device:{device.pk}").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["added", "paired", "enrolled"]
    secret = wall.cookies[DEVICE_COOKIE].value
    assert secret not in "".join(Event.objects.values_list("data", flat=True))


def test_a_new_pad_stands_on_its_table(house, owner, wall):
    table = house.add_table()
    owner.post(PAIR, {"code": wall.begin(), "kind": "pad", "name": "New pad", "table": table.pk})
    assert wall.get(CODE)["Location"] == "/device/"
    assert Device.objects.get(name="New pad").pad.table == table
    assert "New pad" in said(wall.get(DOOR))


def test_a_known_device_keeps_its_place_and_its_old_token_until_the_screen_takes_over(house, owner, wall):
    device = house.pad.device
    assert house.api().get("/api/v1/pad").status_code == 200
    code = wall.begin()
    assert owner.post(PAIR, {"code": code, "device": device.pk}).status_code == 302
    assert house.api().get("/api/v1/pad").status_code == 200, "the old one serves on"
    wall.get(CODE)
    assert house.api().get("/api/v1/pad").status_code == 401
    device.refresh_from_db()
    assert (device.pad.table, device.firmware) == (house.table, "browser")


def test_a_page_with_script_asks_by_htmx_and_is_sent_on(house, owner, wall):
    code = wall.begin()
    fragment = wall.get(CODE, headers=HTMX)
    assert said(fragment).lstrip().startswith('<section id="pairing"')
    owner.post(PAIR, {"code": code, "kind": "kitchen", "name": "Wall"})
    answer = wall.get(CODE, headers=HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/kitchen/")
    assert DEVICE_COOKIE in answer.cookies


def test_it_works_without_script(wall):
    wall.begin()
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in said(wall.get(CODE))


# --- the cookies -----------------------------------------------------------------------------------------------------
def test_only_the_browser_that_showed_the_code_collects(house, owner, wall):
    code = wall.begin()
    stranger = Browser()
    assert stranger.get(CODE)["Location"] == DOOR, "without the secret there is nothing to collect"
    stranger.begin()
    stranger.cookies[PAIRING_COOKIE] = f"{code}.{'x' * 43}"
    owner.post(PAIR, {"code": code, "kind": "kitchen", "name": "Wall"})
    assert DEVICE_COOKIE not in stranger.get(CODE).cookies
    assert stranger.get("/kitchen/").status_code == 302
    assert wall.get(CODE)["Location"] == "/kitchen/"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(house, owner, wall, settings):
    code = wall.begin()
    cookie = wall.cookies[PAIRING_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", DOOR)
    owner.post(PAIR, {"code": code, "kind": "kitchen", "name": "Wall"})
    answer = wall.get(CODE)
    cookie = answer.cookies[DEVICE_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/")
    assert cookie["max-age"] == DEVICE_COOKIE_AGE >= 365 * 86400
    assert answer.cookies[PAIRING_COOKIE]["max-age"] == 0


def test_an_answer_that_was_lost_is_given_again(house, owner, wall):
    code = wall.begin()
    held = wall.cookies[PAIRING_COOKIE].value
    owner.post(PAIR, {"code": code, "kind": "kitchen", "name": "Wall"})
    wall.get(CODE)
    again = Browser()
    again.cookies[PAIRING_COOKIE] = held
    assert again.get(CODE)["Location"] == "/kitchen/"
    assert again.get("/kitchen/").status_code == 200
    assert Event.objects.filter(action="enrolled").count() == 1


def test_after_a_power_cut_the_wall_opens_on_its_board(house, owner, wall):
    """A browser keeps only its cookies on disk; every start page leads to the board without a login."""
    owner.post(PAIR, {"code": wall.begin(), "kind": "kitchen", "name": "Wall"})
    wall.get(CODE)
    kept = wall.cookies[DEVICE_COOKIE].value
    for start in ("/kitchen/", DOOR):
        rebooted = Client()
        rebooted.cookies[DEVICE_COOKIE] = kept
        page = rebooted.get(start, follow=True)
        assert page.status_code == 200
        assert 'id="tickets"' in said(page), start


def test_each_page_renews_the_cookie_for_a_year(house, owner, wall):
    owner.post(PAIR, {"code": wall.begin(), "kind": "kitchen", "name": "Wall"})
    wall.get(CODE)
    token = wall.cookies[DEVICE_COOKIE].value
    cookie = wall.get("/kitchen/").cookies[DEVICE_COOKIE]
    assert (cookie.value, cookie["max-age"], cookie["httponly"]) == (token, DEVICE_COOKIE_AGE, True)
    assert DEVICE_COOKIE not in owner.get("/kitchen/").cookies, "people have their session"
    revoke(device_id=Device.objects.get(name="Wall").pk, actor=house.actor("owner"))
    assert DEVICE_COOKIE not in wall.get("/kitchen/").cookies


# --- time ------------------------------------------------------------------------------------------------------------
def test_a_code_ends_after_ten_minutes_and_the_next_one_comes_by_itself(house, wall):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        owner = house.browser("owner")
        first = wall.begin()
        clock.shift(timedelta(minutes=10, seconds=1))
        page = owner.post(PAIR, {"code": first, "kind": "kitchen", "name": "Wall"})
        assert (page.status_code, "check the screen again" in said(page)) == (422, True)
        second = wall.code()
        assert (second != first, Pairing.objects.count()) == (True, 1), "the next takes the place of the last"
        assert owner.post(PAIR, {"code": second, "kind": "kitchen", "name": "Wall"}).status_code == 302


def test_what_nobody_claims_is_removed_when_the_next_screen_comes():
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        for _ in range(3):
            Browser().begin()
        clock.shift(timedelta(minutes=12))
        Browser().begin()
    assert Pairing.objects.count() == 1


def test_a_claimed_code_waits_ten_minutes_for_its_screen(house, wall):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        code = wall.begin()
        clock.shift(timedelta(minutes=9))
        pair_new_device(code=code, kind="kitchen", name="Wall", actor=house.actor("owner"))
        clock.shift(timedelta(minutes=9))
        assert wall.get(CODE)["Location"] == "/kitchen/"


# --- refusals --------------------------------------------------------------------------------------------------------
def test_a_code_is_claimed_once(house, other_house, owner, wall):
    code = wall.begin()
    owner.post(PAIR, {"code": code, "kind": "kitchen", "name": "Wall"})
    with nothing_changes():
        page = other_house.browser("owner").post(PAIR, {"code": code, "kind": "kitchen", "name": "Theirs"})
    assert page.status_code == 422
    wall.get(CODE)
    assert owner.post(PAIR, {"code": code, "kind": "kitchen", "name": "Again"}).status_code == 422
    assert list(Device.objects.filter(kind="kitchen").values_list("name", flat=True)) == ["Wall"]


def test_a_wrong_code_is_refused_in_words_and_leaves_no_device(house, owner, wall):
    wall.begin()
    with nothing_changes():
        page = owner.post(PAIR, {"code": "AAAAAA", "kind": "kitchen", "name": "Wall"})
    assert (page.status_code, "code" in errors(page)) == (422, True)
    assert "No screen shows this code." in said(page)
    assert 'value="Wall"' in said(page), "what was typed stays"
    assert not Device.objects.filter(name="Wall").exists()


def test_guessing_is_slowed_down_and_success_does_not_count(house):
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        owner = house.browser("owner")
        for number in range(9):
            wall = Browser(REMOTE_ADDR=f"10.0.0.{number}")
            owner.post(PAIR, {"code": wall.begin(), "kind": "kitchen", "name": f"Wall {number}"})
        assert Device.objects.filter(kind="kitchen").count() == 9
        wrong = {"code": "AAAAAA", "kind": "kitchen", "name": "Wall"}
        assert [owner.post(PAIR, wrong).status_code for _ in range(12)] == [422] * 10 + [429] * 2
        code = Browser(REMOTE_ADDR="10.0.1.1").begin()
        page = owner.post(PAIR, {"code": code, "kind": "kitchen", "name": "Wall"})
        assert (page.status_code, page["Retry-After"], "Try again in 30 s" in said(page)) == (429, "30", True)


def test_one_address_asks_for_few_codes_at_a_time():
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        assert [Browser().post(CODE).status_code for _ in range(12)] == [302] * 10 + [429] * 2
        page = Browser().post(CODE)
        assert "The next code comes in 30 s" in said(page)
        assert page["Retry-After"] == "30"
        assert Browser(REMOTE_ADDR="10.9.9.9").post(CODE).status_code == 302


def test_few_screens_wait_at_one_address(monkeypatch, wall):
    monkeypatch.setattr(pairing, "MOST_OPEN", 3)
    first = Browser()
    first.begin()
    for _ in range(2):
        Browser().begin()
    page = wall.post(CODE)
    assert (page.status_code, page["Retry-After"], "3 screens already show a code" in said(page)) == (429, "600", True)
    assert Pairing.objects.count() == 3
    Pairing.objects.update(expires_at=timezone.now() - timedelta(seconds=2))
    assert wall.post(CODE).status_code == 302


def test_a_bogus_cookie_does_not_pass_the_limit():
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        statuses = []
        for number in range(12):
            browser = Browser()
            browser.cookies[PAIRING_COOKIE] = f"AAAAAA.{number}"
            statuses.append(browser.get(CODE).status_code)
        assert statuses == [200] * 10 + [429] * 2


@pytest.mark.parametrize(("sent", "wrong"), [
    ({"kind": "kitchen"}, "name"), ({"name": "Wall", "kind": ""}, "kind"), ({"name": "Pad", "kind": "pad"}, "table"),
    ({"name": "Till", "kind": "integration"}, "kind"),
])  # fmt: skip
def test_a_new_one_needs_a_name_a_kind_and_a_pads_table(owner, wall, sent, wrong):
    page = owner.post(PAIR, {"code": wall.begin(), **sent})
    assert (page.status_code, list(errors(page))) == (422, [wrong])
    assert Device.objects.filter(name__in=["Wall", "Pad", "Till"]).count() == 0


def test_a_doubled_name_is_a_message_and_the_code_lives_on(house, owner, wall):
    code = wall.begin()
    page = owner.post(PAIR, {"code": code, "kind": "kitchen", "name": house.pad.device.name})
    assert "name" in errors(page)
    assert owner.post(PAIR, {"code": code, "kind": "kitchen", "name": "Wall"}).status_code == 302


def test_places_and_devices_of_another_restaurant_are_not_offered(house, other_house, owner, wall):
    code = wall.begin()
    theirs = (
        {"device": other_house.pad.device_id},
        {"kind": "kitchen", "name": "Wall", "stations": [other_house.station.pk]},
        {"kind": "pad", "name": "Pad", "table": other_house.table.pk},
    )
    for sent in theirs:
        with nothing_changes():
            assert owner.post(PAIR, {"code": code, **sent}).status_code == 422
    actor = house.actor("owner")
    for wrong in ({"station_ids": [other_house.station.pk], "kind": "kitchen"},
                  {"table_id": other_house.table.pk, "kind": "pad"}):  # fmt: skip
        with nothing_changes(), pytest.raises(NotYours):
            pair_new_device(code=code, name="X", actor=actor, **wrong)
    with nothing_changes(), pytest.raises(NotYours):
        pair_device(code=code, device_id=other_house.pad.device_id, actor=actor)
    with nothing_changes(), pytest.raises(InvalidInput):
        pair_new_device(code=code, name="X", kind="pad", actor=actor)


def test_only_managers_pair(house, wall):
    code = wall.begin()
    assert house.browser("kitchen").get(PAIR).status_code == 302
    for role in ("waiter", "host", "kitchen", "screen"):
        actor = house.actor(role)
        with nothing_changes(), pytest.raises(NotPermitted):
            pair_new_device(code=code, kind="kitchen", name="Wall", actor=actor)
        with nothing_changes(), pytest.raises(NotPermitted):
            pair_device(code=code, device_id=house.pad.device_id, actor=actor)
    assert wall.code() == code


def test_acts_want_the_form_of_our_own_pages(house):
    for path, client in ((CODE, Browser(enforce_csrf_checks=True)), (PAIR, Client(enforce_csrf_checks=True))):
        client.force_login(house.staff("owner"))
        assert client.post(path, {"code": "AAAAAA"}).status_code == 403


def test_a_revoked_device_is_not_collected_any_more(house, owner, wall):
    device = DeviceFactory(restaurant=house.restaurant, kind="kitchen")
    owner.post(PAIR, {"code": wall.begin(), "device": device.pk})
    revoke(device_id=device.pk, actor=house.actor("owner"))
    assert DEVICE_COOKIE not in wall.get(CODE).cookies
    device.refresh_from_db()
    assert device.token_hash is None


def test_the_later_of_two_screens_becomes_the_device(house, owner, wall):
    device, other = DeviceFactory(restaurant=house.restaurant, kind="kitchen"), Browser()
    for screen in (wall, other):
        owner.post(PAIR, {"code": screen.begin(), "device": device.pk})
    assert DEVICE_COOKIE not in wall.get(CODE).cookies
    assert other.get(CODE)["Location"] == "/kitchen/"


def test_a_device_that_got_another_token_since_is_not_given_again(house, owner, wall):
    held = wall.begin() and wall.cookies[PAIRING_COOKIE].value
    owner.post(PAIR, {"code": held[:6], "kind": "kitchen", "name": "Wall"})
    wall.get(CODE)
    give_token(device_id=Device.objects.get(name="Wall").pk, actor=house.actor("owner"))
    again = Browser()
    again.cookies[PAIRING_COOKIE] = held
    assert DEVICE_COOKIE not in again.get(CODE).cookies


def test_code_and_secret_are_stored_hashed(wall):
    code, secret = wall.begin(), wall.cookies[PAIRING_COOKIE].value.partition(".")[2]
    row = Pairing.objects.values().get()
    assert not {code, secret} & {str(value) for value in row.values()}


def test_asking_again_is_one_query(wall, django_assert_num_queries):
    wall.begin()
    with django_assert_num_queries(2):  # the pairing and its claim
        wall.get(CODE)


# --- the admin's page ------------------------------------------------------------------------------------------------
def test_the_list_of_devices_leads_to_the_page_and_a_link_fills_in_the_code(owner):
    assert PAIR in said(owner.get("/admin/core/device/"))
    assert 'value="ABC234"' in said(owner.get(f"{PAIR}?code=ABC234"))


def test_values_from_elsewhere_are_no_script(owner):
    page = owner.post(PAIR, {"code": "A", "device": "1});alert(1);({", "kind": "'};alert(1)//"})
    (state,) = re.findall(r'x-data="({[^"]*kind[^"]*})"', said(page))
    assert html.unescape(state) == '{"device": "", "kind": "kitchen"}'


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_who_claim_and_collect_one_wins(house):
    shown = pairing.open_pairing(address="10.0.0.1")
    actor = house.actor("owner")
    claims = race(
        [lambda n=n: pair_new_device(code=shown.code, kind="kitchen", name=f"Wall {n}", actor=actor) for n in range(4)]
    )
    assert sum(isinstance(claim, Device) for claim in claims) == 1
    assert sum(isinstance(claim, InvalidInput) for claim in claims) == 3
    assert Device.objects.filter(kind="kitchen").count() == 1
    collected = race([lambda: pairing.collect_pairing(secret=shown.secret)] * 4)
    assert all(isinstance(one, Device | DomainError) for one in collected)
    assert Event.objects.filter(action="enrolled").count() == 1
