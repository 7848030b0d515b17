"""Recovery codes of the second factor: each opens every door once, and a new set ends the old one."""

import pytest

from bistro.core.auth.access import actor_of_member
from bistro.core.models import RecoveryCode, SecondFactor
from bistro.core.services import second_factors
from bistro.core.tests.factories import MembershipFactory
from bistro.core.tests.http import nothing_changes, refused
from bistro.core.tests.test_second_factor import PASSWORD, actions, api_login, clock, connect, password_at

__all__ = ["clock"]
pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
STAFF_PAGE = {"email": "", "role": "waiter", "confirm_password": PASSWORD}


@pytest.fixture
def boss():
    return MembershipFactory(role="owner")


def shown(code):
    """Return a code as the page shows it."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


@pytest.mark.parametrize("door", ["/login/", "/admin/login/"])
def test_a_code_opens_a_login_page_once(boss, clock, door):
    _key, codes = connect(boss)
    clock.shift(60)
    browser, _asked = password_at(door, boss)
    assert browser.post("/login/code/", {"code": shown(codes[0])}).status_code == 302
    assert browser.get("/me/").status_code == 200
    other, _asked = password_at(door, boss)
    again = other.post("/login/code/", {"code": shown(codes[0])})
    assert (again.status_code, "was used" in again.content.decode()) == (422, True)
    assert other.get("/me/").status_code == 302
    assert other.post("/login/code/", {"code": shown(codes[1])}).status_code == 302, "the others still work"
    assert second_factors.recovery_codes_left(boss.staff_id) == second_factors.CODES - 2
    assert actions()[-2:] == ["recovery_code_used", "recovery_code_used"]


def test_a_code_signs_in_once_more_once(boss, clock):
    browser, _answer = password_at("/login/", boss)
    _key, codes = connect(boss)
    clock.shift(15 * 60)
    assert browser.post("/setup/staff/", {**STAFF_PAGE, "confirm_code": shown(codes[4])}).status_code == 200
    clock.shift(15 * 60)
    again = browser.post("/setup/staff/", {**STAFF_PAGE, "confirm_code": shown(codes[4])})
    assert (again.status_code, "was used" in again.content.decode()) == (422, True)
    refused(api_login(boss, code=codes[4]), 401, "wrong_code")


def test_codes_of_another_person_open_nothing(boss, clock):
    connect(boss)
    ben = MembershipFactory(restaurant=boss.restaurant, role="owner")
    _key, codes_of_ben = connect(ben)
    with nothing_changes():
        refused(api_login(boss, code=codes_of_ben[0]), 401, "wrong_code")
    assert api_login(ben, code=codes_of_ben[0]).status_code == 200


def test_a_new_set_ends_the_old_one(boss, clock):
    _key, old = connect(boss)
    assert api_login(boss, code=old[0]).status_code == 200
    second_factors.switch_off(actor=actor_of_member(boss))
    clock.shift(60)
    _key, new = connect(boss)
    assert not {*old} & {*new}
    with nothing_changes():
        for code in (old[0], old[1]):
            refused(api_login(boss, code=code), 401, "wrong_code")
    assert api_login(boss, code=new[0]).status_code == 200
    assert (SecondFactor.objects.count(), RecoveryCode.objects.count()) == (1, second_factors.CODES)
