"""Guessing a PIN: five tries of a member on a device, then a quarter of an hour, for nobody else and nowhere else."""

import pytest
import time_machine

from bistro.core.auth.access import actor_of_device, actor_of_member
from bistro.core.auth.pins import approve_with_pin, limited_pins, members_with_pin
from bistro.core.kernel.errors import DomainError, InvalidInput, NotPermitted, NotYours, TooMany
from bistro.core.kernel.roles import Permission
from bistro.core.models import Event, PinTries, TabletSession
from bistro.core.services import pin_proofs
from bistro.core.services.pin_proofs import prove_pin
from bistro.core.services.pins import reset_pin, set_pin
from bistro.core.services.tablets import enter_tablet
from bistro.core.tests.factories import DeviceFactory, MembershipFactory, actor_as, give_pin
from bistro.core.tests.racing import race

PIN, WRONG = "2468", "1357"


@pytest.fixture
def ana(db):
    return give_pin(MembershipFactory(role="waiter"), PIN)


@pytest.fixture
def tablet(ana):
    return actor_of_device(DeviceFactory(restaurant=ana.restaurant, kind="tablet"))


def answer(member, pin, actor):
    """Return the code of a refusal, or "" for the right PIN."""
    try:
        prove_pin(membership_id=member.pk, pin=pin, actor=actor)
    except DomainError as error:
        return error.code
    return ""


def lock(member, actor):
    for _ in range(5):
        last = answer(member, WRONG, actor)
    assert last == "throttled"


def actions():
    return list(Event.objects.order_by("seq").values_list("action", flat=True))


def test_five_wrong_pins_lock_the_member_on_this_device_and_nowhere_else(ana, tablet):
    ben = give_pin(MembershipFactory(restaurant=ana.restaurant), PIN)
    other = actor_of_device(DeviceFactory(restaurant=ana.restaurant, kind="tablet"))
    assert [answer(ana, WRONG, tablet) for _ in range(5)] == ["wrong_pin"] * 4 + ["throttled"]
    assert answer(ana, PIN, tablet) == "throttled", "the right PIN does not pass the lock"
    assert answer(ana, PIN, other) == ""
    assert answer(ana, PIN, actor_of_member(ana)) == ""
    assert answer(ben, PIN, tablet) == ""
    assert actions() == ["refused"] * 4 + ["locked"]


def test_a_refusal_says_how_many_tries_are_left(ana, tablet):
    said = []
    for _ in range(4):
        with pytest.raises(InvalidInput) as caught:
            prove_pin(membership_id=ana.pk, pin=WRONG, actor=tablet)
        said.append(caught.value.message.removeprefix(f"This is not the PIN of {ana.staff}. "))
    assert said == ["4 tries are left.", "3 tries are left.", "2 tries are left.", "1 try is left."]


def test_the_lock_says_when_it_ends_and_ends_then(ana, tablet):
    ana.restaurant.timezone = "Europe/Paris"
    ana.restaurant.save()
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        lock(ana, tablet)
        clock.move_to("2026-03-01T12:14:20Z")
        with pytest.raises(TooMany) as caught:
            prove_pin(membership_id=ana.pk, pin=PIN, actor=tablet)
        words = f"Too many wrong tries for {ana.staff} here. Try again in 1 minute, at 13:15, or on another device."
        assert caught.value.message == words
        assert caught.value.retry_after == 40
        clock.move_to("2026-03-01T12:15:00Z")  # the try during the lock has not made it longer
        assert answer(ana, PIN, tablet) == ""


def test_tries_are_forgotten_by_a_right_pin_and_by_a_quarter_of_an_hour(ana, tablet):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        for _ in range(3):
            assert [answer(ana, WRONG, tablet) for _ in range(4)] == ["wrong_pin"] * 4
            assert answer(ana, PIN, tablet) == ""
        assert [answer(ana, WRONG, tablet) for _ in range(4)] == ["wrong_pin"] * 4
        clock.move_to("2026-03-01T12:15:01Z")
        assert [answer(ana, WRONG, tablet) for _ in range(4)] == ["wrong_pin"] * 4


def test_a_clock_that_is_put_back_does_not_lock_for_a_day(ana, tablet):
    with time_machine.travel("2026-03-02T12:00:00Z", tick=False) as clock:
        lock(ana, tablet)
        clock.move_to("2026-03-01T12:00:00Z")
        assert answer(ana, PIN, tablet) == ""


def test_wrong_passwords_and_pins_count_together(ana):
    actor = actor_of_member(ana)
    for proof in ({"password": "wrong horse"}, {"pin": WRONG}) * 2:
        with pytest.raises(InvalidInput):
            set_pin(new_pin="8642", actor=actor, **proof)
    for proof in ({"password": "wrong horse"}, {"password": "correct horse"}, {"pin": PIN}):
        with pytest.raises(TooMany):
            set_pin(new_pin="8642", actor=actor, **proof)
    assert answer(ana, PIN, actor) == "throttled"


def test_a_locked_pin_costs_no_hash(ana, tablet, monkeypatch):
    lock(ana, tablet)
    monkeypatch.setattr(pin_proofs, "check_password", lambda *said: 1 / 0)
    assert answer(ana, PIN, tablet) == "throttled"


def test_a_reset_lifts_the_lock(ana, tablet):
    lock(ana, tablet)
    given = reset_pin(membership_id=ana.pk, actor=actor_as("manager", ana.restaurant))
    assert answer(ana, given, tablet) == ""


def test_somebody_elsewhere_is_no_member_here(ana, tablet):
    stranger = give_pin(MembershipFactory(), PIN)
    with pytest.raises(NotYours):
        prove_pin(membership_id=stranger.pk, pin=PIN, actor=tablet)
    with pytest.raises(NotYours):
        prove_pin(membership_id=0, pin=PIN, actor=tablet)
    assert not PinTries.objects.exists()


@pytest.mark.parametrize("gone", ["is_active", "staff"])
def test_a_dismissed_member_has_no_pin(ana, tablet, gone):
    row = ana if gone == "is_active" else ana.staff
    row.is_active = False
    row.save()
    assert answer(ana, PIN, tablet) == "member_not_found"


def test_the_device_has_a_limit_for_all_members_together(ana, tablet, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "pin": "3/min"}

    def ask(pin, actor=tablet):
        with limited_pins(actor):
            prove_pin(membership_id=ana.pk, pin=pin, actor=actor)

    for _ in range(5):
        ask(PIN)  # right PINs do not count
    for _ in range(3):
        with pytest.raises(InvalidInput):
            ask(WRONG)
    with pytest.raises(TooMany, match="on this device"):
        ask(PIN)
    ask(PIN, actor_of_device(DeviceFactory(restaurant=ana.restaurant, kind="tablet")))


# --- races -------------------------------------------------------------------------------------------------------
GUESSES = 12


def guess_at_once(ana, tablet):
    """Return how many of many simultaneous guesses were compared with the PIN."""
    compared = []
    right = pin_proofs.is_pin

    def counted(member, pin):
        compared.append(pin)
        return right(member, pin)

    pin_proofs.is_pin = counted
    try:
        outcomes = race([lambda: prove_pin(membership_id=ana.pk, pin=WRONG, actor=tablet)] * GUESSES)
    finally:
        pin_proofs.is_pin = right
    assert all(isinstance(outcome, DomainError) for outcome in outcomes), outcomes
    return len(compared)


@pytest.mark.django_db(transaction=True)
def test_simultaneous_guesses_are_five_tries(ana, tablet):
    assert guess_at_once(ana, tablet) == 5
    assert PinTries.objects.get().tries == 5
    assert actions().count("locked") == 1
    assert not TabletSession.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_control_with_a_count_after_the_check_each_guess_is_compared(ana, tablet, monkeypatch):
    monkeypatch.setattr(pin_proofs, "_take_try", lambda *said: 1)
    assert guess_at_once(ana, tablet) == GUESSES


@pytest.mark.django_db(transaction=True)
def test_two_who_enter_one_tablet_at_once_leave_one_session(ana, tablet):
    ben = give_pin(MembershipFactory(restaurant=ana.restaurant), PIN)
    enter = [lambda who=who: enter_tablet(membership_id=who.pk, pin=PIN, actor=tablet) for who in (ana, ben)]
    outcomes = race(enter * 3)
    assert all(isinstance(outcome, TabletSession) for outcome in outcomes), outcomes
    assert TabletSession.objects.running().count() == 1
    assert actions().count("left") == 5


# --- approvals ---------------------------------------------------------------------------------------------------
@pytest.fixture
def manager(ana):
    return give_pin(MembershipFactory(restaurant=ana.restaurant, role="manager"), "9753")


def approve(member, pin, actor, permission=Permission.MANAGE):
    return approve_with_pin(membership_id=member.pk, pin=pin, permission=permission, actor=actor)


def test_a_manager_approves_by_pin(ana, manager, tablet):
    waiter = enter_tablet(membership_id=ana.pk, pin=PIN, actor=tablet).person
    approver = approve(manager, "9753", waiter)
    assert approver == actor_of_member(manager)
    assert approver.may(Permission.MANAGE)
    event = Event.objects.latest("seq")
    assert (event.action, event.actor, event.device_id) == ("approved", f"staff:{ana.staff_id}", tablet.id)
    assert f'"staff":{manager.staff_id}' in event.data.replace(" ", "")


def test_nobody_approves_without_the_right(ana, tablet):
    with pytest.raises(NotPermitted, match="cannot approve this"):
        approve(ana, PIN, tablet)
    assert actions() == []


def test_a_one_time_pin_approves_nothing(ana, manager, tablet):
    given = reset_pin(membership_id=manager.pk, actor=actor_as("owner", ana.restaurant))
    with pytest.raises(NotPermitted):
        approve(manager, given, tablet)
    assert "approved" not in actions()


def test_guessing_a_managers_pin_is_limited_like_every_pin(ana, manager):
    waiter = actor_of_member(ana)
    codes = []
    for pin in [WRONG] * 5 + ["9753"]:
        with pytest.raises(DomainError) as caught:
            approve(manager, pin, waiter)
        codes.append(caught.value.code)
    assert codes == ["wrong_pin"] * 4 + ["throttled"] * 2
    assert "approved" not in actions()


def test_the_list_for_an_approval_has_only_members_who_may(ana, manager, tablet):
    MembershipFactory(restaurant=ana.restaurant, role="owner")  # without a PIN
    assert members_with_pin(tablet, Permission.MANAGE) == [manager]
    assert set(members_with_pin(tablet)) == {ana, manager}
